//! What other reforms were said to cost and raise.

use bandwise::data::scenario::Names;
use bandwise::data::{Catalogue, Law, Scenario, Vintage, World};
use bandwise::domain::{Band, Levy, Nation, Pence, Proposal, Rise};
use bandwise::tax::bill::band_amount;

/// The bands that the Scottish reforms of 2017 and 2023 raise, with their rises.
const RAISED: [(Band, f64); 4] = [
    (Band::E, 0.075),
    (Band::F, 0.125),
    (Band::G, 0.175),
    (Band::H, 0.225),
];

/// "Consultation on a fairer council tax" (Scottish Government and COSLA, July 2023): mean band D of
/// 2023-24 £1,417; E to H up by 7.5, 12.5, 17.5 and 22.5%: about £139, £288, £485 and £781 a year.
///
/// From the mean: E 1,861.78 x 7.5% = 139.63, F 2,302.63 x 12.5% = 287.83, G 2,774.96 x 17.5% =
/// 485.62, H 3,471.65 x 22.5% = 781.12. Residual: up to 63p. The published rises are averages and the
/// mean band D is rounded to a pound; how they were weighted and rounded is not said.
#[test]
fn the_rises_of_scotlands_proposal_of_2023_are_reproduced_to_a_pound() {
    let law = Law::embedded().unwrap();
    let proportions = law
        .scottish_proportions("2023-24".parse().unwrap())
        .unwrap();
    let band_d = Pence::parse_pounds("1417").unwrap();
    for ((band, rise), published) in RAISED.into_iter().zip([139.0, 288.0, 485.0, 781.0]) {
        let today = band_amount(band_d, proportions[band]);
        let increase = Rise::new(rise).unwrap().apply_to(today) - today;
        let off = (increase.pounds() - published).abs();
        assert!(off < 1.0, "band {band}: {increase} of {published}");
    }
}

/// The same consultation: £176m a year from "around 28%" of homes.
///
/// No Scottish table by band of 2023 is held: the last is of September 2007 (25.0% of homes in E to
/// H; 26.6% in 2016). Their mix within E to H, carried to the 750,000 homes that were said to be
/// affected, gives £192m of whole bills. What is missing to £176m, 8.3%, is discounts, exemptions
/// and reductions: in England homes of E to H pay 92.6% of whole bills after discounts, and 90.7%
/// after reductions as well. So the published yield must lie between: it does, at 91.7%.
#[test]
fn the_yield_of_scotlands_proposal_lies_between_bills_after_discounts_and_after_reductions() {
    let homes = scottish_homes();
    let of = |band: Band| homes[band.index()];
    let total: i64 = homes.iter().sum();
    let raised: i64 = RAISED.iter().map(|(band, _)| of(*band)).sum();
    assert_eq!(total, 2_335_890);
    assert_eq!(
        format!("{:.1}", 100.0 * raised as f64 / total as f64),
        "25.0"
    );
    let whole_bills: f64 = RAISED
        .iter()
        .zip([139.0, 288.0, 485.0, 781.0])
        .map(|((band, _), increase)| of(*band) as f64 * increase)
        .sum();
    let carried = whole_bills * 750_000.0 / raised as f64 / 1e6;
    assert!((carried - 192.0).abs() < 0.5, "{carried}m");
    // 25.0% in 2007 and 26.6% in 2016 (Council Tax Base 2016, Scottish Government) lead to 27.8% in
    // 2023: the published "around 28%".
    let per_year = (26.6 - 100.0 * raised as f64 / total as f64) / 9.0;
    assert!((26.6 + 7.0 * per_year - 28.0).abs() < 0.3);
    let (after_discounts, after_reductions) = english_shares_payable();
    let published = 176.0 / carried;
    assert!(
        after_reductions < published && published < after_discounts,
        "{after_reductions} {published} {after_discounts}"
    );
}

fn scottish_homes() -> Vec<i64> {
    let catalogue = Catalogue::embedded().unwrap();
    let table = catalogue
        .table("scottish_dwellings")
        .unwrap()
        .csv()
        .unwrap();
    let mut bands = Nation::England.bands().iter();
    table
        .lines()
        .skip(1)
        .map(|line| {
            let mut cells = line.split(',').skip(1);
            let band: Band = cells.next().unwrap().parse().unwrap();
            assert_eq!(bands.next(), Some(&band));
            cells.next().unwrap().parse().unwrap()
        })
        .collect()
}

