//! The `[schedule]` table: what each kind of proposal needs, and the terms that any can have.

use std::collections::BTreeMap;

use toml::{Spanned, Value};

use super::check::{Checker, MOST_POUNDS};
use super::fault::nearest;
use super::raw::{RawExtraBand, RawSchedule, RawStep};
use crate::domain::schedule::WHOLE;
use crate::domain::{
    Band, ByBand, ExtraBand, FreezeShape, Levy, LevyTo, Nation, Pence, Proportion, Proposal,
    RatioChange, Rise, Terms, UniformRise,
};

/// The kinds of proposal.
pub(super) const KINDS: [&str; 9] = [
    "headline-with-relief",
    "band-rises",
    "band-amounts",
    "uniform",
    "freeze-target",
    "national-ratios",
    "extra-bands",
    "proportional",
    "surcharge",
];
/// The most that a surcharge may be, pounds a year.
const HIGHEST_SURCHARGE: f64 = 1_000_000.0;
/// The highest value at which a step may begin, pounds.
const HIGHEST_VALUE: f64 = 1_000_000_000.0;
/// The highest share of value a year, parts per million.
const HIGHEST_RATE: i64 = 50_000;
/// The most new bands.
const MOST_NEW_BANDS: usize = 20;
/// The most that a band may pay for each pound at band D.
const HIGHEST_RATIO: f64 = 20.0;

type Table = Spanned<BTreeMap<Spanned<String>, Spanned<Value>>>;

/// Keys of a kind: those it needs, and those it may have.
fn keys_of(kind: &str) -> Option<(&'static [&'static str], &'static [&'static str])> {
    Some(match kind {
        "headline-with-relief" => (&["headline_rise", "relief"], &[]),
        "band-rises" => (&["rises"], &[]),
        "band-amounts" => (&["amounts"], &[]),
        "uniform" => (&["rise"], &[]),
        "freeze-target" => (&["share", "top_rise"], &["shape"]),
        "national-ratios" => (&[], &["ratios", "changes", "rise"]),
        "extra-bands" => (&["bands"], &["rise"]),
        "proportional" => (&["rate"], &["second_home_rate"]),
        "surcharge" => (&[], &["steps", "rises", "to", "voluntary", "rise"]),
        _ => return None,
    })
}

impl Checker<'_, '_> {
    /// The proposal and its terms.
    pub(super) fn schedule(&mut self, mut raw: RawSchedule) -> Option<(Proposal, Terms)> {
        let Some(kind) = raw.kind.take() else {
            self.faults.missing(format!(
                "schedule.kind is missing (allowed: {})",
                KINDS.join(", ")
            ));
            return None;
        };
        let Some((needed, allowed)) = keys_of(kind.get_ref()) else {
            let other = kind.get_ref();
            let text = format!(
                "schedule.kind: {other:?} is no kind of schedule (allowed: {}){}",
                KINDS.join(", "),
                nearest(other, &KINDS)
            );
            self.faults.at(kind.span(), text);
            return None;
        };
        self.belonging(kind.get_ref(), needed, allowed, &raw);
        let terms = self.terms(&raw);
        let proposal = self.proposal(kind.get_ref(), raw);
        let (proposal, terms) = (proposal?, terms?);
        if let (
            true,
            Proposal::Surcharge {
                voluntary: true, ..
            },
        ) = (terms != Terms::NONE, &proposal)
        {
            let text =
                "schedule: a voluntary surcharge has no terms, for nobody owes it".to_owned();
            self.faults.at(kind.span(), text);
            return None;
        }
        let no_relief =
            proposal.rise_beside().is_some() || matches!(proposal, Proposal::Uniform(_));
        if terms.leaves_out_premiums && no_relief {
            let text = format!(
                "schedule.leave_out_premiums does not belong to {} (it leaves homes out of relief, \
                 and there is none)",
                kind.get_ref()
            );
            self.faults.at(kind.span(), text);
            return None;
        }
        if let (Proposal::Uniform(UniformRise::Stated(rise)), true) =
            (&proposal, terms.phase_in_years > 1)
            && *rise < Rise::FREEZE
        {
            let text = "schedule.phase_in_years: a cut is not phased in, for relief gives back part of \
                        an increase (allowed: 1, or a rise of 0 or more)";
            self.faults.at(kind.span(), text.to_owned());
            return None;
        }
        Some((proposal, terms))
    }

