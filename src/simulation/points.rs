//! Points: the uniforms of a run, independent or quasi-random.
//!
//! `uniform(points, seed, stream, draw)` is a pure function of its four arguments. Of random points
//! it is that of [`super::stream`]. Sobol points spread more evenly over all inputs at once: the mean
//! of something smooth over N of them is off by less than that over N random ones, and the error
//! falls faster with N. They are scrambled at random (Owen 1995), so that each is uniform and every
//! mean unbiased, and in 16 independent replicates, whose spread says how far off their mean is.
//!
//! Draw `d` is point `d / 16` of replicate `d % 16`: draws 1..N are the beginning of draws 1..2N. An
//! input of the run has a dimension of the sequence of its own. Other luck (moods of wards, counts)
//! has more streams than there are dimensions: each is stratified by itself, and put in an order of
//! its own beside the others ("padded"; Burley 2020). All numbers of a stream hang on its name, so
//! that a stream added elsewhere changes nothing here, and two schedules under one seed share their
//! luck.
//!
//! Points are most even where each replicate has a power of two of them: 16 times 256 draws, 512,
//! 1,024 and so on. Any other number is right as well, and only a little less sharp.
//!
//! Sources: A. B. Owen, "Randomly permuted (t,m,s)-nets and (t,s)-sequences" (1995); S. Joe and
//! F. Y. Kuo, "Constructing Sobol sequences with better two-dimensional projections" (2008);
//! B. Burley, "Practical hash-based Owen scrambling" (2020); A. B. Owen, "On dropping the first Sobol'
//! point" (2020), on numbers of points that are no power of two.

use fearless_simd::{Level, dispatch};
use sobol_burley::NUM_DIMENSIONS;
use sobol_burley::parts::{owen_scramble_rev, sobol_rev};

use super::stream;
use crate::data::scenario::MOST_DRAWS;
use crate::domain::Points;

/// Independent replicates of Sobol points.
///
/// Sixteen leave 15 degrees of freedom: a stated error is itself off by about 18%, and a 95% range is
/// 2.13 standard errors to either side (Student's t), not 1.96. More would make it surer, fewer the
/// points of each replicate more even.
pub const REPLICATES: u32 = 16;

/// Points of a replicate: as many as the sequence has.
const MOST_POINTS: u32 = 1 << 16;

// No run may have more draws than there are points.
const _: () = assert!(MOST_DRAWS <= REPLICATES * MOST_POINTS);

/// The uniforms of one input, or of one other piece of luck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stream {
    id: u64,
    dimension: Option<u32>,
}

impl Stream {
    /// That of an input, by its name and its dimension of the sequence. Beyond the last dimension it is
    /// padded.
    pub fn of_input(name: &str, dimension: usize) -> Self {
        let dimension = u32::try_from(dimension).ok();
        Self {
            id: stream::input_id(name),
            dimension: dimension.filter(|&dimension| dimension < NUM_DIMENSIONS),
        }
    }

    /// Other luck, by its name: padded.
    pub fn padded(name: &str) -> Self {
        Self {
            id: stream::input_id(name),
            dimension: None,
        }
    }
}

/// The replicate that a draw belongs to.
pub const fn replicate(draw: usize) -> usize {
    draw % REPLICATES as usize
}

/// Fills `into` with the uniforms of a stream for draws `first..first + into.len()`, each strictly
/// between 0 and 1.
///
/// # Panics
/// When a Sobol draw is asked for beyond the last point of its replicate.
///
/// # Example
/// ```
/// use bandwise::domain::Points;
/// use bandwise::simulation::points::{Stream, uniforms};
/// // The first 64 draws: four points of each of 16 replicates, one in each quarter.
/// let mut luck = [0.0; 64];
/// uniforms(Points::Sobol, 1, Stream::of_input("mood", 0), 0, &mut luck);
/// let mut quarters: Vec<f64> = luck.iter().step_by(16).map(|u| (4.0 * u).floor()).collect();
/// quarters.sort_by(f64::total_cmp);
/// assert_eq!(quarters, [0.0, 1.0, 2.0, 3.0]);
/// ```
pub fn uniforms(points: Points, seed: u64, stream: Stream, first: u32, into: &mut [f64]) {
    stream::uniforms(seed, stream.id, first, into);
    if points == Points::Sobol {
        stratify(seed, stream, first, into);
    }
}

