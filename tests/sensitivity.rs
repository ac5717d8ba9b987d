//! Sobol indices against functions whose indices are known, and against SALib; and those of scenarios
//! against brute force.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]
#![expect(clippy::print_stderr, reason = "a skipped test says what it skipped")]

use std::f64::consts::PI;
use std::fmt::Write as _;
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use bandwise::data::scenario::Names;
use bandwise::data::{Scenario, World};
use bandwise::domain::{Band, Distribution, Learning};
use bandwise::report::csv;
use bandwise::report::sensitivity::rows;
use bandwise::simulation::quantile::transform;
use bandwise::simulation::sensitivity::{
    FactorSensitivity, LUCK, Origin, Outcome, Part, Sensitivity, sensitivity,
};
use bandwise::simulation::sobol::{Design, Evaluations, Factor, Indices, Luck, Point, SobolError};
use bandwise::simulation::{DrawOutcomes, NoObserver, Prepared, on_threads, prepare, run, stream};
use nalgebra::{DMatrix, DVector};
use statrs::distribution::{ContinuousCDF, Normal};

/// The uniform that a standard normal score stands for.
fn phi(z: f64) -> f64 {
    Normal::standard().cdf(z)
}

/// A design of inputs `x0`, `x1`, ... that all enter all outputs, each a factor of its own.
fn design<const K: usize>(mean: &[f64], covariance: &DMatrix<f64>) -> Design<K> {
    let names: Vec<String> = (0..mean.len()).map(|input| format!("x{input}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let factors: Vec<Factor> = names
        .iter()
        .enumerate()
        .map(|(input, name)| Factor::of(name, &[input]))
        .collect();
    let enters = vec![[true; K]; mean.len()];
    let mean = DVector::from_row_slice(mean);
    Design::new(&names, &mean, covariance, &enters, [false; K], &factors).unwrap()
}

fn independent<const K: usize>(d: usize) -> Design<K> {
    design(&vec![0.0; d], &DMatrix::identity(d, d))
}

/// Evaluates functions of the normal scores.
fn evaluate<const K: usize>(
    design: &Design<K>,
    seed: u64,
    rows: u32,
    outputs: impl Fn(&[f64]) -> [f64; K] + Sync,
) -> Evaluations<K> {
    let each = |_: Range<u32>, points: &[Point<'_, K>]| -> Vec<[f64; K]> {
        points.iter().map(|point| outputs(point.z)).collect()
    };
    design.evaluate(seed, rows, &each, &NoObserver).unwrap()
}

/// The indices of every factor for the first output.
fn of_first_output<const K: usize>(evaluations: &Evaluations<K>, seed: u64) -> Vec<Indices> {
    let all = evaluations.indices(seed);
    all.iter().map(|indices| indices[0].unwrap()).collect()
}

/// Each index within four of its own standard errors, and these below a bound.
fn agree(found: &[Indices], first: &[f64], total: &[f64], most: f64) {
    assert_eq!(found.len(), first.len());
    for (input, indices) in found.iter().enumerate() {
        for (what, index, expected) in [
            ("first order", indices.first, first[input]),
            ("total", indices.total, total[input]),
        ] {
            let interval = index.interval.unwrap();
            let error = interval.standard_error;
            assert!(
                error <= most && (index.value - expected).abs() <= 4.0 * error + 1e-12,
                "{what} of input {input}: {} +- {error} is not {expected}",
                index.value
            );
            assert!(interval.p05 <= interval.p95);
        }
    }
}

fn ishigami(z: &[f64]) -> f64 {
    let x: Vec<f64> = z.iter().map(|&z| -PI + 2.0 * PI * phi(z)).collect();
    x[0].sin() + 7.0 * x[1].sin().powi(2) + 0.1 * x[2].powi(4) * x[0].sin()
}

/// Ishigami and Homma 1990 with a = 7, b = 0.1. By hand: V1 = (1 + b pi^4 / 5)^2 / 2, V2 = a^2 / 8,
/// V13 = b^2 pi^8 (1/18 - 1/50), V = V1 + V2 + V13; S = V1/V, V2/V, 0; T = (V1 + V13)/V, V2/V, V13/V.
#[test]
fn the_indices_of_the_ishigami_function_are_found() {
    let v1 = 0.5 * (1.0 + 0.1 * PI.powi(4) / 5.0).powi(2);
    let v2 = 49.0 / 8.0;
    let v13 = 0.01 * PI.powi(8) * (1.0 / 18.0 - 1.0 / 50.0);
    let v = v1 + v2 + v13;
    // As published: 0.3139, 0.4424, 0 and 0.5576, 0.4424, 0.2437.
    assert!((v1 / v - 0.3139).abs() < 5e-5 && ((v1 + v13) / v - 0.5576).abs() < 5e-5);
    let found = evaluate(&independent(3), 3, 8_192, |z| [ishigami(z)]);
    agree(
        &of_first_output(&found, 3),
        &[v1 / v, v2 / v, 0.0],
        &[(v1 + v13) / v, v2 / v, v13 / v],
        0.025,
    );
}

/// Sobol's g function, the product of `(|4 x - 2| + a) / (1 + a)` over uniform inputs. By hand: each
/// factor has mean 1 and variance `V_i = 1 / (3 (1 + a_i)^2)`; `V = prod(1 + V_i) - 1`, `S_i = V_i / V`,
/// `T_i = V_i prod_{j != i}(1 + V_j) / V`.
#[test]
fn the_indices_of_the_sobol_g_function_are_found() {
    let a = [0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0];
    let of_each = a.map(|a: f64| 1.0 / (3.0 * (1.0 + a).powi(2)));
    let product: f64 = of_each.iter().map(|v| 1.0 + v).product();
    let first = of_each.map(|v| v / (product - 1.0));
    let total = of_each.map(|v| v * product / (1.0 + v) / (product - 1.0));
    // As published: 0.7162, 0.1790, 0.0237 and 0.7871, 0.2422, 0.0343.
    for (found, published) in first.into_iter().zip([0.7162, 0.1790, 0.0237]) {
        assert!((found - published).abs() < 1e-4, "{found}");
    }
    for (found, published) in total.into_iter().zip([0.7871, 0.2422, 0.0343]) {
        assert!((found - published).abs() < 1e-4, "{found}");
    }
    let g = |z: &[f64]| {
        let factors = z.iter().zip(a);
        let product: f64 = factors
            .map(|(&z, a)| ((4.0 * phi(z) - 2.0).abs() + a) / (1.0 + a))
            .product();
        [product]
    };
    let found = evaluate(&independent(8), 4, 8_192, g);
    agree(&of_first_output(&found, 4), &first, &total, 0.03);
}

/// Kucherenko, Tarantola and Annoni 2012, first test: `Y = X1 + X2 + X3`, spreads 1, 1, 2, correlation
/// `r` of the last two. By hand: `V = 2 + 4 + 4 r`; `S = 1, (1 + 2 r)^2, (2 + r)^2` and `T = 1, 1 - r^2,
/// 4 (1 - r^2)`, all over `V`. With r = 0.5 the first-order indices exceed the total ones and add up to
/// more than one; with r = -0.8 they add to one.
#[test]
fn a_sum_of_correlated_inputs_has_the_indices_worked_out_by_hand() {
    for r in [0.5f64, -0.8] {
        let covariance =
            DMatrix::from_row_slice(3, 3, &[1.0, 0.0, 0.0, 0.0, 1.0, 2.0 * r, 0.0, 2.0 * r, 4.0]);
        let v = 6.0 + 4.0 * r;
        let first = [1.0, (1.0 + 2.0 * r).powi(2), (2.0 + r).powi(2)].map(|s| s / v);
        let total = [1.0, 1.0 - r * r, 4.0 * (1.0 - r * r)].map(|t| t / v);
        let design = design(&[5.0, -1.0, 2.0], &covariance);
        let found = evaluate(&design, 5, 8_192, |z| [z.iter().sum()]);
        agree(&of_first_output(&found, 5), &first, &total, 0.03);
    }
}

/// The same paper, its portfolio `Y = X1 X3 + X2 X4`: means 0, 0, 250, 400, variances 16, 4, 40,000,
/// 90,000, covariances 2.4 of the first pair and -18,000 of the second. By hand: `V = 16 (40,000 +
/// 250^2) + 4 (90,000 + 400^2) + 2 x 2.4 (-18,000 + 250 x 400) = 3,033,600`; `V S = 16 (250 + 0.15 x
/// 400)^2, 4 (400 + 0.6 x 250)^2, 0, 0`; `V T = 16 x 0.91 x 102,500, 4 x 0.91 x 250,000, 40,000 x 0.91 x
/// 16, 90,000 x 0.91 x 4`. As published: 0.507, 0.399, 0, 0 and 0.492, 0.300, 0.192, 0.108.
#[test]
fn products_of_correlated_inputs_have_the_published_indices() {
    let mut covariance = DMatrix::from_diagonal(&DVector::from_row_slice(&[16.0, 4.0, 4e4, 9e4]));
    for (i, j, value) in [(0, 1, 2.4), (2, 3, -1.8e4)] {
        covariance[(i, j)] = value;
        covariance[(j, i)] = value;
    }
    let v = 3_033_600.0f64;
    let first = [1_537_600.0 / v, 1_210_000.0 / v, 0.0, 0.0];
    let total = [1_492_400.0 / v, 910_000.0 / v, 582_400.0 / v, 327_600.0 / v];
    for (found, published) in first.into_iter().zip([0.507, 0.399]) {
        assert!((found - published).abs() < 5e-4, "{found}");
    }
    for (found, published) in total.into_iter().zip([0.492, 0.300, 0.192, 0.108]) {
        assert!((found - published).abs() < 5e-4, "{found}");
    }
    let design = design(&[0.0, 0.0, 250.0, 400.0], &covariance);
    let found = evaluate(&design, 6, 8_192, |z| [z[0] * z[2] + z[1] * z[3]]);
    agree(&of_first_output(&found, 6), &first, &total, 0.03);
}

/// The sum above with r = 0.5 (`V = 8`), the last two inputs as one group: independent of the first,
/// so 7/8 both ways; the first and the second as one: `(Ca)_G = (1, 2)`, `C_GG` the identity, so first
/// order 5/8; what is left of them given the third: `1 + 1 - r^2 = 1.75`, so total 1.75/8. And luck of
/// variance 8 on top of all halves everything.
#[test]
fn groups_and_luck_are_factors_like_others() {
    let covariance = DMatrix::from_row_slice(3, 3, &[1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 4.0]);
    let factors = [
        Factor::of("pair", &[1, 2]),
        Factor::of("across", &[0, 1]),
        Factor::luck("luck"),
        Factor {
            luck: true,
            ..Factor::of("x0 and luck", &[0])
        },
    ];
    let design = Design::new(
        &["x0", "x1", "x2"],
        &DVector::zeros(3),
        &covariance,
        &[[true]; 3],
        [true],
        &factors,
    )
    .unwrap();
    let with_luck = |rows: Range<u32>, points: &[Point<'_, 1>]| -> Vec<[f64; 1]> {
        assert!(points.iter().all(|point| rows.contains(&point.row)));
        points
            .iter()
            .map(|point| {
                let name = match point.luck {
                    Luck::A => "a",
                    Luck::B => "b",
                };
                let u = stream::uniform(9, stream::input_id(name), point.row);
                let luck = 8f64.sqrt() * Normal::standard().inverse_cdf(u);
                [point.z.iter().sum::<f64>() + luck]
            })
            .collect()
    };
    let found = design.evaluate(7, 8_192, &with_luck, &NoObserver).unwrap();
    // Pair and luck need one set of points each, and so does x0 with luck; the group across two.
    assert_eq!(design.points_per_row(), 2 + 1 + 2 + 1 + 1);
    agree(
        &of_first_output(&found, 7),
        &[7.0 / 16.0, 5.0 / 16.0, 0.5, 9.0 / 16.0],
        &[7.0 / 16.0, 1.75 / 16.0, 0.5, 9.0 / 16.0],
        0.03,
    );
}

#[test]
fn an_output_that_does_not_vary_or_is_not_a_number_has_no_index() {
    let outputs = |z: &[f64]| {
        let wobble = if z[0] > 0.0 { f64::EPSILON } else { 0.0 };
        let undefined = if z[1] > 2.0 { f64::NAN } else { z[1] };
        [z[0], 0.3, 1.0 + wobble, undefined]
    };
    let found = evaluate(&independent(2), 1, 1_000, outputs).indices(1);
    for of_factor in found {
        assert!(of_factor[0].is_some());
        assert_eq!(of_factor[1..], [None, None, None]);
    }
}

/// One row of fifty differs: more than a third of the resamples hold it not once.
#[test]
fn an_output_that_varies_in_too_few_rows_has_no_interval() {
    let alike = vec![[0.0]; 50];
    let mut one_differs = alike.clone();
    one_differs[17] = [1.0];
    let found = Evaluations {
        a: alike,
        b: one_differs.clone(),
        first: vec![one_differs.clone()],
        total: vec![one_differs],
    };
    let index = found.indices(1)[0][0].unwrap();
    assert_eq!((index.first.interval, index.total.interval), (None, None));
}

/// Of two correlated inputs only the first enters the output: the second has no total index and is
/// not evaluated for it, but tells of the first (`S = r^2 = 0.36`). A third does neither.
#[test]
fn what_an_input_does_not_move_is_exactly_0_and_not_evaluated() {
    let covariance = DMatrix::from_row_slice(3, 3, &[1.0, 0.6, 0.0, 0.6, 1.0, 0.0, 0.0, 0.0, 1.0]);
    let names = ["x0", "x1", "x2"];
    let factors = [0, 1, 2].map(|input| Factor::of(names[input], &[input]));
    let enters = [[true, false], [false, false], [false, true]];
    let design = Design::new(
        &names,
        &DVector::zeros(3),
        &covariance,
        &enters,
        [false; 2],
        &factors,
    );
    let design = design.unwrap();
    // A and B; two sets of points of the first input; first order of the second; one of the third.
    assert_eq!(design.points_per_row(), 2 + 2 + 1 + 1);
    let wanted_only = |_: Range<u32>, points: &[Point<'_, 2>]| -> Vec<[f64; 2]> {
        let output = |point: &Point<'_, 2>, output: usize, value: f64| {
            if point.wanted[output] {
                value
            } else {
                f64::NAN
            }
        };
        points
            .iter()
            .map(|point| [output(point, 0, point.z[0]), output(point, 1, point.z[2])])
            .collect()
    };
    let found = design
        .evaluate(2, 8_192, &wanted_only, &NoObserver)
        .unwrap();
    let indices = found.indices(2);
    let of = |factor: usize, output: usize| indices[factor][output].unwrap();
    let none = |index: bandwise::simulation::sobol::Index| {
        let interval = index.interval.unwrap();
        assert_eq!(
            (
                index.value,
                interval.standard_error,
                interval.p05,
                interval.p95
            ),
            (0.0, 0.0, 0.0, 0.0)
        );
    };
    for index in [
        of(0, 1).first,
        of(0, 1).total,
        of(1, 0).total,
        of(1, 1).first,
        of(1, 1).total,
        of(2, 0).first,
        of(2, 0).total,
    ] {
        none(index);
    }
    agree(&[of(0, 0), of(1, 0)], &[1.0, 0.36], &[0.64, 0.0], 0.03);
    agree(&[of(2, 1)], &[1.0], &[1.0], 0.03);
}

#[test]
fn threads_change_nothing_and_fewer_rows_are_the_beginning_of_more() {
    let covariance = DMatrix::from_row_slice(2, 2, &[1.0, 0.4, 0.4, 2.0]);
    let design = design(&[0.1, 0.2], &covariance);
    let work = |threads: u16, rows: u32| {
        on_threads(Some(threads), || {
            let found = evaluate(&design, 8, rows, |z| [z[0] * z[1], z[0].exp()]);
            let indices = found.indices(8);
            (found, indices)
        })
    };
    let (one, two) = (work(1, 1_000), work(2, 1_000));
    assert_eq!(one, two);
    let fewer = work(2, 300).0;
    assert_eq!(fewer.a, one.0.a[..300]);
    assert_eq!(fewer.total[1], one.0.total[1][..300]);
}

/// 90% intervals of the six indices of a correlated sum over 40 seeds: of 240, dependent within a seed,
/// 216 are expected to hold the truth; at least 80% and at most 97% must.
#[test]
fn nine_intervals_in_ten_hold_the_truth() {
    let r = 0.5f64;
    let covariance =
        DMatrix::from_row_slice(3, 3, &[1.0, 0.0, 0.0, 0.0, 1.0, 2.0 * r, 0.0, 2.0 * r, 4.0]);
    let first = [0.125, 0.5, 0.781_25];
    let total = [0.125, 0.093_75, 0.375];
    let design = design(&[0.0; 3], &covariance);
    let mut held = 0;
    for seed in 0..40 {
        let found = evaluate(&design, seed, 512, |z| [z.iter().sum()]);
        for (input, indices) in of_first_output(&found, seed).into_iter().enumerate() {
            for (index, truth) in [(indices.first, first[input]), (indices.total, total[input])] {
                let interval = index.interval.unwrap();
                held += i32::from((interval.p05..=interval.p95).contains(&truth));
            }
        }
    }
    assert!((192..=233).contains(&held), "{held} of 240");
}

#[test]
fn a_design_that_makes_no_sense_is_refused() {
    let covariance = DMatrix::from_row_slice(2, 2, &[1.0, 2.0, 2.0, 1.0]);
    let refused = |covariance: &DMatrix<f64>, d: usize, factors: &[Factor]| {
        let mean = DVector::zeros(d);
        let design = Design::new(
            &["p", "q"],
            &mean,
            covariance,
            &[[true]; 2],
            [false],
            factors,
        );
        design.unwrap_err().to_string()
    };
    let identity = DMatrix::identity(2, 2);
    assert_eq!(
        refused(&covariance, 2, &[]),
        "the covariance of the inputs is not symmetric and positive definite"
    );
    assert_eq!(
        refused(&identity, 3, &[]),
        "mean: 3 where there are 2 inputs"
    );
    for inputs in [&[][..], &[2], &[0, 0]] {
        assert_eq!(
            refused(&identity, 2, &[Factor::of("f", inputs)]),
            "factor f: it needs inputs among positions 0 to 1, each once, or luck"
        );
    }
    let none = independent::<1>(1).evaluate(1, 0, &|_, _| Vec::new(), &NoObserver);
    assert_eq!(none.unwrap_err(), SobolError::NoRows);
}

/// SALib's `sobol.analyze` on the same draws gives the same indices to 1e-9, for outputs far from 0 and
/// one that some inputs do not enter. `BANDWISE_PEERS` names a Python that has SALib (`tests/peers/`).
#[test]
fn salib_finds_the_same_indices_on_the_same_draws() {
    let Some(python) = std::env::var_os("BANDWISE_PEERS") else {
        eprintln!("skipped: BANDWISE_PEERS names no Python with SALib");
        return;
    };
    let outputs = ["ishigami", "shifted", "rare", "of_two"];
    let found = evaluate(&independent(3), 11, 2_000, |z| {
        let y = ishigami(z);
        [y, 1e6 + 10.0 * y, f64::from(u8::from(y > 9.0)), z[0] * z[1]]
    });
    let folder = tempfile::tempdir().unwrap();
    let (evaluations, indices) = (
        folder.path().join("evaluations.csv"),
        folder.path().join("indices.csv"),
    );
    fs::write(&evaluations, evaluations_csv(&found, &outputs)).unwrap();
    fs::write(&indices, indices_csv(&found.indices(11), &outputs)).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/check_sensitivity.py");
    let check = Command::new(&python)
        .arg(&script)
        .args([&evaluations, &indices])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&check.stdout);
    let complained = String::from_utf8_lossy(&check.stderr);
    assert!(check.status.success(), "{said}{complained}");
    assert!(said.contains("24 indices agree"), "{said}");

    // The check can fail: another number is found out.
    let other =
        fs::read_to_string(&indices)
            .unwrap()
            .replacen("x1,ishigami,0.", "x1,ishigami,1.", 1);
    fs::write(&indices, other).unwrap();
    let check = Command::new(&python)
        .arg(&script)
        .args([&evaluations, &indices])
        .output()
        .unwrap();
    assert!(!check.status.success());
}

