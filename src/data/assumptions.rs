//! Assumptions with their sources: electors, turnout, awards, prices and uncertain inputs.

use std::path::Path;

use serde::Deserialize;

use super::catalogue::{self, DataError};
use super::values::ValueAssumptions;
use crate::domain::{
    Authority, Band, ByBand, Distribution, FinancialYear, LogOdds, MediumTerm, Share, Source,
    Standing,
};

/// Everything that no official table gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Assumptions {
    /// Electors in an occupied home of each band.
    pub electors_per_home: ByBand<f64>,
    /// Turnout in each band where the whole is Derby's.
    pub band_turnout: ByBand<Share>,
    /// Share of exempt dwellings with electors.
    pub exempt_occupied: Share,
    /// Average share of a bill that a working-age award meets.
    pub award_working_age: Share,
    /// Average share of a bill that a pension-age award meets.
    pub award_pension_age: Share,
    /// Log odds of turnout for one standard deviation of ward deprivation.
    pub turnout_deprivation: f64,
    /// The most that any kind of polling day brings out.
    pub turnout_ceiling: Share,
    /// Homes of the city whose poll and billing costs are the default.
    pub cost_dwellings: i64,
    /// What is asked of the years after the vote where a scenario does not say.
    pub medium_term: MediumTerm,
    /// How the values of homes are stretched over their bands.
    pub values: ValueAssumptions,
    /// How closely evidence is taken to follow the model of the vote.
    pub learning: LearningAssumptions,
    /// Keys of the past ballots that can be learned from, oldest first.
    pub ballots: Vec<String>,
    /// How people are asked in polls.
    pub poll_modes: Vec<PollMode>,
    /// Uncertain inputs in the order of their table.
    pub inputs: Vec<UncertainInput>,
    turnouts: Vec<LocalTurnout>,
    days: Vec<PollingDay>,
    prices: Vec<(i16, f64)>,
}

/// How closely evidence is taken to follow the model of the vote; standard deviations in log odds but
/// where said otherwise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LearningAssumptions {
    /// Of an option of a ballot with several, beside the mood of the ballot.
    pub ballot_option_sd: f64,
    /// Of a ballot with one question.
    pub ballot_yes_no_sd: f64,
    /// Of an answer of a survey, beside its offset and its sampling error.
    pub survey_answer_sd: f64,
    /// Of a survey as a whole.
    pub survey_offset_sd: f64,
    /// Factor of weighting on the sampling variance of a poll.
    pub poll_design_effect: f64,
    /// Of opinion, in a month between a poll and the vote.
    pub poll_drift_sd: f64,
    /// Of the share of the undecided of a poll that breaks for Yes; a share.
    pub poll_undecided_sd: f64,
}

/// A way of asking people in a poll.
#[derive(Debug, Clone, PartialEq)]
pub struct PollMode {
    /// Its name in a scenario.
    pub key: String,
    /// How far polls of this kind lie off as a whole, log odds.
    pub house_sd: f64,
    /// What it is.
    pub meaning: String,
    /// Where the spread comes from.
    pub source: Source,
}

/// An input that every draw samples.
#[derive(Debug, Clone, PartialEq)]
pub struct UncertainInput {
    /// Its name, by which a scenario replaces it.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// What it says.
    pub meaning: String,
    /// Whether it moves the vote, rather than the money.
    pub moves_vote: bool,
    /// The least and the most that it may be.
    pub allowed: (f64, f64),
    /// Its distribution.
    pub distribution: Distribution,
    /// Where it comes from.
    pub source: Source,
}

/// The turnout of an authority at local elections.
#[derive(Debug, Clone, PartialEq)]
struct LocalTurnout {
    code: String,
    turnout: Share,
    turnout_2016: Share,
}

/// The kind of day on which a vote is held.
#[derive(Debug, Clone, PartialEq)]
pub struct PollingDay {
    /// Its name in a scenario.
    pub key: String,
    /// In words.
    pub words: String,
    /// The turnout it brings.
    pub turnout: DayTurnout,
    /// Whether another poll shares its costs.
    pub combined: bool,
}

/// How a day decides turnout.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DayTurnout {
    /// So many times the usual local turnout, at most three quarters of electors.
    TimesLocal(f64),
    /// This turnout.
    Absolute(Share),
}

const CONSTANTS: &str = "assumptions/constants.csv";
const INPUTS: &str = "assumptions/inputs.csv";

