//! The command line: names here are a contract.

use std::net::IpAddr;
use std::path::PathBuf;

use bandwise::data::scenario::{MOST_DRAWS, Vary};
use bandwise::domain::band::NotABand;
use bandwise::domain::{Band, Detail, Points, Rise};
use bandwise::report::folder;
use bandwise::simulation::synthetic::MOST_ROWS;
use clap::{Args, Parser, Subcommand, ValueEnum};

/// Models progressive council tax: what a banded schedule would raise, whom it would freeze,
/// whether it is lawful, and the probability of winning the referendum.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    after_help = "Exit codes: 0 done, 2 wrong usage, 65 bad input, 70 a fault of bandwise, \
                  73 results cannot be written, 130 stopped with Ctrl-C."
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Simulates a proposal: prints a card and writes tables.
    Run(RunArgs),
    /// Compares proposals on the same luck: paired differences.
    Compare(CompareArgs),
    /// Applies scenarios to many authorities: one row each, in parts that a later start goes on with.
    ///
    /// The jobs are every scenario for every authority. A finished part is kept: started again with
    /// the same arguments and the same --out, the sweep does what is missing, whatever ended it
    /// before. A job that fails is listed in failures.csv and stops no other; the exit code is 0 as
    /// soon as one job has succeeded, and 65 when all have failed.
    Sweep(SweepArgs),
    /// Joins the shards of a sweep to the files that the whole sweep writes.
    Merge(MergeArgs),
    /// Prints the ballot paper, the legal route, the budgets and the calendar.
    Ballot(ScenarioArgs),
    /// Shows which unknowns make the result uncertain, and by how much.
    Sensitivity(SensitivityArgs),
    /// Searches what to propose: most yield at each probability of winning.
    Frontier(FrontierArgs),
    /// Learns the parameters of the vote from past ballots and surveys.
    Calibrate(CalibrateArgs),
    /// Predicts each past ballot from the others, and the statutory one area by area.
    Backtest(BacktestArgs),
    /// Checks a council's own extract, reconciles it and compresses it to cells.
    Households(HouseholdsArgs),
    /// Shows, checks and imports the figures that everything rests on.
    #[command(subcommand)]
    Data(DataCommand),
    /// Prints a commented scenario to start from.
    Init(InitArgs),
    /// Checks a scenario and prints it as understood.
    Check(ScenarioArgs),
    /// Prints the JSON Schema of scenario files.
    Schema,
    /// Lists the built-in scenarios.
    Scenarios,
    /// Serves a page on which a proposal is tried: for this machine only, until Ctrl-C.
    Serve(ServeArgs),
}

/// Which scenario, and what of it to replace.
#[derive(Debug, Args)]
pub struct ScenarioArgs {
    /// The key of a built-in scenario, or a TOML file.
    #[arg(default_value = bandwise::data::scenario::DEFAULT_SCENARIO)]
    pub scenario: String,
    #[command(flatten)]
    pub replace: Replace,
}

/// What the command line replaces in a scenario. Each is echoed in the provenance.
#[derive(Debug, Args)]
pub struct Replace {
    /// Take this authority: name or ONS code of a billing authority, county, police or fire
    /// authority (`data show authorities --csv` and `data show preceptors --csv` have all).
    #[arg(long, value_name = "NAME-or-CODE")]
    pub authority: Option<String>,
    /// Model in this detail: ward, lsoa, msoa or authority (default: wards of a billing authority).
    #[arg(long, value_name = "DETAIL")]
    pub by: Option<Detail>,
    /// Take the figures of this year, such as 2023-24 (default: the newest held).
    #[arg(long, value_name = "YEAR")]
    pub vintage: Option<String>,
    /// Learn nothing from past ballots and surveys: take the vote as first believed.
    #[arg(long)]
    pub priors_only: bool,
}

/// How much to simulate. Each replacement is echoed in the provenance.
#[derive(Debug, Default, Args)]
pub struct Luck {
    /// Make this many draws of luck (default 10,000; at most 1,000,000).
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_DRAWS)))]
    pub draws: Option<u32>,
    /// Take this seed (default 1): the same seed gives the same results.
    #[arg(long, value_name = "S")]
    pub seed: Option<u64>,
    /// Make the draws of these points: random (default), or sobol for a smaller error from as many
    /// draws.
    #[arg(long, value_name = "POINTS")]
    pub points: Option<Points>,
}

/// Where results go.
#[derive(Debug, Args)]
pub struct Output {
    /// Write the results into this folder; without it, into a new one under bandwise-out.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Replace the results of an earlier run; nothing but results is ever replaced.
    #[arg(long)]
    pub force: bool,
    /// Use this many threads; the results do not depend on it.
    #[arg(long, value_name = "T", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
}

