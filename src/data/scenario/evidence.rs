//! What is learned from past ballots, polls and the campaign, as a scenario states them.

use std::collections::BTreeSet;
use std::ops::{Range, RangeInclusive};

use jiff::civil::{Date, date};
use schemars::JsonSchema;
use serde::Deserialize;
use toml::{Spanned, Table, Value};

use super::Scenario;
use super::check::Checker;
use super::fault::nearest;
use super::raw::RawDistribution;
use crate::domain::{
    Campaign, CampaignEffect, Distribution, FinancialYear, Learning, Poll, PollQuestion, Share,
};

/// What the parameters of the vote are learned from.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawEvidence {
    /// `ballots-and-surveys` (default) or `priors-only`.
    #[schemars(with = "Option<String>")]
    pub learn_from: Option<Spanned<String>>,
    /// Keys of ballots that are not learned from; not with `priors-only`.
    #[schemars(with = "Option<Vec<String>>")]
    pub leave_out: Option<Spanned<Vec<Spanned<String>>>>,
}

/// A poll on the proposal.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawPoll {
    /// `ballot-paper`, or `own-bill`: respondents were told their own bill under Yes and under No.
    #[schemars(with = "String")]
    pub question: Option<Spanned<String>>,
    /// People asked.
    #[schemars(with = "u32")]
    pub sample: Option<Spanned<Value>>,
    /// Share for Yes, between 0 and 1.
    #[schemars(with = "f64")]
    pub yes: Option<Spanned<Value>>,
    /// Share for No, between 0 and 1.
    #[schemars(with = "f64")]
    pub no: Option<Spanned<Value>>,
    /// Share without an answer (default: what Yes and No leave).
    #[schemars(with = "Option<f64>")]
    pub undecided: Option<Spanned<Value>>,
    /// The last day of asking, such as 2027-02-10.
    #[schemars(with = "String")]
    pub date: Option<Spanned<Value>>,
    /// `face-to-face`, `phone`, `online`, `postal` or `self-selected`.
    #[schemars(with = "String")]
    pub mode: Option<Spanned<String>>,
    /// How far such polls lie off as a whole, log odds (default: that of the mode).
    #[schemars(with = "Option<f64>")]
    pub house_sd: Option<Spanned<Value>>,
    /// Who took it.
    #[schemars(with = "Option<String>")]
    pub source: Option<Spanned<String>>,
}

/// What the campaign is taken to reach.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawCampaign {
    /// Share of voters who know on the day what a Yes would cost them: a number or a distribution
    /// (default: as first believed, hardly moved by past votes).
    #[schemars(with = "Option<NumberOrDistribution>")]
    pub comprehension: Option<Spanned<Value>>,
    /// The probability of winning for which it is said what would be needed (default 0.5).
    #[schemars(with = "Option<f64>")]
    pub win_probability_wanted: Option<Spanned<Value>>,
    /// Named effects.
    #[schemars(with = "Option<Vec<RawEffect>>")]
    pub effects: Option<Vec<Spanned<RawEffect>>>,
}

/// A named effect of the campaign.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawEffect {
    /// Its name, unique in the scenario.
    #[schemars(with = "String")]
    pub name: Option<Spanned<String>>,
    /// Shift of support, log odds: 0.1 is 2.5 points about a half.
    #[schemars(with = "f64")]
    pub log_odds: Option<Spanned<Value>>,
    /// Its standard deviation, log odds (default 0).
    #[schemars(with = "Option<f64>")]
    pub sd: Option<Spanned<Value>>,
    /// Where it comes from.
    #[schemars(with = "Option<String>")]
    pub source: Option<Spanned<String>>,
}

/// A number, or a distribution in its place.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "describes a value in the JSON Schema only")]
pub enum NumberOrDistribution {
    /// A number.
    Number(f64),
    /// A distribution, as under `inputs`.
    Distribution(Box<RawDistribution>),
}

