//! Who precepts on whom: the precepting authorities of the council tax requirement table, matched
//! to the billing authorities on whose bills their amounts stand.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::base::Base;
use super::{ImportedTable, Rows, csv_table, decimal, number, text};
use crate::data::catalogue::DataError;

/// The columns of the table of preceptors.
pub(super) const COLUMNS: [&str; 9] = [
    "preceptor_code",
    "e_code",
    "preceptor",
    "class",
    "band_d",
    "tax_base",
    "requirement_pounds",
    "standing",
    "source",
];

/// Codes of bodies that the requirement table prints without one: ONS police force areas, and the
/// combined authority for its general functions.
const CODES: [(&str, &str); 3] = [
    ("E6348a", "E23000005"),
    ("E6348b", "E47000001"),
    ("E6353a", "E23000010"),
];

/// Amounts this close may be the same: averages over a billing authority differ by pennies where
/// parts of it are in special areas.
const CLOSE_POUNDS: f64 = 1.0;

const SOURCE: &str = "Council tax requirement by precepting authority 2023 to 2024 (DLUHC)";

struct Preceptor {
    code: String,
    name: String,
    class: &'static str,
    band_d: f64,
    row: Vec<String>,
}

/// The tables of preceptors and of who precepts on whom.
pub(super) fn tables(precepting: &Rows, billing: &Rows) -> Result<Vec<ImportedTable>, DataError> {
    let mut preceptors = Vec::new();
    for row in precepting {
        let e_code = text(row, "ecode")?;
        let class = match text(row, "class")? {
            "SC" => "SC",
            "PCC" => "PCC",
            "CFA" | "MF" => "CFA",
            "CA" => "CA",
            "GLA" => "GLA",
            _ => continue,
        };
        let printed = text(row, "ons_code")?;
        let code = match CODES.iter().find(|(e_code_, _)| *e_code_ == e_code) {
            Some((_, code)) => (*code).to_owned(),
            // Sums over a class stand between the authorities, with their class as their code.
            None if printed.len() != 9 => continue,
            None => printed.to_owned(),
        };
        let band_d = number(row, "bandd")?;
        if band_d == 0.0 {
            continue;
        }
        let name = text(row, "authority")?;
        let name = name.strip_prefix("of which: ").unwrap_or(name);
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        let tax_base = match class {
            "GLA" => String::new(),
            _ => decimal(number(row, "taxbase")?, 2),
        };
        let amount = match class {
            // The City pays a part of it: there is no one amount.
            "GLA" => String::new(),
            _ => format!("{band_d:.2}"),
        };
        let columns = vec![
            code.clone(),
            e_code.to_owned(),
            name.clone(),
            class.to_owned(),
            amount,
            tax_base,
            decimal(number(row, "ctr")?, 0),
            "S".to_owned(),
            SOURCE.to_owned(),
        ];
        preceptors.push(Preceptor {
            code,
            name,
            class,
            band_d,
            row: columns,
        });
    }
    let mut precepts = Vec::new();
    for row in billing {
        let code = text(row, "ons_code")?;
        for (column, classes, area) in [
            ("bandd_county_gla", ["SC", "GLA"], "upper_tier"),
            ("bandd_police", ["PCC", "PCC"], "police_area"),
            ("bandd_fire", ["CFA", "CFA"], "fire_authority"),
            ("bandd_ca", ["CA", "CA"], "authority"),
        ] {
            let amount = number(row, column)?;
            if amount == 0.0 {
                continue;
            }
            let area = text(row, area)?;
            let wanted = words(area);
            let in_london = text(row, "class")?.ends_with("LB");
            let alike = |one: &Preceptor| words(&one.name).intersection(&wanted).count();
            let off = |one: &Preceptor| (one.band_d - amount).abs();
            let found = preceptors
                .iter()
                .filter(|one| classes.contains(&one.class))
                .filter(|one| (one.class == "GLA") == (in_london && column == "bandd_county_gla"))
                .filter(|one| one.class == "GLA" || off(one) < CLOSE_POUNDS)
                .max_by(|a, b| alike(a).cmp(&alike(b)).then(off(b).total_cmp(&off(a))));
            let Some(found) = found else {
                let text = format!("{code}: no preceptor charges {amount} ({column}, {area})");
                return Err(DataError::fault(Path::new("preceptors"), text));
            };
            precepts.push(vec![code.to_owned(), found.code.clone()]);
        }
    }
    precepts.sort();
    let mut rows: Vec<_> = preceptors.into_iter().map(|one| one.row).collect();
    rows.sort();
    Ok(vec![
        csv_table("preceptors.csv", &COLUMNS, rows),
        csv_table(
            "precepts.csv",
            &["authority_code", "preceptor_code"],
            precepts,
        ),
    ])
}

/// Sets the amount of every preceptor to what most bills of its area have of it, after the bills
/// have changed. `published` says that the bills are as published.
///
/// # Errors
/// When a table of the base lacks a column.
pub(super) fn follow(base: &mut Base, published: bool) -> Result<(), DataError> {
    let (authority, preceptor) = (
        base.precepts.column("authority_code")?,
        base.precepts.column("preceptor_code")?,
    );
    let level_code = base.levels.column("authority_code")?;
    let (code, class) = (
        base.preceptors.column("preceptor_code")?,
        base.preceptors.column("class")?,
    );
    for row in 0..base.preceptors.rows.len() {
        let level = match base.preceptors.rows[row][class].as_str() {
            "SC" => "county_or_gla",
            "PCC" => "police",
            "CFA" => "fire",
            "CA" => "combined_authority",
            // The City pays a part of the Greater London Authority's amount.
            _ => continue,
        };
        let level = base.levels.column(level)?;
        let members: BTreeSet<&String> = base
            .precepts
            .rows
            .iter()
            .filter(|one| one[preceptor] == base.preceptors.rows[row][code])
            .map(|one| &one[authority])
            .collect();
        let mut counts: BTreeMap<&String, usize> = BTreeMap::new();
        for bill in &base.levels.rows {
            if members.contains(&bill[level_code]) {
                *counts.entry(&bill[level]).or_default() += 1;
            }
        }
        let most = counts.into_iter().max_by_key(|(_, count)| *count);
        let Some(amount) = most.map(|(amount, _)| amount.clone()) else {
            continue;
        };
        let held = base.preceptors.column("band_d")?;
        // Under a published release nothing of the base's year stays beside the new amount.
        if published || base.preceptors.rows[row][held] != amount {
            base.preceptors.set(row, "band_d", amount)?;
            base.preceptors.set(row, "tax_base", String::new())?;
            base.preceptors
                .set(row, "requirement_pounds", String::new())?;
            let standing = if published { "S" } else { "M" };
            base.preceptors.set(row, "standing", standing.to_owned())?;
            base.preceptors
                .set(row, "source", "what most bills of its area have".to_owned())?;
        }
    }
    Ok(())
}

/// The words of a name that tell areas apart.
fn words(name: &str) -> BTreeSet<String> {
    name.to_lowercase()
        .split(|letter: char| !letter.is_alphabetic())
        .filter(|word| word.len() > 3)
        .map(str::to_owned)
        .collect()
}
