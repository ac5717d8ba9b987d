//! One draw of the vote: the kernel of the simulation.
//!
//! On the odds scale a ward's mood and a group's willingness multiply, so that each draw takes
//! exponentials for groups and for wards, not for their product; the inner loop only multiplies
//! and divides. Property-tested equal to [`crate::vote::expected_votes`].

use std::ops::Range;

use crate::vote::turnout::mobilised;
use crate::vote::willingness::gain_odds;
use crate::vote::{Electorate, ExpectedVotes, VoteParameters};

/// The electorate laid out for the kernel, one array a quantity.
#[derive(Debug, Clone, PartialEq)]
pub struct Kernel {
    perceived: [Vec<Seen>; 3],
    turnout_odds: Vec<f64>,
    ward_turnout_odds: Vec<f64>,
    deprivation: Vec<f64>,
    /// The groups of each ward's billing authority by position, and its electors in each.
    wards: Vec<(Range<usize>, Vec<f64>)>,
}

/// What a group believes a Yes costs, as the kernel needs it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Seen {
    /// A cost: its logarithm.
    Cost { x: f64, ln_x: f64 },
    /// No change or a gain.
    Gain(f64),
}

impl Seen {
    fn of(x: f64) -> Self {
        if x > 0.0 {
            Self::Cost { x, ln_x: x.ln() }
        } else {
            Self::Gain(x)
        }
    }
}

/// Memory of a draw, kept from one to the next.
#[derive(Debug, Clone)]
pub struct Scratch {
    yes_odds: [Vec<f64>; 3],
    reading: Vec<f64>,
    knowing: Vec<f64>,
    cast: Vec<f64>,
    says_yes: Vec<f64>,
    cast_variance: Vec<f64>,
    yes_variance: Vec<f64>,
    covariance: Vec<f64>,
}

impl Kernel {
    /// Lays an electorate out.
    pub fn of(electorate: &Electorate) -> Self {
        let seen = |pick: fn(&crate::vote::Perception) -> f64| {
            electorate
                .groups
                .iter()
                .map(|group| Seen::of(pick(&group.perception)))
                .collect()
        };
        Self {
            perceived: [
                seen(|p| p.known),
                seen(|p| p.own_element),
                seen(|p| p.whole_bill),
            ],
            turnout_odds: electorate
                .groups
                .iter()
                .map(|g| g.turnout_log_odds.exp())
                .collect(),
            ward_turnout_odds: electorate.ward_turnout.iter().map(|t| t.exp()).collect(),
            deprivation: electorate.deprivation.clone(),
            wards: (0..electorate.n_wards())
                .map(|ward| {
                    let (groups, electors) = electorate.ward(ward);
                    (groups, electors.to_vec())
                })
                .collect(),
        }
    }

    /// Memory for draws of this kernel.
    pub fn scratch(&self) -> Scratch {
        let empty = || vec![0.0; self.turnout_odds.len()];
        Scratch {
            yes_odds: [empty(), empty(), empty()],
            reading: empty(),
            knowing: empty(),
            cast: empty(),
            says_yes: empty(),
            cast_variance: empty(),
            yes_variance: empty(),
            covariance: empty(),
        }
    }

    /// Expected votes under one set of parameters, written into `votes`.
    pub fn expected(
        &self,
        parameters: &VoteParameters,
        scratch: &mut Scratch,
        votes: &mut ExpectedVotes,
    ) {
        let p = parameters;
        let n = self.turnout_odds.len();
        let ln_m = p.m.ln();
        for (seen, odds) in self.perceived.iter().zip(&mut scratch.yes_odds) {
            for (odds, seen) in odds.iter_mut().zip(seen) {
                *odds = match *seen {
                    Seen::Cost { ln_x, .. } => p.pi / (1.0 + (p.k * (ln_x - ln_m)).exp() - p.pi),
                    Seen::Gain(x) => p.pi / (1.0 - p.pi) * gain_odds(x, p.gamma),
                };
            }
        }
        let swing = p.turnout_shift.exp();
        for group in 0..n {
            scratch.reading[group] = self.turnout_odds[group] * swing;
            let more = match self.perceived[0][group] {
                Seen::Cost { x, .. } => mobilised(x, p.mobilisation),
                Seen::Gain(_) => 1.0,
            };
            scratch.knowing[group] = scratch.reading[group] * more;
        }
        votes.group_votes.fill(0.0);
        votes.group_yes.fill(0.0);
        for ward in 0..self.deprivation.len() {
            let mood = (p.national + p.ward[ward] + p.eta * self.deprivation[ward]).exp();
            let (groups, electors) = &self.wards[ward];
            let turnout = self.ward_turnout_odds[ward];
            self.ward(p, mood, turnout, groups.clone(), electors, scratch);
            let mut sums = [0.0; 5];
            // Slices of one length, so that the loop needs no check of bounds.
            let n = groups.len();
            let (cast, yes) = (&scratch.cast[..n], &scratch.says_yes[..n]);
            let cast_variance = &scratch.cast_variance[..n];
            let yes_variance = &scratch.yes_variance[..n];
            let covariance = &scratch.covariance[..n];
            let group_votes = &mut votes.group_votes[groups.clone()][..n];
            let group_yes = &mut votes.group_yes[groups.clone()][..n];
            for group in 0..n {
                sums[0] += cast[group];
                sums[1] += yes[group];
                sums[2] += cast_variance[group];
                sums[3] += yes_variance[group];
                sums[4] += covariance[group];
                group_votes[group] += cast[group];
                group_yes[group] += yes[group];
            }
            votes.votes[ward] = sums[0];
            votes.yes[ward] = sums[1];
            votes.votes_variance[ward] = sums[2];
            votes.yes_variance[ward] = sums[3];
            votes.covariance[ward] = sums[4];
        }
    }

