//! The charts of a comparison, a sweep, a sensitivity analysis, a frontier and a back-test.

use std::collections::BTreeSet;

use super::super::backtest::BacktestRow;
use super::super::card::{percent, pounds};
use super::super::chart::{
    Axis, ComparedProposal, ComparisonChart, HexArea, HexChart, LeagueChart, LeagueEntry, Unit,
    comparison, hex_map, league, title_of,
};
use super::super::document::{Column, Figure, Table};
use super::super::frontier::FrontierRow;
use super::super::league::{LeagueRow, ProposalRank};
use super::super::sensitivity::SensitivityRow;
use super::super::summary::summary;
use super::super::sweep::{AuthorityRow, CardRow, Joined, Kind, Manifest};
use super::super::tables::SummaryRow;
use super::super::text::{capital, draws_in_words};
use super::super::{backtest, frontier, sensitivity};
use super::{NORMAL_90, figure};
use crate::data::{DataError, boundaries};
use crate::simulation::backtest::BallotForecast;
use crate::simulation::frontier::Frontier;
use crate::simulation::sensitivity::{Outcome, Sensitivity};
use crate::simulation::{DrawOutcomes, Prepared};

/// The chart of a comparison: the proposals side by side, in their order.
pub fn of_compare(proposals: &[(&Prepared, &DrawOutcomes)]) -> Vec<Figure> {
    // Proposals that are over other things stand side by side over today.
    let bases: BTreeSet<String> = (proposals.iter())
        .map(|(prepared, _)| set_against(prepared))
        .collect();
    let over = match bases.len() {
        1 => bases.into_iter().next(),
        _ => None,
    };
    let compared: Vec<ComparedProposal> = (proposals.iter())
        .filter_map(|(prepared, outcomes)| compared(prepared, outcomes, over.is_none()))
        .collect();
    let over = over.unwrap_or_else(|| "today".to_owned());
    let votes = compared.iter().any(|one| one.win.is_some());
    let Some((first, _)) = proposals.first().filter(|_| !compared.is_empty()) else {
        return Vec::new();
    };
    let title = format!(
        "{}, {}: proposals side by side",
        first.record.authority.name, first.vote_year
    );
    let keys: Vec<&str> = proposals
        .iter()
        .map(|(one, _)| one.scenario.key.as_str())
        .collect();
    let share = |value: Option<f64>| value.map_or(String::new(), |value| percent(value, 1));
    let table = Table {
        caption: format!(
            "Proposals: pounds a year over {over}, {}frozen homes",
            if votes { "votes and " } else { "" }
        ),
        columns: vec![
            Column::words("Proposal"),
            Column::figures("As budgeted"),
            Column::figures("Really collected, mean"),
            Column::figures("5th percentile"),
            Column::figures("95th percentile"),
            Column::figures("Yes share of votes, mean"),
            Column::figures("Probability of winning"),
            Column::figures("Homes in frozen bands, of all homes"),
        ],
        rows: (compared.iter())
            .map(|one| {
                let (mean, low, high) = one.collected;
                vec![
                    one.label.clone(),
                    pounds(one.budgeted, 0),
                    pounds(mean, 0),
                    pounds(low, 0),
                    pounds(high, 0),
                    share(one.yes_share.map(|(mean, ..)| mean)),
                    share(one.win),
                    percent(one.frozen, 1),
                ]
            })
            .collect(),
        note: String::new(),
    };
    let svg = comparison(&ComparisonChart {
        proposals: compared,
        title: title.clone(),
        notes: vec![format!(
            "Money: what the council has over {over} in the first year if the proposal is carried out, net of \
             relief{}. Frozen: homes, of all on the valuation list, in bands whose full bill does not rise over \
             today in the own part.",
            if votes {
                ", before the cost of the poll. P(win): the probability of winning the vote"
            } else {
                ""
            }
        )],
        over,
        source: format!(
            "bandwise compare {}, {}, seed {}, the same luck for all.",
            keys.join(" "),
            draws_in_words(first.scenario.draws, first.scenario.points),
            first.scenario.seed
        ),
    });
    vec![figure::<ProposalRank>("comparison", title, svg, table)]
}

