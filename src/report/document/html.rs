//! A paper as one HTML file that needs nothing else.

use maud::{DOCTYPE, Markup, PreEscaped, html as markup};

use super::style::{BLOCKS, PAGE, PRINT};
use super::{Block, Column, Document, Figure, Holds, Quoted, Run, Setting, Table, Text};

/// The paper as HTML in UTF-8: style and charts inside, no script, nothing fetched.
///
/// # Example
/// ```
/// use bandwise::report::document::{Block, Document, html};
/// let paper = Document {
///     title: "A & B".to_owned(),
///     subtitle: "of nobody".to_owned(),
///     blocks: vec![Block::Section("First".to_owned()), Block::Paragraph("1 < 2".into())],
///     footer: "made by hand".to_owned(),
/// };
/// let text = html(&paper);
/// assert!(text.starts_with("<!DOCTYPE html>"));
/// assert!(text.contains("<h1>A &amp; B</h1>") && text.contains("<p>1 &lt; 2</p>"));
/// ```
pub fn html(document: &Document) -> String {
    let page = markup! {
        (DOCTYPE)
        html lang="en-GB" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (document.title) }
                style { (PreEscaped(PAGE)) (PreEscaped(BLOCKS)) (PreEscaped(PRINT)) (PreEscaped(foot(&document.footer))) }
            }
            body {
                header {
                    h1 { (document.title) }
                    p.subtitle { (document.subtitle) }
                }
                main {
                    (all(&document.blocks, &|_| Vec::new()))
                }
                footer { (document.footer) }
            }
        }
    };
    let mut text = page.into_string();
    text.push('\n');
    text
}

/// Links that stand beside a chart: words and addresses.
pub type Beside<'a> = &'a dyn Fn(&Figure) -> Vec<(String, String)>;

/// Some blocks as they stand in [`html`], for a page that says itself what stands around them: it takes
/// [`super::BLOCKS`] and [`super::PRINT`] into its style, and `beside` says where each chart may be taken away.
///
/// # Example
/// ```
/// use bandwise::report::document::{Block, fragment};
/// let blocks = [Block::Section("First".to_owned()), Block::Paragraph("1 < 2".into())];
/// assert_eq!(fragment(&blocks, &|_| Vec::new()), "<h2>First</h2><p>1 &lt; 2</p>");
/// ```
pub fn fragment(blocks: &[Block], beside: Beside<'_>) -> String {
    all(blocks, beside).into_string()
}

/// The line at the foot of every printed page, as a rule of style.
fn foot(line: &str) -> String {
    let mut words = String::with_capacity(line.len());
    for sign in line.chars() {
        match sign {
            // What would end the text, or the style, as a number and a blank.
            '"' | '\\' | '<' | '>' | '&' => words.push_str(&format!("\\{:x} ", u32::from(sign))),
            _ if sign.is_control() => words.push(' '),
            _ => words.push(sign),
        }
    }
    format!(
        "@page {{ @bottom-left {{ content: \"{words}\"; font: 7pt Arial, sans-serif; color: #4a4a4a; text-align: left; }} }}\n"
    )
}

fn all(blocks: &[Block], beside: Beside<'_>) -> Markup {
    markup! { @for block in blocks { (one(block, beside)) } }
}

fn one(block: &Block, beside: Beside<'_>) -> Markup {
    match block {
        Block::Section(heading) => markup! { h2 { (heading) } },
        Block::Part(heading) => markup! { h3 { (heading) } },
        Block::Paragraph(text) => markup! { p { (running(text)) } },
        Block::List(points) => markup! {
            ul { @for point in points { li { (running(point)) } } }
        },
        Block::Facts(facts) => markup! {
            dl.facts {
                @for fact in facts {
                    div {
                        dt { (fact.label) }
                        dd.value { (fact.value) }
                        dd.base { (fact.base) }
                    }
                }
            }
        },
        Block::Table(rows) => table(rows, &rows.caption),
        Block::Figure(chart) => figure(chart, &beside(chart)),
        Block::Quoted(words) => quoted(words),
        Block::Group(setting, blocks) => {
            let class = match setting {
                Setting::Small => "small",
                Setting::OnScreen => "on-screen",
            };
            markup! { div class=(class) { (all(blocks, beside)) } }
        }
    }
}

fn running(text: &Text) -> Markup {
    markup! {
        @for run in &text.0 {
            @match run {
                Run::Plain(words) => { (words) }
                Run::Strong(words) => { strong { (words) } }
                Run::Link { words, to } => { a href=(to) { (words) } }
            }
        }
    }
}

/// A table under the name by which it is found among the others of a page.
fn table(table: &Table, name: &str) -> Markup {
    let class = |column: &Column| (column.holds == Holds::Figures).then_some("figures");
    markup! {
        // A wide table is moved sideways on a small screen, also by keyboard.
        div.wide tabindex="0" role="region" aria-label=(name) {
            table {
                caption { (table.caption) }
                thead {
                    tr {
                        @for column in &table.columns {
                            th scope="col" class=[class(column)] { (column.name) }
                        }
                    }
                }
                tbody {
                    @for row in &table.rows {
                        tr {
                            @for (place, (value, column)) in row.iter().zip(&table.columns).enumerate() {
                                @if place == 0 {
                                    th scope="row" class=[class(column)] { (value) }
                                } @else {
                                    td class=[class(column)] { (value) }
                                }
                            }
                        }
                    }
                }
            }
        }
        @if !table.note.is_empty() { p.note { (table.note) } }
    }
}

fn figure(figure: &Figure, links: &[(String, String)]) -> Markup {
    markup! {
        figure {
            // Its words stay large enough to read on a small screen, where it is moved sideways.
            div.wide tabindex="0" role="group" aria-label={ "Chart: " (figure.title) } {
                (PreEscaped(&figure.svg))
            }
            figcaption {
                details {
                    summary { (super::BEHIND) " " (figure.title) }
                    (table(&figure.table, &format!("{} {}", super::BEHIND, figure.title)))
                }
                @if !links.is_empty() {
                    p.take {
                        "Take away: "
                        @for (place, (words, to)) in links.iter().enumerate() {
                            @if place > 0 { ", " }
                            a href=(to) aria-label={ (words) ": " (figure.title) } { (words) }
                        }
                    }
                }
            }
        }
    }
}

fn quoted(quoted: &Quoted) -> Markup {
    markup! {
        section.quoted aria-label=(quoted.label) {
            p.label { (quoted.label) }
            @for paragraph in &quoted.paragraphs { p { (paragraph) } }
            @for answer in &quoted.answers {
                p.answer { span { (answer) } span.box {} }
            }
        }
    }
}
