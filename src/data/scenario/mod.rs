//! Scenarios: the only input that changes a number.
//!
//! [`RawScenario`] mirrors the file; [`Scenario`] is checked. All faults of a file are reported at
//! once, each with its line, the value, what is allowed, and the nearest name.

mod fault;
mod raw;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use toml::{Spanned, Value};

pub use fault::{ScenarioError, nearest};
pub use raw::RawScenario;

use crate::domain::distribution::FORMS;
use crate::domain::{Band, ByBand, Distribution, FreezeShape, Proposal, Rise, Share, UniformRise};
use fault::Faults;
use raw::{RawDistribution, RawSchedule};

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
    /// What each band is to pay.
    pub proposal: Proposal,
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
}

/// The most draws that one run may have.
pub const MOST_DRAWS: u32 = 1_000_000;
/// Draws where the scenario does not say.
pub const DEFAULT_DRAWS: u32 = 10_000;
const FORMAT: i64 = 1;
const LARGEST: &str = "largest-without-vote";
const KINDS: [&str; 4] = [
    "headline-with-relief",
    "band-rises",
    "uniform",
    "freeze-target",
];
const LONGEST_FILE: u64 = 1_000_000;

/// The commented example that `init` prints; a test holds its values to the defaults.
pub const EXAMPLE: &str = include_str!("../../../data/example.toml");

static BUILT_IN: [&str; 4] = [
    include_str!("../../../data/scenarios/williamson-2018.toml"),
    include_str!("../../../data/scenarios/gentle-efgh.toml"),
    include_str!("../../../data/scenarios/uniform-15.toml"),
    include_str!("../../../data/scenarios/max-without-vote.toml"),
];

/// The scenario that runs when none is named.
pub const DEFAULT_SCENARIO: &str = "williamson-2018";

/// Names that the checks compare against: uncertain inputs and kinds of polling day.
#[derive(Debug, Clone)]
pub struct Names<'a> {
    /// Names of uncertain inputs with the range of values that each can take.
    pub inputs: BTreeMap<&'a str, (f64, f64)>,
    /// Names of polling days.
    pub days: Vec<&'a str>,
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
        let built_in = Self::built_in(names)?;
        if let Some(found) = built_in.iter().find(|scenario| scenario.key == wanted) {
            return Ok(found.clone());
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
        let bytes =
            std::fs::read(path).map_err(|error| whole(format!("cannot be read: {error}")))?;
        let text = String::from_utf8(bytes).map_err(|error| {
            whole(format!(
                "is not text: byte {} is not UTF-8 (a scenario is a TOML file)",
                error.utf8_error().valid_up_to()
            ))
        })?;
        Self::parse(wanted, &text, names)
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
        let raw: RawScenario = match toml::from_str(text) {
            Ok(raw) => raw,
            Err(error) => {
                let start = error.span().map_or(0, |span| span.start);
                faults.at(start..start, syntax(error.message()));
                return faults.finish(None);
            }
        };
        let scenario = Checker {
            faults: &mut faults,
            names,
        }
        .scenario(raw);
        faults.finish(scenario)
    }

    /// The JSON Schema of scenario files.
    pub fn json_schema() -> String {
        let schema = schemars::schema_for!(RawScenario);
        serde_json::to_string_pretty(&schema).expect("a schema is JSON")
    }

    /// Checks that an override of draws is in range.
    pub fn draws_allowed(draws: i64) -> Option<u32> {
        u32::try_from(draws)
            .ok()
            .filter(|draws| (1..=MOST_DRAWS).contains(draws))
    }
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

/// Turns a raw scenario into a checked one, noting every fault.
struct Checker<'a, 'b> {
    faults: &'a mut Faults<'b>,
    names: &'a Names<'a>,
}

