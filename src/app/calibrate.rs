//! `calibrate`: what past ballots and surveys say of the vote.

use bandwise::data::{Assumptions, evidence, scenario};
use bandwise::domain::Evidence;
use bandwise::report::calibration::{
    calibration_rows, card, evidence_rows, fit_rows, fitted_normal_csv, fitted_normal_file,
};
use bandwise::report::{Sink, Tables, json};
use bandwise::simulation::calibrate::calibrate as learn;
use bandwise::simulation::learn::Effort;
use bandwise::simulation::on_threads;

use super::cli::{CalibrateArgs, EffortArgs};
use super::exit::{Failure, print};
use super::run::open;

/// Learns from the evidence, writes the tables and prints the card.
pub fn calibrate(args: &CalibrateArgs) -> Result<(), Failure> {
    let assumptions = Assumptions::embedded().map_err(Failure::bug)?;
    let mut evidence = evidence::embedded(&assumptions).map_err(Failure::bug)?;
    leave_out(&mut evidence, &args.leave_out)?;
    let folder = open(&args.output, "calibration".to_owned())?;
    let effort = args.effort.effort();
    let calibration = on_threads(args.output.threads, || {
        learn(&assumptions, evidence, effort)
    });
    let fit = fit_rows(&calibration).map_err(Failure::bug)?;
    let mut tables = Tables::both(&folder);
    tables.add(&calibration_rows(&calibration))?;
    tables.add(&evidence_rows(&calibration))?;
    tables.add(&fit)?;
    let fitted = fitted_normal_csv(&calibration.learned.fitted);
    folder.write(fitted_normal_file(), &fitted)?;
    folder.write("provenance.json", &json::json(&fit))?;
    tables.describe(
        "calibration",
        "What past ballots and surveys say of the vote",
    )?;
    let place = folder.commit()?.display().to_string();
    print(&card(&calibration, &place))
}

impl EffortArgs {
    /// As the library has it.
    pub fn effort(&self) -> Effort {
        Effort {
            draws: self.draws,
            rounds: self.rounds,
            seed: self.seed,
        }
    }
}

/// Leaves out the ballots of these keys.
fn leave_out(evidence: &mut Evidence, keys: &[String]) -> Result<(), Failure> {
    for key in keys {
        if keys.iter().filter(|other| *other == key).count() > 1 {
            return Err(Failure::bad_input(format!(
                "leave-out: {key:?} stands twice"
            )));
        }
        let known: Vec<&str> = evidence
            .ballots
            .iter()
            .map(|one| one.key.as_str())
            .collect();
        if !known.contains(&key.as_str()) {
            return Err(Failure::bad_input(format!(
                "leave-out: {key:?} is no ballot to leave out (allowed: {}){}",
                known.join(", "),
                scenario::nearest(key, &known)
            )));
        }
        evidence.ballots.retain(|ballot| ballot.key != *key);
    }
    Ok(())
}
