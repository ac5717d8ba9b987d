//! Turnout by kind of polling day: the table.

use serde::Serialize;

use super::tables::{ColumnDoc, Record, record};
use crate::simulation::{DayFigures, DrawOutcomes, Prepared, days};

record! {
    /// One kind of polling day and the vote on it, with the same draws and the same luck.
    "days" by day => DayRow {
        day: String as "string", "Kind of polling day, as a scenario names it.";
        words: String as "string", "In words.";
        modelled: bool as "boolean", "Whether it is the day of the scenario, on which the other tables are.";
        turnout: f64 as "number" in "share (0 to 1)", "Mean turnout, votes cast over electors.";
        share_frozen_votes: f64 as "number" in "share (0 to 1)", "Mean share of votes cast from dwellings in bands whose own element does not rise.";
        yes_share: f64 as "number" in "share (0 to 1)", "Mean share of votes for Yes.";
        yes_share_p05: f64 as "number" in "share (0 to 1)", "5th percentile of it.";
        yes_share_p95: f64 as "number" in "share (0 to 1)", "95th percentile of it.";
        win_probability: f64 as "number" in "share (0 to 1)", "Probability of winning; read it with the range of the yes share.";
        monte_carlo_error: f64 as "number" in "share (0 to 1)", "Standard error of it from the finite number of draws.";
        poll_cost_pounds: f64 as "number" in "pounds, once", "Mean cost of the poll, shared with another or alone, pounds.";
        note: String as "string", "What to know before quoting it.";
    }
}

/// A row for each kind of polling day; none where there is no vote.
pub fn rows(prepared: &Prepared, outcomes: &DrawOutcomes) -> Vec<DayRow> {
    let row = |day: DayFigures| DayRow {
        turnout: day.turnout,
        share_frozen_votes: day.share_frozen_votes,
        yes_share: day.yes_share.mean,
        yes_share_p05: day.yes_share.percentiles[0],
        yes_share_p95: day.yes_share.percentiles[4],
        win_probability: day.won.0,
        monte_carlo_error: day.won.1,
        poll_cost_pounds: day.poll_cost,
        note: note(prepared, outcomes, &day),
        day: day.key,
        words: day.words,
        modelled: day.modelled,
    };
    days(prepared, outcomes).into_iter().map(row).collect()
}

fn note(prepared: &Prepared, outcomes: &DrawOutcomes, day: &DayFigures) -> String {
    let mut notes = Vec::new();
    if day.modelled {
        notes.push("the day of the other tables".to_owned());
    } else if prepared.scenario.turnout.is_some() {
        notes.push(
            "the stated turnout is taken for the usual one, which the kind of day multiplies or \
             replaces"
                .to_owned(),
        );
    }
    if day.draws < outcomes.len() {
        notes.push(format!("from the first {} draws", day.draws));
    }
    notes.join("; ")
}
