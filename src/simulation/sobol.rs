//! Sobol indices: what share of the variance of an output is due to each input.
//!
//! The inputs are jointly normal on the scale of normal scores: input `i` has the value
//! `quantile_i(Phi(z_i))`, `z ~ N(mean, covariance)`, dependent or not. For an input `X_i` and all
//! others `X_-i`:
//!
//! - first-order index: `S_i = Var(E[Y | X_i]) / Var(Y)`, the share of the variance that would go on
//!   average if `X_i` were known;
//! - total index: `T_i = E[Var(Y | X_-i)] / Var(Y)`, the share that would be left on average if all
//!   but `X_i` were known.
//!
//! For independent inputs `S_i <= T_i`, and what lies between is interaction. For dependent inputs
//! `S_i` also holds what `X_i` tells of the others and may exceed `T_i`; neither set adds to one.
//!
//! Two independent sets of points A and B are drawn. The first-order point of a row has `x_i` of B
//! and all else as it is conditional on that with A's own residuals: `x = x^A + C_.i / C_ii (x_i^B -
//! x_i^A)` with the covariance `C`. The total point has `x_-i` of A and `x_i` conditional on it with
//! B's residual: `x_i = x_i^A + [P (x^B - x^A)]_i / P_ii` with the precision `P`. For an input that
//! depends on no other both are A with `x_i` of B. The estimators are the mean of `f_B (f_first -
//! f_A)` for the variance of the first order and half the mean of `(f_A - f_total)^2` for that of the
//! total, on centred outputs, over the variance of A and B together.
//!
//! Sources: Sobol' 2001, doi:10.1016/S0378-4754(00)00270-6 (indices); Saltelli et al. 2010,
//! doi:10.1016/j.cpc.2009.09.018 (estimators, the second after Jansen 1999); Kucherenko, Tarantola
//! and Annoni 2012, doi:10.1016/j.cpc.2011.12.020, and Mara and Tarantola 2012,
//! doi:10.1016/j.ress.2011.08.008 (dependent inputs). On independent inputs the numbers are those of
//! SALib's `sobol.analyze` on the same points.

use std::ops::Range;

use nalgebra::{DMatrix, DVector};
use rayon::prelude::*;
use thiserror::Error;

use super::inputs::normals;
use super::run::Observer;
use super::stream::{input_id, uniforms};
use super::summary::spread;

/// Rows that are evaluated together.
const BLOCK: u32 = 64;

/// Resamples of the rows that intervals are taken from.
const RESAMPLES: usize = 200;

/// An output whose range is below this share of its size does not vary: it is one value rounded. Nor
/// does it in a resample that holds less than this share of its variance.
const ROUNDING: f64 = 1e-12;

/// What an index is of: an input, a group of inputs, the luck that is no number, or some together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Factor {
    /// Its name.
    pub name: String,
    /// Positions of its inputs.
    pub inputs: Vec<usize>,
    /// Whether the luck of a draw belongs to it.
    pub luck: bool,
}

impl Factor {
    /// One input or a group of them, by position.
    pub fn of(name: &str, inputs: &[usize]) -> Self {
        Self {
            name: name.to_owned(),
            inputs: inputs.to_vec(),
            luck: false,
        }
    }

    /// The luck of a draw.
    pub fn luck(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            inputs: Vec::new(),
            luck: true,
        }
    }
}

/// Which of two independent draws of luck a point has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Luck {
    /// That of the first set of points.
    A,
    /// That of the second.
    B,
}

/// Where outputs are wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point<'a, const K: usize> {
    /// Normal score of each input.
    pub z: &'a [f64],
    /// Row: points of one row and one luck have all luck in common.
    pub row: u32,
    /// Which luck of the row.
    pub luck: Luck,
    /// The outputs that are read; the others may be anything.
    pub wanted: &'a [bool; K],
}

