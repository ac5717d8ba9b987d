//! Blocks of an extract as frames: a CSV by whole records, a Parquet file by rows.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;
use std::sync::Arc;

use polars::prelude::*;

use super::records::{Block, Blocks, LONGEST_RECORD, SplitFault};
use crate::data::DataError;

/// Rows of a Parquet file that are read at a time.
const ROWS: usize = 1 << 18;

/// An extract that has been opened: its columns are known, its rows are still to come.
pub(super) enum Source {
    /// A CSV.
    Csv(Box<Csv>),
    /// A Parquet file.
    Parquet(Parquet),
}

pub(super) struct Csv {
    pub(super) names: Vec<String>,
    pub(super) separator: u8,
    rest: Vec<u8>,
    file: File,
}

pub(super) struct Parquet {
    pub(super) names: Vec<String>,
    types: Vec<ArrowDataType>,
    n_rows: usize,
    file: File,
}

/// A frame of rows, with what tells their places in the file.
pub(super) struct Frame<'a> {
    /// The wanted columns in the order of their positions in the file.
    pub(super) columns: DataFrame,
    /// Rows of the file that it covers, those left out included.
    pub(super) n_rows: u64,
    pub(super) places: Places<'a>,
}

/// Where the rows of a frame stand.
pub(super) enum Places<'a> {
    Csv(Block<'a>),
    /// One after the other from this row on, the first of the file being 1.
    From(u64),
}

impl Places<'_> {
    pub(super) fn row(&self, index: usize) -> u64 {
        match self {
            Self::Csv(block) => block.row(index),
            Self::From(first) => first + index as u64,
        }
    }
}

/// Opens an extract by its content and reads its header.
///
/// # Errors
/// When it is neither a CSV nor a Parquet file.
pub(super) fn open(path: &Path, separator: Option<u8>) -> Result<Source, DataError> {
    let fault = |text: &str| DataError::fault(path, text.to_owned());
    let mut file = File::open(path).map_err(|error| DataError::unreadable(path, &error))?;
    if file.metadata().is_ok_and(|data| data.is_dir()) {
        return Err(fault(
            "is a folder, not an extract (allowed: a CSV or a Parquet file)",
        ));
    }
    let mut head = Vec::new();
    let most = LONGEST_RECORD as u64 + 1;
    (&mut file)
        .take(most)
        .read_to_end(&mut head)
        .map_err(|error| DataError::unreadable(path, &error))?;
    if head.starts_with(b"PAR1") {
        return Parquet::open(path, file).map(Source::Parquet);
    }
    let allowed = "(allowed: a CSV in UTF-8, or a Parquet file)";
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"\xd0\xcf\x11\xe0") {
        let text = format!("is a workbook or an archive {allowed} [save the sheet as CSV UTF-8]");
        return Err(fault(&text));
    }
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return Err(fault(&format!(
            "is text in UTF-16 {allowed} [save it as CSV UTF-8]"
        )));
    }
    if head.starts_with(b"\x1f\x8b") || head.starts_with(b"\x28\xb5\x2f\xfd") {
        return Err(fault(&format!("is compressed {allowed} [unpack it first]")));
    }
    if head.starts_with(b"\xef\xbb\xbf") {
        head.drain(..3);
    }
    if head.iter().all(u8::is_ascii_whitespace) {
        return Err(fault(
            "is empty: there is no first line with the names of the columns",
        ));
    }
    if let Some(at) = head.iter().position(|&byte| byte == 0) {
        return Err(fault(&format!(
            "byte {} is NUL: this is no text {allowed}",
            at + 1
        )));
    }
    let blank = head
        .iter()
        .take_while(|byte| matches!(byte, b'\n' | b'\r'))
        .count();
    head.drain(..blank);
    let Some(end) = header_end(&head) else {
        let text = if head.len() > LONGEST_RECORD {
            "the first line is longer than 1 MB: this is no CSV"
        } else if head.contains(&b'\r') && !head.contains(&b'\n') {
            "lines end in a bare carriage return [save it as CSV UTF-8]"
        } else {
            "holds the names of columns and no rows"
        };
        return Err(fault(text));
    };
    let rest = head.split_off(end);
    let separator = separator.unwrap_or_else(|| likeliest_separator(&head));
    let names = header_names(&head, separator)
        .ok_or_else(|| fault("the first line, which must name the columns, is not UTF-8"))?;
    if rest.iter().all(u8::is_ascii_whitespace) && head.len() + rest.len() < LONGEST_RECORD {
        return Err(fault("holds the names of columns and no rows"));
    }
    Ok(Source::Csv(Box::new(Csv {
        names,
        separator,
        rest,
        file,
    })))
}

