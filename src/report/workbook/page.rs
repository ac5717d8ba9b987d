//! One sheet of the workbook, filled from top to bottom: how figures, words, inputs and formulas look.

use rust_xlsxwriter::utility::{row_col_to_cell, row_col_to_cell_absolute};
use rust_xlsxwriter::{
    Color, ConditionalFormatText, ConditionalFormatTextRule, Format, FormatAlign, FormatBorder,
    Formula, Worksheet, XlsxError,
};

/// What a figure is, which decides how it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// Pounds and pence.
    Pence,
    /// Whole pounds.
    Pounds,
    /// A share, in percent to one decimal.
    Percent,
    /// A rise, in percent to four decimals: exact to a millionth.
    Rise,
    /// A rise, in percent to two decimals.
    RoundedRise,
    /// A whole number.
    Count,
    /// Band D equivalents, to the thousandth.
    Base,
    /// A number with up to six decimals.
    Number,
    /// Words.
    Words,
}

impl Look {
    const fn code(self) -> &'static str {
        match self {
            Self::Pence => "£#,##0.00;-£#,##0.00",
            Self::Pounds => "£#,##0;-£#,##0",
            Self::Percent => "0.0%",
            Self::Rise => "0.00##%",
            Self::RoundedRise => "0.00%",
            Self::Count => "#,##0",
            Self::Base => "#,##0.000",
            Self::Number => "#,##0.######",
            Self::Words => "General",
        }
    }
}

/// What a cell is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A result.
    Result,
    /// An input that the reader may change.
    Input,
    /// A total.
    Total,
    /// A figure of the program, to set a formula against.
    Program,
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// Nothing: the figure is missing.
    Empty,
    /// Words; never read as a formula.
    Words(String),
    /// A figure.
    Figure(f64, Look),
    /// A formula with its result.
    Formula(String, f64, Look),
    /// A formula whose result is words.
    WordsFormula(String, String),
}

impl Value {
    /// Words.
    pub(super) fn words(words: impl Into<String>) -> Self {
        Self::Words(words.into())
    }

    /// A figure; nothing where it is missing.
    pub(super) fn figure(figure: impl Into<Option<f64>>, look: Look) -> Self {
        figure
            .into()
            .map_or(Self::Empty, |value| Self::Figure(value, look))
    }
}

/// One sheet, with the row that is written next.
pub(super) struct Page<'a> {
    sheet: &'a mut Worksheet,
    next: u32,
    widths: Vec<f64>,
}

/// Points that one line of text is high.
const LINE: f64 = 15.0;
/// The fill of headings, and of cells that the reader may change.
const HEADING: Color = Color::RGB(0x1F_3A_5F);
const INPUT: Color = Color::RGB(0xFF_F4_CC);
const TOTAL: Color = Color::RGB(0xEA_EE_F3);
const QUIET: Color = Color::RGB(0x59_59_59);
const LINE_COLOUR: Color = Color::RGB(0xB0_B7_C3);
const ALARM: Color = Color::RGB(0xC0_00_00);

impl<'a> Page<'a> {
    /// A page of A4 across, with columns of these widths in characters, a title and what to know of it.
    pub(super) fn new(
        sheet: &'a mut Worksheet,
        name: &str,
        widths: &[f64],
        title: &str,
        notes: &[&str],
    ) -> Result<Self, XlsxError> {
        const A4: u8 = 9;
        sheet
            .set_name(name)?
            .set_paper_size(A4)
            .set_landscape()
            .set_print_fit_to_pages(1, 0)
            .set_margins(0.4, 0.4, 0.5, 0.6, 0.3, 0.3)
            .set_footer(format!("&L{}&RPage &P of &N", name.replace('&', "&&")));
        for (column, width) in (0u16..).zip(widths) {
            sheet.set_column_width(column, *width)?;
        }
        let mut page = Self {
            sheet,
            next: 0,
            widths: widths.to_vec(),
        };
        let heading = Format::new().set_bold().set_font_size(14);
        page.sheet
            .write_string_with_format(0, 0, title, &heading)?
            .set_row_height(0, 21)?;
        page.next = 1;
        for note in notes {
            page.paragraph(note)?;
        }
        page.skip();
        Ok(page)
    }

    /// The number of the row that is written next, 0 for the first.
    pub(super) const fn row(&self) -> u32 {
        self.next
    }

    /// Goes on to the next row.
    pub(super) const fn skip(&mut self) {
        self.next += 1;
    }

    /// Begins a new page at the next row where it is printed.
    pub(super) fn new_page(&mut self) -> Result<(), XlsxError> {
        self.sheet.set_page_breaks(&[self.next])?;
        Ok(())
    }

