//! The scenario file as it is written: every field optional, every value with its place.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::{Spanned, Value};

use super::area_levels::RawAreaLevels;
use super::evidence::{RawCampaign, RawEvidence, RawPoll};
use super::households::RawHouseholds;
use super::medium_term::{RawMediumTerm, RawService};

/// A scenario: a proposal for one authority, and what is assumed about the vote on it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "bandwise scenario")]
pub struct RawScenario {
    /// The version of this format: 1.
    #[schemars(with = "u32")]
    pub format: Option<Spanned<i64>>,
    /// A short name without spaces; names the folder of results.
    #[schemars(with = "String")]
    pub key: Option<Spanned<String>>,
    /// What is proposed, in a few words.
    #[schemars(with = "Option<String>")]
    pub title: Option<Spanned<String>>,
    /// Where the proposal comes from.
    #[schemars(with = "Option<String>")]
    pub source: Option<Spanned<String>>,
    /// The billing authority: its name or its ONS code.
    #[schemars(with = "Option<String>")]
    pub authority: Option<Spanned<String>>,
    /// The year of the figures, such as 2023-24; the vote is on the year after.
    #[schemars(with = "Option<String>")]
    pub vintage: Option<Spanned<String>>,
    /// The financial year voted on, such as 2015-16 (default: the year after the figures).
    #[schemars(with = "Option<String>")]
    pub year: Option<Spanned<String>>,
    /// In what detail: `ward` (default for a billing authority), `lsoa`, `msoa`, or `authority`
    /// (default for who precepts on several).
    #[schemars(with = "Option<String>")]
    pub by: Option<Spanned<String>>,
    /// What each band is to pay.
    pub schedule: Option<RawSchedule>,
    /// Real band D amounts, where the vintage has them worked out.
    pub levels: Option<RawLevels>,
    /// Real band D amounts by billing authority, for who precepts on several.
    #[schemars(with = "Option<Vec<RawAreaLevels>>")]
    pub area_levels: Option<Vec<Spanned<RawAreaLevels>>>,
    /// What a No brings in.
    pub no: Option<RawNo>,
    /// The other authorities on the bill.
    pub others: Option<RawOthers>,
    /// The day and the usual turnout.
    pub vote: Option<RawVote>,
    /// Uncertain inputs that replace the built-in ones, by name.
    #[schemars(with = "Option<BTreeMap<String, RawDistribution>>")]
    pub inputs: Option<BTreeMap<Spanned<String>, RawDistribution>>,
    /// What the parameters of the vote are learned from.
    pub evidence: Option<RawEvidence>,
    /// Polls on the proposal.
    #[schemars(with = "Option<Vec<RawPoll>>")]
    pub poll: Option<Vec<Spanned<RawPoll>>>,
    /// What the campaign is taken to reach.
    pub campaign: Option<RawCampaign>,
    /// How much to simulate.
    pub simulation: Option<RawSimulation>,
    /// A council's own extract.
    #[schemars(with = "Option<RawHouseholds>")]
    pub households: Option<Spanned<RawHouseholds>>,
    /// The years after the vote.
    pub medium_term: Option<RawMediumTerm>,
    /// Services that the money could buy.
    #[schemars(with = "Option<Vec<RawService>>")]
    pub services: Option<Vec<Spanned<RawService>>>,
}

