//! The search of the frontier: candidates in basis points, tried on common draws.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::ops::Range;

use cobyla::{Func, RhoBeg, StopTols, minimize};
use rayon::prelude::*;

use super::candidate::{Money, home_of, perception};
use super::draw::{Kernel, TileParameters};
use super::frontier::{FrontierError, Limits, go_on, rises_of};
use super::inputs::{COMPREHENSION, InputBlock, effect_name};
use super::prepare::Prepared;
use super::run::{Observer, Positions, tiles};
use super::vector::{LANES, exp_all, ln_all, normal_cdf_all, one};
use super::weights::Weights;
use crate::domain::{ByBand, Cells, Distribution, KindOfHome, Points, Rise};
use crate::vote::{Electorate, VoterGroup, WardGroups};

/// What is sought.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Goal {
    /// The most yield where the vote is won at least so often.
    Yield { win: f64 },
    /// The highest probability of winning where so much is raised at least.
    Win { pounds: f64 },
    /// The highest expected value of holding the vote.
    Value,
}

/// How far a search goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effort {
    /// From a grid of starts, and once more from what is found for the neighbours.
    Wide,
    /// From what is known already.
    Near,
}

/// A candidate that was tried.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tried {
    /// Rise of each band, cheapest first.
    pub basis_points: Vec<i64>,
    /// Probability of winning.
    pub win: f64,
    /// Yield over a No as budgeted, pounds.
    pub pounds: f64,
    /// What is really collected over a No on average, pounds.
    pub collected: f64,
    /// Expected value of holding the vote, pounds.
    pub value: f64,
}

/// Evaluations that one local search makes at most.
const EVALUATIONS: usize = 120;
/// Starts of the local searches for each goal.
const STARTS: usize = 2;
/// First step of the search in basis points that ends a search; it is quartered to one.
const FIRST_STEP: i64 = 256;
/// Candidates that a search in basis points votes on at most, from a grid and from what is known.
const POLISHING: [u64; 2] = [300, 60];
/// Probabilities that differ by less are alike to a search.
const ALIKE: f64 = 1e-6;
/// Headlines on the grid of starts.
const HEADLINES: i32 = 7;
/// A basis point in the variables of a search.
const BASIS_POINT: f64 = 1e-4;
/// First and last step of a local search, in rises.
const STEPS: (f64, f64) = (0.06, 1e-4);
/// How far a probability may fall short of what is sought, from rounding to basis points.
const ROUNDING: f64 = 2e-4;
/// Least spread, log odds, of what is integrated out: a step is smoothed to that.
const LEAST_SPREAD: f64 = 0.05;

/// What is integrated out of one draw.
struct Luck {
    weight: f64,
    /// Log odds for the whole vote but for what is integrated out, and its standard deviation.
    shift: f64,
    spread: f64,
}

/// Everything that a candidate is tried on.
///
/// The voters of a band are taken for one ward of their mean deprivation: what wards differ in beyond
/// that is in the moods, which are integrated out.
pub(super) struct Model<'a> {
    prepared: &'a Prepared,
    cells: Cells,
    /// The voters of each band; what is at stake for them is the candidate's.
    bands: Vec<WardGroups>,
    /// Homes of the same groups, in the same order.
    homes: Vec<KindOfHome>,
    /// The draws, in tiles, before what is integrated out.
    tiles: Vec<TileParameters>,
    draws: Vec<Luck>,
    /// Where the inputs stand, and the mean of each: those of money are independent, and money is linear
    /// in each.
    at: Positions,
    means: Vec<f64>,
}

impl<'a> Model<'a> {
    /// The scenario on so many draws of the search's own luck.
    pub(super) fn of(prepared: &'a Prepared, n_draws: u32) -> Self {
        let (bands, homes, concentration) = voters(prepared);
        // Other luck than that of the run on which what is found is evaluated.
        let seed = prepared.scenario.seed.wrapping_add(1);
        let inputs = (prepared.inputs).block(Points::Sobol, seed, 0, n_draws as usize);
        Self {
            prepared,
            cells: prepared.cells.without_wards(),
            tiles: tiles_of(prepared, &inputs, bands.len()),
            draws: lucks(prepared, &inputs, concentration),
            at: Positions::of(prepared),
            means: (inputs.values.iter())
                .map(|values| Weights::alike(values.len()).mean(values))
                .collect(),
            bands,
            homes,
        }
    }

