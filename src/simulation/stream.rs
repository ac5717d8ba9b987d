//! Luck: `uniform(seed, input, draw)` is a pure function of its three arguments.
//!
//! So threads do not matter, draws 1..N are the beginning of draws 1..2N, a new input disturbs no
//! other, and two schedules under one seed share their luck.
//!
//! They are the keystream of ChaCha8 (D. J. Bernstein, "ChaCha, a variant of Salsa20", 2008), as the
//! crate `rand_chacha` has it: the seed makes the key, the input is the stream, a draw takes two
//! words. A block of the stream holds eight draws, and sixteen blocks are made together, one in
//! each place of a vector: several times as fast as word by word.

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, f64x8, u32x8, u32x16};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Draws in a block of the stream: 16 words, two a draw.
const DRAWS: usize = 8;

/// Blocks that are made together.
const BLOCKS: usize = 16;

/// Fills `into` with the uniforms of an input for draws `first..first + into.len()`.
///
/// Each is strictly between 0 and 1: the middle of one of 2^53 equal steps.
pub fn uniforms(seed: u64, input: u64, first: u32, into: &mut [f64]) {
    let key = ChaCha8Rng::seed_from_u64(seed).get_seed();
    dispatch!(Level::new(), simd => fill(simd, &key, input, first, into));
}

#[inline(always)]
fn fill<S: Simd>(simd: S, key: &[u8; 32], input: u64, first: u32, mut into: &mut [f64]) {
    let mut block = u64::from(first) / DRAWS as u64;
    let mut skip = first as usize % DRAWS;
    let mut made = [[0.0; DRAWS]; BLOCKS];
    while !into.is_empty() {
        blocks(simd, key, input, block, &mut made);
        let made = &made.as_flattened()[skip..];
        let n = made.len().min(into.len());
        let (now, later) = into.split_at_mut(n);
        now.copy_from_slice(&made[..n]);
        (into, block, skip) = (later, block + BLOCKS as u64, 0);
    }
}

/// The uniforms of sixteen blocks, from a block on.
#[inline(always)]
fn blocks<S: Simd>(
    simd: S,
    key: &[u8; 32],
    input: u64,
    first: u64,
    into: &mut [[f64; DRAWS]; BLOCKS],
) {
    let all = |word: u32| u32x16::splat(simd, word);
    let mut start = [all(0); 16];
    // "expand 32-byte k"
    start[0] = all(0x6170_7865);
    start[1] = all(0x3320_646e);
    start[2] = all(0x7962_2d32);
    start[3] = all(0x6b20_6574);
    let (words, _) = key.as_chunks::<4>();
    for (at, word) in words.iter().enumerate() {
        start[4 + at] = all(u32::from_le_bytes(*word));
    }
    let counters: [u64; BLOCKS] = std::array::from_fn(|lane| first + lane as u64);
    start[12] = u32x16::load_array(simd, counters.map(|counter| counter as u32));
    start[13] = u32x16::load_array(simd, counters.map(|counter| (counter >> 32) as u32));
    start[14] = all(input as u32);
    start[15] = all((input >> 32) as u32);
    let mut x = start;
    for _ in 0..4 {
        for column in 0..4 {
            quarter(&mut x, [column, 4 + column, 8 + column, 12 + column]);
        }
        for column in 0..4 {
            let of = |row: usize| 4 * row + (column + row) % 4;
            quarter(&mut x, [of(0), of(1), of(2), of(3)]);
        }
    }
    for (word, start) in x.iter_mut().zip(start) {
        *word += start;
    }
    for (draw, [low, high]) in x.as_chunks().0.iter().enumerate() {
        let (low, high) = (simd.split_u32x16(*low), simd.split_u32x16(*high));
        let halves = [between(simd, low.0, high.0), between(simd, low.1, high.1)];
        let uniforms = halves.map(SimdBase::to_array);
        for (block, uniform) in into.iter_mut().zip(uniforms.as_flattened()) {
            block[draw] = *uniform;
        }
    }
}

/// A quarter round.
#[inline(always)]
fn quarter<S: Simd>(x: &mut [u32x16<S>; 16], [a, b, c, d]: [usize; 4]) {
    x[a] += x[b];
    x[d] = turned::<S, 16>(x[d] ^ x[a]);
    x[c] += x[d];
    x[b] = turned::<S, 12>(x[b] ^ x[c]);
    x[a] += x[b];
    x[d] = turned::<S, 8>(x[d] ^ x[a]);
    x[c] += x[d];
    x[b] = turned::<S, 7>(x[b] ^ x[c]);
}

/// Bits turned to the left.
#[inline(always)]
fn turned<S: Simd, const BITS: u32>(x: u32x16<S>) -> u32x16<S> {
    (x << BITS) | (x >> (32 - BITS))
}

/// The uniform of a draw's two words, the low one first: the highest 53 bits and a half.
#[inline(always)]
fn between<S: Simd>(simd: S, low: u32x8<S>, high: u32x8<S>) -> f64x8<S> {
    const STEP: f64 = 1.0 / (1u64 << 53) as f64;
    const OF_HIGH: f64 = (1u64 << 21) as f64;
    (number(simd, high) * OF_HIGH + number(simd, low >> 11) + 0.5) * STEP
}

/// Words as numbers.
#[inline(always)]
fn number<S: Simd>(simd: S, words: u32x8<S>) -> f64x8<S> {
    /// 2^52, whose lowest bits hold whole numbers.
    const WHOLE: f64 = 4_503_599_627_370_496.0;
    let (one, other) = simd.widen_u32x8(words);
    f64x8::from_bits(simd.combine_u64x4(one, other) | WHOLE.to_bits()) - WHOLE
}

/// The uniform of one input in one draw.
///
/// # Example
/// ```
/// use bandwise::simulation::stream::{input_id, uniform, uniforms};
/// let mut block = [0.0; 8];
/// uniforms(7, input_id("kappa"), 100, &mut block);
/// assert_eq!(block[5], uniform(7, input_id("kappa"), 105));
/// assert_ne!(block[5], uniform(7, input_id("omega"), 105));
/// ```
pub fn uniform(seed: u64, input: u64, draw: u32) -> f64 {
    let mut one = [0.0];
    uniforms(seed, input, draw, &mut one);
    one[0]
}

/// The number of an input's stream: the 64-bit FNV-1a hash of its name.
pub fn input_id(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::vector::levels;
    use proptest::prelude::*;
    use rand::Rng;

    /// Word by word, as the crate has it.
    fn word_by_word(seed: u64, input: u64, first: u32, n: usize) -> Vec<f64> {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(input);
        generator.set_word_pos(2 * u128::from(first));
        let step = 0.5f64.powi(53);
        (0..n)
            .map(|_| ((generator.next_u64() >> 11) as f64 + 0.5) * step)
            .collect()
    }

    proptest! {
        #[test]
        fn uniforms_are_those_of_the_generator_on_every_instruction_set(
            seed: u64,
            input: u64,
            first in prop_oneof![0..200u32, any::<u32>()],
            n in 0..200usize,
        ) {
            let expected = word_by_word(seed, input, first, n);
            let key = ChaCha8Rng::seed_from_u64(seed).get_seed();
            for level in levels() {
                let mut found = vec![0.0; n];
                dispatch!(level, simd => fill(simd, &key, input, first, &mut found));
                prop_assert_eq!(&found, &expected, "{:?}", level);
            }
        }
    }
}
