//! Who pays more and who pays less: groups add up to the whole, whatever the authority and its
//! areas, and nothing that is not known is dropped.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::collections::BTreeMap;
use std::sync::OnceLock;

use bandwise::data::households::{Published, read};
use bandwise::data::scenario::Names;
use bandwise::data::small_areas::{SmallArea, small_areas};
use bandwise::data::{Scenario, World};
use bandwise::domain::{AreaKind, Detail, Pence};
use bandwise::report::households::write_synthetic;
use bandwise::report::who_pays::{caveats, decile_rows, example_rows, summary_rows};
use bandwise::simulation::who_pays::{Against, NOT_KNOWN};
use bandwise::simulation::{
    BillPart, Grouping, Prepared, Synthetic, WhoPays, homes, prepare, who_pays,
};
use bandwise::tax::Cases;
use tempfile::tempdir;

fn world(vintage: &str) -> &'static World {
    static WORLDS: OnceLock<BTreeMap<&str, World>> = OnceLock::new();
    let worlds = WORLDS.get_or_init(|| {
        ["2023-24", "2026-27"]
            .into_iter()
            .map(|vintage| (vintage, World::embedded(Some(vintage)).unwrap()))
            .collect()
    });
    &worlds[vintage]
}

fn scenario(key: &str, authority: &str, by: Option<Detail>) -> Scenario {
    let names = Names::of(&world("2023-24").assumptions);
    let scenario = Scenario::load(key, &names).unwrap();
    let (mut scenario, _) = scenario.for_authority(authority);
    scenario.by = by;
    scenario.draws = 100;
    scenario
}

fn prepared(key: &str, authority: &str, vintage: &str, by: Option<Detail>) -> Prepared {
    prepare(&scenario(key, authority, by), world(vintage)).unwrap()
}

fn own(prepared: &Prepared) -> WhoPays {
    who_pays(prepared, BillPart::OwnElement).unwrap()
}

fn near(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= 1e-9 * (1.0 + expected.abs())
}

/// Every grouping holds all liable homes and all of the change, and shares add to one.
fn adds_up(prepared: &Prepared, part: BillPart) {
    let found = who_pays(prepared, part).unwrap();
    let liable: Vec<_> = homes(prepared)
        .into_iter()
        .filter(|group| {
            prepared.cells.rows()[group.cell]
                .liability
                .quarters_payable()
                > 0
        })
        .collect();
    let n_homes: f64 = liable.iter().map(|group| group.homes).sum();
    let change = |of: fn(Cases<Pence>) -> Pence| -> f64 {
        let bill = |group: &bandwise::simulation::HomeGroup| match part {
            BillPart::OwnElement => group.own,
            BillPart::WholeBill => group.total,
        };
        let pays = liable
            .iter()
            .map(|group| of(bill(group)).pounds() * group.homes);
        pays.sum()
    };
    let totals = [
        change(|bill| bill.yes - bill.today),
        change(|bill| bill.yes - bill.no),
    ];
    for grouping in Grouping::ALL {
        let sum: f64 = found.by(grouping).map(|group| group.homes).sum();
        assert!(near(sum, n_homes), "{grouping:?}: {sum} of {n_homes}");
        for (against, total) in Against::ALL.into_iter().zip(totals) {
            let sum: f64 = found
                .by(grouping)
                .map(|group| group.against(against).total_pounds())
                .sum();
            // Positive and negative changes cancel: near on the scale of all homes.
            let off = (sum - total).abs();
            assert!(
                off <= 1e-6 * n_homes,
                "{grouping:?} {against:?}: {sum} of {total}"
            );
        }
    }
    let rows = decile_rows(&found);
    for row in &rows {
        let shares = row.share_gaining + row.share_unchanged + row.share_losing;
        assert!(near(shares, 1.0), "{} {}", row.grouping, row.group);
    }
    for against in Against::ALL {
        let of = |row: &&bandwise::report::who_pays::DecileRow| {
            row.grouping == "tenure" && row.against == against.code()
        };
        let borne: Vec<f64> = rows
            .iter()
            .filter(of)
            .filter_map(|row| row.share_of_total_change)
            .collect();
        assert!(borne.is_empty() || (borne.iter().sum::<f64>() - 1.0).abs() < 1e-6);
    }
}

#[test]
fn groups_of_every_grouping_add_up_in_derby_whatever_its_areas() {
    for by in [
        Detail::Authority,
        Detail::Areas(AreaKind::Ward),
        Detail::Areas(AreaKind::Lsoa),
        Detail::Areas(AreaKind::Msoa),
    ] {
        let prepared = prepared("williamson-2018", "Derby", "2023-24", Some(by));
        adds_up(&prepared, BillPart::OwnElement);
        adds_up(&prepared, BillPart::WholeBill);
    }
}

