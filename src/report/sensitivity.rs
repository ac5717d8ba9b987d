//! Table, charts and card of what the result of a scenario depends on.

use serde::Serialize;

use super::card::{Card, in_columns, percent, pounds};
use super::chart::{Axis, NORMAL_90, TornadoBar, TornadoEnd, Unit, tornado};
use super::tables::{ColumnDoc, Record, WarningRow, record};
use crate::domain::money::thousands;
use crate::domain::{Rise, Warning};
use crate::simulation::Prepared;
use crate::simulation::sensitivity::{
    Ends, FactorSensitivity, Origin, Outcome, OutcomeSensitivity, Part, Sensitivity,
};
use crate::simulation::weights::FEW_EFFECTIVE;

record! {
    /// How much an outcome depends on each uncertain input: Sobol indices, and the outcome at both ends of the input.
    "sensitivity" by outcome, input => SensitivityRow {
        outcome: String as "string", "win (1 where the vote is won, 0 where it is lost), yes_share, collected_pounds (really collected over a No) or expected_value_pounds (what holding the vote is worth); only collected_pounds without a vote.";
        unit: String as "string", "Unit of the outcome.";
        input: String as "string", "Name of the uncertain input; luck for wards and the count.";
        meaning: String as "string", "What it says.";
        input_unit: String as "string", "Unit of the input; empty for luck.";
        first_order: Option<f64> as "number" in "share of the variance", "Share of the outcome's variance that would go on average if this input were known; near 0 it may fall below it by its error; empty where the outcome does not vary.";
        first_order_p05: Option<f64> as "number" in "share of the variance", "5th percentile of that estimate over resamples of the rows; empty where the outcome varies in too few rows. Of win, where wins are rare, a first-order index below some 0.02 cannot be told from 0.";
        first_order_p95: Option<f64> as "number" in "share of the variance", "95th percentile of it.";
        total: Option<f64> as "number" in "share of the variance", "Share of the outcome's variance that would be left on average if all but this input were known; empty where the outcome does not vary.";
        total_p05: Option<f64> as "number" in "share of the variance", "5th percentile of that estimate.";
        total_p95: Option<f64> as "number" in "share of the variance", "95th percentile of it.";
        input_p10: Option<f64> as "number" in "as the column `input_unit` says", "10th percentile of the input after learning, in its own unit; empty for luck.";
        input_p90: Option<f64> as "number" in "as the column `input_unit` says", "90th percentile of the input.";
        outcome_at_p10: Option<f64> as "number" in "as the column `unit` says", "Mean of the outcome with the input at its 10th percentile and the others as they are then.";
        outcome_at_p90: Option<f64> as "number" in "as the column `unit` says", "Mean of the outcome with the input at its 90th percentile and the others as they are then.";
        swing: Option<f64> as "number" in "as the column `unit` says", "The outcome at the 90th percentile less that at the 10th.";
        swing_error: Option<f64> as "number" in "as the column `unit` says", "Standard error of the swing from the finite number of rows, for the fitted normal as it is; luck is shared. Other draws of the run would fit another normal: that moves swings of learned inputs by up to half a point of the yes share.";
        note: String as "string", "What to know of an input that does not enter the outcome.";
    }
}

/// Rows of the table, by outcome and falling total index.
pub fn rows(found: &Sensitivity) -> Vec<SensitivityRow> {
    let of_outcome = |of: &OutcomeSensitivity| -> Vec<SensitivityRow> {
        of.factors.iter().map(|factor| row(of, factor)).collect()
    };
    found.outcomes.iter().flat_map(of_outcome).collect()
}

fn row(of: &OutcomeSensitivity, factor: &FactorSensitivity) -> SensitivityRow {
    let first = factor.indices.map(|indices| indices.first);
    let total = factor.indices.map(|indices| indices.total);
    let first_interval = first.and_then(|index| index.interval);
    let total_interval = total.and_then(|index| index.interval);
    let end = |value: fn(&Ends) -> f64| factor.ends.as_ref().map(value);
    SensitivityRow {
        outcome: of.outcome.name().to_owned(),
        unit: of.outcome.unit().to_owned(),
        input: factor.name.clone(),
        meaning: factor.meaning.clone(),
        input_unit: factor.unit.clone(),
        first_order: first.map(|index| index.value),
        first_order_p05: first_interval.map(|interval| interval.p05),
        first_order_p95: first_interval.map(|interval| interval.p95),
        total: total.map(|index| index.value),
        total_p05: total_interval.map(|interval| interval.p05),
        total_p95: total_interval.map(|interval| interval.p95),
        input_p10: end(|ends| ends.input[0]),
        input_p90: end(|ends| ends.input[1]),
        outcome_at_p10: end(|ends| ends.outcome[0]),
        outcome_at_p90: end(|ends| ends.outcome[1]),
        swing: end(|ends| ends.swing),
        swing_error: end(|ends| ends.swing_error),
        note: match factor.part {
            Part::Enters => "",
            Part::Tells => "does not enter this outcome itself, but depends on inputs that do",
            Part::NotOfThis => "does not enter this outcome",
            Part::OfNone => "moves nothing in this scenario's first year",
        }
        .to_owned(),
    }
}

