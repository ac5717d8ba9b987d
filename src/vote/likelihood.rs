//! How likely past ballots and surveys are under one set of parameters.
//!
//! For option j of ballot e: `logit(share choosing at least j) = logit P_ej + u_e + eps_ej`, where
//! `P_ej` is what the model gives for a voter in a mean home, `u_e ~ N(0, tau)` is the mood of the
//! ballot and `eps ~ N(0, option_sd)`. A survey has an offset in place of a mood. Moods and offsets
//! are integrated out in closed form.

use crate::domain::evidence::{BallotOption, Evidence, PastBallot, Survey};
use crate::vote::willingness::yes_odds;

/// The parameters that evidence speaks of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LearnedParameters {
    /// Share who would pay anything.
    pub pi: f64,
    /// Median willingness to pay among them, pounds of 2026 a year.
    pub m: f64,
    /// Shape of willingness to pay.
    pub k: f64,
    /// How far moods differ between ballots, log odds.
    pub tau: f64,
    /// How much harder a statutory ballot is than a survey, log odds.
    pub delta_statutory: f64,
    /// Share of voters who know what a Yes costs them.
    pub kappa: f64,
    /// Share of the others who read the percentages as of the whole bill.
    pub omega: f64,
}

impl LearnedParameters {
    /// Their names in the table of inputs, in the order of [`Self::of`].
    pub const NAMES: [&'static str; 7] =
        ["pi", "m", "k", "tau", "delta_statutory", "kappa", "omega"];

    /// From values in the order of [`Self::NAMES`].
    pub const fn of(values: [f64; 7]) -> Self {
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
pub fn log_likelihood(evidence: &Evidence, parameters: &LearnedParameters) -> f64 {
    let ballots = evidence.ballots.iter();
    let ballots: f64 = ballots.map(|ballot| of_ballot(ballot, parameters)).sum();
    let offset = evidence.survey_offset_sd;
    let surveys = evidence.surveys.iter();
    let surveys: f64 = surveys
        .map(|survey| of_survey(survey, offset, parameters))
        .sum();
    ballots + surveys
}

/// Log likelihood of one ballot.
pub fn of_ballot(ballot: &PastBallot, parameters: &LearnedParameters) -> f64 {
    let residuals = ballot.options.iter().map(|option| {
        let expected = expected_log_odds(option, ballot.statutory, parameters);
        (log_odds(option.share) - expected, ballot.option_sd)
    });
    log_density(residuals, parameters.tau)
}

fn of_survey(survey: &Survey, offset_sd: f64, parameters: &LearnedParameters) -> f64 {
    let residuals = survey.answers.iter().map(|answer| {
        let expected = log_odds_at(answer.cost, parameters);
        (log_odds(answer.share) - expected, answer.sd)
    });
    log_density(residuals, offset_sd)
}

/// Log odds that the model expects of an option where the mood is nobody's.
///
/// An advisory ballot said what its options cost in pounds. The paper of a statutory referendum shows
/// percentages of the authority's own part: who knows reads them so, of the others the share `omega`
/// reads them as of the whole bill.
pub fn expected_log_odds(
    option: &BallotOption,
    statutory: bool,
    parameters: &LearnedParameters,
) -> f64 {
    if !statutory {
        return log_odds_at(option.cost, parameters);
    }
    let p = parameters;
    let misread = (1.0 - p.kappa) * p.omega;
    let (mut yes, mut no) = (0.0, 0.0);
    for (readers, cost) in [
        (1.0 - misread, option.cost),
        (misread, option.cost_of_whole_bill),
    ] {
        let odds = (log_odds_at(cost, p) + p.delta_statutory).exp();
        yes += readers * odds / (1.0 + odds);
        no += readers / (1.0 + odds);
    }
    least(yes).ln() - least(no).ln()
}

/// Log odds of a Yes at a cost, finite however small they are.
pub fn log_odds_at(cost: f64, parameters: &LearnedParameters) -> f64 {
    let p = parameters;
    least(yes_odds(cost, p.pi, p.m, p.k, 0.0)).ln()
}

/// A positive number however small, where the furthest parameters leave none.
fn least(value: f64) -> f64 {
    value.max(f64::MIN_POSITIVE)
}

/// The log odds of a share strictly between 0 and 1.
fn log_odds(share: f64) -> f64 {
    (share / (1.0 - share)).ln()
}

/// Log density of residuals that share one normal shift of `shared_sd` beside their own
/// independent normal errors; pairs of a residual and the standard deviation of its error.
fn log_density(residuals: impl Iterator<Item = (f64, f64)>, shared_sd: f64) -> f64 {
    // Covariance D + s^2 11': by the matrix determinant lemma and Sherman-Morrison.
    let (mut n, mut ln_errors) = (0.0, 0.0);
    let (mut squares, mut weighted, mut weights) = (0.0, 0.0, 0.0);
    for (residual, sd) in residuals {
        let weight = 1.0 / (sd * sd);
        n += 1.0;
        ln_errors += 2.0 * sd.ln();
        squares += residual * residual * weight;
        weighted += residual * weight;
        weights += weight;
    }
    let shared = shared_sd * shared_sd;
    let widened = 1.0 + shared * weights;
    let distance = squares - shared * weighted * weighted / widened;
    -0.5 * (n * std::f64::consts::TAU.ln() + ln_errors + widened.ln() + distance)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::LogOdds;

    /// By hand: a two-dimensional normal with variances 0.5 and 0.29 (0.25 shared) at (0.3, -0.2):
    /// determinant 0.5 * 0.29 - 0.25^2 = 0.0825.
    #[test]
    fn residuals_with_a_shared_shift_have_the_density_of_a_joint_normal() {
        let residuals = [(0.3, 0.5), (-0.2, 0.2)];
        let found = log_density(residuals.into_iter(), 0.5);
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
