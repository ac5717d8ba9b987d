//! How the bills of a group of homes change: mean, median, and who gains or loses.

use std::collections::BTreeMap;

use super::money::Pence;

/// Homes by the change in their bill.
///
/// # Example
/// ```
/// use bandwise::domain::{Changes, Pence};
/// let mut changes = Changes::default();
/// changes.add(Pence::from_pence(-1_000), 3.0);
/// changes.add(Pence::from_pence(5_000), 1.0);
/// assert_eq!(changes.mean_pounds(), Some(5.0));
/// assert_eq!(changes.median_pounds(), Some(-10.0));
/// assert_eq!(changes.share_gaining(), Some(0.75));
/// assert_eq!(Changes::default().mean_pounds(), None);
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Changes {
    homes: BTreeMap<Pence, f64>,
}

/// Part of all homes within which half of them counts as reached: homes are shared out in parts.
const HALF_REACHED: f64 = 1e-9;

impl Changes {
    /// Adds some homes with one change each; homes may be part of one.
    pub fn add(&mut self, change: Pence, homes: f64) {
        if homes > 0.0 {
            *self.homes.entry(change).or_default() += homes;
        }
    }

    /// Homes.
    pub fn homes(&self) -> f64 {
        self.homes.values().sum()
    }

    /// What all homes together pay more, pounds a year.
    pub fn total_pounds(&self) -> f64 {
        let pence = |(change, homes): (&Pence, &f64)| change.pence() as f64 * homes;
        self.homes.iter().map(pence).sum::<f64>() / 100.0
    }

    /// The mean change, pounds a year; nothing without homes.
    pub fn mean_pounds(&self) -> Option<f64> {
        (!self.homes.is_empty()).then(|| self.total_pounds() / self.homes())
    }

    /// The median change, pounds a year: half of the homes see less, half more. Between two
    /// changes it is their mean; nothing without homes.
    pub fn median_pounds(&self) -> Option<f64> {
        let all = self.homes();
        let mut reached = 0.0;
        let mut changes = self.homes.iter().peekable();
        while let Some((change, homes)) = changes.next() {
            reached += homes;
            let beyond_half = reached / all - 0.5;
            if beyond_half.abs() <= HALF_REACHED {
                let next = changes.peek().map_or(change, |(next, _)| next);
                return Some((*change + *next).pounds() / 2.0);
            }
            if beyond_half > 0.0 {
                return Some(change.pounds());
            }
        }
        None
    }

    /// The share of homes that pay less by a penny or more.
    pub fn share_gaining(&self) -> Option<f64> {
        self.share(|change| change < Pence::ZERO)
    }

    /// The share of homes that pay the same to the penny.
    pub fn share_unchanged(&self) -> Option<f64> {
        self.share(|change| change == Pence::ZERO)
    }

    /// The share of homes that pay more by a penny or more.
    pub fn share_losing(&self) -> Option<f64> {
        self.share(|change| change > Pence::ZERO)
    }

    fn share(&self, of: impl Fn(Pence) -> bool) -> Option<f64> {
        let chosen = self.homes.iter().filter(|(change, _)| of(**change));
        // An empty sum of floats is -0.
        let part: f64 = chosen.map(|(_, homes)| homes).sum::<f64>() + 0.0;
        (!self.homes.is_empty()).then(|| (part / self.homes()).min(1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn changes(rows: &[(i64, f64)]) -> Changes {
        let mut changes = Changes::default();
        for &(pence, homes) in rows {
            changes.add(Pence::from_pence(pence), homes);
        }
        changes
    }

    #[test]
    fn the_median_of_an_even_split_lies_between_its_two_sides() {
        assert_eq!(
            changes(&[(-200, 2.0), (600, 2.0)]).median_pounds(),
            Some(2.0)
        );
        assert_eq!(
            changes(&[(600, 2.1), (-200, 2.0)]).median_pounds(),
            Some(6.0)
        );
    }

    #[test]
    fn parts_of_homes_that_make_up_a_half_count_as_a_half() {
        let tenths: Vec<(i64, f64)> = (0..10).map(|n| (n * 100, 0.1)).collect();
        assert_eq!(changes(&tenths).median_pounds(), Some(4.5));
    }

    #[test]
    fn a_penny_less_is_a_gain_and_a_penny_more_a_loss() {
        let of = changes(&[(-1, 1.0), (0, 2.0), (1, 5.0)]);
        assert_eq!(of.share_gaining(), Some(0.125));
        assert_eq!(of.share_unchanged(), Some(0.25));
        assert_eq!(of.share_losing(), Some(0.625));
        assert_eq!(of.total_pounds(), 0.04);
    }

    proptest! {
        #[test]
        fn the_order_of_homes_is_irrelevant_to_the_median_and_shares_add_to_one(
            mut rows in proptest::collection::vec((-50_000i64..50_000, 0.01f64..500.0), 1..30),
        ) {
            let one = changes(&rows);
            rows.reverse();
            let other = changes(&rows);
            prop_assert_eq!(one.median_pounds(), other.median_pounds());
            let sum = one.share_gaining().unwrap() + one.share_unchanged().unwrap()
                + one.share_losing().unwrap();
            prop_assert!((sum - 1.0).abs() < 1e-12);
            let median = one.median_pounds().unwrap();
            let least = rows.iter().map(|row| row.0).min().unwrap();
            let most = rows.iter().map(|row| row.0).max().unwrap();
            prop_assert!(least as f64 / 100.0 <= median && median <= most as f64 / 100.0);
        }
    }
}
