//! The council tax base return (CTB) as published: what every authority reports in October.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::codes::{Codes, is_billing};
use super::sheet::{Column, Sheet, Table, Wanted, letters, words};
use crate::data::catalogue::DataError;

/// A line of the return that is held by band.
#[derive(Debug)]
pub(crate) struct Line {
    /// The column of `bands.csv`.
    pub name: &'static str,
    wanted: Wanted,
    in_support: bool,
    /// Decimals that are kept; none for counts.
    pub decimals: usize,
}

/// Lines by band, in the order of `bands.csv`.
pub(crate) const LINES: [Line; 11] = [
    count("listed", &["total number of dwellings on valuation list"]),
    count(
        "exempt",
        &["number of dwellings on valuation list exempt on"],
    ),
    count("chargeable", &["number of chargeable dwellings on"]),
    count(
        "single_adult",
        &["entitled to a single adult household 25 discount"],
    ),
    count("one_counted", &["all but one resident being disregarded"]),
    count(
        "all_disregarded",
        &["due to all residents being disregarded"],
    ),
    count("second_homes", &["classed as second homes"]),
    count(
        "empty",
        &["total number of dwellings in line 7 classed as empty"],
    ),
    Line {
        name: "support_pension_age",
        wanted: Wanted {
            name: "reduction in council tax base due to council tax support - pensioners",
            all: &[
                "reduction in council tax base due to council tax support",
                "pensioners",
            ],
            none: &[],
        },
        in_support: true,
        decimals: 2,
    },
    Line {
        name: "support_working_age",
        wanted: Wanted {
            name: "reduction in council tax base due to council tax support - working age people",
            all: &[
                "reduction in council tax base due to council tax support",
                "working age people",
            ],
            none: &[],
        },
        in_support: true,
        decimals: 2,
    },
    Line {
        name: "band_d_equivalents_before_support",
        wanted: Wanted {
            name: "total number of band D equivalents",
            all: &["total number of band d equivalents"],
            none: &["after allowance"],
        },
        in_support: false,
        decimals: 1,
    },
];

const fn count(name: &'static str, all: &'static [&'static str]) -> Line {
    Line {
        name,
        wanted: Wanted {
            name: all[0],
            all,
            none: &[],
        },
        in_support: false,
        decimals: 0,
    }
}

const AFTER_BY_BAND: Wanted = Wanted {
    name: "total number of band D equivalents after allowance for council tax support",
    all: &["total number of band d equivalents after allowance for council tax support"],
    none: &[],
};
const BEFORE: Wanted = Wanted {
    name: "tax base (line 26)",
    all: &["tax base line"],
    none: &[],
};
const AFTER: Wanted = Wanted {
    name: "tax base after allowance for council tax support",
    all: &["tax base after allowance for council tax support"],
    none: &[],
};
const IN_LIEU: Wanted = Wanted {
    name: "number of band D equivalents of contributions in lieu",
    all: &["band d equivalents of contributions in lieu"],
    none: &[],
};
const CODE: Wanted = Wanted {
    name: "ONS Code",
    all: &["ons code"],
    none: &[],
};
const NAME: Wanted = Wanted {
    name: "Local Authority",
    all: &["local authority"],
    none: &[],
};

/// One authority of the return.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct ReturnRow {
    /// [`LINES`] by band letter.
    pub bands: BTreeMap<char, [f64; LINES.len()]>,
    /// Tax base before support, band D equivalents.
    pub before_support: f64,
    /// Tax base after support.
    pub after_support: f64,
    /// Of it: band A homes on disabled reduction, charged at 5/9.
    pub band_a_disabled: f64,
    /// Of it: contributions in lieu from the Ministry of Defence.
    pub contributions_in_lieu: f64,
}

/// The return.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TaxBaseReturn {
    /// The day that the dwellings are counted on.
    pub date: Option<Date>,
    /// By ONS code.
    pub rows: BTreeMap<String, ReturnRow>,
    /// What was found and checked.
    pub notes: Vec<String>,
}

/// The main table of a sheet, where it is one of these.
pub(crate) fn table(sheet: &Sheet) -> Option<Table<'_>> {
    tables_under(sheet, "total number of dwellings on valuation list")
}

