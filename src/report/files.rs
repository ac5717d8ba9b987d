//! A folder of results: opened before the run, filled aside, moved into place at the end.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// Results could not be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutputError {
    /// There is something already.
    #[error("{0} is there already [choose another place, or replace it with --force]")]
    Exists(String),
    /// There is something already, and it is not replaced even by force.
    #[error("{0} is there already, and an invented extract replaces nothing [choose another name]")]
    Taken(String),
    /// The folder holds other things than results, which are not replaced even by force.
    #[error("{0} holds files and no results of bandwise: not replaced [choose another folder]")]
    NotResults(String),
    /// The folder holds other things than a vintage, which are not replaced even by force.
    #[error("{0} is no vintage of bandwise: not replaced [choose another name]")]
    NotAVintage(String),
    /// The folder holds other things than a sweep, which is not touched even by force.
    #[error("{0} holds files and no sweep: nothing is written there [choose another folder]")]
    NotASweep(String),
    /// The folder holds a sweep, which results do not replace even by force.
    #[error("{0} holds a sweep: not replaced [choose another folder]")]
    IsASweep(String),
    /// The folder of a sweep whose manifest is broken, which is not touched even by force.
    #[error(
        "{place}: {reason}: nothing is written there [put the file back from a shard of the sweep, or \
         choose another folder]"
    )]
    BrokenSweep {
        /// The manifest.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Within the folder of a sweep stands what no sweep has written: it is not removed.
    #[error("{0} is none of a sweep's files: not removed [move it away, and start again]")]
    NotOfASweep(String),
    /// The folder holds another sweep.
    #[error(
        "{place} holds another sweep: other {differences} [start it as it was started to go on with \
         it, choose another folder, or remove it and all its finished parts with --force]"
    )]
    OtherSweep {
        /// Where.
        place: String,
        /// What differs.
        differences: String,
    },
    /// Another process writes there.
    #[error("{0} is being written by another process [wait for it, or choose another folder]")]
    Busy(String),
    /// The place is a file.
    #[error("{0} is a file, not a folder")]
    NotAFolder(String),
    /// The place cannot be written to.
    #[error("{place}: cannot write: {reason}")]
    CannotWrite {
        /// Where.
        place: String,
        /// Why.
        reason: String,
    },
}

/// Where to put results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// This folder.
    Named(PathBuf),
    /// A folder under `bandwise-out` of this name, or of the next free number after it.
    NextFree(String),
}

/// Every file that a run may write, so that an earlier run's files can be told from others.
pub const RESULT_FILES: [&str; 48] = [
    "backtest.csv",
    "backtest_areas.csv",
    "backtest.svg",
    "calibration.csv",
    "evidence.csv",
    "fit.csv",
    "fitted_normal.csv",
    "sensitivity.csv",
    "frontier.csv",
    "frontier_limits.csv",
    "frontier.svg",
    "best-even-chance.toml",
    "best-wanted-chance.toml",
    "best-expected-value.toml",
    "best-likeliest.toml",
    "tornado-win.svg",
    "tornado-collected.svg",
    "summary.csv",
    "bands.csv",
    "wards.csv",
    "deciles.csv",
    "example_households.csv",
    "drivers.csv",
    "needs.csv",
    "needs_curve.csv",
    "needs-comprehension.svg",
    "needs-campaign.svg",
    "needs-poll.svg",
    "days.csv",
    "perception.csv",
    "routes.csv",
    "medium_term.csv",
    "services.csv",
    "warnings.csv",
    "compare.csv",
    "datapackage.json",
    "draws.parquet",
    "workbook.xlsx",
    "results.json",
    "ballot-paper.txt",
    "scenario.toml",
    "provenance.json",
    "cells.csv",
    "cells.parquet",
    "profile.csv",
    "reconciliation.csv",
    "refused.csv",
    "mapping.toml",
];

/// The file by which a folder of results is known.
const MARK: &str = "provenance.json";

/// The file by which a folder of a sweep is known.
pub(super) const SWEEP_MARK: &str = "sweep.json";

/// The folder under which unnamed results go.
const DEFAULT_PARENT: &str = "bandwise-out";

/// A folder of results that nobody sees before it is whole.
#[derive(Debug)]
pub struct OutputFolder {
    place: PathBuf,
    staging: TempDir,
    replaces: bool,
}

