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

#[cfg(test)]
mod tests {
    use super::*;

    /// Streams that a run has: its inputs, a campaign's, and one that is padded.
    fn streams() -> Vec<Stream> {
        let mut streams: Vec<Stream> = (0..30)
            .map(|dimension| Stream::of_input(&format!("input {dimension}"), dimension))
            .collect();
        streams.push(Stream::of_input("comprehension", 64));
        streams.push(Stream::of_input("campaign_50", 114));
        streams.push(Stream::of_input("beyond the last dimension", 256));
        streams.push(Stream::padded("ward/E05001769"));
        streams
    }

    fn draws(seed: u64, stream: Stream, n: usize) -> Vec<f64> {
        let mut luck = vec![0.0; n];
        uniforms(Points::Sobol, seed, stream, 0, &mut luck);
        luck
    }

    fn of_replicate(luck: &[f64], replicate: usize) -> Vec<f64> {
        luck.iter().copied().skip(replicate).step_by(R).collect()
    }

    /// In how many of so many equal cells of the unit interval points stand, and how many at most in one.
    fn most_in_a_cell(points: &[f64], cells: usize) -> usize {
        let mut count = vec![0; cells];
        for u in points {
            count[(u * cells as f64) as usize] += 1;
        }
        count.into_iter().max().unwrap_or(0)
    }

    #[test]
    fn every_replicate_has_one_point_in_each_stratum_at_powers_of_2() {
        for seed in [1, 77] {
            for stream in streams() {
                let luck = draws(seed, stream, R * 1_024);
                for replicate in 0..R {
                    let points = of_replicate(&luck, replicate);
                    for power in 0..=10 {
                        let n = 1 << power;
                        assert_eq!(most_in_a_cell(&points[..n], n), 1, "{stream:?} {n}");
                    }
                    // And so has every later stretch of as many points.
                    assert_eq!(most_in_a_cell(&points[256..512], 256), 1, "{stream:?}");
                }
            }
        }
    }

    /// The points of two dimensions are a (t,m,2)-net: of 2^m points, 2^t lie in each rectangle of
    /// 2^(t-m) of the area, however its sides halve the square. The first two dimensions have t = 0;
    /// among the first five, where the inputs that move the vote most stand, t is at most 2 for 256 points.
    #[test]
    fn pairs_of_the_first_dimensions_fill_the_square_evenly() {
        let worst = |one: usize, other: usize| {
            let axes = [one, other].map(|dimension| {
                let luck = draws(
                    5,
                    Stream::of_input(&format!("{dimension}"), dimension),
                    R * 256,
                );
                of_replicate(&luck, 3)
            });
            let is_net = |t: u32| {
                (0..=8 - t).all(|of_first| {
                    let (across, up) = (1u32 << of_first, 1u32 << (8 - t - of_first));
                    let mut count = vec![0u32; (across * up) as usize];
                    for (x, y) in axes[0].iter().zip(&axes[1]) {
                        let (column, row) =
                            ((x * f64::from(across)) as u32, (y * f64::from(up)) as u32);
                        count[(column * up + row) as usize] += 1;
                    }
                    count.into_iter().all(|n| n == 1 << t)
                })
            };
            (0..=8)
                .find(|&t| is_net(t))
                .expect("all points lie in the square")
        };
        assert_eq!(worst(0, 1), 0);
        for other in 1..5 {
            for one in 0..other {
                assert!(worst(one, other) <= 2, "{one} {other}");
            }
        }
    }

    /// Pearson's statistic over 64 cells and 20,000 seeds has 63 degrees of freedom: a mean of 63 and a
    /// standard deviation of 11.2. Of 34 streams and 2 draws each the largest is below 63 + 5 of them.
    #[test]
    fn each_point_is_uniform_over_its_scrambles() {
        const SEEDS: u64 = 20_000;
        for stream in streams() {
            for draw in [0, 16 * 37 + 5] {
                let mut count = [0.0f64; 64];
                for seed in 0..SEEDS {
                    let mut one = [0.0];
                    uniforms(Points::Sobol, seed, stream, draw, &mut one);
                    count[(one[0] * 64.0) as usize] += 1.0;
                }
                let expected = SEEDS as f64 / 64.0;
                let off: f64 = count
                    .iter()
                    .map(|n| (n - expected).powi(2) / expected)
                    .sum();
                assert!(off < 63.0 + 5.0 * 11.2, "{stream:?} {draw}: {off}");
            }
        }
    }