/// The support table of a sheet, where it is one of these.
pub(crate) fn support_table(sheet: &Sheet) -> Option<Table<'_>> {
    tables_under(
        sheet,
        "reduction in council tax base due to council tax support",
    )
}

/// A row of band titles under a row of table titles, one of which holds some words.
fn tables_under<'a>(sheet: &'a Sheet, title: &str) -> Option<Table<'a>> {
    let above = sheet.find(|cells| {
        cells.len() > 1
            && cells
                .iter()
                .any(|cell| cell.starts_with("tab") && cell.contains(title))
    })?;
    let header = sheet.rows.get(above + 1)?;
    let is_header = header
        .cells
        .iter()
        .any(|(_, cell)| words(&cell.text()) == "ons code");
    is_header.then(|| Table::at(sheet, above + 1, true))
}

/// The columns of one line: bands, band A at 5/9 where the line has it, and the total.
struct LineColumns {
    bands: BTreeMap<char, Column>,
    disabled: Option<Column>,
    total: Column,
}

fn line_columns(table: &Table<'_>, wanted: &Wanted) -> Result<LineColumns, DataError> {
    let found = table.columns(wanted);
    if found.is_empty() {
        table.column(wanted)?;
    }
    let mut bands = BTreeMap::new();
    let (mut disabled, mut total) = (None, None);
    for column in found {
        let title = words(&column.title);
        if title.ends_with("disabled relief reduction") {
            disabled = Some(column.clone());
        } else if title.ends_with(" total") {
            total = Some(column.clone());
        } else if let Some((_, letter)) = title.rsplit_once(" band ") {
            match letter.to_uppercase().as_bytes() {
                [letter @ b'A'..=b'H'] => {
                    if bands.insert(char::from(*letter), column.clone()).is_some() {
                        return Err(table.fault(format!("two columns {:?}", column.title)));
                    }
                }
                _ => {
                    return Err(table.fault(format!(
                        "the column {:?} is of no band of England (allowed: A to H)",
                        column.title
                    )));
                }
            }
        }
    }
    let lacking = |what: String| {
        table.fault(format!(
            "no column {:?}",
            format!("{}: {what}", wanted.name)
        ))
    };
    for letter in 'A'..='H' {
        if !bands.contains_key(&letter) {
            return Err(lacking(format!("Band {letter}")));
        }
    }
    let total = total.ok_or_else(|| lacking("Total".to_owned()))?;
    Ok(LineColumns {
        bands,
        disabled,
        total,
    })
}

