//! Learning the parameters of the vote from evidence: adaptive importance sampling.
//!
//! Every parameter is drawn as the quantile of its prior at a normal score. The scores of the
//! parameters that evidence speaks of come from a multivariate normal fitted to the posterior; each
//! draw counts by `prior x likelihood / density of the fitted normal`. Calibration fits that normal
//! from the priors on; a run draws from the fitted one that is built in, and keeps the weights.

use std::collections::BTreeMap;
use std::path::Path;

use nalgebra::{DMatrix, DVector};
use rayon::prelude::*;
use statrs::distribution::{ContinuousCDF, Normal};

use super::inputs::{normals, transform, uniform_of};
use super::summary::Spread;
use super::weights::Weights;
use crate::data::{self, Assumptions, DataError};
use crate::domain::Distribution;
use crate::domain::evidence::{Evidence, FittedNormal};
use crate::vote::{LearnedParameters, log_likelihood};

/// Why nothing can be learned.
pub type LearnError = DataError;

const N: usize = LearnedParameters::NAMES.len();

/// A fitted normal ready to draw from.
#[derive(Debug, Clone, PartialEq)]
struct Sampler {
    mean: DVector<f64>,
    /// Cholesky factor of the covariance.
    lower: DMatrix<f64>,
    /// Logarithm of its determinant.
    ln_det: f64,
}

impl Sampler {
    /// Nothing where the covariance is not positive definite.
    fn of(fitted: &FittedNormal) -> Option<Self> {
        let n = fitted.names.len();
        let covariance = DMatrix::from_fn(n, n, |i, j| fitted.covariance[i][j]);
        let lower = covariance.cholesky()?.unpack();
        Some(Self {
            mean: DVector::from_column_slice(&fitted.mean),
            ln_det: (0..n).map(|i| lower[(i, i)].ln()).sum(),
            lower,
        })
    }

    /// Turns standard normals into scores. Returns the logarithm of the density of the prior against
    /// that of the fitted normal.
    fn draw(&self, scores: &mut [f64; N]) -> f64 {
        let luck = *scores;
        let mut log_ratio = self.ln_det;
        for (i, score) in scores.iter_mut().enumerate() {
            let steered: f64 = (0..=i).map(|j| self.lower[(i, j)] * luck[j]).sum();
            *score = self.mean[i] + steered;
            log_ratio += 0.5 * (luck[i] * luck[i] - *score * *score);
        }
        log_ratio
    }
}

/// Steers the draws of a run to where the evidence is, and weighs them by it.
#[derive(Debug, Clone, PartialEq)]
pub struct Learner {
    evidence: Evidence,
    /// Where the learned parameters stand among the inputs.
    positions: [usize; N],
    sampler: Sampler,
}

/// How much work a run does to fit a normal of its own.
const OF_A_RUN: Effort = Effort {
    draws: 20_000,
    rounds: 5,
    seed: 1,
};

impl Learner {
    /// From the evidence without the ballots left out. The fitted normal that is built in serves the
    /// whole evidence and the built-in priors; where a scenario leaves a ballot out or replaces a
    /// learned parameter, a normal is fitted to its own.
    ///
    /// # Errors
    /// When the embedded evidence or the fitted normal is broken: a fault of the build.
    pub fn of(
        assumptions: &Assumptions,
        replaced: &BTreeMap<String, Distribution>,
        leave_out: &[String],
        positions: [usize; N],
    ) -> Result<Self, LearnError> {
        let mut evidence = data::evidence::embedded(assumptions)?;
        evidence.ballots.retain(|one| !leave_out.contains(&one.key));
        let names = LearnedParameters::NAMES;
        let built_in = leave_out.is_empty() && names.iter().all(|one| !replaced.contains_key(*one));
        let fitted = if built_in {
            data::evidence::fitted_normal()?
        } else {
            let mut priors = priors(assumptions);
            for (prior, name) in priors.iter_mut().zip(names) {
                *prior = *replaced.get(name).unwrap_or(prior);
            }
            learn(&evidence, &priors, OF_A_RUN).fitted
        };
        let wrong = |text: &str| {
            let place = Path::new(data::evidence::FITTED_NORMAL);
            DataError::fault(place, text.to_owned())
        };
        if fitted.names != names {
            return Err(wrong("does not hold the learned parameters in order"));
        }
        let sampler =
            Sampler::of(&fitted).ok_or_else(|| wrong("the covariance is not positive definite"))?;
        Ok(Self {
            evidence,
            positions,
            sampler,
        })
    }

