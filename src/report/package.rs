//! The tables of a folder of results, each as CSV and as Parquet, and the data package that describes every
//! file of the folder (Frictionless Data Package 1): types, units, sources, sizes and SHA-256.

use polars::prelude::PolarsError;
use serde_json::{Value, json};

use super::csv::csv;
use super::files::{OutputError, PACKAGE, cannot_write};
use super::json::json as indented;
use super::parquet::{DRAW, OUTCOMES, draws, parquet};
use super::results::LICENCE;
use super::sink::{Sink, WrittenFile};
use super::tables::{ColumnDoc, Record, SHARE};
use crate::data::{Catalogue, DataError};
use crate::simulation::{DrawOutcomes, Prepared};

/// The page of the licence.
const LICENCE_PAGE: &str =
    "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/";

/// What stands in a folder of results beside tables and charts.
const OTHERS: [(&str, &str); 10] = [
    ("ballot-paper.txt", "What voters read on the ballot paper."),
    ("briefing.docx", "The briefing as a document to edit."),
    ("briefing.html", "The briefing as one page."),
    ("briefing.md", "The briefing as Markdown."),
    ("briefing.pdf", "The briefing as it prints."),
    ("mapping.toml", "How the columns of the extract were read."),
    (
        "provenance.json",
        "From what the results were made, and with what.",
    ),
    ("results.json", "All tables in one file."),
    ("scenario.toml", "The scenario as understood."),
    (
        "workbook.xlsx",
        "The tables as a workbook, with a working of the yield.",
    ),
];

/// What a table holds: its files are of its name, with the ending of their format.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TableDoc {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub title: String,
    /// The columns that tell its rows apart; none where rows may be alike in all of them.
    pub key: &'static [&'static str],
    /// Its columns, each a [`field`].
    pub fields: Vec<Value>,
}

impl TableDoc {
    /// What a table of these rows holds.
    pub(super) fn of<R: Record>() -> Self {
        Self::new(R::TABLE, R::TITLE, R::KEY, R::COLUMNS)
    }

    /// A table of these columns.
    pub(super) fn new(
        name: &str,
        title: &str,
        key: &'static [&'static str],
        columns: &[ColumnDoc],
    ) -> Self {
        Self {
            name: name.to_owned(),
            title: title.trim().to_owned(),
            key,
            fields: columns.iter().map(field).collect(),
        }
    }
}

/// Writes tables into a folder, or into memory, in the formats that are wanted, and then what describes all of its files.
#[derive(Debug)]
pub struct Tables<'a> {
    into: &'a dyn Sink,
    csv: bool,
    parquet: bool,
    known: Vec<TableDoc>,
}

impl<'a> Tables<'a> {
    /// Tables of a place, as CSV, as Parquet or as both.
    pub const fn new(into: &'a dyn Sink, csv: bool, parquet: bool) -> Self {
        Self {
            into,
            csv,
            parquet,
            known: Vec::new(),
        }
    }

    /// Tables of a place in both formats.
    pub const fn both(into: &'a dyn Sink) -> Self {
        Self::new(into, true, true)
    }

    /// Adds a table.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add<R: Record>(&mut self, rows: &[R]) -> Result<(), OutputError> {
        if self.csv {
            self.into.write(&format!("{}.csv", R::TABLE), &csv(rows))?;
        }
        if self.parquet {
            self.parquet(R::TABLE, parquet(rows))?;
        }
        self.known.push(TableDoc::of::<R>());
        Ok(())
    }

    /// Adds all draws, as Parquet only.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn add_draws(
        &mut self,
        prepared: &Prepared,
        outcomes: &DrawOutcomes,
    ) -> Result<(), OutputError> {
        if !self.parquet {
            return Ok(());
        }
        self.parquet("draws", draws(prepared, outcomes))?;
        let inputs = prepared.inputs.list().iter().map(|input| {
            json!({
                "name": input.name,
                "type": "number",
                "unit": input.unit,
                "description": format!("Drawn input: {}.", input.meaning),
            })
        });
        let title = "Every draw: inputs and what came of them.";
        let mut known = TableDoc::new("draws", title, &["draw"], &[DRAW]);
        known.fields.extend(inputs);
        known.fields.extend(OUTCOMES.iter().map(field));
        self.known.push(known);
        Ok(())
    }

    fn parquet(&self, name: &str, bytes: Result<Vec<u8>, PolarsError>) -> Result<(), OutputError> {
        let name = format!("{name}.parquet");
        let bytes = bytes.map_err(|error| {
            cannot_write(&self.into.place_of(&name), &std::io::Error::other(error))
        })?;
        self.into.write(&name, &bytes)
    }

    /// Writes what describes every file that the place has got so far: the last file to write.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn describe(self, name: &str, title: &str) -> Result<(), OutputError> {
        let package = package(name, title, &self.into.written(), &self.known);
        let package = package.map_err(|error| {
            let place = self.into.place_of(PACKAGE);
            cannot_write(&place, &std::io::Error::other(error))
        })?;
        self.into.write(PACKAGE, &package)
    }
}

