//! A folder of results: opened before the run, filled aside, put into place whole at the end.
//!
//! Results that stand there already are exchanged for the new ones in one step, so a process that is killed
//! leaves the old or the new, never some of each. Files of others stay: they are linked into the new folder
//! first. Where folders cannot be exchanged (a mount point, the current folder, a file system that does not
//! know how) the files are moved one by one; until the last is there the folder has no `provenance.json`.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::sink::{Sink, WrittenFile};
use super::staging::{ASIDE, Staging, can_move, exchange, remove, remove_abandoned};
use crate::data::parts;

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
    /// Where results belong stands something that is none, which is not replaced even by force.
    #[error("{0} is in the way of results: not replaced [move it away, or choose another folder]")]
    InTheWay(String),
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

/// Every file of a fixed name that a command writes into a folder of results, so that an earlier one's can
/// be told from others. What else an earlier one wrote stands in its data package. The charts that are
/// named here (`backtest.svg`, `frontier.svg`, `tornado-*.svg`, `needs-*.svg`) are of earlier versions.
pub const RESULT_FILES: [&str; 80] = [
    "backtest.csv",
    "backtest.parquet",
    "backtest_areas.csv",
    "backtest_areas.parquet",
    "backtest.svg",
    "calibration.csv",
    "calibration.parquet",
    "evidence.csv",
    "evidence.parquet",
    "fit.csv",
    "fit.parquet",
    "fitted_normal.csv",
    "sensitivity.csv",
    "sensitivity.parquet",
    "frontier.csv",
    "frontier.parquet",
    "frontier_limits.csv",
    "frontier_limits.parquet",
    "frontier.svg",
    "best-even-chance.toml",
    "best-wanted-chance.toml",
    "best-expected-value.toml",
    "best-likeliest.toml",
    "tornado-win.svg",
    "tornado-collected.svg",
    "briefing.html",
    "briefing.md",
    "briefing.docx",
    "briefing.pdf",
    "workbook.xlsx",
    "summary.csv",
    "summary.parquet",
    "bands.csv",
    "bands.parquet",
    "wards.csv",
    "wards.parquet",
    "deciles.csv",
    "deciles.parquet",
    "example_households.csv",
    "example_households.parquet",
    "drivers.csv",
    "drivers.parquet",
    "needs.csv",
    "needs.parquet",
    "needs_curve.csv",
    "needs_curve.parquet",
    "needs-comprehension.svg",
    "needs-campaign.svg",
    "needs-poll.svg",
    "days.csv",
    "days.parquet",
    "perception.csv",
    "perception.parquet",
    "routes.csv",
    "routes.parquet",
    "medium_term.csv",
    "medium_term.parquet",
    "services.csv",
    "services.parquet",
    "warnings.csv",
    "warnings.parquet",
    "compare.csv",
    "compare.parquet",
    "league.csv",
    "league.parquet",
    "datapackage.json",
    "draws.parquet",
    "results.json",
    "ballot-paper.txt",
    "scenario.toml",
    "provenance.json",
    "cells.csv",
    "cells.parquet",
    "profile.csv",
    "profile.parquet",
    "reconciliation.csv",
    "reconciliation.parquet",
    "refused.csv",
    "refused.parquet",
    "mapping.toml",
];

/// The folder of charts within a folder of results.
const CHARTS: &str = "charts";

/// The description of the files of a folder of results.
pub(super) const PACKAGE: &str = "datapackage.json";

/// Stands in a folder of results while its files are moved one by one.
const UNFINISHED: &str = ".bandwise-unfinished";

/// The file by which a folder of results is known.
const MARK: &str = "provenance.json";

/// The file by which a folder of a sweep is known.
pub(super) const SWEEP_MARK: &str = "sweep.json";

/// The folder under which unnamed results go.
const DEFAULT_PARENT: &str = "bandwise-out";

/// How results get into their place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Nothing is there: the folder is moved there.
    New,
    /// A folder is there: the two are exchanged.
    Exchange,
    /// A folder is there that cannot be exchanged: the files are moved one by one.
    OneByOne,
}

