//! The manifest of a sweep: all that its results are a function of.

use serde::{Deserialize, Serialize};

use super::super::json::json;
use crate::data::catalogue::sha256;

/// What is swept: written first, and never changed. Two starts with the same manifest are one sweep;
/// shards of one sweep have the same manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of this form: 1.
    pub format: u32,
    /// The program.
    pub program: String,
    /// Its version.
    pub version: String,
    /// SHA-256 over all embedded tables.
    pub data_sha256: String,
    /// The year of the figures, or the name of a vintage that the user has installed.
    pub vintage: String,
    /// SHA-256 of an installed vintage's tables; nothing for an embedded one.
    pub vintage_sha256: Option<String>,
    /// What the command line replaced in the scenarios, which stand here with it.
    pub overrides: Vec<String>,
    /// The scenarios in order.
    pub scenarios: Vec<SweepScenario>,
    /// ONS codes of the billing authorities in order.
    pub authorities: Vec<String>,
    /// How many jobs a part has; the last may have fewer.
    pub jobs_per_part: usize,
}

/// One scenario of a sweep, or one point of a grid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SweepScenario {
    /// Its name in the tables: the key, and what is varied.
    pub scenario: String,
    /// The key of the scenario.
    pub key: String,
    /// What is proposed.
    pub title: String,
    /// What is varied in it.
    pub varied: Vec<VariedValue>,
    /// Number of draws.
    pub draws: u32,
    /// Seed.
    pub seed: u64,
    /// SHA-256 of the scenario as understood.
    pub sha256: String,
    /// The scenario as understood, TOML.
    pub toml: String,
}

/// A key of a scenario's file and the value it has in one point of a grid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VariedValue {
    /// The key with its sections.
    pub key: String,
    /// The value as stated.
    pub value: String,
}

impl Manifest {
    /// How many jobs there are: every scenario for every authority.
    pub const fn jobs(&self) -> usize {
        self.scenarios.len() * self.authorities.len()
    }

    /// How many parts they are cut into.
    pub const fn parts(&self) -> usize {
        self.jobs().div_ceil(self.jobs_per_part)
    }

    /// The jobs of a part: positions of the scenario and of the authority, scenario by scenario.
    pub fn jobs_of(&self, part: usize) -> Vec<(usize, usize)> {
        let first = part * self.jobs_per_part;
        let end = (first + self.jobs_per_part).min(self.jobs());
        let job = |job: usize| (job / self.authorities.len(), job % self.authorities.len());
        (first..end).map(job).collect()
    }

    /// The manifest as it stands in its file.
    pub fn to_json(&self) -> Vec<u8> {
        json(self)
    }

    /// SHA-256 of what is swept, however it was stated.
    pub fn sha256(&self) -> String {
        let mut swept = self.clone();
        swept.overrides.clear();
        sha256(&swept.to_json())
    }

    /// What of another manifest is not as in this one, in words. What was stated on the command line
    /// counts as far as it changes a scenario.
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        let parts = [
            ("form", self.format != other.format),
            (
                "program",
                (&self.program, &self.version) != (&other.program, &other.version),
            ),
            ("figures held", self.data_sha256 != other.data_sha256),
            (
                "vintage",
                (&self.vintage, &self.vintage_sha256) != (&other.vintage, &other.vintage_sha256),
            ),
            ("scenarios", self.scenarios != other.scenarios),
            ("authorities", self.authorities != other.authorities),
            ("jobs a part", self.jobs_per_part != other.jobs_per_part),
        ];
        let differs = parts.into_iter().filter(|(_, differs)| *differs);
        differs.map(|(what, _)| what).collect()
    }
}
