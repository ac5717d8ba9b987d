//! One paper in every format: the same words in each, and nothing that breaks one.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::Path;

use bandwise::report::chart::{Picture, picture};
use bandwise::report::document::{
    Block, Column, Document, Fact, Figure, Quoted, Setting, Table, Text, html, markdown, word,
};
use zip::ZipArchive;

/// Signs that mean something in HTML, in Markdown or in XML.
const AWKWARD: &str =
    "a|b <c> & d\\e *f* _g_ `h` [i](j) #1 ~k~ &amp; £2 snake_case\nnext\u{1} line";

fn table(rows: usize) -> Table {
    Table {
        caption: format!("Bills by band, £ a year: {AWKWARD}"),
        columns: vec![
            Column::words("Band"),
            Column::figures("Today"),
            Column::figures("After a Yes, with the reduction"),
            Column::words("Frozen"),
        ],
        rows: (0..rows)
            .map(|row| {
                vec![
                    format!("\u{2003}{row} {AWKWARD}"),
                    "£1,234.56".to_owned(),
                    String::new(),
                    "yes".to_owned(),
                ]
            })
            .collect(),
        note: "- of 100 homes".to_owned(),
    }
}

fn paper() -> Document {
    Document {
        title: format!("A council: {AWKWARD}"),
        subtitle: "2024. A year, by <someone>".to_owned(),
        blocks: vec![
            Block::Section("1. What it is".to_owned()),
            Block::Paragraph(
                Text::new()
                    .plain("2024. a year; ")
                    .strong(" £5 | more ")
                    .link("a (source)", "https://example.org/a (b)?c=1&d=2")
                    .plain(AWKWARD),
            ),
            Block::List(vec!["- a point".into(), AWKWARD.into()]),
            Block::Facts(vec![Fact {
                label: "Raised".to_owned(),
                value: "£1.2 million".to_owned(),
                base: "a year, against a No".to_owned(),
            }]),
            Block::Part("A part".to_owned()),
            Block::Table(table(60)),
            Block::Quoted(Quoted {
                label: "Ballot paper".to_owned(),
                paragraphs: vec!["Do you agree?".to_owned(), AWKWARD.to_owned()],
                answers: vec!["Yes".to_owned(), "No".to_owned()],
            }),
            Block::Figure(Figure {
                name: "bills".to_owned(),
                rows: "bands",
                svg: SVG.to_owned(),
                title: "Bills".to_owned(),
                alt: format!("Bills \"by\" band: {AWKWARD}"),
                table: table(2),
            }),
            Block::Group(
                Setting::OnScreen,
                vec![Block::Figure(Figure {
                    name: "absent".to_owned(),
                    rows: "bands",
                    svg: SVG.to_owned(),
                    title: "Not drawn".to_owned(),
                    alt: "What would be seen.".to_owned(),
                    table: table(1),
                })],
            ),
            Block::Group(
                Setting::Small,
                vec![Block::Paragraph("In small print.".into())],
            ),
        ],
        footer: "bandwise 0.1.0, seed 1 & draws 10,000</style>".to_owned(),
    }
}

const SVG: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 400 200\" role=\"img\" \
                   aria-label=\"Bills\"><rect width=\"400\" height=\"200\" fill=\"#00508c\"/></svg>";

fn pictures() -> BTreeMap<String, Picture> {
    BTreeMap::from([("bills".to_owned(), picture(SVG).unwrap())])
}

fn part(word: &[u8], name: &str) -> String {
    let mut text = String::new();
    ZipArchive::new(Cursor::new(word))
        .unwrap()
        .by_name(name)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

#[test]
fn every_format_is_written_where_a_reader_can_look() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("document");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("paper.html"), html(&paper())).unwrap();
    std::fs::write(folder.join("paper.md"), markdown(&paper())).unwrap();
    std::fs::write(
        folder.join("paper.docx"),
        word(&paper(), &pictures()).unwrap(),
    )
    .unwrap();
}