/// What a proposal's yield is set against, with the rise that it is.
pub fn set_against(prepared: &Prepared) -> String {
    let kind = Kind::of_proposal(prepared);
    match kind {
        Kind::Vote | Kind::NoVote => format!("{} ({})", kind.over(), prepared.amounts.no_rise),
        _ => kind.over().to_owned(),
    }
}

/// A proposal's figures; its money over today, or else over what it is set against.
fn compared(
    prepared: &Prepared,
    outcomes: &DrawOutcomes,
    over_today: bool,
) -> Option<ComparedProposal> {
    let base = match over_today {
        true => prepared.budgets.no_yield().pounds(),
        false => 0.0,
    };
    let figures = summary(prepared, outcomes);
    let of = |metric: &str| figures.iter().find(|row| row.metric == metric);
    let spread = |row: &SummaryRow| Some((row.mean?, row.p05?, row.p95?));
    let mean = |metric: &str| of(metric).and_then(|row| row.mean);
    Some(ComparedProposal {
        label: format!("{} ({})", prepared.scenario.title, prepared.scenario.key),
        budgeted: mean("net_yield_vs_no_pounds")? + base,
        collected: (of("collected_pounds").and_then(spread))
            .map(|(mean, low, high)| (mean + base, low + base, high + base))?,
        yes_share: of("yes_share").and_then(spread),
        win: mean("win_probability"),
        frozen: mean("share_frozen_dwellings_own_element")?,
    })
}

/// Scenarios of a sweep that have charts of their own.
pub const MOST_SCENARIOS: usize = 3;
/// Fewest authorities that make a map.
const FEWEST_ON_MAP: usize = 20;
/// Of each end of a league.
const LEAGUE: usize = 12;

/// A figure of a sweep that has a map and a league.
struct Swept {
    name: &'static str,
    measured: &'static str,
    unit: Unit,
    of: fn(&CardRow) -> Option<f64>,
    range: fn(&CardRow) -> Option<(f64, f64)>,
    whose: &'static str,
}

const SWEPT: [Swept; 8] = [
    Swept {
        name: "frozen",
        measured: "homes in bands that do not pay more than today (% of homes)",
        unit: Unit::Share,
        of: |row| Some(row.share_frozen),
        range: |_| None,
        whose: "authorities",
    },
    Swept {
        name: "yield",
        measured: "yield over a No as budgeted, per home (pounds a year)",
        unit: Unit::Pounds,
        of: |row| of_kinds(row, &[Kind::Vote]),
        range: |_| None,
        whose: Kind::Vote.whose(),
    },
    Swept {
        name: "yield-no-vote",
        measured: "yield over the most that needs no vote as budgeted, per home (pounds a year)",
        unit: Unit::Pounds,
        of: |row| of_kinds(row, &[Kind::NoVote]),
        range: |_| None,
        whose: Kind::NoVote.whose(),
    },
    Swept {
        name: "yield-freeze",
        measured: "yield over a freeze as budgeted, per home (pounds a year)",
        unit: Unit::Pounds,
        of: |row| of_kinds(row, &[Kind::Freeze]),
        range: |_| None,
        whose: Kind::Freeze.whose(),
    },
    Swept {
        name: "yield-change",
        measured: "the council's yield over the same year without it as budgeted, per home (pounds a year)",
        unit: Unit::Pounds,
        of: |row| of_kinds(row, &[Kind::Order, Kind::Act]),
        range: |_| None,
        whose: "authorities under the change of the law",
    },
    Swept {
        name: "exchequer",
        measured: "what the Exchequer has of it, per home (pounds a year)",
        unit: Unit::Pounds,
        of: |row| row.exchequer.and_then(|pounds| row.per_dwelling(pounds)),
        range: |_| None,
        whose: "authorities under the change of the law",
    },
    Swept {
        name: "given",
        measured: "what residents give on average, per home (pounds a year)",
        unit: Unit::Pounds,
        of: |row| of_kinds(row, &[Kind::Voluntary]),
        range: |_| None,
        whose: Kind::Voluntary.whose(),
    },
    Swept {
        name: "win",
        measured: "probability of winning the vote (%)",
        unit: Unit::Share,
        of: |row| row.win_probability,
        range: range_of_win,
        whose: Kind::Vote.whose(),
    },
];

/// What it brings the council per home, of authorities of some kinds.
fn of_kinds(row: &CardRow, kinds: &[Kind]) -> Option<f64> {
    row.yield_per_dwelling()
        .filter(|_| kinds.contains(&row.kind))
}