impl OutputFolder {
    /// Opens a folder for results. Nothing of it is visible until [`OutputFolder::commit`].
    ///
    /// # Errors
    /// When it holds files and they may not be replaced, or the place cannot be written to.
    pub fn open(place: Place, force: bool) -> Result<Self, OutputError> {
        let place = match place {
            Place::Named(path) => path,
            Place::NextFree(name) if force => Path::new(DEFAULT_PARENT).join(name),
            Place::NextFree(name) => next_free(&name),
        };
        let cannot = |error: &std::io::Error| cannot_write(&place, error);
        if place.exists() {
            if !place.is_dir() {
                return Err(OutputError::NotAFolder(place.display().to_string()));
            }
            let mut entries = fs::read_dir(&place).map_err(|error| cannot(&error))?;
            if entries.next().is_some() {
                if !force {
                    return Err(OutputError::Exists(place.display().to_string()));
                }
                if place.join(SWEEP_MARK).exists() {
                    return Err(OutputError::IsASweep(place.display().to_string()));
                }
                if !place.join(MARK).is_file() {
                    return Err(OutputError::NotResults(place.display().to_string()));
                }
            }
        }
        let parent = folder_of(&place).to_owned();
        fs::create_dir_all(&parent).map_err(|error| cannot(&error))?;
        let staging = tempfile::Builder::new()
            .prefix(".bandwise-")
            .tempdir_in(&parent)
            .map_err(|error| cannot(&error))?;
        let replaces = place.exists();
        if replaces {
            // A folder may exist and yet not be writable: find out now, not after the run.
            tempfile::tempfile_in(&place).map_err(|error| cannot(&error))?;
        }
        Ok(Self {
            place,
            staging,
            replaces,
        })
    }

    /// Where the results will be.
    pub fn path(&self) -> &Path {
        &self.place
    }

    /// The folder in which they are gathered.
    pub fn staging(&self) -> &Path {
        self.staging.path()
    }

    /// Adds a file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), OutputError> {
        let path = self.staging.path().join(name);
        let written = fs::File::create(&path).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        });
        written.map_err(|error| cannot_write(&self.place.join(name), &error))
    }

    /// Moves everything into place. Files of an earlier run that are not written now are removed,
    /// so that old and new results never lie side by side; other files are left alone.
    ///
    /// # Errors
    /// When a file cannot be moved.
    pub fn commit(self) -> Result<PathBuf, OutputError> {
        let place = self.place;
        let cannot = |error: &std::io::Error| cannot_write(&place, error);
        sync_folder(self.staging.path()).map_err(|error| cannot(&error))?;
        if !self.replaces {
            let staged = self.staging.keep();
            open_to_readers(&staged).map_err(|error| cannot(&error))?;
            if let Err(error) = fs::rename(&staged, &place) {
                let failure = cannot(&error);
                // Nothing half written stays behind; the first failure is the one to report.
                drop(fs::remove_dir_all(&staged));
                return Err(failure);
            }
            sync_folder(folder_of(&place)).map_err(|error| cannot(&error))?;
            return Ok(place);
        }
        let mut staged: Vec<_> = fs::read_dir(self.staging.path())
            .and_then(Iterator::collect::<Result<_, _>>)
            .map_err(|error| cannot(&error))?;
        staged.sort_by_key(fs::DirEntry::file_name);
        for entry in &staged {
            fs::rename(entry.path(), place.join(entry.file_name()))
                .map_err(|error| cannot(&error))?;
        }
        for name in RESULT_FILES {
            let old = place.join(name);
            let written = staged.iter().any(|entry| entry.file_name() == name);
            if !written && old.is_file() {
                fs::remove_file(&old).map_err(|error| cannot(&error))?;
            }
        }
        sync_folder(&place).map_err(|error| cannot(&error))?;
        Ok(place)
    }
}

