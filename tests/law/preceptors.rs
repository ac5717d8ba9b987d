//! Proposals of counties, police and fire authorities: their own principle, their own amount, and a
//! vote in all their billing authorities.

use bandwise::data::scenario::Names;
use bandwise::data::{Scenario, World};
use bandwise::domain::{Limit, Pence, Proposal, Rise, UniformRise, Warning};
use bandwise::simulation::{PrepareError, Prepared, prepare};

fn with_rise(authority: &str, rise: f64) -> Result<Prepared, PrepareError> {
    let world = World::embedded(Some("2023-24")).unwrap();
    let scenario = Scenario::load("uniform-15", &Names::of(&world.assumptions)).unwrap();
    let (mut scenario, _) = scenario.for_authority(authority);
    scenario.proposal = Proposal::Uniform(UniformRise::Stated(Rise::new(rise).unwrap()));
    prepare(&scenario, &world)
}

fn pounds(text: &str) -> Pence {
    Pence::parse_pounds(text).unwrap()
}

/// Police 2024-25: more than £13 is excessive. 252.09 x 1.05 = 264.69 is £12.60 more, 1.06 is
/// 267.22 and £15.13 more.
#[test]
fn the_police_have_a_limit_in_pounds() {
    let five = with_rise("Bedfordshire Police", 0.05).unwrap();
    assert_eq!(five.principle.limit, Limit::Pounds(pounds("13.00")));
    assert!(!five.route.needs_referendum());
    let six = with_rise("Bedfordshire Police", 0.06).unwrap();
    assert_eq!(six.amounts.band_d.yes, pounds("267.22"));
    assert_eq!(six.amounts.band_d.no, pounds("265.09"));
    assert!(six.route.needs_referendum());
}

/// A county has the limit of social care authorities, 5%; fire 3% in 2024-25.
#[test]
fn a_county_and_a_fire_authority_have_the_limits_of_their_class() {
    for (authority, percent) in [("Derbyshire", 0.05), ("Derbyshire Fire", 0.03)] {
        let limit = with_rise(authority, 0.1).unwrap().principle.limit;
        assert_eq!(
            limit,
            Limit::Percent(Rise::new(percent).unwrap()),
            "{authority}"
        );
    }
}

/// The vote spans Bedford, Central Bedfordshire and Luton; homes, tax base and requirement are
/// their sums: 228,807.5 x 252.09 = 57,680,082.68.
#[test]
fn a_preceptors_vote_spans_its_billing_authorities() {
    let police = with_rise("Bedfordshire Police", 0.15).unwrap();
    let names: Vec<&str> = police
        .cells
        .wards()
        .iter()
        .map(|ward| ward.name.as_str())
        .collect();
    assert_eq!(names, ["Luton", "Bedford", "Central Bedfordshire"]);
    let off = police.budgets.requirement.today - pounds("57680082.68");
    assert!(off.pence().abs() < 1_000, "{off}");
    let homes: i64 = police
        .areas
        .iter()
        .flat_map(|area| *area.dwellings().values())
        .sum();
    assert_eq!(police.cells.dwellings().values().iter().sum::<i64>(), homes);
}

/// Whole bills differ between the billing authorities, the police amount does not.
#[test]
fn whole_bills_are_those_of_each_billing_authority() {
    let police = with_rise("Bedfordshire Police", 0.15).unwrap();
    for (area, amounts) in police.areas.iter().zip(&police.amounts.areas) {
        let today = amounts.others_band_d.0 + police.amounts.band_d.today;
        assert_eq!(today, area.levels.area, "{}", area.authority.name);
    }
    let first = police.amounts.areas[0].others_band_d;
    assert!(
        police
            .amounts
            .areas
            .iter()
            .any(|area| area.others_band_d != first)
    );
}

/// LGFA 1992 s.13A(1)(c) gives the power to billing authorities.
#[test]
fn a_preceptor_cannot_give_relief() {
    let world = World::embedded(Some("2023-24")).unwrap();
    let scenario = Scenario::load("williamson-2018", &Names::of(&world.assumptions)).unwrap();
    let (scenario, _) = scenario.for_authority("Derbyshire");
    assert_eq!(
        prepare(&scenario, &world).unwrap_err().to_string(),
        "schedule: Derbyshire precepts on 8 billing authorities and cannot give relief to bands \
         itself: reductions under LGFA 1992 s.13A(1)(c) are the billing authorities' (allowed for \
         it: kind = \"uniform\", such as `uniform-15` or `max-without-vote`)"
    );
}

/// Stated amounts replace those of the vintage and add to the whole bill; where they add to the
/// published one, nothing of the split is carried forward any more.
#[test]
fn stated_amounts_replace_those_that_were_worked_out() {
    let world = World::embedded(Some("2026-27")).unwrap();
    let mut scenario = Scenario::load("uniform-15", &Names::of(&world.assumptions)).unwrap();
    let about_the_split = |prepared: &Prepared| {
        prepared.warnings.iter().any(|warning| {
            matches!(warning, Warning::PartCarriedForward { sentence } if sentence.contains("split is"))
        })
    };
    assert!(about_the_split(&prepare(&scenario, &world).unwrap()));
    scenario.levels.own = Some(pounds("1900.00"));
    scenario.levels.fire = Some(pounds("97.40"));
    assert!(about_the_split(&prepare(&scenario, &world).unwrap()));
    scenario.levels.police = Some(pounds("308.60"));
    let stated = prepare(&scenario, &world).unwrap();
    assert_eq!(stated.amounts.band_d.today, pounds("1900.00"));
    assert_eq!(stated.others_band_d.0, pounds("406.00"));
    assert!(!about_the_split(&stated));
    scenario.levels.fire = None;
    let differs = prepare(&scenario, &world).unwrap();
    assert!(differs.warnings.contains(&Warning::LevelsDiffer {
        stated: pounds("2307.01"),
        published: pounds("2306.00"),
    }));
}
