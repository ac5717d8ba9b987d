//! The card: what a run found, on one screen.

use comfy_table::{CellAlignment, Table, presets};

use super::medium_term;
use super::needs;
use super::perception;
use super::results::Briefing;
use super::tables::{CompareRow, DriverRow, SummaryRow, WarningRow};
use super::text::{capital, draws_in_words, wrapped};
use super::who_pays;
use crate::domain::money::thousands;
use crate::domain::{Band, Distribution, Limit, LogOdds, Pence, Proposal, Rise};
use crate::simulation::Prepared;
use crate::tax::Verdict;
use crate::tax::bill::band_amount;

/// The card of a run as text; `place` is where the files are.
pub fn card(prepared: &Prepared, briefing: &Briefing, place: &str) -> String {
    let mut card = Card(String::new());
    card.heading(&format!(
        "{} {}: {}",
        briefing.authority, briefing.vote_year, briefing.title
    ));
    let source = match prepared.scenario.source.as_str() {
        "" => String::new(),
        source => format!(" Schedule: {source}."),
    };
    card.line(&format!(
        "Figures of {} applied to the budget of {}.{source}",
        briefing.base_year, briefing.vote_year
    ));
    for left_out in &briefing.provenance.overrides {
        if left_out.contains("left out") {
            card.line(&format!("{}.", capital(left_out)));
        }
    }
    law(prepared, &mut card);
    frozen(prepared, briefing, &mut card);
    card.blank();
    if prepared.schedule.is_local() {
        card.block(&band_table(briefing));
    } else {
        card.block(&whole_bill_table(briefing));
        new_bands(prepared, &mut card);
    }
    money(prepared, briefing, &mut card);
    paid_by(briefing, &mut card);
    vote(prepared, briefing, &mut card);
    card.block(
        medium_term::card_section(prepared, &briefing.medium_term, &briefing.services).trim_end(),
    );
    card.section("Take care");
    for warning in &briefing.warnings {
        card.item(&warning.message);
    }
    card.blank();
    card.line(&format!(
        "{}, seed {}. Files: {place}",
        draws_in_words(prepared.scenario.draws, prepared.scenario.points),
        briefing.provenance.seed
    ));
    card.0
}

fn law(prepared: &Prepared, card: &mut Card) {
    card.section("Lawful?");
    let route = &prepared.route.modelled;
    card.item(&format!(
        "{}: {}.",
        capital(&route.way),
        route.verdict.words()
    ));
    card.item(&route.reasons[0]);
    if prepared.route.needs_referendum() {
        card.item(&format!(
            "The ballot paper asks for {}%, against {}% after a No; it shows no bands, no pounds \
             and no freeze.",
            prepared.schedule.headline().percent_to_one_decimal(),
            prepared.amounts.no_rise.percent_to_one_decimal()
        ));
    }
    if !prepared.route.others.is_empty() {
        card.item("Other ways to it:");
    }
    for other in &prepared.route.others {
        let raised = other.version.net_vs_today;
        let amount = if raised < Pence::ZERO {
            format!("loses {}", pounds(-raised.pounds(), 0))
        } else {
            format!("raises {}", pounds(raised.pounds(), 0))
        };
        card.item(&format!(
            "  {}: {}; {amount} a year over today.",
            capital(&other.way),
            other.verdict.words()
        ));
    }
}

fn frozen(prepared: &Prepared, briefing: &Briefing, card: &mut Card) {
    card.section("Who is frozen?");
    for sentence in frozen_sentences(prepared, briefing) {
        card.item(&sentence);
    }
}

