//! Turnout: log odds by band and ward, calibrated to the turnout of the authority.

use crate::data::assumptions::DayTurnout;
use crate::domain::{LogOdds, Share};

/// The turnout of the authority on a kind of day; a multiple of the usual turnout stays below the
/// ceiling, unless the usual turnout itself is above it.
pub fn day_turnout(day: DayTurnout, local: Share, ceiling: Share) -> Share {
    match day {
        DayTurnout::Absolute(turnout) => turnout,
        DayTurnout::TimesLocal(times) => {
            let turnout = (local.value() * times).min(ceiling.value().max(local.value()));
            Share::new(turnout).expect("below the ceiling")
        }
    }
}

/// The log odds to add so that the mean turnout is `wanted`, by bisection to 1e-13.
///
/// `electors` are pairs of weight and log odds before the addition.
pub fn calibrate(electors: &[(f64, f64)], wanted: Share) -> LogOdds {
    let total: f64 = electors.iter().map(|(weight, _)| weight).sum();
    let mean = |shift: f64| {
        let voters: f64 = electors
            .iter()
            .map(|(weight, log_odds)| weight * LogOdds(log_odds + shift).share().value())
            .sum();
        voters / total
    };
    let (mut low, mut high) = (-20.0, 20.0);
    while high - low > 1e-13 {
        let middle = (low + high) / 2.0;
        if mean(middle) < wanted.value() {
            low = middle;
        } else {
            high = middle;
        }
        if middle <= low && middle >= high {
            break;
        }
    }
    LogOdds((low + high) / 2.0)
}

/// How much more likely those who know that they lose are to vote, as a factor on the odds.
pub fn mobilised(x: f64, mobilisation: f64) -> f64 {
    if x > 0.0 {
        (mobilisation * loss_strength(x)).exp()
    } else {
        1.0
    }
}

/// How strong a cost of `x` pounds a year is in bringing out those who know of it.
pub fn loss_strength(x: f64) -> f64 {
    (x / 100.0).asinh()
}
