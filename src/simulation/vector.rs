//! Elementary functions of eight numbers at a time, alike to the bit on every processor.
//!
//! They use correctly rounded operations only (add, subtract, multiply, divide, compare, select, bits):
//! never a fused multiply-add, never an approximate reciprocal. So the same numbers come out of every
//! instruction set, and out of every place in a vector. The standard library's are those of the
//! platform's C library.

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, f64x8, u64x8};

/// Numbers in a vector.
pub const LANES: usize = 8;

/// 1.5 x 2^52. Added to a number below 2^51 in size, it rounds it to a whole one, ties to even, that
/// then stands in the lowest bits of the sum.
const ROUNDER: f64 = 6_755_399_441_055_744.0;

/// The natural logarithm of 2: its first 33 bits, whose product with any exponent is exact, and the
/// rest (as in fdlibm).
const LN_2: [f64; 2] = [6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10];

/// `e^x`, within 1 unit in the last place (2.3e-16 of the value).
///
/// Above 709.78 it is infinite, below -745.13 it is 0, and between -708.4 and that a subnormal
/// number. Not a number stays so.
///
/// The argument is brought within `ln 2 / 2` of 0 (Cody and Waite, 1980); there the exponential is
/// `1 + 2 r / (R(r) - r)` with the polynomial of fdlibm's `e_exp.c` (Sun Microsystems, 1993), whose
/// error is below 2^-59.
#[inline(always)]
pub fn exp<S: Simd>(simd: S, x: f64x8<S>) -> f64x8<S> {
    const P: [f64; 5] = [
        1.666_666_666_666_660_2e-1,
        -2.777_777_777_701_559_3e-3,
        6.613_756_321_437_934e-5,
        -1.653_390_220_546_525_2e-6,
        4.138_136_797_057_238_5e-8,
    ];
    const MOST: f64 = 709.782_712_893_384;
    const LEAST: f64 = -745.133_219_101_941_1;
    let all = |value| f64x8::splat(simd, value);
    let n = (x * std::f64::consts::LOG2_E + ROUNDER) - ROUNDER;
    let high = x - n * LN_2[0];
    let low = n * LN_2[1];
    let r = high - low;
    let square = r * r;
    let c = r - square * polynomial(simd, square, P);
    let power = ((r * c) / (all(2.0) - c) - low + high) + 1.0;
    // Twice half the exponent, so that neither power of two leaves the range of normal numbers.
    let half = n * 0.5 + ROUNDER;
    let rest = n - (half - ROUNDER) + ROUNDER;
    let scaled = power * power_of_two(half) * power_of_two(rest);
    let scaled = x.simd_lt(LEAST).select(all(0.0), scaled);
    x.simd_gt(MOST).select(all(f64::INFINITY), scaled)
}

/// Two to the power of a whole number from -1022 to 1023 that stands in the lowest bits.
#[inline(always)]
fn power_of_two<S: Simd>(rounded: f64x8<S>) -> f64x8<S> {
    f64x8::from_bits((rounded.to_bits() + 1023) << 52)
}

/// `c[0] + c[1] x + c[2] x^2 + ...` by Horner's rule.
#[inline(always)]
fn polynomial<S: Simd, const N: usize>(simd: S, x: f64x8<S>, c: [f64; N]) -> f64x8<S> {
    let mut sum = f64x8::splat(simd, c[N - 1]);
    for &next in c[..N - 1].iter().rev() {
        sum = sum * x + next;
    }
    sum
}

