//! Floor 5: the doors out. Typed results become bytes here and nowhere else.

pub mod backtest;
pub mod calibration;
pub mod card;
pub mod chart;
pub mod csv;
pub mod days;
pub mod dictionary;
pub mod document;
pub mod figures;
pub mod files;
pub mod frontier;
pub mod households;
pub mod json;
pub mod league;
pub mod medium_term;
pub mod needs;
pub mod package;
pub mod paper;
pub mod parquet;
pub mod perception;
pub mod results;
pub mod scenario_file;
pub mod sensitivity;
mod staging;
mod summary;
pub mod sweep;
pub mod tables;
pub mod text;
pub mod who_pays;
pub mod workbook;

pub use files::{OutputError, OutputFolder};
pub use package::Tables;
pub use results::{Briefing, Provenance, briefing, briefing_at_once};
