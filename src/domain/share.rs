//! Probabilities and shares.

use std::fmt;

/// A share or probability from 0 to 1.
///
/// # Example
/// ```
/// use bandwise::domain::Share;
/// assert_eq!(Share::new(0.85)?.value(), 0.85);
/// assert_eq!(
///     Share::new(85.0).unwrap_err().to_string(),
///     "85 is not a share (allowed: 0 to 1) [did you mean 0.85?]"
/// );
/// # Ok::<(), bandwise::domain::share::NotAShare>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Share(f64);

/// The number lies outside 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct NotAShare(f64);

impl fmt::Display for NotAShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is not a share (allowed: 0 to 1)", self.0)?;
        if (1.0..=100.0).contains(&self.0) {
            write!(f, " [did you mean {}?]", self.0 / 100.0)?;
        }
        Ok(())
    }
}

impl std::error::Error for NotAShare {}

impl Share {
    /// None of it.
    pub const NOTHING: Self = Self(0.0);

    /// A share of `value`.
    ///
    /// # Errors
    /// When the value is not from 0 to 1.
    pub fn new(value: f64) -> Result<Self, NotAShare> {
        if (0.0..=1.0).contains(&value) {
            Ok(Self(value))
        } else {
            Err(NotAShare(value))
        }
    }

    /// The share that `part` is of `whole`; nothing when the whole is nothing.
    pub fn of(part: i64, whole: i64) -> Option<Self> {
        (whole > 0 && (0..=whole).contains(&part)).then(|| Self(part as f64 / whole as f64))
    }

    /// From 0 to 1.
    pub const fn value(self) -> f64 {
        self.0
    }

    /// In parts per million, rounded: what exact arithmetic on money uses.
    pub fn millionths(self) -> i64 {
        (self.0 * 1e6).round() as i64
    }

    /// The log odds; infinite at 0 and 1.
    pub fn log_odds(self) -> LogOdds {
        LogOdds((self.0 / (1.0 - self.0)).ln())
    }
}

/// The natural logarithm of odds.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct LogOdds(pub f64);

impl LogOdds {
    /// The probability with these log odds.
    pub fn share(self) -> Share {
        Share(1.0 / (1.0 + (-self.0).exp()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_odds_and_shares_are_inverse() {
        for value in [0.001, 0.285, 0.5, 0.93] {
            let back = Share(value).log_odds().share().value();
            assert!((back - value).abs() < 1e-15, "{value} became {back}");
        }
    }

    #[test]
    fn a_share_outside_0_to_1_is_refused() {
        for wrong in [-0.1, 1.000_001, f64::NAN, f64::INFINITY] {
            assert!(Share::new(wrong).is_err());
        }
    }
}
