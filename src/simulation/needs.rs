//! What it would take to win with a wanted probability: one lever at a time, all else alike.
//!
//! No new luck is drawn. Of each draw it is known at which comprehension and from which shift of
//! support on the expected votes for Yes are more than half, and what a poll would have found; so
//! the probability of winning at any value of a lever is a weighted share of the draws. The noise of
//! the count is left out but for polls: it moves yes shares by far less than the draws differ.

use super::days::{draws_looked_at, first_weights, in_blocks};
use super::draw::Scratch;
use super::prepare::Prepared;
use super::run::{DrawOutcomes, Simulation, VoteOutcomes, WardLuck};
use super::summary::win_probability;
use super::weights::Weights;
use crate::domain::evidence::{Poll, PollQuestion};
use crate::domain::{LogOdds, Share};
use crate::tax::calendar::polling_day;
use crate::vote::{PollReading, VoteParameters};

/// What could be otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lever {
    /// Share of voters who know on the day what a Yes would cost them, the same in every draw.
    Comprehension,
    /// Log odds added to the support of every voter.
    CampaignShift,
    /// The same in points of support about a half.
    CampaignPoints,
    /// Points by which Yes is ahead of No in a poll on the last day.
    PollLead,
}

/// What one lever would have to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Need {
    /// The lever.
    pub lever: Lever,
    /// The least value at which the wanted probability is reached; nothing where none reaches it.
    pub value_needed: Option<f64>,
    /// Its Monte Carlo standard error; nothing from few draws, or where some of them do not reach it.
    pub error: Option<f64>,
    /// Its value in the run; nothing where it has none.
    pub value_now: Option<f64>,
    /// The highest probability of winning on its curve, and the value there.
    pub best: (f64, f64),
    /// Draws that it is found from.
    pub draws: usize,
}

/// The probability of winning at one value of a lever.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurvePoint {
    /// The lever.
    pub lever: Lever,
    /// Its value.
    pub value: f64,
    /// Probability of winning there.
    pub win_probability: f64,
    /// Its Monte Carlo standard error.
    pub error: f64,
}

/// What it would take to win with a wanted probability.
#[derive(Debug, Clone, PartialEq)]
pub struct Needs {
    /// The wanted probability of winning.
    pub wanted: f64,
    /// The probability of winning in the run and its Monte Carlo standard error.
    pub now: (f64, f64),
    /// Lever by lever.
    pub needs: Vec<Need>,
    /// Their curves.
    pub curve: Vec<CurvePoint>,
}

/// People asked in the poll.
pub const POLL_SAMPLE: u32 = 1_000;
/// Fewest draws from which an error is worth stating.
pub const ENOUGH_DRAWS: usize = 200;
/// Batches of draws that are left out in turn to find an error.
const BATCHES: usize = 20;
/// Steps of a curve.
const STEPS: u32 = 40;

/// What it would take to win; nothing where there is no vote.
///
/// # Example
/// ```
/// use bandwise::data::{Scenario, World, scenario::Names};
/// use bandwise::simulation::{Lever, NoObserver, needs, prepare, run};
/// let world = World::embedded(Some("2023-24"))?;
/// let mut scenario = Scenario::load("williamson-2018", &Names::of(&world.assumptions))?;
/// scenario.draws = 500;
/// let prepared = prepare(&scenario, &world)?;
/// let found = needs(&prepared, &run(&prepared, &NoObserver)).expect("a vote");
/// assert_eq!((found.wanted, found.needs[0].lever), (0.5, Lever::Comprehension));
/// // It is more likely lost than won: support would have to rise.
/// assert!(found.now.0 < 0.5 && found.needs[1].value_needed > Some(0.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn needs(prepared: &Prepared, outcomes: &DrawOutcomes) -> Option<Needs> {
    let vote = outcomes.vote.as_ref()?;
    let wanted = prepared.scenario.campaign.wanted.value();
    let looked_at = Looked::at(prepared, outcomes, vote);
    let mut needs = Needs {
        wanted,
        now: win_probability(outcomes)?,
        needs: Vec::new(),
        curve: Vec::new(),
    };
    comprehension(vote, &looked_at, &mut needs);
    campaign(&looked_at, &mut needs);
    poll_lead(prepared, &looked_at, &mut needs);
    Some(needs)
}