    /// The best schedule found for each goal; nothing where none reaches it. `known` are candidates to
    /// begin from; those that are tried join them, in order.
    ///
    /// Goals are searched at the same time and put together in their order, so that the result does
    /// not depend on threads.
    ///
    /// # Errors
    /// When the observer stops it: within the time that a few candidates take.
    pub(super) fn search(
        &self,
        limits: &Limits,
        goals: &[Goal],
        effort: Effort,
        known: &mut Vec<Tried>,
        observer: &dyn Observer,
    ) -> Result<(Vec<Option<Tried>>, u64), FrontierError> {
        let mut grid = match effort {
            Effort::Wide => self.grid(limits),
            Effort::Near => Vec::new(),
        };
        grid.retain(|points| known.iter().all(|tried| tried.basis_points != *points));
        let of_grid: Vec<Tried> = grid
            .into_par_iter()
            .map(|points| {
                go_on(observer)?;
                Ok(self.try_points(points))
            })
            .collect::<Result<_, FrontierError>>()?;
        let mut tried = of_grid.len() as u64;
        known.extend(of_grid);
        let rounds: &[usize] = match effort {
            Effort::Wide => &[STARTS, 1],
            Effort::Near => &[1],
        };
        for (round, &wanted) in rounds.iter().enumerate() {
            let last = round + 1 == rounds.len();
            let pool: &[Tried] = known;
            let searched: Vec<(Vec<Tried>, u64)> = goals
                .par_iter()
                .map(|goal| {
                    let mut found = Vec::new();
                    let mut tried = 0;
                    for start in self.starts(pool, limits, *goal, wanted) {
                        let (one, evaluations) = self.local(limits, *goal, &start, observer)?;
                        found.push(one);
                        tried += evaluations;
                    }
                    let nearest = (pool.iter().chain(&found))
                        .filter(|tried| last && limits.allow(&tried.basis_points))
                        .min_by(|one, other| order(one, other, *goal));
                    if let Some(start) = nearest {
                        let most = POLISHING[usize::from(effort == Effort::Near)];
                        let (one, evaluations) =
                            self.polish(limits, *goal, start.clone(), most, observer)?;
                        found.push(one);
                        tried += evaluations;
                    }
                    observer.advance(u64::from(self.prepared.scenario.draws) / 2);
                    Ok((found, tried))
                })
                .collect::<Result<_, FrontierError>>()?;
            for (found, evaluations) in searched {
                known.extend(found);
                tried += evaluations;
            }
        }
        let best = goals
            .iter()
            .map(|goal| best(known, limits, *goal).cloned())
            .collect();
        Ok((best, tried))
    }

    /// The figures of a schedule.
    pub(super) fn try_points(&self, basis_points: Vec<i64>) -> Tried {
        let rises = rises_of(self.prepared.schedule.bands(), &basis_points);
        let [win, pounds, collected, value] = self.figures(rises);
        Tried {
            basis_points,
            win,
            pounds,
            collected,
            value,
        }
    }

