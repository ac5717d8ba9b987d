//! A sweep: scenarios times authorities, one row a job, in parts that are written as they are done.
//!
//! `manifest`: what is swept. `tables`: the rows of a job. `folder`: parts on disk, and how they are
//! joined. `league`: who stands where. `card`: what is printed.

mod card;
mod folder;
mod league;
mod manifest;
mod tables;

pub use card::{TARGET, card, reaches_both, reasons};
pub use folder::{
    CardRow, Caveat, JoinError, Joined, MergeError, SweepFolder, find_parts, parts_of,
};
pub use league::{Among, RANKED, Ranked, league};
pub use manifest::{Manifest, SweepScenario, VariedValue};
pub use tables::{
    FailureRow, JobRows, SWEEP_TABLES, ScenarioRow, SweepTable, failed_job, job_rows,
    scenario_fields,
};
