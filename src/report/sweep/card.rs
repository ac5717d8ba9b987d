//! What a sweep prints at its end.

use super::super::card::{percent, pounds};
use super::super::medium_term::in_millions;
use super::super::text::wrapped;
use super::folder::{CardRow, Joined};
use super::kind::Kind;
use super::manifest::Manifest;

/// The share of dwellings frozen that authorities are counted by.
pub const TARGET: f64 = 0.85;
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
    for names in [
        [
            "",
            "reach 85%",
            "frozen,",
            "raise",
            "both",
            "net yield,",
            "more likely",
        ],
        [
            "scenario",
            "frozen",
            "all",
            "more",
            "",
            "£m a year",
            "won than not",
        ],
    ] {
        line(&columns(names[0], &names[1..]));
    }
    for one in manifest.scenarios.iter().take(MOST_LINES) {
        let rows: Vec<&CardRow> = joined
            .rows
            .iter()
            .filter(|row| row.scenario == one.scenario)
            .collect();
        for (place, (kind, held)) in by_kind(&rows).into_iter().enumerate() {
            line(&totals(
                &match (place, kind) {
                    (0, Kind::Vote) => one.scenario.clone(),
                    (0, _) => format!("{}, {}", one.scenario, kind.needs()),
                    _ => format!("  {}", kind.needs()),
                },
                &held,
            ));
        }
        if rows.is_empty() {
            line(&totals(&one.scenario, &[]));
        }
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
         together. Raise more: than after a No; where no vote is needed, than by the largest rise that needs none, \
         or by a freeze where the line says so; where it takes an order or an Act, than in the same year \
         without it. Net yield: what the council has more than that after relief, at budgeted collection, or \
         what residents give; the authorities of the line together. Both: authorities that reach 85% and \
         raise more. \
         More likely won than not: authorities whose probability of winning is above 50%.",
        2,
    ));
    let frozen = |row: &CardRow| Some(row.share_frozen);
    let raised_of = |kind: Kind| move |row: &CardRow| (row.kind == kind).then_some(row.raised());
    let yields = raised_of(Kind::Vote);
    let both = |row: &CardRow| yields(row).filter(|_| reaches_both(row));
    let (no_vote, freeze) = (raised_of(Kind::NoVote), raised_of(Kind::Freeze));
    let changed = |row: &CardRow| {
        raised_of(Kind::Order)(row)
            .or(raised_of(Kind::Act)(row))
            .filter(|value| value.abs() >= 0.5)
    };
    let (exchequer, given) = (|row: &CardRow| row.exchequer, raised_of(Kind::Voluntary));
    let chance = |row: &CardRow| row.win_probability.filter(|_| row.raised() > 0.0);
    let tenths = |share: f64| percent(share, 1);
    let several = manifest.scenarios.len() > 1;
    for (title, figure, words) in [
        (
            "Most dwellings frozen",
            &frozen as &dyn Fn(&CardRow) -> Option<f64>,
            &tenths as &dyn Fn(f64) -> String,
        ),
        ("Raises most over a No", &yields, &millions),
        (
            "Raises most over a No, of those that reach 85% and raise more",
            &both,
            &millions,
        ),
        (
            "Raises most over the most that needs no vote",
            &no_vote,
            &millions,
        ),
        (
            "Raises most over a freeze, no vote needed",
            &freeze,
            &millions,
        ),
        (
            "Raises most for the council over the same year without it",
            &changed,
            &millions,
        ),
        ("Raises most for the Exchequer", &exchequer, &millions),
        ("Is given most", &given, &millions),
        (
            "Most likely to be won, of those that raise more than a No",
            &chance,
            &tenths,
        ),
    ] {
        let (first, equal) = league(&joined.rows, figure);
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
        if equal > 0 {
            line(&format!("  and {equal} more, equal to the last"));
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

/// Rows by their kind, in the order of kinds; kinds without rows are left out.
pub fn by_kind<'a>(rows: &[&'a CardRow]) -> Vec<(Kind, Vec<&'a CardRow>)> {
    let of = |kind: Kind| rows.iter().copied().filter(move |row| row.kind == kind);
    Kind::ALL
        .into_iter()
        .map(|kind| (kind, of(kind).collect::<Vec<_>>()))
        .filter(|(_, held)| !held.is_empty())
        .collect()
}

/// Whether an authority reaches the share frozen and raises more.
pub fn reaches_both(row: &CardRow) -> bool {
    row.share_frozen >= TARGET && row.raised() > 0.0
}

/// A line of the table of scenarios; a name that is too long for its column has a line of its own.
fn columns<T: AsRef<str>>(name: &str, figures: &[T]) -> String {
    const NAME: usize = 36;
    let mut text = if name.chars().count() > NAME {
        format!("  {name}\n  {:<NAME$}", "")
    } else {
        format!("  {name:<NAME$}")
    };
    for (figure, width) in figures.iter().zip([10, 9, 11, 10, 12, 13]) {
        text.push_str(&format!("{:>width$}", figure.as_ref()));
    }
    text.trim_end().to_owned()
}

/// The line of a scenario's authorities, of those that hold a vote or of the others.
fn totals(name: &str, rows: &[&CardRow]) -> String {
    let n = rows.len();
    let reach = rows.iter().filter(|row| row.share_frozen >= TARGET).count();
    let up = rows.iter().filter(|row| row.raised() > 0.0).count();
    let both = rows.iter().filter(|row| reaches_both(row)).count();
    let homes: i64 = rows.iter().map(|row| row.n_dwellings).sum();
    let frozen: f64 = rows
        .iter()
        .map(|row| row.share_frozen * row.n_dwellings as f64)
        .sum();
    let share = if homes > 0 {
        percent(frozen / homes as f64, 1)
    } else {
        String::new()
    };
    let net: f64 = rows.iter().map(|row| row.raised()).sum();
    let votes: Vec<f64> = rows.iter().filter_map(|row| row.win_probability).collect();
    let likely = votes.iter().filter(|chance| **chance > 0.5).count();
    let won = if votes.is_empty() {
        String::new()
    } else {
        format!("{likely} of {}", votes.len())
    };
    columns(
        name,
        &[
            format!("{reach} of {n}"),
            share,
            format!("{up} of {n}"),
            format!("{both} of {n}"),
            format!("{:.1}", net / 1e6),
            won,
        ],
    )
}

/// The first rows by a figure, the largest first, and how many more are equal to the last of them; rows
/// that are equal stand in their order.
fn league<'a>(
    rows: &'a [CardRow],
    figure: &dyn Fn(&CardRow) -> Option<f64>,
) -> (Vec<(&'a CardRow, f64)>, usize) {
    let mut found: Vec<(&CardRow, f64)> = rows
        .iter()
        .filter_map(|row| Some((row, figure(row)?)))
        .collect();
    found.sort_by(|a, b| b.1.total_cmp(&a.1));
    let more = found.split_off(found.len().min(LEAGUE));
    let last = found.last().map(|(_, value)| *value);
    let equal = more.iter().filter(|(_, value)| Some(*value) == last);
    (found, equal.count())
}

/// Why jobs failed, the most frequent reason first, with whose they are.
pub fn reasons(joined: &Joined) -> Vec<(String, String)> {
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

/// Pounds; in millions where they are.
fn millions(value: f64) -> String {
    if value.abs() < 1e6 {
        pounds(value, 0)
    } else {
        in_millions(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_has_its_sign_before_the_pound() {
        assert_eq!(millions(-53_000_000.0), "-£53.0m");
        assert_eq!(millions(-1_234.0), "-£1,234");
        assert_eq!(millions(12_340_000.0), "£12.3m");
    }
}
