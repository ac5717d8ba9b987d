//! Importance weights: how much each draw counts, and figures over draws that count unequally.

use super::points::{REPLICATES, replicate};
use super::summary::Spread;
use super::vector::exp_all;
use crate::domain::Points;

/// Effective draws below which a figure of the vote is called rough.
pub const FEW_EFFECTIVE: f64 = 1_000.0;

/// How much each draw counts, up to a factor; and whether draws are independent, or points of
/// replicates.
///
/// The Monte Carlo error of a figure comes from the draws where they are independent. Sobol points are
/// not: there it comes from how much the 16 replicates differ, each a small run of its own, by the
/// linearised variance of a ratio (Cochran 1977, section 6.13). It is as if each replicate were one
/// heavy draw, so a figure has 15 degrees of freedom.
///
/// # Example
/// ```
/// use bandwise::simulation::Weights;
/// let alike = Weights::alike(4);
/// assert_eq!((alike.effective(), alike.mean(&[1.0, 2.0, 3.0, 4.0])), (4.0, 2.5));
/// // One draw three times as likely under the evidence as the other.
/// let weights = Weights::from_log(&[3.0f64.ln(), 0.0]);
/// assert!((weights.mean(&[1.0, 0.0]) - 0.75).abs() < 1e-12);
/// assert!((weights.effective() - 1.6).abs() < 1e-12);
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Weights {
    values: Vec<f64>,
    sampling: Sampling,
}

/// Which draws are independent of each other.
#[derive(Debug, Clone, PartialEq, Default)]
enum Sampling {
    /// All.
    #[default]
    Each,
    /// Those of different replicates; the replicate of each draw.
    Replicates(Vec<u8>),
}

impl Sampling {
    /// The standard error of a sum of small deviations, one a draw, that are 0 on average; nothing
    /// where all belong to one draw or replicate.
    fn error(&self, deviations: impl Iterator<Item = (usize, f64)>) -> Option<f64> {
        let (mut squares, mut n) = (0.0, 0.0);
        match self {
            Self::Each => {
                for (_, deviation) in deviations {
                    squares += deviation * deviation;
                    n += 1.0;
                }
            }
            Self::Replicates(replicates) => {
                let mut sums = [None; REPLICATES as usize];
                for (draw, deviation) in deviations {
                    *sums[usize::from(replicates[draw])].get_or_insert(0.0) += deviation;
                }
                for sum in sums.into_iter().flatten() {
                    squares += sum * sum;
                    n += 1.0;
                }
            }
        }
        (n > 1.0).then(|| (squares * (n / (n - 1.0))).sqrt())
    }
}

impl Weights {
    /// So many draws that count alike.
    pub fn alike(n: usize) -> Self {
        vec![1.0; n].into_iter().collect()
    }

    /// From the logarithms of weights known up to a factor.
    pub fn from_log(log_weights: &[f64]) -> Self {
        let most = log_weights
            .iter()
            .copied()
            .fold(f64::NEG_INFINITY, f64::max);
        let mut weights: Vec<f64> = log_weights.iter().map(|log| log - most).collect();
        exp_all(&mut weights);
        let mean = weights.iter().sum::<f64>() / weights.len() as f64;
        for weight in &mut weights {
            *weight /= mean;
        }
        weights.into_iter().collect()
    }

    /// The same weights of the first draws of a run from such points.
    #[must_use]
    pub fn drawn_from(mut self, points: Points) -> Self {
        self.sampling = match points {
            Points::Random => Sampling::Each,
            Points::Sobol => {
                let of_draw = |draw| replicate(draw) as u8;
                Sampling::Replicates((0..self.values.len()).map(of_draw).collect())
            }
        };
        self
    }

    /// The same weights of the draws that others are of.
    ///
    /// # Panics
    /// When they are not as many.
    #[must_use]
    pub fn sampled_as(mut self, others: &Self) -> Self {
        assert_eq!(self.values.len(), others.values.len(), "one weight a draw");
        self.sampling.clone_from(&others.sampling);
        self
    }

