//! Sheets of an ODS file, read as a stream.
//!
//! An ODS may say of a cell, a row or a space that it is repeated a million times. Libraries at
//! hand make these repeats before anything can count them; here only filled cells are kept, and
//! repeats are counted against the limits before they are made.

use std::borrow::Cow;
use std::io::{BufRead, BufReader};
use std::path::Path;

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
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

/// What has been read, and where the reader is.
struct Reading {
    sheets: Vec<Sheet>,
    /// Filled cells of the row.
    cells: Vec<(u32, Cell)>,
    /// The value that the attributes of the cell give.
    value: Option<Cell>,
    /// The text of the cell.
    text: String,
    budget: Budget,
    depth: usize,
    row: u32,
    column: u32,
    row_repeats: u32,
    column_repeats: u32,
    /// Depth of an annotation, whose text is not the cell's.
    annotation: Option<usize>,
}

fn read<R: BufRead>(reader: &mut Reader<R>) -> Result<Vec<Sheet>, String> {
    let mut reading = Reading {
        sheets: Vec::new(),
        cells: Vec::new(),
        value: None,
        text: String::new(),
        budget: Budget::of_a_file(),
        depth: 0,
        row: 0,
        column: 0,
        row_repeats: 0,
        column_repeats: 0,
        annotation: None,
    };
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let event = reader
            .read_event_into(&mut buffer)
            .map_err(|error| match error {
                quick_xml::Error::Io(error) => error.to_string(),
                other => broken(&other),
            })?;
        match event {
            Event::Eof => break,
            Event::Start(start) => {
                reading.depth += 1;
                if reading.depth > DEEPEST {
                    return Err(format!("is no spreadsheet: nested deeper than {DEEPEST}"));
                }
                reading.open(&start)?;
            }
            Event::Empty(start) => {
                reading.open(&start)?;
                reading.close(start.name().as_ref())?;
            }
            Event::End(end) => {
                reading.close(end.name().as_ref())?;
                reading.depth = reading.depth.saturating_sub(1);
            }
            Event::Text(part) if reading.annotation.is_none() => {
                reading.text.push_str(&part.xml10_content());
            }
            Event::GeneralRef(reference) if reading.annotation.is_none() => {
                let name: &str = &reference;
                match reference.resolve_char_ref() {
                    Ok(Some(c)) => reading.text.push(c),
                    _ => reading.text.push_str(
                        resolve_predefined_entity(name)
                            .ok_or_else(|| broken(&format!("unknown &{name};")))?,
                    ),
                }
            }
            _ => {}
        }
    }
    reading.sheets.retain(|sheet| !sheet.rows.is_empty());
    Ok(reading.sheets)
}

impl Reading {
    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), String> {
        match start.name().as_ref() {
            "table:table" => {
                let name = attribute(start, "table:name")?.unwrap_or_default();
                self.budget.spend(1, name.len() as u64)?;
                self.sheets.push(Sheet::named(&name));
                (self.row, self.column) = (0, 0);
            }
            "table:table-row" => {
                self.row_repeats = repeats(start, "table:number-rows-repeated", MOST_ROWS)?;
                self.column = 0;
            }
            "table:table-cell" | "table:covered-table-cell" => {
                self.column_repeats =
                    repeats(start, "table:number-columns-repeated", MOST_COLUMNS)?;
                self.text.clear();
                self.value = value(start)?;
            }
            "office:annotation" if self.annotation.is_none() => self.annotation = Some(self.depth),
            _ if self.annotation.is_some() => {}
            "text:p" if !self.text.is_empty() => self.text.push('\n'),
            "text:s" | "text:tab" | "text:line-break" => self.text.push(' '),
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, name: &str) -> Result<(), String> {
        match name {
            "table:table-cell" | "table:covered-table-cell" => {
                let written = std::mem::take(&mut self.text);
                let filled = self
                    .value
                    .take()
                    .or_else(|| (!written.trim().is_empty()).then_some(Cell::Text(written)));
                if let Some(cell) = filled {
                    let repeats = u64::from(self.column_repeats);
                    self.budget.spend(repeats, repeats * cell.text_bytes())?;
                    for offset in 0..self.column_repeats {
                        self.cells
                            .push((self.column.saturating_add(offset), cell.clone()));
                    }
                }
                self.column = self.column.saturating_add(self.column_repeats);
            }
            "table:table-row" => {
                let filled = std::mem::take(&mut self.cells);
                if let (Some(sheet), false) = (self.sheets.last_mut(), filled.is_empty()) {
                    let copies = u64::from(self.row_repeats.saturating_sub(1));
                    let text: u64 = filled.iter().map(|(_, cell)| cell.text_bytes()).sum();
                    self.budget.spend(
                        copies.saturating_mul(filled.len() as u64),
                        copies.saturating_mul(text),
                    )?;
                    for offset in 0..self.row_repeats {
                        sheet.rows.push(Row {
                            number: self.row.saturating_add(offset).saturating_add(1),
                            cells: filled.clone(),
                        });
                    }
                }
                self.row = self.row.saturating_add(self.row_repeats);
            }
            "office:annotation" if self.annotation == Some(self.depth) => self.annotation = None,
            _ => {}
        }
        Ok(())
    }
}

/// The value that the attributes of a cell give, if they do.
fn value(start: &BytesStart<'_>) -> Result<Option<Cell>, String> {
    if let Some(number) = attribute(start, "office:value")? {
        return match number.parse() {
            Ok(number) => Ok(Some(Cell::Number(number))),
            Err(_) => Err(broken(&format!("a value of {number:?}"))),
        };
    }
    for name in [
        "office:date-value",
        "office:boolean-value",
        "office:string-value",
    ] {
        if let Some(text) = attribute(start, name)? {
            return Ok(Some(Cell::Text(text)));
        }
    }
    Ok(None)
}

fn broken(error: &dyn std::fmt::Display) -> String {
    format!("is a broken ODS file: {error}")
}

fn attribute(start: &BytesStart<'_>, name: &str) -> Result<Option<String>, String> {
    let found = start
        .try_get_attribute(name)
        .map_err(|error| broken(&error))?;
    found
        .map(|attribute| {
            let value = attribute.normalized_value(XmlVersion::Implicit1_0);
            value.map(Cow::into_owned).map_err(|error| broken(&error))
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
            .map_err(|_| broken(&format!("{name} of {text:?}"))),
    }
}