impl Assumptions {
    /// The embedded assumptions.
    ///
    /// # Errors
    /// When an embedded table is broken: a fault of the build.
    pub fn embedded() -> Result<Self, DataError> {
        let constants: Vec<RawConstant> = catalogue::rows(CONSTANTS)?;
        let constant = |name: &str| {
            constants
                .iter()
                .find(|row| row.name == name)
                .map(|row| row.value)
                .ok_or_else(|| fault(CONSTANTS, format!("{name} is missing")))
        };
        let share = |name: &str| {
            Share::new(constant(name)?)
                .map_err(|error| fault(CONSTANTS, format!("{name}: {error}")))
        };
        let bands: Vec<RawBand> = catalogue::rows("assumptions/bands.csv")?;
        if !bands
            .iter()
            .map(|row| row.band.clone())
            .eq(Band::ALL.map(|band| band.to_string()))
        {
            return Err(fault(
                "assumptions/bands.csv",
                "must have one row for each band".into(),
            ));
        }
        Ok(Self {
            electors_per_home: ByBand::from_fn(|band| {
                bands[band.index()].electors_per_occupied_home
            }),
            band_turnout: ByBand::from_fn(|band| {
                Share::new(bands[band.index()].turnout).expect("a turnout is a share")
            }),
            exempt_occupied: share("exempt_occupied_share")?,
            award_working_age: share("award_working_age")?,
            award_pension_age: share("award_pension_age")?,
            turnout_deprivation: constant("turnout_deprivation")?,
            turnout_ceiling: share("turnout_ceiling")?,
            cost_dwellings: constant("cost_dwellings")? as i64,
            medium_term: super::scenario::medium_term::defaults()?,
            values: ValueAssumptions::embedded()?,
            learning: LearningAssumptions {
                ballot_option_sd: constant("ballot_option_sd")?,
                ballot_yes_no_sd: constant("ballot_yes_no_sd")?,
                survey_answer_sd: constant("survey_answer_sd")?,
                survey_offset_sd: constant("survey_offset_sd")?,
                poll_design_effect: constant("poll_design_effect")?,
                poll_drift_sd: constant("poll_drift_sd")?,
                poll_undecided_sd: constant("poll_undecided_sd")?,
            },
            ballots: super::evidence::ballot_keys()?,
            poll_modes: poll_modes()?,
            inputs: inputs()?,
            turnouts: turnouts()?,
            days: days()?,
            prices: catalogue::rows::<RawPrice>("assumptions/price_index.csv")?
                .into_iter()
                .map(|row| (row.year, row.times_to_2026))
                .collect(),
        })
    }

    /// The usual local turnout of an authority, and whether it is its own.
    ///
    /// Where none is held, that of the first authority of the table is carried over by the
    /// difference in log odds of the turnout of 2016.
    pub fn local_turnout(&self, authority: &Authority) -> (Share, bool) {
        let code = authority.code.as_str();
        if let Some(held) = self.turnouts.iter().find(|held| held.code == code) {
            return (held.turnout, true);
        }
        let reference = &self.turnouts[0];
        let carried = reference.turnout.log_odds().0 + authority.turnout_2016.log_odds().0
            - reference.turnout_2016.log_odds().0;
        (LogOdds(carried).share(), false)
    }

    /// How far a poll of a mode lies off as a whole, log odds.
    ///
    /// # Panics
    /// When there is no such mode: they are fixed by the embedded table.
    pub fn house_sd(&self, mode: &str) -> f64 {
        let held = self.poll_modes.iter().find(|held| held.key == mode);
        held.unwrap_or_else(|| panic!("{mode} is in the table of poll modes"))
            .house_sd
    }

    /// The kinds of polling day.
    pub fn days(&self) -> &[PollingDay] {
        &self.days
    }

    /// What a pound of a calendar year is worth in pounds of 2026.
    ///
    /// # Errors
    /// When no price level is held for the year.
    pub fn to_2026_prices(&self, year: FinancialYear) -> Result<f64, DataError> {
        let wanted = year.first_calendar_year();
        self.prices
            .iter()
            .find(|(year, _)| *year == wanted)
            .map(|(_, factor)| *factor)
            .ok_or_else(|| {
                fault(
                    "assumptions/price_index.csv",
                    format!("no price level for {wanted}"),
                )
            })
    }
}

