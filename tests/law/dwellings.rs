//! What one home pays: discounts, disabled band reduction, premiums, reduction schemes, class relief.
//!
//! All amounts are worked from a round band D of £1,800.00, of which band A pays £1,200.00, B 1,400,
//! C 1,600, E 2,200, F 2,600, G 3,000 and H 3,600 (LGFA 1992 s.5(1)).

use bandwise::data::Law;
use bandwise::data::law::Vacancy;
use bandwise::domain::extract::{charged_proportion, payable_percent};
use bandwise::domain::schedule::Ground;
use bandwise::domain::{Band, ByBand, Liability, Nation, Pence, Proposal, Reduction, Rise, Share};
use bandwise::tax::base::reductions_in_dwellings;
use bandwise::tax::bill::band_amount;
use bandwise::tax::{Cases, amounts, dwelling_bill};

fn pounds(text: &str) -> Pence {
    Pence::parse_pounds(text).unwrap()
}

fn share(value: f64) -> Share {
    Share::new(value).unwrap()
}

/// The whole bill of a band, with a disabled band reduction or without.
fn bill(band: Band, disabled: bool) -> Pence {
    let law = Law::embedded().unwrap();
    let proportion = charged_proportion(band, disabled, law.proportions(Nation::England));
    band_amount(pounds("1800.00"), proportion)
}

/// What a home pays of a bill in the model, on a reduction of so many ten-thousandths.
fn paid(bill: Cases<Pence>, liability: Liability, kind: Reduction, award: i64) -> Cases<Pence> {
    dwelling_bill(bill, liability, kind, award)
}

fn always(bill: Pence) -> Cases<Pence> {
    Cases {
        today: bill,
        yes: bill,
        no: bill,
    }
}

/// Discounts off, premium on: as an extract counts it, and without a premium as a bill does.
fn liable_amount(whole: Pence, liability: Liability, premium_percent: i64) -> Pence {
    let liable = whole.times(payable_percent(liability, premium_percent), 100);
    if premium_percent == 0 {
        let bill = paid(always(whole), liability, Reduction::None, 0);
        assert_eq!(bill, always(liable));
    }
    liable
}

/// What the model takes off a bill on a percentage scheme.
fn percentage_award(bill: Pence, share: Share) -> Pence {
    let award = share.millionths() / 100;
    bill - paid(always(bill), Liability::Full, Reduction::WorkingAge, award).today
}

/// The prescribed scheme in words: the whole bill less a taper on excess income, down to nothing.
fn tapered_award(bill: Pence, excess_income: Pence, taper: Share) -> Pence {
    let taken = excess_income.max(Pence::ZERO);
    (bill - taken.times(taper.millionths(), 1_000_000)).max(Pence::ZERO)
}

/// What the model gives back of a rise from one amount at band D to another.
fn class_relief(before: Pence, after: Pence, share: Share) -> Pence {
    let law = Law::embedded().unwrap();
    let proportions = law.proportions(Nation::England);
    let headline = Rise::between(before, after).unwrap();
    let proposal = Proposal::HeadlineWithRelief {
        headline,
        relief: ByBand::from_fn(|_| share),
    };
    let homes = ByBand::from_fn(|_| 1);
    let ground = Ground {
        own_today: before,
        ..crate::bills::ground(&homes, &law)
    };
    let schedule = proposal.schedule(ground).unwrap();
    let nobody_else = [(Pence::ZERO, Pence::ZERO)];
    let amounts = amounts(before, &nobody_else, &schedule, Rise::FREEZE, proportions);
    assert_eq!(amounts.headline[Band::D], after);
    amounts.headline[Band::D] - amounts.own[Band::D].yes
}

/// s.11(1)(a): one resident, the appropriate percentage of 25: 1,400 x 3/4 = 1,050.
#[test]
fn one_resident_pays_a_quarter_less() {
    let whole = bill(Band::B, false);
    assert_eq!(
        liable_amount(whole, Liability::SingleAdult, 0),
        pounds("1050.00")
    );
}

