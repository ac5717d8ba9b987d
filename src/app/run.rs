//! `run`: the main job.

use bandwise::report::document::{Document, Figure};
use bandwise::report::files::Place;
use bandwise::report::{
    OutputFolder, Tables, briefing, card, document, figures, json, paper, scenario_file, text,
    workbook,
};
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
    let wants = |format| args.format.contains(&format);
    let first = if wants(Format::Html) {
        " (open briefing.html first)"
    } else {
        ""
    };
    folder.write("scenario.toml", scenario_toml.as_bytes())?;
    folder.write("ballot-paper.txt", text::ballot(&prepared).as_bytes())?;
    folder.write("provenance.json", &json::json(&briefing.provenance))?;
    let mut tables = Tables::new(&folder, wants(Format::Csv), wants(Format::Parquet));
    briefing.add_to(&mut tables)?;
    tables.add_draws(&prepared, &outcomes)?;
    if wants(Format::Xlsx) {
        let workbook = workbook::workbook(&prepared, &briefing).map_err(Failure::bug)?;
        folder.write("workbook.xlsx", &workbook)?;
    }
    let of_paper = [
        Format::Html,
        Format::Md,
        Format::Docx,
        Format::Charts,
        Format::Pdf,
    ];
    if of_paper.into_iter().any(wants) {
        let figures = figures::of_run(&prepared, &outcomes, &briefing)?;
        let paper = paper::of_run(&prepared, &briefing, &figures);
        write_paper(&folder, &args.format, browser.as_ref(), &paper, &figures)?;
    }
    if wants(Format::Json) {
        folder.write("results.json", &json::json(&briefing))?;
    }
    tables.describe(&prepared.scenario.key, &briefing.title)?;
    let place = format!("{}{first}", folder.commit()?.display());
    print(&card::card(&prepared, &briefing, &place))
}

/// Writes a paper in the formats that are asked for, and its charts; as PDF where there is a browser for
/// it.
pub fn write_paper(
    folder: &OutputFolder,
    formats: &[Format],
    browser: Option<&Browser>,
    paper: &Document,
    figures: &[Figure],
) -> Result<(), Failure> {
    let wants = |format| formats.contains(&format);
    let page = document::html(paper);
    if wants(Format::Html) {
        folder.write("briefing.html", page.as_bytes())?;
    }
    if let Some(browser) = browser {
        folder.write("briefing.pdf", &browser.print(&page)?)?;
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
        write_files(folder, figures::files(figures, &pictures))?;
    }
    Ok(())
}

/// Writes charts as drawings and as pictures.
pub fn write_charts(folder: &OutputFolder, figures: &[Figure]) -> Result<(), Failure> {
    write_files(folder, figures::files(figures, &figures::pictures(figures)))
}

fn write_files(folder: &OutputFolder, files: Vec<(String, Vec<u8>)>) -> Result<(), Failure> {
    for (name, bytes) in files {
        folder.write(&name, &bytes)?;
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
