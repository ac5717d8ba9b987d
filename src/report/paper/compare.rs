//! The briefing on several proposals.

use std::collections::BTreeSet;

use super::super::card::{chance, percent, pounds, signed};
use super::super::document::{Block, Column, Document, Figure, Setting, Table, Text};
use super::super::figures::set_against;
use super::super::league::ProposalRank;
use super::super::results::{Briefing, Provenance};
use super::super::tables::{CompareRow, SummaryRow, WarningRow};
use super::super::text::{capital, draws_in_words};
use super::run::{
    Paper, amount, joined, later, made_from, mean, millions, what_changes, what_it_takes,
};
use crate::domain::money::thousands;
use crate::simulation::Prepared;
use crate::tax::route::Verdict;

/// A proposal and its results.
#[derive(Debug, Clone, Copy)]
pub struct Compared<'a> {
    /// The proposal.
    pub prepared: &'a Prepared,
    /// Its results.
    pub briefing: &'a Briefing,
}

impl Compared<'_> {
    fn key(&self) -> &str {
        &self.prepared.scenario.key
    }

    /// Whether the figure means something for the proposal.
    fn has(&self, metric: &str) -> bool {
        let voluntary = self.prepared.route.modelled.verdict == Verdict::Voluntary;
        match metric {
            "headline_rise" => self.prepared.schedule.is_local() && !voluntary,
            "relief_cost_pounds" => self.prepared.schedule.needs_relief(),
            "contributions_pounds" => voluntary,
            _ => true,
        }
    }
}

/// The briefing on several proposals of one authority on the same luck: what each is and takes, their
/// figures side by side, bills by band, who stands where, differences draw by draw, every caveat, and from
/// what it was made.
///
/// `pairs` are the rows of the first proposal against each of the others.
pub fn of_compare(
    proposals: &[Compared<'_>],
    pairs: &[Vec<CompareRow>],
    league: &[ProposalRank],
    warnings: &[WarningRow],
    provenance: &Provenance,
    figures: &[Figure],
) -> Document {
    let mut paper = Paper {
        blocks: Vec::new(),
        figures,
    };
    in_short(proposals, &mut paper);
    side_by_side(proposals, league, &mut paper);
    bills(proposals, &mut paper);
    differences(pairs, &mut paper);
    caveats(warnings, &mut paper);
    annex(proposals, provenance, &mut paper);
    let first = &proposals[0];
    let scenario = &first.prepared.scenario;
    Document {
        title: format!(
            "{} {}: {} proposals compared",
            first.briefing.authority,
            first.briefing.vote_year,
            proposals.len()
        ),
        subtitle: format!(
            "Briefing on council tax proposals. Published figures of {} applied to the budget of {}.",
            first.briefing.base_year, first.briefing.vote_year
        ),
        blocks: paper.blocks,
        footer: format!(
            "{} {}, scenarios {}, {}, seed {}. It models proposals and takes no side.",
            provenance.program,
            provenance.version,
            provenance.scenario,
            draws_in_words(scenario.draws, scenario.points),
            provenance.seed
        ),
    }
}

/// Key figures that stand side by side, with how each is shown.
const KEY_FIGURES: [(&str, &str, Shown); 6] = [
    (
        "headline_rise",
        "Headline rise before relief, of today's amount",
        hundredths_of_percent,
    ),
    (
        "net_yield_vs_today_pounds",
        "Raised over today, a year, as budgeted",
        millions,
    ),
    (
        "net_yield_vs_no_pounds",
        "Raised over what it is set against, a year, as budgeted",
        millions,
    ),
    (
        "collected_pounds",
        "Really collected over that, first year (90% range)",
        millions,
    ),
    (
        "yes_share",
        "Votes for Yes, of votes cast (90% range)",
        whole_percent,
    ),
    (
        "expected_value_pounds",
        "Average gain from holding the vote, first year (90% range)",
        millions,
    ),
];

/// Which bills stand among key figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyBills {
    /// None.
    None,
    /// That of every band.
    ByBand,
}