#[test]
fn the_same_paper_gives_the_same_bytes() {
    assert_eq!(html(&paper()), html(&paper()));
    assert_eq!(markdown(&paper()), markdown(&paper()));
    let first = word(&paper(), &pictures()).unwrap();
    assert_eq!(first, word(&paper(), &pictures()).unwrap());
    let mut container = ZipArchive::new(Cursor::new(first)).unwrap();
    for place in 0..container.len() {
        let file = container.by_index(place).unwrap();
        let date = file.last_modified().unwrap();
        assert_eq!(
            (date.year(), date.month(), date.day()),
            (1980, 1, 1),
            "{}",
            file.name().unwrap()
        );
    }
}

#[test]
fn the_last_line_stands_at_the_foot_of_every_printed_page() {
    let page = html(&paper());
    assert!(page.contains(
        "@page { @bottom-left { content: \"bandwise 0.1.0, seed 1 \\26  draws 10,000\\3c /style\\3e \";"
    ));
    assert_eq!(page.matches("</style>").count(), 1);
}

#[test]
fn markdown_takes_no_word_of_the_paper_for_its_own() {
    let text = markdown(&paper());
    assert!(text.contains(
        "a\\|b \\<c> & d\\\\e \\*f\\* \\_g\\_ \\`h\\` \\[i\\](j) \\#1 \\~k\\~ \\&amp; £2 snake_case next"
    ));
    assert!(text.contains(
        "\n2024\\. a year;  **£5 \\| more** [a (source)](https://example.org/a%20%28b%29?c=1&d=2)"
    ));
    assert!(text.contains("\n- \\- a point\n"));
    assert!(text.contains("\n\\- of 100 homes\n"));
    assert!(text.contains("\n| What | Figure | Of what, and how sure |\n| --- | --- | --- |\n| Raised | **£1.2 million** | a year, against a No |\n"));
    assert!(text.contains(
        "\n| Band | Today | After a Yes, with the reduction | Frozen |\n| --- | --: | --: | --- |\n"
    ));
    assert!(text.contains("> **Ballot paper**\n>\n> Do you agree?\n>\n"));
    assert!(text.contains(">\n> - [ ] Yes\n> - [ ] No\n"));
    assert!(text.contains("](charts/bills.svg)\n"));
    // An empty cell stays empty, and every row has as many cells as the headings.
    for row in text.lines().filter(|line| line.starts_with("| \u{2003}")) {
        assert_eq!(row.replace("\\|", "").matches('|').count(), 5, "{row}");
        assert!(row.contains("| £1,234.56 |  | yes |"), "{row}");
    }
}

#[test]
fn a_word_document_is_xml_whatever_the_words() {
    let bytes = word(&paper(), &pictures()).unwrap();
    let names: Vec<String> = ZipArchive::new(Cursor::new(&bytes))
        .unwrap()
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .collect();
    for name in names
        .iter()
        .filter(|name| name.ends_with(".xml") || name.ends_with(".rels"))
    {
        let text = part(&bytes, name);
        let mut reader = quick_xml::Reader::from_str(&text);
        while !matches!(reader.read_event().unwrap(), quick_xml::events::Event::Eof) {}
        assert!(!text.contains('\u{1}'), "{name}");
    }
    let body = part(&bytes, "word/document.xml");
    assert!(body.contains("a|b &lt;c&gt; &amp; d\\e *f* _g_ `h` [i](j) #1 ~k~ &amp;amp; £2"));
    assert!(body.contains("descr=\"Bills &quot;by&quot; band: a|b &lt;c&gt;"));
    // The headings of every table come again on each page: facts, a table, two behind charts.
    assert_eq!(body.matches("<w:tblHeader>").count(), 4);
    assert!(body.contains(
        "<w:jc w:val=\"right\"></w:jc></w:pPr><w:r><w:t xml:space=\"preserve\">£1,234.56"
    ));
    // A figure without a picture gives its words; what is left out of print stands after what is not.
    let (small, absent) = (
        body.find("In small print."),
        body.find("What would be seen."),
    );
    assert!(small.is_some() && small < absent);
    let relations = part(&bytes, "word/_rels/document.xml.rels");
    assert!(relations.contains("Target=\"https://example.org/a%20%28b%29?c=1&amp;d=2\""));
    assert!(part(&bytes, "word/styles.xml").contains("<w:lang w:val=\"en-GB\""));
    assert!(part(&bytes, "docProps/core.xml").contains("<dc:language>en-GB</dc:language>"));
}
