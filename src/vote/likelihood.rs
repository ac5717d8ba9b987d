//! How likely past ballots and surveys are under one set of parameters.
//!
//! For option j of ballot e: `logit(share choosing at least j) = logit P_ej + u_e + eps_ej`, where
//! `P_ej` is what the model gives for a voter in a mean home, `u_e ~ N(0, tau)` is the mood of the
//! ballot and `eps ~ N(0, option_sd)`. A survey has an offset in place of a mood. Moods and offsets
//! are integrated out in closed form.

use std::ops::{Add, Div, Mul, Sub};

use crate::domain::evidence::{BallotOption, Evidence, PastBallot, Survey};
use crate::vote::willingness::yes_odds;

/// A number, or the numbers of several draws side by side: the likelihood is written once for both.
pub trait Real:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self>
{
    /// A constant, alike in every draw.
    fn constant(self, value: f64) -> Self;

    /// `e` to this power.
    fn exp(self) -> Self;

    /// The natural logarithm.
    fn ln(self) -> Self;

    /// This, or a number where it is below.
    fn at_least(self, least: f64) -> Self;
}

impl Real for f64 {
    fn constant(self, value: f64) -> Self {
        value
    }

    fn exp(self) -> Self {
        f64::exp(self)
    }

    fn ln(self) -> Self {
        f64::ln(self)
    }

    fn at_least(self, least: f64) -> Self {
        self.max(least)
    }
}

/// The parameters that evidence speaks of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LearnedParameters<R = f64> {
    /// Share who would pay anything.
    pub pi: R,
    /// Median willingness to pay among them, pounds of 2026 a year.
    pub m: R,
    /// Shape of willingness to pay.
    pub k: R,
    /// How far moods differ between ballots, log odds.
    pub tau: R,
    /// How much harder a statutory ballot is than a survey, log odds.
    pub delta_statutory: R,
    /// Share of voters who know what a Yes costs them.
    pub kappa: R,
    /// Share of the others who read the percentages as of the whole bill.
    pub omega: R,
}

impl LearnedParameters {
    /// Their names in the table of inputs, in the order of [`Self::of`].
    pub const NAMES: [&'static str; 7] =
        ["pi", "m", "k", "tau", "delta_statutory", "kappa", "omega"];
}

impl<R: Copy> LearnedParameters<R> {
    /// From values in the order of [`LearnedParameters::NAMES`].
    #[inline(always)]
    pub const fn of(values: [R; 7]) -> Self {
        let [pi, m, k, tau, delta_statutory, kappa, omega] = values;
        Self {
            pi,
            m,
            k,
            tau,
            delta_statutory,
            kappa,
            omega,
        }
    }
}

/// Log likelihood of all evidence.
///
/// # Example
/// ```
/// use bandwise::data::{Assumptions, evidence};
/// use bandwise::vote::{LearnedParameters, log_likelihood};
/// let held = evidence::embedded(&Assumptions::embedded()?)?;
/// let fitting = LearnedParameters::of([0.6, 44.0, 2.0, 1.0, -0.3, 0.6, 0.5]);
/// let pays_nothing = LearnedParameters { m: 1.0, ..fitting };
/// assert!(log_likelihood(&held, &fitting) > log_likelihood(&held, &pays_nothing) + 10.0);
/// # Ok::<(), bandwise::data::DataError>(())
/// ```
// It is taken for eight draws at a time: all of it is put in place where it is called, so that it is
// made for the instructions of the caller.
#[inline(always)]
pub fn log_likelihood<R: Real>(evidence: &Evidence, parameters: &LearnedParameters<R>) -> R {
    let zero = parameters.tau.constant(0.0);
    let (mut ballots, mut surveys) = (zero, zero);
    for ballot in &evidence.ballots {
        ballots = ballots + of_ballot(ballot, parameters);
    }
    for survey in &evidence.surveys {
        surveys = surveys + of_survey(survey, evidence.survey_offset_sd, parameters);
    }
    ballots + surveys
}

/// Log likelihood of one ballot.
#[inline(always)]
pub fn of_ballot<R: Real>(ballot: &PastBallot, parameters: &LearnedParameters<R>) -> R {
    let mut residuals = Residuals::none(parameters.tau);
    for option in &ballot.options {
        let expected = expected_log_odds(option, ballot.statutory, parameters);
        residuals.add(log_odds(option.share), expected, ballot.option_sd);
    }
    residuals.log_density(parameters.tau)
}

#[inline(always)]
fn of_survey<R: Real>(survey: &Survey, offset_sd: f64, parameters: &LearnedParameters<R>) -> R {
    let mut residuals = Residuals::none(parameters.tau);
    for answer in &survey.answers {
        let expected = log_odds_at(answer.cost, parameters);
        residuals.add(log_odds(answer.share), expected, answer.sd);
    }
    residuals.log_density(parameters.tau.constant(offset_sd))
}

/// Log odds that the model expects of an option where the mood is nobody's.
///
/// An advisory ballot said what its options cost in pounds. The paper of a statutory referendum shows
/// percentages of the authority's own part: who knows reads them so, of the others the share `omega`
/// reads them as of the whole bill.
#[inline(always)]
pub fn expected_log_odds<R: Real>(
    option: &BallotOption,
    statutory: bool,
    parameters: &LearnedParameters<R>,
) -> R {
    if !statutory {
        return log_odds_at(option.cost, parameters);
    }
    let p = parameters;
    let one = p.kappa.constant(1.0);
    let misread = (one - p.kappa) * p.omega;
    let (mut yes, mut no) = (p.kappa.constant(0.0), p.kappa.constant(0.0));
    for (readers, cost) in [
        (one - misread, option.cost),
        (misread, option.cost_of_whole_bill),
    ] {
        let odds = (log_odds_at(cost, p) + p.delta_statutory).exp();
        yes = yes + readers * odds / (one + odds);
        no = no + readers / (one + odds);
    }
    least(yes).ln() - least(no).ln()
}

/// Log odds of a Yes at a cost, finite however small they are.
#[inline(always)]
pub fn log_odds_at<R: Real>(cost: f64, parameters: &LearnedParameters<R>) -> R {
    let p = parameters;
    least(yes_odds(cost, p.pi, p.m, p.k, p.pi.constant(0.0))).ln()
}

/// A positive number however small, where the furthest parameters leave none.
#[inline(always)]
fn least<R: Real>(value: R) -> R {
    value.at_least(f64::MIN_POSITIVE)
}

/// The log odds of a share strictly between 0 and 1.
fn log_odds(share: f64) -> f64 {
    (share / (1.0 - share)).ln()
}

/// Residuals with independent normal errors of their own, summed up.
struct Residuals<R> {
    n: f64,
    ln_errors: f64,
    weights: f64,
    squares: R,
    weighted: R,
}

impl<R: Real> Residuals<R> {
    #[inline(always)]
    fn none(any: R) -> Self {
        Self {
            n: 0.0,
            ln_errors: 0.0,
            weights: 0.0,
            squares: any.constant(0.0),
            weighted: any.constant(0.0),
        }
    }

