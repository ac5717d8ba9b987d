//! Tables and card of a calibration.

use serde::Serialize;

use super::card::{Card, in_columns, percent};
use super::tables::{ColumnDoc, Record, record};
use crate::data::{Catalogue, DataError, evidence::FITTED_NORMAL};
use crate::domain::evidence::{Evidence, FittedNormal, PastBallot};
use crate::domain::money::thousands;
use crate::simulation::calibrate::{Calibration, Fit, ParameterLearned};
use crate::simulation::learn::Effort;

record! {
    /// Every parameter of the vote before and after the evidence.
    "calibration" by parameter => CalibrationRow {
        parameter: String as "string", "Name of the parameter, as in the table of inputs.";
        unit: String as "string", "Its unit.";
        meaning: String as "string", "What it says.";
        learned: bool as "boolean", "Whether evidence speaks of it; if not, it stays as first believed.";
        prior_p05: f64 as "number" in "as the column `unit` says", "5th percentile as first believed.";
        prior_p50: f64 as "number" in "as the column `unit` says", "Median as first believed.";
        prior_p95: f64 as "number" in "as the column `unit` says", "95th percentile as first believed.";
        mean: Option<f64> as "number" in "as the column `unit` says", "Mean after the evidence; empty where it stays as first believed, like the rest.";
        sd: Option<f64> as "number" in "as the column `unit` says", "Standard deviation after the evidence.";
        p05: Option<f64> as "number" in "as the column `unit` says", "5th percentile after the evidence.";
        p50: Option<f64> as "number" in "as the column `unit` says", "Median after the evidence.";
        p95: Option<f64> as "number" in "as the column `unit` says", "95th percentile after the evidence.";
        monte_carlo_error: Option<f64> as "number" in "as the column `unit` says", "Standard error of the mean from the finite number of draws.";
        width_left: Option<f64> as "number" in "share of the width before", "Width of the 90% range after the evidence over the width before it: 1 where it has said nothing.";
    }
}

record! {
    /// Every piece of evidence beside what the fitted model expects of it.
    "evidence" => EvidenceRow {
        source: String as "string", "Key of the ballot or survey.";
        kind: String as "string", "ballot or survey.";
        cost_2026_pounds: f64 as "number" in "pounds of 2026 a year", "What was asked of a mean home, pounds of 2026 a year.";
        observed_share: f64 as "number" in "share (0 to 1)", "Share of votes or answers for at least so much.";
        doubtful: bool as "boolean", "Whether the sources disagree on it.";
        expected_p05: f64 as "number" in "share (0 to 1)", "5th percentile of what the fitted model expects, without the mood of this ballot or the offset of this survey.";
        expected_p50: f64 as "number" in "share (0 to 1)", "Median of it.";
        expected_p95: f64 as "number" in "share (0 to 1)", "95th percentile of it.";
    }
}

record! {
    /// How the calibration was made.
    "fit" by item => FitRow {
        item: String as "string", "Name of the item.";
        value: String as "string", "Its value.";
        meaning: String as "string", "What it says.";
    }
}

/// Rows of the table of parameters.
pub fn calibration_rows(calibration: &Calibration) -> Vec<CalibrationRow> {
    let row = |one: &ParameterLearned| {
        let [p05, p50, p95] = one.prior;
        let after = one.posterior;
        let percentile = |place: usize| after.map(|after| rounded(after.percentiles[place]));
        CalibrationRow {
            parameter: one.name.clone(),
            unit: one.unit.clone(),
            meaning: one.meaning.clone(),
            learned: after.is_some(),
            prior_p05: rounded(p05),
            prior_p50: rounded(p50),
            prior_p95: rounded(p95),
            mean: after.map(|after| rounded(after.mean)),
            sd: after.and_then(|after| after.sd).map(rounded),
            p05: percentile(0),
            p50: percentile(2),
            p95: percentile(4),
            monte_carlo_error: after.and_then(|after| after.monte_carlo_error).map(rounded),
            width_left: after
                .map(|after| rounded((after.percentiles[4] - after.percentiles[0]) / (p95 - p05))),
        }
    };
    calibration.parameters.iter().map(row).collect()
}

