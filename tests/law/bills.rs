//! Bills of one dwelling: LGFA 1992 ss.5, 11, 13A and 36.

use bandwise::data::Law;
use bandwise::domain::schedule::Ground;
use bandwise::domain::{
    Band, ByBand, Liability, Nation, Pence, Proposal, Reduction, Rise, Share, UniformRise,
};
use bandwise::tax::{Amounts, amounts, dwelling_bill};

fn pounds(text: &str) -> Pence {
    Pence::parse_pounds(text).unwrap()
}

fn rise(value: f64) -> Rise {
    Rise::new(value).unwrap()
}

/// Derby in 2023-24, without a principle.
pub fn ground<'a>(dwellings: &'a ByBand<i64>, law: &'a Law) -> Ground<'a> {
    Ground {
        nation: Nation::England,
        dwellings,
        largest_without_vote: None,
        own_today: pounds("1656.67"),
        proportions: law.proportions(Nation::England),
        values: None,
    }
}

/// Derby's own amount of 2023-24 (£1,656.67) and the rest of the bill (£352.44).
fn derby(proposal: &Proposal) -> Amounts {
    let law = Law::embedded().unwrap();
    let schedule = proposal
        .schedule(ground(&ByBand::from_fn(|_| 1), &law))
        .unwrap();
    let others = (pounds("352.44"), pounds("368.01"));
    amounts(
        pounds("1656.67"),
        &[others],
        &schedule,
        rise(0.0499),
        law.proportions(Nation::England),
    )
}

fn williamson() -> Amounts {
    let relief =
        [1.0, 1.0, 1.0, 0.8, 0.6, 0.4, 0.2, 0.0, 0.0].map(|share| Share::new(share).unwrap());
    derby(&Proposal::HeadlineWithRelief {
        headline: rise(1.0),
        relief: ByBand::from_fn(|band| relief[band.index()]),
    })
}

/// 1,656.67 x 6/9 = 1,104.4467, 7/9 = 1,288.5211, 8/9 = 1,472.5956, 11/9 = 2,024.8189,
/// 13/9 = 2,392.9678, 15/9 = 2,761.1167, 18/9 = 3,313.34.
#[test]
fn each_band_pays_its_ninths_of_band_d() {
    let amounts = williamson();
    let expected = [
        "1104.45", "1288.52", "1472.60", "1656.67", "2024.82", "2392.97", "2761.12", "3313.34",
    ];
    for (band, expected) in Band::ALL.into_iter().zip(expected) {
        assert_eq!(amounts.own[band].today, pounds(expected), "band {band}");
    }
}

/// The proportions of LGFA 1992 s.5(1) and, for Wales, (1A), in ninths.
#[test]
fn the_proportions_are_those_of_section_5() {
    let law = Law::embedded().unwrap();
    let ninths = |nation: Nation| -> Vec<i64> {
        let proportions = law.proportions(nation);
        assert!(
            proportions
                .values()
                .iter()
                .all(|one| one.denominator() == 9)
        );
        let numerator = |&band: &Band| proportions[band].numerator();
        nation.bands().iter().map(numerator).collect()
    };
    assert_eq!(ninths(Nation::England), [6, 7, 8, 9, 11, 13, 15, 18]);
    assert_eq!(ninths(Nation::Wales), [6, 7, 8, 9, 11, 13, 15, 18, 21]);
}

/// Relief of the whole increase gives back what the headline adds, to the penny.
#[test]
fn a_frozen_band_pays_last_years_bill() {
    let amounts = williamson();
    for band in [Band::A, Band::B, Band::C] {
        assert_eq!(
            amounts.own[band].yes, amounts.own[band].today,
            "band {band}"
        );
    }
}

/// D: 1,656.67 x 1.2 = 1,988.004. H: 3,313.34 doubled. E: band D equivalent 1,656.67 x 1.4 =
/// 2,319.338, to the penny 2,319.34, x 11/9 = 2,834.7489.
#[test]
fn relief_leaves_the_stated_part_of_the_increase_to_pay() {
    let amounts = williamson();
    assert_eq!(amounts.own[Band::D].yes, pounds("1988.00"));
    assert_eq!(amounts.own[Band::E].yes, pounds("2834.75"));
    assert_eq!(amounts.own[Band::H].yes, pounds("6626.68"));
    assert_eq!(amounts.band_d.yes, pounds("3313.34"));
}

