//! A paper as a Word document.
//!
//! WordprocessingML of ECMA-376 part 1 written out, because what makes a paper usable for everybody is
//! there and in no library at hand: a header row that comes again on every page, a description of each
//! picture, a language, a title.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};

use maud::{Markup, html as markup};
use zip::result::ZipResult;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::super::chart::Picture;
use super::{Block, Document, Fact, Figure, Holds, Quoted, Run, Setting, Table, Text, address};

/// The width of a page of A4 in twentieths of a point.
const PAGE_WIDTH: u32 = 11_906;
/// The height of a page of A4 in twentieths of a point.
const PAGE_HEIGHT: u32 = 16_838;
/// The margin at the sides, 17 mm, in twentieths of a point.
const SIDE: u32 = 964;
/// The margin at the top and the bottom, 18 mm, in twentieths of a point.
const ENDS: u32 = 1_020;
/// The width of what is written on a page in twentieths of a point.
const WIDTH: u32 = PAGE_WIDTH - 2 * SIDE;
/// English metric units of a drawing in a twentieth of a point.
const EMU: u32 = 635;
/// The greatest height of a picture, 120 mm, in English metric units.
const TALLEST: u64 = 120 * 36_000;

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const MAIN: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const DRAWING: &str = "http://schemas.openxmlformats.org/drawingml/2006";
const PART: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";

/// The paper as a Word document (DOCX): A4, headings as headings, charts as pictures with what they
/// show in words. What is left out of print, and the tables behind the charts, stand at its end.
/// `pictures` are the charts by the names of their figures; in place of one that is not there stand its
/// words.
///
/// The same paper and pictures give the same bytes at any time.
///
/// # Errors
/// When the container cannot be put together: none is known of less than 4 GB.
pub fn word(document: &Document, pictures: &BTreeMap<String, Picture>) -> ZipResult<Vec<u8>> {
    let paper = Paper::new(document, pictures);
    let mut container = ZipWriter::new(Cursor::new(Vec::new()));
    let text = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    for (name, part) in [
        ("[Content_Types].xml", content_types()),
        ("_rels/.rels", package_relations()),
        ("docProps/core.xml", properties(document)),
        ("word/document.xml", paper.body()),
        ("word/_rels/document.xml.rels", paper.relations()),
        ("word/styles.xml", styles()),
        ("word/numbering.xml", numbering()),
        ("word/settings.xml", settings()),
        ("word/footer.xml", footer(&document.footer)),
    ] {
        container.start_file(name, text)?;
        container.write_all(DECLARATION.as_bytes())?;
        container.write_all(part.into_string().as_bytes())?;
    }
    // A PNG is compressed already.
    let picture = text.compression_method(CompressionMethod::Stored);
    for (number, (_, shown)) in paper.shown.iter().enumerate() {
        container.start_file(format!("word/{}", media(number)), picture)?;
        container.write_all(&shown.bytes)?;
    }
    Ok(container.finish()?.into_inner())
}

