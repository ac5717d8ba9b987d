//! Every draw as a Parquet file.

use polars::prelude::*;

use super::tables::ColumnDoc;
use crate::simulation::{DrawOutcomes, Prepared};

/// What the columns of the draws say, beside those of the uncertain inputs.
pub const OUTCOMES: [ColumnDoc; 10] = [
    column(
        "collected_vs_no_pounds",
        "number",
        "Collected over a No, pounds a year.",
    ),
    column(
        "council_tax_reduction_beyond_base_pounds",
        "number",
        "Extra reductions over a No beyond the tax base, pounds a year; already off what is collected.",
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

/// All draws: number, inputs, money and votes, one row a draw.
///
/// # Errors
/// Only when Polars fails.
pub fn draws(prepared: &Prepared, outcomes: &DrawOutcomes) -> PolarsResult<Vec<u8>> {
    let n = outcomes.len();
    let mut columns = vec![Column::new(
        "draw".into(),
        (1..=n as u64).collect::<Vec<_>>(),
    )];
    for (input, values) in prepared.inputs.list().iter().zip(&outcomes.inputs) {
        columns.push(Column::new(input.name.as_str().into(), values));
    }
    let vote = outcomes.vote.as_ref();
    let value = outcomes.value();
    let none = vec![None::<f64>; n];
    let mut number = |name: &str, values: Option<&[f64]>| {
        columns.push(match values {
            Some(values) => Column::new(name.into(), values),
            None => Column::new(name.into(), &none),
        });
    };
    number("collected_vs_no_pounds", Some(&outcomes.collected));
    number(
        "council_tax_reduction_beyond_base_pounds",
        Some(&outcomes.reduction_beyond_base),
    );
    number(
        "poll_cost_pounds",
        vote.map(|_| outcomes.poll_cost.as_slice()),
    );
    number(
        "loss_cost_pounds",
        vote.map(|_| outcomes.loss_cost.as_slice()),
    );
    number("yes_share", vote.map(|vote| vote.yes_share.as_slice()));
    number("turnout", vote.map(|vote| vote.turnout.as_slice()));
    number(
        "share_frozen_votes",
        vote.map(|vote| vote.frozen_votes.as_slice()),
    );
    number("expected_value_pounds", value.as_deref());
    let mut outcome = |name: &str, values: Option<&[bool]>| {
        columns.push(match values {
            Some(values) => Column::new(name.into(), values),
            None => Column::new(name.into(), vec![None::<bool>; n]),
        });
    };
    outcome("won", vote.map(|vote| vote.won.as_slice()));
    outcome(
        "won_if_all_know",
        vote.map(|vote| vote.won_if_known.as_slice()),
    );
    let mut frame = DataFrame::new(n, columns)?;
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes)
        .with_compression(ParquetCompression::Uncompressed)
        .set_parallel(false)
        .finish(&mut frame)?;
    Ok(bytes)
}