#[test]
fn groups_of_every_grouping_add_up_elsewhere() {
    for (key, authority, vintage) in [
        ("williamson-2018", "Sandwell", "2023-24"),
        ("gentle-efgh", "Westminster", "2026-27"),
        ("gentle-efgh", "Isle of Anglesey", "2026-27"),
        ("uniform-15", "Bedfordshire Police", "2023-24"),
        ("uniform-15", "City of London", "2023-24"),
        ("uniform-15", "Isles of Scilly", "2023-24"),
    ] {
        adds_up(
            &prepared(key, authority, vintage, None),
            BillPart::OwnElement,
        );
    }
    let by_lsoa = Some(Detail::Areas(AreaKind::Lsoa));
    adds_up(
        &prepared("uniform-15", "Bedfordshire Police", "2023-24", by_lsoa),
        BillPart::OwnElement,
    );
}

#[test]
fn tenths_tenures_and_fifths_hardly_depend_on_the_areas_of_the_run() {
    let of = |by| {
        let prepared = prepared("williamson-2018", "Derby", "2023-24", Some(by));
        own(&prepared)
    };
    let whole = of(Detail::Authority);
    for kind in [AreaKind::Ward, AreaKind::Lsoa] {
        let parts = of(Detail::Areas(kind));
        for grouping in [
            Grouping::DeprivationDecile,
            Grouping::Tenure,
            Grouping::IncomeQuintile,
        ] {
            let pairs = whole.by(grouping).zip(parts.by(grouping));
            for (one, other) in pairs {
                assert_eq!(one.code, other.code);
                // Cells of areas hold whole homes: rounding moves a few dozen.
                let off = (one.homes - other.homes).abs();
                assert!(off < 60.0, "{kind} {} {off}", one.code);
                let mean = |group: &bandwise::simulation::GroupOfHomes| {
                    group.against(Against::No).mean_pounds().unwrap()
                };
                assert!((mean(one) - mean(other)).abs() < 3.0, "{kind} {}", one.code);
            }
        }
    }
}

#[test]
fn a_home_without_discount_or_reduction_in_band_e_loses_what_the_law_says() {
    let found = own(&prepared("williamson-2018", "Derby", "2023-24", None));
    let band_e = found
        .by(Grouping::Band)
        .find(|group| group.code == "E")
        .unwrap();
    // 1,656.67 x 1.4 x 11/9 = 2,834.75, less 2,024.82 today, less 2,125.86 after a No.
    let median = |against| band_e.against(against).median_pounds();
    assert_eq!(median(Against::Today), Some(809.93));
    assert_eq!(median(Against::No), Some(708.89));
    let band_a = found
        .by(Grouping::Band)
        .find(|group| group.code == "A")
        .unwrap();
    assert_eq!(band_a.against(Against::Today).share_unchanged(), Some(1.0));
}

#[test]
fn poorer_areas_gain_and_richer_areas_pay_under_the_seed_proposal() {
    let found = own(&prepared("williamson-2018", "Derby", "2023-24", None));
    let losing: Vec<f64> = found
        .by(Grouping::IncomeQuintile)
        .map(|group| group.against(Against::No).share_losing().unwrap())
        .collect();
    assert!(losing.is_sorted(), "{losing:?}");
    let progressivity = found.progressivity;
    let kakwani = |one: Option<bandwise::domain::Progressivity>| one.unwrap().kakwani();
    assert!(kakwani(progressivity.yes) > kakwani(progressivity.no));
    // A No raises all bands alike: the distribution of the tax hardly moves, but for pensioners
    // whose award meets the rise.
    let off = kakwani(progressivity.no) - kakwani(progressivity.today);
    assert!(off.abs() < 1e-3, "{off}");
}

#[test]
fn what_is_not_known_is_a_group_and_never_dropped() {
    let anglesey = own(&prepared(
        "gentle-efgh",
        "Isle of Anglesey",
        "2026-27",
        None,
    ));
    let tenths: Vec<_> = anglesey.by(Grouping::DeprivationDecile).collect();
    assert_eq!((tenths.len(), tenths[0].code.as_str()), (1, NOT_KNOWN));
    assert!(near(tenths[0].homes, anglesey.homes()));
    let message = caveats(&anglesey)[1].message();
    assert!(
        message.starts_with(
            "Of liable homes 100.0% have no deprivation tenth (the index of 2025 is of England only)"
        ),
        "{message}"
    );
    // Middle layer areas that are new since 2011 have no estimate of income.
    let westminster = own(&prepared("gentle-efgh", "Westminster", "2023-24", None));
    let unknown = westminster.share_not_known(Grouping::IncomeQuintile);
    assert!(
        near(westminster.share_income_known, 1.0 - unknown),
        "{unknown}"
    );
}

#[test]
fn with_one_income_only_there_is_no_index_and_it_is_empty() {
    let scilly = own(&prepared("uniform-15", "Isles of Scilly", "2023-24", None));
    assert!(scilly.n_income_areas <= 1);
    assert!(summary_rows(&scilly).iter().all(|row| row.mean.is_none()));
}

