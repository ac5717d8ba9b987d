//! Council tax requirement and levels (CTR): what every authority sets in March. Table 9 of the
//! levels (ODS) and the requirement by authority (XLSX) are the same return in two shapes.

use std::collections::BTreeMap;

use super::codes::{Codes, is_billing};
use super::sheet::{Column, Row, Sheet, Table, Wanted, letters, words};
use crate::data::catalogue::DataError;
use crate::domain::FinancialYear;

/// Band D amounts and tax base of one authority. Amounts are pounds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RequirementRow {
    /// Tax base after support, band D equivalents.
    pub estimate: f64,
    /// Collection rate budgeted for, a share.
    pub collection_rate: f64,
    /// Contributions in lieu, band D equivalents.
    pub contributions_in_lieu: f64,
    /// Tax base for setting the tax, band D equivalents.
    pub setting: f64,
    /// Council tax requirement with parishes.
    pub requirement: f64,
    /// Parish precepts.
    pub parish_precepts: f64,
    /// Own amount without parishes; nothing where the release does not give it.
    pub own_excl_parish: Option<f64>,
    /// Own amount with parishes.
    pub own_incl_parish: Option<f64>,
    /// Adult social care precept of the year; nothing where it does not apply.
    pub adult_social_care: Option<f64>,
    /// County or Greater London Authority, police, fire, combined authority.
    pub preceptors: [f64; 4],
    /// The whole bill.
    pub area: f64,
    /// Own amount without parishes in the year before.
    pub own_excl_parish_previous: Option<f64>,
}

/// The return of a year.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Requirement {
    /// Its financial year.
    pub year: FinancialYear,
    /// By ONS code.
    pub rows: BTreeMap<String, RequirementRow>,
    /// The printed tax base for setting of England.
    pub england_setting: Option<f64>,
    /// The printed mean area band D of England, pounds.
    pub england_area: Option<f64>,
    /// What was found and checked.
    pub notes: Vec<String>,
}

const fn wanted(name: &'static str, all: &'static [&'static str]) -> Wanted {
    Wanted {
        name,
        all,
        none: &["re organising authorities", "but excluding local precepts"],
    }
}

const REQUIREMENT: Wanted = wanted(
    "1. Council Tax Requirement for billing authority",
    &["council tax requirement for billing authority including"],
);
const PARISHES: Wanted = wanted("2. Parish precepts", &["parish precepts"]);
const ESTIMATE: Wanted = wanted(
    "4. Tax base (after council tax reduction scheme)",
    &["tax base after council tax reduction scheme"],
);
const COLLECTION: Wanted = wanted(
    "5. Estimated collection rate",
    &["estimated collection rate"],
);
const IN_LIEU: Wanted = wanted(
    "6. Tax base adjustment (contributions in lieu)",
    &["tax base adjustment contributions in lieu"],
);
const SETTING: Wanted = wanted(
    "7. Council tax base for council tax setting purposes",
    &["council tax base for council tax setting purposes"],
);
const OWN_INCL: Wanted = wanted(
    "8. Average council tax including local precepts",
    &["council tax including adult social care precept and local precepts"],
);
const OWN_EXCL: Wanted = wanted(
    "9. Average council tax excluding local precepts",
    &["council tax including adult social care precept and excluding local precepts"],
);
const SOCIAL_CARE: Wanted = wanted(
    "11a. Adult Social Care precept element",
    &["11a", "adult social care precept element"],
);
const PRECEPTORS: [Wanted; 4] = [
    wanted(
        "16. county or GLA",
        &[
            "average council tax of major precepting authorities",
            "county or gla",
        ],
    ),
    wanted(
        "16. police",
        &[
            "average council tax of major precepting authorities",
            "police",
        ],
    ),
    wanted(
        "16. fire",
        &[
            "average council tax of major precepting authorities",
            "fire",
        ],
    ),
    wanted(
        "16. combined authority",
        &[
            "average council tax of major precepting authorities",
            "combined authority",
        ],
    ),
];
const AREA: Wanted = wanted(
    "17. Average council tax for area of the billing authority",
    &["council tax for area of the billing authority"],
);

/// The table of a sheet, where it is one of these.
pub(crate) fn table(sheet: &Sheet) -> Option<Table<'_>> {
    let position = sheet.find(|cells| {
        cells.iter().any(|cell| is_e_code(cell))
            && cells
                .iter()
                .any(|cell| cell.contains("council tax requirement for billing authority"))
    })?;
    Some(Table::at(sheet, position, false))
}

