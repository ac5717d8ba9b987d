//! The scenario as understood, as a file that reads back to the same scenario.

use super::{households, medium_term};
use crate::data::Scenario;
use crate::data::scenario::{BALLOTS_AND_SURVEYS, PRIORS_ONLY};
use crate::domain::distribution::FORMS;
use crate::domain::{
    Band, ByBand, Distribution, FreezeShape, Learning, Levy, LevyTo, Proportion, Proposal,
    RatioChange, Rise, Share, UniformRise,
};

/// The scenario as TOML, every default stated.
pub fn toml(scenario: &Scenario) -> String {
    let mut text = String::new();
    let mut line = |content: String| {
        text.push_str(&content);
        text.push('\n');
    };
    line("format = 1".to_owned());
    line(format!("key = {}", quoted(&scenario.key)));
    line(format!("title = {}", quoted(&scenario.title)));
    if !scenario.source.is_empty() {
        line(format!("source = {}", quoted(&scenario.source)));
    }
    line(format!("authority = {}", quoted(&scenario.authority)));
    if let Some(vintage) = &scenario.vintage {
        line(format!("vintage = {}", quoted(vintage)));
    }
    if let Some(year) = scenario.year {
        line(format!("year = {}", quoted(&year.to_string())));
    }
    if let Some(by) = scenario.by {
        line(format!("by = {}", quoted(&by.to_string())));
    }
    line("\n[schedule]".to_owned());
    match &scenario.proposal {
        Proposal::HeadlineWithRelief { headline, relief } => {
            line("kind = \"headline-with-relief\"".to_owned());
            line(format!("headline_rise = {}", rise(*headline)));
            line(format!(
                "relief = {}",
                by_band(scenario, relief, |share| number(share.value()))
            ));
        }
        Proposal::BandRises(rises) => {
            line("kind = \"band-rises\"".to_owned());
            line(format!(
                "rises = {}",
                by_band(scenario, rises, |one| rise(*one))
            ));
        }
        Proposal::Uniform(one) => {
            line("kind = \"uniform\"".to_owned());
            line(format!("rise = {}", uniform(*one)));
        }
        Proposal::FreezeTarget {
            share,
            top_rise,
            shape,
        } => {
            line("kind = \"freeze-target\"".to_owned());
            line(format!("share = {}", number(share.value())));
            line(format!("top_rise = {}", rise(*top_rise)));
            let shape = match shape {
                FreezeShape::Equal => "equal",
                FreezeShape::Steps => "steps",
            };
            line(format!("shape = {}", quoted(shape)));
        }
        Proposal::BandAmounts(amounts) => {
            line("kind = \"band-amounts\"".to_owned());
            line(format!(
                "amounts = {}",
                by_band(scenario, amounts, |one| number(one.pounds()))
            ));
        }
        Proposal::NationalRatios { ratios, rise } => {
            line("kind = \"national-ratios\"".to_owned());
            national_ratios(scenario, ratios, &mut line);
            line(format!("rise = {}", uniform(*rise)));
        }
        Proposal::ExtraBands { bands, rise } => {
            line("kind = \"extra-bands\"".to_owned());
            line("bands = [".to_owned());
            for band in bands {
                line(format!(
                    "  {{ name = {}, of = \"{}\", share = {}, ratio = {} }},",
                    quoted(&band.name),
                    band.of,
                    number(band.share.value()),
                    ratio(band.ratio)
                ));
            }
            line("]".to_owned());
            line(format!("rise = {}", uniform(*rise)));
        }
        Proposal::Proportional {
            rate_millionths,
            second_home_rate_millionths,
        } => {
            let rate = |millionths: i64| number(millionths as f64 / 1e6);
            line("kind = \"proportional\"".to_owned());
            line(format!("rate = {}", rate(*rate_millionths)));
            line(format!(
                "second_home_rate = {}",
                rate(*second_home_rate_millionths)
            ));
        }
        Proposal::Surcharge {
            levy,
            to,
            voluntary,
            rise: beside,
        } => {
            line("kind = \"surcharge\"".to_owned());
            match levy {
                Levy::ByValue(steps) => {
                    line("steps = [".to_owned());
                    for (from, amount) in steps {
                        line(format!(
                            "  {{ from = {}, pounds = {} }},",
                            number(from.pounds()),
                            number(amount.pounds())
                        ));
                    }
                    line("]".to_owned());
                }
                Levy::ByBand(rises) => line(format!(
                    "rises = {}",
                    by_band(scenario, rises, |one| rise(*one))
                )),
            }
            let to = match to {
                LevyTo::Council => "council",
                LevyTo::Exchequer => "exchequer",
            };
            line(format!("to = {}", quoted(to)));
            line(format!("voluntary = {voluntary}"));
            line(format!("rise = {}", uniform(*beside)));
        }
    }
    let terms = scenario.terms;
    if terms.protects_reduction {
        line("protect_reduction = true".to_owned());
    }
    if let Some(cap) = terms.cap {
        line(format!("cap_rise_pounds = {}", number(cap.pounds())));
    }
    if terms.phase_in_years > 1 {
        line(format!("phase_in_years = {}", terms.phase_in_years));
    }
    if terms.leaves_out_premiums {
        line("leave_out_premiums = true".to_owned());
    }
    if !scenario.levels.is_empty() {
        line("\n[levels]".to_owned());
        for (name, amount) in scenario.levels.named() {
            if let Some(amount) = amount {
                line(format!("{name} = {}", number(amount.pounds())));
            }
        }
    }
    for area in &scenario.area_levels {
        line(format!("\n[[area_levels]]\narea = {}", quoted(&area.area)));
        for (name, amount) in area.levels.named() {
            if let Some(amount) = amount {
                line(format!("{name} = {}", number(amount.pounds())));
            }
        }
    }
    if scenario.proposal.rise_beside().is_none() {
        line(format!("\n[no]\nrise = {}", uniform(scenario.no)));
        line(format!("\n[others]\nrise = {}", uniform(scenario.others)));
    }
    line(format!("\n[vote]\nday = {}", quoted(&scenario.day)));
    if let Some(turnout) = scenario.turnout {
        line(format!("turnout = {}", number(Share::value(turnout))));
    }
    if let Some(name) = &scenario.name_on_ballot {
        line(format!("name_on_ballot = {}", quoted(name)));
    }
    line("\n[inputs]".to_owned());
    for (name, distribution) in &scenario.inputs {
        line(format!("{name} = {}", table_of(distribution)));
    }
    evidence(scenario, &mut line);
    line(format!(
        "\n[simulation]\ndraws = {}\nseed = {}\npoints = {}",
        scenario.draws,
        scenario.seed,
        quoted(scenario.points.word())
    ));
    line(format!("\n{}", medium_term::toml(scenario).trim_end()));
    if let Some(mapping) = &scenario.households {
        line(format!("\n{}", households::mapping_toml(mapping)));
    }
    text
}