/// What English homes of bands E to H pay of whole bills: after discounts and premiums, and after
/// reductions as well (tax base return of October 2022 over dwellings).
fn english_shares_payable() -> (f64, f64) {
    let law = Law::embedded().unwrap();
    let proportions = law.proportions(Nation::England);
    let vintage = Vintage::held(Some("2023-24")).unwrap();
    let (mut whole, mut discounted, mut reduced) = (0.0, 0.0, 0.0);
    for record in &vintage.authorities {
        for (band, _) in RAISED {
            let row = record.bands[band];
            let ratio =
                proportions[band].numerator() as f64 / proportions[band].denominator() as f64;
            whole += row.dwellings as f64 * ratio;
            discounted += row.band_d_equivalents_before_support;
            reduced += (row.support_pension_age + row.support_working_age) * ratio;
        }
    }
    (discounted / whole, (discounted - reduced) / whole)
}

/// Band D of Bedfordshire's police 2014-15, £156.55 (DLUHC, band D 1996-97 to 2023-24); the rise put
/// to the vote in May 2015 was £24.80 or 15.84%, printed as 15.8%; a No brought 1.99%, £3.12, printed
/// as 2.0%. Band A 32p a week, band D 48p.
#[test]
fn bedfordshires_rise_of_2015_was_24_80_at_band_d() {
    let today = Pence::parse_pounds("156.55").unwrap();
    let asked = today + Pence::parse_pounds("24.80").unwrap();
    let rise = Rise::between(today, asked).unwrap();
    assert_eq!(rise.percent_to_one_decimal(), "15.8");
    assert_eq!(rise.to_string(), "15.8416%");
    let no = Rise::new(0.0199).unwrap();
    assert_eq!(no.percent_to_one_decimal(), "2.0");
    assert_eq!(
        no.apply_to(today) - today,
        Pence::parse_pounds("3.12").unwrap()
    );
    let law = Law::embedded().unwrap();
    let band_a = law.proportions(Nation::England)[Band::A];
    let a_week = |rise: Pence| rise.times(1, 52).pence();
    assert_eq!(a_week(asked - today), 48);
    assert_eq!(a_week(band_amount(asked - today, band_a)), 32);
}

/// The steps of the surcharge: from a value on, a charge.
pub fn surcharge(law: &Law) -> Vec<(Pence, Pence)> {
    let steps = law.high_value_surcharge().iter();
    steps.map(|step| (step.from_value, step.charge)).collect()
}

/// The built-in scenario charges what the table of the law holds.
#[test]
fn the_scenario_of_the_surcharge_has_the_steps_of_the_budget() {
    let world = World::embedded(None).unwrap();
    let names = Names::of(&world.assumptions);
    let scenario = Scenario::load("high-value-surcharge-2028", &names).unwrap();
    let Proposal::Surcharge {
        levy: Levy::ByValue(steps),
        ..
    } = scenario.proposal
    else {
        panic!("a surcharge by value");
    };
    assert_eq!(steps, surcharge(&world.law));
}

/// Budget 2025: £2,500 from £2.0m, £3,500 from £2.5m, £5,000 from £3.5m, £7,500 from £5m; nothing
/// below £2m. At a boundary the higher charge is due ("worth £2 million or more").
#[test]
fn the_high_value_surcharge_steps_at_its_boundaries() {
    let law = Law::embedded().unwrap();
    let charge = |pence: i64| {
        let value = Pence::from_pence(pence);
        Levy::on_value(&surcharge(&law), value).pounds()
    };
    assert_eq!(charge(0), 0.0);
    for (boundary, below, from) in [
        (2_000_000, 0.0, 2_500.0),
        (2_500_000, 2_500.0, 3_500.0),
        (3_500_000, 3_500.0, 5_000.0),
        (5_000_000, 5_000.0, 7_500.0),
    ] {
        assert_eq!(
            charge(100 * boundary - 1),
            below,
            "a penny below {boundary}"
        );
        assert_eq!(charge(100 * boundary), from, "at {boundary}");
    }
    assert_eq!(charge(100 * 40_000_000), 7_500.0);
}
