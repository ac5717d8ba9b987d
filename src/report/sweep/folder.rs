//! The folder of a sweep: finished parts, and the tables that are joined from them.
//!
//! `sweep.json` is written first. A finished part is a folder under `parts/`, filled aside and
//! renamed: it is there whole or not at all. A lock keeps a second process away for as long as the
//! first lives.

use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use polars::prelude::*;
use serde_json::{Value, json};

use super::super::csv::csv;
use super::super::files::{OutputError, cannot_write, open_to_readers, write_file, write_stream};
use super::super::json::{json, package, resource_of};
use super::super::results::{LICENCE, TableProvenance, table_provenance};
use super::manifest::Manifest;
use super::tables::{
    JobRows, SWEEP_TABLES, ScenarioRow, part_bytes, rows_of_frame, scenario_fields,
};
use crate::data::{DataError, parts};

/// The manifest, by which a folder of a sweep is known.
const MANIFEST: &str = "sweep.json";
/// Finished parts.
const PARTS: &str = "parts";
/// Parts that are being written; what a killed process leaves there is removed by the next.
const UNDER_WAY: &str = ".under-way";
/// Held by the process that writes.
const LOCK: &str = ".lock";
/// The scenarios as understood.
const SCENARIOS: &str = "scenarios";

/// The folder of one sweep, of which no other process writes.
#[derive(Debug)]
pub struct SweepFolder {
    place: PathBuf,
    manifest: Manifest,
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
    /// The manifest is not one.
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
}

/// A row of `authorities.csv` as far as the card needs it.
#[derive(Debug, Clone, PartialEq)]
pub struct CardRow {
    /// Name of the scenario.
    pub scenario: String,
    /// Name of the authority.
    pub authority: String,
    /// Dwellings.
    pub n_dwellings: i64,
    /// Share of them in bands whose own element does not rise.
    pub share_frozen: f64,
    /// Yield after relief over a No, pounds a year.
    pub net_yield_vs_no: f64,
    /// Probability of winning; nothing without a vote.
    pub win_probability: Option<f64>,
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
        reason: format!("is no manifest of a sweep by this version of bandwise: {error}"),
    })?;
    Ok(Some(manifest))
}

