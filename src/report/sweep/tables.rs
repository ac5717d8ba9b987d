//! The tables of a sweep: what their columns say, and the rows of a job.

use polars::prelude::*;
use serde::Serialize;
use serde_json::Value;

use super::super::parquet::typed;
use super::super::results::{rows_of, wards, warnings};
use super::super::summary::summary;
use super::super::tables::{ColumnDoc, Record, SummaryRow, WardRow, record, values};
use super::super::who_pays;
use crate::data::DataError;
use crate::domain::Warning;
use crate::simulation::{BillPart, DrawOutcomes, Prepared, who_pays as work_out_who_pays};

record! {
    /// One scenario for one authority, beside its figures: those of summary.csv as columns.
    "authorities" by scenario, authority_code => AuthorityRow {
        authority_code: String as "string", "ONS code of the billing authority.";
        authority: String as "string", "Its name.";
        scenario: String as "string", "Name of the scenario: its key, and what is varied.";
        vote_year: String as "string", "The financial year voted on.";
        route: String as "string", "The way it is carried out: no-vote, voluntary, referendum, order or act.";
        verdict: String as "string", "What the law says to it.";
        needs_referendum: bool as "boolean", "Whether a referendum is needed.";
        n_dwellings: i64 as "integer" in "dwellings", "Dwellings on the valuation list: the base of shares of dwellings.";
        tax_base: f64 as "number" in "band D equivalents", "Tax base for setting, band D equivalents.";
        n_electors: f64 as "number" in "electors", "Electors, estimated from homes.";
    }
}

record! {
    /// Whose ward or other small area it is; the other columns are those of wards.csv of a run.
    "wards" => WardOf {
        scenario: String as "string", "Name of the scenario: its key, and what is varied.";
        authority_code: String as "string", "ONS code of the billing authority.";
        authority: String as "string", "Its name.";
    }
}

record! {
    /// One caveat on the results of one job.
    "warnings" => WarningOf {
        scenario: String as "string", "Name of the scenario: its key, and what is varied.";
        authority_code: String as "string", "ONS code of the billing authority.";
        authority: String as "string", "Its name.";
        warning: String as "string", "Short name.";
        message: String as "string", "The caveat in a sentence.";
    }
}

record! {
    /// One job that failed: it has no row in the other tables.
    "failures" => FailureRow {
        scenario: String as "string", "Name of the scenario: its key, and what is varied.";
        authority_code: String as "string", "ONS code of the billing authority.";
        authority: String as "string", "Its name.";
        message: String as "string", "Why it failed.";
    }
}

record! {
    /// One scenario of the sweep; each key that is varied has a column of its own beside these.
    "scenarios" by scenario => ScenarioRow {
        scenario: String as "string", "Name of the scenario: its key, and what is varied.";
        key: String as "string", "Key of the scenario.";
        title: String as "string", "What is proposed.";
        n_draws: u32 as "integer" in "draws", "Number of draws.";
        seed: u64 as "integer" in "no unit", "Seed.";
        file: String as "string", "The scenario as understood.";
        sha256: String as "string", "SHA-256 of that file.";
    }
}

/// A figure of `summary.csv` and the columns that it has here.
struct Metric {
    name: &'static str,
    columns: &'static [ColumnDoc],
}

macro_rules! metric {
    (exact $name:literal in $unit:literal, $doc:literal) => {
        Metric {
            name: $name,
            columns: &[ColumnDoc::number($name, $unit, $doc)],
        }
    };
    (spread $name:literal in $unit:literal, $doc:literal) => {
        Metric {
            name: $name,
            columns: &[
                ColumnDoc::number($name, $unit, concat!($doc, ": mean.")),
                ColumnDoc::number(
                    concat!($name, "_p05"),
                    $unit,
                    concat!($doc, ": 5th percentile."),
                ),
                ColumnDoc::number(concat!($name, "_p50"), $unit, concat!($doc, ": median.")),
                ColumnDoc::number(
                    concat!($name, "_p95"),
                    $unit,
                    concat!($doc, ": 95th percentile."),
                ),
            ],
        }
    };
    (chance $name:literal in $unit:literal, $doc:literal) => {
        Metric {
            name: $name,
            columns: &[
                ColumnDoc::number($name, $unit, concat!($doc, ".")),
                ColumnDoc::number(
                    concat!($name, "_monte_carlo_error"),
                    $unit,
                    "Standard error of that probability from the finite number of draws.",
                ),
            ],
        }
    };
}

