//! `run`: the main job.

use bandwise::report::files::Place;
use bandwise::report::folder::{Print, Wanted, of_run};
use bandwise::report::{OutputFolder, briefing, card, scenario_file};
use bandwise::simulation::{DrawOutcomes, on_threads, run as simulate};

use super::cli::{Format, Output, RunArgs};
use super::exit::{Failure, print};
use super::pdf::{self, Browser};
use super::progress::Bar;
use super::scenario::load;

/// Simulates a scenario, writes its files and prints its card.
pub fn run(args: &RunArgs) -> Result<(), Failure> {
    let loaded = load(&args.scenario.scenario, &args.scenario.replace, &args.luck)?;
    let prepared = loaded.prepare()?;
    let name = format!(
        "{}-{}-{}",
        slug(&prepared.record.authority.name),
        prepared.scenario.key,
        prepared.scenario.vintage.as_deref().unwrap_or_default()
    );
    // One that is missing is better known before the run than after it.
    let browser = Browser::wanted(&args.format)?;
    let folder = open(&args.output, name)?;
    let outcomes = on_threads(args.output.threads, || simulate(&prepared, &Bar::new()));
    if let Some(few) = too_few_agree(&outcomes) {
        return Err(Failure::bad_input(few));
    }

    let scenario_toml = scenario_file::toml(&prepared.scenario);
    // It looks beyond the draws at other values of a lever and other days, on the same threads.
    let briefing = on_threads(args.output.threads, || {
        briefing(&prepared, &outcomes, &scenario_toml, &loaded.overrides)
    })?;
    let first = if args.format.contains(&Format::Html) {
        " (open briefing.html first)"
    } else {
        ""
    };
    let formats: Vec<_> = (args.format.iter())
        .flat_map(|one| one.files())
        .copied()
        .collect();
    let printer = browser.map(|browser| move |page: &str| browser.print(page));
    let wanted = Wanted {
        formats: &formats,
        pdf: printer.as_ref().map(|print| print as Print<'_>),
    };
    of_run(&prepared, &outcomes, &briefing, wanted, &folder)?;
    let place = format!("{}{first}", folder.commit()?.display());
    print(&card::card(&prepared, &briefing, &place))
}

/// What to say of a run in which hardly any draw agrees with the evidence: no figure of its vote would
/// say anything.
pub fn too_few_agree(outcomes: &DrawOutcomes) -> Option<String> {
    /// Fewest effective draws, and their fewest share of all.
    const FEWEST: (f64, f64) = (20.0, 0.1);
    let vote = outcomes.vote.as_ref()?;
    let effective = vote.weights.effective();
    let draws = outcomes.len();
    let few = effective < FEWEST.0 && effective < FEWEST.1 * draws as f64;
    few.then(|| {
        format!(
            "only {effective:.0} of {draws} draws' worth agree with the evidence and the polls: too few \
             for any figure of the vote [check [[poll]] and [inputs], or make more draws with --draws]"
        )
    })
}

/// Opens the folder for results before the run, and sees to it that Ctrl-C leaves nothing of it.
pub fn open(output: &Output, name: String) -> Result<OutputFolder, Failure> {
    let place = output
        .out
        .clone()
        .map_or_else(|| Place::NextFree(name), Place::Named);
    let folder = OutputFolder::open(place, output.force)?;
    gone_on_interrupt(folder.when_stopped())?;
    Ok(folder)
}

/// Sees to it that Ctrl-C leaves nothing half written.
pub fn gone_on_interrupt(remove: impl Fn() + Send + 'static) -> Result<(), Failure> {
    ctrlc::set_handler(move || {
        pdf::stop();
        remove();
        std::process::exit(130);
    })
    .map_err(Failure::bug)
}

/// A name as part of a folder's name.
pub fn slug(name: &str) -> String {
    let kept: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect();
    kept.split('-')
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("-")
}
