//! Quantile functions: from uniforms, or from normal scores, to values of a distribution.

use statrs::distribution::{Beta, ContinuousCDF};
use statrs::function::beta::ln_beta;

use super::vector;
use crate::domain::Distribution;

/// Turns uniforms into values of a distribution, each by itself.
pub fn transform(distribution: &Distribution, values: &mut [f64]) {
    match *distribution {
        Distribution::Fixed(value) => values.fill(value),
        Distribution::Uniform { low, high } => {
            for value in values {
                *value = low + (high - low) * *value;
            }
        }
        Distribution::HalfNormal { sd, plus } => half_normal(sd, plus, values),
        Distribution::Beta { a, b } => {
            let beta = Beta::new(a, b).expect("the shapes are positive");
            for value in values {
                *value = beta.inverse_cdf(*value);
            }
        }
        Distribution::Normal { .. }
        | Distribution::LogitNormal { .. }
        | Distribution::LogNormal { .. } => {
            vector::normal_quantile_all(values);
            of_normals(distribution, values);
        }
    }
}

/// The quantile function of a distribution, ready for many draws.
///
/// That of a beta takes a microsecond a number. It is worked out once on a grid of normal scores and
/// interpolated between, within 1e-9: a table costs as much as 200 numbers. A value hangs on its
/// uniform only, and not on how many are drawn.
///
/// # Example
/// ```
/// use bandwise::domain::Distribution;
/// use bandwise::simulation::quantile::Quantile;
/// let kappa = Quantile::of(Distribution::Beta { a: 4.5, b: 3.0 });
/// let mut values = [0.05, 0.5, 0.95];
/// kappa.of_uniforms(&mut values);
/// let mut scores = [-1.644_853_626_951_472_2, 0.0, 1.644_853_626_951_472_2];
/// kappa.of_scores(&mut scores);
/// for (value, score) in values.into_iter().zip(scores) {
///     assert!((value - score).abs() < 1e-12);
/// }
/// assert!((values[1] - 0.609_322_824_426).abs() < 1e-9);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Quantile {
    distribution: Distribution,
    table: Option<BetaTable>,
}

impl Quantile {
    /// Of a distribution.
    pub fn of(distribution: Distribution) -> Self {
        let table = match distribution {
            Distribution::Beta { a, b } => BetaTable::of(a, b),
            _ => None,
        };
        Self {
            distribution,
            table,
        }
    }

    /// Turns uniforms into values.
    pub fn of_uniforms(&self, values: &mut [f64]) {
        if let Some(table) = &self.table {
            vector::normal_quantile_all(values);
            table.of_scores(values);
        } else {
            transform(&self.distribution, values);
        }
    }

    /// Turns normal scores into values. Scores beyond those of the uniforms next to 0 and 1, 8.2
    /// standard deviations out, count as those.
    pub fn of_scores(&self, values: &mut [f64]) {
        const FURTHEST: f64 = 8.209_536_151_601_387;
        for value in values.iter_mut() {
            *value = value.clamp(-FURTHEST, FURTHEST);
        }
        if let Some(table) = &self.table {
            table.of_scores(values);
        } else if let Distribution::Normal { .. }
        | Distribution::LogitNormal { .. }
        | Distribution::LogNormal { .. } = self.distribution
        {
            of_normals(&self.distribution, values);
        } else {
            vector::normal_cdf_all(values);
            transform(&self.distribution, values);
        }
    }
}

/// Turns standard normals into values of a distribution that is made of them.
fn of_normals(distribution: &Distribution, values: &mut [f64]) {
    match *distribution {
        Distribution::Normal { mean, sd } => scale(sd, mean, values),
        Distribution::LogitNormal { median, sd } => {
            scale(sd, (median / (1.0 - median)).ln(), values);
            vector::logistic_all(values);
        }
        Distribution::LogNormal { median, sd } => {
            scale(sd, 0.0, values);
            vector::exp_all(values);
            scale(median, 0.0, values);
        }
        Distribution::Fixed(_)
        | Distribution::HalfNormal { .. }
        | Distribution::Beta { .. }
        | Distribution::Uniform { .. } => {}
    }
}

