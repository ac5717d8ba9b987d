//! Every draw as a Parquet file.

use polars::prelude::*;

use crate::simulation::{DrawOutcomes, Prepared};

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
    let mut number = |name: &str, values: &[f64]| {
        columns.push(Column::new(name.into(), values));
    };
    number("collected_vs_no_pounds", &outcomes.collected);
    number(
        "council_tax_reduction_cost_pounds",
        &outcomes.reduction_cost,
    );
    number("poll_cost_pounds", &outcomes.poll_cost);
    number("loss_cost_pounds", &outcomes.loss_cost);
    if let (Some(vote), Some(value)) = (&outcomes.vote, outcomes.value()) {
        number("yes_share", &vote.yes_share);
        number("turnout", &vote.turnout);
        number("share_frozen_votes", &vote.frozen_votes);
        number("expected_value_pounds", &value);
        columns.push(Column::new("won".into(), &vote.won));
    }
    let mut frame = DataFrame::new(n, columns)?;
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes)
        .with_compression(ParquetCompression::Uncompressed)
        .set_parallel(false)
        .finish(&mut frame)?;
    Ok(bytes)
}