/// What is published of Derby, which an extract of it is set against.
fn published<'a>(held: &'a World, wards: &'a [SmallArea]) -> Published<'a> {
    Published {
        record: held.vintage.find("Derby").unwrap(),
        year: held.vintage.year,
        wards,
        law: &held.law,
    }
}

#[test]
fn a_councils_own_extract_keeps_its_wards_and_adds_up() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("homes.csv");
    let held = world("2023-24");
    let wards = small_areas(&"E06000015".parse().unwrap(), AreaKind::Ward).unwrap();
    let published = published(held, &wards);
    let synthetic = Synthetic::of(published, &held.assumptions, 110_000, 3).unwrap();
    write_synthetic(&synthetic, &file, |_| ()).unwrap();
    let mut world = held.clone();
    world.extract = Some(read(&file, None, Some(published)).unwrap());
    let prepared = prepare(&scenario("williamson-2018", "Derby", None), &world).unwrap();
    adds_up(&prepared, BillPart::OwnElement);
    let found = own(&prepared);
    assert_eq!(
        found.by(Grouping::Area).count(),
        prepared.cells.wards().len()
    );
    assert!(near(
        found.share_not_known(Grouping::DeprivationDecile),
        0.0
    ));
}

#[test]
fn an_extract_by_lower_layer_area_is_counted_in_its_own_areas() {
    // One row an area and band, all fully liable: so homes of a tenth are known without any share.
    let lsoas = small_areas(&"E06000015".parse().unwrap(), AreaKind::Lsoa).unwrap();
    let mut text = "lsoa,band,liability,n_dwellings\n".to_owned();
    let mut in_tenth = [0; 10];
    for area in &lsoas {
        for (letter, hundredths) in "ABCDEFGH".chars().zip(area.dwellings_hundredths) {
            let homes = hundredths / 100;
            if homes > 0 {
                text.push_str(&format!("{},{letter},full,{homes}\n", area.code));
                in_tenth[area.deprivation_decile.unwrap() as usize - 1] += homes;
            }
        }
    }
    let folder = tempdir().unwrap();
    let file = folder.path().join("homes.csv");
    std::fs::write(&file, text).unwrap();
    let held = world("2023-24");
    let wards = small_areas(&"E06000015".parse().unwrap(), AreaKind::Ward).unwrap();
    let published = published(held, &wards);
    let mut world = held.clone();
    world.extract = Some(read(&file, None, Some(published)).unwrap());
    let prepared = prepare(&scenario("williamson-2018", "Derby", None), &world).unwrap();
    adds_up(&prepared, BillPart::OwnElement);
    let found = own(&prepared);
    for group in found.by(Grouping::DeprivationDecile) {
        let tenth: usize = group.code.parse().unwrap();
        assert!(
            near(group.homes, in_tenth[tenth - 1] as f64),
            "tenth {tenth}"
        );
    }
}

#[test]
fn all_that_homes_pay_more_is_what_the_budget_raises_before_losses_in_collection() {
    // Derby, 2023-24: net yield over today at budgeted collection of 97.2%. Homes and awards are
    // rounded and imputed, so that a part in a hundred is allowed.
    let prepared = prepared("williamson-2018", "Derby", "2023-24", None);
    let found = own(&prepared);
    let all = found.by(Grouping::All).next().unwrap();
    let collected = 0.972 * all.against(Against::Today).total_pounds();
    let budget = prepared.budgets.net_yield_vs_today().pounds();
    assert!(
        (collected / budget - 1.0).abs() < 0.01,
        "{collected} {budget}"
    );
}

#[test]
fn whole_bills_of_next_year_are_empty_where_they_are_not_known() {
    let mut prepared = prepared("uniform-15", "Derby", "2023-24", None);
    let known = example_rows(&prepared).unwrap();
    assert!(known.iter().all(|row| row.total_bill_yes_pounds.is_some()));
    prepared.whole_bill_known = false;
    let rows = example_rows(&prepared).unwrap();
    assert!(rows.iter().all(|row| row.total_bill_yes_pounds.is_none()));
    assert!(
        rows.iter()
            .all(|row| row.total_change_yes_vs_no_pounds.is_none())
    );
}

#[test]
fn the_whole_bill_of_a_preceptors_household_lies_between_those_of_its_billing_authorities() {
    let police = prepared("uniform-15", "Bedfordshire Police", "2023-24", None);
    let rows = example_rows(&police).unwrap();
    let couple = rows
        .iter()
        .find(|row| row.household == "working_couple_d")
        .unwrap();
    let totals: Vec<f64> = police
        .amounts
        .areas
        .iter()
        .map(|area| area.total[bandwise::domain::Band::D].today.pounds())
        .collect();
    let (least, most) = totals
        .iter()
        .fold((f64::MAX, f64::MIN), |(least, most), total| {
            (least.min(*total), most.max(*total))
        });
    assert!(least < couple.total_bill_today_pounds && couple.total_bill_today_pounds < most);
}
