//! The state of the page: what the reader has chosen. It is a link, and it is a scenario.
//!
//! Every state is a list of names and values, as a form sends it and as a link holds it. Read, it becomes
//! a [`Scenario`] by the checks that every scenario file goes through, so that page and command line
//! cannot mean different things by the same choices.

use std::collections::BTreeMap;
use std::io::Read;

use bandwise::data::Scenario;
use bandwise::data::scenario::{ScenarioError, nearest};
use bandwise::domain::{
    Band, ByBand, Distribution, Nation, Proposal, Rise, Schedule, Share, UniformRise,
};
use bandwise::report::scenario_file;
use bandwise::report::text::rises_in_words;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::read::{ZlibDecoder, ZlibEncoder};

use super::refused::Refused;
use super::site::Site;
use crate::app::scenario::is_same;

/// The fewest draws that the page makes: fewer say nothing of a vote.
pub const LEAST_DRAWS: u32 = 50;
/// The most draws that the page makes: more are for the command line.
pub const MOST_DRAWS: u32 = 20_000;
/// The most proposals that are pinned.
pub const MOST_PINS: usize = 4;
/// The longest scenario, bytes, that is taken into a link.
pub const LONGEST_SCENARIO: usize = 16_384;
/// The longest value, bytes, of any other name.
pub const LONGEST_VALUE: usize = 200;

/// What the reader has chosen. What is not chosen stays as the scenario says that it starts from.
#[derive(Debug, Clone, PartialEq)]
pub struct Choices {
    /// The scenario to start from.
    pub start: Start,
    /// Another authority: name or ONS code.
    pub authority: Option<String>,
    /// Figures of another year.
    pub vintage: Option<String>,
    /// What to propose.
    pub steer: Steer,
    /// Whether residents on council tax reduction are protected; nothing leaves it as it is.
    pub protect: Option<bool>,
    /// The kind of polling day.
    pub day: Option<String>,
    /// The authority's full name, as it would stand on the ballot paper.
    pub ballot_name: Option<String>,
    /// The share of voters who know on the day what a Yes would cost them.
    pub comprehension: Option<Share>,
    /// Number of draws.
    pub draws: Option<u32>,
    /// Seed.
    pub seed: Option<u64>,
    /// Proposals kept to compare with: each the link of a state without pins.
    pub pins: Vec<String>,
}

/// The scenario that a state starts from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// A built-in one, by its key.
    BuiltIn(String),
    /// The text of the reader's own.
    Own(String),
}

/// How a proposal is steered.
#[derive(Debug, Clone, PartialEq)]
pub enum Steer {
    /// As the scenario states it.
    AsStated,
    /// By the rise of each band, in the order of bands; band I pays as band H where it is not stated.
    Bands(Vec<(Band, Rise)>),
    /// By the headline and the share of the increase given back to each band.
    Headline(Rise, Vec<(Band, Share)>),
    /// By one rise for all.
    Uniform(Rise),
}

impl Steer {
    /// Its value in a link.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::AsStated => "as-stated",
            Self::Bands(_) => "bands",
            Self::Headline(..) => "headline",
            Self::Uniform(_) => "uniform",
        }
    }

    /// A schedule steered by the rise of each band.
    pub fn bands_of(schedule: &Schedule) -> Self {
        let bands = schedule.bands().iter();
        Self::Bands(
            bands
                .map(|&band| (band, schedule.band_rise(band)))
                .collect(),
        )
    }

    /// A schedule steered by its headline and the relief of each band, to a millionth of the increase.
    pub fn headline_of(schedule: &Schedule) -> Self {
        let headline = schedule.headline();
        let relief = |band: Band| {
            let given = headline.millionths() - schedule.band_rise(band).millionths();
            // What is above the headline, or moves without one, gets none.
            Share::of(given, headline.millionths()).unwrap_or(Share::NOTHING)
        };
        let bands = schedule.bands().iter();
        Self::Headline(headline, bands.map(|&band| (band, relief(band))).collect())
    }

    /// The same for the bands that there are in a nation.
    fn within(mut self, nation: Nation) -> Self {
        let there = |band: Band| nation.bands().contains(&band);
        match &mut self {
            Self::Bands(rises) => rises.retain(|(band, _)| there(*band)),
            Self::Headline(_, relief) => relief.retain(|(band, _)| there(*band)),
            Self::AsStated | Self::Uniform(_) => {}
        }
        self
    }

    /// All values in a link.
    pub const CODES: [&'static str; 4] = ["as-stated", "bands", "headline", "uniform"];
}

