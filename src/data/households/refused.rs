//! Rows that are not taken, and why.

use std::collections::BTreeMap;

use super::mapping::Role;

/// Why a row is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Another number of fields than the header has.
    Fields,
    /// No band is stated.
    Unbanded,
    /// The band is none.
    UnknownBand,
    /// Band I, which only Wales has.
    BandOfWales,
    /// A text that the mapping gives no meaning.
    UnknownText,
    /// Text where a number must be.
    TextInNumber,
    /// A number below nothing.
    Negative,
    /// Decimals where only whole numbers can be.
    NotWhole,
    /// A number beyond what can be.
    TooLarge,
    /// An award above the bill.
    AwardAboveBill,
    /// An award without its kind.
    AwardWithoutKind,
    /// A premium on a home that is neither empty nor a second home.
    PremiumOnMainHome,
    /// More homes with a known figure than homes.
    KnownBeyondCount,
}

impl Reason {
    /// The short name in tables.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Fields => "fields",
            Self::Unbanded => "unbanded",
            Self::UnknownBand => "unknown_band",
            Self::BandOfWales => "band_of_wales",
            Self::UnknownText => "unknown_text",
            Self::TextInNumber => "text_in_number",
            Self::Negative => "negative",
            Self::NotWhole => "not_whole",
            Self::TooLarge => "too_large",
            Self::AwardAboveBill => "award_above_bill",
            Self::AwardWithoutKind => "award_without_kind",
            Self::PremiumOnMainHome => "premium_on_main_home",
            Self::KnownBeyondCount => "known_beyond_count",
        }
    }

    /// The reason in words, with what is allowed.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Fields => "another number of fields than the header has",
            Self::Unbanded => "no band (a home without a band is never given one)",
            Self::UnknownBand => "not a band (allowed: A to H)",
            Self::BandOfWales => "band I, which only Wales has (allowed: A to H)",
            Self::UnknownText => "a text that the mapping gives no meaning",
            Self::TextInNumber => "text where a number must be",
            Self::Negative => "a negative number",
            Self::NotWhole => "decimals where only whole numbers can be",
            Self::TooLarge => "a number beyond what can be",
            Self::AwardAboveBill => {
                "an award above the bill of the published year (state `band_d` for another year's)"
            }
            Self::AwardWithoutKind => "an award without its kind (pension age or working age)",
            Self::PremiumOnMainHome => {
                "a premium on a home that is neither empty nor a second home"
            }
            Self::KnownBeyondCount => "more homes with a known figure than homes",
        }
    }
}

/// Row numbers that are kept for each reason.
pub const FIRST_ROWS: usize = 20;

/// Rows refused for one reason in one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Why.
    pub reason: Reason,
    /// The column; nothing where it lies in no one column.
    pub column: Option<String>,
    /// Rows.
    pub n_rows: u64,
    /// Homes in them, as far as their count can be read.
    pub n_dwellings: i64,
    /// The first rows.
    pub first_rows: Vec<u64>,
    /// What the first of them holds: a code as it is, anything else described.
    pub example: String,
}

/// Collects refusals, in the memory of the first few of each reason.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    found: BTreeMap<(Reason, Option<Role>), Refused>,
}

impl Refusals {
    pub(super) fn add(
        &mut self,
        reason: Reason,
        column: Option<(Role, &str)>,
        row: u64,
        n_dwellings: i64,
        example: impl FnOnce() -> String,
    ) {
        let refused = self
            .found
            .entry((reason, column.map(|(role, _)| role)))
            .or_insert_with(|| Refused {
                reason,
                column: column.map(|(_, name)| name.to_owned()),
                n_rows: 0,
                n_dwellings: 0,
                first_rows: Vec::new(),
                example: example(),
            });
        refused.n_rows += 1;
        refused.n_dwellings = refused.n_dwellings.saturating_add(n_dwellings);
        if refused.first_rows.len() < FIRST_ROWS {
            refused.first_rows.push(row);
        }
    }

    /// Rows of another number of fields, of which only the first are known one by one.
    pub(super) fn add_misfits(&mut self, n: u64, first: &[(u64, usize)], fields: usize) {
        for &(row, given) in first {
            self.add(Reason::Fields, None, row, 1, || {
                format!("{given} fields, and the header has {fields}")
            });
        }
        if let Some(refused) = self.found.get_mut(&(Reason::Fields, None)) {
            let further = n - first.len() as u64;
            refused.n_rows += further;
            refused.n_dwellings = refused.n_dwellings.saturating_add_unsigned(further);
        }
    }

    pub(super) fn into_list(self) -> Vec<Refused> {
        self.found.into_values().collect()
    }
}

/// A value as a message may show it: a code of at most four letters and digits as it is, anything
/// else by its length only, for it may be somebody's name.
pub fn described(text: &str) -> String {
    let text = text.trim();
    let n = text.chars().count();
    if n == 0 {
        "nothing".to_owned()
    } else if n <= 4 && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        format!("{text:?}")
    } else if n == 1 {
        "a sign".to_owned()
    } else {
        format!("text of {n} characters")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_codes_are_shown_as_they_are() {
        assert_eq!(described("Z9"), "\"Z9\"");
        assert_eq!(described(" Jo Ng "), "text of 5 characters");
        assert_eq!(described("Smith"), "text of 5 characters");
        assert_eq!(described("-3"), "text of 2 characters");
        assert_eq!(described(""), "nothing");
        assert_eq!(described("£"), "a sign");
    }
}