/// The uncertain input that the comprehension of a campaign stands for.
const COMPREHENSION: &str = "kappa";
/// What is learned from where the scenario does not say.
pub const BALLOTS_AND_SURVEYS: &str = "ballots-and-surveys";
/// The word for learning from nothing.
pub const PRIORS_ONLY: &str = "priors-only";
const MOST_POLLS: usize = 100;
const MOST_EFFECTS: usize = 50;
const SAMPLES: RangeInclusive<i64> = 10..=1_000_000;
/// How far Yes, No and undecided may add to other than 1: each is printed in whole percent.
const ROUNDING: f64 = 0.015;
const HOUSE_SDS: RangeInclusive<f64> = 0.0..=3.0;
const LOG_ODDS: RangeInclusive<f64> = -5.0..=5.0;
const EFFECT_SDS: RangeInclusive<f64> = 0.0..=5.0;
const WANTED: RangeInclusive<f64> = 0.01..=0.99;
const LONGEST_NAME: usize = 60;
/// Before the Localism Act 2011 there was no referendum to poll on.
const FIRST_DAY: Date = date(2010, 1, 1);

/// Leaves out polls and campaign: they are another authority's. Names those that were stated.
pub(super) fn forget_authority(scenario: &mut Scenario) -> Vec<&'static str> {
    let mut left_out = Vec::new();
    if !scenario.polls.is_empty() {
        scenario.polls.clear();
        left_out.push("poll");
    }
    if scenario.campaign != Campaign::default() {
        scenario.campaign = Campaign::default();
        left_out.push("campaign");
    }
    left_out
}

impl Checker<'_, '_> {
    /// What is learned from, with defaults for what is not stated.
    pub(super) fn learning(&mut self, raw: Option<RawEvidence>) -> Option<Learning> {
        let Some(raw) = raw else {
            return Some(Learning::default());
        };
        let known = [BALLOTS_AND_SURVEYS, PRIORS_ONLY];
        let word = raw.learn_from.as_ref();
        let learns = match word.map(|word| word.get_ref().as_str()) {
            None | Some(BALLOTS_AND_SURVEYS) => Some(true),
            Some(PRIORS_ONLY) => Some(false),
            Some(other) => {
                let text = format!(
                    "evidence.learn_from: {other:?} is nothing to learn from (allowed: {}){}",
                    known.join(", "),
                    nearest(other, &known)
                );
                let span = word.map_or(0..0, Spanned::span);
                self.faults.at(span, text);
                None
            }
        };
        if let (Some(list), Some(false)) = (&raw.leave_out, learns) {
            let text = format!(
                "evidence.leave_out does not belong to {PRIORS_ONLY:?}: no ballot is learned from \
                 (allowed: with {BALLOTS_AND_SURVEYS:?})"
            );
            self.faults.at(list.span(), text);
            return None;
        }
        let list = raw.leave_out.map_or_else(Vec::new, Spanned::into_inner);
        let leave_out = self.ballots(list);
        learns.map(|learns| match learns {
            true => Learning::FromEvidence { leave_out },
            false => Learning::PriorsOnly,
        })
    }

    fn ballots(&mut self, list: Vec<Spanned<String>>) -> Vec<String> {
        let known = self.names.ballots.clone();
        let mut left_out: Vec<String> = Vec::new();
        for key in list {
            let span = key.span();
            let key = key.into_inner();
            if !known.contains(&key.as_str()) {
                let text = format!(
                    "evidence.leave_out: {key:?} is no ballot (allowed: {}){}",
                    known.join(", "),
                    nearest(&key, &known)
                );
                self.faults.at(span, text);
            } else if left_out.contains(&key) {
                let text = format!("evidence.leave_out: {key:?} stands twice (allowed: once)");
                self.faults.at(span, text);
            } else {
                left_out.push(key);
            }
        }
        left_out
    }

