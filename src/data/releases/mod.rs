//! Importers: figures as they come, turned into the project's own tables.
//!
//! Each reader recognises its file by content, not by name. Releases as published are merged with
//! a base into a vintage of the user ([`vintage`]); compilations of figures make the embedded
//! tables ([`import`]). What a table needs and no file gives is an error that names what is
//! missing.

mod base;
mod billing;
pub mod boundaries;
mod codes;
mod compilation;
mod csv_rows;
mod limits;
mod merge;
mod ods;
mod own_band_d;
mod preceptors;
mod requirement;
mod sheet;
pub mod small_areas;
mod stock;
mod tax_base_return;
mod xlsx;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use base::Base;
use codes::Codes;
use limits::Budget;
use merge::{Given, Releases};
use sheet::Sheet;

use super::catalogue::{DataError, sha256};
use super::user;
use super::vintage::VINTAGES;

pub(crate) use limits::read as read_file;

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
    /// Where its figures stand, what was filled, what adds up: a sentence each.
    pub notes: Vec<String>,
}

/// The result of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// What each file was.
    pub recognised: Vec<Recognised>,
    /// The tables made from them.
    pub tables: Vec<ImportedTable>,
}

/// A vintage of the user, ready to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserVintage {
    /// Its name.
    pub name: String,
    /// What each file was.
    pub recognised: Vec<Recognised>,
    /// What was merged and compared: a sentence each.
    pub notes: Vec<String>,
    /// Parts that no file gives: the name, and how it is carried forward as a sentence.
    pub carried: Vec<(String, String)>,
    /// Its files by name: tables and `vintage.toml`.
    pub files: Vec<(&'static str, String)>,
}

