//! Floor 6: people. Command line, progress, exit codes.

pub mod exit;

mod backtest;
mod ballot;
mod calibrate;
mod cli;
mod compare;
mod data;
mod frontier;
mod households;
mod pdf;
mod progress;
mod run;
mod scenario;
mod sensitivity;
mod sweep;
mod web;

use clap::Parser;

use cli::{Cli, Command};
use exit::Failure;

/// Parses the command line and runs the command.
pub fn dispatch() -> Result<(), Failure> {
    match Cli::parse().command {
        Command::Run(args) => run::run(&args),
        Command::Compare(args) => compare::compare(&args),
        Command::Sweep(args) => sweep::sweep(&args),
        Command::Merge(args) => sweep::merge(&args),
        Command::Ballot(args) => ballot::ballot(&args),
        Command::Backtest(args) => backtest::backtest(&args),
        Command::Frontier(args) => frontier::frontier(&args),
        Command::Sensitivity(args) => sensitivity::sensitivity(&args),
        Command::Calibrate(args) => calibrate::calibrate(&args),
        Command::Households(args) => households::households(&args),
        Command::Data(command) => data::data(command),
        Command::Init(args) => scenario::init(&args),
        Command::Check(args) => scenario::check(&args),
        Command::Schema => scenario::schema(),
        Command::Scenarios => scenario::list(),
        Command::Serve(args) => web::serve(&args),
    }
}