fn evaluations_csv<const K: usize>(found: &Evaluations<K>, outputs: &[&str; K]) -> String {
    let mut text = format!("block,row,{}\n", outputs.join(","));
    let blocks = [("A".to_owned(), &found.a), ("B".to_owned(), &found.b)];
    let of_factors = found.first.iter().enumerate();
    let of_factors = of_factors.map(|(factor, set)| (format!("AB_x{factor}"), set));
    for (block, set) in blocks.into_iter().chain(of_factors) {
        for (row, values) in set.iter().enumerate() {
            let values: Vec<String> = values.iter().map(|value| format!("{value:e}")).collect();
            writeln!(text, "{block},{row},{}", values.join(",")).unwrap();
        }
    }
    text
}

fn indices_csv<const K: usize>(found: &[[Option<Indices>; K]], outputs: &[&str; K]) -> String {
    let mut text = "factor,output,first,first_error,total,total_error\n".to_owned();
    for (factor, of_factor) in found.iter().enumerate() {
        for (output, indices) in outputs.iter().zip(of_factor) {
            let Indices { first, total } = indices.unwrap();
            let error = |index: bandwise::simulation::sobol::Index| {
                let interval = index.interval;
                interval.map_or_else(String::new, |interval| interval.standard_error.to_string())
            };
            let (of_first, of_total) = (error(first), error(total));
            let (first, total) = (first.value, total.value);
            writeln!(
                text,
                "x{factor},{output},{first},{of_first},{total},{of_total}"
            )
            .unwrap();
        }
    }
    text
}

