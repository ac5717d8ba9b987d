//! The folder of a sweep: finished parts, and the tables that are joined from them.
//!
//! `sweep.json` is written first. A finished part is a folder under `parts/`, filled aside and
//! renamed: it is there whole or not at all. A lock keeps a second process away for as long as the
//! first lives.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use polars::prelude::*;
use serde_json::{Value, json};

use super::super::csv::csv;
use super::super::document::{html, markdown, word};
use super::super::figures::{self, names_of_sweep};
use super::super::files::{
    OutputError, SWEEP_MARK as MANIFEST, cannot_write, open_to_readers, sync_folder, write_aside,
};
use super::super::json::json;
use super::super::league::LeagueRow;
use super::super::package::{TableDoc, package};
use super::super::paper::of_sweep;
use super::super::parquet::{parquet, streamed, typed};
use super::super::results::{LICENCE, TableProvenance, table_provenance};
use super::super::sink::WrittenFile;
use super::super::tables::{ColumnDoc, values};
use super::kind::Kind;
use super::league::league;
use super::manifest::{Manifest, SweepScenario};
use super::tables::{
    JobRows, SWEEP_TABLES, ScenarioRow, part_bytes, rows_of_frame, scenario_fields,
};
use crate::data::catalogue::sha256;
use crate::data::parts::SEAL;
use crate::data::{DataError, parts};

/// Finished parts.
const PARTS: &str = "parts";
/// What is being written; what a killed process leaves there is removed by the next.
const UNDER_WAY: &str = ".bandwise-under-way";
/// Held by the process that writes.
const LOCK: &str = ".bandwise-lock";
/// The scenarios as understood.
const SCENARIOS: &str = "scenarios";

/// The folder of one sweep, of which no other process writes.
#[derive(Debug)]
pub struct SweepFolder {
    place: PathBuf,
    manifest: Manifest,
    /// SHA-256 of what is swept.
    sweep: String,
    /// Gives the lock back when the folder is closed or the process ends, however it ends.
    _lock: File,
}

/// Why shards cannot be merged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// There is no sweep.
    #[error(
        "{0}: holds no sweep ({MANIFEST} is missing) [give the folder of `bandwise sweep --out`]"
    )]
    NoSweep(String),
    /// The manifest cannot be understood.
    #[error("{place}: {reason}")]
    Broken {
        /// The file.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A shard is of another sweep.
    #[error(
        "{place} is a shard of another sweep than {first}: other {differences} [make all shards with \
         the same arguments and the same program]"
    )]
    Differ {
        /// The shard.
        place: String,
        /// The first shard.
        first: String,
        /// What differs.
        differences: String,
    },
    /// Parts are missing.
    #[error(
        "{missing} of {parts} parts are in none of the folders: {which} [run the shards that are not \
         done, or start the sweep itself in one of the folders: it does what is missing]"
    )]
    Missing {
        /// How many are missing.
        missing: usize,
        /// How many there are.
        parts: usize,
        /// Their names.
        which: String,
    },
    /// A file cannot be read.
    #[error("{0}")]
    Data(#[from] DataError),
}

/// Why parts cannot be joined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// A part cannot be read.
    #[error("{0}")]
    Data(#[from] DataError),
    /// A table cannot be written.
    #[error("{0}")]
    Output(#[from] OutputError),
}

/// What came of joining, as far as the card tells of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Joined {
    /// Rows of `authorities.csv`, as far as the card needs them.
    pub rows: Vec<CardRow>,
    /// Rows of `failures.csv`: scenario, authority and message.
    pub failures: Vec<[String; 3]>,
    /// Caveats, the most frequent first.
    pub caveats: Vec<Caveat>,
}

/// A caveat of `warnings.csv`, and how many jobs it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caveat {
    /// Its short name.
    pub warning: String,
    /// How many jobs have it.
    pub jobs: usize,
    /// Its sentences with how many jobs have each and the first authority of them; no more than
    /// [`Caveat::MOST`] and one, however many there are.
    pub sentences: Vec<(String, usize, String)>,
    /// The job that it was last found in.
    last: (String, String),
}

