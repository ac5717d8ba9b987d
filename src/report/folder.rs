//! What stands in a folder of results: every file of a run or of a comparison, in the formats that are
//! wanted, wherever they go.

use std::collections::BTreeMap;

use zip::result::ZipError;

use super::comparison::{Comparison, ComparisonBriefing};
use super::document::{self, Document, Figure};
use super::files::{OutputError, PACKAGE};
use super::package::Tables;
use super::results::Briefing;
use super::sink::Sink;
use super::workbook::{WorkbookError, workbook};
use super::{figures, frontier, json, paper, results, scenario_file, text};
use crate::data::DataError;
use crate::simulation::{DrawOutcomes, Frontier, Prepared};

/// The scenario as understood.
const SCENARIO: &str = "scenario.toml";
/// What voters read.
const BALLOT_PAPER: &str = "ballot-paper.txt";
/// From what the results were made.
const PROVENANCE: &str = "provenance.json";
/// Everything in one file.
const RESULTS: &str = "results.json";

/// A format of results: the ending of its files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Tables as CSV.
    Csv,
    /// Tables as Parquet, and every draw.
    Parquet,
    /// A workbook with the working in live formulas.
    Xlsx,
    /// Everything in one file.
    Json,
    /// The briefing as one page for a browser.
    Html,
    /// The briefing as Markdown; what it shows are the charts as SVG.
    Md,
    /// The briefing as a Word document.
    Docx,
    /// Every chart as a drawing.
    Svg,
    /// Every chart as a picture.
    Png,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Csv,
        Self::Parquet,
        Self::Xlsx,
        Self::Json,
        Self::Html,
        Self::Md,
        Self::Docx,
        Self::Svg,
        Self::Png,
    ];

    /// The formats to ask for so that a file of this name is written: none for one that always is, all for
    /// the one that describes the others. Nothing where no format has files of such an ending.
    ///
    /// # Example
    /// ```
    /// use bandwise::report::folder::Format;
    /// assert_eq!(Format::of_file("bands.csv"), Some(&[Format::Csv][..]));
    /// assert_eq!(Format::of_file("charts/bills.svg"), Some(&[Format::Svg][..]));
    /// assert_eq!(Format::of_file("scenario.toml"), Some(&[][..]));
    /// assert_eq!(Format::of_file("datapackage.json"), Some(&Format::ALL[..]));
    /// assert_eq!(Format::of_file("bands.exe"), None);
    /// ```
    pub fn of_file(name: &str) -> Option<&'static [Self]> {
        match name {
            BALLOT_PAPER | PROVENANCE => return Some(&[]),
            PACKAGE => return Some(&Self::ALL),
            _ => {}
        }
        Some(match name.rsplit_once('.')?.1 {
            // Scenarios are always written.
            "toml" => &[],
            "csv" => &[Self::Csv],
            "parquet" => &[Self::Parquet],
            "xlsx" => &[Self::Xlsx],
            "json" => &[Self::Json],
            "html" => &[Self::Html],
            "md" => &[Self::Md],
            "docx" => &[Self::Docx],
            "svg" => &[Self::Svg],
            "png" => &[Self::Png],
            _ => return None,
        })
    }
}

/// Prints a page as PDF.
pub type Print<'a> = &'a dyn Fn(&str) -> Result<Vec<u8>, OutputError>;

/// Which files are wanted beside those that are always written.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    /// Those of these formats.
    pub formats: &'a [Format],
    /// The briefing as PDF, by what prints it; nothing where it is not wanted.
    pub pdf: Option<Print<'a>>,
}

impl Wanted<'_> {
    fn has(&self, format: Format) -> bool {
        self.formats.contains(&format)
    }

    fn has_any(&self, formats: &[Format]) -> bool {
        formats.iter().any(|format| self.has(*format))
    }
}

