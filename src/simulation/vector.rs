//! Elementary functions of eight numbers at a time, alike to the bit on every processor.
//!
//! They use correctly rounded operations only (add, subtract, multiply, divide, compare, select, bits):
//! never a fused multiply-add, never an approximate reciprocal. So the same numbers come out of every
//! instruction set, and out of every place in a vector. The standard library's are those of the
//! platform's C library.

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, f64x8, mask64x8, u64x8};

use crate::vote::likelihood::Real;

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

/// Puts the standard normals with such shares below them, within 1e-15 of the value, in the place of
/// shares; minus infinity at 0, infinity at 1.
///
/// Algorithm AS 241, PPND16 (M. J. Wichura, Applied Statistics 37, 1988): one ratio of polynomials in
/// the middle, one in the tails, and one beyond 1.4e-11 of either end. The tails, 15% of uniforms, are
/// put together first: vectors full of them take their logarithms.
#[inline(always)]
fn normal_quantiles<S: Simd>(simd: S, values: &mut [f64]) {
    /// Numbers whose tails are put together.
    const TOGETHER: usize = 256;
    for values in values.chunks_mut(TOGETHER) {
        let (mut tails, mut places, mut n) = ([0.0; TOGETHER], [0u8; TOGETHER], 0);
        for (at, values) in values.chunks_mut(LANES).enumerate() {
            let share = load(simd, values);
            let (middle, in_tail) = middle_quantile(simd, share);
            let mut in_tail = in_tail.to_bitmask() & ((1 << values.len()) - 1);
            while in_tail != 0 {
                let lane = in_tail.trailing_zeros() as usize;
                tails[n] = values[lane];
                places[n] = (at * LANES + lane) as u8;
                n += 1;
                in_tail &= in_tail - 1;
            }
            store(middle, values);
        }
        let tails = &mut tails[..n];
        each(
            simd,
            tails,
            #[inline(always)]
            |share| tail_quantile(simd, share),
        );
        for (tail, place) in tails.iter().zip(places) {
            values[usize::from(place)] = *tail;
        }
    }
}

/// The quantiles of shares within 0.425 of one half, and which are further off.
#[inline(always)]
fn middle_quantile<S: Simd>(simd: S, share: f64x8<S>) -> (f64x8<S>, mask64x8<S>) {
    const A: [f64; 8] = [
        3.387_132_872_796_366_5,
        1.331_416_678_917_843_8e2,
        1.971_590_950_306_551_3e3,
        1.373_169_376_550_946e4,
        4.592_195_393_154_987e4,
        6.726_577_092_700_87e4,
        3.343_057_558_358_813e4,
        2.509_080_928_730_122_7e3,
    ];
    const B: [f64; 8] = [
        1.0,
        4.231_333_070_160_091e1,
        6.871_870_074_920_579e2,
        5.394_196_021_424_751e3,
        2.121_379_430_158_659_7e4,
        3.930_789_580_009_271e4,
        2.872_908_573_572_194_3e4,
        5.226_495_278_852_854e3,
    ];
    let q = share - 0.5;
    let r = f64x8::splat(simd, 0.180_625) - q * q;
    let ratio = polynomial(simd, r, A) / polynomial(simd, r, B);
    (q * ratio, !q.abs().simd_le(0.425))
}

