//! What the result of a scenario depends on: Sobol indices of every uncertain input, and what comes of
//! each at its low and at its high end.
//!
//! Inputs of the vote depend on each other once they are learned. They are taken as the normal, on
//! the scale of normal scores, that is fitted to the run's own weighted draws; so polls, ballots left
//! out and inputs that the scenario replaces are in it. Money that no evidence speaks of is independent.
//! What draws cannot tell from no dependence is set to none: a correlation below 3 of its standard
//! errors is 0, a mean is 0 and a variance 1 if no further off than 3 of theirs.

use std::collections::BTreeMap;
use std::ops::Range;

use nalgebra::{DMatrix, DVector};
use statrs::distribution::{ContinuousCDF, Normal};

use super::inputs::{Input, normal_score};
use super::learn::fit;
use super::prepare::Prepared;
use super::run::{DrawOutcomes, Enters, Memory, Observer, Simulation, VoteOutcomes, WardLuck};
use super::sobol::{Design, Evaluations, Factor, Held, Indices, Luck, Point, SobolError};
use super::summary::{Spread, spread, win_probability};
use super::vector::LANES;
use super::weights::Weights;
use crate::vote::LearnedParameters;

/// Number of outcomes.
const K: usize = Outcome::ALL.len();

/// Standard errors that a dependence must be away from none.
const TOLD: f64 = 3.0;

/// What an index is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// 1 where the vote is won, 0 where it is lost.
    Win,
    /// Share of votes for Yes.
    YesShare,
    /// Pounds a year really collected over a No.
    Collected,
    /// Pounds that holding the vote is worth in the first year.
    Value,
}

impl Outcome {
    /// All, in order.
    pub const ALL: [Self; 4] = [Self::Win, Self::YesShare, Self::Collected, Self::Value];

    /// Its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Win => "win",
            Self::YesShare => "yes_share",
            Self::Collected => "collected_pounds",
            Self::Value => "expected_value_pounds",
        }
    }

    /// Its unit.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Win => "probability",
            Self::YesShare => "share of votes",
            Self::Collected => "pounds a year",
            Self::Value => "pounds, first year",
        }
    }

    /// Whether there is none without a vote.
    pub const fn needs_vote(self) -> bool {
        !matches!(self, Self::Collected)
    }

    const fn index(self) -> usize {
        self as usize
    }
}

/// The name of the luck that is no input.
pub const LUCK: &str = "luck";

/// What the luck is.
const LUCK_MEANING: &str =
    "luck of wards and of the count: moods of single wards, and who happens to vote";

/// What the result of a scenario depends on.
#[derive(Debug, Clone, PartialEq)]
pub struct Sensitivity {
    /// Rows of the design.
    pub rows: u32,
    /// Points at which the model was evaluated.
    pub evaluations: u64,
    /// Outcomes that the scenario has, in order.
    pub outcomes: Vec<OutcomeSensitivity>,
    /// Where the distribution of the inputs comes from.
    pub origin: Origin,
    /// Probability of winning with its standard error: under the distribution that the indices are of,
    /// and in the run.
    pub win: Option<[(f64, f64); 2]>,
}

/// Where the distribution of the inputs of the vote comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Origin {
    /// No vote is held: there are none.
    NoVote,
    /// As first believed: each is independent.
    FirstBelieved,
    /// A normal fitted to weighted draws.
    Fitted {
        /// Draws of the run.
        draws: u32,
        /// How many of them count.
        effective: f64,
    },
}

/// One outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct OutcomeSensitivity {
    /// Which.
    pub outcome: Outcome,
    /// Its spread over both sets of points; nothing where it is not a number at some point.
    pub spread: Option<Spread>,
    /// What it depends on, by falling total index.
    pub factors: Vec<FactorSensitivity>,
}

/// How much an outcome depends on an input, or on luck.
#[derive(Debug, Clone, PartialEq)]
pub struct FactorSensitivity {
    /// Name of the input.
    pub name: String,
    /// What it says.
    pub meaning: String,
    /// Its unit; empty for luck.
    pub unit: String,
    /// Its indices; nothing where the outcome does not vary.
    pub indices: Option<Indices>,
    /// The outcome at the ends of the input; nothing for luck.
    pub ends: Option<Ends>,
    /// How its value comes into the outcome.
    pub part: Part,
}

/// How the value of an input comes into an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// It enters it.
    Enters,
    /// It does not, but depends on inputs that do.
    Tells,
    /// It neither enters it nor tells of what does, though it enters another.
    NotOfThis,
    /// It enters no outcome of the first year.
    OfNone,
}