/// The key figures of proposals side by side, each with what it is a figure of: of one authority or of
/// several, on the same luck or not. A column is a proposal.
pub fn key_figures(proposals: &[Compared<'_>], bills: KeyBills) -> Table {
    let mut columns = vec![Column::words("Figure")];
    columns.extend(proposals.iter().map(|one| Column::figures(one.key())));
    let row = |name: &str, cell: &dyn Fn(&Compared<'_>) -> String| -> Vec<String> {
        let cells = proposals.iter().map(cell);
        std::iter::once(name.to_owned()).chain(cells).collect()
    };
    let mut rows = vec![
        row("Council, and year of the vote", &|one| {
            format!("{}, {}", one.briefing.authority, one.briefing.vote_year)
        }),
        row("What the law says", &|one| {
            capital(one.prepared.route.modelled.verdict.words())
        }),
        row("Set against", &|one| set_against(one.prepared)),
        row("Homes whose own part of the bill does not rise", &|one| {
            let figure = one.briefing.figure("share_frozen_dwellings_own_element");
            let share = figure.and_then(|figure| Some((figure.mean?, &figure.base)));
            share.map_or(String::new(), |(share, base)| {
                format!("{} of {base}", percent(share, 1))
            })
        }),
    ];
    for (metric, name, show) in KEY_FIGURES {
        rows.push(row(name, &|one| {
            let figure = one.briefing.figure(metric).filter(|_| one.has(metric));
            figure
                .and_then(|figure| ranged(figure, show))
                .unwrap_or_default()
        }));
    }
    rows.push(row(
        "Really collected over a No, all years together (average)",
        &|one| {
            let sum = later(one.briefing).filter(|_| one.has("collected_pounds"));
            sum.map_or(String::new(), |(years, sum)| {
                format!("{} in {years} years", amount(sum))
            })
        },
    ));
    rows.push(row("Probability of winning", &|one| {
        let figure = one.briefing.figure("win_probability");
        let Some((figure, win)) = figure.and_then(|figure| Some((figure, figure.mean?))) else {
            return String::new();
        };
        let error = figure.monte_carlo_error.map_or(String::new(), |error| {
            format!(
                " (give or take {:.1} points from chance alone)",
                100.0 * error
            )
        });
        format!("{}{error}", chance(win))
    }));
    if bills == KeyBills::ByBand {
        rows.extend(key_bills(proposals));
    }
    rows.retain(|row| row[1..].iter().any(|cell| !cell.is_empty()));
    Table {
        caption: "Key figures side by side".to_owned(),
        columns,
        rows,
        note: "Set against: what follows without the proposal, which need not be today's bill. Ranges hold nine draws \
               in ten. Empty: the proposal has no such figure."
            .to_owned(),
    }
}

/// The bill of every band that one of the proposals has.
fn key_bills(proposals: &[Compared<'_>]) -> Vec<Vec<String>> {
    let bands: BTreeSet<&str> = (proposals.iter())
        .flat_map(|one| &one.briefing.bands)
        .map(|row| row.band.as_str())
        .collect();
    let cell = |one: &Compared<'_>, band: &str| {
        let rows = &one.briefing.bands;
        let row = rows.iter().find(|row| row.band == band);
        row.map_or(String::new(), |row| {
            let (part, today, yes) = if one.prepared.schedule.is_local() {
                (
                    "own part",
                    row.own_bill_today_pounds,
                    row.own_bill_yes_pounds,
                )
            } else {
                (
                    "whole",
                    row.total_bill_today_pounds,
                    row.total_bill_yes_pounds,
                )
            };
            format!("{} ({}, {part})", pounds(yes, 2), signed(yes - today, 2))
        })
    };
    bands
        .into_iter()
        .map(|band| {
            let name = format!("A full bill in band {band}, a year (over today)");
            std::iter::once(name)
                .chain(proposals.iter().map(|one| cell(one, band)))
                .collect()
        })
        .collect()
}

fn in_short(proposals: &[Compared<'_>], paper: &mut Paper<'_>) {
    paper.section("The proposals in short");
    for one in proposals {
        let words = [
            what_changes(one.prepared, one.briefing),
            what_it_takes(one.prepared),
        ];
        let words: Vec<String> = words.into_iter().flatten().collect();
        paper.say(
            Text::new()
                .strong(format!("{}: {}. ", one.key(), one.briefing.title))
                .plain(words.join(" ")),
        );
    }
}

/// How a figure is shown.
type Shown = fn(f64) -> String;

/// A figure and its 90% range.
fn ranged(row: &SummaryRow, show: Shown) -> Option<String> {
    let value = show(row.mean?);
    Some(match (row.p05, row.p95) {
        (Some(low), Some(high)) if low < high => {
            format!("{value} ({} to {})", show(low), show(high))
        }
        _ => value,
    })
}

fn whole_percent(share: f64) -> String {
    percent(share, 0)
}

/// For 4.99% needs no vote where 5% does.
fn hundredths_of_percent(share: f64) -> String {
    percent(share, 2)
}

fn tenths_of_percent(share: f64) -> String {
    percent(share, 1)
}

/// Figures that stand side by side, with what each is measured on.
const SIDE_BY_SIDE: [(&str, &str, Shown); 15] = [
    (
        "share_frozen_dwellings_own_element",
        "Homes whose own part of the bill does not rise, of all homes",
        tenths_of_percent,
    ),
    (
        "share_frozen_dwellings_total_bill",
        "Homes whose whole bill does not rise, of all homes",
        tenths_of_percent,
    ),
    (
        "headline_rise",
        "Headline rise before relief, of today's amount",
        hundredths_of_percent,
    ),
    ("relief_cost_pounds", "Relief, a year", millions),
    (
        "net_yield_vs_today_pounds",
        "Raised over today, a year, as budgeted",
        millions,
    ),
    (
        "net_yield_vs_no_pounds",
        "Raised over what it is set against, a year, as budgeted",
        millions,
    ),
    (
        "exchequer_yield_pounds",
        "Raised for the Exchequer, a year",
        millions,
    ),
    (
        "contributions_pounds",
        "Given by residents, a year",
        millions,
    ),
    (
        "collected_pounds",
        "Really collected over what it is set against, first year",
        millions,
    ),
    ("turnout", "Turnout, of electors", whole_percent),
    ("yes_share", "Votes for Yes, of votes cast", whole_percent),
    ("win_probability", "Probability of winning", chance),
    (
        "win_probability_if_all_know",
        "The same if every voter knew her own bill",
        chance,
    ),
    ("poll_cost_pounds", "Cost of the poll, once", millions),
    (
        "expected_value_pounds",
        "Average gain from holding the vote, first year",
        millions,
    ),
];

fn side_by_side(proposals: &[Compared<'_>], league: &[ProposalRank], paper: &mut Paper<'_>) {
    paper.section("Side by side");
    paper.figure("comparison");
    let mut columns = vec![Column::words("Figure")];
    columns.extend(proposals.iter().map(|one| Column::figures(one.key())));
    let mut rows = vec![
        std::iter::once("What the law says".to_owned())
            .chain(
                proposals
                    .iter()
                    .map(|one| capital(one.prepared.route.modelled.verdict.words())),
            )
            .collect::<Vec<String>>(),
    ];
    rows.push(
        std::iter::once("Set against".to_owned())
            .chain(proposals.iter().map(|one| set_against(one.prepared)))
            .collect(),
    );
    for (metric, name, show) in SIDE_BY_SIDE {
        let cells: Vec<String> = (proposals.iter())
            .map(|one| {
                let row = one.briefing.figure(metric).filter(|_| one.has(metric));
                row.and_then(|row| ranged(row, show)).unwrap_or_default()
            })
            .collect();
        if cells.iter().any(|cell| !cell.is_empty()) {
            let name = named(metric, name, proposals);
            rows.push(std::iter::once(name).chain(cells).collect());
        }
    }
    paper.table(Table {
        caption: "The proposals side by side: averages over the draws, in brackets the range that holds nine \
                  draws in ten"
            .to_owned(),
        columns: columns.clone(),
        rows,
        note: format!(
            "Set against: what follows without the proposal, which need not be today's bill. Raised: after relief, \
             at budgeted collection. Empty: the proposal has no such figure.{}",
            if proposals.iter().all(|one| one.prepared.schedule.is_local()) {
                String::new()
            } else {
                format!(" Whole bills: {}", of_the_others(proposals))
            }
        ),
    });
    let mut rows: Vec<Vec<String>> = Vec::new();
    for (metric, name, _) in SIDE_BY_SIDE {
        let ranked: Vec<&ProposalRank> = league.iter().filter(|row| row.figure == metric).collect();
        if ranked.is_empty() {
            continue;
        }
        let cell = |one: &Compared<'_>| {
            let found = ranked.iter().find(|row| row.scenario == one.key());
            found.map_or(String::new(), |row| place(row, &ranked))
        };
        let name = match metric {
            // Proposals with a vote alone are ranked by it.
            "net_yield_vs_no_pounds" => "Raised over a No, a year, as budgeted".to_owned(),
            "collected_pounds" => "Really collected over a No, first year".to_owned(),
            _ => named(metric, name, proposals),
        };
        rows.push(
            std::iter::once(name)
                .chain(proposals.iter().map(cell))
                .collect(),
        );
    }
    paper.table(Table {
        caption: "Who stands where: rank by each figure, 1 for the highest".to_owned(),
        columns,
        rows,
        note: "The highest figure need not be the best: whether relief should be large or a rise high is for \
               councillors to say. Proposals with the same figure share a rank (=). By what is over a No only \
               proposals with a vote are ranked."
            .to_owned(),
    });
}

/// A figure's name, with what all proposals that have it share.
fn named(metric: &str, name: &str, proposals: &[Compared<'_>]) -> String {
    let same: BTreeSet<String> = (proposals.iter())
        .filter(|one| one.has(metric))
        .map(|one| set_against(one.prepared))
        .collect();
    let all_vote = proposals
        .iter()
        .all(|one| !one.has(metric) || one.briefing.has_vote());
    match (metric, same.first()) {
        ("headline_rise", _) if all_vote => {
            "Headline rise on the ballot paper, of today's amount".to_owned()
        }
        ("net_yield_vs_no_pounds" | "collected_pounds", Some(over)) if same.len() == 1 => {
            name.replace("what it is set against", over)
        }
        _ => name.to_owned(),
    }
}

/// A rank in words: `1 of 3`, and `=1 of 3` where it is shared.
fn place(row: &ProposalRank, ranked: &[&ProposalRank]) -> String {
    let shared = ranked.iter().filter(|other| other.rank == row.rank).count() > 1;
    let mark = if shared { "=" } else { "" };
    format!("{mark}{} of {}", row.rank, row.of)
}

fn bills(proposals: &[Compared<'_>], paper: &mut Paper<'_>) {
    let first = &proposals[0];
    let local = proposals.iter().all(|one| one.prepared.schedule.is_local());
    let bands = &first.briefing.bands;
    let same_bands = proposals.iter().all(|one| {
        one.briefing.bands.len() == bands.len()
            && (one.briefing.bands.iter().zip(bands)).all(|(one, other)| one.band == other.band)
    });
    if !same_bands {
        paper.section("Bills by band");
        paper.say("The proposals have other bands: see the tables of each one's own run.");
        return;
    }
    paper.section("Bills by band");
    let mut columns = vec![
        Column::words("Band"),
        Column::figures("Homes"),
        Column::figures("Today"),
    ];
    for one in proposals {
        columns.push(Column::figures(one.key()));
        columns.push(Column::figures(format!("{} over today", one.key())));
    }
    // Another No of each would not fit beside each other.
    let no = |one: &Compared<'_>, band: usize| {
        let row = &one.briefing.bands[band];
        if local {
            row.own_bill_no_pounds
        } else {
            row.total_bill_no_pounds
        }
    };
    let with_vote: Vec<&Compared<'_>> = proposals
        .iter()
        .filter(|one| one.briefing.has_vote())
        .collect();
    let one_no = with_vote.len() == proposals.len()
        && (0..bands.len()).all(|band| {
            let amounts = with_vote
                .iter()
                .map(|one| (100.0 * no(one, band)).round() as i64);
            amounts.collect::<BTreeSet<i64>>().len() == 1
        });
    if one_no {
        columns.push(Column::figures("After a No"));
    }
    let rows = (0..bands.len()).map(|band| {
        let of = |one: &Compared<'_>| {
            let row = &one.briefing.bands[band];
            if local {
                (row.own_bill_today_pounds, row.own_bill_yes_pounds)
            } else {
                (row.total_bill_today_pounds, row.total_bill_yes_pounds)
            }
        };
        let mut cells = vec![
            bands[band].band.clone(),
            thousands(bands[band].n_dwellings.unsigned_abs()),
            pounds(of(first).0, 2),
        ];
        for one in proposals {
            let (today, yes) = of(one);
            cells.extend([pounds(yes, 2), signed(yes - today, 2)]);
        }
        if one_no {
            cells.push(pounds(no(first, band), 2));
        }
        cells
    });
    let called = first.prepared.record.authority.class.called();
    paper.table(Table {
        caption: if local {
            format!("The {called}'s part of a full bill if each is carried out, pounds a year")
        } else {
            "The whole of a full bill if each is carried out, pounds a year".to_owned()
        },
        columns,
        rows: rows.collect(),
        note: if local {
            "Bills before discounts and reduction.".to_owned()
        } else {
            format!(
                "Bills before discounts and reduction. {}",
                of_the_others(proposals)
            )
        },
    });
}

/// What the whole bills hold of the others on the bill.
fn of_the_others(proposals: &[Compared<'_>]) -> String {
    type Held<'a> = Vec<&'a Compared<'a>>;
    let (local, changed): (Held<'_>, Held<'_>) = proposals
        .iter()
        .partition(|one| one.prepared.schedule.is_local());
    let (known, unknown): (Held<'_>, Held<'_>) = local
        .into_iter()
        .partition(|one| one.prepared.whole_bill_known);
    let keys = |held: &[&Compared<'_>]| {
        let keys: Vec<String> = held.iter().map(|one| one.key().to_owned()).collect();
        joined(&keys)
    };
    let mut told = Vec::new();
    if !known.is_empty() {
        told.push(format!(
            "{}: with what the others on the bill charge in {}.",
            keys(&known),
            known[0].briefing.vote_year
        ));
    }
    if !unknown.is_empty() {
        told.push(format!(
            "{}: only the council's own part moves; what the others on the bill will charge is not known.",
            keys(&unknown)
        ));
    }
    if !changed.is_empty() {
        told.push(format!(
            "{}: what the change of the law does to the whole bill, the others' rises of the year left out.",
            keys(&changed)
        ));
    }
    told.join(" ")
}

fn differences(pairs: &[Vec<CompareRow>], paper: &mut Paper<'_>) {
    paper.section("Differences on the same luck");
    paper.say(
        "Every proposal meets the same draws: where there is a vote the same mood of the day and the same voters, and \
         the same collection. What is not known moves all of them together, so a difference is far better known than either figure.",
    );
    for rows in pairs {
        let Some(CompareRow { first, second, .. }) = rows.first() else {
            continue;
        };
        paper.part(&format!("{first} against {second}"));
        paper.list(rows.iter().map(difference).collect());
    }
}

/// A paired difference in a sentence.
fn difference(row: &CompareRow) -> String {
    let (first, second) = (&row.first, &row.second);
    if row.metric == "win_probability" {
        return format!(
            "Probability of winning: {} for {first}, {} for {second}. In {} of draws {first} is won and {second} is \
             lost, in {} it is the other way round; in {} both go the same way.",
            chance(row.first_mean),
            chance(row.second_mean),
            of_draws(row.first_larger),
            of_draws((1.0 - row.first_larger - row.alike).max(0.0)),
            of_draws(row.alike)
        );
    }
    let (name, money) = match row.metric.as_str() {
        "collected_vs_today_pounds" => ("Collected over today, if carried out", true),
        "collected_vs_no_pounds" => ("Collected over a No, if won", true),
        "expected_value_pounds" => ("Gain from holding the vote", true),
        "yes_share" => ("Votes for Yes, of votes cast", false),
        "turnout" => ("Turnout, of electors", false),
        other => (other, row.unit == "pounds"),
    };
    let show = |value: f64| {
        if money {
            millions(value.abs())
        } else {
            format!("{:.1} points", 100.0 * value.abs())
        }
    };
    let nothing = show(0.0);
    let sided = |value: f64| match show(value) {
        none if none == nothing => "no difference".to_owned(),
        some if value < 0.0 => format!("{some} less"),
        some => format!("{some} more"),
    };
    let mean = row.difference_mean;
    let range = match (row.difference_p05, row.difference_p95) {
        (Some(low), Some(high)) if sided(low) == sided(high) => {
            format!(" (nine draws in ten: {})", sided(low))
        }
        (Some(low), Some(high)) => {
            format!(" (nine draws in ten: {} to {})", sided(low), sided(high))
        }
        _ => String::new(),
    };
    let often = if row.alike > 0.999_5 {
        "alike in nearly all draws".to_owned()
    } else if mean < 0.0 {
        let less = (1.0 - row.first_larger - row.alike).max(0.0);
        format!("less in {} of draws", of_draws(less))
    } else {
        format!("more in {} of draws", of_draws(row.first_larger))
    };
    let alike = if row.alike > 0.000_5 && row.alike <= 0.999_5 {
        format!(", alike in {}", of_draws(row.alike))
    } else {
        String::new()
    };
    format!(
        "{name}: {first} has {} than {second} on average{range}; {often}{alike}.",
        sided(mean).replace("no difference", "no more and no less")
    )
}

/// A share of draws; never as certain as none or all.
fn of_draws(share: f64) -> String {
    match share {
        rare if rare < 0.005 => "fewer than 1%".to_owned(),
        sure if sure > 0.995 => "more than 99%".to_owned(),
        other => percent(other, 0),
    }
}

fn caveats(warnings: &[WarningRow], paper: &mut Paper<'_>) {
    paper.section("Risks and caveats");
    paper.apart(Setting::Small, |paper| {
        paper.say("A caveat of some of the proposals names them; the others are of all.");
        // Marks of code are for the terminal.
        let messages = warnings.iter().map(|row| row.message.replace('`', ""));
        paper.list(messages.collect());
    });
}

fn annex(proposals: &[Compared<'_>], provenance: &Provenance, paper: &mut Paper<'_>) {
    paper.section("Words, method and sources");
    paper.apart(Setting::Small, |paper| {
        let called = proposals[0].prepared.record.authority.class.called();
        let mut words = vec![
            ("Own part", format!("what the {called} itself charges; the rest of the bill goes to other authorities")),
            (
                "Relief",
                "part of a bill given back to a class of homes under section 13A(1)(c) of the Local Government \
                 Finance Act 1992, paid for by the council alone"
                    .to_owned(),
            ),
        ];
        if proposals.iter().any(|one| one.briefing.has_vote()) {
            let mut rises: Vec<String> = (proposals.iter())
                .filter(|one| one.briefing.has_vote() && mean(one.briefing, "no_rise").is_some())
                .map(|one| one.prepared.amounts.no_rise.to_string())
                .collect();
            rises.dedup();
            words.push((
                "No",
                format!(
                    "what follows if the vote is lost: the substitute budget, {} for every band",
                    joined(&rises)
                ),
            ));
        }
        words.extend([
            (
                "Draw",
                "one run of the model with every unknown set by luck within what is believed of it".to_owned(),
            ),
        ]);
        if proposals.iter().any(|one| one.briefing.has_vote()) {
            words.push((
                "Gain from holding the vote",
                "what is collected over a No if the vote is won, less the costs of losing if it is lost, less the \
                 poll; first year"
                    .to_owned(),
            ));
        }
        let words = words
            .into_iter()
            .map(|(word, meaning)| Text::new().strong(word).plain(format!(": {meaning}.")));
        paper.blocks.push(Block::List(words.collect()));
        paper.say(
            "Each proposal's own run (bandwise run) has its ballot paper, its way through the law, who pays, the \
             years after and the sources of all figures. METHOD.md, which comes with the program, has the model.",
        );
        paper.part("From what it was made");
        paper.list(made_from(provenance));
        paper.say(provenance.licence.clone());
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(metric: &str, unit: &str, mean: f64, first_larger: f64, alike: f64) -> CompareRow {
        CompareRow {
            metric: metric.to_owned(),
            unit: unit.to_owned(),
            first: "a".to_owned(),
            second: "b".to_owned(),
            first_mean: 0.047,
            second_mean: 0.137,
            difference_mean: mean,
            difference_p05: Some(mean - 0.01),
            difference_p50: Some(mean),
            difference_p95: Some(mean + 0.01),
            monte_carlo_error: Some(0.001),
            first_larger,
            alike,
        }
    }

    #[test]
    fn a_difference_says_who_has_more_and_in_how_many_draws() {
        assert_eq!(
            difference(&row("yes_share", "share of votes", -0.049, 0.07, 0.0)),
            "Votes for Yes, of votes cast: a has 4.9 points less than b on average (nine draws in ten: 5.9 points \
             less to 3.9 points less); less in 93% of draws."
        );
        let mut money = row("collected_vs_no_pounds", "pounds", 9_152_760.0, 0.93, 0.0);
        money.difference_p05 = Some(-100_000.0);
        money.difference_p95 = Some(9_458_131.0);
        assert_eq!(
            difference(&money),
            "Collected over a No, if won: a has £9.2 million more than b on average (nine draws in ten: £100,000 less \
             to £9.5 million more); more in 93% of draws."
        );
    }

    #[test]
    fn a_difference_too_small_to_show_is_none() {
        let mut value = row("expected_value_pounds", "pounds", 192_677.0, 0.05, 0.95);
        value.difference_p05 = Some(0.0);
        value.difference_p95 = Some(0.2);
        assert_eq!(
            difference(&value),
            "Gain from holding the vote: a has £192,677 more than b on average (nine draws in ten: no difference); \
             more in 5% of draws, alike in 95%."
        );
    }

    #[test]
    fn a_probability_has_no_range_but_says_how_often_each_is_won_alone() {
        assert_eq!(
            difference(&row("win_probability", "probability", -0.09, 0.02, 0.87)),
            "Probability of winning: 4.7% for a, 13.7% for b. In 2% of draws a is won and b is lost, in 11% it is the \
             other way round; in 87% both go the same way."
        );
    }

    #[test]
    fn no_share_of_draws_is_as_certain_as_none_or_all() {
        assert_eq!(of_draws(0.0), "fewer than 1%");
        assert_eq!(of_draws(1.0), "more than 99%");
        assert_eq!(of_draws(0.5), "50%");
    }

    #[test]
    fn a_shared_rank_is_marked() {
        let rank = |rank: usize, key: &str| ProposalRank {
            figure: "yes_share".to_owned(),
            unit: String::new(),
            rank,
            of: 3,
            scenario: key.to_owned(),
            value: 0.0,
        };
        let league = [rank(1, "a"), rank(1, "b"), rank(3, "c")];
        let all: Vec<&ProposalRank> = league.iter().collect();
        assert_eq!(place(all[0], &all), "=1 of 3");
        assert_eq!(place(all[2], &all), "3 of 3");
    }
}
