//! Tables and draws as Parquet files: typed columns, missing values null.

use std::io::{self, BufWriter, Write};
use std::sync::{Arc, OnceLock};

use polars::prelude::*;
use serde_json::Value;

use super::tables::{ColumnDoc, Record, SHARE, values};
use crate::simulation::{DrawOutcomes, Prepared};

/// The number of a draw.
pub const DRAW: ColumnDoc = ColumnDoc {
    name: "draw",
    kind: "integer",
    unit: "no unit",
    required: true,
    description: "Number of the draw, from 1.",
};

/// What the columns of the draws say, beside those of the uncertain inputs.
pub const OUTCOMES: [ColumnDoc; 14] = [
    ColumnDoc::number(
        "collected_vs_no_pounds",
        "pounds a year",
        "Collected over a No, pounds a year.",
    ),
    ColumnDoc::number(
        "preceptors_loss_pounds",
        "pounds a year",
        "What the other authorities on the bill lose through tax base and collection fund, pounds a year.",
    ),
    ColumnDoc::number(
        "contributions_pounds",
        "pounds a year",
        "Given voluntarily, pounds a year; part of what is collected.",
    ),
    ColumnDoc::number(
        "council_tax_reduction_beyond_base_pension_age_pounds",
        "pounds a year",
        "Extra reductions of pension age over a No beyond the tax base, pounds a year; already off what is collected.",
    ),
    ColumnDoc::number(
        "council_tax_reduction_beyond_base_working_age_pounds",
        "pounds a year",
        "Extra reductions of working age over a No beyond the tax base, pounds a year; already off what is collected.",
    ),
    ColumnDoc::number(
        "poll_cost_pounds",
        "pounds, once",
        "Cost of the poll, pounds; empty without a vote.",
    ),
    ColumnDoc::number(
        "loss_cost_pounds",
        "pounds, once",
        "Cost of losing, pounds; empty without a vote.",
    ),
    ColumnDoc::number(
        "weight",
        "no unit",
        "How much the draw counts in figures of the vote, in the light of past ballots, surveys and polls; 1 on average; empty without a vote.",
    ),
    ColumnDoc::number(
        "yes_share",
        SHARE,
        "Share of votes for Yes; empty without a vote.",
    ),
    ColumnDoc::number(
        "turnout",
        SHARE,
        "Votes over electors; empty without a vote.",
    ),
    ColumnDoc::number(
        "share_frozen_votes",
        SHARE,
        "Share of votes from frozen bands; empty without a vote.",
    ),
    ColumnDoc::number(
        "expected_value_pounds",
        "pounds, first year",
        "Value of the vote in this draw, pounds; empty without one.",
    ),
    flag(
        "won",
        "Whether more voted Yes than No; empty without a vote.",
    ),
    flag(
        "won_if_all_know",
        "The same if every voter knew what a Yes costs her; empty without a vote.",
    ),
];

const fn flag(name: &'static str, description: &'static str) -> ColumnDoc {
    ColumnDoc {
        name,
        kind: "boolean",
        unit: "",
        required: false,
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
        (1..=n as i64).collect::<Vec<_>>(),
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

/// The table as Parquet: the rows of its CSV twin.
///
/// # Errors
/// Only when Polars fails.
pub fn parquet<R: Record>(rows: &[R]) -> PolarsResult<Vec<u8>> {
    let rows: Vec<Vec<Value>> = rows.iter().map(values).collect();
    typed(R::COLUMNS.iter().map(ColumnDoc::name_and_kind), &rows)
}

/// Rows of values as Parquet; `columns` are names and kinds. The same bytes for the same rows.
///
/// # Errors
/// Only when Polars fails.
pub(super) fn typed<'a, V: AsRef<[Value]>>(
    columns: impl IntoIterator<Item = (&'a str, &'a str)>,
    rows: &[V],
) -> PolarsResult<Vec<u8>> {
    let columns = columns.into_iter().enumerate().map(|(at, (name, kind))| {
        let name = name.into();
        let held = rows.iter().map(|row| &row.as_ref()[at]);
        match kind {
            // A seed may be larger than other integers are.
            "integer" if held.clone().any(|value| value.is_u64() && !value.is_i64()) => {
                Column::new(name, held.map(Value::as_u64).collect::<Vec<_>>())
            }
            "integer" => Column::new(name, held.map(Value::as_i64).collect::<Vec<_>>()),
            "number" => Column::new(name, held.map(Value::as_f64).collect::<Vec<_>>()),
            "boolean" => Column::new(name, held.map(Value::as_bool).collect::<Vec<_>>()),
            _ => Column::new(name, held.map(Value::as_str).collect::<Vec<_>>()),
        }
    });
    bytes_of(DataFrame::new(rows.len(), columns.collect())?)
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

/// A file that keeps the first fault in writing it: the writer of Parquet turns faults of the system into its own.
#[derive(Debug)]
pub(super) struct Watched<W> {
    file: W,
    fault: Arc<OnceLock<io::Error>>,
}

impl<W: Write> Write for Watched<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes);
        self.keep(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.file.flush();
        self.keep(flushed)
    }
}

impl<W> Watched<W> {
    fn keep<T>(&self, outcome: io::Result<T>) -> io::Result<T> {
        outcome.map_err(|error| {
            let kind = error.kind();
            if kind != io::ErrorKind::Interrupted {
                // Only the first is kept: the later follow from it.
                drop(self.fault.set(error));
            }
            kind.into()
        })
    }
}

/// Writes a Parquet file part by part.
///
/// # Errors
/// The first fault of the system, if there is one; else what `write` makes of it.
pub(super) fn streamed<W: Write>(
    file: W,
    write: impl FnOnce(BufWriter<Watched<W>>) -> io::Result<()>,
) -> io::Result<()> {
    let fault = Arc::new(OnceLock::new());
    let outcome = write(BufWriter::new(Watched {
        file,
        fault: Arc::clone(&fault),
    }));
    match Arc::into_inner(fault).and_then(OnceLock::into_inner) {
        Some(fault) => Err(fault),
        None => outcome,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds a few bytes.
    struct Small(usize);

    impl Write for Small {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            match self.0.min(bytes.len()) {
                0 => Err(io::ErrorKind::StorageFull.into()),
                some => {
                    self.0 -= some;
                    Ok(some)
                }
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn write(room: usize) -> io::Result<()> {
        let values: Vec<f64> = (0..20_000).map(f64::from).collect();
        let frame = DataFrame::new(values.len(), vec![Column::new("a".into(), values)])
            .map_err(io::Error::other)?;
        streamed(Small(room), |file| {
            let written = || -> PolarsResult<()> {
                let mut writer = ParquetWriter::new(file)
                    .with_compression(ParquetCompression::Uncompressed)
                    .batched(frame.schema())?;
                writer.write_batch(&frame)?;
                writer.finish().map(drop)
            };
            written().map_err(io::Error::other)
        })
    }

    #[test]
    fn a_full_disk_is_told_as_one_wherever_it_ends() {
        for room in [0, 3, 10_000, 100_000] {
            let error = write(room).expect_err("it does not fit");
            assert_eq!(error.kind(), io::ErrorKind::StorageFull, "{room}: {error}");
        }
        write(1_000_000).expect("it fits");
    }
}