/// A name that a link may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The name; a band's letter follows where it ends in a hyphen.
    pub name: &'static str,
    /// What it says.
    pub about: &'static str,
    /// What may stand in it.
    pub holds: Holds,
}

/// What may stand in a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// A name or a key.
    Words,
    /// One of some words.
    OneOf(&'static [&'static str]),
    /// Percent between two limits, to four decimals.
    Percent(i32, i32),
    /// A number between two limits.
    Number(i32, i32),
    /// A whole number between two limits.
    Whole(u64, u64),
    /// A packed scenario: base64 (URL alphabet, unpadded) of its zlib-packed TOML.
    Packed,
}

/// All names that a link may hold, in the order of the form.
pub const FIELDS: [Field; 14] = [
    Field {
        name: "start",
        about: "Key of the built-in scenario to start from (default williamson-2018).",
        holds: Holds::Words,
    },
    Field {
        name: "scenario",
        about: "A scenario of one's own to start from, in the place of `start`.",
        holds: Holds::Packed,
    },
    Field {
        name: "authority",
        about: "Name or ONS code of the authority (default: the scenario's).",
        holds: Holds::Words,
    },
    Field {
        name: "vintage",
        about: "Year of the figures (default: the scenario's, else the newest held).",
        holds: Holds::Words,
    },
    Field {
        name: "propose",
        about: "What to propose: as the scenario states it, a rise for each band, a headline with relief, or \
                one rise for all.",
        holds: Holds::OneOf(&Steer::CODES),
    },
    Field {
        name: "rise-",
        about: "With propose=bands: the rise of the band in percent of today's own part of the bill. All of A \
                to H are needed; band I (Wales) pays as band H where it is not given.",
        holds: Holds::Percent(0, 300),
    },
    Field {
        name: "headline",
        about: "With propose=headline or uniform: the rise for everybody, percent.",
        holds: Holds::Percent(-100, 300),
    },
    Field {
        name: "relief-",
        about: "With propose=headline: the share of the increase given back to the band, percent. All of A to \
                H are needed.",
        holds: Holds::Percent(0, 100),
    },
    Field {
        name: "protect",
        about: "Whether residents on council tax reduction pay no more than before (default: as the scenario \
                says).",
        holds: Holds::OneOf(&["yes", "no"]),
    },
    Field {
        name: "day",
        about: "Kind of polling day (default: the scenario's).",
        holds: Holds::OneOf(&[
            "with-local-elections",
            "with-general-election",
            "stand-alone",
            "all-postal",
        ]),
    },
    Field {
        name: "ballot-name",
        about: "The authority's full name, as it would stand on the ballot paper (default: the scenario's).",
        holds: Holds::Words,
    },
    Field {
        name: "comprehension",
        about: "Share of voters, percent, who know on the day what a Yes would cost them (default: as \
                uncertain as the evidence leaves it).",
        holds: Holds::Percent(0, 100),
    },
    Field {
        name: "draws",
        about: "Draws of luck (default 10,000).",
        holds: Holds::Whole(LEAST_DRAWS as u64, MOST_DRAWS as u64),
    },
    Field {
        name: "seed",
        about: "Seed of the draws (default 1).",
        holds: Holds::Whole(0, u64::MAX),
    },
];

/// The name under which pinned proposals stand in a link.
pub const PIN: &str = "pin";

/// A state as a scenario.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// The scenario, checked.
    pub scenario: Scenario,
    /// What was left out of the scenario that it starts from, in sentences.
    pub notes: Vec<String>,
}

impl Choices {
    /// The state in which the page opens.
    pub fn opening(start: &str) -> Self {
        Self {
            start: Start::BuiltIn(start.to_owned()),
            authority: None,
            vintage: None,
            steer: Steer::AsStated,
            protect: None,
            day: None,
            ballot_name: None,
            comprehension: None,
            draws: None,
            seed: None,
            pins: Vec::new(),
        }
    }