/// Where the first record ends, its line end included.
fn header_end(head: &[u8]) -> Option<usize> {
    let mut quoted = false;
    for (at, byte) in head.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// The separator that stands most often in the first line, outside of quotation marks.
fn likeliest_separator(header: &[u8]) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0), (b'|', 0)];
    for byte in header {
        quoted ^= *byte == b'"';
        for (separator, n) in &mut counts {
            *n += i32::from(!quoted && byte == separator);
        }
    }
    let most = counts.iter().map(|(_, n)| *n).max().unwrap_or(0);
    counts
        .iter()
        .find(|(_, n)| *n == most)
        .map_or(b',', |(separator, _)| *separator)
}

fn header_names(header: &[u8], separator: u8) -> Option<Vec<String>> {
    let text = std::str::from_utf8(header).ok()?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .delimiter(separator)
        .from_reader(text.as_bytes());
    let record = reader.records().next()?.ok()?;
    Some(record.iter().map(|name| name.trim().to_owned()).collect())
}

/// Hands every frame of a source to `each`. `wanted` are positions of columns, sorted and distinct.
///
/// # Errors
/// When a block cannot be read, or `each` refuses it.
pub(super) fn for_each(
    source: Source,
    path: &Path,
    wanted: &[usize],
    block_bytes: usize,
    mut each: impl FnMut(&Frame<'_>) -> Result<(), DataError>,
) -> Result<(), DataError> {
    match source {
        Source::Csv(csv) => {
            let Csv {
                names,
                separator,
                rest,
                file,
            } = *csv;
            let read = CsvFrames::new(names.len(), separator, wanted);
            let mut blocks = Blocks::new(rest, file, separator, names.len(), block_bytes);
            while let Some(block) = blocks.next_block().map_err(|fault| split(path, &fault))? {
                let columns = read.frame(&block, path)?;
                let n_rows = block.n_rows;
                each(&Frame {
                    columns,
                    n_rows,
                    places: Places::Csv(block),
                })?;
            }
            Ok(())
        }
        Source::Parquet(parquet) => parquet.for_each(path, wanted, each),
    }
}

fn split(path: &Path, fault: &SplitFault) -> DataError {
    match fault {
        SplitFault::TooLong { row } => DataError::fault(
            path,
            format!(
                "row {row} is longer than 1 MB without an end: this is no CSV, or a quotation mark \
                 is left open"
            ),
        ),
        SplitFault::Unreadable(error) => DataError::unreadable(path, error),
    }
}

/// How blocks of a CSV become frames of texts.
struct CsvFrames {
    separator: u8,
    wanted: Vec<usize>,
    options: CsvReadOptions,
}

impl CsvFrames {
    fn new(fields: usize, separator: u8, wanted: &[usize]) -> Self {
        // Columns are known by their positions: two of a file may have the same name.
        let schema = Schema::from_iter(
            (0..fields).map(|at| Field::new(at.to_string().into(), DataType::String)),
        );
        let options = CsvReadOptions::default()
            .with_has_header(false)
            .with_infer_schema_length(Some(0))
            .with_schema(Some(Arc::new(schema)))
            .with_projection(Some(Arc::new(wanted.to_vec())))
            .with_rechunk(false)
            .map_parse_options(|options| {
                options
                    .with_separator(separator)
                    .with_encoding(CsvEncoding::LossyUtf8)
            });
        Self {
            separator,
            wanted: wanted.to_vec(),
            options,
        }
    }

    fn frame(&self, block: &Block<'_>, path: &Path) -> Result<DataFrame, DataError> {
        if block.n_records == 0 {
            return Ok(self.empty());
        }
        if block.plain {
            let read = self
                .options
                .clone()
                .into_reader_with_file_handle(Cursor::new(block.bytes))
                .finish();
            // Where Polars sees other records than the standard does, the csv crate decides.
            if let Ok(frame) = read
                && frame.height() == block.n_records
            {
                return Ok(frame);
            }
        }
        self.frame_by_the_standard(block)
            .map_err(|text| DataError::fault(path, text))
    }

    fn empty(&self) -> DataFrame {
        let columns = self
            .wanted
            .iter()
            .map(|at| Column::new_empty(at.to_string().into(), &DataType::String))
            .collect();
        DataFrame::new(0, columns).expect("the columns are alike")
    }

    /// The same by the csv crate, where quotation marks stand in odd places.
    fn frame_by_the_standard(&self, block: &Block<'_>) -> Result<DataFrame, String> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.separator)
            .terminator(csv::Terminator::Any(b'\n'))
            .from_reader(block.bytes);
        let mut columns: Vec<Vec<String>> =
            vec![Vec::with_capacity(block.n_records); self.wanted.len()];
        let mut record = csv::ByteRecord::new();
        while reader
            .read_byte_record(&mut record)
            .map_err(|error| error.to_string())?
        {
            for (column, &at) in columns.iter_mut().zip(&self.wanted) {
                let field = record.get(at).unwrap_or_default();
                column.push(String::from_utf8_lossy(field).into_owned());
            }
        }
        let n_rows = columns.first().map_or(0, Vec::len);
        if n_rows != block.n_records {
            return Err(format!(
                "the records from row {} on cannot be told apart [see to the quotation marks]",
                block.row(0)
            ));
        }
        let columns = self
            .wanted
            .iter()
            .zip(columns)
            .map(|(at, texts)| Column::new(at.to_string().into(), texts))
            .collect();
        DataFrame::new(n_rows, columns).map_err(|error| error.to_string())
    }
}

impl Parquet {
    fn open(path: &Path, file: File) -> Result<Self, DataError> {
        let broken = |error: &PolarsError| {
            let text = error.to_string();
            let first = text.lines().next().unwrap_or("").to_owned();
            DataError::fault(
                path,
                format!("is a Parquet file that cannot be read: {first}"),
            )
        };
        let again = || {
            file.try_clone()
                .map_err(|error| DataError::unreadable(path, &error))
        };
        let mut reader = ParquetReader::new(again()?);
        let schema = reader.schema().map_err(|error| broken(&error))?;
        let n_rows = reader.num_rows().map_err(|error| broken(&error))?;
        if n_rows == 0 {
            return Err(DataError::fault(
                path,
                "holds the names of columns and no rows".to_owned(),
            ));
        }
        let fields: Vec<_> = schema.iter_values().collect();
        Ok(Self {
            names: fields.iter().map(|field| field.name.to_string()).collect(),
            types: fields.iter().map(|field| field.dtype.clone()).collect(),
            n_rows,
            file,
        })
    }

    /// The type of a column, where it is one that can be read.
    pub(super) fn allowed_type(&self, position: usize) -> Result<(), String> {
        use ArrowDataType as T;
        match &self.types[position] {
            T::Utf8
            | T::LargeUtf8
            | T::Utf8View
            | T::Boolean
            | T::Int32
            | T::Int64
            | T::UInt32
            | T::UInt64
            | T::Float32
            | T::Float64 => Ok(()),
            other => Err(format!(
                "is of type {} (allowed: text, a 32 or 64 bit number, or yes and no)",
                plain_type(other)
            )),
        }
    }

    fn for_each(
        self,
        path: &Path,
        wanted: &[usize],
        mut each: impl FnMut(&Frame<'_>) -> Result<(), DataError>,
    ) -> Result<(), DataError> {
        let mut first = 0;
        while first < self.n_rows {
            let n = ROWS.min(self.n_rows - first);
            let file = self
                .file
                .try_clone()
                .map_err(|error| DataError::unreadable(path, &error))?;
            let columns = ParquetReader::new(file)
                .with_projection(Some(wanted.to_vec()))
                .with_slice(Some((first, n)))
                .finish()
                .map_err(|error| {
                    let text = error.to_string();
                    let line = text.lines().next().unwrap_or("");
                    let rows = format!("rows {} to {}", first + 1, first + n);
                    DataError::fault(path, format!("{rows} cannot be read: {line}"))
                })?;
            each(&Frame {
                columns,
                n_rows: n as u64,
                places: Places::From(first as u64 + 1),
            })?;
            first += n;
        }
        Ok(())
    }
}

fn plain_type(data_type: &ArrowDataType) -> String {
    let text = format!("{data_type:?}");
    text.split(['(', ' ', '{']).next().unwrap_or("").to_owned()
}
