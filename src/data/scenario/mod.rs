//! Scenarios: the only input that changes a number.
//!
//! [`RawScenario`] mirrors the file; [`Scenario`] is checked. All faults of a file are reported at
//! once, each with its line, the value, what is allowed, and the nearest name.

mod area_levels;
mod check;
mod evidence;
mod fault;
mod grid;
mod households;
pub mod medium_term;
mod raw;
mod schedule;

use std::collections::BTreeMap;
use std::path::Path;

pub use evidence::{BALLOTS_AND_SURVEYS, PRIORS_ONLY};
pub use fault::{ScenarioError, nearest};
pub use grid::{NotAVary, Varied, Vary, grid, point_name, varied_text};
pub use raw::RawScenario;

use super::households::Mapping;
use super::vintage::Levels;
use crate::domain::{
    Campaign, Detail, Distribution, FinancialYear, Learning, MediumTerm, Pence, Points, Poll,
    Proposal, Service, Share, Terms, UniformRise,
};
use check::Checker;
use fault::Faults;

/// A checked scenario. The authority and the vintage are looked up when it is run.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// Its short name.
    pub key: String,
    /// What is proposed.
    pub title: String,
    /// Where it comes from.
    pub source: String,
    /// Name or ONS code of the billing authority.
    pub authority: String,
    /// The year of the figures; the newest held where it is not stated.
    pub vintage: Option<String>,
    /// In what detail; where it is not stated, wards for a billing authority, and billing
    /// authorities for who precepts on several.
    pub by: Option<Detail>,
    /// The financial year voted on; the year after the figures where it is not stated.
    pub year: Option<FinancialYear>,
    /// What each band is to pay.
    pub proposal: Proposal,
    /// Terms of the proposal for some homes.
    pub terms: Terms,
    /// Whether the proposal says what band I is to pay; if not, it is treated as band H.
    pub band_i_stated: bool,
    /// Band D amounts that replace those of the vintage.
    pub levels: StatedLevels,
    /// The same by billing authority, of who precepts on several.
    pub area_levels: Vec<AreaLevels>,
    /// The rise that a No brings in.
    pub no: UniformRise,
    /// The rise of the other authorities on the bill.
    pub others: UniformRise,
    /// The kind of polling day.
    pub day: String,
    /// The usual turnout, where stated.
    pub turnout: Option<Share>,
    /// The name on the ballot paper, where stated.
    pub name_on_ballot: Option<String>,
    /// Inputs that replace the built-in ones.
    pub inputs: BTreeMap<String, Distribution>,
    /// Number of draws.
    pub draws: u32,
    /// Seed.
    pub seed: u64,
    /// Points that the draws are made of.
    pub points: Points,
    /// What the columns of the council's own extract mean, where stated.
    pub households: Option<Mapping>,
    /// What is asked of the years after the vote.
    pub medium_term: MediumTerm,
    /// Services that the money could buy.
    pub services: Vec<Service>,
    /// From which evidence the parameters of the vote are learned.
    pub learning: Learning,
    /// Polls on the proposal.
    pub polls: Vec<Poll>,
    /// What the campaign is taken to reach.
    pub campaign: Campaign,
}

/// What a scenario file says of a council's own extract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtractTable {
    /// What its columns mean, where stated.
    pub mapping: Option<Mapping>,
    /// The authority, where stated.
    pub authority: Option<String>,
    /// The year of the figures, where stated.
    pub vintage: Option<String>,
}

/// Band D amounts that a scenario states: where the vintage has worked them out, or a later budget
/// has changed them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StatedLevels {
    /// The authority's own, without parishes.
    pub own: Option<Pence>,
    /// The average of parishes.
    pub parishes: Option<Pence>,
    /// County council or Greater London Authority.
    pub county_or_gla: Option<Pence>,
    /// Police.
    pub police: Option<Pence>,
    /// Fire.
    pub fire: Option<Pence>,
    /// Combined authority.
    pub combined_authority: Option<Pence>,
}

/// Band D amounts that a scenario states of one billing authority's bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AreaLevels {
    /// Its name or ONS code.
    pub area: String,
    /// The amounts.
    pub levels: StatedLevels,
}

