//! The league tables of a sweep.

use super::super::league::{LeagueRow, ranks};
use super::folder::CardRow;
use super::kind::Kind;
use super::manifest::Manifest;

/// Among which authorities a figure is ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Among {
    /// All of them.
    All,
    /// Those of one kind.
    Of(Kind),
}

impl Among {
    /// Its name in the table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Of(kind) => kind.name(),
        }
    }

    fn holds(self, row: &CardRow) -> bool {
        match self {
            Self::All => true,
            Self::Of(kind) => row.kind == kind,
        }
    }
}

/// A figure that authorities are ranked by.
#[derive(Debug, Clone, Copy)]
pub struct Ranked {
    /// Its name in the table.
    pub figure: &'static str,
    /// Its unit.
    pub unit: &'static str,
    value: fn(&CardRow) -> Option<f64>,
    among: &'static [Among],
}

/// Yields over a No, over a freeze and over other years are not of one kind: they are ranked apart.
const APART: &[Among] = &[
    Among::Of(Kind::Vote),
    Among::Of(Kind::NoVote),
    Among::Of(Kind::Freeze),
    Among::Of(Kind::Order),
    Among::Of(Kind::Act),
];
const VOTE: &[Among] = &[Among::Of(Kind::Vote)];

/// The figures, in the order of the table.
pub const RANKED: [Ranked; 7] = [
    Ranked {
        figure: "share_frozen_dwellings_own_element",
        unit: "share of dwellings",
        value: |row| Some(row.share_frozen),
        among: &[Among::All],
    },
    Ranked {
        figure: "net_yield_vs_no_pounds_per_dwelling",
        unit: "pounds a year per dwelling",
        value: CardRow::yield_per_dwelling,
        among: APART,
    },
    Ranked {
        figure: "net_yield_vs_no_pounds",
        unit: "pounds a year",
        value: |row| Some(row.net_yield_vs_no),
        among: APART,
    },
    Ranked {
        figure: "yes_share",
        unit: "share of votes",
        value: |row| row.yes_share,
        among: VOTE,
    },
    Ranked {
        figure: "win_probability",
        unit: "probability",
        value: |row| row.win_probability,
        among: VOTE,
    },
    Ranked {
        figure: "exchequer_yield_pounds",
        unit: "pounds a year",
        value: |row| row.exchequer,
        among: &[Among::Of(Kind::Act)],
    },
    Ranked {
        figure: "contributions_pounds",
        unit: "pounds a year",
        value: |row| row.contributions,
        among: &[Among::Of(Kind::Voluntary)],
    },
];

/// The league tables: scenario by scenario and figure by figure, the highest first, equal ones by code.
pub fn league(manifest: &Manifest, rows: &[CardRow]) -> Vec<LeagueRow> {
    let mut league = Vec::new();
    for one in &manifest.scenarios {
        let of_scenario: Vec<&CardRow> = (rows.iter())
            .filter(|row| row.scenario == one.scenario)
            .collect();
        for ranked in &RANKED {
            for among in ranked.among {
                league.append(&mut table(ranked, *among, &of_scenario));
            }
        }
    }
    league
}

fn table(ranked: &Ranked, among: Among, rows: &[&CardRow]) -> Vec<LeagueRow> {
    let held = rows.iter().filter(|row| among.holds(row));
    let found: Vec<(&CardRow, f64)> = held
        .filter_map(|row| Some((*row, (ranked.value)(row)?)))
        .collect();
    let values: Vec<f64> = found.iter().map(|(_, value)| *value).collect();
    let mut table: Vec<LeagueRow> = (found.iter().zip(ranks(&values)))
        .map(|((row, value), rank)| LeagueRow {
            scenario: row.scenario.clone(),
            figure: ranked.figure.to_owned(),
            unit: ranked.unit.to_owned(),
            among: among.name().to_owned(),
            rank,
            of: found.len(),
            authority_code: row.authority_code.clone(),
            authority: row.authority.clone(),
            value: *value,
        })
        .collect();
    table.sort_by(|a, b| (a.rank, &a.authority_code).cmp(&(b.rank, &b.authority_code)));
    table
}

#[cfg(test)]
mod tests {
    use super::super::manifest::SweepScenario;
    use super::*;

