//! The years after the vote, worked by hand.
//!
//! A council with 6,000 band D equivalents in band A, 3,000 in band D, 1,000 in band H and 100 of
//! contributions in lieu charges £1,000 at band D today. The proposal doubles the headline and gives
//! back all of the increase to band A and 80% to band D; a No brings 4.99%. Later years rise by 5%.
//!
//! | year | headline | A pays | D pays | H pays | requirement | relief | revenue |
//! |---|---:|---:|---:|---:|---:|---:|---:|
//! | 1 | 2,000.00 | 1,000 | 1,200.00 | 2,000.00 | 20,200,000 | 8,400,000 | 11,800,000 |
//! | 2 | 2,100.00 | 1,000 | 1,260.00 | 2,100.00 | 21,210,000 | 9,120,000 | 12,090,000 |
//! | 3 | 2,205.00 | 1,000 | 1,323.00 | 2,205.00 | 22,270,500 | 9,876,000 | 12,394,500 |
//! | 4 | 2,315.25 | 1,000 | 1,389.15 | 2,315.25 | 23,384,025 | 10,669,800 | 12,714,225 |
//!
//! (requirement: 10,100 times the headline; revenue of year 4: 6,000 x 1,000 + 3,000 x 1,389.15 +
//! 1,000 x 2,315.25 + 100 x 2,315.25.) A No: 1,049.90, 1,102.40 (1,102.395 rounded half up),
//! 1,157.52, 1,215.40 (1,215.396), times 10,100: 10,603,990, 11,134,240, 11,690,952, 12,275,540.
//! A freeze: 1,000.00, 1,050.00, 1,102.50, 1,157.63 (1,157.625), times 10,100: 10,100,000,
//! 10,605,000, 11,135,250, 11,692,063.

use bandwise::data::scenario::Names;
use bandwise::data::{Scenario, World};
use bandwise::domain::{Band, Limit, Pence, Rise, Share, Terms, UniformRise, Warning};
use bandwise::simulation::medium_term::later_years;
use bandwise::simulation::{NoObserver, prepare, run};
use bandwise::tax::Cases;
use bandwise::tax::ChargeLine;
use bandwise::tax::medium_term::{LaterRise, Path, Plan, project};

fn pounds(text: &str) -> Pence {
    Pence::parse_pounds(text).unwrap()
}

fn rise(value: f64) -> Rise {
    Rise::new(value).unwrap()
}

fn council() -> Plan {
    let line = |band, base: i64, net: &str, frozen| ChargeLine {
        band,
        tax_base_thousandths: 1_000 * base,
        today: pounds("1000"),
        headline: pounds("2000"),
        net: pounds(net),
        net_in_full: pounds(net),
        no: pounds("1049.90"),
        frozen,
    };
    Plan {
        lines: vec![
            line(Band::A, 6_000, "1000", true),
            line(Band::D, 3_000, "1200", false),
            line(Band::H, 1_000, "2000", false),
        ],
        in_lieu_thousandths: 100_000,
        surcharge: (Pence::ZERO, Pence::ZERO),
        has_relief: true,
        band_d: Cases {
            today: pounds("1000"),
            yes: pounds("2000"),
            no: pounds("1049.90"),
        },
        requirement_today: pounds("10100000"),
        later: vec![LaterRise::Stated(rise(0.05)); 3],
        phase_in_years: 1,
        freeze_years: 1,
        freeze_grant: Share::new(0.01).unwrap(),
        freeze_grant_years: 2,
    }
}

/// Revenue of a path without growth and inflation, year by year.
fn revenue(plan: &Plan, path: Path) -> Vec<Pence> {
    let projection = project(plan, 0.0, 0.0);
    let years = projection.of(path).iter();
    years.map(|year| year.revenue).collect()
}