fn is_e_code(title: &str) -> bool {
    matches!(title, "e code" | "ecode")
}

struct Columns {
    e_code: Column,
    code: Option<Column>,
    name: Column,
    requirement: Column,
    parishes: Column,
    estimate: Column,
    collection: Column,
    in_lieu: Column,
    setting: Column,
    own_incl: Column,
    own_excl: Column,
    own_excl_previous: Column,
    social_care: Column,
    preceptors: [Column; 4],
    area: Column,
}

impl Columns {
    /// Which column each figure was taken from.
    fn named(&self) -> String {
        let [county, police, fire, combined] = &self.preceptors;
        let taken = [
            ("requirement", &self.requirement),
            ("parish precepts", &self.parishes),
            ("tax base after support", &self.estimate),
            ("collection rate", &self.collection),
            ("contributions in lieu", &self.in_lieu),
            ("tax base for setting", &self.setting),
            ("own with parishes", &self.own_incl),
            ("own without", &self.own_excl),
            ("own without, year before", &self.own_excl_previous),
            ("adult social care", &self.social_care),
            ("county or GLA", county),
            ("police", police),
            ("fire", fire),
            ("combined authority", combined),
            ("area", &self.area),
        ];
        let taken = taken.map(|(name, column)| format!("{name} {}", letters(column.at)));
        format!("columns: {}", taken.join(", "))
    }
}

/// Reads the return.
pub(crate) fn read(
    sheet: &Sheet,
    table: &Table<'_>,
    codes: &Codes,
) -> Result<Requirement, DataError> {
    let (year, columns) = columns(sheet, table)?;
    let mut rows = BTreeMap::new();
    let mut england = None;
    for row in table.rows {
        let e_code = row.text(columns.e_code.at);
        if is_e_code(&words(&e_code)) {
            // The precepting authorities follow under a header of their own.
            break;
        }
        let name = row.text(columns.name.at);
        if words(&name).starts_with("england") && england.is_none() {
            england = Some(row);
            continue;
        }
        let given = columns.code.as_ref().map(|column| row.text(column.at));
        let code = match given {
            Some(code) if is_billing(&code) => {
                codes
                    .known(&code, &name)
                    .map_err(|text| table.row_fault(row, text))?;
                code
            }
            Some(_) => continue,
            None if is_return_code(&e_code) => codes
                .by_e_code(&e_code, &name)
                .map_err(|text| table.row_fault(row, text))?,
            None => continue,
        };
        let read = read_row(table, row, &columns)?;
        if rows.insert(code.clone(), read).is_some() {
            let text = format!("{name} ({code}) stands here a second time");
            return Err(table.row_fault(row, text));
        }
    }
    if rows.is_empty() {
        return Err(table.fault("no row of a billing authority below it".to_owned()));
    }
    let mut notes = vec![
        format!("header in {}; {}", table.place(), columns.named()),
        format!("{} authorities, figures of {year}", rows.len()),
    ];
    check_england(table, england, &columns, &rows, &mut notes)?;
    check_rows(&rows, codes, &mut notes);
    let printed = |column: &Column| {
        england
            .map(|row| table.number(row, column))
            .transpose()
            .map(Option::flatten)
    };
    Ok(Requirement {
        year,
        england_setting: printed(&columns.setting)?,
        england_area: printed(&columns.own_incl)?,
        rows,
        notes,
    })
}