/// The figures, in the order of `summary.csv`. One list for all jobs: what a job has not is empty.
const METRICS: &[Metric] = &[
    metric!(exact "share_frozen_dwellings_own_element" in "share (0 to 1)", "Share of dwellings in bands whose own element does not rise in cash over today."),
    metric!(exact "share_frozen_liable_dwellings_own_element" in "share (0 to 1)", "The same of dwellings liable for council tax."),
    metric!(exact "share_frozen_electors_own_element" in "share (0 to 1)", "Share of electors in those bands."),
    metric!(exact "share_frozen_dwellings_total_bill" in "share (0 to 1)", "Share of dwellings in bands whose whole bill does not rise; empty where next year's whole bill is not known."),
    metric!(exact "share_dwellings_no_higher_bill" in "share (0 to 1)", "Share of dwellings that pay no more over all; empty where next year's whole bill is not known."),
    metric!(exact "share_frozen_dwellings_real_terms" in "share (0 to 1)", "Share of dwellings in bands whose own element rises by no more than prices."),
    metric!(spread "share_frozen_votes" in "share (0 to 1)", "Share of votes from dwellings in bands whose own element does not rise; empty without a vote"),
    metric!(exact "headline_rise" in "share of today's amount", "The percentage on the ballot paper, before relief; share of today's amount."),
    metric!(exact "no_rise" in "share of today's amount", "What a No brings in, or a freeze where no principle applies; share of today's amount."),
    metric!(exact "gross_yield_pounds" in "pounds a year", "Headline rise before relief, pounds a year."),
    metric!(exact "contributions_in_lieu_pounds" in "pounds a year", "Of it: paid for armed forces' homes, pounds a year."),
    metric!(exact "relief_cost_pounds" in "pounds a year", "Relief under s.13A(1)(c), pounds a year."),
    metric!(exact "net_yield_vs_today_pounds" in "pounds a year", "Yield after relief over today, pounds a year."),
    metric!(exact "no_yield_vs_today_pounds" in "pounds a year", "What a No raises over today, pounds a year."),
    metric!(exact "net_yield_vs_no_pounds" in "pounds a year", "Yield after relief over a No, pounds a year at budgeted collection; where no principle applies, over a freeze."),
    metric!(exact "revenue_today_pounds" in "pounds a year", "Council tax today without parishes, pounds a year."),
    metric!(exact "revenue_yes_pounds" in "pounds a year", "The same after a Yes, less relief, pounds a year."),
    metric!(exact "revenue_no_pounds" in "pounds a year", "The same after a No, pounds a year."),
    metric!(exact "revenue_freeze_pounds" in "pounds a year", "The same if the amount stays as it is, pounds a year."),
    metric!(exact "empty_and_second_homes_net_yield_vs_no_pounds" in "pounds a year", "Of the yield over a No: empty and second homes, pounds a year."),
    metric!(exact "other_authorities_yield_vs_no_pounds" in "pounds a year", "What the other authorities on the bill gain, pounds a year; empty where only the own part moves."),
    metric!(exact "exchequer_yield_pounds" in "pounds a year", "What a surcharge brings the Exchequer, pounds a year; empty where there is none."),
    metric!(spread "collected_pounds" in "pounds, first year", "What the council has over a No after collection, challenges and reductions, pounds, first year"),
    metric!(spread "preceptors_loss_pounds" in "pounds, first year", "What the other authorities on the bill lose, pounds, first year"),
    metric!(spread "contributions_pounds" in "pounds a year", "Voluntary contributions, pounds a year; empty where none are asked for"),
    metric!(spread "council_tax_reduction_cost_pounds" in "pounds a year", "Extra awards of council tax reduction over a No, pounds a year"),
    metric!(spread "council_tax_reduction_cost_pension_age_pounds" in "pounds a year", "Of them: pension age, pounds a year"),
    metric!(spread "council_tax_reduction_cost_working_age_pounds" in "pounds a year", "Of them: working age, pounds a year"),
    metric!(spread "council_tax_reduction_beyond_base_pounds" in "pounds a year", "Of them: beyond the tax base, pounds a year"),
    metric!(spread "poll_cost_pounds" in "pounds, once", "Cost of the poll, pounds, once; empty without a vote"),
    metric!(spread "loss_cost_pounds" in "pounds, once", "Cost of losing, pounds, once; empty without a vote"),
    metric!(spread "turnout" in "share (0 to 1)", "Votes cast over electors; empty without a vote"),
    metric!(spread "yes_share" in "share (0 to 1)", "Share of votes for Yes; empty without a vote"),
    metric!(exact "effective_draws" in "draws", "Draws that count alike and would be as sharp; empty without a vote."),
    metric!(chance "win_probability" in "share (0 to 1)", "Probability that the vote is won; empty without a vote"),
    metric!(chance "win_probability_if_all_know" in "share (0 to 1)", "The same if every voter knew what a Yes costs her; empty without a vote"),
    metric!(spread "expected_value_pounds" in "pounds, first year", "What holding the vote is worth, pounds, first year; empty without a vote"),
    metric!(exact "kakwani_own_element_today" in "index", "Kakwani index of the own element over areas today; empty where the whole bill moves."),
    metric!(exact "kakwani_own_element_yes" in "index", "The same after a Yes."),
    metric!(exact "kakwani_own_element_no" in "index", "The same after a No."),
    metric!(exact "kakwani_own_element_yes_less_no" in "index", "Yes less No; above 0 where a Yes takes more of its share from areas of higher income."),
    metric!(exact "suits_own_element_today" in "index", "Suits index of the own element over areas today; empty where the whole bill moves."),
    metric!(exact "suits_own_element_yes" in "index", "The same after a Yes."),
    metric!(exact "suits_own_element_no" in "index", "The same after a No."),
    metric!(exact "kakwani_whole_bill_today" in "index", "Kakwani index of the whole bill over areas today; empty where only the own part moves."),
    metric!(exact "kakwani_whole_bill_yes" in "index", "The same after a Yes."),
    metric!(exact "kakwani_whole_bill_no" in "index", "The same after a No."),
    metric!(exact "kakwani_whole_bill_yes_less_no" in "index", "Yes less No; above 0 where a Yes takes more of its share from areas of higher income."),
    metric!(exact "suits_whole_bill_today" in "index", "Suits index of the whole bill over areas today; empty where only the own part moves."),
    metric!(exact "suits_whole_bill_yes" in "index", "The same after a Yes."),
    metric!(exact "suits_whole_bill_no" in "index", "The same after a No."),
    metric!(exact "gini_of_area_incomes" in "index", "Gini coefficient of the mean incomes of middle layer areas."),
];

