//! A sheet of any file: its header found by what it says, its figures read with their place.

use std::collections::BTreeMap;
use std::path::Path;

use super::limits::Budget;
use crate::data::catalogue::DataError;

/// A filled cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    /// A number.
    Number(f64),
    /// Anything else, as written.
    Text(String),
}

impl Cell {
    /// The cell as text.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.trim().to_owned(),
        }
    }

    /// How many bytes of text it holds.
    pub(crate) fn text_bytes(&self) -> u64 {
        match self {
            Self::Number(_) => 0,
            Self::Text(text) => text.len() as u64,
        }
    }
}

/// The filled cells of a row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    /// The row of the file, from 1.
    pub number: u32,
    /// Columns, from 0, in order.
    pub cells: Vec<(u32, Cell)>,
}

impl Row {
    /// The cell of a column.
    pub(crate) fn cell(&self, column: u32) -> Option<&Cell> {
        let at = self
            .cells
            .binary_search_by_key(&column, |(column, _)| *column);
        at.ok().map(|at| &self.cells[at].1)
    }

    /// The text of a column; nothing where it is empty.
    pub(crate) fn text(&self, column: u32) -> String {
        self.cell(column).map(Cell::text).unwrap_or_default()
    }
}

/// A sheet of a workbook, or a whole CSV file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sheet {
    /// The name of the sheet; a CSV file has none.
    pub name: Option<String>,
    /// Rows that hold something, in order.
    pub rows: Vec<Row>,
}

impl Sheet {
    /// A sheet without cells.
    pub(crate) fn named(name: &str) -> Self {
        Self {
            name: Some(name.to_owned()),
            rows: Vec::new(),
        }
    }

    /// Adds a cell at a row and column, both from 0.
    pub(crate) fn put(&mut self, row: u32, column: u32, cell: Cell) {
        let number = row.saturating_add(1);
        match self.rows.last_mut() {
            Some(last) if last.number == number => {
                match last.cells.last() {
                    Some((before, _)) if *before >= column => {
                        // Out of order: only a hand-made file has that. The first one stands.
                        if let Err(at) = last.cells.binary_search_by_key(&column, |(c, _)| *c) {
                            last.cells.insert(at, (column, cell));
                        }
                    }
                    _ => last.cells.push((column, cell)),
                }
            }
            _ => self.rows.push(Row {
                number,
                cells: vec![(column, cell)],
            }),
        }
    }

    /// A CSV file: UTF-8, with or without a byte order mark.
    pub(crate) fn from_csv(path: &Path, bytes: &[u8]) -> Result<Self, DataError> {
        let fault = |text: String| DataError::fault(path, text);
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let line = 1 + bytes[..error.valid_up_to()]
                .iter()
                .filter(|b| **b == b'\n')
                .count();
            fault(format!(
                "line {line} is not text in UTF-8 [save the file as CSV UTF-8, ODS or XLSX]"
            ))
        })?;
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let mut budget = Budget::of_a_file();
        let mut rows = Vec::new();
        let mut record = csv::StringRecord::new();
        while reader
            .read_record(&mut record)
            .map_err(|error| fault(error.to_string()))?
        {
            let line = record.position().map_or(0, csv::Position::line);
            let filled = record.iter().filter(|text| !text.trim().is_empty());
            budget
                .spend(filled.count() as u64, record.as_slice().len() as u64)
                .map_err(fault)?;
            let cells: Vec<(u32, Cell)> = (0u32..)
                .zip(record.iter())
                .filter(|(_, text)| !text.trim().is_empty())
                .map(|(column, text)| (column, Cell::Text(text.trim().to_owned())))
                .collect();
            if !cells.is_empty() {
                rows.push(Row {
                    number: u32::try_from(line).unwrap_or(u32::MAX),
                    cells,
                });
            }
        }
        Ok(Self { name: None, rows })
    }

    /// How the sheet is named in messages: `sheet Data, row 7`, or `line 7` of a CSV file.
    pub(crate) fn place(&self, row: u32) -> String {
        match &self.name {
            Some(name) => format!("sheet {name}, row {row}"),
            None => format!("line {row}"),
        }
    }

    /// The position of the first row whose cells, in words, satisfy a test.
    pub(crate) fn find(&self, is_it: impl Fn(&[String]) -> bool) -> Option<usize> {
        // A header stands in the first rows; looking further costs time in long files.
        const FIRST_ROWS: usize = 40;
        self.rows.iter().take(FIRST_ROWS).position(|row| {
            let cells: Vec<String> = row
                .cells
                .iter()
                .map(|(_, cell)| words(&cell.text()))
                .collect();
            is_it(&cells)
        })
    }
}