impl Caveat {
    /// Most sentences of one name that are kept apart.
    pub const MOST: usize = 6;

    /// Counts a row of `warnings`; rows of one job follow each other.
    fn count(known: &mut Vec<Self>, [scenario, authority, warning, message]: [&str; 4]) {
        let at = known.iter().position(|one| one.warning == warning);
        let one = match at {
            Some(at) => &mut known[at],
            None => {
                known.push(Self {
                    warning: warning.to_owned(),
                    jobs: 0,
                    sentences: Vec::new(),
                    last: (String::new(), String::new()),
                });
                known.last_mut().expect("one was added")
            }
        };
        if (one.last.0.as_str(), one.last.1.as_str()) != (scenario, authority) {
            one.jobs += 1;
            one.last = (scenario.to_owned(), authority.to_owned());
        }
        let room = one.sentences.len() <= Self::MOST;
        match one.sentences.iter_mut().find(|(held, ..)| held == message) {
            Some((_, jobs, _)) => *jobs += 1,
            None if room => {
                let first = (message.to_owned(), 1, authority.to_owned());
                one.sentences.push(first);
            }
            None => {}
        }
    }
}

/// A row of `authorities.csv` as far as card, league and briefing need it.
#[derive(Debug, Clone, PartialEq)]
pub struct CardRow {
    /// Name of the scenario.
    pub scenario: String,
    /// ONS code of the authority.
    pub authority_code: String,
    /// Name of the authority.
    pub authority: String,
    /// The financial year voted on.
    pub vote_year: String,
    /// What the law asks for, and so what the yield is over.
    pub kind: Kind,
    /// Dwellings.
    pub n_dwellings: i64,
    /// Share of them in bands whose own element does not rise.
    pub share_frozen: f64,
    /// Yield after relief, pounds a year, over what its kind says.
    pub net_yield_vs_no: f64,
    /// Relief, pounds a year.
    pub relief: f64,
    /// What a surcharge brings the Exchequer, pounds a year; nothing where there is none.
    pub exchequer: Option<f64>,
    /// Mean of what residents give, pounds a year; nothing where they are not asked to.
    pub contributions: Option<f64>,
    /// Mean share of votes for Yes; nothing without a vote.
    pub yes_share: Option<f64>,
    /// 5th and 95th percentile of it.
    pub yes_range: Option<(f64, f64)>,
    /// Probability of winning; nothing without a vote.
    pub win_probability: Option<f64>,
    /// Standard error of it from the finite number of draws.
    pub win_probability_error: Option<f64>,
}

impl CardRow {
    /// Whether there is a vote.
    pub fn has_vote(&self) -> bool {
        self.kind == Kind::Vote
    }

    /// Pounds a year per dwelling; nothing where there are none.
    pub fn per_dwelling(&self, pounds: f64) -> Option<f64> {
        (self.n_dwellings > 0).then(|| pounds / self.n_dwellings as f64)
    }

    /// What it brings the council, pounds a year: the yield over what its kind says, or what residents give.
    pub fn raised(&self) -> f64 {
        match self.kind {
            Kind::Voluntary => self.contributions.unwrap_or(self.net_yield_vs_no),
            _ => self.net_yield_vs_no,
        }
    }

    /// The same per dwelling; nothing where there are none.
    pub fn yield_per_dwelling(&self) -> Option<f64> {
        self.per_dwelling(self.raised())
    }
}

/// The name of a part's folder.
fn part_name(part: usize) -> String {
    format!("part-{part:05}")
}

/// The parts of a manifest that a shard does: every `of`-th from the one of its number, from 1.
pub fn parts_of(manifest: &Manifest, (shard, of): (usize, usize)) -> Vec<usize> {
    (0..manifest.parts())
        .filter(|part| part % of == shard - 1)
        .collect()
}

/// The manifest of a folder; nothing where it holds no sweep.
fn manifest_of(place: &Path) -> Result<Option<Manifest>, MergeError> {
    let path = place.join(MANIFEST);
    let Some(text) = parts::text(&path)? else {
        return Ok(None);
    };
    let manifest = serde_json::from_str(&text).map_err(|error| MergeError::Broken {
        place: path.display().to_string(),
        reason: format!(
            "is broken, or no manifest of a sweep by this version of bandwise: {error}"
        ),
    })?;
    Ok(Some(manifest))
}