    /// Probability of winning, yield over a No, what of it is collected, and expected value of a
    /// schedule.
    fn figures(&self, rises: ByBand<Rise>) -> [f64; 4] {
        let money = Money::of(self.prepared, &self.cells, rises);
        let kernel = Kernel::of(&self.electorate(&money));
        let mut scratch = kernel.scratch();
        let (mut won, mut all) = (0.0, 0.0);
        for (tile, draws) in self.tiles.iter().zip(self.draws.chunks(LANES)) {
            let mut chances = kernel.break_even(tile, &mut scratch);
            for (chance, luck) in chances.iter_mut().zip(draws) {
                *chance = (luck.shift - *chance) / luck.spread;
            }
            normal_cdf_all(&mut chances);
            for (chance, luck) in chances.iter().zip(draws) {
                won += luck.weight * chance;
                all += luck.weight;
            }
        }
        let win = won / all;
        let finance = &money.finance;
        let expected = self.at.money(finance, |at| [self.means[at]; LANES]);
        let [collected, loss, poll] =
            [expected.collected, expected.loss_cost, expected.poll_cost].map(|lanes| lanes[0]);
        let value = win * (collected + loss) - loss - poll;
        [win, finance.budgeted, collected, value]
    }

    /// Who votes with what at stake under a candidate: it is won where the mood, which is integrated
    /// out, is above where the expected votes for Yes are half of those cast.
    fn electorate(&self, money: &Money) -> Electorate {
        let mut bands = self.bands.clone();
        let groups = bands.iter_mut().flat_map(|band| &mut band.groups);
        for ((group, _), home) in groups.zip(&self.homes) {
            group.perception = perception(self.prepared, money, *home);
        }
        Electorate::of_wards(&bands)
    }

    /// Schedules to start from: bands up to each that may rise pay nothing more than today, or no more
    /// than after a No, and those above a headline in some shape.
    fn grid(&self, limits: &Limits) -> Vec<Vec<i64>> {
        let n = limits.most.len();
        let (least, top) = (limits.least as f64, limits.most[n - 1].0 as f64);
        let no_rise = self.prepared.amounts.no_rise.value().max(0.0);
        let mut grid: Vec<Vec<i64>> = Vec::new();
        for from in limits.n_frozen..n {
            for low in [0.0, no_rise] {
                for step in 0..HEADLINES {
                    let part = f64::from(step) / f64::from(HEADLINES - 1);
                    let times = one(exp_all, part * one(ln_all, top / least));
                    let headline = least * times * BASIS_POINT;
                    for shape in [0, 1, 2] {
                        let width = (n - from) as f64;
                        let wanted = |place: usize| match place {
                            place if place < limits.n_frozen => 0.0,
                            place if place < from => low,
                            place => {
                                let part = (place - from + 1) as f64 / width;
                                let part = [1.0, part, part * part][shape];
                                low.max(headline * part)
                            }
                        };
                        let rises: Vec<f64> = (0..n).map(wanted).collect();
                        let points = limits.lawful(&rises);
                        if limits.allow(&points) && !grid.contains(&points) {
                            grid.push(points);
                        }
                    }
                }
            }
        }
        grid
    }

    /// The candidates that a local search begins from: the best in which different numbers of bands
    /// pay no more than after a No, or where too few reach the goal those that come nearest.
    fn starts(&self, pool: &[Tried], limits: &Limits, goal: Goal, wanted: usize) -> Vec<Tried> {
        let mut ranked: Vec<&Tried> = pool
            .iter()
            .filter(|tried| limits.allow(&tried.basis_points))
            .collect();
        ranked.sort_by(|one, other| {
            order(one, other, goal).then_with(|| one.basis_points.cmp(&other.basis_points))
        });
        let no_rise = self.prepared.amounts.no_rise.millionths() / 100;
        let spared = |tried: &Tried| {
            let points = tried.basis_points.iter();
            points.filter(|points| **points <= no_rise).count()
        };
        let mut chosen: Vec<Tried> = Vec::new();
        for tried in ranked {
            if chosen.len() == wanted {
                break;
            }
            if chosen.iter().all(|held| spared(held) != spared(tried)) {
                chosen.push(tried.clone());
            }
        }
        chosen
    }

