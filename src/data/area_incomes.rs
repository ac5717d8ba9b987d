//! Incomes of middle layer areas, and the fifths of England and Wales that they fall in.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::catalogue::DataError;
use super::small_areas::{SmallArea, every_small_area};
use crate::domain::AreaKind;

/// Mean net incomes of households by middle layer area, with the limits of their fifths.
///
/// A fifth holds a fifth of the homes of England and Wales whose area has a known income. Both
/// nations share the limits: the estimates are of one model and one year, and one measure lets
/// councils on both sides of the border be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AreaIncomes {
    pounds: BTreeMap<String, i64>,
    limits: [i64; FIFTHS - 1],
}

/// Into how many parts homes are cut.
pub const FIFTHS: usize = 5;

impl AreaIncomes {
    /// The incomes that are embedded, read once.
    ///
    /// # Errors
    /// When the embedded table is broken: a fault of the build.
    ///
    /// # Example
    /// ```
    /// use bandwise::data::area_incomes::AreaIncomes;
    /// let incomes = AreaIncomes::embedded()?;
    /// assert_eq!(incomes.limits(), [29_300, 32_800, 36_300, 40_800]);
    /// assert_eq!((incomes.fifth(29_300), incomes.fifth(29_400)), (0, 1));
    /// assert_eq!(incomes.pounds("E02009999"), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn embedded() -> Result<&'static Self, DataError> {
        static HELD: OnceLock<Result<AreaIncomes, DataError>> = OnceLock::new();
        let held = HELD.get_or_init(|| {
            let areas = every_small_area(AreaKind::Msoa)?;
            Ok(Self::of(areas.iter().map(|(_, area)| area)))
        });
        held.as_ref().map_err(Clone::clone)
    }

    fn of<'a>(areas: impl Iterator<Item = &'a SmallArea>) -> Self {
        let mut pounds = BTreeMap::new();
        let mut homes: BTreeMap<i64, i64> = BTreeMap::new();
        for area in areas {
            if let Some(income) = area.income {
                pounds.insert(area.code.clone(), income.net.pounds);
                *homes.entry(income.net.pounds).or_default() += area.all_dwellings_hundredths();
            }
        }
        let limits = limits(&homes);
        Self { pounds, limits }
    }

    /// The mean net income of the households of a middle layer area, pounds a year; nothing where
    /// none is published.
    pub fn pounds(&self, msoa_code: &str) -> Option<i64> {
        self.pounds.get(msoa_code).copied()
    }

    /// The upper limits of the lower four fifths, pounds a year.
    pub fn limits(&self) -> [i64; FIFTHS - 1] {
        self.limits
    }

    /// The fifth of an income, 0 for the lowest; a limit belongs to the fifth below it.
    pub fn fifth(&self, pounds: i64) -> usize {
        self.limits.iter().filter(|limit| pounds > **limit).count()
    }
}

/// The lowest incomes at which one, two, three and four fifths of all homes are reached.
fn limits(homes: &BTreeMap<i64, i64>) -> [i64; FIFTHS - 1] {
    let all: i64 = homes.values().sum();
    std::array::from_fn(|index| {
        let parts = i64::try_from(index + 1).expect("a few fifths");
        let mut reached = 0;
        let enough = |(income, homes): (&i64, &i64)| {
            reached += homes;
            (FIFTHS as i64 * reached >= parts * all).then_some(*income)
        };
        homes.iter().find_map(enough).unwrap_or(0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fifth_ends_where_a_fifth_of_homes_is_reached() {
        // 10 homes at each of ten incomes: 20, 40, 60 and 80 of 100 are reached at 2, 4, 6 and 8.
        let even: BTreeMap<i64, i64> = (1..=10).map(|income| (income, 10)).collect();
        assert_eq!(limits(&even), [2, 4, 6, 8]);
        // 100 homes: 70 at the lowest income reach three fifths at once; 80 are reached at 3.
        let uneven = BTreeMap::from([(1, 70), (2, 5), (3, 25)]);
        assert_eq!(limits(&uneven), [1, 1, 1, 3]);
    }
}