/// The manifest of the sweep that some folders are shards of, and the folder of each of its parts: the
/// first that is whole.
///
/// # Errors
/// When a folder holds no sweep, or another one, or parts are missing or broken in all that have them.
pub fn find_parts(shards: &[PathBuf]) -> Result<(Manifest, Vec<PathBuf>), MergeError> {
    let mut known: Option<(String, Manifest)> = None;
    for shard in shards {
        let place = shard.display().to_string();
        let manifest = manifest_of(shard)?.ok_or(MergeError::NoSweep(place.clone()))?;
        match &known {
            None => known = Some((place, manifest)),
            Some((first, held)) => {
                let differences = held.differences(&manifest);
                if !differences.is_empty() {
                    return Err(MergeError::Differ {
                        place,
                        first: first.clone(),
                        differences: differences.join(", "),
                    });
                }
            }
        }
    }
    let Some((_, manifest)) = known else {
        return Err(MergeError::NoSweep("nothing".to_owned()));
    };
    let parts = manifest.parts();
    let sweep = manifest.sha256();
    let (mut found, mut missing) = (Vec::with_capacity(parts), Vec::new());
    for part in 0..parts {
        match shard_with(part, &sweep, shards)? {
            Some(folder) => found.push(folder),
            None => missing.push(part_name(part)),
        }
    }
    if missing.is_empty() {
        return Ok((manifest, found));
    }
    const MOST_NAMED: usize = 12;
    let mut which = missing[..missing.len().min(MOST_NAMED)].join(", ");
    if missing.len() > MOST_NAMED {
        which.push_str(", ...");
    }
    Err(MergeError::Missing {
        missing: missing.len(),
        parts,
        which,
    })
}

/// The folder of a part in the first shard that has it whole; nothing where none has it.
///
/// # Errors
/// When it is broken in every shard that has it: of the first.
fn shard_with(part: usize, sweep: &str, shards: &[PathBuf]) -> Result<Option<PathBuf>, DataError> {
    let mut broken = None;
    for shard in shards {
        let folder = shard.join(PARTS).join(part_name(part));
        if !is_there(&folder) {
            continue;
        }
        match parts::check(&folder, sweep, part, &tables_of_part()) {
            Ok(()) => return Ok(Some(folder)),
            Err(error) => drop(broken.get_or_insert(error)),
        }
    }
    broken.map_or(Ok(None), Err)
}

/// Whether there is something of a name, even a link that leads nowhere.
fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// The files of a part's tables.
fn tables_of_part() -> Vec<String> {
    let names = SWEEP_TABLES.iter();
    names
        .map(|table| format!("{}.parquet", table.name))
        .collect()
}