/// s.11(1)(b): two or more residents of whom all but one are disregarded (Sch. 1): also 25%.
#[test]
fn all_but_one_disregarded_is_a_quarter_off_as_well() {
    let whole = bill(Band::C, false);
    assert_eq!(
        liable_amount(whole, Liability::OneCounted, 0),
        pounds("1200.00")
    );
}

/// s.11(2)(b): every resident disregarded, twice the appropriate percentage: 2,600 / 2 = 1,300.
#[test]
fn all_disregarded_is_twice_the_quarter_off() {
    let whole = bill(Band::F, false);
    assert_eq!(
        liable_amount(whole, Liability::AllDisregarded, 0),
        pounds("1300.00")
    );
}

/// s.4 and SI 1992/558: an exempt dwelling is not chargeable, whatever its band.
#[test]
fn an_exempt_home_is_not_chargeable() {
    for band in Nation::England.bands() {
        let whole = bill(*band, false);
        assert_eq!(liable_amount(whole, Liability::Exempt, 0), Pence::ZERO);
    }
}

/// s.11A: a council may give less than half off an empty or second home, or nothing: at no discount
/// the whole bill is due, at 10% off nine tenths: 2,200 x 0.9 = 1,980.
#[test]
fn a_discount_on_a_second_home_is_the_councils_choice() {
    let whole = bill(Band::E, false);
    assert_eq!(liable_amount(whole, Liability::SecondHome, 0), whole);
    assert_eq!(
        liable_amount(whole, Liability::SecondHome, -10),
        pounds("1980.00")
    );
}

/// Discounts round to the penny: 1,656.67 x 3/4 = 1,242.5025.
#[test]
fn a_discount_is_rounded_to_the_penny() {
    let whole = pounds("1656.67");
    assert_eq!(
        liable_amount(whole, Liability::SingleAdult, 0),
        pounds("1242.50")
    );
}

/// SI 1992/554 reg. 4: a home fit for a disabled resident is charged as the band below.
#[test]
fn a_disabled_band_reduction_charges_the_band_below() {
    for (band, below) in [
        (Band::B, "1200.00"),
        (Band::C, "1400.00"),
        (Band::D, "1600.00"),
        (Band::E, "1800.00"),
        (Band::F, "2200.00"),
        (Band::G, "2600.00"),
        (Band::H, "3000.00"),
    ] {
        assert_eq!(bill(band, true), pounds(below), "band {band}");
    }
}

/// SI 1992/554 reg. 4(3A)(b), inserted by SI 1999/1004 from 1 April 2000: for band A five ninths of
/// band D: 1,800 x 5/9 = 1,000, a ninth of band D less than band A.
#[test]
fn a_disabled_band_reduction_takes_band_a_to_five_ninths() {
    assert_eq!(bill(Band::A, true), pounds("1000.00"));
    assert_eq!(bill(Band::A, false) - bill(Band::A, true), pounds("200.00"));
}

/// In Wales the band below I is H: 18 ninths for 21.
#[test]
fn a_welsh_home_in_band_i_is_charged_as_band_h() {
    let law = Law::embedded().unwrap();
    let proportions = law.proportions(Nation::Wales);
    let charged = charged_proportion(Band::I, true, proportions);
    assert_eq!(band_amount(pounds("1800.00"), charged), pounds("3600.00"));
}

/// A reduction for disabilities comes before the discount (SI 1992/554 reg. 4; s.11 applies to what
/// is left): a band D home of one resident pays 1,600 x 3/4 = 1,200.
#[test]
fn a_disabled_band_reduction_comes_before_the_discount() {
    let charged = bill(Band::D, true);
    assert_eq!(
        liable_amount(charged, Liability::SingleAdult, 0),
        pounds("1200.00")
    );
}

fn empty_for(years: i64, year: &str) -> i64 {
    let law = Law::embedded().unwrap();
    law.highest_premium_percent(Vacancy::LongTermEmpty { years }, year.parse().unwrap())
}