    /// Those of some of the draws, in their order.
    #[must_use]
    pub fn only(&self, draws: impl Iterator<Item = usize> + Clone) -> Self {
        Self {
            values: draws.clone().map(|draw| self.values[draw]).collect(),
            sampling: match &self.sampling {
                Sampling::Each => Sampling::Each,
                Sampling::Replicates(of) => {
                    Sampling::Replicates(draws.map(|draw| of[draw]).collect())
                }
            },
        }
    }

    /// Whether draws are points of replicates.
    pub fn are_of_replicates(&self) -> bool {
        self.sampling != Sampling::Each
    }

    /// One number a draw.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Number of draws that count alike and would give as sharp a mean (Kish).
    pub fn effective(&self) -> f64 {
        let (mut sum, mut squares) = (0.0, 0.0);
        for weight in &self.values {
            sum += weight;
            squares += weight * weight;
        }
        sum * sum / squares
    }

    /// The weighted mean of one number a draw.
    pub fn mean(&self, values: &[f64]) -> f64 {
        let pairs = self.values.iter().zip(values);
        let weighted: f64 = pairs.map(|(weight, value)| weight * value).sum();
        weighted / self.values.iter().sum::<f64>()
    }

    /// The weighted mean of one number a draw without the draws where it is not a number, as
    /// [`Self::spread`] has it; nothing where there are none.
    pub fn mean_of_known(&self, values: &[f64]) -> Option<f64> {
        // Nothing added is -0: the sum of values that all are has their sign.
        let (mut n, mut sum, mut weighted) = (0usize, 0.0, -0.0);
        for (&value, &weight) in values.iter().zip(&self.values) {
            if !value.is_nan() && weight > 0.0 {
                n += 1;
                sum += weight;
                weighted += weight * value;
            }
        }
        (n > 0).then(|| weighted / sum)
    }

    /// The weighted share of draws for which something holds.
    pub fn chance(&self, holds: &[bool]) -> f64 {
        let (mut sum, mut held) = (0.0, 0.0);
        for (&weight, &holds) in self.values.iter().zip(holds) {
            sum += weight;
            held += if holds { weight } else { 0.0 };
        }
        held / sum
    }

    /// The weighted share of draws for which something holds, and its standard error.
    ///
    /// The error is that after one more draw that holds and one more that does not (Laplace), so that
    /// it does not vanish where every draw ends alike.
    pub fn share(&self, holds: &[bool]) -> (f64, f64) {
        let sum: f64 = self.values.iter().sum();
        let share = self.chance(holds);
        let effective = self.effective();
        let with_two = (share * effective + 1.0) / (effective + 2.0);
        let variance_of = |holds: bool| (f64::from(u8::from(holds)) - with_two).powi(2);
        let squares: f64 = match &self.sampling {
            Sampling::Each => (self.values.iter().zip(holds))
                .map(|(weight, &holds)| weight * weight * variance_of(holds))
                .sum(),
            Sampling::Replicates(_) => {
                let deviations = self.share_deviations(holds, share).enumerate();
                self.sampling.error(deviations).unwrap_or(0.0).powi(2)
            }
        };
        let two = sum / effective;
        let squares = squares + two * two * (variance_of(true) + variance_of(false));
        (share, squares.sqrt() / (sum + 2.0 * two))
    }

    /// How far each draw pulls a share, times the sum of weights.
    fn share_deviations(&self, holds: &[bool], share: f64) -> impl Iterator<Item = f64> {
        (self.values.iter().zip(holds))
            .map(move |(weight, &holds)| weight * (f64::from(u8::from(holds)) - share))
    }

    /// The share of these draws for which something holds, less that of other draws of the same run,
    /// and its standard error.
    ///
    /// Other random draws are independent of these; points of one replicate are not.
    pub fn share_above(&self, holds: &[bool], other: &Self, other_holds: &[bool]) -> (f64, f64) {
        let (here, error) = self.share(holds);
        let (there, other_error) = other.share(other_holds);
        let (Sampling::Replicates(of), Sampling::Replicates(of_other)) =
            (&self.sampling, &other.sampling)
        else {
            return (here - there, error.hypot(other_error));
        };
        let (sum, other_sum): (f64, f64) = (self.values.iter().sum(), other.values.iter().sum());
        let deviations = (self.share_deviations(holds, here).map(|pull| pull / sum))
            .chain((other.share_deviations(other_holds, there)).map(|pull| -pull / other_sum));
        let both = Sampling::Replicates([of.as_slice(), of_other].concat());
        let between = both.error(deviations.enumerate()).unwrap_or(0.0);
        // As of a share: it does not vanish where all draws end alike.
        let least = (1.0 / self.effective()).hypot(1.0 / other.effective());
        (here - there, between.hypot(least))
    }