impl SweepFolder {
    /// Opens the folder of a sweep: a new one, or one that holds the same sweep, which then goes on.
    /// With `force` another sweep that lies there is removed; nothing but a sweep ever is.
    ///
    /// # Errors
    /// When it holds something else or a manifest that is broken, another process writes there, or it
    /// cannot be written to.
    pub fn open(place: &Path, manifest: Manifest, force: bool) -> Result<Self, OutputError> {
        let cannot = |error: &io::Error| cannot_write(place, error);
        let name = || place.display().to_string();
        if place.exists() && !place.is_dir() {
            return Err(OutputError::NotAFolder(name()));
        }
        fs::create_dir_all(place).map_err(|error| cannot(&error))?;
        if known(place)?.is_none() && !is_empty(place).map_err(|error| cannot(&error))? {
            return Err(OutputError::NotASweep(name()));
        }
        let lock = File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(place.join(LOCK))
            .map_err(|error| cannot(&error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(OutputError::Busy(name())),
            Err(TryLockError::Error(error)) => return Err(cannot(&error)),
        }
        // Another process may have written between the first look and the lock.
        let mut held = known(place)?;
        if let Some(other) = &held {
            let differences = manifest.differences(other).join(", ");
            if !differences.is_empty() {
                if !force {
                    return Err(OutputError::OtherSweep {
                        place: name(),
                        differences,
                    });
                }
                clear(place, other)?;
                held = None;
            }
        }
        // What a killed process left half written.
        let under_way = place.join(UNDER_WAY);
        remove_folder(&under_way).map_err(|error| cannot(&error))?;
        fs::create_dir(&under_way).map_err(|error| cannot(&error))?;
        let is_new = held.is_none();
        let folder = Self {
            sweep: manifest.sha256(),
            place: place.to_owned(),
            manifest: held.unwrap_or(manifest),
            _lock: lock,
        };
        if is_new {
            folder.write(MANIFEST, &folder.manifest.to_json())?;
        }
        fs::create_dir_all(place.join(PARTS)).map_err(|error| cannot(&error))?;
        sync_folder(place).map_err(|error| cannot(&error))?;
        Ok(folder)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.place
    }

    /// What is swept.
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Whether a part is finished and as it was written. One that is not whole is removed, and `told`
    /// why.
    ///
    /// # Errors
    /// When one that is not whole cannot be removed, or holds other files.
    pub fn is_done(&self, part: usize, told: impl FnOnce(&DataError)) -> Result<bool, OutputError> {
        let folder = self.part(part);
        if !is_there(&folder) {
            return Ok(false);
        }
        match parts::check(&folder, &self.sweep, part, &tables_of_part()) {
            Ok(()) => Ok(true),
            Err(error) => {
                only_part_files(&folder)?;
                remove_part(&folder).map_err(|error| cannot_write(&folder, &error))?;
                told(&error);
                Ok(false)
            }
        }
    }

    fn part(&self, part: usize) -> PathBuf {
        self.place.join(PARTS).join(part_name(part))
    }

    /// Writes the tables of a part: whole or not at all.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn write_part(&self, part: usize, jobs: &[JobRows]) -> Result<(), OutputError> {
        self.add_part(part, |folder| {
            let mut digests = BTreeMap::new();
            for (position, name) in tables_of_part().into_iter().enumerate() {
                let bytes = part_bytes(position, jobs).map_err(io::Error::other)?;
                write_synced(&folder.join(&name), &bytes)?;
                digests.insert(name, sha256(&bytes));
            }
            let seal = json!({ "sweep_sha256": self.sweep, "part": part, "sha256": digests });
            write_synced(&folder.join(SEAL), &json(&seal))
        })
    }

    /// Takes every part that is not here over from the folder found for it; `told` of one here that is
    /// not whole and is replaced.
    ///
    /// # Errors
    /// When it cannot be copied.
    pub fn take_parts(
        &self,
        found: &[PathBuf],
        mut told: impl FnMut(&DataError),
    ) -> Result<(), OutputError> {
        for (part, found) in found.iter().enumerate() {
            if self.is_done(part, &mut told)? {
                continue;
            }
            self.add_part(part, |folder| {
                for name in tables_of_part().into_iter().chain([SEAL.to_owned()]) {
                    fs::copy(found.join(&name), folder.join(&name))?;
                    File::options()
                        .write(true)
                        .open(folder.join(&name))?
                        .sync_all()?;
                }
                parts::check(folder, &self.sweep, part, &tables_of_part()).map_err(io::Error::other)
            })?;
        }
        Ok(())
    }

    fn add_part(
        &self,
        part: usize,
        fill: impl FnOnce(&Path) -> io::Result<()>,
    ) -> Result<(), OutputError> {
        let target = self.part(part);
        let aside = self.place.join(UNDER_WAY).join(part_name(part));
        let added = remove_folder(&aside)
            .and_then(|()| fs::create_dir(&aside))
            .and_then(|()| fill(&aside))
            .and_then(|()| open_to_readers(&aside))
            .and_then(|()| sync_folder(&aside))
            .and_then(|()| fs::rename(&aside, &target))
            .and_then(|()| sync_folder(&self.place.join(PARTS)));
        added.map_err(|error| cannot_write(&target, &error))
    }

