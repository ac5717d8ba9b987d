//! The tax base: Local Authorities (Calculation of Council Tax Base) (England) Regulations 2012
//! regs. 3 and 4, and what a requirement comes to on it (LGFA 1992 ss.31B and 52ZF).
//!
//! A borough worked by hand, `((H - Q + E + J) - Z) x F/G`:
//!
//! | band | H | Q | E | J | Z | left | F/G | relevant amount |
//! |---|---:|---:|---:|---:|---:|---:|---|---:|
//! | A at 5/9 | 12 | 2 | 0 | 0 | 4 | 6 | 5/9 | 3.333 |
//! | A | 1,000 | 300 x 0.25 + 10 x 0.5 = 80 | 20 | 5 | 120.5 | 824.5 | 6/9 | 549.667 |
//! | D | 400 | 30 | 4 | -2 | 12 | 360 | 9/9 | 360.000 |
//! | H | 10 | 0.25 | 2 | 0 | 0 | 11.75 | 18/9 | 23.500 |
//!
//! Together 936.500. At a collection rate of 98.5% that is 922.4525, to the thousandth 922.453; with
//! 8 of contributions in lieu the tax base is 930.453.

use bandwise::data::{Law, Vintage};
use bandwise::domain::extract::{charged_proportion, payable_percent};
use bandwise::domain::{Band, Liability, Nation, Pence, Share};
use bandwise::tax::base::{BandItems, basic_amount, relevant_amount, tax_base};

fn pounds(text: &str) -> Pence {
    Pence::parse_pounds(text).unwrap()
}

fn amount(band: Band, disabled: bool, [h, q, e, j, z]: [i64; 5]) -> i64 {
    let law = Law::embedded().unwrap();
    let items = BandItems {
        chargeable: h,
        discounts: q,
        premiums: e,
        adjustments: j,
        reductions: z,
    };
    let proportion = charged_proportion(band, disabled, law.proportions(Nation::England));
    relevant_amount(items, proportion)
}

fn borough() -> [i64; 4] {
    [
        amount(Band::A, true, [12_000, 2_000, 0, 0, 4_000]),
        amount(Band::A, false, [1_000_000, 80_000, 20_000, 5_000, 120_500]),
        amount(Band::D, false, [400_000, 30_000, 4_000, -2_000, 12_000]),
        amount(Band::H, false, [10_000, 250, 2_000, 0, 0]),
    ]
}

fn borough_base() -> i64 {
    tax_base(borough().iter().sum(), Share::new(0.985).unwrap(), 8_000)
}

#[test]
fn the_relevant_amount_of_each_band_is_worked_by_the_formula() {
    assert_eq!(borough(), [3_333, 549_667, 360_000, 23_500]);
}

#[test]
fn the_tax_base_is_the_sum_times_collection_plus_contributions_in_lieu() {
    assert_eq!(borough().iter().sum::<i64>(), 936_500);
    assert_eq!(borough_base(), 930_453);
}

/// s.31B: 1,500,000 / 930.453 = 1,612.1180.
#[test]
fn the_basic_amount_is_the_requirement_over_the_base() {
    assert_eq!(
        basic_amount(pounds("1500000"), borough_base()),
        Some(pounds("1612.12"))
    );
}

/// s.52ZF(3)(b): the substitute calculations use the same item T. A limit of 5% on 1,612.12 lets
/// 1,692.56 be set (4.99% is 1,692.5648), which on the same 930.453 requires 1,574,847.53.
#[test]
fn substitute_calculations_use_the_same_base() {
    let substitute = pounds("1692.56");
    let requirement = pounds("1574847.53");
    assert_eq!(basic_amount(requirement, borough_base()), Some(substitute));
}

/// Relief under s.13A(1)(c) is no item of reg. 4: a borough that gives £100,000 back to band A has
/// the same base and must require £100,000 more, 1,719.59 at band D instead of 1,612.12.
#[test]
fn class_relief_raises_the_requirement_and_not_the_base() {
    assert_eq!(
        basic_amount(pounds("1600000"), borough_base()),
        Some(pounds("1719.59"))
    );
}

/// A scheme reduction is item Z: 100 whole bills of band A less are 66.667 band D equivalents, of
/// which 98.5% or 65.667 leave the base; every authority on the bill divides by less.
#[test]
fn a_scheme_reduction_lowers_the_base_of_every_preceptor() {
    let more = amount(Band::A, false, [1_000_000, 80_000, 20_000, 5_000, 220_500]);
    assert_eq!(borough()[1] - more, 66_667);
    let others: i64 = [0, 2, 3].iter().map(|&band: &usize| borough()[band]).sum();
    let base = tax_base(others + more, Share::new(0.985).unwrap(), 8_000);
    assert_eq!(base, 864_786);
    // A police amount of £250,000: 268.69 on the base before, 289.09 after.
    let police = |base: i64| basic_amount(pounds("250000"), base);
    assert_eq!(police(930_453), Some(pounds("268.69")));
    assert_eq!(police(base), Some(pounds("289.09")));
}

/// Item E: a home at a premium of 100% counts twice, as its bill is twice the whole.
#[test]
fn a_premium_counts_in_the_base_as_in_the_bill() {
    let plain = amount(Band::D, false, [1_000, 0, 0, 0, 0]);
    let twice = amount(Band::D, false, [1_000, 0, 1_000, 0, 0]);
    assert_eq!(twice, 2 * plain);
    let whole = pounds("1612.12");
    assert_eq!(
        whole.times(payable_percent(Liability::SecondHome, 100), 100),
        pounds("3224.24")
    );
}

/// Council tax requirement 2023-24 (DLUHC): Derby estimated 73,085.1 after support and budgeted to
/// collect 97.2%: 71,038.717, published as 71,038.7. Its requirement of £117,687,808 over the
/// published base is 1,656.67, its published band D.
#[test]
fn derbys_published_base_and_band_d_follow_from_its_own_return() {
    let vintage = Vintage::held(Some("2023-24")).unwrap();
    let derby = vintage.find("Derby").unwrap();
    let rate = Share::new(derby.tax_base.collection_rate).unwrap();
    assert_eq!(tax_base(73_085_100, rate, 0), 71_038_717);
    let requirement = Pence::from_pence(100 * derby.tax_base.requirement_pounds);
    assert_eq!(
        basic_amount(requirement, 71_038_700),
        Some(derby.levels.own)
    );
}

/// All 296 of 2023-24: estimate x collection + contributions in lieu is the published tax base for
/// setting, and requirement over base the published band D, within the rounding of what is printed
/// (a base to a tenth or a whole, a rate to a thousandth: 0.1%; a band D to 2p).
#[test]
fn every_published_base_follows_from_its_return() {
    let vintage = Vintage::held(Some("2023-24")).unwrap();
    for row in &vintage.authorities {
        let base = row.tax_base;
        let name = &row.authority.name;
        let thousandths = |value: f64| (1_000.0 * value).round() as i64;
        let worked = tax_base(
            thousandths(base.estimate_after_support),
            Share::new(base.collection_rate).unwrap(),
            thousandths(base.contributions_in_lieu),
        );
        let published = thousandths(base.tax_base_for_setting);
        let off = (worked - published).abs() as f64 / published as f64;
        assert!(off < 0.001, "{name}: {worked} of {published}");
        let requirement = Pence::from_pence(100 * base.requirement_pounds);
        let band_d = basic_amount(requirement, published).unwrap();
        let penny = (band_d - row.levels.own_incl_parish).pence().abs();
        assert!(
            penny <= 2,
            "{name}: {band_d} of {}",
            row.levels.own_incl_parish
        );
    }
}