/// A text in small letters, without notes in brackets, punctuation and line breaks: how header
/// texts are compared.
pub(crate) fn words(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    let mut in_note = false;
    for c in text.chars() {
        match c {
            '[' => in_note = true,
            ']' => in_note = false,
            _ if in_note => {}
            _ if c.is_alphanumeric() => words.extend(c.to_lowercase()),
            _ if !words.is_empty() && !words.ends_with(' ') => words.push(' '),
            _ => {}
        }
    }
    words.truncate(words.trim_end().len());
    words
}

/// What a column is looked for by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    /// Its name in messages.
    pub name: &'static str,
    /// Words that its title holds, all of them.
    pub all: &'static [&'static str],
    /// Words that its title does not hold, none of them.
    pub none: &'static [&'static str],
}

/// A column that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    /// Its position from 0.
    pub at: u32,
    /// Its title on one line.
    pub title: String,
}

/// A table in a sheet: a header and the rows below it.
#[derive(Debug, Clone)]
pub(crate) struct Table<'a> {
    sheet: &'a Sheet,
    /// The row of the header in the file.
    pub header_row: u32,
    titles: Vec<Column>,
    /// The rows below the header.
    pub rows: &'a [Row],
}

impl<'a> Table<'a> {
    /// The table whose header is the row at a position, with titles above it (which hold until
    /// the next one) or below it (where the first column is empty) joined to each column's.
    pub(crate) fn at(sheet: &'a Sheet, position: usize, above: bool) -> Self {
        let header = &sheet.rows[position];
        let mut first = position + 1;
        let mut titles: Vec<Column> = Vec::new();
        let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let column = |(at, cell): &(u32, Cell)| Column {
            at: *at,
            title: one_line(&cell.text()),
        };
        let before = |titles: &[(u32, Cell)], at: u32| {
            let title = titles.iter().rev().find(|(column, _)| *column <= at);
            title
                .map(|(_, cell)| one_line(&cell.text()))
                .unwrap_or_default()
        };
        let below = sheet.rows.get(first).filter(|row| {
            let key = header.cells.first().map_or(0, |(at, _)| *at);
            row.cells.first().is_some_and(|(at, _)| *at > key + 1)
                && row.number == header.number + 1
        });
        match (above.then(|| position.checked_sub(1)).flatten(), below) {
            (Some(above), _) => {
                let above = &sheet.rows[above].cells;
                titles.extend(header.cells.iter().map(|(at, cell)| {
                    Column {
                        at: *at,
                        title: format!("{} {}", before(above, *at), one_line(&cell.text()))
                            .trim()
                            .to_owned(),
                    }
                }));
            }
            (None, Some(below)) => {
                titles.extend(header.cells.iter().map(column));
                titles.retain(|title| below.cell(title.at).is_none());
                titles.extend(below.cells.iter().map(|(at, cell)| Column {
                    at: *at,
                    title: format!("{} {}", before(&header.cells, *at), one_line(&cell.text())),
                }));
                titles.sort_by_key(|title| title.at);
                first += 1;
            }
            (None, None) => titles.extend(header.cells.iter().map(column)),
        }
        Self {
            sheet,
            header_row: header.number,
            titles,
            rows: &sheet.rows[first..],
        }
    }

