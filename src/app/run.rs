//! `run`: the main job.

use bandwise::report::document::{Document, Figure};
use bandwise::report::files::Place;
use bandwise::report::{
    OutputFolder, briefing, card, csv, document, figures, json, paper, parquet, scenario_file,
    text, workbook,
};
use bandwise::simulation::{DrawOutcomes, Prepared, on_threads, run as simulate};

use super::cli::{Format, Output, RunArgs};
use super::exit::{Failure, print};
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
    let place = folder.path().display().to_string();
    let card = card::card(&prepared, &briefing, &place);
    folder.write("scenario.toml", scenario_toml.as_bytes())?;
    folder.write("ballot-paper.txt", text::ballot(&prepared).as_bytes())?;
    folder.write("provenance.json", &json::json(&briefing.provenance))?;
    if args.format.contains(&Format::Csv) {
        folder.write("summary.csv", &csv::csv(&briefing.summary))?;
        folder.write("bands.csv", &csv::csv(&briefing.bands))?;
        folder.write("wards.csv", &csv::csv(&briefing.wards))?;
        folder.write("deciles.csv", &csv::csv(&briefing.deciles))?;
        folder.write(
            "example_households.csv",
            &csv::csv(&briefing.example_households),
        )?;
        folder.write("drivers.csv", &csv::csv(&briefing.drivers))?;
        folder.write("needs.csv", &csv::csv(&briefing.needs))?;
        folder.write("needs_curve.csv", &csv::csv(&briefing.needs_curve))?;
        folder.write("days.csv", &csv::csv(&briefing.days))?;
        folder.write("perception.csv", &csv::csv(&briefing.perception))?;
        folder.write("routes.csv", &csv::csv(&briefing.routes))?;
        folder.write("medium_term.csv", &csv::csv(&briefing.medium_term))?;
        folder.write("services.csv", &csv::csv(&briefing.services))?;
        folder.write("warnings.csv", &csv::csv(&briefing.warnings))?;
        let inputs: Vec<_> = prepared
            .inputs
            .list()
            .iter()
            .map(|input| (input.name.clone(), input.meaning.clone()))
            .collect();
        folder.write("datapackage.json", &json::data_package(&briefing, &inputs))?;
    }
    if args.format.contains(&Format::Parquet) {
        folder.write("draws.parquet", &draws(&prepared, &outcomes)?)?;
    }
    if args.format.contains(&Format::Xlsx) {
        let workbook = workbook::workbook(&prepared, &briefing).map_err(Failure::bug)?;
        folder.write("workbook.xlsx", &workbook)?;
    }
    if [Format::Html, Format::Md, Format::Docx, Format::Charts]
        .iter()
        .any(|format| args.format.contains(format))
    {
        let figures = figures::of_run(&prepared, &outcomes, &briefing)?;
        let paper = paper::of_run(&prepared, &briefing, &figures);
        write_paper(&folder, &args.format, &paper, &figures)?;
    }
    if args.format.contains(&Format::Json) {
        folder.write("results.json", &json::json(&briefing))?;
    }
    folder.commit()?;
    print(&card)
}

/// Writes a paper in the formats that are asked for, and its charts.
pub fn write_paper(
    folder: &OutputFolder,
    formats: &[Format],
    paper: &Document,
    figures: &[Figure],
) -> Result<(), Failure> {
    let wants = |format| formats.contains(&format);
    if wants(Format::Html) {
        folder.write("briefing.html", document::html(paper).as_bytes())?;
    }
    if wants(Format::Md) {
        folder.write("briefing.md", document::markdown(paper).as_bytes())?;
    }
    // What a Markdown paper shows lies beside it.
    let charts = wants(Format::Charts) || wants(Format::Md);
    if !charts && !wants(Format::Docx) {
        return Ok(());
    }
    let pictures = figures::pictures(figures);
    if wants(Format::Docx) {
        let word = document::word(paper, &pictures).map_err(Failure::bug)?;
        folder.write("briefing.docx", &word)?;
    }
    if charts {
        for (name, bytes) in figures::files(figures, &pictures) {
            folder.write(&name, &bytes)?;
        }
    }
    Ok(())
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

fn draws(prepared: &Prepared, outcomes: &DrawOutcomes) -> Result<Vec<u8>, Failure> {
    parquet::draws(prepared, outcomes).map_err(Failure::bug)
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