/// The proposed schedule; which keys belong to which kind is checked afterwards.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawSchedule {
    /// `headline-with-relief`, `band-rises`, `band-amounts`, `uniform`, `freeze-target`,
    /// `national-ratios`, `extra-bands`, `proportional` or `surcharge`.
    #[schemars(with = "String")]
    pub kind: Option<Spanned<String>>,
    /// headline-with-relief: the rise in band D, 1.0 for 100%.
    #[schemars(with = "Option<f64>")]
    pub headline_rise: Option<Spanned<Value>>,
    /// headline-with-relief: the share of the increase given back to each band, 0 to 1.
    #[schemars(with = "Option<BTreeMap<String, f64>>")]
    pub relief: Option<Spanned<BTreeMap<Spanned<String>, Spanned<Value>>>>,
    /// band-rises: the rise of each band, 0.15 for 15%. surcharge: what is added to each band's own
    /// element, 1.0 for as much again.
    #[schemars(with = "Option<BTreeMap<String, f64>>")]
    pub rises: Option<Spanned<BTreeMap<Spanned<String>, Spanned<Value>>>>,
    /// band-amounts: what a full bill in each band is to be of the authority's own part, pounds a
    /// year.
    #[schemars(with = "Option<BTreeMap<String, f64>>")]
    pub amounts: Option<Spanned<BTreeMap<Spanned<String>, Spanned<Value>>>>,
    /// national-ratios: what a band pays for each pound at band D, as a fraction ("473/360") or a
    /// number; bands not named stay as they are.
    #[schemars(with = "Option<BTreeMap<String, NumberOrWord>>")]
    pub ratios: Option<Spanned<BTreeMap<Spanned<String>, Spanned<Value>>>>,
    /// national-ratios: how much a band's ratio moves, 0.075 for 7.5%; bands not named stay.
    #[schemars(with = "Option<BTreeMap<String, f64>>")]
    pub changes: Option<Spanned<BTreeMap<Spanned<String>, Spanned<Value>>>>,
    /// extra-bands: the new bands.
    #[schemars(with = "Option<Vec<RawExtraBand>>")]
    pub bands: Option<Spanned<Vec<RawExtraBand>>>,
    /// proportional: the share of a home's value a year, 0.005 for 0.5%.
    #[schemars(with = "Option<f64>")]
    pub rate: Option<Spanned<Value>>,
    /// proportional: the same of empty and second homes (default: the rate).
    #[schemars(with = "Option<f64>")]
    pub second_home_rate: Option<Spanned<Value>>,
    /// surcharge: flat amounts by value of the home, in rising order.
    #[schemars(with = "Option<Vec<RawStep>>")]
    pub steps: Option<Spanned<Vec<RawStep>>>,
    /// surcharge: who gets it, `council` (default) or `exchequer`.
    #[schemars(with = "Option<String>")]
    pub to: Option<Spanned<String>>,
    /// surcharge: whether it is asked for and not owed (default false).
    #[schemars(with = "Option<bool>")]
    pub voluntary: Option<Spanned<Value>>,
    /// Whether residents on council tax reduction pay no more than before of what the proposal moves
    /// (default false).
    #[schemars(with = "Option<bool>")]
    pub protect_reduction: Option<Spanned<Value>>,
    /// The most that the proposal may add to what a home pays of what it moves, pounds a year.
    #[schemars(with = "Option<f64>")]
    pub cap_rise_pounds: Option<Spanned<Value>>,
    /// Years over which the change comes in equal steps, 1 to 10 (default 1: at once).
    #[schemars(with = "Option<u8>")]
    pub phase_in_years: Option<Spanned<Value>>,
    /// Whether empty and second homes get no relief (default false).
    #[schemars(with = "Option<bool>")]
    pub leave_out_premiums: Option<Spanned<Value>>,
    /// uniform: the rise of all bands, or "largest-without-vote". national-ratios, extra-bands and
    /// surcharge: what the authority does to its own amount in the same year (default 0).
    #[schemars(with = "Option<NumberOrWord>")]
    pub rise: Option<Spanned<Value>>,
    /// freeze-target: the share of dwellings to freeze, 0 to 1.
    #[schemars(with = "Option<f64>")]
    pub share: Option<Spanned<Value>>,
    /// freeze-target: the rise of the dearest band.
    #[schemars(with = "Option<f64>")]
    pub top_rise: Option<Spanned<Value>>,
    /// freeze-target: `steps` (default) or `equal`.
    #[schemars(with = "Option<String>")]
    pub shape: Option<Spanned<String>>,
}

/// A new band.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawExtraBand {
    /// Its name.
    #[schemars(with = "String")]
    pub name: Option<Spanned<String>>,
    /// The band that its homes are in today.
    #[schemars(with = "String")]
    pub of: Option<Spanned<String>>,
    /// The share of that band's homes, 0 to 1.
    #[schemars(with = "f64")]
    pub share: Option<Spanned<Value>>,
    /// What it pays for each pound at band D: a fraction ("24/9") or a number.
    #[schemars(with = "NumberOrWord")]
    pub ratio: Option<Spanned<Value>>,
}

/// A step of a surcharge.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawStep {
    /// The value that it begins at, pounds.
    #[schemars(with = "f64")]
    pub from: Option<Spanned<Value>>,
    /// What is to pay, pounds a year.
    #[schemars(with = "f64")]
    pub pounds: Option<Spanned<Value>>,
}