/// What is learned from, the polls and the campaign.
fn evidence(scenario: &Scenario, line: &mut impl FnMut(String)) {
    line("\n[evidence]".to_owned());
    match &scenario.learning {
        Learning::PriorsOnly => line(format!("learn_from = {}", quoted(PRIORS_ONLY))),
        Learning::FromEvidence { leave_out } => {
            line(format!("learn_from = {}", quoted(BALLOTS_AND_SURVEYS)));
            let keys: Vec<String> = leave_out.iter().map(|key| quoted(key)).collect();
            line(format!("leave_out = [{}]", keys.join(", ")));
        }
    }
    for poll in &scenario.polls {
        line("\n[[poll]]".to_owned());
        line(format!("question = {}", quoted(poll.question.key())));
        line(format!("sample = {}", poll.sample));
        line(format!("yes = {}", number(poll.yes.value())));
        line(format!("no = {}", number(poll.no.value())));
        line(format!("undecided = {}", number(poll.undecided.value())));
        line(format!("date = {}", quoted(&poll.date.to_string())));
        line(format!("mode = {}", quoted(&poll.mode)));
        line(format!("house_sd = {}", number(poll.house_sd)));
        if !poll.source.is_empty() {
            line(format!("source = {}", quoted(&poll.source)));
        }
    }
    let campaign = &scenario.campaign;
    line("\n[campaign]".to_owned());
    match &campaign.comprehension {
        None => {}
        Some(Distribution::Fixed(share)) => line(format!("comprehension = {}", number(*share))),
        Some(other) => line(format!("comprehension = {}", table_of(other))),
    }
    let wanted = number(campaign.wanted.value());
    line(format!("win_probability_wanted = {wanted}"));
    if !campaign.effects.is_empty() {
        line("effects = [".to_owned());
        for effect in &campaign.effects {
            let source = match effect.source.as_str() {
                "" => String::new(),
                source => format!(", source = {}", quoted(source)),
            };
            line(format!(
                "  {{ name = {}, log_odds = {}, sd = {}{source} }},",
                quoted(&effect.name),
                number(effect.log_odds),
                number(effect.sd)
            ));
        }
        line("]".to_owned());
    }
}