    /// The spread of one number a draw; nothing where there are none. A value that is not a number
    /// stands for a share of no votes, and is left out with its draw.
    ///
    /// Sums run in the order of the draws. Percentiles are interpolated between order statistics that
    /// stand in the middle of their weights: where all count alike, those of a plain sample.
    pub fn spread(&self, values: &[f64]) -> Option<Spread> {
        let known: Vec<(usize, f64, f64)> = (values.iter().copied())
            .zip(self.values.iter().copied())
            .enumerate()
            .filter(|(_, (value, weight))| !value.is_nan() && *weight > 0.0)
            .map(|(draw, (value, weight))| (draw, value, weight))
            .collect();
        if known.is_empty() {
            return None;
        }
        let n = known.len() as f64;
        let sum: f64 = known.iter().map(|(_, _, weight)| weight).sum();
        let mean = self.mean_of_known(values)?;
        let squares: f64 = (known.iter())
            .map(|(_, value, weight)| weight * (value - mean).powi(2))
            .sum();
        let deviations =
            (known.iter()).map(|&(draw, value, weight)| (draw, weight * (value - mean)));
        let error = self.sampling.error(deviations);
        let more = (known.len() > 1).then(|| n / (n - 1.0));
        let mut sorted: Vec<(f64, f64)> = (known.into_iter())
            .map(|(_, value, weight)| (value, weight))
            .collect();
        sorted.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        Some(Spread {
            mean,
            sd: more.map(|more| (squares / sum * more).sqrt()),
            percentiles: percentiles(&sorted, [0.05, 0.25, 0.50, 0.75, 0.95]),
            monte_carlo_error: error.map(|error| error / sum),
        })
    }
}

impl FromIterator<f64> for Weights {
    fn from_iter<I: IntoIterator<Item = f64>>(weights: I) -> Self {
        Self {
            values: weights.into_iter().collect(),
            sampling: Sampling::Each,
        }
    }
}

