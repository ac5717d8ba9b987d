//! What all charts share: a sheet with a title, a key, a source and room for axes and marks.
//!
//! Lengths are in pixels of a sheet 800 wide. plotters, which draws, knows whole numbers only, so it
//! is given a sheet [`FINE`] times as large and the picture is scaled back by its view box.

use std::borrow::Cow;
use std::cell::RefCell;
use std::ops::Range;

use plotters::chart::{ChartBuilder, ChartContext, LabelAreaPosition};
use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, DashedPathElement, PathElement, Polygon, Rectangle, Text};
use plotters::prelude::{Cartesian2d, Color, IntoFont, RGBColor, SVGBackend, ShapeStyle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontStyle, FontTransform, TextStyle};
use quick_xml::escape::{escape, unescape};

use super::axis::{Axis, Unit};

/// Width of a sheet, pixels.
pub(super) const WIDTH: f64 = 800.0;
/// Room at the left and right of a sheet, pixels.
pub(super) const MARGIN: f64 = 20.0;
/// Height of a line of labels, pixels.
pub(super) const LINE: f64 = 15.0;
/// Height under a panel for its ticks and the label of its axis, pixels.
pub(super) const AXIS_ROOM: f64 = 44.0;
/// Units of the drawing in a pixel.
const FINE: f64 = 8.0;

const TITLE_SIZE: f64 = 17.0;
/// Size of usual labels, pixels.
pub(super) const LABEL_SIZE: f64 = 12.0;
/// Size of the least labels, pixels.
pub(super) const SMALL_SIZE: f64 = 10.5;
const SOURCE_SIZE: f64 = 11.0;
const KEY_ROW: f64 = 22.0;
const KEY_SAMPLE: f64 = 34.0;

/// A colour.
pub(super) use plotters::prelude::RGBColor as Colour;

pub(super) const BLACK: RGBColor = RGBColor(0, 0, 0);
pub(super) const WHITE: RGBColor = RGBColor(255, 255, 255);
pub(super) const DARK: RGBColor = RGBColor(70, 70, 70);
pub(super) const PALE: RGBColor = RGBColor(222, 222, 222);
pub(super) const BLUE: RGBColor = RGBColor(0, 114, 178);
pub(super) const SKY: RGBColor = RGBColor(86, 180, 233);
pub(super) const VERMILION: RGBColor = RGBColor(213, 94, 0);
pub(super) const APRICOT: RGBColor = RGBColor(246, 200, 150);
pub(super) const GREEN: RGBColor = RGBColor(0, 158, 115);
pub(super) const PURPLE: RGBColor = RGBColor(204, 121, 167);

/// What drawing to a string never does.
const IN_MEMORY: &str = "a chart is drawn to memory";

/// A place on the sheet in pixels from its upper left corner.
pub(super) type Place = (f64, f64);

/// A chart before it is drawn: its words, and the height of what it shows.
pub(super) struct Sheet<'a> {
    /// What it shows.
    pub title: &'a str,
    /// What it shows, in full sentences for screen readers.
    pub description: String,
    /// What the marks mean.
    pub key: Vec<KeyEntry>,
    /// Sentences under the chart.
    pub notes: Vec<String>,
    /// Where the figures are from.
    pub source: &'a str,
    /// Height between key and notes, pixels.
    pub body: f64,
}