/// A table that is written part by part.
#[derive(Debug, Clone, Copy)]
pub struct SweepTable {
    /// Its name: that of its files without the ending.
    pub name: &'static str,
    /// What it holds.
    pub title: &'static str,
    /// The columns that tell its rows apart; none where rows may be alike in all of them.
    pub key: &'static [&'static str],
    columns: fn() -> Vec<ColumnDoc>,
}

impl SweepTable {
    /// Its columns in order.
    pub fn columns(&self) -> Vec<ColumnDoc> {
        (self.columns)()
    }
}

/// The tables of a sweep. The first has a row a job that succeeded.
pub const SWEEP_TABLES: [SweepTable; 4] = [
    SweepTable {
        name: AuthorityRow::TABLE,
        title: AuthorityRow::TITLE,
        key: AuthorityRow::KEY,
        columns: || {
            let figures = METRICS.iter().flat_map(|metric| metric.columns);
            AuthorityRow::COLUMNS
                .iter()
                .chain(figures)
                .copied()
                .collect()
        },
    },
    SweepTable {
        name: WardOf::TABLE,
        title: WardRow::TITLE,
        key: WardOf::KEY,
        columns: || [WardOf::COLUMNS, WardRow::COLUMNS].concat(),
    },
    SweepTable {
        name: WarningOf::TABLE,
        title: WarningOf::TITLE,
        key: WarningOf::KEY,
        columns: || WarningOf::COLUMNS.to_vec(),
    },
    SweepTable {
        name: FailureRow::TABLE,
        title: FailureRow::TITLE,
        key: FailureRow::KEY,
        columns: || FailureRow::COLUMNS.to_vec(),
    },
];

/// The columns of `scenarios.csv`: the fixed ones.
pub const fn scenario_fields() -> &'static [ColumnDoc] {
    ScenarioRow::COLUMNS
}

/// The rows of one job, table by table in the order of [`SWEEP_TABLES`]; a row has a value a column.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct JobRows([Vec<Vec<Value>>; SWEEP_TABLES.len()]);

