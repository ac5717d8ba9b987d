//! Sheets of an ODS file, read as a stream.
//!
//! An ODS may say of a cell or row that it is repeated a million times. Only filled cells are kept
//! here, and repeats are counted against the limits before they are made.

use std::borrow::Cow;
use std::io::{BufRead, BufReader};
use std::path::Path;

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};

use super::limits::{Archive, Budget, Limited};
use super::sheet::{Cell, Row, Sheet};
use crate::data::catalogue::DataError;

/// Deeper nesting than any spreadsheet has.
const DEEPEST: usize = 64;
/// Rows and columns that a spreadsheet can have.
const MOST_ROWS: u32 = 1_048_576;
const MOST_COLUMNS: u32 = 16_384;

/// All sheets that hold something.
pub(crate) fn sheets(path: &Path, archive: &mut Archive<'_>) -> Result<Vec<Sheet>, DataError> {
    let fault = |text: String| DataError::fault(path, text);
    let part = archive
        .by_name("content.xml")
        .map_err(|error| fault(format!("is a broken ODS file: {error}")))?;
    let mut reader = Reader::from_reader(BufReader::new(Limited::new(part)));
    reader.config_mut().check_end_names = false;
    read(&mut reader).map_err(fault)
}

/// Where the reader is in the file.
#[derive(Default)]
struct Position {
    depth: usize,
    row: u32,
    column: u32,
    row_repeats: u32,
    column_repeats: u32,
    /// Depth of an annotation, whose text is not the cell's.
    annotation: Option<usize>,
}

fn read<R: BufRead>(reader: &mut Reader<R>) -> Result<Vec<Sheet>, String> {
    let mut budget = Budget::of_a_file();
    let mut sheets: Vec<Sheet> = Vec::new();
    let mut cells: Vec<(u32, Cell)> = Vec::new();
    let mut value: Option<Cell> = None;
    let mut text = String::new();
    let mut at = Position::default();
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let event = reader
            .read_event_into(&mut buffer)
            .map_err(|error| match error {
                quick_xml::Error::Io(error) => error.to_string(),
                other => format!("is a broken ODS file: {other}"),
            })?;
        match event {
            Event::Eof => break,
            Event::Start(start) => {
                at.depth += 1;
                if at.depth > DEEPEST {
                    return Err(format!("is no spreadsheet: nested deeper than {DEEPEST}"));
                }
                open(&start, &mut at, &mut sheets, &mut value, &mut text)?;
            }
            Event::Empty(start) => {
                open(&start, &mut at, &mut sheets, &mut value, &mut text)?;
                let name = start.name();
                close(
                    name.as_ref(),
                    &mut at,
                    &mut sheets,
                    &mut cells,
                    &mut value,
                    &mut text,
                    &mut budget,
                )?;
            }
            Event::End(end) => {
                let name = end.name();
                close(
                    name.as_ref(),
                    &mut at,
                    &mut sheets,
                    &mut cells,
                    &mut value,
                    &mut text,
                    &mut budget,
                )?;
                at.depth = at.depth.saturating_sub(1);
            }
            Event::Text(part) if at.annotation.is_none() => text.push_str(&part.xml10_content()),
            Event::GeneralRef(reference) if at.annotation.is_none() => {
                let name: &str = &reference;
                match reference.resolve_char_ref() {
                    Ok(Some(c)) => text.push(c),
                    _ => text.push_str(
                        quick_xml::escape::resolve_predefined_entity(name)
                            .ok_or_else(|| format!("is a broken ODS file: unknown &{name};"))?,
                    ),
                }
            }
            _ => {}
        }
    }
    sheets.retain(|sheet| !sheet.rows.is_empty());
    Ok(sheets)
}

