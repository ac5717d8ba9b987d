//! Two proposals on the same luck: differences draw by draw.

use super::prepare::Prepared;
use super::run::DrawOutcomes;
use super::summary::Spread;
use super::weights::Weights;

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
/// When the runs have different seeds, points or numbers of draws, or rest on different evidence: their luck
/// would not be shared.
pub fn compare(
    first: (&Prepared, &DrawOutcomes),
    second: (&Prepared, &DrawOutcomes),
) -> Vec<PairedDifference> {
    let same_luck = first.0.scenario.seed == second.0.scenario.seed
        && first.1.points == second.1.points
        && first.1.len() == second.1.len();
    assert!(
        same_luck,
        "paired runs have one seed, one kind of points and one number of draws"
    );
    let over_today = |(prepared, outcomes): (&Prepared, &DrawOutcomes)| -> Vec<f64> {
        let no = prepared.budgets.no_yield().pounds();
        outcomes
            .collected
            .iter()
            .map(|over_no| over_no + no)
            .collect()
    };
    let alike = first.1.alike();
    let mut differences = vec![paired(
        "collected_vs_today_pounds",
        "pounds",
        (&over_today(first), &over_today(second)),
        &alike,
    )];
    if let (Some(one), Some(other)) = (&first.1.vote, &second.1.vote) {
        assert!(
            same_evidence(first.1, second.1),
            "paired runs rest on the same evidence"
        );
        let weights = &one.weights;
        differences.push(paired(
            "collected_vs_no_pounds",
            "pounds",
            (&first.1.collected, &second.1.collected),
            &alike,
        ));
        let chance = |won: &[bool]| {
            won.iter()
                .map(|&won| f64::from(u8::from(won)))
                .collect::<Vec<_>>()
        };
        differences.push(paired(
            "yes_share",
            "share of votes",
            (&one.yes_share, &other.yes_share),
            weights,
        ));
        differences.push(paired(
            "turnout",
            "share of electors",
            (&one.turnout, &other.turnout),
            weights,
        ));
        differences.push(paired(
            "win_probability",
            "probability",
            (&chance(&one.won), &chance(&other.won)),
            weights,
        ));
        if let (Some(one), Some(other)) = (first.1.value(), second.1.value()) {
            let pair = (one.as_slice(), other.as_slice());
            differences.push(paired("expected_value_pounds", "pounds", pair, weights));
        }
    }
    differences.into_iter().flatten().collect()
}

/// Whether two runs of votes weigh their draws alike: they rest on the same past ballots, surveys,
/// polls and starting beliefs. Runs without a vote have nothing to weigh.
pub fn same_evidence(first: &DrawOutcomes, second: &DrawOutcomes) -> bool {
    match (&first.vote, &second.vote) {
        (Some(one), Some(other)) => one.weights == other.weights,
        _ => true,
    }
}

fn paired(
    metric: &'static str,
    unit: &'static str,
    (first, second): (&[f64], &[f64]),
    weights: &Weights,
) -> Option<PairedDifference> {
    let differences: Vec<f64> = first.iter().zip(second).map(|(a, b)| a - b).collect();
    let share = |holds: fn(f64) -> bool| {
        let held: Vec<bool> = differences.iter().map(|one| holds(*one)).collect();
        weights.share(&held).0
    };
    Some(PairedDifference {
        metric,
        unit,
        first: weights.spread(first)?.mean,
        second: weights.spread(second)?.mean,
        difference: weights.spread(&differences)?,
        first_larger: share(|difference| difference > 0.0),
        alike: share(|difference| difference == 0.0),
    })
}