/// Whose own part of the bill does not rise, and whose whole bill.
pub(super) fn frozen_sentences(prepared: &Prepared, briefing: &Briefing) -> Vec<String> {
    let mean = |metric: &str| briefing.figure(metric).and_then(|row| row.mean);
    let percent = |metric: &str| mean(metric).map_or("-".to_owned(), |share| percent(share, 1));
    let share = |band: &Band| prepared.amounts.share_frozen(*band);
    let all = prepared.schedule.bands();
    let named = |chosen: &dyn Fn(&&Band) -> bool| {
        let bands: Vec<String> = all.iter().filter(chosen).map(ToString::to_string).collect();
        bands.join(", ")
    };
    let mut bands = named(&|band| share(band) == 1.0);
    let called = if bands.contains(", ") {
        "bands"
    } else {
        "band"
    };
    let partly = named(&|band| share(band) > 0.0 && share(band) < 1.0);
    if !partly.is_empty() {
        let and = if bands.is_empty() { "" } else { " and " };
        bands.push_str(&format!("{and}part of band {partly}"));
    }
    let none_at_all = mean("share_frozen_dwellings_own_element") == Some(0.0);
    if bands.is_empty() && none_at_all {
        return vec![format!(
            "No band: the {}'s own part of the bill rises for every home that pays.",
            prepared.record.authority.class.called()
        )];
    }
    let terms = prepared.scenario.terms;
    if terms.leaves_out_premiums && !bands.is_empty() {
        bands.push_str(", but for empty and second homes,");
    }
    if terms.protects_reduction && !bands.is_empty() {
        bands.push_str(" and of homes on reduction in any band");
    }
    let which = if bands.is_empty() {
        "of homes that the proposal protects".to_owned()
    } else if bands.starts_with("part") {
        format!("in {bands}")
    } else {
        format!("in {called} {bands}")
    };
    let own = format!(
        "The {}'s own part of the bill {which}: {} of dwellings, {} of electors{}.",
        prepared.record.authority.class.called(),
        percent("share_frozen_dwellings_own_element"),
        percent("share_frozen_electors_own_element"),
        mean("share_frozen_votes").map_or(String::new(), |share| format!(
            ", {:.1}% of votes cast",
            100.0 * share
        ))
    );
    let (today, next) = prepared.others_band_d;
    let no_higher = percent("share_dwellings_no_higher_bill");
    let whole = percent("share_frozen_dwellings_total_bill");
    let all = if !prepared.whole_bill_known {
        "The whole bill: not known, for what the other authorities on it will charge is not known."
            .to_owned()
    } else if next > today {
        format!(
            "The whole bill: {whole} of dwellings; the other authorities on the bill are taken to \
             go from {today} to {next} at band D. {no_higher} of dwellings pay no more over all, \
             with homes that pay nothing and homes whose reduction meets the rise."
        )
    } else {
        format!("The whole bill: {whole} of dwellings; the others on the bill charge no more.")
    };
    vec![own, all]
}

fn band_table(briefing: &Briefing) -> String {
    let vote = briefing.has_vote();
    let header = if vote {
        vec![
            "Band",
            "Dwellings",
            "Own part today",
            "If Yes",
            "If No",
            "Yes less today",
            "Yes less No",
            "Of votes",
            "Say Yes",
        ]
    } else {
        vec!["Band", "Dwellings", "Own part today", "Proposed", "Change"]
    };
    let rows = briefing.bands.iter().map(|row| {
        let share = |value: Option<f64>| value.map_or(String::new(), |v| percent(v, 0));
        let mut cells = vec![
            row.band.clone(),
            thousands(row.n_dwellings.unsigned_abs()),
            pounds(row.own_bill_today_pounds, 2),
            pounds(row.own_bill_yes_pounds, 2),
        ];
        if vote {
            cells.push(pounds(row.own_bill_no_pounds, 2));
        }
        cells.push(signed(row.own_change_yes_vs_today_pounds, 2));
        if vote {
            cells.push(signed(row.own_change_yes_vs_no_pounds, 2));
            cells.extend([share(row.share_votes), share(row.yes_share)]);
        }
        cells
    });
    in_columns(header, rows)
}

/// The table where a change of the law moves the whole bill.
fn whole_bill_table(briefing: &Briefing) -> String {
    let header = vec![
        "Band",
        "Dwellings",
        "Whole bill today",
        "Proposed, on average",
        "Change",
    ];
    let rows = briefing.bands.iter().map(|row| {
        vec![
            row.band.clone(),
            thousands(row.n_dwellings.unsigned_abs()),
            pounds(row.total_bill_today_pounds, 2),
            pounds(row.total_bill_yes_pounds, 2),
            signed(row.total_bill_yes_pounds - row.total_bill_today_pounds, 2),
        ]
    });
    in_columns(header, rows)
}

/// What each new band would pay.
fn new_bands(prepared: &Prepared, card: &mut Card) {
    let Proposal::ExtraBands { bands, .. } = &prepared.scenario.proposal else {
        return;
    };
    for band in bands {
        let ratio = band.ratio;
        let own = band_amount(prepared.amounts.band_d.yes, ratio);
        let others = band_amount(prepared.others_band_d.1, ratio);
        card.item(&format!(
            "Band {} ({} of today's band {}): {} at the ratio of {}/{} to band D.",
            band.name,
            percent(band.share.value(), 1),
            band.of,
            own + others,
            ratio.numerator(),
            ratio.denominator()
        ));
    }
}