    /// Notes keys that do not belong to a kind, and those that are missing.
    fn belonging(&mut self, kind: &str, needed: &[&str], allowed: &[&str], raw: &RawSchedule) {
        let given = [
            (
                "headline_rise",
                raw.headline_rise.as_ref().map(Spanned::span),
            ),
            ("relief", raw.relief.as_ref().map(Spanned::span)),
            ("rises", raw.rises.as_ref().map(Spanned::span)),
            ("amounts", raw.amounts.as_ref().map(Spanned::span)),
            ("rise", raw.rise.as_ref().map(Spanned::span)),
            ("share", raw.share.as_ref().map(Spanned::span)),
            ("top_rise", raw.top_rise.as_ref().map(Spanned::span)),
            ("shape", raw.shape.as_ref().map(Spanned::span)),
            ("ratios", raw.ratios.as_ref().map(Spanned::span)),
            ("changes", raw.changes.as_ref().map(Spanned::span)),
            ("bands", raw.bands.as_ref().map(Spanned::span)),
            ("rate", raw.rate.as_ref().map(Spanned::span)),
            (
                "second_home_rate",
                raw.second_home_rate.as_ref().map(Spanned::span),
            ),
            ("steps", raw.steps.as_ref().map(Spanned::span)),
            ("to", raw.to.as_ref().map(Spanned::span)),
            ("voluntary", raw.voluntary.as_ref().map(Spanned::span)),
        ];
        let own: Vec<&str> = needed.iter().chain(allowed).copied().collect();
        for (name, span) in given {
            match span {
                Some(span) if !own.contains(&name) => self.faults.at(
                    span,
                    format!(
                        "schedule.{name} does not belong to {kind} (allowed: {})",
                        own.join(", ")
                    ),
                ),
                None if needed.contains(&name) => {
                    self.faults
                        .missing(format!("schedule.{name} is missing for {kind}"));
                }
                _ => {}
            }
        }
    }

    fn proposal(&mut self, kind: &str, raw: RawSchedule) -> Option<Proposal> {
        match kind {
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
            "band-amounts" => {
                let amounts =
                    self.by_band("schedule.amounts", raw.amounts?, |check, what, value| {
                        check.pounds(what, value, 2.0 * MOST_POUNDS)
                    })?;
                Some(Proposal::BandAmounts(amounts))
            }
            "uniform" => self
                .uniform("schedule.rise", Some(raw.rise?))
                .map(Proposal::Uniform),
            "freeze-target" => self.freeze_target(raw),
            "national-ratios" => self.national_ratios(raw),
            "extra-bands" => self.extra_bands(raw),
            "proportional" => {
                let rate = self.rate("schedule.rate", raw.rate.as_ref()?);
                let second = raw
                    .second_home_rate
                    .map(|value| self.rate("schedule.second_home_rate", &value));
                let rate_millionths = rate?;
                Some(Proposal::Proportional {
                    rate_millionths,
                    second_home_rate_millionths: second.unwrap_or(rate)?,
                })
            }
            _ => self.surcharge(raw),
        }
    }