/// Reads the return from its main table and its support table.
pub(crate) fn read(
    main: &Table<'_>,
    support: &Table<'_>,
    codes: &Codes,
) -> Result<TaxBaseReturn, DataError> {
    let mut notes = vec![format!(
        "headers in {} and {}",
        main.place(),
        support.place()
    )];
    let mut rows: BTreeMap<String, ReturnRow> = BTreeMap::new();
    let mut date = None;

    // Totals of the bill, one column each.
    let code = main.column(&CODE)?;
    let name = main.column(&NAME)?;
    let before = main.column(&BEFORE)?;
    let after = main.column(&AFTER)?;
    // The line stands twice: after the base before support, and after the base with support.
    let in_lieu = main.columns(&IN_LIEU);
    let in_lieu = match in_lieu.last() {
        Some(last) => (*last).clone(),
        None => main.column(&IN_LIEU)?,
    };
    let at_five_ninths = line_columns(main, &AFTER_BY_BAND)?
        .disabled
        .ok_or_else(|| main.fault(format!("no column {:?}: band A at 5/9", AFTER_BY_BAND.name)))?;
    for row in main.rows {
        let authority = row.text(code.at);
        if !is_billing(&authority) {
            continue;
        }
        codes
            .known(&authority, &row.text(name.at))
            .map_err(|text| main.row_fault(row, text))?;
        let read = ReturnRow {
            bands: BTreeMap::new(),
            before_support: main.figure(row, &before)?,
            after_support: main.figure(row, &after)?,
            band_a_disabled: main.figure(row, &at_five_ninths)?,
            contributions_in_lieu: main.figure(row, &in_lieu)?,
        };
        if rows.insert(authority.clone(), read).is_some() {
            let text = format!(
                "{} ({authority}) stands here a second time",
                row.text(name.at)
            );
            return Err(main.row_fault(row, text));
        }
    }
    if rows.is_empty() {
        return Err(main.fault("no row of a billing authority below it".to_owned()));
    }

    let mut checked = 0;
    let mut taken = Vec::new();
    for (position, line) in LINES.iter().enumerate() {
        let table = if line.in_support { support } else { main };
        let columns = line_columns(table, &line.wanted)?;
        taken.push(format!(
            "{} {} to {}",
            line.name,
            letters(columns.bands[&'A'].at),
            letters(columns.bands[&'H'].at)
        ));
        if line.name == "exempt" {
            date = date_in(&columns.total.title);
        }
        let code = table.column(&CODE)?;
        let mut sums: BTreeMap<char, f64> = BTreeMap::new();
        let mut england = None;
        let mut seen = 0;
        for row in table.rows {
            let authority = row.text(code.at);
            if authority == "E92000001" {
                england = Some(row);
            }
            let Some(held) = rows.get_mut(&authority) else {
                if is_billing(&authority) {
                    let text = format!("{authority} is not in the main table of the return");
                    return Err(table.row_fault(row, text));
                }
                continue;
            };
            seen += 1;
            let mut sum = match &columns.disabled {
                Some(column) => table.figure(row, column)?,
                None => 0.0,
            };
            for (letter, column) in &columns.bands {
                let figure = if line.decimals == 0 {
                    table.count(row, column)? as f64
                } else {
                    table.figure(row, column)?
                };
                sum += figure;
                *sums.entry(*letter).or_default() += figure;
                held.bands.entry(*letter).or_insert([0.0; LINES.len()])[position] = figure;
            }
            let total = table.figure(row, &columns.total)?;
            // Equivalents may be rounded to one decimal in every band.
            let allowed = if line.decimals == 0 { 0.0 } else { 0.5 };
            if (sum - total).abs() > allowed {
                let text = format!("{total} is not the sum of the bands, {sum}");
                return Err(table.cell_fault(row, &columns.total, &text));
            }
        }
        if seen != rows.len() {
            let text = format!(
                "{seen} authorities below it, {} in the main table",
                rows.len()
            );
            return Err(table.fault(text));
        }
        if let Some(row) = england {
            for (letter, column) in &columns.bands {
                let printed = table.figure(row, column)?;
                let sum = sums[letter];
                let allowed = if line.decimals == 0 {
                    0.0
                } else {
                    0.05 * rows.len() as f64
                };
                if (printed - sum).abs() > allowed {
                    let text = format!(
                        "England is {printed}, its {} authorities add to {sum}",
                        rows.len()
                    );
                    return Err(table.cell_fault(row, column, &text));
                }
            }
            checked += columns.bands.len();
        }
    }
    notes.push(format!("columns of bands A to H: {}", taken.join(", ")));
    notes.push(format!(
        "columns of totals: before support {}, after support {}, band A at 5/9 {}, in lieu {}",
        letters(before.at),
        letters(after.at),
        letters(at_five_ninths.at),
        letters(in_lieu.at)
    ));
    notes.push(match date {
        Some(date) => format!("{} authorities, counted on {date}", rows.len()),
        None => format!(
            "{} authorities, counted on a day that no title says",
            rows.len()
        ),
    });
    notes.push(if checked > 0 {
        format!("adds up: {checked} printed figures of England, and the total of every row")
    } else {
        "no row of England to check against; the total of every row adds up".to_owned()
    });
    Ok(TaxBaseReturn { date, rows, notes })
}

/// A date such as `3 October 2022` in a title.
fn date_in(title: &str) -> Option<Date> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let title = words(title);
    let parts: Vec<&str> = title.split(' ').collect();
    parts.windows(3).find_map(|part| {
        let month = (1i8..).zip(MONTHS).find(|(_, name)| *name == part[1])?.0;
        Date::new(part[2].parse().ok()?, month, part[0].parse().ok()?).ok()
    })
}