    /// The titles of all columns.
    pub(crate) fn titles(&self) -> &[Column] {
        &self.titles
    }

    /// Where the header stands: `sheet Data, row 5`.
    pub(crate) fn place(&self) -> String {
        self.sheet.place(self.header_row)
    }

    /// All columns that are wanted.
    pub(crate) fn columns(&self, wanted: &Wanted) -> Vec<&Column> {
        self.titles
            .iter()
            .filter(|column| {
                let title = format!(" {} ", words(&column.title));
                let holds = |part: &&str| title.contains(&format!(" {part} "));
                wanted.all.iter().all(holds) && !wanted.none.iter().any(holds)
            })
            .collect()
    }

    /// The one column that is wanted.
    pub(crate) fn column(&self, wanted: &Wanted) -> Result<Column, DataError> {
        self.column_with(wanted, "")
    }

    /// The one column that is wanted, of those whose title ends with some words.
    pub(crate) fn column_with(&self, wanted: &Wanted, end: &str) -> Result<Column, DataError> {
        let mut found = self.columns(wanted);
        found.retain(|column| words(&column.title).ends_with(end));
        match found.as_slice() {
            [one] => Ok((*one).clone()),
            [] => Err(self.fault(format!(
                "no column {:?}{}{}",
                wanted.name,
                if end.is_empty() {
                    String::new()
                } else {
                    format!(" of the {end}")
                },
                self.nearest(&wanted.all.join(" "))
            ))),
            [one, other, ..] => Err(self.fault(format!(
                "two columns {:?}: {} and {}",
                wanted.name,
                letters(one.at),
                letters(other.at)
            ))),
        }
    }

    /// ` [nearest: ...]`: the column whose title is most like what was looked for.
    pub(crate) fn nearest(&self, looked_for: &str) -> String {
        self.titles
            .iter()
            .map(|column| {
                let likeness = strsim::sorensen_dice(looked_for, &words(&column.title));
                (likeness, column)
            })
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .filter(|(likeness, _)| *likeness > 0.3)
            .map(|(_, column)| {
                let shown: String = column.title.chars().take(80).collect();
                format!(" [nearest: {shown:?} in column {}]", letters(column.at))
            })
            .unwrap_or_default()
    }

    /// A fault in the header.
    pub(crate) fn fault(&self, text: String) -> DataError {
        DataError::fault(Path::new(&self.place()), text)
    }

    /// A fault in a row.
    pub(crate) fn row_fault(&self, row: &Row, text: String) -> DataError {
        DataError::fault(Path::new(&self.sheet.place(row.number)), text)
    }

    /// A fault in a cell.
    pub(crate) fn cell_fault(&self, row: &Row, column: &Column, text: &str) -> DataError {
        let row = self.sheet.place(row.number);
        let place = match self.sheet.name {
            Some(_) => format!("{row}, column {} ({})", letters(column.at), column.title),
            None => format!("{row}, column {}", column.title),
        };
        DataError::fault(Path::new(&place), text.to_owned())
    }

    /// A number, or nothing where the cell is empty or says that there is none (`-`, `..`, `[z]`).
    pub(crate) fn number(&self, row: &Row, column: &Column) -> Result<Option<f64>, DataError> {
        let text = match row.cell(column.at) {
            None => return Ok(None),
            Some(Cell::Number(number)) => return self.finite(row, column, *number).map(Some),
            Some(Cell::Text(text)) => text.trim(),
        };
        if matches!(text, "-" | ".." | "[c]" | "[x]" | "[z]" | ":") {
            return Ok(None);
        }
        match plain(text).and_then(|plain| plain.parse().ok()) {
            Some(number) => self.finite(row, column, number).map(Some),
            None => {
                let shown: String = text.chars().take(40).collect();
                Err(self.cell_fault(row, column, &format!("{shown:?} is not a number")))
            }
        }
    }