fn half_normal(sd: f64, plus: f64, values: &mut [f64]) {
    // Half of what is left above a uniform next to 1 would round to nothing.
    const MOST: f64 = 1.0 - f64::EPSILON / 2.0;
    for value in values.iter_mut() {
        *value = f64::midpoint(1.0, *value).min(MOST);
    }
    vector::normal_quantile_all(values);
    scale(sd, plus, values);
}

fn scale(factor: f64, plus: f64, values: &mut [f64]) {
    for value in values {
        *value = plus + factor * *value;
    }
}

/// The log odds of a beta as a function of the normal score, by polynomials of the fifth degree that
/// have its value, its slope and its bend at both ends of each step (Hermite).
///
/// The log odds are nearly a straight line, and smooth to the ends; on the scale of shares the
/// quantile is not.
#[derive(Debug, Clone, PartialEq)]
struct BetaTable {
    beta: Beta,
    steps: Vec<[f64; 6]>,
}

/// Normal scores from minus to plus this are tabulated; beyond are two draws in a thousand million.
const END: f64 = 6.0;

/// Steps to a standard deviation.
const STEPS: f64 = 16.0;

/// The smallest shape that is tabulated. Of smaller ones nearly all lies at the ends, and log odds
/// bend sharply between.
const LEAST_SHAPE: f64 = 0.5;

impl BetaTable {
    /// Nothing where a shape is too small.
    fn of(a: f64, b: f64) -> Option<Self> {
        if a.min(b) < LEAST_SHAPE {
            return None;
        }
        let beta = Beta::new(a, b).expect("the shapes are positive");
        let mirrored = Beta::new(b, a).expect("the shapes are positive");
        let ln_beta = ln_beta(a, b);
        let node = |at: u32| {
            let score = f64::from(at) / STEPS - END;
            let below = vector::one(vector::normal_cdf_all, -score.abs());
            // The share and what it lacks of 1, the smaller from its own tail.
            let (share, lack) = if score < 0.0 {
                let share = beta.inverse_cdf(below);
                (share, 1.0 - share)
            } else {
                let lack = mirrored.inverse_cdf(below);
                (1.0 - lack, lack)
            };
            let [ln_share, ln_lack] = [share, lack].map(f64::ln);
            let ln_normal = -0.5 * (score * score + std::f64::consts::TAU.ln());
            let slope = (ln_normal + ln_beta - a * ln_share - b * ln_lack).exp();
            let bend = slope * (slope * (b * share - a * lack) - score);
            [ln_share - ln_lack, slope, bend]
        };
        let last = (2.0 * END * STEPS) as u32;
        let nodes: Vec<[f64; 3]> = (0..=last).map(node).collect();
        Some(Self {
            beta,
            steps: nodes
                .windows(2)
                .map(|pair| hermite(pair[0], pair[1]))
                .collect(),
        })
    }

    /// Turns normal scores into values; the exact function serves beyond the ends.
    fn of_scores(&self, values: &mut [f64]) {
        for value in values.iter_mut() {
            let place = (*value + END) * STEPS;
            let step = place as usize;
            *value = match self.steps.get(step) {
                Some(c) if place > 0.0 => {
                    let t = place - step as f64;
                    ((((c[5] * t + c[4]) * t + c[3]) * t + c[2]) * t + c[1]) * t + c[0]
                }
                _ => {
                    let share = vector::one(vector::normal_cdf_all, *value);
                    let share = self.beta.inverse_cdf(share);
                    (share / (1.0 - share)).ln()
                }
            };
        }
        vector::logistic_all(values);
    }
}