/// Draws a mark around a middle.
type Sample = Box<dyn Fn(&Canvas<'_>, Place)>;

/// A mark and what it means.
pub(super) struct KeyEntry {
    /// What it means.
    pub meaning: String,
    /// Draws it in a box 24 pixels wide around a middle.
    sample: Sample,
}

impl KeyEntry {
    pub(super) fn new(
        meaning: impl Into<String>,
        sample: impl Fn(&Canvas<'_>, Place) + 'static,
    ) -> Self {
        Self {
            meaning: meaning.into(),
            sample: Box::new(sample),
        }
    }
}

impl Sheet<'_> {
    /// Draws the sheet; `body` is given the canvas and the height at which it begins.
    pub(super) fn draw(&self, body: impl FnOnce(&Canvas<'_>, f64)) -> String {
        let inside = WIDTH - 2.0 * MARGIN;
        let title = wrapped(self.title, inside, TITLE_SIZE, Weight::Bold);
        let key = self.key_rows(inside);
        let notes: Vec<_> = self
            .notes
            .iter()
            .flat_map(|note| wrapped(note, inside, LABEL_SIZE, Weight::Plain))
            .collect();
        let source = match clean(self.source).as_str() {
            "" => Vec::new(),
            source => wrapped(
                &format!("Source: {source}"),
                inside,
                SOURCE_SIZE,
                Weight::Plain,
            ),
        };
        let key_top = 14.0 + 22.0 * lines(&title) + 6.0;
        let body_top = key_top + KEY_ROW * lines(&key) + 8.0;
        let notes_top = body_top + self.body + 6.0;
        let source_top = notes_top + 17.0 * lines(&notes) + 6.0;
        let height = (source_top + 14.0 * lines(&source) + 10.0).ceil();

        let mut drawn = String::new();
        let names;
        {
            let size = (whole(WIDTH).unsigned_abs(), whole(height).unsigned_abs());
            let area = SVGBackend::with_string(&mut drawn, size).into_drawing_area();
            let canvas = Canvas {
                area,
                names: RefCell::new(String::new()),
            };
            canvas.rectangle((0.0, 0.0), (WIDTH, height), WHITE);
            for (row, line) in (0u32..).zip(&title) {
                let y = 14.0 + 22.0 * f64::from(row) + 11.0;
                canvas.words(
                    (MARGIN, y),
                    line,
                    TITLE_SIZE,
                    Weight::Bold,
                    Hold::Start,
                    BLACK,
                );
            }
            for (row, entries) in (0u32..).zip(&key) {
                let y = key_top + KEY_ROW * (f64::from(row) + 0.5);
                for (x, entry) in entries {
                    (entry.sample)(&canvas, (x + 12.0, y));
                    canvas.label((x + KEY_SAMPLE, y), &clean(&entry.meaning), Hold::Start);
                }
            }
            body(&canvas, body_top);
            for (row, line) in (0u32..).zip(&notes) {
                canvas.label(
                    (MARGIN, notes_top + 17.0 * (f64::from(row) + 0.5)),
                    line,
                    Hold::Start,
                );
            }
            for (row, line) in (0u32..).zip(&source) {
                let y = source_top + 14.0 * (f64::from(row) + 0.5);
                canvas.words(
                    (MARGIN, y),
                    line,
                    SOURCE_SIZE,
                    Weight::Plain,
                    Hold::Start,
                    DARK,
                );
            }
            canvas.area.present().expect(IN_MEMORY);
            names = canvas.names.take();
        }
        // plotters opens with a bare `<svg>`; this one says what it is to those who cannot see it.
        let marks = drawn.split_once('\n').map_or("", |(_, marks)| marks);
        let marks = marks.trim_end().trim_end_matches("</svg>");
        let title = clean(self.title);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
             viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\" font-family=\"sans-serif\">\n\
             <title>{}</title>\n<desc>{}</desc>\n{marks}{names}</svg>\n",
            whole(WIDTH),
            whole(height),
            escape(&title),
            escape(&title),
            escape(clean(&self.description)),
        )
    }

    /// The entries of the key in rows, each with its left edge.
    fn key_rows(&self, inside: f64) -> Vec<Vec<(f64, &KeyEntry)>> {
        let mut rows: Vec<Vec<(f64, &KeyEntry)>> = Vec::new();
        let mut x = f64::INFINITY;
        for entry in &self.key {
            let width = KEY_SAMPLE + text_width(&entry.meaning, LABEL_SIZE, Weight::Plain) + 18.0;
            if x + width > MARGIN + inside + 18.0 {
                rows.push(Vec::new());
                x = MARGIN;
            }
            if let Some(row) = rows.last_mut() {
                row.push((x, entry));
            }
            x += width;
        }
        rows
    }
}

/// What a chart shows in full sentences, as it tells screen readers itself.
///
/// # Example
/// ```
/// use bandwise::report::chart::{Axis, Unit, description_of, tornado};
/// let svg = tornado(&[], 0.2, "Bands A & B", &Axis::new("win", Unit::Share), "none");
/// assert!(description_of(&svg).starts_with("win: 20% with all inputs as they are."));
/// assert_eq!(description_of("no chart"), "");
/// ```
pub fn description_of(svg: &str) -> String {
    element_of(svg, "desc")
}

/// What stands over a chart.
///
/// # Example
/// ```
/// use bandwise::report::chart::{Axis, Unit, title_of, tornado};
/// let svg = tornado(&[], 0.2, "Bands A & B", &Axis::new("win", Unit::Share), "none");
/// assert_eq!(title_of(&svg), "Bands A & B");
/// assert_eq!(title_of("no chart"), "");
/// ```
pub fn title_of(svg: &str) -> String {
    element_of(svg, "title")
}

/// The text of the first element of a name.
fn element_of(svg: &str, name: &str) -> String {
    let held = svg
        .split_once(&format!("<{name}>"))
        .and_then(|(_, rest)| rest.split_once(&format!("</{name}>")))
        .map_or("", |(text, _)| text);
    unescape(held).map_or_else(|_| held.to_owned(), Cow::into_owned)
}

/// Where a text is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hold {
    Start,
    Middle,
    End,
}

