//! Uncertain inputs: from uniforms to values by quantile functions.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use statrs::distribution::{Beta, ContinuousCDF};

use super::learn::{LearnError, Learner};
use super::points::{self, Stream};
use super::quantile::Quantile;
use super::run::{BLOCK, Cut};
use super::stream::{input_id, uniforms};
use super::vector;
use crate::data::Assumptions;
use crate::domain::evidence::{Campaign, Learning};
use crate::domain::{Distribution, Points};
use crate::vote::LearnedParameters;

/// One input of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Its name.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// Its distribution before evidence.
    pub distribution: Distribution,
    /// What it says.
    pub meaning: String,
    /// Whether it moves the vote, rather than the money.
    pub moves_vote: bool,
    stream: Stream,
    quantile: Quantile,
}

/// The inputs of a run, in the order of the assumptions' table; then those of the campaign.
#[derive(Debug, Clone, PartialEq)]
pub struct Inputs {
    list: Vec<Input>,
    /// What is learned from evidence; nothing where inputs stay as first believed.
    learner: Option<Learner>,
}

/// The values of a block of draws.
#[derive(Debug, Clone, PartialEq)]
pub struct InputBlock {
    /// One number a draw, input by input.
    pub values: Vec<Vec<f64>>,
    /// Logarithm of how likely each draw is under prior and evidence against how often it is
    /// drawn, up to a constant.
    pub log_weights: Vec<f64>,
}

/// The input of comprehension as it is believed and learned.
pub const KAPPA: &str = "kappa";

/// The input of a stated comprehension on the day, in place of `kappa`.
pub const COMPREHENSION: &str = "comprehension";

/// The dimension of Sobol points at which a campaign's inputs begin. The table has its positions
/// below: an input added at its end moves no other.
const CAMPAIGN_DIMENSION: usize = 64;

impl Inputs {
    /// The built-in inputs, with those that a scenario replaces, those of its campaign, and what
    /// is learned from evidence.
    ///
    /// # Errors
    /// When the embedded evidence is broken: a fault of the build.
    pub fn of(
        assumptions: &Assumptions,
        replaced: &BTreeMap<String, Distribution>,
        campaign: &Campaign,
        learning: &Learning,
    ) -> Result<Self, LearnError> {
        let input =
            |name: &str, dimension, distribution, meaning: &str, unit: &str, moves_vote| Input {
                name: name.to_owned(),
                unit: unit.to_owned(),
                distribution,
                meaning: meaning.to_owned(),
                moves_vote,
                stream: Stream::of_input(name, dimension),
                quantile: Quantile::of(distribution),
            };
        let mut list: Vec<Input> = assumptions
            .inputs
            .iter()
            .enumerate()
            .map(|(dimension, one)| {
                let distribution = *replaced.get(&one.name).unwrap_or(&one.distribution);
                input(
                    &one.name,
                    dimension,
                    distribution,
                    &one.meaning,
                    &one.unit,
                    one.moves_vote,
                )
            })
            .collect();
        let learner = match learning {
            Learning::PriorsOnly => None,
            Learning::FromEvidence { leave_out } => {
                let position = |name: &str| at(&list, name);
                let positions = LearnedParameters::NAMES.map(position);
                Some(Learner::of(assumptions, replaced, leave_out, positions)?)
            }
        };
        if let Some(distribution) = campaign.comprehension {
            let meaning = "share of voters who know on the day what a Yes would cost them, as the \
                           scenario's campaign states";
            let dimension = CAMPAIGN_DIMENSION;
            list.push(input(
                COMPREHENSION,
                dimension,
                distribution,
                meaning,
                "share",
                true,
            ));
        }
        for (index, effect) in campaign.effects.iter().enumerate() {
            let (mean, sd) = (effect.log_odds, effect.sd);
            let distribution = Distribution::Normal { mean, sd };
            let meaning = format!("campaign: {}", effect.name);
            let name = effect_name(index);
            let dimension = CAMPAIGN_DIMENSION + 1 + index;
            list.push(input(
                &name,
                dimension,
                distribution,
                &meaning,
                "log odds",
                true,
            ));
        }
        Ok(Self { list, learner })
    }

    /// The inputs in order.
    pub fn list(&self) -> &[Input] {
        &self.list
    }

    /// What is learned from evidence; nothing where inputs stay as first believed.
    pub fn learner(&self) -> Option<&Learner> {
        self.learner.as_ref()
    }

    /// Where an input stands.
    ///
    /// # Panics
    /// When there is none of the name: the names are fixed by the embedded table.
    pub fn position(&self, name: &str) -> usize {
        at(&self.list, name)
    }

