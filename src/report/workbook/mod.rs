//! The workbook of a run: its figures on sheets, what they rest on, and the yield as live formulas.
//!
//! It holds no macro, every formula carries its result, and the same run gives the same bytes.

mod assumptions;
mod page;
mod results;
mod working;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, XlsxError};

use super::results::Briefing;
use crate::data::DataError;
use crate::simulation::Prepared;

/// Why a workbook was not made: a fault of the build.
#[derive(Debug, thiserror::Error)]
pub enum WorkbookError {
    /// The library refused a cell or a name.
    #[error("workbook: {0}")]
    Format(#[from] XlsxError),
    /// An embedded table is broken.
    #[error("workbook: {0}")]
    Data(#[from] DataError),
}

/// The bytes of `workbook.xlsx`.
///
/// # Errors
/// When a cell is refused or an embedded table is broken: a fault of the build.
pub fn workbook(prepared: &Prepared, briefing: &Briefing) -> Result<Vec<u8>, WorkbookError> {
    let mut book = rust_xlsxwriter::Workbook::new();
    // The day on which a file is made is no part of a result: every workbook bears the same.
    let made = ExcelDateTime::from_ymd(2000, 1, 1)?;
    let title = format!(
        "{}, {}: {}",
        briefing.authority, briefing.vote_year, briefing.title
    );
    let comment = format!(
        "{} {}, scenario {}, seed {}, {} draws, data {}",
        briefing.provenance.program,
        briefing.provenance.version,
        briefing.provenance.scenario_sha256,
        briefing.provenance.seed,
        briefing.provenance.draws,
        briefing.provenance.data_sha256
    );
    book.set_properties(
        &DocProperties::new()
            .set_title(title)
            .set_subject("What a council tax proposal would raise, and how it rests on the figures")
            .set_comment(comment)
            .set_creation_datetime(&made),
    );
    results::summary(book.add_worksheet(), prepared, briefing)?;
    results::bands(book.add_worksheet(), prepared, briefing)?;
    working::write(&mut book, prepared, briefing)?;
    results::medium_term(book.add_worksheet(), prepared, briefing)?;
    results::who_pays(book.add_worksheet(), prepared, briefing)?;
    results::areas(book.add_worksheet(), prepared, briefing)?;
    results::law(book.add_worksheet(), prepared, briefing)?;
    results::warnings(book.add_worksheet(), briefing)?;
    assumptions::write(book.add_worksheet(), prepared, briefing)?;
    Ok(book.save_to_buffer()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Scenario, World, scenario::Names};
    use crate::report::{briefing, scenario_file};
    use crate::simulation::{NoObserver, prepare, run};

    fn made(key: &str, authority: &str) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
        let world = World::embedded(None)?;
        let mut scenario = Scenario::load(key, &Names::of(&world.assumptions))?;
        scenario.draws = 50;
        authority.clone_into(&mut scenario.authority);
        let prepared = prepare(&scenario, &world)?;
        let outcomes = run(&prepared, &NoObserver);
        let briefing = briefing(&prepared, &outcomes, &scenario_file::toml(&scenario), &[])?;
        Ok(workbook(&prepared, &briefing)?)
    }

    #[test]
    fn the_same_run_gives_the_same_bytes() -> Result<(), Box<dyn std::error::Error>> {
        let first = made("williamson-2018", "Derby")?;
        assert_eq!(first, made("williamson-2018", "Derby")?);
        assert!(first != made("williamson-2018", "Leicester")?);
        Ok(())
    }

    #[test]
    fn every_kind_of_proposal_has_a_workbook() -> Result<(), Box<dyn std::error::Error>> {
        for (key, authority) in [
            ("uniform-15", "Bedfordshire Police"),
            ("scotland-2017", "Derby"),
            ("fairer-share", "Derby"),
            ("high-value-surcharge-2028", "Kensington and Chelsea"),
            ("uniform-15", "Cardiff"),
        ] {
            assert!(made(key, authority)?.starts_with(b"PK"), "{key}");
        }
        Ok(())
    }
}