/// `x0 + x1`, sds 1 and 2, correlation 0.5: with `x0` held at `-c` and `c` of its sds the mean is `mean -+ c
/// (1 + 0.5 x 2)`; with `x1`, `c (2 + 0.5)`. A third input depends on nothing and enters nothing.
#[test]
fn an_input_is_held_and_the_others_are_as_they_are_then() {
    let covariance = DMatrix::from_row_slice(3, 3, &[1.0, 1.0, 0.0, 1.0, 4.0, 0.0, 0.0, 0.0, 1.0]);
    let factors = [0, 1, 2].map(|input| Factor::of("x", &[input]));
    let both = Factor::of("both", &[0, 1]);
    let factors = [factors.as_slice(), &[both]].concat();
    let mean = DVector::from_row_slice(&[5.0, -2.0, 0.0]);
    let enters = [[true], [true], [false]];
    let names = ["x0", "x1", "x2"];
    let design = Design::new(&names, &mean, &covariance, &enters, [false], &factors).unwrap();
    let sum = |_: Range<u32>, points: &[Point<'_, 1>]| -> Vec<[f64; 1]> {
        points.iter().map(|p| [p.z[0] + p.z[1]]).collect()
    };
    let found = design.evaluate(3, 200, &sum, &NoObserver).unwrap();
    let c = 1.28;
    assert_eq!(design.held_per_row(), 4);
    let held = design.held(3, [-c, c], &found.a, &sum, &NoObserver);
    let means = |held: &[Vec<[f64; 1]>; 2]| {
        held.each_ref()
            .map(|end| end.iter().map(|y| y[0]).sum::<f64>() / 200.0)
    };
    for (input, step) in [(0, c * 2.0), (1, c * 2.5)] {
        let [low, high] = means(held[input].as_ref().unwrap());
        // The same residuals at both ends: the swing has no error.
        assert!((high - low - 2.0 * step).abs() < 1e-12);
        assert!((f64::midpoint(low, high) - 3.0).abs() < 0.5);
    }
    assert_eq!(
        held[2].as_ref().unwrap(),
        &[found.a.clone(), found.a.clone()]
    );
    assert_eq!(held[3], None);
}

fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| World::embedded(None).unwrap())
}

/// A built-in scenario with so many draws.
fn scenario(key: &str, draws: u32, learning: Learning) -> Scenario {
    let mut scenario = Scenario::load(key, &Names::of(&world().assumptions)).unwrap();
    scenario.draws = draws;
    scenario.learning = learning;
    scenario
}

fn split(scenario: &Scenario, rows: u32) -> (Prepared, DrawOutcomes, Sensitivity) {
    let prepared = prepare(scenario, world()).unwrap();
    let outcomes = run(&prepared, &NoObserver);
    let found = sensitivity(&prepared, &outcomes, rows, &NoObserver).unwrap();
    (prepared, outcomes, found)
}

fn of<'a>(found: &'a Sensitivity, outcome: Outcome, input: &str) -> &'a FactorSensitivity {
    let of = found.outcomes.iter().find(|of| of.outcome == outcome);
    let factors = &of.unwrap().factors;
    factors.iter().find(|factor| factor.name == input).unwrap()
}

/// The first-order index by brute force: the variance of the means within 50 slices of the draws by an
/// input, less what chance alone gives them, over the variance of all; each draw by its weight.
fn nested(outcomes: &DrawOutcomes, input: usize) -> f64 {
    let vote = outcomes.vote.as_ref().unwrap();
    let weights = vote.weights.values();
    let mut order: Vec<usize> = (0..outcomes.len()).collect();
    order.sort_by(|&a, &b| outcomes.inputs[input][a].total_cmp(&outcomes.inputs[input][b]));
    let moments = |draws: &[usize]| {
        let sum: f64 = draws.iter().map(|&draw| weights[draw]).sum();
        let squares: f64 = draws.iter().map(|&draw| weights[draw].powi(2)).sum();
        let weighted = |of: &dyn Fn(f64) -> f64| {
            let terms = draws
                .iter()
                .map(|&draw| weights[draw] * of(vote.yes_share[draw]));
            terms.sum::<f64>() / sum
        };
        let mean = weighted(&|y| y);
        (
            sum,
            mean,
            weighted(&|y| (y - mean).powi(2)),
            squares / (sum * sum),
        )
    };
    let (all, middle, variance, _) = moments(&order);
    let slices = order.chunks(order.len() / 50);
    let between: f64 = slices
        .map(|slice| {
            let (sum, mean, within, of_mean) = moments(slice);
            sum / all * ((mean - middle).powi(2) - within * of_mean)
        })
        .sum();
    between / variance
}