/// An outcome with an input held at its 10th and at its 90th percentile, and the other inputs as they
/// are conditional on that.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ends {
    /// Values of the input.
    pub input: [f64; 2],
    /// Means of the outcome.
    pub outcome: [f64; 2],
    /// Their standard errors.
    pub errors: [f64; 2],
    /// The second less the first.
    pub swing: f64,
    /// Its standard error: luck is shared.
    pub swing_error: f64,
}

/// Finds out what the result of a scenario depends on, on the threads of the pool that it is called in.
/// `outcomes` are those of its run, `rows` is the size of the design.
///
/// # Errors
/// Without rows, or when no normal can be fitted to the draws.
///
/// # Example
/// ```
/// use bandwise::data::{Scenario, World, scenario::Names};
/// use bandwise::simulation::sensitivity::{Outcome, sensitivity};
/// use bandwise::simulation::{NoObserver, prepare, run};
/// let world = World::embedded(None)?;
/// let mut scenario = Scenario::load("max-without-vote", &Names::of(&world.assumptions))?;
/// scenario.draws = 300;
/// let prepared = prepare(&scenario, &world)?;
/// let outcomes = run(&prepared, &NoObserver);
/// let found = sensitivity(&prepared, &outcomes, 256, &NoObserver)?;
/// // Without a vote there is only the money.
/// assert_eq!(found.outcomes.len(), 1);
/// assert_eq!(found.outcomes[0].outcome, Outcome::Collected);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn sensitivity(
    prepared: &Prepared,
    outcomes: &DrawOutcomes,
    rows: u32,
    observer: &dyn Observer,
) -> Result<Sensitivity, SobolError> {
    let model = Model::of(prepared);
    let (mean, covariance, origin) = distribution(prepared, outcomes, &model.inputs);
    let names: Vec<&str> = model
        .inputs
        .iter()
        .map(|(_, input)| input.name.as_str())
        .collect();
    let mut factors: Vec<Factor> = (names.iter().enumerate())
        .map(|(place, name)| Factor::of(name, &[place]))
        .collect();
    let has_vote = outcomes.vote.is_some();
    if has_vote {
        factors.push(Factor::luck(LUCK));
    }
    let design: Design<K> = Design::new(
        &names,
        &mean,
        &covariance,
        &model.enters,
        Outcome::ALL.map(|outcome| has_vote && outcome.needs_vote()),
        &factors,
    )?;
    let seed = prepared.scenario.seed;
    let evaluate = |rows: Range<u32>, points: &[Point<'_, K>]| model.evaluate(&rows, points);
    let per_row = u64::from(design.points_per_row() + design.held_per_row());
    let evaluations = per_row * u64::from(rows);
    observer.begin(evaluations);
    let part = Advances(observer);
    let found = design.evaluate(seed, rows, &evaluate, &part)?;
    let ends = Normal::standard().inverse_cdf(0.9);
    let held = design.held(seed, [-ends, ends], &found.a, &evaluate, &part);
    let indices = found.indices(seed);
    observer.end();

    let values_at_ends = |place: usize| {
        let (_, input) = model.inputs[place];
        let sd = covariance[(place, place)].sqrt();
        let mut values = [-ends, ends].map(|end| mean[place] + end * sd);
        input.quantile().of_scores(&mut values);
        values
    };
    let of_outcome = |outcome: Outcome| {
        let at = outcome.index();
        let factor = |(place, factor): (usize, &Factor)| FactorSensitivity {
            name: factor.name.clone(),
            unit: match factor.inputs.first() {
                Some(&place) => model.inputs[place].1.unit.clone(),
                None => String::new(),
            },
            meaning: match factor.inputs.first() {
                Some(&place) => model.inputs[place].1.meaning.clone(),
                None => LUCK_MEANING.to_owned(),
            },
            indices: indices[place][at],
            ends: held[place]
                .as_ref()
                .and_then(|held| ends_of(held, at, values_at_ends(place))),
            part: match factor.inputs.first() {
                Some(&place) => model.part(place, at, &covariance),
                None if outcome.needs_vote() => Part::Enters,
                None => Part::NotOfThis,
            },
        };
        let mut factors: Vec<FactorSensitivity> = factors.iter().enumerate().map(factor).collect();
        factors.sort_by(|one, other| {
            let total = |factor: &FactorSensitivity| {
                factor.indices.map_or(0.0, |indices| indices.total.value)
            };
            total(other).total_cmp(&total(one))
        });
        OutcomeSensitivity {
            outcome,
            spread: both(&found, at),
            factors,
        }
    };
    let has = |outcome: &&Outcome| has_vote || !outcome.needs_vote();
    let won: Vec<bool> = (found.a.iter().chain(&found.b))
        .map(|outputs| outputs[Outcome::Win.index()] == 1.0)
        .collect();
    Ok(Sensitivity {
        rows,
        evaluations,
        outcomes: (Outcome::ALL.iter().filter(has))
            .map(|&outcome| of_outcome(outcome))
            .collect(),
        origin,
        win: win_probability(outcomes)
            .map(|of_run| [Weights::alike(won.len()).share(&won), of_run]),
    })
}

/// Passes on how far the work has come, not that a part of it begins or ends.
struct Advances<'a>(&'a dyn Observer);

