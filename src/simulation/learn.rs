//! Learning the parameters of the vote from evidence: adaptive importance sampling.
//!
//! Every parameter is drawn as the quantile of its prior at a normal score. The scores of the
//! parameters that evidence speaks of come from a multivariate normal fitted to the posterior; each
//! draw counts by `prior x likelihood / density of the fitted normal`. Calibration fits that normal
//! from the priors on; a run draws from the fitted one that is built in, and keeps the weights.

use std::collections::BTreeMap;
use std::path::Path;

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, f64x8};
use nalgebra::DMatrix;
use rayon::prelude::*;

use super::inputs::normals;
use super::quantile::Quantile;
use super::summary::Spread;
use super::vector::{LANES, load, store};
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
    mean: [f64; N],
    /// Cholesky factor of the covariance, row by row.
    lower: [[f64; N]; N],
    /// Logarithm of its determinant.
    ln_det: f64,
}

impl Sampler {
    /// Nothing where the covariance is not positive definite.
    fn of(fitted: &FittedNormal) -> Option<Self> {
        let covariance = DMatrix::from_fn(N, N, |i, j| fitted.covariance[i][j]);
        let lower = covariance.cholesky()?.unpack();
        Some(Self {
            mean: std::array::from_fn(|i| fitted.mean[i]),
            ln_det: (0..N).map(|i| lower[(i, i)].ln()).sum(),
            lower: std::array::from_fn(|i| std::array::from_fn(|j| lower[(i, j)])),
        })
    }

    /// Turns standard normals into scores, one number a draw. Adds the logarithm of the density of the
    /// prior against that of the fitted normal to the weights.
    fn draw(&self, scores: &mut [impl AsMut<[f64]>; N], log_weights: &mut [f64]) {
        dispatch!(Level::new(), simd => self.draw_with(simd, scores, log_weights));
    }

