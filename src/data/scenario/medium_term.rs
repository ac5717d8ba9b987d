//! The years after the vote and the services that the money could buy, as a scenario states them.

use std::collections::BTreeMap;
use std::path::Path;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::{Spanned, Value};

use super::super::catalogue::{self, DataError};
use super::super::vintage::Vintage;
use super::Scenario;
use super::check::{Checker, LARGEST};
use super::fault::nearest;
use super::raw::NumberOrWord;
use crate::domain::medium_term::YEARS;
use crate::domain::{
    FinancialYear, GapAssumes, MediumTerm, Pence, Rise, Service, Share, UniformRise,
};

/// The years after the vote.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawMediumTerm {
    /// Years that are projected, 4 to 10; the first is the year of the vote (default 5).
    #[schemars(with = "Option<u8>")]
    pub years: Option<Spanned<Value>>,
    /// The rise of each later year in the authority's own amount, or "largest-without-vote"
    /// (default).
    #[schemars(with = "Option<NumberOrWord>")]
    pub later_rise: Option<Spanned<Value>>,
    /// For how many years the freeze that a proposal is set against holds today's amount
    /// (default 1).
    #[schemars(with = "Option<u8>")]
    pub freeze_years: Option<Spanned<Value>>,
    /// The grant that each frozen year earns: a share of today's council tax requirement.
    #[schemars(with = "Option<f64>")]
    pub freeze_grant: Option<Spanned<Value>>,
    /// In how many financial years the grant of one frozen year is paid.
    #[schemars(with = "Option<u8>")]
    pub freeze_grant_years: Option<Spanned<Value>>,
    /// The council's own funding gap by financial year, pounds.
    #[schemars(with = "Option<BTreeMap<String, f64>>")]
    pub gap: Option<BTreeMap<Spanned<String>, Spanned<Value>>>,
    /// Which council tax the forecast of the gap holds: `no` (default), `freeze` or `today`.
    #[schemars(with = "Option<String>")]
    pub gap_assumes: Option<Spanned<String>>,
    /// Where the gap is published.
    #[schemars(with = "Option<String>")]
    pub gap_source: Option<Spanned<String>>,
}

/// A service that the money could buy.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawService {
    /// What it is called.
    #[schemars(with = "String")]
    pub name: Option<Spanned<String>>,
    /// What one unit costs, pounds a year.
    #[schemars(with = "f64")]
    pub price: Option<Spanned<Value>>,
    /// What one unit is.
    #[schemars(with = "String")]
    pub unit: Option<Spanned<String>>,
    /// How many of the most deprived wards share the money, where it is shared so.
    #[schemars(with = "Option<u16>")]
    pub wards: Option<Spanned<Value>>,
    /// Where the price comes from.
    #[schemars(with = "Option<String>")]
    pub source: Option<Spanned<String>>,
}

const DEFAULTS: &str = "assumptions/medium_term.csv";
/// A yearly rise beyond these is a slip of the pen: 4.99 for 4.99%.
const LATER_RISES: std::ops::RangeInclusive<f64> = -0.1..=0.25;
/// The largest freeze grant of 2011-12 to 2015-16 was 2.5% (3% for police and fire).
const MOST_GRANT: f64 = 0.1;
/// More than any council's budget, pounds.
const MOST_GAP: f64 = 1e10;
/// The most that a unit of a service may cost, pounds a year.
const MOST_PRICE: f64 = 1e9;
const MOST_SERVICES: usize = 50;
const MOST_WARDS: i64 = 500;

/// What is asked of the years after the vote where a scenario does not say.
///
/// # Errors
/// When the embedded table is broken: a fault of the build.
pub fn defaults() -> Result<MediumTerm, DataError> {
    #[derive(Deserialize)]
    struct Row {
        name: String,
        value: f64,
    }
    let rows: Vec<Row> = catalogue::rows(DEFAULTS)?;
    let fault = |text: String| DataError::fault(Path::new(DEFAULTS), text);
    let value = |name: &str| {
        rows.iter()
            .find(|row| row.name == name)
            .map(|row| row.value)
            .ok_or_else(|| fault(format!("{name} is missing")))
    };
    let years = |name: &str| {
        let value = value(name)?;
        let whole = (1.0..=f64::from(*YEARS.end())).contains(&value) && value.fract() == 0.0;
        if whole {
            Ok(value as u8)
        } else {
            Err(fault(format!("{name} of {value} is no number of years")))
        }
    };
    Ok(MediumTerm {
        years: years("years")?,
        later_rise: UniformRise::LargestWithoutVote,
        freeze_years: years("freeze_years")?,
        freeze_grant: Share::new(value("freeze_grant")?)
            .map_err(|error| fault(format!("freeze_grant: {error}")))?,
        freeze_grant_years: years("freeze_grant_years")?,
        gap: BTreeMap::new(),
        gap_assumes: GapAssumes::No,
        gap_source: None,
    })
}