    /// Joins the parts in order and writes the tables, what describes them, and the scenarios.
    ///
    /// # Errors
    /// When a part cannot be read, or a file cannot be written.
    pub fn join(&self) -> Result<Joined, JoinError> {
        let mut joined = Joined {
            rows: Vec::new(),
            failures: Vec::new(),
            caveats: Vec::new(),
        };
        // A part that cannot be read, or is not as it was written, is told before anything is written.
        for part in 0..self.manifest.parts() {
            parts::check(&self.part(part), &self.sweep, part, &tables_of_part())?;
        }
        for (position, table) in SWEEP_TABLES.iter().enumerate() {
            for part in 0..self.manifest.parts() {
                let frame = self.table(part, position)?;
                let rows = rows_of_frame(position, &frame).map_err(|error| {
                    DataError::fault(&self.part_file(part, position), error.to_string())
                })?;
                match position {
                    0 => joined.rows.extend(card_rows(position, &rows)),
                    _ if table.name == "failures" => {
                        joined.failures.extend(rows.iter().map(|row| failure(row)));
                    }
                    _ if table.name == "warnings" => {
                        for row in &rows {
                            Caveat::count(&mut joined.caveats, warning(row));
                        }
                    }
                    _ => {}
                }
            }
        }
        joined
            .caveats
            .sort_by_key(|caveat| std::cmp::Reverse(caveat.jobs));
        self.write_joined(&joined)?;
        Ok(joined)
    }

    fn part_file(&self, part: usize, position: usize) -> PathBuf {
        let name = SWEEP_TABLES[position].name;
        self.part(part).join(format!("{name}.parquet"))
    }

    fn table(&self, part: usize, position: usize) -> Result<DataFrame, DataError> {
        parts::table(&self.part_file(part, position))
    }

    fn write_joined(&self, joined: &Joined) -> Result<(), JoinError> {
        let scenarios = self.place.join(SCENARIOS);
        fs::create_dir_all(&scenarios).map_err(|error| cannot_write(&scenarios, &error))?;
        for (index, one) in self.manifest.scenarios.iter().enumerate() {
            self.write(&scenario_file(index, &one.key), one.toml.as_bytes())?;
        }
        sync_folder(&scenarios).map_err(|error| cannot_write(&scenarios, &error))?;
        for (position, table) in SWEEP_TABLES.iter().enumerate() {
            let name = format!("{}.csv", table.name);
            self.fill(&name, |file| self.join_csv(position, file))?;
            let name = format!("{}.parquet", table.name);
            self.fill(&name, |file| self.join_parquet(position, file))?;
        }
        let broken = |error: PolarsError| cannot_write(&self.place, &io::Error::other(error));
        let (csv_bytes, parquet_bytes) = self.scenarios().map_err(broken)?;
        self.write("scenarios.csv", &csv_bytes)?;
        self.write("scenarios.parquet", &parquet_bytes)?;
        let league = league(&self.manifest, &joined.rows);
        self.write("league.csv", &csv(&league))?;
        self.write("league.parquet", &parquet(&league).map_err(broken)?)?;
        let tables = table_provenance()?;
        let charts = figures::of_sweep(&self.manifest, joined)?;
        let pictures = figures::pictures(&charts);
        let paper = of_sweep(&self.manifest, joined, &league, &tables, &charts);
        self.write("briefing.html", html(&paper).as_bytes())?;
        self.write("briefing.md", markdown(&paper).as_bytes())?;
        let pages = word(&paper, &pictures).map_err(|error| {
            cannot_write(&self.place.join("briefing.docx"), &io::Error::other(error))
        })?;
        self.write("briefing.docx", &pages)?;
        let folder = self.place.join(figures::FOLDER);
        fs::create_dir_all(&folder).map_err(|error| cannot_write(&folder, &error))?;
        let drawn = figures::files(&charts, &pictures);
        for (name, bytes) in &drawn {
            self.write(name, bytes)?;
        }
        sync_folder(&folder).map_err(|error| cannot_write(&folder, &error))?;
        self.write("provenance.json", &self.provenance(&tables))?;
        let drawn = drawn.into_iter().map(|(name, _)| name);
        let package = self.data_package(joined_files(&self.manifest).into_iter().chain(drawn))?;
        self.write("datapackage.json", &package)?;
        sync_folder(&self.place).map_err(|error| cannot_write(&self.place, &error))?;
        Ok(())
    }