    #[inline(always)]
    fn draw_with<S: Simd>(
        &self,
        simd: S,
        scores: &mut [impl AsMut<[f64]>; N],
        log_weights: &mut [f64],
    ) {
        for first in (0..log_weights.len()).step_by(LANES) {
            let zero = f64x8::splat(simd, 0.0);
            let mut luck = [zero; N];
            let mut log_ratio = zero + self.ln_det;
            for (i, scores) in scores.iter_mut().enumerate() {
                let scores = &mut scores.as_mut()[first..];
                luck[i] = load(simd, scores);
                let mut steered = zero;
                for (luck, &factor) in luck[..=i].iter().zip(&self.lower[i]) {
                    steered += *luck * factor;
                }
                let score = steered + self.mean[i];
                log_ratio += (luck[i] * luck[i] - score * score) * 0.5;
                store(score, scores);
            }
            let weights = &mut log_weights[first..];
            store(load(simd, weights) + log_ratio, weights);
        }
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

    /// Where the learned parameters stand among the inputs.
    pub(super) fn positions(&self) -> &[usize; N] {
        &self.positions
    }

    /// Turns the standard normals of the learned parameters into scores of the fitted normal.
    pub(super) fn steer(&self, normals: &mut [&mut [f64]], log_weights: &mut [f64]) {
        let mut scores = self.positions.map(|at| std::mem::take(&mut normals[at]));
        self.sampler.draw(&mut scores, log_weights);
        for (at, scores) in self.positions.into_iter().zip(scores) {
            normals[at] = scores;
        }
    }

    /// Adds the log likelihood of the evidence to the weights.
    pub(super) fn weigh(&self, values: &[&mut [f64]], log_weights: &mut [f64]) {
        let of_each = self.positions.map(|at| &*values[at]);
        weigh(&self.evidence, of_each, log_weights);
    }
}

/// Adds the log likelihood of evidence to the weights of draws; parameters in the order of
/// [`LearnedParameters::NAMES`], one number a draw.
fn weigh(evidence: &Evidence, parameters: [&[f64]; N], log_weights: &mut [f64]) {
    dispatch!(Level::new(), simd => weigh_with(simd, evidence, parameters, log_weights));
}

#[inline(always)]
fn weigh_with<S: Simd>(
    simd: S,
    evidence: &Evidence,
    parameters: [&[f64]; N],
    log_weights: &mut [f64],
) {
    for first in (0..log_weights.len()).step_by(LANES) {
        let mut of_draws = [f64x8::splat(simd, 0.0); N];
        for (of_draws, values) in of_draws.iter_mut().zip(parameters) {
            *of_draws = load(simd, &values[first..]);
        }
        let found = log_likelihood(evidence, &LearnedParameters::of(of_draws));
        let weights = &mut log_weights[first..];
        store(load(simd, weights) + found, weights);
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
    let priors = &priors.map(Quantile::of);
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
        let mut values = drawn.scores[one].clone();
        priors[one].of_scores(&mut values);
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
        priors: &[Quantile; N],
        effort: Effort,
        round: u8,
    ) -> Self {
        let sampler = Sampler::of(fitted).expect("a fitted covariance is positive definite");
        let draws = effort.draws as usize;
        let blocks: Vec<([Vec<f64>; N], Vec<f64>)> = (0..draws.div_ceil(BLOCK))
            .into_par_iter()
            .map(|block| {
                let first = block * BLOCK;
                let n = BLOCK.min(draws - first);
                let mut scores = LearnedParameters::NAMES.map(|name| {
                    let mut luck = vec![0.0; n];
                    let stream = format!("learn/{round}/{name}");
                    let first = u32::try_from(first).expect("draws are counted in 32 bits");
                    normals(effort.seed, &stream, first, &mut luck);
                    luck
                });
                let mut log_weights = vec![0.0; n];
                sampler.draw(&mut scores, &mut log_weights);
                let mut values = scores.clone();
                for (values, prior) in values.iter_mut().zip(priors) {
                    prior.of_scores(values);
                }
                let of_each = std::array::from_fn(|one| values[one].as_slice());
                weigh(evidence, of_each, &mut log_weights);
                (scores, log_weights)
            })
            .collect();
        let mut scores: [Vec<f64>; N] = std::array::from_fn(|_| Vec::with_capacity(draws));
        let mut log_weights = Vec::with_capacity(draws);
        for (of_block, mut of_weights) in blocks {
            for (all, mut scores) in scores.iter_mut().zip(of_block) {
                all.append(&mut scores);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::vector::levels;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    static ASSUMPTIONS: LazyLock<Assumptions> =
        LazyLock::new(|| Assumptions::embedded().expect("assumptions"));
    static EVIDENCE: LazyLock<Evidence> =
        LazyLock::new(|| data::evidence::embedded(&ASSUMPTIONS).expect("evidence"));

    proptest! {
        /// Normal scores of the parameters in; the same formula with the standard library's
        /// exponential and logarithm is what it is compared with.
        #[test]
        fn the_likelihood_of_many_draws_is_that_of_each_on_every_instruction_set(
            scores in prop::collection::vec(prop::array::uniform7(-6.0..6.0f64), 1..20),
        ) {
            let mut parameters: [Vec<f64>; N] =
                std::array::from_fn(|one| scores.iter().map(|scores| scores[one]).collect());
            for (parameters, prior) in parameters.iter_mut().zip(priors(&ASSUMPTIONS)) {
                Quantile::of(prior).of_scores(parameters);
            }
            let of_each: [&[f64]; N] = std::array::from_fn(|one| parameters[one].as_slice());
            let mut found = vec![0.0; scores.len()];
            weigh(&EVIDENCE, of_each, &mut found);
            for level in levels() {
                let mut again = vec![0.0; scores.len()];
                dispatch!(level, simd => weigh_with(simd, &EVIDENCE, of_each, &mut again));
                prop_assert_eq!(&again, &found, "{:?}", level);
            }
            for (draw, found) in found.into_iter().enumerate() {
                let parameters = std::array::from_fn(|one| of_each[one][draw]);
                let expected = log_likelihood(&EVIDENCE, &LearnedParameters::of(parameters));
                prop_assert!((found / expected - 1.0).abs() < 1e-11, "{found} {expected}");
            }
        }

        /// By the density of the standard normal against that of the fitted one, worked out from its
        /// covariance and not from the luck.
        #[test]
        fn steered_draws_count_by_the_ratio_of_densities(
            luck in prop::collection::vec(prop::array::uniform7(-5.0..5.0f64), 1..20),
        ) {
            let fitted = data::evidence::fitted_normal().expect("the fitted normal");
            let sampler = Sampler::of(&fitted).expect("positive definite");
            let mut scores: [Vec<f64>; N] =
                std::array::from_fn(|one| luck.iter().map(|luck| luck[one]).collect());
            let mut log_ratios = vec![0.0; luck.len()];
            let standard = scores.clone();
            sampler.draw(&mut scores, &mut log_ratios);
            for level in levels() {
                let (mut again, mut ratios) = (standard.clone(), vec![0.0; luck.len()]);
                dispatch!(level, simd => sampler.draw_with(simd, &mut again, &mut ratios));
                prop_assert_eq!(&again, &scores, "{:?}", level);
                prop_assert_eq!(&ratios, &log_ratios, "{:?}", level);
            }
            let covariance = DMatrix::from_fn(N, N, |i, j| fitted.covariance[i][j]);
            let inverse = covariance.clone().try_inverse().expect("positive definite");
            for (draw, found) in log_ratios.into_iter().enumerate() {
                let score = DMatrix::from_fn(N, 1, |i, _| scores[i][draw]);
                let away = &score - DMatrix::from_column_slice(N, 1, &fitted.mean);
                let of_fitted = (away.transpose() * &inverse * &away)[0];
                let of_prior = score.norm_squared();
                let expected = 0.5 * (covariance.determinant().ln() + of_fitted - of_prior);
                prop_assert!((found - expected).abs() < 1e-7, "{found} {expected}");
            }
        }
    }
}
