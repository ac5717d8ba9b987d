//! The expected vote for one set of parameters: a plain loop, the reference for the draw kernel.

use super::electorate::Electorate;
use super::turnout::mobilised;
use super::willingness::yes_odds;

/// One value of every parameter of the vote.
#[derive(Debug, Clone, PartialEq)]
pub struct VoteParameters {
    /// Share who would pay anything.
    pub pi: f64,
    /// Median willingness to pay among them, pounds of 2026 a year.
    pub m: f64,
    /// Shape of willingness to pay.
    pub k: f64,
    /// Log odds that hold for the whole vote: a statutory ballot, the campaign and the mood.
    pub national: f64,
    /// Share who know what a Yes would cost them.
    pub kappa: f64,
    /// Share of the others who read the percentages as of the whole bill.
    pub omega: f64,
    /// Extra log odds of gainers.
    pub gamma: f64,
    /// Log odds for one standard deviation of deprivation.
    pub eta: f64,
    /// Extra turnout of those who know they lose.
    pub mobilisation: f64,
    /// Swing of turnout, log odds.
    pub turnout_shift: f64,
    /// Log odds of each ward.
    pub ward: Vec<f64>,
}

impl VoteParameters {
    /// All parameters 0, for so many wards: memory that draws are written into.
    pub fn none(n_wards: usize) -> Self {
        Self {
            pi: 0.0,
            m: 0.0,
            k: 0.0,
            national: 0.0,
            kappa: 0.0,
            omega: 0.0,
            gamma: 0.0,
            eta: 0.0,
            mobilisation: 0.0,
            turnout_shift: 0.0,
            ward: vec![0.0; n_wards],
        }
    }
}

/// Expected votes, before the noise of the count.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpectedVotes {
    /// Votes cast in each ward.
    pub votes: Vec<f64>,
    /// Yes votes in each ward.
    pub yes: Vec<f64>,
    /// Variance of the votes cast in each ward, as a sum of binomials.
    pub votes_variance: Vec<f64>,
    /// Variance of the yes votes in each ward.
    pub yes_variance: Vec<f64>,
    /// Covariance of the two.
    pub covariance: Vec<f64>,
    /// Votes cast by each group.
    pub group_votes: Vec<f64>,
    /// Yes votes of each group.
    pub group_yes: Vec<f64>,
}

impl ExpectedVotes {
    /// No votes yet in so many wards and groups.
    pub fn none(n_wards: usize, n_groups: usize) -> Self {
        Self {
            votes: vec![0.0; n_wards],
            yes: vec![0.0; n_wards],
            votes_variance: vec![0.0; n_wards],
            yes_variance: vec![0.0; n_wards],
            covariance: vec![0.0; n_wards],
            group_votes: vec![0.0; n_groups],
            group_yes: vec![0.0; n_groups],
        }
    }
}

/// Expected votes ward by ward and group by group.
pub fn expected_votes(electorate: &Electorate, parameters: &VoteParameters) -> ExpectedVotes {
    let p = parameters;
    let n_groups = electorate.groups.len();
    let n_wards = electorate.n_wards();
    let share = |odds: f64| odds / (1.0 + odds);
    let mut votes = ExpectedVotes::none(n_wards, n_groups);
    for ward in 0..n_wards {
        let mood = (p.national + p.ward[ward] + p.eta * electorate.deprivation[ward]).exp();
        let (of_ward, electors) = electorate.ward(ward);
        for (index, &electors) in of_ward.zip(electors) {
            let group = &electorate.groups[index];
            let seen = group.perception;
            let yes = |x: f64| share(yes_odds(x, p.pi, p.m, p.k, p.gamma) * mood);
            let base =
                (group.turnout_log_odds + electorate.ward_turnout[ward] + p.turnout_shift).exp();
            let knowing = share(base * mobilised(seen.known, p.mobilisation));
            let reading = share(base);
            let readers = [
                (p.kappa, knowing, yes(seen.known)),
                (
                    (1.0 - p.kappa) * (1.0 - p.omega),
                    reading,
                    yes(seen.own_element),
                ),
                ((1.0 - p.kappa) * p.omega, reading, yes(seen.whole_bill)),
            ];
            for (of_electors, turnout, says_yes) in readers {
                let cast = electors * of_electors * turnout;
                votes.votes[ward] += cast;
                votes.yes[ward] += cast * says_yes;
                votes.votes_variance[ward] += cast * (1.0 - turnout);
                votes.yes_variance[ward] += cast * says_yes * (1.0 - turnout * says_yes);
                votes.covariance[ward] += cast * says_yes * (1.0 - turnout);
                votes.group_votes[index] += cast;
                votes.group_yes[index] += cast * says_yes;
            }
        }
    }
    votes
}
