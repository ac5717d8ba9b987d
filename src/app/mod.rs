//! Floor 6: people. Command line, progress, exit codes.

pub mod cli;
pub mod exit;

mod ballot;
mod compare;
mod data;
mod progress;
mod run;
mod scenario;
