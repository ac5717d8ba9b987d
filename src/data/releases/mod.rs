//! Importers: figures as they come, turned into the project's own tables.
//!
//! Each reader recognises its file by content, not by name. Together they make every table of a
//! vintage; what a table needs and no file gives is an error that names the missing input.

mod billing;
pub mod boundaries;
mod compilation;
mod csv_rows;
mod preceptors;
pub mod small_areas;
mod tax_base_return;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::catalogue::DataError;

/// A table of the project's own schema, ready to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedTable {
    /// The file name inside a vintage's folder.
    pub file: &'static str,
    /// The table as CSV.
    pub csv: String,
}

/// What a file was recognised as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recognised {
    /// The file.
    pub path: PathBuf,
    /// What it is, in words.
    pub as_what: &'static str,
    /// How many rows were read from it.
    pub rows: usize,
}

/// The result of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// What each file was.
    pub recognised: Vec<Recognised>,
    /// The tables made from them.
    pub tables: Vec<ImportedTable>,
}

/// Rows of a CSV file by column name.
pub(crate) type Rows = Vec<BTreeMap<String, String>>;

/// Reads published figures and turns them into the tables of a vintage.
///
/// # Errors
/// When a file cannot be read or recognised, a figure is no number, or an input is missing that
/// another needs.
pub fn import(files: &[PathBuf]) -> Result<Import, DataError> {
    let mut recognised = Vec::new();
    let mut billing = None;
    let mut requirement = None;
    let mut tax_base_return = None;
    let (mut precepting, mut compiled, mut electorates) = (None, None, None);
    let mut tables = Vec::new();
    for path in files {
        let bytes = std::fs::read(path).map_err(|error| DataError::unreadable(path, &error))?;
        let (as_what, rows) = if bytes.starts_with(b"PK") {
            let lines = tax_base_return::read(path, bytes)?;
            let rows = lines.len();
            tax_base_return = Some(lines);
            (
                "council tax base return (ODS), lines A- and contributions in lieu",
                rows,
            )
        } else {
            let (header, rows) = read_csv(path, &bytes)?;
            let count = rows.len();
            let has = |name: &str| header.iter().any(|column| column == name);
            if has("ctb22_list_A") && has("bandd_own_excl_parish") {
                billing = Some((path, rows));
                (
                    "billing authorities with dwellings, tax base and band D amounts",
                    count,
                )
            } else if has("class_o_adj") {
                requirement = Some(rows);
                ("council tax requirement by billing authority", count)
            } else if has("taxbase_prev") && has("bandd") {
                precepting = Some(rows);
                ("council tax requirement by precepting authority", count)
            } else if has("taxbase_2025_after_cts_derived") {
                compiled = Some((path, rows));
                (
                    "dwellings, tax base and area band D of 2025 and 2026-27",
                    count,
                )
            } else if has("Area_Code") && has("Pct_Turnout") {
                electorates = Some(rows);
                ("electorates and turnout of 2016", count)
            } else {
                return Err(DataError::fault(
                    path,
                    "not recognised (known: the billing authority table, the council tax \
                     requirement by billing authority, the tax base return as ODS)"
                        .to_owned(),
                ));
            }
        };
        recognised.push(Recognised {
            path: path.clone(),
            as_what,
            rows,
        });
    }
    if let Some((path, billing)) = billing {
        let needs = |what: &str| {
            DataError::fault(
                path,
                format!("the billing authority table needs {what} beside it"),
            )
        };
        let requirement = requirement.ok_or_else(|| needs("the council tax requirement table"))?;
        let lines = tax_base_return.ok_or_else(|| needs("the tax base return (ODS)"))?;
        let made = billing::tables(&billing, &requirement, &lines);
        tables.extend(made.map_err(|error| error.inside(path))?);
        let precepting = precepting.ok_or_else(|| needs("the table of precepting authorities"))?;
        tables.extend(preceptors::tables(&precepting, &billing)?);
    }
    if let Some((path, compiled)) = compiled {
        let electorates = electorates.ok_or_else(|| {
            let text = "the compilation needs the electorates of 2016 beside it";
            DataError::fault(path, text.to_owned())
        })?;
        let made = compilation::tables(&compiled, &electorates);
        tables.extend(made.map_err(|error| error.inside(path))?);
    }
    tables.sort_by_key(|table| table.file);
    Ok(Import { recognised, tables })
}

fn read_csv(path: &Path, bytes: &[u8]) -> Result<(Vec<String>, Rows), DataError> {
    let fault = |error: csv::Error| DataError::fault(path, error.to_string());
    let mut reader = csv::Reader::from_reader(bytes);
    let header: Vec<String> = reader
        .headers()
        .map_err(fault)?
        .iter()
        .map(str::to_owned)
        .collect();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(fault)?;
        let cells = record.iter().map(|cell| cell.trim().to_owned());
        rows.push(header.iter().cloned().zip(cells).collect());
    }
    Ok((header, rows))
}

/// What a row is about: the code that it starts with.
fn named(row: &BTreeMap<String, String>) -> PathBuf {
    let codes = ["ons_code", "ecode"];
    codes
        .iter()
        .find_map(|code| row.get(*code))
        .map_or_else(|| "a row".into(), PathBuf::from)
}

/// A named figure of a row.
pub(crate) fn text<'a>(
    row: &'a BTreeMap<String, String>,
    column: &str,
) -> Result<&'a str, DataError> {
    row.get(column)
        .map(String::as_str)
        .ok_or_else(|| DataError::fault(&named(row), format!("the column {column} is missing")))
}

/// A named figure of a row as a number.
pub(crate) fn number(row: &BTreeMap<String, String>, column: &str) -> Result<f64, DataError> {
    let cell = text(row, column)?;
    cell.parse()
        .map_err(|_| DataError::fault(&named(row), format!("{column} of {cell:?} is not a number")))
}

/// A number with at most `decimals` decimals and no trailing zeros.
pub(crate) fn decimal(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// A table as CSV from its header and rows.
pub(crate) fn csv_table(
    file: &'static str,
    header: &[&str],
    rows: Vec<Vec<String>>,
) -> ImportedTable {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let memory = "a table is written to memory";
    writer.write_record(header).expect(memory);
    for row in rows {
        writer.write_record(row).expect(memory);
    }
    let bytes = writer.into_inner().expect(memory);
    ImportedTable {
        file,
        csv: String::from_utf8(bytes).expect("figures are text"),
    }
}