/// Why no indices can be estimated.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SobolError {
    /// A mean, a covariance or a list that fits no other.
    #[error("{what}: {found} where there are {expected} inputs")]
    Size {
        /// Of what.
        what: &'static str,
        /// How many it has.
        found: usize,
        /// How many there are.
        expected: usize,
    },
    /// A covariance that belongs to no spread of the inputs.
    #[error("the covariance of the inputs is not symmetric and positive definite")]
    NotPositiveDefinite,
    /// A factor without inputs, or with one that is not there or stands twice.
    #[error("factor {name}: it needs inputs among positions 0 to {last}, each once, or luck")]
    Factor {
        /// Its name.
        name: String,
        /// The last position.
        last: usize,
    },
    /// No rows.
    #[error("rows: 0 (allowed: 1 or more)")]
    NoRows,
}

/// The inputs, what they move, and the factors whose indices are wanted, for `K` outputs.
#[derive(Debug, Clone, PartialEq)]
pub struct Design<const K: usize> {
    names: Vec<String>,
    mean: DVector<f64>,
    /// Cholesky factor of the covariance.
    lower: DMatrix<f64>,
    factors: Vec<FactorPoints<K>>,
}

/// How the points of a factor are made.
#[derive(Debug, Clone, PartialEq)]
struct FactorPoints<const K: usize> {
    factor: Factor,
    /// From the difference of B and A in the factor's inputs to that in all inputs.
    pull: DMatrix<f64>,
    /// From the difference of B and A in all inputs to that in the factor's; nothing where the
    /// factor depends on no other input, and one point serves both indices.
    residual: Option<DMatrix<f64>>,
    /// The outputs that its first-order points move.
    first: [bool; K],
    /// The outputs that its total points move.
    total: [bool; K],
}

impl<const K: usize> Design<K> {
    /// Checks and prepares a design.
    ///
    /// `enters` says for each input which outputs its value enters, `luck_enters` for the luck. What
    /// is said to move nothing is not evaluated and has an index of exactly 0; an input that enters
    /// no output still has a first-order index where it tells of one that does.
    ///
    /// # Errors
    /// When sizes differ, the covariance is not positive definite, or a factor has no inputs or
    /// inputs that are not there.
    pub fn new(
        names: &[&str],
        mean: &DVector<f64>,
        covariance: &DMatrix<f64>,
        enters: &[[bool; K]],
        luck_enters: [bool; K],
        factors: &[Factor],
    ) -> Result<Self, SobolError> {
        let d = names.len();
        for (what, found) in [
            ("mean", mean.len()),
            ("rows of the covariance", covariance.nrows()),
            ("columns of the covariance", covariance.ncols()),
            ("inputs that enter outputs", enters.len()),
        ] {
            if found != d {
                return Err(SobolError::Size {
                    what,
                    found,
                    expected: d,
                });
            }
        }
        if *covariance != covariance.transpose() {
            return Err(SobolError::NotPositiveDefinite);
        }
        let cholesky = covariance.clone().cholesky();
        let cholesky = cholesky.ok_or(SobolError::NotPositiveDefinite)?;
        let precision = cholesky.inverse();
        let factors = factors
            .iter()
            .map(|factor| {
                let mut known = factor.inputs.clone();
                known.sort_unstable();
                known.dedup();
                let empty = known.is_empty() && !factor.luck;
                let strange = known.iter().any(|&input| input >= d);
                if empty || strange || known.len() < factor.inputs.len() {
                    return Err(SobolError::Factor {
                        name: factor.name.clone(),
                        last: d.saturating_sub(1),
                    });
                }
                FactorPoints::of(factor, covariance, &precision, enters, luck_enters)
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            names: names.iter().map(|&name| name.to_owned()).collect(),
            mean: mean.clone(),
            lower: cholesky.unpack(),
            factors,
        })
    }
    /// Number of points that each row needs.
    pub fn points_per_row(&self) -> u32 {
        let of_factors = self.factors.iter().flat_map(|points| {
            let first = points.first.contains(&true);
            let total = points.residual.is_some() && points.total.contains(&true);
            [first, total]
        });
        2 + of_factors.map(u32::from).sum::<u32>()
    }