/// The rows of a job that succeeded. `left_out` are the keys that the scenario states of another
/// authority.
///
/// # Errors
/// When an embedded table is broken: a fault of the build.
pub fn job_rows(
    scenario: &str,
    prepared: &Prepared,
    outcomes: &DrawOutcomes,
    left_out: &[String],
) -> Result<JobRows, DataError> {
    let authority = &prepared.record.authority;
    let part = if prepared.schedule.is_local() {
        BillPart::OwnElement
    } else {
        BillPart::WholeBill
    };
    let paying = work_out_who_pays(prepared, part)?;
    let figures = [summary(prepared, outcomes), who_pays::summary_rows(&paying)].concat();
    let base = &prepared.base;
    let tax_base = base.thousandths.values().iter().sum::<i64>() + base.in_lieu_thousandths;
    let modelled = &prepared.route.modelled;
    let mut row = values(&AuthorityRow {
        authority_code: authority.code.to_string(),
        authority: authority.name.clone(),
        scenario: scenario.to_owned(),
        vote_year: prepared.vote_year.to_string(),
        route: modelled.key.to_owned(),
        verdict: modelled.verdict.words().to_owned(),
        needs_referendum: prepared.route.needs_referendum(),
        n_dwellings: prepared.record.dwellings().values().iter().sum(),
        tax_base: tax_base as f64 / 1_000.0,
        n_electors: prepared.electorate.total(),
    });
    row.extend(
        METRICS
            .iter()
            .flat_map(|metric| columns_of(metric, &figures)),
    );

    let whose = WardOf {
        scenario: scenario.to_owned(),
        authority_code: authority.code.to_string(),
        authority: authority.name.clone(),
    };
    let of_wards = wards(prepared, outcomes);
    let of_wards = of_wards
        .iter()
        .map(|ward| [values(&whose), values(ward)].concat());
    let mut caveats = Vec::new();
    if !left_out.is_empty() {
        let keys = left_out.to_vec();
        caveats.extend(rows_of(&[Warning::LeftOut { keys }]));
    }
    caveats.extend(warnings(prepared, outcomes));
    caveats.extend(rows_of(&who_pays::caveats(&paying)));
    let caveats = caveats.into_iter().map(|one| {
        values(&WarningOf {
            scenario: scenario.to_owned(),
            authority_code: authority.code.to_string(),
            authority: authority.name.clone(),
            warning: one.warning,
            message: one.message,
        })
    });
    Ok(JobRows([
        vec![row],
        of_wards.collect(),
        caveats.collect(),
        Vec::new(),
    ]))
}

/// The rows of a job that failed.
pub fn failed_job(failure: &FailureRow) -> JobRows {
    let mut rows = JobRows::default();
    rows.0[SWEEP_TABLES.len() - 1].push(values(failure));
    rows
}

/// The values of a figure's columns; empty where the job has none of the name.
fn columns_of(metric: &Metric, figures: &[SummaryRow]) -> Vec<Value> {
    let found = figures.iter().find(|row| row.metric == metric.name);
    let of = |value: fn(&SummaryRow) -> Option<f64>| Value::from(found.and_then(value));
    let mean = of(|row| row.mean);
    match metric.columns.len() {
        1 => vec![mean],
        2 => vec![mean, of(|row| row.monte_carlo_error)],
        _ => vec![
            mean,
            of(|row| row.p05),
            of(|row| row.p50),
            of(|row| row.p95),
        ],
    }
}

/// A table of the rows of some jobs as Parquet: the same bytes for the same rows.
///
/// # Errors
/// Only when Polars fails.
pub(super) fn part_bytes(position: usize, jobs: &[JobRows]) -> PolarsResult<Vec<u8>> {
    let rows: Vec<&Vec<Value>> = jobs.iter().flat_map(|job| &job.0[position]).collect();
    let columns = SWEEP_TABLES[position].columns();
    typed(columns.iter().map(ColumnDoc::name_and_kind), &rows)
}

/// The values of a table of a part, row by row.
///
/// # Errors
/// When a column is missing or of another type.
pub(super) fn rows_of_frame(position: usize, frame: &DataFrame) -> PolarsResult<Vec<Vec<Value>>> {
    let mut rows = vec![Vec::new(); frame.height()];
    for column in SWEEP_TABLES[position].columns() {
        let held = frame.column(column.name)?;
        let values: Vec<Value> = match column.kind {
            "integer" => held.i64()?.iter().map(Value::from).collect(),
            "number" => held.f64()?.iter().map(Value::from).collect(),
            "boolean" => held.bool()?.iter().map(Value::from).collect(),
            _ => held.str()?.iter().map(Value::from).collect(),
        };
        for (row, value) in rows.iter_mut().zip(values) {
            row.push(value);
        }
    }
    Ok(rows)
}