#[derive(Debug, Args)]
pub struct RunArgs {
    #[command(flatten)]
    pub scenario: ScenarioArgs,
    #[command(flatten)]
    pub luck: Luck,
    #[command(flatten)]
    pub output: Output,
    /// Write these formats only.
    #[arg(
        long,
        value_name = "FORMAT",
        value_delimiter = ',',
        default_value = "csv,parquet,xlsx,json,html,md,docx,charts"
    )]
    pub format: Vec<Format>,
}

/// A format of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Tables, with a data package that describes them.
    Csv,
    /// Every table, and every draw.
    Parquet,
    /// A workbook with the working in live formulas.
    Xlsx,
    /// Everything in one file.
    Json,
    /// The briefing as one page for a browser, to read and to print.
    Html,
    /// The briefing as Markdown; its charts are those of `charts`.
    Md,
    /// The briefing as a Word document.
    Docx,
    /// Every chart as SVG and PNG.
    Charts,
    /// The briefing as PDF, printed by an installed Chromium, Chrome or Edge: only when asked for.
    Pdf,
}

impl Format {
    /// The formats of its files. What prints a PDF is no matter of the library.
    pub const fn files(self) -> &'static [folder::Format] {
        match self {
            Self::Csv => &[folder::Format::Csv],
            Self::Parquet => &[folder::Format::Parquet],
            Self::Xlsx => &[folder::Format::Xlsx],
            Self::Json => &[folder::Format::Json],
            Self::Html => &[folder::Format::Html],
            // What a Markdown paper shows lies beside it.
            Self::Md => &[folder::Format::Md, folder::Format::Svg, folder::Format::Png],
            Self::Docx => &[folder::Format::Docx],
            Self::Charts => &[folder::Format::Svg, folder::Format::Png],
            Self::Pdf => &[],
        }
    }
}

#[derive(Debug, Args)]
pub struct CompareArgs {
    /// Keys of built-in scenarios, or TOML files: two or more.
    #[arg(required = true, num_args = 2.., value_name = "SCENARIO")]
    pub scenarios: Vec<String>,
    #[command(flatten)]
    pub replace: Replace,
    #[command(flatten)]
    pub luck: Luck,
    #[command(flatten)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct SweepArgs {
    /// Keys of built-in scenarios, or TOML files.
    #[arg(required = true, value_name = "SCENARIO")]
    pub scenarios: Vec<String>,
    #[command(flatten)]
    pub authorities: SweepAuthorities,
    /// Vary a key of the scenarios' files, such as no.rise=0,0.02; given again, all values of
    /// each with all of the others.
    #[arg(long, value_name = "KEY=V1,V2,...")]
    pub vary: Vec<Vary>,
    /// Model in this detail: ward, lsoa, msoa or authority (default: wards).
    #[arg(long, value_name = "DETAIL")]
    pub by: Option<Detail>,
    /// Take the figures of this year, such as 2023-24 (default: the newest held).
    #[arg(long, value_name = "YEAR")]
    pub vintage: Option<String>,
    /// Learn nothing from past ballots and surveys: take the vote as first believed.
    #[arg(long)]
    pub priors_only: bool,
    #[command(flatten)]
    pub luck: Luck,
    /// Do shard I of N only: every N-th part from the I-th, into a folder of its own; `bandwise
    /// merge` joins them.
    #[arg(long, value_name = "I/N", value_parser = shard)]
    pub shard: Option<(usize, usize)>,
    /// Write after so many jobs: what a kill may lose.
    #[arg(long, value_name = "JOBS", default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub jobs_per_part: u32,
    /// Write the results into this folder, and go on with a sweep that it holds; without it, into
    /// one under bandwise-out that is named after what is swept.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Remove another sweep that the folder holds, with all its finished parts; nothing but a sweep is
    /// ever removed.
    #[arg(long)]
    pub force: bool,
    /// Use this many threads; the results do not depend on it.
    #[arg(long, value_name = "T", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
}

/// Which authorities a sweep is over.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct SweepAuthorities {
    /// Take all billing authorities of England and Wales.
    #[arg(long)]
    pub all: bool,
    /// Take those of a file: a name or an ONS code a line.
    #[arg(long, value_name = "FILE")]
    pub authorities: Option<PathBuf>,
    /// Take this billing authority: name or ONS code; may be given again.
    #[arg(long, value_name = "NAME-or-CODE")]
    pub authority: Vec<String>,
}