/// How thick letters are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Plain,
    Bold,
}

/// A mark told by its shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Circle,
    Diamond,
    Square,
}

/// Whether a mark is filled or an outline on white.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fill {
    Solid,
    Hollow,
}

/// Where marks are put, in pixels of the sheet.
pub(super) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
    names: RefCell<String>,
}

impl<'a> Canvas<'a> {
    pub(super) fn rectangle(&self, from: Place, to: Place, colour: RGBColor) {
        let element = Rectangle::new([fine(from), fine(to)], colour.filled());
        self.area.draw(&element).expect(IN_MEMORY);
    }

    pub(super) fn line(&self, points: &[Place], colour: RGBColor, width: f64) {
        let points: Vec<_> = points.iter().copied().map(fine).collect();
        let element = PathElement::new(points, stroke(colour, width));
        self.area.draw(&element).expect(IN_MEMORY);
    }

    /// A line of dashes; without a dash it is whole.
    pub(super) fn dashed(&self, points: &[Place], colour: RGBColor, width: f64, dash: Dash) {
        let Some((on, off)) = dash.lengths() else {
            self.line(points, colour, width);
            return;
        };
        let points: Vec<_> = points.iter().copied().map(fine).collect();
        let element = DashedPathElement::new(
            points,
            whole(on).unsigned_abs(),
            whole(off).unsigned_abs(),
            stroke(colour, width),
        );
        self.area.draw(&element).expect(IN_MEMORY);
    }

    /// A filled outline, opaque at 1.
    pub(super) fn shade(&self, outline: &[Place], colour: RGBColor, opacity: f64) {
        let outline: Vec<_> = outline.iter().copied().map(fine).collect();
        let element = Polygon::new(outline, colour.mix(opacity).filled());
        self.area.draw(&element).expect(IN_MEMORY);
    }