    fn finite(&self, row: &Row, column: &Column, number: f64) -> Result<f64, DataError> {
        // A hundred times the council tax of England, in pounds.
        const LARGEST: f64 = 1e13;
        if number.is_finite() && number.abs() < LARGEST {
            Ok(number)
        } else {
            Err(self.cell_fault(row, column, &format!("{number} is no figure of a release")))
        }
    }

    /// A number that must be there and not be negative.
    pub(crate) fn figure(&self, row: &Row, column: &Column) -> Result<f64, DataError> {
        match self.number(row, column)? {
            Some(number) if number < 0.0 => {
                Err(self.cell_fault(row, column, &format!("{number} is negative")))
            }
            Some(number) => Ok(number),
            None => {
                let text = match row.text(column.at) {
                    empty if empty.is_empty() => "is empty".to_owned(),
                    text => format!("{text:?} where a number is needed"),
                };
                Err(self.cell_fault(row, column, &text))
            }
        }
    }

    /// A whole number that must be there and not be negative.
    pub(crate) fn count(&self, row: &Row, column: &Column) -> Result<i64, DataError> {
        let number = self.figure(row, column)?;
        if number.fract() == 0.0 {
            Ok(number as i64)
        } else {
            Err(self.cell_fault(row, column, &format!("{number} is not a whole number")))
        }
    }
}

/// A number without separators of thousands, where these stand where they should.
fn plain(text: &str) -> Option<String> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    if !digits.contains(',') {
        return Some(text.to_owned());
    }
    let (whole, decimals) = match digits.split_once('.') {
        Some((whole, decimals)) => (whole, Some(decimals)),
        None => (digits, None),
    };
    let groups: Vec<&str> = whole.split(',').collect();
    let in_place = groups.iter().enumerate().all(|(at, group)| {
        let length = if at == 0 { 1..=3 } else { 3..=3 };
        length.contains(&group.len()) && group.bytes().all(|byte| byte.is_ascii_digit())
    });
    in_place.then(|| match decimals {
        Some(decimals) => format!("{sign}{}.{decimals}", groups.concat()),
        None => format!("{sign}{}", groups.concat()),
    })
}

/// Where the columns of bands stand: `bands A to H in columns F to M`.
pub(crate) fn spans(bands: &BTreeMap<char, Column>) -> String {
    let (Some((first, from)), Some((last, to))) = (bands.first_key_value(), bands.last_key_value())
    else {
        return "no bands".to_owned();
    };
    format!(
        "bands {first} to {last} in columns {} to {}",
        letters(from.at),
        letters(to.at)
    )
}

/// The letters of a column from 0: A, B, ..., AA.
pub(crate) fn letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut left = u64::from(column) + 1;
    while left > 0 {
        left -= 1;
        letters.push(b'A' + (left % 26) as u8);
        left /= 26;
    }
    letters
        .iter()
        .rev()
        .map(|letter| char::from(*letter))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_lettered_as_in_a_spreadsheet() {
        assert_eq!(
            [0, 25, 26, 701, 702, 16_383].map(letters),
            ["A", "Z", "AA", "ZZ", "AAA", "XFD"]
        );
    }

    #[test]
    fn header_texts_are_compared_without_notes_and_line_breaks() {
        assert_eq!(
            words("7. Council tax\n\n base [note 1] (current year)\n"),
            "7 council tax base current year"
        );
    }

    #[test]
    fn separators_of_thousands_count_only_where_they_should_stand() {
        assert_eq!(plain("1,234,567.5").as_deref(), Some("1234567.5"));
        assert_eq!(plain("-1,234").as_deref(), Some("-1234"));
        assert_eq!(plain("12,34"), None);
        assert_eq!(plain("inf"), None);
    }
}
