//! A sweep: scenarios times authorities, one row a job, in parts that are written as they are done.
//!
//! `manifest`: what is swept. `tables`: the rows of a job. `folder`: parts on disk, and how they are
//! joined. `kind`: what the law asks for. `league`: who stands where. `card`: what is printed.

mod card;
mod folder;
mod kind;
mod league;
mod manifest;
mod tables;

pub use card::{TARGET, by_kind, card, reaches_both, reasons};
pub use folder::{
    CardRow, Caveat, JoinError, Joined, MergeError, SweepFolder, find_parts, parts_of,
};
pub use kind::Kind;
pub use league::{Among, RANKED, Ranked, league};
pub use manifest::{Manifest, SweepScenario, VariedValue};
pub use tables::{
    AuthorityRow, FailureRow, JobRows, SWEEP_TABLES, ScenarioRow, SweepTable, failed_job, job_rows,
    scenario_fields,
};