    /// A mark of so many pixels from its middle to its edge.
    pub(super) fn mark(
        &self,
        shape: Shape,
        (x, y): Place,
        size: f64,
        fill: Fill,
        colour: RGBColor,
    ) {
        let inner = match fill {
            Fill::Solid => colour,
            Fill::Hollow => WHITE,
        };
        let corners: &[Place] = match shape {
            Shape::Circle => {
                let radius = whole(size).unsigned_abs();
                for style in [inner.filled(), stroke(colour, 1.6)] {
                    let element = Circle::new(fine((x, y)), radius, style);
                    self.area.draw(&element).expect(IN_MEMORY);
                }
                return;
            }
            Shape::Diamond => &[(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)],
            Shape::Square => &[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
        };
        let mut outline: Vec<_> = corners
            .iter()
            .map(|(dx, dy)| (x + size * dx, y + size * dy))
            .collect();
        self.shade(&outline, inner, 1.0);
        outline.push(outline[0]);
        outline.push(outline[1]);
        self.line(&outline, colour, 1.6);
    }

    /// Gives a place on the sheet a name, which shows where a pointer rests on it.
    pub(super) fn name(&self, outline: &[Place], name: &str) {
        let points: Vec<String> = outline
            .iter()
            .copied()
            .map(fine)
            .map(|(x, y)| format!("{x},{y}"))
            .collect();
        self.names.borrow_mut().push_str(&format!(
            "<polygon opacity=\"0\" points=\"{}\"><title>{}</title></polygon>\n",
            points.join(" "),
            escape(clean(name))
        ));
    }

    /// A label of usual size, its middle at a height.
    pub(super) fn label(&self, at: Place, text: &str, hold: Hold) {
        self.words(at, text, LABEL_SIZE, Weight::Plain, hold, BLACK);
    }

    /// White under a label of usual size.
    pub(super) fn plate(&self, (x, y): Place, text: &str, hold: Hold) {
        let width = text_width(text, LABEL_SIZE, Weight::Plain) + 4.0;
        let left = match hold {
            Hold::Start => x - 2.0,
            Hold::Middle => x - width / 2.0,
            Hold::End => x - width + 2.0,
        };
        self.rectangle((left, y - 7.5), (left + width, y + 7.5), WHITE);
    }

    /// A label in bold.
    pub(super) fn heading(&self, at: Place, text: &str, hold: Hold) {
        self.words(at, text, LABEL_SIZE, Weight::Bold, hold, BLACK);
    }

    /// Lines of labels around a middle.
    pub(super) fn labels(&self, (x, middle): Place, lines: &[String], hold: Hold) {
        let top = middle - LINE * (self::lines(lines) - 1.0) / 2.0;
        for (row, line) in (0u32..).zip(lines) {
            self.label((x, top + LINE * f64::from(row)), line, hold);
        }
    }

    /// A label of any size, weight and colour.
    pub(super) fn words(
        &self,
        at: Place,
        text: &str,
        size: f64,
        weight: Weight,
        hold: Hold,
        colour: RGBColor,
    ) {
        let hold = match hold {
            Hold::Start => HPos::Left,
            Hold::Middle => HPos::Center,
            Hold::End => HPos::Right,
        };
        let style = text_style(size, weight, colour).pos(Pos::new(hold, VPos::Center));
        let element = Text::new(text, fine(at), style);
        self.area.draw(&element).expect(IN_MEMORY);
    }

    /// Axes with ticks and faint lines around a panel from corner to corner; what stands below them
    /// needs [`AXIS_ROOM`], and what stands left of them 60 pixels where there is an upright axis.
    pub(super) fn panel(
        &self,
        (left, top): Place,
        (right, bottom): Place,
        across: (&Axis, Range<f64>),
        upright: &Upright<'_>,
    ) -> Panel<'a> {
        let (upright_room, range) = match upright {
            Upright::Axis(_, range) => (60.0, range.clone()),
            Upright::Rows => (0.0, bottom - top..0.0),
        };
        let area = self.area.clone().shrink(
            fine((left - upright_room, top)),
            (
                whole(right - left + upright_room).unsigned_abs(),
                whole(bottom - top + AXIS_ROOM).unsigned_abs(),
            ),
        );
        let mut chart = ChartBuilder::on(&area)
            .set_label_area_size(LabelAreaPosition::Bottom, whole(AXIS_ROOM))
            .set_label_area_size(LabelAreaPosition::Left, whole(upright_room))
            .build_cartesian_2d(across.1, range)
            .expect(IN_MEMORY);
        let unit_across = across.0.unit;
        let ticks_across = match unit_across {
            Unit::Pounds => (right - left) / 60.0,
            Unit::Share | Unit::Points | Unit::Number => (right - left) / 46.0,
            Unit::Year => (right - left) / 70.0,
        };
        let label = text_style(SOURCE_SIZE, Weight::Plain, BLACK);
        let tick_across = move |place: &f64| unit_across.tick(*place);
        let mut mesh = chart.configure_mesh();
        mesh.x_labels(ticks(ticks_across))
            .x_label_formatter(&tick_across)
            .x_desc(clean(&across.0.label))
            .label_style(label)
            .axis_desc_style(text_style(LABEL_SIZE, Weight::Plain, BLACK))
            .axis_style(stroke(DARK, 1.0))
            .bold_line_style(stroke(PALE, 1.0))
            .light_line_style(WHITE.mix(0.0))
            .set_all_tick_mark_size(whole(4.0));
        match upright {
            Upright::Axis(axis, _) => {
                let unit = axis.unit;
                mesh.y_labels(ticks((bottom - top) / 28.0))
                    .y_desc(clean(&axis.label))
                    .y_label_formatter(&|place| unit.tick(*place))
                    .draw()
                    .expect(IN_MEMORY);
            }
            Upright::Rows => {
                mesh.disable_y_mesh()
                    .disable_y_axis()
                    .draw()
                    .expect(IN_MEMORY);
            }
        }
        Panel { chart }
    }
}