    /// The polls on the proposal.
    pub(super) fn polls(
        &mut self,
        raw: Vec<Spanned<RawPoll>>,
        voted_on: Option<FinancialYear>,
    ) -> Vec<Poll> {
        if let Some(one_too_many) = raw.get(MOST_POLLS) {
            let text = format!(
                "poll: {} polls are stated (allowed: at most {MOST_POLLS})",
                raw.len()
            );
            self.faults.at(one_too_many.span(), text);
        }
        raw.into_iter()
            .filter_map(|poll| self.poll(poll, voted_on))
            .collect()
    }

    fn poll(&mut self, raw: Spanned<RawPoll>, voted_on: Option<FinancialYear>) -> Option<Poll> {
        let span = raw.span();
        let raw = raw.into_inner();
        for (name, missing) in [
            ("question", raw.question.is_none()),
            ("sample", raw.sample.is_none()),
            ("yes", raw.yes.is_none()),
            ("no", raw.no.is_none()),
            ("date", raw.date.is_none()),
            ("mode", raw.mode.is_none()),
        ] {
            if missing {
                self.faults.at(
                    span.clone(),
                    format!(
                        "poll.{name} is missing (each poll has question, sample, yes, no, date and \
                         mode)"
                    ),
                );
            }
        }
        let question = raw.question.and_then(|word| self.question(&word));
        let sample = raw.sample.and_then(|value| {
            self.whole("poll.sample", &value, SAMPLES, "number of people asked")
                .and_then(|sample| u32::try_from(sample).ok())
        });
        let yes = raw.yes.and_then(|value| self.answer("poll.yes", &value));
        let no = raw.no.and_then(|value| self.answer("poll.no", &value));
        let undecided = match raw.undecided {
            None => yes.zip(no).and_then(|(yes, no)| self.left(yes, no, span)),
            Some(value) => {
                let stated = self.share("poll.undecided", &value);
                let all = stated.zip(yes.zip(no));
                all.and_then(|(stated, (yes, no))| {
                    self.adds_up(stated, yes.value() + no.value(), value.span())
                })
            }
        };
        let date = raw
            .date
            .and_then(|value| self.day_of_poll(&value, voted_on));
        let mode = raw.mode.and_then(|word| self.mode(&word));
        let house_sd = match raw.house_sd {
            Some(value) => self.within("poll.house_sd", &value, HOUSE_SDS, "spread in log odds"),
            None => mode.as_ref().map(|(_, usual)| *usual),
        };
        let source = self.not_blank("poll.source", raw.source);
        Some(Poll {
            question: question?,
            sample: sample?,
            yes: yes?,
            no: no?,
            undecided: undecided?,
            date: date?,
            mode: mode?.0,
            house_sd: house_sd?,
            source: source.unwrap_or_default(),
        })
    }

    fn question(&mut self, word: &Spanned<String>) -> Option<PollQuestion> {
        let found = PollQuestion::ALL
            .into_iter()
            .find(|question| question.key() == word.get_ref());
        if found.is_none() {
            let known = PollQuestion::ALL.map(PollQuestion::key);
            let text = format!(
                "poll.question: {:?} is no question of a poll (allowed: {}){}",
                word.get_ref(),
                known.join(", "),
                nearest(word.get_ref(), &known)
            );
            self.faults.at(word.span(), text);
        }
        found
    }

    /// A share of answers. None or all would say that the rest is impossible.
    fn answer(&mut self, what: &str, value: &Spanned<Value>) -> Option<Share> {
        let share = self.share(what, value)?;
        if 0.0 < share.value() && share.value() < 1.0 {
            return Some(share);
        }
        let text = format!(
            "{what}: {} is no share of a poll (allowed: above 0 and below 1)",
            share.value()
        );
        self.faults.at(value.span(), text);
        None
    }

