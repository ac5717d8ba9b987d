//! `williamson-2018` in Derby on the figures of 2023-24, worked by hand from the published tax base.
//!
//! Return of October 2022, band D equivalents before support, less support in dwellings of the band
//! times the band's ninths, plus the 72.0 of band A homes charged at 5/9:
//!
//! | band | before | support (dwellings) | x ninths | after |
//! |---|---:|---:|---:|---:|
//! | A | 32,982.8 | 3,542.80 + 4,704.93 | 5,498.487 | 27,484.313 + 72.0 = 27,556.313 |
//! | B | 15,087.5 | 685.36 + 464.26 | 894.149 | 14,193.351 |
//! | C | 13,567.3 | 357.19 + 171.46 | 469.911 | 13,097.389 |
//! | D | 8,124.0 | 110.56 + 29.70 | 140.260 | 7,983.740 |
//! | E | 5,490.8 | 23.70 + 5.60 | 35.811 | 5,454.989 |
//! | F | 3,214.6 | 19.64 + 1.67 | 30.781 | 3,183.819 |
//! | G | 1,070.8 | 5.25 + 0.63 | 9.800 | 1,061.000 |
//! | H | 56.0 | 0 | 0 | 56.000 |
//!
//! Together 72,586.601 (published: 72,586.6). The tax base for setting is 71,038.7, so each band is
//! taken times 71,038.7 / 72,586.601 = 0.978675: A 26,968.678, B 13,890.679, C 12,818.089,
//! D 7,813.488, E 5,338.662, F 3,115.924, G 1,038.374, H 54.806.

use bandwise::data::scenario::Names;
use bandwise::data::{Scenario, World};
use bandwise::domain::{Band, Pence, Proposal, Rise, UniformRise};
use bandwise::simulation::{Prepared, prepare};

fn prepared(key: &str) -> Prepared {
    let world = World::embedded(Some("2023-24")).unwrap();
    let scenario = Scenario::load(key, &Names::of(&world.assumptions)).unwrap();
    prepare(&scenario, &world).unwrap()
}

const BUILT_IN: [&str; 4] = [
    "williamson-2018",
    "gentle-efgh",
    "uniform-15",
    "max-without-vote",
];

/// One rise for all bands of Derby.
fn with_one_rise(rise: f64) -> Prepared {
    let world = World::embedded(Some("2023-24")).unwrap();
    let mut scenario = Scenario::load("uniform-15", &Names::of(&world.assumptions)).unwrap();
    scenario.proposal = Proposal::Uniform(UniformRise::Stated(Rise::new(rise).unwrap()));
    prepare(&scenario, &world).unwrap()
}

/// The tolerance: a thousandth of a band D equivalent in each of eight bands, about £2 each.
const POUNDS: f64 = 10.0;

fn close(found: Pence, expected: f64) {
    assert!(
        (found.pounds() - expected).abs() <= POUNDS,
        "{found} is not about £{expected}"
    );
}

#[test]
fn the_bands_hold_their_share_of_the_tax_base_for_setting() {
    let base = prepared("williamson-2018").base.thousandths;
    let expected: [i64; 8] = [
        26_968_678, 13_890_679, 12_818_089, 7_813_488, 5_338_662, 3_115_924, 1_038_374, 54_806,
    ];
    for (band, expected) in Band::ALL.into_iter().zip(expected) {
        assert!(
            (base[band] - expected).abs() <= 1,
            "band {band}: {}",
            base[band]
        );
    }
    assert_eq!(base.values().iter().sum::<i64>(), 71_038_700);
}

/// Headline: 71,038.7 x 1,656.67.
#[test]
fn doubling_the_headline_would_raise_the_requirement_again() {
    close(
        prepared("williamson-2018").budgets.gross_yield(),
        117_687_683.13,
    );
}

/// 1,656.67 x (26,968.678 + 13,890.679 + 12,818.089 + 0.8 x 7,813.488 + 0.6 x 5,338.662
/// + 0.4 x 3,115.924 + 0.2 x 1,038.374) = 1,656.67 x 64,585.490.
#[test]
fn relief_costs_107_million() {
    close(
        prepared("williamson-2018").budgets.relief_cost(),
        106_996_846.5,
    );
}

/// 1,656.67 x (0.2 x 7,813.488 + 0.4 x 5,338.662 + 0.6 x 3,115.924 + 0.8 x 1,038.374 + 54.806)
/// = 1,656.67 x 6,453.222, less pennies of rounding in each band D equivalent.
#[test]
fn what_is_left_over_today_is_10_7_million() {
    close(
        prepared("williamson-2018").budgets.net_yield_vs_today(),
        10_690_836.65,
    );
}

/// A No at 4.99% raises 71,038.7 x 82.67 = 5,872,769.33; the vote is worth the difference.
#[test]
fn what_is_left_over_a_no_is_4_8_million() {
    let budgets = prepared("williamson-2018").budgets;
    close(budgets.no_yield(), 5_872_769.33);
    close(budgets.net_yield_vs_no(), 10_690_836.65 - 5_872_769.33);
}

/// Everything that the headline raises is either relieved or left: to the penny.
#[test]
fn headline_is_relief_and_net_yield_together() {
    for key in BUILT_IN {
        let budgets = prepared(key).budgets;
        assert_eq!(
            budgets.gross_yield(),
            budgets.relief_cost() + budgets.net_yield_vs_today()
        );
    }
}

