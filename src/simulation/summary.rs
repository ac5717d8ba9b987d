//! From draws to figures with their spread and their Monte Carlo error.

use super::prepare::Prepared;
use super::run::DrawOutcomes;
use crate::domain::Distribution;

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

/// The spread of a column of draws; nothing where there are none. A value that is not a number
/// stands for a share of no votes, and is left out.
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
    let known: Vec<f64> = values
        .iter()
        .copied()
        .filter(|value| !value.is_nan())
        .collect();
    if known.is_empty() {
        return None;
    }
    let n = known.len() as f64;
    let mean = known.iter().sum::<f64>() / n;
    let squares: f64 = known.iter().map(|value| (value - mean).powi(2)).sum();
    let sd = (known.len() > 1).then(|| (squares / (n - 1.0)).sqrt());
    let mut sorted = known;
    sorted.sort_by(f64::total_cmp);
    let percentiles = [0.05, 0.25, 0.50, 0.75, 0.95].map(|share| percentile(&sorted, share));
    Some(Spread {
        mean,
        sd,
        percentiles,
        monte_carlo_error: sd.map(|sd| sd / n.sqrt()),
    })
}

fn percentile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}

/// The share of draws that were won, and its standard error; nothing where there was no vote.
///
/// The error is that of a proportion after one more win and one more loss (Laplace), so that it
/// does not vanish where every draw ends alike.
pub fn win_probability(outcomes: &DrawOutcomes) -> Option<(f64, f64)> {
    let vote = outcomes.vote.as_ref()?;
    Some(share_won(&vote.won))
}

/// The same if every voter knew what a Yes would cost her (comprehension of 1), all else alike.
pub fn win_probability_if_known(outcomes: &DrawOutcomes) -> Option<(f64, f64)> {
    let vote = outcomes.vote.as_ref()?;
    Some(share_won(&vote.won_if_known))
}

fn share_won(won: &[bool]) -> (f64, f64) {
    let n = won.len() as f64;
    let count = won.iter().filter(|won| **won).count() as f64;
    (count / n, error_of_share(count, n))
}

fn error_of_share(count: f64, n: f64) -> f64 {
    let share = (count + 1.0) / (n + 2.0);
    (share * (1.0 - share) / (n + 3.0)).sqrt()
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
    let n = outcomes.len();
    let wins = vote.won.iter().filter(|won| **won).count();
    if wins.min(n - wins) < 50 {
        return Vec::new();
    }
    let won = |draws: &[usize]| {
        let count = draws.iter().filter(|&&draw| vote.won[draw]).count() as f64;
        let n = draws.len() as f64;
        (count / n, error_of_share(count, n))
    };
    let mut drivers: Vec<Driver> = prepared
        .inputs
        .list()
        .iter()
        .zip(&outcomes.inputs)
        .filter(|(input, _)| input.moves_vote)
        .filter(|(input, _)| !matches!(input.distribution, Distribution::Fixed(_)))
        .map(|(input, values)| {
            let mut order: Vec<usize> = (0..n).collect();
            order.sort_by(|&a, &b| values[a].total_cmp(&values[b]).then(a.cmp(&b)));
            let (lower, upper) = order.split_at(n / 2);
            let ((low, low_error), (high, high_error)) = (won(lower), won(upper));
            Driver {
                name: input.name.clone(),
                meaning: input.meaning.clone(),
                effect: high - low,
                error: low_error.hypot(high_error),
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
