//! What is asked of the years after the vote, and what the money is to buy.

use std::collections::BTreeMap;

use super::money::Pence;
use super::schedule::UniformRise;
use super::share::Share;
use super::year::FinancialYear;

/// The fewest and the most years that are projected: four show what a freeze loses.
pub const YEARS: std::ops::RangeInclusive<u8> = 4..=10;

/// What is asked of the years after the vote.
#[derive(Debug, Clone, PartialEq)]
pub struct MediumTerm {
    /// Years that are projected, within [`YEARS`]; the first is the year of the vote.
    pub years: u8,
    /// The rise of each later year in the authority's own amount at band D.
    pub later_rise: UniformRise,
    /// For how many years, from the first, the freeze path holds today's amount; 1 or more.
    pub freeze_years: u8,
    /// The grant that each frozen year earns: a share of today's council tax requirement.
    pub freeze_grant: Share,
    /// In how many financial years the grant of one frozen year is paid; 1 or more.
    pub freeze_grant_years: u8,
    /// The council's own funding gap of each year before the proposal; empty where not stated.
    pub gap: BTreeMap<FinancialYear, Pence>,
    /// Which council tax the council's forecast of the gap already holds.
    pub gap_assumes: GapAssumes,
    /// Where the gap is published.
    pub gap_source: Option<String>,
}

/// The council tax that a council's forecast of its funding gap already holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GapAssumes {
    /// The largest rise that needs no vote, each year: what a No brings.
    No,
    /// The freeze path of the same scenario, without a grant.
    Freeze,
    /// Today's council tax requirement in pounds, in every year.
    Today,
}

impl GapAssumes {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::No, Self::Freeze, Self::Today];

    /// Its name in a scenario.
    pub const fn key(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Freeze => "freeze",
            Self::Today => "today",
        }
    }

    /// What the forecast holds, in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::No => "the council tax of a No",
            Self::Freeze => "the council tax of a freeze",
            Self::Today => "today's council tax in pounds",
        }
    }
}

/// A service that the money could buy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// What it is called.
    pub name: String,
    /// What one unit costs a year; more than nothing.
    pub price: Pence,
    /// What one unit is.
    pub unit: String,
    /// How many of the most deprived wards share the money, where it is shared so; 1 or more.
    pub wards: Option<u16>,
    /// Where the price comes from.
    pub source: Option<String>,
}
