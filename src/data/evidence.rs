//! The tables of evidence: past ballots and surveys.

use serde::Deserialize;

use super::assumptions::Assumptions;
use super::catalogue::{self, DataError};
use crate::domain::evidence::{
    BallotOption, Evidence, FittedNormal, PastBallot, Survey, SurveyAnswer,
};
use crate::domain::place::NotACode;
use crate::domain::{AuthorityCode, FinancialYear};

const BALLOTS: &str = "evidence/ballots.csv";
const SURVEYS: &str = "evidence/surveys.csv";
const AREAS: &str = "evidence/ballot_areas.csv";

/// The embedded evidence, in pounds of 2026.
///
/// # Errors
/// When an embedded table is broken: a fault of the build.
///
/// # Example
/// ```
/// use bandwise::data::{Assumptions, evidence};
/// let held = evidence::embedded(&Assumptions::embedded()?)?;
/// assert_eq!(held.ballots.len(), 5);
/// // 13.8% of 156.55 at band D, a mean ratio of 0.9377, prices of 2015 times 1.42.
/// let bedfordshire = &held.ballots[4].options[0];
/// assert!((bedfordshire.cost - 0.138 * 156.55 * 0.9377 * 1.42).abs() < 1e-9);
/// # Ok::<(), bandwise::data::DataError>(())
/// ```
pub fn embedded(assumptions: &Assumptions) -> Result<Evidence, DataError> {
    Ok(Evidence {
        ballots: ballots(assumptions)?,
        surveys: surveys(assumptions)?,
        survey_offset_sd: assumptions.learning.survey_offset_sd,
    })
}

/// Keys of the past ballots, oldest first.
///
/// # Errors
/// When the embedded table is broken: a fault of the build.
pub fn ballot_keys() -> Result<Vec<String>, DataError> {
    #[derive(Deserialize)]
    struct Key {
        ballot: String,
    }
    let rows: Vec<Key> = catalogue::rows(BALLOTS)?;
    let mut keys: Vec<String> = rows.into_iter().map(|row| row.ballot).collect();
    keys.dedup();
    Ok(keys)
}

fn fault(file: &str, text: String) -> DataError {
    DataError::fault(std::path::Path::new(file), text)
}

fn ballots(assumptions: &Assumptions) -> Result<Vec<PastBallot>, DataError> {
    let rows: Vec<RawOption> = catalogue::rows(BALLOTS)?;
    let of_one = rows.chunk_by(|one, next| one.ballot == next.ballot);
    of_one.map(|rows| ballot(rows, assumptions)).collect()
}

fn ballot(rows: &[RawOption], assumptions: &Assumptions) -> Result<PastBallot, DataError> {
    let lowest = &rows[0];
    let wrong = |text: &str| fault(BALLOTS, format!("{}: {text}", lowest.ballot));
    if lowest.share_choosing_at_least != 1.0 || rows.len() < 2 {
        return Err(wrong(
            "the lowest option comes first and has a share of 1, others follow",
        ));
    }
    let year: FinancialYear = lowest
        .financial_year
        .parse()
        .map_err(|_| wrong("the financial year is not one"))?;
    let prices = assumptions.to_2026_prices(year)?;
    let options = rows[1..].iter().map(|row| {
        let extra = (row.option_rise - lowest.option_rise) * row.mean_band_ratio * prices;
        let own = extra * row.base_band_d_pounds;
        BallotOption {
            rise: row.option_rise,
            cost: own,
            cost_of_whole_bill: row
                .whole_bill_band_d_pounds
                .map_or(own, |bill| extra * bill),
            share: row.share_choosing_at_least,
            doubtful: row.doubtful == 1,
        }
    });
    let options: Vec<BallotOption> = options.collect();
    let fits =
        |option: &BallotOption| option.cost > 0.0 && 0.0 < option.share && option.share < 1.0;
    if !options.iter().all(fits) {
        return Err(wrong(
            "an option costs nothing, or has no share between 0 and 1",
        ));
    }
    let spreads = &assumptions.learning;
    Ok(PastBallot {
        key: lowest.ballot.clone(),
        authority: lowest.authority.clone(),
        date: lowest.date.clone(),
        statutory: lowest.statutory == 1,
        option_sd: if options.len() == 1 {
            spreads.ballot_yes_no_sd
        } else {
            spreads.ballot_option_sd
        },
        options,
    })
}

