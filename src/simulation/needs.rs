//! What it would take to win with a wanted probability: one lever at a time, all else alike.
//!
//! No new luck is drawn. Of each draw it is known at which comprehension and from which shift of
//! support on the expected votes for Yes are more than half, and what a poll would have found; so
//! the probability of winning at any value of a lever is a weighted share of the draws. The noise of
//! the count is left out but for polls: it moves yes shares by far less than the draws differ.

use rayon::prelude::*;

use super::days::{draws_looked_at, first_weights};
use super::points::REPLICATES;
use super::prepare::Prepared;
use super::run::{DrawOutcomes, LuckStreams, Simulation, VoteOutcomes, in_blocks, tiles};
use super::summary::win_probability;
use super::vector::exp_all;
use super::weights::Weights;
use crate::domain::evidence::{Poll, PollQuestion};
use crate::domain::{LogOdds, Share};
use crate::tax::calendar::polling_day;
use crate::vote::PollReading;

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
    /// The highest probability of winning on its curve, and the value there; nothing where no draw
    /// counts.
    pub best: Option<(f64, f64)>,
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

impl Needs {
    /// Adds the points of a curve, but for those where no draw counts.
    fn draw_curve(&mut self, points: Vec<CurvePoint>) {
        let known =
            |point: &CurvePoint| point.win_probability.is_finite() && point.error.is_finite();
        self.curve.extend(points.into_iter().filter(known));
    }
}

