//! An invented extract with a council's real margins: homes by ward, band, liability and reduction
//! are the model's own; order, electors, tenure and everything personal are made up.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::stream::{input_id, uniforms};
use crate::data::households::Published;
use crate::data::{self, Assumptions, DataError};
use crate::domain::{
    AreaKind, Band, Detail, ExemptClass, Liability, Pence, Reduction, Share, Tenure, apportion,
    divide_half_up,
};

/// The most rows that can be asked for.
pub const MOST_ROWS: u64 = 1_000_000_000;

/// One invented home.
#[derive(Debug, Clone, PartialEq)]
pub struct SyntheticHome {
    /// A number that no real home has: 9999 and eight digits.
    pub uprn: u64,
    /// Position of its ward among [`Synthetic::areas`].
    pub area: usize,
    /// Band.
    pub band: Band,
    /// Liability.
    pub liability: Liability,
    /// Class of exemption, invented.
    pub exempt_class: Option<ExemptClass>,
    /// Reduction.
    pub reduction: Reduction,
    /// The model's average award of its kind.
    pub award: Pence,
    /// Electors, invented.
    pub electors: i64,
    /// Tenure, invented at even odds.
    pub tenure: Tenure,
}

/// An invented extract: any of its rows can be made at any time.
#[derive(Debug, Clone, PartialEq)]
pub struct Synthetic {
    areas: Vec<String>,
    place: String,
    kinds: Vec<Kind>,
    /// Where the rows of each kind end, before they are shuffled.
    ends: Vec<u64>,
    order: Shuffle,
    seed: u64,
    exempt_occupied: Share,
}

/// A group of homes that share everything that the model knows of them.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Kind {
    area: usize,
    band: Band,
    liability: Liability,
    reduction: Reduction,
    award: Pence,
}

impl Synthetic {
    /// An extract of `rows` homes with the margins of an authority: exact where the rows are as many
    /// as its homes, by largest remainder otherwise.
    ///
    /// # Errors
    /// When the authority's tables do not add up: a fault of the data.
    ///
    /// # Panics
    /// When more than [`MOST_ROWS`] are asked for.
    pub fn of(
        published: Published<'_>,
        assumptions: &Assumptions,
        rows: u64,
        seed: u64,
    ) -> Result<Self, DataError> {
        assert!(rows <= MOST_ROWS, "no more rows than can be made");
        let record = published.record;
        let base = record.base_by_band(published.law);
        let by = (Detail::Areas(AreaKind::Ward), published.wards);
        let (cells, _) = data::cells(record, &base, by, assumptions)?;
        let weights: Vec<i64> = cells.rows().iter().map(|cell| cell.dwellings).collect();
        let total = i64::try_from(rows).expect("no more rows than can be made");
        let counts = apportion(total, &weights).expect("every authority has homes");
        let mut kinds = Vec::new();
        let mut ends = Vec::new();
        let mut end = 0;
        for (cell, count) in cells.rows().iter().zip(counts) {
            if count == 0 {
                continue;
            }
            end += count.unsigned_abs();
            let ratio = published.proportions()[cell.band];
            let basis_points = cells.award_basis_points(cell);
            let award = i128::from(record.levels.area.pence())
                * i128::from(ratio.numerator() * cell.liability.quarters_payable() * basis_points);
            let award = divide_half_up(award, i128::from(ratio.denominator() * 4 * 10_000));
            kinds.push(Kind {
                area: cell.ward,
                band: cell.band,
                liability: cell.liability,
                reduction: cell.reduction,
                award: Pence::from_pence(award),
            });
            ends.push(end);
        }
        Ok(Self {
            areas: cells.wards().iter().map(|ward| ward.code.clone()).collect(),
            place: record.authority.name.clone(),
            kinds,
            ends,
            order: Shuffle::of(rows, seed),
            seed,
            exempt_occupied: assumptions.exempt_occupied,
        })
    }

    /// Codes of the wards.
    pub fn areas(&self) -> &[String] {
        &self.areas
    }

    /// The name of the authority.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Rows of the extract.
    pub fn n_rows(&self) -> u64 {
        self.ends.last().copied().unwrap_or(0)
    }