#[test]
fn relief_that_keeps_bands_frozen_in_cash_compounds() {
    let projection = project(&council(), 0.0, 0.0);
    let expected = [
        ("2000", "20200000", "8400000", "11800000"),
        ("2100", "21210000", "9120000", "12090000"),
        ("2205", "22270500", "9876000", "12394500"),
        ("2315.25", "23384025", "10669800", "12714225"),
    ];
    for (year, (headline, requirement, relief, revenue)) in
        projection.of(Path::Yes).iter().zip(expected)
    {
        assert_eq!(year.band_d, pounds(headline));
        assert_eq!(year.requirement, pounds(requirement));
        assert_eq!(year.relief, pounds(relief));
        assert_eq!(year.revenue, pounds(revenue));
    }
    let last = &projection.of(Path::Yes)[3].pays;
    assert_eq!(
        last,
        &[pounds("1000"), pounds("1389.15"), pounds("2315.25")]
    );
}

/// Relief stays at 6,000 x 1,000 + 3,000 x 800 = 8,400,000; band A pays every rise of the doubled
/// headline: 2,100 - 1,000 = 1,100, then 1,205, then 1,315.25.
#[test]
fn relief_kept_at_its_pounds_lets_frozen_bands_pay_the_rises_of_the_doubled_headline() {
    let projection = project(&council(), 0.0, 0.0);
    let years = projection.of(Path::YesReliefInPounds);
    assert!(years.iter().all(|year| year.relief == pounds("8400000")));
    let of_band_a: Vec<Pence> = years.iter().map(|year| year.pays[0]).collect();
    let expected = ["1000", "1100", "1205", "1315.25"].map(pounds);
    assert_eq!(of_band_a, expected);
    assert_eq!(years[3].revenue, pounds("14984025"));
}

#[test]
fn relief_that_ends_in_the_second_year_leaves_every_band_at_the_headline() {
    let projection = project(&council(), 0.0, 0.0);
    let years = projection.of(Path::YesReliefWithdrawn);
    assert_eq!(years[0].revenue, pounds("11800000"));
    assert_eq!(years[1].relief, Pence::ZERO);
    assert_eq!(years[1].revenue, pounds("21210000"));
    assert_eq!(years[1].pays, vec![pounds("2100"); 3]);
}

#[test]
fn a_freeze_loses_more_three_years_on_than_in_its_first_year() {
    let (no, freeze) = (
        revenue(&council(), Path::No),
        revenue(&council(), Path::Freeze),
    );
    assert_eq!(
        no,
        ["10603990", "11134240", "11690952", "12275540"].map(pounds)
    );
    assert_eq!(
        freeze,
        ["10100000", "10605000", "11135250", "11692063"].map(pounds)
    );
    assert_eq!(no[0] - freeze[0], pounds("503990"));
    assert_eq!(no[3] - freeze[3], pounds("583477"));
}

/// 1% of 10,100,000 is 101,000, paid in two years; the terms of 2013-14 (written statement of
/// 19 December 2012). Two frozen years earn two grants, which overlap in the second.
#[test]
fn a_freeze_grant_ends_and_the_loss_stays() {
    let grants = |plan: &Plan| -> Vec<Pence> {
        let projection = project(plan, 0.0, 0.0);
        let years = projection.of(Path::FreezeWithGrant).iter();
        years.map(|year| year.grant).collect()
    };
    let one = council();
    assert_eq!(grants(&one), ["101000", "101000", "0", "0"].map(pounds));
    assert_eq!(
        revenue(&one, Path::FreezeWithGrant),
        ["10201000", "10706000", "11135250", "11692063"].map(pounds)
    );
    let two = Plan {
        freeze_years: 2,
        ..council()
    };
    assert_eq!(
        grants(&two),
        ["101000", "202000", "101000", "0"].map(pounds)
    );
    assert_eq!(revenue(&two, Path::Freeze)[1], pounds("10100000"));
    assert_eq!(revenue(&two, Path::Freeze)[2], pounds("10605000"));
}

/// A limit of 5% is taken at 4.99%: 99.80 on the headline of 2,000, 52.39 on 1,049.90 (LGFA 1992
/// s.52ZB: the test is on the relevant basic amount, which class reductions do not change).
#[test]
fn the_limit_of_a_later_year_applies_to_the_doubled_headline() {
    let five_percent = LaterRise::LargestWithoutVote(Limit::Percent(rise(0.05)));
    let plan = Plan {
        later: vec![five_percent],
        ..council()
    };
    let projection = project(&plan, 0.0, 0.0);
    assert_eq!(projection.of(Path::Yes)[1].band_d, pounds("2099.80"));
    assert_eq!(projection.of(Path::No)[1].band_d, pounds("1102.29"));
}