    /// Adds what was found against what was expected, with the standard deviation of its error.
    #[inline(always)]
    fn add(&mut self, found: f64, expected: R, sd: f64) {
        let weight = 1.0 / (sd * sd);
        self.n += 1.0;
        self.ln_errors += 2.0 * sd.ln();
        self.weights += weight;
        let residual = expected.constant(found) - expected;
        let weight = expected.constant(weight);
        self.squares = self.squares + residual * residual * weight;
        self.weighted = self.weighted + residual * weight;
    }

    /// Log density where they share one normal shift of `shared_sd` beside their errors.
    #[inline(always)]
    fn log_density(self, shared_sd: R) -> R {
        // Covariance D + s^2 11': by the matrix determinant lemma and Sherman-Morrison.
        let constant = |value| shared_sd.constant(value);
        let shared = shared_sd * shared_sd;
        let widened = constant(1.0) + shared * constant(self.weights);
        let distance = self.squares - shared * self.weighted * self.weighted / widened;
        let known = self.n * std::f64::consts::TAU.ln() + self.ln_errors;
        constant(-0.5) * (constant(known) + widened.ln() + distance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::LogOdds;

    /// By hand: a two-dimensional normal with variances 0.5 and 0.29 (0.25 shared) at (0.3, -0.2):
    /// determinant 0.5 * 0.29 - 0.25^2 = 0.0825.
    #[test]
    fn residuals_with_a_shared_shift_have_the_density_of_a_joint_normal() {
        let mut residuals = Residuals::none(0.0);
        residuals.add(0.7, 0.4, 0.5);
        residuals.add(0.1, 0.3, 0.2);
        let found = residuals.log_density(0.5);
        let determinant = 0.5 * 0.29 - 0.25 * 0.25;
        let distance = (0.29 * 0.09 + 2.0 * 0.25 * 0.3 * 0.2 + 0.5 * 0.04) / determinant;
        let expected = -0.5 * (2.0 * std::f64::consts::TAU.ln() + f64::ln(determinant) + distance);
        assert!((found - expected).abs() < 1e-12, "{found} {expected}");
    }

    #[test]
    fn a_voter_who_reads_the_whole_bill_is_less_likely_to_say_yes() {
        let option = BallotOption {
            rise: 0.158,
            cost: 30.0,
            cost_of_whole_bill: 290.0,
            share: 0.305,
            doubtful: false,
        };
        let none = LearnedParameters::of([0.6, 44.0, 2.0, 1.0, 0.0, 1.0, 0.5]);
        let some = LearnedParameters { kappa: 0.5, ..none };
        // By hand: pi / (1 + (30 / 44)^2) = 0.40959; pi / (1 + (290 / 44)^2) = 0.01350.
        let by_hand: f64 = 0.75 * 0.409_590_97 + 0.25 * 0.013_501_33;
        let found = LogOdds(expected_log_odds(&option, true, &some))
            .share()
            .value();
        assert!((found - by_hand).abs() < 1e-6, "{found} {by_hand}");
        assert!(expected_log_odds(&option, true, &none) > expected_log_odds(&option, true, &some));
        let advisory = expected_log_odds(&option, false, &some);
        assert!((advisory - expected_log_odds(&option, true, &none)).abs() < 1e-12);
    }
}