/// A distribution as an inline table.
fn table_of(distribution: &Distribution) -> String {
    let (form, values) = distribution.parameters();
    let names = FORMS
        .iter()
        .find(|(known, _)| *known == form)
        .map_or(&[][..], |(_, n)| *n);
    let parameters: String = names
        .iter()
        .zip(values)
        .map(|(parameter, value)| format!(", {parameter} = {}", number(value)))
        .collect();
    format!("{{ distribution = {}{parameters} }}", quoted(form))
}

/// Ratios that change, and the rest left out: all as changes, or as ratios.
fn national_ratios(
    scenario: &Scenario,
    ratios: &ByBand<RatioChange>,
    line: &mut impl FnMut(String),
) {
    let stays = RatioChange::By(Rise::FREEZE);
    let said = |band: Band| band != Band::I || scenario.band_i_stated;
    let moved = || (ratios.iter()).filter(|(band, change)| said(*band) && **change != stays);
    let changes: Vec<String> = moved()
        .filter_map(|(band, change)| match change {
            RatioChange::By(by) => Some(format!("{band} = {}", rise(*by))),
            RatioChange::To(_) => None,
        })
        .collect();
    let stated: Vec<String> = moved()
        .filter_map(|(band, change)| match change {
            RatioChange::By(_) => None,
            RatioChange::To(to) => Some(format!("{band} = {}", ratio(*to))),
        })
        .collect();
    match (stated.as_slice(), changes.as_slice()) {
        ([], []) => line("changes = { A = 0.0 }".to_owned()),
        ([], _) => line(format!("changes = {{ {} }}", changes.join(", "))),
        _ => line(format!("ratios = {{ {} }}", stated.join(", "))),
    }
}

fn ratio(ratio: Proportion) -> String {
    quoted(&format!("{}/{}", ratio.numerator(), ratio.denominator()))
}

pub(super) fn quoted(text: &str) -> String {
    ::toml::Value::String(text.to_owned()).to_string()
}

pub(super) fn number(value: f64) -> String {
    format!("{value:?}")
}

fn rise(rise: Rise) -> String {
    number(rise.value())
}

pub(super) fn uniform(one: UniformRise) -> String {
    match one {
        UniformRise::Stated(stated) => rise(stated),
        UniformRise::LargestWithoutVote => quoted("largest-without-vote"),
    }
}

fn by_band<T>(scenario: &Scenario, values: &ByBand<T>, one: impl Fn(&T) -> String) -> String {
    let pairs: Vec<_> = values
        .iter()
        .filter(|(band, _)| *band != Band::I || scenario.band_i_stated)
        .map(|(band, value)| format!("{band} = {}", one(value)))
        .collect();
    format!("{{ {} }}", pairs.join(", "))
}
