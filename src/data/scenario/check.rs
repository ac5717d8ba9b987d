//! From the file as written to a checked scenario: every fault noted, none the last.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use toml::{Spanned, Value};

use super::super::vintage::Vintage;
use super::fault::{Faults, nearest};
use super::raw::{RawDistribution, RawLevels, RawScenario};
use super::schedule::KINDS;
use super::{DEFAULT_DRAWS, MOST_DRAWS, Names, Scenario, StatedLevels};
use crate::domain::distribution::FORMS;
use crate::domain::{Detail, Distribution, Nation, Pence, Rise, Share, UniformRise};

/// The version of the format.
const FORMAT: i64 = 1;
/// The most that an amount at band D may be, pounds.
pub(super) const MOST_POUNDS: f64 = 20_000.0;
/// The word for the largest rise that needs no vote.
pub(super) const LARGEST: &str = "largest-without-vote";

/// Turns a raw scenario into a checked one, noting every fault.
pub(super) struct Checker<'a, 'b> {
    pub(super) nation: Option<Nation>,
    pub(super) band_i_stated: bool,
    pub(super) faults: &'a mut Faults<'b>,
    pub(super) names: &'a Names<'a>,
}

impl Checker<'_, '_> {
    pub(super) fn scenario(&mut self, raw: RawScenario) -> Option<Scenario> {
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
        let authority = raw
            .authority
            .and_then(|name| self.authority(name, raw.vintage.as_ref()));
        let title = self.not_blank("title", raw.title);
        let source = self.not_blank("source", raw.source);
        let proposal = match raw.schedule {
            None => {
                self.faults.missing(format!(
                    "[schedule] is missing (its kind is one of {})",
                    KINDS.join(", ")
                ));
                None
            }
            Some(schedule) => self.schedule(schedule),
        };
        let by = raw
            .by
            .and_then(|by| self.kept_text("by", &by, by.get_ref().parse::<Detail>()));
        let levels = raw.levels.map_or_else(StatedLevels::default, |levels| {
            self.levels("levels", &levels)
        });
        let area_levels = self.area_levels(raw.area_levels.unwrap_or_default());
        let year = raw
            .year
            .and_then(|year| self.kept_text("year", &year, year.get_ref().parse()));
        let raw_no = raw.no.and_then(|no| no.rise);
        let raw_others = raw.others.and_then(|others| others.rise);
        let spans = [&raw_no, &raw_others].map(|rise| rise.as_ref().map(Spanned::span));
        let no = self.uniform("no.rise", raw_no);
        let others = self.uniform("others.rise", raw_others);
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
        let (draws, seed, points) = match raw.simulation {
            None => (None, None, None),
            Some(simulation) => (
                simulation.draws.and_then(|draws| self.draws(&draws)),
                simulation.seed.and_then(|seed| self.seed(&seed)),
                (simulation.points).and_then(|one| {
                    self.kept_text("simulation.points", &one, one.get_ref().parse())
                }),
            ),
        };
        let households = raw.households.and_then(|table| self.households(table));
        let medium_term = self.medium_term(raw.medium_term, raw.vintage.as_ref(), year);
        let services = self.services(raw.services.unwrap_or_default());
        let learning = self.learning(raw.evidence);
        let polls = self.polls(raw.poll.unwrap_or_default(), year);
        let campaign = self.campaign(raw.campaign);
        let key = key?;
        let (proposal, terms) = proposal?;
        let (no, others) = match proposal.rise_beside() {
            None => {
                let largest = UniformRise::LargestWithoutVote;
                (no.unwrap_or(largest), others.unwrap_or(largest))
            }
            // A No is the same year without the change, and nobody else moves: figures show the
            // change alone.
            Some(beside) => {
                let still = UniformRise::Stated(Rise::FREEZE);
                if let (Some(span), true) = (spans[0].clone(), no.is_some_and(|no| no != beside)) {
                    let text = "no.rise: without the proposal the year is the same but for it (allowed: \
                                what schedule.rise is, or leave it out)";
                    self.faults.at(span, text.to_owned());
                }
                if let (Some(span), true) =
                    (spans[1].clone(), others.is_some_and(|rise| rise != still))
                {
                    let text = "others.rise: figures of such a proposal show it alone (allowed: 0, or \
                                leave it out)";
                    self.faults.at(span, text.to_owned());
                }
                (beside, still)
            }
        };
        Some(Scenario {
            title: title.unwrap_or_else(|| key.clone()),
            source: source.unwrap_or_default(),
            key,
            authority: authority?,
            vintage: raw.vintage.map(Spanned::into_inner),
            by,
            year,
            proposal,
            terms,
            band_i_stated: self.band_i_stated,
            levels,
            area_levels,
            no,
            others,
            day: day.unwrap_or_else(|| self.names.days[0].to_owned()),
            turnout,
            name_on_ballot,
            inputs,
            draws: draws.unwrap_or(DEFAULT_DRAWS),
            seed: seed.unwrap_or(1),
            points: points.unwrap_or_default(),
            households,
            medium_term: medium_term?,
            services,
            learning: learning?,
            polls,
            campaign: campaign?,
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

    /// The authority, which must be one of the vintage.
    pub(super) fn authority(
        &mut self,
        name: Spanned<String>,
        vintage: Option<&Spanned<String>>,
    ) -> Option<String> {
        match Vintage::held(vintage.map(|year| year.get_ref().as_str())) {
            Err(error) => {
                let span = vintage.map_or_else(|| name.span(), Spanned::span);
                self.faults.at(span, error.to_string());
                None
            }
            Ok(vintage) => match vintage.proposer(name.get_ref()) {
                Err(error) => {
                    self.faults.at(name.span(), format!("authority: {error}"));
                    None
                }
                Ok(proposer) => {
                    self.nation = Some(proposer.record.authority.code.nation());
                    Some(name.into_inner())
                }
            },
        }
    }

    pub(super) fn not_blank(
        &mut self,
        what: &str,
        text: Option<Spanned<String>>,
    ) -> Option<String> {
        const LONGEST: usize = 200;
        let text = text?;
        let content = text.get_ref();
        let fits = !content.trim().is_empty()
            && content.chars().count() <= LONGEST
            && !content.contains(char::is_control)
            // Marks that turn the direction of writing can hide what is there.
            && !content.contains(|c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'));
        if !fits {
            self.faults.at(
                text.span(),
                format!(
                    "{what}: not a line of text (allowed: 1 to {LONGEST} printable characters)"
                ),
            );
            return None;
        }
        self.is_no_formula(what, &text).then(|| text.into_inner())
    }

    /// Whether a name that comes to stand in tables is taken for text by a spreadsheet.
    fn is_no_formula(&mut self, what: &str, name: &Spanned<String>) -> bool {
        let is_formula = name.get_ref().starts_with(['=', '+', '-', '@']);
        if is_formula {
            let text = format!(
                "{what}: a spreadsheet would take it for a formula (allowed: a name that begins \
                 with a letter or a digit)"
            );
            self.faults.at(name.span(), text);
        }
        !is_formula
    }

    pub(super) fn number(&mut self, what: &str, value: &Spanned<Value>) -> Option<f64> {
        match value.get_ref() {
            Value::Float(number) => Some(*number),
            Value::Integer(number) => Some(*number as f64),
            other => {
                let given = other.type_str();
                let article = if given == "array" { "an" } else { "a" };
                let text = format!("{what}: {article} {given} was given (allowed: a number)");
                self.faults.at(value.span(), text);
                None
            }
        }
    }

    pub(super) fn rise(&mut self, what: &str, value: &Spanned<Value>) -> Option<Rise> {
        let number = self.number(what, value)?;
        self.kept(what, value, Rise::new(number))
    }

    pub(super) fn share(&mut self, what: &str, value: &Spanned<Value>) -> Option<Share> {
        let number = self.number(what, value)?;
        self.kept(what, value, Share::new(number))
    }

    pub(super) fn kept<T, E: std::fmt::Display>(
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

    pub(super) fn kept_text<T, E: std::fmt::Display>(
        &mut self,
        what: &str,
        text: &Spanned<String>,
        result: Result<T, E>,
    ) -> Option<T> {
        result
            .map_err(|error| self.faults.at(text.span(), format!("{what}: {error}")))
            .ok()
    }

    pub(super) fn uniform(
        &mut self,
        what: &str,
        value: Option<Spanned<Value>>,
    ) -> Option<UniformRise> {
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

    pub(super) fn levels(&mut self, table: &str, raw: &RawLevels) -> StatedLevels {
        let mut amount = |name: &str, value: &Option<Spanned<Value>>| {
            let value = value.as_ref()?;
            let pounds = self.number(&format!("{table}.{name}"), value)?;
            if (table, name) == ("levels", "own") && pounds < 0.01 {
                let text = format!(
                    "levels.own: {pounds} leaves nothing to raise (allowed: 0.01 pounds or more)"
                );
                self.faults.at(value.span(), text);
                return None;
            }
            if (0.0..=MOST_POUNDS).contains(&pounds) {
                return Some(Pence::from_pence((100.0 * pounds).round() as i64));
            }
            let text = format!(
                "{table}.{name}: {pounds} is no amount at band D (allowed: 0 to {MOST_POUNDS} pounds)"
            );
            self.faults.at(value.span(), text);
            None
        };
        StatedLevels {
            own: amount("own", &raw.own),
            parishes: amount("parishes", &raw.parishes),
            county_or_gla: amount("county_or_gla", &raw.county_or_gla),
            police: amount("police", &raw.police),
            fire: amount("fire", &raw.fire),
            combined_authority: amount("combined_authority", &raw.combined_authority),
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
            .and_then(|draws| u32::try_from(draws).ok())
            .filter(|draws| (1..=MOST_DRAWS).contains(draws));
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
            let what = format!("inputs.{name}");
            let found = self.distribution(&what, &span, distribution);
            let kept = found.and_then(|found| self.in_range(&what, span, found, range));
            inputs.extend(kept.map(|kept| (name, kept)));
        }
        inputs
    }

    /// A distribution none of whose draws leaves a range.
    pub(super) fn in_range(
        &mut self,
        what: &str,
        span: Range<usize>,
        distribution: Distribution,
        range: (f64, f64),
    ) -> Option<Distribution> {
        let (low, high) = distribution.range_of_draws();
        if low < range.0 || high > range.1 {
            let text = format!(
                "{what}: {distribution} gives values from {low:.3} to {high:.3} (allowed: {} to {})",
                range.0, range.1
            );
            self.faults.at(span, text);
            return None;
        }
        Some(distribution)
    }

    pub(super) fn distribution(
        &mut self,
        what: &str,
        span: &Range<usize>,
        raw: RawDistribution,
    ) -> Option<Distribution> {
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