/// The parts that are in none of some folders of one sweep, as an error; else its manifest.
///
/// # Errors
/// When a folder holds no sweep, or another one, or parts are missing.
pub fn missing_parts(shards: &[PathBuf]) -> Result<Manifest, MergeError> {
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
    let missing: Vec<String> = (0..parts)
        .filter(|&part| shard_with(part, shards).is_none())
        .map(part_name)
        .collect();
    if missing.is_empty() {
        return Ok(manifest);
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

/// The folder of a part in the first shard that has it.
fn shard_with(part: usize, shards: &[PathBuf]) -> Option<PathBuf> {
    let folders = shards
        .iter()
        .map(|shard| shard.join(PARTS).join(part_name(part)));
    folders.into_iter().find(|folder| folder.is_dir())
}

impl SweepFolder {
    /// Opens the folder of a sweep: a new one, or one that holds the same sweep, which then goes on.
    /// With `force` another sweep that lies there is removed; nothing but a sweep ever is.
    ///
    /// # Errors
    /// When it holds something else, another process writes there, or it cannot be written to.
    pub fn open(place: &Path, manifest: Manifest, force: bool) -> Result<Self, OutputError> {
        let cannot = |error: &io::Error| cannot_write(place, error);
        let name = || place.display().to_string();
        if place.exists() && !place.is_dir() {
            return Err(OutputError::NotAFolder(name()));
        }
        fs::create_dir_all(place).map_err(|error| cannot(&error))?;
        let held = manifest_of(place);
        if matches!(held, Ok(None)) && !is_empty(place).map_err(|error| cannot(&error))? {
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
        let differences = match manifest_of(place) {
            Ok(None) => None,
            Ok(Some(held)) => {
                let differences = manifest.differences(&held);
                (!differences.is_empty()).then(|| differences.join(", "))
            }
            Err(_) => Some("form".to_owned()),
        };
        match differences {
            Some(differences) if !force => {
                return Err(OutputError::OtherSweep {
                    place: name(),
                    differences,
                });
            }
            Some(_) => clear(place).map_err(|error| cannot(&error))?,
            None => {}
        }
        clean(place).map_err(|error| cannot(&error))?;
        if !place.join(MANIFEST).is_file() {
            write_file(&place.join(MANIFEST), &manifest.to_json(), true)?;
        }
        for folder in [PARTS, UNDER_WAY] {
            fs::create_dir_all(place.join(folder)).map_err(|error| cannot(&error))?;
        }
        Ok(Self {
            place: place.to_owned(),
            manifest,
            _lock: lock,
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.place
    }

    /// What is swept.
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Whether a part is finished.
    pub fn is_done(&self, part: usize) -> bool {
        self.part(part).is_dir()
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
            for (position, table) in SWEEP_TABLES.iter().enumerate() {
                let bytes = part_bytes(position, jobs).map_err(io::Error::other)?;
                let mut file = File::create(folder.join(format!("{}.parquet", table.name)))?;
                file.write_all(&bytes)?;
                file.sync_all()?;
            }
            Ok(())
        })
    }

    /// Takes every part that is not here over from the first of the shards that has it.
    ///
    /// # Errors
    /// When it cannot be copied.
    pub fn take_parts(&self, shards: &[PathBuf]) -> Result<(), OutputError> {
        for part in 0..self.manifest.parts() {
            if self.is_done(part) {
                continue;
            }
            let Some(found) = shard_with(part, shards) else {
                continue;
            };
            self.add_part(part, |folder| {
                for table in SWEEP_TABLES {
                    let name = format!("{}.parquet", table.name);
                    fs::copy(found.join(&name), folder.join(&name))?;
                    File::options()
                        .write(true)
                        .open(folder.join(&name))?
                        .sync_all()?;
                }
                Ok(())
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
            .and_then(|()| fs::rename(&aside, &target));
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
        };
        for (position, table) in SWEEP_TABLES.iter().enumerate() {
            // A part that cannot be read is told before anything is written.
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
                    _ => {}
                }
            }
        }
        self.write_joined()?;
        Ok(joined)
    }

    fn part_file(&self, part: usize, position: usize) -> PathBuf {
        let name = SWEEP_TABLES[position].name;
        self.part(part).join(format!("{name}.parquet"))
    }

    fn table(&self, part: usize, position: usize) -> Result<DataFrame, DataError> {
        parts::table(&self.part_file(part, position))
    }

    fn write_joined(&self) -> Result<(), OutputError> {
        let scenarios = self.place.join(SCENARIOS);
        fs::create_dir_all(&scenarios).map_err(|error| cannot_write(&scenarios, &error))?;
        for (index, one) in self.manifest.scenarios.iter().enumerate() {
            let path = self.place.join(scenario_file(index, &one.key));
            write_file(&path, one.toml.as_bytes(), true)?;
        }
        for (position, table) in SWEEP_TABLES.iter().enumerate() {
            let path = self.place.join(format!("{}.csv", table.name));
            write_stream(&path, |file, _| self.join_csv(position, file))?;
            let path = self.place.join(format!("{}.parquet", table.name));
            write_stream(&path, |file, _| self.join_parquet(position, file))?;
        }
        let write = |name: &str, bytes: &[u8]| write_file(&self.place.join(name), bytes, true);
        write("scenarios.csv", &self.scenarios_csv())?;
        write("datapackage.json", &self.data_package())?;
        let provenance = self
            .provenance()
            .map_err(|error| cannot_write(&self.place, &io::Error::other(error)))?;
        write("provenance.json", &provenance)
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
        let mut writer = ParquetWriter::new(BufWriter::new(file))
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
        writer.finish().map_err(io::Error::other)?;
        Ok(())
    }

    /// The scenarios, with a column for each key that is varied in one of them.
    fn scenarios_csv(&self) -> Vec<u8> {
        let rows: Vec<ScenarioRow> = (self.manifest.scenarios.iter().enumerate())
            .map(|(index, one)| ScenarioRow {
                scenario: one.scenario.clone(),
                key: one.key.clone(),
                title: one.title.clone(),
                n_draws: one.draws,
                seed: one.seed,
                file: scenario_file(index, &one.key),
                sha256: one.sha256.clone(),
            })
            .collect();
        let keys = self.varied_keys();
        if keys.is_empty() {
            return csv(&rows);
        }
        let memory = "a table is written to memory";
        let mut writer = ::csv::WriterBuilder::new()
            .has_headers(false)
            .from_writer(Vec::new());
        let fixed = scenario_fields().iter().map(|column| column.name);
        let names: Vec<&str> = fixed.chain(keys.iter().copied()).collect();
        writer.write_record(names).expect(memory);
        for (row, one) in rows.iter().zip(&self.manifest.scenarios) {
            let value = |key: &&str| {
                let found = one.varied.iter().find(|varied| varied.key == *key);
                found.map(|varied| varied.value.clone())
            };
            let varied: Vec<Option<String>> = keys.iter().map(value).collect();
            writer.serialize((row, varied)).expect(memory);
        }
        writer.into_inner().expect(memory)
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

    fn data_package(&self) -> Vec<u8> {
        let mut resources: Vec<Value> = SWEEP_TABLES
            .iter()
            .map(|table| resource_of(table.name, table.title, &table.columns()))
            .collect();
        let mut scenarios = resource_of("scenarios", "The scenarios.", scenario_fields());
        if let Some(fields) = scenarios["schema"]["fields"].as_array_mut() {
            for key in self.varied_keys() {
                let description =
                    format!("What {key} is in the scenario's file; empty where it is not varied.");
                fields.push(json!({ "name": key, "type": "any", "description": description }));
            }
        }
        resources.push(scenarios);
        package("sweep", "Scenarios for many authorities", &resources)
    }

    fn provenance(&self) -> Result<Vec<u8>, DataError> {
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
        let tables: Vec<TableProvenance> = table_provenance()?;
        Ok(json(&json!({
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
        })))
    }
}

/// The file of a scenario as understood, inside the folder of the sweep.
fn scenario_file(index: usize, key: &str) -> String {
    format!("{SCENARIOS}/{:04}-{key}.toml", index + 1)
}

/// Whether a folder holds nothing, but for a lock and what a killed process left unnamed.
fn is_empty(place: &Path) -> io::Result<bool> {
    for entry in fs::read_dir(place)? {
        if !entry?.file_name().as_encoded_bytes().starts_with(b".") {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Removes what a killed process left: parts half written, and files that had no name yet.
fn clean(place: &Path) -> io::Result<()> {
    remove_folder(&place.join(UNDER_WAY))?;
    for entry in fs::read_dir(place)? {
        let entry = entry?;
        if entry.file_name().as_encoded_bytes().starts_with(b".tmp") && entry.path().is_file() {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Removes the results of another sweep. The manifest goes last: until then it is still a sweep.
fn clear(place: &Path) -> io::Result<()> {
    for folder in [PARTS, UNDER_WAY, SCENARIOS] {
        remove_folder(&place.join(folder))?;
    }
    let tables = SWEEP_TABLES
        .iter()
        .flat_map(|table| ["csv", "parquet"].map(|ending| format!("{}.{ending}", table.name)));
    let others = [
        "scenarios.csv",
        "datapackage.json",
        "provenance.json",
        MANIFEST,
    ];
    for name in tables.chain(others.map(str::to_owned)) {
        match fs::remove_file(place.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
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
            authority: value("authority").as_str()?.to_owned(),
            n_dwellings: value("n_dwellings").as_i64()?,
            share_frozen: value("share_frozen_dwellings_own_element").as_f64()?,
            net_yield_vs_no: value("net_yield_vs_no_pounds").as_f64()?,
            win_probability: value("win_probability").as_f64(),
        })
    };
    rows.iter().filter_map(row).collect()
}

/// Scenario, authority and message of a row of `failures`.
fn failure(row: &[Value]) -> [String; 3] {
    let text = |at: usize| {
        row.get(at)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    [text(0), text(2), text(3)]
}