/// The year of the return, and its columns.
fn columns(sheet: &Sheet, table: &Table<'_>) -> Result<(FinancialYear, Columns), DataError> {
    let titles: Vec<String> = table
        .titles()
        .iter()
        .map(|column| words(&column.title))
        .collect();
    let marked = titles.iter().any(|title| title.ends_with("current year"));
    // Years stand in the titles, or above the table where the titles say current and previous.
    let years: Vec<FinancialYear> = if marked {
        let above = sheet
            .rows
            .iter()
            .take_while(|row| row.number < table.header_row);
        above
            .flat_map(|row| &row.cells)
            .flat_map(|(_, cell)| years_in(&words(&cell.text())))
            .collect()
    } else {
        let of_requirement = table.columns(&REQUIREMENT);
        of_requirement
            .iter()
            .flat_map(|column| years_in(&words(&column.title)))
            .collect()
    };
    let year = years.into_iter().max().ok_or_else(|| {
        table.fault("no financial year above the table or in its titles".to_owned())
    })?;
    let (current, previous) = if marked {
        ("current year".to_owned(), "previous year".to_owned())
    } else {
        let first = year.first_calendar_year();
        let words_of = |first: i16| format!("{first} {:02}", (first + 1).rem_euclid(100));
        (words_of(first), words_of(first - 1))
    };
    let of = |wanted: &Wanted, words: &str| table.column_with(wanted, words);
    let [county, police, fire, combined] = &PRECEPTORS;
    let columns = Columns {
        e_code: table
            .titles()
            .iter()
            .find(|column| is_e_code(&words(&column.title)))
            .cloned()
            .ok_or_else(|| table.fault("no column \"E-code\"".to_owned()))?,
        code: table
            .titles()
            .iter()
            .find(|column| words(&column.title) == "ons code" && column.at < 10)
            .cloned(),
        name: table
            .titles()
            .iter()
            .find(|column| words(&column.title) == "authority")
            .cloned()
            .ok_or_else(|| table.fault("no column \"Authority\"".to_owned()))?,
        requirement: of(&REQUIREMENT, &current)?,
        parishes: of(&PARISHES, &current)?,
        estimate: of(&ESTIMATE, &current)?,
        collection: of(&COLLECTION, &current)?,
        in_lieu: of(&IN_LIEU, &current)?,
        setting: of(&SETTING, &current)?,
        own_incl: of(&OWN_INCL, &current)?,
        own_excl: of(&OWN_EXCL, &current)?,
        own_excl_previous: of(&OWN_EXCL, &previous)?,
        social_care: table.column(&SOCIAL_CARE)?,
        preceptors: [
            table.column(county)?,
            table.column(police)?,
            table.column(fire)?,
            table.column(combined)?,
        ],
        area: table.column(&AREA)?,
    };
    Ok((year, columns))
}

fn read_row(table: &Table<'_>, row: &Row, columns: &Columns) -> Result<RequirementRow, DataError> {
    let given = |column: &Column| match table.number(row, column)? {
        None => Ok(None),
        Some(_) => table.figure(row, column).map(Some),
    };
    let [county, police, fire, combined] = &columns.preceptors;
    let collection_rate = table.figure(row, &columns.collection)?;
    // Above 100% where arrears of earlier years are counted in; never several times as much.
    if !(0.5..=1.5).contains(&collection_rate) {
        let text = format!("{collection_rate} is no collection rate (allowed: 0.5 to 1.5)");
        return Err(table.cell_fault(row, &columns.collection, &text));
    }
    Ok(RequirementRow {
        estimate: table.figure(row, &columns.estimate)?,
        collection_rate,
        contributions_in_lieu: table.figure(row, &columns.in_lieu)?,
        setting: table.figure(row, &columns.setting)?,
        requirement: table.figure(row, &columns.requirement)?,
        parish_precepts: table.figure(row, &columns.parishes)?,
        own_excl_parish: given(&columns.own_excl)?,
        own_incl_parish: given(&columns.own_incl)?,
        adult_social_care: given(&columns.social_care)?,
        preceptors: [
            table.figure(row, county)?,
            table.figure(row, police)?,
            table.figure(row, fire)?,
            table.figure(row, combined)?,
        ],
        area: table.figure(row, &columns.area)?,
        own_excl_parish_previous: given(&columns.own_excl_previous)?,
    })
}