    /// A local search from a start, and how many candidates it tried.
    ///
    /// Its variables are the steps from each band to the next, so that no dearer band pays a smaller
    /// rise while none is negative.
    fn local(
        &self,
        limits: &Limits,
        goal: Goal,
        start: &Tried,
        observer: &dyn Observer,
    ) -> Result<(Tried, u64), FrontierError> {
        let n = limits.most.len();
        let free = limits.n_frozen;
        let bands = self.prepared.schedule.bands();
        let rises = |steps: &[f64]| -> Vec<f64> {
            let mut sum = 0.0;
            let raised = steps.iter().map(|step| {
                sum += step.max(0.0);
                sum
            });
            let mut rises = vec![0.0; free];
            rises.extend(raised);
            rises
        };
        let most: Vec<f64> = (limits.most.iter())
            .map(|(points, _)| *points as f64 * BASIS_POINT)
            .collect();
        // Objective and constraints ask for the same figures one after the other.
        let last: RefCell<(Vec<f64>, [f64; 4])> = RefCell::new((Vec::new(), [0.0; 4]));
        let evaluations = RefCell::new(0u64);
        // The optimiser cannot be left halfway: once stopped it runs to its end on the last figures.
        let going = RefCell::new(Ok(()));
        let figures = |steps: &[f64]| -> [f64; 4] {
            let mut last = last.borrow_mut();
            let mut going = going.borrow_mut();
            if going.is_ok() && last.0 != steps {
                *going = go_on(observer);
            }
            if going.is_ok() && last.0 != steps {
                let rises = rises(steps);
                let by_band = ByBand::from_fn(|band| {
                    let place = bands.iter().position(|one| *one == band).unwrap_or(n - 1);
                    Rise::from_millionths((rises[place].min(3.0) * 1e6).round() as i64)
                });
                *last = (steps.to_vec(), self.figures(by_band));
                *evaluations.borrow_mut() += 1;
            }
            last.1
        };
        // Yields and values in parts of the start's, so that all functions are of one size.
        let size = (start.pounds.abs() + start.value.abs()).max(1e5);
        let objective = |steps: &[f64], (): &mut ()| {
            let [win, pounds, _, value] = figures(steps);
            match goal {
                Goal::Yield { .. } => -pounds / size,
                Goal::Win { .. } => -win,
                Goal::Value => -value / size,
            }
        };
        let reaches = |steps: &[f64], (): &mut ()| {
            let [win, pounds, ..] = figures(steps);
            match goal {
                Goal::Yield { win: sought } => win - sought,
                Goal::Win { pounds: sought } => (pounds - sought) / size,
                Goal::Value => 1.0,
            }
        };
        let gains = |steps: &[f64], (): &mut ()| figures(steps)[2] / size;
        let needs_vote =
            |steps: &[f64], (): &mut ()| rises(steps)[n - 1] - limits.least as f64 * BASIS_POINT;
        let progressive = |steps: &[f64], (): &mut ()| {
            limits.progressivity.as_ref().map_or(1.0, |progress| {
                // A little more, so that rounding to basis points does not undo it.
                progress.kakwani(&rises(steps)) - progress.least - 1e-6
            })
        };
        let capped: Vec<_> = (free..n)
            .map(|place| {
                let most = most[place];
                move |steps: &[f64], (): &mut ()| {
                    let sum: f64 = steps[..=place - free]
                        .iter()
                        .map(|step| step.max(0.0))
                        .sum();
                    most - sum
                }
            })
            .collect();
        let mut constraints: Vec<&dyn Func<()>> = vec![&reaches, &gains, &needs_vote, &progressive];
        for one in &capped {
            constraints.push(one);
        }
        let first: Vec<f64> = (free..n)
            .map(|place| {
                let below = if place == free {
                    0
                } else {
                    start.basis_points[place - 1]
                };
                (start.basis_points[place] - below) as f64 * BASIS_POINT
            })
            .collect();
        let bounds: Vec<(f64, f64)> = most[free..].iter().map(|most| (0.0, *most)).collect();
        let stop = StopTols {
            xtol_abs: vec![STEPS.1; first.len()],
            ..StopTols::default()
        };
        let begin = RhoBeg::All(STEPS.0.min(most[n - 1] / 4.0));
        let ended = minimize(
            objective,
            &first,
            &bounds,
            &constraints,
            (),
            EVALUATIONS,
            begin,
            Some(stop),
        );
        going.into_inner()?;
        // Where it gave up it still says how far it came.
        let (Ok((_, steps, _)) | Err((_, steps, _))) = ended;
        let points = limits.lawful(&rises(&steps));
        let tried = evaluations.into_inner() + 1;
        if limits.allow(&points) {
            Ok((self.try_points(points), tried))
        } else {
            Ok((start.clone(), tried))
        }
    }