/// `I/N`, from 1/1 up to N/N.
fn shard(text: &str) -> Result<(usize, usize), String> {
    let allowed = "allowed: I/N with I from 1 to N, such as 1/3";
    let (shard, of) = text.split_once('/').ok_or(allowed)?;
    let whole = |text: &str| text.parse::<usize>().map_err(|_| allowed.to_owned());
    let (shard, of) = (whole(shard)?, whole(of)?);
    if (1..=of).contains(&shard) {
        Ok((shard, of))
    } else {
        Err(allowed.to_owned())
    }
}

#[derive(Debug, Args)]
pub struct MergeArgs {
    /// Write the joined results into this folder; it may be one of the shards.
    pub out: PathBuf,
    /// The folders of the shards.
    #[arg(required = true, value_name = "SHARD_DIR")]
    pub shards: Vec<PathBuf>,
    /// Remove another sweep that the folder holds, with all its finished parts; nothing but a sweep is
    /// ever removed.
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, Args)]
pub struct SensitivityArgs {
    #[command(flatten)]
    pub scenario: ScenarioArgs,
    /// Make this many rows of the design: each takes some forty evaluations of the model.
    #[arg(long, value_name = "N", default_value_t = 2_048, value_parser = clap::value_parser!(u32).range(256..=65_536))]
    pub draws: u32,
    /// Take this seed (default 1): the same seed gives the same results.
    #[arg(long, value_name = "S")]
    pub seed: Option<u64>,
    #[command(flatten)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct FrontierArgs {
    #[command(flatten)]
    pub scenario: ScenarioArgs,
    /// Keep at least this share of homes frozen in the council's own part, such as 0.85 (default:
    /// as many as the proposal freezes). Bands are frozen whole, cheapest first.
    #[arg(long, value_name = "SHARE")]
    pub frozen: Option<f64>,
    /// Keep the Kakwani index of the council's own part at this or above (0 is as progressive as
    /// income is shared out; `run` states it in summary.csv).
    #[arg(long, value_name = "INDEX", allow_negative_numbers = true, value_parser = index)]
    pub progressivity: Option<f64>,
    /// Let the headline rise by this at most, such as 0.15 for 15% (default: 1, or the proposal's
    /// where that is more).
    #[arg(long, value_name = "RISE")]
    pub most_headline: Option<f64>,
    /// Let a band rise by this at most, such as D=0.1 for 10%; may be given again.
    #[arg(long, value_name = "BAND=RISE", value_parser = band_and_rise)]
    pub most_rise: Vec<(Band, Rise)>,
    /// Let no full bill of the council's own part rise by more pounds a year.
    #[arg(long, value_name = "POUNDS")]
    pub most_pounds: Option<String>,
    /// Search on this many draws; what is found is then run on the scenario's own.
    #[arg(long, value_name = "N", default_value_t = 2_048, value_parser = clap::value_parser!(u32).range(100..=20_000))]
    pub search_draws: u32,
    #[command(flatten)]
    pub luck: Luck,
    #[command(flatten)]
    pub output: Output,
}

fn index(text: &str) -> Result<f64, String> {
    let found = text.parse::<f64>().ok();
    found
        .filter(|index| (-2.0..=1.0).contains(index))
        .ok_or_else(|| format!("{text:?} is no index (allowed: -2 to 1)"))
}

fn band_and_rise(text: &str) -> Result<(Band, Rise), String> {
    let (band, rise) = text
        .split_once('=')
        .ok_or_else(|| format!("{text:?} is no band and rise (allowed: such as D=0.1)"))?;
    let band: Band = band.parse().map_err(|error: NotABand| error.to_string())?;
    let rise = rise
        .parse::<f64>()
        .map_err(|_| format!("{rise:?} is no rise (allowed: 0 to 3, where 0.15 is 15%)"))?;
    let rise = Rise::new(rise).map_err(|error| error.to_string())?;
    if rise < Rise::FREEZE {
        return Err(format!(
            "{rise} is a cut (allowed: 0 to 3, where 0.15 is 15%)"
        ));
    }
    Ok((band, rise))
}

#[derive(Debug, Args)]
pub struct CalibrateArgs {
    /// Learn without this ballot (`data show ballots` has their keys); may be given again.
    #[arg(long, value_name = "BALLOT")]
    pub leave_out: Vec<String>,
    #[command(flatten)]
    pub effort: EffortArgs,
    #[command(flatten)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct BacktestArgs {
    #[command(flatten)]
    pub effort: EffortArgs,
    #[command(flatten)]
    pub output: Output,
}

