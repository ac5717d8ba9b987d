//! `data check`: every published total added up again.

use std::path::Path;

use serde::Deserialize;

use super::catalogue::DataError;
use super::law::Law;
use super::vintage::{AuthorityRecord, PreceptorRecord, Vintage, thousandths};
use crate::domain::{Nation, Pence, divide_half_up};

/// One published total against the sum of its parts.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckLine {
    /// What is added up.
    pub what: String,
    /// The sum of the parts.
    pub sum: String,
    /// The published figure and where it stands.
    pub published: String,
    /// Whether they agree within the stated tolerance.
    pub agrees: bool,
    /// The tolerance and what explains a difference.
    pub note: String,
}

#[derive(Deserialize)]
struct PublishedTotal {
    measure: String,
    value: f64,
    tolerance: f64,
    source: String,
}

/// Adds every published total of a vintage up again.
///
/// # Errors
/// Never for what does not add up (that is a line that disagrees); only for broken tables.
pub fn check(vintage: &Vintage, law: &Law) -> Result<Vec<CheckLine>, DataError> {
    let rows = &vintage.authorities;
    let of = |nation: Nation| -> Vec<&AuthorityRecord> {
        rows.iter()
            .filter(|row| row.authority.code.nation() == nation)
            .collect()
    };
    let (england, wales) = (of(Nation::England), of(Nation::Wales));
    let homes = |rows: &[&AuthorityRecord]| -> f64 {
        let of_row = |row: &&AuthorityRecord| row.dwellings().values().iter().sum::<i64>();
        rows.iter().map(of_row).sum::<i64>() as f64
    };
    let setting = |row: &AuthorityRecord| thousandths(row.tax_base.tax_base_for_setting);
    let returned = |row: &AuthorityRecord| thousandths(row.tax_base.return_after_support);
    let file = "published_totals";
    let mut lines = Vec::new();
    for total in vintage.rows::<PublishedTotal>(file)? {
        let (what, rows, sum) = match total.measure.as_str() {
            "dwellings" => ("dwellings in bands A to H", &england, homes(&england)),
            "dwellings_wales" => ("dwellings in bands A to I of Wales", &wales, homes(&wales)),
            "tax_base_for_setting" => (
                "tax base for setting, band D equivalents",
                &england,
                base_of(&england, setting),
            ),
            "tax_base_after_support" => (
                "tax base of the return after support, band D equivalents",
                &england,
                base_of(&england, returned),
            ),
            "mean_area_band_d" => (
                "mean area band D in pounds, weighted by tax base for setting",
                &england,
                mean_area_band_d(&england, setting),
            ),
            "mean_area_band_d_after_support" => (
                "mean area band D in pounds, weighted by tax base of the return",
                &england,
                mean_area_band_d(&england, returned),
            ),
            other => {
                return Err(DataError::fault(
                    Path::new(file),
                    format!("no measure {other:?}"),
                ));
            }
        };
        lines.push(CheckLine {
            what: format!("{what}: {} billing authorities", rows.len()),
            sum: sum.to_string(),
            published: total.value.to_string(),
            agrees: (sum - total.value).abs() <= total.tolerance,
            note: format!("within {}; {}", total.tolerance, total.source),
        });
    }

    lines.push(each(
        rows,
        "county, police, fire and combined authority add to the area figure",
        "within 1p",
        |row| {
            let levels = row.levels;
            let parts = levels.own_incl_parish
                + levels.county_or_gla
                + levels.police
                + levels.fire
                + levels.combined_authority;
            (levels.area - parts).pence().abs() <= 1
        },
    ));
    let carried_forward = |name: &str| {
        vintage
            .parts
            .iter()
            .any(|part| part.name == name && !part.carried_forward.is_empty())
    };
    let requirement = each(
        rows,
        "own amount including parishes is the requirement over the tax base",
        "within 1p",
        |row| {
            let base = thousandths(row.tax_base.tax_base_for_setting);
            let amount = divide_half_up(
                i128::from(row.tax_base.requirement_pounds) * 100_000,
                i128::from(base),
            );
            (amount - row.levels.own_incl_parish.pence()).abs() <= 1
        },
    );
    // What was worked out from the amount cannot check it.
    if !carried_forward("levels") {
        lines.push(requirement);
    }
    lines.extend(preceptors(vintage));
    lines.push(each(
        rows,
        "tax base for setting is the estimate times collection plus contributions in lieu",
        "within 0.1",
        |row| {
            let base = &row.tax_base;
            let sum =
                base.estimate_after_support * base.collection_rate + base.contributions_in_lieu;
            (sum - base.tax_base_for_setting).abs() <= 0.1
        },
    ));
    let carried = carried_forward("rates");
    lines.push(if carried {
        carried_rates(&england, law)
    } else {
        reconciled(rows, law)
    });
    lines.push(each(
        rows,
        "bands scaled to the tax base for setting add up to it",
        "exact, in thousandths",
        |row| {
            let base = row.base_by_band(law);
            base.thousandths.values().iter().sum::<i64>() + base.in_lieu_thousandths
                == thousandths(row.tax_base.tax_base_for_setting)
        },
    ));
    let listed = each(
        rows,
        "listed homes of the return are within 2% of the VOA's six months later",
        "within 2%",
        |row| {
            let listed: i64 = row.bands.values().iter().map(|band| band.listed).sum();
            let homes: i64 = row.dwellings().values().iter().sum();
            (listed - homes).abs() * 50 <= homes
        },
    );
    if !carried {
        lines.push(listed);
    }
    Ok(lines)
}

