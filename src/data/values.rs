//! Values of homes within bands, stretched over them by a stated distribution.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use statrs::function::erf::erfc;

use super::assumptions::Assumptions;
use super::catalogue::{self, DataError};
use super::law::Law;
use super::vintage::{AuthorityRecord, VINTAGES};
use crate::domain::schedule::WHOLE;
use crate::domain::{Band, ByBand, Nation, Pence, ValueSlice};

/// How values are stretched over a band, and the prices that carry them to today.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueAssumptions {
    /// Where band A begins, in pounds of 1991.
    lowest_value_1991_pounds: f64,
    /// The Pareto exponent of band H.
    tail_exponent: f64,
    /// Standard deviation between homes of the logarithm of the growth since 1991.
    growth_spread: f64,
    /// Where the median home that is sold stands among all homes by value.
    sold_median_quantile: f64,
    /// Growth of prices from the year to September 2023 to 2026.
    price_growth_2023_to_2026: f64,
    /// Equal slices of each of bands A to G.
    slices_a_to_g: i64,
    /// By how much finer slices are where amounts go by steps.
    finer_for_steps: i64,
    /// Equal slices of band H.
    slices_h: i64,
    /// Median price of the year to September 2023 by code of the authority, in pounds.
    median_prices_pounds: BTreeMap<String, f64>,
}

const FILE: &str = "assumptions/values.csv";

impl ValueAssumptions {
    /// The embedded parameters and median prices.
    ///
    /// # Errors
    /// When an embedded table is broken: a fault of the build.
    pub(crate) fn embedded() -> Result<Self, DataError> {
        let rows: Vec<RawValue> = catalogue::rows(FILE)?;
        let number = |name: &str, lowest: f64, highest: f64| {
            let held = rows.iter().find(|row| row.name == name);
            let value = held.map(|row| row.value);
            value
                .filter(|value| (lowest..=highest).contains(value))
                .ok_or_else(|| {
                    let text = match value {
                        Some(value) => {
                            format!("{name} of {value} (allowed: {lowest} to {highest})")
                        }
                        None => format!("{name} is missing"),
                    };
                    DataError::fault(Path::new(FILE), text)
                })
        };
        let newest = VINTAGES[VINTAGES.len() - 1];
        let prices: Vec<RawPrice> = catalogue::rows(&format!("vintages/{newest}/authorities.csv"))?;
        Ok(Self {
            lowest_value_1991_pounds: number("lowest_value_1991_pounds", 1_000.0, 39_000.0)?,
            // At 1 the mean of the band would be infinite.
            tail_exponent: number("tail_exponent", 1.1, 20.0)?,
            growth_spread: number("growth_spread", 0.01, 1.0)?,
            sold_median_quantile: number("sold_median_quantile", 0.4, 0.7)?,
            price_growth_2023_to_2026: number("price_growth_2023_to_2026", 0.5, 2.0)?,
            slices_a_to_g: number("slices_a_to_g", 1.0, 1_000.0)? as i64,
            finer_for_steps: number("finer_for_steps", 1.0, 100.0)? as i64,
            slices_h: number("slices_h", 1.0, 1_000.0)? as i64,
            median_prices_pounds: prices
                .into_iter()
                .filter_map(|row| Some((row.authority_code, row.median_price_2023_pounds?)))
                .collect(),
        })
    }
}

/// How finely homes of a band are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fineness {
    /// For amounts that go with the value, where the mean of a slice is what counts.
    OfMeans,
    /// For amounts that go by steps of value, where it counts on which side a home lies.
    OfSteps,
}