/// What of the draws the levers are found from.
struct Looked {
    /// How much each draw counts.
    weights: Weights,
    /// Shift of support, log odds, from which on the expected votes for Yes are more than half.
    break_even: Vec<f64>,
    /// Log odds of the support that a poll with the question of the ballot paper finds.
    support: Vec<f64>,
    /// Whether the vote is won.
    won: Vec<bool>,
    /// Mean comprehension on the day.
    knows: f64,
}

impl Looked {
    fn at(prepared: &Prepared, outcomes: &DrawOutcomes, vote: &VoteOutcomes) -> Self {
        let draws = draws_looked_at(prepared, outcomes);
        let simulation = Simulation::of(prepared);
        let blocks = in_blocks(draws, |first, n| {
            let inputs = outcomes.inputs_of(first as usize, n);
            let luck = WardLuck::of_moods(prepared, first, n);
            let mut scratch = simulation.scratch();
            let mut parameters = simulation.no_parameters();
            let look = |draw: usize| {
                simulation.parameters(&inputs, &luck, draw, &mut parameters);
                let asked = PollQuestion::BallotPaper;
                let support =
                    simulation.support(asked, &inputs, draw, &mut parameters, &mut scratch);
                simulation.on_the_day(&inputs, draw, &mut parameters);
                let from = break_even(&simulation, &mut parameters, &mut scratch);
                (from, (support / (1.0 - support)).ln())
            };
            (0..n).map(look).collect::<Vec<(f64, f64)>>()
        });
        let (break_even, support) = blocks.into_iter().flatten().unzip();
        let knows: Vec<f64> = (0..outcomes.len())
            .map(|draw| simulation.mood_of_the_day(&outcomes.inputs, draw).1)
            .collect();
        Self {
            weights: first_weights(vote, draws),
            break_even,
            support,
            won: vote.won[..draws].to_vec(),
            knows: vote.weights.mean(&knows),
        }
    }
}

/// The shift of support, log odds, at which the expected votes for Yes are half of those cast, to
/// 1e-9: by secants within a bracket. The log odds of the yes share rise with the shift, almost in
/// step.
fn break_even(
    simulation: &Simulation<'_>,
    parameters: &mut VoteParameters,
    scratch: &mut Scratch,
) -> f64 {
    const FURTHEST: f64 = 80.0;
    let national = parameters.national;
    let (mut low, mut high) = (-FURTHEST, FURTHEST);
    let (mut shift, mut slope) = (0.0, 1.0);
    let mut last: Option<(f64, f64)> = None;
    while high - low > 1e-9 {
        parameters.national = national + shift;
        let found = simulation.yes_log_odds(parameters, scratch);
        if found < 0.0 {
            low = shift;
        } else {
            high = shift;
        }
        if let Some((at, then)) = last {
            let secant = (found - then) / (shift - at);
            if secant > 0.0 && secant.is_finite() {
                slope = secant;
            }
        }
        last = Some((shift, found));
        let next = shift - found / slope;
        let next = if next > low && next < high {
            next
        } else {
            f64::midpoint(low, high)
        };
        if (next - shift).abs() < 1e-9 {
            shift = next;
            break;
        }
        shift = next;
    }
    parameters.national = national;
    // Where nobody could ever say Yes no shift is enough.
    if shift > FURTHEST - 1.0 {
        f64::INFINITY
    } else {
        shift
    }
}

/// The Monte Carlo standard error of a value solved from weighted draws: the jackknife over batches.
fn jackknife(weights: &Weights, solve: impl Fn(&[f64]) -> Option<f64>) -> Option<f64> {
    let weights = weights.values();
    if weights.len() < ENOUGH_DRAWS {
        return None;
    }
    let without = |batch: usize| {
        let left: Vec<f64> = (weights.iter().enumerate())
            .map(|(draw, &weight)| if draw % BATCHES == batch { 0.0 } else { weight })
            .collect();
        solve(&left).filter(|value| value.is_finite())
    };
    let found: Vec<f64> = (0..BATCHES).map(without).collect::<Option<_>>()?;
    let n = found.len() as f64;
    let mean = found.iter().sum::<f64>() / n;
    let squares: f64 = found.iter().map(|value| (value - mean).powi(2)).sum();
    Some((squares * (n - 1.0) / n).sqrt())
}

/// The highest point of a curve; of points alike the first.
fn best(points: &[CurvePoint]) -> (f64, f64) {
    let mut best = (f64::NEG_INFINITY, f64::NAN);
    for point in points {
        if point.win_probability > best.0 {
            best = (point.win_probability, point.value);
        }
    }
    best
}

