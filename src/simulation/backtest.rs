//! Predicts each past ballot from the others, and the statutory one area by area.

use rayon::prelude::*;
use statrs::distribution::{ContinuousCDF, Normal};

use super::inputs::normals;
use super::learn::{Effort, Learned, learn, priors};
use super::prepare::{PrepareError, prepare};
use super::run::{NoObserver, run};
use super::summary::Spread;
use super::weights::Weights;
use crate::data::evidence::BallotArea;
use crate::data::{Assumptions, Scenario, World};
use crate::domain::evidence::{Evidence, FittedNormal, Learning, PastBallot};
use crate::domain::{Distribution, LogOdds};
use crate::vote::LearnedParameters;
use crate::vote::likelihood::{expected_log_odds, of_ballot};

/// One ballot, predicted from the others.
#[derive(Debug, Clone, PartialEq)]
pub struct BallotForecast {
    /// The ballot.
    pub ballot: PastBallot,
    /// Draws that count alike and would be as sharp.
    pub effective: f64,
    /// Logarithm of the density that the forecast gave to what all its options got together, on the
    /// log odds scale.
    pub log_score: f64,
    /// The same of a forecast from the priors alone.
    pub log_score_of_priors: f64,
    /// Its options.
    pub options: Vec<OptionForecast>,
}

/// One option of a ballot, predicted from the other ballots.
#[derive(Debug, Clone, PartialEq)]
pub struct OptionForecast {
    /// Spread of the predicted share of votes for this option or a higher one.
    pub predicted: Spread,
    /// Share of the forecast below what came.
    pub below: f64,
    /// Continuous ranked probability score of the share: 0 is perfect; for a forecast without a
    /// spread it is the distance to what came.
    pub crps: f64,
    /// The same of a forecast from the priors alone.
    pub crps_of_priors: f64,
}

impl OptionForecast {
    /// Whether what came lies in the middle `range` of the forecast, such as 0.9.
    pub fn is_inside(&self, range: f64) -> bool {
        is_inside(self.below, range)
    }
}

/// Whether a place in a forecast lies in its middle `range`.
fn is_inside(below: f64, range: f64) -> bool {
    (below - 0.5).abs() <= range / 2.0
}

/// Predicts each ballot of the evidence from the rest of it.
pub fn backtest(
    assumptions: &Assumptions,
    evidence: &Evidence,
    effort: Effort,
) -> Vec<BallotForecast> {
    let priors = priors(assumptions);
    let forecast = |ballot: &PastBallot| {
        let mut rest = evidence.clone();
        rest.ballots.retain(|one| one.key != ballot.key);
        let learned = learn(&rest, &priors, effort);
        let first_believed = as_first_believed(&rest, &priors, effort);
        let after = Predictive::of(&learned, ballot, effort);
        let before = Predictive::of(&first_believed, ballot, effort);
        let options = ballot.options.iter().enumerate().map(|(place, option)| {
            let shares = &after.shares[place];
            OptionForecast {
                predicted: learned.weights.spread(shares).expect("there are draws"),
                below: after.below[place],
                crps: crps(&learned.weights, shares, option.share),
                crps_of_priors: crps(&first_believed.weights, &before.shares[place], option.share),
            }
        });
        BallotForecast {
            options: options.collect(),
            effective: learned.weights.effective(),
            log_score: after.log_score,
            log_score_of_priors: before.log_score,
            ballot: ballot.clone(),
        }
    };
    evidence.ballots.par_iter().map(forecast).collect()
}

/// Draws from the priors, all alike.
fn as_first_believed(evidence: &Evidence, priors: &[Distribution; 7], effort: Effort) -> Learned {
    let nothing = Evidence {
        ballots: Vec::new(),
        surveys: Vec::new(),
        ..evidence.clone()
    };
    let no_rounds = Effort {
        rounds: 0,
        ..effort
    };
    let drawn = learn(&nothing, priors, no_rounds);
    debug_assert_eq!(
        drawn.fitted,
        FittedNormal::standard(&LearnedParameters::NAMES)
    );
    drawn
}

/// What draws of the parameters predict of a ballot.
struct Predictive {
    /// Shares, option by option, one a draw, with a new mood and the ballot's own error.
    shares: Vec<Vec<f64>>,
    /// Share of the forecast below what came, option by option: without noise of drawing moods.
    below: Vec<f64>,
    log_score: f64,
}

impl Predictive {
    fn of(learned: &Learned, ballot: &PastBallot, effort: Effort) -> Self {
        let n = learned.values[0].len();
        let standard = Normal::standard();
        let luck = |what: &str| {
            let mut luck = vec![0.0; n];
            normals(
                effort.seed,
                &format!("backtest/{}/{what}", ballot.key),
                0,
                &mut luck,
            );
            luck
        };
        let mood = luck("mood");
        let mut shares = Vec::with_capacity(ballot.options.len());
        let mut below = Vec::with_capacity(ballot.options.len());
        for (place, option) in ballot.options.iter().enumerate() {
            let own = luck(&format!("option {place}"));
            let came = (option.share / (1.0 - option.share)).ln();
            let (mut of_option, mut under) = (Vec::with_capacity(n), Vec::with_capacity(n));
            for draw in 0..n {
                let p = learned.draw(draw);
                let expected = expected_log_odds(option, ballot.statutory, &p);
                let log_odds = expected + p.tau * mood[draw] + ballot.option_sd * own[draw];
                of_option.push(LogOdds(log_odds).share().value());
                under.push(standard.cdf((came - expected) / p.tau.hypot(ballot.option_sd)));
            }
            below.push(learned.weights.mean(&under));
            shares.push(of_option);
        }
        let densities: Vec<f64> = (0..n)
            .map(|draw| of_ballot(ballot, &learned.draw(draw)).exp())
            .collect();
        Self {
            shares,
            below,
            log_score: learned.weights.mean(&densities).ln(),
        }
    }
}