    /// Reads a state from the query of a link. Empty values say nothing.
    ///
    /// # Errors
    /// When a name is unknown or stands twice, or a value is not allowed.
    pub fn read(query: &str, site: &Site) -> Result<Self, Refused> {
        let mut values: BTreeMap<String, String> = BTreeMap::new();
        let mut pins = Vec::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.trim();
            if name == PIN {
                // A pin is looked at when it is compared; here only that it is one.
                if value.len() > 2 * LONGEST_SCENARIO || pins.len() == MOST_PINS {
                    return Err(Refused::bad_input(format!(
                        "pin: more or longer than can be kept (allowed: {MOST_PINS} proposals)"
                    )));
                }
                pins.push(Self::read_without_pins(value, site)?.link());
                continue;
            }
            let field = Field::of(&name)?;
            let longest = if name == "scenario" {
                2 * LONGEST_SCENARIO
            } else {
                LONGEST_VALUE
            };
            if value.len() > longest || value.contains(char::is_control) {
                return Err(Refused::bad_input(format!(
                    "{name}: too long, or not plain text (allowed: {longest} bytes)"
                )));
            }
            if !value.is_empty() {
                field.holds.check(&name, value)?;
            }
            if values.insert(name.to_string(), value.to_owned()).is_some() {
                return Err(Refused::bad_input(format!(
                    "{name}: stands twice (allowed: once)"
                )));
            }
        }
        values.retain(|_, value| !value.is_empty());
        let mut choices = Self::of_values(&values, site)?;
        choices.pins = pins;
        Ok(choices)
    }

    fn read_without_pins(query: &str, site: &Site) -> Result<Self, Refused> {
        if form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == PIN) {
            return Err(Refused::bad_input(
                "pin: holds pins itself (allowed: one proposal)",
            ));
        }
        Self::read(query, site)
    }

    fn of_values(values: &BTreeMap<String, String>, site: &Site) -> Result<Self, Refused> {
        let text = |name: &str| values.get(name).cloned();
        let start = match (text("scenario"), text("start")) {
            (Some(_), Some(_)) => {
                return Err(Refused::bad_input(
                    "start: a scenario of your own is given as well (allowed: one of both)",
                ));
            }
            (Some(packed), None) => Start::Own(unpack(&packed)?),
            (None, Some(key)) => {
                site.built_in(&key)?;
                Start::BuiltIn(key)
            }
            (None, None) => Start::BuiltIn(site.default_scenario().to_owned()),
        };
        let vintage = text("vintage");
        site.world(vintage.as_deref())?;
        let steer = match text("propose").as_deref() {
            None | Some("as-stated") => Steer::AsStated,
            Some("bands") => Steer::Bands(by_band(values, "rise-", |name, text| {
                percent(name, text, 0, 300).map(Rise::from_millionths)
            })?),
            Some("headline") => Steer::Headline(
                Rise::from_millionths(needed(values, "headline", -100, 300)?),
                by_band(values, "relief-", share)?,
            ),
            Some("uniform") => Steer::Uniform(Rise::from_millionths(needed(
                values, "headline", -100, 300,
            )?)),
            Some(other) => return Err(not_one_of("propose", other, &Steer::CODES)),
        };
        let protect = match text("protect").as_deref() {
            None => None,
            Some("yes") => Some(true),
            Some("no") => Some(false),
            Some(other) => return Err(not_one_of("protect", other, &["yes", "no"])),
        };
        let comprehension = match values.get("comprehension") {
            None => None,
            Some(value) => Some(share("comprehension", value)?),
        };
        let whole = |name: &str, low: u64, high: u64| {
            let value = values.get(name);
            value.map(|value| whole(name, value, low, high)).transpose()
        };
        let draws = whole("draws", u64::from(LEAST_DRAWS), u64::from(MOST_DRAWS))?;
        Ok(Self {
            start,
            authority: text("authority"),
            vintage,
            steer,
            protect,
            day: text("day"),
            ballot_name: text("ballot-name"),
            comprehension,
            draws: draws.and_then(|draws| u32::try_from(draws).ok()),
            seed: whole("seed", 0, u64::MAX)?,
            pins: Vec::new(),
        })
    }

    /// The query of the link that restores the state, without its pins.
    pub fn link(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        match &self.start {
            Start::BuiltIn(key) => query.append_pair("start", key),
            Start::Own(text) => query.append_pair("scenario", &pack(text)),
        };
        let mut add = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                query.append_pair(name, &value);
            }
        };
        add("authority", self.authority.clone());
        add("vintage", self.vintage.clone());
        match &self.steer {
            Steer::AsStated => {}
            steer => add("propose", Some(steer.code().to_owned())),
        }
        match &self.steer {
            Steer::AsStated => {}
            Steer::Bands(rises) => {
                for (band, rise) in rises {
                    add(&format!("rise-{band}"), Some(percent_of(rise.millionths())));
                }
            }
            Steer::Headline(headline, relief) => {
                add("headline", Some(percent_of(headline.millionths())));
                for (band, share) in relief {
                    add(
                        &format!("relief-{band}"),
                        Some(percent_of(share.millionths())),
                    );
                }
            }
            Steer::Uniform(rise) => add("headline", Some(percent_of(rise.millionths()))),
        }
        let yes_or_no = |yes| if yes { "yes" } else { "no" };
        add("protect", self.protect.map(|yes| yes_or_no(yes).to_owned()));
        add("day", self.day.clone());
        add("ballot-name", self.ballot_name.clone());
        let comprehension = self.comprehension;
        add(
            "comprehension",
            comprehension.map(|share| percent_of(share.millionths())),
        );
        add("draws", self.draws.map(|draws| draws.to_string()));
        add("seed", self.seed.map(|seed| seed.to_string()));
        query.finish()
    }

    /// The query of the link that restores the state with its pins.
    pub fn whole_link(&self) -> String {
        self.link_with(&self.pins)
    }

    /// The query of the link that restores the state with other pins.
    pub fn link_with(&self, pins: &[String]) -> String {
        let mut query = form_urlencoded::Serializer::new(self.link());
        for pin in pins {
            query.append_pair(PIN, pin);
        }
        query.finish()
    }

    /// The scenario of the state, by the checks of every scenario file.
    ///
    /// # Errors
    /// When a name is unknown, or the scenario asks for what the page does not do.
    pub fn scenario(&self, site: &Site) -> Result<Chosen, Refused> {
        let base = match &self.start {
            Start::BuiltIn(key) => site.built_in(key)?.clone(),
            Start::Own(text) => Scenario::parse("your scenario", text, &site.names())?,
        };
        let mut notes = Vec::new();
        let built_in = matches!(self.start, Start::BuiltIn(_));
        let held = site
            .world(base.vintage.as_deref())
            .ok()
            .map(|world| &world.vintage);
        let mut scenario = match &self.authority {
            Some(authority) if !is_same(held, &base, authority) => {
                let (other, mut left_out) = base.for_authority(authority);
                // That a council bears its own name goes without saying.
                left_out.retain(|key| !built_in || *key != "vote.name_on_ballot");
                notes.extend(left_out_in_words(&left_out, "authority"));
                other
            }
            Some(authority) => Scenario {
                authority: authority.clone(),
                ..base
            },
            None => base,
        };
        if let Some(vintage) = &self.vintage {
            if scenario.vintage.as_ref() != Some(vintage) {
                notes.extend(left_out_in_words(&scenario.forget_amounts(), "year"));
            }
            scenario.vintage = Some(vintage.clone());
        }
        let proposer = site.world(scenario.vintage.as_deref())?;
        let proposer = proposer.vintage.proposer(&scenario.authority);
        let proposer =
            proposer.map_err(|error| Refused::bad_input(format!("authority: {error}")))?;
        let before = scenario.clone();
        self.steer_into(&mut scenario, proposer.record.authority.code.nation());
        if let Some(protect) = self.protect {
            scenario.terms.protects_reduction = protect;
        }
        if let Some(day) = &self.day {
            scenario.day.clone_from(day);
        }
        if let Some(name) = &self.ballot_name {
            scenario.name_on_ballot = Some(name.clone());
        }
        if let Some(share) = self.comprehension {
            let fixed = Distribution::from_parameters("fixed", &[share.value()]);
            scenario.campaign.comprehension = Some(fixed.map_err(Refused::bad_input)?);
        }
        if scenario != before {
            // Another proposal, or another vote on it, is not to be taken for the one that it starts from.
            scenario.source = format!("own choices, starting from {}", before.key);
            "own-proposal".clone_into(&mut scenario.key);
        }
        scenario.draws = self.draws.unwrap_or(scenario.draws);
        scenario.seed = self.seed.unwrap_or(scenario.seed);
        // The same checks, and the same rounding, as of the file that can be taken away.
        let text = scenario_file::toml(&scenario);
        let scenario =
            Scenario::parse(CHOICES, &text, &site.names()).map_err(|error| by_name(&error))?;
        site.world(scenario.vintage.as_deref())?;
        if scenario.draws > MOST_DRAWS {
            return Err(Refused::bad_input(format!(
                "simulation.draws: {} are more than the page makes (allowed here: {LEAST_DRAWS} to {MOST_DRAWS}) [`bandwise \
                 run` makes more]",
                scenario.draws
            )));
        }
        if scenario.extract_file().is_some() {
            return Err(Refused::bad_input(
                "households.file: the page reads no files (allowed here: a scenario without one) [`bandwise \
                 run` reads it]",
            ));
        }
        Ok(Chosen { scenario, notes })
    }

    fn steer_into(&self, scenario: &mut Scenario, nation: Nation) {
        // A field of Wales says nothing once the authority is English.
        let steer = self.steer.clone().within(nation);
        let (proposal, words) = match &steer {
            Steer::AsStated => return,
            Steer::Bands(rises) => (
                Proposal::BandRises(for_each_band(rises, Rise::FREEZE)),
                rises_in_words(rises),
            ),
            Steer::Headline(headline, relief) => {
                let relief = for_each_band(relief, Share::NOTHING);
                let some = relief.values().iter().any(|share| *share > Share::NOTHING);
                let with = if some {
                    " with relief"
                } else {
                    " for every band"
                };
                let words = format!("headline of {headline}{with}");
                let headline = *headline;
                (Proposal::HeadlineWithRelief { headline, relief }, words)
            }
            Steer::Uniform(rise) => (
                Proposal::Uniform(UniformRise::Stated(*rise)),
                format!("{rise} for every band"),
            ),
        };
        let stated = match &steer {
            Steer::Bands(rises) => rises.iter().any(|(band, _)| *band == Band::I),
            Steer::Headline(_, relief) => relief.iter().any(|(band, _)| *band == Band::I),
            _ => true,
        };
        scenario.band_i_stated = stated;
        scenario.title = format!("Own proposal: {words}");
        scenario.proposal = proposal;
    }
}

