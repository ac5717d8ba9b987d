//! The card: what a run found, on one screen.

use comfy_table::{CellAlignment, Table, presets};

use super::results::Briefing;
use super::tables::{CompareRow, SummaryRow};
use super::text::{capital, wrapped};
use crate::domain::Pence;
use crate::domain::money::thousands;
use crate::simulation::Prepared;

/// The card of a run as text; `place` is where the files are.
pub fn card(prepared: &Prepared, briefing: &Briefing, place: &str) -> String {
    let mut card = Card(String::new());
    card.heading(&format!(
        "{} {}: {}",
        briefing.authority, briefing.vote_year, briefing.title
    ));
    card.line(&format!(
        "Figures of {}; the vote is on {}. {}",
        briefing.base_year,
        briefing.vote_year,
        if prepared.scenario.source.is_empty() {
            String::new()
        } else {
            format!("Proposed by: {}.", prepared.scenario.source)
        }
    ));
    law(prepared, &mut card);
    frozen(prepared, briefing, &mut card);
    card.blank();
    card.block(&band_table(briefing));
    money(briefing, &mut card);
    vote(briefing, &mut card);
    card.section("Take care");
    for warning in &briefing.warnings {
        card.item(&warning.message);
    }
    card.blank();
    card.line(&format!(
        "{} draws, seed {}. Files: {place}",
        thousands(u64::from(briefing.provenance.draws)),
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
    for other in &prepared.route.others {
        card.item(&format!(
            "{}: {}.",
            capital(&other.way),
            other.verdict.words()
        ));
    }
    if prepared.route.needs_referendum() {
        card.item(&format!(
            "The ballot paper asks for {}%, against {}% after a No; it shows no bands, no pounds \
             and no freeze.",
            prepared.schedule.headline().percent_to_one_decimal(),
            prepared.amounts.no_rise.percent_to_one_decimal()
        ));
    }
}

fn frozen(prepared: &Prepared, briefing: &Briefing, card: &mut Card) {
    card.section("Who is frozen?");
    let mean = |metric: &str| briefing.figure(metric).and_then(|row| row.mean);
    let percent = |metric: &str| mean(metric).map_or("-".to_owned(), |share| percent(share, 1));
    let bands: Vec<String> = prepared
        .schedule
        .frozen_bands()
        .iter()
        .map(ToString::to_string)
        .collect();
    if bands.is_empty() {
        card.item("No band: the council's own part of the bill rises for every home that pays.");
        return;
    }
    card.item(&format!(
        "The council's own part of the bill in band {}: {} of dwellings, {} of electors{}.",
        bands.join(", "),
        percent("share_frozen_dwellings_own_element"),
        percent("share_frozen_electors_own_element"),
        mean("share_frozen_votes").map_or(String::new(), |share| format!(
            ", {:.1}% of votes cast",
            100.0 * share
        ))
    ));
    card.item(&format!(
        "The whole bill: {} of dwellings, because police, fire and others still rise.",
        percent("share_frozen_dwellings_total_bill")
    ));
}

fn band_table(briefing: &Briefing) -> String {
    let vote = briefing.bands.iter().any(|row| row.yes_share.is_some());
    let mut header = vec![
        "Band",
        "Dwellings",
        "Own part today",
        "If Yes",
        "If No",
        "Yes less today",
        "Yes less No",
    ];
    if vote {
        header.extend(["Of votes", "Say Yes"]);
    }
    let rows = briefing.bands.iter().map(|row| {
        let mut cells = vec![
            row.band.clone(),
            thousands(row.n_dwellings.unsigned_abs()),
            pounds(row.own_bill_today_pounds, 2),
            pounds(row.own_bill_yes_pounds, 2),
            pounds(row.own_bill_no_pounds, 2),
            signed(row.own_change_yes_vs_today_pounds, 2),
            signed(row.own_change_yes_vs_no_pounds, 2),
        ];
        if vote {
            let share = |value: Option<f64>| value.map_or(String::new(), |v| percent(v, 0));
            cells.extend([share(row.share_votes), share(row.yes_share)]);
        }
        cells
    });
    table(header, rows)
}

/// A table with its figures to the right.
fn table(header: Vec<&str>, rows: impl Iterator<Item = Vec<String>>) -> String {
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

fn money(briefing: &Briefing, card: &mut Card) {
    card.section("What does it raise? (pounds a year, budgeted collection)");
    let mean = |metric: &str| {
        briefing
            .figure(metric)
            .and_then(|row| row.mean)
            .unwrap_or(0.0)
    };
    for (label, metric) in [
        ("Headline rise before relief", "gross_yield_pounds"),
        ("Relief, paid by the council alone", "relief_cost_pounds"),
        ("Net yield over today", "net_yield_vs_today_pounds"),
        ("Net yield over a No", "net_yield_vs_no_pounds"),
    ] {
        card.figure(label, &pounds(mean(metric), 0));
    }
    if let Some(row) = briefing.figure("collected_pounds") {
        card.figure(
            "Collected over a No (90% range)",
            &range(row, |value| pounds(value, 0)),
        );
    }
    if mean("net_yield_vs_no_pounds") < 0.0 {
        card.item(
            "A No would raise more than a Yes: the frozen bands give up more than the raised bands \
             bring in.",
        );
    }
}

fn vote(briefing: &Briefing, card: &mut Card) {
    card.section("Does it win?");
    let Some(row) = briefing.figure("win_probability") else {
        return;
    };
    let (Some(won), Some(error)) = (row.mean, row.monte_carlo_error) else {
        card.item("No referendum is needed, so there is no vote to win.");
        return;
    };
    card.figure(
        "Probability of winning",
        &format!(
            "{} (give or take {} from chance alone)",
            percent(won, 1),
            percent(error, 1)
        ),
    );
    for (label, metric) in [
        ("Yes share (90% range)", "yes_share"),
        ("Turnout (90% range)", "turnout"),
    ] {
        if let Some(row) = briefing.figure(metric) {
            card.figure(label, &range(row, |value| percent(value, 1)));
        }
    }
    if let Some(row) = briefing.figure("expected_value_pounds") {
        card.figure(
            "Value of holding the vote, on average",
            &pounds(row.mean.unwrap_or(0.0), 0),
        );
    }
    if !briefing.drivers.is_empty() {
        card.item("What drives it most (probability of winning above less below its median):");
        for driver in briefing.drivers.iter().take(3) {
            card.item(&format!(
                "  {:+.1} points: {} ({})",
                100.0 * driver.effect_on_win_probability,
                driver.meaning,
                driver.input
            ));
        }
    }
}

/// The card of a comparison.
pub fn compare_card(title: &str, rows: &[CompareRow], place: Option<&str>) -> String {
    let mut card = Card(String::new());
    card.heading(title);
    card.line("Same luck for all: differences are taken draw by draw.");
    let mut start = 0;
    while start < rows.len() {
        let (first, second) = (&rows[start].first, &rows[start].second);
        let end = rows[start..]
            .iter()
            .position(|row| row.first != *first || row.second != *second)
            .map_or(rows.len(), |length| start + length);
        card.section(&format!("{first} against {second}"));
        let header = vec![
            "",
            first,
            second,
            "Difference",
            "90% range",
            "Give or take",
            "First larger",
        ];
        let lines = rows[start..end].iter().map(|row| {
            let show = |value: f64| match row.unit.as_str() {
                "pounds" => pounds(value, 0),
                _ => percent(value, 1),
            };
            vec![
                row.metric.clone(),
                show(row.first_mean),
                show(row.second_mean),
                show(row.difference_mean),
                format!(
                    "{} to {}",
                    show(row.difference_p05),
                    show(row.difference_p95)
                ),
                show(row.monte_carlo_error),
                percent(row.first_larger, 0),
            ]
        });
        card.block(&table(header, lines));
        start = end;
    }
    if let Some(place) = place {
        card.blank();
        card.line(&format!("File: {place}"));
    }
    card.0
}

struct Card(String);

impl Card {
    fn line(&mut self, text: &str) {
        self.0.push_str(&wrapped(text, 0));
        self.0.push('\n');
    }

    fn block(&mut self, text: &str) {
        self.0.push_str(text);
        self.0.push('\n');
    }

    fn blank(&mut self) {
        self.0.push('\n');
    }

    fn heading(&mut self, text: &str) {
        self.line(text);
        self.block(&"=".repeat(text.chars().count().min(96)));
    }

    fn section(&mut self, text: &str) {
        self.blank();
        self.line(&text.to_uppercase());
    }

    fn item(&mut self, text: &str) {
        let (mark, text) = match text.strip_prefix("  ") {
            Some(inner) => ("    ", inner),
            None => ("- ", text),
        };
        let body = wrapped(text, mark.len());
        self.0.push_str(mark);
        self.0.push_str(body.trim_start());
        self.0.push('\n');
    }

    fn figure(&mut self, label: &str, value: &str) {
        self.block(&format!("  {label:<38} {value}"));
    }
}

fn percent(share: f64, decimals: usize) -> String {
    format!("{:.decimals$}%", 100.0 * share)
}

/// Pounds with thousands separated, to 0 or 2 decimals.
fn pounds(value: f64, decimals: u32) -> String {
    let pence = Pence::from_pence((value * 100.0).round() as i64);
    if decimals == 2 {
        return pence.to_string();
    }
    let whole = (value.abs().round()) as u64;
    let sign = if value < 0.0 && whole > 0 { "-" } else { "" };
    format!("{sign}£{}", thousands(whole))
}

fn signed(value: f64, decimals: u32) -> String {
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
            format!("{} ({} to {})", show(mean), show(low), show(high))
        }
        _ => "-".to_owned(),
    }
}
