//! Points: where the luck of the draws comes from.

use std::fmt;
use std::str::FromStr;

/// The points that the draws are made of.
///
/// # Example
/// ```
/// use bandwise::domain::Points;
/// assert_eq!("sobol".parse(), Ok(Points::Sobol));
/// let error = "halton".parse::<Points>().unwrap_err().to_string();
/// assert_eq!(error, "\"halton\" is no kind of points (allowed: random, sobol)");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Points {
    /// Independent pseudo-random numbers: plain Monte Carlo.
    #[default]
    Random,
    /// Owen-scrambled Sobol points in independent replicates: randomised quasi-Monte Carlo.
    Sobol,
}

impl Points {
    /// Both, in order.
    pub const ALL: [Self; 2] = [Self::Random, Self::Sobol];

    /// Its word in a scenario.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Sobol => "sobol",
        }
    }
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// The text names no kind of points.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no kind of points (allowed: random, sobol)")]
pub struct NotPoints(String);

impl FromStr for Points {
    type Err = NotPoints;
    fn from_str(text: &str) -> Result<Self, NotPoints> {
        Self::ALL
            .into_iter()
            .find(|points| points.word() == text)
            .ok_or_else(|| NotPoints(text.to_owned()))
    }
}
