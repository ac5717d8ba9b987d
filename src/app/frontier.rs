//! `frontier`: what to propose.

use bandwise::domain::{Pence, Rise, Share};
use bandwise::report::folder::of_frontier;
use bandwise::report::frontier::{card, warnings};
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
    loaded.overrides.extend(stated(&wishes));
    let name = format!(
        "{}-{}-frontier",
        slug(&prepared.record.authority.name),
        prepared.scenario.key
    );
    let folder = open(&args.output, name)?;
    let found = on_threads(args.output.threads, || {
        search(&prepared, &loaded.world, &wishes, &Bar::new())
    })?;

    of_frontier(&prepared, &found, &loaded.overrides, &folder)?;
    let warnings = warnings(&prepared, &found);
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

/// What is stated of a search, for the provenance.
pub fn stated(wishes: &Wishes) -> Vec<String> {
    let mut stated = vec![format!("--search-draws {}", wishes.search_draws)];
    let mut add = |option: &str, value: Option<String>| {
        stated.extend(value.map(|value| format!("{option} {value}")));
    };
    let share = wishes.frozen.map(|share| share.value().to_string());
    add("--frozen", share);
    let index = wishes.progressivity.map(|value| value.to_string());
    add("--progressivity", index);
    let rise = wishes.most_headline.map(|rise| rise.value().to_string());
    add("--most-headline", rise);
    for (band, rise) in &wishes.most_rise {
        add("--most-rise", Some(format!("{band}={}", rise.value())));
    }
    let pounds = wishes.most_pounds.map(|most| most.pounds().to_string());
    add("--most-pounds", pounds);
    stated
}