/// What was left out of the scenario that a state starts from, in a sentence.
fn left_out_in_words(keys: &[&str], whose: &str) -> Option<String> {
    let words: Vec<&str> = keys
        .iter()
        .map(|key| match *key {
            "levels" | "area_levels" => "stated amounts on the bill",
            "vote.turnout" => "the usual turnout",
            "vote.name_on_ballot" => "the name on the ballot paper",
            "households" => "the council's own extract of homes",
            other => other,
        })
        .collect();
    (!words.is_empty()).then(|| {
        format!(
            "Left out of the proposal, for it was another {whose}'s: {}.",
            words.join(", ")
        )
    })
}

/// The name under which the file of a state is checked.
const CHOICES: &str = "your choices";

/// What is wrong with the file of a state, by the names of its link: nobody has seen its lines.
fn by_name(error: &ScenarioError) -> Refused {
    let told: Vec<String> = error
        .to_string()
        .lines()
        .map(|line| {
            let after = line.strip_prefix(CHOICES).unwrap_or(line);
            let plain = after
                .trim_start_matches(|c: char| c == ':' || c.is_ascii_digit())
                .trim();
            plain
                .replacen("schedule.rises.", "rise-", 1)
                .replacen("schedule.relief.", "relief-", 1)
                .replacen("schedule.headline_rise", "headline", 1)
                .replacen("schedule.rise:", "headline:", 1)
                .replacen("vote.name_on_ballot:", "ballot-name:", 1)
        })
        .collect();
    Refused::bad_input(told.join("\n"))
}