/// A folder of results that nobody sees before it is whole.
#[derive(Debug)]
pub struct OutputFolder {
    /// As it was named.
    place: PathBuf,
    /// Where it lies, links followed, if it is there.
    target: PathBuf,
    staging: Staging,
    way: Way,
    /// The name of which the place is the next free one.
    free: Option<String>,
    written: RefCell<Vec<WrittenFile>>,
    /// Held while a file is written or moved, and for good once the process has been told to stop.
    busy: Arc<Mutex<()>>,
}

impl OutputFolder {
    /// Opens a folder for results. Nothing of it is visible until [`OutputFolder::commit`].
    ///
    /// # Errors
    /// When it holds files and they may not be replaced, or the place cannot be written to.
    pub fn open(place: Place, force: bool) -> Result<Self, OutputError> {
        let (place, free) = match place {
            Place::Named(path) => (path, None),
            Place::NextFree(name) if force => (Path::new(DEFAULT_PARENT).join(name), None),
            Place::NextFree(name) => (next_free(&name), Some(name)),
        };
        let cannot = |error: &io::Error| cannot_write(&place, error);
        let (target, staging, way) = if place.exists() {
            may_be_replaced(&place, force)?;
            let target = fs::canonicalize(&place).map_err(|error| cannot(&error))?;
            // A folder may exist and yet not be writable: find out now, not after the run.
            tempfile::tempfile_in(&target).map_err(|error| cannot(&error))?;
            match beside(&target) {
                Some(staging) => (target, staging, Way::Exchange),
                None => {
                    let within = Staging::open(&target).map_err(|error| cannot(&error))?;
                    (target, within, Way::OneByOne)
                }
            }
        } else if place.is_symlink() {
            return Err(OutputError::CannotWrite {
                place: place.display().to_string(),
                reason: "it is a link that leads nowhere".to_owned(),
            });
        } else {
            let parent = folder_of(&place);
            let staging = fs::create_dir_all(parent).and_then(|()| Staging::open(parent));
            let staging = staging.map_err(|error| cannot(&error))?;
            (place.clone(), staging, Way::New)
        };
        Ok(Self {
            place,
            target,
            staging,
            way,
            free,
            written: RefCell::default(),
            busy: Arc::default(),
        })
    }

    /// Where the results will be.
    pub fn path(&self) -> &Path {
        &self.place
    }

    /// The folder in which they are gathered.
    pub fn staging(&self) -> PathBuf {
        self.staging.fresh()
    }

