//! Values stretched over bands, against what is published of homes above £1m and £2m.
//!
//! The model carries all homes of an authority by one factor. So it cannot know that dear homes
//! outside London grew less than the median home, nor that homes of social landlords are worth less
//! than their neighbours: it overstates high values outside London, and these tests say by how much.

use std::collections::BTreeMap;

use bandwise::data::values::Fineness;
use bandwise::data::{World, value_slices};
use bandwise::domain::Levy;
use bandwise::domain::{Band, Nation, Pence};
use bandwise::tax::bill::band_amount;

/// Homes above some values, the value of all homes and the surcharge they would pay, by authority.
struct Counts {
    region: String,
    homes: f64,
    above_1m: f64,
    above_2m: f64,
    value_pounds: f64,
    surcharge_pounds: f64,
}

fn counts() -> BTreeMap<String, Counts> {
    let world = World::embedded(None).unwrap();
    world
        .vintage
        .authorities
        .iter()
        .filter(|row| row.authority.code.nation() == Nation::England)
        .map(|row| {
            let slices =
                value_slices(row, &world.law, &world.assumptions, Fineness::OfSteps).unwrap();
            let mut counts = Counts {
                region: row.authority.region.clone(),
                homes: 0.0,
                above_1m: 0.0,
                above_2m: 0.0,
                value_pounds: 0.0,
                surcharge_pounds: 0.0,
            };
            for &band in Nation::England.bands() {
                for slice in &slices[band] {
                    let share = slice.share_millionths as f64 / 1e6;
                    let homes = row.dwellings()[band] as f64 * share;
                    let value = slice.value.pounds();
                    let charge =
                        Levy::on_value(&crate::reforms::surcharge(&world.law), slice.value);
                    counts.homes += homes;
                    counts.above_1m += if value >= 1e6 { homes } else { 0.0 };
                    counts.above_2m += if value >= 2e6 { homes } else { 0.0 };
                    counts.value_pounds += homes * value;
                    counts.surcharge_pounds += homes * charge.pounds();
                }
            }
            (row.authority.name.clone(), counts)
        })
        .collect()
}

fn sum(counts: &BTreeMap<String, Counts>, of: impl Fn(&Counts) -> f64) -> f64 {
    counts.values().map(of).sum()
}

fn between(what: &str, found: f64, lowest: f64, highest: f64) {
    assert!(
        (lowest..=highest).contains(&found),
        "{what}: {found} (expected {lowest} to {highest})"
    );
}

/// Homes worth £2m or more in England: fewer than 1% (HM Treasury, Budget 2025), that is fewer than
/// 258,000; about 150,000 (Knight Frank), 182,700 (Sprift, for ICAEW); 189,000 by 2028 (Knight
/// Frank). Of them in London 56 to 59%; in Westminster and Kensington & Chelsea about 50,000; in ten
/// authorities about 60%. The surcharge was costed at over £600m before behaviour (OBR).
///
/// The model: 196,000, 65% of them in London, 53,000 in the two boroughs, 53% in ten authorities,
/// £694m. It has 7% more homes than the highest count of today and 31% more than the lowest. The
/// exponent of the tail and the place of the median home were chosen, within their ranges, with these
/// counts in view: this is a check of the order, not an independent proof.
#[test]
fn homes_above_two_million_are_of_the_published_order() {
    let counts = counts();
    let all = sum(&counts, |one| one.above_2m);
    between("above 2m", all, 150_000.0, 215_000.0);
    assert!(all < 0.01 * sum(&counts, |one| one.homes));
    let in_london = |one: &Counts| {
        if one.region == "London" {
            one.above_2m
        } else {
            0.0
        }
    };
    between("share of London", sum(&counts, in_london) / all, 0.56, 0.68);
    let two = counts["Westminster"].above_2m + counts["Kensington and Chelsea"].above_2m;
    between("two boroughs", two, 45_000.0, 56_000.0);
    let mut each: Vec<f64> = counts.values().map(|one| one.above_2m).collect();
    each.sort_by(|a, b| b.total_cmp(a));
    between(
        "ten authorities",
        each[..10].iter().sum::<f64>() / all,
        0.5,
        0.65,
    );
    let surcharge = sum(&counts, |one| one.surcharge_pounds) / 1e6;
    between("surcharge, millions", surcharge, 600.0, 750.0);
}

/// What is overstated: 673,000 homes above £1m in Great Britain (Savills, February 2026), half of
/// them in London, against 1.07m in the model, 45% in London: with one factor an authority, homes of
/// bands F and G outside London are carried too far. And the value of all homes, £9.18 trillion in
/// the United Kingdom (Savills, end of 2025; its series takes social homes at what their rents are
/// worth): the model has 9.65 in England alone, all homes as if sold free of tenants.
#[test]
fn homes_above_one_million_are_overstated_by_the_stated_factor() {
    let counts = counts();
    let all = sum(&counts, |one| one.above_1m);
    between("times the published count", all / 673_143.0, 1.3, 1.7);
    let in_london = |one: &Counts| {
        if one.region == "London" {
            one.above_1m
        } else {
            0.0
        }
    };
    between("share of London", sum(&counts, in_london) / all, 0.42, 0.52);
    let trillions = sum(&counts, |one| one.value_pounds) / 1e12;
    between("all homes, trillions", trillions, 9.0, 10.0);
}