/// The coefficients, in parts of a step, of the polynomial between two values with their first and
/// second derivatives.
fn hermite(from: [f64; 3], to: [f64; 3]) -> [f64; 6] {
    let in_steps = |[value, slope, bend]: [f64; 3]| [value, slope / STEPS, bend / (STEPS * STEPS)];
    let ([value, slope, bend], to) = (in_steps(from), in_steps(to));
    let half_bend = bend / 2.0;
    // What the parabola at the beginning lacks at the end.
    let rise = to[0] - value - slope - half_bend;
    let tilt = to[1] - slope - bend;
    let turn = to[2] - bend;
    [
        value,
        slope,
        half_bend,
        10.0 * rise - 4.0 * tilt + turn / 2.0,
        -15.0 * rise + 7.0 * tilt - turn,
        6.0 * rise - 3.0 * tilt + turn / 2.0,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_polynomial_of_the_fifth_degree_is_its_own_interpolation() {
        let c = [0.3, -1.0, 2.0, 0.5, -0.7, 0.2];
        // Value, slope and bend at 0 and at 1 by hand, in units of a step.
        let at_0 = [0.3, -STEPS, 4.0 * STEPS * STEPS];
        let at_1 = [1.3, 2.7 * STEPS, 2.6 * STEPS * STEPS];
        for (found, expected) in hermite(at_0, at_1).into_iter().zip(c) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
    }

    fn shape() -> impl Strategy<Value = f64> {
        prop_oneof![0.05..0.5, 0.5..2.0, 2.0..20.0, 20.0..1000.0]
    }

    fn share() -> impl Strategy<Value = f64> {
        prop_oneof![
            0.0001..0.9999,
            (3.0..53.0).prop_map(|x| f64::powf(0.5, x)),
            (3.0..53.0).prop_map(|x| 1.0 - f64::powf(0.5, x)),
        ]
    }

    proptest! {
        #[test]
        fn a_tabulated_beta_is_the_exact_one_within_1e_9(
            a in shape(),
            b in shape(),
            shares in prop::collection::vec(share(), 1..60),
        ) {
            let beta = Distribution::Beta { a, b };
            let (mut found, mut expected) = (shares.clone(), shares.clone());
            Quantile::of(beta).of_uniforms(&mut found);
            transform(&beta, &mut expected);
            for ((found, expected), share) in found.into_iter().zip(expected).zip(shares) {
                prop_assert!((found - expected).abs() < 1e-9, "{share}: {found} {expected}");
            }
        }

        #[test]
        fn a_value_is_the_same_among_any_others(
            a in 0.4..8.0,
            b in 0.4..8.0,
            shares in prop::collection::vec(share(), 1..40),
        ) {
            for distribution in [
                Distribution::Beta { a, b },
                Distribution::Normal { mean: a, sd: b },
                Distribution::LogNormal { median: a, sd: b },
                Distribution::LogitNormal { median: a / 9.0, sd: b },
                Distribution::HalfNormal { sd: a, plus: b },
                Distribution::Uniform { low: a, high: a + b },
            ] {
                let quantile = Quantile::of(distribution);
                let mut together = shares.clone();
                quantile.of_uniforms(&mut together);
                for (share, together) in shares.iter().zip(together) {
                    let mut alone = [*share];
                    quantile.of_uniforms(&mut alone);
                    prop_assert_eq!(alone[0], together);
                }
            }
        }

        #[test]
        fn scores_give_the_values_of_their_uniforms(
            a in 0.5..8.0,
            b in 0.5..3.0,
            scores in prop::collection::vec(-5.0..5.0, 1..40),
        ) {
            for distribution in [
                Distribution::Fixed(a),
                Distribution::Beta { a, b },
                Distribution::Normal { mean: a, sd: b },
                Distribution::LogNormal { median: a, sd: b },
                Distribution::LogitNormal { median: a / 9.0, sd: b },
                Distribution::HalfNormal { sd: a, plus: b },
                Distribution::Uniform { low: a, high: a + b },
            ] {
                let quantile = Quantile::of(distribution);
                let mut found = scores.clone();
                quantile.of_scores(&mut found);
                let mut expected = scores.clone();
                vector::normal_cdf_all(&mut expected);
                quantile.of_uniforms(&mut expected);
                for (found, expected) in found.into_iter().zip(expected) {
                    prop_assert!(
                        (found - expected).abs() <= 1e-9 * expected.abs().max(1e-3),
                        "{distribution}: {found} {expected}"
                    );
                }
            }
        }
    }
}