/// The data package of some files, of which those of `tables` are tables.
///
/// # Errors
/// When the embedded catalogue is broken: a fault of the build.
pub(super) fn package(
    name: &str,
    title: &str,
    files: &[WrittenFile],
    tables: &[TableDoc],
) -> Result<Vec<u8>, DataError> {
    let resources: Vec<Value> = files.iter().map(|file| resource(file, tables)).collect();
    Ok(indented(&json!({
        "profile": "data-package",
        "name": plain(name),
        "title": title,
        "version": env!("CARGO_PKG_VERSION"),
        "licenses": [{ "name": "OGL-UK-3.0", "title": LICENCE, "path": LICENCE_PAGE }],
        "sources": sources()?,
        "resources": resources,
    })))
}

/// Where the figures held come from, each once, in the order of the catalogue.
fn sources() -> Result<Vec<Value>, DataError> {
    let mut titles: Vec<String> = Vec::new();
    for table in Catalogue::embedded()?.table {
        for title in table.source.split("; ") {
            if !titles.iter().any(|known| known == title) {
                titles.push(title.to_owned());
            }
        }
    }
    Ok(titles
        .iter()
        .map(|title| json!({ "title": title }))
        .collect())
}

/// One file as it stands in a data package.
fn resource(file: &WrittenFile, tables: &[TableDoc]) -> Value {
    let (stem, ending) = file.name.rsplit_once('.').unwrap_or((&file.name, ""));
    let table = tables
        .iter()
        .find(|table| table.name == stem && ["csv", "parquet"].contains(&ending));
    // The table bears its own name; its twin and other files the name of the file.
    let name = match table {
        Some(_) if ending == "csv" => stem,
        _ => &file.name,
    };
    let mut resource = json!({
        "name": plain(name),
        "path": file.name,
        "format": ending,
        "mediatype": mediatype(ending),
        "bytes": file.bytes,
        "hash": format!("sha256:{}", file.sha256),
    });
    let other = OTHERS.iter().find(|(name, _)| *name == file.name);
    if let Some((_, title)) = other {
        resource["title"] = json!(title);
    } else if ending == "toml" {
        resource["title"] = json!("A scenario as understood.");
    } else if let Some(chart) = stem.strip_prefix("charts/") {
        resource["title"] = json!(format!("Chart: {}.", chart.replace(['-', '_'], " ")));
    }
    if let Some(table) = table {
        resource["title"] = json!(table.title);
        resource["schema"] = json!({ "fields": table.fields, "missingValues": [""] });
        if !table.key.is_empty() {
            resource["schema"]["primaryKey"] = json!(table.key);
        }
    }
    // Readers of the package take a Parquet file for text; its columns bear their types themselves.
    let (kind, profile) = match table {
        Some(_) if ending == "csv" => ("table", "tabular-data-resource"),
        _ => ("file", "data-resource"),
    };
    resource["type"] = json!(kind);
    resource["profile"] = json!(profile);
    if ["csv", "html", "md", "txt", "toml", "json", "svg"].contains(&ending) {
        resource["encoding"] = json!("utf-8");
    }
    resource
}

/// A column as it stands in a data package.
pub(super) fn field(column: &ColumnDoc) -> Value {
    let mut field = json!({
        "name": column.name,
        "type": column.kind,
        "description": column.description,
    });
    if !column.unit.is_empty() {
        field["unit"] = json!(column.unit);
    }
    if column.required {
        field["constraints"]["required"] = json!(true);
    }
    if column.unit == SHARE {
        field["constraints"]["minimum"] = json!(0);
        field["constraints"]["maximum"] = json!(1);
    }
    field
}

/// A name of small letters, digits, dots, dashes and underlines.
fn plain(name: &str) -> String {
    let letter = |c: char| match c.to_ascii_lowercase() {
        c if c.is_ascii_alphanumeric() || ['.', '_', '-'].contains(&c) => c,
        _ => '-',
    };
    name.chars().map(letter).collect()
}

/// The media type of a file by its ending.
pub fn mediatype(ending: &str) -> &'static str {
    match ending {
        "csv" => "text/csv",
        "parquet" => "application/vnd.apache.parquet",
        "json" => "application/json",
        "html" => "text/html",
        "md" => "text/markdown",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "pdf" => "application/pdf",
        "toml" => "application/toml",
        "zip" => "application/zip",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _ => "text/plain",
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_name_in_the_package_keeps_to_the_letters_that_are_allowed() {
        assert_eq!(plain("charts/Bills £.svg"), "charts-bills--.svg");
    }
}