/// Derby's homes: the median price was £200,000 in 2023; hardly a home is worth £2m.
#[test]
fn derby_has_hardly_a_home_above_two_million() {
    let counts = counts();
    let derby = &counts["Derby"];
    assert!(derby.above_2m < 60.0, "{}", derby.above_2m);
    let mean = derby.value_pounds / derby.homes;
    between("mean value", mean, 200_000.0, 270_000.0);
}

/// Shares of homes whose whole bill of 2026-27 is above so many percent of their value, and what the
/// percentage and the bills come to.
fn better_off(percent: f64, chosen: impl Fn(&str) -> bool) -> (f64, f64) {
    let world = World::embedded(None).unwrap();
    let proportions = world.law.proportions(Nation::England);
    let (mut better, mut all, mut tax, mut bills) = (0.0, 0.0, 0.0, 0.0);
    for row in &world.vintage.authorities {
        if row.authority.code.nation() == Nation::Wales || !chosen(&row.authority.region) {
            continue;
        }
        let slices = value_slices(row, &world.law, &world.assumptions, Fineness::OfMeans).unwrap();
        bills += row.tax_base.tax_base_for_setting * row.levels.area.pounds();
        for &band in Nation::England.bands() {
            let bill = band_amount(row.levels.area, proportions[band]).pounds();
            for slice in &slices[band] {
                let share = slice.share_millionths as f64 / 1e6;
                let homes = row.dwellings()[band] as f64 * share;
                let due = slice.value.pounds() * percent / 100.0;
                all += homes;
                tax += homes * due;
                better += if due < bill { homes } else { 0.0 };
            }
        }
    }
    (better / all, tax / bills)
}

/// Slices rise with the band, and each band's add up to all of its homes.
#[test]
fn a_dearer_band_is_dearer_in_every_authority() {
    let world = World::embedded(None).unwrap();
    for row in &world.vintage.authorities {
        if row.authority.code.nation() == Nation::Wales {
            continue;
        }
        let slices = value_slices(row, &world.law, &world.assumptions, Fineness::OfMeans).unwrap();
        let mut before = Pence::ZERO;
        for &band in Nation::England.bands() {
            let shares: i64 = slices[band]
                .iter()
                .map(|slice| slice.share_millionths)
                .sum();
            assert_eq!(shares, 1_000_000, "{} {band}", row.authority.name);
            assert!(slices[band].is_sorted_by_key(|slice| slice.value));
            let middle = slices[band][slices[band].len() / 2].value;
            assert!(middle > before, "{} {band}", row.authority.name);
            before = middle;
        }
        assert!(slices[Band::I].is_empty());
    }
}

/// The median home sold costs the median price: 57% of homes lie below it.
#[test]
fn the_median_price_is_met() {
    let world = World::embedded(None).unwrap();
    let derby = world.vintage.find("Derby").unwrap();
    let slices = value_slices(derby, &world.law, &world.assumptions, Fineness::OfMeans).unwrap();
    let price = Pence::parse_pounds("200000").unwrap().times(102, 100);
    let (mut below, mut all) = (0.0, 0.0);
    for &band in Nation::England.bands() {
        for slice in &slices[band] {
            let homes = derby.dwellings()[band] as f64 * slice.share_millionths as f64;
            all += homes;
            below += if slice.value < price { homes } else { 0.0 };
        }
    }
    between("share below the median price", below / all, 0.54, 0.60);
}

/// Wales: bands of 2003 and no median price; a county has no homes of its own.
#[test]
fn where_no_price_is_held_values_are_refused() {
    let world = World::embedded(None).unwrap();
    let refused = |record| {
        value_slices(record, &world.law, &world.assumptions, Fineness::OfMeans)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        refused(world.vintage.find("Cardiff").unwrap()),
        "assumptions/values.csv: Cardiff: values cannot be reckoned in Wales: its bands go by values \
         of 2003 and no median price is held (allowed: billing authorities of England)"
    );
    let county = world.vintage.proposer("Derbyshire").unwrap();
    assert_eq!(
        refused(&county.record),
        "assumptions/values.csv: Derbyshire: no median house price is held (allowed: billing \
         authorities of England)"
    );
}

/// IPPR, "A poor tax" (May 2019): 0.25% of value would be fiscally neutral in London, and 79% of its
/// homes would pay less. The model for 2026-27: 95% of what council tax brings there, and 84% pay
/// less. Residual: bills and values of another year; and the model compares with whole bills, before
/// discounts and reductions, so that more seem better off than are.
#[test]
fn a_quarter_percent_of_value_replaces_londons_council_tax() {
    let (better, neutral) = better_off(0.25, |region| region == "London");
    between("share better off", better, 0.79, 0.87);
    between("of council tax", neutral, 0.85, 1.1);
}

/// Fairer Share: 0.48% of value replaces council tax and stamp duty in England, and 76% of
/// households pay less (2025). The model: 83% pay less than their whole bill of 2026-27, and the
/// tax brings what council tax alone brings. Residual: as above; the rate was reckoned on values and
/// taxes of about 2020.
#[test]
fn three_quarters_of_homes_and_more_pay_less_at_0_48_percent() {
    let (better, neutral) = better_off(0.48, |_| true);
    between("share better off", better, 0.74, 0.86);
    between("of council tax", neutral, 0.9, 1.25);
}
