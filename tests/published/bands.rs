//! Shares of homes by band, against what is published of them.

use bandwise::data::Vintage;
use bandwise::domain::{Band, ByBand, Nation};

const A_TO_C: [Band; 3] = [Band::A, Band::B, Band::C];
const A_TO_D: [Band; 4] = [Band::A, Band::B, Band::C, Band::D];
const A_TO_E: [Band; 5] = [Band::A, Band::B, Band::C, Band::D, Band::E];

fn share(homes: &ByBand<i64>, bands: &[Band]) -> f64 {
    let held: i64 = bands.iter().map(|&band| homes[band]).sum();
    held as f64 / homes.values().iter().sum::<i64>() as f64
}

/// Share of each English billing authority, with its name, highest first.
fn shares(vintage: &str, bands: &[Band]) -> Vec<(f64, &'static str)> {
    let vintage = Vintage::held(Some(vintage)).unwrap();
    let mut shares: Vec<(f64, &str)> = vintage
        .authorities
        .iter()
        .filter(|row| row.authority.code.nation() == Nation::England)
        .map(|row| (share(&row.dwellings(), bands), row.authority.name.as_str()))
        .collect();
    shares.sort_by(|a, b| b.0.total_cmp(&a.0));
    shares
}

fn england(vintage: &str) -> ByBand<i64> {
    let vintage = Vintage::held(Some(vintage)).unwrap();
    ByBand::from_fn(|band| {
        vintage
            .authorities
            .iter()
            .filter(|row| row.authority.code.nation() == Nation::England)
            .map(|row| row.dwellings()[band])
            .sum()
    })
}

fn in_percent(share: f64) -> String {
    format!("{:.2}", 100.0 * share)
}

/// Published of 31 March 2024: 80.9% of England's homes in A to D, 90.7% in A to E. The list of 2024
/// is not held; those of 2023 (80.92 and 90.68) and 2025 (80.82 and 90.64) lie on either side of it,
/// and new homes move the shares by 0.05 points a year (they are dearer than the mean). The figures
/// of 2024 lie between them, to the rounding of a tenth.
#[test]
fn four_fifths_of_englands_homes_are_in_a_to_d_and_nine_tenths_in_a_to_e() {
    let (before, after) = (england("2023-24"), england("2026-27"));
    assert_eq!(in_percent(share(&before, &A_TO_D)), "80.92");
    assert_eq!(in_percent(share(&after, &A_TO_D)), "80.82");
    assert_eq!(in_percent(share(&before, &A_TO_E)), "90.68");
    assert_eq!(in_percent(share(&after, &A_TO_E)), "90.64");
    for (bands, published) in [(A_TO_D.as_slice(), 0.809), (A_TO_E.as_slice(), 0.907)] {
        let (highest, lowest) = (share(&before, bands), share(&after, bands));
        let rounding = 0.000_5;
        assert!(lowest - rounding <= published && published <= highest + rounding);
    }
}

/// Few councils could freeze 85% of homes by freezing bands A to C: 41 on the list of 2023, 40 on
/// that of 2025; the medians are 65.6% and 65.5%.
#[test]
fn only_40_councils_have_85_percent_of_homes_in_bands_a_to_c() {
    for (vintage, count, median) in [("2023-24", 41, 0.656), ("2026-27", 40, 0.655)] {
        let shares = shares(vintage, &A_TO_C);
        assert_eq!(shares.len(), 296);
        assert_eq!(
            shares.iter().filter(|(share, _)| *share >= 0.85).count(),
            count
        );
        let middle = f64::midpoint(shares[147].0, shares[148].0);
        assert!((middle - median).abs() < 0.001, "{middle}");
    }
}

/// Why 41 became 40: Middlesbrough fell from 85.04% to 84.75%; nobody else crossed the line.
#[test]
fn middlesbrough_is_the_one_that_left() {
    let over = |vintage: &str| -> Vec<&str> {
        let mut names: Vec<&str> = shares(vintage, &A_TO_C)
            .into_iter()
            .filter(|(share, _)| *share >= 0.85)
            .map(|(_, name)| name)
            .collect();
        names.sort_unstable();
        names
    };
    let (before, after) = (over("2023-24"), over("2026-27"));
    let left: Vec<_> = before.iter().filter(|name| !after.contains(name)).collect();
    let came: Vec<_> = after.iter().filter(|name| !before.contains(name)).collect();
    assert_eq!(left, [&"Middlesbrough"]);
    assert!(came.is_empty(), "{came:?}");
    let of = |vintage: &str| {
        let row = Vintage::held(Some(vintage)).unwrap();
        in_percent(share(
            &row.find("Middlesbrough").unwrap().dwellings(),
            &A_TO_C,
        ))
    };
    assert_eq!([of("2023-24"), of("2026-27")], ["85.04", "84.75"]);
}

/// Brighton and Hove's plan of 2014 to freeze A to D: 85.5% of its homes (2023; 85.6% in 2025).
#[test]
fn bands_a_to_d_hold_85_5_percent_of_brightons_homes() {
    let of = |vintage: &str| {
        let row = Vintage::held(Some(vintage)).unwrap();
        let homes = row.find("Brighton & Hove").unwrap().dwellings();
        format!("{:.1}", 100.0 * share(&homes, &A_TO_D))
    };
    assert_eq!([of("2023-24"), of("2026-27")], ["85.5", "85.6"]);
}
