//! Numbers as extracts write them, exactly.

/// Why a text is no number that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotANumber {
    /// It is text.
    Text,
    /// It is below nothing.
    Negative,
    /// It has decimals where only whole numbers can be.
    NotWhole,
    /// It is beyond what can be.
    TooLarge,
}

/// The most digits that a number may have, before and after the point.
const DIGITS: usize = 17;

/// A number in units of its last place: with two places, pence of pounds. The second value says
/// whether there was more behind that place, which is rounded, halves up. Allowed are a leading
/// pound sign and commas between thousands.
///
/// # Errors
/// When the text is no number, negative or too large.
pub fn decimal(text: &[u8], places: usize) -> Result<(i64, bool), NotANumber> {
    let (mut digits, negative) = match text {
        [b'-', rest @ ..] => (rest, true),
        [b'+', rest @ ..] => (rest, false),
        _ => (text, false),
    };
    if let Some(rest) = digits.strip_prefix("£".as_bytes()) {
        digits = rest;
    }
    let (mut value, mut n_digits, mut decimals) = (0i64, 0usize, None);
    let mut group: Option<usize> = None;
    let mut rest_is_more = 0u8;
    let mut has_rest = false;
    for &byte in digits {
        match (byte, decimals) {
            (b'0'..=b'9', None) => {
                n_digits += usize::from(value > 0 || byte > b'0');
                if n_digits + places > DIGITS {
                    return Err(if all_numeric(digits) {
                        NotANumber::TooLarge
                    } else {
                        NotANumber::Text
                    });
                }
                value = value * 10 + i64::from(byte - b'0');
                group = group.map(|n| n + 1);
            }
            (b'0'..=b'9', Some(n)) if n < places => {
                value = value * 10 + i64::from(byte - b'0');
                decimals = Some(n + 1);
            }
            (b'0'..=b'9', Some(n)) => {
                if n == places {
                    rest_is_more = byte;
                }
                has_rest |= byte != b'0';
                decimals = Some(n + 1);
            }
            (b',', None) if n_digits > 0 && group.is_none_or(|n| n == 3) => group = Some(0),
            (b'.', None) => decimals = Some(0),
            _ => return Err(NotANumber::Text),
        }
    }
    let has_digits = digits.iter().any(u8::is_ascii_digit);
    if !has_digits || group.is_some_and(|n| n != 3) {
        return Err(NotANumber::Text);
    }
    for _ in decimals.unwrap_or(0).min(places)..places {
        value *= 10;
    }
    value += i64::from(rest_is_more >= b'5');
    if negative && (value > 0 || has_rest) {
        return Err(NotANumber::Negative);
    }
    Ok((value, has_rest))
}

fn all_numeric(digits: &[u8]) -> bool {
    digits
        .iter()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','))
}

/// A whole number; decimals may be there if they are noughts.
///
/// # Errors
/// When the text is no whole number, negative or too large.
pub fn whole(text: &[u8]) -> Result<i64, NotANumber> {
    match decimal(text, 0)? {
        (value, false) => Ok(value),
        _ => Err(NotANumber::NotWhole),
    }
}

/// The same of a number that a Parquet file holds in floating point.
///
/// # Errors
/// When it is no number, negative or too large.
pub fn decimal_of_real(number: f64, places: usize) -> Result<(i64, bool), NotANumber> {
    if number.is_infinite() {
        Err(NotANumber::Text)
    } else if number < 0.0 {
        Err(NotANumber::Negative)
    } else if number >= 1e11 {
        Err(NotANumber::TooLarge)
    } else {
        // A decimal comes out of floating point within a millionth of its last place here.
        let scaled = number * 10f64.powi(places as i32);
        let nearest = scaled.round();
        Ok((
            nearest as i64,
            (scaled - nearest).abs() > 1e-6 * scaled.max(1.0),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Pence;
    use proptest::prelude::*;

    #[test]
    fn amounts_are_read_to_the_penny() {
        for (text, pence, rounded) in [
            ("1104.45", 110_445, false),
            ("0", 0, false),
            (".5", 50, false),
            ("7.", 700, false),
            ("£1,104.45", 110_445, false),
            ("1,234,567", 123_456_700, false),
            ("812.345", 81_235, true),
            ("812.3449", 81_234, true),
            ("812.3400", 81_234, false),
            ("-0.00", 0, false),
        ] {
            assert_eq!(decimal(text.as_bytes(), 2), Ok((pence, rounded)), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused_by_its_reason() {
        for text in [
            "",
            "abc",
            "1e3",
            "1,23",
            "12,34,567",
            ",5",
            "1.2.3",
            "--1",
            ".",
            "NaN",
            "12 3",
        ] {
            assert_eq!(decimal(text.as_bytes(), 2), Err(NotANumber::Text), "{text}");
        }
        assert_eq!(decimal(b"-5", 2), Err(NotANumber::Negative));
        assert_eq!(decimal(b"1234567890123456", 2), Err(NotANumber::TooLarge));
        assert_eq!(whole(b"2.5"), Err(NotANumber::NotWhole));
        assert_eq!(whole(b"2.0"), Ok(2));
    }

    proptest! {
        #[test]
        fn amounts_agree_with_the_exact_reader_of_money(pence in 0i64..1_000_000_000_000) {
            let text = format!("{}.{:02}", pence / 100, pence % 100);
            prop_assert_eq!(decimal(text.as_bytes(), 2), Ok((pence, false)));
            prop_assert_eq!(Pence::parse_pounds(&text).map(Pence::pence), Ok(pence));
            prop_assert_eq!(decimal_of_real(text.parse().unwrap(), 2), Ok((pence, false)));
        }

        #[test]
        fn no_text_makes_the_reader_of_numbers_panic(text in ".{0,30}") {
            let read = decimal(text.as_bytes(), 2).map(|(value, _)| value);
            prop_assert!(read.is_err() || read.is_ok_and(|value| value >= 0));
            prop_assert!(whole(text.as_bytes()).is_err() || read.is_ok());
        }
    }
}
