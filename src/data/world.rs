//! Everything that a run reads: figures of one vintage, the law and the assumptions.

use super::assumptions::Assumptions;
use super::catalogue::DataError;
use super::law::Law;
use super::vintage::Vintage;

/// The data of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct World {
    /// Figures of one year.
    pub vintage: Vintage,
    /// Proportions and principles.
    pub law: Law,
    /// Assumptions with their sources.
    pub assumptions: Assumptions,
}

impl World {
    /// The embedded world of a vintage, the newest where none is named.
    ///
    /// # Errors
    /// When no vintage of that name is held.
    pub fn embedded(vintage: Option<&str>) -> Result<Self, DataError> {
        Self::with(Assumptions::embedded()?, vintage)
    }

    /// The same, with assumptions that are read already.
    ///
    /// # Errors
    /// When no vintage of that name is held.
    pub fn with(assumptions: Assumptions, vintage: Option<&str>) -> Result<Self, DataError> {
        Ok(Self {
            vintage: Vintage::held(vintage)?.clone(),
            law: Law::embedded()?,
            assumptions,
        })
    }
}
