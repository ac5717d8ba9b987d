//! The catalogue of embedded tables: what each is, where it comes from, what its columns mean.

use std::path::Path;
use std::sync::OnceLock;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::parquet;

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
    /// S, H, M or J, where it is not that of the table.
    #[serde(default)]
    pub standing: Option<String>,
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
    "vintages/2023-24/preceptors.csv",
    "vintages/2023-24/precepts.csv",
    "vintages/2023-24/published_totals.csv",
    "vintages/2023-24/tax_base.csv",
    "vintages/2023-24/vintage.toml",
    "vintages/2026-27/authorities.csv",
    "vintages/2026-27/bands.csv",
    "vintages/2026-27/levels.csv",
    "vintages/2026-27/preceptors.csv",
    "vintages/2026-27/precepts.csv",
    "vintages/2026-27/published_totals.csv",
    "vintages/2026-27/stated_levels.csv",
    "vintages/2026-27/tax_base.csv",
    "vintages/2026-27/vintage.toml",
    "small_areas/wards.parquet",
    "small_areas/lsoas.parquet",
    "small_areas/msoas.parquet",
    "small_areas/former_codes.csv",
    "boundaries/authorities_hex.csv",
    "boundaries/derby_wards.csv",
    "law/band_proportions.csv",
    "law/high_value_surcharge.csv",
    "law/premiums.csv",
    "law/principles.csv",
    "law/reorganisations.csv",
    "law/scottish_dwellings.csv",
    "assumptions/bands.csv",
    "assumptions/constants.csv",
    "assumptions/example_households.csv",
    "assumptions/inputs.csv",
    "assumptions/medium_term.csv",
    "assumptions/poll_modes.csv",
    "assumptions/polling_days.csv",
    "assumptions/price_index.csv",
    "assumptions/turnout.csv",
    "assumptions/values.csv",
    "evidence/ballot_areas.csv",
    "evidence/ballots.csv",
    "evidence/calibration.csv",
    "evidence/fit.csv",
    "evidence/fitted_normal.csv",
    "evidence/surveys.csv",
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

    /// The table of a name; a name without its year is that of the newest vintage.
    pub fn table(&self, name: &str) -> Option<&Table> {
        let of = |wanted: &str| self.table.iter().find(|table| table.name == wanted);
        of(name).or_else(|| {
            super::vintage::VINTAGES
                .iter()
                .rev()
                .find_map(|year| of(&format!("{year}/{name}")))
        })
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

    /// The names of its columns, in order.
    ///
    /// # Errors
    /// When the catalogue names a file that is not embedded, or the file is broken.
    pub fn header(&self) -> Result<Vec<String>, DataError> {
        let place = Path::new(&self.file);
        if self.is_parquet() {
            return parquet::header(place, self.bytes()?);
        }
        let mut reader = csv::Reader::from_reader(self.bytes()?);
        let header = reader.headers();
        let header = header.map_err(|error| DataError::fault(place, error.to_string()))?;
        Ok(header.iter().map(str::to_owned).collect())
    }

    /// How many rows it has.
    ///
    /// # Errors
    /// When the catalogue names a file that is not embedded, or the file is broken.
    pub fn row_count(&self) -> Result<usize, DataError> {
        if self.is_parquet() {
            return parquet::row_count(Path::new(&self.file), self.bytes()?);
        }
        let reader = csv::Reader::from_reader(self.bytes()?);
        Ok(reader.into_records().count())
    }

    /// The table as CSV, whatever it is held as.
    ///
    /// # Errors
    /// When the catalogue names a file that is not embedded, or the file is broken.
    pub fn csv(&self) -> Result<String, DataError> {
        if self.is_parquet() {
            return parquet::csv(Path::new(&self.file), self.bytes()?);
        }
        Ok(String::from_utf8_lossy(self.bytes()?).into_owned())
    }

    fn is_parquet(&self) -> bool {
        self.file.ends_with(".parquet")
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
/// Worked out once.
pub fn data_sha256() -> &'static str {
    static HELD: OnceLock<String> = OnceLock::new();
    HELD.get_or_init(|| {
        let mut digest = Sha256::new();
        for (file, bytes) in FILES {
            digest.update(file.as_bytes());
            digest.update(bytes);
        }
        let bytes = digest.finalize();
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    })
}

/// The bytes of an embedded table.
pub(crate) fn bytes(file: &str) -> Result<&'static [u8], DataError> {
    FILES
        .iter()
        .find(|(name, _)| *name == file)
        .map(|(_, bytes)| *bytes)
        .ok_or_else(|| DataError::fault(Path::new(file), "is not embedded".to_owned()))
}

/// An embedded file as text.
pub(crate) fn text(file: &str) -> Result<&'static str, DataError> {
    std::str::from_utf8(bytes(file)?)
        .map_err(|_| DataError::fault(Path::new(file), "is not UTF-8".to_owned()))
}

/// The rows of an embedded table.
///
/// # Errors
/// When a row is not of the table's type; the message names the table and the line.
pub fn rows<T: DeserializeOwned>(file: &str) -> Result<Vec<T>, DataError> {
    rows_of(bytes(file)?, file)
}

/// The rows of a table; `file` names it in messages.
pub(crate) fn rows_of<T: DeserializeOwned>(bytes: &[u8], file: &str) -> Result<Vec<T>, DataError> {
    csv::Reader::from_reader(bytes)
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
