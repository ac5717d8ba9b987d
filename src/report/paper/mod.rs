//! What is said on paper: results put into sentences, tables and figures, in words that a councillor
//! knows and with what every figure is a figure of.

mod compare;
mod run;
mod sweep;

pub use compare::{Compared, KeyBills, key_figures, of_compare};
pub use run::{at_a_glance, of_run};
pub use sweep::of_sweep;
