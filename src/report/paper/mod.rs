//! What is said on paper: results put into sentences, tables and figures, in words that a councillor
//! knows and with what every figure is a figure of.

mod run;

pub use run::of_run;