/// The continuous ranked probability score of weighted draws against what came:
/// `E|X - came| - E|X - X'| / 2`.
pub fn crps(weights: &Weights, values: &[f64], came: f64) -> f64 {
    let mut sorted: Vec<(f64, f64)> = (values.iter().copied())
        .zip(weights.values().iter().copied())
        .collect();
    sorted.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    let all: f64 = sorted.iter().map(|(_, weight)| weight).sum();
    let (mut distance, mut between, mut below) = (0.0, 0.0, 0.0);
    for (value, weight) in &sorted {
        let weight = weight / all;
        distance += weight * (value - came).abs();
        // Weight below less weight above.
        between += weight * value * (2.0 * below + weight - 1.0);
        below += weight;
    }
    distance - between
}

/// The statutory ballot in one billing authority, predicted from the other ballots and from the
/// area's own bands and bills.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaForecast {
    /// What came.
    pub area: BallotArea,
    /// Spread of the predicted share for Yes.
    pub predicted: Spread,
    /// Share of the forecast below what came.
    pub below: f64,
    /// Continuous ranked probability score.
    pub crps: f64,
    /// How far the area lay above the whole ballot, as a share of votes.
    pub gap: f64,
    /// Spread of how far it was predicted to lie above: the mood of the ballot is in both.
    pub predicted_gap: Spread,
}

impl AreaForecast {
    /// Whether what came lies in the middle `range` of the forecast, such as 0.9.
    pub fn is_inside(&self, range: f64) -> bool {
        is_inside(self.below, range)
    }
}

/// Predicts a past ballot area by area with a scenario that restates it; the ballot itself is left
/// out of what is learned.
///
/// # Errors
/// When the scenario cannot be run. Areas of the count that are none of its are left out.
pub fn backtest_areas(
    scenario: &Scenario,
    world: &World,
    areas: &[BallotArea],
) -> Result<Vec<AreaForecast>, PrepareError> {
    let mut scenario = scenario.clone();
    if let Learning::FromEvidence { leave_out } = &mut scenario.learning {
        for area in areas {
            if !leave_out.contains(&area.ballot) {
                leave_out.push(area.ballot.clone());
            }
        }
    }
    let prepared = prepare(&scenario, world)?;
    let outcomes = run(&prepared, &NoObserver);
    let Some(vote) = &outcomes.vote else {
        return Ok(Vec::new());
    };
    let n = prepared.cells.wards().len();
    let all =
        |of: fn(&BallotArea) -> u32| areas.iter().map(|area| f64::from(of(area))).sum::<f64>();
    let whole = all(|area| area.yes) / all(|area| area.yes + area.no);
    let mut forecasts = Vec::with_capacity(areas.len());
    for area in areas {
        let mut wards = prepared.cells.wards().iter();
        let Some(place) = wards.position(|ward| ward.code == area.code.as_str()) else {
            continue;
        };
        let of_area = vote.ward_yes_share.iter().skip(place).step_by(n);
        let shares: Vec<f64> = of_area.copied().collect();
        let gaps: Vec<f64> = (shares.iter().zip(&vote.yes_share))
            .map(|(area, whole)| area - whole)
            .collect();
        let (predicted, predicted_gap) = (vote.weights.spread(&shares), vote.weights.spread(&gaps));
        let (Some(predicted), Some(predicted_gap)) = (predicted, predicted_gap) else {
            continue;
        };
        let came = area.share_yes();
        let under: Vec<bool> = shares.iter().map(|share| *share < came).collect();
        forecasts.push(AreaForecast {
            area: area.clone(),
            predicted,
            below: vote.weights.share(&under).0,
            crps: crps(&vote.weights, &shares, came),
            gap: came - whole,
            predicted_gap,
        });
    }
    Ok(forecasts)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: X is 0 or 1 with weights 1/4 and 3/4, came 1: E|X - 1| = 1/4, E|X - X'| = 3/8.
    #[test]
    fn the_score_of_two_weighted_draws_is_that_by_hand() {
        let weights: Weights = [1.0, 3.0].into_iter().collect();
        let found = crps(&weights, &[0.0, 1.0], 1.0);
        assert!((found - (0.25 - 0.1875)).abs() < 1e-12, "{found}");
    }

    #[test]
    fn a_forecast_without_a_spread_scores_its_distance() {
        let found = crps(&Weights::alike(3), &[0.4, 0.4, 0.4], 0.7);
        assert!((found - 0.3).abs() < 1e-12, "{found}");
    }
}
