//! The catalogue of embedded tables: what each is, where it comes from, what its columns mean.

use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

/// A table or file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct DataError {
    place: String,
    reason: String,
}

impl DataError {
    /// A fault in a file or table.
    pub fn fault(place: &Path, reason: String) -> Self {
        Self {
            place: place.display().to_string(),
            reason,
        }
    }

    /// The same fault, in the file that it lies in.
    pub(crate) fn inside(self, path: &Path) -> Self {
        Self {
            place: path.display().to_string(),
            reason: format!("{}: {}", self.place, self.reason),
        }
    }

    pub(crate) fn unreadable(path: &Path, error: &std::io::Error) -> Self {
        Self::fault(path, format!("cannot be read: {error}"))
    }
}

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name in the file.
    pub name: String,
    /// Its unit, or `text`.
    pub unit: String,
    /// What it says.
    pub description: String,
}

/// One embedded table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Its name for `data show`.
    pub name: String,
    /// Its path under `data/`.
    pub file: String,
    /// What it holds.
    pub title: String,
    /// Who publishes the figures, and as what.
    pub source: String,
    /// The date the figures are of.
    pub date: String,
    /// The licence.
    pub licence: String,
    /// S, H, M or J; a table with its own `standing` column says `row by row`.
    pub standing: String,
    /// Its columns in order.
    pub column: Vec<Column>,
}

/// All embedded tables.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// In the order of the file.
    pub table: Vec<Table>,
}

macro_rules! embedded {
    ($($file:literal),* $(,)?) => {
        &[$(($file, include_bytes!(concat!("../../data/", $file)))),*]
    };
}

const CATALOGUE: &str = include_str!("../../data/catalogue.toml");

static FILES: &[(&str, &[u8])] = embedded![
    "vintages/2023-24/authorities.csv",
    "vintages/2023-24/bands.csv",
    "vintages/2023-24/levels.csv",
    "vintages/2023-24/published_totals.csv",
    "vintages/2023-24/tax_base.csv",
    "vintages/2023-24/ward_bands.csv",
    "vintages/2023-24/wards.csv",
    "law/band_proportions.csv",
    "law/principles.csv",
    "law/reorganisations.csv",
    "assumptions/bands.csv",
    "assumptions/constants.csv",
    "assumptions/inputs.csv",
    "assumptions/polling_days.csv",
    "assumptions/price_index.csv",
    "assumptions/turnout.csv",
];

impl Catalogue {
    /// The catalogue that is built into the program.
    ///
    /// # Errors
    /// When the embedded catalogue is not what this version expects: a fault of the build.
    pub fn embedded() -> Result<Self, DataError> {
        toml::from_str(CATALOGUE).map_err(|error| {
            DataError::fault(Path::new("data/catalogue.toml"), error.message().to_owned())
        })
    }

    /// The table of a name.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.table.iter().find(|table| table.name == name)
    }
}

impl Table {
    /// The bytes of the table.
    ///
    /// # Errors
    /// When the catalogue names a file that is not embedded.
    pub fn bytes(&self) -> Result<&'static [u8], DataError> {
        bytes(&self.file)
    }

    /// The SHA-256 of its bytes, in hexadecimal.
    ///
    /// # Errors
    /// When the catalogue names a file that is not embedded.
    pub fn sha256(&self) -> Result<String, DataError> {
        Ok(sha256(self.bytes()?))
    }
}

/// The SHA-256 of some bytes, in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The SHA-256 over all embedded tables, names and bytes: one short name for the data of a result.
pub fn data_sha256() -> String {
    let mut digest = Sha256::new();
    for (file, bytes) in FILES {
        digest.update(file.as_bytes());
        digest.update(bytes);
    }
    digest
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

pub(crate) fn bytes(file: &str) -> Result<&'static [u8], DataError> {
    FILES
        .iter()
        .find(|(name, _)| *name == file)
        .map(|(_, bytes)| *bytes)
        .ok_or_else(|| DataError::fault(Path::new(file), "is not embedded".to_owned()))
}

/// The rows of an embedded table.
///
/// # Errors
/// When a row is not of the table's type; the message names the table and the line.
pub fn rows<T: DeserializeOwned>(file: &str) -> Result<Vec<T>, DataError> {
    csv::Reader::from_reader(bytes(file)?)
        .deserialize()
        .map(|row| row.map_err(|error| DataError::fault(Path::new(file), error.to_string())))
        .collect()
}

/// An authority that became part of another.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Reorganisation {
    /// ONS code of the new authority.
    pub successor_code: String,
    /// Its name.
    pub successor: String,
    /// ONS code of the old authority.
    pub predecessor_code: String,
    /// Its name.
    pub predecessor: String,
    /// The first financial year of the new authority.
    pub from_year: String,
}

/// All reorganisations that are held.
///
/// # Errors
/// When the embedded table is broken: a fault of the build.
pub fn reorganisations() -> Result<Vec<Reorganisation>, DataError> {
    rows("law/reorganisations.csv")
}