/// Combined standard errors beyond which two probabilities differ.
const APART: f64 = 3.0;

/// The caveats of the estimate itself.
pub fn warnings(found: &Sensitivity) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if let Origin::Fitted { draws, effective } = found.origin
        && effective < FEW_EFFECTIVE
    {
        warnings.push(Warning::FittedToFew { draws, effective });
    }
    if let Some([(fitted, error), (of_run, error_of_run)]) = found.win
        && (fitted - of_run).abs() > APART * error.hypot(error_of_run)
    {
        warnings.push(Warning::FittedDiffers { fitted, of_run });
    }
    warnings
}

/// Bars of a chart at most.
const MOST_BARS: usize = 12;

/// The tornado chart of an outcome; nothing where no input moves it.
pub fn chart(prepared: &Prepared, found: &Sensitivity, outcome: Outcome) -> Option<String> {
    let of = found.outcomes.iter().find(|of| of.outcome == outcome)?;
    let centre = of.spread?.mean;
    let mut moved: Vec<(&FactorSensitivity, Ends)> = (of.factors.iter())
        .filter_map(|factor| Some((factor, factor.ends?)))
        .filter(|(_, ends)| ends.swing.abs() > 2.0 * ends.swing_error)
        .collect();
    if moved.is_empty() {
        return None;
    }
    moved.sort_by(|(_, one), (_, other)| other.swing.abs().total_cmp(&one.swing.abs()));
    moved.truncate(MOST_BARS);
    let bar = |(factor, ends): &(&FactorSensitivity, Ends)| {
        let end = |place: usize| {
            let (value, half) = (ends.outcome[place], NORMAL_90 * ends.errors[place]);
            TornadoEnd {
                value,
                error: Some(match outcome {
                    Outcome::Win | Outcome::YesShare => {
                        ((value - half).max(0.0), (value + half).min(1.0))
                    }
                    Outcome::Collected | Outcome::Value => (value - half, value + half),
                }),
            }
        };
        TornadoBar {
            meaning: factor.meaning.clone(),
            input_low: end(0),
            input_high: end(1),
        }
    };
    let bars: Vec<TornadoBar> = moved.iter().map(bar).collect();
    let axis = match outcome {
        Outcome::Win => Axis::new("probability of winning (%)", Unit::Share),
        Outcome::YesShare => Axis::new("Yes share, mean (% of votes)", Unit::Share),
        Outcome::Collected => Axis::new(
            "really collected over a No, mean (pounds a year)",
            Unit::Pounds,
        ),
        Outcome::Value => Axis::new("gain from holding the vote, mean (pounds)", Unit::Pounds),
    };
    let title = format!(
        "{} {}: what moves the {}",
        prepared.record.authority.name,
        prepared.vote_year,
        match outcome {
            Outcome::Win => "probability of winning",
            Outcome::YesShare => "Yes share",
            Outcome::Collected => "money really collected",
            Outcome::Value => "gain from holding the vote",
        }
    );
    let source = format!(
        "bandwise, scenario {}: {} rows, seed {}. Each input at its 10th and at its 90th percentile, \
         the others as they are then.",
        prepared.scenario.key,
        thousands(u64::from(found.rows)),
        prepared.scenario.seed
    );
    Some(tornado(&bars, centre, &title, &axis, &source))
}

const fn in_words(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Win => "probability of winning",
        Outcome::YesShare => "Yes share",
        Outcome::Collected => "really collected over a No",
        Outcome::Value => "gain from holding the vote",
    }
}

/// Inputs that a table of the card has at most.
const MOST_INPUTS: usize = 7;
/// Share of the variance below which an input is not shown.
const LEAST_SHARE: f64 = 0.005;