/// Why files of results could not be made.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// One could not be written.
    #[error("{0}")]
    Output(#[from] OutputError),
    /// An embedded table is broken.
    #[error("{0}")]
    Data(#[from] DataError),
    /// The workbook could not be put together: a fault of the program.
    #[error("{0}")]
    Workbook(#[from] WorkbookError),
    /// The Word document could not be put together: a fault of the program.
    #[error("{0}")]
    Word(#[from] ZipError),
}

/// Writes the files of a run: scenario, ballot paper and provenance, the wanted ones, and at last what
/// describes them all.
///
/// # Errors
/// When a file cannot be made or written.
///
/// # Example
/// ```
/// use bandwise::data::{Scenario, World, scenario::Names};
/// use bandwise::report::folder::{self, Format, Wanted};
/// use bandwise::report::{Gathered, briefing, scenario_file};
/// use bandwise::simulation::{NoObserver, prepare, run};
/// let world = World::embedded(Some("2023-24"))?;
/// let mut scenario = Scenario::load("gentle-efgh", &Names::of(&world.assumptions))?;
/// scenario.draws = 100;
/// let prepared = prepare(&scenario, &world)?;
/// let outcomes = run(&prepared, &NoObserver);
/// let briefing = briefing(&prepared, &outcomes, &scenario_file::toml(&prepared.scenario), &[])?;
/// let gathered = Gathered::default();
/// let wanted = Wanted { formats: &[Format::Svg], pdf: None };
/// folder::of_run(&prepared, &outcomes, &briefing, wanted, &gathered)?;
/// let files = gathered.into_files();
/// assert!(files.iter().any(|(name, _)| name == "charts/bills.svg"));
/// assert!(files.iter().all(|(name, _)| !name.ends_with(".png")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn of_run(
    prepared: &Prepared,
    outcomes: &DrawOutcomes,
    briefing: &Briefing,
    wanted: Wanted<'_>,
    into: &dyn Sink,
) -> Result<(), FolderError> {
    let scenario_toml = scenario_file::toml(&prepared.scenario);
    into.write(SCENARIO, scenario_toml.as_bytes())?;
    into.write(BALLOT_PAPER, text::ballot(prepared).as_bytes())?;
    into.write(PROVENANCE, &json::json(&briefing.provenance))?;
    let mut tables = Tables::new(into, wanted.has(Format::Csv), wanted.has(Format::Parquet));
    briefing.add_to(&mut tables)?;
    tables.add_draws(prepared, outcomes)?;
    if wanted.has(Format::Xlsx) {
        into.write("workbook.xlsx", &workbook(prepared, briefing)?)?;
    }
    let shows = [
        Format::Html,
        Format::Md,
        Format::Docx,
        Format::Svg,
        Format::Png,
    ];
    if wanted.pdf.is_some() || wanted.has_any(&shows) {
        let figures = figures::of_run(prepared, outcomes, briefing)?;
        let paper = paper::of_run(prepared, briefing, &figures);
        add_paper(&paper, &figures, wanted, into)?;
    }
    if wanted.has(Format::Json) {
        into.write(RESULTS, &json::json(briefing))?;
    }
    Ok(tables.describe(&prepared.scenario.key, &briefing.title)?)
}

/// Writes the files of a comparison: the scenarios and the provenance, the wanted ones, and at last what
/// describes them all. It has no workbook and no `results.json`.
///
/// # Errors
/// When a file cannot be made or written.
pub fn of_comparison(
    comparison: &Comparison<'_>,
    briefing: &ComparisonBriefing,
    wanted: Wanted<'_>,
    into: &dyn Sink,
) -> Result<(), FolderError> {
    let mut tables = Tables::new(into, wanted.has(Format::Csv), wanted.has(Format::Parquet));
    tables.add(&comparison.pairs.concat())?;
    tables.add(&briefing.league)?;
    tables.add(&comparison.warnings)?;
    for (key, toml) in comparison.scenarios() {
        into.write(&format!("scenario-{key}.toml"), toml.as_bytes())?;
    }
    into.write(PROVENANCE, &json::json(&briefing.provenance))?;
    add_paper(&briefing.document, &briefing.figures, wanted, into)?;
    Ok(tables.describe("compare", "Proposals on the same luck")?)
}

/// Writes a paper in the formats that are wanted, and its charts.
///
/// # Errors
/// When a file cannot be made or written.
fn add_paper(
    paper: &Document,
    figures: &[Figure],
    wanted: Wanted<'_>,
    into: &dyn Sink,
) -> Result<(), FolderError> {
    if wanted.pdf.is_some() || wanted.has(Format::Html) {
        let page = document::html(paper);
        if wanted.has(Format::Html) {
            into.write("briefing.html", page.as_bytes())?;
        }
        if let Some(print) = wanted.pdf {
            into.write("briefing.pdf", &print(&page)?)?;
        }
    }
    if wanted.has(Format::Md) {
        into.write("briefing.md", document::markdown(paper).as_bytes())?;
    }
    // A picture costs far more than a drawing.
    let pictures = if wanted.has_any(&[Format::Docx, Format::Png]) {
        figures::pictures(figures)
    } else {
        BTreeMap::new()
    };
    if wanted.has(Format::Docx) {
        into.write("briefing.docx", &document::word(paper, &pictures)?)?;
    }
    for (name, bytes) in figures::files(figures, &pictures) {
        if Format::of_file(&name).is_some_and(|formats| wanted.has_any(formats)) {
            into.write(&name, &bytes)?;
        }
    }
    Ok(())
}

/// Writes the files of a search: every schedule found, what limits it, the caveats, the chart, the scenarios
/// of the best answers, the scenario and the provenance. `stated` is what the user stated of it.
///
/// # Errors
/// When a file cannot be made or written.
pub fn of_frontier(
    prepared: &Prepared,
    found: &Frontier,
    stated: &[String],
    into: &dyn Sink,
) -> Result<(), FolderError> {
    let scenario_toml = scenario_file::toml(&prepared.scenario);
    let provenance = results::provenance(prepared, &scenario_toml, stated)?;
    let mut tables = Tables::both(into);
    let all = frontier::tables(prepared, found);
    tables.add(&all.frontier)?;
    tables.add(&all.frontier_limits)?;
    tables.add(&all.warnings)?;
    add_charts(&[figures::of_frontier(prepared, found)], into)?;
    for (file, scenario) in frontier::best(prepared, found) {
        into.write(file, scenario_file::toml(&scenario).as_bytes())?;
    }
    into.write(SCENARIO, scenario_toml.as_bytes())?;
    into.write(PROVENANCE, &json::json(&provenance))?;
    Ok(tables.describe(&prepared.scenario.key, &prepared.scenario.title)?)
}

/// Writes charts as drawings and as pictures.
///
/// # Errors
/// When one cannot be written.
pub fn add_charts(figures: &[Figure], into: &dyn Sink) -> Result<(), OutputError> {
    let files = figures::files(figures, &figures::pictures(figures));
    (files.iter()).try_for_each(|(name, bytes)| into.write(name, bytes))
}