/// Percentiles of sorted pairs of a value and its weight.
pub fn percentiles<const N: usize>(sorted: &[(f64, f64)], shares: [f64; N]) -> [f64; N] {
    let (first, last) = (sorted[0].1 / 2.0, sorted[sorted.len() - 1].1 / 2.0);
    let sum: f64 = sorted.iter().map(|(_, weight)| weight).sum();
    let whole = sum - first - last;
    // The place of each value: the middle of its weight, from 0 for the first to 1 for the last.
    let mut places = Vec::with_capacity(sorted.len());
    let mut below = 0.0;
    for (_, weight) in sorted {
        places.push((below + weight / 2.0 - first) / whole);
        below += weight;
    }
    shares.map(|share| {
        let above = places.partition_point(|place| *place <= share);
        let above = above.clamp(1, sorted.len()).min(sorted.len() - 1);
        let under = above.saturating_sub(1);
        let gap = places[above] - places[under];
        if gap > 0.0 {
            let part = ((share - places[under]) / gap).clamp(0.0, 1.0);
            sorted[under].0 + part * (sorted[above].0 - sorted[under].0)
        } else {
            sorted[under].0
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_that_count_alike_have_the_spread_of_a_plain_sample() {
        let values = [4.0, 1.0, 3.0, 5.0, 2.0];
        let found = Weights::alike(5).spread(&values).expect("five draws");
        assert_eq!(found.mean, 3.0);
        assert!((found.sd.expect("five draws") - 2.5f64.sqrt()).abs() < 1e-12);
        let error = found.monte_carlo_error.expect("five draws");
        assert!((error - 0.5f64.sqrt()).abs() < 1e-12);
        for (found, expected) in found.percentiles.into_iter().zip([1.2, 2.0, 3.0, 4.0, 4.8]) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
    }

    /// By hand: weights 3, 1, 1: mean (8 + 10) / 5 = 3.6; the middles of the weights at 1.5, 3.5 and
    /// 4.5 are the places 0, 2/3 and 1, so the median is three quarters of the way from 0 to 8. Draws
    /// that count alike have 6 and 8.
    #[test]
    fn a_heavier_draw_counts_for_more() {
        let weights = Weights::from_log(&[3.0f64.ln(), 0.0, 0.0]);
        let found = weights.spread(&[0.0, 8.0, 10.0]).expect("three draws");
        assert!((found.mean - 3.6).abs() < 1e-12);
        assert!((found.percentiles[2] - 6.0).abs() < 1e-12);
    }

    #[test]
    fn a_single_draw_is_its_own_percentiles() {
        let one = Weights::alike(1).spread(&[7.0]).expect("a draw");
        assert_eq!((one.mean, one.sd, one.percentiles), (7.0, None, [7.0; 5]));
    }

    /// By hand: 32 draws are two points of each of 16 replicates. Where both points of replicate r have
    /// the value r, the mean is 7.5 and its error that of 16 numbers from 0 to 15: their standard
    /// deviation, the root of 340 / 15, over 4. Where the first is 1 and the second is 0, all
    /// replicates agree and there is no error.
    #[test]
    fn the_error_of_points_comes_from_their_replicates() {
        let weights = Weights::alike(32).drawn_from(Points::Sobol);
        let values: Vec<f64> = (0..32).map(|draw| f64::from(draw % 16)).collect();
        let found = weights.spread(&values).expect("draws");
        assert_eq!(found.mean, 7.5);
        let error = found.monte_carlo_error.expect("draws");
        assert!(
            (error - (340.0f64 / 15.0).sqrt() / 4.0).abs() < 1e-12,
            "{error}"
        );
        let values: Vec<f64> = (0..32).map(|draw| f64::from(u8::from(draw < 16))).collect();
        let error = weights.spread(&values).expect("draws").monte_carlo_error;
        assert_eq!(error, Some(0.0));
        // Of a single replicate no error is known.
        let one = weights.only([3, 19].into_iter());
        assert_eq!(
            one.spread(&[1.0, 2.0]).expect("draws").monte_carlo_error,
            None
        );
    }

    /// By hand: replicates 0 to 7 win with both points, the others with none. The share is a half, its
    /// error that of 16 coins: the root of (16 / 4) / 15 / 16, and a little more for the two draws that
    /// are added.
    #[test]
    fn the_error_of_a_share_of_points_comes_from_their_replicates() {
        let weights = Weights::alike(32).drawn_from(Points::Sobol);
        let won: Vec<bool> = (0..32).map(|draw| draw % 16 < 8).collect();
        let (share, error) = weights.share(&won);
        assert_eq!(share, 0.5);
        let coins = (4.0f64 / 15.0 / 16.0).sqrt() * 32.0 / 34.0;
        assert!(coins < error && error < 1.02 * coins, "{error} {coins}");
        let (share, error) = weights.share(&[false; 32]);
        assert!(share == 0.0 && error > 0.02 && error < 0.04, "{error}");
    }

    /// Both halves of each replicate won or lost together: their difference is known, though neither is.
    #[test]
    fn points_of_one_replicate_share_their_luck() {
        for (points, known) in [(Points::Random, false), (Points::Sobol, true)] {
            let weights = Weights::alike(320).drawn_from(points);
            let won: Vec<bool> = (0..160).map(|draw| draw % 16 < 8).collect();
            let (low, high) = (weights.only(0..160), weights.only(160..320));
            let (difference, error) = high.share_above(&won, &low, &won);
            assert_eq!(difference, 0.0);
            assert_eq!(error < 0.02, known, "{points}: {error}");
        }
    }

    #[test]
    fn a_share_of_no_draws_still_has_an_error() {
        let (share, error) = Weights::alike(100).share(&[false; 100]);
        assert!(share == 0.0 && error > 0.005 && error < 0.02, "{error}");
        let mut half = [false; 100];
        half[..50].fill(true);
        let (share, error) = Weights::alike(100).share(&half);
        assert!(share == 0.5 && (error - 0.05).abs() < 0.001, "{error}");
    }
}