/// Rows of the table of evidence.
pub fn evidence_rows(calibration: &Calibration) -> Vec<EvidenceRow> {
    let row = |fit: &Fit| EvidenceRow {
        source: fit.source.clone(),
        kind: if fit.is_ballot { "ballot" } else { "survey" }.to_owned(),
        cost_2026_pounds: rounded(fit.cost),
        observed_share: fit.share,
        doubtful: fit.doubtful,
        expected_p05: rounded(fit.expected.percentiles[0]),
        expected_p50: rounded(fit.expected.percentiles[2]),
        expected_p95: rounded(fit.expected.percentiles[4]),
    };
    calibration.fits.iter().map(row).collect()
}

/// To six decimals, so that the last bits of a machine do not show.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6 + 0.0
}

/// Rows of the table that says how the calibration was made.
///
/// # Errors
/// When the embedded catalogue is broken: a fault of the build.
pub fn fit_rows(calibration: &Calibration) -> Result<Vec<FitRow>, DataError> {
    let effort = calibration.effort;
    let mut rows = provenance(&calibration.evidence, effort)?;
    for (round, effective) in calibration.learned.effective.iter().enumerate() {
        let share = effective / f64::from(effort.draws);
        let (item, meaning) = if round < usize::from(effort.rounds) {
            let item = format!("effective_share_round_{}", round + 1);
            (item, "effective draws of the round over draws")
        } else {
            let item = "effective_share".to_owned();
            (item, "effective draws from the fitted normal over draws")
        };
        rows.push(fit_row(&item, format!("{share:.4}"), meaning));
    }
    Ok(rows)
}

fn fit_row(item: &str, value: String, meaning: &str) -> FitRow {
    FitRow {
        item: item.to_owned(),
        value,
        meaning: meaning.to_owned(),
    }
}

/// What learning from evidence is a function of.
///
/// # Errors
/// When the embedded catalogue is broken: a fault of the build.
pub fn provenance(evidence: &Evidence, effort: Effort) -> Result<Vec<FitRow>, DataError> {
    let ballots: Vec<&str> = evidence
        .ballots
        .iter()
        .map(|one| one.key.as_str())
        .collect();
    let surveys: Vec<&str> = evidence
        .surveys
        .iter()
        .map(|one| one.key.as_str())
        .collect();
    let method = "draws from the priors, a normal fitted to the weighted draws on the scale of normal \
                  scores, draws from that, and so on";
    let mut rows = vec![
        fit_row("method", "adaptive importance sampling".to_owned(), method),
        fit_row("program", env!("CARGO_PKG_NAME").to_owned(), "what made it"),
        fit_row(
            "version",
            env!("CARGO_PKG_VERSION").to_owned(),
            "its version",
        ),
        fit_row("ballots", ballots.join(" "), "ballots learned from"),
        fit_row("surveys", surveys.join(" "), "surveys learned from"),
        fit_row(
            "draws",
            effort.draws.to_string(),
            "draws of each round, and of the tables",
        ),
        fit_row(
            "rounds",
            effort.rounds.to_string(),
            "rounds of fitting, the first from the priors",
        ),
        fit_row("seed", effort.seed.to_string(), "seed"),
    ];
    let catalogue = Catalogue::embedded()?;
    for name in ["ballots", "surveys", "inputs", "constants", "price_index"] {
        let table = catalogue.table(name).ok_or_else(|| missing(name))?;
        let meaning = "SHA-256 of the table that it rests on";
        rows.push(fit_row(&format!("sha256_{name}"), table.sha256()?, meaning));
    }
    Ok(rows)
}

fn missing(name: &str) -> DataError {
    let place = std::path::Path::new("data/catalogue.toml");
    DataError::fault(place, format!("has no table {name}"))
}

/// The fitted normal as the file that is built in: names, means and the covariance.
pub fn fitted_normal_csv(fitted: &FittedNormal) -> Vec<u8> {
    let names: Vec<String> = fitted
        .names
        .iter()
        .map(|name| format!("covariance_{name}"))
        .collect();
    let mut text = format!("parameter,mean,{}\n", names.join(","));
    for ((name, mean), row) in fitted
        .names
        .iter()
        .zip(&fitted.mean)
        .zip(&fitted.covariance)
    {
        let row: Vec<String> = row.iter().map(ToString::to_string).collect();
        text.push_str(&format!("{name},{mean},{}\n", row.join(",")));
    }
    text.into_bytes()
}

/// The name of the file of the fitted normal.
pub fn fitted_normal_file() -> &'static str {
    FITTED_NORMAL.rsplit('/').next().unwrap_or(FITTED_NORMAL)
}

