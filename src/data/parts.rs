//! Parts of a sweep as they lie in a folder: the manifest, and the tables of finished jobs.

use std::collections::BTreeMap;
use std::io::{Cursor, ErrorKind};
use std::path::Path;

use polars::prelude::*;
use serde::Deserialize;

use super::catalogue::{DataError, sha256};

/// The file of a part that says what it is a part of and what its tables are.
pub const SEAL: &str = "part.json";

/// What a part is a part of, and its tables: by it a part that was changed, cut short or put in
/// another's place is told from a whole one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Seal {
    /// SHA-256 of what is swept.
    sweep_sha256: String,
    /// Position of the part, from 0.
    part: usize,
    /// SHA-256 of each table by the name of its file.
    sha256: BTreeMap<String, String>,
}

/// The text of a file of a sweep; nothing where there is none.
///
/// # Errors
/// When it is there and cannot be read.
pub fn text(path: &Path) -> Result<Option<String>, DataError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(DataError::unreadable(path, &error)),
    }
}

/// Checks that a folder holds a part as it was written: this part of this sweep, with these tables.
///
/// # Errors
/// When it is another part, a file is missing, or a file is not as it was written.
pub fn check(folder: &Path, sweep: &str, part: usize, tables: &[String]) -> Result<(), DataError> {
    if !folder.is_dir() {
        return Err(DataError::fault(folder, "is no folder".to_owned()));
    }
    let path = folder.join(SEAL);
    let text = text(&path)?.ok_or_else(|| DataError::fault(&path, "is missing".to_owned()))?;
    let seal: Seal = serde_json::from_str(&text)
        .map_err(|error| DataError::fault(&path, format!("is broken: {error}")))?;
    if seal.sweep_sha256 != sweep || seal.part != part {
        let text = "is a part of another sweep, or another part of this one".to_owned();
        return Err(DataError::fault(folder, text));
    }
    for table in tables {
        let path = folder.join(table);
        let bytes = std::fs::read(&path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => DataError::fault(&path, "is missing".to_owned()),
            _ => DataError::unreadable(&path, &error),
        })?;
        if seal.sha256.get(table) != Some(&sha256(&bytes)) {
            let text = "is not as it was written".to_owned();
            return Err(DataError::fault(&path, text));
        }
    }
    Ok(())
}

/// The size in bytes and the SHA-256 of a file of a sweep.
///
/// # Errors
/// When it cannot be read.
pub fn size_and_sha256(path: &Path) -> Result<(u64, String), DataError> {
    let bytes = std::fs::read(path).map_err(|error| DataError::unreadable(path, &error))?;
    Ok((bytes.len() as u64, sha256(&bytes)))
}

/// A table of a part.
///
/// # Errors
/// When it is not there, or is no Parquet.
pub fn table(path: &Path) -> Result<DataFrame, DataError> {
    let bytes = std::fs::read(path).map_err(|error| DataError::unreadable(path, &error))?;
    ParquetReader::new(Cursor::new(bytes))
        .finish()
        .map_err(|error| {
            let text =
                format!("cannot be read as a table: {error} [remove the part, and start again]");
            DataError::fault(path, text)
        })
}
