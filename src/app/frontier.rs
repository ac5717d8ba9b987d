//! `frontier`: what to propose.

use bandwise::domain::{Pence, Rise, Share};
use bandwise::report::folder::add_charts;
use bandwise::report::frontier::{best, card, limit_rows, rows};
use bandwise::report::{Sink, Tables, figures, json, results, scenario_file};
use bandwise::simulation::frontier::{FrontierError, Wishes, frontier as search};
use bandwise::simulation::on_threads;

use super::cli::FrontierArgs;
use super::exit::{Failure, print};
use super::progress::Bar;
use super::run::{open, slug};
use super::scenario::load;

impl From<FrontierError> for Failure {
    fn from(error: FrontierError) -> Self {
        match error {
            FrontierError::Prepare(error) => error.into(),
            // Embedded tables that do not fit together are a fault of the build.
            FrontierError::Data(_) => Self::bug(error),
            _ => Self::bad_input(error),
        }
    }
}

/// Searches the schedules of a scenario, writes the tables and prints the card.
pub fn frontier(args: &FrontierArgs) -> Result<(), Failure> {
    let wishes = wishes(args)?;
    let mut loaded = load(&args.scenario.scenario, &args.scenario.replace, &args.luck)?;
    let prepared = loaded.prepare()?;
    loaded.overrides.extend(stated(args));
    let name = format!(
        "{}-{}-frontier",
        slug(&prepared.record.authority.name),
        prepared.scenario.key
    );
    let folder = open(&args.output, name)?;
    let found = on_threads(args.output.threads, || {
        search(&prepared, &loaded.world, &wishes, &Bar::new())
    })?;

    let mut known = prepared.warnings.clone();
    let error = found.proposal().and_then(|point| point.win);
    known.extend(error.and_then(|(_, error)| results::few_draws(&prepared, error)));
    let warnings = results::rows_of(&known);
    let scenario_toml = scenario_file::toml(&prepared.scenario);
    let provenance = results::provenance(&prepared, &scenario_toml, &loaded.overrides)?;
    let mut tables = Tables::both(&folder);
    tables.add(&rows(&found))?;
    tables.add(&limit_rows(&found))?;
    tables.add(&warnings)?;
    add_charts(&[figures::of_frontier(&prepared, &found)], &folder)?;
    for (file, scenario) in best(&prepared, &found) {
        folder.write(file, scenario_file::toml(&scenario).as_bytes())?;
    }
    folder.write("scenario.toml", scenario_toml.as_bytes())?;
    folder.write("provenance.json", &json::json(&provenance))?;
    tables.describe(&prepared.scenario.key, &prepared.scenario.title)?;
    let place = folder.commit()?.display().to_string();
    print(&card(&prepared, &found, &wishes, &warnings, &place))
}

fn wishes(args: &FrontierArgs) -> Result<Wishes, Failure> {
    let refused = |option: &str, why: String| Failure::bad_input(format!("{option}: {why}"));
    let frozen = args.frozen.map(Share::new).transpose();
    let most_headline = args.most_headline.map(Rise::new).transpose();
    let most_pounds = args
        .most_pounds
        .as_deref()
        .map(Pence::parse_pounds)
        .transpose();
    for (place, (band, _)) in args.most_rise.iter().enumerate() {
        if args.most_rise[..place]
            .iter()
            .any(|(other, _)| other == band)
        {
            return Err(refused(
                "--most-rise",
                format!("band {band} is given twice (allowed: one cap a band)"),
            ));
        }
    }
    Ok(Wishes {
        frozen: frozen.map_err(|error| refused("--frozen", error.to_string()))?,
        progressivity: args.progressivity,
        most_headline: most_headline
            .map_err(|error| refused("--most-headline", error.to_string()))?,
        most_rise: args.most_rise.clone(),
        most_pounds: most_pounds.map_err(|error| refused("--most-pounds", error.to_string()))?,
        search_draws: args.search_draws,
    })
}

/// What the command line states of the search, for the provenance.
fn stated(args: &FrontierArgs) -> Vec<String> {
    let mut stated = vec![format!("--search-draws {}", args.search_draws)];
    let mut add = |option: &str, value: Option<String>| {
        stated.extend(value.map(|value| format!("{option} {value}")));
    };
    add("--frozen", args.frozen.map(|value| value.to_string()));
    add(
        "--progressivity",
        args.progressivity.map(|value| value.to_string()),
    );
    add(
        "--most-headline",
        args.most_headline.map(|value| value.to_string()),
    );
    for (band, rise) in &args.most_rise {
        add("--most-rise", Some(format!("{band}={}", rise.value())));
    }
    add("--most-pounds", args.most_pounds.clone());
    stated
}