#[test]
fn first_order_indices_are_those_of_brute_force() {
    for learning in [Learning::PriorsOnly, Learning::default()] {
        let (prepared, outcomes, found) = split(&scenario("gentle-efgh", 20_000, learning), 2_048);
        for input in ["kappa", "mood", "pi", "turnout_shift"] {
            let expected = nested(&outcomes, prepared.inputs.position(input));
            let index = of(&found, Outcome::YesShare, input).indices.unwrap().first;
            let error = index.interval.unwrap().standard_error;
            // Some 0.01 for the error of brute force, and for the normal that stands in for the draws.
            assert!(
                error < 0.03 && (index.value - expected).abs() < 3.0 * error + 0.01,
                "{input}: {} +- {error}, by brute force {expected}",
                index.value
            );
        }
    }
}

#[test]
fn what_money_alone_depends_on_has_no_part_in_winning() {
    let (_, _, found) = split(
        &scenario("williamson-2018", 2_000, Learning::default()),
        256,
    );
    assert_eq!(found.outcomes.len(), 4);
    for input in ["collection_d_e", "challenges", "rebill_cost", "take_up"] {
        for outcome in [Outcome::Win, Outcome::YesShare] {
            let factor = of(&found, outcome, input);
            let indices = factor.indices.unwrap();
            assert_eq!((indices.first.value, indices.total.value), (0.0, 0.0));
            let ends = factor.ends.unwrap();
            assert_eq!((ends.swing, ends.swing_error), (0.0, 0.0));
            let part = if input == "take_up" {
                Part::OfNone
            } else {
                Part::NotOfThis
            };
            assert_eq!(factor.part, part);
        }
    }
    for input in ["kappa", LUCK] {
        let indices = of(&found, Outcome::Collected, input).indices.unwrap();
        assert_eq!((indices.first.value, indices.total.value), (0.0, 0.0));
    }
    // Clearly more than nothing where they do enter.
    assert!(
        of(&found, Outcome::Collected, "collection_d_e")
            .indices
            .unwrap()
            .total
            .value
            > 0.3
    );
    assert!(
        of(&found, Outcome::Win, "kappa")
            .indices
            .unwrap()
            .total
            .value
            > 0.3
    );
}