/// The 90% range of a probability of winning from chance alone.
fn range_of_win(row: &CardRow) -> Option<(f64, f64)> {
    let (win, error) = (row.win_probability?, row.win_probability_error?);
    let half = NORMAL_90 * error;
    Some(((win - half).max(0.0), (win + half).min(1.0)))
}

/// The charts of a sweep: a map and a league of the homes frozen, of the yield per home, those of each kind
/// apart, and of the probability of winning; of each scenario where they are few, `-1` and so on behind the name where they
/// are several, in the order of the manifest.
///
/// # Errors
/// When the embedded map is broken: a fault of the build.
pub fn of_sweep(manifest: &Manifest, joined: &Joined) -> Result<Vec<Figure>, DataError> {
    let hexes = boundaries::hexes()?;
    let mut figures = Vec::new();
    let several = manifest.scenarios.len() > 1;
    for (number, scenario) in (1..).zip(&manifest.scenarios).take(MOST_SCENARIOS) {
        let rows: Vec<&CardRow> = (joined.rows.iter())
            .filter(|row| row.scenario == scenario.scenario)
            .collect();
        let ending = ending(number, several);
        let source = format!(
            "bandwise sweep {}, figures of {}, {} draws, seed {}.",
            scenario.scenario, manifest.vintage, scenario.draws, scenario.seed
        );
        for swept in &SWEPT {
            let known: Vec<(&CardRow, f64)> = (rows.iter())
                .filter_map(|row| Some((*row, (swept.of)(row)?)))
                .collect();
            // A picture of nothing but nothing tells no more than a sentence.
            let moves =
                swept.unit != Unit::Pounds || known.iter().any(|(_, value)| value.abs() >= 0.005);
            if known.len() < 2 || !moves {
                continue;
            }
            let of = |what: &str| format!("{}, {what}: {}", scenario.title, swept.measured);
            let table = sweep_table(&known, swept);
            if known.len() >= FEWEST_ON_MAP {
                let title = of("England and Wales");
                let svg = hex_map(&HexChart {
                    areas: (hexes.iter())
                        .map(|hex| hex_area(hex, &known, swept.unit))
                        .collect(),
                    unit: swept.unit,
                    measured: capital(swept.measured),
                    title: title.clone(),
                    notes: vec![
                        "A hexagon for each billing authority, about where it lies. White: not in the \
                         sweep, or no such figure."
                            .to_owned(),
                    ],
                    source: source.clone(),
                });
                let name = format!("map-{}{ending}", swept.name);
                figures.push(figure::<AuthorityRow>(&name, title, svg, table.clone()));
            }
            let title = of("authorities ranked");
            let svg = league(&LeagueChart {
                entries: (known.iter())
                    .map(|(row, value)| LeagueEntry {
                        name: row.authority.clone(),
                        value: *value,
                        range: (swept.range)(row),
                    })
                    .collect(),
                of: swept.whose.to_owned(),
                shown: LEAGUE,
                axis: Axis::new(swept.measured, swept.unit),
                title: title.clone(),
                notes: Vec::new(),
                source: source.clone(),
            });
            let name = format!("league-{}{ending}", swept.name);
            figures.push(figure::<LeagueRow>(&name, title, svg, table));
        }
    }
    Ok(figures)
}

/// What stands behind the names of the charts of a scenario, numbered from 1.
fn ending(number: usize, several: bool) -> String {
    if several {
        format!("-{number}")
    } else {
        String::new()
    }
}

/// The names that charts of a sweep may have.
pub fn names_of_sweep(manifest: &Manifest) -> Vec<String> {
    let several = manifest.scenarios.len() > 1;
    let numbers = 1..=manifest.scenarios.len().min(MOST_SCENARIOS);
    numbers
        .flat_map(|number| {
            SWEPT.iter().flat_map(move |swept| {
                ["map", "league"]
                    .map(|kind| format!("{kind}-{}{}", swept.name, ending(number, several)))
            })
        })
        .collect()
}