    fn row(code: &str, dwellings: i64, frozen: f64, net: f64, chance: Option<f64>) -> CardRow {
        CardRow {
            scenario: "plan".to_owned(),
            authority_code: code.to_owned(),
            authority: format!("Council {code}"),
            vote_year: "2027-28".to_owned(),
            kind: match chance {
                Some(_) => Kind::Vote,
                None => Kind::NoVote,
            },
            n_dwellings: dwellings,
            share_frozen: frozen,
            net_yield_vs_no: net,
            relief: 0.0,
            exchequer: None,
            contributions: None,
            yes_share: chance.map(|chance| chance / 2.0),
            yes_range: None,
            win_probability: chance,
            win_probability_error: None,
        }
    }

    fn manifest() -> Manifest {
        Manifest {
            format: 1,
            program: "bandwise".to_owned(),
            version: "0.1.0".to_owned(),
            data_sha256: String::new(),
            vintage: "2026-27".to_owned(),
            vintage_sha256: None,
            overrides: Vec::new(),
            scenarios: vec![SweepScenario {
                scenario: "plan".to_owned(),
                key: "plan".to_owned(),
                title: "A plan".to_owned(),
                varied: Vec::new(),
                draws: 100,
                seed: 1,
                sha256: String::new(),
                toml: String::new(),
            }],
            authorities: Vec::new(),
            jobs_per_part: 16,
        }
    }

    fn ranked(rows: &[CardRow], figure: &str, among: &str) -> Vec<(usize, usize, String, f64)> {
        league(&manifest(), rows)
            .into_iter()
            .filter(|row| row.figure == figure && row.among == among)
            .map(|row| (row.rank, row.of, row.authority_code, row.value))
            .collect()
    }

    // Worked out by hand: 1,000 homes and £50,000 make £50 a home, 4,000 and £100,000 £25, 100 and
    // -£1,000 -£10.
    #[test]
    fn three_authorities_stand_in_the_order_of_each_figure() {
        let rows = [
            row("E06000001", 1_000, 0.5, 50_000.0, Some(0.2)),
            row("E06000002", 4_000, 0.9, 100_000.0, Some(0.4)),
            row("E06000003", 100, 0.7, -1_000.0, Some(0.3)),
        ];
        let code = |n: usize| format!("E0600000{n}");
        assert_eq!(
            ranked(&rows, "share_frozen_dwellings_own_element", "all"),
            [
                (1, 3, code(2), 0.9),
                (2, 3, code(3), 0.7),
                (3, 3, code(1), 0.5)
            ]
        );
        assert_eq!(
            ranked(&rows, "net_yield_vs_no_pounds_per_dwelling", "vote"),
            [
                (1, 3, code(1), 50.0),
                (2, 3, code(2), 25.0),
                (3, 3, code(3), -10.0)
            ]
        );
        assert_eq!(
            ranked(&rows, "win_probability", "vote"),
            [
                (1, 3, code(2), 0.4),
                (2, 3, code(3), 0.3),
                (3, 3, code(1), 0.2)
            ]
        );
    }

    #[test]
    fn equal_figures_share_a_rank_and_the_next_is_as_much_further_down() {
        let rows = [
            row("E06000003", 10, 0.5, 0.0, None),
            row("E06000001", 10, 0.5, 0.0, None),
            row("E06000002", 10, 0.1, 0.0, None),
        ];
        let found = ranked(&rows, "share_frozen_dwellings_own_element", "all");
        let ranks: Vec<(usize, &str)> = found
            .iter()
            .map(|(rank, _, code, _)| (*rank, code.as_str()))
            .collect();
        assert_eq!(
            ranks,
            [(1, "E06000001"), (1, "E06000003"), (3, "E06000002")]
        );
    }

    #[test]
    fn authorities_without_a_vote_are_ranked_apart_from_those_with_one() {
        let rows = [
            row("E06000001", 10, 0.5, 90.0, None),
            row("E06000002", 10, 0.5, 10.0, Some(0.3)),
        ];
        let of = |among: &str| ranked(&rows, "net_yield_vs_no_pounds", among);
        assert_eq!(of("vote"), [(1, 1, "E06000002".to_owned(), 10.0)]);
        assert_eq!(of("no_vote"), [(1, 1, "E06000001".to_owned(), 90.0)]);
        assert_eq!(ranked(&rows, "win_probability", "vote").len(), 1);
    }

    #[test]
    fn a_place_without_dwellings_has_no_yield_per_dwelling() {
        let rows = [row("E06000001", 0, 0.0, 90.0, Some(0.5))];
        assert!(ranked(&rows, "net_yield_vs_no_pounds_per_dwelling", "vote").is_empty());
    }
}
