//! How much of a file is read: limits against files that are no releases, or mean harm.
//!
//! A size that a file states of itself is never trusted: bytes are counted as they come out.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

use zip::ZipArchive;

use crate::data::catalogue::DataError;

/// The largest file that is read, and the most text that a CSV may hold; the largest release
/// known is 4 MB.
const LARGEST_FILE: u64 = 32 * MEGABYTE;
/// The most that an ODS or XLSX may hold when decompressed; the largest release known is 33 MB.
const LARGEST_WORKBOOK: u64 = 64 * MEGABYTE;
/// The most that one part of an XLSX other than a worksheet may hold: these parts are held whole.
const LARGEST_PART: u64 = 8 * MEGABYTE;
/// The most filled cells of one file; the largest release known has 600,000.
const MOST_CELLS: u64 = 1_000_000;
/// The most text in the cells of one file.
const MOST_TEXT: u64 = 64 * MEGABYTE;

/// The longest line of a CSV file; the longest known has 10,000 bytes.
const LONGEST_LINE: usize = 1_000_000;

const MEGABYTE: u64 = 1_000_000;

/// The bytes of a file that is not too large.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, DataError> {
    let unreadable = |error: io::Error| DataError::unreadable(path, &error);
    let fault = |text: String| DataError::fault(path, text);
    // Before it is opened: a pipe would wait for a writer.
    let about = std::fs::metadata(path).map_err(unreadable)?;
    if about.is_dir() {
        return Err(fault("is a folder [name the files in it]".to_owned()));
    }
    if !about.is_file() {
        return Err(fault("is no ordinary file".to_owned()));
    }
    let too_large = || {
        fault(format!(
            "is larger than a release can be (limit: {} MB)",
            LARGEST_FILE / MEGABYTE
        ))
    };
    if about.len() > LARGEST_FILE {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(LARGEST_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(too_large());
    }
    if bytes.is_empty() {
        return Err(fault("is empty".to_owned()));
    }
    Ok(bytes)
}

/// What a gzipped file holds.
pub(crate) fn gunzip(path: &Path, bytes: &[u8]) -> Result<Vec<u8>, DataError> {
    let fault = |text: String| DataError::fault(path, text);
    let mut text = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes)
        .take(LARGEST_FILE + 1)
        .read_to_end(&mut text)
        .map_err(|error| fault(format!("is a broken gzip file: {error}")))?;
    if text.len() as u64 > LARGEST_FILE {
        return Err(fault(format!(
            "decompresses to more than a release can hold (limit: {} MB)",
            LARGEST_FILE / MEGABYTE
        )));
    }
    if text.is_empty() {
        return Err(fault("is an empty gzip file".to_owned()));
    }
    Ok(text)
}

/// Refuses a CSV file with a line that no release has: every cell of a line is held at once.
pub(crate) fn check_lines(path: &Path, text: &[u8]) -> Result<(), DataError> {
    let lines = text.split(|byte| *byte == b'\n');
    match lines
        .map(<[u8]>::len)
        .position(|length| length > LONGEST_LINE)
    {
        None => Ok(()),
        Some(at) => Err(DataError::fault(
            path,
            format!(
                "line {} is longer than a line of a release (limit: {LONGEST_LINE} bytes)",
                at + 1
            ),
        )),
    }
}

/// A zip archive of a file that starts like one.
pub(crate) type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// Opens a zip archive.
pub(crate) fn archive<'a>(path: &Path, bytes: &'a [u8]) -> Result<Archive<'a>, DataError> {
    ZipArchive::new(Cursor::new(bytes))
        .map_err(|error| DataError::fault(path, format!("is a broken zip file: {error}")))
}

/// Decompresses every part of an XLSX without keeping it: the library that reads it afterwards
/// has no limits of its own.
pub(crate) fn weigh(path: &Path, archive: &mut Archive<'_>) -> Result<(), DataError> {
    let fault = |text: String| DataError::fault(path, text);
    let mut left = LARGEST_WORKBOOK;
    for at in 0..archive.len() {
        let mut part = archive
            .by_index(at)
            .map_err(|error| fault(format!("is a broken zip file: {error}")))?;
        let name = String::from_utf8_lossy(part.name_raw()).into_owned();
        let streamed = name.starts_with("xl/worksheets/");
        let limit = if streamed {
            left
        } else {
            left.min(LARGEST_PART)
        };
        let held = io::copy(&mut part.by_ref().take(limit + 1), &mut io::sink())
            .map_err(|error| fault(format!("part {name} cannot be decompressed: {error}")))?;
        if held > limit {
            let most = if limit == left {
                LARGEST_WORKBOOK
            } else {
                LARGEST_PART
            };
            return Err(fault(format!(
                "part {name} decompresses to more than a release can hold (limit: {} MB{})",
                most / MEGABYTE,
                if limit == left { " in all" } else { "" }
            )));
        }
        left -= held;
    }
    Ok(())
}

/// A reader that refuses to give more than a workbook may hold.
pub(crate) struct Limited<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Limited<R> {
    /// Gives what `inner` gives, up to the limit.
    pub(crate) fn new(inner: R) -> Self {
        Self {
            inner,
            left: LARGEST_WORKBOOK,
        }
    }
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| {
            io::Error::other(format!(
                "decompresses to more than a release can hold (limit: {} MB)",
                LARGEST_WORKBOOK / MEGABYTE
            ))
        })?;
        Ok(read)
    }
}

/// How many cells and how much text a file may still give.
pub(crate) struct Budget {
    cells: u64,
    text: u64,
}

impl Budget {
    /// The budget of one file.
    pub(crate) fn of_a_file() -> Self {
        Self {
            cells: MOST_CELLS,
            text: MOST_TEXT,
        }
    }

    /// Spends filled cells and bytes of text.
    pub(crate) fn spend(&mut self, cells: u64, text: u64) -> Result<(), String> {
        self.cells = self.cells.checked_sub(cells).ok_or_else(|| {
            format!("holds more filled cells than a release can (limit: {MOST_CELLS})")
        })?;
        self.text = self.text.checked_sub(text).ok_or_else(|| {
            format!(
                "holds more text than a release can (limit: {} MB)",
                MOST_TEXT / MEGABYTE
            )
        })?;
        Ok(())
    }
}