fn hex_area(hex: &boundaries::Hex, known: &[(&CardRow, f64)], unit: Unit) -> HexArea {
    let value = (known.iter())
        .find(|(row, _)| row.authority_code == hex.authority_code.as_str())
        .map(|(_, value)| *value);
    HexArea {
        name: hex.authority.clone(),
        column: hex.column,
        row: hex.row,
        value,
        words: value.map_or("no figure".to_owned(), |value| unit.words(value)),
    }
}

/// All authorities, the highest first.
fn sweep_table(known: &[(&CardRow, f64)], swept: &Swept) -> Table {
    let mut ranked: Vec<&(&CardRow, f64)> = known.iter().collect();
    ranked.sort_by(|one, other| other.1.total_cmp(&one.1));
    Table {
        caption: capital(swept.measured),
        columns: vec![
            Column::words("Authority"),
            Column::figures(capital(swept.measured)),
        ],
        rows: (ranked.into_iter())
            .map(|(row, value)| vec![row.authority.clone(), swept.unit.words(*value)])
            .collect(),
        note: String::new(),
    }
}

/// The charts of a sensitivity analysis: how far each input moves each outcome that the scenario has.
pub fn of_sensitivity(prepared: &Prepared, found: &Sensitivity) -> Vec<Figure> {
    let rows = sensitivity::rows(found);
    let of_outcome = |(name, outcome): (&str, Outcome)| {
        let svg = sensitivity::chart(prepared, found, outcome)?;
        let share = matches!(outcome, Outcome::Win | Outcome::YesShare);
        let words = |value: Option<f64>| match value {
            None => String::new(),
            Some(value) if share => percent(value, 1),
            Some(value) => pounds(value, 0),
        };
        let table = Table {
            caption:
                "The outcome with each input at its low and at its high end, the others as they \
                      are then"
                    .to_owned(),
            columns: vec![
                Column::words("Input"),
                Column::figures("Input low (10th percentile)"),
                Column::figures("Input high (90th percentile)"),
                Column::figures("Share of the variance if all else were known"),
            ],
            rows: (rows.iter())
                .filter(|row| row.outcome == outcome.name())
                .map(|row| {
                    vec![
                        row.meaning.clone(),
                        words(row.outcome_at_p10),
                        words(row.outcome_at_p90),
                        row.total.map_or(String::new(), |total| percent(total, 1)),
                    ]
                })
                .collect(),
            note: String::new(),
        };
        let title = title_of(&svg);
        Some(figure::<SensitivityRow>(name, title, svg, table))
    };
    [
        ("tornado-win", Outcome::Win),
        ("tornado-collected", Outcome::Collected),
    ]
    .into_iter()
    .filter_map(of_outcome)
    .collect()
}

/// The chart of a back-test: what came of each option of each past ballot, and what the others predict.
pub fn of_backtest(forecasts: &[BallotForecast]) -> Figure {
    let svg = backtest::plot(forecasts);
    let table = Table {
        caption: "Share of votes for an option or a higher one: what came, and what the other ballots predict"
            .to_owned(),
        columns: vec![
            Column::words("Ballot"),
            Column::figures("Rise of the option"),
            Column::figures("What came"),
            Column::figures("Predicted, median"),
            Column::figures("Predicted, 90% range"),
        ],
        rows: (backtest::rows(forecasts).iter())
            .map(|row| {
                vec![
                    row.ballot.clone(),
                    percent(row.option_rise, 2),
                    percent(row.observed_share, 1),
                    percent(row.p50, 1),
                    format!("{} to {}", percent(row.p05, 1), percent(row.p95, 1)),
                ]
            })
            .collect(),
        note: String::new(),
    };
    figure::<BacktestRow>("backtest", title_of(&svg), svg, table)
}

