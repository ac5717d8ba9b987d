//! Official totals, with their tolerance; residuals explained.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod bands;
mod reforms;
mod values;

use bandwise::data::cells::rows_by_plain_loops;
use bandwise::data::small_areas::small_areas;
use bandwise::data::{Assumptions, AuthorityRecord, CheckLine, Law, Vintage, World, cells, check};
use bandwise::domain::{AreaKind, AuthorityClass, Band, Detail, Pence, Share};

fn all_agree(lines: &[CheckLine]) {
    for line in lines {
        assert!(
            line.agrees,
            "{}: {} of {}; {}",
            line.what, line.sum, line.published, line.note
        );
    }
}

/// VOA: England had 25.75m dwellings on 31 March 2025 and Wales 1.49m; MHCLG: a tax base of 19.83m
/// band D equivalents in October 2025 and a mean area band D of £2,390.59 in 2026-27.
#[test]
fn every_published_total_of_2026_27_is_reproduced() {
    let vintage = Vintage::held(Some("2026-27")).unwrap();
    assert_eq!(vintage.authorities.len(), 296 + 22);
    let lines = check(vintage, &Law::embedded().unwrap()).unwrap();
    all_agree(&lines);
}

/// What is worked out from 2023-24 and the principles comes to what is published of 2026-27:
/// Derbyshire fire £98.41, Derby's own £1,898.99 of £2,306.00, and the Greater London Authority's
/// £510.51 leaves 20 London boroughs within 2p of the most that they
/// could take without a vote in three years.
#[test]
fn the_split_of_2026_27_meets_the_amounts_that_are_published() {
    let vintage = Vintage::held(Some("2026-27")).unwrap();
    let derby = vintage.find("Derby").unwrap().levels;
    let amounts = [derby.own, derby.police, derby.fire, derby.area].map(Pence::pounds);
    assert_eq!(amounts, [1898.99, 308.60, 98.41, 2306.00]);
    let law = Law::embedded().unwrap();
    let before = Vintage::held(Some("2023-24")).unwrap();
    let most = |name: &str| {
        let record = before.find(name).unwrap();
        ["2024-25", "2025-26", "2026-27"]
            .iter()
            .fold(record.levels.own, |amount, year| {
                let year = year.parse().unwrap();
                let limit = law.principle(&record.authority, year).unwrap().limit;
                limit.largest_amount_without_vote(amount).unwrap()
            })
    };
    let at_most = vintage
        .authorities
        .iter()
        .filter(|row| row.authority.code.as_str().starts_with("E09"))
        .filter(|row| (row.levels.own - most(&row.authority.name)).pence().abs() <= 2)
        .count();
    assert!(at_most >= 20, "{at_most} boroughs");
}

/// Preceptors: the billing authorities' tax bases add to theirs, and their amounts stand on every
/// bill; Bedfordshire's police precept on three, Derbyshire County Council on eight.
#[test]
fn preceptors_are_the_sum_of_their_billing_authorities() {
    let vintage = Vintage::held(Some("2023-24")).unwrap();
    for (name, areas, base) in [
        ("Bedfordshire Police", 3, 228_807.5),
        ("Derbyshire", 8, 261_141.2),
        ("Avon Fire", 4, 380_974.0),
        ("West Midlands Police", 7, 737_707.3),
    ] {
        let proposer = vintage.proposer(name).unwrap();
        assert_eq!(proposer.areas.len(), areas, "{name}");
        let sum = proposer.record.tax_base.tax_base_for_setting;
        assert!((sum - base).abs() < 1.0, "{name}: {sum}");
    }
}

/// VOA: England had 25,346,852 dwellings on 31 March 2023; DLUHC: a tax base for setting of
/// 18,749,055 band D equivalents in 2023-24 and a mean area band D of £2,065; every split adds up.
#[test]
fn every_published_total_is_reproduced() {
    let vintage = Vintage::held(Some("2023-24")).unwrap();
    let lines = check(vintage, &Law::embedded().unwrap()).unwrap();
    assert_eq!(lines.len(), 11);
    all_agree(&lines);
}

/// A wrong figure is seen: 600 dwellings more (the total is printed to the accuracy of its counts), 2p more on a bill, 0.2 on a tax base.
#[test]
fn a_wrong_figure_is_seen() {
    let law = Law::embedded().unwrap();
    let differing = |change: &dyn Fn(&mut Vintage)| {
        let mut vintage = Vintage::held(Some("2023-24")).unwrap().clone();
        change(&mut vintage);
        check(&vintage, &law)
            .unwrap()
            .iter()
            .filter(|line| !line.agrees)
            .count()
    };
    assert_eq!(differing(&|_| ()), 0);
    assert_eq!(
        differing(&|v| v.authorities[14].bands[Band::A].dwellings += 600),
        1
    );
    let penny = Pence::from_pence(2);
    assert_eq!(differing(&|v| v.authorities[14].levels.police += penny), 1);
    // A police amount of its own on one bill: the sum of the bill, and the area of the police.
    let pound = Pence::from_pence(100);
    assert_eq!(differing(&|v| v.authorities[14].levels.police += pound), 2);
    assert!(differing(&|v| v.authorities[14].tax_base.tax_base_for_setting += 0.2) >= 1);
    assert!(differing(&|v| v.authorities[14].tax_base.return_band_a_disabled += 1.1) >= 1);
}

