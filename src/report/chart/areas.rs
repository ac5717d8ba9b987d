//! The chart of areas: a map of wards where their outlines are held, else a tile for each.

use super::axis::Unit;
use super::scale::Scale;
use super::sheet::{
    Canvas, DARK, Hold, LABEL_SIZE, LINE, MARGIN, Place, SMALL_SIZE, Sheet, WIDTH, Weight, lines,
    small_lines,
};

/// A ward or another area.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    /// Its name.
    pub name: String,
    /// Its figure; nothing where it has none.
    pub value: Option<f64>,
    /// The figure in words: `+£24`.
    pub words: String,
    /// Its closed lines, degrees east and north; none where it has no outline.
    pub rings: Vec<Vec<(f64, f64)>>,
}

/// What the chart shows.
#[derive(Debug, Clone, PartialEq)]
pub struct AreasChart {
    /// The areas; tiles stand in this order.
    pub areas: Vec<Area>,
    /// What a figure is measured in.
    pub unit: Unit,
    /// What a figure says: `mean change of a bill, Yes less No, pounds a year`.
    pub measured: String,
    /// What it shows.
    pub title: String,
    /// What to know of it.
    pub notes: Vec<String>,
    /// Where the figures are from.
    pub source: String,
}

/// Room of a map.
const MAP: (f64, f64) = (476.0, 430.0);
/// Height of a line of the list beside a map.
const LIST: f64 = 20.0;
/// Areas that have tiles with their names.
const NAMED: usize = 120;

/// A map of areas coloured by a figure, with the figure in each and a list of their names; a tile for
/// each where not all have an outline.
///
/// # Example
/// ```
/// use bandwise::report::chart::{Area, AreasChart, Unit, areas};
/// let area = |name: &str, value, words: &str| Area {
///     name: name.to_owned(),
///     value: Some(value),
///     words: words.to_owned(),
///     rings: Vec::new(),
/// };
/// let svg = areas(&AreasChart {
///     areas: vec![area("Abbey", 23.7, "+£24"), area("Arboretum", -35.6, "-£36")],
///     unit: Unit::Pounds,
///     measured: "mean change".to_owned(),
///     title: "Wards".to_owned(),
///     notes: Vec::new(),
///     source: "own calculation".to_owned(),
/// });
/// assert!(svg.contains("Arboretum") && svg.contains("-£36"));
/// ```
pub fn areas(chart: &AreasChart) -> String {
    let scale = Scale::of(chart.unit, chart.areas.iter().filter_map(|area| area.value));
    let has_map = !chart.areas.is_empty() && chart.areas.iter().all(Area::has_outline);
    let tiles = Tiles::of(chart.areas.len());
    let sheet = Sheet {
        title: &chart.title,
        description: description(chart),
        key: scale.key(chart.areas.iter().any(|area| area.value.is_none())),
        notes: chart.notes.clone(),
        source: &chart.source,
        body: if has_map {
            MAP.1.max(LIST * lines(&chart.areas)) + 8.0
        } else {
            tiles.height(chart.areas.len()) + 8.0
        },
    };
    sheet.draw(|canvas, top| {
        if has_map {
            map(canvas, top, &chart.areas, &scale);
        } else {
            tiles.draw(canvas, top, &chart.areas, &scale);
        }
    })
}

impl Area {
    fn has_outline(&self) -> bool {
        self.rings.iter().any(|ring| ring.len() > 3)
    }
}

/// The map with a number and a figure in each area, and the list of names by number.
fn map(canvas: &Canvas<'_>, top: f64, areas: &[Area], scale: &Scale) {
    let on_sheet = projection(areas, top);
    let outlines: Vec<Vec<Vec<Place>>> = (areas.iter())
        .map(|area| {
            (area.rings.iter())
                .map(|ring| ring.iter().map(|point| on_sheet(*point)).collect())
                .collect()
        })
        .collect();
    for (area, rings) in areas.iter().zip(&outlines) {
        for ring in rings {
            canvas.shade(ring, scale.colour(area.value), 1.0);
        }
    }
    for ring in outlines.iter().flatten() {
        canvas.line(ring, DARK, 0.8);
    }
    for ((number, area), rings) in (1..).zip(areas).zip(&outlines) {
        let (x, y) = widest_place(rings);
        let ink = scale.ink(area.value);
        let bold = Weight::Bold;
        canvas.words(
            (x, y - 6.5),
            &format!("{number}"),
            LABEL_SIZE,
            bold,
            Hold::Middle,
            ink,
        );
        canvas.words(
            (x, y + 6.5),
            &area.words,
            SMALL_SIZE,
            Weight::Plain,
            Hold::Middle,
            ink,
        );
        for ring in rings {
            canvas.name(ring, &format!("{}: {}", area.name, area.words));
        }
    }
    let (left, right) = (MARGIN + MAP.0 + 24.0, WIDTH - MARGIN);
    for ((number, area), row) in (1..).zip(areas).zip(0u32..) {
        let y = top + LIST * (f64::from(row) + 0.5);
        canvas.heading((left + 18.0, y), &format!("{number}"), Hold::End);
        canvas.label((left + 26.0, y), &area.name, Hold::Start);
        canvas.label((right, y), &area.words, Hold::End);
    }
}