    fn freeze_target(&mut self, raw: RawSchedule) -> Option<Proposal> {
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

    fn national_ratios(&mut self, raw: RawSchedule) -> Option<Proposal> {
        let rise = self.rise_beside(raw.rise);
        let changes = match (raw.ratios, raw.changes) {
            (Some(ratios), None) => {
                self.some_bands("schedule.ratios", ratios, |check, what, value| {
                    check.ratio(what, value).map(RatioChange::To)
                })
            }
            (None, Some(changes)) => {
                self.some_bands("schedule.changes", changes, |check, what, value| {
                    let rise = check.rise(what, value)?;
                    if rise.millionths() > -WHOLE {
                        return Some(RatioChange::By(rise));
                    }
                    let text =
                        format!("{what}: nothing would be left of the ratio (allowed: above -1)");
                    check.faults.at(value.span(), text);
                    None
                })
            }
            (Some(ratios), Some(_)) => {
                let text = "schedule: ratios and changes are two ways to say one thing (allowed: one \
                            of them)";
                self.faults.at(ratios.span(), text.to_owned());
                None
            }
            (None, None) => {
                let text = "schedule.changes is missing for national-ratios (or ratios)";
                self.faults.missing(text.to_owned());
                None
            }
        };
        let stays = RatioChange::By(Rise::FREEZE);
        let changes = changes?;
        self.band_i_stated = changes.contains_key(&Band::I);
        let of = |band: Band| match (changes.get(&band), changes.get(&Band::H)) {
            (Some(change), _) => *change,
            // Band I, which only Wales has, moves as band H does where it is not named.
            (None, Some(RatioChange::By(rise))) if band == Band::I => RatioChange::By(*rise),
            _ => stays,
        };
        Some(Proposal::NationalRatios {
            ratios: ByBand::from_fn(of),
            rise: rise?,
        })
    }

    fn extra_bands(&mut self, raw: RawSchedule) -> Option<Proposal> {
        let rise = self.rise_beside(raw.rise);
        let table = raw.bands?;
        let span = table.span();
        let raw_bands = table.into_inner();
        let wanted = raw_bands.len();
        let bands: Vec<ExtraBand> = raw_bands
            .into_iter()
            .filter_map(|band| self.extra_band(&span, band))
            .collect();
        if wanted == 0 {
            let text = "schedule.bands is empty (allowed: one band or more)".to_owned();
            self.faults.at(span, text);
            return None;
        }
        if bands.len() < wanted {
            return None;
        }
        if wanted > MOST_NEW_BANDS {
            let text =
                format!("schedule.bands: {wanted} new bands (allowed: at most {MOST_NEW_BANDS})");
            self.faults.at(span, text);
            return None;
        }
        let taken = |name: &str| {
            self.nation
                .is_none_or(|nation| nation.bands().iter().any(|band| band.to_string() == name))
        };
        let clash = bands.iter().enumerate().find(|(index, band)| {
            taken(&band.name) || bands[..*index].iter().any(|one| one.name == band.name)
        });
        if let Some((_, band)) = clash {
            let text = format!(
                "schedule.bands.name: there is a band {:?} already (allowed: a name of its own)",
                band.name
            );
            self.faults.at(span, text);
            return None;
        }
        for band in Band::ALL {
            let of_band = bands.iter().filter(|one| one.of == band);
            let taken: i64 = of_band.map(|one| one.share.millionths()).sum();
            if taken > WHOLE {
                let text = format!(
                    "schedule.bands: the new bands take {:.1}% of band {band} (allowed: at most 100%)",
                    taken as f64 / 1e4
                );
                self.faults.at(span, text);
                return None;
            }
        }
        Some(Proposal::ExtraBands { bands, rise: rise? })
    }

    fn extra_band(
        &mut self,
        table: &std::ops::Range<usize>,
        raw: RawExtraBand,
    ) -> Option<ExtraBand> {
        let mut missing = |given: bool, name: &str| {
            if !given {
                let text = format!(
                    "schedule.bands: {name} is missing (each band has a name, of, share and ratio)"
                );
                self.faults.at(table.clone(), text);
            }
        };
        missing(raw.name.is_some(), "name");
        missing(raw.of.is_some(), "of");
        missing(raw.share.is_some(), "share");
        missing(raw.ratio.is_some(), "ratio");
        let name = self.not_blank("schedule.bands.name", raw.name);
        let of = raw.of.and_then(|of| {
            let band = self.kept_text("schedule.bands.of", &of, of.get_ref().parse::<Band>())?;
            self.has_band("schedule.bands.of", band, of.span())
                .then_some(band)
        });
        let share = raw
            .share
            .and_then(|share| self.share("schedule.bands.share", &share));
        let share = match share {
            Some(none) if none.millionths() == 0 => {
                let text =
                    "schedule.bands.share: a new band holds some homes (allowed: above 0 to 1)";
                self.faults.at(table.clone(), text.to_owned());
                None
            }
            other => other,
        };
        let ratio = raw
            .ratio
            .and_then(|ratio| self.ratio("schedule.bands.ratio", &ratio));
        Some(ExtraBand {
            name: name?,
            of: of?,
            share: share?,
            ratio: ratio?,
        })
    }

    fn surcharge(&mut self, raw: RawSchedule) -> Option<Proposal> {
        let rise = self.rise_beside(raw.rise);
        let voluntary = self.flag("schedule.voluntary", raw.voluntary.as_ref());
        let to_span = raw.to.as_ref().map(Spanned::span);
        let to = match raw.to.as_ref().map(|to| to.get_ref().as_str()) {
            None | Some("council") => Some(LevyTo::Council),
            Some("exchequer") => Some(LevyTo::Exchequer),
            Some(other) => {
                let span = raw.to.as_ref().map_or(0..0, Spanned::span);
                let text = format!(
                    "schedule.to: {other:?} gets no surcharge (allowed: council, exchequer){}",
                    nearest(other, &["council", "exchequer"])
                );
                self.faults.at(span, text);
                None
            }
        };
        let levy = match (raw.steps, raw.rises) {
            (Some(steps), None) => self.steps(steps).map(Levy::ByValue),
            (None, Some(rises)) => self
                .by_band("schedule.rises", rises, Self::no_cut)
                .map(Levy::ByBand),
            (Some(steps), Some(_)) => {
                let text = "schedule: steps go by value and rises by band (allowed: one of them)";
                self.faults.at(steps.span(), text.to_owned());
                None
            }
            (None, None) => {
                let text = "schedule.steps is missing for surcharge (or rises)";
                self.faults.missing(text.to_owned());
                None
            }
        };
        let (to, voluntary) = (to?, voluntary?);
        if let (LevyTo::Exchequer, true, Some(span)) = (to, voluntary, to_span) {
            let text =
                "schedule.to: a gift goes to the council that asks for it (allowed: council)";
            self.faults.at(span, text.to_owned());
            return None;
        }
        Some(Proposal::Surcharge {
            levy: levy?,
            to,
            voluntary,
            rise: rise?,
        })
    }

    /// Steps in rising order of value and amount.
    fn steps(&mut self, raw: Spanned<Vec<RawStep>>) -> Option<Vec<(Pence, Pence)>> {
        let span = raw.span();
        let mut steps: Vec<(Pence, Pence)> = Vec::new();
        for step in raw.into_inner() {
            let (Some(from), Some(pounds)) = (&step.from, &step.pounds) else {
                let text =
                    "schedule.steps: from or pounds is missing (each step has both)".to_owned();
                self.faults.at(span, text);
                return None;
            };
            let value = self.pounds("schedule.steps.from", from, HIGHEST_VALUE);
            let amount = self.pounds("schedule.steps.pounds", pounds, HIGHEST_SURCHARGE);
            let (value, amount) = (value?, amount?);
            if steps
                .last()
                .is_some_and(|(last, before)| value <= *last || amount < *before)
            {
                let text = format!(
                    "schedule.steps: {amount} from {value} does not rise (allowed: steps in rising order of \
                     value, none below the one before)"
                );
                self.faults.at(from.span(), text);
                return None;
            }
            steps.push((value, amount));
        }
        if steps.is_empty() {
            let text = "schedule.steps is empty (allowed: one step or more)".to_owned();
            self.faults.at(span, text);
            return None;
        }
        Some(steps)
    }

    fn terms(&mut self, raw: &RawSchedule) -> Option<Terms> {
        let protects = self.flag("schedule.protect_reduction", raw.protect_reduction.as_ref());
        let leaves_out = self.flag(
            "schedule.leave_out_premiums",
            raw.leave_out_premiums.as_ref(),
        );
        let cap = match &raw.cap_rise_pounds {
            None => Some(None),
            Some(value) => self
                .pounds("schedule.cap_rise_pounds", value, 2.0 * MOST_POUNDS)
                .map(Some),
        };
        let years = match &raw.phase_in_years {
            None => Some(1),
            Some(value) => {
                let years = value
                    .get_ref()
                    .as_integer()
                    .and_then(|years| u8::try_from(years).ok())
                    .filter(|years| (1..=Terms::LONGEST_PHASE_IN).contains(years));
                if years.is_none() {
                    let text = format!(
                        "schedule.phase_in_years: {} is no number of years (allowed: whole numbers \
                         from 1 to {})",
                        value.get_ref(),
                        Terms::LONGEST_PHASE_IN
                    );
                    self.faults.at(value.span(), text);
                }
                years
            }
        };
        Some(Terms {
            protects_reduction: protects?,
            cap: cap?,
            phase_in_years: years?,
            leaves_out_premiums: leaves_out?,
        })
    }

    /// What the authority does beside a change of the law: nothing unless it is stated.
    fn rise_beside(&mut self, rise: Option<Spanned<Value>>) -> Option<UniformRise> {
        match rise {
            None => Some(UniformRise::Stated(Rise::FREEZE)),
            Some(rise) => self.uniform("schedule.rise", Some(rise)),
        }
    }

    fn flag(&mut self, what: &str, value: Option<&Spanned<Value>>) -> Option<bool> {
        let Some(value) = value else {
            return Some(false);
        };
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            let text = format!(
                "{what}: {} is neither (allowed: true, false)",
                value.get_ref()
            );
            self.faults.at(value.span(), text);
        }
        flag
    }

