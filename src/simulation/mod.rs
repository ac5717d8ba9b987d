//! Floor 4: the only floor with randomness or threads.

pub mod backtest;
pub mod calibrate;
pub mod compare;
pub mod days;
pub mod draw;
pub mod example_households;
pub mod homes;
pub mod inputs;
pub mod learn;
pub mod medium_term;
pub mod needs;
pub mod perception;
pub mod prepare;
pub mod run;
pub mod sensitivity;
pub mod sobol;
pub mod stream;
pub mod summary;
pub mod synthetic;
pub mod vector;
pub mod weights;
pub mod who_pays;

pub use compare::{PairedDifference, compare, same_evidence};
pub use days::{DayFigures, days};
pub use example_households::{ExampleBill, example_bills};
pub use homes::{HomeGroup, homes};
pub use needs::{CurvePoint, Lever, Need, Needs, needs};
pub use perception::{Reader, ReaderFigures, perceptions};
pub use prepare::{PrepareError, Prepared, prepare};
pub use run::{DrawOutcomes, NoObserver, Observer, VoteOutcomes, on_threads, run};
pub use summary::{Driver, Spread, drivers, spread, win_probability, win_probability_if_known};
pub use synthetic::Synthetic;
pub use weights::Weights;
pub use who_pays::{BillPart, GroupOfHomes, Grouping, WhoPays, who_pays};