#[test]
fn first_order_indices_of_independent_inputs_do_not_add_to_more_than_all() {
    let (_, _, found) = split(&scenario("uniform-15", 300, Learning::PriorsOnly), 1_024);
    assert_eq!(found.origin, Origin::FirstBelieved);
    for of in &found.outcomes {
        let firsts = of
            .factors
            .iter()
            .map(|factor| factor.indices.unwrap().first);
        let (sum, square) = firsts.fold((0.0, 0.0), |(sum, square), index| {
            let error = index.interval.unwrap().standard_error;
            (sum + index.value, square + error * error)
        });
        assert!(
            sum <= 1.0 + 3.0 * f64::sqrt(square),
            "{:?}: {sum}",
            of.outcome
        );
    }
}

#[test]
fn without_a_vote_there_is_only_the_money() {
    let (_, _, found) = split(
        &scenario("westminster-band-h", 300, Learning::default()),
        256,
    );
    assert_eq!((found.origin, found.win), (Origin::NoVote, None));
    assert_eq!(found.outcomes.len(), 1);
    let take_up = of(&found, Outcome::Collected, "take_up").indices.unwrap();
    assert!(take_up.total.value > 0.9);
    let factors = &found.outcomes[0].factors;
    assert!(
        factors
            .iter()
            .all(|factor| factor.name != LUCK && factor.name != "kappa")
    );
}

