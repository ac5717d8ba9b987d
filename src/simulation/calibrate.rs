//! What calibration shows: parameters before and after the evidence, and each piece of evidence
//! beside what the fitted model expects of it.

use super::learn::{Effort, Learned, learn, priors};
use super::quantile::transform;
use super::summary::Spread;
use crate::data::Assumptions;
use crate::domain::evidence::Evidence;
use crate::domain::{Distribution, LogOdds};
use crate::vote::LearnedParameters;
use crate::vote::likelihood::{expected_log_odds, log_odds_at};

/// What was learned from the evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// The evidence.
    pub evidence: Evidence,
    /// How much work was done.
    pub effort: Effort,
    /// Draws from the fitted normal, and the normal.
    pub learned: Learned,
    /// Every parameter of the vote, in the order of the table of inputs.
    pub parameters: Vec<ParameterLearned>,
    /// Every piece of evidence.
    pub fits: Vec<Fit>,
}

/// A parameter before and after the evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct ParameterLearned {
    /// Its name.
    pub name: String,
    /// What it says.
    pub meaning: String,
    /// Its unit.
    pub unit: String,
    /// Its prior.
    pub distribution: Distribution,
    /// 5th, 50th and 95th percentile of the prior.
    pub prior: [f64; 3],
    /// Its spread after the evidence; nothing where no evidence speaks of it, and the prior stays.
    pub posterior: Option<Spread>,
}

/// One piece of evidence beside what the fitted model expects of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// Key of the ballot or survey.
    pub source: String,
    /// Whether it is a ballot.
    pub is_ballot: bool,
    /// Pounds of 2026 a year that were asked of a mean home.
    pub cost: f64,
    /// Share that chose it.
    pub share: f64,
    /// Whether the sources disagree on it.
    pub doubtful: bool,
    /// What the fitted model expects without the mood of the ballot or the offset of the survey.
    pub expected: Spread,
}

/// Learns the parameters of the vote from evidence, with the built-in priors.
///
/// # Panics
/// With an effort of no draws.
///
/// # Example
/// ```
/// use bandwise::data::{Assumptions, evidence};
/// use bandwise::simulation::calibrate::calibrate;
/// use bandwise::simulation::learn::Effort;
/// let assumptions = Assumptions::embedded()?;
/// let held = evidence::embedded(&assumptions)?;
/// let effort = Effort { draws: 4_000, rounds: 3, seed: 1 };
/// let calibration = calibrate(&assumptions, held, effort);
/// let pi = &calibration.parameters[0];
/// assert_eq!((pi.name.as_str(), calibration.fits.len()), ("pi", 15));
/// // No ballot says what gainers do: gamma stays as first believed.
/// let gamma = calibration.parameters.iter().find(|one| one.name == "gamma");
/// assert!(gamma.is_some_and(|gamma| gamma.posterior.is_none()));
/// # Ok::<(), bandwise::data::DataError>(())
/// ```
pub fn calibrate(assumptions: &Assumptions, evidence: Evidence, effort: Effort) -> Calibration {
    let learned = learn(&evidence, &priors(assumptions), effort);
    let place = |name: &str| LearnedParameters::NAMES.iter().position(|one| *one == name);
    let parameters = assumptions
        .inputs
        .iter()
        .filter(|input| input.moves_vote)
        .map(|input| {
            let mut prior = [0.05, 0.5, 0.95];
            transform(&input.distribution, &mut prior);
            ParameterLearned {
                name: input.name.clone(),
                meaning: input.meaning.clone(),
                unit: input.unit.clone(),
                distribution: input.distribution,
                prior,
                posterior: place(&input.name).map(|place| learned.parameter(place)),
            }
        })
        .collect();
    Calibration {
        fits: fits(&evidence, &learned),
        evidence,
        effort,
        learned,
        parameters,
    }
}

fn fits(evidence: &Evidence, learned: &Learned) -> Vec<Fit> {
    let draws = 0..learned.values[0].len();
    let spread = |log_odds: &dyn Fn(&LearnedParameters) -> f64| {
        let share = |draw: usize| LogOdds(log_odds(&learned.draw(draw))).share().value();
        let shares: Vec<f64> = draws.clone().map(share).collect();
        learned
            .weights
            .spread(&shares)
            .expect("calibration makes draws")
    };
    let mut fits = Vec::new();
    for ballot in &evidence.ballots {
        for option in &ballot.options {
            fits.push(Fit {
                source: ballot.key.clone(),
                is_ballot: true,
                cost: option.cost,
                share: option.share,
                doubtful: option.doubtful,
                expected: spread(&|p| expected_log_odds(option, ballot.statutory, p)),
            });
        }
    }
    for survey in &evidence.surveys {
        for answer in &survey.answers {
            fits.push(Fit {
                source: survey.key.clone(),
                is_ballot: false,
                cost: answer.cost,
                share: answer.share,
                doubtful: false,
                expected: spread(&|p| log_odds_at(answer.cost, p)),
            });
        }
    }
    fits
}