    /// Writes a file of the sweep, whole or not at all.
    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), OutputError> {
        self.fill(name, |mut file| file.write_all(bytes))
    }

    /// The same of a file that is written part by part.
    fn fill(
        &self,
        name: &str,
        fill: impl FnOnce(&File) -> io::Result<()>,
    ) -> Result<(), OutputError> {
        let aside = self.place.join(UNDER_WAY);
        write_aside(&aside, &self.place.join(name), |file, _| fill(file))
    }

    fn join_csv(&self, position: usize, file: &File) -> io::Result<()> {
        let mut writer = ::csv::WriterBuilder::new()
            .has_headers(false)
            .from_writer(BufWriter::new(file));
        let columns = SWEEP_TABLES[position].columns();
        writer.write_record(columns.iter().map(|column| column.name))?;
        for part in 0..self.manifest.parts() {
            let frame = self.table(part, position).map_err(io::Error::other)?;
            for row in rows_of_frame(position, &frame).map_err(io::Error::other)? {
                writer.serialize(row)?;
            }
        }
        writer.flush()
    }

    fn join_parquet(&self, position: usize, file: &File) -> io::Result<()> {
        let first = self.table(0, position).map_err(io::Error::other)?;
        streamed(file, |file| {
            let mut writer = ParquetWriter::new(file)
                .with_compression(ParquetCompression::Uncompressed)
                .set_parallel(false)
                .batched(first.schema())
                .map_err(io::Error::other)?;
            for part in 0..self.manifest.parts() {
                let frame = self.table(part, position).map_err(io::Error::other)?;
                if frame.height() > 0 {
                    writer.write_batch(&frame).map_err(io::Error::other)?;
                }
            }
            writer.finish().map(drop).map_err(io::Error::other)
        })
    }

    /// The scenarios, with a column for each key that is varied in one of them: as CSV and as Parquet.
    fn scenarios(&self) -> PolarsResult<(Vec<u8>, Vec<u8>)> {
        let keys = self.varied_keys();
        let fixed = scenario_fields().iter().map(ColumnDoc::name_and_kind);
        let mut columns: Vec<(&str, &str)> = fixed.collect();
        columns.extend(keys.iter().map(|key| (*key, "string")));
        let row = |(index, one): (usize, &SweepScenario)| {
            let fixed = values(&ScenarioRow {
                scenario: one.scenario.clone(),
                key: one.key.clone(),
                title: one.title.clone(),
                n_draws: one.draws,
                seed: one.seed,
                file: scenario_file(index, &one.key),
                sha256: one.sha256.clone(),
            });
            let value = |key: &&str| {
                let found = one.varied.iter().find(|varied| varied.key == *key);
                Value::from(found.map(|varied| varied.value.clone()))
            };
            [fixed, keys.iter().map(value).collect()].concat()
        };
        let rows: Vec<Vec<Value>> = self
            .manifest
            .scenarios
            .iter()
            .enumerate()
            .map(row)
            .collect();
        let memory = "a table is written to memory";
        let mut writer = ::csv::WriterBuilder::new()
            .has_headers(false)
            .from_writer(Vec::new());
        writer
            .write_record(columns.iter().map(|(name, _)| name))
            .expect(memory);
        for row in &rows {
            writer.serialize(row).expect(memory);
        }
        Ok((writer.into_inner().expect(memory), typed(columns, &rows)?))
    }

    /// The keys that are varied, in the order of the options.
    fn varied_keys(&self) -> Vec<&str> {
        let mut keys: Vec<&str> = Vec::new();
        for varied in self.manifest.scenarios.iter().flat_map(|one| &one.varied) {
            if !keys.contains(&varied.key.as_str()) {
                keys.push(&varied.key);
            }
        }
        keys
    }

    fn data_package(&self, files: impl Iterator<Item = String>) -> Result<Vec<u8>, DataError> {
        let mut tables: Vec<TableDoc> = SWEEP_TABLES
            .iter()
            .map(|table| TableDoc::new(table.name, table.title, table.key, &table.columns()))
            .collect();
        let mut scenarios = TableDoc::of::<ScenarioRow>();
        for key in self.varied_keys() {
            let description =
                format!("What {key} is in the scenario's file; empty where it is not varied.");
            let field = json!({ "name": key, "type": "any", "description": description });
            scenarios.fields.push(field);
        }
        tables.push(scenarios);
        tables.push(TableDoc::of::<LeagueRow>());
        let file = |name: String| {
            let (bytes, sha256) = parts::size_and_sha256(&self.place.join(&name))?;
            Ok(WrittenFile {
                name,
                bytes,
                sha256,
            })
        };
        let files: Result<Vec<WrittenFile>, DataError> = files.map(file).collect();
        package("sweep", "Scenarios for many authorities", &files?, &tables)
    }

    fn provenance(&self, tables: &[TableProvenance]) -> Vec<u8> {
        let manifest = &self.manifest;
        let scenarios: Vec<Value> = (manifest.scenarios.iter())
            .map(|one| {
                json!({
                    "scenario": one.scenario,
                    "scenario_sha256": one.sha256,
                    "draws": one.draws,
                    "seed": one.seed,
                })
            })
            .collect();
        json(&json!({
            "program": manifest.program,
            "version": manifest.version,
            "scenarios": scenarios,
            "overrides": manifest.overrides,
            "authority_codes": manifest.authorities,
            "vintage": manifest.vintage,
            "vintage_sha256": manifest.vintage_sha256,
            "data_sha256": manifest.data_sha256,
            "tables": tables,
            "licence": LICENCE,
        }))
    }
}