    /// The evidence that is learned from.
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// Turns the uniforms of the learned parameters into those of the fitted normal.
    pub(super) fn steer(&self, uniforms: &mut [Vec<f64>], log_weights: &mut [f64]) {
        let normal = Normal::standard();
        for (draw, log_weight) in log_weights.iter_mut().enumerate() {
            let luck = |at: usize| normal.inverse_cdf(uniforms[at][draw]);
            let mut scores = self.positions.map(luck);
            *log_weight += self.sampler.draw(&mut scores);
            for (at, score) in self.positions.into_iter().zip(scores) {
                uniforms[at][draw] = uniform_of(score);
            }
        }
    }

    /// Adds the log likelihood of the evidence to the weights.
    pub(super) fn weigh(&self, values: &[Vec<f64>], log_weights: &mut [f64]) {
        for (draw, log_weight) in log_weights.iter_mut().enumerate() {
            let parameters = LearnedParameters::of(self.positions.map(|at| values[at][draw]));
            *log_weight += log_likelihood(&self.evidence, &parameters);
        }
    }
}

/// The built-in priors of the learned parameters.
///
/// # Panics
/// When the table of inputs lacks one: a fault of the build.
pub fn priors(assumptions: &Assumptions) -> [Distribution; N] {
    LearnedParameters::NAMES.map(|name| {
        let input = assumptions.inputs.iter().find(|input| input.name == name);
        input
            .expect("the parameters of the vote are inputs")
            .distribution
    })
}

/// How much work calibration does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// Draws of each round.
    pub draws: u32,
    /// Rounds of fitting, the first from the priors.
    pub rounds: u8,
    /// Seed.
    pub seed: u64,
}

/// What was learned.
#[derive(Debug, Clone, PartialEq)]
pub struct Learned {
    /// Effective draws of each round of fitting, then of the draws from the fitted normal.
    pub effective: Vec<f64>,
    /// The fitted normal, rounded to millionths as it is written.
    pub fitted: FittedNormal,
    /// Draws from it: values of each parameter in the order of [`LearnedParameters::NAMES`].
    pub values: [Vec<f64>; N],
    /// How much each of them counts.
    pub weights: Weights,
}

/// Draws that are made together.
const BLOCK: usize = 1_024;

/// Learns the parameters from evidence by adaptive importance sampling: draws from the priors, fits
/// a normal to the weighted draws, draws from that, and so on.
///
/// # Example
/// ```
/// use bandwise::data::{Assumptions, evidence};
/// use bandwise::simulation::learn::{Effort, learn, priors};
/// let assumptions = Assumptions::embedded()?;
/// let held = evidence::embedded(&assumptions)?;
/// let effort = Effort { draws: 4_000, rounds: 3, seed: 1 };
/// let learned = learn(&held, &priors(&assumptions), effort);
/// // Ballots with several options tell the median willingness to pay within a factor of two.
/// let m = learned.parameter(1).percentiles;
/// assert!(m[4] < 2.2 * m[0]);
/// # Ok::<(), bandwise::data::DataError>(())
/// ```
pub fn learn(evidence: &Evidence, priors: &[Distribution; N], effort: Effort) -> Learned {
    let mut fitted = FittedNormal::standard(&LearnedParameters::NAMES);
    let mut effective = Vec::with_capacity(usize::from(effort.rounds) + 1);
    for round in 0..effort.rounds {
        let drawn = Drawn::of(&fitted, evidence, priors, effort, round);
        effective.push(drawn.weights.effective());
        fitted = drawn.fit();
    }
    let drawn = Drawn::of(&fitted, evidence, priors, effort, effort.rounds);
    effective.push(drawn.weights.effective());
    let values = std::array::from_fn(|one| {
        let mut values: Vec<f64> = drawn.scores[one].iter().map(|&z| uniform_of(z)).collect();
        transform(&priors[one], &mut values);
        values
    });
    Learned {
        effective,
        fitted,
        values,
        weights: drawn.weights,
    }
}

impl Learned {
    /// The spread of a parameter, by its position in [`LearnedParameters::NAMES`].
    ///
    /// # Panics
    /// Without draws.
    pub fn parameter(&self, position: usize) -> Spread {
        let spread = self.weights.spread(&self.values[position]);
        spread.expect("calibration makes draws")
    }