/// The stated value of each band; band I that of band H where it is not stated.
fn for_each_band<T: Copy>(stated: &[(Band, T)], otherwise: T) -> ByBand<T> {
    let of = |band: Band| stated.iter().find(|(one, _)| *one == band);
    ByBand::from_fn(|band| {
        let found = of(band).or_else(|| of(Band::H));
        found.map_or(otherwise, |(_, value)| *value)
    })
}

impl Field {
    /// The field that a name stands for.
    fn of(name: &str) -> Result<&'static Self, Refused> {
        let is_of_band = |stem: &str| {
            let band = name.strip_prefix(stem);
            band.is_some_and(|band| band.parse::<Band>().is_ok())
        };
        let found = FIELDS.iter().find(|field| {
            field.name == name && !name.ends_with('-')
                || field.name.ends_with('-') && is_of_band(field.name)
        });
        found.ok_or_else(|| {
            let names: Vec<&str> = FIELDS.iter().map(|field| field.name).chain([PIN]).collect();
            unknown(name, &names)
        })
    }
}

impl Holds {
    /// Whether a value may stand in the field, whatever else is chosen.
    fn check(self, name: &str, value: &str) -> Result<(), Refused> {
        match self {
            // Looked at where they are looked up.
            Self::Words | Self::Packed | Self::Number(..) => Ok(()),
            Self::OneOf(allowed) if allowed.contains(&value) => Ok(()),
            Self::OneOf(allowed) => Err(not_one_of(name, value, allowed)),
            Self::Percent(low, high) => percent(name, value, low, high).map(drop),
            Self::Whole(low, high) => whole(name, value, low, high).map(drop),
        }
    }
}

