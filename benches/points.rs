//! Random against Sobol points: how far a run of so many draws is off, and what it takes.
//!
//! `cargo bench --bench points -- [--seeds N] [--csv FILE]` prints a table for two proposals in Derby:
//! the root mean square error over the seeds of the probability of winning, of the mean yes share and
//! of the money collected, against a run of 262,144 Sobol draws of another seed; the errors that the
//! runs state of themselves; and the time of a run on one thread. Then it says what random draws reach
//! in the time of 4,096 Sobol draws. `--csv` writes the same as a table for charts.

#![expect(clippy::print_stdout, reason = "a bench prints what it measures")]

use std::fmt::Write as _;
use std::time::Instant;

use bandwise::data::scenario::Names;
use bandwise::data::{Scenario, World};
use bandwise::domain::Points;
use bandwise::simulation::{NoObserver, Prepared, on_threads, prepare, run, win_probability};

const PROPOSALS: [&str; 2] = ["williamson-2018", "gentle-efgh"];
const DRAWS: [u32; 4] = [256, 1_024, 4_096, 16_384];
const REFERENCE: u32 = 1 << 18;

/// What is estimated, and what of it is printed in thousandths.
const FIGURES: [&str; 3] = ["win_probability", "yes_share", "collected_pounds"];

/// Estimates of the figures with their stated errors, and the seconds that the run took.
struct Run {
    estimates: [(f64, f64); FIGURES.len()],
    seconds: f64,
}

/// The errors of runs of one kind.
struct Row {
    points: Points,
    draws: u32,
    /// Root mean square of the errors, and of the stated errors.
    errors: [(f64, f64); FIGURES.len()],
    seconds: f64,
}

fn main() {
    let argument = |name: &str| {
        let mut given = std::env::args().skip_while(|one| one != name);
        given.nth(1)
    };
    let seeds = argument("--seeds")
        .and_then(|n| n.parse().ok())
        .unwrap_or(50);
    let table = on_threads(Some(1), || compare(seeds));
    if let Some(file) = argument("--csv") {
        std::fs::write(&file, table).expect("the file can be written");
    }
}

fn compare(seeds: u64) -> String {
    let world = World::embedded(Some("2023-24")).expect("embedded");
    let names = Names::of(&world.assumptions);
    let mut csv =
        "scenario,points,draws,figure,reference,rms_error,stated_error,seconds\n".to_owned();
    for key in PROPOSALS {
        let scenario = Scenario::load(key, &names).expect("a built-in scenario");
        let mut prepared = prepare(&scenario, &world).expect("it can be prepared");
        let reference = once(&mut prepared, Points::Sobol, REFERENCE, 1_000_003);
        println!("{key}: {REFERENCE} Sobol draws of another seed give");
        for (figure, (value, error)) in FIGURES.iter().zip(reference.estimates) {
            println!("  {figure:<28} {value:>16.6} +- {error:.6}");
        }
        println!(
            "root mean square error over {seeds} seeds (mean stated error), milliseconds on one thread"
        );
        println!(
            "{:>7} {:>6}  {:>17}  {:>17}  {:>17}  {:>8}",
            "points", "draws", "P(win), points", "yes share, points", "collected, GBP", "ms"
        );
        let mut rows = Vec::new();
        for draws in DRAWS {
            for points in Points::ALL {
                let row = row(&mut prepared, points, draws, seeds, &reference);
                print_row(&row);
                for (at, figure) in FIGURES.iter().enumerate() {
                    let (error, stated) = row.errors[at];
                    writeln!(
                        csv,
                        "{key},{points},{draws},{figure},{},{error},{stated},{}",
                        reference.estimates[at].0, row.seconds
                    )
                    .expect("a string takes it");
                }
                rows.push(row);
            }
        }
        at_equal_time(&rows);
    }
    csv
}

fn once(prepared: &mut Prepared, points: Points, draws: u32, seed: u64) -> Run {
    prepared.scenario.points = points;
    prepared.scenario.draws = draws;
    prepared.scenario.seed = seed;
    let begin = Instant::now();
    let outcomes = run(prepared, &NoObserver);
    let seconds = begin.elapsed().as_secs_f64();
    let vote = outcomes.vote.as_ref().expect("a vote");
    let of_spread = |found: Option<bandwise::simulation::Spread>| {
        let found = found.expect("draws");
        (found.mean, found.monte_carlo_error.expect("draws"))
    };
    Run {
        estimates: [
            win_probability(&outcomes).expect("a vote"),
            of_spread(vote.weights.spread(&vote.yes_share)),
            of_spread(outcomes.alike().spread(&outcomes.collected)),
        ],
        seconds,
    }
}

fn row(prepared: &mut Prepared, points: Points, draws: u32, seeds: u64, reference: &Run) -> Row {
    let runs: Vec<Run> = (1..=seeds)
        .map(|seed| once(prepared, points, draws, seed))
        .collect();
    let root_mean = |squares: f64| (squares / runs.len() as f64).sqrt();
    let errors = std::array::from_fn(|at| {
        let off = |run: &Run| (run.estimates[at].0 - reference.estimates[at].0).powi(2);
        let stated = |run: &Run| run.estimates[at].1.powi(2);
        (
            root_mean(runs.iter().map(off).sum()),
            root_mean(runs.iter().map(stated).sum()),
        )
    });
    let seconds = runs
        .iter()
        .map(|run| run.seconds)
        .fold(f64::INFINITY, f64::min);
    Row {
        points,
        draws,
        errors,
        seconds,
    }
}

fn print_row(row: &Row) {
    let points = |at: usize| {
        let (error, stated) = row.errors[at];
        format!("{:.4} ({:.4})", 100.0 * error, 100.0 * stated)
    };
    let (error, stated) = row.errors[2];
    println!(
        "{:>7} {:>6}  {:>17}  {:>17}  {:>17}  {:>8.2}",
        row.points.word(),
        row.draws,
        points(0),
        points(1),
        format!("{error:.0} ({stated:.0})"),
        1e3 * row.seconds
    );
}

/// What random draws reach in the time of 4,096 Sobol draws: their error falls with the square root of
/// the time.
fn at_equal_time(rows: &[Row]) {
    let of = |points| {
        rows.iter()
            .find(|row| row.points == points && row.draws == 4_096)
    };
    let (Some(random), Some(sobol)) = (of(Points::Random), of(Points::Sobol)) else {
        return;
    };
    let time = sobol.seconds / random.seconds;
    println!(
        "in the time of 4096 Sobol draws, {:.0} random ones:",
        4_096.0 * time
    );
    for (at, figure) in FIGURES.iter().enumerate() {
        let random = random.errors[at].0 / time.sqrt();
        let times = random / sobol.errors[at].0;
        println!(
            "  {figure:<28} error {times:.1} times that of Sobol points: {:.0} times the draws",
            times * times
        );
    }
    println!();
}