impl Checker<'_, '_> {
    fn scenario(&mut self, raw: RawScenario) -> Option<Scenario> {
        match &raw.format {
            None => self
                .faults
                .missing(format!("format is missing (allowed: {FORMAT})")),
            Some(format) if *format.get_ref() != FORMAT => {
                let text = format!(
                    "format: {} is not known (allowed: {FORMAT})",
                    format.get_ref()
                );
                self.faults.at(format.span(), text);
            }
            Some(_) => {}
        }
        let key = match raw.key {
            None => {
                self.faults
                    .missing("key is missing (a short name without spaces)".to_owned());
                None
            }
            Some(key) => self.key(key),
        };
        if raw.authority.is_none() {
            self.faults
                .missing("authority is missing (a council's name or ONS code)".to_owned());
        }
        let authority = self.not_blank("authority", raw.authority);
        let title = self.not_blank("title", raw.title);
        let source = self.not_blank("source", raw.source);
        if let Some(vintage) = &raw.vintage
            && let Err(error) = vintage.get_ref().parse::<crate::domain::FinancialYear>()
        {
            self.faults.at(vintage.span(), format!("vintage: {error}"));
        }
        let proposal = match raw.schedule {
            None => {
                self.faults.missing(format!(
                    "[schedule] is missing (its kind is one of {})",
                    KINDS.join(", ")
                ));
                None
            }
            Some(schedule) => self.proposal(schedule),
        };
        let no = self.uniform("no.rise", raw.no.and_then(|no| no.rise));
        let others = self.uniform("others.rise", raw.others.and_then(|others| others.rise));
        let (day, turnout, name_on_ballot) = match raw.vote {
            None => (None, None, None),
            Some(vote) => (
                vote.day.and_then(|day| self.day(day)),
                vote.turnout.and_then(|turnout| self.turnout(&turnout)),
                vote.name_on_ballot
                    .and_then(|name| self.not_blank("vote.name_on_ballot", Some(name))),
            ),
        };
        let inputs = self.inputs(raw.inputs.unwrap_or_default());
        let (draws, seed) = match raw.simulation {
            None => (None, None),
            Some(simulation) => (
                simulation.draws.and_then(|draws| self.draws(&draws)),
                simulation.seed.and_then(|seed| self.seed(&seed)),
            ),
        };
        let key = key?;
        Some(Scenario {
            title: title.unwrap_or_else(|| key.clone()),
            source: source.unwrap_or_default(),
            key,
            authority: authority?,
            vintage: raw.vintage.map(Spanned::into_inner),
            proposal: proposal?,
            no: no.unwrap_or(UniformRise::LargestWithoutVote),
            others: others.unwrap_or(UniformRise::LargestWithoutVote),
            day: day.unwrap_or_else(|| self.names.days[0].to_owned()),
            turnout,
            name_on_ballot,
            inputs,
            draws: draws.unwrap_or(DEFAULT_DRAWS),
            seed: seed.unwrap_or(1),
        })
    }

