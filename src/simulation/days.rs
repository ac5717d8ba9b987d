//! Turnout by kind of polling day: the same draws and the same luck on another turnout.

use super::prepare::{DayClass, Prepared};
use super::run::{DrawOutcomes, LuckStreams, Simulation, VoteOutcomes, in_blocks, poll_cost_input};
use super::summary::Spread;
use super::weights::Weights;

/// The vote on one kind of polling day.
#[derive(Debug, Clone, PartialEq)]
pub struct DayFigures {
    /// Its name in a scenario.
    pub key: String,
    /// In words.
    pub words: String,
    /// Whether it is the day of the scenario: its figures are those of the run.
    pub modelled: bool,
    /// Mean turnout.
    pub turnout: f64,
    /// Mean share of votes cast from homes whose own element is frozen.
    pub share_frozen_votes: f64,
    /// Share of votes for Yes.
    pub yes_share: Spread,
    /// Probability of winning and its Monte Carlo standard error.
    pub won: (f64, f64),
    /// Mean cost of the poll, pounds: shared with another poll, or alone.
    pub poll_cost: f64,
    /// Draws that it is found from.
    pub draws: usize,
}

/// Electors by ward and group, times draws, above which a look beyond the run takes fewer draws.
const MUCH_WORK: usize = 50_000_000;
/// Fewest draws that it then takes.
const FEWER: usize = 2_000;

/// How many draws a look beyond the run takes: all, or the first 2,000 where the electorate is held
/// in great detail.
pub(super) fn draws_looked_at(prepared: &Prepared, outcomes: &DrawOutcomes) -> usize {
    let most = MUCH_WORK / prepared.electorate.n_cells().max(1);
    outcomes.len().min(most.max(FEWER))
}

/// The first so many weights.
pub(super) fn first_weights(vote: &VoteOutcomes, draws: usize) -> Weights {
    vote.weights.only(0..draws)
}

/// The vote on every kind of polling day; empty where there is none.
///
/// Each takes the draws and the luck of the run. Only the turnout that the electorate is calibrated
/// to differs, and whether the poll shares its costs.
///
/// # Example
/// ```
/// use bandwise::data::{Scenario, World, scenario::Names};
/// use bandwise::simulation::{NoObserver, days, prepare, run};
/// let world = World::embedded(Some("2023-24"))?;
/// let mut scenario = Scenario::load("williamson-2018", &Names::of(&world.assumptions))?;
/// scenario.draws = 300;
/// let prepared = prepare(&scenario, &world)?;
/// let days = days(&prepared, &run(&prepared, &NoObserver));
/// let turnout = |key| days.iter().find(|day| day.key == key).expect("a kind of day").turnout;
/// assert!(turnout("with-general-election") > turnout("stand-alone"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn days(prepared: &Prepared, outcomes: &DrawOutcomes) -> Vec<DayFigures> {
    let Some(vote) = &outcomes.vote else {
        return Vec::new();
    };
    let draws = draws_looked_at(prepared, outcomes);
    let is_modelled = |class: &DayClass| class.day.key == prepared.scenario.day;
    let others = prepared.days.iter().filter(|class| !is_modelled(class));
    let mut of_others = Columns::of(prepared, outcomes, others, draws).into_iter();
    let of_day = |class: &DayClass| {
        let modelled = is_modelled(class);
        let poll_cost = poll_cost(prepared, outcomes, class.day.combined);
        let figures = |weights: &Weights, columns: &Columns| {
            Some(DayFigures {
                key: class.day.key.clone(),
                words: class.day.words.clone(),
                modelled,
                turnout: weights.mean_of_known(&columns.turnout)?,
                share_frozen_votes: weights.mean_of_known(&columns.frozen_votes)?,
                yes_share: weights.spread(&columns.yes_share)?,
                won: weights.share(&columns.won),
                poll_cost,
                draws: columns.won.len(),
            })
        };
        if modelled {
            return figures(
                &vote.weights,
                &Columns {
                    yes_share: vote.yes_share.clone(),
                    turnout: vote.turnout.clone(),
                    frozen_votes: vote.frozen_votes.clone(),
                    won: vote.won.clone(),
                },
            );
        }
        figures(&first_weights(vote, draws), &of_others.next()?)
    };
    prepared.days.iter().filter_map(of_day).collect()
}

/// Mean cost of a poll that shares its costs, or does not.
fn poll_cost(prepared: &Prepared, outcomes: &DrawOutcomes, combined: bool) -> f64 {
    let costs = &outcomes.inputs[prepared.inputs.position(poll_cost_input(combined))];
    let costs: Vec<f64> = (costs.iter())
        .map(|cost| prepared.finance.cost_factor * cost)
        .collect();
    Weights::alike(costs.len()).mean(&costs)
}

