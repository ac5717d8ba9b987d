//! A sweep: scenarios times authorities, one row a job, in parts that are written as they are done.
//!
//! `manifest`: what is swept. `tables`: the rows of a job. `folder`: parts on disk, and how they are
//! joined. `card`: what is printed.

mod card;
mod folder;
mod manifest;
mod tables;

pub use card::card;
pub use folder::{CardRow, JoinError, Joined, MergeError, SweepFolder, find_parts, parts_of};
pub use manifest::{Manifest, SweepScenario, VariedValue};
pub use tables::{
    FailureRow, JobRows, SWEEP_TABLES, ScenarioRow, SweepTable, failed_job, job_rows,
    scenario_fields,
};