    fn pounds(&mut self, what: &str, value: &Spanned<Value>, most: f64) -> Option<Pence> {
        let pounds = self.number(what, value)?;
        if (0.0..=most).contains(&pounds) {
            return Some(Pence::from_pence((100.0 * pounds).round() as i64));
        }
        let text = format!("{what}: {pounds} is no such amount (allowed: 0 to {most} pounds)");
        self.faults.at(value.span(), text);
        None
    }

    /// A share of value, in parts per million.
    fn rate(&mut self, what: &str, value: &Spanned<Value>) -> Option<i64> {
        let number = self.number(what, value)?;
        let millionths = (number * 1e6).round();
        if millionths > 0.0 && millionths <= HIGHEST_RATE as f64 {
            return Some(millionths as i64);
        }
        let hint = if (0.05..=5.0).contains(&number) {
            format!(" [did you mean {}?]", (number * 1e4).round() / 1e6)
        } else {
            String::new()
        };
        let text = format!(
            "{what}: {number} is no share of value a year (allowed: above 0 to 0.05, where 0.005 is \
             0.5%){hint}"
        );
        self.faults.at(value.span(), text);
        None
    }

    /// What a band pays for each pound at band D: a fraction in words, or a number.
    fn ratio(&mut self, what: &str, value: &Spanned<Value>) -> Option<Proportion> {
        let read = match value.get_ref() {
            Value::String(text) => text.split_once('/').and_then(|(upper, lower)| {
                let part = |text: &str| text.trim().parse::<i32>().ok().map(i64::from);
                Proportion::new(part(upper)?, part(lower)?)
            }),
            Value::Integer(_) | Value::Float(_) => {
                let number = self.number(what, value)?;
                let ninth = Proportion::new(1, 1).expect("a proportion");
                Rise::new(number - 1.0)
                    .ok()
                    .filter(|rise| rise.millionths() > -WHOLE)
                    .map(|rise| ninth.raised(rise))
                    .or_else(|| {
                        let millionths = (number * 1e6).round();
                        let fits = millionths > 0.0 && number <= HIGHEST_RATIO;
                        fits.then(|| Proportion::new(millionths as i64, WHOLE))
                            .flatten()
                    })
            }
            _ => None,
        };
        let kept = read.filter(|ratio| (0.01..=HIGHEST_RATIO).contains(&ratio.value()));
        if kept.is_none() {
            let text = format!(
                "{what}: {} is no ratio to band D (allowed: a fraction such as \"473/360\", or a number \
                 from 0.01 to {HIGHEST_RATIO})",
                value.get_ref()
            );
            self.faults.at(value.span(), text);
        }
        kept
    }