    fn key(&mut self, key: Spanned<String>) -> Option<String> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let text = key.get_ref();
        if !text.is_empty() && text.len() <= 60 && text.bytes().all(fits) {
            return Some(key.into_inner());
        }
        self.faults.at(
            key.span(),
            format!("key: {text:?} is not a key (allowed: small letters, digits and hyphens, at most 60)"),
        );
        None
    }

    fn not_blank(&mut self, what: &str, text: Option<Spanned<String>>) -> Option<String> {
        const LONGEST: usize = 200;
        let text = text?;
        let content = text.get_ref();
        let fits = !content.trim().is_empty()
            && content.chars().count() <= LONGEST
            && !content.contains(char::is_control);
        if !fits {
            self.faults.at(
                text.span(),
                format!(
                    "{what}: not a line of text (allowed: 1 to {LONGEST} printable characters)"
                ),
            );
            return None;
        }
        Some(text.into_inner())
    }

    fn proposal(&mut self, mut raw: RawSchedule) -> Option<Proposal> {
        let Some(kind) = raw.kind.take() else {
            self.faults.missing(format!(
                "schedule.kind is missing (allowed: {})",
                KINDS.join(", ")
            ));
            return None;
        };
        let own: &[&str] = match kind.get_ref().as_str() {
            "headline-with-relief" => &["headline_rise", "relief"],
            "band-rises" => &["rises"],
            "uniform" => &["rise"],
            "freeze-target" => &["share", "top_rise", "shape"],
            other => {
                let text = format!(
                    "schedule.kind: {other:?} is no kind of schedule (allowed: {}){}",
                    KINDS.join(", "),
                    nearest(other, &KINDS)
                );
                self.faults.at(kind.span(), text);
                return None;
            }
        };
        let given = [
            (
                "headline_rise",
                raw.headline_rise.as_ref().map(Spanned::span),
            ),
            ("relief", raw.relief.as_ref().map(Spanned::span)),
            ("rises", raw.rises.as_ref().map(Spanned::span)),
            ("rise", raw.rise.as_ref().map(Spanned::span)),
            ("share", raw.share.as_ref().map(Spanned::span)),
            ("top_rise", raw.top_rise.as_ref().map(Spanned::span)),
            ("shape", raw.shape.as_ref().map(Spanned::span)),
        ];
        for (name, span) in given {
            match span {
                Some(span) if !own.contains(&name) => self.faults.at(
                    span,
                    format!(
                        "schedule.{name} does not belong to {} (allowed: {})",
                        kind.get_ref(),
                        own.join(", ")
                    ),
                ),
                None if own.contains(&name) && name != "shape" => {
                    self.faults
                        .missing(format!("schedule.{name} is missing for {}", kind.get_ref()));
                }
                _ => {}
            }
        }
        match kind.get_ref().as_str() {
            "headline-with-relief" => {
                let headline = self.no_cut("schedule.headline_rise", raw.headline_rise.as_ref()?);
                let relief = self.by_band("schedule.relief", raw.relief?, Self::share);
                Some(Proposal::HeadlineWithRelief {
                    headline: headline?,
                    relief: relief?,
                })
            }
            "band-rises" => {
                let rises = self.by_band("schedule.rises", raw.rises?, Self::no_cut)?;
                Some(Proposal::BandRises(rises))
            }
            "uniform" => self
                .uniform("schedule.rise", Some(raw.rise?))
                .map(Proposal::Uniform),
            _ => {
                let share = raw
                    .share
                    .and_then(|value| self.share("schedule.share", &value));
                let top = raw
                    .top_rise
                    .and_then(|value| self.no_cut("schedule.top_rise", &value));
                let shape = match raw.shape.as_ref().map(|shape| shape.get_ref().as_str()) {
                    None | Some("steps") => FreezeShape::Steps,
                    Some("equal") => FreezeShape::Equal,
                    Some(other) => {
                        let span = raw.shape.as_ref().map_or(0..0, Spanned::span);
                        let text = format!(
                            "schedule.shape: {other:?} is no shape (allowed: steps, equal){}",
                            nearest(other, &["steps", "equal"])
                        );
                        self.faults.at(span, text);
                        return None;
                    }
                };
                Some(Proposal::FreezeTarget {
                    share: share?,
                    top_rise: top?,
                    shape,
                })
            }
        }
    }

    fn by_band<T>(
        &mut self,
        what: &str,
        raw: Spanned<BTreeMap<Spanned<String>, Spanned<Value>>>,
        read: impl Fn(&mut Self, &str, &Spanned<Value>) -> Option<T>,
    ) -> Option<ByBand<T>> {
        let span = raw.span();
        let mut values: BTreeMap<Band, Option<T>> = BTreeMap::new();
        for (name, value) in raw.into_inner() {
            match name.get_ref().parse::<Band>() {
                Ok(band) => {
                    let read = read(self, &format!("{what}.{band}"), &value);
                    values.insert(band, read);
                }
                Err(error) => self.faults.at(name.span(), format!("{what}: {error}")),
            }
        }
        let missing: Vec<String> = Band::ALL
            .into_iter()
            .filter(|band| !values.contains_key(band))
            .map(|band| band.to_string())
            .collect();
        if !missing.is_empty() {
            let text = format!(
                "{what}: band {} is missing (state all eight: 0.0 freezes a band)",
                missing.join(", ")
            );
            self.faults.at(span, text);
            return None;
        }
        let mut complete: Vec<T> = values.into_values().collect::<Option<_>>()?;
        complete.reverse();
        Some(ByBand::from_fn(|_| {
            complete.pop().expect("one value for each band")
        }))
    }

    fn number(&mut self, what: &str, value: &Spanned<Value>) -> Option<f64> {
        match value.get_ref() {
            Value::Float(number) => Some(*number),
            Value::Integer(number) => Some(*number as f64),
            other => {
                let given = other.type_str();
                let text = format!("{what}: a {given} was given (allowed: a number)");
                self.faults.at(value.span(), text);
                None
            }
        }
    }

    fn rise(&mut self, what: &str, value: &Spanned<Value>) -> Option<Rise> {
        let number = self.number(what, value)?;
        self.kept(what, value, Rise::new(number))
    }

    /// A rise of nothing or more: relief gives back part of an increase, so it cannot cut a bill.
    fn no_cut(&mut self, what: &str, value: &Spanned<Value>) -> Option<Rise> {
        let rise = self.rise(what, value)?;
        if rise >= Rise::FREEZE {
            return Some(rise);
        }
        let text = format!(
            "{what}: a cut of {rise} cannot be had by relief, which gives back part of an increase \
             (allowed: 0 to 3; the kind uniform can cut all bands alike)"
        );
        self.faults.at(value.span(), text);
        None
    }

    fn share(&mut self, what: &str, value: &Spanned<Value>) -> Option<Share> {
        let number = self.number(what, value)?;
        self.kept(what, value, Share::new(number))
    }

    fn kept<T, E: std::fmt::Display>(
        &mut self,
        what: &str,
        value: &Spanned<Value>,
        result: Result<T, E>,
    ) -> Option<T> {
        match result {
            Ok(kept) => Some(kept),
            Err(error) => {
                self.faults.at(value.span(), format!("{what}: {error}"));
                None
            }
        }
    }

    fn uniform(&mut self, what: &str, value: Option<Spanned<Value>>) -> Option<UniformRise> {
        let value = value?;
        match value.get_ref() {
            Value::String(word) if word == LARGEST => Some(UniformRise::LargestWithoutVote),
            Value::String(word) => {
                let text = format!(
                    "{what}: {word:?} is not a rise (allowed: a number, or {LARGEST:?}){}",
                    nearest(word, &[LARGEST])
                );
                self.faults.at(value.span(), text);
                None
            }
            _ => self.rise(what, &value).map(UniformRise::Stated),
        }
    }

    fn day(&mut self, day: Spanned<String>) -> Option<String> {
        if self.names.days.contains(&day.get_ref().as_str()) {
            return Some(day.into_inner());
        }
        let text = format!(
            "vote.day: {:?} is no kind of polling day (allowed: {}){}",
            day.get_ref(),
            self.names.days.join(", "),
            nearest(day.get_ref(), &self.names.days)
        );
        self.faults.at(day.span(), text);
        None
    }

    fn turnout(&mut self, value: &Spanned<Value>) -> Option<Share> {
        let turnout = self.share("vote.turnout", value)?;
        if (0.01..=0.99).contains(&turnout.value()) {
            return Some(turnout);
        }
        let text = format!(
            "vote.turnout: {} is no turnout (allowed: 0.01 to 0.99)",
            turnout.value()
        );
        self.faults.at(value.span(), text);
        None
    }

    fn draws(&mut self, value: &Spanned<Value>) -> Option<u32> {
        let allowed = value
            .get_ref()
            .as_integer()
            .and_then(Scenario::draws_allowed);
        if allowed.is_none() {
            let text = format!(
                "simulation.draws: {} is no number of draws (allowed: whole numbers from 1 to {MOST_DRAWS})",
                value.get_ref()
            );
            self.faults.at(value.span(), text);
        }
        allowed
    }

    fn seed(&mut self, value: &Spanned<Value>) -> Option<u64> {
        let seed = value
            .get_ref()
            .as_integer()
            .and_then(|seed| u64::try_from(seed).ok());
        if seed.is_none() {
            let text = format!(
                "simulation.seed: {} is no seed (allowed: whole numbers from 0)",
                value.get_ref()
            );
            self.faults.at(value.span(), text);
        }
        seed
    }

    fn inputs(
        &mut self,
        raw: BTreeMap<Spanned<String>, RawDistribution>,
    ) -> BTreeMap<String, Distribution> {
        let mut inputs = BTreeMap::new();
        let known: Vec<&str> = self.names.inputs.keys().copied().collect();
        for (name, distribution) in raw {
            let Some(range) = self.names.inputs.get(name.get_ref().as_str()).copied() else {
                let text = format!(
                    "inputs: {:?} is no uncertain input (allowed: {}){}",
                    name.get_ref(),
                    known.join(", "),
                    nearest(name.get_ref(), &known)
                );
                self.faults.at(name.span(), text);
                continue;
            };
            let span = name.span();
            let name = name.into_inner();
            if let Some(distribution) = self.distribution(&name, &span, distribution) {
                let (low, high) = distribution.range_of_draws();
                if low < range.0 || high > range.1 {
                    let text = format!(
                        "inputs.{name}: {distribution} gives values from {low:.3} to {high:.3} \
                         (allowed: {} to {})",
                        range.0, range.1
                    );
                    self.faults.at(span, text);
                } else {
                    inputs.insert(name, distribution);
                }
            }
        }
        inputs
    }

    fn distribution(
        &mut self,
        name: &str,
        span: &std::ops::Range<usize>,
        raw: RawDistribution,
    ) -> Option<Distribution> {
        let what = format!("inputs.{name}");
        let Some(form) = raw.distribution else {
            let known = FORMS.map(|(form, _)| form).join(", ");
            self.faults.at(
                span.clone(),
                format!("{what}.distribution is missing (allowed: {known})"),
            );
            return None;
        };
        let Some((_, wanted)) = FORMS.iter().find(|(known, _)| known == form.get_ref()) else {
            let known = FORMS.map(|(form, _)| form);
            let text = format!(
                "{what}: {:?} is not a distribution (allowed: {}){}",
                form.get_ref(),
                known.join(", "),
                nearest(form.get_ref(), &known)
            );
            self.faults.at(form.span(), text);
            return None;
        };
        let given: BTreeMap<&str, Spanned<Value>> = [
            ("value", raw.value),
            ("mean", raw.mean),
            ("median", raw.median),
            ("sd", raw.sd),
            ("plus", raw.plus),
            ("a", raw.a),
            ("b", raw.b),
            ("low", raw.low),
            ("high", raw.high),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect();
        let wanted_set: BTreeSet<&str> = wanted.iter().copied().collect();
        for (parameter, value) in &given {
            if !wanted_set.contains(parameter) {
                let text = format!(
                    "{what}.{parameter} does not belong to {} (allowed: {})",
                    form.get_ref(),
                    wanted.join(", ")
                );
                self.faults.at(value.span(), text);
                return None;
            }
        }
        let mut parameters = Vec::new();
        for parameter in *wanted {
            let Some(value) = given.get(parameter) else {
                let text = format!("{what}.{parameter} is missing for {}", form.get_ref());
                self.faults.at(span.clone(), text);
                return None;
            };
            parameters.push(self.number(&format!("{what}.{parameter}"), value)?);
        }
        match Distribution::from_parameters(form.get_ref(), &parameters) {
            Ok(distribution) => Some(distribution),
            Err(error) => {
                self.faults.at(form.span(), format!("{what}: {error}"));
                None
            }
        }
    }
}
