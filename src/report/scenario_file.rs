//! The scenario as understood, as a file that reads back to the same scenario.

use super::{households, medium_term};
use crate::data::Scenario;
use crate::domain::distribution::FORMS;
use crate::domain::{Band, ByBand, FreezeShape, Proposal, Rise, Share, UniformRise};

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
    }
    if !scenario.levels.is_empty() {
        line("\n[levels]".to_owned());
        for (name, amount) in scenario.levels.named() {
            if let Some(amount) = amount {
                line(format!("{name} = {}", number(amount.pounds())));
            }
        }
    }
    line(format!("\n[no]\nrise = {}", uniform(scenario.no)));
    line(format!("\n[others]\nrise = {}", uniform(scenario.others)));
    line(format!("\n[vote]\nday = {}", quoted(&scenario.day)));
    if let Some(turnout) = scenario.turnout {
        line(format!("turnout = {}", number(Share::value(turnout))));
    }
    if let Some(name) = &scenario.name_on_ballot {
        line(format!("name_on_ballot = {}", quoted(name)));
    }
    line("\n[inputs]".to_owned());
    for (name, distribution) in &scenario.inputs {
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
        line(format!(
            "{name} = {{ distribution = {}{parameters} }}",
            quoted(form)
        ));
    }
    line(format!(
        "\n[simulation]\ndraws = {}\nseed = {}",
        scenario.draws, scenario.seed
    ));
    line(format!("\n{}", medium_term::toml(scenario).trim_end()));
    if let Some(mapping) = &scenario.households {
        line(format!("\n{}", households::mapping_toml(mapping)));
    }
    text
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
