//! Tables held as Parquet: read, written, and shown as text.

use std::io::Cursor;
use std::path::Path;

use polars::polars_utils::compression::ZstdLevel;
use polars::prelude::*;

use super::catalogue::DataError;

/// Rows of a group: a reader of one authority opens one or two groups, not the whole table.
const ROWS_OF_A_GROUP: usize = 4_096;

/// Compression of zstd, from 1 to 22: the tables are written once and read in every run.
const LEVEL: i32 = 19;

/// A whole table.
///
/// # Errors
/// When the bytes are no Parquet.
pub(crate) fn read(place: &Path, bytes: &'static [u8]) -> Result<DataFrame, DataError> {
    let frame = ParquetReader::new(Cursor::new(bytes)).finish();
    frame.map_err(|error| fault(place, &error))
}

/// The rows of a table whose first column, by which it is in order, is `wanted`.
///
/// # Errors
/// When the bytes are no Parquet, or have no such column of text.
pub(crate) fn rows_of(
    place: &Path,
    bytes: &'static [u8],
    first: &str,
    wanted: &str,
) -> Result<DataFrame, DataError> {
    let read = || -> PolarsResult<DataFrame> {
        let keys = ParquetReader::new(Cursor::new(bytes))
            .with_columns(Some(vec![first.to_owned()]))
            .finish()?;
        let keys = keys.column(first)?.str()?;
        let before = |stop: &dyn Fn(&str) -> bool| {
            let (mut low, mut high) = (0, keys.len());
            while low < high {
                let middle = usize::midpoint(low, high);
                if keys.get(middle).is_some_and(stop) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            low
        };
        let start = before(&|key| key >= wanted);
        let end = before(&|key| key > wanted);
        ParquetReader::new(Cursor::new(bytes))
            .with_slice(Some((start, end - start)))
            .finish()
    };
    read().map_err(|error| fault(place, &error))
}

/// The names of the columns, in order.
///
/// # Errors
/// When the bytes are no Parquet.
pub(crate) fn header(place: &Path, bytes: &'static [u8]) -> Result<Vec<String>, DataError> {
    let schema = ParquetReader::new(Cursor::new(bytes)).schema();
    let schema = schema.map_err(|error| fault(place, &error))?;
    Ok(schema.iter_names().map(ToString::to_string).collect())
}

/// How many rows there are.
///
/// # Errors
/// When the bytes are no Parquet.
pub(crate) fn row_count(place: &Path, bytes: &'static [u8]) -> Result<usize, DataError> {
    let rows = ParquetReader::new(Cursor::new(bytes)).num_rows();
    rows.map_err(|error| fault(place, &error))
}

/// The table as CSV: missing values are empty.
///
/// # Errors
/// When the bytes are no Parquet.
pub(crate) fn csv(place: &Path, bytes: &'static [u8]) -> Result<String, DataError> {
    let mut frame = read(place, bytes)?;
    let mut text = Vec::new();
    CsvWriter::new(&mut text)
        .finish(&mut frame)
        .map_err(|error| fault(place, &error))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// The table as bytes: the same for the same rows.
///
/// # Errors
/// Only when Polars fails.
pub(crate) fn bytes(place: &Path, frame: &mut DataFrame) -> Result<Vec<u8>, DataError> {
    let mut bytes = Vec::new();
    let written = ZstdLevel::try_new(LEVEL).and_then(|level| {
        ParquetWriter::new(&mut bytes)
            .with_compression(ParquetCompression::Zstd(Some(level)))
            .with_statistics(StatisticsOptions::empty())
            .with_row_group_size(Some(ROWS_OF_A_GROUP))
            .set_parallel(false)
            .finish(frame)
    });
    written.map_err(|error| fault(place, &error))?;
    Ok(bytes)
}

fn fault(place: &Path, error: &PolarsError) -> DataError {
    DataError::fault(place, format!("cannot be read as a table: {error}"))
}