/// People asked in the poll.
pub const POLL_SAMPLE: u32 = 1_000;
/// Fewest draws from which an error is worth stating.
pub const ENOUGH_DRAWS: usize = 200;
/// Batches of draws that are left out in turn to find an error.
const BATCHES: usize = 20;
/// Fewest effective draws from which a chance after a poll is worth stating.
const ENOUGH_AFTER_POLL: f64 = 50.0;
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
        let streams = LuckStreams::of(prepared, "").without_counts();
        let blocks = in_blocks(draws, |first, n| {
            let inputs = outcomes.inputs_of(first as usize, n);
            let luck = streams.block(prepared, outcomes.points, first, n);
            let mut memory = simulation.memory();
            let mut looked_at: Vec<(f64, f64)> = Vec::with_capacity(n);
            for tile in tiles(n) {
                simulation.on_polling_day(&inputs, &luck, &tile, 0, &mut memory);
                let from = simulation.break_even(&mut memory);
                let support = simulation.last_day_support(&inputs, &tile, &mut memory);
                looked_at.extend(from.into_iter().zip(support).take(tile.len()));
            }
            looked_at
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

/// The Monte Carlo standard error of a value solved from weighted draws: the jackknife over batches, or
/// over the replicates of points.
fn jackknife(weights: &Weights, solve: impl Fn(&[f64]) -> Option<f64> + Sync) -> Option<f64> {
    if weights.effective() < ENOUGH_DRAWS as f64 {
        return None;
    }
    // Draws of one replicate of points belong together.
    let batches = if weights.are_of_replicates() {
        REPLICATES as usize
    } else {
        BATCHES
    };
    let weights = weights.values();
    let without = |batch: usize| {
        let left: Vec<f64> = (weights.iter().enumerate())
            .map(|(draw, &weight)| if draw % batches == batch { 0.0 } else { weight })
            .collect();
        solve(&left).filter(|value| value.is_finite())
    };
    let found: Vec<f64> = (0..batches)
        .into_par_iter()
        .map(without)
        .collect::<Option<_>>()?;
    let n = found.len() as f64;
    let mean = found.iter().sum::<f64>() / n;
    let squares: f64 = found.iter().map(|value| (value - mean).powi(2)).sum();
    Some((squares * (n - 1.0) / n).sqrt())
}

/// The highest point of a curve; of points alike the first.
fn best(points: &[CurvePoint]) -> Option<(f64, f64)> {
    let chances = points
        .iter()
        .map(|point| (point.win_probability, point.value));
    highest(chances)
}

/// The pair with the highest chance, and of pairs alike the first; a chance that is not a number is
/// none.
fn highest(chances: impl Iterator<Item = (f64, f64)>) -> Option<(f64, f64)> {
    chances
        .filter(|(chance, _)| chance.is_finite())
        .reduce(|best, one| if one.0 > best.0 { one } else { best })
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
    needs.draw_curve(points);
}

/// A shift of support about a half in points.
fn in_points(shift: f64) -> f64 {
    100.0 * (LogOdds(shift).share().value() - 0.5)
}

/// A draw is won from its break-even shift on: the shift needed is their weighted quantile.
fn campaign(looked_at: &Looked, needs: &mut Needs) {
    const FURTHEST: f64 = 4.0;
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
    // A shift beyond the curve is needed: the best is there.
    let most = match value_needed {
        Some(shift) if shift > FURTHEST => {
            let won: Vec<bool> = break_even.iter().map(|&from| from <= shift).collect();
            Some((weights.share(&won).0, shift))
        }
        _ => best(&points),
    };
    let in_log_odds = Need {
        lever,
        value_needed,
        error: value_needed.and_then(|_| jackknife(weights, solve)),
        value_now: Some(0.0),
        best: most,
        draws: break_even.len(),
    };
    let of_points = |weights: &[f64]| solve(weights).map(in_points);
    let as_points = Need {
        lever: Lever::CampaignPoints,
        value_needed: value_needed.map(in_points),
        error: value_needed.and_then(|_| jackknife(weights, of_points)),
        best: most.map(|(chance, at)| (chance, in_points(at))),
        ..in_log_odds
    };
    needs.needs.extend([in_log_odds, as_points]);
    needs.draw_curve(points);
}

/// The poll whose lead is asked for: the question of the ballot paper to 1,000 on the last day, by
/// phone or online, everybody with an answer, of another house than those of the scenario.
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
        house_sd: prepared.online_house_sd,
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
    // How much each draw counts after such a poll.
    let after = |before: &[f64], says_yes: f64| -> Weights {
        let poll = last_day_poll(prepared, says_yes);
        let reading = PollReading::of(&poll, poll.date, &prepared.learning);
        let mut after = reading.log_likelihoods(support);
        let most = after.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        for log in &mut after {
            *log -= most;
        }
        exp_all(&mut after);
        for (after, weight) in after.iter_mut().zip(before) {
            *after *= weight;
        }
        after.into_iter().collect()
    };
    let chance = |weights: &[f64], says_yes: f64| {
        let after = after(weights, says_yes);
        (after.effective() >= ENOUGH_AFTER_POLL).then(|| after.chance(won))
    };
    let solve_from = |weights: &[f64], first: u32| {
        let reached =
            |says_yes: f64| chance(weights, says_yes).is_some_and(|chance| chance >= needs.wanted);
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
            point(
                lever,
                lead(says_yes),
                &after(weights.values(), says_yes).sampled_as(weights),
                won,
            )
        })
        .collect();
    let value_needed = solve_from(weights.values(), *TRIED.start());
    let error = value_needed.and_then(|says_yes| {
        let near = (100.0 * says_yes).round() as u32;
        let first = near.saturating_sub(NEAR).max(*TRIED.start());
        if after(weights.values(), says_yes).effective() < ENOUGH_DRAWS as f64 {
            return None;
        }
        jackknife(weights, |weights| solve_from(weights, first).map(lead))
    });
    let best =
        match value_needed {
            Some(_) => best(&points),
            // The curve ends before the shares tried do.
            None => {
                let tried = TRIED.map(|tried| f64::from(tried) / 100.0);
                highest(tried.filter_map(|says_yes| {
                    Some((chance(weights.values(), says_yes)?, lead(says_yes)))
                }))
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
    needs.draw_curve(points);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::scenario::Names;
    use crate::data::{Scenario, World};
    use crate::domain::Distribution;
    use crate::domain::evidence::CampaignEffect;
    use crate::simulation::{NoObserver, on_threads, prepare, run};

    fn scenario(key: &str, draws: u32, wanted: f64) -> (Scenario, World) {
        let world = World::embedded(Some("2023-24")).expect("embedded");
        let names = Names::of(&world.assumptions);
        let mut scenario = Scenario::load(key, &names).expect("a built-in scenario");
        scenario.draws = draws;
        scenario.campaign.wanted = Share::new(wanted).expect("a share");
        (scenario, world)
    }

    fn found(scenario: &Scenario, world: &World) -> (Prepared, Needs) {
        let prepared = prepare(scenario, world).expect("a scenario");
        let outcomes = run(&prepared, &NoObserver);
        let needs = needs(&prepared, &outcomes).expect("a vote");
        (prepared, needs)
    }

    fn value(needs: &Needs, lever: Lever) -> f64 {
        let of = needs.needs.iter().find(|need| need.lever == lever);
        of.and_then(|need| need.value_needed).expect("reached")
    }

    /// By hand: draw 1 is won from a share of 1/2 on, draw 2 up to 1/4, draw 3 from 3/4 on.
    fn three_draws() -> (VoteOutcomes, Looked) {
        let weights: Weights = [1.0, 1.0, 2.0].into_iter().collect();
        let vote = VoteOutcomes {
            weights: weights.clone(),
            margin_if_unknown: vec![-1.0, 1.0, -3.0],
            margin_if_known: vec![1.0, -3.0, 1.0],
            ..VoteOutcomes::default()
        };
        let looked_at = Looked {
            weights,
            break_even: vec![0.3, -0.1, f64::INFINITY],
            support: vec![0.0; 3],
            won: vec![false, true, false],
            knows: 0.6,
        };
        (vote, looked_at)
    }

    fn wanted(wanted: f64) -> Needs {
        Needs {
            wanted,
            now: (0.25, 0.1),
            needs: Vec::new(),
            curve: Vec::new(),
        }
    }

    #[test]
    fn a_wanted_probability_is_reached_at_the_share_where_enough_draws_are_won() {
        let (vote, looked_at) = three_draws();
        for (level, expected) in [
            (0.25, Some(0.0)),
            (0.5, Some(0.75)),
            (0.75, Some(0.75)),
            (0.8, None),
        ] {
            let mut needs = wanted(level);
            comprehension(&vote, &looked_at, &mut needs);
            assert_eq!(needs.needs[0].value_needed, expected, "{level}");
            assert_eq!(needs.needs[0].error, None);
            // On the curve it is highest just above 3/4: at 31 steps of 40.
            assert_eq!(needs.needs[0].best, Some((0.75, 0.775)));
        }
    }

    #[test]
    fn the_shift_needed_is_a_weighted_quantile_of_break_even_shifts() {
        let (_, looked_at) = three_draws();
        for (level, expected) in [(0.25, Some(-0.1)), (0.5, Some(0.3)), (0.51, None)] {
            let mut needs = wanted(level);
            campaign(&looked_at, &mut needs);
            assert_eq!(needs.needs[0].value_needed, expected, "{level}");
        }
        // By hand: 1 / (1 + e^-0.3) = 0.574443.
        assert!((in_points(0.3) - 7.444_3).abs() < 1e-3);
    }

    #[test]
    fn a_run_at_the_comprehension_needed_is_won_with_the_wanted_probability() {
        let (mut scenario, world) = scenario("williamson-2018", 2_000, 0.2);
        let (_, needs) = found(&scenario, &world);
        let share = value(&needs, Lever::Comprehension);
        scenario.campaign.comprehension = Some(Distribution::Fixed(share));
        let (_, then) = found(&scenario, &world);
        // The same draws: the noise of the count moves few of them.
        assert!((then.now.0 - 0.2).abs() < 0.02, "{} at {share}", then.now.0);
        // What is stated is then what is.
        let knows = then.needs[0].value_now.expect("a share");
        assert!((knows - share).abs() < 1e-9);
    }

    #[test]
    fn a_run_with_the_shift_needed_is_won_with_the_wanted_probability() {
        let (mut scenario, world) = scenario("uniform-15", 2_000, 0.5);
        let (_, needs) = found(&scenario, &world);
        let shift = value(&needs, Lever::CampaignShift);
        let points = value(&needs, Lever::CampaignPoints);
        assert!((points - in_points(shift)).abs() < 1e-12);
        scenario.campaign.effects.push(CampaignEffect {
            name: "a leaflet".to_owned(),
            log_odds: shift,
            sd: 0.0,
            source: String::new(),
        });
        let (_, then) = found(&scenario, &world);
        assert!((then.now.0 - 0.5).abs() < 0.02, "{} at {shift}", then.now.0);
        // From there no further shift is needed.
        let left = value(&then, Lever::CampaignShift);
        assert!(left.abs() < 1e-6, "{left}");
    }

    #[test]
    fn a_run_with_the_poll_needed_is_won_with_the_wanted_probability() {
        let (mut scenario, world) = scenario("gentle-efgh", 6_000, 0.3);
        let (prepared, needs) = found(&scenario, &world);
        let lead = value(&needs, Lever::PollLead);
        let poll = last_day_poll(&prepared, 0.5 + lead / 200.0);
        scenario.polls.push(poll);
        let (_, then) = found(&scenario, &world);
        assert!((then.now.0 - 0.3).abs() < 1e-4, "{} at {lead}", then.now.0);
    }

    #[test]
    fn what_is_needed_does_not_depend_on_threads_and_has_an_error_from_enough_draws() {
        let (scenario, world) = scenario("uniform-15", 600, 0.5);
        let prepared = prepare(&scenario, &world).expect("a scenario");
        let outcomes = run(&prepared, &NoObserver);
        let on = |threads| on_threads(Some(threads), || needs(&prepared, &outcomes));
        let one = on(1).expect("a vote");
        assert_eq!(Some(&one), on(2).as_ref());
        assert!(one.needs[1].error.is_some_and(|error| error > 0.0));
        assert_eq!(one.curve.len(), 3 * 41);

        let (few, world) = self::scenario("uniform-15", 150, 0.5);
        let (_, few) = found(&few, &world);
        assert!(few.needs.iter().all(|need| need.error.is_none()));
        assert!(few.needs[1].value_needed.is_some());
    }

    #[test]
    fn without_a_vote_nothing_is_needed() {
        let (scenario, world) = scenario("max-without-vote", 50, 0.5);
        let prepared = prepare(&scenario, &world).expect("a scenario");
        assert_eq!(needs(&prepared, &run(&prepared, &NoObserver)), None);
    }
}