/// VOA, 31 March 2023: 85.3% of Derby's dwellings are in bands A to C.
#[test]
fn bands_a_to_c_hold_85_3_percent_of_derbys_dwellings() {
    let vintage = Vintage::held(Some("2023-24")).unwrap();
    let homes = vintage.find("Derby").unwrap().dwellings();
    let frozen = homes[Band::A] + homes[Band::B] + homes[Band::C];
    let total: i64 = homes.values().iter().sum();
    assert_eq!((frozen, total), (96_420, 113_100));
    assert_eq!(
        format!("{:.1}", 100.0 * Share::of(frozen, total).unwrap().value()),
        "85.3"
    );
}

/// The cells of an authority add up to the published homes of each band and to the published tax
/// base for setting, to the unit.
fn add_up(chosen: impl Fn(&AuthorityRecord) -> bool) -> usize {
    let world = World::embedded(Some("2023-24")).unwrap();
    let records: Vec<_> = world
        .vintage
        .authorities
        .iter()
        .filter(|row| chosen(row))
        .collect();
    for record in &records {
        let base = record.base_by_band(&world.law);
        let wards = small_areas(&record.authority.code, AreaKind::Ward).unwrap();
        let by = (Detail::Areas(AreaKind::Ward), wards.as_slice());
        let (cells, _) = cells(record, &base, by, &world.assumptions).unwrap();
        assert_eq!(cells.wards().len(), wards.len());
        assert_eq!(
            cells.dwellings(),
            record.dwellings(),
            "{}",
            record.authority.name
        );
        assert_eq!(
            cells.tax_base_thousandths(),
            base.thousandths,
            "{}",
            record.authority.name
        );
    }
    records.len()
}

#[test]
fn the_cells_of_all_164_shire_districts_add_up_to_their_published_rows() {
    assert_eq!(
        add_up(|row| row.authority.class == AuthorityClass::ShireDistrict),
        164
    );
}

#[test]
fn the_cells_of_the_132_other_authorities_add_up_to_their_published_rows() {
    assert_eq!(
        add_up(|row| row.authority.class != AuthorityClass::ShireDistrict),
        132
    );
}

/// The Polars pipeline and plain loops come to the same cells, with wards and without.
#[test]
fn the_pipeline_and_plain_loops_build_the_same_cells() {
    let world = World::embedded(Some("2023-24")).unwrap();
    for name in [
        "Derby",
        "City of London",
        "Birmingham",
        "Rushmoor",
        "Isles of Scilly",
    ] {
        let record = world.vintage.find(name).unwrap();
        let base = record.base_by_band(&world.law);
        for kind in AreaKind::ALL {
            let areas = small_areas(&record.authority.code, kind).unwrap();
            let by = (Detail::Areas(kind), areas.as_slice());
            let (cells, _) = cells(record, &base, by, &world.assumptions).unwrap();
            let plain = rows_by_plain_loops(record, &base, &areas, &world.assumptions);
            assert_eq!(cells.rows(), plain, "{name}");
        }
    }
}

/// Derby's return of October 2022 had 39,746 single adult discounts on 112,745 listed dwellings;
/// scaled to 113,100 dwellings that is 39,871 (the 62 on band A homes at 5/9 stand in the return's
/// own column and are left out here).
#[test]
fn discounts_keep_the_rates_of_the_return() {
    let world = World::embedded(Some("2023-24")).unwrap();
    let record = world.vintage.find("Derby").unwrap();
    let base = record.base_by_band(&world.law);
    let one_area = (Detail::Authority, [].as_slice());
    let (cells, _) = cells(record, &base, one_area, &Assumptions::embedded().unwrap()).unwrap();
    let single: i64 = cells
        .rows()
        .iter()
        .filter(|cell| cell.liability == bandwise::domain::Liability::SingleAdult)
        .map(|cell| cell.dwellings)
        .sum();
    let listed: i64 = record
        .bands
        .values()
        .iter()
        .map(|band| band.single_adult)
        .sum();
    assert_eq!(listed, 39_692);
    let scaled = listed as f64 * 113_100.0 / 112_745.0;
    assert!(
        (single as f64 - scaled).abs() < 15.0,
        "{single} is not about {scaled:.0}"
    );
}

/// Where the bands of the return do not add to its published total, the difference is wholly the
/// band A homes charged at 5/9 and contributions in lieu: nothing is left but rounding.
#[test]
fn the_residual_of_the_tax_base_is_explained_for_every_authority() {
    let world = World::embedded(Some("2023-24")).unwrap();
    let largest = world
        .vintage
        .authorities
        .iter()
        .map(|row| row.base_by_band(&world.law).unexplained.abs())
        .fold(0.0, f64::max);
    assert!(largest < 0.5, "{largest} band D equivalents");
}