/// A table with its figures to the right.
pub(super) fn in_columns(header: Vec<&str>, rows: impl Iterator<Item = Vec<String>>) -> String {
    let columns = header.len();
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_BORDERS_ONLY)
        .set_header(header);
    for row in rows {
        table.add_row(row);
    }
    for column in 1..columns {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}

fn money(prepared: &Prepared, briefing: &Briefing, card: &mut Card) {
    card.section("What does it raise in a year?");
    if !prepared.schedule.is_local() {
        return money_of_a_change(prepared, briefing, card);
    }
    let vote = briefing.has_vote();
    let mean = |metric: &str| briefing.figure(metric).and_then(|row| row.mean);
    let amount = |metric: &str| mean(metric).map_or("-".to_owned(), |value| pounds(value, 0));
    for (label, metric) in [
        (
            "Raised by the headline, before relief",
            "gross_yield_pounds",
        ),
        ("Relief, paid by the council alone", "relief_cost_pounds"),
        ("Net yield over today", "net_yield_vs_today_pounds"),
    ] {
        let no_relief = metric == "relief_cost_pounds" && mean(metric) == Some(0.0);
        if !no_relief {
            card.figure(label, &amount(metric));
        }
    }
    if vote {
        card.figure("Net yield over a No", &amount("net_yield_vs_no_pounds"));
        if let Some(row) = briefing.figure("collected_pounds") {
            card.figure(
                "Really collected over a No, if won",
                &range(row, |value| pounds(value, 0)),
            );
        }
    } else if prepared.principle.limit != Limit::Unlimited
        && mean("net_yield_vs_no_pounds").is_some_and(|value| value.abs() >= 0.5)
    {
        card.figure(
            "Over the most that needs no vote",
            &amount("net_yield_vs_no_pounds"),
        );
    }
    card.item("At the budgeted collection rate, but for what is really collected.");
    let frozen = briefing.bands.iter().any(|row| row.frozen);
    if vote && frozen && mean("net_yield_vs_no_pounds").is_some_and(|value| value < 0.0) {
        card.item(
            "A No would raise more than a Yes: the frozen bands give up more than the raised bands \
             bring in.",
        );
    }
}

/// The money where the law would change, or residents are asked to give.
fn money_of_a_change(prepared: &Prepared, briefing: &Briefing, card: &mut Card) {
    let amount = |metric: &str| {
        let mean = briefing.figure(metric).and_then(|row| row.mean);
        mean.map(|value| pounds(value, 0))
    };
    let rise = prepared.schedule.headline();
    for (label, metric) in [
        ("The council, over today", "net_yield_vs_today_pounds"),
        (
            "The council, over the year without it",
            "net_yield_vs_no_pounds",
        ),
        (
            "The other authorities on the bill",
            "other_authorities_yield_vs_no_pounds",
        ),
        ("The Exchequer", "exchequer_yield_pounds"),
    ] {
        let same = metric == "net_yield_vs_no_pounds" && rise == Rise::FREEZE;
        if let (Some(amount), false) = (amount(metric), same) {
            card.figure(label, &amount);
        }
    }
    if let Some(row) = briefing.figure("contributions_pounds") {
        card.figure(
            "Given to the council",
            &range(row, |value| pounds(value, 0)),
        );
        card.item(&format!("Of {}.", row.base));
        return;
    }
    card.item(if prepared.schedule.levy_is_own() {
        "A surcharge as if all of it were paid, the rest at the budgeted collection rate; and as if \
         nobody moved, sold or appealed."
    } else {
        "At the budgeted collection rate, and as if nobody moved, sold or appealed."
    });
}

fn paid_by(briefing: &Briefing, card: &mut Card) {
    card.section("Who pays?");
    card.block(&who_pays::card_table(briefing));
    if let Some(sentence) = who_pays::card_sentence(briefing) {
        card.item(&sentence);
    }
}

fn vote(prepared: &Prepared, briefing: &Briefing, card: &mut Card) {
    card.section("Does it win?");
    let won = briefing
        .figure("win_probability")
        .and_then(|row| Some((row.mean?, row.monte_carlo_error?)));
    let Some((won, error)) = won else {
        card.item(no_vote(prepared));
        return;
    };
    card.figure(
        "Probability of winning",
        &format!(
            "{} (give or take {:.1} points from chance alone)",
            chance(won),
            100.0 * error
        ),
    );
    for (label, metric) in [("Yes share", "yes_share"), ("Turnout", "turnout")] {
        if let Some(row) = briefing.figure(metric) {
            card.figure(label, &range(row, |value| percent(value, 1)));
        }
    }
    if let Some(known) = briefing
        .figure("win_probability_if_all_know")
        .and_then(|row| row.mean)
    {
        card.figure("If every voter knew her own bill", &chance(known));
    }
    if let Some(value) = briefing
        .figure("expected_value_pounds")
        .and_then(|row| row.mean)
    {
        card.figure("Average gain from holding the vote", &pounds(value, 0));
        card.item("That gain is of the first year, after the poll and the costs of losing.");
    }
    for line in stated(prepared, briefing) {
        card.item(&line);
    }
    for line in needs::card_lines(&briefing.needs) {
        card.item(&line);
    }
    for line in perception::card_lines(prepared, &briefing.perception) {
        card.item(&line);
    }
    for line in driver_lines(prepared, briefing) {
        card.item(&line);
    }
}