    /// The homes of rows `first..first + n`, as far as there are any.
    ///
    /// # Panics
    /// When `first` is beyond what can be made.
    pub fn homes(&self, first: u64, n: usize) -> Vec<SyntheticHome> {
        let left = usize::try_from(self.n_rows().saturating_sub(first)).unwrap_or(usize::MAX);
        let n = n.min(left);
        let draw = u32::try_from(first).expect("no more rows than can be made");
        let luck = |input: &str| {
            let mut values = vec![0.0; n];
            uniforms(self.seed, input_id(input), draw, &mut values);
            values
        };
        let (people, held, class) = (
            luck("synthetic electors"),
            luck("synthetic tenure"),
            luck("synthetic exemption"),
        );
        (0..n)
            .map(|row| {
                let at = self.order.place(first + row as u64);
                let kind = self.kinds[self.ends.partition_point(|&end| end <= at)];
                let occupied = class[row] < self.exempt_occupied.value();
                SyntheticHome {
                    uprn: 999_900_000_000 + at,
                    area: kind.area,
                    band: kind.band,
                    liability: kind.liability,
                    exempt_class: (kind.liability == Liability::Exempt)
                        .then(|| exempt_class(occupied, held[row])),
                    reduction: kind.reduction,
                    award: kind.award,
                    electors: electors(kind.liability, occupied, people[row]),
                    tenure: one_of(&Tenure::ALL, held[row]),
                }
            })
            .collect()
    }
}

/// Electors of an invented home: one for a single adult, nobody in an empty one, else a few.
fn electors(liability: Liability, occupied: bool, luck: f64) -> i64 {
    match liability {
        Liability::Full => one_of(&[2, 2, 2, 2, 3], luck),
        Liability::SingleAdult => 1,
        Liability::OneCounted | Liability::AllDisregarded => one_of(&[1, 2], luck),
        Liability::Exempt if occupied => one_of(&[1, 2], luck),
        Liability::Exempt | Liability::Empty | Liability::SecondHome => 0,
    }
}

/// Students and people with severe mental impairment in an occupied one; the usual classes of empty
/// homes otherwise.
fn exempt_class(occupied: bool, luck: f64) -> ExemptClass {
    let letters: &[char] = if occupied {
        &['M', 'N', 'U']
    } else {
        &['B', 'E', 'F', 'L', 'Q']
    };
    ExemptClass::of_letter(one_of(letters, luck)).expect("the letters are classes")
}

fn one_of<T: Copy>(all: &[T], luck: f64) -> T {
    all[((luck * all.len() as f64) as usize).min(all.len() - 1)]
}

/// A shuffle of `0..n` in which the place of any one number can be told without the others: a
/// Feistel network over the next even power of two, walked until it comes back into the range.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shuffle {
    n: u64,
    half_bits: u32,
    keys: [u64; 4],
}

impl Shuffle {
    fn of(n: u64, seed: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(input_id("synthetic order"));
        let bits = 64 - n.saturating_sub(1).leading_zeros();
        Self {
            n,
            half_bits: bits.div_ceil(2).max(1),
            keys: [(); 4].map(|()| generator.next_u64()),
        }
    }

    fn place(&self, index: u64) -> u64 {
        let mask = (1 << self.half_bits) - 1;
        let mut at = index;
        loop {
            let (mut left, mut right) = (at >> self.half_bits, at & mask);
            for key in self.keys {
                (left, right) = (right, left ^ (mixed(right ^ key) & mask));
            }
            at = left << self.half_bits | right;
            if at < self.n {
                return at;
            }
        }
    }
}

/// A number mixed so that every bit of it bears on every other (the finaliser of SplitMix64).
const fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_shuffle_holds_every_number_once(n in 1u64..3_000, seed in 0u64..100) {
            let shuffle = Shuffle::of(n, seed);
            let mut places: Vec<u64> = (0..n).map(|index| shuffle.place(index)).collect();
            places.sort_unstable();
            prop_assert!(places.into_iter().eq(0..n));
        }
    }

    #[test]
    fn another_seed_is_another_order() {
        let place = |seed| {
            (0..20)
                .map(|at| Shuffle::of(1_000, seed).place(at))
                .collect::<Vec<_>>()
        };
        assert_ne!(place(1), place(2));
    }
}