    /// What to do when the process is told to stop: what is gathered goes, and nothing more is written. A
    /// move into place that has begun is done first.
    pub fn when_stopped(&self) -> impl Fn() + Send + 'static {
        let gathered = self.staging.root().to_owned();
        let busy = Arc::clone(&self.busy);
        move || {
            // Never given back: the process is about to end.
            std::mem::forget(held(&busy));
            remove(&gathered);
        }
    }

    /// Moves everything into place. Files of an earlier run that are not written now are removed,
    /// so that old and new results never lie side by side; other files are left alone. Says where they are:
    /// at the next free name again where another run has taken the one of this run meanwhile.
    ///
    /// # Errors
    /// When a file cannot be moved.
    pub fn commit(self) -> Result<PathBuf, OutputError> {
        let _busy = held(&self.busy);
        let fresh = self.staging.fresh();
        let mut place = self.place.clone();
        let cannot = |error: &io::Error| cannot_write(&self.place, error);
        sync_all_folders(&fresh).map_err(|error| cannot(&error))?;
        let moved = match self.way {
            Way::New => loop {
                match (fs::rename(&fresh, &place), &self.free) {
                    (Err(error), Some(name)) if TAKEN.contains(&error.kind()) => {
                        place = next_free(name);
                    }
                    (moved, _) => break moved.and_then(|()| sync_folder(folder_of(&place))),
                }
            },
            Way::Exchange => match self.exchange(&fresh) {
                // What tells of a file system that cannot do it, be it to link or to exchange.
                Err(error) if !STOPS.contains(&error.kind()) => self.one_by_one(&fresh),
                exchanged => exchanged,
            },
            Way::OneByOne => self.one_by_one(&fresh),
        };
        moved.map_err(|error| cannot(&error))?;
        Ok(place)
    }

    /// Puts the new folder in the place of the earlier one in one step, with the files of others.
    fn exchange(&self, fresh: &Path) -> io::Result<()> {
        let ours = self.files_of_earlier();
        keep_others(&self.target, fresh, "", &ours)?;
        as_before(&self.target, fresh)?;
        sync_all_folders(fresh)?;
        exchange(fresh, &self.target)?;
        sync_folder(folder_of(&self.target))
    }

    /// Moves the files into the earlier folder one by one. Until the last is there, the folder is without
    /// the file by which results are known.
    fn one_by_one(&self, fresh: &Path) -> io::Result<()> {
        let place = &self.target;
        fs::File::create(place.join(UNFINISHED))?.sync_all()?;
        remove_if_there(&place.join(MARK))?;
        sync_folder(place)?;
        let written: Vec<String> = self
            .written
            .borrow()
            .iter()
            .map(|file| file.name.clone())
            .collect();
        let mark = |name: &&String| *name == MARK;
        for name in written.iter().filter(|name| !mark(name)) {
            fs::create_dir_all(folder_of(&place.join(name)))?;
            fs::rename(fresh.join(name), place.join(name))?;
        }
        for name in self.files_of_earlier() {
            if !written.contains(&name) && place.join(&name).is_file() {
                fs::remove_file(place.join(&name))?;
            }
        }
        // It stays where it holds other files.
        drop(fs::remove_dir(place.join(CHARTS)));
        sync_folder(place)?;
        for name in written.iter().filter(mark) {
            fs::rename(fresh.join(name), place.join(name))?;
        }
        remove_if_there(&place.join(UNFINISHED))?;
        sync_folder(place)
    }

    /// The names of all files in the place that are results of an earlier run, there or not.
    fn files_of_earlier(&self) -> BTreeSet<String> {
        let listed = parts::text(&self.target.join(PACKAGE)).ok().flatten();
        let listed = listed.and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok());
        let resources = listed
            .as_ref()
            .and_then(|package| package["resources"].as_array());
        let paths = resources.into_iter().flatten();
        let paths = paths.filter_map(|resource| resource["path"].as_str());
        // A package that somebody has changed does not lead out of the folder.
        let within = |path: &&str| {
            let mut steps = Path::new(path).components();
            steps.all(|step| matches!(step, Component::Normal(_)))
        };
        let fixed = RESULT_FILES.iter().copied().chain([UNFINISHED]);
        fixed
            .chain(paths.filter(within))
            .map(str::to_owned)
            .collect()
    }
}

impl Sink for OutputFolder {
    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), OutputError> {
        let _busy = held(&self.busy);
        let path = self.staging().join(name);
        let written = fs::create_dir_all(folder_of(&path))
            .and_then(|()| fs::File::create(&path))
            .and_then(|mut file| {
                file.write_all(bytes)?;
                file.sync_all()
            });
        written.map_err(|error| cannot_write(&self.place_of(name), &error))?;
        let mut known = self.written.borrow_mut();
        known.push(WrittenFile::of(name, bytes));
        Ok(())
    }

    fn written(&self) -> Vec<WrittenFile> {
        self.written.borrow().clone()
    }

    fn place_of(&self, name: &str) -> PathBuf {
        self.place.join(name)
    }
}

/// Faults that no other way of moving files would get around.
const STOPS: [io::ErrorKind; 4] = [
    io::ErrorKind::AlreadyExists,
    io::ErrorKind::NotFound,
    io::ErrorKind::ReadOnlyFilesystem,
    io::ErrorKind::StorageFull,
];

/// Faults that tell of another run's results in the place.
const TAKEN: [io::ErrorKind; 2] = [
    io::ErrorKind::AlreadyExists,
    io::ErrorKind::DirectoryNotEmpty,
];

/// The lock, whatever came of the one who held it before.
fn held(busy: &Mutex<()>) -> MutexGuard<'_, ()> {
    busy.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Checks that what is in a place is nothing, or results that may be replaced.