/// The values of an authority's homes today, in slices of each band.
///
/// A band says only that its homes were worth between two amounts on 1 April 1991 (LGFA 1992 s.5(2)).
/// Within it the logarithm of the value is taken to be spread evenly between the limits; band A
/// begins at a stated value and band H has a Pareto tail. One factor for the authority carries all
/// its homes to 2026: the one at which the median home that is sold costs the median price. Around
/// it the growth of single homes is spread log-normally. Every number is in the table `values`.
///
/// What this is: a sourced guess of how many homes of a council lie above a value. What it is not: a
/// valuation of any home; a view of which streets grew faster; more than an order of magnitude for
/// the few dearest homes of a council. Against published counts it has some 7 to 31% too many homes
/// above £2m and some 60% too many above £1m (`tests/published/values.rs`). England only: Welsh bands go by values of 2003, and no median
/// price is held there.
///
/// # Errors
/// In Wales, and where no median price is held: for a county, police or fire authority ask for each
/// of its billing authorities.
///
/// # Example
/// ```
/// use bandwise::data::values::Fineness;
/// use bandwise::data::{World, value_slices};
/// use bandwise::domain::Band;
/// let world = World::embedded(None)?;
/// let derby = world.vintage.find("Derby")?;
/// let slices = value_slices(derby, &world.law, &world.assumptions, Fineness::OfMeans)?;
/// assert_eq!(slices[Band::D].iter().map(|slice| slice.share_millionths).sum::<i64>(), 1_000_000);
/// assert!(slices[Band::E][0].value > slices[Band::A][0].value);
/// let cardiff = world.vintage.find("Cardiff")?;
/// assert!(value_slices(cardiff, &world.law, &world.assumptions, Fineness::OfMeans).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn value_slices(
    record: &AuthorityRecord,
    law: &Law,
    assumptions: &Assumptions,
    fineness: Fineness,
) -> Result<ByBand<Vec<ValueSlice>>, DataError> {
    let assumed = &assumptions.values;
    let code = record.authority.code.as_str();
    let name = &record.authority.name;
    let fault = |text: &str| DataError::fault(Path::new(FILE), format!("{name}: {text}"));
    if record.authority.code.nation() != Nation::England {
        return Err(fault(
            "values cannot be reckoned in Wales: its bands go by values of 2003 and no median price \
             is held (allowed: billing authorities of England)",
        ));
    }
    let price = assumed.median_prices_pounds.get(code).ok_or_else(|| {
        fault("no median house price is held (allowed: billing authorities of England)")
    })?;
    let spreads = spreads(law, assumed)?;
    let homes = record.dwellings();
    let all: i64 = homes.values().iter().sum();
    if all <= 0 {
        return Err(fault("has no homes"));
    }
    let sold_median = bisect(4.0, 20.0, |log_value| {
        let below: f64 = spreads
            .iter()
            .map(|(band, spread)| homes[*band] as f64 * spread.share_below(log_value))
            .sum();
        below < assumed.sold_median_quantile * all as f64
    });
    let factor = price * assumed.price_growth_2023_to_2026 / sold_median.exp();
    let mut slices = ByBand::from_fn(|_| Vec::new());
    for (band, spread) in &spreads {
        let count = match spread.shape {
            Shape::Even { .. } => assumed.slices_a_to_g,
            Shape::Tail { .. } => assumed.slices_h,
        };
        let finer = match fineness {
            Fineness::OfMeans => 1,
            Fineness::OfSteps => assumed.finer_for_steps,
        };
        slices[*band] = spread.slices(count * finer, factor);
    }
    Ok(slices)
}

/// The spread of each English band.
fn spreads(law: &Law, assumed: &ValueAssumptions) -> Result<Vec<(Band, Spread)>, DataError> {
    let mut low = assumed.lowest_value_1991_pounds.ln();
    let bands = Nation::England.bands();
    bands
        .iter()
        .map(|&band| {
            let shape = match law.highest_value(Nation::England, band) {
                Some(high) => {
                    let high = high.pounds().ln();
                    let shape = Shape::Even { low, high };
                    low = high;
                    shape
                }
                None if Some(&band) == bands.last() => Shape::Tail {
                    low,
                    exponent: assumed.tail_exponent,
                },
                None => {
                    let text = format!("band {band} of England has no highest value");
                    return Err(DataError::fault(
                        Path::new("law/band_proportions.csv"),
                        text,
                    ));
                }
            };
            let sd = assumed.growth_spread;
            Ok((band, Spread { shape, sd }))
        })
        .collect()
}

/// The logarithm of the value of a band's homes: a shape of 1991 plus a normal of its own for each
/// home's growth.
#[derive(Debug, Clone, Copy)]
struct Spread {
    shape: Shape,
    sd: f64,
}

#[derive(Debug, Clone, Copy)]
enum Shape {
    /// Evenly between two logarithms.
    Even { low: f64, high: f64 },
    /// Pareto above a logarithm.
    Tail { low: f64, exponent: f64 },
}

impl Spread {
    /// The share of homes whose logarithm of value lies below `x`.
    fn share_below(self, x: f64) -> f64 {
        let sd = self.sd;
        match self.shape {
            Shape::Even { low, high } => {
                let partial = |t: f64| t * below(t / sd) + sd * density(t / sd);
                (partial(x - low) - partial(x - high)) / (high - low)
            }
            Shape::Tail { low, exponent } => tail_below(x, low, exponent, sd),
        }
    }

    /// The mean over all homes of the value of those below `x`, and nothing for the others.
    fn value_below(self, x: f64) -> f64 {
        let (sd, variance) = (self.sd, self.sd * self.sd);
        match self.shape {
            Shape::Even { low, high } => {
                let ends = high.exp() * below((x - high - variance) / sd)
                    - low.exp() * below((x - low - variance) / sd);
                let between = below((high - x) / sd) - below((low - x) / sd);
                let sum = ends + (x - variance / 2.0).exp() * between;
                (variance / 2.0).exp() * sum / (high - low)
            }
            // Weighting by value makes of an exponential of rate a one of rate a - 1.
            Shape::Tail { low, exponent } => {
                self.mean() * tail_below(x, low + variance, exponent - 1.0, sd)
            }
        }
    }

    /// The mean value.
    fn mean(self) -> f64 {
        let growth = (self.sd * self.sd / 2.0).exp();
        growth
            * match self.shape {
                Shape::Even { low, high } => (high.exp() - low.exp()) / (high - low),
                Shape::Tail { low, exponent } => low.exp() * exponent / (exponent - 1.0),
            }
    }

