//! Named example households, for bills that a reader can check.

use super::band::Band;
use super::household::{Liability, Reduction};
use super::share::Share;

/// A household in a home, with everything that its bill rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct ExampleHousehold {
    key: String,
    name: String,
    band: Band,
    liability: Liability,
    reduction: Reduction,
    award_percent: i64,
    premium_percent: i64,
    disabled: bool,
    position_in_band: Share,
    note: String,
}

/// A household that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAHousehold {
    /// An award and its kind belong together.
    #[error(
        "{household}: an award of {percent}% with reduction {reduction} (allowed: 1 to 100 with a \
         kind of reduction, 0 with none)"
    )]
    Award {
        /// The household.
        household: String,
        /// The kind of reduction.
        reduction: Reduction,
        /// The award stated.
        percent: i64,
    },
    /// Only residents who are liable can have a reduction.
    #[error("{household}: {liability} with a reduction (allowed: full, single_adult)")]
    Liability {
        /// The household.
        household: String,
        /// The class of liability.
        liability: Liability,
    },
    /// Premiums are of homes that are nobody's main home (LGFA 1992 ss.11B and 11C).
    #[error(
        "{household}: a premium of {percent}% on {liability} (allowed: 0, and 1 to 300 on empty \
         and second_home)"
    )]
    Premium {
        /// The household.
        household: String,
        /// The class of liability.
        liability: Liability,
        /// The premium stated.
        percent: i64,
    },
}

/// The largest premium: 300% on a home empty for ten years (LGFA 1992 s.11B(1C)).
const MOST_PREMIUM_PERCENT: i64 = 300;

impl ExampleHousehold {
    /// A household in a home of a band, fully described by what follows.
    pub fn new(
        (key, name): (&str, &str),
        band: Band,
        liability: Liability,
        position_in_band: Share,
        note: &str,
    ) -> Self {
        Self {
            key: key.to_owned(),
            name: name.to_owned(),
            band,
            liability,
            reduction: Reduction::None,
            award_percent: 0,
            premium_percent: 0,
            disabled: false,
            position_in_band,
            note: note.to_owned(),
        }
    }

    /// The same on council tax reduction that meets so many percent of today's bill; no kind of
    /// reduction and 0 leave it as it is.
    ///
    /// # Errors
    /// When award and kind contradict each other, or nobody liable lives there.
    pub fn with_award(self, reduction: Reduction, percent: i64) -> Result<Self, NotAHousehold> {
        let allowed = match reduction {
            Reduction::None => 0..=0,
            Reduction::WorkingAge | Reduction::PensionAge => 1..=100,
        };
        let household = self.name.clone();
        if !allowed.contains(&percent) {
            return Err(NotAHousehold::Award {
                household,
                reduction,
                percent,
            });
        }
        let liability = self.liability;
        if reduction != Reduction::None && !liability.may_have_reduction() {
            return Err(NotAHousehold::Liability {
                household,
                liability,
            });
        }
        Ok(Self {
            reduction,
            award_percent: percent,
            ..self
        })
    }

    /// The same with a premium on an empty or a second home, percent of the bill.
    ///
    /// # Errors
    /// When the home is neither, or the premium is above 300%.
    pub fn with_premium(self, percent: i64) -> Result<Self, NotAHousehold> {
        let liability = self.liability;
        let most = match liability {
            Liability::Empty | Liability::SecondHome => MOST_PREMIUM_PERCENT,
            _ => 0,
        };
        if !(0..=most).contains(&percent) {
            return Err(NotAHousehold::Premium {
                household: self.name,
                liability,
                percent,
            });
        }
        Ok(Self {
            premium_percent: percent,
            ..self
        })
    }

    /// The same with the disabled band reduction: charged as the band below (SI 1992/554).
    pub fn with_disabled_reduction(self, disabled: bool) -> Self {
        Self { disabled, ..self }
    }

    /// Its short name.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Its name: what a reader would call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Band on the valuation list.
    pub fn band(&self) -> Band {
        self.band
    }

    /// What it is liable for.
    pub fn liability(&self) -> Liability {
        self.liability
    }

    /// The kind of council tax reduction.
    pub fn reduction(&self) -> Reduction {
        self.reduction
    }

    /// The share of today's bill that the award meets, in percent.
    pub fn award_percent(&self) -> i64 {
        self.award_percent
    }

    /// The premium, in percent of the bill.
    pub fn premium_percent(&self) -> i64 {
        self.premium_percent
    }

    /// Whether the disabled band reduction applies.
    pub fn disabled(&self) -> bool {
        self.disabled
    }

    /// The band that it is charged at: with a disabled band reduction the one below, and for band
    /// A band A itself, at 5/9 (Council Tax (Reductions for Disabilities) Regulations 1992 reg. 4).
    ///
    /// # Example
    /// ```
    /// use bandwise::domain::{Band, ExampleHousehold, Liability, Share};
    /// let middle = Share::new(0.5)?;
    /// let home = ExampleHousehold::new(("f", "a couple"), Band::F, Liability::Full, middle, "");
    /// assert_eq!(home.with_disabled_reduction(true).charged_band(), Band::E);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn charged_band(&self) -> Band {
        if self.disabled {
            Band::ALL[self.band.index().saturating_sub(1)]
        } else {
            self.band
        }
    }

    /// Where its value lies between the limits of its band, from 0 to 1: for proposals by value.
    pub fn position_in_band(&self) -> Share {
        self.position_in_band
    }

    /// What a reader should know of it.
    pub fn note(&self) -> &str {
        &self.note
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home(liability: Liability) -> ExampleHousehold {
        let middle = Share::new(0.5).unwrap();
        ExampleHousehold::new(("x", "a home"), Band::B, liability, middle, "")
    }

    #[test]
    fn a_household_that_cannot_be_is_refused() {
        let message = |refused: Result<ExampleHousehold, NotAHousehold>| {
            refused.map(|_| ()).unwrap_err().to_string()
        };
        assert_eq!(
            message(home(Liability::Full).with_award(Reduction::None, 40)),
            "a home: an award of 40% with reduction none (allowed: 1 to 100 with a kind of \
             reduction, 0 with none)"
        );
        assert_eq!(
            message(home(Liability::Exempt).with_award(Reduction::PensionAge, 100)),
            "a home: exempt with a reduction (allowed: full, single_adult)"
        );
        assert_eq!(
            message(home(Liability::Full).with_premium(100)),
            "a home: a premium of 100% on full (allowed: 0, and 1 to 300 on empty and second_home)"
        );
        assert!(home(Liability::Empty).with_premium(301).is_err());
        assert!(home(Liability::Empty).with_premium(300).is_ok());
    }
}