/// The quantiles of other shares.
#[inline(always)]
fn tail_quantile<S: Simd>(simd: S, share: f64x8<S>) -> f64x8<S> {
    const C: [f64; 8] = [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        2.417_807_251_774_506e-1,
        2.272_384_498_926_918_4e-2,
        7.745_450_142_783_414e-4,
    ];
    const D: [f64; 8] = [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        6.897_673_349_851e-1,
        1.481_039_764_274_800_8e-1,
        1.519_866_656_361_645_7e-2,
        5.475_938_084_995_345e-4,
        1.050_750_071_644_416_9e-9,
    ];
    const E: [f64; 8] = [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        2.965_605_718_285_048_7e-1,
        2.653_218_952_657_612_4e-2,
        1.242_660_947_388_078_4e-3,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ];
    const F: [f64; 8] = [
        1.0,
        5.998_322_065_558_88e-1,
        1.369_298_809_227_358e-1,
        1.487_536_129_085_061_5e-2,
        7.868_691_311_456_133e-4,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_7e-15,
    ];
    let q = share - 0.5;
    let end = q
        .simd_lt(0.0)
        .select(share, f64x8::splat(simd, 1.0) - share);
    let far = (-ln(simd, end)).sqrt();
    let r = far - 1.6;
    let mut ratio = polynomial(simd, r, C) / polynomial(simd, r, D);
    let furthest = far.simd_gt(5.0);
    if furthest.any_true() {
        let r = far - 5.0;
        let of_furthest = polynomial(simd, r, E) / polynomial(simd, r, F);
        ratio = furthest.select(of_furthest, ratio);
        ratio = far.simd_eq(f64::INFINITY).select(far, ratio);
    }
    ratio.copysign(q)
}

/// The share of a standard normal below a number, within 1e-13 of the value down to 1e-300.
///
/// Half the complementary error function, by W. J. Cody's ratios of polynomials ("Rational Chebyshev
/// approximations for the error function", Mathematics of Computation 23, 1969).
#[inline(always)]
pub fn normal_cdf<S: Simd>(simd: S, score: f64x8<S>) -> f64x8<S> {
    const NEAR: [[f64; 5]; 2] = [
        [
            3.209_377_589_138_469_4e3,
            3.774_852_376_853_02e2,
            1.138_641_541_510_501_6e2,
            3.161_123_743_870_565_5,
            1.857_777_061_846_031_5e-1,
        ],
        [
            2.844_236_833_439_171e3,
            1.282_616_526_077_372_3e3,
            2.440_246_379_344_441_7e2,
            2.360_129_095_234_412e1,
            1.0,
        ],
    ];
    const MIDDLE: [[f64; 9]; 2] = [
        [
            1.230_339_354_797_997_2e3,
            2.051_078_377_826_071_6e3,
            1.712_047_612_634_070_7e3,
            8.819_522_212_417_69e2,
            2.986_351_381_974_001e2,
            6.611_919_063_714_163e1,
            8.883_149_794_388_377,
            5.641_884_969_886_701e-1,
            2.153_115_354_744_038_3e-8,
        ],
        [
            1.230_339_354_803_749_5e3,
            3.439_367_674_143_721_6e3,
            4.362_619_090_143_247e3,
            3.290_799_235_733_459_7e3,
            1.621_389_574_566_690_3e3,
            5.371_811_018_620_099e2,
            1.176_939_508_913_125e2,
            1.574_492_611_070_983_4e1,
            1.0,
        ],
    ];
    const FAR: [[f64; 6]; 2] = [
        [
            6.587_491_615_298_378e-4,
            1.608_378_514_874_228e-2,
            1.257_817_261_112_292_6e-1,
            3.603_448_999_498_044_5e-1,
            3.053_266_349_612_323_6e-1,
            1.631_538_713_730_209_7e-2,
        ],
        [
            2.335_204_976_268_691_8e-3,
            6.051_834_131_244_132e-2,
            5.279_051_029_514_285e-1,
            1.872_952_849_923_460_4,
            2.568_520_192_289_822,
            1.0,
        ],
    ];
    const ONE_OVER_ROOT_PI: f64 = std::f64::consts::FRAC_2_SQRT_PI / 2.0;
    let all = |value| f64x8::splat(simd, value);
    let y = score.abs() * std::f64::consts::FRAC_1_SQRT_2;
    let bell = exp(simd, score * score * -0.5);
    let middle = bell * polynomial(simd, y, MIDDLE[0]) / polynomial(simd, y, MIDDLE[1]);
    let square = y * y;
    let near = y * polynomial(simd, square, NEAR[0]) / polynomial(simd, square, NEAR[1]);
    let mut beyond = y.simd_le(0.46875).select(all(1.0) - near, middle);
    let far = y.simd_gt(4.0);
    if far.any_true() {
        let square = all(1.0) / square;
        let ratio = square * polynomial(simd, square, FAR[0]) / polynomial(simd, square, FAR[1]);
        beyond = far.select(bell * ((all(ONE_OVER_ROOT_PI) - ratio) / y), beyond);
    }
    let tail = beyond * 0.5;
    score.simd_lt(0.0).select(tail, all(1.0) - tail)
}