    /// Evaluates the outputs at all points of so many rows, on the threads of the pool that it is
    /// called in. `evaluate` is given a range of rows and points in it, and returns the outputs of
    /// each point in order. Row `n` is the same whatever the number of rows and of threads.
    ///
    /// # Errors
    /// Without rows.
    ///
    /// # Panics
    /// When `evaluate` returns another number of points than it is given.
    pub fn evaluate(
        &self,
        seed: u64,
        rows: u32,
        evaluate: &(impl Fn(Range<u32>, &[Point<'_, K>]) -> Vec<[f64; K]> + Sync),
        observer: &dyn Observer,
    ) -> Result<Evaluations<K>, SobolError> {
        if rows == 0 {
            return Err(SobolError::NoRows);
        }
        let per_row = u64::from(self.points_per_row());
        observer.begin(per_row * u64::from(rows));
        let blocks: Vec<Evaluations<K>> = (0..rows.div_ceil(BLOCK))
            .into_par_iter()
            .map(|block| {
                let first = block * BLOCK;
                let range = first..rows.min(first + BLOCK);
                let n = range.len() as u64;
                let evaluations = self.block(seed, range, evaluate);
                observer.advance(per_row * n);
                evaluations
            })
            .collect();
        let mut all = Evaluations {
            a: Vec::new(),
            b: Vec::new(),
            first: vec![Vec::new(); self.factors.len()],
            total: vec![Vec::new(); self.factors.len()],
        };
        for block in blocks {
            all.append(block);
        }
        observer.end();
        Ok(all)
    }

    /// Number of points that each row needs in [`Self::held`].
    pub fn held_per_row(&self) -> u32 {
        let moved = self.factors.iter().filter(|points| points.is_held());
        2 * moved.map(|_| 1).sum::<u32>()
    }

    /// Evaluates the outputs with the input of each factor held: at its mean and so many of its
    /// standard deviations, all else as it is conditional on that, with the residuals and the luck
    /// of the first set of points, whose outputs are `base`, row by row. Nothing for a factor that
    /// is not one input without luck.
    ///
    /// # Panics
    /// When `evaluate` returns another number of points than it is given.
    pub fn held(
        &self,
        seed: u64,
        deviations: [f64; 2],
        base: &[[f64; K]],
        evaluate: &(impl Fn(Range<u32>, &[Point<'_, K>]) -> Vec<[f64; K]> + Sync),
        observer: &dyn Observer,
    ) -> Vec<Option<Held<K>>> {
        let per_row = u64::from(self.held_per_row());
        observer.begin(per_row * base.len() as u64);
        let blocks: Vec<Vec<Option<Held<K>>>> = base
            .par_chunks(BLOCK as usize)
            .enumerate()
            .map(|(block, base)| {
                let start =
                    u32::try_from(block * BLOCK as usize).expect("rows are counted in 32 bits");
                let held = self.block_held(seed, start, deviations, base, evaluate);
                observer.advance(per_row * base.len() as u64);
                held
            })
            .collect();
        let mut all: Vec<Option<Held<K>>> = self.none_held();
        for block in blocks {
            for (all, of_block) in all.iter_mut().zip(block) {
                if let (Some(all), Some(of_block)) = (all, of_block) {
                    for (all, mut of_block) in all.iter_mut().zip(of_block) {
                        all.append(&mut of_block);
                    }
                }
            }
        }
        observer.end();
        all
    }

    fn none_held(&self) -> Vec<Option<Held<K>>> {
        let none = |points: &FactorPoints<K>| points.is_one_input().then(Held::default);
        self.factors.iter().map(none).collect()
    }

    fn block_held(
        &self,
        seed: u64,
        start: u32,
        deviations: [f64; 2],
        base: &[[f64; K]],
        evaluate: &impl Fn(Range<u32>, &[Point<'_, K>]) -> Vec<[f64; K]>,
    ) -> Vec<Option<Held<K>>> {
        let rows = start..start + u32::try_from(base.len()).expect("a block is small");
        let a = self.base(seed, "a", &rows);
        let mut sets: Vec<(Vec<DVector<f64>>, [bool; K])> = Vec::new();
        for points in self.factors.iter().filter(|points| points.is_held()) {
            let input = points.factor.inputs[0];
            let sd = self.lower.row(input).norm();
            for deviations in deviations {
                let value = self.mean[input] + deviations * sd;
                let held = |a: &DVector<f64>| {
                    let mut z = a + points.pull.column(0) * (value - a[input]);
                    z[input] = value;
                    z
                };
                sets.push((a.iter().map(held).collect(), points.first));
            }
        }
        let points: Vec<Point<'_, K>> = sets
            .iter()
            .flat_map(|(scores, wanted)| {
                rows.clone().zip(scores).map(|(row, z)| Point {
                    z: z.as_slice(),
                    row,
                    luck: Luck::A,
                    wanted,
                })
            })
            .collect();
        let outputs = evaluate(rows.clone(), &points);
        assert_eq!(outputs.len(), points.len(), "every point has its outputs");
        let mut outputs = outputs.chunks(base.len());
        let mut all = self.none_held();
        for (points, held) in self.factors.iter().zip(&mut all) {
            for end in held.iter_mut().flatten() {
                *end = base.to_vec();
                if points.is_held() {
                    let found = outputs.next().into_iter().flatten();
                    for (row, found) in end.iter_mut().zip(found) {
                        for output in (0..K).filter(|&output| points.first[output]) {
                            row[output] = found[output];
                        }
                    }
                }
            }
        }
        all
    }

    fn block(
        &self,
        seed: u64,
        rows: Range<u32>,
        evaluate: &impl Fn(Range<u32>, &[Point<'_, K>]) -> Vec<[f64; K]>,
    ) -> Evaluations<K> {
        let a = self.base(seed, "a", &rows);
        let b = self.base(seed, "b", &rows);
        let difference: Vec<DVector<f64>> = a.iter().zip(&b).map(|(a, b)| b - a).collect();
        // Every set of points: its scores, its luck and the outputs that it moves.
        let mut sets: Vec<(Vec<DVector<f64>>, Luck, [bool; K])> = Vec::new();
        for points in &self.factors {
            let luck = if points.factor.luck { Luck::B } else { Luck::A };
            if points.first.contains(&true) {
                sets.push((points.first(&a, &b, &difference), luck, points.first));
            }
            if points.total.contains(&true)
                && let Some(residual) = &points.residual
            {
                let scores = points.total(residual, &a, &difference);
                sets.push((scores, luck, points.total));
            }
        }
        sets.push((a, Luck::A, [true; K]));
        sets.push((b, Luck::B, [true; K]));
        let points: Vec<Point<'_, K>> = sets
            .iter()
            .flat_map(|(scores, luck, wanted)| {
                rows.clone().zip(scores).map(|(row, z)| Point {
                    z: z.as_slice(),
                    row,
                    luck: *luck,
                    wanted,
                })
            })
            .collect();
        let outputs = evaluate(rows.clone(), &points);
        assert_eq!(outputs.len(), points.len(), "every point has its outputs");
        let mut outputs: Vec<Vec<[f64; K]>> =
            outputs.chunks(rows.len()).map(<[_]>::to_vec).collect();
        let b = outputs.pop().unwrap_or_default();
        let a = outputs.pop().unwrap_or_default();
        // What a set does not move is as it is at A.
        let mut outputs = outputs.into_iter();
        let mut next = |moved: &[bool; K]| {
            let mut set = a.clone();
            if moved.contains(&true) {
                for (row, found) in set.iter_mut().zip(outputs.next().into_iter().flatten()) {
                    for output in (0..K).filter(|&output| moved[output]) {
                        row[output] = found[output];
                    }
                }
            }
            set
        };
        let (mut first, mut total) = (Vec::new(), Vec::new());
        for points in &self.factors {
            let of_first = next(&points.first);
            total.push(match &points.residual {
                Some(_) => next(&points.total),
                None => of_first.clone(),
            });
            first.push(of_first);
        }
        Evaluations { a, b, first, total }
    }

    /// The base points of a range of rows.
    fn base(&self, seed: u64, set: &str, rows: &Range<u32>) -> Vec<DVector<f64>> {
        let of_input = |name: &String| {
            let mut values = vec![0.0; rows.len()];
            let stream = format!("sensitivity/{set}/{name}");
            normals(seed, &stream, rows.start, &mut values);
            values
        };
        let luck: Vec<Vec<f64>> = self.names.iter().map(of_input).collect();
        (0..rows.len())
            .map(|row| {
                let luck = DVector::from_iterator(luck.len(), luck.iter().map(|z| z[row]));
                &self.mean + &self.lower * luck
            })
            .collect()
    }
}

impl<const K: usize> FactorPoints<K> {
    fn of(
        factor: &Factor,
        covariance: &DMatrix<f64>,
        precision: &DMatrix<f64>,
        enters: &[[bool; K]],
        luck_enters: [bool; K],
    ) -> Result<Self, SobolError> {
        let group = &factor.inputs;
        let among = |matrix: &DMatrix<f64>| matrix.select_rows(group).select_columns(group);
        let inverse = |matrix: &DMatrix<f64>| {
            let cholesky = among(matrix).cholesky();
            let cholesky = cholesky.ok_or(SobolError::NotPositiveDefinite)?;
            Ok(cholesky.inverse())
        };
        let tells = |other: usize| group.iter().any(|&input| covariance[(other, input)] != 0.0);
        let others = (0..enters.len()).filter(|other| !group.contains(other));
        let depends = others.clone().any(tells);
        let moved = |inputs: &[usize]| {
            std::array::from_fn(|output| {
                let by_luck = factor.luck && luck_enters[output];
                by_luck || inputs.iter().any(|&input| enters[input][output])
            })
        };
        let told: Vec<usize> = others.filter(|&other| tells(other)).collect();
        Ok(Self {
            pull: covariance.select_columns(group) * inverse(covariance)?,
            residual: if depends {
                Some(inverse(precision)? * precision.select_rows(group))
            } else {
                None
            },
            first: moved(&[group.as_slice(), told.as_slice()].concat()),
            total: moved(group),
            factor: factor.clone(),
        })
    }

    /// Whether it is one input without luck.
    fn is_one_input(&self) -> bool {
        self.factor.inputs.len() == 1 && !self.factor.luck
    }

    /// Whether it is one that moves an output where it is held.
    fn is_held(&self) -> bool {
        self.is_one_input() && self.first.contains(&true)
    }

    /// A with the factor's inputs of B, and the others as they are conditional on those.
    fn first(
        &self,
        a: &[DVector<f64>],
        b: &[DVector<f64>],
        difference: &[DVector<f64>],
    ) -> Vec<DVector<f64>> {
        let group = &self.factor.inputs;
        (a.iter().zip(b).zip(difference))
            .map(|((a, b), difference)| {
                let mut z = a + &self.pull * difference.select_rows(group);
                for &input in group {
                    z[input] = b[input];
                }
                z
            })
            .collect()
    }

    /// A with the factor's inputs as they are conditional on the others, with the residuals of B.
    fn total(
        &self,
        residual: &DMatrix<f64>,
        a: &[DVector<f64>],
        difference: &[DVector<f64>],
    ) -> Vec<DVector<f64>> {
        (a.iter().zip(difference))
            .map(|(a, difference)| {
                let mut z = a.clone();
                let steps = residual * difference;
                for (&input, step) in self.factor.inputs.iter().zip(steps.iter()) {
                    z[input] += step;
                }
                z
            })
            .collect()
    }
}

/// The outputs with an input held at a lower and at a higher value, row by row.
pub type Held<const K: usize> = [Vec<[f64; K]>; 2];

/// The outputs at all points, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluations<const K: usize> {
    /// At the first set of points.
    pub a: Vec<[f64; K]>,
    /// At the second.
    pub b: Vec<[f64; K]>,
    /// At the first-order points of each factor.
    pub first: Vec<Vec<[f64; K]>>,
    /// At the total points of each factor: the same where it depends on no other input.
    pub total: Vec<Vec<[f64; K]>>,
}

/// An estimated index.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Index {
    /// The estimate: a share of the variance. Near 0 it may fall below it by its error.
    pub value: f64,
    /// How far it is from sure; nothing where the output varies in too few rows to say.
    pub interval: Option<Interval>,
}

/// How far an index is from sure for the finite number of rows: 200 bootstrap resamples of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Standard error.
    pub standard_error: f64,
    /// 5th percentile.
    pub p05: f64,
    /// 95th percentile.
    pub p95: f64,
}

/// The two indices of a factor for an output.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Indices {
    /// First order: the share of variance that would go if the factor were known.
    pub first: Index,
    /// Total: the share that would be left if all else were known.
    pub total: Index,
}

impl<const K: usize> Evaluations<K> {
    /// The indices of each factor for each output; nothing for an output that does not vary, or that
    /// is not a number at some point.
    ///
    /// # Example
    /// ```
    /// use bandwise::simulation::NoObserver;
    /// use bandwise::simulation::sobol::{Design, Factor};
    /// use nalgebra::{DMatrix, DVector};
    /// // Two independent inputs that add, the first with twice the spread: 4/5 and 1/5.
    /// let (mean, covariance) = (DVector::zeros(2), DMatrix::identity(2, 2));
    /// let factors = [Factor::of("wide", &[0]), Factor::of("narrow", &[1])];
    /// let design = Design::new(
    ///     &["wide", "narrow"], &mean, &covariance, &[[true], [true]], [false], &factors,
    /// )?;
    /// let found = design.evaluate(
    ///     7, 4_000, &|_, points| points.iter().map(|p| [2.0 * p.z[0] + p.z[1]]).collect(), &NoObserver,
    /// )?;
    /// let indices = found.indices(7);
    /// let wide = indices[0][0].expect("it varies");
    /// assert!((wide.first.value - 0.8).abs() < 0.05 && (wide.total.value - 0.8).abs() < 0.05);
    /// # Ok::<(), bandwise::simulation::sobol::SobolError>(())
    /// ```
    pub fn indices(&self, seed: u64) -> Vec<[Option<Indices>; K]> {
        let resamples = self.resamples(seed);
        let mut all = vec![[None; K]; self.first.len()];
        for output in 0..K {
            let Some(of_output) = self.of_output(output, &resamples) else {
                continue;
            };
            for (of_factor, indices) in all.iter_mut().zip(of_output) {
                of_factor[output] = Some(indices);
            }
        }
        all
    }

    fn of_output(&self, output: usize, resamples: &[Vec<f64>]) -> Option<Vec<Indices>> {
        let column = |points: &[[f64; K]]| -> Vec<f64> {
            points.iter().map(|outputs| outputs[output]).collect()
        };
        let (mut a, mut b) = (column(&self.a), column(&self.b));
        let mut first: Vec<Vec<f64>> = self.first.iter().map(|set| column(set)).collect();
        let mut total: Vec<Vec<f64>> = self.total.iter().map(|set| column(set)).collect();
        let sets = || first.iter().chain(&total).chain([&a, &b]).flatten();
        if sets().any(|value| !value.is_finite()) {
            return None;
        }
        let base = || a.iter().chain(&b).copied();
        let range = base().fold(f64::NEG_INFINITY, f64::max) - base().fold(f64::INFINITY, f64::min);
        let size = base().fold(0.0, |size: f64, value| size.max(value.abs()));
        if range <= ROUNDING * size {
            return None;
        }
        // Centred on all but the total points, as SALib does where these are the first-order points.
        let n_sets = (first.len() + 2) as f64;
        let sum: f64 = first.iter().chain([&a, &b]).flatten().sum();
        let centre = sum / (n_sets * a.len() as f64);
        let sets = first.iter_mut().chain(&mut total).chain([&mut a, &mut b]);
        for value in sets.flatten() {
            *value -= centre;
        }
        // The terms whose means are the variances, factor by factor: first order, then total.
        let terms: Vec<Vec<f64>> = (first.iter().zip(&total))
            .flat_map(|(first, total)| {
                let of_first = (b.iter().zip(first).zip(&a)).map(|((b, first), a)| b * (first - a));
                let of_total = (a.iter().zip(total)).map(|(a, total)| 0.5 * (a - total).powi(2));
                [of_first.collect(), of_total.collect()]
            })
            .collect();
        let estimate = |weights: &[f64], variance: f64| -> Vec<f64> {
            let index = |terms: &Vec<f64>| mean(terms, weights) / variance;
            terms.iter().map(index).collect()
        };
        let every_row = vec![1.0; a.len()];
        let whole = variance(&a, &b, &every_row);
        let values = estimate(&every_row, whole);
        let resampled: Option<Vec<Vec<f64>>> = resamples
            .par_iter()
            .map(|weights| {
                let variance = variance(&a, &b, weights);
                (variance > ROUNDING * whole).then(|| estimate(weights, variance))
            })
            .collect();
        let index = |place: usize| Index {
            value: values[place],
            interval: resampled.as_ref().and_then(|resampled| {
                let column: Vec<f64> = resampled.iter().map(|values| values[place]).collect();
                let spread = spread(&column)?;
                Some(Interval {
                    standard_error: spread.sd?,
                    p05: spread.percentiles[0],
                    p95: spread.percentiles[4],
                })
            }),
        };
        let of_factor = |factor: usize| Indices {
            first: index(2 * factor),
            total: index(2 * factor + 1),
        };
        Some((0..self.first.len()).map(of_factor).collect())
    }

    /// How often each row stands in each resample.
    fn resamples(&self, seed: u64) -> Vec<Vec<f64>> {
        let n = self.a.len();
        (0..RESAMPLES)
            .map(|resample| {
                let stream = input_id(&format!("sensitivity/resample/{resample}"));
                let mut places = vec![0.0; n];
                uniforms(seed, stream, 0, &mut places);
                let mut weights = vec![0.0; n];
                for place in places {
                    weights[((place * n as f64) as usize).min(n - 1)] += 1.0;
                }
                weights
            })
            .collect()
    }

    fn append(&mut self, mut block: Self) {
        self.a.append(&mut block.a);
        self.b.append(&mut block.b);
        for (all, set) in self.first.iter_mut().zip(&mut block.first) {
            all.append(set);
        }
        for (all, set) in self.total.iter_mut().zip(&mut block.total) {
            all.append(set);
        }
    }
}

/// The mean over rows that stand in a resample so many times; their number is that of the rows.
fn mean(values: &[f64], weights: &[f64]) -> f64 {
    let pairs = values.iter().zip(weights);
    pairs.map(|(value, weight)| value * weight).sum::<f64>() / values.len() as f64
}

/// The variance of two columns taken together.
fn variance(a: &[f64], b: &[f64], weights: &[f64]) -> f64 {
    let middle = f64::midpoint(mean(a, weights), mean(b, weights));
    let squares = |values: &[f64]| -> Vec<f64> {
        values
            .iter()
            .map(|value| (value - middle).powi(2))
            .collect()
    };
    f64::midpoint(mean(&squares(a), weights), mean(&squares(b), weights))
}
