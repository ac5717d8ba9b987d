//! The question prescribed by SI 2012/444 Schedule 1 as amended, and the calendar of s.52ZG.

use bandwise::domain::Rise;
use bandwise::tax::{BallotPaper, calendar};

/// As put to the electors of Bedfordshire on 7 May 2015 (localgov.co.uk, 20 May 2015).
#[test]
fn the_paper_reads_as_it_did_in_bedfordshire() {
    let paper = BallotPaper {
        authority: "the Bedfordshire Police and Crime Commissioner".to_owned(),
        year: "2015-16".parse().unwrap(),
        headline: Rise::new(0.158).unwrap(),
        no: Rise::new(0.0199).unwrap(),
    };
    assert_eq!(
        paper.wording(),
        [
            "Part of the council tax in your area goes to the Bedfordshire Police and Crime \
             Commissioner.",
            "For the financial year beginning on 1st April 2015 the Bedfordshire Police and Crime \
             Commissioner has set an increase of 15.8% in the amount it charges.",
            "If most voters choose 'yes', the increase will be 15.8%.",
            "If most voters choose 'no', the increase will be 2.0% instead.",
            "Do you want the Bedfordshire Police and Crime Commissioner to increase the amount it \
             charges by 15.8%?",
        ]
    );
}

/// SI 2012/444 Sch. 1: percentages to one decimal and nothing else: no bands, no pounds, no freeze,
/// however a proposal is shaped. 4.99% prints as 5.0%.
#[test]
fn the_paper_says_nothing_of_bands_or_pounds() {
    let paper = BallotPaper {
        authority: "Derby City Council".to_owned(),
        year: "2027-28".parse().unwrap(),
        headline: Rise::new(1.0).unwrap(),
        no: Rise::new(0.0499).unwrap(),
    };
    let text = paper.wording().join(" ");
    assert!(text.contains("1st April 2027"));
    assert!(text.contains("'yes', the increase will be 100.0%"));
    assert!(text.contains("'no', the increase will be 5.0% instead"));
    assert!(text.ends_with("to increase the amount it charges by 100.0%?"));
    for word in ["band", "£", "pound", "freeze", "frozen", "relief"] {
        assert!(!text.contains(word), "{word}");
    }
}

fn date_of(year: &str, what: &str) -> String {
    calendar(year.parse().unwrap(), true)
        .into_iter()
        .find(|day| day.what.contains(what))
        .expect("the day is in the calendar")
        .date
        .to_string()
}

/// First Thursdays in May: 7 May 2015 (the Bedfordshire poll), 2 May 2024, 1 May 2025, 7 May 2026.
#[test]
fn the_poll_is_on_the_first_thursday_in_may() {
    for (year, expected) in [
        ("2015-16", "2015-05-07"),
        ("2024-25", "2024-05-02"),
        ("2025-26", "2025-05-01"),
        ("2026-27", "2026-05-07"),
    ] {
        assert_eq!(date_of(year, "Polling day"), expected);
    }
}

/// The Electoral Commission's timetable for the polls of 2 May 2024: registration by 16 April,
/// postal votes by 17 April, voter authority certificates by 24 April.
#[test]
fn the_deadlines_of_2024_are_those_of_the_electoral_commission() {
    assert_eq!(date_of("2024-25", "register to vote"), "2024-04-16");
    assert_eq!(date_of("2024-25", "postal vote"), "2024-04-17");
    assert_eq!(
        date_of("2024-25", "voter authority certificate"),
        "2024-04-24"
    );
}

/// SI 2012/444 reg. 4(2): not fewer than 28 days before the poll.
#[test]
fn notice_is_given_28_days_before() {
    assert_eq!(date_of("2024-25", "notice of the referendum"), "2024-04-04");
}

/// LGFA 1992 s.30(6): the tax is to be set *before* 11 March.
#[test]
fn the_tax_is_set_before_11_march() {
    assert_eq!(
        date_of("2024-25", "Last day to set the tax, "),
        "2024-03-10"
    );
}
