//! Which rise needs a vote: LGFA 1992 ss.52ZB-52ZD and the principles of each year.

use bandwise::data::{Law, Vintage};
use bandwise::domain::{AuthorityClass, FinancialYear, Limit, Nation, Pence, Rise};

fn pounds(text: &str) -> Pence {
    Pence::parse_pounds(text).unwrap()
}

fn limit(authority: &str, year: &str) -> Limit {
    let vintage = Vintage::held(Some("2023-24")).unwrap();
    let record = vintage.find(authority).unwrap();
    let year: FinancialYear = year.parse().unwrap();
    Law::embedded()
        .unwrap()
        .principle(&record.authority, year)
        .expect("published")
        .limit
}

/// "5%, or more than 5%, greater": 1,656.67 x 1.05 = 1,739.5035, so 1,739.50 needs no vote.
#[test]
fn five_percent_or_more_is_excessive_for_a_council_with_social_care() {
    let derby = limit("Derby", "2024-25");
    assert!(!derby.is_excessive(pounds("1656.67"), pounds("1739.50")));
    assert!(derby.is_excessive(pounds("1656.67"), pounds("1739.51")));
    assert!(derby.is_excessive(pounds("1000.00"), pounds("1050.00")));
}

/// Councils set one basis point less: 1,656.67 x 1.0499 = 1,739.3378.
#[test]
fn the_largest_rise_without_a_vote_is_4_99_percent() {
    let derby = limit("Derby", "2024-25");
    let today = pounds("1656.67");
    assert_eq!(
        derby.largest_rise_without_vote(today),
        Some(Rise::new(0.0499).unwrap())
    );
    assert_eq!(
        derby.largest_amount_without_vote(today),
        Some(pounds("1739.34"))
    );
}

/// Shire districts in 2024-25: excessive at 3% or more *and* more than £5. On £186.53 3% is £5.60,
/// so 2.99% (192.11) is the larger; on £150.00 3% is £4.50, so £5 is.
#[test]
fn a_district_may_take_the_larger_of_3_percent_and_5_pounds() {
    let district = limit("Amber Valley", "2024-25");
    assert_eq!(
        district.largest_amount_without_vote(pounds("186.53")),
        Some(pounds("192.11"))
    );
    assert_eq!(
        district.largest_amount_without_vote(pounds("150.00")),
        Some(pounds("155.00"))
    );
    assert!(!district.is_excessive(pounds("150.00"), pounds("155.00")));
    assert!(district.is_excessive(pounds("150.00"), pounds("155.01")));
    assert!(!district.is_excessive(pounds("186.53"), pounds("192.11")));
    assert!(district.is_excessive(pounds("186.53"), pounds("192.13")));
}

/// Named exceptions come before the class: Birmingham and Woking 10%, Slough 8.5%, Thurrock 8%.
#[test]
fn named_exceptions_come_before_the_class() {
    for (authority, year, percent) in [
        ("Birmingham", "2024-25", 0.10),
        ("Woking", "2024-25", 0.10),
        ("Slough", "2024-25", 0.085),
        ("Thurrock", "2024-25", 0.08),
        ("Croydon", "2023-24", 0.15),
        ("Trafford", "2026-27", 0.075),
        ("Bournemouth, Christchurch & Poole", "2026-27", 0.0675),
    ] {
        let expected = Limit::Percent(Rise::new(percent).unwrap());
        assert_eq!(limit(authority, year), expected, "{authority} {year}");
    }
    assert_eq!(
        limit("Birmingham", "2026-27"),
        Limit::Percent(Rise::new(0.05).unwrap())
    );
}

/// The social-care table of `law.md` section 4, by year.
#[test]
fn social_care_authorities_have_the_published_limit_of_each_year() {
    for (year, percent) in [
        ("2012-13", 0.035),
        ("2013-14", 0.02),
        ("2014-15", 0.02),
        ("2015-16", 0.02),
        ("2016-17", 0.04),
        ("2017-18", 0.05),
        ("2018-19", 0.06),
        ("2019-20", 0.03),
        ("2020-21", 0.04),
        ("2021-22", 0.05),
        ("2022-23", 0.03),
        ("2023-24", 0.05),
        ("2024-25", 0.05),
        ("2025-26", 0.05),
        ("2026-27", 0.05),
    ] {
        assert_eq!(
            limit("Derby", year),
            Limit::Percent(Rise::new(percent).unwrap()),
            "{year}"
        );
    }
}

/// In 2027-28 six authorities have no principle at all: any rise without a vote.
#[test]
fn without_a_principle_no_rise_is_excessive() {
    let westminster = limit("Westminster", "2027-28");
    assert_eq!(westminster, Limit::Unlimited);
    assert!(!westminster.is_excessive(pounds("1.00"), pounds("1000.00")));
    assert_eq!(
        westminster.largest_amount_without_vote(pounds("1.00")),
        None
    );
}

/// A rise of 4.99% of a very small amount rounds up to 5%: the penny comes off again.
#[test]
fn rounding_never_makes_the_substitute_excessive() {
    let limit = Limit::Percent(Rise::new(0.05).unwrap());
    for pence in 1..5_000 {
        let today = Pence::from_pence(pence);
        let largest = limit.largest_amount_without_vote(today).unwrap();
        assert!(
            !limit.is_excessive(today, largest) || largest == today,
            "{today} to {largest}"
        );
    }
}

/// Police 2024-25: more than £13 at band D is excessive, £13 is not.
#[test]
fn thirteen_pounds_is_not_excessive_for_the_police_in_2024_25() {
    let law = Law::embedded().unwrap();
    let year = "2024-25".parse().unwrap();
    let police = law
        .principle_of(
            Nation::England,
            "Derbyshire Police and Crime Commissioner",
            AuthorityClass::Police,
            year,
        )
        .unwrap();
    assert!(
        !police
            .limit
            .is_excessive(pounds("266.60"), pounds("279.60"))
    );
    assert!(
        police
            .limit
            .is_excessive(pounds("266.60"), pounds("279.61"))
    );
}