/// A sum over authorities in band D equivalents.
fn base_of(rows: &[&AuthorityRecord], thousandths: fn(&AuthorityRecord) -> i64) -> f64 {
    rows.iter().map(|row| thousandths(row)).sum::<i64>() as f64 / 1_000.0
}

/// The mean of whole bills at band D by tax base, pounds.
fn mean_area_band_d(rows: &[&AuthorityRecord], thousandths: fn(&AuthorityRecord) -> i64) -> f64 {
    let weight = |row: &AuthorityRecord| i128::from(thousandths(row));
    let sum: i128 = rows
        .iter()
        .map(|row| i128::from(row.levels.area.pence()) * weight(row))
        .sum();
    let whole: i128 = rows.iter().map(|row| weight(row)).sum();
    Pence::from_pence(divide_half_up(sum, whole)).pounds()
}

/// The bands of the return against its total.
fn reconciled(rows: &[AuthorityRecord], law: &Law) -> CheckLine {
    let unexplained = |row: &AuthorityRecord| row.base_by_band(law).unexplained.abs();
    let mut line = each(
        rows,
        "bands after support, homes at 5/9 and contributions in lieu add to the return",
        "within 0.5 band D equivalents and 0.1%: lines are rounded, and merged authorities sum \
         several returns",
        |row| {
            let rest = unexplained(row);
            rest <= 0.5 && rest <= 0.001 * row.tax_base.return_after_support
        },
    );
    let sum = |of: fn(&AuthorityRecord) -> f64| rows.iter().map(of).sum::<f64>();
    if let Some(most) = rows
        .iter()
        .max_by(|a, b| unexplained(a).total_cmp(&unexplained(b)))
    {
        line.note.push_str(&format!(
            "; beyond bands A to H: {:.1} band A homes at 5/9, {:.1} contributions in lieu; largest \
             rest {:.2} ({})",
            sum(|row| row.tax_base.return_band_a_disabled),
            sum(|row| row.tax_base.return_contributions_in_lieu),
            unexplained(most),
            most.authority.name
        ));
    }
    line
}

/// Rates that are carried forward against the published total, before they are scaled to it.
fn carried_rates(rows: &[&AuthorityRecord], law: &Law) -> CheckLine {
    const FAR: f64 = 0.05;
    let off = |row: &AuthorityRecord| {
        let base = row.base_by_band(law);
        let from_rates = row.tax_base.return_after_support - base.unexplained;
        row.tax_base.return_after_support / from_rates - 1.0
    };
    let far: Vec<String> = rows
        .iter()
        .filter(|row| off(row).abs() > FAR)
        .map(|row| format!("{} {:+.1}%", row.authority.name, 100.0 * off(row)))
        .collect();
    CheckLine {
        what: "rates carried forward come near the published tax base, England".to_owned(),
        sum: format!("{} authorities within 5%", rows.len() - far.len()),
        published: format!("{} authorities", rows.len()),
        agrees: rows.iter().all(|row| off(row).abs() <= 0.25),
        note: format!(
            "each band is scaled to the published total; beyond 5%, where premiums on second and \
             empty homes and discounts have changed since October 2022: {}",
            far.join(", ")
        ),
    }
}