/// Leaves out a gap and services: they are another authority's. Names those that were stated.
pub(super) fn forget_authority(scenario: &mut Scenario) -> Vec<&'static str> {
    let mut left_out = Vec::new();
    if !scenario.medium_term.gap.is_empty() {
        scenario.medium_term.gap.clear();
        scenario.medium_term.gap_source = None;
        left_out.push("medium_term.gap");
    }
    if !scenario.services.is_empty() {
        scenario.services.clear();
        left_out.push("services");
    }
    left_out
}

impl Checker<'_, '_> {
    /// The years after the vote, with defaults for what is not stated.
    pub(super) fn medium_term(
        &mut self,
        raw: Option<RawMediumTerm>,
        vintage: Option<&Spanned<String>>,
        voted_on: Option<FinancialYear>,
    ) -> Option<MediumTerm> {
        let defaults = self.names.medium_term.clone();
        let Some(raw) = raw else {
            return Some(defaults);
        };
        let longest = i64::from(*YEARS.end());
        let mut count = |name: &str, value: &Option<Spanned<Value>>, default: u8, least: i64| {
            let Some(value) = value else {
                return Some(default);
            };
            let what = format!("medium_term.{name}");
            self.whole(&what, value, least..=longest, "number of years")
                .and_then(|years| u8::try_from(years).ok())
        };
        let least = i64::from(*YEARS.start());
        let years = count("years", &raw.years, defaults.years, least);
        let freeze_years = count("freeze_years", &raw.freeze_years, defaults.freeze_years, 1);
        let freeze_grant_years = count(
            "freeze_grant_years",
            &raw.freeze_grant_years,
            defaults.freeze_grant_years,
            1,
        );
        let later_rise = match &raw.later_rise {
            None => Some(defaults.later_rise),
            Some(value) => self.later_rise(value),
        };
        let freeze_grant = match &raw.freeze_grant {
            None => Some(defaults.freeze_grant),
            Some(value) => self.freeze_grant(value),
        };
        let gap_assumes = match raw.gap_assumes {
            None => Some(defaults.gap_assumes),
            Some(word) => self.gap_assumes(&word),
        };
        let gap_source = self.not_blank("medium_term.gap_source", raw.gap_source);
        let gap = self.gap(raw.gap.unwrap_or_default(), years, (vintage, voted_on));
        Some(MediumTerm {
            years: years?,
            later_rise: later_rise?,
            freeze_years: freeze_years?,
            freeze_grant: freeze_grant?,
            freeze_grant_years: freeze_grant_years?,
            gap,
            gap_assumes: gap_assumes?,
            gap_source,
        })
    }

    fn later_rise(&mut self, value: &Spanned<Value>) -> Option<UniformRise> {
        let (low, high) = (LATER_RISES.start(), LATER_RISES.end());
        match value.get_ref() {
            Value::String(word) if word == LARGEST => Some(UniformRise::LargestWithoutVote),
            Value::String(word) => {
                let text = format!(
                    "medium_term.later_rise: {word:?} is not a rise (allowed: a number from {low} \
                     to {high}, or {LARGEST:?}){}",
                    nearest(word, &[LARGEST])
                );
                self.faults.at(value.span(), text);
                None
            }
            _ => {
                let number = self.number("medium_term.later_rise", value)?;
                if LATER_RISES.contains(&number) {
                    return Rise::new(number).ok().map(UniformRise::Stated);
                }
                let hint = if LATER_RISES.contains(&(number / 100.0)) {
                    format!(" [did you mean {}?]", number / 100.0)
                } else {
                    String::new()
                };
                let text = format!(
                    "medium_term.later_rise: {number} is no yearly rise (allowed: {low} to {high}, \
                     where 0.05 is 5%){hint}"
                );
                self.faults.at(value.span(), text);
                None
            }
        }
    }

    fn freeze_grant(&mut self, value: &Spanned<Value>) -> Option<Share> {
        let share = self.share("medium_term.freeze_grant", value)?;
        if share.value() <= MOST_GRANT {
            return Some(share);
        }
        let text = format!(
            "medium_term.freeze_grant: {} is no freeze grant (allowed: 0 to {MOST_GRANT} of \
             today's council tax requirement)",
            share.value()
        );
        self.faults.at(value.span(), text);
        None
    }

