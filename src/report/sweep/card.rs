//! What a sweep prints at its end.

use super::super::text::wrapped;
use super::folder::{CardRow, Joined};
use super::manifest::Manifest;
use crate::domain::money::thousands;

/// The share of dwellings frozen that the card counts authorities by.
const TARGET: f64 = 0.85;
/// Rows of a league table.
const LEAGUE: usize = 5;
/// Scenarios that have a line of their own.
const MOST_LINES: usize = 24;
/// Reasons of failures that are told.
const MOST_REASONS: usize = 5;

/// The card: totals with their denominators, who is first, what failed and why, where the files are.
pub fn card(manifest: &Manifest, joined: &Joined, place: &str) -> String {
    let mut text = String::new();
    let mut line = |content: &str| {
        text.push_str(content);
        text.push('\n');
    };
    let of = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    let jobs = manifest.jobs();
    line(&format!(
        "SWEEP: {} for {}, figures of {}: {} of {} done",
        of(manifest.scenarios.len(), "scenario", "scenarios"),
        of(
            manifest.authorities.len(),
            "billing authority",
            "billing authorities"
        ),
        manifest.vintage,
        joined.rows.len(),
        of(jobs, "job", "jobs"),
    ));
    line("");
    line(&format!(
        "  {:<40} {:>9} {:>8} {:>9} {:>13} {:>11}",
        "", "reach 85%", "frozen,", "yield up", "net yield,", "more likely"
    ));
    line(&format!(
        "  {:<40} {:>9} {:>8} {:>9} {:>13} {:>11}",
        "scenario", "frozen", "all", "on a No", "£m a year", "won than not"
    ));
    for one in manifest.scenarios.iter().take(MOST_LINES) {
        let rows: Vec<&CardRow> = joined
            .rows
            .iter()
            .filter(|row| row.scenario == one.scenario)
            .collect();
        line(&totals(&one.scenario, &rows));
    }
    if manifest.scenarios.len() > MOST_LINES {
        let more = manifest.scenarios.len() - MOST_LINES;
        line(&format!(
            "  and {} more: see authorities.csv",
            of(more, "scenario", "scenarios")
        ));
    }
    line(&wrapped(
        "Reach 85% frozen: authorities in which at least 85% of dwellings are in bands whose own \
         element does not rise in cash. Frozen, all: that share of the dwellings of all authorities \
         together. Net yield: after relief, over a No, before collection; all authorities together. \
         Won: of authorities that hold a vote, those whose probability of winning is above 50%.",
        2,
    ));
    let frozen = |row: &CardRow| Some(row.share_frozen);
    let yields = |row: &CardRow| Some(row.net_yield_vs_no);
    let chance = |row: &CardRow| row.win_probability;
    let several = manifest.scenarios.len() > 1;
    for (title, figure, words) in [
        (
            "Most dwellings frozen",
            &frozen as &dyn Fn(&CardRow) -> Option<f64>,
            &percent as &dyn Fn(f64) -> String,
        ),
        ("Raises most over a No", &yields, &millions),
        ("Most likely to be won", &chance, &percent),
    ] {
        let first = league(&joined.rows, figure);
        if first.is_empty() {
            continue;
        }
        line("");
        line(title);
        for (row, value) in first {
            let whose = if several {
                format!("{}: {}", row.authority, row.scenario)
            } else {
                row.authority.clone()
            };
            line(&format!("  {whose:<60} {:>12}", words(value)));
        }
    }
    if !joined.failures.is_empty() {
        line("");
        line(&format!(
            "FAILED: {} of {}, listed in failures.csv",
            joined.failures.len(),
            of(jobs, "job", "jobs")
        ));
        for (message, whose) in reasons(joined).into_iter().take(MOST_REASONS) {
            line(&wrapped(&format!("{whose}: {message}"), 2));
        }
    }
    line("");
    line(&format!("Files: {place}"));
    text
}

/// The line of a scenario.
fn totals(name: &str, rows: &[&CardRow]) -> String {
    let n = rows.len();
    let reach = rows.iter().filter(|row| row.share_frozen >= TARGET).count();
    let up = rows.iter().filter(|row| row.net_yield_vs_no > 0.0).count();
    let homes: i64 = rows.iter().map(|row| row.n_dwellings).sum();
    let frozen: f64 = rows
        .iter()
        .map(|row| row.share_frozen * row.n_dwellings as f64)
        .sum();
    let share = if homes > 0 {
        percent(frozen / homes as f64)
    } else {
        String::new()
    };
    let net: f64 = rows.iter().map(|row| row.net_yield_vs_no).sum();
    let votes: Vec<f64> = rows.iter().filter_map(|row| row.win_probability).collect();
    let likely = votes.iter().filter(|chance| **chance > 0.5).count();
    let won = if votes.is_empty() {
        "no vote".to_owned()
    } else {
        format!("{likely} of {}", votes.len())
    };
    format!(
        "  {name:<40} {:>9} {share:>8} {:>9} {:>13} {won:>11}",
        format!("{reach} of {n}"),
        format!("{up} of {n}"),
        format!("{:.1}", net / 1e6),
    )
}

/// The first rows by a figure, the largest first; rows that are equal stand in their order.
fn league<'a>(
    rows: &'a [CardRow],
    figure: &dyn Fn(&CardRow) -> Option<f64>,
) -> Vec<(&'a CardRow, f64)> {
    let mut found: Vec<(&CardRow, f64)> = rows
        .iter()
        .filter_map(|row| Some((row, figure(row)?)))
        .collect();
    found.sort_by(|a, b| b.1.total_cmp(&a.1));
    found.truncate(LEAGUE);
    found
}

/// Why jobs failed, the most frequent reason first, with whose they are.
fn reasons(joined: &Joined) -> Vec<(String, String)> {
    let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
    for [_, authority, message] in &joined.failures {
        match found.iter_mut().find(|(held, _)| held == message) {
            Some((_, whose)) => whose.push(authority),
            None => found.push((message, vec![authority])),
        }
    }
    found.sort_by_key(|(_, whose)| std::cmp::Reverse(whose.len()));
    let words = |(message, whose): (&str, Vec<&str>)| {
        let more = match whose.len() {
            1 => String::new(),
            2 => " and 1 more".to_owned(),
            n => format!(" and {} more", n - 1),
        };
        (message.to_owned(), format!("{}{more}", whose[0]))
    };
    found.into_iter().map(words).collect()
}

fn percent(share: f64) -> String {
    format!("{:.1}%", 100.0 * share)
}

fn millions(pounds: f64) -> String {
    if pounds.abs() < 1e6 {
        let amount = thousands(pounds.abs().round() as u64);
        return format!("{}£{amount}", if pounds < 0.0 { "-" } else { "" });
    }
    format!("£{:.1}m", pounds / 1e6)
}