/// Band D amounts in pounds that replace those of the vintage.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawLevels {
    /// The authority's own amount without parishes: its relevant basic amount.
    #[schemars(with = "Option<f64>")]
    pub own: Option<Spanned<Value>>,
    /// The average of parishes or communities.
    #[schemars(with = "Option<f64>")]
    pub parishes: Option<Spanned<Value>>,
    /// The county council or the Greater London Authority.
    #[schemars(with = "Option<f64>")]
    pub county_or_gla: Option<Spanned<Value>>,
    /// The police.
    #[schemars(with = "Option<f64>")]
    pub police: Option<Spanned<Value>>,
    /// The fire and rescue authority.
    #[schemars(with = "Option<f64>")]
    pub fire: Option<Spanned<Value>>,
    /// The combined authority.
    #[schemars(with = "Option<f64>")]
    pub combined_authority: Option<Spanned<Value>>,
}

/// What a No brings in.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawNo {
    /// The rise in the substitute calculations, or "largest-without-vote" (default).
    #[schemars(with = "Option<NumberOrWord>")]
    pub rise: Option<Spanned<Value>>,
}

/// The other authorities on the bill.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawOthers {
    /// The rise of police, fire and others, or "largest-without-vote" (default).
    #[schemars(with = "Option<NumberOrWord>")]
    pub rise: Option<Spanned<Value>>,
}

/// The vote.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawVote {
    /// `with-local-elections` (default), `with-general-election`, `stand-alone` or `all-postal`.
    #[schemars(with = "Option<String>")]
    pub day: Option<Spanned<String>>,
    /// The usual turnout of local elections, 0 to 1; Derby's carried over where not stated.
    #[schemars(with = "Option<f64>")]
    pub turnout: Option<Spanned<Value>>,
    /// The name that stands on the ballot paper; the council's name where not stated.
    #[schemars(with = "Option<String>")]
    pub name_on_ballot: Option<Spanned<String>>,
}

/// How much to simulate.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawSimulation {
    /// Draws: 1 to 1,000,000 (default 10,000).
    #[schemars(with = "Option<u32>")]
    pub draws: Option<Spanned<Value>>,
    /// Seed: a whole number (default 1).
    #[schemars(with = "Option<u64>")]
    pub seed: Option<Spanned<Value>>,
    /// Points: `random` (default: plain Monte Carlo) or `sobol` (scrambled Sobol points in 16
    /// replicates: a smaller error from as many draws).
    #[schemars(with = "Option<String>")]
    pub points: Option<Spanned<String>>,
}

/// The distribution of an uncertain input: its form and the parameters of that form.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawDistribution {
    /// `fixed`, `normal`, `logit-normal`, `log-normal`, `half-normal`, `beta` or `uniform`.
    #[schemars(with = "String")]
    pub distribution: Option<Spanned<String>>,
    /// fixed: the value.
    #[schemars(with = "Option<f64>")]
    pub value: Option<Spanned<Value>>,
    /// normal: the mean.
    #[schemars(with = "Option<f64>")]
    pub mean: Option<Spanned<Value>>,
    /// logit-normal, log-normal: the median.
    #[schemars(with = "Option<f64>")]
    pub median: Option<Spanned<Value>>,
    /// Standard deviation: of the logarithm for log-normal, of the log odds for logit-normal.
    #[schemars(with = "Option<f64>")]
    pub sd: Option<Spanned<Value>>,
    /// half-normal: what is added.
    #[schemars(with = "Option<f64>")]
    pub plus: Option<Spanned<Value>>,
    /// beta: first shape.
    #[schemars(with = "Option<f64>")]
    pub a: Option<Spanned<Value>>,
    /// beta: second shape.
    #[schemars(with = "Option<f64>")]
    pub b: Option<Spanned<Value>>,
    /// uniform: lowest value.
    #[schemars(with = "Option<f64>")]
    pub low: Option<Spanned<Value>>,
    /// uniform: highest value.
    #[schemars(with = "Option<f64>")]
    pub high: Option<Spanned<Value>>,
}

/// A number, or a word in its place.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "describes a value in the JSON Schema only")]
pub enum NumberOrWord {
    /// A number; a rise of 15% is 0.15.
    Number(f64),
    /// `largest-without-vote`, or a fraction such as `473/360`.
    Word(String),
}