    fn gap_assumes(&mut self, word: &Spanned<String>) -> Option<GapAssumes> {
        let found = GapAssumes::ALL
            .into_iter()
            .find(|assumes| assumes.key() == word.get_ref());
        if found.is_none() {
            let known = GapAssumes::ALL.map(GapAssumes::key);
            let text = format!(
                "medium_term.gap_assumes: {:?} is no path of council tax (allowed: {}){}",
                word.get_ref(),
                known.join(", "),
                nearest(word.get_ref(), &known)
            );
            self.faults.at(word.span(), text);
        }
        found
    }

    /// The gap by year. Years that are not projected are a fault, for nothing would be shown of
    /// them.
    fn gap(
        &mut self,
        raw: BTreeMap<Spanned<String>, Spanned<Value>>,
        years: Option<u8>,
        (vintage, voted_on): (Option<&Spanned<String>>, Option<FinancialYear>),
    ) -> BTreeMap<FinancialYear, Pence> {
        let after = Vintage::held(vintage.map(|year| year.get_ref().as_str()))
            .ok()
            .map(|vintage| vintage.year.next());
        let first = voted_on.or(after);
        let projected: Option<Vec<FinancialYear>> = first
            .zip(years)
            .map(|(first, years)| first.and_after(usize::from(years)));
        let mut gap = BTreeMap::new();
        for (name, value) in raw {
            let year: FinancialYear = match name.get_ref().parse() {
                Ok(year) => year,
                Err(error) => {
                    self.faults
                        .at(name.span(), format!("medium_term.gap: {error}"));
                    continue;
                }
            };
            if let Some([first, .., last]) = projected.as_deref()
                && !(first..=last).contains(&&year)
            {
                let text = format!(
                    "medium_term.gap: {year} is not projected (allowed: {first} to {last}; set \
                     `medium_term.years` for more)"
                );
                self.faults.at(name.span(), text);
                continue;
            }
            let what = format!("medium_term.gap.{year}");
            let Some(pounds) = self.number(&what, &value) else {
                continue;
            };
            if (-MOST_GAP..=MOST_GAP).contains(&pounds) {
                gap.insert(year, Pence::from_pence((100.0 * pounds).round() as i64));
            } else {
                let text = format!(
                    "{what}: {pounds} is no gap (allowed: -{MOST_GAP:.0} to {MOST_GAP:.0} pounds; \
                     negative for a surplus)"
                );
                self.faults.at(value.span(), text);
            }
        }
        gap
    }

    /// The services that the money could buy.
    pub(super) fn services(&mut self, raw: Vec<Spanned<RawService>>) -> Vec<Service> {
        if let Some(one_too_many) = raw.get(MOST_SERVICES) {
            let text = format!(
                "services: {} services are stated (allowed: at most {MOST_SERVICES})",
                raw.len()
            );
            self.faults.at(one_too_many.span(), text);
        }
        raw.into_iter()
            .filter_map(|service| self.service(service))
            .collect()
    }

    fn service(&mut self, raw: Spanned<RawService>) -> Option<Service> {
        let span = raw.span();
        let raw = raw.into_inner();
        for (name, missing) in [
            ("name", raw.name.is_none()),
            ("price", raw.price.is_none()),
            ("unit", raw.unit.is_none()),
        ] {
            if missing {
                self.faults.at(
                    span.clone(),
                    format!("services.{name} is missing (each service has name, price and unit)"),
                );
            }
        }
        let name = self.not_blank("services.name", raw.name);
        let unit = self.not_blank("services.unit", raw.unit);
        let source = self.not_blank("services.source", raw.source);
        let price = raw.price.and_then(|value| {
            let pounds = self.number("services.price", &value)?;
            if (0.01..=MOST_PRICE).contains(&pounds) {
                return Some(Pence::from_pence((100.0 * pounds).round() as i64));
            }
            let text = format!(
                "services.price: {pounds} is no price (allowed: 0.01 to {MOST_PRICE:.0} pounds a \
                 year)"
            );
            self.faults.at(value.span(), text);
            None
        });
        let wards = match raw.wards {
            None => Some(None),
            Some(value) => self
                .whole("services.wards", &value, 1..=MOST_WARDS, "number of wards")
                .and_then(|wards| u16::try_from(wards).ok())
                .map(Some),
        };
        Some(Service {
            name: name?,
            price: price?,
            unit: unit?,
            wards: wards?,
            source,
        })
    }