impl StatedLevels {
    /// Names and amounts, in the order of the file.
    pub fn named(&self) -> [(&'static str, Option<Pence>); 6] {
        [
            ("own", self.own),
            ("parishes", self.parishes),
            ("county_or_gla", self.county_or_gla),
            ("police", self.police),
            ("fire", self.fire),
            ("combined_authority", self.combined_authority),
        ]
    }

    /// Whether nothing is stated.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The amounts of a bill with those stated in their place; the whole is their sum.
    pub fn replace(&self, levels: Levels) -> Levels {
        if self.is_empty() {
            return levels;
        }
        let own = self.own.unwrap_or(levels.own);
        let parishes = self.parishes.unwrap_or(levels.own_incl_parish - levels.own);
        let replaced = Levels {
            own,
            own_incl_parish: own + parishes,
            county_or_gla: self.county_or_gla.unwrap_or(levels.county_or_gla),
            police: self.police.unwrap_or(levels.police),
            fire: self.fire.unwrap_or(levels.fire),
            combined_authority: self.combined_authority.unwrap_or(levels.combined_authority),
            ..levels
        };
        Levels {
            area: replaced.own_incl_parish
                + replaced.county_or_gla
                + replaced.police
                + replaced.fire
                + replaced.combined_authority,
            ..replaced
        }
    }
}

/// The most draws that one run may have.
pub const MOST_DRAWS: u32 = 1_000_000;
/// Draws where the scenario does not say.
pub const DEFAULT_DRAWS: u32 = 10_000;
const LONGEST_FILE: u64 = 1_000_000;

/// The commented example that `init` prints; a test holds its values to the defaults.
pub const EXAMPLE: &str = include_str!("../../../data/example.toml");

static BUILT_IN: [&str; 10] = [
    include_str!("../../../data/scenarios/williamson-2018.toml"),
    include_str!("../../../data/scenarios/gentle-efgh.toml"),
    include_str!("../../../data/scenarios/uniform-15.toml"),
    include_str!("../../../data/scenarios/max-without-vote.toml"),
    include_str!("../../../data/scenarios/scotland-2017.toml"),
    include_str!("../../../data/scenarios/westminster-band-h.toml"),
    include_str!("../../../data/scenarios/high-value-surcharge-2028.toml"),
    include_str!("../../../data/scenarios/fairer-share.toml"),
    include_str!("../../../data/scenarios/ippr-london-2019.toml"),
    include_str!("../../../data/scenarios/bedfordshire-2015.toml"),
];

/// The scenario that runs when none is named.
pub const DEFAULT_SCENARIO: &str = "williamson-2018";

/// Names that the checks compare against: uncertain inputs, kinds of polling day, past ballots and
/// ways of asking in a poll.
#[derive(Debug, Clone)]
pub struct Names<'a> {
    /// Names of uncertain inputs with the range of values that each can take.
    pub inputs: BTreeMap<&'a str, (f64, f64)>,
    /// Names of polling days.
    pub days: Vec<&'a str>,
    /// Keys of past ballots.
    pub ballots: Vec<&'a str>,
    /// Ways of asking in a poll, with their usual spread in log odds.
    pub poll_modes: Vec<(&'a str, f64)>,
    /// What is asked of the years after the vote where the scenario does not say.
    pub medium_term: &'a MediumTerm,
}

impl<'a> Names<'a> {
    /// The names that the assumptions hold.
    pub fn of(assumptions: &'a super::Assumptions) -> Self {
        Self {
            inputs: assumptions
                .inputs
                .iter()
                .map(|input| (input.name.as_str(), input.allowed))
                .collect(),
            days: assumptions
                .days()
                .iter()
                .map(|day| day.key.as_str())
                .collect(),
            ballots: assumptions.ballots.iter().map(String::as_str).collect(),
            poll_modes: assumptions
                .poll_modes
                .iter()
                .map(|mode| (mode.key.as_str(), mode.house_sd))
                .collect(),
            medium_term: &assumptions.medium_term,
        }
    }
}

impl Scenario {
    /// All built-in scenarios.
    ///
    /// # Errors
    /// When one is broken: a fault of the build.
    pub fn built_in(names: &Names<'_>) -> Result<Vec<Self>, ScenarioError> {
        BUILT_IN
            .iter()
            .map(|text| Self::parse("built-in scenario", text, names))
            .collect()
    }