/// 1,656.67 x 1.0499 = 1,739.3378: the substitute amount; a No is not a freeze.
#[test]
fn a_no_brings_the_substitute_amount() {
    let amounts = williamson();
    assert_eq!(amounts.band_d.no, pounds("1739.34"));
    assert_eq!(amounts.own[Band::A].no, pounds("1159.56"));
    assert!(amounts.own[Band::A].no > amounts.own[Band::A].today);
}

/// Band A: own 1,104.45 and others 352.44 x 6/9 = 234.96 today, 368.01 x 6/9 = 245.34 next year.
#[test]
fn a_frozen_own_element_does_not_freeze_the_whole_bill() {
    let total = williamson().areas[0].total[Band::A];
    assert_eq!(total.today, pounds("1339.41"));
    assert_eq!(total.yes, pounds("1349.79"));
}

/// s.11(1)(a): a single adult pays three quarters: 1,104.45 x 3/4 = 828.3375.
#[test]
fn a_single_adult_pays_three_quarters() {
    let bill = dwelling_bill(
        williamson().own[Band::A],
        Liability::SingleAdult,
        Reduction::None,
        0,
    );
    assert_eq!(bill.today, pounds("828.34"));
    assert_eq!(bill.yes, bill.today);
}

/// s.11(2)(b): where all are disregarded half is left: 1,656.67 / 2 = 828.335.
#[test]
fn a_home_of_disregarded_adults_pays_half() {
    let bill = dwelling_bill(
        williamson().own[Band::D],
        Liability::AllDisregarded,
        Reduction::None,
        0,
    );
    assert_eq!(bill.today, pounds("828.34"));
}

#[test]
fn an_exempt_dwelling_pays_nothing() {
    let bill = dwelling_bill(
        williamson().own[Band::H],
        Liability::Exempt,
        Reduction::None,
        0,
    );
    assert_eq!(
        (bill.today, bill.yes, bill.no),
        (Pence::ZERO, Pence::ZERO, Pence::ZERO)
    );
}

/// An award of 72% of the bill leaves 28%: D 1,656.67 x 0.28 = 463.8676; Yes 1,988.00 x 0.28 =
/// 556.64.
#[test]
fn a_percentage_award_grows_with_the_bill() {
    let own = williamson().own[Band::D];
    let bill = dwelling_bill(own, Liability::Full, Reduction::WorkingAge, 7_200);
    assert_eq!((bill.today, bill.yes), (pounds("463.87"), pounds("556.64")));
}

/// The prescribed scheme reckons a pension-age award on the whole bill less a taper on income
/// (SI 2012/2885): a rise in the bill raises the award by the same pounds.
#[test]
fn a_pension_age_award_meets_a_rise() {
    let own = williamson().own[Band::E];
    let bill = dwelling_bill(own, Liability::Full, Reduction::PensionAge, 8_800);
    assert_eq!(bill.yes, bill.today);
    assert_eq!(bill.no, bill.today);
}

/// A rise of 15% for all: 1,656.67 x 1.15 = 1,905.1705; H twice 1,905.17.
#[test]
fn a_uniform_rise_raises_every_band_alike() {
    let amounts = derby(&Proposal::Uniform(UniformRise::Stated(rise(0.15))));
    assert_eq!(amounts.band_d.yes, pounds("1905.17"));
    assert_eq!(amounts.own[Band::H].yes, pounds("3810.34"));
    assert_eq!(amounts.own[Band::A].yes, pounds("1270.11"));
}

/// Bands E to H by 10, 20, 30 and 40%: the headline is 40%, relief 75, 50, 25 and 0% of it.
#[test]
fn band_rises_imply_the_headline_and_the_relief() {
    let rises = [0.0, 0.0, 0.0, 0.0, 0.1, 0.2, 0.3, 0.4, 0.4].map(rise);
    let proposal = Proposal::BandRises(ByBand::from_fn(|band| rises[band.index()]));
    let schedule = proposal
        .schedule(ground(&ByBand::from_fn(|_| 1), &Law::embedded().unwrap()))
        .unwrap();
    assert_eq!(schedule.headline(), rise(0.4));
    let relief: Vec<f64> = schedule
        .bands()
        .iter()
        .map(|&band| schedule.relief(band).unwrap())
        .collect();
    assert_eq!(relief, [1.0, 1.0, 1.0, 1.0, 0.75, 0.5, 0.25, 0.0]);
}
