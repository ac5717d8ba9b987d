//! A percentage rise, exact to a millionth.

use std::fmt;

use super::money::{Pence, divide_half_up};
use super::share::Share;

/// A rise in an amount, in parts per million; negative for a cut.
///
/// # Example
/// ```
/// use bandwise::domain::{Pence, Rise};
/// let rise = Rise::new(0.0499)?;
/// assert_eq!(rise.to_string(), "4.99%");
/// assert_eq!(rise.apply_to(Pence::from_pence(165_667)), Pence::from_pence(173_934));
/// assert!(Rise::new(20.0).is_err());
/// # Ok::<(), bandwise::domain::rise::NotARise>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rise(i64);

/// The number is no rise from -1 (nothing left) to 3 (four times as much).
#[derive(Debug, Clone, PartialEq)]
pub struct NotARise(f64);

impl fmt::Display for NotARise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} is not a rise (allowed: -1 to 3, where 0.15 is 15%)",
            self.0
        )?;
        if (3.0..=300.0).contains(&self.0) {
            write!(f, " [did you mean {}?]", self.0 / 100.0)?;
        }
        Ok(())
    }
}

impl std::error::Error for NotARise {}

const MILLION: i64 = 1_000_000;

impl Rise {
    /// No rise: frozen in cash.
    pub const FREEZE: Self = Self(0);
    /// The highest rise that a scenario may state: four times as much.
    pub const HIGHEST: Self = Self(3 * MILLION);

    /// A rise of `value`, 0.15 for 15%, rounded to a millionth.
    ///
    /// # Errors
    /// When the value is not from -1 to 3.
    pub fn new(value: f64) -> Result<Self, NotARise> {
        if (-1.0..=3.0).contains(&value) {
            Ok(Self((value * MILLION as f64).round() as i64))
        } else {
            Err(NotARise(value))
        }
    }

    /// A rise of so many parts per million.
    pub const fn from_millionths(millionths: i64) -> Self {
        Self(millionths)
    }

    /// In parts per million.
    pub const fn millionths(self) -> i64 {
        self.0
    }

    /// As a fraction: 0.15 for 15%.
    pub fn value(self) -> f64 {
        self.0 as f64 / MILLION as f64
    }

    /// `amount` after the rise, to the nearest penny; a freeze returns it unchanged.
    pub fn apply_to(self, amount: Pence) -> Pence {
        amount.times(MILLION + self.0, MILLION)
    }

    /// The part of this rise that a relief of `relief` of the increase leaves to pay.
    pub fn after_relief(self, relief: Share) -> Self {
        let left = i128::from(self.0) * i128::from(MILLION - relief.millionths());
        Self(divide_half_up(left, i128::from(MILLION)))
    }

    /// The rise from one amount to another, to the nearest millionth; nothing from a zero amount.
    pub fn between(from: Pence, to: Pence) -> Option<Self> {
        (from > Pence::ZERO).then(|| {
            let change = i128::from((to - from).pence()) * i128::from(MILLION);
            Self(divide_half_up(change, i128::from(from.pence())))
        })
    }

    /// In percent to one decimal, as a ballot paper prints it: "100.0".
    pub fn percent_to_one_decimal(self) -> String {
        let tenths = divide_half_up(i128::from(self.0), 1_000);
        let sign = if tenths < 0 { "-" } else { "" };
        format!("{sign}{}.{}", tenths.abs() / 10, tenths.abs() % 10)
    }
}

impl fmt::Display for Rise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{:.4}", self.0 as f64 / 10_000.0);
        let text = text.trim_end_matches('0').trim_end_matches('.');
        let sign = if f.sign_plus() && self.0 > 0 { "+" } else { "" };
        f.write_str(&format!("{sign}{text}%"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relief_of_four_fifths_of_a_doubling_leaves_twenty_percent() -> Result<(), NotARise> {
        let relief = Share::new(0.8).expect("a share");
        assert_eq!(Rise::new(1.0)?.after_relief(relief), Rise::new(0.2)?);
        Ok(())
    }

    #[test]
    fn percentages_print_as_on_a_ballot_paper() {
        assert_eq!(
            Rise::from_millionths(1_000_000).percent_to_one_decimal(),
            "100.0"
        );
        assert_eq!(
            Rise::from_millionths(49_900).percent_to_one_decimal(),
            "5.0"
        );
        assert_eq!(
            Rise::from_millionths(19_900).percent_to_one_decimal(),
            "2.0"
        );
        assert_eq!(Rise::from_millionths(-500).percent_to_one_decimal(), "0.0");
        assert_eq!(Rise::from_millionths(49_900).to_string(), "4.99%");
    }
}