fn surveys(assumptions: &Assumptions) -> Result<Vec<Survey>, DataError> {
    let rows: Vec<RawAnswer> = catalogue::rows(SURVEYS)?;
    let used: Vec<&RawAnswer> = rows.iter().filter(|row| row.learned_from == 1).collect();
    let of_one = used.chunk_by(|one, next| one.survey == next.survey);
    of_one
        .map(|rows| {
            let wrong = |text: &str| fault(SURVEYS, format!("{}: {text}", rows[0].survey));
            let year: Result<FinancialYear, _> = rows[0].prices_of.parse();
            let year = year.map_err(|error| wrong(&error.to_string()))?;
            let prices = assumptions.to_2026_prices(year)?;
            let answer = |row: &&RawAnswer| {
                let (threshold, sample) = row
                    .threshold_pounds
                    .zip(row.sample)
                    .ok_or_else(|| wrong("is learned from without a threshold or a sample"))?;
                let share = row.support;
                let sampling = 1.0 / (sample * share * (1.0 - share));
                Ok(SurveyAnswer {
                    cost: threshold * prices,
                    share,
                    sd: assumptions.learning.survey_answer_sd.hypot(sampling.sqrt()),
                })
            };
            Ok(Survey {
                key: rows[0].survey.clone(),
                date: rows[0].date.clone(),
                answers: rows.iter().map(answer).collect::<Result<_, DataError>>()?,
            })
        })
        .collect()
}

/// The table of the fitted normal.
pub const FITTED_NORMAL: &str = "evidence/fitted_normal.csv";

/// The normal that calibration fitted to the posterior of the learned parameters, from which a run
/// draws them.
///
/// # Errors
/// When the embedded table is broken: a fault of the build.
pub fn fitted_normal() -> Result<FittedNormal, DataError> {
    let rows: Vec<Vec<String>> = csv::Reader::from_reader(catalogue::bytes(FITTED_NORMAL)?)
        .records()
        .map(|row| row.map(|row| row.iter().map(str::to_owned).collect()))
        .collect::<Result<_, _>>()
        .map_err(|error| fault(FITTED_NORMAL, error.to_string()))?;
    let number = |text: &String| -> Result<f64, DataError> {
        let wrong = |error| fault(FITTED_NORMAL, format!("{text:?}: {error}"));
        text.parse().map_err(wrong)
    };
    let mut fitted = FittedNormal {
        names: Vec::new(),
        mean: Vec::new(),
        covariance: Vec::new(),
    };
    for row in &rows {
        let [name, mean, covariance @ ..] = row.as_slice() else {
            return Err(fault(FITTED_NORMAL, "a row is too short".to_owned()));
        };
        fitted.names.push(name.clone());
        fitted.mean.push(number(mean)?);
        let covariance: Result<Vec<f64>, _> = covariance.iter().map(number).collect();
        fitted.covariance.push(covariance?);
    }
    let n = fitted.names.len();
    if fitted.covariance.iter().any(|row| row.len() != n) {
        return Err(fault(
            FITTED_NORMAL,
            "the covariance is not square".to_owned(),
        ));
    }
    Ok(fitted)
}

/// The count of a past ballot in one billing authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BallotArea {
    /// Key of the ballot.
    pub ballot: String,
    /// The billing authority.
    pub code: AuthorityCode,
    /// Its name.
    pub authority: String,
    /// Votes for Yes.
    pub yes: u32,
    /// Votes for No.
    pub no: u32,
}

impl BallotArea {
    /// Share of votes for Yes.
    pub fn share_yes(&self) -> f64 {
        f64::from(self.yes) / f64::from(self.yes + self.no)
    }
}

/// Counts of past ballots by billing authority.
///
/// # Errors
/// When the embedded table is broken: a fault of the build.
pub fn ballot_areas() -> Result<Vec<BallotArea>, DataError> {
    let area = |row: RawArea| {
        Ok(BallotArea {
            ballot: row.ballot,
            code: row
                .authority_code
                .parse()
                .map_err(|error: NotACode| fault(AREAS, error.to_string()))?,
            authority: row.authority,
            yes: row.yes,
            no: row.no,
        })
    };
    catalogue::rows::<RawArea>(AREAS)?
        .into_iter()
        .map(area)
        .collect()
}

#[derive(Deserialize)]
struct RawOption {
    ballot: String,
    authority: String,
    date: String,
    financial_year: String,
    statutory: u8,
    base_band_d_pounds: f64,
    whole_bill_band_d_pounds: Option<f64>,
    mean_band_ratio: f64,
    option_rise: f64,
    share_choosing_at_least: f64,
    doubtful: u8,
}

#[derive(Deserialize)]
struct RawAnswer {
    survey: String,
    date: String,
    prices_of: String,
    sample: Option<f64>,
    threshold_pounds: Option<f64>,
    support: f64,
    learned_from: u8,
}

#[derive(Deserialize)]
struct RawArea {
    ballot: String,
    authority_code: String,
    authority: String,
    yes: u32,
    no: u32,
}