    /// Where an input stands that is there in some scenarios only.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.list.iter().position(|input| input.name == name)
    }

    /// The values of all inputs for draws `0..draws`, and their weights, on the threads of the pool
    /// that it is called in.
    ///
    /// They hang on the seed, the points and the inputs only: scenarios with the same, such as one
    /// proposal in many authorities, can share them.
    pub fn draws(&self, points: Points, seed: u64, draws: u32) -> InputDraws {
        let n = draws as usize;
        let mut values = vec![Vec::new(); self.list.len()];
        let mut log_weights = Vec::new();
        let mut columns: Vec<_> = (values.iter_mut())
            .map(|column| Cut::of(column, n, 1))
            .collect();
        let mut weights = Cut::of(&mut log_weights, n, 1);
        let blocks: Vec<_> = (0..draws.div_ceil(BLOCK))
            .map(|block| {
                let of_block: Vec<&mut [f64]> = columns.iter_mut().map(Cut::next).collect();
                (block * BLOCK, of_block, weights.next())
            })
            .collect();
        blocks
            .into_par_iter()
            .for_each(|(first, mut values, log_weights)| {
                self.fill(points, seed, first, &mut values);
                self.values_of(&mut values, log_weights);
            });
        InputDraws {
            values: Arc::new(values),
            log_weights,
        }
    }

    /// The values of all inputs for a block of draws, input by input, and their weights.
    pub fn block(&self, points: Points, seed: u64, first: u32, draws: usize) -> InputBlock {
        let mut luck = vec![vec![0.0; draws]; self.list.len()];
        self.fill(points, seed, first, &mut luck);
        self.of_uniforms(luck)
    }

    /// The values of all inputs that uniforms stand for, input by input, and their weights.
    pub fn of_uniforms(&self, uniforms: Vec<Vec<f64>>) -> InputBlock {
        let mut values = uniforms;
        let mut log_weights = vec![0.0; values.first().map_or(0, Vec::len)];
        let mut columns: Vec<&mut [f64]> = values.iter_mut().map(Vec::as_mut_slice).collect();
        self.values_of(&mut columns, &mut log_weights);
        InputBlock {
            values,
            log_weights,
        }
    }

    /// The uniforms of all inputs from a draw on, input by input.
    fn fill(&self, points: Points, seed: u64, first: u32, into: &mut [impl AsMut<[f64]>]) {
        for (input, into) in self.list.iter().zip(into) {
            points::uniforms(points, seed, input.stream, first, into.as_mut());
        }
    }

    /// Puts the values of all inputs in the places of uniforms, and adds to the weights.
    fn values_of(&self, values: &mut [&mut [f64]], log_weights: &mut [f64]) {
        let steered: &[usize] = self.learner.as_ref().map_or(&[], |one| one.positions());
        for &at in steered {
            vector::normal_quantile_all(values[at]);
        }
        if let Some(learner) = &self.learner {
            learner.steer(values, log_weights);
        }
        for (at, (input, values)) in self.list.iter().zip(&mut *values).enumerate() {
            if steered.contains(&at) {
                input.quantile.of_scores(values);
            } else {
                input.quantile.of_uniforms(values);
            }
        }
        if let Some(learner) = &self.learner {
            learner.weigh(values, log_weights);
        }
    }
}

impl Input {
    /// Its quantile function, ready for many draws.
    pub fn quantile(&self) -> &Quantile {
        &self.quantile
    }
}

/// The values of all inputs for the draws of a run, and their weights.
#[derive(Debug, Clone, PartialEq)]
pub struct InputDraws {
    pub(super) values: Arc<Vec<Vec<f64>>>,
    pub(super) log_weights: Vec<f64>,
}

impl InputDraws {
    /// The values of a block of draws, input by input.
    pub(super) fn block(&self, first: usize, n: usize) -> Vec<&[f64]> {
        (self.values.iter())
            .map(|values| &values[first..first + n])
            .collect()
    }

    /// Number of draws.
    pub fn len(&self) -> usize {
        self.log_weights.len()
    }

    /// Whether there are no draws.
    pub fn is_empty(&self) -> bool {
        self.log_weights.is_empty()
    }
}

fn at(list: &[Input], name: &str) -> usize {
    list.iter()
        .position(|input| input.name == name)
        .unwrap_or_else(|| panic!("the input {name} is in the table of inputs"))
}

/// The name of the input of the campaign's effect at a position.
pub fn effect_name(index: usize) -> String {
    format!("campaign_{}", index + 1)
}

/// Standard normals of a named stream for a block of draws.
pub fn normals(seed: u64, name: &str, first: u32, into: &mut [f64]) {
    uniforms(seed, input_id(name), first, into);
    to_normals(into);
}

/// Turns uniforms into standard normals.
pub fn to_normals(into: &mut [f64]) {
    vector::normal_quantile_all(into);
}