#[test]
fn a_limit_in_pounds_is_the_same_after_a_yes_and_after_a_no() {
    let fifteen_pounds = LaterRise::LargestWithoutVote(Limit::Pounds(pounds("15")));
    let plan = Plan {
        later: vec![fifteen_pounds],
        ..council()
    };
    let projection = project(&plan, 0.0, 0.0);
    assert_eq!(projection.of(Path::Yes)[1].band_d, pounds("2015"));
    assert_eq!(projection.of(Path::No)[1].band_d, pounds("1064.90"));
}

#[test]
fn without_a_principle_amounts_are_held_in_cash() {
    let plan = Plan {
        later: vec![LaterRise::LargestWithoutVote(Limit::Unlimited); 3],
        ..council()
    };
    assert_eq!(revenue(&plan, Path::No), vec![pounds("10603990"); 4]);
    assert_eq!(revenue(&plan, Path::Yes), vec![pounds("11800000"); 4]);
}

/// With 2% growth the second year has 6,120, 3,060, 1,020 and 102: 10,302 x 1,102.40 =
/// 11,356,924.80; at 2% inflation that is 11,134,240 in prices of the first year.
#[test]
fn the_base_grows_and_prices_are_those_of_the_first_year() {
    let projection = project(&council(), 0.02, 0.02);
    let years = projection.of(Path::No);
    assert_eq!(years[0].revenue, pounds("10603990"));
    assert_eq!(years[1].tax_base_thousandths, 10_302_000);
    assert_eq!(years[1].revenue, pounds("11356924.80"));
    assert_eq!(years[1].revenue_in_first_years_prices, pounds("11134240"));
}

/// Band D comes to 1,200 over three years from 1,500: 1,500, 1,350, 1,200, 1,200.
#[test]
fn relief_is_phased_in_by_even_steps() {
    let mut plan = council();
    plan.lines[1].net = pounds("1500");
    plan.phase_in_years = 3;
    plan.later = vec![LaterRise::Stated(Rise::FREEZE); 3];
    let projection = project(&plan, 0.0, 0.0);
    let of_band_d: Vec<Pence> = projection
        .of(Path::Yes)
        .iter()
        .map(|year| year.pays[1])
        .collect();
    assert_eq!(of_band_d, ["1500", "1350", "1200", "1200"].map(pounds));
}

/// A proposal that raises nothing has no relief to keep: later years rise for all.
#[test]
fn a_proposed_freeze_without_relief_does_not_last() {
    let mut plan = council();
    plan.band_d.yes = pounds("1000");
    for line in &mut plan.lines {
        line.headline = pounds("1000");
        line.net = pounds("1000");
        line.net_in_full = pounds("1000");
        line.frozen = true;
    }
    assert_eq!(revenue(&plan, Path::Yes), revenue(&plan, Path::Freeze));
}

#[test]
fn the_first_year_is_that_of_the_budgets_to_the_penny() {
    let world = World::embedded(Some("2026-27")).unwrap();
    for (key, authority) in [
        ("williamson-2018", "Derby"),
        ("gentle-efgh", "Westminster"),
        ("gentle-efgh", "Cardiff"),
        ("williamson-2018", "Amber Valley"),
        ("uniform-15", "Derbyshire Police"),
        ("max-without-vote", "Wiltshire"),
        ("scotland-2017", "Derby"),
        ("fairer-share", "Derby"),
        ("ippr-london-2019", "Camden"),
        ("high-value-surcharge-2028", "Camden"),
        ("williamson-2018", "with terms"),
        ("fairer-share", "with terms"),
    ] {
        let names = Names::of(&world.assumptions);
        let mut scenario = Scenario::load(key, &names).unwrap();
        if authority == "with terms" {
            scenario.terms = Terms {
                protects_reduction: true,
                cap: Some(Pence::from_pence(80_000)),
                phase_in_years: 3,
                leaves_out_premiums: key == "williamson-2018",
            };
        } else {
            scenario = scenario.for_authority(authority).0;
        }
        let prepared = prepare(&scenario, &world).unwrap();
        let projection = project(&prepared.outlook.plan, 0.0, 0.0);
        let budgets = &prepared.budgets;
        let yes = &projection.of(Path::Yes)[0];
        assert_eq!(yes.requirement, budgets.requirement.yes, "{authority}");
        assert_eq!(yes.relief, budgets.relief_cost(), "{authority}");
        let over_no = yes.revenue - projection.of(Path::No)[0].revenue;
        assert_eq!(over_no, budgets.net_yield_vs_no(), "{authority}");
        let freeze = projection.of(Path::Freeze)[0].revenue;
        assert_eq!(freeze, budgets.requirement.today, "{authority}");
    }
}

