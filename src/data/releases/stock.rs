//! VOA Council Tax: stock of properties (CTSOP 1.0 and 1.1): dwellings by band.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;

use super::codes::{Codes, is_billing, is_welsh};
use super::sheet::{Column, Row, Sheet, Table, Wanted, spans, words};
use crate::data::catalogue::DataError;
use crate::domain::money::thousands;

/// Dwellings of one authority by band letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StockRow {
    /// Dwellings, and whether the count was suppressed and filled.
    pub bands: BTreeMap<char, (i64, bool)>,
}

/// The stock of properties.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stock {
    /// `CTSOP1.0` or, with small areas, `CTSOP1.1`.
    pub edition: &'static str,
    /// The day of the count, from the name of the file: the table itself does not say it.
    pub date: Option<Date>,
    /// By ONS code.
    pub rows: BTreeMap<String, StockRow>,
    /// The printed total of England.
    pub england: Option<i64>,
    /// The printed total of England and Wales, less dwellings that match no area.
    pub england_and_wales: Option<i64>,
    /// What was found, filled and checked.
    pub notes: Vec<String>,
}

/// What a suppressed count is filled with: between 1 and 4 dwellings, 2.5 to the even.
const FILL: i64 = 2;

const GEOGRAPHY: Wanted = wanted("geography", &["geography"]);
const CODE: Wanted = wanted("ecode", &["ecode"]);
const NAME: Wanted = wanted("area_name", &["area name"]);
const ALL: Wanted = wanted("all_properties", &["all properties"]);

const fn wanted(name: &'static str, all: &'static [&'static str]) -> Wanted {
    Wanted {
        name,
        all,
        none: &[],
    }
}

/// The table of a sheet, where it is one of these.
pub(crate) fn table(sheet: &Sheet) -> Option<Table<'_>> {
    let position = sheet.find(|cells| {
        let has = |name: &str| cells.iter().any(|cell| cell == name);
        has("ecode")
            && (has("geography") || has("ba code"))
            && cells.iter().any(|c| c.starts_with("band "))
    })?;
    Some(Table::at(sheet, position, false))
}

/// One area of the table.
struct Area<'a> {
    row: &'a Row,
    geography: String,
    code: String,
    name: String,
    given: BTreeMap<char, Option<i64>>,
    all: Option<i64>,
}

/// Reads the stock of properties.
pub(crate) fn read(path: &Path, table: &Table<'_>, codes: &Codes) -> Result<Stock, DataError> {
    let geography = table.column(&GEOGRAPHY)?;
    let code = table.column(&CODE)?;
    let name = table.column(&NAME)?;
    let all = table.column(&ALL)?;
    let bands = bands(table)?;
    let mut small_areas = 0;
    let mut areas: Vec<Area<'_>> = Vec::new();
    for row in table.rows {
        let kind = row.text(geography.at);
        if matches!(kind.as_str(), "LSOA" | "MSOA") {
            small_areas += 1;
            continue;
        }
        let mut given = BTreeMap::new();
        for (letter, column) in &bands {
            let count = table.number(row, column)?.map(|_| table.count(row, column));
            given.insert(*letter, count.transpose()?);
        }
        areas.push(Area {
            row,
            geography: kind,
            code: row.text(code.at),
            name: row.text(name.at),
            given,
            all: table
                .number(row, &all)?
                .map(|_| table.count(row, &all))
                .transpose()?,
        });
    }

    let mut rows = BTreeMap::new();
    let mut filled = Vec::new();
    for area in areas.iter().filter(|area| area.geography == "LAUA") {
        if !is_billing(&area.code) {
            let text = format!(
                "{:?} ({}) is the code of no billing authority",
                area.code, area.name
            );
            return Err(table.row_fault(area.row, text));
        }
        if !is_welsh(&area.code) || codes.hold_wales() {
            codes
                .known(&area.code, &area.name)
                .map_err(|text| table.row_fault(area.row, text))?;
        }
        let counts = counts(table, area, &bands, &mut filled)?;
        if rows.insert(area.code.clone(), counts).is_some() {
            let text = format!("{} ({}) stands here a second time", area.name, area.code);
            return Err(table.row_fault(area.row, text));
        }
    }
    if rows.is_empty() {
        return Err(table.fault("no row of an authority (LAUA) below it".to_owned()));
    }
    let checked = check_totals(table, &areas)?;
    let total = |kind: &str, starts: &str| {
        let is = |area: &&Area<'_>| area.geography == kind && area.code.starts_with(starts);
        areas.iter().find(is).and_then(|area| area.all)
    };
    let welsh = rows.keys().filter(|code| is_welsh(code)).count();
    let date = date_in_name(path);
    let mut notes = vec![
        format!("header in {}; {}", table.place(), spans(&bands)),
        match date {
            Some(date) => format!("counted on {date}, as the name of the file says"),
            None => "of a day that neither the table nor the name of the file says".to_owned(),
        },
        format!(
            "{} authorities of England and {welsh} of Wales{}",
            rows.len() - welsh,
            if small_areas > 0 {
                format!("; {} small areas are left out", thousands(small_areas))
            } else {
                String::new()
            }
        ),
    ];
    let unmatched = areas.iter().find(|area| area.geography == "UNMD");
    let unmatched = unmatched.and_then(|area| area.all).unwrap_or(0);
    if unmatched > 0 {
        notes.push(format!(
            "{} dwellings are matched to no area at the source: in the total of England and \
             Wales, in no authority",
            thousands(unmatched.unsigned_abs())
        ));
    }
    if !filled.is_empty() {
        notes.push(format!(
            "filled: suppressed counts (1 to 4 dwellings) as {FILL}: {}",
            filled.join(", ")
        ));
    }
    notes.push(checked);
    Ok(Stock {
        edition: if small_areas > 0 {
            "CTSOP1.1"
        } else {
            "CTSOP1.0"
        },
        date,
        rows,
        england: total("NATL", "E"),
        england_and_wales: total("ENGWAL", "K").map(|all| all - unmatched),
        notes,
    })
}

