//! A file of figures as it comes: its kind, its header and its lines.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use csv::StringRecord;

use super::limits;
use crate::data::catalogue::DataError;

/// A kind of file, known by some of its columns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    /// What it is, in words.
    pub what: &'static str,
    /// The columns by which it is known.
    pub known_by: &'static [&'static str],
}

/// A file of a known kind.
pub(super) struct Sheet {
    /// The file.
    pub path: PathBuf,
    header: StringRecord,
    rows: Vec<StringRecord>,
}

/// One line of a sheet.
pub(super) struct Line<'a> {
    sheet: &'a Sheet,
    number: usize,
    cells: &'a StringRecord,
}

/// The bytes of a file, unpacked where gzip packed them.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, DataError> {
    let bytes = limits::read(path)?;
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes);
    }
    limits::gunzip(path, &bytes)
}

impl Sheet {
    /// Reads files and tells their kinds: at most one of each, by what it is.
    pub(super) fn read_all(
        files: &[PathBuf],
        kinds: &[Kind],
    ) -> Result<BTreeMap<&'static str, Self>, DataError> {
        let mut sheets: BTreeMap<&'static str, Self> = BTreeMap::new();
        for path in files {
            let fault = |text: String| DataError::fault(path, text);
            let bytes = bytes(path)?;
            let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
            let mut reader = csv::Reader::from_reader(bytes);
            let broken = |error: csv::Error| fault(format!("cannot be read as CSV: {error}"));
            let header = reader.headers().map_err(broken)?.clone();
            let has = |name: &&str| header.iter().any(|column| column == *name);
            let kind = kinds.iter().find(|kind| kind.known_by.iter().all(&has));
            let Some(kind) = kind else {
                let known: Vec<String> = kinds
                    .iter()
                    .map(|kind| format!("{} with {}", kind.what, kind.known_by.join(", ")))
                    .collect();
                return Err(fault(format!(
                    "not recognised (known: {})",
                    known.join("; ")
                )));
            };
            let rows = reader
                .into_records()
                .collect::<Result<_, _>>()
                .map_err(broken)?;
            let sheet = Self {
                path: path.clone(),
                header,
                rows,
            };
            if let Some(first) = sheets.insert(kind.what, sheet) {
                let text = format!("is {} once more, after {}", kind.what, first.path.display());
                return Err(fault(text));
            }
        }
        Ok(sheets)
    }

    /// The positions of some columns.
    pub(super) fn columns<const N: usize>(
        &self,
        names: [&str; N],
    ) -> Result<[usize; N], DataError> {
        let mut positions = [0; N];
        for (position, name) in positions.iter_mut().zip(names) {
            let found = self.header.iter().position(|column| column == name);
            *position = found.ok_or_else(|| {
                DataError::fault(&self.path, format!("the column {name} is missing"))
            })?;
        }
        Ok(positions)
    }

    /// The lines after the header.
    pub(super) fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        self.rows.iter().enumerate().map(|(index, cells)| Line {
            sheet: self,
            number: index + 2,
            cells,
        })
    }
}

impl<'a> Line<'a> {
    /// A cell without blanks around it; a line has as many cells as the header.
    pub(super) fn text(&self, column: usize) -> &'a str {
        self.cells.get(column).unwrap_or("").trim()
    }

    /// A fault of this line.
    pub(super) fn fault(&self, text: String) -> DataError {
        let place = format!("line {}", self.number);
        DataError::fault(Path::new(&place), text).inside(&self.sheet.path)
    }

    fn wrong(&self, column: usize, allowed: &str) -> DataError {
        let name = self.sheet.header.get(column).unwrap_or("");
        let text = self.text(column);
        self.fault(format!("{name} of {text:?} (allowed: {allowed})"))
    }

    /// A finite number from 0 up to the most.
    fn number(&self, column: usize, most: f64) -> Option<f64> {
        let value: f64 = self.text(column).parse().ok()?;
        (0.0..=most).contains(&value).then_some(value)
    }

    /// A count: whole, 0 or more.
    pub(super) fn count(&self, column: usize) -> Result<i64, DataError> {
        self.number(column, MOST)
            .filter(|value| value.fract() == 0.0)
            .map(|value| value as i64)
            .ok_or_else(|| self.wrong(column, "a whole number, 0 or more"))
    }

    /// An estimated count in hundredths.
    pub(super) fn hundredths(&self, column: usize) -> Result<i64, DataError> {
        self.number(column, MOST)
            .map(|value| (100.0 * value).round() as i64)
            .ok_or_else(|| self.wrong(column, "a number, 0 or more"))
    }

    /// A measure from 0 to the most; nothing where the cell is empty or 0, which stand for an
    /// area that was not measured.
    pub(super) fn measure(&self, column: usize, most: f64) -> Result<Option<f64>, DataError> {
        if self.text(column).is_empty() {
            return Ok(None);
        }
        let value = self
            .number(column, most)
            .ok_or_else(|| self.wrong(column, &format!("empty, or a number from 0 to {most}")))?;
        Ok((value > 0.0).then_some(value))
    }

    /// A tenth from 1 to 10; nothing where the cell is empty.
    pub(super) fn decile(&self, column: usize) -> Result<Option<i64>, DataError> {
        if self.text(column).is_empty() {
            return Ok(None);
        }
        let value = self
            .number(column, 10.0)
            .filter(|value| value.fract() == 0.0);
        let value = value.filter(|value| *value >= 1.0);
        let value = value.ok_or_else(|| self.wrong(column, "empty, or 1 to 10"))?;
        Ok(Some(value as i64))
    }
}

/// More than any figure of a small area.
const MOST: f64 = 1e7;