fn whole(name: &str, value: &str, low: u64, high: u64) -> Result<u64, Refused> {
    let number = value.parse::<u64>().ok();
    number
        .filter(|number| (low..=high).contains(number))
        .ok_or_else(|| {
            Refused::bad_input(format!(
                "{name}: {:?} is not allowed (allowed: {low} to {high})",
                shortened(value)
            ))
        })
}

/// What to say of a name in a query that is none of those that are known.
pub fn unknown(name: &str, names: &[&str]) -> Refused {
    Refused::bad_input(format!(
        "{:?} is no choice of this page (allowed: {}){}",
        shortened(name),
        names.join(", "),
        nearest(name, names)
    ))
}

/// The beginning of a text that need not be told whole.
pub fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut letters = text.chars();
    let short: String = letters.by_ref().take(LONGEST).collect();
    if letters.next().is_some() {
        short + "..."
    } else {
        short
    }
}

fn by_band<T>(
    values: &BTreeMap<String, String>,
    stem: &str,
    read: impl Fn(&str, &str) -> Result<T, Refused>,
) -> Result<Vec<(Band, T)>, Refused> {
    let mut found = Vec::new();
    for band in Band::ALL {
        let name = format!("{stem}{band}");
        match values.get(&name) {
            Some(text) => found.push((band, read(&name, text)?)),
            // Band I is Welsh only.
            None if band == Band::I => {}
            None => {
                return Err(Refused::bad_input(format!(
                    "{name}: is missing (allowed: a percentage for each of the bands A to H)"
                )));
            }
        }
    }
    Ok(found)
}

fn needed(
    values: &BTreeMap<String, String>,
    name: &str,
    low: i32,
    high: i32,
) -> Result<i64, Refused> {
    match values.get(name) {
        Some(text) => percent(name, text, low, high),
        None => Err(Refused::bad_input(format!(
            "{name}: is missing (allowed: {low} to {high} percent)"
        ))),
    }
}

/// A percentage in parts per million of the whole.
///
/// # Errors
/// When it is no number of percent between the limits.
pub fn percent(name: &str, text: &str, low: i32, high: i32) -> Result<i64, Refused> {
    let plain = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-');
    let number = text.trim_end_matches('%').trim().parse::<f64>().ok();
    number
        .filter(|number| (f64::from(low)..=f64::from(high)).contains(number))
        .filter(|_| text.trim_end_matches('%').trim().chars().all(plain))
        .map(|number| (number * 10_000.0).round() as i64)
        .ok_or_else(|| {
            Refused::bad_input(format!(
                "{name}: {:?} is no percentage from {low} to {high} (allowed: such as 15 or 4.99)",
                shortened(text)
            ))
        })
}

fn share(name: &str, text: &str) -> Result<Share, Refused> {
    let millionths = percent(name, text, 0, 100)?;
    Share::of(millionths, 1_000_000)
        .ok_or_else(|| Refused::bad_input(format!("{name}: is no share (allowed: 0 to 100)")))
}

/// Parts per million as percent, to the last decimal that counts: `4.99`.
pub fn percent_of(millionths: i64) -> String {
    let sign = if millionths < 0 { "-" } else { "" };
    let whole = millionths.abs() / 10_000;
    let decimals = format!("{:04}", millionths.abs() % 10_000);
    match decimals.trim_end_matches('0') {
        "" => format!("{sign}{whole}"),
        decimals => format!("{sign}{whole}.{decimals}"),
    }
}

fn not_one_of(name: &str, value: &str, allowed: &[&str]) -> Refused {
    Refused::bad_input(format!(
        "{name}: {:?} is not known (allowed: {}){}",
        shortened(value),
        allowed.join(", "),
        nearest(value, allowed)
    ))
}

/// A scenario's text as it stands in a link.
pub fn pack(text: &str) -> String {
    let mut packed = Vec::new();
    ZlibEncoder::new(text.as_bytes(), Compression::best())
        .read_to_end(&mut packed)
        .expect("memory can be read");
    URL_SAFE_NO_PAD.encode(packed)
}

