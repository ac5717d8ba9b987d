//! The council tax base return (CTB) as published: the two lines that no band holds.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;

use calamine::{Data, Ods, Reader};

use crate::data::catalogue::DataError;

/// Band D equivalents after support that lie outside bands A to H of the return.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct OutsideBands {
    /// Band A homes on disabled reduction, charged at 5/9.
    pub band_a_disabled: f64,
    /// Contributions in lieu from the Ministry of Defence.
    pub contributions_in_lieu: f64,
}

const SHEET: &str = "Council_Taxbase_Data";
const AFTER_SUPPORT: &str = "Table 1.31.";
const IN_LIEU: &str = "Table 1.32.";

/// Reads the lines of every authority of the return, by ONS code.
pub(crate) fn read(
    path: &Path,
    bytes: Vec<u8>,
) -> Result<BTreeMap<String, OutsideBands>, DataError> {
    let fault = |text: String| DataError::fault(path, text);
    let mut book: Ods<_> =
        Ods::new(Cursor::new(bytes)).map_err(|error| fault(format!("not an ODS file: {error}")))?;
    let sheet = book
        .worksheet_range(SHEET)
        .map_err(|error| fault(format!("no sheet {SHEET}: {error}")))?;
    let rows: Vec<&[Data]> = sheet.rows().collect();
    let cell = |row: &[Data], column: usize| row.get(column).map(ToString::to_string);
    let titles = rows
        .iter()
        .position(|row| {
            row.iter()
                .any(|cell| cell.to_string().starts_with(AFTER_SUPPORT))
        })
        .ok_or_else(|| fault(format!("{SHEET} has no {AFTER_SUPPORT}")))?;
    let column_of = |title: &str| {
        rows[titles]
            .iter()
            .position(|cell| cell.to_string().starts_with(title))
            .ok_or_else(|| fault(format!("{SHEET} has no {title}")))
    };
    let (after_support, in_lieu) = (column_of(AFTER_SUPPORT)?, column_of(IN_LIEU)?);
    let mut lines = BTreeMap::new();
    for row in &rows[titles + 2..] {
        let Some(code) = cell(row, 1).filter(|code| code.starts_with("E0")) else {
            continue;
        };
        let figure = |column: usize| match row.get(column) {
            Some(Data::Float(value)) => Ok(*value),
            Some(Data::Int(value)) => Ok(*value as f64),
            Some(Data::Empty) | None => Ok(0.0),
            Some(other) => Err(fault(format!("{code}: {other} is not a number"))),
        };
        let line = OutsideBands {
            band_a_disabled: figure(after_support)?,
            contributions_in_lieu: figure(in_lieu)?,
        };
        lines.insert(code.clone(), line);
    }
    Ok(lines)
}