/// Reads compilations of figures and turns them into the tables of an embedded vintage.
///
/// # Errors
/// When a file cannot be read or recognised, a figure is no number, or an input is missing that
/// another needs.
pub fn import(files: &[PathBuf]) -> Result<Import, DataError> {
    let newest = VINTAGES[VINTAGES.len() - 1];
    let codes = base::embedded_codes(newest)?;
    let mut recognised = Vec::new();
    let mut billing = None;
    let mut requirement = None;
    let mut tax_base_return = None;
    let (mut precepting, mut compiled, mut electorates) = (None, None, None);
    let mut tables = Vec::new();
    for path in files {
        let found = recognise(path, &codes)?;
        recognised.push(found.recognised);
        match found.figures {
            Figures::Billing(rows) => billing = Some((path, rows)),
            Figures::BillingRequirement(rows) => requirement = Some(rows),
            Figures::PreceptingRequirement(rows) => precepting = Some(rows),
            Figures::Compiled(rows) => compiled = Some((path, rows)),
            Figures::Electorates(rows) => electorates = Some(rows),
            Figures::Return(release) => tax_base_return = Some(release),
            Figures::Stock(_) | Figures::Requirement(_) | Figures::OwnBandD(_) => {
                let text = "is a release as published, which makes no table by itself [without \
                            --into it is merged into a vintage of yours]";
                return Err(DataError::fault(path, text.to_owned()));
            }
        }
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
        let made = billing::tables(&billing, &requirement, &lines.rows);
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

/// Reads releases as published and merges them with a base into a vintage of the user.
///
/// `name` is its name: without one, the year of its amounts with `-imported`. `base` is an embedded
/// or own vintage: without one, the newest embedded that is not of a later year.
///
/// # Errors
/// When a file cannot be read or recognised or does not add up, a release lacks an authority of
/// the base, or the name is an embedded vintage's or no name.
pub fn vintage(
    files: &[PathBuf],
    name: Option<&str>,
    base: Option<&str>,
) -> Result<UserVintage, DataError> {
    if let Some(name) = name {
        check_name(name)?;
    }
    let mut held = Base::load(base.unwrap_or(VINTAGES[VINTAGES.len() - 1]))?;
    let (mut recognised, mut releases) = read_releases(files, &held.codes()?)?;
    let newest = releases.newest_year();
    // The releases may be older than the newest base: then an older one suits them.
    let fitting = newest.map(Base::for_year).filter(|_| base.is_none());
    if let Some(fitting) = fitting.filter(|fitting| *fitting != held.name) {
        held = Base::load(fitting)?;
        (recognised, releases) = read_releases(files, &held.codes()?)?;
    }
    let base_name = held.name.clone();
    let merged = merge::merge(held, &releases)?;
    let name = match name {
        Some(name) => name.to_owned(),
        None => format!("{}-imported", merged.year),
    };
    let given: Vec<String> = merged
        .parts
        .iter()
        .filter(|part| !part.file.is_empty())
        .map(|part| match part.carried_forward.is_empty() {
            true => part.name.clone(),
            false => format!("{} in part", part.name),
        })
        .collect();
    let title = format!(
        "{} on the base of {base_name}; from files: {}",
        merged.year,
        given.join(", ")
    );
    let carried = merged
        .parts
        .iter()
        .filter(|part| !part.carried_forward.is_empty());
    let carried = carried.map(|part| (part.name.clone(), part.carried_forward.clone()));
    let carried = carried.collect();
    let mut files: Vec<(&'static str, String)> = merged
        .tables
        .into_iter()
        .map(|table| (table.file, table.csv))
        .collect();
    files.push((
        user::MANIFEST,
        merge::manifest(merged.year, &title, &merged.parts),
    ));
    Ok(UserVintage {
        name,
        recognised,
        notes: merged.notes,
        carried,
        files,
    })
}

fn check_name(name: &str) -> Result<(), DataError> {
    let fault = |text: String| DataError::fault(Path::new("name"), text);
    user::check_name(name).map_err(fault)?;
    if VINTAGES.contains(&name) {
        let text = format!("{name:?} is an embedded vintage [choose another name]");
        return Err(fault(text));
    }
    Ok(())
}

fn read_releases(
    files: &[PathBuf],
    codes: &Codes,
) -> Result<(Vec<Recognised>, Releases), DataError> {
    let mut recognised = Vec::new();
    let mut releases = Releases::default();
    for path in files {
        let found = recognise(path, codes)?;
        let sha256 = found.sha256;
        match found.figures {
            Figures::Stock(release) => set(
                &mut releases.stock,
                path,
                sha256,
                release,
                "a stock of properties",
            )?,
            Figures::Return(release) => {
                set(
                    &mut releases.tax_base_return,
                    path,
                    sha256,
                    release,
                    "a tax base return",
                )?;
            }
            Figures::OwnBandD(release) => {
                set(
                    &mut releases.own_band_d,
                    path,
                    sha256,
                    release,
                    "band D over the years",
                )?;
            }
            Figures::Requirement(release) => {
                let year = release.year;
                let mut given = releases.requirements.remove(&year);
                set(
                    &mut given,
                    path,
                    sha256,
                    release,
                    "the requirement of that year",
                )?;
                releases
                    .requirements
                    .extend(given.map(|given| (year, given)));
            }
            Figures::Billing(_)
            | Figures::BillingRequirement(_)
            | Figures::PreceptingRequirement(_)
            | Figures::Compiled(_)
            | Figures::Electorates(_) => {
                let text = "is a compilation, not a release as published [give --into DIR to make \
                            tables of it]";
                return Err(DataError::fault(path, text.to_owned()));
            }
        }
        recognised.push(found.recognised);
    }
    Ok((recognised, releases))
}

fn set<T>(
    given: &mut Option<Given<T>>,
    path: &Path,
    sha256: String,
    release: T,
    what: &str,
) -> Result<(), DataError> {
    if let Some(first) = given {
        let text = format!(
            "{} holds {what} as well [give one of them]",
            first.path.display()
        );
        return Err(DataError::fault(path, text));
    }
    *given = Some(Given {
        path: path.to_owned(),
        sha256,
        release,
    });
    Ok(())
}

/// A file that was recognised.
struct Found {
    recognised: Recognised,
    sha256: String,
    figures: Figures,
}

/// The figures of a file.
enum Figures {
    Stock(stock::Stock),
    Return(tax_base_return::TaxBaseReturn),
    Requirement(requirement::Requirement),
    OwnBandD(own_band_d::OwnBandD),
    Billing(Rows),
    BillingRequirement(Rows),
    PreceptingRequirement(Rows),
    Compiled(Rows),
    Electorates(Rows),
}

/// Reads a file and tells what it is.
fn recognise(path: &Path, codes: &Codes) -> Result<Found, DataError> {
    let bytes = limits::read(path)?;
    let sha256 = sha256(&bytes);
    let sheets = if bytes.starts_with(b"PK") {
        workbook(path, &bytes)?
    } else if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        let text = "is an old or locked Excel workbook [save it as XLSX or ODS without a password]";
        return Err(DataError::fault(path, text.to_owned()));
    } else {
        let text = if bytes.starts_with(b"\x1f\x8b") {
            limits::gunzip(path, &bytes)?
        } else {
            bytes
        };
        limits::check_lines(path, &text)?;
        if let Some((as_what, rows, figures)) = compilation(path, &text)? {
            let recognised = Recognised {
                path: path.to_owned(),
                as_what,
                rows,
                notes: Vec::new(),
            };
            return Ok(Found {
                recognised,
                sha256,
                figures,
            });
        }
        vec![Sheet::from_csv(path, &text)?]
    };
    let read = release(path, &sheets, codes).map_err(|error| error.inside(path))?;
    let (as_what, rows, notes, figures) = read.ok_or_else(|| not_recognised(path, &sheets))?;
    Ok(Found {
        recognised: Recognised {
            path: path.to_owned(),
            as_what,
            rows,
            notes,
        },
        sha256,
        figures,
    })
}

/// The sheets of an ODS or XLSX file.
fn workbook(path: &Path, bytes: &[u8]) -> Result<Vec<Sheet>, DataError> {
    let mut archive = limits::archive(path, bytes)?;
    if archive.index_for_name("xl/workbook.xml").is_some() {
        limits::weigh(path, &mut archive)?;
        xlsx::sheets(path, bytes)
    } else if archive.index_for_name("content.xml").is_some() {
        ods::sheets(path, &mut archive)
    } else {
        let text = "is a zip file, but neither ODS nor XLSX [unpack it and name the files in it]";
        Err(DataError::fault(path, text.to_owned()))
    }
}

type Read = (&'static str, usize, Vec<String>, Figures);

/// The release that the sheets hold, if any.
fn release(path: &Path, sheets: &[Sheet], codes: &Codes) -> Result<Option<Read>, DataError> {
    if let Some(main) = sheets.iter().find_map(tax_base_return::table) {
        let Some(support) = sheets.iter().find_map(tax_base_return::support_table) else {
            let text = "no sheet with the reduction in tax base due to council tax support \
                        (Council_Tax_Support_Data)";
            return Err(main.fault(text.to_owned()));
        };
        let mut release = tax_base_return::read(&main, &support, codes)?;
        return Ok(Some((
            "council tax base return (CTB)",
            release.rows.len(),
            std::mem::take(&mut release.notes),
            Figures::Return(release),
        )));
    }
    for sheet in sheets {
        if let Some(table) = requirement::table(sheet) {
            let mut release = requirement::read(sheet, &table, codes)?;
            return Ok(Some((
                "council tax requirement and levels (CTR)",
                release.rows.len(),
                std::mem::take(&mut release.notes),
                Figures::Requirement(release),
            )));
        }
        if let Some(table) = stock::table(sheet) {
            let mut release = stock::read(path, &table, codes)?;
            return Ok(Some((
                "VOA stock of properties (CTSOP)",
                release.rows.len(),
                std::mem::take(&mut release.notes),
                Figures::Stock(release),
            )));
        }
        if let Some(table) = own_band_d::table(sheet) {
            let mut release = own_band_d::read(&table, codes)?;
            return Ok(Some((
                "band D by authority over the years (live table 3)",
                release.rows.len(),
                std::mem::take(&mut release.notes),
                Figures::OwnBandD(release),
            )));
        }
    }
    Ok(None)
}

/// The compilation that a CSV file holds, if any.
fn compilation(
    path: &Path,
    bytes: &[u8],
) -> Result<Option<(&'static str, usize, Figures)>, DataError> {
    let header = bytes
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    let header = String::from_utf8_lossy(header).into_owned();
    let header: Vec<&str> = header
        .trim()
        .trim_start_matches('\u{feff}')
        .split(',')
        .collect();
    let has = |name: &str| header.contains(&name);
    if has("ctb22_list_A") && has("bandd_own_excl_parish") {
        let rows = read_csv(path, bytes)?;
        let what = "billing authorities with dwellings, tax base and band D amounts";
        Ok(Some((what, rows.len(), Figures::Billing(rows))))
    } else if has("class_o_adj") {
        let rows = read_csv(path, bytes)?;
        let what = "council tax requirement by billing authority";
        Ok(Some((what, rows.len(), Figures::BillingRequirement(rows))))
    } else if has("taxbase_prev") && has("bandd") {
        let rows = read_csv(path, bytes)?;
        let what = "council tax requirement by precepting authority";
        Ok(Some((
            what,
            rows.len(),
            Figures::PreceptingRequirement(rows),
        )))
    } else if has("taxbase_2025_after_cts_derived") {
        let rows = read_csv(path, bytes)?;
        let what = "dwellings, tax base and area band D of 2025 and 2026-27";
        Ok(Some((what, rows.len(), Figures::Compiled(rows))))
    } else if has("Area_Code") && has("Pct_Turnout") {
        let rows = read_csv(path, bytes)?;
        let what = "electorates and turnout of 2016";
        Ok(Some((what, rows.len(), Figures::Electorates(rows))))
    } else {
        Ok(None)
    }
}

/// What is known, and what the file seems to be.
fn not_recognised(path: &Path, sheets: &[Sheet]) -> DataError {
    let names: Vec<&str> = sheets
        .iter()
        .filter_map(|sheet| sheet.name.as_deref())
        .collect();
    let says = |text: &str| {
        sheets.iter().any(|sheet| {
            let first = sheet.rows.iter().take(5).flat_map(|row| &row.cells);
            first
                .map(|(_, cell)| cell.text())
                .any(|cell| cell.contains(text))
        })
    };
    let looked = match names.as_slice() {
        [] => String::new(),
        names => format!("; sheets looked through: {}", requirement::listed(names)),
    };
    let hint = if says("Council Taxbase") {
        " [it speaks of the council tax base: the sheets Council_Taxbase_Data and \
         Council_Tax_Support_Data are needed]"
    } else if says("Council Tax Requirement")
        || says("COUNCIL TAX REQUIREMENT")
        || says("Council Tax levels")
    {
        " [it speaks of the council tax requirement: the sheet Data_Billing or Data is needed]"
    } else {
        ""
    };
    DataError::fault(
        path,
        format!(
            "not recognised (known: VOA stock of properties CTSOP 1.0 and 1.1, council tax base \
             return, council tax requirement or Table 9 of the levels, band D over the years; and \
             the billing authority table, the council tax requirement by billing and by precepting \
             authority, the compilation of 2026-27 and electorates){looked}{hint}"
        ),
    )
}

/// Rows of a CSV file by column name.
pub(crate) type Rows = Vec<BTreeMap<String, String>>;

fn read_csv(path: &Path, bytes: &[u8]) -> Result<Rows, DataError> {
    let fault = |error: csv::Error| DataError::fault(path, error.to_string());
    let mut reader = csv::Reader::from_reader(bytes);
    let header: Vec<String> = reader
        .headers()
        .map_err(fault)?
        .iter()
        .map(str::to_owned)
        .collect();
    let mut budget = Budget::of_a_file();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(fault)?;
        let spent = budget.spend(record.len() as u64, record.as_slice().len() as u64);
        spent.map_err(|text| DataError::fault(path, text))?;
        let cells = record.iter().map(|cell| cell.trim().to_owned());
        rows.push(header.iter().cloned().zip(cells).collect());
    }
    Ok(rows)
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