/// What stands upright at a panel.
pub(super) enum Upright<'a> {
    /// An axis over a range.
    Axis(&'a Axis, Range<f64>),
    /// Rows, their heights in pixels from the top of the panel.
    Rows,
}

/// A panel with its axes.
pub(super) struct Panel<'a> {
    chart: ChartContext<'a, SVGBackend<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>,
}

impl Panel<'_> {
    /// Where a pair of values of the axes stands on the sheet.
    pub(super) fn at(&self, across: f64, upright: f64) -> Place {
        let (x, y) = self.chart.backend_coord(&(across, upright));
        (f64::from(x) / FINE, f64::from(y) / FINE)
    }
}

/// How a line is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dash {
    Whole,
    Long,
    Short,
    Dots,
}

impl Dash {
    fn lengths(self) -> Option<(f64, f64)> {
        match self {
            Self::Whole => None,
            Self::Long => Some((9.0, 4.0)),
            Self::Short => Some((4.5, 3.0)),
            Self::Dots => Some((1.5, 2.5)),
        }
    }
}

/// Breaks a text into lines of at most so many pixels of usual labels.
pub(super) fn label_lines(text: &str, width: f64) -> Vec<String> {
    wrapped(text, width, LABEL_SIZE, Weight::Plain)
}

/// Breaks a text into lines of at most so many pixels of the least labels.
pub(super) fn small_lines(text: &str, width: f64) -> Vec<String> {
    wrapped(text, width, SMALL_SIZE, Weight::Plain)
}

/// How many lines there are, for heights.
pub(super) fn lines<T>(lines: &[T]) -> f64 {
    lines.len() as f64
}

