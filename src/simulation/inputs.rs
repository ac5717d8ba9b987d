//! Uncertain inputs: from uniforms to values by quantile functions.

use std::collections::BTreeMap;

use statrs::distribution::{Beta, ContinuousCDF, Normal};

use super::stream::{input_id, uniforms};
use crate::data::Assumptions;
use crate::domain::{Distribution, LogOdds};

/// One input of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Its name.
    pub name: String,
    /// Its distribution.
    pub distribution: Distribution,
    /// What it says.
    pub meaning: String,
    /// Whether it moves the vote, rather than the money.
    pub moves_vote: bool,
    stream: u64,
}

/// The inputs of a run, in the order of the assumptions' table.
#[derive(Debug, Clone, PartialEq)]
pub struct Inputs(Vec<Input>);

impl Inputs {
    /// The built-in inputs, with those that a scenario replaces.
    pub fn of(assumptions: &Assumptions, replaced: &BTreeMap<String, Distribution>) -> Self {
        Self(
            assumptions
                .inputs
                .iter()
                .map(|input| Input {
                    name: input.name.clone(),
                    distribution: *replaced.get(&input.name).unwrap_or(&input.distribution),
                    meaning: input.meaning.clone(),
                    moves_vote: input.moves_vote,
                    stream: input_id(&input.name),
                })
                .collect(),
        )
    }

    /// The inputs in order.
    pub fn list(&self) -> &[Input] {
        &self.0
    }

    /// Where an input stands.
    ///
    /// # Panics
    /// When there is none of the name: the names are fixed by the embedded table.
    pub fn position(&self, name: &str) -> usize {
        self.0
            .iter()
            .position(|input| input.name == name)
            .unwrap_or_else(|| panic!("the input {name} is in the table of inputs"))
    }

    /// The values of all inputs for a block of draws, input by input.
    pub fn block(&self, seed: u64, first: u32, draws: usize) -> Vec<Vec<f64>> {
        self.0
            .iter()
            .map(|input| input.block(seed, first, draws))
            .collect()
    }
}

impl Input {
    /// The values of the input for a block of draws.
    pub fn block(&self, seed: u64, first: u32, draws: usize) -> Vec<f64> {
        let mut values = vec![0.0; draws];
        uniforms(seed, self.stream, first, &mut values);
        transform(&self.distribution, &mut values);
        values
    }
}

/// Standard normals of a named stream for a block of draws.
pub fn normals(seed: u64, name: &str, first: u32, into: &mut [f64]) {
    uniforms(seed, input_id(name), first, into);
    let normal = Normal::standard();
    for value in into {
        *value = normal.inverse_cdf(*value);
    }
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
            &mut move |u| plus + sd * normal.inverse_cdf(f64::midpoint(1.0, u))
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
        let distribution = Distribution::from_parameters(form, parameters).expect("a distribution");
        let mut values = [0.05, 0.5, 0.95];
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
    fn the_90_percent_range_of_collection_on_bands_d_and_e_is_85_to_97_percent() {
        let [low, middle, high] = quantiles("logit-normal", &[0.93, 0.53]);
        assert!(
            (low - 0.85).abs() < 0.005 && (high - 0.97).abs() < 0.005,
            "{low} {high}"
        );
        assert!((middle - 0.93).abs() < 1e-12);
    }
}