/// With collection known, what is collected falls by `own share x sum of (increment x rate)` for each unit
/// of challenges, whatever else: challenges are uniform from 0 to 3%, so from the 10th to the
/// 90th percentile by 2.4% of that. And where nothing else is uncertain, they are all of the variance.
#[test]
fn what_is_collected_answers_to_challenges_as_worked_out_by_hand() {
    let mut scenario = scenario("williamson-2018", 300, Learning::PriorsOnly);
    let rates = [
        ("collection_a_c", 0.9),
        ("collection_d_e", 0.94),
        ("collection_f_h", 0.96),
    ];
    let none = [("tapered_pension_age", 1.0), ("tapered_working_age", 0.1)];
    for (name, value) in rates.into_iter().chain(none) {
        let fixed = Distribution::Fixed(value);
        scenario.inputs.insert(name.to_owned(), fixed);
    }
    let (prepared, _, found) = split(&scenario, 256);
    let finance = &prepared.finance;
    let rate = |band: Band| match band {
        Band::A | Band::B | Band::C => 0.9,
        Band::D | Band::E => 0.94,
        _ => 0.96,
    };
    let raised: f64 = (finance.increment.iter())
        .filter(|(_, increment)| **increment > 0.0)
        .map(|(band, increment)| increment * rate(band))
        .sum();
    let expected = -0.024 * finance.own_share * raised;
    let challenges = of(&found, Outcome::Collected, "challenges");
    let ends = challenges.ends.unwrap();
    assert!((ends.input[0] - 0.003).abs() < 1e-12 && (ends.input[1] - 0.027).abs() < 1e-12);
    assert!(
        (ends.swing - expected).abs() < 1e-6 * expected.abs(),
        "{} {expected}",
        ends.swing
    );
    assert!(ends.swing_error < 1e-6);
    let indices = challenges.indices.unwrap();
    assert!((indices.total.value - 1.0).abs() < 0.15, "{indices:?}");
}