impl Observer for Advances<'_> {
    fn begin(&self, _draws: u64) {}
    fn advance(&self, draws: u64) {
        self.0.advance(draws);
    }
    fn end(&self) {}
    fn is_stopped(&self) -> bool {
        self.0.is_stopped()
    }
}

/// The spread of an outcome over both sets of points.
fn both(found: &Evaluations<K>, at: usize) -> Option<Spread> {
    let points = found.a.iter().chain(&found.b);
    let values: Vec<f64> = points.map(|outputs| outputs[at]).collect();
    let finite = values.iter().all(|value| value.is_finite());
    finite.then(|| spread(&values)).flatten()
}

/// Means and errors of an outcome with an input held; nothing where it is not a number at some point.
fn ends_of(held: &Held<K>, at: usize, input: [f64; 2]) -> Option<Ends> {
    let column = |end: &[[f64; K]]| -> Vec<f64> { end.iter().map(|outputs| outputs[at]).collect() };
    let [low, high] = [column(&held[0]), column(&held[1])];
    if low.iter().chain(&high).any(|value| !value.is_finite()) {
        return None;
    }
    let swings: Vec<f64> = low
        .iter()
        .zip(&high)
        .map(|(low, high)| high - low)
        .collect();
    let [low, high, swing] = [spread(&low)?, spread(&high)?, spread(&swings)?];
    Some(Ends {
        input,
        outcome: [low.mean, high.mean],
        errors: [low.monte_carlo_error?, high.monte_carlo_error?],
        swing: swing.mean,
        swing_error: swing.monte_carlo_error?,
    })
}

/// The model as a function of the scores of its uncertain inputs.
struct Model<'a> {
    prepared: &'a Prepared,
    simulation: Simulation<'a>,
    /// Uncertain inputs with their positions among all.
    inputs: Vec<(usize, &'a Input)>,
    /// The outcomes that each enters.
    enters: Vec<[bool; K]>,
    has_vote: bool,
}

impl<'a> Model<'a> {
    fn of(prepared: &'a Prepared) -> Self {
        let simulation = Simulation::of(prepared);
        let has_vote = prepared.route.needs_referendum();
        let uncertain = |(_, input): &(usize, &Input)| {
            let (low, high) = input.distribution.range_of_draws();
            low < high && (has_vote || !input.moves_vote)
        };
        let all = prepared.inputs.list().iter().enumerate();
        let inputs: Vec<(usize, &Input)> = all.filter(uncertain).collect();
        let enters = |&(at, _): &(usize, &Input)| {
            let Enters {
                votes,
                collected,
                costs,
            } = simulation.enters(at);
            Outcome::ALL.map(|outcome| match outcome {
                Outcome::Win | Outcome::YesShare => votes,
                Outcome::Collected => collected,
                Outcome::Value => has_vote && (votes || collected || costs),
            })
        };
        Self {
            prepared,
            enters: inputs.iter().map(enters).collect(),
            simulation,
            inputs,
            has_vote,
        }
    }

    /// How the value of an input comes into an outcome.
    fn part(&self, place: usize, outcome: usize, covariance: &DMatrix<f64>) -> Part {
        let tells = |outcome: usize| {
            let mut others = (0..self.inputs.len()).filter(|&other| other != place);
            others.any(|other| covariance[(place, other)] != 0.0 && self.enters[other][outcome])
        };
        if self.enters[place][outcome] {
            Part::Enters
        } else if tells(outcome) {
            Part::Tells
        } else if self.enters[place].contains(&true) || (0..K).any(tells) {
            Part::NotOfThis
        } else {
            Part::OfNone
        }
    }

