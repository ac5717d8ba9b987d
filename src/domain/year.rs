//! Financial years.

use std::fmt;
use std::str::FromStr;

/// A financial year, 1 April to 31 March, named by both calendar years: `2024-25`.
///
/// # Example
/// ```
/// use bandwise::domain::FinancialYear;
/// let year: FinancialYear = "2023-24".parse()?;
/// assert_eq!(year.next().to_string(), "2024-25");
/// assert!("2023-25".parse::<FinancialYear>().is_err());
/// # Ok::<(), bandwise::domain::year::NotAYear>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FinancialYear(i16);

/// The text names no financial year.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a financial year (allowed: two following years such as 2024-25)")]
pub struct NotAYear(String);

impl FinancialYear {
    /// The calendar year in which it starts.
    pub const fn first_calendar_year(self) -> i16 {
        self.0
    }

    /// This year and those after it, so many in all.
    pub fn and_after(self, years: usize) -> Vec<Self> {
        std::iter::successors(Some(self), |year| Some(year.next()))
            .take(years)
            .collect()
    }

    /// The year before.
    pub const fn previous(self) -> Self {
        Self(self.0 - 1)
    }

    /// The year after.
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl FromStr for FinancialYear {
    type Err = NotAYear;
    fn from_str(text: &str) -> Result<Self, NotAYear> {
        let refuse = || NotAYear(text.to_owned());
        let (first, second) = text.split_once('-').ok_or_else(refuse)?;
        if first.len() != 4 || second.len() != 2 {
            return Err(refuse());
        }
        let first: i16 = first.parse().map_err(|_| refuse())?;
        let second: i16 = second.parse().map_err(|_| refuse())?;
        if (1990..2100).contains(&first) && (first + 1) % 100 == second {
            Ok(Self(first))
        } else {
            Err(refuse())
        }
    }
}

impl fmt::Display for FinancialYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}-{:02}", self.0, (self.0 + 1) % 100))
    }
}
