//! Money that is owed, set or totalled: whole pence.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub};

/// An amount of money in whole pence, negative where something is lost.
///
/// # Example
/// ```
/// use bandwise::domain::Pence;
/// let band_d = Pence::parse_pounds("1656.67")?;
/// assert_eq!(band_d.pence(), 165_667);
/// assert_eq!(band_d.to_string(), "£1,656.67");
/// assert!(Pence::parse_pounds("1,656.67").is_err());
/// # Ok::<(), bandwise::domain::money::NotAnAmount>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pence(i64);

/// The text is no amount of pounds with at most two decimals.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an amount in pounds (allowed: digits with at most two decimals)")]
pub struct NotAnAmount(String);

impl Pence {
    /// Nothing owed.
    pub const ZERO: Self = Self(0);

    /// An amount of so many pence.
    pub const fn from_pence(pence: i64) -> Self {
        Self(pence)
    }

    /// Reads pounds with at most two decimals, exactly; a third decimal must be a zero.
    ///
    /// # Errors
    /// When the text is anything else.
    pub fn parse_pounds(text: &str) -> Result<Self, NotAnAmount> {
        let refuse = || NotAnAmount(text.to_owned());
        let (sign, digits) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let part = part.trim_end_matches('0');
        let all_digits = |s: &str| s.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(part) || part.len() > 2 {
            return Err(refuse());
        }
        let pounds: i64 = whole.parse().map_err(|_| refuse())?;
        let pence: i64 = format!("{part:0<2}").parse().map_err(|_| refuse())?;
        pounds
            .checked_mul(100)
            .and_then(|whole| whole.checked_add(pence))
            .map(|amount| Self(sign * amount))
            .ok_or_else(refuse)
    }

    /// The amount in pence.
    pub const fn pence(self) -> i64 {
        self.0
    }

    /// The amount in pounds, for formulas and tables.
    pub fn pounds(self) -> f64 {
        self.0 as f64 / 100.0
    }

    /// This amount times `numerator / denominator`, to the nearest penny, halves up.
    pub fn times(self, numerator: i64, denominator: i64) -> Self {
        Self(divide_half_up(
            i128::from(self.0) * i128::from(numerator),
            i128::from(denominator),
        ))
    }
}

/// `numerator / denominator` to the nearest whole number, halves up: the one rounding of money.
///
/// # Panics
/// When the denominator is not positive, or the result is too large for any council.
pub fn divide_half_up(numerator: i128, denominator: i128) -> i64 {
    assert!(denominator > 0, "a denominator must be positive");
    let rounded = (2 * numerator + denominator).div_euclid(2 * denominator);
    i64::try_from(rounded).expect("an amount of money fits in 64 bits")
}

impl Add for Pence {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl AddAssign for Pence {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Sub for Pence {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Neg for Pence {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Sum for Pence {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Pence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let absolute = self.0.unsigned_abs();
        let text = format!("{sign}£{}.{:02}", thousands(absolute / 100), absolute % 100);
        f.pad(&text)
    }
}

/// A whole number with commas between thousands.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number to one decimal with commas between thousands.
///
/// # Example
/// ```
/// use bandwise::domain::money::thousands_to_tenths;
/// assert_eq!(thousands_to_tenths(72_822.34), "72,822.3");
/// assert_eq!(thousands_to_tenths(-999.96), "-1,000.0");
/// assert_eq!(thousands_to_tenths(-0.01), "0.0");
/// ```
pub fn thousands_to_tenths(number: f64) -> String {
    let tenths = (10.0 * number.abs()).round() as u64;
    let sign = if number < 0.0 && tenths > 0 { "-" } else { "" };
    format!("{sign}{}.{}", thousands(tenths / 10), tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_round_up_on_both_sides_of_zero() {
        assert_eq!(divide_half_up(5, 2), 3);
        assert_eq!(divide_half_up(-5, 2), -2);
        assert_eq!(divide_half_up(7, 9), 1);
        assert_eq!(divide_half_up(4, 9), 0);
    }

    #[test]
    fn pounds_are_read_exactly_or_refused() {
        assert_eq!(Pence::parse_pounds("31.5"), Ok(Pence(3_150)));
        assert_eq!(Pence::parse_pounds("-0.01"), Ok(Pence(-1)));
        for wrong in ["", ".", "1.234", "£5", "1e3", "--1", "99999999999999999999"] {
            assert!(Pence::parse_pounds(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn amounts_print_with_their_sign_before_the_pound() {
        assert_eq!(Pence(-123_456_789).to_string(), "-£1,234,567.89");
        assert_eq!(Pence(5).to_string(), "£0.05");
    }
}