    /// What Yes and No leave.
    fn left(&mut self, yes: Share, no: Share, span: Range<usize>) -> Option<Share> {
        let answered = yes.value() + no.value();
        if answered > 1.0 + ROUNDING {
            let text = format!("poll: yes and no add to {answered:.3} (allowed: at most 1)");
            self.faults.at(span, text);
            return None;
        }
        let left = ((1.0 - answered) * 1e6).round() / 1e6;
        Share::new(left.max(0.0)).ok()
    }

    /// With Yes and No it must add to 1, but for rounding.
    fn adds_up(&mut self, undecided: Share, answered: f64, span: Range<usize>) -> Option<Share> {
        let sum = answered + undecided.value();
        if (sum - 1.0).abs() <= ROUNDING + 1e-9 {
            return Some(undecided);
        }
        let text = format!(
            "poll.undecided: yes, no and undecided add to {sum:.3} (allowed: 1, give or take \
             {ROUNDING} for rounding)"
        );
        self.faults.at(span, text);
        None
    }

    /// The last day of asking. Which day is polling day is known later: a vote on the amounts of a
    /// year is held by the end of May in which it begins.
    fn day_of_poll(
        &mut self,
        value: &Spanned<Value>,
        voted_on: Option<FinancialYear>,
    ) -> Option<Date> {
        let text = match value.get_ref() {
            Value::String(text) => text.clone(),
            Value::Datetime(day) => day.to_string(),
            other => other.to_string(),
        };
        let whole = text.len() == "2027-02-10".len();
        let Some(day) = text.parse::<Date>().ok().filter(|_| whole) else {
            let text = format!(
                "poll.date: {text:?} is no day (allowed: year, month and day such as 2027-02-10)"
            );
            self.faults.at(value.span(), text);
            return None;
        };
        if day < FIRST_DAY {
            let text = format!("poll.date: {day} is too early (allowed: from {FIRST_DAY})");
            self.faults.at(value.span(), text);
            return None;
        }
        if let Some(year) = voted_on {
            let last = date(year.first_calendar_year(), 5, 31);
            if day > last {
                let text = format!(
                    "poll.date: {day} is after the vote on {year} (allowed: until {last} at the \
                     latest)"
                );
                self.faults.at(value.span(), text);
                return None;
            }
        }
        Some(day)
    }

    /// How people were asked, with its usual spread.
    fn mode(&mut self, word: &Spanned<String>) -> Option<(String, f64)> {
        let modes = &self.names.poll_modes;
        let found = modes.iter().find(|(mode, _)| mode == word.get_ref());
        if let Some((_, usual)) = found {
            return Some((word.get_ref().clone(), *usual));
        }
        let known: Vec<&str> = modes.iter().map(|(mode, _)| *mode).collect();
        let text = format!(
            "poll.mode: {:?} is no way of asking (allowed: {}){}",
            word.get_ref(),
            known.join(", "),
            nearest(word.get_ref(), &known)
        );
        self.faults.at(word.span(), text);
        None
    }

    /// The campaign, with defaults for what is not stated.
    pub(super) fn campaign(&mut self, raw: Option<RawCampaign>) -> Option<Campaign> {
        let Some(raw) = raw else {
            return Some(Campaign::default());
        };
        let comprehension = match raw.comprehension {
            None => Some(None),
            Some(value) => self.comprehension(&value).map(Some),
        };
        let wanted = match raw.win_probability_wanted {
            None => Some(Campaign::default().wanted),
            Some(value) => self.wanted(&value),
        };
        let effects = self.effects(raw.effects.unwrap_or_default());
        Some(Campaign {
            comprehension: comprehension?,
            effects,
            wanted: wanted?,
        })
    }

    fn wanted(&mut self, value: &Spanned<Value>) -> Option<Share> {
        let what = "campaign.win_probability_wanted";
        let share = self.share(what, value)?;
        if WANTED.contains(&share.value()) {
            return Some(share);
        }
        let text = format!(
            "{what}: {} is not asked for (allowed: {} to {})",
            share.value(),
            WANTED.start(),
            WANTED.end()
        );
        self.faults.at(value.span(), text);
        None
    }