    /// A built-in scenario by its key, or one in a TOML file.
    ///
    /// # Errors
    /// When there is neither, or the file is not a scenario.
    pub fn load(wanted: &str, names: &Names<'_>) -> Result<Self, ScenarioError> {
        Self::parse(wanted, &Self::text(wanted, names)?, names)
    }

    /// The text of a built-in scenario by its key, or of a TOML file.
    ///
    /// # Errors
    /// When there is neither, or the file cannot be read.
    pub fn text(wanted: &str, names: &Names<'_>) -> Result<String, ScenarioError> {
        let built_in = Self::built_in(names)?;
        let found = built_in.iter().position(|scenario| scenario.key == wanted);
        if let Some(position) = found {
            return Ok(BUILT_IN[position].to_owned());
        }
        let path = Path::new(wanted);
        let looks_like_file = wanted.ends_with(".toml") || path.components().count() > 1;
        if !path.exists() && !looks_like_file {
            let keys: Vec<&str> = built_in.iter().map(|one| one.key.as_str()).collect();
            return Err(ScenarioError::whole_file(
                wanted,
                format!(
                    "is neither a built-in scenario nor a file (built in: {}){}",
                    keys.join(", "),
                    nearest(wanted, &keys)
                ),
            ));
        }
        text_of(wanted)
    }

    /// The file of the council's own extract that it names; nothing where the published homes are taken.
    pub fn extract_file(&self) -> Option<&str> {
        self.households.as_ref()?.file.as_deref()
    }

    /// Reads a scenario from TOML; `name` stands in error messages.
    ///
    /// # Errors
    /// With every fault of the text.
    ///
    /// # Example
    /// ```
    /// use bandwise::data::{Assumptions, Scenario, scenario::Names};
    /// let assumptions = Assumptions::embedded()?;
    /// let names = Names::of(&assumptions);
    /// let text = "format = 1\nkey = \"x\"\nauthority = \"Derby\"\n\
    ///             [schedule]\nkind = \"freeze-target\"\nshare = 85\ntop_rise = 1.0\n";
    /// let error = Scenario::parse("x.toml", text, &names).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "x.toml:6:9: schedule.share: 85 is not a share (allowed: 0 to 1) [did you mean 0.85?]"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn parse(name: &str, text: &str, names: &Names<'_>) -> Result<Self, ScenarioError> {
        let mut faults = Faults::of(name, text);
        if text.trim().is_empty() {
            return Err(ScenarioError::whole_file(
                name,
                "is empty (print a scenario to start from with `bandwise init`)".to_owned(),
            ));
        }
        let Some(raw) = Self::raw(text, &mut faults) else {
            return faults.finish(None);
        };
        let scenario = Checker {
            nation: None,
            band_i_stated: false,
            faults: &mut faults,
            names,
        }
        .scenario(raw);
        faults.finish(scenario)
    }

    /// The `[households]` table of a scenario file, with its authority and vintage: the rest of the
    /// file may be missing.
    ///
    /// # Errors
    /// When the file is no scenario, or there is a fault in what is read of it.
    pub fn load_households(wanted: &str, names: &Names<'_>) -> Result<ExtractTable, ScenarioError> {
        let text = text_of(wanted)?;
        let mut faults = Faults::of(wanted, &text);
        let raw = match Self::raw(&text, &mut faults) {
            Some(raw) => raw,
            None => return faults.finish(None),
        };
        let mut checker = Checker {
            nation: None,
            band_i_stated: false,
            faults: &mut faults,
            names,
        };
        let authority = raw
            .authority
            .and_then(|name| checker.authority(name, raw.vintage.as_ref()));
        let mapping = raw.households.and_then(|table| checker.households(table));
        let vintage = raw.vintage.map(toml::Spanned::into_inner);
        faults.finish(Some(ExtractTable {
            mapping,
            authority,
            vintage,
        }))
    }

    /// The file as written; nothing, and a fault, where it is no TOML of this form.
    fn raw(text: &str, faults: &mut Faults<'_>) -> Option<RawScenario> {
        match toml::from_str(text) {
            Ok(raw) => Some(raw),
            Err(error) => {
                let start = error.span().map_or(0, |span| span.start);
                faults.at(start..start, syntax(error.message()));
                None
            }
        }
    }