/// A point of a curve from the draws that are won there.
fn point(lever: Lever, value: f64, weights: &Weights, won: &[bool]) -> CurvePoint {
    let (win_probability, error) = weights.share(won);
    CurvePoint {
        lever,
        value,
        win_probability,
        error,
    }
}

/// Expected votes for Yes less half of those cast are linear in the share of voters who know: the
/// draw is won on one side of the share where they are 0.
fn comprehension(vote: &VoteOutcomes, looked_at: &Looked, needs: &mut Needs) {
    let lever = Lever::Comprehension;
    let (known, unknown) = (&vote.margin_if_known, &vote.margin_if_unknown);
    let wins = |share: f64| -> Vec<bool> {
        (known.iter().zip(unknown))
            .map(|(known, unknown)| share * known + (1.0 - share) * unknown > 0.0)
            .collect()
    };
    // Where draws begin and cease to be won, by rising share.
    let mut turns: Vec<(f64, usize, bool)> = Vec::new();
    for (draw, (&known, &unknown)) in known.iter().zip(unknown).enumerate() {
        if (known > 0.0) != (unknown > 0.0) {
            turns.push((unknown / (unknown - known), draw, known > 0.0));
        }
    }
    turns.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
    let at_none = wins(0.0);
    let solve = |weights: &[f64]| {
        let enough = needs.wanted * weights.iter().sum::<f64>();
        let of_won = weights.iter().zip(&at_none).filter(|(_, won)| **won);
        let mut sum: f64 = of_won.map(|(weight, _)| weight).sum();
        if sum >= enough {
            return Some(0.0);
        }
        for &(share, draw, begins) in &turns {
            sum += if begins {
                weights[draw]
            } else {
                -weights[draw]
            };
            if sum >= enough {
                return Some(share);
            }
        }
        None
    };
    let all = &vote.weights;
    let points: Vec<CurvePoint> = (0..=STEPS)
        .map(|step| f64::from(step) / f64::from(STEPS))
        .map(|share| point(lever, share, all, &wins(share)))
        .collect();
    let value_needed = solve(all.values());
    let need = Need {
        lever,
        value_needed,
        error: value_needed.and_then(|_| jackknife(all, solve)),
        value_now: Some(looked_at.knows),
        best: best(&points),
        draws: known.len(),
    };
    needs.needs.push(need);
    needs.curve.extend(points);
}

/// A shift of support about a half in points.
fn in_points(shift: f64) -> f64 {
    100.0 * (LogOdds(shift).share().value() - 0.5)
}

/// A draw is won from its break-even shift on: the shift needed is their weighted quantile.
fn campaign(looked_at: &Looked, needs: &mut Needs) {
    const FURTHEST: f64 = 2.0;
    let lever = Lever::CampaignShift;
    let Looked {
        weights,
        break_even,
        ..
    } = looked_at;
    let mut order: Vec<usize> = (0..break_even.len()).collect();
    order.sort_by(|&a, &b| break_even[a].total_cmp(&break_even[b]).then(a.cmp(&b)));
    let solve = |weights: &[f64]| {
        let enough = needs.wanted * weights.iter().sum::<f64>();
        let mut sum = 0.0;
        for &draw in &order {
            sum += weights[draw];
            if weights[draw] > 0.0 && sum >= enough {
                return Some(break_even[draw]).filter(|shift| shift.is_finite());
            }
        }
        None
    };
    let points: Vec<CurvePoint> = (0..=STEPS)
        .map(|step| FURTHEST * (2.0 * f64::from(step) / f64::from(STEPS) - 1.0))
        .map(|shift| {
            let won: Vec<bool> = break_even.iter().map(|&from| from < shift).collect();
            point(lever, shift, weights, &won)
        })
        .collect();
    let value_needed = solve(weights.values());
    let (most, at) = best(&points);
    let in_log_odds = Need {
        lever,
        value_needed,
        error: value_needed.and_then(|_| jackknife(weights, solve)),
        value_now: Some(0.0),
        best: (most, at),
        draws: break_even.len(),
    };
    let of_points = |weights: &[f64]| solve(weights).map(in_points);
    let as_points = Need {
        lever: Lever::CampaignPoints,
        value_needed: value_needed.map(in_points),
        error: value_needed.and_then(|_| jackknife(weights, of_points)),
        best: (most, in_points(at)),
        ..in_log_odds
    };
    needs.needs.extend([in_log_odds, as_points]);
    needs.curve.extend(points);
}

