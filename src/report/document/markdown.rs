//! A paper as Markdown.

use super::{Block, Document, Fact, Figure, Holds, Quoted, Run, Table, Text, address};

/// The paper as Markdown as GitHub reads it: charts as pictures from the folder `charts`, each with
/// the table behind it folded below.
///
/// # Example
/// ```
/// use bandwise::report::document::{Block, Document, markdown};
/// let paper = Document {
///     title: "A & B".to_owned(),
///     subtitle: "of nobody".to_owned(),
///     blocks: vec![Block::Section("First".to_owned()), Block::Paragraph("2 * 3 < 7".into())],
///     footer: "made by hand".to_owned(),
/// };
/// assert_eq!(
///     markdown(&paper),
///     "# A & B\n\nof nobody\n\n## First\n\n2 \\* 3 \\< 7\n\n---\n\nmade by hand\n"
/// );
/// ```
pub fn markdown(document: &Document) -> String {
    let pieces = [
        format!("# {}", words(&document.title)),
        start(&words(&document.subtitle)),
        several(&document.blocks),
        "---".to_owned(),
        start(&words(&document.footer)),
    ];
    format!("{}\n", pieces.join("\n\n"))
}

fn several(blocks: &[Block]) -> String {
    let pieces: Vec<_> = blocks.iter().map(one).collect();
    pieces.join("\n\n")
}

fn one(block: &Block) -> String {
    match block {
        Block::Section(heading) => format!("## {}", words(heading)),
        Block::Part(heading) => format!("### {}", words(heading)),
        Block::Paragraph(text) => start(&running(text)),
        Block::List(points) => {
            let points: Vec<_> = points
                .iter()
                .map(|point| format!("- {}", start(&running(point))))
                .collect();
            points.join("\n")
        }
        Block::Facts(facts) => self::facts(facts),
        Block::Table(rows) => table(rows),
        Block::Figure(chart) => figure(chart),
        Block::Quoted(words) => quoted(words),
        Block::Group(_, blocks) => several(blocks),
    }
}

fn running(text: &Text) -> String {
    text.0
        .iter()
        .map(|run| match run {
            Run::Plain(plain) => words(plain),
            Run::Strong(strong) => bold(strong),
            Run::Link { words: says, to } => format!("[{}]({})", words(says), address(to)),
        })
        .collect()
}

/// Bold words; the blanks around them stay outside the stars, where Markdown wants them.
fn bold(text: &str) -> String {
    let inner = text.trim_matches([' ', '\n', '\t', '\r']);
    if inner.is_empty() {
        return words(text);
    }
    match text.split_once(inner) {
        Some((before, after)) => format!("{}**{}**{}", words(before), words(inner), words(after)),
        None => words(text),
    }
}

fn facts(facts: &[Fact]) -> String {
    let rows = facts
        .iter()
        .map(|fact| vec![words(&fact.label), bold(&fact.value), words(&fact.base)]);
    let heads = super::FACT_COLUMNS.map(words);
    pipes(&heads, &[Holds::Words; 3], rows)
}

fn table(table: &Table) -> String {
    let heads: Vec<_> = table
        .columns
        .iter()
        .map(|column| words(&column.name))
        .collect();
    let holds: Vec<_> = table.columns.iter().map(|column| column.holds).collect();
    let rows = table
        .rows
        .iter()
        .map(|row| row.iter().map(|value| words(value)).collect());
    let mut text = format!(
        "{}\n\n{}",
        bold(&table.caption),
        pipes(&heads, &holds, rows)
    );
    if !table.note.is_empty() {
        text.push_str("\n\n");
        text.push_str(&start(&words(&table.note)));
    }
    text
}

fn pipes(heads: &[String], holds: &[Holds], rows: impl Iterator<Item = Vec<String>>) -> String {
    let rules: Vec<_> = holds
        .iter()
        .map(|holds| match holds {
            Holds::Words => "---".to_owned(),
            Holds::Figures => "--:".to_owned(),
        })
        .collect();
    let line = |cells: &[String]| format!("| {} |", cells.join(" | "));
    let mut lines = vec![line(heads), line(&rules)];
    lines.extend(rows.map(|row| line(&row)));
    lines.join("\n")
}

fn figure(figure: &Figure) -> String {
    format!(
        "![{}](charts/{}.svg)\n\n<details>\n<summary>{} {}</summary>\n\n{}\n\n</details>",
        words(&figure.alt),
        address(&figure.name),
        super::BEHIND,
        words(&figure.title),
        table(&figure.table)
    )
}

fn quoted(quoted: &Quoted) -> String {
    let mut pieces = vec![format!("> {}", bold(&quoted.label))];
    pieces.extend(
        quoted
            .paragraphs
            .iter()
            .map(|paragraph| format!("> {}", start(&words(paragraph)))),
    );
    let answers: Vec<_> = quoted
        .answers
        .iter()
        .map(|answer| format!("> - [ ] {}", words(answer)))
        .collect();
    if !answers.is_empty() {
        pieces.push(answers.join("\n"));
    }
    pieces.join("\n>\n")
}

/// Words on one line, with every sign that Markdown would take for its own made plain.
fn words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(sign) = rest.next() {
        let after = rest.peek().copied().unwrap_or(' ');
        match sign {
            '\n' => out.push(' '),
            '\r' => {}
            '\\' | '`' | '*' | '[' | ']' | '<' | '|' | '~' | '#' | '$' => {
                out.push('\\');
                out.push(sign);
            }
            // Within a word, as in the names of columns, it is plain already.
            '_' if !(before.is_alphanumeric() && after.is_alphanumeric()) => out.push_str("\\_"),
            '&' if after.is_ascii_alphanumeric() || after == '#' => out.push_str("\\&"),
            _ => out.push(sign),
        }
        before = sign;
    }
    out
}

/// Words as the start of a line, which must not begin a list, a quotation or a block of code.
fn start(text: &str) -> String {
    let text = text.trim_start_matches([' ', '\t']);
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let (number, after) = text.split_at(digits);
    match after.chars().next() {
        Some('.' | ')') if digits > 0 => format!("{number}\\{after}"),
        Some('-' | '+' | '>' | '=') if digits == 0 => format!("\\{after}"),
        _ => text.to_owned(),
    }
}