    pub(super) fn whole(
        &mut self,
        what: &str,
        value: &Spanned<Value>,
        allowed: std::ops::RangeInclusive<i64>,
        called: &str,
    ) -> Option<i64> {
        let found = value
            .get_ref()
            .as_integer()
            .filter(|number| allowed.contains(number));
        if found.is_none() {
            let text = format!(
                "{what}: {} is no {called} (allowed: whole numbers from {} to {})",
                value.get_ref(),
                allowed.start(),
                allowed.end()
            );
            self.faults.at(value.span(), text);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::super::Names;
    use super::*;
    use crate::data::Assumptions;

    const HEAD: &str = "format = 1\nkey = \"x\"\nauthority = \"Derby\"\nvintage = \"2026-27\"\n\
                        [schedule]\nkind = \"uniform\"\nrise = 0.15\n";

    fn read(tables: &str) -> Result<Scenario, String> {
        let assumptions = Assumptions::embedded().expect("embedded");
        let text = format!("{HEAD}{tables}");
        Scenario::parse("x.toml", &text, &Names::of(&assumptions)).map_err(|e| e.to_string())
    }

    #[test]
    fn what_is_not_stated_is_the_default() {
        let found = read("").expect("a scenario").medium_term;
        assert_eq!(found, defaults().expect("embedded"));
        assert_eq!(
            (found.years, found.freeze_years, found.freeze_grant_years),
            (5, 1, 2)
        );
        assert_eq!(found.freeze_grant.value(), 0.01);
        assert_eq!(found.later_rise, UniformRise::LargestWithoutVote);
    }

    #[test]
    fn a_gap_and_services_are_read() {
        let scenario = read(
            "[medium_term]\nyears = 4\nlater_rise = 0.0299\ngap_assumes = \"today\"\n\
             gap = { \"2027-28\" = 12000000, \"2030-31\" = -0.5 }\n\
             [[services]]\nname = \"Funds\"\nprice = 2500.5\nunit = \"fund\"\nwards = 5\n",
        )
        .expect("a scenario");
        let asked = &scenario.medium_term;
        let rise = Rise::new(0.0299).expect("a rise");
        assert_eq!(asked.later_rise, UniformRise::Stated(rise));
        assert_eq!(asked.gap_assumes, GapAssumes::Today);
        let gap: Vec<(String, i64)> = asked
            .gap
            .iter()
            .map(|(year, gap)| (year.to_string(), gap.pence()))
            .collect();
        assert_eq!(
            gap,
            [
                ("2027-28".to_owned(), 1_200_000_000),
                ("2030-31".to_owned(), -50)
            ]
        );
        let service = &scenario.services[0];
        assert_eq!((service.price.pence(), service.wards), (250_050, Some(5)));
        let (other, left_out) = scenario.for_authority("Nottingham");
        assert_eq!(left_out, ["medium_term.gap", "services"]);
        assert!(other.medium_term.gap.is_empty() && other.services.is_empty());
    }

    #[test]
    fn every_fault_of_the_later_years_is_named_with_its_place() {
        let error = read(
            "[medium_term]\nyears = 3\nlater_rise = 4.99\nfreeze_years = 0\nfreeze_grant = 0.5\n\
             freeze_grant_years = 1.5\ngap_assumes = \"freese\"\n\
             gap = { \"2027\" = 1, \"2028-29\" = \"x\" }\n\
             [[services]]\nname = \"Funds\"\nprice = 0\nwards = 0\n",
        )
        .expect_err("has faults");
        let expected = "\
x.toml:9:9: medium_term.years: 3 is no number of years (allowed: whole numbers from 4 to 10)
x.toml:10:14: medium_term.later_rise: 4.99 is no yearly rise (allowed: -0.1 to 0.25, where 0.05 is 5%) [did you mean 0.0499?]
x.toml:11:16: medium_term.freeze_years: 0 is no number of years (allowed: whole numbers from 1 to 10)
x.toml:12:16: medium_term.freeze_grant: 0.5 is no freeze grant (allowed: 0 to 0.1 of today's council tax requirement)
x.toml:13:22: medium_term.freeze_grant_years: 1.5 is no number of years (allowed: whole numbers from 1 to 10)
x.toml:14:15: medium_term.gap_assumes: \"freese\" is no path of council tax (allowed: no, freeze, today) [did you mean freeze?]
x.toml:15:9: medium_term.gap: \"2027\" is not a financial year (allowed: two following years such as 2024-25)
x.toml:15:33: medium_term.gap.2028-29: a string was given (allowed: a number)
x.toml:16:1: services.unit is missing (each service has name, price and unit)
x.toml:18:9: services.price: 0 is no price (allowed: 0.01 to 1000000000 pounds a year)
x.toml:19:9: services.wards: 0 is no number of wards (allowed: whole numbers from 1 to 500)";
        assert_eq!(error, expected);
    }

    #[test]
    fn a_gap_of_a_year_that_is_not_projected_is_refused() {
        let error = read("[medium_term]\ngap = { \"2026-27\" = 1 }\n").expect_err("has a fault");
        assert_eq!(
            error,
            "x.toml:9:9: medium_term.gap: 2026-27 is not projected (allowed: 2027-28 to 2031-32; \
             set `medium_term.years` for more)"
        );
    }
}