/// A paper laid out: what stands on its pages in order, and what lies beside its text.
struct Paper<'a> {
    document: &'a Document,
    /// The paper itself, each block with whether it is in small print.
    main: Vec<(&'a Block, bool)>,
    /// What is left out of print elsewhere.
    detail: Vec<(&'a Block, bool)>,
    /// Its figures, as they are numbered.
    figures: Vec<&'a Figure>,
    shown: Vec<(&'a str, &'a Picture)>,
    links: Vec<&'a str>,
}

impl<'a> Paper<'a> {
    fn new(document: &'a Document, pictures: &'a BTreeMap<String, Picture>) -> Self {
        let mut paper = Self {
            document,
            main: Vec::new(),
            detail: Vec::new(),
            figures: Vec::new(),
            shown: Vec::new(),
            links: Vec::new(),
        };
        paper.lay_out(&document.blocks, false, false);
        let blocks: Vec<&Block> = paper
            .main
            .iter()
            .chain(&paper.detail)
            .map(|(block, _)| *block)
            .collect();
        for block in blocks {
            match block {
                Block::Paragraph(text) => paper.follow(text),
                Block::List(points) => points.iter().for_each(|point| paper.follow(point)),
                Block::Figure(figure) => {
                    paper.figures.push(figure);
                    let shown = paper.shown.iter().any(|(name, _)| *name == figure.name);
                    if let Some(picture) = pictures.get(&figure.name).filter(|_| !shown) {
                        paper.shown.push((&figure.name, picture));
                    }
                }
                _ => {}
            }
        }
        paper
    }

    fn lay_out(&mut self, blocks: &'a [Block], small: bool, apart: bool) {
        for block in blocks {
            match block {
                Block::Group(Setting::Small, within) => self.lay_out(within, true, apart),
                Block::Group(Setting::OnScreen, within) => self.lay_out(within, small, true),
                _ if apart => self.detail.push((block, small)),
                _ => self.main.push((block, small)),
            }
        }
    }

    fn follow(&mut self, text: &'a Text) {
        for run in &text.0 {
            if let Run::Link { to, .. } = run
                && !self.links.contains(&to.as_str())
            {
                self.links.push(to);
            }
        }
    }

    fn relations(&self) -> Markup {
        let fixed = ["styles", "numbering", "settings", "footer"];
        markup! {
            Relationships xmlns=(format!("{PACKAGE}/relationships")) {
                @for kind in fixed {
                    Relationship Id=(kind) Type=(format!("{RELATIONS}/{kind}")) Target=(format!("{kind}.xml")) {}
                }
                @for number in 0..self.shown.len() {
                    Relationship Id=(picture_id(number)) Type=(format!("{RELATIONS}/image")) Target=(media(number)) {}
                }
                @for (number, link) in self.links.iter().enumerate() {
                    Relationship Id=(link_id(number)) Type=(format!("{RELATIONS}/hyperlink")) Target=(address(link)) TargetMode="External" {}
                }
            }
        }
    }

    fn body(&self) -> Markup {
        markup! {
            w:document
                xmlns:w=(MAIN) xmlns:r=(RELATIONS)
                xmlns:wp=(format!("{DRAWING}/wordprocessingDrawing"))
                xmlns:a=(format!("{DRAWING}/main")) xmlns:pic=(format!("{DRAWING}/picture"))
            {
                w:body {
                    (styled("Title", &self.document.title))
                    (styled("Subtitle", &self.document.subtitle))
                    @for (block, small) in &self.main { (self.one(block, *small)) }
                    @if !self.detail.is_empty() {
                        (on_a_new_page("In more detail"))
                        @for (block, small) in &self.detail { (self.one(block, *small)) }
                    }
                    @if !self.figures.is_empty() {
                        (on_a_new_page("The figures behind the charts"))
                        @for (place, figure) in self.figures.iter().enumerate() {
                            (styled("Heading2", &format!("Figure {}: {}", place + 1, figure.title)))
                            (table(&figure.table))
                        }
                    }
                    w:sectPr {
                        w:footerReference w:type="default" r:id="footer" {}
                        w:pgSz w:w=(PAGE_WIDTH) w:h=(PAGE_HEIGHT) {}
                        w:pgMar w:top=(ENDS) w:right=(SIDE) w:bottom=(ENDS) w:left=(SIDE) w:header="567" w:footer="567" w:gutter="0" {}
                    }
                }
            }
        }
    }

    fn one(&self, block: &Block, small: bool) -> Markup {
        let (body, bullet) = if small {
            ("Small", "SmallBullet")
        } else {
            ("Normal", "ListBullet")
        };
        match block {
            Block::Section(heading) => styled("Heading1", heading),
            Block::Part(heading) => styled("Heading2", heading),
            Block::Paragraph(text) => self.paragraph(body, text),
            Block::List(points) => markup! {
                @for point in points { (self.paragraph(bullet, point)) }
            },
            Block::Facts(facts) => self::facts(facts),
            Block::Table(rows) => table(rows),
            Block::Figure(chart) => self.figure(chart),
            Block::Quoted(words) => quoted(words),
            Block::Group(_, blocks) => markup! {
                @for block in blocks { (self.one(block, small)) }
            },
        }
    }

    fn paragraph(&self, style: &str, text: &Text) -> Markup {
        markup! { w:p { w:pPr { w:pStyle w:val=(style) {} } (self.running(text)) } }
    }

    fn running(&self, text: &Text) -> Markup {
        markup! {
            @for part in &text.0 {
                @match part {
                    Run::Plain(words) => { (run(words)) }
                    Run::Strong(words) => { (strong(words)) }
                    Run::Link { words, to } => {
                        @if let Some(number) = self.links.iter().position(|link| link == to) {
                            w:hyperlink r:id=(link_id(number)) w:history="1" {
                                w:r { w:rPr { w:rStyle w:val="Hyperlink" {} } (said(words)) }
                            }
                        }
                    }
                }
            }
        }
    }

    fn figure(&self, figure: &Figure) -> Markup {
        let before = self
            .figures
            .iter()
            .position(|one| std::ptr::eq(*one, figure));
        let number = before.map_or(0, |before| before + 1);
        let shown = self
            .shown
            .iter()
            .enumerate()
            .find(|(_, (name, _))| *name == figure.name);
        markup! {
            @if let Some((place, (_, picture))) = shown {
                w:p {
                    w:pPr { w:pStyle w:val="Figure" {} }
                    w:r { (drawing(figure, picture, place, number)) }
                }
            } @else {
                (styled("Figure", &figure.alt))
            }
            w:p {
                w:pPr { w:pStyle w:val="Caption" {} w:keepNext w:val="0" {} }
                (run("Figure "))
                (field("SEQ Figure \\* ARABIC", number))
                (run(&format!(": {}", figure.title)))
            }
        }
    }
}

/// A picture in the text, as wide as the page lets it be; with what it shows for who cannot see it.
fn drawing(figure: &Figure, picture: &Picture, place: usize, number: usize) -> Markup {
    let (width, height) = extent(picture);
    markup! {
        w:drawing {
            wp:inline distT="0" distB="0" distL="0" distR="0" {
                wp:extent cx=(width) cy=(height) {}
                wp:effectExtent l="0" t="0" r="0" b="0" {}
                wp:docPr id=(number) name=(format!("Figure {number}")) descr=(clean(&figure.alt)) {}
                wp:cNvGraphicFramePr { a:graphicFrameLocks noChangeAspect="1" {} }
                a:graphic {
                    a:graphicData uri=(format!("{DRAWING}/picture")) {
                        pic:pic {
                            pic:nvPicPr {
                                pic:cNvPr id=(number) name=(format!("{}.png", figure.name)) descr=(clean(&figure.alt)) {}
                                pic:cNvPicPr {}
                            }
                            pic:blipFill {
                                a:blip r:embed=(picture_id(place)) {}
                                a:stretch { a:fillRect {} }
                            }
                            pic:spPr {
                                a:xfrm {
                                    a:off x="0" y="0" {}
                                    a:ext cx=(width) cy=(height) {}
                                }
                                a:prstGeom prst="rect" { a:avLst {} }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// How large a picture stands on the page, in English metric units.
fn extent(picture: &Picture) -> (u64, u64) {
    let full = u64::from(WIDTH * EMU);
    let (dots_wide, dots_high) = (
        u64::from(picture.width.max(1)),
        u64::from(picture.height.max(1)),
    );
    let height = full * dots_high / dots_wide;
    if height > TALLEST {
        (TALLEST * dots_wide / dots_high, TALLEST)
    } else {
        (full, height)
    }
}

fn facts(facts: &[Fact]) -> Markup {
    let columns = super::FACT_COLUMNS.map(|name| (name, Holds::Words));
    let rows: Vec<Vec<String>> = facts
        .iter()
        .map(|fact| vec![fact.label.clone(), fact.value.clone(), fact.base.clone()])
        .collect();
    // The second is the figure itself.
    grid(None, &columns, &rows, Some(1))
}

fn table(table: &Table) -> Markup {
    let columns: Vec<_> = table
        .columns
        .iter()
        .map(|column| (column.name.as_str(), column.holds))
        .collect();
    markup! {
        (styled("Caption", &table.caption))
        (grid(Some(&table.caption), &columns, &table.rows, None))
        @if !table.note.is_empty() { (styled("Note", &table.note)) }
    }
}

/// A table, and the room after it: its headings come again on every page, a row stays on one page, and
/// so does a table that is short.
fn grid(
    name: Option<&str>,
    columns: &[(&str, Holds)],
    rows: &[Vec<String>],
    strong_column: Option<usize>,
) -> Markup {
    /// A table of at most as many rows stays on one page.
    const SHORT: usize = 15;
    let widths = widths(columns, rows.iter().cloned());
    let stays = |row: usize| rows.len() <= SHORT && row + 1 < rows.len();
    markup! {
        w:tbl {
            (frame(name, &widths))
            w:tr {
                w:trPr { w:cantSplit {} w:tblHeader {} }
                @for ((name, holds), width) in columns.iter().zip(&widths) {
                    (cell(*width, *holds, true, &run(name)))
                }
            }
            @for (number, row) in rows.iter().enumerate() {
                w:tr {
                    w:trPr { w:cantSplit {} }
                    @for (place, ((value, (_, holds)), width)) in row.iter().zip(columns).zip(&widths).enumerate() {
                        (cell(*width, *holds, stays(number), &if strong_column == Some(place) { strong(value) } else { run(value) }))
                    }
                }
            }
        }
        (styled("Gap", ""))
    }
}

/// What holds for a whole table: its style, its width, its name and the widths of its columns.
fn frame(name: Option<&str>, widths: &[u32]) -> Markup {
    markup! {
        w:tblPr {
            w:tblStyle w:val="Rows" {}
            w:tblW w:w=(WIDTH) w:type="dxa" {}
            w:tblLayout w:type="fixed" {}
            w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="1" w:noVBand="1" {}
            @if let Some(name) = name { w:tblCaption w:val=(clean(name)) {} }
        }
        w:tblGrid { @for width in widths { w:gridCol w:w=(width) {} } }
    }
}

fn cell(width: u32, holds: Holds, stays: bool, words: &Markup) -> Markup {
    markup! {
        w:tc {
            w:tcPr { w:tcW w:w=(width) w:type="dxa" {} }
            w:p {
                w:pPr {
                    w:pStyle w:val="Cell" {}
                    @if stays { w:keepNext {} }
                    @if holds == Holds::Figures { w:jc w:val="right" {} }
                }
                (words)
            }
        }
    }
}

/// The widths of columns in twentieths of a point. Each has room for its longest word, and for its
/// longest figure on one line; what is left of the page is shared out by what the columns would like.
fn widths(table: &[(&str, Holds)], rows: impl Iterator<Item = Vec<String>>) -> Vec<u32> {
    /// A line of words longer than this is broken.
    const LONGEST: usize = 34;
    /// Figures longer than this are broken between words.
    const LONGEST_FIGURE: usize = 24;
    /// Room for the margins of a cell, in signs.
    const MARGINS: usize = 2;
    /// The width of a sign in twentieths of a point: bold Arial of 8.5 points, on average.
    const SIGN: usize = 94;
    let length = |text: &str| text.chars().count();
    let longest_word = |text: &str| text.split_whitespace().map(length).max().unwrap_or(0);
    let mut columns: Vec<(usize, usize)> = table
        .iter()
        .map(|(head, _)| {
            // A heading may take three lines.
            let least = longest_word(head) + MARGINS;
            (least, least.max(length(head).div_ceil(3) + MARGINS))
        })
        .collect();
    for row in rows {
        for ((value, (_, holds)), (least, wanted)) in row.iter().zip(table).zip(&mut columns) {
            let unbroken = match holds {
                Holds::Figures if length(value) <= LONGEST_FIGURE => length(value),
                _ => longest_word(value).min(LONGEST),
            };
            *least = (*least).max(unbroken + MARGINS);
            *wanted = (*wanted)
                .max(*least)
                .max(length(value).min(LONGEST) + MARGINS);
        }
    }
    let page = WIDTH as usize / SIGN;
    let least: usize = columns.iter().map(|(least, _)| least).sum();
    let more: usize = columns.iter().map(|(least, wanted)| wanted - least).sum();
    let shares: Vec<usize> = columns
        .iter()
        .map(|(least_here, wanted)| {
            if least >= page || more == 0 {
                WIDTH as usize * least_here / least.max(1)
            } else {
                let left = WIDTH as usize - least * SIGN;
                least_here * SIGN + left * (wanted - least_here) / more
            }
        })
        .collect();
    shares
        .into_iter()
        .map(|width| u32::try_from(width).unwrap_or(WIDTH))
        .collect()
}

/// A text in its own words, in a box.
fn quoted(quoted: &Quoted) -> Markup {
    markup! {
        w:p { w:pPr { w:pStyle w:val="Quoted" {} } w:r { w:rPr { w:i {} } (said(&quoted.label)) } }
        @for paragraph in &quoted.paragraphs { (styled("Quoted", paragraph)) }
        @for answer in &quoted.answers {
            w:p {
                w:pPr { w:pStyle w:val="Quoted" {} }
                (strong(answer))
                w:r { w:tab {} }
                w:r { w:t { "\u{2610}" } }
            }
        }
        // So that what follows stands outside the box.
        (styled("Gap", ""))
    }
}

/// The heading of an annex.
fn on_a_new_page(heading: &str) -> Markup {
    markup! {
        w:p { w:pPr { w:pStyle w:val="Heading1" {} w:pageBreakBefore {} } (run(heading)) }
    }
}

/// A paragraph of one style.
fn styled(style: &str, words: &str) -> Markup {
    markup! {
        w:p { w:pPr { w:pStyle w:val=(style) {} } @if !words.is_empty() { (run(words)) } }
    }
}

/// A number that Word works out, as it stands until then.
fn field(instruction: &str, number: usize) -> Markup {
    markup! {
        w:r { w:fldChar w:fldCharType="begin" {} }
        w:r { w:instrText xml:space="preserve" { " " (instruction) " " } }
        w:r { w:fldChar w:fldCharType="separate" {} }
        (run(&number.to_string()))
        w:r { w:fldChar w:fldCharType="end" {} }
    }
}

fn run(words: &str) -> Markup {
    markup! { w:r { (said(words)) } }
}

fn strong(words: &str) -> Markup {
    markup! { w:r { w:rPr { w:b {} } (said(words)) } }
}

fn said(words: &str) -> Markup {
    markup! { w:t xml:space="preserve" { (clean(words)) } }
}

/// Words without the signs that no XML may hold.
fn clean(words: &str) -> String {
    words
        .chars()
        .filter(|sign| {
            matches!(sign, '\t' | '\n' | '\r')
                || !(sign.is_control() || matches!(sign, '\u{fffe}' | '\u{ffff}'))
        })
        .collect()
}

fn media(number: usize) -> String {
    format!("media/figure-{}.png", number + 1)
}

fn picture_id(number: usize) -> String {
    format!("picture{}", number + 1)
}

fn link_id(number: usize) -> String {
    format!("link{}", number + 1)
}

fn content_types() -> Markup {
    let core = "application/vnd.openxmlformats-package.core-properties+xml";
    markup! {
        Types xmlns=(format!("{PACKAGE}/content-types")) {
            Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml" {}
            Default Extension="xml" ContentType="application/xml" {}
            Default Extension="png" ContentType="image/png" {}
            Override PartName="/docProps/core.xml" ContentType=(core) {}
            Override PartName="/word/document.xml" ContentType=(format!("{PART}.document.main+xml")) {}
            @for part in ["styles", "numbering", "settings", "footer"] {
                Override PartName=(format!("/word/{part}.xml")) ContentType=(format!("{PART}.{part}+xml")) {}
            }
        }
    }
}

fn package_relations() -> Markup {
    let core = format!("{PACKAGE}/relationships/metadata/core-properties");
    markup! {
        Relationships xmlns=(format!("{PACKAGE}/relationships")) {
            Relationship Id="document" Type=(format!("{RELATIONS}/officeDocument")) Target="word/document.xml" {}
            Relationship Id="properties" Type=(core) Target="docProps/core.xml" {}
        }
    }
}

/// Title, subject, maker and language; no date, because there is no clock here.
fn properties(document: &Document) -> Markup {
    markup! {
        cp:coreProperties
            xmlns:cp=(format!("{PACKAGE}/metadata/core-properties"))
            xmlns:dc="http://purl.org/dc/elements/1.1/"
        {
            dc:title { (clean(&document.title)) }
            dc:subject { (clean(&document.subtitle)) }
            dc:creator { "bandwise" }
            dc:language { "en-GB" }
        }
    }
}

fn settings() -> Markup {
    markup! {
        w:settings xmlns:w=(MAIN) {
            w:zoom w:percent="100" {}
            w:defaultTabStop w:val="720" {}
            w:compat {
                w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15" {}
            }
            w:themeFontLang w:val="en-GB" {}
        }
    }
}

fn numbering() -> Markup {
    markup! {
        w:numbering xmlns:w=(MAIN) {
            w:abstractNum w:abstractNumId="0" {
                w:multiLevelType w:val="singleLevel" {}
                w:lvl w:ilvl="0" {
                    w:start w:val="1" {}
                    w:numFmt w:val="bullet" {}
                    w:lvlText w:val="\u{2022}" {}
                    w:lvlJc w:val="left" {}
                    w:pPr { w:ind w:left="284" w:hanging="284" {} }
                }
            }
            w:num w:numId="1" { w:abstractNumId w:val="0" {} }
        }
    }
}

/// The line at the foot of every page, with the number of the page.
fn footer(line: &str) -> Markup {
    markup! {
        w:ftr xmlns:w=(MAIN) {
            w:p {
                w:pPr { w:pStyle w:val="Footer" {} }
                (run(line))
            }
            w:p {
                w:pPr { w:pStyle w:val="Footer" {} w:jc w:val="right" {} }
                (run("Page "))
                (field("PAGE", 1))
                (run(" of "))
                (field("NUMPAGES", 1))
            }
        }
    }
}

/// How one kind of paragraph looks: sizes in half points, distances in twentieths of a point.
struct Look {
    id: &'static str,
    name: &'static str,
    next: &'static str,
    before: u32,
    after: u32,
    size: u32,
    bold: bool,
    color: &'static str,
    /// From 0, for headings.
    outline: Option<u32>,
    keeps_next: bool,
}

const INK: &str = "1A1A1A";
const SOFT: &str = "4A4A4A";

fn looks() -> [Look; 13] {
    let look = |id, name, before, after, size| Look {
        id,
        name,
        next: "Normal",
        before,
        after,
        size,
        bold: false,
        color: INK,
        outline: None,
        keeps_next: false,
    };
    let heading = |id, name, before, size, outline| Look {
        bold: true,
        outline: Some(outline),
        keeps_next: true,
        ..look(id, name, before, 80, size)
    };
    [
        Look {
            bold: true,
            next: "Subtitle",
            keeps_next: true,
            ..look("Title", "Title", 0, 40, 36)
        },
        Look {
            color: SOFT,
            ..look("Subtitle", "Subtitle", 0, 240, 22)
        },
        heading("Heading1", "heading 1", 320, 28, 0),
        heading("Heading2", "heading 2", 200, 23, 1),
        Look {
            bold: true,
            keeps_next: true,
            ..look("Caption", "caption", 120, 60, 19)
        },
        Look {
            keeps_next: true,
            next: "Caption",
            ..look("Figure", "Figure", 120, 0, 19)
        },
        look("Cell", "Cell", 20, 20, 17),
        // What keeps a table or a box from what follows.
        look("Gap", "Gap", 0, 0, 8),
        Look {
            color: SOFT,
            ..look("Note", "Note", 0, 120, 16)
        },
        Look {
            next: "Footer",
            color: SOFT,
            ..look("Footer", "footer", 0, 0, 16)
        },
        Look {
            next: "ListBullet",
            ..look("ListBullet", "List Bullet", 0, 60, 19)
        },
        Look {
            next: "Small",
            ..look("Small", "Small", 0, 60, 16)
        },
        Look {
            next: "SmallBullet",
            ..look("SmallBullet", "Small Bullet", 0, 40, 16)
        },
    ]
}

fn styles() -> Markup {
    markup! {
        w:styles xmlns:w=(MAIN) {
            w:docDefaults {
                w:rPrDefault {
                    w:rPr {
                        w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:cs="Arial" w:eastAsia="Arial" {}
                        w:color w:val=(INK) {}
                        w:sz w:val="19" {}
                        w:szCs w:val="19" {}
                        w:lang w:val="en-GB" w:eastAsia="en-GB" w:bidi="ar-SA" {}
                    }
                }
                w:pPrDefault {
                    w:pPr { w:spacing w:before="0" w:after="100" w:line="259" w:lineRule="auto" {} }
                }
            }
            w:style w:type="paragraph" w:default="1" w:styleId="Normal" { w:name w:val="Normal" {} w:qFormat {} }
            @for look in looks() { (paragraph_style(&look)) }
            w:style w:type="paragraph" w:customStyle="1" w:styleId="Quoted" {
                w:name w:val="Quoted" {}
                w:basedOn w:val="Normal" {}
                w:qFormat {}
                w:pPr {
                    w:keepNext {}
                    w:keepLines {}
                    w:pBdr {
                        w:top w:val="single" w:sz="12" w:space="6" w:color=(INK) {}
                        w:left w:val="single" w:sz="12" w:space="8" w:color=(INK) {}
                        w:bottom w:val="single" w:sz="12" w:space="6" w:color=(INK) {}
                        w:right w:val="single" w:sz="12" w:space="8" w:color=(INK) {}
                    }
                    w:tabs { w:tab w:val="left" w:pos="2268" {} }
                    w:ind w:left="284" w:right="2268" {}
                }
            }
            w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont" {
                w:name w:val="Default Paragraph Font" {}
                w:semiHidden {}
            }
            w:style w:type="character" w:styleId="Hyperlink" {
                w:name w:val="Hyperlink" {}
                w:rPr { w:color w:val="00508C" {} w:u w:val="single" {} }
            }
            w:style w:type="table" w:default="1" w:styleId="TableNormal" {
                w:name w:val="Normal Table" {}
                w:semiHidden {}
                w:tblPr {
                    w:tblCellMar {
                        w:left w:w="60" w:type="dxa" {}
                        w:right w:w="60" w:type="dxa" {}
                    }
                }
            }
            w:style w:type="table" w:customStyle="1" w:styleId="Rows" {
                w:name w:val="Rows" {}
                w:basedOn w:val="TableNormal" {}
                w:tblPr {
                    w:tblBorders {
                        w:top w:val="single" w:sz="8" w:space="0" w:color="8C8C8C" {}
                        w:bottom w:val="single" w:sz="8" w:space="0" w:color="8C8C8C" {}
                        w:insideH w:val="single" w:sz="4" w:space="0" w:color="D0D0D0" {}
                    }
                }
                w:tblStylePr w:type="firstRow" {
                    w:rPr { w:b {} }
                    w:tcPr {
                        w:tcBorders { w:bottom w:val="single" w:sz="8" w:space="0" w:color="8C8C8C" {} }
                        w:shd w:val="clear" w:color="auto" w:fill="F2F4F7" {}
                        w:vAlign w:val="bottom" {}
                    }
                }
            }
        }
    }
}

fn paragraph_style(look: &Look) -> Markup {
    let custom = ["Figure", "Cell", "Gap", "Note", "Small", "SmallBullet"].contains(&look.id);
    markup! {
        w:style w:type="paragraph" w:customStyle=[custom.then_some("1")] w:styleId=(look.id) {
            w:name w:val=(look.name) {}
            w:basedOn w:val="Normal" {}
            w:next w:val=(look.next) {}
            w:qFormat {}
            w:pPr {
                @if look.keeps_next { w:keepNext {} w:keepLines {} }
                @if ["ListBullet", "SmallBullet"].contains(&look.id) { w:numPr { w:numId w:val="1" {} } }
                w:spacing w:before=(look.before) w:after=(look.after) {}
                @if let Some(level) = look.outline { w:outlineLvl w:val=(level) {} }
            }
            w:rPr {
                @if look.bold { w:b {} }
                w:color w:val=(look.color) {}
                w:sz w:val=(look.size) {}
                w:szCs w:val=(look.size) {}
            }
        }
    }
}
