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

/// The limit of an authority that is not named, by class.
fn of_class(class: AuthorityClass, year: &str) -> Option<Limit> {
    let law = Law::embedded().unwrap();
    let year = year.parse().unwrap();
    law.principle_of(
        Nation::England,
        "an authority that is not named",
        class,
        year,
    )
    .map(|principle| principle.limit)
}

fn percent(value: f64) -> Limit {
    Limit::Percent(Rise::new(value / 100.0).unwrap())
}

fn flat(value: i64) -> Limit {
    Limit::Pounds(Pence::from_pence(100 * value))
}

fn both(value: f64) -> Limit {
    Limit::PercentAndPounds(Rise::new(value / 100.0).unwrap(), Pence::from_pence(500))
}

const YEARS: [&str; 17] = [
    "2012-13", "2013-14", "2014-15", "2015-16", "2016-17", "2017-18", "2018-19", "2019-20",
    "2020-21", "2021-22", "2022-23", "2023-24", "2024-25", "2025-26", "2026-27", "2027-28",
    "2028-29",
];

fn agrees(class: AuthorityClass, expected: [Limit; 17]) {
    for (year, expected) in YEARS.into_iter().zip(expected) {
        assert_eq!(of_class(class, year), Some(expected), "{class:?} in {year}");
    }
}

/// Principles (England) Reports, councils with adult social care, both parts together: 3.5; 2, 2, 2;
/// 2+2; 2+3; 3+3; 3 (with up to 6 over three years on top); 2+2; 2+3; 2+1; 3+2 from 2023-24, of
/// which 2027-28 and 2028-29 are intended and not published.
#[test]
fn councils_with_social_care_have_the_published_limit_of_each_year() {
    let limits = [
        3.5, 2.0, 2.0, 2.0, 4.0, 5.0, 6.0, 3.0, 4.0, 5.0, 3.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0,
    ];
    for class in [
        AuthorityClass::Unitary,
        AuthorityClass::County,
        AuthorityClass::MetropolitanDistrict,
        AuthorityClass::OuterLondon,
        AuthorityClass::InnerLondon,
    ] {
        agrees(class, limits.map(percent));
    }
}

/// Shire districts: 3.5%; 2% to 2016-17 (£5 for the lowest quartile in two of the years, not
/// modelled); from 2017-18 a percentage *and* more than £5: 2, 3, 3, 2, 2, 2, then 3%.
#[test]
fn shire_districts_have_the_published_limit_of_each_year() {
    let early = [3.5, 2.0, 2.0, 2.0, 2.0].map(percent);
    let late = [2.0, 3.0, 3.0, 2.0, 2.0, 2.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0].map(both);
    let mut limits = [percent(0.0); 17];
    limits[..5].copy_from_slice(&early);
    limits[5..].copy_from_slice(&late);
    agrees(AuthorityClass::ShireDistrict, limits);
}

/// Police: 4%; 2% to 2017-18; then pounds at band D: 12, 24, 10, 15, 10, 15, 13, 14, 15.
#[test]
fn the_police_have_the_published_limit_of_each_year() {
    let early = [4.0, 2.0, 2.0, 2.0, 2.0, 2.0].map(percent);
    let late = [12, 24, 10, 15, 10, 15, 13, 14, 15, 15, 15].map(flat);
    let mut limits = [percent(0.0); 17];
    limits[..6].copy_from_slice(&early);
    limits[6..].copy_from_slice(&late);
    agrees(AuthorityClass::Police, limits);
}

/// Fire: 4%; 2% to 2017-18; 3, 3, 2, 2, 2%; £5 in 2023-24, 3% in 2024-25, £5 since.
#[test]
fn fire_authorities_have_the_published_limit_of_each_year() {
    let limits = [
        4.0, 2.0, 2.0, 2.0, 2.0, 2.0, 3.0, 3.0, 2.0, 2.0, 2.0, 0.0, 3.0,
    ]
    .map(percent);
    let mut all = [flat(5); 17];
    all[..13].copy_from_slice(&limits);
    all[11] = flat(5);
    agrees(AuthorityClass::Fire, all);
}

/// No principle is set for combined authorities, and there are no referendums in Wales, whoever
/// precepts (LGFA 1992 s.52ZA: authorities in England).
#[test]
fn combined_authorities_and_wales_have_no_limit() {
    let law = Law::embedded().unwrap();
    for year in &YEARS[12..] {
        let combined = of_class(AuthorityClass::CombinedAuthority, year);
        assert_eq!(combined, Some(Limit::Unlimited), "{year}");
        for class in [AuthorityClass::WelshPrincipalArea, AuthorityClass::Police] {
            let year = year.parse().unwrap();
            let welsh = law.principle_of(Nation::Wales, "Cardiff", class, year);
            assert_eq!(welsh.unwrap().limit, Limit::Unlimited);
        }
    }
}

/// Every named exception of every year, and the class again in a year in which it is not named.
#[test]
fn every_named_exception_is_held_for_its_year_and_no_other() {
    let named = |name: &str, year: &str| {
        let law = Law::embedded().unwrap();
        let year = year.parse().unwrap();
        law.principle_of(Nation::England, name, AuthorityClass::Unitary, year)
            .unwrap()
            .limit
    };
    for (year, name, limit) in [
        ("2012-13", "City of London", 3.75),
        ("2012-13", "Greater London Authority", 4.0),
        ("2023-24", "Croydon", 15.0),
        ("2023-24", "Thurrock", 10.0),
        ("2023-24", "Slough", 10.0),
        ("2024-25", "Birmingham", 10.0),
        ("2024-25", "Woking", 10.0),
        ("2024-25", "Slough", 8.5),
        ("2024-25", "Thurrock", 8.0),
        ("2025-26", "Bradford", 10.0),
        ("2025-26", "Newham", 9.0),
        ("2025-26", "Windsor and Maidenhead", 9.0),
        ("2025-26", "Birmingham", 7.5),
        ("2025-26", "Somerset", 7.5),
        ("2025-26", "Trafford", 7.5),
        ("2026-27", "Worcestershire", 9.0),
        ("2026-27", "Shropshire", 9.0),
        ("2026-27", "North Somerset", 9.0),
        ("2026-27", "Trafford", 7.5),
        ("2026-27", "Warrington", 7.5),
        ("2026-27", "Windsor and Maidenhead", 7.5),
        ("2026-27", "Bournemouth, Christchurch & Poole", 6.75),
    ] {
        assert_eq!(named(name, year), percent(limit), "{name} {year}");
        assert_ne!(named(name, "2014-15"), percent(limit), "{name}");
    }
}

/// "No principle" for six authorities in 2027-28 and 2028-29, and not before.
#[test]
fn six_authorities_have_no_principle_in_2027_28_and_2028_29() {
    for name in [
        "Westminster",
        "Wandsworth",
        "Kensington and Chelsea",
        "Hammersmith and Fulham",
        "City of London",
        "Windsor and Maidenhead",
    ] {
        for year in ["2027-28", "2028-29"] {
            assert_eq!(limit(name, year), Limit::Unlimited, "{name} {year}");
        }
        assert_ne!(limit(name, "2026-27"), Limit::Unlimited, "{name}");
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