/// Sums against the row of England.
fn check_england(
    table: &Table<'_>,
    england: Option<&Row>,
    columns: &Columns,
    rows: &BTreeMap<String, RequirementRow>,
    notes: &mut Vec<String>,
) -> Result<(), DataError> {
    let Some(england) = england else {
        notes.push("no row of England to check against".to_owned());
        return Ok(());
    };
    let mut checked = Vec::new();
    let sum = |of: fn(&RequirementRow) -> f64| rows.values().map(of).sum::<f64>();
    for (column, what, sum) in [
        (
            &columns.parishes,
            "parish precepts",
            sum(|row| row.parish_precepts),
        ),
        (
            &columns.estimate,
            "tax base after support",
            sum(|row| row.estimate),
        ),
        (
            &columns.in_lieu,
            "contributions in lieu",
            sum(|row| row.contributions_in_lieu),
        ),
        (
            &columns.setting,
            "tax base for setting",
            sum(|row| row.setting),
        ),
    ] {
        let Some(printed) = table.number(england, column)? else {
            continue;
        };
        // Printed figures may be rounded to one decimal.
        if (printed - sum).abs() > 0.05 * rows.len() as f64 {
            let text = format!(
                "England is {printed}, its {} authorities add to {sum}",
                rows.len()
            );
            return Err(table.cell_fault(england, column, &text));
        }
        checked.push(what);
    }
    if !checked.is_empty() {
        notes.push(format!("adds up to England: {}", checked.join(", ")));
    }
    Ok(())
}

/// A penny, and a half for rounding.
const PENNY: f64 = 0.0151;

/// Whether a row keeps a definition.
type Holds = fn(&RequirementRow) -> bool;

/// What must hold in each row by the definitions of the return.
fn check_rows(rows: &BTreeMap<String, RequirementRow>, codes: &Codes, notes: &mut Vec<String>) {
    let without: Vec<&str> = rows
        .iter()
        .filter(|(_, row)| row.own_incl_parish.is_none() || row.own_excl_parish.is_none())
        .map(|(code, _)| codes.name(code))
        .collect();
    if !without.is_empty() {
        notes.push(format!("gives no own amount of {}", listed(&without)));
    }
    let identities: [(&str, Holds); 3] = [
        (
            "own amount and preceptors add to the area's, within 1p",
            |row| {
                let own = row.own_incl_parish;
                own.is_none_or(|own| {
                    (own + row.preceptors.iter().sum::<f64>() - row.area).abs() <= PENNY
                })
            },
        ),
        (
            "own amount is requirement over tax base, within 1p",
            |row| {
                let own = row.own_incl_parish;
                own.is_none_or(|own| (own - row.requirement / row.setting).abs() <= PENNY)
            },
        ),
        (
            "tax base is estimate times collection plus in lieu, within 0.1",
            |row| {
                let sum = row.estimate * row.collection_rate + row.contributions_in_lieu;
                (sum - row.setting).abs() <= 0.1
            },
        ),
    ];
    for (what, holds) in identities {
        let broken: Vec<&str> = rows
            .iter()
            .filter(|(_, row)| !holds(row))
            .map(|(code, _)| codes.name(code))
            .collect();
        let held = rows.len() - broken.len();
        notes.push(if broken.is_empty() {
            format!("{what}: all {held}")
        } else {
            format!(
                "{what}: {held} of {}; not in {}",
                rows.len(),
                listed(&broken)
            )
        });
    }
}

/// Names, the first few of many.
pub(crate) fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 12;
    if names.len() <= SHOWN {
        names.join(", ")
    } else {
        format!(
            "{} and {} more",
            names[..SHOWN].join(", "),
            names.len() - SHOWN
        )
    }
}

/// Whether a code is of a billing authority in finance returns: E and four digits.
fn is_return_code(code: &str) -> bool {
    code.len() == 5
        && code
            .strip_prefix('E')
            .is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit()))
}

/// Financial years in words: `2022 23`.
fn years_in(words: &str) -> Vec<FinancialYear> {
    let parts: Vec<&str> = words.split(' ').collect();
    parts
        .windows(2)
        .filter_map(|pair| format!("{}-{}", pair[0], pair[1]).parse().ok())
        .collect()
}