/// What drives the probability of winning most: what the points are, and the first three; nothing where
/// there is no vote.
pub(super) fn driver_lines(prepared: &Prepared, briefing: &Briefing) -> Vec<String> {
    if briefing.drivers.is_empty() {
        return Vec::new();
    }
    let opening = if prepared.polls.is_empty() {
        "What drives it most (points by which a win is likelier when this is above its middle value):"
    } else {
        "What goes with a win, after the polls (points by which it is likelier when this is above its \
         middle value; `bandwise sensitivity` tells what drives it):"
    };
    let line = |driver: &DriverRow| {
        format!(
            "  {:+.1} points: {} ({})",
            100.0 * driver.effect_on_win_probability,
            driver.meaning,
            driver.input
        )
    };
    std::iter::once(opening.to_owned())
        .chain(briefing.drivers.iter().take(3).map(line))
        .collect()
}

/// Why there is no vote.
pub(super) fn no_vote(prepared: &Prepared) -> &'static str {
    match prepared.route.modelled.verdict {
        Verdict::NeedsOrder | Verdict::NeedsAct => {
            "It is not for the council's electors to decide, so there is no vote to win."
        }
        Verdict::Voluntary => "There is nothing to vote on: nobody owes it.",
        Verdict::NeedsNoVote | Verdict::NeedsReferendum => {
            "No referendum is needed, so there is no vote to win."
        }
    }
}

/// A probability to a tenth of a point; never as certain as 0 or 1.
pub(super) fn chance(probability: f64) -> String {
    match probability {
        rare if rare < 0.000_5 => "below 0.1%".to_owned(),
        sure if sure > 0.999_5 => "above 99.9%".to_owned(),
        other => percent(other, 1),
    }
}

/// What the scenario states of this vote, and how far draws agree with it.
pub(super) fn stated(prepared: &Prepared, briefing: &Briefing) -> Vec<String> {
    let mut lines = Vec::new();
    let scenario = &prepared.scenario;
    if let Some(last) = scenario.polls.iter().max_by_key(|poll| poll.date) {
        let (yes, no) = (last.yes.value(), last.no.value());
        lines.push(format!(
            "Weighed with {} that the scenario states, the last of {}: {} Yes among those with an answer.",
            match scenario.polls.len() {
                1 => "one opinion poll".to_owned(),
                more => format!("{more} opinion polls"),
            },
            last.date,
            percent(yes / (yes + no), 0)
        ));
    }
    if let Some(comprehension) = scenario.campaign.comprehension {
        let stated = match comprehension {
            Distribution::Fixed(share) => format!("{} of voters", percent(share, 0)),
            other => other.to_string(),
        };
        lines.push(format!(
            "Who know on the day what a Yes would cost them is as the scenario states: {stated}."
        ));
    }
    for effect in &scenario.campaign.effects {
        lines.push(format!(
            "With a campaign effect that the scenario states and no evidence of past votes supports: {}, \
             {:+} log odds (an even split would come out {} for Yes).",
            effect.name,
            effect.log_odds,
            percent(LogOdds(effect.log_odds).share().value(), 0)
        ));
    }
    let thin = |row: &&WarningRow| row.warning == "low_effective_sample";
    if let Some(warning) = briefing.warnings.iter().find(thin) {
        lines.push(warning.message.clone());
    }
    lines
}