    /// The mean of `u` over n points of one dimension, one at random in each stratum, has the variance
    /// 1 / (12 n^3) exactly. Over 16 replicates of 200 seeds the estimate has a standard error of 2.5%.
    /// Were replicates not independent, the variance of their mean would not be a sixteenth.
    #[test]
    fn replicates_have_the_variance_of_owens_scramble_and_are_independent() {
        const SEEDS: u64 = 200;
        for stream in [
            Stream::of_input("mood", 4),
            Stream::padded("ward/E05001769"),
        ] {
            for n in [4usize, 32] {
                let (mut each, mut of_mean) = (0.0, 0.0);
                for seed in 0..SEEDS {
                    let luck = draws(seed, stream, R * n);
                    let off: Vec<f64> = (0..R)
                        .map(|replicate| {
                            let points = of_replicate(&luck, replicate);
                            points.iter().sum::<f64>() / n as f64 - 0.5
                        })
                        .collect();
                    each += off.iter().map(|off| off * off).sum::<f64>();
                    of_mean += (off.iter().sum::<f64>() / R as f64).powi(2);
                }
                let owen = 1.0 / (12.0 * (n as f64).powi(3));
                let ratio = each / (SEEDS as f64 * R as f64) / owen;
                assert!((ratio - 1.0).abs() < 0.13, "{n}: {ratio}");
                let ratio = of_mean / SEEDS as f64 / (owen / R as f64);
                assert!((ratio - 1.0).abs() < 0.4, "{n}: {ratio}");
            }
        }
    }

    /// Of two inputs, and of an input and padded luck: their product has the mean 1/4 whatever the
    /// replicate, so that no dimension tells of another.
    #[test]
    fn streams_tell_nothing_of_each_other() {
        let streams = streams();
        for (one, other) in [(0, 4), (4, 33), (32, 33), (3, 30)] {
            let mut off = Vec::new();
            for seed in 0..2_000 {
                let (x, y) = (draws(seed, streams[one], R), draws(seed, streams[other], R));
                off.push(
                    x.iter()
                        .zip(&y)
                        .map(|(x, y)| (x - 0.5) * (y - 0.5))
                        .sum::<f64>(),
                );
            }
            let n = off.len() as f64;
            let mean = off.iter().sum::<f64>() / n;
            let error = (off.iter().map(|off| off * off).sum::<f64>()).sqrt() / n;
            assert!(mean.abs() < 4.0 * error, "{one} {other}: {mean} {error}");
        }
    }

    #[test]
    fn draws_are_alike_however_they_are_cut_into_blocks() {
        for points in Points::ALL {
            for stream in [Stream::of_input("mood", 4), Stream::padded("count")] {
                let mut whole = vec![0.0; 1_000];
                uniforms(points, 3, stream, 0, &mut whole);
                let (mut first, mut length) = (0usize, 1);
                while first < whole.len() {
                    let n = length.min(whole.len() - first);
                    let mut block = vec![0.0; n];
                    uniforms(points, 3, stream, first as u32, &mut block);
                    assert_eq!(block, whole[first..first + n], "{points} from {first}");
                    first += n;
                    length = (length * 3) % 61 + 1;
                }
            }
        }
    }

    #[test]
    fn random_points_are_those_of_the_stream() {
        let (mut points, mut plain) = ([0.0; 40], [0.0; 40]);
        uniforms(
            Points::Random,
            9,
            Stream::of_input("mood", 4),
            7,
            &mut points,
        );
        stream::uniforms(9, stream::input_id("mood"), 7, &mut plain);
        assert_eq!(points, plain);
    }

    #[test]
    fn the_vectors_of_the_processor_change_no_bit() {
        for stream in [Stream::of_input("mood", 4), Stream::padded("count")] {
            let mut plain = vec![0.5; 333];
            let mut quick = plain.clone();
            place_all(2, stream, 5, &mut plain);
            stratify(2, stream, 5, &mut quick);
            assert_eq!(plain, quick);
        }
    }

    #[test]
    fn a_point_is_strictly_between_0_and_1() {
        let least = f64::EPSILON / 4.0;
        assert!(refined(0, least) > 0.0);
        assert!(refined(u32::MAX, 1.0 - f64::EPSILON / 2.0) < 1.0);
    }

    #[test]
    #[should_panic(expected = "draws of Sobol points are at most 16 times 65536")]
    fn there_are_no_points_beyond_the_sequence() {
        uniforms(
            Points::Sobol,
            1,
            Stream::padded("count"),
            16 << 16,
            &mut [0.0],
        );
    }
}