fn open(
    start: &BytesStart<'_>,
    at: &mut Position,
    sheets: &mut Vec<Sheet>,
    value: &mut Option<Cell>,
    text: &mut String,
) -> Result<(), String> {
    match start.name().as_ref() {
        "table:table" => {
            let name = attribute(start, "table:name")?.unwrap_or_default();
            sheets.push(Sheet::named(&name));
            (at.row, at.column) = (0, 0);
        }
        "table:table-row" => {
            at.row_repeats = repeats(start, "table:number-rows-repeated", MOST_ROWS)?;
            at.column = 0;
        }
        "table:table-cell" | "table:covered-table-cell" => {
            at.column_repeats = repeats(start, "table:number-columns-repeated", MOST_COLUMNS)?;
            text.clear();
            *value = None;
            if let Some(number) = attribute(start, "office:value")? {
                let number: f64 = number
                    .parse()
                    .map_err(|_| format!("is a broken ODS file: a value of {number:?}"))?;
                *value = Some(Cell::Number(number));
            } else {
                for name in [
                    "office:date-value",
                    "office:boolean-value",
                    "office:string-value",
                ] {
                    if value.is_none() {
                        *value = attribute(start, name)?.map(|text| Cell::Text(text.into_owned()));
                    }
                }
            }
        }
        "office:annotation" if at.annotation.is_none() => at.annotation = Some(at.depth),
        "text:p" if !text.is_empty() && at.annotation.is_none() => text.push('\n'),
        "text:s" | "text:tab" | "text:line-break" if at.annotation.is_none() => text.push(' '),
        _ => {}
    }
    Ok(())
}

fn close(
    name: &str,
    at: &mut Position,
    sheets: &mut [Sheet],
    cells: &mut Vec<(u32, Cell)>,
    value: &mut Option<Cell>,
    text: &mut String,
    budget: &mut Budget,
) -> Result<(), String> {
    match name {
        "table:table-cell" | "table:covered-table-cell" => {
            let written = std::mem::take(text);
            let filled = value
                .take()
                .or_else(|| (!written.trim().is_empty()).then(|| Cell::Text(written)));
            if let Some(cell) = filled {
                let repeats = u64::from(at.column_repeats);
                budget.spend(repeats, repeats * cell.text_bytes())?;
                for offset in 0..at.column_repeats {
                    cells.push((at.column.saturating_add(offset), cell.clone()));
                }
            }
            at.column = at.column.saturating_add(at.column_repeats);
        }
        "table:table-row" => {
            let filled = std::mem::take(cells);
            if let (Some(sheet), false) = (sheets.last_mut(), filled.is_empty()) {
                let copies = u64::from(at.row_repeats.saturating_sub(1));
                let text: u64 = filled.iter().map(|(_, cell)| cell.text_bytes()).sum();
                budget.spend(
                    copies.saturating_mul(filled.len() as u64),
                    copies.saturating_mul(text),
                )?;
                for offset in 0..at.row_repeats {
                    sheet.rows.push(Row {
                        number: at.row.saturating_add(offset).saturating_add(1),
                        cells: filled.clone(),
                    });
                }
            }
            at.row = at.row.saturating_add(at.row_repeats);
        }
        "office:annotation" if at.annotation == Some(at.depth) => at.annotation = None,
        _ => {}
    }
    Ok(())
}

fn attribute<'a>(start: &'a BytesStart<'_>, name: &str) -> Result<Option<Cow<'a, str>>, String> {
    let broken = |error: &dyn std::fmt::Display| format!("is a broken ODS file: {error}");
    let found = start
        .try_get_attribute(name)
        .map_err(|error| broken(&error))?;
    found
        .map(|attribute| {
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|error| broken(&error))?;
            Ok(Cow::Owned(value.into_owned()))
        })
        .transpose()
}

fn repeats(start: &BytesStart<'_>, name: &str, most: u32) -> Result<u32, String> {
    match attribute(start, name)? {
        None => Ok(1),
        // More than a spreadsheet has rows or columns is what is left of it.
        Some(text) => text
            .parse::<u64>()
            .map(|repeats| repeats.min(u64::from(most)) as u32)
            .map_err(|_| format!("is a broken ODS file: {name} of {text:?}")),
    }
}