    /// Shows a cell of a column in red where it begins with some words.
    pub(super) fn alarm(
        &mut self,
        (first, last): (u32, u32),
        column: u16,
        words: &str,
    ) -> Result<(), XlsxError> {
        let rule = ConditionalFormatTextRule::BeginsWith(words.to_owned());
        let red = Format::new().set_font_color(ALARM).set_bold();
        let alarm = ConditionalFormatText::new().set_rule(rule).set_format(red);
        self.sheet
            .add_conditional_format(first, column, last, column, &alarm)?;
        Ok(())
    }

    /// Words that run on over empty cells at their right.
    pub(super) fn overflowing(
        &mut self,
        row: u32,
        column: u16,
        words: &str,
    ) -> Result<(), XlsxError> {
        let format = Format::new().set_indent(u8::from(column > 0));
        self.sheet
            .write_string_with_format(row, column, words, &format)?;
        Ok(())
    }

    /// A paragraph across the page.
    pub(super) fn paragraph(&mut self, text: &str) -> Result<(), XlsxError> {
        let wrapped = Format::new()
            .set_text_wrap()
            .set_align(FormatAlign::Top)
            .set_font_color(QUIET);
        let width: f64 = self.widths.iter().sum();
        let last = u16::try_from(self.widths.len()).unwrap_or(u16::MAX).max(2) - 1;
        self.sheet
            .merge_range(self.next, 0, self.next, last, text, &wrapped)?;
        let lines = lines_of(text, width);
        self.sheet.set_row_height(self.next, LINE * lines)?;
        self.next += 1;
        Ok(())
    }

    /// The heading of a part of the page.
    pub(super) fn part(&mut self, heading: &str) -> Result<(), XlsxError> {
        let format = Format::new()
            .set_bold()
            .set_font_size(12)
            .set_font_color(HEADING);
        self.sheet
            .write_string_with_format(self.next, 0, heading, &format)?;
        self.next += 1;
        Ok(())
    }

    /// The heading of a table.
    pub(super) fn head(&mut self, names: &[&str]) -> Result<(), XlsxError> {
        let format = Format::new()
            .set_bold()
            .set_font_color(Color::White)
            .set_background_color(HEADING)
            .set_text_wrap()
            .set_align(FormatAlign::Center)
            .set_align(FormatAlign::VerticalCenter);
        let mut lines: f64 = 1.0;
        for (column, name) in (0u16..).zip(names) {
            self.sheet
                .write_string_with_format(self.next, column, *name, &format)?;
            // Bold letters are wider.
            lines = lines.max(lines_of(name, 0.85 * self.width_of(column)));
        }
        self.sheet.set_row_height(self.next, LINE * lines)?;
        self.next += 1;
        Ok(())
    }

    /// Keeps everything above the next row in sight, and prints the heading just above it on every page.
    pub(super) fn freeze(&mut self, columns: u16) -> Result<(), XlsxError> {
        self.sheet.set_freeze_panes(self.next, columns)?;
        self.sheet.set_repeat_rows(self.next - 1, self.next - 1)?;
        Ok(())
    }

    /// A row of a table.
    pub(super) fn line(&mut self, values: &[Value]) -> Result<(), XlsxError> {
        let all: Vec<(Value, Role)> = values
            .iter()
            .map(|value| (value.clone(), Role::Result))
            .collect();
        self.line_of(&all)
    }

    /// A row of a table whose cells are for different things.
    pub(super) fn line_of(&mut self, values: &[(Value, Role)]) -> Result<(), XlsxError> {
        for (column, (value, role)) in (0u16..).zip(values) {
            self.put(self.next, column, value, *role)?;
        }
        let lines = (0u16..).zip(values).map(|(column, (value, _))| {
            let Value::Words(words) = value else {
                return 1.0;
            };
            // The indent takes two characters.
            lines_of(words, self.width_of(column) - 2.0)
        });
        let lines = lines.fold(1.0, f64::max);
        if lines > 1.0 {
            self.sheet.set_row_height(self.next, LINE * lines)?;
        }
        self.next += 1;
        Ok(())
    }

