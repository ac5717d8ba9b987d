//! Scotland's proportions, before and after the order of 2016: LGFA 1992 s.74 and SSI 2016/368. No
//! Scottish council is modelled; the reform there is the model of `national-ratios`.

use bandwise::data::Law;
use bandwise::domain::{Band, BandProportions, Nation, Pence, Rise};
use bandwise::tax::bill::band_amount;

fn in_year(year: &str) -> BandProportions {
    let law = Law::embedded().unwrap();
    *law.scottish_proportions(year.parse().unwrap()).unwrap()
}

fn of_bands(proportions: BandProportions) -> Vec<(i64, i64)> {
    let bands = Nation::England.bands().iter();
    bands
        .map(|&band| {
            (
                proportions[band].numerator(),
                proportions[band].denominator(),
            )
        })
        .collect()
}

/// As enacted: the same ninths as in England.
#[test]
fn until_2016_17_scotland_had_the_ninths_of_england() {
    let law = Law::embedded().unwrap();
    let english = of_bands(*law.proportions(Nation::England));
    assert_eq!(of_bands(in_year("1993-94")), english);
    assert_eq!(of_bands(in_year("2016-17")), english);
    let before = "1992-93".parse().unwrap();
    assert_eq!(law.scottish_proportions(before), None);
}

/// The Council Tax (Substitution of Proportion) (Scotland) Order 2016: 240:280:320:360:473:585:705:882.
#[test]
fn from_2017_18_the_parts_are_360ths() {
    let numbers = [240, 280, 320, 360, 473, 585, 705, 882];
    let expected: Vec<(i64, i64)> = numbers.into_iter().map(|number| (number, 360)).collect();
    assert_eq!(of_bands(in_year("2017-18")), expected);
    assert_eq!(of_bands(in_year("2026-27")), expected);
}

/// 473/360 over 11/9 is 473/440 = 1.075; 585/520 = 1.125; 705/600 = 1.175; 882/720 = 1.225: exactly
/// the rises announced, and nothing for A to D (240/360 = 6/9).
#[test]
fn the_order_raised_e_to_h_by_the_percentages_announced() {
    let (before, after) = (in_year("2016-17"), in_year("2017-18"));
    let million = Pence::parse_pounds("1000000").unwrap();
    for (band, rise) in [
        (Band::A, 0.0),
        (Band::B, 0.0),
        (Band::C, 0.0),
        (Band::D, 0.0),
        (Band::E, 0.075),
        (Band::F, 0.125),
        (Band::G, 0.175),
        (Band::H, 0.225),
    ] {
        let from = band_amount(million, before[band]);
        let found = Rise::between(from, band_amount(million, after[band]));
        assert_eq!(found, Some(Rise::new(rise).unwrap()), "band {band}");
    }
}

/// Scottish Borders 2022-23, band D £1,291.53: E 1,696.93, F 2,098.74, G 2,529.25, H 3,164.25, and
/// below D 861.02, 1,004.52 and 1,148.03 (scotborders.gov.uk, council tax charges and bands).
#[test]
fn the_bills_of_scottish_borders_are_reproduced() {
    let proportions = in_year("2022-23");
    let band_d = Pence::parse_pounds("1291.53").unwrap();
    let printed = [
        "861.02", "1004.52", "1148.03", "1291.53", "1696.93", "2098.74", "2529.25", "3164.25",
    ];
    for (&band, printed) in Nation::England.bands().iter().zip(printed) {
        let expected = Pence::parse_pounds(printed).unwrap();
        assert_eq!(
            band_amount(band_d, proportions[band]),
            expected,
            "band {band}"
        );
    }
}
