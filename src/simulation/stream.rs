//! Luck: `uniform(seed, input, draw)` is a pure function of its three arguments.
//!
//! So threads do not matter, draws 1..N are the beginning of draws 1..2N, a new input disturbs no
//! other, and two schedules under one seed share their luck. Opening a generator costs as much as
//! forty numbers, so they are made in blocks of draws.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Fills `into` with the uniforms of an input for draws `first..first + into.len()`.
///
/// Each is strictly between 0 and 1: the middle of one of 2^53 equal steps.
pub fn uniforms(seed: u64, input: u64, first: u32, into: &mut [f64]) {
    const STEP: f64 = 1.0 / (1u64 << 53) as f64;
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    generator.set_stream(input);
    generator.set_word_pos(2 * u128::from(first));
    for uniform in into {
        *uniform = ((generator.next_u64() >> 11) as f64 + 0.5) * STEP;
    }
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