    /// The financial year voted on, on the figures of a year.
    pub fn vote_year(&self, figures: FinancialYear) -> FinancialYear {
        self.year.unwrap_or_else(|| figures.next())
    }

    /// The same proposal for another authority. Its amounts, its usual turnout, its name on the
    /// ballot paper, its extract, its polls and its campaign are not the other's: they are left out,
    /// and the second value names those that were stated.
    pub fn for_authority(mut self, authority: &str) -> (Self, Vec<&'static str>) {
        authority.clone_into(&mut self.authority);
        let mut left_out = Vec::new();
        if !self.levels.is_empty() {
            self.levels = StatedLevels::default();
            left_out.push("levels");
        }
        if !self.area_levels.is_empty() {
            self.area_levels.clear();
            left_out.push("area_levels");
        }
        if self.turnout.take().is_some() {
            left_out.push("vote.turnout");
        }
        if self.name_on_ballot.take().is_some() {
            left_out.push("vote.name_on_ballot");
        }
        if self.households.take().is_some() {
            left_out.push("households");
        }
        left_out.extend(medium_term::forget_authority(&mut self));
        left_out.extend(evidence::forget_authority(&mut self));
        (self, left_out)
    }

    /// Leaves out what is of one year, for another vintage: amounts, and polls where the year voted on
    /// goes by the figures. Names what was stated.
    pub fn forget_amounts(&mut self) -> Vec<&'static str> {
        let mut left_out = Vec::new();
        if !self.levels.is_empty() {
            self.levels = StatedLevels::default();
            left_out.push("levels");
        }
        if !self.area_levels.is_empty() {
            self.area_levels.clear();
            left_out.push("area_levels");
        }
        if let Some(mapping) = &mut self.households
            && mapping.band_d.take().is_some()
        {
            left_out.push("households.band_d");
        }
        if self.year.is_none() && !self.polls.is_empty() {
            self.polls.clear();
            left_out.push("poll");
        }
        left_out
    }

    /// The JSON Schema of scenario files.
    pub fn json_schema() -> String {
        let schema = schemars::schema_for!(RawScenario);
        serde_json::to_string_pretty(&schema).expect("a schema is JSON")
    }
}

/// The text of a scenario file.
fn text_of(wanted: &str) -> Result<String, ScenarioError> {
    let path = Path::new(wanted);
    let whole = |text: String| ScenarioError::whole_file(wanted, text);
    let size =
        std::fs::metadata(path).map_err(|error| whole(format!("cannot be read: {error}")))?;
    if size.is_dir() {
        return Err(whole("is a folder, not a scenario file".to_owned()));
    }
    if size.len() > LONGEST_FILE {
        return Err(whole(format!(
            "is longer than {LONGEST_FILE} bytes: not a scenario"
        )));
    }
    let bytes = std::fs::read(path).map_err(|error| whole(format!("cannot be read: {error}")))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        whole(format!(
            "is not text: byte {} is not UTF-8 (a scenario is a TOML file)",
            error.utf8_error().valid_up_to()
        ))
    })?;
    Ok(text)
}

/// A message of the TOML reader, with the nearest allowed name where it lists them.
fn syntax(message: &str) -> String {
    let first_line = message.lines().next().unwrap_or("not TOML");
    let Some((head, list)) = first_line.split_once(", expected one of ") else {
        return match first_line.split_once("unknown field `") {
            Some((_, rest)) => {
                let name = rest.split('`').next().unwrap_or("");
                let allowed = rest.split('`').nth(2).unwrap_or("");
                format!("unknown key {name:?} (allowed: {allowed})")
            }
            None => plain(first_line),
        };
    };
    let allowed: Vec<&str> = list
        .split(", ")
        .map(|name| name.trim_matches('`'))
        .collect();
    let unknown = head.split('`').nth(1).unwrap_or("");
    format!(
        "unknown key {unknown:?} (allowed: {}){}",
        allowed.join(", "),
        nearest(unknown, &allowed)
    )
}

/// The reader's message without the names of our own types.
fn plain(message: &str) -> String {
    match message.split_once(", expected ") {
        Some((found, wanted)) if wanted.contains("Raw") => {
            format!("{found} (allowed: a section with keys of its own)")
        }
        Some((found, wanted)) => format!("{found} (allowed: {wanted})"),
        None => message.to_owned(),
    }
}