/// Breaks a text into lines of at most so many pixels.
fn wrapped(text: &str, width: f64, size: f64, weight: Weight) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let fits = |line: &str| text_width(line, size, weight) <= width;
    for word in clean(text).split(' ').filter(|word| !word.is_empty()) {
        if let Some(line) = lines.last_mut()
            && fits(&format!("{line} {word}"))
        {
            line.push(' ');
            line.push_str(word);
            continue;
        }
        lines.push(String::new());
        // A word that is longer than a line is broken after a hyphen, else where the line ends.
        for part in word.split_inclusive('-') {
            if lines
                .last()
                .is_some_and(|line| !line.is_empty() && !fits(&format!("{line}{part}")))
            {
                lines.push(String::new());
            }
            for letter in part.chars() {
                if let Some(line) = lines.last_mut() {
                    line.push(letter);
                    if !fits(line) && line.chars().count() > 1 {
                        line.pop();
                        lines.push(letter.to_string());
                    }
                }
            }
        }
    }
    lines
}

/// The text on one line, without letters that XML has no place for.
fn clean(text: &str) -> String {
    let shown: String = text
        .chars()
        .map(|letter| {
            let banned = letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}');
            if banned { ' ' } else { letter }
        })
        .collect();
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// About how many pixels a text takes in a wide sans-serif.
fn text_width(text: &str, size: f64, weight: Weight) -> f64 {
    let ems: f64 = text
        .chars()
        .map(|letter| match letter {
            ' ' | 'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.33,
            'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '-' | '/' => 0.42,
            'm' | 'w' | 'M' | 'W' | '%' | '@' | '+' => 0.95,
            'A'..='Z' | '0'..='9' => 0.68,
            letter if letter < '\u{2e80}' => 0.62,
            _ => 1.0,
        })
        .sum();
    let bold = match weight {
        Weight::Plain => 1.0,
        Weight::Bold => 1.12,
    };
    ems * size * bold
}

/// A style of plotters, whose sizes are 1.24 times those of SVG.
fn text_style(size: f64, weight: Weight, colour: RGBColor) -> TextStyle<'static> {
    let font = ("sans-serif", size * FINE * 1.24).into_font();
    let font = match weight {
        Weight::Plain => font.style(FontStyle::Normal),
        Weight::Bold => font.style(FontStyle::Bold),
    };
    font.transform(FontTransform::None).color(&colour)
}

fn stroke(colour: RGBColor, width: f64) -> ShapeStyle {
    colour.stroke_width(whole(width).unsigned_abs())
}

fn ticks(at_most: f64) -> usize {
    at_most.floor().clamp(2.0, 11.0) as usize
}

fn whole(pixels: f64) -> i32 {
    (pixels * FINE).round() as i32
}

fn fine((x, y): Place) -> (i32, i32) {
    (whole(x), whole(y))
}

/// What every chart is tested for.
#[cfg(test)]
pub(super) mod checks {
    use quick_xml::Reader;
    use quick_xml::events::Event;

    /// The texts of a chart, in order, without its title and description; it must be well formed.
    pub(crate) fn texts(svg: &str) -> Vec<String> {
        assert!(!svg.contains("NaN") && !svg.contains("inf\""), "{svg}");
        let mut reader = Reader::from_str(svg);
        let (mut texts, mut open, mut depth) = (Vec::new(), None::<String>, 0);
        loop {
            match reader.read_event().expect("well-formed XML") {
                Event::Start(tag) => {
                    depth += 1;
                    if tag.name().as_ref() == "text" {
                        open = Some(String::new());
                    }
                }
                Event::End(_) => {
                    depth -= 1;
                    texts.extend(open.take().map(|text| text.trim().to_owned()));
                }
                Event::Text(text) => {
                    if let Some(open) = &mut open {
                        open.push_str(&text.xml10_content());
                    }
                }
                Event::GeneralRef(name) => {
                    let letter = quick_xml::escape::resolve_predefined_entity(&name);
                    if let Some(open) = &mut open {
                        open.push_str(letter.expect("a predefined entity"));
                    }
                }
                Event::Eof => break,
                _ => {}
            }
        }
        assert_eq!(depth, 0, "every element is closed");
        texts
    }