/// Where degrees stand in the room of the map: as wide as high on the ground.
fn projection(areas: &[Area], top: f64) -> impl Fn((f64, f64)) -> Place {
    let points = || areas.iter().flat_map(|area| &area.rings).flatten();
    let edge = |of: fn(&(f64, f64)) -> f64, pick: fn(f64, f64) -> f64, start| {
        points().map(of).fold(start, pick)
    };
    let (west, east) = (
        edge(|point| point.0, f64::min, f64::INFINITY),
        edge(|point| point.0, f64::max, f64::NEG_INFINITY),
    );
    let (south, north) = (
        edge(|point| point.1, f64::min, f64::INFINITY),
        edge(|point| point.1, f64::max, f64::NEG_INFINITY),
    );
    let narrowing = f64::midpoint(south, north).to_radians().cos();
    let (width, height) = ((east - west) * narrowing, north - south);
    let pixels = (MAP.0 / width).min(MAP.1 / height);
    let left = MARGIN + (MAP.0 - width * pixels) / 2.0;
    let above = top + (MAP.1 - height * pixels) / 2.0;
    move |(longitude, latitude)| {
        (
            left + (longitude - west) * narrowing * pixels,
            above + (north - latitude) * pixels,
        )
    }
}

/// The place inside an outline that is furthest from its edge.
fn widest_place(rings: &[Vec<Place>]) -> Place {
    /// Places tried along each side.
    const TRIED: u32 = 40;
    let points = || rings.iter().flatten();
    let low = |of: fn(&Place) -> f64| points().map(of).fold(f64::INFINITY, f64::min);
    let high = |of: fn(&Place) -> f64| points().map(of).fold(f64::NEG_INFINITY, f64::max);
    let (left, right) = (low(|place| place.0), high(|place| place.0));
    let (top, bottom) = (low(|place| place.1), high(|place| place.1));
    let step = |from: f64, to: f64, n: u32| from + (to - from) * f64::from(n) / f64::from(TRIED);
    let mut best = (
        f64::NEG_INFINITY,
        (f64::midpoint(left, right), f64::midpoint(top, bottom)),
    );
    for row in 1..TRIED {
        for column in 1..TRIED {
            let place = (step(left, right, column), step(top, bottom, row));
            // Most places are soon known to be narrower than the best.
            let mut room = f64::INFINITY;
            let wider = (rings.iter().flat_map(|ring| ring.windows(2))).all(|pair| {
                room = room.min(distance(place, pair[0], pair[1]));
                room > best.0
            });
            if wider && is_inside(place, rings) {
                best = (room, place);
            }
        }
    }
    best.1
}

/// How far a place is from a stretch of a line, across counting less: words are wide.
fn distance((x, y): Place, from: Place, to: Place) -> f64 {
    /// How much wider than high a label is.
    const WIDE: f64 = 1.7;
    let (from_x, from_y) = ((from.0 - x) / WIDE, from.1 - y);
    let (along_x, along_y) = ((to.0 - from.0) / WIDE, to.1 - from.1);
    let length = along_x * along_x + along_y * along_y;
    let part = if length > 0.0 {
        (-(from_x * along_x + from_y * along_y) / length).clamp(0.0, 1.0)
    } else {
        0.0
    };
    (from_x + part * along_x).hypot(from_y + part * along_y)
}

/// Whether a place lies within closed lines: it crosses an odd number of them on its way out.
fn is_inside((x, y): Place, rings: &[Vec<Place>]) -> bool {
    let crossed = rings
        .iter()
        .flat_map(|ring| ring.windows(2))
        .filter(|pair| {
            let ((x1, y1), (x2, y2)) = (pair[0], pair[1]);
            (y1 > y) != (y2 > y) && x < x1 + (y - y1) / (y2 - y1) * (x2 - x1)
        })
        .count();
    crossed % 2 == 1
}

/// How tiles stand.
struct Tiles {
    columns: usize,
    height: f64,
    named: bool,
}

impl Tiles {
    fn of(count: usize) -> Self {
        if count <= NAMED {
            Self {
                columns: 7,
                height: 3.0 * LINE + 8.0,
                named: true,
            }
        } else {
            Self {
                columns: 16,
                height: LINE + 6.0,
                named: false,
            }
        }
    }

    fn height(&self, count: usize) -> f64 {
        self.height * count.div_ceil(self.columns).max(1) as f64
    }

