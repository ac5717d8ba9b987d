//! bandwise models progressive council tax: it applies a proposed banded schedule to the homes of
//! a council, says what is lawful and whether a referendum is needed, and simulates what it would
//! raise, what share of households would be frozen, and the probability of winning the vote.
//!
//! `Scenario + data files -> Cells -> Bills -> Prepared -> DrawOutcomes -> Briefing -> bytes`:
//! each arrow is one function, each noun one immutable type, nothing points back.
//!
//! ```
//! use bandwise::data::{Scenario, World, scenario::Names};
//! use bandwise::report::{briefing, scenario_file};
//! use bandwise::simulation::{NoObserver, prepare, run};
//!
//! let world = World::embedded(Some("2023-24"))?;
//! let mut scenario = Scenario::load("williamson-2018", &Names::of(&world.assumptions))?;
//! scenario.draws = 200;
//! let prepared = prepare(&scenario, &world)?;
//! let outcomes = run(&prepared, &NoObserver);
//! let briefing = briefing(&prepared, &outcomes, &scenario_file::toml(&scenario), &[])?;
//! let frozen = briefing.figure("share_frozen_dwellings_own_element").expect("a figure");
//! assert_eq!(frozen.mean.map(|share| (share * 1000.0).round()), Some(853.0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Floors, from the ground up: a file may use only floors below its own.
//!
//! # Invariants
//! 1. `domain`, `tax` and `vote` do no IO and know no clock, no randomness and no threads.
//! 2. Only `data` reads files; only `report` and `app` make output; only `simulation` uses rand,
//!    rayon, vectors of the processor and optimisers; only `app` uses clap, indicatif and HTTP; Polars stands in `data`, `tax/apply.rs` and
//!    `report` only.
//! 3. Polars runs to its end before the first draw, and sums whole numbers only.
//! 4. A result is a function of scenario, data, seed and program version: not of threads, time,
//!    path or locale, nor of how wide the processor's vectors are: draws stand in their lanes, no sum
//!    crosses them, and only correctly rounded operations are used there. (Where a logarithm of the
//!    standard library is left, a last digit hangs on the C library.)
//! 5. Command line, web page and notebook call the same function with the same scenario.
//! 6. The library never prints, exits or draws a bar; progress goes through an observer.
//!
//! `tests/floors.rs` fails with the sentence when one is broken.

pub mod domain;

pub mod data;

pub mod tax;

pub mod vote;

pub mod simulation;

pub mod report;