    /// The parameters of a draw.
    pub fn draw(&self, draw: usize) -> LearnedParameters {
        LearnedParameters::of(std::array::from_fn(|one| self.values[one][draw]))
    }
}

/// Scores drawn from a normal, with their weights.
struct Drawn {
    scores: [Vec<f64>; N],
    weights: Weights,
}

impl Drawn {
    fn of(
        fitted: &FittedNormal,
        evidence: &Evidence,
        priors: &[Distribution; N],
        effort: Effort,
        round: u8,
    ) -> Self {
        let sampler = Sampler::of(fitted).expect("a fitted covariance is positive definite");
        let draws = effort.draws as usize;
        let blocks: Vec<(Vec<[f64; N]>, Vec<f64>)> = (0..draws.div_ceil(BLOCK))
            .into_par_iter()
            .map(|block| {
                let first = block * BLOCK;
                let n = BLOCK.min(draws - first);
                let luck = LearnedParameters::NAMES.map(|name| {
                    let mut luck = vec![0.0; n];
                    let stream = format!("learn/{round}/{name}");
                    let first = u32::try_from(first).expect("draws are counted in 32 bits");
                    normals(effort.seed, &stream, first, &mut luck);
                    luck
                });
                let mut scores: Vec<[f64; N]> = (0..n)
                    .map(|draw| std::array::from_fn(|one| luck[one][draw]))
                    .collect();
                let ratios: Vec<f64> = scores.iter_mut().map(|one| sampler.draw(one)).collect();
                let values: [Vec<f64>; N] = std::array::from_fn(|one| {
                    let mut values: Vec<f64> = scores
                        .iter()
                        .map(|scores| uniform_of(scores[one]))
                        .collect();
                    transform(&priors[one], &mut values);
                    values
                });
                let log_weight = |draw: usize| {
                    let of = std::array::from_fn(|one| values[one][draw]);
                    ratios[draw] + log_likelihood(evidence, &LearnedParameters::of(of))
                };
                let log_weights = (0..n).map(log_weight).collect();
                (scores, log_weights)
            })
            .collect();
        let mut scores: [Vec<f64>; N] = std::array::from_fn(|_| Vec::with_capacity(draws));
        let mut log_weights = Vec::with_capacity(draws);
        for (of_block, mut of_weights) in blocks {
            for draw in of_block {
                for (all, score) in scores.iter_mut().zip(draw) {
                    all.push(score);
                }
            }
            log_weights.append(&mut of_weights);
        }
        Self {
            scores,
            weights: Weights::from_log(&log_weights),
        }
    }

    /// The normal of the weighted scores, drawn a little towards the prior: by the more, the fewer
    /// draws count, so that a round in which hardly any does still has a covariance.
    fn fit(&self) -> FittedNormal {
        let columns: Vec<&[f64]> = self.scores.iter().map(Vec::as_slice).collect();
        let mut fitted = fit(&LearnedParameters::NAMES, &columns, &self.weights);
        let of_prior = N as f64 / (N as f64 + self.weights.effective());
        for (i, row) in fitted.covariance.iter_mut().enumerate() {
            for (j, covariance) in row.iter_mut().enumerate() {
                let prior = f64::from(u8::from(i == j));
                *covariance = rounded(*covariance + of_prior * (prior - *covariance));
            }
        }
        fitted
    }
}

fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6 + 0.0
}

/// The normal with the mean and the covariance of weighted scores, rounded to millionths.
pub fn fit(names: &[&str], scores: &[&[f64]], weights: &Weights) -> FittedNormal {
    let means: Vec<f64> = scores.iter().map(|scores| weights.mean(scores)).collect();
    let covariance = |i: usize, j: usize| {
        let products: Vec<f64> = (scores[i].iter().zip(scores[j]))
            .map(|(one, other)| (one - means[i]) * (other - means[j]))
            .collect();
        rounded(weights.mean(&products))
    };
    let n = names.len();
    FittedNormal {
        names: names.iter().map(|&name| name.to_owned()).collect(),
        covariance: (0..n)
            .map(|i| (0..n).map(|j| covariance(i.min(j), i.max(j))).collect())
            .collect(),
        mean: means.into_iter().map(rounded).collect(),
    }
}