/// One number a draw.
#[derive(Default)]
struct Columns {
    yes_share: Vec<f64>,
    turnout: Vec<f64>,
    frozen_votes: Vec<f64>,
    won: Vec<bool>,
}

impl Columns {
    /// Those of some days. Each block of draws has its luck once for all of them.
    fn of<'a>(
        prepared: &Prepared,
        outcomes: &DrawOutcomes,
        days: impl Iterator<Item = &'a DayClass>,
        draws: usize,
    ) -> Vec<Self> {
        let on_day = |class: &DayClass| {
            let electorate = prepared.electorate.clone();
            let electorate = electorate.at_turnout(&prepared.cells, &class.turnouts);
            Simulation::with(prepared, &electorate)
        };
        let simulations: Vec<Simulation<'_>> = days.map(on_day).collect();
        let streams = LuckStreams::of(prepared, "");
        let blocks = in_blocks(draws, |first, n| {
            let inputs = outcomes.inputs_of(first as usize, n);
            let luck = streams.block(prepared, outcomes.points, first, n);
            let of_day = |simulation: &Simulation<'_>| simulation.headlines(&inputs, &luck, n);
            simulations.iter().map(of_day).collect::<Vec<_>>()
        });
        let mut columns: Vec<Self> = simulations.iter().map(|_| Self::default()).collect();
        for block in blocks {
            for (columns, headlines) in columns.iter_mut().zip(block) {
                for headline in headlines {
                    columns.yes_share.push(headline.yes_share);
                    columns.turnout.push(headline.turnout);
                    columns.frozen_votes.push(headline.frozen_votes);
                    columns.won.push(headline.won);
                }
            }
        }
        columns
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::scenario::Names;
    use crate::data::{Scenario, World};
    use crate::simulation::{NoObserver, prepare, run, win_probability};

    #[test]
    fn a_day_has_the_figures_of_a_run_on_that_day() {
        let world = World::embedded(Some("2023-24")).expect("embedded");
        let names = Names::of(&world.assumptions);
        let mut scenario = Scenario::load("uniform-15", &names).expect("a built-in scenario");
        scenario.draws = 400;
        let on_day = |day: &str| {
            let mut scenario = scenario.clone();
            day.clone_into(&mut scenario.day);
            let prepared = prepare(&scenario, &world).expect("a scenario");
            let outcomes = run(&prepared, &NoObserver);
            (days(&prepared, &outcomes), outcomes)
        };
        let (found, usual) = on_day(&scenario.day);
        assert_eq!(found.len(), world.assumptions.days().len());
        for day in &found {
            let (of_day, outcomes) = on_day(&day.key);
            let vote = outcomes.vote.as_ref().expect("a vote");
            let modelled = of_day.iter().find(|one| one.modelled).expect("its day");
            // The day of a run has the figures of the run to the last bit.
            assert_eq!(Some(modelled.won), win_probability(&outcomes));
            assert_eq!(
                Some(modelled.yes_share),
                vote.weights.spread(&vote.yes_share)
            );
            assert_eq!(modelled.key, day.key);
            assert_eq!((day.draws, day.won), (400, modelled.won));
            // The others are calibrated anew, to 1e-13.
            assert!((day.turnout - modelled.turnout).abs() < 1e-6);
            assert!((day.yes_share.mean - modelled.yes_share.mean).abs() < 1e-6);
            assert!((day.share_frozen_votes - modelled.share_frozen_votes).abs() < 1e-6);
            let costs = Weights::alike(400).mean(&outcomes.poll_cost);
            assert!((day.poll_cost - costs).abs() < 1e-6);
        }
        assert_eq!(found.iter().filter(|day| day.modelled).count(), 1);
        let cost = |key: &str| {
            let day = found.iter().find(|day| day.key == key);
            day.expect("a kind of day").poll_cost
        };
        assert!(cost("stand-alone") > cost("with-local-elections"));
        assert_eq!(usual.len(), 400);
    }

    #[test]
    fn without_a_vote_no_day_is_told() {
        let world = World::embedded(Some("2023-24")).expect("embedded");
        let names = Names::of(&world.assumptions);
        let mut scenario = Scenario::load("max-without-vote", &names).expect("a built-in scenario");
        scenario.draws = 20;
        let prepared = prepare(&scenario, &world).expect("a scenario");
        assert!(days(&prepared, &run(&prepared, &NoObserver)).is_empty());
    }
}