/// The text of a packed scenario, which is never longer than [`LONGEST_SCENARIO`].
fn unpack(packed: &str) -> Result<String, Refused> {
    let refused = |what: &str| {
        Refused::bad_input(format!(
            "scenario: {what} [copy the whole link, or bring the file back]"
        ))
    };
    let bytes = URL_SAFE_NO_PAD.decode(packed);
    let bytes = bytes.map_err(|_| refused("the link is cut off or changed"))?;
    let mut text = String::new();
    let mut limited = ZlibDecoder::new(bytes.as_slice()).take(LONGEST_SCENARIO as u64 + 1);
    limited
        .read_to_string(&mut text)
        .map_err(|_| refused("the link is cut off or changed"))?;
    if text.len() > LONGEST_SCENARIO {
        return Err(too_long());
    }
    Ok(text)
}

/// What to say of a scenario that is too long.
pub fn too_long() -> Refused {
    Refused::bad_input(format!(
        "scenario: is too long (allowed: {LONGEST_SCENARIO} bytes)"
    ))
}

#[cfg(test)]
mod tests {
    use bandwise::simulation::prepare;

    use super::*;

    fn site() -> Site {
        Site::open().unwrap()
    }

    fn steered(steer: Steer, of: &Choices) -> Choices {
        Choices {
            steer,
            ..of.clone()
        }
    }

    #[test]
    fn a_link_restores_the_state_that_it_was_made_of() {
        let site = site();
        let text = "format = 1\nkey = \"mine\"\nauthority = \"Derby\"\n[schedule]\nkind = \"uniform\"\nrise = 0.1\n";
        let own = Choices {
            start: Start::Own(text.to_owned()),
            ..Choices::opening("williamson-2018")
        };
        for query in [
            "",
            "start=uniform-15&authority=Bedfordshire+Police&seed=18446744073709551615",
            "authority=Brighton+%26+Hove&vintage=2023-24&protect=no&day=all-postal&comprehension=12.3456&draws=50",
            "propose=bands&rise-A=0&rise-B=0&rise-C=0.0001&rise-D=4.99&rise-E=10&rise-F=20&rise-G=30&rise-H=300",
            "propose=headline&headline=15&relief-A=100&relief-B=100&relief-C=100&relief-D=50&relief-E=0&relief-F=0&relief-G=0&relief-H=0",
            "propose=uniform&headline=7.5&pin=start%3Duniform-15%26authority%3DDerby&pin=start%3Dgentle-efgh",
            &own.link(),
        ] {
            let state = Choices::read(query, &site).unwrap();
            assert_eq!(
                Choices::read(&state.whole_link(), &site).unwrap(),
                state,
                "{query}"
            );
        }
    }

    #[test]
    fn what_is_not_allowed_is_told_by_its_name() {
        let site = site();
        for (query, told) in [
            ("authorty=Derby", "\"authorty\" is no choice of this page"),
            ("authorty=Derby", "[did you mean authority?]"),
            (
                "draws=0",
                "draws: \"0\" is not allowed (allowed: 50 to 20000)",
            ),
            ("draws=20001", "draws: \"20001\" is not allowed"),
            ("draws=50&draws=60", "draws: stands twice"),
            ("propose=bands&rise-A=1", "rise-B: is missing"),
            (
                "propose=uniform&headline=1e3",
                "headline: \"1e3\" is no percentage from -100 to 300",
            ),
            (
                "propose=uniform&headline=nan",
                "headline: \"nan\" is no percentage",
            ),
            ("propose=sideways", "propose: \"sideways\" is not known"),
            (
                "comprehension=101",
                "comprehension: \"101\" is no percentage from 0 to 100",
            ),
            (
                "day=sunday",
                "day: \"sunday\" is not known (allowed: with-local-elections",
            ),
            (
                "vintage=1999-00",
                "vintage: no figures of \"1999-00\" are held (held: 2023-24, 2026-27)",
            ),
            ("start=gentle", "start: \"gentle\" is no built-in scenario"),
            ("scenario=AAAA", "scenario: the link is cut off or changed"),
            (
                "start=uniform-15&scenario=AAAA",
                "start: a scenario of your own is given as well",
            ),
            ("pin=pin%3Dstart", "pin: holds pins itself"),
        ] {
            let refused = Choices::read(query, &site).unwrap_err();
            assert!(
                refused.message.contains(told),
                "{query}: {}",
                refused.message
            );
        }
        let nowhere = Choices::read("authority=Darby", &site).unwrap();
        let refused = nowhere.scenario(&site).unwrap_err();
        assert!(
            refused
                .message
                .starts_with("authority: \"Darby\" is no authority"),
            "{}",
            refused.message
        );
        assert!(
            refused.message.ends_with("[did you mean Derby?]"),
            "{}",
            refused.message
        );
    }