fn fault(file: &str, text: String) -> DataError {
    DataError::fault(Path::new(file), text)
}

fn inputs() -> Result<Vec<UncertainInput>, DataError> {
    catalogue::rows::<RawInput>(INPUTS)?
        .into_iter()
        .map(|row| {
            let wrong = |text: String| fault(INPUTS, format!("{}: {text}", row.name));
            let parameters: Vec<f64> = row.parameter_1.into_iter().chain(row.parameter_2).collect();
            let distribution = Distribution::from_parameters(&row.distribution, &parameters)
                .map_err(|error| wrong(error.to_string()))?;
            let standing: Standing = row
                .standing
                .parse()
                .map_err(|error| wrong(format!("{error}")))?;
            Ok(UncertainInput {
                name: row.name.clone(),
                unit: row.unit.clone(),
                meaning: row.meaning.clone(),
                moves_vote: row.group == "vote",
                allowed: (row.lowest, row.highest),
                distribution,
                source: Source {
                    citation: row.source.clone(),
                    standing,
                },
            })
        })
        .collect()
}

fn turnouts() -> Result<Vec<LocalTurnout>, DataError> {
    let file = "assumptions/turnout.csv";
    let share = |value: f64| Share::new(value).map_err(|error| fault(file, error.to_string()));
    let held = catalogue::rows::<RawTurnout>(file)?
        .into_iter()
        .map(|row| {
            Ok(LocalTurnout {
                code: row.authority_code,
                turnout: share(row.turnout)?,
                turnout_2016: share(row.referendum_2016_turnout)?,
            })
        })
        .collect::<Result<Vec<_>, DataError>>()?;
    if held.is_empty() {
        Err(fault(file, "holds no turnout".to_owned()))
    } else {
        Ok(held)
    }
}

fn days() -> Result<Vec<PollingDay>, DataError> {
    let file = "assumptions/polling_days.csv";
    catalogue::rows::<RawDay>(file)?
        .into_iter()
        .map(|row| {
            let turnout = match row.turnout_kind.as_str() {
                "times_local" => DayTurnout::TimesLocal(row.turnout),
                "absolute" => DayTurnout::Absolute(
                    Share::new(row.turnout).map_err(|error| fault(file, error.to_string()))?,
                ),
                other => return Err(fault(file, format!("{other:?} is no kind of turnout"))),
            };
            Ok(PollingDay {
                key: row.day,
                words: row.words,
                turnout,
                combined: row.poll_cost == "combined",
            })
        })
        .collect()
}

fn poll_modes() -> Result<Vec<PollMode>, DataError> {
    let file = "assumptions/poll_modes.csv";
    catalogue::rows::<RawPollMode>(file)?
        .into_iter()
        .map(|row| {
            let wrong = |text: String| fault(file, format!("{}: {text}", row.mode));
            if !(row.house_sd >= 0.0 && row.house_sd.is_finite()) {
                return Err(wrong(format!("{} is no spread", row.house_sd)));
            }
            let standing: Standing = row
                .standing
                .parse()
                .map_err(|error| wrong(format!("{error}")))?;
            Ok(PollMode {
                key: row.mode.clone(),
                house_sd: row.house_sd,
                meaning: row.meaning.clone(),
                source: Source {
                    citation: row.source.clone(),
                    standing,
                },
            })
        })
        .collect()
}

#[derive(Deserialize)]
struct RawPollMode {
    mode: String,
    house_sd: f64,
    meaning: String,
    standing: String,
    source: String,
}

#[derive(Deserialize)]
struct RawConstant {
    name: String,
    value: f64,
}

#[derive(Deserialize)]
struct RawBand {
    band: String,
    electors_per_occupied_home: f64,
    turnout: f64,
}

#[derive(Deserialize)]
struct RawInput {
    name: String,
    distribution: String,
    parameter_1: Option<f64>,
    parameter_2: Option<f64>,
    group: String,
    lowest: f64,
    highest: f64,
    unit: String,
    meaning: String,
    standing: String,
    source: String,
}

#[derive(Deserialize)]
struct RawTurnout {
    authority_code: String,
    turnout: f64,
    referendum_2016_turnout: f64,
}

#[derive(Deserialize)]
struct RawDay {
    day: String,
    words: String,
    turnout_kind: String,
    turnout: f64,
    poll_cost: String,
}

#[derive(Deserialize)]
struct RawPrice {
    year: i16,
    times_to_2026: f64,
}