    fn draw(&self, canvas: &Canvas<'_>, top: f64, areas: &[Area], scale: &Scale) {
        if areas.is_empty() {
            canvas.label((MARGIN, top + LINE), "no areas to show", Hold::Start);
        }
        let width = (WIDTH - 2.0 * MARGIN) / self.columns as f64;
        for (number, area) in areas.iter().enumerate() {
            let left = MARGIN + width * (number % self.columns) as f64;
            let y = top + self.height * (number / self.columns) as f64;
            let (right, bottom) = (left + width - 3.0, y + self.height - 3.0);
            canvas.rectangle((left, y), (right, bottom), DARK);
            let colour = scale.colour(area.value);
            canvas.rectangle((left + 0.7, y + 0.7), (right - 0.7, bottom - 0.7), colour);
            let ink = scale.ink(area.value);
            let middle = f64::midpoint(left, right);
            let figure_at = if self.named {
                bottom - 9.0
            } else {
                f64::midpoint(y, bottom)
            };
            if self.named {
                let name = shortened(&area.name, width - 8.0);
                let first = y + 10.0 + 6.0 * (2.0 - lines(&name));
                for (row, line) in (0u32..).zip(&name) {
                    let at = (middle, first + 12.5 * f64::from(row));
                    canvas.words(at, line, SMALL_SIZE, Weight::Plain, Hold::Middle, ink);
                }
            }
            let weight = if self.named {
                Weight::Bold
            } else {
                Weight::Plain
            };
            let at = (middle, figure_at);
            canvas.words(at, &area.words, SMALL_SIZE, weight, Hold::Middle, ink);
            let outline = [(left, y), (right, y), (right, bottom), (left, bottom)];
            canvas.name(&outline, &format!("{}: {}", area.name, area.words));
        }
    }
}

/// A name in two lines at most.
fn shortened(name: &str, width: f64) -> Vec<String> {
    let mut held = small_lines(name, width);
    if held.len() > 2 {
        held.truncate(2);
        if let Some(last) = held.last_mut() {
            while small_lines(&format!("{last}…"), width).len() > 1 {
                last.pop();
            }
            last.truncate(last.trim_end().len());
            last.push('…');
        }
    }
    held
}

fn description(chart: &AreasChart) -> String {
    let mut text = format!("{}:", chart.measured);
    for area in &chart.areas {
        text.push_str(&format!(" {} {};", area.name, area.words));
    }
    text.pop();
    text.push('.');
    text
}

#[cfg(test)]
mod tests {
    use super::super::sheet::checks::{numbers, texts};
    use super::*;

    fn square(west: f64, south: f64, side: f64) -> Vec<(f64, f64)> {
        vec![
            (west, south),
            (west + side, south),
            (west + side, south + side),
            (west, south + side),
            (west, south),
        ]
    }

    fn area(name: &str, value: f64, rings: Vec<Vec<(f64, f64)>>) -> Area {
        Area {
            name: name.to_owned(),
            value: Some(value),
            words: super::super::super::card::signed(value, 0),
            rings,
        }
    }

    fn chart(areas: Vec<Area>) -> AreasChart {
        AreasChart {
            areas,
            unit: Unit::Pounds,
            measured: "mean change".to_owned(),
            title: "t".to_owned(),
            notes: Vec::new(),
            source: "s".to_owned(),
        }
    }

    #[test]
    fn a_map_has_the_figure_in_each_area_and_its_name_in_a_list() {
        let svg = areas(&chart(vec![
            area("West & <side>", -20.0, vec![square(-1.5, 52.0, 0.1)]),
            area("East", 120.0, vec![square(-1.4, 52.0, 0.1)]),
        ]));
        let written = texts(&svg);
        for text in ["1", "2", "West & <side>", "East"] {
            assert!(
                written.iter().any(|held| held == text),
                "{text} in {written:?}"
            );
        }
        assert_eq!(written.iter().filter(|text| *text == "+£120").count(), 2);
        assert!(svg.contains("<title>East: +£120</title>"));
    }

    #[test]
    fn where_an_outline_is_missing_there_are_tiles() {
        let svg = areas(&chart(vec![
            area("West", -20.0, vec![square(-1.5, 52.0, 0.1)]),
            area(
                "A place with a name that is far too long for one tile",
                1.0,
                Vec::new(),
            ),
        ]));
        assert!(
            texts(&svg).iter().any(|text| text.ends_with('…')),
            "{:?}",
            texts(&svg)
        );
        assert!(!texts(&svg).contains(&"1".to_owned()));
    }

    #[test]
    fn no_areas_and_very_many_are_drawn() {
        for count in [0u32, 1, 121, 700] {
            let held = (0..count).map(|n| area(&format!("area {n}"), f64::from(n), Vec::new()));
            let svg = areas(&chart(held.collect()));
            let bottoms = numbers(&svg, "rect", "fill=\"#464646\"", "y");
            let height: f64 = numbers(&svg, "svg", "viewBox", "height")[0];
            assert!(bottoms.iter().all(|y| *y < 8.0 * height));
        }
    }

    #[test]
    fn the_label_of_an_area_stands_within_it() {
        // An area like the letter L: its middle lies outside.
        let ring = vec![
            (0.0, 0.0),
            (10.0, 0.0),
            (10.0, 90.0),
            (100.0, 90.0),
            (100.0, 100.0),
            (0.0, 100.0),
            (0.0, 0.0),
        ];
        assert!(is_inside(
            widest_place(std::slice::from_ref(&ring)),
            &[ring]
        ));
    }
}
