//! Where the files of results go: into a folder ([`super::OutputFolder`]) or into memory ([`Gathered`]). Who
//! makes them does not know which.

use std::cell::RefCell;
use std::fmt::Debug;
use std::path::PathBuf;

use super::files::OutputError;
use crate::data::catalogue::sha256;

/// A file as it has been written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenFile {
    /// Its name within the folder, with `/` where it is in a folder of its own.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// SHA-256 of its bytes, 64 hexadecimal digits.
    pub sha256: String,
}

impl WrittenFile {
    /// What is known of a file of these bytes.
    pub(super) fn of(name: &str, bytes: &[u8]) -> Self {
        Self {
            name: name.to_owned(),
            bytes: bytes.len() as u64,
            sha256: sha256(bytes),
        }
    }
}

/// Takes the files of results, one after the other.
pub trait Sink: Debug {
    /// Adds a file, such as `bands.csv`, or one in a folder, such as `charts/bills.svg`.
    ///
    /// # Errors
    /// When it cannot be written.
    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), OutputError>;

    /// The files that have been added, in that order.
    fn written(&self) -> Vec<WrittenFile>;

    /// Where a file of this name will be, for who is told that it cannot be.
    fn place_of(&self, name: &str) -> PathBuf;
}

/// Files in memory: nothing is written to a disk.
///
/// # Example
/// ```
/// use bandwise::report::{Gathered, Sink};
/// let gathered = Gathered::default();
/// gathered.write("bands.csv", b"band\n")?;
/// assert_eq!(gathered.written()[0].bytes, 5);
/// assert_eq!(gathered.into_files(), [("bands.csv".to_owned(), b"band\n".to_vec())]);
/// # Ok::<(), bandwise::report::OutputError>(())
/// ```
#[derive(Debug, Default)]
pub struct Gathered {
    files: RefCell<Vec<(WrittenFile, Vec<u8>)>>,
}

impl Gathered {
    /// Names and bytes, in the order of writing.
    pub fn into_files(self) -> Vec<(String, Vec<u8>)> {
        let files = self.files.into_inner().into_iter();
        files.map(|(file, bytes)| (file.name, bytes)).collect()
    }
}

impl Sink for Gathered {
    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), OutputError> {
        let file = WrittenFile::of(name, bytes);
        self.files.borrow_mut().push((file, bytes.to_vec()));
        Ok(())
    }

    fn written(&self) -> Vec<WrittenFile> {
        let files = self.files.borrow();
        files.iter().map(|(file, _)| file.clone()).collect()
    }

    fn place_of(&self, name: &str) -> PathBuf {
        PathBuf::from(name)
    }
}