/// E 0.1 x 5,338.662 + F 0.2 x 3,115.924 + G 0.3 x 1,038.374 + H 0.4 x 54.806 = 1,490.486 band D
/// equivalents, x 1,656.67 = 2.469m: less than the 5.873m that a No raises.
#[test]
fn the_gentle_schedule_raises_less_than_a_no() {
    let budgets = prepared("gentle-efgh").budgets;
    close(budgets.net_yield_vs_today(), 2_469_245.40);
    assert!(budgets.net_yield_vs_no() < Pence::ZERO);
}

/// 71,038.7 x (1,905.17 - 1,656.67) = 17,653,116.95, nothing relieved.
#[test]
fn fifteen_percent_for_all_raises_17_7_million() {
    let budgets = prepared("uniform-15").budgets;
    close(budgets.net_yield_vs_today(), 17_653_116.95);
    assert_eq!(budgets.relief_cost(), Pence::ZERO);
}

/// Contributions in lieu: 1,852.8 band D equivalents of Rushmoor pay the headline without relief.
/// Own amount of 2023-24 times 1,852.8 is what a doubling brings from them.
#[test]
fn contributions_in_lieu_pay_the_headline_without_relief() {
    let world = World::embedded(Some("2023-24")).unwrap();
    let (scenario, _) = Scenario::load("williamson-2018", &Names::of(&world.assumptions))
        .unwrap()
        .for_authority("Rushmoor");
    let rushmoor = prepare(&scenario, &world).unwrap();
    assert_eq!(rushmoor.base.in_lieu_thousandths, 1_852_800);
    let own = rushmoor.record.levels.own.pounds();
    close(rushmoor.budgets.in_lieu_yes, 1_852.8 * own);
}

/// Awards move with the bill. Support in band D equivalents times the change in the own element, Yes
/// less No: A 5,498.487 x -82.67, B 894.149 x -82.67, C 469.911 x -82.67, D 140.260 x 248.66,
/// E 35.811 x 580.00, F 30.781 x 911.33, G 9.800 x 1,242.67: -454,560 - 73,919 - 38,848 + 34,877
/// + 20,770 + 28,052 + 12,178. Frozen bands need less support than a No would.
#[test]
fn awards_cost_471_thousand_less_than_under_a_no() {
    let within = prepared("williamson-2018").finance;
    let within = within.awards_pension_age + within.awards_working_age;
    assert!((within - -471_450.0).abs() < 100.0, "{within}");
}

/// What the ballot, the bands and the summary print ties to the penny.
#[test]
fn the_requirement_rises_by_what_the_headline_raises() {
    for key in BUILT_IN {
        let budgets = prepared(key).budgets;
        let requirement = budgets.requirement;
        assert_eq!(
            requirement.yes - requirement.today,
            budgets.gross_yield(),
            "{key}"
        );
        assert_eq!(
            requirement.no - requirement.today,
            budgets.no_yield(),
            "{key}"
        );
    }
}

/// No principle for the Greater London Authority is held, so nobody can say what whole bills in
/// London will be: the share is empty and says why, rather than wrong.
#[test]
fn the_whole_bill_in_london_is_not_known() {
    let world = World::embedded(Some("2023-24")).unwrap();
    let scenario = Scenario::load("williamson-2018", &Names::of(&world.assumptions)).unwrap();
    let (scenario, left_out) = scenario.for_authority("Lewisham");
    assert_eq!(left_out, ["vote.name_on_ballot"]);
    let lewisham = prepare(&scenario, &world).unwrap();
    assert!(!lewisham.whole_bill_known);
    let said = lewisham
        .warnings
        .iter()
        .find(|w| w.code() == "other_preceptors_assumed")
        .unwrap();
    assert!(
        said.message()
            .contains("no principle is held for the Greater London Authority")
    );
    assert!(prepared("williamson-2018").whole_bill_known);
}

/// 5.01% and 4.99% both print as 5.0%.
#[test]
fn percentages_that_print_alike_are_pointed_out() {
    let prepared = with_one_rise(0.0501);
    assert!(
        prepared
            .warnings
            .iter()
            .any(|warning| warning.code() == "percentages_alike")
    );
}

/// 1,656.67 x 1.05 = 1,739.5035, set as 1,739.50: 4.9998%, which is below the trigger, and the
/// reason says so.
#[test]
fn the_reason_prints_the_rise_that_was_tested() {
    let prepared = with_one_rise(0.05);
    let route = prepared.route;
    assert!(!route.needs_referendum());
    assert!(
        route.modelled.reasons[0].contains("(+4.9998%)"),
        "{:?}",
        route.modelled.reasons
    );
}

/// On the amounts of 2026-27 (own £1,898.99: £2,306.00 less police £308.60 and fire £98.41) against a
/// No of +4.99%, £1,993.75: D 0.2 x 1,898.99 = +379.80 less +94.76 is +285.04; A 6/9 of -94.76.
#[test]
fn on_the_amounts_of_2026_27_a_yes_costs_what_the_published_amounts_give() {
    let world = World::embedded(Some("2026-27")).unwrap();
    let scenario = Scenario::load("williamson-2018", &Names::of(&world.assumptions)).unwrap();
    let prepared = prepare(&scenario, &world).unwrap();
    let found: Vec<i64> = prepared
        .schedule
        .bands()
        .iter()
        .map(|&band| {
            let own = prepared.amounts.own[band];
            (own.yes - own.no).pounds().round() as i64
        })
        .collect();
    assert_eq!(found, [-63, -74, -84, 285, 813, 1_509, 2_374, 3_608]);
}
