//! Homes of a council's own extract, in groups of like homes.

use std::fmt;

use super::band::{Band, BandProportions, Proportion};
use super::household::{Liability, Reduction};

/// How a home is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tenure {
    /// Owned without a mortgage.
    OwnedOutright,
    /// Owned with a mortgage, or shared ownership.
    MortgageOrShared,
    /// Let by a council or a housing association.
    SocialRent,
    /// Let by anybody else, or rent free.
    PrivateRent,
}

impl Tenure {
    /// All tenures, in the order of tables.
    pub const ALL: [Self; 4] = [
        Self::OwnedOutright,
        Self::MortgageOrShared,
        Self::SocialRent,
        Self::PrivateRent,
    ];

    /// The name in tables.
    pub const fn code(self) -> &'static str {
        match self {
            Self::OwnedOutright => "owned_outright",
            Self::MortgageOrShared => "mortgage_or_shared",
            Self::SocialRent => "social_rent",
            Self::PrivateRent => "private_rent",
        }
    }
}

impl fmt::Display for Tenure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

/// A class of exempt dwelling, A to W (Council Tax (Exempt Dwellings) Order 1992).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExemptClass(u8);

impl ExemptClass {
    /// The class of a letter; nothing beyond A to W.
    pub const fn of_letter(letter: char) -> Option<Self> {
        match letter.to_ascii_uppercase() {
            letter @ 'A'..='W' => Some(Self(letter as u8)),
            _ => None,
        }
    }

    /// Its letter.
    pub const fn letter(self) -> char {
        self.0 as char
    }
}

/// A group of like homes of an extract: everything that tells two homes of it apart, and sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExtractCell {
    /// Position among the areas of the extract; nothing where a home is in no known area.
    pub area: Option<usize>,
    /// Band on the valuation list.
    pub band: Band,
    /// Whether the disabled band reduction applies (SI 1992/554).
    pub disabled: bool,
    /// What the homes are liable for.
    pub liability: Liability,
    /// The class of exemption; nothing where not exempt, or not stated.
    pub exempt_class: Option<ExemptClass>,
    /// Premium on an empty or a second home in percent of the bill; negative for a discount.
    pub premium_percent: i64,
    /// The kind of council tax reduction.
    pub reduction: Reduction,
    /// How the homes are held; nothing where unknown.
    pub tenure: Option<Tenure>,
    /// Homes.
    pub n_dwellings: i64,
    /// Awards of council tax reduction, pence a year.
    pub award_pence: i64,
    /// Homes whose award is known.
    pub n_award_known: i64,
    /// Electors.
    pub electors: i64,
    /// Homes whose electors are known.
    pub n_electors_known: i64,
    /// Values, pence.
    pub value_pence: i64,
    /// Homes whose value is known.
    pub n_value_known: i64,
}

impl ExtractCell {
    /// What each home pays in percent of a whole bill of the band that it is charged at.
    pub const fn payable_percent(&self) -> i64 {
        payable_percent(self.liability, self.premium_percent)
    }

    /// The band that the homes are charged at: with a disabled band reduction the one below, and
    /// for band A band A itself, at a lower proportion.
    pub fn charged_band(&self) -> Band {
        if self.disabled {
            Band::ALL[self.band.index().saturating_sub(1)]
        } else {
            self.band
        }
    }

    /// What the homes pay in proportion to band D before discounts.
    pub fn proportion(&self, proportions: &BandProportions) -> Proportion {
        charged_proportion(self.band, self.disabled, proportions)
    }
}

/// What a home pays in percent of a whole bill: discounts off, premium on.
pub const fn payable_percent(liability: Liability, premium_percent: i64) -> i64 {
    match liability {
        Liability::Empty | Liability::SecondHome => 100 + premium_percent,
        _ => 25 * liability.quarters_payable(),
    }
}

/// What a band pays in proportion to band D; with a disabled band reduction that of the band
/// below, and 5/9 for band A (Council Tax (Reductions for Disabilities) Regulations 1992 reg. 4).
pub fn charged_proportion(band: Band, disabled: bool, proportions: &BandProportions) -> Proportion {
    match (disabled, band.index()) {
        (false, _) => proportions[band],
        (true, 0) => Proportion::new(5, 9).expect("both are positive"),
        (true, index) => proportions[Band::ALL[index - 1]],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_home_with_a_premium_of_100_percent_pays_twice() {
        assert_eq!(payable_percent(Liability::Empty, 100), 200);
        assert_eq!(payable_percent(Liability::SecondHome, -50), 50);
        assert_eq!(payable_percent(Liability::SingleAdult, 0), 75);
        assert_eq!(payable_percent(Liability::Exempt, 0), 0);
    }

    #[test]
    fn exempt_classes_run_from_a_to_w() {
        assert_eq!(
            ExemptClass::of_letter('n').map(ExemptClass::letter),
            Some('N')
        );
        assert_eq!(ExemptClass::of_letter('X'), None);
    }
}