    fn comprehension(&mut self, value: &Spanned<Value>) -> Option<Distribution> {
        let what = "campaign.comprehension";
        let span = value.span();
        let Value::Table(table) = value.get_ref() else {
            let share = self.share(what, value)?;
            return Some(Distribution::Fixed(share.value()));
        };
        let raw = self.distribution_table(what, &span, table)?;
        let distribution = self.distribution(what, &span, raw)?;
        let range = self.names.inputs.get(COMPREHENSION).copied();
        self.in_range(what, span, distribution, range.unwrap_or((0.0, 1.0)))
    }

    /// A table as a distribution. Its parts have no places of their own: all are at its place.
    fn distribution_table(
        &mut self,
        what: &str,
        span: &Range<usize>,
        table: &Table,
    ) -> Option<RawDistribution> {
        const KEYS: [&str; 10] = [
            "distribution",
            "value",
            "mean",
            "median",
            "sd",
            "plus",
            "a",
            "b",
            "low",
            "high",
        ];
        for key in table.keys() {
            if !KEYS.contains(&key.as_str()) {
                let text = format!(
                    "{what}: unknown key {key:?} (allowed: {}){}",
                    KEYS.join(", "),
                    nearest(key, &KEYS)
                );
                self.faults.at(span.clone(), text);
                return None;
            }
        }
        let form = match table.get("distribution") {
            None => None,
            Some(Value::String(form)) => Some(Spanned::new(span.clone(), form.clone())),
            Some(other) => {
                let text = format!(
                    "{what}.distribution: {other} is not a distribution (allowed: its name in \
                     quotes)"
                );
                self.faults.at(span.clone(), text);
                return None;
            }
        };
        let part = |key: &str| {
            let value = table.get(key)?;
            Some(Spanned::new(span.clone(), value.clone()))
        };
        Some(RawDistribution {
            distribution: form,
            value: part("value"),
            mean: part("mean"),
            median: part("median"),
            sd: part("sd"),
            plus: part("plus"),
            a: part("a"),
            b: part("b"),
            low: part("low"),
            high: part("high"),
        })
    }

    fn effects(&mut self, raw: Vec<Spanned<RawEffect>>) -> Vec<CampaignEffect> {
        if let Some(one_too_many) = raw.get(MOST_EFFECTS) {
            let text = format!(
                "campaign.effects: {} effects are stated (allowed: at most {MOST_EFFECTS})",
                raw.len()
            );
            self.faults.at(one_too_many.span(), text);
        }
        let mut names = BTreeSet::new();
        raw.into_iter()
            .filter_map(|effect| self.effect(effect, &mut names))
            .collect()
    }

    fn effect(
        &mut self,
        raw: Spanned<RawEffect>,
        names: &mut BTreeSet<String>,
    ) -> Option<CampaignEffect> {
        let span = raw.span();
        let raw = raw.into_inner();
        for (name, missing) in [
            ("name", raw.name.is_none()),
            ("log_odds", raw.log_odds.is_none()),
        ] {
            if missing {
                let text = format!(
                    "campaign.effects.{name} is missing (each effect has name and log_odds)"
                );
                self.faults.at(span.clone(), text);
            }
        }
        let name = raw.name.and_then(|name| self.name_of_effect(name, names));
        let log_odds = raw.log_odds.and_then(|value| {
            self.within(
                "campaign.effects.log_odds",
                &value,
                LOG_ODDS,
                "effect in log odds",
            )
        });
        let sd = match raw.sd {
            None => Some(0.0),
            Some(value) => self.within(
                "campaign.effects.sd",
                &value,
                EFFECT_SDS,
                "spread in log odds",
            ),
        };
        let source = self.not_blank("campaign.effects.source", raw.source);
        Some(CampaignEffect {
            name: name?,
            log_odds: log_odds?,
            sd: sd?,
            source: source.unwrap_or_default(),
        })
    }