    /// The end of a search in basis points from a candidate, and how many it tried: it moves on to
    /// every neighbour that is better, with ever smaller steps.
    ///
    /// Where a voter's loss begins, at today's bill and at that of a No, and where a cap stands, the
    /// probability has kinks that stop a search by slopes: bands are put there as well.
    fn polish(
        &self,
        limits: &Limits,
        goal: Goal,
        start: Tried,
        most: u64,
        observer: &dyn Observer,
    ) -> Result<(Tried, u64), FrontierError> {
        let no_rise = self.prepared.amounts.no_rise.millionths() / 100;
        let mut best = start;
        let mut tried = 0;
        let mut step = FIRST_STEP;
        while step > 0 && tried < most {
            let mut better = false;
            for turn in 0.. {
                let Some(moved) = limits.neighbour(&best.basis_points, turn, step, no_rise) else {
                    break;
                };
                go_on(observer)?;
                // Where the yield alone decides against it nobody need vote.
                if moved == best.basis_points
                    || !limits.allow(&moved)
                    || short(&best, goal) <= 0.0 && self.raises_less(&moved, &best, goal)
                {
                    continue;
                }
                if tried == most {
                    break;
                }
                let one = self.try_points(moved);
                tried += 1;
                if order(&one, &best, goal).is_lt() {
                    best = one;
                    better = true;
                }
            }
            if !better {
                step /= 4;
            }
        }
        Ok((best, tried))
    }

    /// Whether a schedule raises too little to be better than one that reaches a goal.
    fn raises_less(&self, points: &[i64], best: &Tried, goal: Goal) -> bool {
        let least = match goal {
            Goal::Yield { .. } => best.pounds,
            Goal::Win { pounds } => pounds,
            Goal::Value => return false,
        };
        let rises = rises_of(self.prepared.schedule.bands(), points);
        let money = Money::of(self.prepared, &self.cells, rises);
        money.finance.budgeted < least
    }
}

impl Limits {
    /// The lawful schedule in basis points next to some rises.
    pub(super) fn lawful(&self, rises: &[f64]) -> Vec<i64> {
        let n = rises.len();
        let mut points: Vec<i64> = Vec::with_capacity(n);
        for (place, rise) in rises.iter().enumerate() {
            let whole = (rise / BASIS_POINT + 1e-6).floor() as i64;
            let whole = if place < self.n_frozen {
                0
            } else {
                whole.clamp(0, self.most[place].0)
            };
            let whole = if place == n - 1 {
                whole.max(self.least)
            } else {
                whole
            };
            points.push(whole.max(points.last().copied().unwrap_or(0)));
        }
        points
    }

