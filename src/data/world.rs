//! Everything that a run reads: figures of one vintage, the law and the assumptions.

use std::path::Path;

use super::assumptions::Assumptions;
use super::catalogue::DataError;
use super::cells::Working;
use super::households::{self, Extract, Published};
use super::law::Law;
use super::scenario::Scenario;
use super::small_areas::small_areas;
use super::vintage::Vintage;
use crate::domain::AreaKind;

/// The data of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct World {
    /// Figures of one year.
    pub vintage: Vintage,
    /// Proportions and principles.
    pub law: Law,
    /// Assumptions with their sources.
    pub assumptions: Assumptions,
    /// A council's own extract, which stands in for the published homes.
    pub extract: Option<Extract>,
    /// How cells and bills are worked out: no result depends on it.
    pub working: Working,
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
            extract: None,
            working: Working::Polars,
        })
    }

    /// Reads the extract that a scenario names, relative to a folder.
    ///
    /// # Errors
    /// When it cannot be read, too many of its rows are refused, or the scenario is of an authority
    /// that does not bill.
    pub fn read_extract(&mut self, scenario: &Scenario, folder: &Path) -> Result<(), DataError> {
        let Some(file) = scenario.extract_file() else {
            return Ok(());
        };
        let path = folder.join(file);
        let fault = |text: String| DataError::fault(Path::new("households"), text);
        let record = self
            .vintage
            .find(&scenario.authority)
            .map_err(|error| fault(format!("an extract is of a billing authority: {error}")))?;
        let wards = small_areas(&record.authority.code, AreaKind::Ward)?;
        let published = Published {
            record,
            year: self.vintage.year,
            wards: &wards,
            law: &self.law,
        };
        let extract = households::read(&path, scenario.households.as_ref(), Some(published))?;
        extract.mostly_taken(&path)?;
        self.extract = Some(extract);
        Ok(())
    }
}