/// Who precepts on whom: amounts and tax bases.
fn preceptors(vintage: &Vintage) -> Vec<CheckLine> {
    let of = |preceptor: &PreceptorRecord| -> Vec<&AuthorityRecord> {
        vintage
            .authorities
            .iter()
            .filter(|row| row.preceptors.contains(&preceptor.code))
            .collect()
    };
    let one_amount: Vec<&PreceptorRecord> = vintage
        .preceptors
        .iter()
        .filter(|row| row.band_d.is_some())
        .collect();
    let stands = |row: &&&PreceptorRecord| {
        of(row).iter().all(|area| {
            let off = area.levels.of(row.class) - row.band_d.unwrap_or(Pence::ZERO);
            off.pence().abs() <= 1
        })
    };
    // Averages of a billing authority with special expenses differ by pennies.
    let near = |row: &&PreceptorRecord| {
        of(row).iter().all(|area| {
            let off = area.levels.of(row.class) - row.band_d.unwrap_or(Pence::ZERO);
            off.pence().abs() <= 50
        })
    };
    let elsewhere: Vec<&str> = one_amount
        .iter()
        .filter(|row| !stands(row))
        .map(|row| row.name.as_str())
        .collect();
    let sums: Vec<(&PreceptorRecord, f64, f64)> = one_amount
        .iter()
        .filter_map(|row| {
            let sum = of(row)
                .iter()
                .map(|area| area.tax_base.tax_base_for_setting)
                .sum();
            Some((*row, sum, row.tax_base?))
        })
        .collect();
    let apart: Vec<String> = sums
        .iter()
        .filter(|(_, sum, published)| (sum - published).abs() > 1.0)
        .map(|(row, sum, published)| format!("{} ({:+.1})", row.name, sum - published))
        .collect();
    let mut lines = vec![CheckLine {
        what:
            "the amount of each county, police, fire and combined authority stands on every bill \
               of its area"
                .to_owned(),
        sum: format!("{} preceptors", one_amount.len() - elsewhere.len()),
        published: format!("{} preceptors", one_amount.len()),
        agrees: one_amount.iter().all(near),
        note: match elsewhere.as_slice() {
            [] => "within 1p".to_owned(),
            some => format!(
                "within 1p; within 50p, where special expenses lie in a part of an area: {}",
                some.join(", ")
            ),
        },
    }];
    if !sums.is_empty() {
        lines.push(CheckLine {
            what: "tax bases of the billing authorities add to their preceptor's".to_owned(),
            sum: format!("{} preceptors", sums.len() - apart.len()),
            published: format!("{} preceptors", sums.len()),
            agrees: sums
                .iter()
                .all(|(_, sum, published)| (sum / published - 1.0).abs() < 0.001),
            note: format!(
                "within 1.0, and all within 0.1%; published so: {}",
                apart.join(", ")
            ),
        });
    }
    lines
}

fn each(
    rows: &[AuthorityRecord],
    what: &str,
    tolerance: &str,
    holds: impl Fn(&AuthorityRecord) -> bool,
) -> CheckLine {
    let broken: Vec<&str> = rows
        .iter()
        .filter(|row| !holds(row))
        .map(|row| row.authority.name.as_str())
        .collect();
    let held = rows.len() - broken.len();
    let note = if broken.is_empty() {
        tolerance.to_owned()
    } else {
        format!("{tolerance}; not in {}", broken.join(", "))
    };
    CheckLine {
        what: what.to_owned(),
        sum: format!("{held} authorities"),
        published: format!("{} authorities", rows.len()),
        agrees: broken.is_empty(),
        note,
    }
}