    /// The neighbour of a schedule in one of the turns of a round, nothing when the round is over: a
    /// run of bands a step up or down, one band a step up and another a step down, or a run of bands
    /// at today's bill, at that of a No or at its cap. Bands that would be out of order go with it.
    fn neighbour(&self, points: &[i64], turn: usize, step: i64, no_rise: i64) -> Option<Vec<i64>> {
        let (free, n) = (self.n_frozen, points.len());
        let width = n - free;
        let (first, last) = (free + turn % width, free + turn / width % width);
        let mut moved = points.to_vec();
        // Raises push dearer bands up, cuts push cheaper bands down.
        let mut put = |from: usize, to: usize, of: &dyn Fn(i64, i64) -> i64| {
            let caps = self.most[from..=to].iter();
            for (rise, (most, _)) in moved[from..=to].iter_mut().zip(caps) {
                *rise = of(*rise, *most).clamp(0, *most);
            }
            let (low, high) = (moved[from], moved[to]);
            for rise in &mut moved[free..from] {
                *rise = (*rise).min(low);
            }
            for rise in &mut moved[to + 1..] {
                *rise = (*rise).max(high);
            }
        };
        match (turn / (width * width), first <= last) {
            (0, true) => put(first, last, &|rise, _| rise + step),
            (0, false) => put(last, first, &|rise, _| rise - step),
            (1, _) if first != last => {
                put(last, last, &|rise, _| rise - step);
                put(first, first, &|rise, _| rise + step);
            }
            (1, _) => put(first, first, &|rise, _| rise - step),
            (2, true) => put(first, last, &|_, _| no_rise),
            (2, false) => put(last, first, &|_, _| 0),
            (3, true) => put(first, last, &|_, most| most),
            (3, false) if first == last + 1 => put(last, last, &|_, _| 0),
            (3, false) => {}
            _ => return None,
        }
        Some(moved)
    }

    /// Whether a schedule keeps to all of them.
    pub(super) fn allow(&self, points: &[i64]) -> bool {
        let n = points.len();
        let rises: Vec<f64> = (points.iter())
            .map(|points| *points as f64 * BASIS_POINT)
            .collect();
        points.is_sorted()
            && points[..self.n_frozen].iter().all(|rise| *rise == 0)
            && points
                .iter()
                .zip(&self.most)
                .all(|(rise, (most, _))| rise <= most)
            && points[n - 1] >= self.least
            && self
                .progressivity
                .as_ref()
                .is_none_or(|progress| progress.kakwani(&rises) >= progress.least)
    }
}

/// How far a candidate is from what a goal must reach; nothing where it reaches it. Nothing is worth
/// proposing that collects less than a No.
fn short(tried: &Tried, goal: Goal) -> f64 {
    let lost = (-tried.collected).max(0.0);
    let short = match goal {
        // A million pounds weigh as much as certainty.
        Goal::Yield { win } => return (win - ROUNDING - tried.win).max(0.0) + lost * 1e-6,
        Goal::Win { pounds } => (pounds - tried.pounds).max(0.0),
        Goal::Value => 0.0,
    };
    short + lost
}

/// What a goal seeks, and what it takes among those alike.
fn worth(tried: &Tried, goal: Goal) -> [f64; 2] {
    let win = (tried.win / ALIKE).round();
    match goal {
        Goal::Yield { .. } => [tried.pounds, win],
        Goal::Win { .. } => [win, tried.pounds],
        Goal::Value => [tried.value, win],
    }
}

/// The better first: what comes nearer to the goal, then what is worth more.
fn order(one: &Tried, other: &Tried, goal: Goal) -> Ordering {
    let [first, second] = worth(one, goal);
    let [other_first, other_second] = worth(other, goal);
    (short(one, goal).total_cmp(&short(other, goal)))
        .then(other_first.total_cmp(&first))
        .then(other_second.total_cmp(&second))
}

/// The best of those that reach a goal; of those alike the first.
fn best<'t>(pool: &'t [Tried], limits: &Limits, goal: Goal) -> Option<&'t Tried> {
    pool.iter()
        .filter(|tried| short(tried, goal) <= 0.0 && limits.allow(&tried.basis_points))
        .min_by(|one, other| order(one, other, goal))
}

