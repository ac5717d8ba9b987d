//! The probability of winning with the mood of the day worked out instead of drawn.

use statrs::distribution::{ContinuousCDF, Normal};

use super::days::{draws_looked_at, first_weights};
use super::inputs::normal_score;
use super::prepare::Prepared;
use super::run::{DrawOutcomes, Simulation, WardLuck, in_blocks, tiles};

/// The probability of winning and its Monte Carlo standard error, as the mean over the draws of the
/// probability given all but the mood on the day; nothing without a vote, or where a poll tells of the
/// mood.
///
/// Given the rest of a draw, the vote is won from a mood on: the share of moods beyond is known
/// exactly. So no draw is a mere win or loss, and what is left to chance is less and smooth, which
/// Sobol points reward (conditional Monte Carlo, "pre-integration"; Griewank, Kuo, Leövey and Sloan
/// 2018). It is for who compares many proposals that differ little. The noise of the count is left
/// out: it moves the chance by less than a thousandth of a percentage point, for it is a hundredth of
/// what the mood is. A poll is evidence on the mood of this vote, which then is not its own any more.
///
/// # Example
/// ```
/// use bandwise::data::{Scenario, World, scenario::Names};
/// use bandwise::simulation::{NoObserver, prepare, run, win_probability};
/// use bandwise::simulation::moods::win_probability_over_moods;
/// let world = World::embedded(Some("2023-24"))?;
/// let mut scenario = Scenario::load("williamson-2018", &Names::of(&world.assumptions))?;
/// scenario.draws = 500;
/// let prepared = prepare(&scenario, &world)?;
/// let outcomes = run(&prepared, &NoObserver);
/// let (_, plain_error) = win_probability(&outcomes).expect("a vote");
/// let (_, error) = win_probability_over_moods(&prepared, &outcomes).expect("a vote");
/// assert!(error < plain_error);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn win_probability_over_moods(
    prepared: &Prepared,
    outcomes: &DrawOutcomes,
) -> Option<(f64, f64)> {
    let vote = outcomes.vote.as_ref()?;
    if !prepared.polls.is_empty() {
        return None;
    }
    let [tau, mood] = ["tau", "mood"].map(|name| prepared.inputs.position(name));
    let distribution = prepared.inputs.list()[mood].distribution;
    let simulation = Simulation::of(prepared);
    let normal = Normal::standard();
    let draws = draws_looked_at(prepared, outcomes);
    let blocks = in_blocks(draws, |first, n| {
        let inputs = outcomes.inputs_of(first as usize, n);
        let luck = WardLuck::of_moods(prepared, first, n);
        let mut memory = simulation.memory();
        let chance = |draw: usize, further: f64| {
            let from = inputs[mood][draw] + further / inputs[tau][draw];
            let (least, most) = distribution.range_of_draws();
            if inputs[tau][draw] == 0.0 || least == most {
                // The mood moves nothing: won as it is, or not.
                f64::from(u8::from(further < 0.0))
            } else if from <= least {
                1.0
            } else if from >= most {
                0.0
            } else {
                normal.sf(normal_score(&distribution, from))
            }
        };
        let mut chances: Vec<f64> = Vec::with_capacity(n);
        for tile in tiles(n) {
            simulation.on_polling_day(&inputs, &luck, &tile, 0, &mut memory);
            let further = simulation.break_even(&mut memory);
            chances.extend(
                tile.zip(further)
                    .map(|(draw, further)| chance(draw, further)),
            );
        }
        chances
    });
    let found = first_weights(vote, draws).spread(&blocks.concat())?;
    Some((found.mean, found.monte_carlo_error?))
}