    /// The numbers of an attribute of all elements of a kind that have another attribute.
    pub(crate) fn numbers(svg: &str, element: &str, having: &str, attribute: &str) -> Vec<f64> {
        svg.lines()
            .filter(|line| line.starts_with(&format!("<{element} ")) && line.contains(having))
            .filter_map(|line| {
                line.split_once(&format!(" {attribute}=\""))?
                    .1
                    .split_once('"')
            })
            .flat_map(|(values, _)| values.split([' ', ',']))
            .filter_map(|value| value.parse().ok())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::checks::texts;
    use super::*;

    fn sheet<'a>(title: &'a str, source: &'a str) -> Sheet<'a> {
        Sheet {
            title,
            description: "Of <nothing> & \"nobody\".".to_owned(),
            key: Vec::new(),
            notes: Vec::new(),
            source,
            body: 200.0,
        }
    }

    #[test]
    fn a_chart_says_what_it_is_to_those_who_cannot_see_it() {
        let svg = sheet("Bands A & B < C", "own calculation").draw(|_, _| {});
        for part in [
            "role=\"img\" aria-label=\"Bands A &amp; B &lt; C\"",
            "<title>Bands A &amp; B &lt; C</title>",
            "<desc>Of &lt;nothing&gt; &amp; &quot;nobody&quot;.</desc>",
        ] {
            assert!(svg.contains(part), "{part} in {svg}");
        }
        assert_eq!(texts(&svg), ["Bands A & B < C", "Source: own calculation"]);
        assert!(svg.contains("fill=\"#FFFFFF\""), "on white");
    }

    #[test]
    fn text_that_is_too_long_for_a_line_is_broken() {
        let words = "word ".repeat(60);
        let svg = sheet(&words, &"x".repeat(300)).draw(|_, _| {});
        let lines = texts(&svg);
        assert!(lines.len() > 5, "{lines:?}");
        for line in &lines {
            assert!(text_width(line, SOURCE_SIZE, Weight::Plain) <= WIDTH - 2.0 * MARGIN);
        }
        let all: String = lines.concat();
        assert_eq!(all.matches('x').count(), 300);
        assert_eq!(all.matches("word").count(), 60);
    }

    #[test]
    fn a_long_word_is_broken_after_its_hyphen() {
        let lines = label_lines("Westbury-on-Trym and Henleaze", 90.0);
        assert_eq!(lines, ["Westbury-on-", "Trym and", "Henleaze"]);
    }

    #[test]
    fn letters_that_xml_has_no_place_for_are_left_out() {
        assert_eq!(clean("a\u{0}b\nc\u{1b}[1m \u{ffff}"), "a b c [1m");
    }

    #[test]
    fn a_scale_puts_its_ends_and_its_middle_where_they_belong() {
        let svg = sheet("t", "").draw(|canvas, _| {
            let panel = canvas.panel(
                (100.0, 50.0),
                (300.0, 150.0),
                (&Axis::new("share (%)", Unit::Share), 0.0..100.0),
                &Upright::Axis(&Axis::new("money", Unit::Pounds), -1000.0..1000.0),
            );
            // 200 pixels across are 100%, 100 pixels upright are £2,000; plotters ends a panel one
            // unit, an eighth of a pixel, short of its corner.
            for (across, upright, x, y) in [
                (0.0, -1000.0, 100.0, 150.0),
                (100.0, 1000.0, 300.0, 50.0),
                (25.0, 0.0, 150.0, 100.0),
                (75.0, 500.0, 250.0, 75.0),
            ] {
                let at = panel.at(across, upright);
                let apart = (at.0 - x).abs().max((at.1 - y).abs());
                assert!(apart <= 0.25, "{across}, {upright}: {at:?}");
            }
        });
        let written = texts(&svg);
        for tick in [
            "0%",
            "50%",
            "100%",
            "-£1,000",
            "£0",
            "£1,000",
            "share (%)",
            "money",
        ] {
            assert!(
                written.iter().any(|text| text == tick),
                "{tick} in {written:?}"
            );
        }
    }
}
