//! From draws to figures with their spread and their Monte Carlo error.

use super::prepare::Prepared;
use super::run::DrawOutcomes;
use crate::domain::Distribution;

/// A figure with its spread over the draws.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Mean.
    pub mean: f64,
    /// Standard deviation.
    pub sd: f64,
    /// 5th, 25th, 50th, 75th and 95th percentile.
    pub percentiles: [f64; 5],
    /// Standard error of the mean from the finite number of draws.
    pub monte_carlo_error: f64,
}

/// The spread of a column of draws; nothing where there are none.
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
    let sd = if known.len() > 1 {
        (squares / (n - 1.0)).sqrt()
    } else {
        0.0
    };
    let mut sorted = known;
    sorted.sort_by(f64::total_cmp);
    let percentiles = [0.05, 0.25, 0.50, 0.75, 0.95].map(|share| percentile(&sorted, share));
    Some(Spread {
        mean,
        sd,
        percentiles,
        monte_carlo_error: sd / n.sqrt(),
    })
}

fn percentile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}

/// The share of draws that were won, and its standard error; nothing where there was no vote.
pub fn win_probability(outcomes: &DrawOutcomes) -> Option<(f64, f64)> {
    let vote = outcomes.vote.as_ref()?;
    let n = vote.won.len() as f64;
    let won = vote.won.iter().filter(|won| **won).count() as f64 / n;
    Some((won, (won * (1.0 - won) / n).sqrt()))
}

/// How much an input drives the probability of winning.
#[derive(Debug, Clone, PartialEq)]
pub struct Driver {
    /// The input.
    pub name: String,
    /// P(win) in the draws where the input is above its median, less P(win) where it is below.
    pub effect: f64,
    /// Its Monte Carlo standard error.
    pub error: f64,
}

/// The inputs that drive the probability of winning, strongest first.
///
/// Empty where there was no vote or fewer than 100 draws.
pub fn drivers(prepared: &Prepared, outcomes: &DrawOutcomes) -> Vec<Driver> {
    let Some(vote) = &outcomes.vote else {
        return Vec::new();
    };
    let n = outcomes.len();
    if n < 100 {
        return Vec::new();
    }
    let mut drivers: Vec<Driver> = prepared
        .inputs
        .list()
        .iter()
        .zip(&outcomes.inputs)
        .filter(|(input, _)| !matches!(input.distribution, Distribution::Fixed(_)))
        .map(|(input, values)| {
            let mut order: Vec<usize> = (0..n).collect();
            order.sort_by(|&a, &b| values[a].total_cmp(&values[b]).then(a.cmp(&b)));
            let (lower, upper) = order.split_at(n / 2);
            let won = |draws: &[usize]| {
                draws.iter().filter(|&&draw| vote.won[draw]).count() as f64 / draws.len() as f64
            };
            let (low, high) = (won(lower), won(upper));
            let variance = |p: f64, n: usize| p * (1.0 - p) / n as f64;
            Driver {
                name: input.name.clone(),
                effect: high - low,
                error: (variance(low, lower.len()) + variance(high, upper.len())).sqrt(),
            }
        })
        .collect();
    drivers.sort_by(|a, b| {
        b.effect
            .abs()
            .total_cmp(&a.effect.abs())
            .then(a.name.cmp(&b.name))
    });
    drivers
}