/// The natural logarithm, within 1 unit in the last place.
///
/// Minus infinity at 0, not a number below.
///
/// The argument is brought between `sqrt(1/2)` and `sqrt 2` by a power of two; there the logarithm is
/// `2 s + s R(s^2)` in `s = f / (2 + f)`, with the polynomial of fdlibm's `e_log.c` (Sun Microsystems,
/// 1993), whose error is below 2^-58.
#[inline(always)]
pub fn ln<S: Simd>(simd: S, x: f64x8<S>) -> f64x8<S> {
    const L: [f64; 7] = [
        6.666_666_666_666_735e-1,
        3.999_999_999_940_942e-1,
        2.857_142_874_366_239e-1,
        2.222_219_843_214_978_4e-1,
        1.818_357_216_161_805e-1,
        1.531_383_769_920_937_3e-1,
        1.479_819_860_511_658_6e-1,
    ];
    /// The bits of `sqrt(1/2)`, of 1, and of the digits behind an exponent.
    const ROOT: u64 = 0x3fe6_a09e_667f_3bcd;
    const ONE: u64 = 0x3ff0_0000_0000_0000;
    const DIGITS: u64 = 0x000f_ffff_ffff_ffff;
    /// 2^52, whose lowest bits hold whole numbers.
    const WHOLE: f64 = 4_503_599_627_370_496.0;
    const SUBNORMAL: f64 = 18_014_398_509_481_984.0;
    let all = |value| f64x8::splat(simd, value);
    let subnormal = x.simd_lt(f64::MIN_POSITIVE);
    let normal = subnormal.select(x * SUBNORMAL, x);
    let bias = subnormal.select(all(WHOLE + 1023.0 + 54.0), all(WHOLE + 1023.0));
    let from_root = normal.to_bits() + (ONE - ROOT);
    let whole: f64x8<S> = f64x8::from_bits((from_root >> 52) | WHOLE.to_bits());
    let k = whole - bias;
    let digits: u64x8<S> = (from_root & DIGITS) + ROOT;
    let f = f64x8::from_bits(digits) - 1.0;
    let half_square = f * f * 0.5;
    let s = f / (f + 2.0);
    let square = s * s;
    let r = square * polynomial(simd, square, L);
    let finite = k * LN_2[0] - ((half_square - (s * (half_square + r) + k * LN_2[1])) - f);
    let finite = x.simd_lt(f64::INFINITY).select(finite, x);
    let some = x.simd_eq(0.0).select(all(f64::NEG_INFINITY), finite);
    x.simd_lt(0.0).select(all(f64::NAN), some)
}

/// The share with such log odds, `1 / (1 + e^-x)`, within 2 units in the last place.
#[inline(always)]
pub fn logistic<S: Simd>(simd: S, x: f64x8<S>) -> f64x8<S> {
    f64x8::splat(simd, 1.0) / (exp(simd, -x) + 1.0)
}