/// The normal score of a value of a distribution: the standard normal with the same share below it,
/// from -8 to 8; 0 where the distribution has no spread.
pub fn normal_score(distribution: &Distribution, value: f64) -> f64 {
    const FURTHEST: f64 = 8.0;
    let score_of = |share: f64| vector::one(vector::normal_quantile_all, share);
    let of_log_odds = |share: f64| (share / (1.0 - share)).ln();
    let in_sds = |distance: f64, sd: f64| if sd > 0.0 { distance / sd } else { 0.0 };
    let score = match *distribution {
        Distribution::Fixed(_) => 0.0,
        Distribution::Normal { mean, sd } => in_sds(value - mean, sd),
        Distribution::LogitNormal { median, sd } => {
            in_sds(of_log_odds(value) - of_log_odds(median), sd)
        }
        Distribution::LogNormal { median, sd } => in_sds((value / median).ln(), sd),
        Distribution::HalfNormal { sd, plus } => {
            let distance = in_sds(value - plus, sd).max(0.0);
            score_of(2.0 * vector::one(vector::normal_cdf_all, distance) - 1.0)
        }
        Distribution::Beta { a, b } => {
            let beta = Beta::new(a, b).expect("the shapes are positive");
            score_of(beta.cdf(value))
        }
        Distribution::Uniform { low, high } if high > low => {
            score_of(((value - low) / (high - low)).clamp(0.0, 1.0))
        }
        Distribution::Uniform { .. } => 0.0,
    };
    score.clamp(-FURTHEST, FURTHEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::quantile::transform;

    fn quantiles(form: &str, parameters: &[f64]) -> [f64; 3] {
        let mut values = [0.05, 0.5, 0.95];
        let distribution = Distribution::from_parameters(form, parameters).expect("a distribution");
        transform(&distribution, &mut values);
        values
    }

    fn close(found: [f64; 3], expected: [f64; 3]) {
        for (found, expected) in found.into_iter().zip(expected) {
            assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
        }
    }

    /// Reference values from SciPy 1.11 (`norm.ppf`, `beta.ppf`).
    #[test]
    fn quantile_functions_agree_with_published_values() {
        let z = 1.644_853_626_951_472_2;
        close(
            quantiles("normal", &[0.35, 0.25]),
            [0.35 - 0.25 * z, 0.35, 0.35 + 0.25 * z],
        );
        close(
            quantiles("log-normal", &[30.0, 0.7]),
            [30.0 * (-0.7 * z).exp(), 30.0, 30.0 * (0.7 * z).exp()],
        );
        close(quantiles("uniform", &[0.0, 0.03]), [0.0015, 0.015, 0.0285]);
        close(
            quantiles("half-normal", &[0.7, 0.1]),
            [
                0.1 + 0.7 * 0.062_706_777_943_213_85,
                0.1 + 0.7 * 0.674_489_750_196_081_7,
                0.1 + 0.7 * 1.959_963_984_540_054,
            ],
        );
        close(
            quantiles("beta", &[2.0, 2.0]),
            [0.135_350_362_171_583_78, 0.5, 0.864_649_637_828_416_2],
        );
    }

    #[test]
    fn a_far_score_has_a_finite_value() {
        for (form, parameters) in [
            ("half-normal", [0.7, 0.1]),
            ("beta", [4.5, 3.0]),
            ("log-normal", [30.0, 0.7]),
        ] {
            let distribution =
                Distribution::from_parameters(form, &parameters).expect("a distribution");
            let mut far = [-40.0, 0.0, 40.0];
            Quantile::of(distribution).of_scores(&mut far);
            assert!(far.iter().all(|value| value.is_finite()), "{form}: {far:?}");
        }
    }

    #[test]
    fn a_value_has_the_normal_score_that_it_was_made_of() {
        for (form, parameters) in [
            ("normal", [0.35, 0.25]),
            ("logit-normal", [0.57, 0.4]),
            ("log-normal", [30.0, 0.7]),
            ("half-normal", [0.7, 0.1]),
            ("beta", [4.5, 3.0]),
            ("uniform", [0.0, 0.03]),
        ] {
            let distribution =
                Distribution::from_parameters(form, &parameters).expect("a distribution");
            for score in [-2.5, -0.3, 0.0, 1.7] {
                let mut value = [score];
                Quantile::of(distribution).of_scores(&mut value);
                let found = normal_score(&distribution, value[0]);
                assert!(
                    (found - score).abs() < 1e-6,
                    "{form}: {found} is not {score}"
                );
            }
        }
    }

    #[test]
    fn the_90_percent_range_of_collection_on_bands_d_and_e_is_85_to_97_percent() {
        let [low, middle, high] = quantiles("logit-normal", &[0.93, 0.53]);
        assert!(
            (low - 0.85).abs() < 0.005 && (high - 0.97).abs() < 0.005,
            "{low} {high}"
        );
        assert!((middle - 0.93).abs() < 1e-12);
    }
}
