//! Uncertain inputs: from uniforms to values by quantile functions.

use std::collections::BTreeMap;

use statrs::distribution::{Beta, ContinuousCDF, Normal};

use super::learn::{LearnError, Learner};
use super::points::{self, Stream};
use super::stream::{input_id, uniforms};
use crate::data::Assumptions;
use crate::domain::evidence::{Campaign, Learning};
use crate::domain::{Distribution, LogOdds, Points};
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

    /// The values of all inputs for a block of draws, input by input, and their weights.
    pub fn block(&self, points: Points, seed: u64, first: u32, draws: usize) -> InputBlock {
        let mut values: Vec<Vec<f64>> = (self.list.iter())
            .map(|input| {
                let mut luck = vec![0.0; draws];
                points::uniforms(points, seed, input.stream, first, &mut luck);
                luck
            })
            .collect();
        let mut log_weights = vec![0.0; draws];
        if let Some(learner) = &self.learner {
            learner.steer(&mut values, &mut log_weights);
        }
        for (input, values) in self.list.iter().zip(&mut values) {
            transform(&input.distribution, values);
        }
        if let Some(learner) = &self.learner {
            learner.weigh(&values, &mut log_weights);
        }
        InputBlock {
            values,
            log_weights,
        }
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
    let normal = Normal::standard();
    for value in into {
        *value = normal.inverse_cdf(*value);
    }
}

/// The uniform that a standard normal stands for, strictly between 0 and 1.
pub fn uniform_of(score: f64) -> f64 {
    const LEAST: f64 = f64::EPSILON / 2.0;
    Normal::standard().cdf(score).clamp(LEAST, 1.0 - LEAST)
}

/// The normal score of a value of a distribution: the standard normal with the same share below it,
/// from -8 to 8; 0 where the distribution has no spread.
pub fn normal_score(distribution: &Distribution, value: f64) -> f64 {
    const FURTHEST: f64 = 8.0;
    let normal = Normal::standard();
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
            normal.inverse_cdf(2.0 * normal.cdf(distance) - 1.0)
        }
        Distribution::Beta { a, b } => {
            let beta = Beta::new(a, b).expect("the shapes are positive");
            normal.inverse_cdf(beta.cdf(value))
        }
        Distribution::Uniform { low, high } if high > low => {
            normal.inverse_cdf(((value - low) / (high - low)).clamp(0.0, 1.0))
        }
        Distribution::Uniform { .. } => 0.0,
    };
    score.clamp(-FURTHEST, FURTHEST)
}

/// Turns uniforms into values of a distribution by its quantile function.
pub fn transform(distribution: &Distribution, values: &mut [f64]) {
    let normal = Normal::standard();
    let each: &mut dyn FnMut(f64) -> f64 = match *distribution {
        Distribution::Fixed(value) => &mut move |_| value,
        Distribution::Normal { mean, sd } => &mut move |u| mean + sd * normal.inverse_cdf(u),
        Distribution::LogitNormal { median, sd } => {
            let middle = (median / (1.0 - median)).ln();
            &mut move |u| LogOdds(middle + sd * normal.inverse_cdf(u)).share().value()
        }
        Distribution::LogNormal { median, sd } => {
            &mut move |u| median * (sd * normal.inverse_cdf(u)).exp()
        }
        Distribution::HalfNormal { sd, plus } => {
            // Half of what is left above a uniform next to 1 would round to nothing.
            const MOST: f64 = 1.0 - f64::EPSILON / 2.0;
            &mut move |u| plus + sd * normal.inverse_cdf(f64::midpoint(1.0, u).min(MOST))
        }
        Distribution::Beta { a, b } => {
            let beta = Beta::new(a, b).expect("the shapes are positive");
            &mut move |u| beta.inverse_cdf(u)
        }
        Distribution::Uniform { low, high } => &mut move |u| low + (high - low) * u,
    };
    for value in values {
        *value = each(*value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantiles(form: &str, parameters: &[f64]) -> [f64; 3] {
        quantiles_at(form, parameters, [0.05, 0.5, 0.95])
    }

    fn quantiles_at(form: &str, parameters: &[f64], mut values: [f64; 3]) -> [f64; 3] {
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
    fn the_uniform_of_a_far_score_is_strictly_between_0_and_1() {
        assert!(uniform_of(40.0) < 1.0 && uniform_of(-40.0) > 0.0);
        for (form, parameters) in [
            ("half-normal", [0.7, 0.1]),
            ("beta", [4.5, 3.0]),
            ("log-normal", [30.0, 0.7]),
        ] {
            let far = quantiles_at(
                form,
                &parameters,
                [uniform_of(-40.0), 0.5, uniform_of(40.0)],
            );
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
                let mut value = [uniform_of(score)];
                transform(&distribution, &mut value);
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