/// Puts `e^x` in the place of every number.
///
/// # Example
/// ```
/// use bandwise::simulation::vector::{exp_all, ln_all};
/// let mut values = [0.0, 1.0, f64::NEG_INFINITY];
/// exp_all(&mut values);
/// assert_eq!(values, [1.0, std::f64::consts::E, 0.0]);
/// ln_all(&mut values);
/// assert_eq!(values, [0.0, 1.0, f64::NEG_INFINITY]);
/// ```
pub fn exp_all(values: &mut [f64]) {
    dispatch!(Level::new(), simd => each(simd, values, #[inline(always)] |x| exp(simd, x)));
}

/// Puts the natural logarithm in the place of every number.
pub fn ln_all(values: &mut [f64]) {
    dispatch!(Level::new(), simd => each(simd, values, #[inline(always)] |x| ln(simd, x)));
}

/// Puts what a function makes of it in the place of every number.
#[inline(always)]
pub fn each<S: Simd>(simd: S, values: &mut [f64], of: impl Fn(f64x8<S>) -> f64x8<S>) {
    let mut vectors = values.chunks_exact_mut(LANES);
    for vector in &mut vectors {
        of(f64x8::from_slice(simd, vector)).store_slice(vector);
    }
    let rest = vectors.into_remainder();
    if !rest.is_empty() {
        let mut padded = [0.0; LANES];
        padded[..rest.len()].copy_from_slice(rest);
        let found = of(f64x8::from_slice(simd, &padded)).to_array();
        rest.copy_from_slice(&found[..rest.len()]);
    }
}

/// Every instruction set that this processor has.
#[cfg(test)]
pub(super) fn levels() -> Vec<Level> {
    let best = Level::new();
    #[cfg(target_arch = "x86_64")]
    let lesser = [
        best.as_sse2().map(Simd::level),
        best.as_sse4_2().map(Simd::level),
        best.as_avx2().map(Simd::level),
    ];
    #[cfg(not(target_arch = "x86_64"))]
    let lesser = [Some(Level::baseline())];
    lesser.into_iter().flatten().chain([best]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Units in the last place between two numbers.
    fn apart(one: f64, other: f64) -> u64 {
        if one.is_nan() && other.is_nan() {
            return 0;
        }
        one.to_bits().abs_diff(other.to_bits())
    }

    #[test]
    fn the_exponential_has_its_edges_where_the_format_has() {
        for x in [
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            709.782_712_893_384,
            709.782_712_893_384_1,
            -708.4,
            -740.0,
            -745.133_219_101_941_1,
            -745.133_219_101_941_2,
            1e300,
            -1e300,
            0.0,
            -0.0,
            5e-324,
        ] {
            let mut found = [x];
            exp_all(&mut found);
            assert_eq!(apart(found[0], x.exp()), 0, "{x} {}", found[0]);
        }
    }

    #[test]
    fn the_logarithm_has_its_edges_where_the_format_has() {
        for x in [
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            -1.0,
            0.0,
            -0.0,
            5e-324,
            f64::MIN_POSITIVE,
            f64::MAX,
            1.0,
        ] {
            let mut found = [x];
            ln_all(&mut found);
            assert_eq!(apart(found[0], x.ln()), 0, "{x} {}", found[0]);
        }
    }

    /// Numbers of every size, and of the sizes that the model uses.
    fn numbers() -> impl Strategy<Value = Vec<f64>> {
        let one = prop_oneof![
            -750.0..750.0,
            -40.0..40.0,
            -1.0..1.0,
            0.5..2.0,
            any::<f64>(),
            any::<f64>().prop_map(f64::abs),
        ];
        prop::collection::vec(one, 0..40)
    }

    proptest! {
        /// One unit apart at most.
        #[test]
        fn exponential_and_logarithm_are_those_of_the_standard_library(numbers in numbers()) {
            let (mut powers, mut logs) = (numbers.clone(), numbers.clone());
            exp_all(&mut powers);
            ln_all(&mut logs);
            for ((x, power), log) in numbers.into_iter().zip(powers).zip(logs) {
                prop_assert!(apart(power, x.exp()) <= 1, "exp {x}: {power} {}", x.exp());
                prop_assert!(apart(log, x.ln()) <= 1, "ln {x}: {log} {}", x.ln());
            }
        }

        #[test]
        fn every_instruction_set_and_place_gives_the_same_bits(numbers in numbers()) {
            for of in [
                |level, values: &mut [f64]| dispatch!(
                    level, simd => each(simd, values, #[inline(always)] |x| exp(simd, x))
                ),
                |level, values: &mut [f64]| dispatch!(
                    level, simd => each(simd, values, #[inline(always)] |x| ln(simd, x))
                ),
                |level, values: &mut [f64]| dispatch!(
                    level, simd => each(simd, values, #[inline(always)] |x| logistic(simd, x))
                ),
            ] {
                let mut one_by_one = numbers.clone();
                for one in one_by_one.chunks_mut(1) {
                    of(Level::baseline(), one);
                }
                for level in levels() {
                    let mut found = numbers.clone();
                    of(level, &mut found);
                    for (found, expected) in found.into_iter().zip(&one_by_one) {
                        prop_assert_eq!(apart(found, *expected), 0, "{:?}", level);
                    }
                }
            }
        }

        #[test]
        fn the_logistic_is_the_share_of_log_odds(log_odds in -700.0..700.0) {
            let mut found = [log_odds];
            dispatch!(Level::new(), simd => each(
                simd, &mut found, #[inline(always)] |x| logistic(simd, x)
            ));
            let expected: f64 = 1.0 / (1.0 + (-log_odds).exp());
            prop_assert!((found[0] / expected - 1.0).abs() < 1e-15);
        }
    }
}
