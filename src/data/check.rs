//! `data check`: every published total added up again.

use std::path::Path;

use serde::Deserialize;

use super::catalogue::{self, DataError};
use super::law::Law;
use super::vintage::{AuthorityRecord, Vintage, thousandths};
use crate::domain::{Pence, divide_half_up};

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
    let homes: i64 = rows
        .iter()
        .map(|row| row.dwellings().values().iter().sum::<i64>())
        .sum();
    let base_of = |row: &AuthorityRecord| thousandths(row.tax_base.tax_base_for_setting);
    let base: i64 = rows.iter().map(base_of).sum();
    let area: i128 = rows
        .iter()
        .map(|row| i128::from(row.levels.area.pence()) * i128::from(base_of(row)))
        .sum();
    let mean = Pence::from_pence(divide_half_up(area, i128::from(base)));
    let file = format!("vintages/{}/published_totals.csv", vintage.year);
    let mut lines = Vec::new();
    for total in catalogue::rows::<PublishedTotal>(&file)? {
        let (what, sum) = match total.measure.as_str() {
            "dwellings" => ("dwellings in bands A to H", homes as f64),
            "tax_base_for_setting" => (
                "tax base for setting, band D equivalents",
                base as f64 / 1_000.0,
            ),
            "mean_area_band_d" => (
                "mean area band D in pounds, weighted by tax base for setting",
                mean.pounds(),
            ),
            other => {
                return Err(DataError::fault(
                    Path::new(&file),
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
    lines.push(each(
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
    ));
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
    let unexplained = |row: &AuthorityRecord| row.base_by_band(law.proportions()).unexplained.abs();
    let mut line = each(
        rows,
        "bands after support, homes at 5/9 and contributions in lieu add to the return",
        "within 0.5 band D equivalents: lines are rounded, and merged authorities sum several returns",
        |row| unexplained(row) <= 0.5,
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
    lines.push(line);
    lines.push(each(
        rows,
        "bands scaled to the tax base for setting add up to it",
        "exact, in thousandths",
        |row| {
            let base = row.base_by_band(law.proportions());
            base.thousandths.values().iter().sum::<i64>() + base.in_lieu_thousandths
                == thousandths(row.tax_base.tax_base_for_setting)
        },
    ));
    lines.push(each(
        rows,
        "listed homes of the return are within 2% of the VOA's six months later",
        "within 2%",
        |row| {
            let listed: i64 = row.bands.values().iter().map(|band| band.listed).sum();
            let homes: i64 = row.dwellings().values().iter().sum();
            (listed - homes).abs() * 50 <= homes
        },
    ));
    for (code, wards) in rows
        .iter()
        .filter(|row| !row.wards.is_empty())
        .map(|row| (row, &row.wards))
    {
        let homes: i64 = wards
            .iter()
            .flat_map(|ward| *ward.dwellings_hundredths.values())
            .sum();
        let published: i64 = code.dwellings().values().iter().sum();
        lines.push(CheckLine {
            what: format!("{} wards of {}", wards.len(), code.authority.name),
            sum: format!("{:.2}", homes as f64 / 100.0),
            published: format!("{published} (VOA, the authority's row)"),
            agrees: (homes - 100 * published).abs() <= published,
            note: "1%; small areas are rounded to 10 and scaled to the authority's row".to_owned(),
        });
    }
    Ok(lines)
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
