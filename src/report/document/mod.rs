//! A paper that people read: headings, sentences, tables and figures, without a word of how they look.
//!
//! What is said is put together once (`report::paper`); each format is one pure function from a
//! [`Document`] to bytes, so that no format says what another does not.

mod html;
mod markdown;
mod style;
mod word;

pub use html::{Beside, fragment, html};
pub use markdown::markdown;
pub use style::{BLOCKS, PAGE, PRINT};
pub use word::word;

/// What stands over the table behind a chart.
const BEHIND: &str = "The figures behind it:";

/// The headings over figures that stand out, where they stand in a table.
const FACT_COLUMNS: [&str; 3] = ["What", "Figure", "Of what, and how sure"];

/// A paper.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// What it is about.
    pub title: String,
    /// Of whom, of which year, by what.
    pub subtitle: String,
    /// What stands in it, from top to bottom.
    pub blocks: Vec<Block>,
    /// From what it was made: one line at its end, and at the foot of every page where there are pages.
    pub footer: String,
}

/// One piece of a paper.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// The heading of a section.
    Section(String),
    /// The heading of a part of a section.
    Part(String),
    /// A paragraph.
    Paragraph(Text),
    /// Points without an order.
    List(Vec<Text>),
    /// Figures that stand out.
    Facts(Vec<Fact>),
    /// A table.
    Table(Table),
    /// A chart, with the table behind it.
    Figure(Figure),
    /// A text in its own words, such as a ballot paper.
    Quoted(Quoted),
    /// Blocks that are set apart.
    Group(Setting, Vec<Block>),
}

/// How blocks are set apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// In small print: for reference.
    Small,
    /// More detail than fits on paper: left out of print.
    OnScreen,
}

/// A running text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text(pub Vec<Run>);

/// A stretch of a running text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Run {
    /// As it is.
    Plain(String),
    /// That stands out.
    Strong(String),
    /// That leads somewhere.
    Link {
        /// What it says.
        words: String,
        /// Where it leads.
        to: String,
    },
}

/// A figure that stands out: never without what it is a figure of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is.
    pub label: String,
    /// The figure, in words.
    pub value: String,
    /// What it is measured on, and how sure it is.
    pub base: String,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What it shows, with its units.
    pub caption: String,
    /// Its columns; the first names the rows.
    pub columns: Vec<Column>,
    /// Its rows, each as long as the columns.
    pub rows: Vec<Vec<String>>,
    /// What to know of it.
    pub note: String,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its heading.
    pub name: String,
    /// What stands in it.
    pub holds: Holds,
}

/// What a column holds: words stand at the left, figures at the right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Words.
    Words,
    /// Figures.
    Figures,
}

/// A chart, and the table behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The name of its files without their ending.
    pub name: String,
    /// The name of the table of results that holds the rows behind it, all of them.
    pub rows: &'static str,
    /// The chart.
    pub svg: String,
    /// What it shows, as over the chart.
    pub title: String,
    /// What it shows, in full sentences, for who cannot see it.
    pub alt: String,
    /// The figures behind it.
    pub table: Table,
}

/// A text in its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quoted {
    /// What it is.
    pub label: String,
    /// Its paragraphs.
    pub paragraphs: Vec<String>,
    /// The answers to choose from.
    pub answers: Vec<String>,
}

impl Text {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// And these words.
    #[must_use]
    pub fn plain(mut self, words: impl Into<String>) -> Self {
        self.0.push(Run::Plain(words.into()));
        self
    }

    /// And these words, which stand out.
    #[must_use]
    pub fn strong(mut self, words: impl Into<String>) -> Self {
        self.0.push(Run::Strong(words.into()));
        self
    }

    /// And these words, which lead somewhere.
    #[must_use]
    pub fn link(mut self, words: impl Into<String>, to: impl Into<String>) -> Self {
        self.0.push(Run::Link {
            words: words.into(),
            to: to.into(),
        });
        self
    }
}

impl<T: Into<String>> From<T> for Text {
    fn from(words: T) -> Self {
        Self::new().plain(words)
    }
}

impl Column {
    /// A column of words.
    pub fn words(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            holds: Holds::Words,
        }
    }

    /// A column of figures.
    pub fn figures(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            holds: Holds::Figures,
        }
    }
}

/// An address, with what may not stand in one written as hexadecimal codes.
fn address(to: &str) -> String {
    let mut out = String::with_capacity(to.len());
    for sign in to.chars() {
        match sign {
            ' ' => out.push_str("%20"),
            '(' => out.push_str("%28"),
            ')' => out.push_str("%29"),
            '<' => out.push_str("%3C"),
            '>' => out.push_str("%3E"),
            '\n' | '\r' => {}
            _ => out.push(sign),
        }
    }
    out
}