/// The file of a scenario as understood, inside the folder of the sweep.
fn scenario_file(index: usize, key: &str) -> String {
    format!("{SCENARIOS}/{:04}-{key}.toml", index + 1)
}

/// The files that joining writes, but for the charts and the one that describes them.
fn joined_files(manifest: &Manifest) -> Vec<String> {
    let tables = SWEEP_TABLES
        .iter()
        .flat_map(|table| ["csv", "parquet"].map(|ending| format!("{}.{ending}", table.name)));
    let scenarios =
        (manifest.scenarios.iter().enumerate()).map(|(index, one)| scenario_file(index, &one.key));
    let others = [
        "scenarios.csv",
        "scenarios.parquet",
        "league.csv",
        "league.parquet",
        "briefing.html",
        "briefing.md",
        "briefing.docx",
        "provenance.json",
    ];
    let others = others.map(str::to_owned);
    scenarios.chain(tables).chain(others).collect()
}

/// What the folder is known to hold: a sweep of bandwise, or nothing of it.
///
/// # Errors
/// When there is a manifest that is broken, or another program's.
fn known(place: &Path) -> Result<Option<Manifest>, OutputError> {
    let held = manifest_of(place).map_err(|error| match error {
        MergeError::Broken { place, reason } => OutputError::BrokenSweep { place, reason },
        other => OutputError::BrokenSweep {
            place: place.join(MANIFEST).display().to_string(),
            reason: other.to_string(),
        },
    })?;
    match held {
        Some(held) if held.program != env!("CARGO_PKG_NAME") => {
            Err(OutputError::NotASweep(place.display().to_string()))
        }
        held => Ok(held),
    }
}

