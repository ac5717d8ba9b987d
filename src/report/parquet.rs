//! Every draw as a Parquet file.

use polars::prelude::*;

use super::tables::ColumnDoc;
use crate::simulation::{DrawOutcomes, Prepared};

/// The number of a draw.
pub const DRAW: ColumnDoc = column("draw", "integer", "Number of the draw, from 1.");

/// What the columns of the draws say, beside those of the uncertain inputs.
pub const OUTCOMES: [ColumnDoc; 14] = [
    column(
        "collected_vs_no_pounds",
        "number",
        "Collected over a No, pounds a year.",
    ),
    column(
        "preceptors_loss_pounds",
        "number",
        "What the other authorities on the bill lose through tax base and collection fund, pounds a year.",
    ),
    column(
        "contributions_pounds",
        "number",
        "Given voluntarily, pounds a year; part of what is collected.",
    ),
    column(
        "council_tax_reduction_beyond_base_pension_age_pounds",
        "number",
        "Extra reductions of pension age over a No beyond the tax base, pounds a year; already off what is collected.",
    ),
    column(
        "council_tax_reduction_beyond_base_working_age_pounds",
        "number",
        "Extra reductions of working age over a No beyond the tax base, pounds a year; already off what is collected.",
    ),
    column(
        "poll_cost_pounds",
        "number",
        "Cost of the poll, pounds; empty without a vote.",
    ),
    column(
        "loss_cost_pounds",
        "number",
        "Cost of losing, pounds; empty without a vote.",
    ),
    column(
        "weight",
        "number",
        "How much the draw counts in figures of the vote, in the light of past ballots, surveys and polls; 1 on average; empty without a vote.",
    ),
    column(
        "yes_share",
        "number",
        "Share of votes for Yes; empty without a vote.",
    ),
    column(
        "turnout",
        "number",
        "Votes over electors; empty without a vote.",
    ),
    column(
        "share_frozen_votes",
        "number",
        "Share of votes from frozen bands; empty without a vote.",
    ),
    column(
        "expected_value_pounds",
        "number",
        "Value of the vote in this draw, pounds; empty without one.",
    ),
    column(
        "won",
        "boolean",
        "Whether more voted Yes than No; empty without a vote.",
    ),
    column(
        "won_if_all_know",
        "boolean",
        "The same if every voter knew what a Yes costs her; empty without a vote.",
    ),
];

const fn column(name: &'static str, kind: &'static str, description: &'static str) -> ColumnDoc {
    ColumnDoc {
        name,
        kind,
        description,
    }
}

/// The values of a column of outcomes; nothing where there is no vote.
enum Outcome<'a> {
    Number(Option<&'a [f64]>),
    Flag(Option<&'a [bool]>),
}

/// All draws: number, inputs, money and votes, one row a draw.
///
/// # Errors
/// Only when Polars fails.
pub fn draws(prepared: &Prepared, outcomes: &DrawOutcomes) -> PolarsResult<Vec<u8>> {
    let n = outcomes.len();
    let mut columns = vec![Column::new(
        DRAW.name.into(),
        (1..=n as u64).collect::<Vec<_>>(),
    )];
    for (input, values) in prepared.inputs.list().iter().zip(outcomes.inputs.iter()) {
        columns.push(Column::new(input.name.as_str().into(), values));
    }
    let vote = outcomes.vote.as_ref();
    let value = outcomes.value();
    // In the order of `OUTCOMES`, which alone names the columns.
    let values: [Outcome<'_>; OUTCOMES.len()] = [
        Outcome::Number(Some(&outcomes.collected)),
        Outcome::Number(Some(&outcomes.preceptors_loss)),
        Outcome::Number(Some(&outcomes.contributions)),
        Outcome::Number(Some(&outcomes.pension_age_beyond_base)),
        Outcome::Number(Some(&outcomes.working_age_beyond_base)),
        Outcome::Number(vote.map(|_| outcomes.poll_cost.as_slice())),
        Outcome::Number(vote.map(|_| outcomes.loss_cost.as_slice())),
        Outcome::Number(vote.map(|vote| vote.weights.values())),
        Outcome::Number(vote.map(|vote| vote.yes_share.as_slice())),
        Outcome::Number(vote.map(|vote| vote.turnout.as_slice())),
        Outcome::Number(vote.map(|vote| vote.frozen_votes.as_slice())),
        Outcome::Number(value.as_deref()),
        Outcome::Flag(vote.map(|vote| vote.won.as_slice())),
        Outcome::Flag(vote.map(|vote| vote.won_if_known.as_slice())),
    ];
    for (doc, values) in OUTCOMES.iter().zip(values) {
        let name = doc.name.into();
        columns.push(match values {
            Outcome::Number(Some(values)) => Column::new(name, values),
            Outcome::Number(None) => Column::new(name, vec![None::<f64>; n]),
            Outcome::Flag(Some(values)) => Column::new(name, values),
            Outcome::Flag(None) => Column::new(name, vec![None::<bool>; n]),
        });
    }
    bytes_of(DataFrame::new(n, columns)?)
}

/// A table as a Parquet file: the same bytes for the same table.
pub(super) fn bytes_of(mut frame: DataFrame) -> PolarsResult<Vec<u8>> {
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes)
        .with_compression(ParquetCompression::Uncompressed)
        .set_parallel(false)
        .finish(&mut frame)?;
    Ok(bytes)
}