/// Puts uniforms in the places of Sobol points: the first 32 bits are those of the point, what lies
/// below stays random.
fn stratify(seed: u64, stream: Stream, first: u32, into: &mut [f64]) {
    let last = u64::from(first) + into.len() as u64;
    assert!(
        last <= u64::from(REPLICATES) * u64::from(MOST_POINTS),
        "draws of Sobol points are at most {REPLICATES} times {MOST_POINTS}"
    );
    // Whole numbers, and correctly rounded operations on each number by itself: the processor's
    // vectors make it quicker and change no bit.
    dispatch!(Level::new(), _simd => place_all(seed, stream, first, into));
}

#[inline(always)]
fn place_all(seed: u64, stream: Stream, first: u32, into: &mut [f64]) {
    let scrambles = Scrambles::of(seed, stream.id, 0);
    let orders = Scrambles::of(seed, stream.id, 1);
    let (mut done, mut draw) = (0, first);
    while done < into.len() {
        let (point, begin) = (draw / REPLICATES, (draw % REPLICATES) as usize);
        let n = (R - begin).min(into.len() - done);
        let reversed = match stream.dimension {
            // Replicates scramble the same point, each in its own way.
            Some(dimension) => [sobol_rev(point.reverse_bits(), dimension); R],
            // The first dimension, whose point of an index is its bits reversed, in an order of its own.
            None => orders
                .apply([point.reverse_bits(); R])
                .map(u32::reverse_bits),
        };
        let bits = scrambles.apply(reversed).map(u32::reverse_bits);
        let mut row = [0.0; R];
        row[begin..begin + n].copy_from_slice(&into[done..done + n]);
        for (uniform, bits) in row.iter_mut().zip(bits) {
            *uniform = refined(bits, *uniform);
        }
        into[done..done + n].copy_from_slice(&row[begin..begin + n]);
        done += n;
        draw += n as u32;
    }
}

/// The number of replicates as a length.
const R: usize = REPLICATES as usize;

/// A uniform of which 32 bits say where roughly, and another uniform where exactly.
#[inline(always)]
fn refined(bits: u32, finer: f64) -> f64 {
    const STEP: f64 = 1.0 / (1u64 << 32) as f64;
    const MOST: f64 = 1.0 - f64::EPSILON / 2.0;
    ((f64::from(bits) + finer) * STEP).min(MOST)
}

/// Random Owen scrambles of 32 bits in reverse order, one a replicate: each bit is turned or not by a
/// hash of those above it. Two passes, so that each hangs on 64 random bits.
#[derive(Debug, Clone, Copy)]
struct Scrambles([[u32; R]; 2]);

impl Scrambles {
    #[inline(always)]
    fn of(seed: u64, id: u64, which: u64) -> Self {
        let stream = mixed(mixed(seed) ^ id);
        let bits: [u64; R] =
            std::array::from_fn(|replicate| mixed(stream ^ (2 * replicate as u64 + which)));
        Self([
            bits.map(|bits| bits as u32),
            bits.map(|bits| (bits >> 32) as u32),
        ])
    }

    #[inline(always)]
    fn apply(&self, mut reversed: [u32; R]) -> [u32; R] {
        for pass in &self.0 {
            for (bits, &scramble) in reversed.iter_mut().zip(pass) {
                *bits = owen_scramble_rev(*bits, scramble);
            }
        }
        reversed
    }
}

/// A step of the generator SplitMix64 (Steele, Lea and Flood 2014): each bit hangs on all others.
const fn mixed(bits: u64) -> u64 {
    let bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