fn bands(table: &Table<'_>) -> Result<BTreeMap<char, Column>, DataError> {
    let mut bands = BTreeMap::new();
    for column in table.titles() {
        let title = words(&column.title);
        let Some(letter) = title.strip_prefix("band ") else {
            continue;
        };
        let mut letters = letter.to_uppercase();
        letters.retain(|c| !c.is_whitespace());
        match letters.as_bytes() {
            [letter @ b'A'..=b'I'] => {
                if bands.insert(char::from(*letter), column.clone()).is_some() {
                    return Err(table.fault(format!("two columns {}", column.title)));
                }
            }
            _ => {
                return Err(table.fault(format!(
                    "the column {} is of no band (allowed: A to I)",
                    column.title
                )));
            }
        }
    }
    for letter in 'A'..='H' {
        if !bands.contains_key(&letter) {
            let name = format!("band_{}", letter.to_ascii_lowercase());
            let nearest = table.nearest(&words(&name));
            return Err(table.fault(format!("no column {name:?}{nearest}")));
        }
    }
    Ok(bands)
}

/// The counts of an authority, suppressed ones filled where the row's total shows that so few
/// are missing.
fn counts(
    table: &Table<'_>,
    area: &Area<'_>,
    bands: &BTreeMap<char, Column>,
    filled: &mut Vec<String>,
) -> Result<StockRow, DataError> {
    let mut row = BTreeMap::new();
    let known: i64 = area.given.values().flatten().sum();
    for (letter, given) in &area.given {
        let count = match given {
            Some(count) if *letter == 'I' && !is_welsh(&area.code) && *count > 0 => {
                let text = format!("{count} dwellings in band I, which England does not have");
                return Err(table.cell_fault(area.row, &bands[letter], &text));
            }
            None if *letter == 'I' && !is_welsh(&area.code) => continue,
            Some(count) => (*count, false),
            None => {
                let cell = area.row.text(bands[letter].at);
                let missing = area.all.map(|all| all - known);
                let few = match missing {
                    Some(missing) => missing <= rounding(bands.len()) + 4,
                    None => matches!(cell.as_str(), "-" | "[c]"),
                };
                if !few {
                    let text = format!(
                        "{cell:?} is no suppressed count: the row's total leaves {} dwellings for it",
                        missing
                            .map_or_else(|| "an unknown number of".to_owned(), |n| n.to_string())
                    );
                    return Err(table.cell_fault(area.row, &bands[letter], &text));
                }
                filled.push(format!("{} band {letter}", area.name));
                (FILL, true)
            }
        };
        row.insert(*letter, count);
    }
    Ok(StockRow { bands: row })
}

/// By how much a sum of counts that are each rounded to 10 may differ from its own rounded total.
///
/// A whole number rounded half up to 10 is off by 0.5 on average (0, -1, ..., -4, +5, ..., +1) and
/// by a standard deviation of 2.9: six of these beyond the drift, and never more than 5 each.
pub(crate) fn rounding(counts: usize) -> i64 {
    let counts = counts as f64 + 1.0;
    let likely = 0.5 * counts + 6.0 * 2.873 * counts.sqrt();
    likely.min(5.0 * counts).ceil() as i64
}