    /// The votes of every group in one ward: multiplications and divisions only.
    fn ward(
        &self,
        p: &VoteParameters,
        mood: f64,
        turnout: f64,
        groups: Range<usize>,
        electors: &[f64],
        scratch: &mut Scratch,
    ) {
        let n = groups.len();
        let electors = &electors[..n];
        let [known, own, whole] = &scratch.yes_odds;
        let (known, own, whole) = (
            &known[groups.clone()][..n],
            &own[groups.clone()][..n],
            &whole[groups.clone()][..n],
        );
        let (knowing, reading) = (
            &scratch.knowing[groups.clone()][..n],
            &scratch.reading[groups][..n],
        );
        let cast_out = &mut scratch.cast[..n];
        let yes_out = &mut scratch.says_yes[..n];
        let cast_variance = &mut scratch.cast_variance[..n];
        let yes_variance = &mut scratch.yes_variance[..n];
        let covariance = &mut scratch.covariance[..n];
        let share = |odds: f64| odds / (1.0 + odds);
        let (of_own, of_whole) = ((1.0 - p.kappa) * (1.0 - p.omega), (1.0 - p.kappa) * p.omega);
        for group in 0..n {
            let (t_know, t_read) = (
                share(knowing[group] * turnout),
                share(reading[group] * turnout),
            );
            let (y_know, y_own, y_whole) = (
                share(known[group] * mood),
                share(own[group] * mood),
                share(whole[group] * mood),
            );
            let know = electors[group] * p.kappa * t_know;
            let read_own = electors[group] * of_own * t_read;
            let read_whole = electors[group] * of_whole * t_read;
            let (yes_know, yes_own, yes_whole) =
                (know * y_know, read_own * y_own, read_whole * y_whole);
            cast_out[group] = know + read_own + read_whole;
            yes_out[group] = yes_know + yes_own + yes_whole;
            cast_variance[group] = know * (1.0 - t_know) + (read_own + read_whole) * (1.0 - t_read);
            yes_variance[group] = yes_know * (1.0 - t_know * y_know)
                + yes_own * (1.0 - t_read * y_own)
                + yes_whole * (1.0 - t_read * y_whole);
            covariance[group] = yes_know * (1.0 - t_know) + (yes_own + yes_whole) * (1.0 - t_read);
        }
    }
}

/// Means and second moments of the votes cast and the yes votes of a ward.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    /// Mean of the votes cast.
    pub votes: f64,
    /// Mean of the yes votes.
    pub yes: f64,
    /// Variance of the votes cast.
    pub votes_variance: f64,
    /// Variance of the yes votes.
    pub yes_variance: f64,
    /// Covariance of the two.
    pub covariance: f64,
}

/// Counts of votes and of Yes votes in a ward, by the normal approximation to sums of binomials.
///
/// The yes votes follow the votes cast as two jointly normal numbers do. `z` are two standard
/// normals. The counts are whole and lie within what is possible.
pub fn count(electors: f64, moments: &Moments, z: (f64, f64)) -> (f64, f64) {
    let m = moments;
    let cast = m.votes + m.votes_variance.sqrt() * z.0;
    let cast = cast.round().clamp(0.0, electors.ceil());
    if cast == 0.0 {
        return (0.0, 0.0);
    }
    let slope = if m.votes_variance > 0.0 {
        m.covariance / m.votes_variance
    } else {
        0.0
    };
    let left = (m.yes_variance - slope * m.covariance).max(0.0);
    let says_yes = m.yes + slope * (cast - m.votes) + left.sqrt() * z.1;
    (cast, says_yes.round().clamp(0.0, cast))
}