/// The card; `place` is where the files are.
pub fn card(
    prepared: &Prepared,
    found: &Sensitivity,
    warnings: &[WarningRow],
    place: &str,
) -> String {
    let mut card = Card::new(&format!(
        "{} {}: {}",
        prepared.record.authority.name, prepared.vote_year, prepared.scenario.title
    ));
    card.line(
        "Which of the things that are not known make the answers uncertain, and by how much.",
    );
    how_to_read(&mut card);
    let mut shown: Vec<(&str, &str, &str)> = Vec::new();
    for of in &found.outcomes {
        outcome(of, prepared, found, &mut card);
        for factor in strongest(of) {
            let named = (
                factor.name.as_str(),
                factor.meaning.as_str(),
                factor.unit.as_str(),
            );
            if !shown.contains(&named) {
                shown.push(named);
            }
        }
    }
    if !shown.is_empty() {
        card.section("What the names say");
        for (name, meaning, unit) in shown {
            card.item(&match unit {
                "" => format!("{name}: {meaning}"),
                unit => format!("{name}: {meaning} ({unit})"),
            });
        }
    }
    rests_on(prepared, found, &mut card);
    card.section("Take care");
    for warning in warnings {
        card.item(&warning.message);
    }
    card.blank();
    card.line(&format!(
        "{} rows, {} evaluations of the model, seed {}.",
        thousands(u64::from(found.rows)),
        thousands(found.evaluations),
        prepared.scenario.seed
    ));
    card.end(place)
}

fn how_to_read(card: &mut Card) {
    card.section("How to read it");
    card.item(
        "By itself: the share of the variance (standard deviation squared) that would go, on average, \
         if this input were known and nothing else.",
    );
    card.item(
        "If all else were known: the share of the variance that would be left to it, on average.",
    );
    card.item(
        "Neither column need add to 100%. Inputs act together, which is left to each of them; and \
         inputs learned from the same ballots depend on each other, so that knowing one tells of the \
         others.",
    );
    card.item(
        "Low and high: the input at its 10th and at its 90th percentile, the others as they would be \
         then.",
    );
}

fn outcome(of: &OutcomeSensitivity, prepared: &Prepared, found: &Sensitivity, card: &mut Card) {
    let has_vote = prepared.route.needs_referendum();
    card.section(if has_vote {
        in_words(of.outcome)
    } else {
        "Really collected over the budget without it"
    });
    let shown = |value: f64| match of.outcome {
        Outcome::Win | Outcome::YesShare => percent(value, 1),
        Outcome::Collected | Outcome::Value => pounds(value, 0),
    };
    let points = thousands(2 * u64::from(found.rows));
    let Some(spread) = of.spread else {
        card.item("Somewhere no vote is cast, so that there is nothing to split.");
        return;
    };
    let sd = spread.sd.unwrap_or(0.0);
    let [p05, .., p95] = spread.percentiles;
    match (of.outcome, found.win) {
        (Outcome::Win, Some([(won, error), _])) => card.item(&format!(
            "{} (give or take {:.1} points from chance alone), over {points} points. Counting a win as \
             1 and a loss as 0, the standard deviation is {sd:.2}.",
            percent(won, 1),
            100.0 * error,
        )),
        (Outcome::YesShare, _) => card.item(&format!(
            "{} of votes on average, 90% range {} to {}, standard deviation {:.1} points, over {points} \
             points.",
            shown(spread.mean),
            shown(p05),
            shown(p95),
            100.0 * sd
        )),
        _ => card.item(&format!(
            "{} in the first year on average, 90% range {} to {}, standard deviation {}, over {points} \
             points.",
            shown(spread.mean),
            shown(p05),
            shown(p95),
            shown(sd)
        )),
    }
    if of.outcome == Outcome::Collected {
        set_against(prepared, spread.mean, has_vote, card);
    }
    let strongest = strongest(of);
    if strongest.is_empty() {
        card.item(match of.outcome {
            Outcome::Win => "It ends the same way at every point: there is no variance to split.",
            _ => "It is the same at every point: nothing in it is uncertain.",
        });
        return;
    }
    let header = vec![
        "Input",
        "By itself",
        "If all else were known",
        "Input: low",
        "high",
        "Outcome: at low",
        "at high",
    ];
    let rows = strongest.iter().map(|factor| {
        let share = |value: Option<f64>| value.map_or("-".to_owned(), about);
        let end = |place: usize, of_input: bool| {
            factor.ends.map_or("-".to_owned(), |ends| {
                if of_input {
                    value(ends.input[place])
                } else {
                    shown(ends.outcome[place])
                }
            })
        };
        vec![
            factor.name.clone(),
            share(factor.indices.map(|indices| indices.first.value)),
            share(factor.indices.map(|indices| indices.total.value)),
            end(0, true),
            end(1, true),
            end(0, false),
            end(1, false),
        ]
    });
    card.block(&in_columns(header, rows));
    let errors = strongest.iter().filter_map(|factor| factor.indices);
    let errors = errors.flat_map(|indices| [indices.first, indices.total]);
    let largest = errors
        .filter_map(|index| index.interval)
        .map(|interval| interval.standard_error)
        .fold(0.0, f64::max);
    card.item(&format!(
        "Give or take up to {:.0} points on a share of the variance, from chance alone.",
        (100.0 * largest).ceil()
    ));
}

