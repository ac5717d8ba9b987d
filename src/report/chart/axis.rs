//! Axes: what they measure, and how a value reads.

use std::ops::Range;

use crate::domain::money::thousands;

/// What an axis measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A share from 0 to 1, shown in percent.
    Share,
    /// A difference of shares from -1 to 1, shown in percentage points with its sign.
    Points,
    /// Pounds, negative where something is lost.
    Pounds,
    /// A plain number.
    Number,
    /// A financial year by the year in which it begins.
    Year,
}

/// An axis of a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Axis {
    /// What it shows, with its unit: `probability of winning (%)`.
    pub label: String,
    /// How its values are written.
    pub unit: Unit,
}

impl Axis {
    /// An axis with a label.
    pub fn new(label: &str, unit: Unit) -> Self {
        Self {
            label: label.to_owned(),
            unit,
        }
    }
}

impl Unit {
    /// Where a value stands on the axis: shares in hundredths, all else as it is.
    pub(super) fn place(self, value: f64) -> f64 {
        match self {
            Self::Share | Self::Points => value * 100.0,
            Self::Pounds | Self::Number | Self::Year => value,
        }
    }

    /// A value in words: `21.3%`, `+5 points`, `-£1.25m`.
    pub fn words(self, value: f64) -> String {
        if !value.is_finite() {
            return "not known".to_owned();
        }
        let place = self.place(value);
        match self {
            Self::Points => {
                let text = self.tick(rounded(place, 1));
                let one = text.trim_start_matches(['+', '-']) == "1";
                format!("{text} point{}", if one { "" } else { "s" })
            }
            Self::Share => self.tick(rounded(place, 1)),
            Self::Pounds if place.abs() >= 999_500.0 => self.tick(rounded(place, -4)),
            Self::Pounds if place.abs() >= 100.0 => self.tick(rounded(place, 0)),
            Self::Pounds | Self::Number => self.tick(rounded(place, 2)),
            Self::Year => self.tick(place),
        }
    }

    /// How a place on the axis is written at its tick.
    pub(super) fn tick(self, place: f64) -> String {
        if self == Self::Year {
            return year(place);
        }
        let (size, negative) = (place.abs(), place < 0.0);
        let digits = match self {
            Self::Share => format!("{}%", decimals(size, 3)),
            Self::Points | Self::Number | Self::Year => decimals(size, 3),
            Self::Pounds if size >= 1e6 => format!("£{}m", decimals(size / 1e6, 3)),
            Self::Pounds => format!("£{}", money(size)),
        };
        let nothing = !digits.contains(|c: char| ('1'..='9').contains(&c));
        let sign = match (nothing, negative, self) {
            (true, ..) => "",
            (false, true, _) => "-",
            (false, false, Self::Points) => "+",
            (false, false, _) => "",
        };
        format!("{sign}{digits}")
    }

    /// The least extent of an axis, so that its ticks differ as written.
    fn least_extent(self) -> f64 {
        match self {
            Self::Share | Self::Points | Self::Number => 0.1,
            Self::Pounds => 2.0,
            Self::Year => 1.0,
        }
    }

    /// The part of the axis that shows all these places, with a little room at both ends; an axis of
    /// shares stays within 0 and 100%.
    pub(super) fn extent(self, places: impl Iterator<Item = f64>) -> Range<f64> {
        let (low, high) = places
            .filter(|place| place.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), place| {
                (low.min(place), high.max(place))
            });
        if low > high {
            return 0.0..100.0;
        }
        let room = (0.04 * (high - low)).max((self.least_extent() - (high - low)) / 2.0);
        let (mut from, mut to) = (low - room, high + room);
        if self == Self::Share {
            from = from.max(low.min(0.0));
            to = to.min(high.max(100.0));
        }
        from..to
    }
}

/// The financial year that begins in a year; nothing between two.
fn year(place: f64) -> String {
    // Ticks are sums of steps, and may miss a year by as much as such a sum is off.
    if (place - place.round()).abs() > 1e-6 || !(0.0..1e4).contains(&place) {
        return String::new();
    }
    let first = place.round() as u32;
    format!("{first}-{:02}", (first + 1) % 100)
}

/// The number to so many decimals; `-4` is to the nearest ten thousand.
fn rounded(number: f64, places: i32) -> f64 {
    let scale = 10f64.powi(places.abs());
    if places < 0 {
        (number / scale).round() * scale
    } else {
        (number * scale).round() / scale
    }
}

/// At most so many decimals, without zeros at the end and with commas between thousands.
fn decimals(size: f64, at_most: usize) -> String {
    let text = format!("{size:.at_most$}");
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let whole = whole
        .parse()
        .map_or_else(|_| whole.to_owned(), |number: u64| thousands(number));
    match part.trim_end_matches('0') {
        "" => whole,
        part => format!("{whole}.{part}"),
    }
}

/// Pounds with commas, and pence where there are any.
fn money(size: f64) -> String {
    let text = decimals(size, 2);
    match text.split_once('.') {
        Some((_, part)) if part.len() == 1 => format!("{text}0"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_in_percent_points_and_pounds() {
        assert_eq!(Unit::Share.words(0.213), "21.3%");
        assert_eq!(Unit::Share.words(1.0), "100%");
        assert_eq!(Unit::Points.words(0.05), "+5 points");
        assert_eq!(Unit::Points.words(-0.01), "-1 point");
        assert_eq!(Unit::Points.words(0.0), "0 points");
        assert_eq!(Unit::Pounds.words(-1_254_000.0), "-£1.25m");
        assert_eq!(Unit::Pounds.words(999_999.0), "£1m");
        assert_eq!(Unit::Pounds.words(54_321.4), "£54,321");
        assert_eq!(Unit::Pounds.words(12.5), "£12.50");
        assert_eq!(Unit::Pounds.words(-0.001), "£0");
        assert_eq!(Unit::Number.words(1234.5), "1,234.5");
        assert_eq!(Unit::Share.words(f64::NAN), "not known");
    }

    #[test]
    fn a_year_is_named_at_its_beginning_and_nowhere_else() {
        assert_eq!(Unit::Year.tick(2027.0), "2027-28");
        assert_eq!(Unit::Year.tick(1999.0), "1999-00");
        assert_eq!(Unit::Year.tick(2027.5), "");
    }

    #[test]
    fn an_axis_of_shares_stays_within_nothing_and_all() {
        assert_eq!(Unit::Share.extent([1.0, 99.0].into_iter()), 0.0..100.0);
        assert_eq!(Unit::Number.extent([0.0, 100.0].into_iter()), -4.0..104.0);
    }

    #[test]
    fn an_axis_of_one_value_has_an_extent() {
        assert_eq!(Unit::Pounds.extent([5.0, 5.0].into_iter()), 4.0..6.0);
        assert_eq!(Unit::Share.extent(std::iter::empty()), 0.0..100.0);
    }
}
