//! Where a figure comes from and how far it can be trusted.

use std::fmt;
use std::str::FromStr;

/// How well a figure is supported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Sourced from published material.
    Sourced,
    /// Widely known, high confidence; to be checked again before it is quoted.
    High,
    /// Medium confidence.
    Medium,
    /// A judgement offered as a default that users can change.
    Judgement,
}

impl Standing {
    const ALL: [Self; 4] = [Self::Sourced, Self::High, Self::Medium, Self::Judgement];

    /// The letter used in tables.
    pub const fn letter(self) -> &'static str {
        match self {
            Self::Sourced => "S",
            Self::High => "H",
            Self::Medium => "M",
            Self::Judgement => "J",
        }
    }
}

/// The text is no standing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a standing (allowed: S sourced, H high, M medium, J judgement)")]
pub struct NotAStanding(String);

impl FromStr for Standing {
    type Err = NotAStanding;
    fn from_str(text: &str) -> Result<Self, NotAStanding> {
        Self::ALL
            .into_iter()
            .find(|standing| standing.letter() == text)
            .ok_or_else(|| NotAStanding(text.to_owned()))
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Sourced => "sourced",
            Self::High => "high confidence",
            Self::Medium => "medium confidence",
            Self::Judgement => "judgement",
        })
    }
}

/// A published or stated origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Who says so, and where.
    pub citation: String,
    /// How far it can be trusted.
    pub standing: Standing,
}