/// The chart of a frontier: what a vote could raise, and how likely it is to be won.
pub fn of_frontier(prepared: &Prepared, found: &Frontier) -> Figure {
    let svg = frontier::chart(prepared, found);
    let rows = frontier::rows(found);
    let table = Table {
        caption:
            "Schedules on the frontier: no other that was found raises as much and is as likely to \
                  be won"
                .to_owned(),
        columns: vec![
            Column::figures("Headline, over today's amount"),
            Column::figures("Yield over a No as budgeted, pounds a year"),
            Column::figures("Really collected, 5th percentile"),
            Column::figures("Really collected, 95th percentile"),
            Column::figures("Probability of winning"),
            Column::figures("Homes in frozen bands, of all homes"),
        ],
        rows: (rows.iter())
            .filter(|row| row.on_frontier)
            .map(|row| {
                vec![
                    percent(row.headline, 2),
                    pounds(row.net_yield_vs_no_pounds, 0),
                    pounds(row.collected_pounds_p05, 0),
                    pounds(row.collected_pounds_p95, 0),
                    row.win_probability
                        .map_or(String::new(), |win| percent(win, 1)),
                    percent(row.share_frozen_dwellings_own_element, 1),
                ]
            })
            .collect(),
        note: String::new(),
    };
    let title = title_of(&svg);
    figure::<FrontierRow>("frontier", title, svg, table)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sweep::SweepScenario;

    fn row(code: &str, win: Option<f64>, share_frozen: f64) -> CardRow {
        CardRow {
            scenario: "one".to_owned(),
            authority_code: code.to_owned(),
            authority: format!("authority {code}"),
            vote_year: "2027-28".to_owned(),
            kind: match win {
                Some(_) => Kind::Vote,
                None => Kind::Freeze,
            },
            n_dwellings: 1_000,
            share_frozen,
            net_yield_vs_no: 50_000.0,
            relief: 0.0,
            exchequer: None,
            contributions: None,
            yes_share: win,
            yes_range: None,
            win_probability: win,
            win_probability_error: win.map(|_| 0.01),
        }
    }

    fn manifest(scenarios: &[&str]) -> Manifest {
        let scenario = |name: &&str| SweepScenario {
            scenario: (*name).to_owned(),
            key: (*name).to_owned(),
            title: format!("Title of {name}"),
            varied: Vec::new(),
            draws: 100,
            seed: 1,
            sha256: String::new(),
            toml: String::new(),
        };
        Manifest {
            format: 1,
            program: "bandwise".to_owned(),
            version: "0".to_owned(),
            data_sha256: String::new(),
            vintage: "2026-27".to_owned(),
            vintage_sha256: None,
            overrides: Vec::new(),
            scenarios: scenarios.iter().map(scenario).collect(),
            authorities: Vec::new(),
            jobs_per_part: 8,
        }
    }

    fn swept(manifest: &Manifest, rows: Vec<CardRow>) -> Vec<(String, Figure)> {
        let joined = Joined {
            rows,
            failures: Vec::new(),
            caveats: Vec::new(),
        };
        let figures = of_sweep(manifest, &joined).expect("figures");
        (figures
            .into_iter()
            .map(|figure| (figure.name.clone(), figure)))
        .collect()
    }

    fn names(figures: &[(String, Figure)]) -> Vec<&str> {
        figures.iter().map(|(name, _)| name.as_str()).collect()
    }

    #[test]
    fn a_sweep_of_all_authorities_has_maps_and_leagues() {
        let hexes = boundaries::hexes().expect("the map");
        let rows = hexes
            .iter()
            .map(|hex| row(hex.authority_code.as_str(), Some(0.1), 0.5));
        let figures = swept(&manifest(&["one"]), rows.collect());
        assert_eq!(
            names(&figures),
            [
                "map-frozen",
                "league-frozen",
                "map-yield",
                "league-yield",
                "map-win",
                "league-win"
            ]
        );
        assert_eq!(figures[0].1.table.rows.len(), hexes.len());
        assert!(figures[2].1.svg.contains("<title>Derby: £50</title>"));
    }

    #[test]
    fn authorities_that_need_no_vote_stand_apart() {
        let rows = [
            row("E06000015", Some(0.1), 0.5),
            row("E06000016", Some(0.2), 0.6),
            row("W06000015", None, 0.7),
            row("W06000001", None, 0.8),
        ];
        let figures = swept(&manifest(&["one"]), rows.to_vec());
        assert_eq!(
            names(&figures),
            [
                "league-frozen",
                "league-yield",
                "league-yield-freeze",
                "league-win"
            ]
        );
        assert_eq!(figures[1].1.table.rows.len(), 2);
    }

    #[test]
    fn charts_of_several_scenarios_are_numbered() {
        let rows = [row("E06000015", None, 0.5), row("E06000016", None, 0.6)];
        let figures = swept(&manifest(&["other", "one"]), rows.to_vec());
        assert_eq!(
            names(&figures),
            ["league-frozen-2", "league-yield-freeze-2"]
        );
    }
}