/// Inputs that are said not to enter an outcome: their lowest and their highest value give the same
/// draws of a run.
#[test]
fn what_is_said_to_move_nothing_moves_nothing() {
    for key in ["gentle-efgh", "westminster-band-h", "uniform-15"] {
        let base = scenario(key, 60, Learning::PriorsOnly);
        let (prepared, _, found) = split(&base, 64);
        let factors = found.outcomes[0].factors.iter();
        for name in factors
            .map(|factor| &factor.name)
            .filter(|name| *name != LUCK)
        {
            let idle = |outcome: &Outcome| {
                let held = found.outcomes.iter().any(|of| of.outcome == *outcome);
                held && of(&found, *outcome, name).part != Part::Enters
            };
            let idle: Vec<Outcome> = Outcome::ALL.into_iter().filter(idle).collect();
            let input = &prepared.inputs.list()[prepared.inputs.position(name)];
            let mut ends = [0.1, 0.9];
            transform(&input.distribution, &mut ends);
            let [low, high] = ends.map(|value| {
                let mut held = base.clone();
                held.inputs.insert(name.clone(), Distribution::Fixed(value));
                run(&prepare(&held, world()).unwrap(), &NoObserver)
            });
            let yes = |outcomes: &DrawOutcomes| outcomes.vote.clone().map(|vote| vote.yes_share);
            for outcome in idle {
                match outcome {
                    Outcome::Win | Outcome::YesShare => assert_eq!(yes(&low), yes(&high)),
                    Outcome::Collected => assert_eq!(low.collected, high.collected),
                    Outcome::Value => assert_eq!(low.value(), high.value()),
                }
            }
        }
    }
}

#[test]
fn threads_change_nothing_of_a_scenarios_sensitivity() {
    let scenario = scenario("gentle-efgh", 600, Learning::default());
    let table =
        |threads: u16| on_threads(Some(threads), || csv::csv(&rows(&split(&scenario, 256).2)));
    let one = table(1);
    assert_eq!(one, table(2));
    let text = String::from_utf8(one).unwrap();
    assert!(text.starts_with("outcome,unit,input,meaning,input_unit,first_order,"));
    assert!(text.contains("take_up"));
}
