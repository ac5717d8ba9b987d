//! `sensitivity`: which unknowns make the result uncertain.

use bandwise::report::folder::add_charts;
use bandwise::report::sensitivity::{card, rows, warnings};
use bandwise::report::tables::WarningRow;
use bandwise::report::{Sink, Tables, figures, json, results, scenario_file};
use bandwise::simulation::sensitivity::sensitivity as split;
use bandwise::simulation::{on_threads, run as simulate};

use super::cli::{Luck, SensitivityArgs};
use super::exit::{Failure, print};
use super::progress::Bar;
use super::run::{open, slug};
use super::scenario::load;

/// Fewest effective draws that a distribution is fitted to.
const FEWEST: f64 = 200.0;

/// Finds out what the result of a scenario depends on, writes the table and prints the card.
pub fn sensitivity(args: &SensitivityArgs) -> Result<(), Failure> {
    let luck = Luck {
        draws: None,
        seed: args.seed,
        points: None,
    };
    let mut loaded = load(&args.scenario.scenario, &args.scenario.replace, &luck)?;
    let prepared = loaded.prepare()?;
    loaded
        .overrides
        .push(format!("--draws {}: rows of the design", args.draws));
    let name = format!(
        "{}-{}-sensitivity",
        slug(&prepared.record.authority.name),
        prepared.scenario.key
    );
    let folder = open(&args.output, name)?;
    let outcomes = on_threads(args.output.threads, || simulate(&prepared, &Bar::new()));
    if let Some(vote) = &outcomes.vote {
        let effective = vote.weights.effective();
        if effective < FEWEST {
            return Err(Failure::bad_input(format!(
                "simulation.draws: only {effective:.0} of {} draws' worth agree with the evidence and the \
                 polls, too few to fit a distribution to (wanted: {FEWEST:.0}) [state more draws in the \
                 scenario]",
                outcomes.len()
            )));
        }
    }
    let found = on_threads(args.output.threads, || {
        split(&prepared, &outcomes, args.draws, &Bar::new())
    });
    let found = found.map_err(Failure::bug)?;

    let mut caveats = results::rows_of(&warnings(&found));
    let of_run = results::warnings(&prepared, &outcomes);
    // How many draws a probability takes is said of the design, not of the run that it is fitted to.
    let of_draws =
        |row: &WarningRow| ["few_draws", "low_effective_sample"].contains(&row.warning.as_str());
    caveats.extend(of_run.into_iter().filter(|row| !of_draws(row)));
    let scenario_toml = scenario_file::toml(&prepared.scenario);
    let provenance = results::provenance(&prepared, &scenario_toml, &loaded.overrides)?;
    let mut tables = Tables::both(&folder);
    tables.add(&rows(&found))?;
    tables.add(&caveats)?;
    add_charts(&figures::of_sensitivity(&prepared, &found), &folder)?;
    folder.write("scenario.toml", scenario_toml.as_bytes())?;
    folder.write("provenance.json", &json::json(&provenance))?;
    tables.describe(&prepared.scenario.key, &prepared.scenario.title)?;
    let place = folder.commit()?.display().to_string();
    print(&card(&prepared, &found, &caveats, &place))
}
