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
    votes: ByReader,
    ballots: Ballots,
}

/// Expected ballots of like voters in one ward, one number a kind of voter.
#[derive(Debug, Clone, Default)]
struct Ballots {
    cast: Vec<f64>,
    yes_odds: Vec<f64>,
}

/// Expected votes were all voters of one kind of reader. Votes and their moments are linear in the
/// share of voters who know, so that these two give the votes at any comprehension.
#[derive(Debug, Clone, PartialEq)]
pub struct ByReader {
    /// If every voter knew what a Yes costs her.
    pub knowing: ExpectedVotes,
    /// If none did.
    pub reading: ExpectedVotes,
}

impl ByReader {
    /// No votes yet in so many wards and groups.
    pub fn none(n_wards: usize, n_groups: usize) -> Self {
        Self {
            knowing: ExpectedVotes::none(n_wards, n_groups),
            reading: ExpectedVotes::none(n_wards, n_groups),
        }
    }

    /// The votes where the share `kappa` of voters knows.
    pub fn mix(&self, kappa: f64, votes: &mut ExpectedVotes) {
        let (one, other) = (&self.knowing, &self.reading);
        for (into, knowing, reading) in [
            (&mut votes.votes, &one.votes, &other.votes),
            (&mut votes.yes, &one.yes, &other.yes),
            (
                &mut votes.votes_variance,
                &one.votes_variance,
                &other.votes_variance,
            ),
            (
                &mut votes.yes_variance,
                &one.yes_variance,
                &other.yes_variance,
            ),
            (&mut votes.covariance, &one.covariance, &other.covariance),
            (&mut votes.group_votes, &one.group_votes, &other.group_votes),
            (&mut votes.group_yes, &one.group_yes, &other.group_yes),
        ] {
            for ((into, knowing), reading) in into.iter_mut().zip(knowing).zip(reading) {
                *into = kappa * knowing + (1.0 - kappa) * reading;
            }
        }
    }
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
            votes: ByReader::none(self.deprivation.len(), self.turnout_odds.len()),
            ballots: Ballots::default(),
        }
    }

    /// Expected votes under one set of parameters, written into `votes`.
    pub fn expected(
        &self,
        parameters: &VoteParameters,
        scratch: &mut Scratch,
        votes: &mut ExpectedVotes,
    ) {
        self.by_reader(parameters, scratch)
            .mix(parameters.kappa, votes);
    }

    /// Expected votes of either kind of reader under one set of parameters; its `kappa` is not looked at.
    pub fn by_reader<'s>(
        &self,
        parameters: &VoteParameters,
        scratch: &'s mut Scratch,
    ) -> &'s ByReader {
        let p = parameters;
        self.odds(p, scratch);
        self.turnouts(p, scratch);
        for votes in [&mut scratch.votes.knowing, &mut scratch.votes.reading] {
            votes.group_votes.fill(0.0);
            votes.group_yes.fill(0.0);
        }
        for ward in 0..self.deprivation.len() {
            self.ward(p, ward, scratch);
        }
        &scratch.votes
    }

    /// The shift of every voter's log odds at which the expected votes for Yes are half of those cast,
    /// to 1e-9; infinite where no shift is enough.
    ///
    /// By Newton's method within a bracket: the log odds of the yes share rise with the shift, almost
    /// in step.
    pub fn break_even(&self, parameters: &VoteParameters, scratch: &mut Scratch) -> f64 {
        const FURTHEST: f64 = 80.0;
        self.ballots(parameters, scratch);
        let Ballots { cast, yes_odds } = &scratch.ballots;
        let all: f64 = cast.iter().sum();
        let (mut low, mut high) = (-FURTHEST, FURTHEST);
        let mut shift = 0.0f64;
        while high - low > 1e-9 {
            let factor = shift.exp();
            let (mut yes, mut slope) = (0.0, 0.0);
            for (cast, odds) in cast.iter().zip(yes_odds) {
                let no = 1.0 / (1.0 + odds * factor);
                let says_yes = cast * (1.0 - no);
                yes += says_yes;
                slope += says_yes * no;
            }
            if yes < all / 2.0 {
                low = shift;
            } else {
                high = shift;
            }
            // The derivative of the log odds of yes / all.
            let step = (yes / (all - yes)).ln() * yes * (all - yes) / (all * slope);
            let next = shift - step;
            let next = if next > low && next < high {
                next
            } else {
                f64::midpoint(low, high)
            };
            let moved = (next - shift).abs();
            shift = next;
            if moved < 1e-9 {
                break;
            }
        }
        if shift > FURTHEST - 1.0 {
            f64::INFINITY
        } else {
            shift
        }
    }

    /// Lays out the expected ballots of every ward, group and kind of reader.
    fn ballots(&self, p: &VoteParameters, scratch: &mut Scratch) {
        self.odds(p, scratch);
        self.turnouts(p, scratch);
        let share = |odds: f64| odds / (1.0 + odds);
        let Scratch {
            yes_odds: [known, own, whole],
            reading,
            knowing,
            ballots,
            ..
        } = scratch;
        ballots.cast.clear();
        ballots.yes_odds.clear();
        for (ward, (groups, electors)) in self.wards.iter().enumerate() {
            let mood = self.mood(p, ward);
            let at_home = self.ward_turnout_odds[ward];
            for (group, &electors) in groups.clone().zip(electors) {
                if electors == 0.0 {
                    continue;
                }
                let knows = electors * p.kappa * share(knowing[group] * at_home);
                let reads = electors * (1.0 - p.kappa) * share(reading[group] * at_home);
                ballots
                    .cast
                    .extend([knows, reads * (1.0 - p.omega), reads * p.omega]);
                let odds = [known[group] * mood, own[group] * mood, whole[group] * mood];
                ballots.yes_odds.extend(odds);
            }
        }
    }

    /// Share of all electors who would say Yes under one set of parameters, whether they vote or not:
    /// what a poll asks.
    pub fn support(&self, parameters: &VoteParameters, scratch: &mut Scratch) -> f64 {
        let p = parameters;
        self.odds(p, scratch);
        let share = |odds: f64| odds / (1.0 + odds);
        let [known, own, whole] = &scratch.yes_odds;
        let (of_own, of_whole) = ((1.0 - p.kappa) * (1.0 - p.omega), (1.0 - p.kappa) * p.omega);
        let (mut yes, mut all) = (0.0, 0.0);
        for (ward, (groups, electors)) in self.wards.iter().enumerate() {
            let mood = self.mood(p, ward);
            let known = &known[groups.clone()];
            let (own, whole) = (&own[groups.clone()], &whole[groups.clone()]);
            for (group, electors) in electors.iter().enumerate() {
                let says_yes = p.kappa * share(known[group] * mood)
                    + of_own * share(own[group] * mood)
                    + of_whole * share(whole[group] * mood);
                yes += electors * says_yes;
                all += electors;
            }
        }
        yes / all
    }

    /// The odds of voting of every group in a ward that adds nothing, for those who know what a Yes
    /// costs them and for those who do not.
    fn turnouts(&self, p: &VoteParameters, scratch: &mut Scratch) {
        let swing = p.turnout_shift.exp();
        for group in 0..self.turnout_odds.len() {
            scratch.reading[group] = self.turnout_odds[group] * swing;
            let more = match self.perceived[0][group] {
                Seen::Cost { x, .. } => mobilised(x, p.mobilisation),
                Seen::Gain(_) => 1.0,
            };
            scratch.knowing[group] = scratch.reading[group] * more;
        }
    }

    /// The odds of a Yes of every group as each kind of reader, where the mood is nobody's.
    fn odds(&self, p: &VoteParameters, scratch: &mut Scratch) {
        let ln_m = p.m.ln();
        for (seen, odds) in self.perceived.iter().zip(&mut scratch.yes_odds) {
            for (odds, seen) in odds.iter_mut().zip(seen) {
                *odds = match *seen {
                    Seen::Cost { ln_x, .. } => p.pi / (1.0 + (p.k * (ln_x - ln_m)).exp() - p.pi),
                    Seen::Gain(x) => p.pi / (1.0 - p.pi) * gain_odds(x, p.gamma),
                };
            }
        }
    }

    /// The factor of a ward on the odds of a Yes.
    fn mood(&self, p: &VoteParameters, ward: usize) -> f64 {
        (p.national + p.ward[ward] + p.eta * self.deprivation[ward]).exp()
    }

    /// The votes of every group in one ward: multiplications and divisions only.
    fn ward(&self, p: &VoteParameters, ward: usize, scratch: &mut Scratch) {
        let mood = self.mood(p, ward);
        let at_home = self.ward_turnout_odds[ward];
        let (groups, electors) = &self.wards[ward];
        // Slices of one length, so that the loop needs no check of bounds.
        let n = groups.len();
        let electors = &electors[..n];
        let [known, own, whole] = &scratch.yes_odds;
        let known = &known[groups.clone()][..n];
        let (own, whole) = (&own[groups.clone()][..n], &whole[groups.clone()][..n]);
        let knowing = &scratch.knowing[groups.clone()][..n];
        let reading = &scratch.reading[groups.clone()][..n];
        let ByReader {
            knowing: by_knowing,
            reading: by_reading,
        } = &mut scratch.votes;
        let know_votes = &mut by_knowing.group_votes[groups.clone()][..n];
        let know_yes = &mut by_knowing.group_yes[groups.clone()][..n];
        let read_votes = &mut by_reading.group_votes[groups.clone()][..n];
        let read_yes = &mut by_reading.group_yes[groups.clone()][..n];
        let share = |odds: f64| odds / (1.0 + odds);
        let (mut know, mut read) = ([0.0; 5], [0.0; 5]);
        for group in 0..n {
            let turnout = share(knowing[group] * at_home);
            let yes = share(known[group] * mood);
            let cast = electors[group] * turnout;
            let says_yes = cast * yes;
            know[0] += cast;
            know[1] += says_yes;
            know[2] += cast * (1.0 - turnout);
            know[3] += says_yes * (1.0 - turnout * yes);
            know[4] += says_yes * (1.0 - turnout);
            know_votes[group] += cast;
            know_yes[group] += says_yes;

            let turnout = share(reading[group] * at_home);
            let (yes_own, yes_whole) = (share(own[group] * mood), share(whole[group] * mood));
            let cast = electors[group] * turnout;
            let (cast_own, cast_whole) = (cast * (1.0 - p.omega), cast * p.omega);
            let (says_own, says_whole) = (cast_own * yes_own, cast_whole * yes_whole);
            let says_yes = says_own + says_whole;
            read[0] += cast;
            read[1] += says_yes;
            read[2] += cast * (1.0 - turnout);
            read[3] +=
                says_own * (1.0 - turnout * yes_own) + says_whole * (1.0 - turnout * yes_whole);
            read[4] += says_yes * (1.0 - turnout);
            read_votes[group] += cast;
            read_yes[group] += says_yes;
        }
        for (votes, sums) in [(by_knowing, know), (by_reading, read)] {
            [
                votes.votes[ward],
                votes.yes[ward],
                votes.votes_variance[ward],
                votes.yes_variance[ward],
                votes.covariance[ward],
            ] = sums;
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
