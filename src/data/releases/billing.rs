//! The billing authority table, with the requirement table and the tax base return beside it.

use std::collections::BTreeMap;
use std::path::Path;

use super::tax_base_return::ReturnRow;
use super::{ImportedTable, Rows, csv_table, decimal, number, text};
use crate::data::catalogue::{self, DataError};
use crate::domain::Nation;

const COUNTS: [(&str, &str); 8] = [
    ("listed", "list"),
    ("exempt", "exempt"),
    ("chargeable", "chargeable"),
    ("single_adult", "single25"),
    ("one_counted", "disregard25"),
    ("all_disregarded", "disregard50"),
    ("second_homes", "second"),
    ("empty", "empty"),
];

const EQUIVALENTS: [(&str, &str, usize); 3] = [
    ("support_pension_age", "cts_pens", 2),
    ("support_working_age", "cts_wa", 2),
    ("band_d_equivalents_before_support", "bandD_equiv", 1),
];

const LEVELS: [(&str, &str); 9] = [
    ("own_excl_parish", "bandd_own_excl_parish"),
    ("own_incl_parish", "bandd_own_incl_parish"),
    ("adult_social_care", "asc_bandd"),
    ("county_or_gla", "bandd_county_gla"),
    ("police", "bandd_police"),
    ("fire", "bandd_fire"),
    ("combined_authority", "bandd_ca"),
    ("area", "bandd_area"),
    ("own_excl_parish_previous", "bandd_own_excl_parish_prev"),
];

/// The columns of the table of billing authorities.
pub(super) const AUTHORITY_COLUMNS: [&str; 14] = [
    "authority_code",
    "e_code",
    "authority",
    "region",
    "class",
    "upper_tier",
    "police_area",
    "fire_area",
    "population_2021",
    "n_households_2021",
    "deprivation_score_2025",
    "median_price_2023_pounds",
    "referendum_2016_electorate",
    "referendum_2016_turnout",
];

/// The columns of the table of tax bases.
pub(super) const TAX_BASE_COLUMNS: [&str; 11] = [
    "authority_code",
    "return_before_support",
    "return_after_support",
    "return_band_a_disabled",
    "return_contributions_in_lieu",
    "estimate_after_support",
    "collection_rate",
    "contributions_in_lieu",
    "tax_base_for_setting",
    "requirement_pounds",
    "parish_precepts_pounds",
];

pub(super) fn tables(
    billing: &Rows,
    requirement: &Rows,
    tax_base_return: &BTreeMap<String, ReturnRow>,
) -> Result<Vec<ImportedTable>, DataError> {
    let mut billing: Vec<_> = billing.iter().collect();
    billing.sort_by_key(|row| row.get("ons_code").cloned());
    let requirement: BTreeMap<_, _> = requirement
        .iter()
        .map(|row| (row.get("ons_code").cloned(), row))
        .collect();
    let mut predecessors: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in catalogue::reorganisations()? {
        predecessors
            .entry(row.successor_code)
            .or_default()
            .push(row.predecessor_code);
    }
    let fault = |text: String| DataError::fault(Path::new("import"), text);

    let mut authorities = Vec::new();
    let mut tax_bases = Vec::new();
    let mut bands = Vec::new();
    let mut levels = Vec::new();
    for row in billing {
        let code = text(row, "ons_code")?.to_owned();
        let column = |name: &str| text(row, name).map(str::to_owned);
        authorities.push(vec![
            code.clone(),
            column("ecode")?,
            tidy_name(&column("authority")?),
            column("region_name")?,
            column("class")?,
            tidy_name(&column("upper_tier")?),
            column("police_area")?,
            column("fire_authority")?,
            decimal(number(row, "pop2021")?, 0),
            decimal(number(row, "households_2021")?, 0),
            decimal(number(row, "imd2025_avg_score")?, 3),
            decimal(number(row, "median_price_ye_sep2023")?, 0),
            decimal(number(row, "euref_electorate")?, 0),
            decimal(number(row, "euref_turnout")?, 4),
        ]);

        let budget = requirement
            .get(&Some(code.clone()))
            .ok_or_else(|| fault(format!("{code} has no row in the requirement table")))?;
        let members = match predecessors.get(&code) {
            Some(members) => members.clone(),
            None => vec![code.clone()],
        };
        let mut outside = ReturnRow::default();
        for member in &members {
            let line = tax_base_return
                .get(member)
                .ok_or_else(|| fault(format!("{member} is not in the tax base return")))?;
            outside.band_a_disabled += line.band_a_disabled;
            outside.contributions_in_lieu += line.contributions_in_lieu;
        }
        tax_bases.push(vec![
            code.clone(),
            decimal(number(row, "ctb22_taxbase_before_cts")?, 1),
            decimal(number(row, "ctb22_taxbase_after_cts")?, 1),
            decimal(outside.band_a_disabled, 1),
            decimal(outside.contributions_in_lieu, 1),
            decimal(number(row, "taxbase_after_cts")?, 2),
            decimal(number(row, "collection_rate")?, 8),
            decimal(number(budget, "class_o_adj")?, 2),
            decimal(number(row, "taxbase_for_setting")?, 3),
            decimal(number(row, "ct_requirement")?, 0),
            decimal(number(row, "parish_precepts")?, 0),
        ]);

        for &band in Nation::England.bands() {
            let dwellings = number(row, &format!("dwellings_{band}"))?;
            let mut cells = vec![code.clone(), band.to_string()];
            cells.push(decimal(dwellings.round_ties_even(), 0));
            cells.push(u8::from(dwellings.fract() != 0.0).to_string());
            for (_, name) in COUNTS {
                cells.push(decimal(number(row, &format!("ctb22_{name}_{band}"))?, 0));
            }
            for (_, name, decimals) in EQUIVALENTS {
                cells.push(decimal(
                    number(row, &format!("ctb22_{name}_{band}"))?,
                    decimals,
                ));
            }
            bands.push(cells);
        }

        let mut amounts = vec![code];
        for (_, name) in LEVELS {
            let amount = text(row, name)?;
            amounts.push(if amount.is_empty() {
                String::new()
            } else {
                format!("{:.2}", number(row, name)?)
            });
        }
        amounts.push("S".to_owned());
        levels.push(amounts);
    }
    let mut band_header = vec![
        "authority_code",
        "band",
        "dwellings",
        "dwellings_suppressed",
    ];
    band_header.extend(COUNTS.map(|(name, _)| name));
    band_header.extend(EQUIVALENTS.map(|(name, _, _)| name));
    Ok(vec![
        csv_table("authorities.csv", &AUTHORITY_COLUMNS, authorities),
        csv_table("tax_base.csv", &TAX_BASE_COLUMNS, tax_bases),
        csv_table("bands.csv", &band_header, bands),
        csv_table("levels.csv", &level_columns(), levels),
    ])
}

/// The columns of the table of band D amounts.
pub(super) fn level_columns() -> Vec<&'static str> {
    let mut columns = vec!["authority_code"];
    columns.extend(LEVELS.map(|(name, _)| name));
    columns.push("standing");
    columns
}

/// Names without the stray spaces and office words of the releases.
fn tidy_name(name: &str) -> String {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    match name.as_str() {
        "Dorset Council" => "Dorset".to_owned(),
        "Telford and the Wrekin" => "Telford and Wrekin".to_owned(),
        "Isle of Wight Council" => "Isle of Wight".to_owned(),
        "Kings Lynn and West Norfolk" => "King's Lynn and West Norfolk".to_owned(),
        _ => name,
    }
}