fn check_totals(table: &Table<'_>, areas: &[Area<'_>]) -> Result<String, DataError> {
    let mut checked = Vec::new();
    let is_authority = |area: &&Area<'_>| area.geography == "LAUA";
    for (kind, starts, what) in [
        ("NATL", "E", "England"),
        ("NATL", "W", "Wales"),
        ("ENGWAL", "", "England and Wales"),
    ] {
        let totals = areas.iter().find(|area| {
            area.geography == kind && (kind == "ENGWAL" || area.code.starts_with(starts))
        });
        let Some(total) = totals else { continue };
        let members: Vec<&Area<'_>> = areas
            .iter()
            .filter(|area| {
                // Dwellings that match no area are in the total of both nations only.
                is_authority(area) && area.code.starts_with(starts)
                    || kind == "ENGWAL" && area.geography == "UNMD"
            })
            .collect();
        adds(table, total, &members, what)?;
        checked.push(what.to_owned());
    }
    // Rows of a region follow it, up to the next region or nation.
    let mut regions = 0;
    let mut authorities = 0;
    let starts: Vec<usize> = (0..areas.len())
        .filter(|at| {
            matches!(
                areas[*at].geography.as_str(),
                "REGL" | "NATL" | "ENGWAL" | "UNMD"
            )
        })
        .collect();
    for (order, at) in starts.iter().enumerate() {
        let total = &areas[*at];
        let end = starts.get(order + 1).copied().unwrap_or(areas.len());
        let members: Vec<&Area<'_>> = areas[at + 1..end].iter().filter(is_authority).collect();
        if total.geography == "REGL" && !members.is_empty() {
            adds(table, total, &members, &total.name)?;
            regions += 1;
        }
    }
    if regions > 0 {
        checked.push(format!("{regions} regions"));
    }
    for area in areas.iter().filter(is_authority) {
        let sum: i64 = area.given.values().flatten().sum();
        let lacking = area.given.values().filter(|count| count.is_none()).count() as i64;
        if let Some(all) = area.all {
            let off = (sum - all).abs();
            if off > rounding(area.given.len()) + 4 * lacking {
                let text = format!(
                    "the bands of {} add to {sum}, its total is {all}: further apart than rounding \
                     to 10 allows",
                    area.name
                );
                return Err(table.row_fault(area.row, text));
            }
            authorities += 1;
        }
    }
    checked.push(format!("{authorities} authorities"));
    Ok(format!(
        "adds up within rounding to 10: {}",
        checked.join(", ")
    ))
}

/// Authorities against the printed total, band by band.
fn adds(
    table: &Table<'_>,
    total: &Area<'_>,
    members: &[&Area<'_>],
    what: &str,
) -> Result<(), DataError> {
    for (letter, printed) in &total.given {
        let Some(printed) = printed else { continue };
        let counts = members.iter().filter_map(|area| area.given[letter]);
        let suppressed = members
            .iter()
            .filter(|area| area.given[letter].is_none())
            .count() as i64;
        let sum: i64 = counts.sum();
        let allowed = rounding(members.len()) + 4 * suppressed.min(members.len() as i64);
        if (sum - printed).abs() > allowed {
            let text = format!(
                "band {letter} of {what} is {printed}, its {} authorities add to {sum} (allowed for \
                 rounding to 10: {allowed} apart)",
                members.len()
            );
            return Err(table.row_fault(total.row, text));
        }
    }
    Ok(())
}

/// A date such as `2023_03_31` in the name of a file.
fn date_in_name(path: &Path) -> Option<Date> {
    let name = path.file_name()?.to_string_lossy().into_owned();
    let digits: Vec<&str> = name
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .collect();
    digits.windows(3).find_map(|part| {
        let [year, month, day] = part else {
            return None;
        };
        if year.len() != 4 || month.len() != 2 || day.len() != 2 {
            return None;
        }
        Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_may_say_its_date() {
        let date = date_in_name(Path::new("CTSOP1_1_2023_03_31.raw.csv.gz"));
        assert_eq!(date.unwrap().to_string(), "2023-03-31");
        assert_eq!(date_in_name(Path::new("stock.csv")), None);
    }

    #[test]
    fn rounding_allows_five_for_each_count_at_most() {
        assert_eq!(rounding(0), 5);
        assert_eq!(rounding(8), 45);
        assert_eq!(rounding(309), 459);
    }
}