    fn name_of_effect(
        &mut self,
        name: Spanned<String>,
        names: &mut BTreeSet<String>,
    ) -> Option<String> {
        let what = "campaign.effects.name";
        let span = name.span();
        let name = self.not_blank(what, Some(name))?;
        let letters = name.chars().count();
        if letters > LONGEST_NAME {
            let text =
                format!("{what}: {letters} characters long (allowed: at most {LONGEST_NAME})");
            self.faults.at(span, text);
            return None;
        }
        if !names.insert(name.clone()) {
            let text = format!("{what}: {name:?} stands twice (allowed: a name of its own)");
            self.faults.at(span, text);
            return None;
        }
        Some(name)
    }

    fn within(
        &mut self,
        what: &str,
        value: &Spanned<Value>,
        allowed: RangeInclusive<f64>,
        called: &str,
    ) -> Option<f64> {
        let number = self.number(what, value)?;
        if allowed.contains(&number) {
            return Some(number);
        }
        let text = format!(
            "{what}: {number} is no {called} (allowed: {} to {})",
            allowed.start(),
            allowed.end()
        );
        self.faults.at(value.span(), text);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::Names;
    use super::*;
    use crate::data::Assumptions;

    const HEAD: &str = "format = 1\nkey = \"x\"\nauthority = \"Derby\"\nvintage = \"2026-27\"\n\
                        year = \"2027-28\"\n[schedule]\nkind = \"uniform\"\nrise = 0.15\n";
    const POLL: &str = "[[poll]]\nquestion = \"ballot-paper\"\nsample = 1000\nyes = 0.41\n\
                        no = 0.44\ndate = \"2027-02-10\"\nmode = \"online\"\n";

    fn read(tables: &str) -> Result<Scenario, String> {
        let assumptions = Assumptions::embedded().expect("embedded");
        let text = format!("{HEAD}{tables}");
        Scenario::parse("x.toml", &text, &Names::of(&assumptions)).map_err(|e| e.to_string())
    }

    #[test]
    fn what_is_not_stated_is_learned_from_all_and_reaches_nobody() {
        let found = read("").expect("a scenario");
        assert_eq!(found.learning, Learning::default());
        assert_eq!(found.campaign, Campaign::default());
        assert!(found.polls.is_empty());
        let tables = "[evidence]\n[campaign]\n";
        assert_eq!(read(tables).expect("a scenario").learning, found.learning);
    }

    #[test]
    fn a_poll_takes_what_it_leaves_open_from_its_answers_and_its_mode() {
        let poll = &read(POLL).expect("a scenario").polls[0];
        assert_eq!(poll.question, PollQuestion::BallotPaper);
        assert_eq!((poll.sample, poll.house_sd), (1_000, 0.2));
        assert_eq!(poll.undecided.value(), 0.15);
        assert_eq!(poll.date, date(2027, 2, 10));
        let stated = POLL
            .replace("\"2027-02-10\"", "2027-02-10")
            .replace("online", "self-selected");
        let poll = &read(&format!("{stated}undecided = 0.14\nhouse_sd = 0.9\n"))
            .expect("a scenario")
            .polls[0];
        assert_eq!((poll.undecided.value(), poll.house_sd), (0.14, 0.9));
        assert_eq!(poll.date, date(2027, 2, 10));
    }

    #[test]
    fn shares_printed_in_whole_percent_may_add_to_a_little_more_than_1() {
        let tables = POLL.replace("0.44", "0.60");
        let poll = &read(&tables).expect("a scenario").polls[0];
        assert_eq!(poll.undecided.value(), 0.0);
        let error = read(&POLL.replace("0.44", "0.61")).expect_err("has a fault");
        assert_eq!(
            error,
            "x.toml:9:1: poll: yes and no add to 1.020 (allowed: at most 1)"
        );
    }

    #[test]
    fn comprehension_is_a_number_or_a_distribution() {
        let read = |text: &str| {
            let tables = format!("[campaign]\ncomprehension = {text}\n");
            read(&tables).map(|scenario| scenario.campaign.comprehension)
        };
        assert_eq!(read("0.8"), Ok(Some(Distribution::Fixed(0.8))));
        assert_eq!(
            read("{ distribution = \"beta\", a = 8, b = 2 }"),
            Ok(Some(Distribution::Beta { a: 8.0, b: 2.0 }))
        );
        for (text, said) in [
            (
                "80",
                "80 is not a share (allowed: 0 to 1) [did you mean 0.8?]",
            ),
            (
                "{ distribution = \"normal\", mean = 0.5, sd = 0.1 }",
                "normal (mean 0.5, sd 0.1) gives values from -0.330 to 1.330 (allowed: 0 to 1)",
            ),
            (
                "{ distribution = \"beta\", c = 2 }",
                "unknown key \"c\" (allowed: distribution, value, mean, median, sd, plus, a, b, low, \
                 high)",
            ),
        ] {
            let expected = format!("x.toml:10:17: campaign.comprehension: {said}");
            assert_eq!(read(text), Err(expected));
        }
        let missing = "x.toml:10:17: campaign.comprehension.b is missing for beta";
        assert_eq!(
            read("{ distribution = \"beta\", a = 8 }"),
            Err(missing.to_owned())
        );
    }

    #[test]
    fn another_authority_has_neither_the_polls_nor_the_campaign() {
        let tables = format!("{POLL}[campaign]\ncomprehension = 0.8\n[evidence]\nleave_out = []\n");
        let (other, left_out) = read(&tables)
            .expect("a scenario")
            .for_authority("Nottingham");
        assert_eq!(left_out, ["poll", "campaign"]);
        assert!(other.polls.is_empty());
        assert_eq!(other.campaign, Campaign::default());
    }

    #[test]
    fn polls_stay_with_the_year_that_they_are_about() {
        let mut scenario = read(POLL).expect("a scenario");
        assert_eq!(scenario.forget_amounts(), [""; 0]);
        scenario.year = None;
        assert_eq!(scenario.forget_amounts(), ["poll"]);
    }

    #[test]
    fn a_ballot_cannot_be_left_out_of_nothing() {
        let tables = "[evidence]\nlearn_from = \"priors-only\"\n";
        let found = read(tables).expect("a scenario");
        assert_eq!(found.learning, Learning::PriorsOnly);
        let error = read(&format!("{tables}leave_out = [\"bristol_2001\"]\n"));
        assert_eq!(
            error.expect_err("has a fault"),
            "x.toml:11:13: evidence.leave_out does not belong to \"priors-only\": no ballot is \
             learned from (allowed: with \"ballots-and-surveys\")"
        );
    }

    #[test]
    fn every_fault_of_the_evidence_is_named_with_its_place() {
        let error = read(
            "[evidence]\nlearn_from = \"prior-only\"\n\
             leave_out = [\"bristol_2002\", \"croydon_2001\", \"croydon_2001\"]\n\
             [[poll]]\nquestion = \"own-bills\"\nsample = 5\nyes = 41\nno = 1.0\nhouse_sd = 4\n\
             date = \"2027-06-01\"\nmode = \"telephone\"\n\
             [[poll]]\nyes = 0.4\nno = 0.5\nundecided = 0.2\nsample = 1000.5\ndate = \"10/02/2027\"\n\
             [[poll]]\ndate = 2009-12-31\nsource = \"\"\n\
             [campaign]\nwin_probability_wanted = 1.0\n\
             effects = [\n{ name = \"Leaflet\", log_odds = 6, sd = -1 },\n\
             { name = \"Leaflet\", log_odds = 0.1 },\n{ name = \" \" },\n\
             { name = \"=1\", log_odds = \"x\" },\n\
             { name = \"An effect whose name is far too long to stand in a column of a table\", log_odds = 0 },\n]\n",
        )
        .expect_err("has faults");
        let expected = "\
x.toml:10:14: evidence.learn_from: \"prior-only\" is nothing to learn from (allowed: ballots-and-surveys, priors-only) [did you mean priors-only?]
x.toml:11:14: evidence.leave_out: \"bristol_2002\" is no ballot (allowed: milton_keynes_1999, bristol_2001, croydon_2001, croydon_2002, bedfordshire_pcc_2015) [did you mean bristol_2001?]
x.toml:11:46: evidence.leave_out: \"croydon_2001\" stands twice (allowed: once)
x.toml:13:12: poll.question: \"own-bills\" is no question of a poll (allowed: ballot-paper, own-bill) [did you mean own-bill?]
x.toml:14:10: poll.sample: 5 is no number of people asked (allowed: whole numbers from 10 to 1000000)
x.toml:15:7: poll.yes: 41 is not a share (allowed: 0 to 1) [did you mean 0.41?]
x.toml:16:6: poll.no: 1 is no share of a poll (allowed: above 0 and below 1)
x.toml:17:12: poll.house_sd: 4 is no spread in log odds (allowed: 0 to 3)
x.toml:18:8: poll.date: 2027-06-01 is after the vote on 2027-28 (allowed: until 2027-05-31 at the latest)
x.toml:19:8: poll.mode: \"telephone\" is no way of asking (allowed: face-to-face, phone, online, postal, self-selected) [did you mean phone?]
x.toml:20:1: poll.question is missing (each poll has question, sample, yes, no, date and mode)
x.toml:20:1: poll.mode is missing (each poll has question, sample, yes, no, date and mode)
x.toml:23:13: poll.undecided: yes, no and undecided add to 1.100 (allowed: 1, give or take 0.015 for rounding)
x.toml:24:10: poll.sample: 1000.5 is no number of people asked (allowed: whole numbers from 10 to 1000000)
x.toml:25:8: poll.date: \"10/02/2027\" is no day (allowed: year, month and day such as 2027-02-10)
x.toml:26:1: poll.question is missing (each poll has question, sample, yes, no, date and mode)
x.toml:26:1: poll.sample is missing (each poll has question, sample, yes, no, date and mode)
x.toml:26:1: poll.yes is missing (each poll has question, sample, yes, no, date and mode)
x.toml:26:1: poll.no is missing (each poll has question, sample, yes, no, date and mode)
x.toml:26:1: poll.mode is missing (each poll has question, sample, yes, no, date and mode)
x.toml:27:8: poll.date: 2009-12-31 is too early (allowed: from 2010-01-01)
x.toml:28:10: poll.source: not a line of text (allowed: 1 to 200 printable characters)
x.toml:30:26: campaign.win_probability_wanted: 1 is not asked for (allowed: 0.01 to 0.99)
x.toml:32:32: campaign.effects.log_odds: 6 is no effect in log odds (allowed: -5 to 5)
x.toml:32:40: campaign.effects.sd: -1 is no spread in log odds (allowed: 0 to 5)
x.toml:33:10: campaign.effects.name: \"Leaflet\" stands twice (allowed: a name of its own)
x.toml:34:1: campaign.effects.log_odds is missing (each effect has name and log_odds)
x.toml:34:10: campaign.effects.name: not a line of text (allowed: 1 to 200 printable characters)
x.toml:35:10: campaign.effects.name: a spreadsheet would take it for a formula (allowed: a name that begins with a letter or a digit)
x.toml:35:27: campaign.effects.log_odds: a string was given (allowed: a number)
x.toml:36:10: campaign.effects.name: 68 characters long (allowed: at most 60)";
        assert_eq!(error, expected);
    }
}
