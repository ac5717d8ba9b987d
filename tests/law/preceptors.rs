//! Proposals of counties, police and fire authorities: their own principle, their own amount, and a
//! vote in all their billing authorities.

use bandwise::data::scenario::{AreaLevels, Names, StatedLevels};
use bandwise::data::{Scenario, World};
use bandwise::domain::{Band, Limit, Pence, Proposal, Rise, UniformRise, Warning};
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

/// 2014-15 without parishes, the billing authority's own, fire 87.48 and police 156.55: Luton
/// 1,225.00 + 244.03, Bedford 1,304.84 + 244.03, Central Bedfordshire 1,308.33 + 244.03. By tax base
/// (54,758.5, 62,443 and 111,606) their mean is 1,531.46. In the press the mean of the area was about
/// 1,577: parishes of some 45 at band D are the rest.
#[test]
fn whole_bills_of_bedfordshire_in_2015_are_the_sums_of_their_parts() {
    let world = World::embedded(Some("2023-24")).unwrap();
    let names = Names::of(&world.assumptions);
    let scenario = Scenario::load("bedfordshire-2015", &names).unwrap();
    let found = prepare(&scenario, &world).unwrap();
    let bills: Vec<(&str, Pence)> = found
        .areas
        .iter()
        .zip(&found.amounts.areas)
        .map(|(area, amounts)| (area.authority.name.as_str(), amounts.total[Band::D].today))
        .collect();
    let expected = [
        ("Luton", pounds("1469.03")),
        ("Bedford", pounds("1548.87")),
        ("Central Bedfordshire", pounds("1552.36")),
    ];
    assert_eq!(bills, expected);
    for (area, (_, bill)) in found.areas.iter().zip(expected) {
        assert_eq!(area.levels.area, bill);
    }
    assert_eq!(found.others_band_d.0, pounds("1374.91"));
    let mean = (found.others_band_d.0 + found.amounts.band_d.today).pounds();
    assert!((1577.0 - mean - 45.0).abs() < 5.0, "{mean}");
    // A Yes adds the police's own rise to each bill and nothing else.
    for area in &found.amounts.areas {
        let band_d = area.total[Band::D];
        assert_eq!(band_d.yes - band_d.today, pounds("24.80"));
        assert_eq!(band_d.no - band_d.today, pounds("3.12"));
    }
}

fn refused_area_levels(authority: &str, areas: &[(&str, StatedLevels)]) -> String {
    let world = World::embedded(Some("2023-24")).unwrap();
    let scenario = Scenario::load("uniform-15", &Names::of(&world.assumptions)).unwrap();
    let (mut scenario, _) = scenario.for_authority(authority);
    scenario.area_levels = areas
        .iter()
        .map(|(area, levels)| AreaLevels {
            area: (*area).to_owned(),
            levels: *levels,
        })
        .collect();
    prepare(&scenario, &world).unwrap_err().to_string()
}

#[test]
fn amounts_by_area_are_those_of_a_preceptors_billing_authorities() {
    let own = StatedLevels {
        own: Some(pounds("1225.00")),
        ..StatedLevels::default()
    };
    let police = StatedLevels {
        police: Some(pounds("156.55")),
        ..own
    };
    let refused =
        |areas: &[(&str, StatedLevels)]| refused_area_levels("Bedfordshire Police", areas);
    assert_eq!(
        refused(&[("E06000032", own), ("Lutton", own)]),
        "area_levels.area: \"Lutton\" is no billing authority that Bedfordshire Police and Crime \
         Commissioner precepts on (allowed, by name or ONS code: Luton, Bedford, Central \
         Bedfordshire) [did you mean Luton?]"
    );
    assert!(refused(&[("Derby", own)]).contains("\"Derby\" is no billing authority that"));
    assert_eq!(
        refused(&[("luton", own), ("E06000032", own)]),
        "area_levels.area: Luton stands twice (allowed: once)"
    );
    assert_eq!(
        refused(&[("Luton", police)]),
        "area_levels.police: that is Bedfordshire Police and Crime Commissioner's own amount, the \
         same in all its area (allowed: as levels.own)"
    );
    assert_eq!(
        refused_area_levels("Luton", &[("Luton", own)]),
        "area_levels: the bill of Luton is one (allowed for it: [levels])"
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