/// s.11B(1C), from 2021-22: 100% to five years, 200% to ten, 300% from ten.
#[test]
fn the_premium_on_an_empty_home_grows_with_the_years() {
    for (years, percent) in [(2, 100), (4, 100), (5, 200), (9, 200), (10, 300), (30, 300)] {
        assert_eq!(empty_for(years, "2023-24"), percent, "{years} years");
    }
}

/// s.11B(8): "long-term empty" meant two years until the Levelling-up and Regeneration Act 2023 s.79
/// made it one from 1 April 2024.
#[test]
fn a_home_empty_for_a_year_may_pay_a_premium_from_2024_25() {
    assert_eq!(empty_for(1, "2023-24"), 0);
    assert_eq!(empty_for(1, "2024-25"), 100);
    assert_eq!(empty_for(0, "2024-25"), 0);
}

/// The maximum of each year: 50% from 2013-14 (LGFA 2012 s.12), 100% in 2019-20, 200% from five
/// years in 2020-21, 300% from ten in 2021-22 (2018 c.25 s.2); none before.
#[test]
fn the_premium_grew_with_the_acts() {
    for (year, percent) in [
        ("2012-13", 0),
        ("2013-14", 50),
        ("2018-19", 50),
        ("2019-20", 100),
        ("2020-21", 200),
        ("2021-22", 300),
        ("2026-27", 300),
    ] {
        assert_eq!(empty_for(12, year), percent, "{year}");
    }
}

/// s.11C (Levelling-up and Regeneration Act 2023 s.80): at most 100%, and the first determination at
/// least a year before: none before 2025-26.
#[test]
fn a_second_home_may_pay_twice_from_2025_26() {
    let law = Law::embedded().unwrap();
    let premium =
        |year: &str| law.highest_premium_percent(Vacancy::SecondHome, year.parse().unwrap());
    assert_eq!(premium("2024-25"), 0);
    assert_eq!(premium("2025-26"), 100);
    let whole = bill(Band::G, false);
    assert_eq!(
        liable_amount(whole, Liability::SecondHome, premium("2025-26")),
        pounds("6000.00")
    );
}

/// 300% on top of the whole: four times 1,200 is 4,800.
#[test]
fn ten_years_empty_pays_four_times() {
    let whole = bill(Band::A, false);
    assert_eq!(
        liable_amount(whole, Liability::Empty, empty_for(10, "2025-26")),
        pounds("4800.00")
    );
}

/// A premium is no part of an occupied home's bill, whatever is asked.
#[test]
fn a_premium_falls_only_on_homes_without_residents() {
    let whole = bill(Band::D, false);
    assert_eq!(liable_amount(whole, Liability::Full, 100), whole);
}

/// Sch. 1A para 2(4)(a): a discount calculated as a percentage. 80% of 1,400 is 1,120; after a rise
/// of 5% to 1,470 it is 1,176, and what is left to pay rises by 5% as well, 280 to 294.
#[test]
fn a_percentage_scheme_shares_a_rise() {
    let (before, after) = (pounds("1400.00"), pounds("1470.00"));
    let award = |bill: Pence| percentage_award(bill, share(0.8));
    assert_eq!(
        (award(before), award(after)),
        (pounds("1120.00"), pounds("1176.00"))
    );
    assert_eq!(before - award(before), pounds("280.00"));
    assert_eq!(after - award(after), pounds("294.00"));
}

/// SI 2012/2885 Sch. 1 para 10: excess income of £2,000 a year at 20% takes £400: of 1,600 it leaves
/// an award of 1,200. Tax rises by £80: the award is 1,280, and still £400 to pay.
#[test]
fn a_tapered_award_rises_pound_for_pound() {
    let award = |bill: &str| tapered_award(pounds(bill), pounds("2000.00"), share(0.2));
    assert_eq!(award("1600.00"), pounds("1200.00"));
    assert_eq!(award("1680.00"), pounds("1280.00"));
    // The model holds what is left to pay: 1,200 of 1,600 is an award of three quarters.
    let bill = Cases {
        yes: pounds("1680.00"),
        ..always(pounds("1600.00"))
    };
    let left = paid(bill, Liability::Full, Reduction::PensionAge, 7_500);
    assert_eq!(left, always(pounds("400.00")));
}