fn may_be_replaced(place: &Path, force: bool) -> Result<(), OutputError> {
    let name = || place.display().to_string();
    if !place.is_dir() {
        return Err(OutputError::NotAFolder(name()));
    }
    remove_abandoned(place);
    let mut entries = fs::read_dir(place).map_err(|error| cannot_write(place, &error))?;
    if entries.next().is_none() {
        Ok(())
    } else if !force {
        Err(OutputError::Exists(name()))
    } else if place.join(SWEEP_MARK).exists() {
        Err(OutputError::IsASweep(name()))
    } else if ![MARK, UNFINISHED]
        .iter()
        .any(|mark| place.join(mark).is_file())
    {
        Err(OutputError::NotResults(name()))
    } else {
        in_the_way(place).map_or(Ok(()), |found| {
            Err(OutputError::InTheWay(found.display().to_string()))
        })
    }
}

/// What stands in a folder of results by the name of one and cannot be one: a folder in the place of a
/// file, a file or a link in the place of the charts.
fn in_the_way(place: &Path) -> Option<PathBuf> {
    let charts = place.join(CHARTS);
    let no_folder = charts.symlink_metadata().is_ok_and(|found| !found.is_dir());
    let mut files = RESULT_FILES.iter().map(|name| place.join(name));
    no_folder
        .then_some(charts)
        .or_else(|| files.find(|file| file.is_dir()))
}

/// A folder aside beside a folder that can be exchanged for it; nothing where it cannot.
fn beside(target: &Path) -> Option<Staging> {
    // Whoever stands in a folder that is exchanged stands in one that is gone.
    if std::env::current_dir().is_ok_and(|current| current.starts_with(target)) {
        return None;
    }
    let staging = Staging::open(target.parent()?).ok()?;
    can_move(staging.root(), target).then_some(staging)
}

/// Links what is in an earlier folder and is none of its results into the new one.
fn keep_others(old: &Path, new: &Path, within: &str, ours: &BTreeSet<String>) -> io::Result<()> {
    for entry in fs::read_dir(old)? {
        let entry = entry?;
        let name = format!("{within}{}", entry.file_name().to_string_lossy());
        let (from, to) = (entry.path(), new.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            if name != CHARTS || holds_others(&from, ours)? {
                fs::create_dir(&to).or_else(|error| match error.kind() {
                    io::ErrorKind::AlreadyExists if to.is_dir() => Ok(()),
                    _ => Err(error),
                })?;
                as_before(&from, &to)?;
                keep_others(&from, &to, &format!("{name}/"), ours)?;
            }
        } else if !ours.contains(&name) && !to.exists() {
            fs::hard_link(&from, &to)?;
        }
    }
    Ok(())
}

/// Whether the folder of charts holds something that is no chart of ours.
fn holds_others(charts: &Path, ours: &BTreeSet<String>) -> io::Result<bool> {
    for entry in fs::read_dir(charts)? {
        let name = entry?.file_name();
        if !ours.contains(&format!("{CHARTS}/{}", name.to_string_lossy())) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Gives a folder the permissions of another, and its owner where one may.
#[cfg(unix)]
fn as_before(old: &Path, new: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, chown};
    let old = fs::metadata(old)?;
    drop(chown(new, Some(old.uid()), Some(old.gid())));
    fs::set_permissions(new, old.permissions())
}

#[cfg(not(unix))]
fn as_before(_old: &Path, _new: &Path) -> io::Result<()> {
    Ok(())
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Syncs a folder and those in it.
fn sync_all_folders(place: &Path) -> io::Result<()> {
    for entry in fs::read_dir(place)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_all_folders(&entry.path())?;
        }
    }
    sync_folder(place)
}

