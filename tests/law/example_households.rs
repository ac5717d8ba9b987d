//! Bills of the example households, worked by hand from Derby's amounts of 2023-24: £1,656.67 of
//! its own at band D (council tax levels 2023-24, Table 9), others £352.44 today and £368.01 next
//! year. A No is +4.99%: £1,739.34. Yes is the schedule of January 2018: A to C frozen, D +20%,
//! E +40%, F +60%, G +80%, H +100%.

use bandwise::data::Law;
use bandwise::data::example_households::example_households;
use bandwise::domain::{
    Band, ByBand, ExampleHousehold, Liability, Nation, Pence, Proposal, Rise, Share,
};
use bandwise::tax::{Cases, HouseholdBill, amounts, household_bill};

fn pounds(text: &str) -> Pence {
    Pence::parse_pounds(text).unwrap()
}

fn bill_of(household: &ExampleHousehold) -> HouseholdBill {
    let law = Law::embedded().unwrap();
    let rises = [0.0, 0.0, 0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.0].map(|rise| Rise::new(rise).unwrap());
    let schedule = Proposal::BandRises(ByBand::from_fn(|band| rises[band.index()]))
        .schedule(crate::bills::ground(&ByBand::from_fn(|_| 1), &law))
        .unwrap();
    let proportions = law.proportions(Nation::England);
    let others = [(pounds("352.44"), pounds("368.01"))];
    let no = Rise::new(0.0499).unwrap();
    let amounts = amounts(pounds("1656.67"), &others, &schedule, no, proportions);
    household_bill(household, &amounts, 0)
}

/// The bill of an example household of the table.
fn bill(key: &str) -> HouseholdBill {
    let households = example_households().unwrap();
    bill_of(households.iter().find(|home| home.key() == key).unwrap())
}

fn cases(today: &str, yes: &str, no: &str) -> Cases<Pence> {
    Cases { today, yes, no }.map(pounds)
}

#[test]
fn an_award_of_the_whole_bill_leaves_a_pensioner_nothing_to_pay_in_any_case() {
    assert_eq!(bill("single_pensioner_a").total, cases("0", "0", "0"));
    assert_eq!(bill("pensioner_couple_e").own, cases("0", "0", "0"));
}

#[test]
fn a_tapered_pension_age_award_of_40_percent_meets_all_of_a_rise_in_band_e() {
    // 1,656.67 x 11/9 = 2,024.82; less 40%: 1,214.89. The award is the bill less a fifth of the
    // income above needs, so what is left to pay does not move (SI 2012/2885 Sch. 1 para. 10).
    let found = bill("pensioner_couple_e_tapered");
    assert_eq!(found.own, cases("1214.89", "1214.89", "1214.89"));
    // (1,656.67 + 352.44) x 11/9: 2,024.82 + 430.76 = 2,455.58; less 40%: 1,473.35.
    assert_eq!(found.total, cases("1473.35", "1473.35", "1473.35"));
}

#[test]
fn a_working_age_award_of_75_percent_meets_three_quarters_of_any_bill_after_the_discount() {
    // Band B: 1,656.67 x 7/9 = 1,288.52; a quarter off: 966.39; a quarter of that: 241.5975.
    // No: 1,739.34 x 7/9 = 1,352.82; a quarter off: 1,014.615, 1,014.62; a quarter: 253.655.
    let own = bill("lone_parent_b").own;
    assert_eq!(own, cases("241.60", "241.60", "253.66"));
}

#[test]
fn a_couple_without_a_discount_pays_the_amount_of_the_band() {
    // Band C: 1,656.67 x 8/9 = 1,472.60 (frozen); No: 1,739.34 x 8/9 = 1,546.08.
    let own = bill("couple_children_c").own;
    assert_eq!(own, cases("1472.60", "1472.60", "1546.08"));
    // Band D: 1,656.67 x 1.2 = 1,988.00. Whole: + 352.44 today, + 368.01 next year.
    let found = bill("working_couple_d");
    assert_eq!(found.own, cases("1656.67", "1988.00", "1739.34"));
    assert_eq!(found.total, cases("2009.11", "2356.01", "2107.35"));
}

#[test]
fn a_single_adult_in_band_d_pays_three_quarters() {
    // LGFA 1992 s.11(1): 1,656.67 x 3/4 = 1,242.5025; 1,988.00 x 3/4; 1,739.34 x 3/4 = 1,304.505.
    let own = bill("single_adult_d").own;
    assert_eq!(own, cases("1242.50", "1491.00", "1304.51"));
}

#[test]
fn students_in_an_exempt_house_pay_nothing() {
    assert_eq!(bill("student_house_c").total, cases("0", "0", "0"));
}

#[test]
fn a_disabled_band_reduction_charges_band_f_as_band_e_with_the_rise_of_band_e() {
    // 1,656.67 x 1.4 = 2,319.34; x 11/9 = 2,834.75. No: 1,739.34 x 11/9 = 2,125.86.
    let reduced = bill("couple_f_disabled");
    assert_eq!(reduced.own, cases("2024.82", "2834.75", "2125.86"));
    assert_eq!(reduced, bill("couple_e"));
}

#[test]
fn a_disabled_band_reduction_in_band_a_charges_five_ninths() {
    // 1,656.67 x 5/9 = 920.37, frozen; others 352.44 x 5/9 = 195.80 and 368.01 x 5/9 = 204.45.
    // No: 1,739.34 x 5/9 = 966.30.
    let home = ExampleHousehold::new(
        ("a", "a couple"),
        Band::A,
        Liability::Full,
        Share::new(0.5).unwrap(),
        "",
    );
    let found = bill_of(&home.with_disabled_reduction(true));
    assert_eq!(found.own, cases("920.37", "920.37", "966.30"));
    assert_eq!(found.total, cases("1116.17", "1124.82", "1170.75"));
}

#[test]
fn the_dearest_bands_pay_most_of_the_rise() {
    // Band G: 1,656.67 x 1.8 = 2,982.01; x 15/9 = 4,970.02; others 368.01 x 15/9 = 613.35.
    assert_eq!(bill("family_g").total.yes, pounds("5583.37"));
    // Band H: twice 3,313.34; others 368.01 x 2 = 736.02.
    assert_eq!(bill("large_house_h").total.yes, pounds("7362.70"));
}

#[test]
fn a_premium_of_100_percent_doubles_the_bill_of_an_empty_home_and_a_second_home_pays_it_once() {
    // LGFA 1992 s.11B: twice 1,288.52 = 2,577.04; No: twice 1,352.82 = 2,705.64.
    let own = bill("empty_home_b").own;
    assert_eq!(own, cases("2577.04", "2577.04", "2705.64"));
    assert_eq!(bill("second_home_d"), bill("working_couple_d"));
}