    /// The outcomes at points in a range of rows.
    fn evaluate(&self, rows: &Range<u32>, points: &[Point<'_, K>]) -> Vec<[f64; K]> {
        let n = rows.len();
        let luck_of = |luck: Luck, begin: &str| {
            let used = self.has_vote && points.iter().any(|point| point.luck == luck);
            used.then(|| WardLuck::of_design(self.prepared, begin, rows.start, n))
        };
        let lucks = [
            luck_of(Luck::A, "sensitivity/a/"),
            luck_of(Luck::B, "sensitivity/b/"),
        ];
        let mut values: Vec<Vec<f64>> = self
            .prepared
            .inputs
            .list()
            .iter()
            .map(|input| constant(input, n))
            .collect();
        let mut scores = vec![vec![f64::NAN; n]; self.inputs.len()];
        let mut memory = self.simulation.memory();
        // Many points differ in the money only: their votes are counted once, in tiles.
        let mut places: BTreeMap<(u32, bool, Vec<u64>), usize> = BTreeMap::new();
        let mut counted: Vec<(f64, f64)> = Vec::new();
        let count = |memory: &mut Memory, counted: &mut Vec<(f64, f64)>| {
            let counts = self.simulation.count(memory);
            counted.extend(counts.all_cast.into_iter().zip(counts.all_yes));
        };
        let mut place_of: Vec<Option<usize>> = Vec::with_capacity(points.len());
        let mut outcomes = DrawOutcomes::default();
        for point in points {
            let draw = (point.row - rows.start) as usize;
            let mut of_vote = Vec::new();
            for (place, &(at, input)) in self.inputs.iter().enumerate() {
                let z = point.z[place];
                if scores[place][draw] != z {
                    scores[place][draw] = z;
                    let mut value = [z];
                    input.quantile().of_scores(&mut value);
                    values[at][draw] = value[0];
                }
                if self.enters[place][Outcome::YesShare.index()] {
                    of_vote.push(z.to_bits());
                }
            }
            let money = self.simulation.money(|at| [values[at][draw]; LANES]);
            outcomes.collected.push(money.collected[0]);
            outcomes.poll_cost.push(money.poll_cost[0]);
            outcomes.loss_cost.push(money.loss_cost[0]);
            let wanted = (Outcome::ALL.iter())
                .any(|outcome| outcome.needs_vote() && point.wanted[outcome.index()]);
            let is_b = point.luck == Luck::B;
            let place = lucks[usize::from(is_b)]
                .as_ref()
                .filter(|_| wanted)
                .map(|luck| {
                    let next = places.len();
                    let place = *places.entry((point.row, is_b, of_vote)).or_insert(next);
                    if place == next {
                        let lane = place % LANES;
                        let draws = draw..draw + 1;
                        self.simulation
                            .on_polling_day(&values, luck, &draws, lane, &mut memory);
                        if lane == LANES - 1 {
                            count(&mut memory, &mut counted);
                        }
                    }
                    place
                });
            place_of.push(place);
        }
        if places.len() > counted.len() {
            count(&mut memory, &mut counted);
        }
        let mut vote = VoteOutcomes::default();
        for place in place_of {
            let (cast, yes) = place.map_or((0.0, 0.0), |place| counted[place]);
            vote.won.push(yes > cast - yes);
            vote.yes_share.push(yes / cast);
        }
        let yes_share = vote.yes_share.clone();
        let won = vote.won.clone();
        outcomes.vote = self.has_vote.then_some(vote);
        let value = outcomes.value();
        (0..points.len())
            .map(|point| {
                Outcome::ALL.map(|outcome| match outcome {
                    Outcome::Win => f64::from(u8::from(won[point])),
                    Outcome::YesShare => yes_share[point],
                    Outcome::Collected => outcomes.collected[point],
                    Outcome::Value => value.as_ref().map_or(f64::NAN, |value| value[point]),
                })
            })
            .collect()
    }
}

/// The middle of an input, for so many draws: that of one without spread is its value.
fn constant(input: &Input, n: usize) -> Vec<f64> {
    let mut middle = [0.0];
    input.quantile().of_scores(&mut middle);
    vec![middle[0]; n]
}

/// The joint distribution of the scores of the uncertain inputs: mean and covariance.
fn distribution(
    prepared: &Prepared,
    outcomes: &DrawOutcomes,
    inputs: &[(usize, &Input)],
) -> (DVector<f64>, DMatrix<f64>, Origin) {
    let n = inputs.len();
    let (mut mean, mut covariance) = (DVector::zeros(n), DMatrix::identity(n, n));
    let Some(vote) = &outcomes.vote else {
        return (mean, covariance, Origin::NoVote);
    };
    let has_polls = !prepared.polls.is_empty();
    if prepared.inputs.learner().is_none() && !has_polls {
        return (mean, covariance, Origin::FirstBelieved);
    }
    // A poll speaks of all that moves the vote, past ballots of what is learned from them only.
    let learned = |name: &str| LearnedParameters::NAMES.contains(&name);
    let spoken: Vec<usize> = (0..n)
        .filter(|&place| inputs[place].1.moves_vote)
        .filter(|&place| has_polls || learned(&inputs[place].1.name))
        .collect();
    let scores: Vec<Vec<f64>> = spoken
        .iter()
        .map(|&place| {
            let (at, input) = inputs[place];
            let values = outcomes.inputs[at].iter();
            values
                .map(|&value| normal_score(&input.distribution, value))
                .collect()
        })
        .collect();
    let names: Vec<&str> = spoken
        .iter()
        .map(|&place| inputs[place].1.name.as_str())
        .collect();
    let columns: Vec<&[f64]> = scores.iter().map(Vec::as_slice).collect();
    let fitted = fit(&names, &columns, &vote.weights);
    let effective = vote.weights.effective();
    let (of_mean, of_covariance) = told(&fitted.mean, &fitted.covariance, effective);
    for (i, &place) in spoken.iter().enumerate() {
        mean[place] = of_mean[i];
        for (j, &other) in spoken.iter().enumerate() {
            covariance[(place, other)] = of_covariance[(i, j)];
        }
    }
    let draws = prepared.scenario.draws;
    (mean, covariance, Origin::Fitted { draws, effective })
}

/// A fitted mean and covariance without what so many draws cannot tell from independent standard
/// normals; all of it where the rest would belong to no spread.
fn told(mean: &[f64], covariance: &[Vec<f64>], effective: f64) -> (DVector<f64>, DMatrix<f64>) {
    let n = mean.len();
    let error = TOLD / effective.sqrt();
    let variance = |i: usize| match covariance[i][i] {
        near if (near - 1.0).abs() < error * 2f64.sqrt() => 1.0,
        far => far,
    };
    let kept = DMatrix::from_fn(n, n, |i, j| {
        let correlation = covariance[i][j] / (covariance[i][i] * covariance[j][j]).sqrt();
        if i == j {
            variance(i)
        } else if correlation.abs() < error {
            0.0
        } else {
            correlation * (variance(i) * variance(j)).sqrt()
        }
    });
    let off = |i: usize, sd: f64| mean[i].abs() >= error * sd;
    if kept.clone().cholesky().is_some() {
        let mean = |i: usize, _| {
            if off(i, kept[(i, i)].sqrt()) {
                mean[i]
            } else {
                0.0
            }
        };
        let mean = DVector::from_fn(n, mean);
        (mean, kept)
    } else {
        let all = DMatrix::from_fn(n, n, |i, j| covariance[i][j]);
        (DVector::from_row_slice(mean), all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 900 draws: standard errors of 1/30, of a variance 0.047; 3 of them 0.1 and 0.141.
    #[test]
    fn what_draws_cannot_tell_from_nothing_is_nothing() {
        let covariance = vec![
            vec![1.1, 0.05, 0.4],
            vec![0.05, 0.5, 0.02],
            vec![0.4, 0.02, 1.0],
        ];
        let (mean, kept) = told(&[0.09, 0.09, -0.2], &covariance, 900.0);
        assert_eq!(mean.as_slice(), [0.0, 0.09, -0.2]);
        assert_eq!((kept[(0, 0)], kept[(1, 1)], kept[(2, 2)]), (1.0, 0.5, 1.0));
        assert_eq!((kept[(0, 1)], kept[(1, 2)]), (0.0, 0.0));
        // The correlation stays: 0.4 / sqrt(1.1).
        assert!((kept[(0, 2)] - 0.4 / 1.1f64.sqrt()).abs() < 1e-15);
        assert_eq!(kept, kept.transpose());
    }

    /// Correlations of 0.9, 0.9 and 0.63: with 16 effective draws all below 0.75 would go, and a
    /// matrix of 0.9, 0.9 and 0 belongs to no spread.
    #[test]
    fn a_covariance_that_would_belong_to_no_spread_is_kept_whole() {
        let covariance = vec![
            vec![1.0, 0.9, 0.63],
            vec![0.9, 1.0, 0.9],
            vec![0.63, 0.9, 1.0],
        ];
        let (mean, kept) = told(&[0.1, 0.0, 0.0], &covariance, 16.0);
        assert_eq!((mean[0], kept[(0, 2)]), (0.1, 0.63));
    }
}