/// Gives a folder or a file the permissions that new ones get: temporary ones are their owner's alone.
#[cfg(unix)]
pub(super) fn open_to_readers(place: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mut hidden = tempfile::Builder::new();
    hidden.prefix(ASIDE);
    // The system takes from it what no new file may have.
    hidden.permissions(fs::Permissions::from_mode(0o666));
    let new = hidden.tempfile_in(folder_of(place))?;
    let of_files = new.as_file().metadata()?.permissions().mode() & 0o777;
    let mode = if place.is_dir() {
        of_files | (of_files & 0o444) >> 2
    } else {
        of_files
    };
    fs::set_permissions(place, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
pub(super) fn open_to_readers(_place: &Path) -> io::Result<()> {
    Ok(())
}

pub(super) fn cannot_write(place: &Path, error: &io::Error) -> OutputError {
    let reason = match error.kind() {
        io::ErrorKind::NotADirectory => "a part of the path is a file".to_owned(),
        io::ErrorKind::DirectoryNotEmpty => "another run has written there".to_owned(),
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        // What a writer of tables makes of a fault of the system.
        io::ErrorKind::Other => inner_reason(error),
        // Without the path of a temporary folder that nobody asked for.
        kind => kind.to_string(),
    };
    OutputError::CannotWrite {
        place: place.display().to_string(),
        reason,
    }
}

/// The fault of the system that lies in another's fault, or the other in its own words.
fn inner_reason(error: &io::Error) -> String {
    let mut within = error
        .get_ref()
        .map(|inner| inner as &(dyn std::error::Error + 'static));
    while let Some(one) = within {
        if let Some(found) = one.downcast_ref::<io::Error>()
            && found.kind() != io::ErrorKind::Other
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
pub(super) fn sync_folder(place: &Path) -> io::Result<()> {
    use io::ErrorKind::{InvalidInput, PermissionDenied, Unsupported};
    let synced = fs::File::options().read(true).open(place);
    match synced.and_then(|folder| folder.sync_all()) {
        Err(error) if [InvalidInput, PermissionDenied, Unsupported].contains(&error.kind()) => {
            Ok(())
        }
        synced => synced,
    }
}

#[cfg(not(unix))]
pub(super) fn sync_folder(_place: &Path) -> io::Result<()> {
    Ok(())
}

fn next_free(name: &str) -> PathBuf {
    let parent = Path::new(DEFAULT_PARENT);
    let first = parent.join(name);
    let there = |path: &Path| path.symlink_metadata().is_ok();
    if !there(&first) {
        return first;
    }
    (2u32..)
        .map(|n| parent.join(format!("{name}-{n}")))
        .find(|path| !there(path))
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
    fill: impl FnOnce(&fs::File, &Path) -> io::Result<()>,
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
    fill: impl FnOnce(&fs::File, &Path) -> io::Result<()>,
) -> Result<(), OutputError> {
    let cannot = |error: &io::Error| cannot_write(path, error);
    let mut hidden = tempfile::Builder::new();
    let file = hidden.prefix(ASIDE).tempfile_in(aside);
    let file = file.map_err(|error| cannot(&error))?;
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
    let cannot = |error: &io::Error| cannot_write(place, error);
    let there = place.symlink_metadata().is_ok();
    if there && !force {
        return Err(OutputError::Exists(place.display().to_string()));
    }
    if there && !place.join(mark).is_file() {
        return Err(OutputError::NotAVintage(place.display().to_string()));
    }
    let parent = folder_of(place);
    fs::create_dir_all(parent).map_err(|error| cannot(&error))?;
    let staging = Staging::open(parent).map_err(|error| cannot(&error))?;
    let fresh = staging.fresh();
    for (name, content) in files {
        let written = fs::File::create(fresh.join(name)).and_then(|mut file| {
            file.write_all(content.as_bytes())?;
            file.sync_all()
        });
        written.map_err(|error| cannot_write(&place.join(name), &error))?;
    }
    sync_folder(&fresh).map_err(|error| cannot(&error))?;
    let moved = if there {
        exchange(&fresh, place).or_else(|error| match error.kind() {
            io::ErrorKind::Unsupported => replace(&staging, place),
            _ => Err(error),
        })
    } else {
        fs::rename(&fresh, place)
    };
    moved.map_err(|error| cannot(&error))?;
    sync_folder(parent).map_err(|error| cannot(&error))
}

/// Moves an earlier folder aside and the new one into its place, where the two cannot be exchanged.
fn replace(staging: &Staging, place: &Path) -> io::Result<()> {
    let old = staging.root().join("old");
    staging.hold()?;
    fs::rename(place, &old)?;
    fs::rename(staging.fresh(), place).inspect_err(|_| {
        // What stood there goes back; the first failure is the one to report.
        drop(fs::rename(&old, place));
    })
}
