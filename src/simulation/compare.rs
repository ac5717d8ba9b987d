//! Two proposals on the same luck: differences draw by draw.

use super::prepare::Prepared;
use super::run::DrawOutcomes;
use super::summary::{Spread, spread};

/// A paired difference: the first proposal less the second.
#[derive(Debug, Clone, PartialEq)]
pub struct PairedDifference {
    /// What is compared.
    pub metric: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// Mean of the first.
    pub first: f64,
    /// Mean of the second.
    pub second: f64,
    /// The difference and its spread over shared draws.
    pub difference: Spread,
    /// Share of draws in which the first is the larger.
    pub first_larger: f64,
    /// Share of draws in which both are alike.
    pub alike: f64,
}

/// Compares two runs of the same seed, draw by draw. Metrics that one of them lacks (there is no
/// vote) are left out.
///
/// # Panics
/// When the runs have different seeds or numbers of draws: their luck would not be shared.
pub fn compare(
    first: (&Prepared, &DrawOutcomes),
    second: (&Prepared, &DrawOutcomes),
) -> Vec<PairedDifference> {
    let same_luck =
        first.0.scenario.seed == second.0.scenario.seed && first.1.len() == second.1.len();
    assert!(
        same_luck,
        "paired runs have one seed and one number of draws"
    );
    let over_today = |(prepared, outcomes): (&Prepared, &DrawOutcomes)| -> Vec<f64> {
        let no = prepared.budgets.no_yield().pounds();
        outcomes
            .collected
            .iter()
            .map(|over_no| over_no + no)
            .collect()
    };
    let mut differences = vec![paired(
        "collected_vs_today_pounds",
        "pounds",
        &over_today(first),
        &over_today(second),
    )];
    if let (Some(one), Some(other)) = (&first.1.vote, &second.1.vote) {
        let (over_no, other_over_no) = (&first.1.collected, &second.1.collected);
        differences.push(paired(
            "collected_vs_no_pounds",
            "pounds",
            over_no,
            other_over_no,
        ));
        let chance = |won: &[bool]| {
            won.iter()
                .map(|&won| f64::from(u8::from(won)))
                .collect::<Vec<_>>()
        };
        differences.push(paired(
            "yes_share",
            "share of votes",
            &one.yes_share,
            &other.yes_share,
        ));
        differences.push(paired(
            "turnout",
            "share of electors",
            &one.turnout,
            &other.turnout,
        ));
        differences.push(paired(
            "win_probability",
            "probability",
            &chance(&one.won),
            &chance(&other.won),
        ));
    }
    if let (Some(one), Some(other)) = (first.1.value(), second.1.value()) {
        differences.push(paired("expected_value_pounds", "pounds", &one, &other));
    }
    differences.into_iter().flatten().collect()
}

fn paired(
    metric: &'static str,
    unit: &'static str,
    first: &[f64],
    second: &[f64],
) -> Option<PairedDifference> {
    let differences: Vec<f64> = first.iter().zip(second).map(|(a, b)| a - b).collect();
    let share = |holds: fn(f64) -> bool| {
        differences
            .iter()
            .filter(|difference| holds(**difference))
            .count() as f64
            / differences.len() as f64
    };
    Some(PairedDifference {
        metric,
        unit,
        first: spread(first)?.mean,
        second: spread(second)?.mean,
        difference: spread(&differences)?,
        first_larger: share(|difference| difference > 0.0),
        alike: share(|difference| difference == 0.0),
    })
}