    /// Puts a value into a cell.
    pub(super) fn put(
        &mut self,
        row: u32,
        column: u16,
        value: &Value,
        role: Role,
    ) -> Result<(), XlsxError> {
        let look = match value {
            Value::Figure(_, look) | Value::Formula(_, _, look) => *look,
            _ => Look::Words,
        };
        let mut format = Format::new()
            .set_num_format(look.code())
            .set_align(FormatAlign::Top);
        if look == Look::Words {
            format = format
                .set_align(FormatAlign::Left)
                .set_indent(u8::from(column > 0));
        }
        // What a formula says is short, and runs on over the next cell.
        if matches!(value, Value::Words(_)) {
            format = format.set_text_wrap();
        }
        format = match role {
            Role::Result => format
                .set_border_bottom(FormatBorder::Hair)
                .set_border_bottom_color(LINE_COLOUR),
            Role::Input => format
                .set_background_color(INPUT)
                .set_font_color(Color::RGB(0x00_00_99))
                .set_border(FormatBorder::Thin)
                .set_border_color(Color::RGB(0xBF_A8_50)),
            Role::Total => format
                .set_bold()
                .set_background_color(TOTAL)
                .set_border_top(FormatBorder::Thin),
            Role::Program => format.set_font_color(QUIET).set_italic(),
        };
        match value {
            Value::Empty => {
                self.sheet.write_blank(row, column, &format)?;
            }
            Value::Words(words) => {
                // What looks like a formula stays words when the cell is edited, too.
                if words.starts_with(['=', '+', '-', '@']) {
                    format = format.set_quote_prefix();
                }
                self.sheet
                    .write_string_with_format(row, column, words, &format)?;
            }
            Value::Figure(figure, _) => {
                self.sheet
                    .write_number_with_format(row, column, *figure, &format)?;
            }
            Value::Formula(formula, result, _) => {
                let formula = Formula::new(formula).set_result(result.to_string());
                self.sheet
                    .write_formula_with_format(row, column, formula, &format)?;
            }
            Value::WordsFormula(formula, result) => {
                let formula = Formula::new(formula).set_result(result);
                self.sheet
                    .write_formula_with_format(row, column, formula, &format)?;
            }
        }
        Ok(())
    }

    fn width_of(&self, column: u16) -> f64 {
        self.widths.get(usize::from(column)).copied().unwrap_or(8.0)
    }
}

/// Lines that a text takes in a width of so many characters.
fn lines_of(text: &str, width: f64) -> f64 {
    // Letters are a little narrower than figures, but words break early.
    let width = width.max(4.0);
    let mut lines = 0.0;
    for paragraph in text.split('\n') {
        let mut used = 0.0;
        lines += 1.0;
        for word in paragraph.split_whitespace() {
            let long = word.chars().count() as f64;
            if used > 0.0 && used + 1.0 + long > width {
                lines += 1.0;
                used = 0.0;
            }
            if long > width {
                // A word without spaces is broken where the cell ends.
                lines += (long / width).ceil() - 1.0;
                used = width;
            } else {
                used += long + if used > 0.0 { 1.0 } else { 0.0 };
            }
        }
    }
    lines
}

/// The name of a cell, such as `B7`.
pub(super) fn at(row: u32, column: u16) -> String {
    row_col_to_cell(row, column)
}

/// The name of a cell that stays the same where a formula is copied, such as `$B$7`.
pub(super) fn fixed(row: u32, column: u16) -> String {
    row_col_to_cell_absolute(row, column)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    /// The first sheet of a workbook, as it stands in its file.
    fn sheet_of(bytes: &[u8]) -> Option<String> {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).ok()?;
        let mut text = String::new();
        let mut file = archive.by_name("xl/worksheets/sheet1.xml").ok()?;
        file.read_to_string(&mut text).ok()?;
        Some(text)
    }

    #[test]
    fn words_that_begin_like_a_formula_stay_words_and_a_missing_figure_stays_empty()
    -> Result<(), XlsxError> {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        let mut page = Page::new(sheet, "One", &[10.0, 10.0], "=1+1", &["=HYPERLINK(1)"])?;
        let row = page.row();
        let words = ["=1+1", "+1", "-1", "@SUM(1)"];
        page.line(&words.map(Value::words))?;
        page.line(&[Value::figure(None, Look::Pence)])?;
        page.line(&[Value::Formula("=1+1".to_owned(), 2.0, Look::Count)])?;
        let text = sheet_of(&book.save_to_buffer()?).expect("a sheet");
        assert_eq!(text.matches("<f>").count(), 1, "{text}");
        assert!(text.contains("<f>1+1</f><v>2</v>"), "{text}");
        let empty = format!("<c r=\"{}\"", at(row + 1, 0));
        let (_, after) = text.split_once(&empty).expect("a cell");
        let cell = after.split_once('>').map_or("", |(cell, _)| cell);
        assert!(cell.ends_with('/'), "{cell}");
        Ok(())
    }

    #[test]
    fn a_text_takes_the_lines_that_its_words_need() {
        assert_eq!(lines_of("one two three", 13.0), 1.0);
        assert_eq!(lines_of("one two three", 12.0), 2.0);
        assert_eq!(lines_of("abcdefghijkl", 6.0), 2.0);
        assert_eq!(lines_of("one\ntwo", 40.0), 2.0);
    }
}
