//! Parts of a sweep as they lie in a folder: the manifest, and the tables of finished jobs.

use std::fs::File;
use std::path::Path;

use polars::prelude::*;

use super::catalogue::DataError;

/// The text of a file of a sweep; nothing where there is none.
///
/// # Errors
/// When it is there and cannot be read.
pub fn text(path: &Path) -> Result<Option<String>, DataError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(DataError::unreadable(path, &error)),
    }
}

/// A table of a part.
///
/// # Errors
/// When it is not there, or is no Parquet.
pub fn table(path: &Path) -> Result<DataFrame, DataError> {
    let file = File::open(path).map_err(|error| DataError::unreadable(path, &error))?;
    ParquetReader::new(file).finish().map_err(|error| {
        let text = format!("cannot be read as a table: {error} [remove the part, and start again]");
        DataError::fault(path, text)
    })
}