/// Whether a folder holds nothing, but for what a process leaves that is killed before it has written
/// the manifest.
fn is_empty(place: &Path) -> io::Result<bool> {
    for entry in fs::read_dir(place)? {
        let name = entry?.file_name();
        if name != LOCK && name != UNDER_WAY {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Removes another sweep: its parts, its tables, and its scenarios, and no other file. The manifest
/// goes last: until then it is still a sweep.
fn clear(place: &Path, held: &Manifest) -> Result<(), OutputError> {
    let parts: Vec<PathBuf> = (0..held.parts())
        .map(|part| place.join(PARTS).join(part_name(part)))
        .filter(|part| is_there(part))
        .collect();
    for part in &parts {
        only_part_files(part)?;
    }
    for part in &parts {
        remove_part(part).map_err(|error| cannot_write(part, &error))?;
    }
    let charts = names_of_sweep(held).into_iter().flat_map(|name| {
        ["png", "svg"].map(|ending| format!("{}/{name}.{ending}", figures::FOLDER))
    });
    let names = joined_files(held).into_iter().chain(charts);
    let names = names.chain(["datapackage.json", MANIFEST].map(str::to_owned));
    for path in names.map(|name| place.join(name)) {
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(cannot_write(&path, &error));
            }
            _ => {}
        }
    }
    // They stay where they hold other files.
    drop(fs::remove_dir(place.join(SCENARIOS)));
    drop(fs::remove_dir(place.join(figures::FOLDER)));
    Ok(())
}

/// Checks that a part's folder is one and holds the files of a part only.
fn only_part_files(folder: &Path) -> Result<(), OutputError> {
    let foreign = |path: &Path| Err(OutputError::NotOfASweep(path.display().to_string()));
    if !folder.symlink_metadata().is_ok_and(|found| found.is_dir()) {
        return foreign(folder);
    }
    let cannot = |error: &io::Error| cannot_write(folder, error);
    for entry in fs::read_dir(folder).map_err(|error| cannot(&error))? {
        let entry = entry.map_err(|error| cannot(&error))?;
        let name = entry.file_name();
        if name != SEAL && !tables_of_part().iter().any(|table| name == table.as_str()) {
            return foreign(&entry.path());
        }
    }
    Ok(())
}

/// Removes the files of a part, and its folder.
fn remove_part(folder: &Path) -> io::Result<()> {
    for name in tables_of_part().into_iter().chain([SEAL.to_owned()]) {
        match fs::remove_file(folder.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    fs::remove_dir(folder)
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn remove_folder(place: &Path) -> io::Result<()> {
    match fs::remove_dir_all(place) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// What the card needs of rows of `authorities`.
fn card_rows(position: usize, rows: &[Vec<Value>]) -> Vec<CardRow> {
    let columns = SWEEP_TABLES[position].columns();
    let at = |name: &str| columns.iter().position(|column| column.name == name);
    let row = |row: &Vec<Value>| {
        let value = |name: &str| at(name).map_or(&Value::Null, |at| &row[at]);
        Some(CardRow {
            scenario: value("scenario").as_str()?.to_owned(),
            authority_code: value("authority_code").as_str()?.to_owned(),
            authority: value("authority").as_str()?.to_owned(),
            vote_year: value("vote_year").as_str()?.to_owned(),
            kind: Kind::of(value("route").as_str()?, value("no_rise").as_f64()?),
            n_dwellings: value("n_dwellings").as_i64()?,
            share_frozen: value("share_frozen_dwellings_own_element").as_f64()?,
            net_yield_vs_no: value("net_yield_vs_no_pounds").as_f64()?,
            relief: value("relief_cost_pounds").as_f64()?,
            exchequer: value("exchequer_yield_pounds").as_f64(),
            contributions: value("contributions_pounds").as_f64(),
            yes_share: value("yes_share").as_f64(),
            yes_range: (value("yes_share_p05").as_f64()).zip(value("yes_share_p95").as_f64()),
            win_probability: value("win_probability").as_f64(),
            win_probability_error: value("win_probability_monte_carlo_error").as_f64(),
        })
    };
    rows.iter().filter_map(row).collect()
}

/// Scenario, authority and message of a row of `failures`.
fn failure(row: &[Value]) -> [String; 3] {
    [0, 2, 3].map(|at| text_at(row, at).to_owned())
}

/// Scenario, authority, short name and message of a row of `warnings`.
fn warning(row: &[Value]) -> [&str; 4] {
    [0, 2, 3, 4].map(|at| text_at(row, at))
}

fn text_at(row: &[Value], at: usize) -> &str {
    row.get(at).and_then(Value::as_str).unwrap_or_default()
}