/// The poll whose lead is asked for: the question of the ballot paper to 1,000 on the last day, by
/// phone or online, everybody with an answer.
///
/// # Panics
/// When the share is not strictly between 0 and 1.
pub fn last_day_poll(prepared: &Prepared, says_yes: f64) -> Poll {
    let share = |value: f64| Share::new(value).expect("a share strictly between 0 and 1");
    Poll {
        question: PollQuestion::BallotPaper,
        sample: POLL_SAMPLE,
        yes: share(says_yes),
        no: share(1.0 - says_yes),
        undecided: share(0.0),
        date: polling_day(prepared.vote_year),
        mode: "online".to_owned(),
        house_sd: prepared.learning.poll_house_sd,
        source: String::new(),
    }
}

/// Draws count by how likely the poll is in them, as in a run with that poll.
fn poll_lead(prepared: &Prepared, looked_at: &Looked, needs: &mut Needs) {
    /// Shares of Yes that are tried, percent.
    const TRIED: std::ops::RangeInclusive<u32> = 1..=99;
    /// Percent about the value found in which batches are sought.
    const NEAR: u32 = 10;
    /// Halvings of a percent.
    const HALVINGS: u32 = 24;
    let lever = Lever::PollLead;
    let Looked {
        weights,
        support,
        won,
        ..
    } = looked_at;
    let lead = |says_yes: f64| 100.0 * (2.0 * says_yes - 1.0);
    let reading = |says_yes: f64| {
        let poll = last_day_poll(prepared, says_yes);
        PollReading::of(&poll, poll.date, &prepared.learning)
    };
    let likelihoods = |says_yes: f64| -> Vec<f64> {
        let reading = reading(says_yes);
        let of = |log_odds: &f64| reading.log_likelihood_of(*log_odds);
        support.iter().map(of).collect()
    };
    let chance = |weights: &[f64], says_yes: f64| {
        let logs = likelihoods(says_yes);
        let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (mut all, mut yes) = (0.0, 0.0);
        for ((weight, log), won) in weights.iter().zip(logs).zip(won) {
            let weight = weight * (log - most).exp();
            all += weight;
            yes += if *won { weight } else { 0.0 };
        }
        yes / all
    };
    let solve_from = |weights: &[f64], first: u32| {
        let reached = |says_yes: f64| chance(weights, says_yes) >= needs.wanted;
        let percent = |tried: u32| f64::from(tried) / 100.0;
        let found = (first..=*TRIED.end()).find(|&tried| reached(percent(tried)))?;
        if found == first {
            return Some(percent(found));
        }
        let (mut low, mut high) = (percent(found - 1), percent(found));
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(low, high);
            if reached(middle) {
                high = middle;
            } else {
                low = middle;
            }
        }
        Some(high)
    };
    let points: Vec<CurvePoint> = (0..=STEPS)
        .map(|step| 0.3 + 0.4 * f64::from(step) / f64::from(STEPS))
        .map(|says_yes| {
            let logs = likelihoods(says_yes);
            let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let after: Weights = (weights.values().iter().zip(logs))
                .map(|(weight, log)| weight * (log - most).exp())
                .collect();
            point(lever, lead(says_yes), &after, won)
        })
        .collect();
    let value_needed = solve_from(weights.values(), *TRIED.start());
    let error = value_needed.and_then(|says_yes| {
        let near = (100.0 * says_yes).round() as u32;
        let first = near.saturating_sub(NEAR).max(*TRIED.start());
        jackknife(weights, |weights| solve_from(weights, first).map(lead))
    });
    let best = match value_needed {
        Some(_) => best(&points),
        // The curve ends before the shares tried do.
        None => {
            let tried = TRIED.map(|tried| f64::from(tried) / 100.0);
            let mut best = (f64::NEG_INFINITY, f64::NAN);
            for says_yes in tried {
                let found = chance(weights.values(), says_yes);
                if found > best.0 {
                    best = (found, lead(says_yes));
                }
            }
            best
        }
    };
    needs.needs.push(Need {
        lever,
        value_needed: value_needed.map(lead),
        error,
        value_now: None,
        best,
        draws: support.len(),
    });
    needs.curve.extend(points);
}
