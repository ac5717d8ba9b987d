//! From draws to figures with their spread and their Monte Carlo error.

use super::inputs::{COMPREHENSION, KAPPA};
use super::prepare::Prepared;
use super::run::{DrawOutcomes, VoteOutcomes};
use super::weights::Weights;

/// A figure with its spread over the draws.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Mean.
    pub mean: f64,
    /// Standard deviation; nothing from a single draw.
    pub sd: Option<f64>,
    /// 5th, 25th, 50th, 75th and 95th percentile.
    pub percentiles: [f64; 5],
    /// Standard error of the mean from the finite number of draws; nothing from a single draw.
    pub monte_carlo_error: Option<f64>,
}

impl Spread {
    /// That of a value that is not uncertain.
    pub const fn exact(value: f64) -> Self {
        Self {
            mean: value,
            sd: Some(0.0),
            percentiles: [value; 5],
            monte_carlo_error: Some(0.0),
        }
    }
}

/// The spread of a column of draws that count alike; nothing where there are none. A value that is
/// not a number stands for a share of no votes, and is left out.
///
/// Sums run in the order of the draws; percentiles are interpolated between order statistics.
///
/// # Example
/// ```
/// use bandwise::simulation::spread;
/// let spread = spread(&[1.0, 2.0, 3.0, 4.0, 5.0]).expect("five draws");
/// assert_eq!((spread.mean, spread.percentiles[2]), (3.0, 3.0));
/// assert_eq!(spread.percentiles[0], 1.2);
/// ```
pub fn spread(values: &[f64]) -> Option<Spread> {
    Weights::alike(values.len()).spread(values)
}

/// The probability that the vote is won, and its Monte Carlo standard error; nothing where there
/// was no vote.
pub fn win_probability(outcomes: &DrawOutcomes) -> Option<(f64, f64)> {
    let vote = outcomes.vote.as_ref()?;
    Some(vote.weights.share(&vote.won))
}

/// The same if every voter knew what a Yes would cost her (comprehension of 1), all else alike.
pub fn win_probability_if_known(outcomes: &DrawOutcomes) -> Option<(f64, f64)> {
    let vote = outcomes.vote.as_ref()?;
    Some(vote.weights.share(&vote.won_if_known))
}

/// How much an input drives the probability of winning.
#[derive(Debug, Clone, PartialEq)]
pub struct Driver {
    /// The input.
    pub name: String,
    /// What it says.
    pub meaning: String,
    /// P(win) in the draws where the input is above its median, less P(win) where it is below.
    pub effect: f64,
    /// Its Monte Carlo standard error.
    pub error: f64,
}

/// The inputs of the vote that drive the probability of winning, strongest first.
///
/// Only effects of more than two standard errors count. Empty where there was no vote, or fewer than
/// 50 draws were won or lost.
pub fn drivers(prepared: &Prepared, outcomes: &DrawOutcomes) -> Vec<Driver> {
    let Some(vote) = &outcomes.vote else {
        return Vec::new();
    };
    let wins = vote.won.iter().filter(|won| **won).count();
    if wins.min(outcomes.len() - wins) < 50 {
        return Vec::new();
    }
    // A stated comprehension stands in the place of the one that is believed.
    let reached = prepared.inputs.find(COMPREHENSION).is_some();
    let mut drivers: Vec<Driver> = prepared
        .inputs
        .list()
        .iter()
        .zip(outcomes.inputs.iter())
        .filter(|(input, _)| input.moves_vote)
        .filter(|(input, _)| {
            let (least, most) = input.distribution.range_of_draws();
            least < most
        })
        .filter(|(input, _)| !(reached && input.name == KAPPA))
        .map(|(input, values)| {
            let (effect, error) = about_median(vote, values);
            Driver {
                name: input.name.clone(),
                meaning: input.meaning.clone(),
                effect,
                error,
            }
        })
        .filter(|driver| driver.effect.abs() > 2.0 * driver.error)
        .collect();
    drivers.sort_by(|a, b| {
        b.effect
            .abs()
            .total_cmp(&a.effect.abs())
            .then(a.name.cmp(&b.name))
    });
    drivers
}

/// The probability of winning in the draws where an input is above its median, less that where it is
/// below, and its standard error.
fn about_median(vote: &VoteOutcomes, values: &[f64]) -> (f64, f64) {
    let weights = vote.weights.values();
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]).then(a.cmp(&b)));
    let half = weights.iter().sum::<f64>() / 2.0;
    let mut below = 0.0;
    let reach = order.iter().take_while(|&&draw| {
        below += weights[draw];
        below <= half
    });
    let middle = reach.count();
    let (lower, upper) = order.split_at(middle);
    let of = |draws: &[usize]| {
        let won: Vec<bool> = draws.iter().map(|&draw| vote.won[draw]).collect();
        (vote.weights.only(draws.iter().copied()), won)
    };
    let ((low, lost_low), (high, won_high)) = (of(lower), of(upper));
    high.share_above(&won_high, &low, &lost_low)
}
