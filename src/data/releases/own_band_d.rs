//! Band D by authority over the years (live table 3): own amounts without parishes.

use std::collections::BTreeMap;

use super::codes::{Codes, is_billing};
use super::sheet::{Column, Sheet, Table, Wanted, words};
use crate::data::catalogue::DataError;
use crate::domain::FinancialYear;

/// Own amounts of the newest year and the year before, pounds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OwnBandD {
    /// The newest year.
    pub year: FinancialYear,
    /// By ONS code: newest, and the year before where it is given.
    pub rows: BTreeMap<String, (f64, Option<f64>)>,
    /// What was found.
    pub notes: Vec<String>,
}

const CODE: Wanted = Wanted {
    name: "ONS Code",
    all: &["ons code"],
    none: &[],
};
const NAME: Wanted = Wanted {
    name: "Authority",
    all: &["authority"],
    none: &[],
};

/// The table of a sheet, where it is one of these.
pub(crate) fn table(sheet: &Sheet) -> Option<Table<'_>> {
    let position = sheet.find(|cells| {
        cells.iter().any(|cell| cell == "ons code")
            && cells.iter().filter(|cell| year_of(cell).is_some()).count() >= 2
    })?;
    Some(Table::at(sheet, position, false))
}

/// Reads the table.
pub(crate) fn read(table: &Table<'_>, codes: &Codes) -> Result<OwnBandD, DataError> {
    let code = table.column(&CODE)?;
    let name = table.column(&NAME)?;
    let mut years: Vec<(FinancialYear, &Column)> = table
        .titles()
        .iter()
        .filter_map(|column| Some((year_of(&words(&column.title))?, column)))
        .collect();
    years.sort_by_key(|(year, _)| *year);
    let [.., (before, previous), (year, newest)] = years.as_slice() else {
        return Err(table.fault("fewer than two columns of financial years".to_owned()));
    };
    if before.next() != *year {
        let text =
            format!("the year before {year} is missing: the last columns are {before} and {year}");
        return Err(table.fault(text));
    }
    let mut rows = BTreeMap::new();
    let mut others = 0;
    for row in table.rows {
        let authority = row.text(code.at);
        if !is_billing(&authority) || table.number(row, newest)?.is_none() {
            others += 1;
            continue;
        }
        codes
            .known(&authority, &row.text(name.at))
            .map_err(|text| table.row_fault(row, text))?;
        let given = match table.number(row, previous)? {
            None => None,
            Some(_) => Some(table.figure(row, previous)?),
        };
        let amounts = (table.figure(row, newest)?, given);
        if rows.insert(authority.clone(), amounts).is_some() {
            let text = format!(
                "{} ({authority}) stands here a second time",
                row.text(name.at)
            );
            return Err(table.row_fault(row, text));
        }
    }
    if rows.is_empty() {
        return Err(table.fault(format!(
            "no billing authority with an amount of {year} below it"
        )));
    }
    let notes = vec![format!(
        "{}: {year} in column {:?}, {before} in {:?}: {} billing authorities; {others} other rows \
         (preceptors, authorities of earlier years) are left out",
        table.place(),
        newest.title,
        previous.title,
        rows.len()
    )];
    Ok(OwnBandD {
        year: *year,
        rows,
        notes,
    })
}

/// The year of a title in words: `2022 to 2023` or `2022 23`.
fn year_of(title: &str) -> Option<FinancialYear> {
    let parts: Vec<&str> = title.split(' ').collect();
    let (first, second) = match parts.as_slice() {
        [first, "to", second] if second.len() == 4 => (first, second.get(2..)?),
        [first, second] => (first, *second),
        _ => return None,
    };
    format!("{first}-{second}").parse().ok()
}