/// The card of a comparison: each pair of proposals with its rows, then the caveats of all.
pub fn compare_card(
    title: &str,
    pairs: &[Vec<CompareRow>],
    warnings: &[WarningRow],
    place: Option<&str>,
) -> String {
    let mut card = Card(String::new());
    card.heading(title);
    card.line("Same luck for all: differences are taken draw by draw.");
    for rows in pairs {
        let Some(CompareRow { first, second, .. }) = rows.first() else {
            continue;
        };
        card.section(&format!("{first} against {second}"));
        let header = vec![
            "",
            first,
            second,
            "Difference",
            "90% range",
            "Give or take",
            "First larger",
            "Alike",
        ];
        let lines = rows.iter().map(|row| {
            let is_money = row.unit == "pounds";
            let level = |value: f64| {
                if is_money {
                    pounds(value, 0)
                } else {
                    percent(value, 1)
                }
            };
            let change = |value: f64| {
                if is_money {
                    pounds(value, 0)
                } else {
                    format!("{:.1} points", 100.0 * value + 0.0)
                }
            };
            let between = match (row.difference_p05, row.difference_p95) {
                (Some(low), Some(high)) => format!("{} to {}", change(low), change(high)),
                _ => String::new(),
            };
            vec![
                in_words(&row.metric),
                level(row.first_mean),
                level(row.second_mean),
                change(row.difference_mean),
                between,
                row.monte_carlo_error.map_or("-".to_owned(), change),
                percent(row.first_larger, 0),
                percent(row.alike, 0),
            ]
        });
        card.block(&in_columns(header, lines));
    }
    card.section("Take care");
    for warning in warnings {
        card.item(&warning.message);
    }
    if let Some(place) = place {
        card.blank();
        card.line(&format!("Files: {place}"));
    }
    card.0
}

fn in_words(metric: &str) -> String {
    match metric {
        "collected_vs_no_pounds" => "Collected over a No, if won",
        "collected_vs_today_pounds" => "Collected over today, if carried out",
        "yes_share" => "Yes share",
        "turnout" => "Turnout",
        "win_probability" => "Probability of winning",
        "expected_value_pounds" => "Gain from holding the vote",
        other => other,
    }
    .to_owned()
}

/// A card as it grows: headings, sentences, tables and figures.
pub(super) struct Card(String);

impl Card {
    /// A card under a heading.
    pub(super) fn new(heading: &str) -> Self {
        let mut card = Self(String::new());
        card.heading(heading);
        card
    }

    /// The text, with where the files are.
    pub(super) fn end(mut self, files: &str) -> String {
        self.blank();
        self.line(&format!("Files: {files}"));
        self.0
    }

    pub(super) fn line(&mut self, text: &str) {
        self.0.push_str(&wrapped(text, 0));
        self.0.push('\n');
    }

    pub(super) fn block(&mut self, text: &str) {
        self.0.push_str(text);
        self.0.push('\n');
    }

    pub(super) fn blank(&mut self) {
        self.0.push('\n');
    }

    fn heading(&mut self, text: &str) {
        self.line(text);
        self.block(&"=".repeat(text.chars().count().min(96)));
    }

    pub(super) fn section(&mut self, text: &str) {
        self.blank();
        self.line(&text.to_uppercase());
    }

    pub(super) fn item(&mut self, text: &str) {
        let (mark, text) = match text.strip_prefix("  ") {
            Some(inner) => ("    ", inner),
            None => ("- ", text),
        };
        let body = wrapped(text, mark.len());
        self.0.push_str(mark);
        self.0.push_str(body.trim_start());
        self.0.push('\n');
    }

    pub(super) fn figure(&mut self, label: &str, value: &str) {
        self.block(&format!("  {label:<38} {value}"));
    }
}

/// A share in percent, to so many decimals.
pub(super) fn percent(share: f64, decimals: usize) -> String {
    // Adding 0.0 turns a rounded -0 into 0.
    let scale = 10f64.powi(i32::try_from(decimals).unwrap_or(0));
    let rounded = (100.0 * share * scale).round() / scale + 0.0;
    format!("{rounded:.decimals$}%")
}

/// Pounds with thousands separated, to 0 or 2 decimals.
pub(super) fn pounds(value: f64, decimals: u32) -> String {
    let pence = Pence::from_pence((value * 100.0).round() as i64);
    if decimals == 2 {
        return pence.to_string();
    }
    let whole = (value.abs().round()) as u64;
    let sign = if value < 0.0 && whole > 0 { "-" } else { "" };
    format!("{sign}£{}", thousands(whole))
}

pub(super) fn signed(value: f64, decimals: u32) -> String {
    let text = pounds(value, decimals);
    if value > 0.0 {
        format!("+{text}")
    } else {
        text
    }
}

fn range(row: &SummaryRow, show: impl Fn(f64) -> String) -> String {
    match (row.mean, row.p05, row.p95) {
        (Some(mean), Some(low), Some(high)) => {
            format!(
                "{} on average, 90% range {} to {}",
                show(mean),
                show(low),
                show(high)
            )
        }
        _ => "-".to_owned(),
    }
}