/// A rise that is capped, phased in and kept from residents on reduction brings next to nothing in its first
/// year: what is collected of later years' bills does not hang on that. Nothing is collected beyond
/// what is charged, but what awards save; and most of it is collected.
#[test]
fn no_path_collects_more_than_it_charges() {
    let world = World::embedded(Some("2026-27")).unwrap();
    let names = Names::of(&world.assumptions);
    for (key, terms) in [
        ("uniform-15", true),
        ("gentle-efgh", true),
        ("gentle-efgh", false),
        ("williamson-2018", false),
    ] {
        let mut scenario = Scenario::load(key, &names).unwrap();
        scenario.draws = 200;
        if terms {
            scenario.terms = Terms {
                protects_reduction: true,
                cap: Some(Pence::from_pence(10_000)),
                phase_in_years: 2,
                leaves_out_premiums: false,
            };
        }
        let prepared = prepare(&scenario, &world).unwrap();
        let found = later_years(&prepared, &run(&prepared, &NoObserver));
        for one in found.figures.iter().filter(|one| one.path.is_some()) {
            let path = one.path.unwrap();
            let charged = |path| found.projection.of(path)[one.year].revenue.pounds();
            let over_no = (charged(path) - charged(Path::No)) * one.mean_growth;
            let collected = one.over_no.mean;
            let whole = charged(path) * one.mean_growth;
            assert!(
                collected <= over_no + 0.005 * whole && collected >= over_no - 0.1 * whole,
                "{key} {} year {}: {collected} of {over_no}",
                path.key(),
                one.year
            );
        }
    }
}

/// The caveats on later years that a scenario brings in an authority, by their short names.
fn caveats(authority: &str, later_rise: Option<f64>) -> Vec<&'static str> {
    let world = World::embedded(Some("2026-27")).unwrap();
    let scenario = Scenario::load("uniform-15", &Names::of(&world.assumptions)).unwrap();
    let (mut scenario, _) = scenario.for_authority(authority);
    if let Some(value) = later_rise {
        scenario.medium_term.later_rise = UniformRise::Stated(rise(value));
    }
    let prepared = prepare(&scenario, &world).unwrap();
    let codes = prepared.warnings.iter().map(Warning::code);
    codes.filter(|code| code.starts_with("later_")).collect()
}

/// The principles of 2028-29 are intended and not published; none is held for 2029-30 and after.
#[test]
fn principles_of_later_years_that_are_not_published_are_pointed_out() {
    assert_eq!(caveats("Derby", None), ["later_principles"]);
}

/// No principle in Wales (LGFA 1992 Part 1 Chapter 4ZA applies in England only) and none in 2027-28
/// and 2028-29 for Westminster: nothing says by how much amounts rise.
#[test]
fn without_a_principle_later_years_are_held_in_cash_with_a_warning_unless_a_rise_is_stated() {
    for authority in ["Cardiff", "Westminster"] {
        assert_eq!(caveats(authority, None), ["later_years_held"]);
        assert!(caveats(authority, Some(0.06)).is_empty(), "{authority}");
    }
}

/// 5% or more needs a vote in Derby; 4.99% does not.
#[test]
fn a_stated_later_rise_that_would_need_a_vote_is_pointed_out() {
    assert_eq!(caveats("Derby", Some(0.05)), ["later_rise_excessive"]);
    assert!(caveats("Derby", Some(0.0499)).is_empty());
}