    /// So many equal slices, each at the mean of its homes times a factor.
    fn slices(self, count: i64, factor: f64) -> Vec<ValueSlice> {
        let (low, high) = match self.shape {
            Shape::Even { low, high } => (low, high),
            Shape::Tail { low, exponent } => (low, low + 40.0 / exponent),
        };
        let edge = |position: i64| WHOLE * position / count;
        let value_up_to = |millionths: i64| match millionths {
            0 => 0.0,
            WHOLE => self.mean(),
            _ => {
                let wanted = millionths as f64 / WHOLE as f64;
                let (from, to) = (low - 10.0 * self.sd, high + 10.0 * self.sd);
                self.value_below(bisect(from, to, |x| self.share_below(x) < wanted))
            }
        };
        let mut reached = 0.0;
        (0..count)
            .map(|position| {
                let (from, to) = (edge(position), edge(position + 1));
                let up_to = value_up_to(to);
                let mean = (up_to - reached) * WHOLE as f64 / (to - from) as f64;
                reached = up_to;
                ValueSlice {
                    share_millionths: to - from,
                    value: Pence::from_pence((100.0 * mean * factor).round() as i64),
                }
            })
            .collect()
    }
}

/// The share below `x` of an exponential of a rate above `low` plus a normal.
fn tail_below(x: f64, low: f64, rate: f64, sd: f64) -> f64 {
    let z = (x - low) / sd;
    let beyond = (rate * (rate * sd * sd / 2.0 - (x - low))).exp() * below(z - rate * sd);
    below(z) - beyond
}

/// The share of a standard normal below `z`.
fn below(z: f64) -> f64 {
    erfc(-z / std::f64::consts::SQRT_2) / 2.0
}

/// The density of a standard normal.
fn density(z: f64) -> f64 {
    (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

/// Where a question that is true below and false above turns, to the last bit but a few.
fn bisect(mut low: f64, mut high: f64, is_below: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if is_below(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

#[derive(Deserialize)]
struct RawValue {
    name: String,
    value: f64,
}

#[derive(Deserialize)]
struct RawPrice {
    authority_code: String,
    median_price_2023_pounds: Option<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand, with hardly any spread: logarithms even between 40,000 and 52,000 have their middle
    /// at the geometric mean, 45,607, and a mean of 12,000 / ln 1.3 = 45,738. A Pareto tail of
    /// exponent 3 above 320,000 has its median at 320,000 x 2^(1/3) = 403,175 and a mean of 480,000.
    #[test]
    fn the_shapes_are_those_of_the_textbook() {
        let even = Spread {
            shape: Shape::Even {
                low: 40_000_f64.ln(),
                high: 52_000_f64.ln(),
            },
            sd: 0.01,
        };
        assert!((even.share_below(45_607_f64.ln()) - 0.5).abs() < 1e-4);
        assert!((even.mean() - 45_738.0).abs() < 5.0, "{}", even.mean());
        let tail = Spread {
            shape: Shape::Tail {
                low: 320_000_f64.ln(),
                exponent: 3.0,
            },
            sd: 0.01,
        };
        assert!((tail.share_below(403_175_f64.ln()) - 0.5).abs() < 1e-3);
        assert!((tail.mean() - 480_000.0).abs() < 50.0, "{}", tail.mean());
    }

    /// The means of the slices are those of a fine sum over quantiles.
    #[test]
    fn slices_add_up_to_the_mean_and_rise() {
        for shape in [
            Shape::Even {
                low: 10.0,
                high: 10.3,
            },
            Shape::Tail {
                low: 12.0,
                exponent: 3.0,
            },
        ] {
            let spread = Spread { shape, sd: 0.2 };
            for count in [1, 7, 20, 100] {
                let slices = spread.slices(count, 1.0);
                let shares: i64 = slices.iter().map(|slice| slice.share_millionths).sum();
                assert_eq!(shares, WHOLE);
                let mean: f64 = slices
                    .iter()
                    .map(|slice| slice.share_millionths as f64 / 1e6 * slice.value.pounds())
                    .sum();
                assert!((mean / spread.mean() - 1.0).abs() < 1e-6, "{mean}");
                assert!(slices.is_sorted_by_key(|slice| slice.value));
            }
        }
    }

    /// The value below a point is the sum over thin slices of the density below it.
    #[test]
    fn the_value_below_a_point_is_the_integral_of_the_share() {
        for shape in [
            Shape::Even {
                low: 10.0,
                high: 10.5,
            },
            Shape::Tail {
                low: 10.0,
                exponent: 3.0,
            },
        ] {
            let spread = Spread { shape, sd: 0.2 };
            let end = 10.4_f64;
            let step = 1e-4;
            let mut sum = 0.0;
            let mut x = 8.0;
            while x < end - step / 2.0 {
                let share = spread.share_below(x + step) - spread.share_below(x);
                sum += share * (x + step / 2.0).exp();
                x += step;
            }
            let closed = spread.value_below(end);
            assert!((sum / closed - 1.0).abs() < 1e-6, "{sum} against {closed}");
        }
    }
}
