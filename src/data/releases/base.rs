//! The vintage that an import rests on: what no release gives comes from here.

use std::path::Path;

use super::codes::{Codes, Held};
use crate::data::catalogue::{self, DataError};
use crate::data::scenario::nearest;
use crate::data::user;
use crate::data::vintage::VINTAGES;
use crate::data::vintage::{Manifest, Part};
use crate::domain::FinancialYear;

/// A table of text, as in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BaseTable {
    file: String,
    /// The names of its columns.
    pub header: Vec<String>,
    /// Its rows.
    pub rows: Vec<Vec<String>>,
}

impl BaseTable {
    fn read(file: &str, bytes: &[u8]) -> Result<Self, DataError> {
        let fault = |error: csv::Error| DataError::fault(Path::new(file), error.to_string());
        let mut reader = csv::Reader::from_reader(bytes);
        let texts = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect();
        let header = texts(reader.headers().map_err(fault)?);
        let rows = reader
            .records()
            .map(|record| record.map(|record| texts(&record)).map_err(fault))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            file: file.to_owned(),
            header,
            rows,
        })
    }

    /// The position of a column.
    pub(crate) fn column(&self, name: &str) -> Result<usize, DataError> {
        let at = self.header.iter().position(|column| column == name);
        at.ok_or_else(|| self.fault(format!("no column {name:?}")))
    }

    /// Whether a cell holds nothing.
    pub(crate) fn is_empty(&self, row: usize, column: &str) -> Result<bool, DataError> {
        Ok(self.rows[row][self.column(column)?].is_empty())
    }

    /// The number in a cell.
    pub(crate) fn number(&self, row: usize, column: &str) -> Result<f64, DataError> {
        let text = &self.rows[row][self.column(column)?];
        text.parse()
            .map_err(|_| self.fault(format!("{column} of {text:?} is not a number")))
    }

    /// Writes a cell.
    pub(crate) fn set(&mut self, row: usize, column: &str, text: String) -> Result<(), DataError> {
        let at = self.column(column)?;
        self.rows[row][at] = text;
        Ok(())
    }

    /// Adds a column at the end, where there is none of that name.
    pub(crate) fn add_column(&mut self, name: &str, fill: &str) {
        if !self.header.iter().any(|column| column == name) {
            self.header.push(name.to_owned());
            for row in &mut self.rows {
                row.push(fill.to_owned());
            }
        }
    }

    fn fault(&self, text: String) -> DataError {
        DataError::fault(Path::new(&self.file), text)
    }
}

/// A vintage, table by table.
#[derive(Debug, Clone)]
pub(crate) struct Base {
    /// Its name.
    pub name: String,
    /// The year of its band D amounts.
    pub year: FinancialYear,
    /// Its authorities.
    pub authorities: BaseTable,
    /// Bands of each authority.
    pub bands: BaseTable,
    /// Tax bases.
    pub tax_base: BaseTable,
    /// Band D amounts.
    pub levels: BaseTable,
    /// Who precepts, with amounts.
    pub preceptors: BaseTable,
    /// Who precepts on whom.
    pub precepts: BaseTable,
    /// Published totals.
    pub totals: BaseTable,
    /// Where its parts come from.
    pub parts: Vec<Part>,
}

impl Base {
    /// A vintage by its name: embedded or the user's.
    ///
    /// # Errors
    /// When there is none of that name, or its tables cannot be read.
    pub(crate) fn load(name: &str) -> Result<Self, DataError> {
        let embedded = VINTAGES.contains(&name);
        let own = user::vintages()?;
        if !embedded && !own.iter().any(|held| held == name) {
            let mut held: Vec<&str> = VINTAGES.to_vec();
            held.extend(own.iter().map(String::as_str));
            let text = format!(
                "no vintage {name:?} is held (held: {}){}",
                held.join(", "),
                nearest(name, &held)
            );
            return Err(DataError::fault(Path::new("base"), text));
        }
        let (year, parts) = if embedded {
            (name.to_owned(), embedded_parts(name)?)
        } else {
            let manifest = user::manifest(name)?;
            (manifest.year, manifest.part)
        };
        let table = |table: &str| {
            let file = format!("{table}.csv");
            if embedded {
                embedded_table(name, table)
            } else {
                let path = user::vintage_folder(name)?.join(&file);
                BaseTable::read(&path.display().to_string(), &user::table(name, &file)?)
            }
        };
        Ok(Self {
            name: name.to_owned(),
            year: year
                .parse()
                .map_err(|error| DataError::fault(Path::new(name), format!("{error}")))?,
            authorities: table("authorities")?,
            bands: table("bands")?,
            tax_base: table("tax_base")?,
            levels: table("levels")?,
            preceptors: table("preceptors")?,
            precepts: table("precepts")?,
            totals: table("published_totals")?,
            parts,
        })
    }

    /// The embedded vintage for releases of a year: the newest that is not of a later year, or
    /// else the oldest.
    pub(crate) fn for_year(year: FinancialYear) -> &'static str {
        let not_later = VINTAGES
            .iter()
            .rev()
            .find(|name| name.parse().is_ok_and(|held: FinancialYear| held <= year));
        not_later.copied().unwrap_or(VINTAGES[0])
    }

    /// The codes of its authorities, and of those that became part of them.
    pub(crate) fn codes(&self) -> Result<Codes, DataError> {
        codes(&self.authorities)
    }
}

/// The codes of an embedded vintage.
pub(crate) fn embedded_codes(name: &str) -> Result<Codes, DataError> {
    codes(&embedded_table(name, "authorities")?)
}

fn codes(table: &BaseTable) -> Result<Codes, DataError> {
    let (code, e_code, name) = (
        table.column("authority_code")?,
        table.column("e_code")?,
        table.column("authority")?,
    );
    let held = table.rows.iter().map(|row| Held {
        code: row[code].clone(),
        e_code: row[e_code].clone(),
        name: row[name].clone(),
    });
    Ok(Codes::new(held.collect(), catalogue::reorganisations()?))
}

fn embedded_table(name: &str, table: &str) -> Result<BaseTable, DataError> {
    let path = format!("vintages/{name}/{table}.csv");
    BaseTable::read(&path, catalogue::bytes(&path)?)
}

/// The parts of an embedded vintage.
fn embedded_parts(name: &str) -> Result<Vec<Part>, DataError> {
    let file = format!("vintages/{name}/vintage.toml");
    let manifest: Manifest = toml::from_str(catalogue::text(&file)?)
        .map_err(|error| DataError::fault(Path::new(&file), error.message().to_owned()))?;
    Ok(manifest.part)
}