    /// Whether the nation of the authority has the band; a fault where it has not.
    fn has_band(&mut self, what: &str, band: Band, span: std::ops::Range<usize>) -> bool {
        if band == Band::I && self.nation == Some(Nation::England) {
            let text = format!("{what}: band I is of Wales only (allowed in England: A to H)");
            self.faults.at(span, text);
            return false;
        }
        true
    }

    /// Values of the bands that are named.
    fn some_bands<T>(
        &mut self,
        what: &str,
        raw: Table,
        read: impl Fn(&mut Self, &str, &Spanned<Value>) -> Option<T>,
    ) -> Option<BTreeMap<Band, T>> {
        let span = raw.span();
        let mut values = BTreeMap::new();
        let mut whole = true;
        for (name, value) in raw.into_inner() {
            match name.get_ref().parse::<Band>() {
                Ok(Band::D) => {
                    let text = format!(
                        "{what}: band D is what the others are measured by (allowed: the other bands; schedule.rise moves band D)"
                    );
                    self.faults.at(name.span(), text);
                    whole = false;
                }
                Ok(band) => {
                    let fits = self.has_band(what, band, name.span());
                    match read(self, &format!("{what}.{band}"), &value) {
                        Some(read) if fits => drop(values.insert(band, read)),
                        _ => whole = false,
                    }
                }
                Err(error) => {
                    self.faults.at(name.span(), format!("{what}: {error}"));
                    whole = false;
                }
            }
        }
        if whole && values.is_empty() {
            let text = format!("{what} names no band (allowed: one of A to H or more)");
            self.faults.at(span, text);
            return None;
        }
        whole.then_some(values)
    }