/// Income at or below the applicable amount: the whole bill is met, whatever it is.
#[test]
fn without_excess_income_the_whole_bill_is_met() {
    for bill in ["1200.00", "3600.00"] {
        let award = tapered_award(pounds(bill), pounds("-500.00"), share(0.2));
        assert_eq!(award, pounds(bill));
    }
}

/// 20% of 9,000 is 1,800: more than a bill of 1,600, so no entitlement. A rise to 1,900 brings £100
/// of it: pound for pound only from the point of entitlement on.
#[test]
fn a_taper_beyond_the_bill_leaves_no_award() {
    let award = |bill: &str| tapered_award(pounds(bill), pounds("9000.00"), share(0.2));
    assert_eq!(award("1600.00"), Pence::ZERO);
    assert_eq!(award("1900.00"), pounds("100.00"));
}

/// The discount first, then the scheme: 1,800 x 3/4 = 1,350, of which 72% is met: 378.00 to pay.
#[test]
fn a_reduction_is_taken_from_what_the_discount_leaves() {
    let whole = Cases {
        today: pounds("1800.00"),
        yes: pounds("1800.00"),
        no: pounds("1800.00"),
    };
    let bill = dwelling_bill(whole, Liability::SingleAdult, Reduction::WorkingAge, 7_200);
    assert_eq!(bill.today, pounds("378.00"));
}

/// s.13A(1)(c): relief of the whole increase of 2,200 to 3,080 (+40%) is 880, of 60% it is 528: the
/// home pays 2,552, 16% more than before.
#[test]
fn class_relief_is_a_part_of_the_increase() {
    let (before, after) = (pounds("2200.00"), pounds("3080.00"));
    assert_eq!(class_relief(before, after, share(1.0)), pounds("880.00"));
    let relief = class_relief(before, after, share(0.6));
    assert_eq!(
        (relief, after - relief),
        (pounds("528.00"), pounds("2552.00"))
    );
}

/// Relief is of an increase: where the tax does not rise there is nothing to give back.
#[test]
fn no_increase_no_class_relief() {
    let before = pounds("2200.00");
    assert_eq!(class_relief(before, before, share(1.0)), Pence::ZERO);
}

/// Relief of the whole increase of a home with a single adult is three quarters of that of a full
/// one: the relief follows the liability. 1,400 to 2,800: 1,050 to 2,100, relief 1,050.
#[test]
fn class_relief_follows_the_discount() {
    let single = |whole: &str| liable_amount(pounds(whole), Liability::SingleAdult, 0);
    let relief = class_relief(single("1400.00"), single("2800.00"), share(1.0));
    assert_eq!(relief, pounds("1050.00"));
}

/// Reg. 4, item Z: £96,000 of awards in band A at a bill of 1,200 are 80 dwellings; on a percentage
/// scheme a rise of 5% raises both and leaves the 80, on tapered awards not: £96,000 + 100 x £60 is
/// £102,000 over 1,260, 80.952.
#[test]
fn a_percentage_scheme_leaves_the_tax_base_and_a_taper_lowers_it() {
    let dwellings =
        |awards: &str, bill: &str| reductions_in_dwellings(pounds(awards), pounds(bill)).unwrap();
    assert_eq!(dwellings("96000", "1200"), 80_000);
    assert_eq!(dwellings("100800", "1260"), 80_000);
    assert_eq!(dwellings("102000", "1260"), 80_952);
    assert_eq!(reductions_in_dwellings(pounds("1"), Pence::ZERO), None);
}