/// How much work learning from evidence does.
#[derive(Debug, Args)]
pub struct EffortArgs {
    /// Make this many draws in each round.
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(2_000..=i64::from(MOST_DRAWS)))]
    pub draws: u32,
    /// Fit in this many rounds, the first from the priors.
    #[arg(long, value_name = "R", default_value_t = 5, value_parser = clap::value_parser!(u8).range(2..=20))]
    pub rounds: u8,
    /// Take this seed: the same seed gives the same results.
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
}

#[derive(Debug, Args)]
pub struct HouseholdsArgs {
    /// The extract: a CSV or a Parquet file, one row a home or a group of homes with their count.
    pub file: PathBuf,
    /// Take the mapping from the [households] table of this scenario (and its authority and
    /// vintage); without it, columns are understood by their names.
    #[arg(long, value_name = "FILE")]
    pub scenario: Option<String>,
    #[command(flatten)]
    pub replace: Replace,
    /// Go on where more than 5% of rows are refused: every figure is then without them.
    #[arg(long)]
    pub accept_refused: bool,
    /// Write an invented extract of so many homes to FILE, with the margins of the authority.
    #[arg(long, value_name = "ROWS", value_parser = clap::value_parser!(u64).range(1..=MOST_ROWS))]
    pub synthetic: Option<u64>,
    /// The seed of an invented extract: the same seed gives the same file.
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    /// Write the results into this folder; without it, into a new one under bandwise-out.
    #[arg(long, value_name = "DIR", conflicts_with = "synthetic")]
    pub out: Option<PathBuf>,
    /// Replace the results of an earlier run; nothing but results is ever replaced.
    #[arg(long, conflicts_with = "synthetic")]
    pub force: bool,
}

#[derive(Debug, Subcommand)]
pub enum DataCommand {
    /// Lists the tables: what they hold, from where, of what date and standing.
    List,
    /// Shows one table: its columns and its first rows.
    Show {
        /// The name of the table, as `data list` gives it.
        table: String,
        /// Print the whole table as CSV and nothing else.
        #[arg(long)]
        csv: bool,
    },
    /// Adds every published total up again.
    Check {
        /// The year of the figures; the newest where it is not given.
        #[arg(long, value_name = "YEAR")]
        vintage: Option<String>,
    },
    /// Prints what every column of every table says, as Markdown.
    Dictionary,
    /// Makes the tables of wards and of lower and middle layer areas from figures of all councils.
    SmallAreas(TablesArgs),
    /// Makes the tables of maps: authorities as hexagons, outlines of wards.
    Boundaries(TablesArgs),
    /// Reads official releases as published and installs them as a vintage of yours.
    Import(ImportArgs),
}

#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The files, recognised by their content: VOA stock of properties (CTSOP), council tax base
    /// return, council tax requirement or levels (Table 9), band D over the years.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Call the vintage this: letters, digits and hyphens (default: the year of its amounts
    /// with -imported).
    #[arg(long, value_name = "NAME", conflicts_with = "into")]
    pub name: Option<String>,
    /// Carry what no file gives forward from this vintage (default: the newest embedded that is
    /// not of a later year).
    #[arg(long, value_name = "VINTAGE", conflicts_with = "into")]
    pub base: Option<String>,
    /// Write compiled tables into this folder instead, as the project does for its own.
    #[arg(long, value_name = "DIR")]
    pub into: Option<PathBuf>,
    /// Replace a vintage of that name, or tables that are there.
    #[arg(long)]
    pub force: bool,
}

/// Files to read and where to put the tables made of them.
#[derive(Debug, Args)]
pub struct TablesArgs {
    /// The files, recognised by their content; they may be packed with gzip.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The folder for the tables.
    #[arg(long, value_name = "DIR")]
    pub into: PathBuf,
    /// Replace tables that are there.
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Listen on this port; 0 picks a free one and prints it.
    #[arg(long, value_name = "N", default_value_t = 8642)]
    pub port: u16,
    /// Do not open the page in a browser.
    #[arg(long)]
    pub no_open: bool,
    /// Listen on this address instead of this machine's own: others can then use the page.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub bind: IpAddr,
    /// Answer to this name as well, as where another server stands in front; may be given again.
    #[arg(long, value_name = "NAME")]
    pub host: Vec<String>,
}

#[derive(Debug, Args)]
pub struct InitArgs {
    /// Write the scenario to this file; without it, print it.
    pub file: Option<PathBuf>,
    /// Replace the file if it exists.
    #[arg(long)]
    pub force: bool,
}
