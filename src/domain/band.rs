//! Valuation bands and what they pay in proportion to band D.

use std::fmt;
use std::ops::{Index, IndexMut};
use std::str::FromStr;

use super::money::Pence;
use super::rise::Rise;

/// A council tax valuation band. There is no default: a missing band is an error. Band I is Welsh.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "a band is its letter")]
pub enum Band {
    A,
    B,
    C,
    D,
    E,
    F,
    G,
    H,
    I,
}

/// The text names no band.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a band (allowed: A to H, and I in Wales)")]
pub struct NotABand(String);

impl Band {
    /// All bands, cheapest first.
    pub const ALL: [Self; 9] = [
        Self::A,
        Self::B,
        Self::C,
        Self::D,
        Self::E,
        Self::F,
        Self::G,
        Self::H,
        Self::I,
    ];

    /// The position, 0 for A.
    pub const fn index(self) -> usize {
        self as usize
    }
}

impl FromStr for Band {
    type Err = NotABand;
    fn from_str(text: &str) -> Result<Self, NotABand> {
        Self::ALL
            .into_iter()
            .find(|band| band.to_string() == text)
            .ok_or_else(|| NotABand(text.to_owned()))
    }
}

impl fmt::Display for Band {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::D => "D",
            Self::E => "E",
            Self::F => "F",
            Self::G => "G",
            Self::H => "H",
            Self::I => "I",
        })
    }
}

/// What a band pays for each pound at band D, as a fraction: 6/9 for A.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proportion {
    numerator: i64,
    denominator: i64,
}

impl Proportion {
    /// `numerator / denominator`; nothing unless both are positive.
    pub fn new(numerator: i64, denominator: i64) -> Option<Self> {
        (numerator > 0 && denominator > 0).then_some(Self {
            numerator,
            denominator,
        })
    }

    /// The upper number of the fraction.
    pub const fn numerator(self) -> i64 {
        self.numerator
    }

    /// The lower number of the fraction.
    pub const fn denominator(self) -> i64 {
        self.denominator
    }

    /// The proportion after a rise, in lowest terms: 11/9 and 7.5% give 473/360.
    ///
    /// # Example
    /// ```
    /// use bandwise::domain::{Proportion, Rise};
    /// let of_e = Proportion::new(11, 9).expect("a proportion");
    /// assert_eq!(of_e.raised(Rise::new(0.075)?), Proportion::new(473, 360).expect("a proportion"));
    /// # Ok::<(), bandwise::domain::rise::NotARise>(())
    /// ```
    ///
    /// # Panics
    /// When nothing is left of it.
    #[must_use]
    pub fn raised(self, rise: Rise) -> Self {
        const MILLION: i64 = 1_000_000;
        let numerator = self.numerator * (MILLION + rise.millionths());
        let denominator = self.denominator * MILLION;
        let shared = greatest_common_divisor(numerator, denominator);
        Self::new(numerator / shared, denominator / shared).expect("something is left")
    }

    /// What a band of the proportion pays of an amount at band D, to the penny.
    pub fn of(self, band_d: Pence) -> Pence {
        band_d.times(self.numerator, self.denominator)
    }

    /// The fraction as a number: 0.6667 for 6/9.
    pub fn value(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }
}

fn greatest_common_divisor(a: i64, b: i64) -> i64 {
    if b == 0 {
        a
    } else {
        greatest_common_divisor(b, a % b)
    }
}

/// The proportions of LGFA 1992 s.5, one for each band.
pub type BandProportions = ByBand<Proportion>;

/// One value for each band.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ByBand<T>([T; Band::ALL.len()]);

impl<T> ByBand<T> {
    /// Makes the value of each band.
    pub fn from_fn(mut value: impl FnMut(Band) -> T) -> Self {
        Self(Band::ALL.map(&mut value))
    }

    /// Turns each value into another.
    pub fn map<U>(&self, mut change: impl FnMut(&T) -> U) -> ByBand<U> {
        ByBand::from_fn(|band| change(&self[band]))
    }

    /// Bands with their values, cheapest first.
    pub fn iter(&self) -> impl Iterator<Item = (Band, &T)> {
        Band::ALL.into_iter().zip(&self.0)
    }

    /// The values, cheapest band first.
    pub fn values(&self) -> &[T; Band::ALL.len()] {
        &self.0
    }
}

impl<T> Index<Band> for ByBand<T> {
    type Output = T;
    fn index(&self, band: Band) -> &T {
        &self.0[band.index()]
    }
}

impl<T> IndexMut<Band> for ByBand<T> {
    fn index_mut(&mut self, band: Band) -> &mut T {
        &mut self.0[band.index()]
    }
}