    /// One value for each band; band I, which only Wales has, is that of band H where it is not
    /// stated.
    fn by_band<T: Copy>(
        &mut self,
        what: &str,
        raw: Table,
        read: impl Fn(&mut Self, &str, &Spanned<Value>) -> Option<T>,
    ) -> Option<ByBand<T>> {
        let span = raw.span();
        let mut values: BTreeMap<Band, Option<T>> = BTreeMap::new();
        for (name, value) in raw.into_inner() {
            match name.get_ref().parse::<Band>() {
                Ok(band) => {
                    if !self.has_band(what, band, name.span()) {
                        continue;
                    }
                    let read = read(self, &format!("{what}.{band}"), &value);
                    values.insert(band, read);
                }
                Err(error) => self.faults.at(name.span(), format!("{what}: {error}")),
            }
        }
        self.band_i_stated = values.contains_key(&Band::I);
        if let (false, Some(of_h)) = (self.band_i_stated, values.get(&Band::H).copied()) {
            values.insert(Band::I, of_h);
        }
        let missing: Vec<String> = Nation::England
            .bands()
            .iter()
            .filter(|band| !values.contains_key(band))
            .map(ToString::to_string)
            .collect();
        if !missing.is_empty() {
            let freezes = if what.ends_with("relief") {
                "1.0 freezes a band"
            } else if what.ends_with("amounts") {
                "today's amount freezes a band"
            } else {
                "0.0 freezes a band"
            };
            let text = format!(
                "{what}: band {} is missing (state each from A to H: {freezes})",
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
}
