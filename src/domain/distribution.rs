//! Distributions of uncertain inputs.

use std::fmt;

/// The distribution of an uncertain input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Distribution {
    /// No uncertainty.
    Fixed(f64),
    /// Normal.
    Normal {
        /// Mean.
        mean: f64,
        /// Standard deviation.
        sd: f64,
    },
    /// The log odds are normal.
    LogitNormal {
        /// Median, between 0 and 1.
        median: f64,
        /// Standard deviation of the log odds.
        sd: f64,
    },
    /// The logarithm is normal.
    LogNormal {
        /// Median, positive.
        median: f64,
        /// Standard deviation of the logarithm.
        sd: f64,
    },
    /// The absolute value of a normal about 0, plus a constant.
    HalfNormal {
        /// Standard deviation of the normal.
        sd: f64,
        /// What is added.
        plus: f64,
    },
    /// Beta, between 0 and 1.
    Beta {
        /// First shape.
        a: f64,
        /// Second shape.
        b: f64,
    },
    /// Uniform.
    Uniform {
        /// Lowest value.
        low: f64,
        /// Highest value.
        high: f64,
    },
}

/// Names of the distributions in files, with the names of their parameters.
pub const FORMS: [(&str, &[&str]); 7] = [
    ("fixed", &["value"]),
    ("normal", &["mean", "sd"]),
    ("logit-normal", &["median", "sd"]),
    ("log-normal", &["median", "sd"]),
    ("half-normal", &["sd", "plus"]),
    ("beta", &["a", "b"]),
    ("uniform", &["low", "high"]),
];

/// Why a distribution was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotADistribution(String);

impl Distribution {
    /// Makes the distribution of a name in [`FORMS`] from its parameters in that order.
    ///
    /// # Errors
    /// When the name is unknown or a parameter is out of range.
    ///
    /// # Example
    /// ```
    /// use bandwise::domain::Distribution;
    /// assert!(Distribution::from_parameters("beta", &[4.5, 3.0]).is_ok());
    /// let refused = Distribution::from_parameters("normal", &[0.0, -1.0]).unwrap_err();
    /// assert_eq!(refused.to_string(), "sd of -1 (allowed: 0 or more)");
    /// ```
    pub fn from_parameters(form: &str, parameters: &[f64]) -> Result<Self, NotADistribution> {
        let refuse = |text: String| Err(NotADistribution(text));
        let Some((_, names)) = FORMS.iter().find(|(name, _)| *name == form) else {
            let known = FORMS.map(|(name, _)| name).join(", ");
            return refuse(format!("{form:?} is not a distribution (allowed: {known})"));
        };
        if parameters.len() != names.len() {
            return refuse(format!("{form} takes {}", names.join(" and ")));
        }
        for (name, &value) in names.iter().zip(parameters) {
            let (fits, allowed) = match (form, *name) {
                ("logit-normal", "median") => (0.0 < value && value < 1.0, "between 0 and 1"),
                ("log-normal", "median") => (value > 0.0, "above 0"),
                ("beta", "a" | "b") => ((0.05..=1_000.0).contains(&value), "0.05 to 1000"),
                (_, "sd") => (value >= 0.0, "0 or more"),
                _ => (true, "a number"),
            };
            if !fits || !value.is_finite() {
                return refuse(format!("{name} of {value} (allowed: {allowed})"));
            }
        }
        Ok(match (form, parameters) {
            ("fixed", &[value]) => Self::Fixed(value),
            ("normal", &[mean, sd]) => Self::Normal { mean, sd },
            ("logit-normal", &[median, sd]) => Self::LogitNormal { median, sd },
            ("log-normal", &[median, sd]) => Self::LogNormal { median, sd },
            ("half-normal", &[sd, plus]) => Self::HalfNormal { sd, plus },
            ("beta", &[a, b]) => Self::Beta { a, b },
            (_, &[low, high]) if low > high => {
                return refuse(format!("low {low} is above high {high}"));
            }
            (_, &[low, high]) => Self::Uniform { low, high },
            _ => return refuse(format!("{form} takes {}", names.join(" and "))),
        })
    }

    /// The name of its form and its parameters, as in [`FORMS`].
    pub fn parameters(&self) -> (&'static str, Vec<f64>) {
        match *self {
            Self::Fixed(value) => ("fixed", vec![value]),
            Self::Normal { mean, sd } => ("normal", vec![mean, sd]),
            Self::LogitNormal { median, sd } => ("logit-normal", vec![median, sd]),
            Self::LogNormal { median, sd } => ("log-normal", vec![median, sd]),
            Self::HalfNormal { sd, plus } => ("half-normal", vec![sd, plus]),
            Self::Beta { a, b } => ("beta", vec![a, b]),
            Self::Uniform { low, high } => ("uniform", vec![low, high]),
        }
    }

    /// The smallest and largest value that a draw can give it: uniforms have 53 bits, so a normal
    /// never strays further than 8.3 standard deviations.
    pub fn range_of_draws(&self) -> (f64, f64) {
        const FURTHEST: f64 = 8.3;
        match *self {
            Self::Fixed(value) => (value, value),
            Self::Normal { mean, sd } => (mean - FURTHEST * sd, mean + FURTHEST * sd),
            Self::LogitNormal { median, sd } => {
                let middle = (median / (1.0 - median)).ln();
                let share = |log_odds: f64| 1.0 / (1.0 + (-log_odds).exp());
                (share(middle - FURTHEST * sd), share(middle + FURTHEST * sd))
            }
            Self::Beta { .. } => (0.0, 1.0),
            Self::LogNormal { median, sd } => (
                median * (-FURTHEST * sd).exp(),
                median * (FURTHEST * sd).exp(),
            ),
            Self::HalfNormal { sd, plus } => (plus, plus + FURTHEST * sd),
            Self::Uniform { low, high } => (low, high),
        }
    }
}

impl fmt::Display for Distribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (form, values) = self.parameters();
        let names = FORMS
            .iter()
            .find(|(name, _)| *name == form)
            .map_or(&[][..], |(_, n)| *n);
        let pairs: Vec<_> = names
            .iter()
            .zip(values)
            .map(|(name, value)| format!("{name} {value}"))
            .collect();
        f.pad(&format!("{form} ({})", pairs.join(", ")))
    }
}
