//! What a dwelling is liable for, and what reduction its residents get.

use std::fmt;

use super::band::Band;

/// The class of liability of a dwelling (LGFA 1992 ss.4, 6, 11, 11B, 11C).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Liability {
    /// Two or more counted adults: the whole bill.
    Full,
    /// One counted adult: a quarter off (s.11(1)(a)).
    SingleAdult,
    /// All adults but one disregarded: a quarter off (s.11(1)(b)).
    OneCounted,
    /// All adults disregarded: half off, twice the quarter (s.11(2)(b)).
    AllDisregarded,
    /// Exempt, demolished or outside the area: nothing to pay.
    Exempt,
    /// Empty: the whole bill here; premiums and discounts are in the published tax base.
    Empty,
    /// Nobody's main home: the whole bill.
    SecondHome,
}

impl Liability {
    /// All classes, in the order of tables.
    pub const ALL: [Self; 7] = [
        Self::Full,
        Self::SingleAdult,
        Self::OneCounted,
        Self::AllDisregarded,
        Self::Exempt,
        Self::Empty,
        Self::SecondHome,
    ];

    /// The quarters of a whole bill that it pays: 4, 3, 2 or 0.
    pub const fn quarters_payable(self) -> i64 {
        match self {
            Self::Full | Self::Empty | Self::SecondHome => 4,
            Self::SingleAdult | Self::OneCounted => 3,
            Self::AllDisregarded => 2,
            Self::Exempt => 0,
        }
    }

    /// Whether the home is nobody's main home, so that a premium may be charged (LGFA 1992 ss.11B
    /// and 11C).
    pub const fn is_nobodys_main_home(self) -> bool {
        matches!(self, Self::Empty | Self::SecondHome)
    }

    /// Whether residents of the class can be on council tax reduction in this model.
    pub const fn may_have_reduction(self) -> bool {
        matches!(self, Self::Full | Self::SingleAdult)
    }

    /// The name in tables.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::SingleAdult => "single_adult",
            Self::OneCounted => "one_counted",
            Self::AllDisregarded => "all_disregarded",
            Self::Exempt => "exempt",
            Self::Empty => "empty",
            Self::SecondHome => "second_home",
        }
    }
}

impl fmt::Display for Liability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

/// Council tax reduction under a scheme (s.13A(1)(a)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reduction {
    /// No reduction.
    None,
    /// A working-age award under the council's own scheme: a share of the bill.
    WorkingAge,
    /// A pension-age award under the prescribed scheme: a rise in the bill is met by the award.
    PensionAge,
}

impl Reduction {
    /// All kinds, in the order of tables.
    pub const ALL: [Self; 3] = [Self::None, Self::WorkingAge, Self::PensionAge];

    /// The name in tables.
    pub const fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::WorkingAge => "working_age",
            Self::PensionAge => "pension_age",
        }
    }
}

impl fmt::Display for Reduction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

/// What decides the bill of a home, beside its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KindOfHome {
    /// Valuation band.
    pub band: Band,
    /// Liability class.
    pub liability: Liability,
    /// Council tax reduction.
    pub reduction: Reduction,
    /// The share of the bill that an award meets, in ten-thousandths.
    pub award_basis_points: i64,
    /// The premium on an empty or second home, percent of the bill; 0 in the model's groups, whose
    /// tax base holds premiums on average.
    pub premium_percent: i64,
}