/// Gives a folder or a file the usual permissions: temporary ones are their owner's alone.
#[cfg(unix)]
pub(super) fn open_to_readers(place: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = if place.is_dir() { 0o755 } else { 0o644 };
    fs::set_permissions(place, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
pub(super) fn open_to_readers(_place: &Path) -> std::io::Result<()> {
    Ok(())
}

pub(super) fn cannot_write(place: &Path, error: &std::io::Error) -> OutputError {
    let reason = match error.kind() {
        std::io::ErrorKind::NotADirectory => "a part of the path is a file".to_owned(),
        std::io::ErrorKind::DirectoryNotEmpty => "another run has written there".to_owned(),
        // What a writer of tables makes of a fault of the system.
        std::io::ErrorKind::Other => inner_reason(error),
        // Without the path of a temporary folder that nobody asked for.
        kind => kind.to_string(),
    };
    OutputError::CannotWrite {
        place: place.display().to_string(),
        reason,
    }
}

/// The fault of the system that lies in another's fault, or the other in its own words.
fn inner_reason(error: &std::io::Error) -> String {
    let mut within = error
        .get_ref()
        .map(|inner| inner as &(dyn std::error::Error + 'static));
    while let Some(one) = within {
        if let Some(found) = one.downcast_ref::<std::io::Error>()
            && found.kind() != std::io::ErrorKind::Other
        {
            return found.kind().to_string();
        }
        within = one.source();
    }
    error.to_string()
}

/// The folder that a file or a folder is in.
fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Sees to it that what was created, renamed or removed in a folder outlives a loss of power, as far as
/// the file system can: some cannot sync a folder, and one that may not be listed cannot be opened.
#[cfg(unix)]
pub(super) fn sync_folder(place: &Path) -> std::io::Result<()> {
    use std::io::ErrorKind::{InvalidInput, PermissionDenied, Unsupported};
    let synced = fs::File::options().read(true).open(place);
    match synced.and_then(|folder| folder.sync_all()) {
        Err(error) if [InvalidInput, PermissionDenied, Unsupported].contains(&error.kind()) => {
            Ok(())
        }
        synced => synced,
    }
}

#[cfg(not(unix))]
pub(super) fn sync_folder(_place: &Path) -> std::io::Result<()> {
    Ok(())
}

fn next_free(name: &str) -> PathBuf {
    let parent = Path::new(DEFAULT_PARENT);
    let first = parent.join(name);
    if !first.exists() {
        return first;
    }
    (2u32..)
        .map(|n| parent.join(format!("{name}-{n}")))
        .find(|path| !path.exists())
        .unwrap_or(first)
}

/// Writes a single file atomically; never over an existing one without `force`.
///
/// # Errors
/// When it exists, or cannot be written.
pub fn write_file(path: &Path, bytes: &[u8], force: bool) -> Result<(), OutputError> {
    if path.exists() && !force {
        return Err(OutputError::Exists(path.display().to_string()));
    }
    write_stream(path, |mut file, _| file.write_all(bytes))
}

/// The same of a file that `fill` writes part by part; it is told where the parts are gathered.
///
/// # Errors
/// When it cannot be written.
pub fn write_stream(
    path: &Path,
    fill: impl FnOnce(&fs::File, &Path) -> std::io::Result<()>,
) -> Result<(), OutputError> {
    let folder = folder_of(path);
    write_aside(folder, path, fill)?;
    sync_folder(folder).map_err(|error| cannot_write(path, &error))
}

/// The same of a file whose parts are gathered in another folder. That the file is there outlives a loss
/// of power only when its folder is synced after.
///
/// # Errors
/// When it cannot be written.
pub(super) fn write_aside(
    aside: &Path,
    path: &Path,
    fill: impl FnOnce(&fs::File, &Path) -> std::io::Result<()>,
) -> Result<(), OutputError> {
    let cannot = |error: &std::io::Error| cannot_write(path, error);
    let file = tempfile::NamedTempFile::new_in(aside).map_err(|error| cannot(&error))?;
    fill(file.as_file(), file.path()).map_err(|error| cannot(&error))?;
    open_to_readers(file.path()).map_err(|error| cannot(&error))?;
    file.as_file().sync_all().map_err(|error| cannot(&error))?;
    file.persist(path).map_err(|error| cannot(&error.error))?;
    Ok(())
}

/// Writes a folder of files that is known by one of them, `mark`: whole or not at all. An earlier
/// one is replaced with `force` only, and only if it holds the mark.
///
/// # Errors
/// When it exists and may not be replaced, or the place cannot be written to.
pub fn write_folder(
    place: &Path,
    files: &[(&str, String)],
    mark: &str,
    force: bool,
) -> Result<(), OutputError> {
    let cannot = |error: &std::io::Error| cannot_write(place, error);
    let there = place.symlink_metadata().is_ok();
    if there && !force {
        return Err(OutputError::Exists(place.display().to_string()));
    }
    if there && !place.join(mark).is_file() {
        return Err(OutputError::NotAVintage(place.display().to_string()));
    }
    let parent = folder_of(place);
    fs::create_dir_all(parent).map_err(|error| cannot(&error))?;
    // A dot keeps what is half written out of every listing.
    let staging = tempfile::Builder::new()
        .prefix(".bandwise-")
        .tempdir_in(parent)
        .map_err(|error| cannot(&error))?;
    let fresh = staging.path().join("new");
    let old = staging.path().join("old");
    fs::create_dir(&fresh).map_err(|error| cannot(&error))?;
    for (name, content) in files {
        let written = fs::File::create(fresh.join(name)).and_then(|mut file| {
            file.write_all(content.as_bytes())?;
            file.sync_all()
        });
        written.map_err(|error| cannot_write(&place.join(name), &error))?;
    }
    if there {
        fs::rename(place, &old).map_err(|error| cannot(&error))?;
    }
    sync_folder(&fresh).map_err(|error| cannot(&error))?;
    fs::rename(&fresh, place).map_err(|error| {
        if there {
            // What stood there goes back; the first failure is the one to report.
            drop(fs::rename(&old, place));
        }
        cannot(&error)
    })?;
    sync_folder(parent).map_err(|error| cannot(&error))
}
