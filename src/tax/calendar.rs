//! The dates of a referendum held on its last lawful day.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use crate::domain::FinancialYear;

/// One date and what must happen by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarDay {
    /// The date.
    pub date: Date,
    /// What happens.
    pub what: &'static str,
    /// By which rule.
    pub rule: &'static str,
}

/// The first year in which voters show who they are (Elections Act 2022).
const FIRST_VOTER_ID: i16 = 2023;

/// The calendar of a vote on the amounts of a financial year, in order: of an authority that
/// bills, or of one that precepts.
///
/// The poll is on the first Thursday in May (LGFA 1992 s.52ZG), the last day unless the
/// Secretary of State names another by order.
///
/// # Example
/// ```
/// use bandwise::tax::calendar;
/// let days = calendar("2024-25".parse()?, true);
/// let poll = days.iter().find(|day| day.what.starts_with("Polling day")).expect("a poll");
/// assert_eq!(poll.date.to_string(), "2024-05-02");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn calendar(year: FinancialYear, bills: bool) -> Vec<CalendarDay> {
    let spring = year.first_calendar_year();
    let on = |month: i8, day: i8| Date::constant(spring, month, day);
    let poll = polling_day(year);
    let day = |date, what, rule| CalendarDay { date, what, rule };
    let mut days = vec![
        day(
            on(1, 31),
            if bills {
                "Last day to set the tax base for the year"
            } else {
                "Last day for the billing authorities to set their tax bases for the year"
            },
            "SI 2012/2914 reg. 8",
        ),
        if bills {
            day(
                on(3, 10),
                "Last day to set the tax, with substitute calculations",
                "LGFA 1992 ss.30(6), 52ZF: before 11 March",
            )
        } else {
            day(
                on(3, 1) - 1.day(),
                "Last day to issue the precept, with substitute calculations",
                "LGFA 1992 ss.40(5), 52ZJ: before 1 March",
            )
        },
        day(
            poll - 28.days(),
            "Last day to publish notice of the referendum",
            "SI 2012/444 reg. 4(2): not fewer than 28 days before",
        ),
        day(
            on(4, 1),
            "The year begins: bills go out at the higher amount, subject to the vote",
            "LGFA 1992 s.30",
        ),
        day(
            working_days_before(poll, 12),
            "Last day to register to vote",
            "electoral timetable",
        ),
        day(
            working_days_before(poll, 11),
            "Last day to apply for a postal vote (5pm)",
            "electoral timetable",
        ),
        day(
            working_days_before(poll, 6),
            if spring >= FIRST_VOTER_ID {
                "Last day to apply for a proxy vote or a voter authority certificate (5pm)"
            } else {
                "Last day to apply for a proxy vote (5pm)"
            },
            if spring >= FIRST_VOTER_ID {
                "electoral timetable; Voter Identification Regulations 2022"
            } else {
                "electoral timetable"
            },
        ),
        day(
            poll,
            "Polling day: the last lawful day for the referendum",
            if bills {
                "LGFA 1992 s.52ZG: not later than the first Thursday in May"
            } else {
                "LGFA 1992 s.52ZN: not later than the first Thursday in May"
            },
        ),
        day(
            poll + 1.day(),
            "If most vote no, the substitute amounts apply and bills go out again",
            if bills {
                "LGFA 1992 s.52ZH"
            } else {
                "LGFA 1992 s.52ZO"
            },
        ),
    ];
    days.sort_by_key(|day| day.date);
    days
}

/// The first Thursday in May of the year.
pub fn polling_day(year: FinancialYear) -> Date {
    Date::constant(year.first_calendar_year(), 5, 1)
        .nth_weekday_of_month(1, Weekday::Thursday)
        .expect("May has a Thursday")
}

/// The day so many working days before a date, which is not itself counted.
fn working_days_before(date: Date, days: usize) -> Date {
    let mut left = days;
    let mut day = date;
    while left > 0 {
        day -= 1.day();
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        if !weekend && !is_bank_holiday(day) {
            left -= 1;
        }
    }
    day
}

/// Bank holidays of England that can fall in the five weeks before a poll in May.
fn is_bank_holiday(day: Date) -> bool {
    let easter = easter_sunday(day.year());
    let early_may = Date::constant(day.year(), 5, 1)
        .nth_weekday_of_month(1, Weekday::Monday)
        .expect("May has a Monday");
    day == easter - 2.days() || day == easter + 1.day() || day == early_may
}

/// Easter Sunday of a year by the Gregorian reckoning (Meeus, Jones and Butcher).
fn easter_sunday(year: i16) -> Date {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let month = (h + l - 7 * m + 114) / 31;
    let day = (h + l - 7 * m + 114) % 31 + 1;
    Date::constant(
        year,
        i8::try_from(month).expect("March or April"),
        i8::try_from(day).expect("a day of a month"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn easter_falls_where_almanacs_say() {
        for (year, month, day) in [(2015, 4, 5), (2024, 3, 31), (2025, 4, 20), (2026, 4, 5)] {
            assert_eq!(easter_sunday(year), Date::constant(year, month, day));
        }
    }
}
