//! Sheets of an XLSX file, cell by cell.

use std::io::Cursor;
use std::path::Path;

use calamine::{Data, DataRef, Reader, Xlsx};

use super::limits::Budget;
use super::sheet::{Cell, Row, Sheet};
use crate::data::catalogue::DataError;

/// All sheets that hold something. The archive must have been weighed.
///
/// Cells are taken as they come: a single one far out makes no table of empty ones.
pub(crate) fn sheets(path: &Path, bytes: &[u8]) -> Result<Vec<Sheet>, DataError> {
    let fault = |text: String| DataError::fault(path, text);
    let broken = |error: calamine::XlsxError| fault(format!("is a broken XLSX file: {error}"));
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let mut budget = Budget::of_a_file();
    let mut sheets = Vec::new();
    for name in book.sheet_names() {
        let mut sheet = Sheet::named(&name);
        // Charts and macros are sheets without cells.
        let Ok(mut reader) = book.worksheet_cells_reader(&name) else {
            continue;
        };
        while let Some(cell) = reader.next_cell().map_err(broken)? {
            let (row, column) = cell.get_position();
            let Some(value) = filled(cell.get_value()) else {
                continue;
            };
            budget.spend(1, value.text_bytes()).map_err(fault)?;
            sheet.put(row, column, value);
        }
        if !sheet.rows.is_empty() {
            sheet.rows.sort_by_key(|row: &Row| row.number);
            sheets.push(sheet);
        }
    }
    Ok(sheets)
}

fn filled(value: &DataRef<'_>) -> Option<Cell> {
    match value {
        DataRef::Empty => None,
        DataRef::Float(number) => Some(Cell::Number(*number)),
        DataRef::Int(number) => Some(Cell::Number(*number as f64)),
        DataRef::SharedString(text) if text.trim().is_empty() => None,
        DataRef::SharedString(text) => Some(Cell::Text((*text).to_owned())),
        DataRef::String(text) if text.trim().is_empty() => None,
        other => Some(Cell::Text(Data::from(other.clone()).to_string())),
    }
}