/// Puts `e^x` in the place of every number.
///
/// # Example
/// ```
/// use bandwise::simulation::vector::{exp_all, ln_all};
/// let mut values = [0.0, 1.0, f64::NEG_INFINITY];
/// exp_all(&mut values);
/// assert_eq!((values[0], values[2]), (1.0, 0.0));
/// assert!((values[1] / std::f64::consts::E - 1.0).abs() < 2.3e-16);
/// ln_all(&mut values);
/// assert_eq!((values[0], values[2]), (0.0, f64::NEG_INFINITY));
/// ```
pub fn exp_all(values: &mut [f64]) {
    dispatch!(Level::new(), simd => each(simd, values, #[inline(always)] |x| exp(simd, x)));
}

/// Puts the natural logarithm in the place of every number.
pub fn ln_all(values: &mut [f64]) {
    dispatch!(Level::new(), simd => each(simd, values, #[inline(always)] |x| ln(simd, x)));
}

/// Puts the standard normal with such a share below it in the place of every share.
pub fn normal_quantile_all(values: &mut [f64]) {
    dispatch!(Level::new(), simd => normal_quantiles(simd, values));
}

/// Puts the share of a standard normal below it in the place of every number.
pub fn normal_cdf_all(values: &mut [f64]) {
    dispatch!(Level::new(), simd => each(
        simd, values, #[inline(always)] |score| normal_cdf(simd, score)
    ));
}

/// Puts the share with such log odds in the place of every number.
pub fn logistic_all(values: &mut [f64]) {
    dispatch!(Level::new(), simd => each(simd, values, #[inline(always)] |x| logistic(simd, x)));
}

/// What one of these functions makes of one number.
pub fn one(of: impl Fn(&mut [f64]), value: f64) -> f64 {
    let mut values = [value];
    of(&mut values);
    values[0]
}

/// Puts what a function makes of it in the place of every number.
#[inline(always)]
pub fn each<S: Simd>(simd: S, values: &mut [f64], of: impl Fn(f64x8<S>) -> f64x8<S>) {
    for values in values.chunks_mut(LANES) {
        store(of(load(simd, values)), values);
    }
}

/// The first eight numbers of a slice; zeros beyond its end.
#[inline(always)]
pub fn load<S: Simd>(simd: S, values: &[f64]) -> f64x8<S> {
    if let Some((values, _)) = values.split_at_checked(LANES) {
        f64x8::from_slice(simd, values)
    } else {
        let mut padded = [0.0; LANES];
        padded[..values.len()].copy_from_slice(values);
        f64x8::from_slice(simd, &padded)
    }
}

/// Puts the numbers of a vector into the first eight places of a slice, or as many as it has.
#[inline(always)]
pub fn store<S: Simd>(vector: f64x8<S>, into: &mut [f64]) {
    if let Some((into, _)) = into.split_at_mut_checked(LANES) {
        vector.store_slice(into);
    } else {
        let values = vector.to_array();
        let n = into.len();
        into.copy_from_slice(&values[..n]);
    }
}

impl<S: Simd> Real for f64x8<S> {
    #[inline(always)]
    fn constant(self, value: f64) -> Self {
        f64x8::splat(self.token(), value)
    }

    #[inline(always)]
    fn exp(self) -> Self {
        exp(self.token(), self)
    }

    #[inline(always)]
    fn ln(self) -> Self {
        ln(self.token(), self)
    }

    #[inline(always)]
    fn at_least(self, least: f64) -> Self {
        let least = self.constant(least);
        self.simd_lt(least).select(least, self)
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
    use statrs::distribution::{ContinuousCDF, Normal};

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

    /// Worked out to 40 digits with mpmath.
    #[test]
    fn shares_below_normals_are_those_of_forty_digits() {
        for (score, expected) in [
            (-37.0, 5.725_571_222_524_577e-300),
            (-20.0, 2.753_624_118_606_233_7e-89),
            (-8.2, 1.201_935_154_273_585_9e-16),
            (-6.0, 9.865_876_450_376_98e-10),
            (-3.0, 0.001_349_898_031_630_094_6),
            (-1.0, 0.158_655_253_931_457_05),
            (-0.7, 0.241_963_652_223_073_03),
            (-0.66, 0.254_626_914_671_336_14),
            (-0.1, 0.460_172_162_722_971),
            (0.0, 0.5),
            (0.3, 0.617_911_422_188_952_6),
            (0.7072, 0.760_278_900_716_654_6),
            (2.0, 0.977_249_868_051_820_8),
            (5.0, 0.999_999_713_348_428_1),
            (40.0, 1.0),
            (-40.0, 0.0),
        ] {
            let found = one(normal_cdf_all, score);
            assert!(
                (found - expected).abs() <= 1e-13 * expected,
                "{score}: {found}"
            );
        }
    }

    /// Worked out to 40 digits with mpmath.
    #[test]
    fn quantiles_of_the_normal_are_those_of_forty_digits() {
        for (share, expected) in [
            (1e-300, -37.047_096_299_361_2),
            (1e-20, -9.262_340_089_798_409),
            (f64::powi(0.5, 54), -8.292_361_075_813_595),
            (1e-11, -6.706_023_155_495_136),
            (1e-5, -4.264_890_793_922_825),
            (0.01, -2.326_347_874_040_841),
            (0.075, -1.439_531_470_938_456),
            (0.3, -0.524_400_512_708_040_8),
            (0.5, 0.0),
            (0.6, 0.253_347_103_135_799_7),
            (0.925, 1.439_531_470_938_456_1),
            (0.99, 2.326_347_874_040_841),
            (1.0 - f64::powi(0.5, 53), 8.209_536_151_601_387),
            (0.0, f64::NEG_INFINITY),
            (1.0, f64::INFINITY),
        ] {
            let found = one(normal_quantile_all, share);
            let near = (found - expected).abs() <= 2e-15 * expected.abs();
            assert!(found == expected || near, "{share}: {found}");
        }
    }

    proptest! {
        /// The quantile of statrs is within 1e-14; its distribution function within 1e-10 only.
        #[test]
        fn normal_quantile_and_share_are_those_of_another_implementation(
            share in 1e-16..1.0f64,
            tail in 1e-12..0.1f64,
            score in -8.0..8.0f64,
        ) {
            let normal = Normal::standard();
            for share in [share, tail, 1.0 - tail] {
                let (found, expected) = (one(normal_quantile_all, share), normal.inverse_cdf(share));
                prop_assert!((found - expected).abs() <= 1e-13 * expected.abs().max(1e-3));
            }
            let (found, expected) = (one(normal_cdf_all, score), normal.cdf(score));
            prop_assert!((found / expected - 1.0).abs() < 1e-9, "{found} {expected}");
        }

        #[test]
        fn the_share_below_a_quantile_is_the_share(share in 1e-16..1.0f64) {
            let found = one(normal_cdf_all, one(normal_quantile_all, share));
            prop_assert!((found / share - 1.0).abs() < 1e-13, "{found} {share}");
        }

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
                |level, values: &mut [f64]| dispatch!(
                    level, simd => normal_quantiles(simd, values)
                ),
                |level, values: &mut [f64]| dispatch!(
                    level, simd => each(simd, values, #[inline(always)] |x| normal_cdf(simd, x))
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
