//! Folders aside: what is gathered there is seen by nobody before all of it is there.
//!
//! A folder aside is hidden, and locked for as long as the process lives that fills it. What a killed
//! process leaves is a copy of nothing else and is removed by the next one that writes beside it.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// How the name of a folder or a file aside begins: the dot keeps it out of every listing.
pub(super) const ASIDE: &str = ".bandwise-";
/// The file within that is locked while the process lives that fills the folder.
const LOCK: &str = "lock";
/// What is gathered.
const FRESH: &str = "results";

/// A folder aside.
#[derive(Debug)]
pub(super) struct Staging {
    root: TempDir,
    /// Gives the lock back when the folder is gone or the process ends, however it ends.
    _lock: File,
}

impl Staging {
    /// Makes one in a folder, and removes those that killed processes have left there.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub(super) fn open(parent: &Path) -> io::Result<Self> {
        remove_abandoned(parent);
        let root = tempfile::Builder::new().prefix(ASIDE).tempdir_in(parent)?;
        let unlocked = root.path().join("unlocked");
        let lock = File::create(&unlocked)?;
        // Another process removes what it can lock: the name by which it looks comes after the lock.
        // Where files cannot be locked it finds none, and removes nothing.
        if lock.try_lock().is_ok() {
            fs::rename(&unlocked, root.path().join(LOCK))?;
        }
        fs::create_dir(root.path().join(FRESH))?;
        Ok(Self { root, _lock: lock })
    }

    /// All of it.
    pub(super) fn root(&self) -> &Path {
        self.root.path()
    }

    /// The folder of what is gathered.
    pub(super) fn fresh(&self) -> PathBuf {
        self.root.path().join(FRESH)
    }

    /// From now on no other process removes it: it may hold what stands nowhere else.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub(super) fn hold(&self) -> io::Result<()> {
        match fs::remove_file(self.root.path().join(LOCK)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        remove(self.root.path());
    }
}

/// Removes a folder aside. The lock goes last: until then another process can find what is left and remove it.
pub(super) fn remove(root: &Path) {
    drop(fs::remove_dir_all(root.join(FRESH)));
    drop(fs::remove_dir_all(root));
}

/// Removes the folders aside that killed processes have left in a folder. What cannot be removed stays:
/// it is hidden and does no harm.
pub(super) fn remove_abandoned(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else {
        return;
    };
    for entry in entries.flatten() {
        if !entry.file_name().to_string_lossy().starts_with(ASIDE) {
            continue;
        }
        let lock = File::options().write(true).open(entry.path().join(LOCK));
        if lock.is_ok_and(|lock| lock.try_lock().is_ok()) {
            remove(&entry.path());
        }
    }
}

/// Whether files can be moved from one folder into another: not from one file system to another.
///
/// The system answers before it looks whether there is a file of the name, so none is made for the question.
pub(super) fn can_move(from: &Path, into: &Path) -> bool {
    let moved = fs::rename(from.join("nothing"), into.join(".bandwise-nothing"));
    !moved.is_err_and(|error| error.kind() == io::ErrorKind::CrossesDevices)
}

/// Puts a folder in the place of another in one step: whoever looks finds one of the two, whole. The other
/// then stands where the first was.
///
/// # Errors
/// When a folder cannot be moved; `Unsupported` where the system or the file system cannot do this.
#[cfg(any(target_os = "linux", target_os = "macos"))]
pub(super) fn exchange(fresh: &Path, place: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, fresh, CWD, place, RenameFlags::EXCHANGE).map_err(|error| {
        let error = io::Error::from(error);
        match error.kind() {
            io::ErrorKind::InvalidInput => io::ErrorKind::Unsupported.into(),
            _ => error,
        }
    })
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
pub(super) fn exchange(_fresh: &Path, _place: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
