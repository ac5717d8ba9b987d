//! League tables: who stands where by each figure, with how many are ranked.

use super::results::Briefing;
use serde::Serialize;

use super::tables::{ColumnDoc, Record, record};

record! {
    /// Where one authority stands by one figure, under one scenario; rank 1 has the highest figure, which need not be the best.
    "league" by scenario, figure, among, authority_code => LeagueRow {
        scenario: String as "string", "Name of the scenario: its key, and what is varied.";
        figure: String as "string", "Name of the figure, as in authorities.csv; one per dwelling has _per_dwelling after it.";
        unit: String as "string", "Unit of the value.";
        among: String as "string", "Among which authorities it is ranked: all; vote (those that need a referendum: a yield is over a No); no_vote (those that need none: over the largest rise that needs none); no_vote_freeze (the same where a freeze stands for a No); order or act (it takes one: over the same year without it); or voluntary (residents are asked to give).";
        rank: usize as "integer" in "rank", "Rank, from 1 for the highest value; equal values share a rank, and the next is as much further down.";
        of: usize as "integer" in "authorities", "How many authorities are ranked.";
        authority_code: String as "string", "ONS code of the billing authority.";
        authority: String as "string", "Its name.";
        value: f64 as "number" in "as the column `unit` says", "The figure.";
    }
}

record! {
    /// Where one of the proposals compared stands by one figure; rank 1 has the highest figure, which need not be the best.
    "league" by figure, scenario => ProposalRank {
        figure: String as "string", "Name of the figure, as in summary.csv of a run.";
        unit: String as "string", "Unit of the value.";
        rank: usize as "integer" in "rank", "Rank, from 1 for the highest value; equal values share a rank, and the next is as much further down.";
        of: usize as "integer" in "proposals", "How many proposals are ranked: those that have the figure; by what is over a No, those with a vote.";
        scenario: String as "string", "Key of the proposal.";
        value: f64 as "number" in "as the column `unit` says", "The figure: its mean where it is uncertain.";
    }
}

/// Figures over a No: proposals with a vote alone have them, what others raise is over something else.
const OVER_NO: [&str; 2] = ["net_yield_vs_no_pounds", "collected_pounds"];

/// Figures that proposals are ranked by.
const OF_PROPOSALS: [&str; 8] = [
    "share_frozen_dwellings_own_element",
    "net_yield_vs_today_pounds",
    "net_yield_vs_no_pounds",
    "relief_cost_pounds",
    "collected_pounds",
    "yes_share",
    "win_probability",
    "expected_value_pounds",
];

/// The rank of each value, 1 for the highest: equal values share a rank, and the next is as much further
/// down.
///
/// # Example
/// ```
/// use bandwise::report::league::ranks;
/// assert_eq!(ranks(&[0.5, 0.9, 0.5, 0.1]), [2, 1, 2, 4]);
/// assert!(ranks(&[]).is_empty());
/// ```
pub fn ranks(values: &[f64]) -> Vec<usize> {
    let mut sorted = values.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let higher = |value: &f64| sorted.partition_point(|other| other.total_cmp(value).is_gt());
    values.iter().map(|value| higher(value) + 1).collect()
}

/// The league of proposals: figure by figure, the highest first, equal ones in the order of the proposals.
/// Proposals without a figure are not ranked by it, nor those without a vote by what is over a No.
pub fn proposals(compared: &[(&str, &Briefing)]) -> Vec<ProposalRank> {
    let mut league = Vec::new();
    for figure in OF_PROPOSALS {
        let found: Vec<(&str, &str, f64)> = compared
            .iter()
            .filter(|(_, briefing)| briefing.has_vote() || !OVER_NO.contains(&figure))
            .filter_map(|(key, briefing)| {
                let row = briefing.figure(figure)?;
                // A proposal without relief is not ranked by it.
                let value = row
                    .mean
                    .filter(|value| figure != "relief_cost_pounds" || *value > 0.0)?;
                Some((*key, row.unit.as_str(), value))
            })
            .collect();
        let values: Vec<f64> = found.iter().map(|(.., value)| *value).collect();
        let ranked = found.iter().zip(ranks(&values));
        let mut rows: Vec<ProposalRank> = ranked
            .map(|((key, unit, value), rank)| ProposalRank {
                figure: figure.to_owned(),
                unit: (*unit).to_owned(),
                rank,
                of: found.len(),
                scenario: (*key).to_owned(),
                value: *value,
            })
            .collect();
        rows.sort_by_key(|row| row.rank);
        league.append(&mut rows);
    }
    league
}