    #[test]
    fn a_packed_scenario_that_would_grow_without_end_is_refused() {
        let site = site();
        let bomb = pack(&"#".repeat(10_000_000));
        assert!(bomb.len() < 2 * LONGEST_SCENARIO);
        let refused = Choices::read(&format!("scenario={bomb}"), &site).unwrap_err();
        assert_eq!(
            refused.message,
            "scenario: is too long (allowed: 16384 bytes)"
        );
    }

    #[test]
    fn a_schedule_steered_by_bands_or_by_headline_is_the_same_schedule() {
        let site = site();
        for key in [
            "williamson-2018",
            "gentle-efgh",
            "uniform-15",
            "max-without-vote",
        ] {
            for authority in ["Derby", "Sandwell", "Cardiff"] {
                // No principle holds in Wales.
                if key == "max-without-vote" && authority == "Cardiff" {
                    continue;
                }
                let query = format!("start={key}&authority={authority}&draws=50");
                let stated = Choices::read(&query, &site).unwrap();
                let prepared = |choices: &Choices| {
                    let chosen = choices.scenario(&site).unwrap();
                    let world = site.world(chosen.scenario.vintage.as_deref()).unwrap();
                    prepare(&chosen.scenario, world).unwrap()
                };
                let first = prepared(&stated);
                let rises = |one: &Schedule| -> Vec<Rise> {
                    one.bands()
                        .iter()
                        .map(|&band| one.band_rise(band))
                        .collect()
                };
                for steer in [
                    Steer::bands_of(&first.schedule),
                    Steer::headline_of(&first.schedule),
                ] {
                    let again = prepared(&steered(steer.clone(), &stated));
                    assert_eq!(
                        again.schedule.headline(),
                        first.schedule.headline(),
                        "{query}"
                    );
                    assert_eq!(
                        rises(&again.schedule),
                        rises(&first.schedule),
                        "{query} {steer:?}"
                    );
                    assert_eq!(again.scenario.key, "own-proposal");
                }
            }
        }
    }

    #[test]
    fn a_field_of_wales_says_nothing_of_england() {
        let site = site();
        let query = "authority=Derby&propose=bands&rise-A=0&rise-B=0&rise-C=0&rise-D=1&rise-E=2&rise-F=3&rise-G=4\
                     &rise-H=5&rise-I=6";
        let chosen = Choices::read(query, &site)
            .unwrap()
            .scenario(&site)
            .unwrap();
        assert!(!chosen.scenario.band_i_stated);
        assert_eq!(
            chosen.scenario.title,
            "Own proposal: A to C frozen, D 1%, E 2%, F 3%, G 4%, H 5%"
        );
    }

    #[test]
    fn a_changed_vote_is_not_taken_for_the_scenario_it_starts_from() {
        let site = site();
        let of = |query: &str| {
            Choices::read(query, &site)
                .unwrap()
                .scenario(&site)
                .unwrap()
                .scenario
        };
        assert_eq!(
            of("authority=Sandwell&draws=200&seed=3").key,
            "williamson-2018"
        );
        let changed = of("comprehension=60");
        assert_eq!(changed.key, "own-proposal");
        assert_eq!(changed.source, "own choices, starting from williamson-2018");
        // What is chosen as it is already changes nothing.
        assert_eq!(
            of("protect=no&day=with-local-elections").key,
            "williamson-2018"
        );
    }

    #[test]
    fn what_only_the_command_line_does_is_refused_with_its_name() {
        let site = site();
        let start = "format = 1\nkey = \"mine\"\nauthority = \"Derby\"\n";
        let schedule = "[schedule]\nkind = \"uniform\"\nrise = 0.1\n";
        for (rest, told) in [
            (
                "[simulation]\ndraws = 50000\n",
                "simulation.draws: 50000 are more than the page makes",
            ),
            (
                "[households]\nfile = \"/etc/homes.csv\"\nband = \"b\"\n",
                "households.file: the page reads no files",
            ),
        ] {
            let own = Choices {
                start: Start::Own(format!("{start}{schedule}{rest}")),
                ..Choices::opening("williamson-2018")
            };
            let refused = own.scenario(&site).unwrap_err();
            assert!(refused.message.starts_with(told), "{}", refused.message);
        }
    }
}