/// Share of a prior's 90% range above which the evidence has hardly moved a parameter.
const HARDLY_MOVED: f64 = 0.9;

/// What so few ballots can and cannot show, in plain words.
pub fn how_little<'a>(ballots: impl Iterator<Item = &'a PastBallot> + Clone) -> String {
    let (all, statutory) = (
        ballots.clone().count(),
        ballots.filter(|one| one.statutory).count(),
    );
    format!(
        "{all} ballots prove little: {} advisory and {statutory} under the law of today. They cannot tell \
         a good model from a fair one, and none of them froze most homes and raised the dearest. What \
         they do show is how far ballots differ from each other (tau): through the mood of the day that is \
         most of the width of the yes share.",
        all - statutory
    )
}

/// The card of a calibration; `place` is where its files are.
pub fn card(calibration: &Calibration, place: &str) -> String {
    let mut card = Card::new("What past ballots and surveys say of the vote");
    let options: usize = calibration
        .evidence
        .ballots
        .iter()
        .map(|one| one.options.len())
        .sum();
    let answers: usize = calibration
        .evidence
        .surveys
        .iter()
        .map(|one| one.answers.len())
        .sum();
    card.line(&format!(
        "Learned from {} ballots ({options} options) and {} survey ({answers} answers).",
        calibration.evidence.ballots.len(),
        calibration.evidence.surveys.len(),
    ));
    card.section("Parameters before and after: median (90% range)");
    let shown = |value: f64| match value.abs() {
        size if size >= 10.0 => format!("{value:.0}"),
        _ => format!("{value:.2}"),
    };
    let range = |low: f64, middle: f64, high: f64| {
        format!("{} ({} to {})", shown(middle), shown(low), shown(high))
    };
    let rows = calibration.parameters.iter().map(|one| {
        let [low, middle, high] = one.prior;
        vec![
            one.name.clone(),
            one.unit.clone(),
            range(low, middle, high),
            one.posterior.map_or("as before".to_owned(), |after| {
                let p = after.percentiles;
                range(p[0], p[2], p[4])
            }),
        ]
    });
    card.block(&in_columns(
        vec!["Parameter", "Unit", "First believed", "After the evidence"],
        rows,
    ));
    card.item("Parameters that no ballot or survey speaks of stay as first believed.");
    let moved_little: Vec<String> = (calibration_rows(calibration).into_iter())
        .filter(|row| row.width_left.is_some_and(|left| left > HARDLY_MOVED))
        .map(|row| row.parameter)
        .collect();
    if !moved_little.is_empty() {
        card.item(&format!(
            "Hardly moved, so still what was first believed: {} (more than nine tenths of the 90% range \
             is left).",
            moved_little.join(", ")
        ));
    }
    for one in &calibration.parameters {
        card.item(&format!("  {}: {}", one.name, one.meaning));
    }
    card.section("The evidence, and what the fitted model expects of it");
    let rows = calibration.fits.iter().map(|fit| {
        let p = fit.expected.percentiles;
        vec![
            fit.source.clone(),
            format!("£{:.2}", fit.cost),
            format!(
                "{}{}",
                percent(fit.share, 1),
                if fit.doubtful { " (doubtful)" } else { "" }
            ),
            format!(
                "{} ({} to {})",
                percent(p[2], 0),
                percent(p[0], 0),
                percent(p[4], 0)
            ),
        ]
    });
    let header = vec![
        "Ballot or survey",
        "Asked of a mean home",
        "Chose it",
        "Expected",
    ];
    card.block(&in_columns(header, rows));
    card.item(
        "Asked: pounds of 2026 a year over the lowest option. Expected: median and 90% range without \
         the mood of that ballot or the offset of that survey.",
    );
    card.section("How sharp it is");
    let effective = calibration.learned.weights.effective();
    let draws = f64::from(calibration.effort.draws);
    card.item(&format!(
        "{} of {} draws from the fitted normal count ({}): a run of 10,000 draws has the sharpness \
         of some {}.",
        thousands(effective.round() as u64),
        thousands(u64::from(calibration.effort.draws)),
        percent(effective / draws, 0),
        thousands((effective / draws * 100.0).round() as u64 * 100)
    ));
    card.item(&how_little(calibration.evidence.ballots.iter()));
    card.item(&format!(
        "{} draws a round, {} rounds, seed {}.",
        thousands(u64::from(calibration.effort.draws)),
        calibration.effort.rounds,
        calibration.effort.seed
    ));
    card.end(place)
}
