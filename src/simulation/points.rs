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
    let scrambles: [Scramble; REPLICATES as usize] =
        std::array::from_fn(|replicate| Scramble::of(seed, stream.id, replicate as u64, 0));
    let orders: [Scramble; REPLICATES as usize] =
        std::array::from_fn(|replicate| Scramble::of(seed, stream.id, replicate as u64, 1));
    let mut done = 0;
    let mut draw = first;
    while done < into.len() {
        let (point, begin) = (draw / REPLICATES, (draw % REPLICATES) as usize);
        let n = (REPLICATES as usize - begin).min(into.len() - done);
        let uniforms = into[done..done + n].iter_mut();
        match stream.dimension {
            // Replicates scramble the same point, each in its own way.
            Some(dimension) => {
                let reversed = sobol_rev(point.reverse_bits(), dimension);
                for (uniform, scramble) in uniforms.zip(&scrambles[begin..]) {
                    *uniform = refined(scramble.apply(reversed).reverse_bits(), *uniform);
                }
            }
            // The first dimension, whose point of an index is its bits reversed, in an order of its own.
            None => {
                let keys = scrambles[begin..].iter().zip(&orders[begin..]);
                for (uniform, (scramble, order)) in uniforms.zip(keys) {
                    let reversed = order.apply(point.reverse_bits()).reverse_bits();
                    *uniform = refined(scramble.apply(reversed).reverse_bits(), *uniform);
                }
            }
        }
        done += n;
        draw += n as u32;
    }
}

/// The uniform in the middle of one of 2^52 equal steps: the first 32 bits say where roughly, the
/// first 20 of another uniform where exactly.
fn refined(bits: u32, finer: f64) -> f64 {
    const FINER: f64 = (1u32 << 20) as f64;
    const STEP: f64 = 1.0 / (1u64 << 52) as f64;
    let finer = ((finer * FINER) as u64).min((1 << 20) - 1);
    (((u64::from(bits) << 20) | finer) as f64 + 0.5) * STEP
}

/// A random Owen scramble of 32 bits in reverse order: each bit is turned or not by a hash of those
/// above it. Two passes, so that it hangs on 64 random bits.
#[derive(Debug, Clone, Copy)]
struct Scramble([u32; 2]);

impl Scramble {
    /// One of a stream's scrambles.
    fn of(seed: u64, id: u64, replicate: u64, which: u64) -> Self {
        let bits = mixed(mixed(mixed(seed) ^ id) ^ (2 * replicate + which));
        Self([bits as u32, (bits >> 32) as u32])
    }

    fn apply(self, reversed: u32) -> u32 {
        let Self([one, other]) = self;
        owen_scramble_rev(owen_scramble_rev(reversed, one), other)
    }
}

/// A step of the generator SplitMix64 (Steele, Lea and Flood 2014): each bit hangs on all others.
const fn mixed(bits: u64) -> u64 {
    let bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
