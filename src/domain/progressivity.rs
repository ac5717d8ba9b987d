//! Whether a tax takes a larger share of income from the rich or from the poor.

/// Homes of like income, with what they pay.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IncomeGroup {
    /// Homes.
    pub homes: f64,
    /// Mean income of a home, pounds a year.
    pub income_pounds: f64,
    /// Mean tax of a home, pounds a year.
    pub tax_pounds: f64,
}

/// How unequal incomes are, and how a tax stands to them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progressivity {
    /// Gini coefficient of income: 0 where all groups have the same.
    pub gini_of_income: f64,
    /// Concentration index of the tax with homes in the order of income: 0 where all pay alike.
    pub concentration_of_tax: f64,
    /// Suits index: -1 where only the poorest pay, 0 where all pay the same share of income, 1
    /// where only the richest pay (Suits, American Economic Review 67, 1977).
    pub suits: f64,
}

impl Progressivity {
    /// Kakwani index: concentration index of the tax less the Gini coefficient of income. Below 0
    /// the poor pay a larger share of their income than the rich, above 0 a smaller one (Kakwani,
    /// Economic Journal 87, 1977).
    pub fn kakwani(&self) -> f64 {
        self.concentration_of_tax - self.gini_of_income
    }
}

/// The progressivity of a tax over groups of homes; nothing unless two groups at least differ in
/// income and some tax is paid.
///
/// What is unequal within a group stays unseen. Groups of the same income are taken as one, so
/// that their order is irrelevant.
///
/// # Example
/// ```
/// use bandwise::domain::progressivity::{IncomeGroup, progressivity};
/// // A poll tax: all pay alike, so the index is minus the Gini coefficient.
/// let groups = [20_000.0, 30_000.0, 50_000.0].map(|income_pounds| IncomeGroup {
///     homes: 100.0,
///     income_pounds,
///     tax_pounds: 1_000.0,
/// });
/// let found = progressivity(&groups).expect("incomes differ");
/// assert!((found.gini_of_income - 0.2).abs() < 1e-12);
/// assert!((found.kakwani() + 0.2).abs() < 1e-12);
/// assert_eq!(progressivity(&groups[..1]), None);
/// ```
pub fn progressivity(groups: &[IncomeGroup]) -> Option<Progressivity> {
    let mut sorted: Vec<&IncomeGroup> = groups.iter().filter(|group| group.homes > 0.0).collect();
    sorted.sort_by(|a, b| {
        let key = |group: &IncomeGroup| [group.income_pounds, group.tax_pounds, group.homes];
        let (a, b) = (key(a), key(b));
        a.iter()
            .zip(&b)
            .fold(std::cmp::Ordering::Equal, |found, (a, b)| {
                found.then(a.total_cmp(b))
            })
    });
    // Homes, income and tax of each distinct income, poorest first.
    let mut sums: Vec<(f64, [f64; 3])> = Vec::with_capacity(sorted.len());
    for group in sorted {
        let homes = group.homes;
        let added = [homes, homes * group.income_pounds, homes * group.tax_pounds];
        match sums.last_mut() {
            Some((income, sum)) if *income == group.income_pounds => {
                for (sum, added) in sum.iter_mut().zip(added) {
                    *sum += added;
                }
            }
            _ => sums.push((group.income_pounds, added)),
        }
    }
    let total = |index: usize| -> f64 { sums.iter().map(|(_, sum)| sum[index]).sum() };
    let (homes, income, tax) = (total(0), total(1), total(2));
    if sums.len() < 2 || income <= 0.0 || tax <= 0.0 {
        return None;
    }
    let shares: Vec<[f64; 3]> = sums
        .iter()
        .map(|(_, sum)| [sum[0] / homes, sum[1] / income, sum[2] / tax])
        .collect();
    // One less twice the area under the curve of `what` over `along`.
    let index = |along: usize, what: usize| {
        let (mut below, mut twice_area) = (0.0, 0.0);
        for share in &shares {
            twice_area += share[along] * (2.0 * below + share[what]);
            below += share[what];
        }
        1.0 - twice_area
    };
    Some(Progressivity {
        gini_of_income: index(0, 1),
        concentration_of_tax: index(0, 2),
        suits: index(1, 2),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn groups(rows: &[(f64, f64, f64)]) -> Vec<IncomeGroup> {
        rows.iter()
            .map(|&(homes, income_pounds, tax_pounds)| IncomeGroup {
                homes,
                income_pounds,
                tax_pounds,
            })
            .collect()
    }

    fn near(found: f64, expected: f64) -> bool {
        (found - expected).abs() < 1e-12
    }

    #[test]
    fn three_areas_come_out_as_worked_by_hand() {
        // A third of homes each; incomes of 20, 30 and 50 thousand: shares 0.2, 0.3, 0.5, added
        // up 0.2, 0.5, 1. Gini 1 - (0.2 + 0.7 + 1.5) / 3 = 0.2. Taxes of 1,000, 1,000 and 2,000:
        // added up 0.25, 0.5, 1. Concentration 1 - (0.25 + 0.75 + 1.5) / 3 = 1/6, so Kakwani is
        // 1/6 - 1/5 = -1/30. Suits 1 - (0.2 x 0.25 + 0.3 x 0.75 + 0.5 x 1.5) = -0.025.
        let found = progressivity(&groups(&[
            (10.0, 50_000.0, 2_000.0),
            (10.0, 20_000.0, 1_000.0),
            (10.0, 30_000.0, 1_000.0),
        ]))
        .unwrap();
        assert!(near(found.gini_of_income, 0.2));
        assert!(near(found.concentration_of_tax, 1.0 / 6.0));
        assert!(near(found.kakwani(), -1.0 / 30.0));
        assert!(near(found.suits, -0.025));
    }

    #[test]
    fn without_two_incomes_or_any_tax_there_is_no_index() {
        assert_eq!(
            progressivity(&groups(&[(1.0, 9.0, 1.0), (2.0, 9.0, 3.0)])),
            None
        );
        assert_eq!(
            progressivity(&groups(&[(1.0, 9.0, 0.0), (2.0, 8.0, 0.0)])),
            None
        );
    }

    fn some_groups() -> impl Strategy<Value = Vec<(f64, f64, f64)>> {
        let group = (1.0f64..5_000.0, 15_000.0f64..90_000.0, 0.0f64..5_000.0);
        proptest::collection::vec(group, 2..40)
    }

    proptest! {
        #[test]
        fn a_proportional_tax_is_neither_progressive_nor_regressive(
            rows in some_groups(), rate in 0.001f64..0.5,
        ) {
            let rows: Vec<_> = rows.iter().map(|row| (row.0, row.1, rate * row.1)).collect();
            let found = progressivity(&groups(&rows)).unwrap();
            prop_assert!(found.kakwani().abs() < 1e-9 && found.suits.abs() < 1e-9);
        }

        #[test]
        fn a_poll_tax_has_minus_the_gini_coefficient(rows in some_groups()) {
            let rows: Vec<_> = rows.iter().map(|row| (row.0, row.1, 500.0)).collect();
            let found = progressivity(&groups(&rows)).unwrap();
            prop_assert!((found.kakwani() + found.gini_of_income).abs() < 1e-9);
        }

        #[test]
        fn the_indices_stay_within_their_bounds_and_order_is_irrelevant(rows in some_groups()) {
            prop_assume!(rows.iter().any(|row| row.2 > 0.0));
            let found = progressivity(&groups(&rows)).unwrap();
            prop_assert!((0.0..1.0).contains(&(found.gini_of_income + 1e-12)));
            prop_assert!(found.concentration_of_tax.abs() <= 1.0);
            prop_assert!(found.suits.abs() <= 1.0);
            let mut turned = rows;
            turned.reverse();
            prop_assert_eq!(progressivity(&groups(&turned)), Some(found));
        }

        #[test]
        fn moving_tax_from_a_poor_to_a_rich_area_makes_it_more_progressive(
            rows in some_groups(), moved in 0.01f64..1.0,
        ) {
            let mut rows = rows;
            rows.sort_by(|a, b| a.1.total_cmp(&b.1));
            let last = rows.len() - 1;
            prop_assume!(rows[0].1 < rows[last].1 && rows[0].2 > 1.0);
            let before = progressivity(&groups(&rows)).unwrap();
            let taken = moved * rows[0].2;
            rows[0].2 -= taken;
            rows[last].2 += taken * rows[0].0 / rows[last].0;
            let after = progressivity(&groups(&rows)).unwrap();
            prop_assert!(after.kakwani() > before.kakwani() && after.suits > before.suits);
        }
    }
}