/// The voters of each band with its mean deprivation, their homes, and the sum of the squares of the
/// wards' shares of electors: how much of the wards' moods is left in the whole.
fn voters(prepared: &Prepared) -> (Vec<WardGroups>, Vec<KindOfHome>, f64) {
    let electorate = &prepared.electorate;
    let n = electorate.groups.len();
    let (mut electors, mut at_home, mut deprivation) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
    let (mut squares, mut all) = (0.0, 0.0);
    for ward in 0..electorate.n_wards() {
        let (groups, here) = electorate.ward(ward);
        let of_ward: f64 = here.iter().sum();
        squares += of_ward * of_ward;
        all += of_ward;
        for (group, &one) in groups.zip(here) {
            electors[group] += one;
            at_home[group] += one * electorate.ward_turnout[ward];
            deprivation[group] += one * electorate.deprivation[ward];
        }
    }
    let mut homes = Vec::new();
    let mut bands = Vec::new();
    for band in prepared.schedule.bands() {
        let of_band =
            (0..n).filter(|&group| electorate.groups[group].band == *band && electors[group] > 0.0);
        let mut groups = Vec::new();
        let (mut score, mut here) = (0.0, 0.0);
        for at in of_band {
            let group = electorate.groups[at];
            let turnout_log_odds = group.turnout_log_odds + at_home[at] / electors[at];
            let group = VoterGroup {
                turnout_log_odds,
                ..group
            };
            groups.push((group, electors[at]));
            homes.push(home_of(prepared, &group));
            score += deprivation[at];
            here += electors[at];
        }
        bands.push(WardGroups {
            deprivation: if here > 0.0 { score / here } else { 0.0 },
            turnout_log_odds: 0.0,
            groups,
        });
    }
    (bands, homes, squares / (all * all))
}

/// The inputs of every draw in tiles, for so many wards without a mood.
fn tiles_of(prepared: &Prepared, block: &InputBlock, n_wards: usize) -> Vec<TileParameters> {
    let at = |name: &str| &block.values[prepared.inputs.position(name)];
    let knows =
        (prepared.inputs.find(COMPREHENSION)).map_or_else(|| at("kappa"), |at| &block.values[at]);
    let columns = [
        "pi",
        "m",
        "k",
        "omega",
        "gamma",
        "eta",
        "mobilisation",
        "turnout_shift",
    ]
    .map(at);
    let draws = block.log_weights.len();
    let of_tile = |tile: Range<usize>| {
        let mut into = TileParameters::none(n_wards);
        let [pi, m, k, omega, gamma, eta, mobilisation, turnout_shift] = columns;
        for (lanes, column) in [
            (&mut into.pi, pi),
            (&mut into.m, m),
            (&mut into.k, k),
            (&mut into.kappa, knows),
            (&mut into.omega, omega),
            (&mut into.gamma, gamma),
            (&mut into.eta, eta),
            (&mut into.mobilisation, mobilisation),
            (&mut into.turnout_shift, turnout_shift),
        ] {
            lanes[..tile.len()].copy_from_slice(&column[tile.clone()]);
        }
        into
    };
    tiles(draws).map(of_tile).collect()
}

/// What is integrated out of every draw.
fn lucks(prepared: &Prepared, block: &InputBlock, concentration: f64) -> Vec<Luck> {
    let at = |name: &str| &block.values[prepared.inputs.position(name)];
    let [tau, mood, delta, sigma_ward] = ["tau", "mood", "delta_statutory", "sigma_ward"].map(at);
    let effects: Vec<&Vec<f64>> = (0..prepared.scenario.campaign.effects.len())
        .map(|index| at(&effect_name(index)))
        .collect();
    let list = prepared.inputs.list();
    let of_mood = list[prepared.inputs.position("mood")].distribution;
    let weights = Weights::from_log(&block.log_weights);
    let one = |(draw, &weight): (usize, &f64)| {
        let campaign: f64 = effects.iter().map(|effect| effect[draw]).sum();
        // What is not normal is taken as drawn.
        let (centre, sd) = match of_mood {
            Distribution::Normal { mean, sd } => (mean, sd),
            _ => (mood[draw], 0.0),
        };
        let (national, ward) = (tau[draw] * sd, sigma_ward[draw]);
        let variance = national * national + concentration * ward * ward;
        Luck {
            weight,
            shift: delta[draw] + campaign + tau[draw] * centre,
            spread: variance.sqrt().max(LEAST_SPREAD),
        }
    };
    weights.values().iter().enumerate().map(one).collect()
}