/// What the money is set against.
fn set_against(prepared: &Prepared, mean: f64, has_vote: bool, card: &mut Card) {
    let no_rise = prepared.amounts.no_rise;
    if !has_vote {
        card.item(&format!(
            "No vote is held. The budget without it {}.",
            match no_rise {
                Rise::FREEZE => "leaves the amount as it is".to_owned(),
                rise => format!("raises the amount by {rise}"),
            }
        ));
    } else if mean < 0.0 {
        card.item(
            "A No would bring in more than a Yes, so that what makes a win likelier makes the gain \
             smaller.",
        );
    }
}

/// The inputs that have the largest part in an outcome, in the order of the table.
fn strongest(of: &OutcomeSensitivity) -> Vec<&FactorSensitivity> {
    let part = |factor: &FactorSensitivity| {
        factor
            .indices
            .map_or(0.0, |indices| indices.first.value.max(indices.total.value))
    };
    let mut all: Vec<&FactorSensitivity> = of.factors.iter().collect();
    all.retain(|factor| part(factor) >= LEAST_SHARE);
    all.sort_by(|one, other| part(other).total_cmp(&part(one)));
    all.truncate(MOST_INPUTS);
    all
}

/// A share of variance: estimates about 0 may lie below it.
fn about(share: f64) -> String {
    if share < LEAST_SHARE {
        "about 0".to_owned()
    } else {
        percent(share, 0)
    }
}

/// A value of an input in its own unit.
fn value(value: f64) -> String {
    match value.abs() {
        size if size >= 1_000.0 && value > 0.0 => thousands(value.round() as u64),
        size if size >= 10.0 => format!("{value:.0}"),
        size if size >= 0.1 || size == 0.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

/// Where the distribution comes from, and what moves nothing.
fn rests_on(prepared: &Prepared, found: &Sensitivity, card: &mut Card) {
    card.section("What it rests on");
    match found.origin {
        Origin::NoVote => card.item(
            "No vote is held, so only what is really collected is uncertain here; its inputs are \
             independent.",
        ),
        Origin::FirstBelieved => {
            card.item("The inputs are as first believed: each is independent of the others.");
        }
        Origin::Fitted { draws, effective } => {
            card.item(&format!(
                "Inputs of the vote are drawn from a normal fitted to what is known (past ballots, \
                 surveys and polls: {} draws of the run, of which {} count); those of money are \
                 independent.",
                thousands(u64::from(draws)),
                thousands(effective.round() as u64)
            ));
        }
    }
    if let (Some([(fitted, error), (of_run, error_of_run)]), Origin::Fitted { .. }) =
        (found.win, found.origin)
    {
        card.item(&format!(
            "Under that normal the probability of winning is {} (give or take {:.1} points), in the \
             run itself {} (give or take {:.1}).",
            percent(fitted, 1),
            100.0 * error,
            percent(of_run, 1),
            100.0 * error_of_run
        ));
    }
    let idle: Vec<&str> = found.outcomes.first().map_or_else(Vec::new, |of| {
        let list = prepared.inputs.list().iter();
        let of_none = |name: &str| {
            let mut factors = of.factors.iter();
            factors.any(|factor| factor.name == name && factor.part == Part::OfNone)
        };
        list.map(|input| input.name.as_str())
            .filter(|name| of_none(name))
            .collect()
    });
    if !idle.is_empty() {
        card.item(&format!(
            "These move nothing in this scenario's first year: {}.",
            idle.join(", ")
        ));
    }
}
