//! The map of hexagons: one for each authority, coloured by a figure.

use super::axis::Unit;
use super::scale::Scale;
use super::sheet::{
    Canvas, DARK, Hold, LABEL_SIZE, MARGIN, PALE, Place, SMALL_SIZE, Sheet, WIDTH, Weight,
};

/// A hexagon.
#[derive(Debug, Clone, PartialEq)]
pub struct HexArea {
    /// Name of the authority.
    pub name: String,
    /// The column, from west to east; odd rows lie half a hexagon further east.
    pub column: i32,
    /// The row, from south to north.
    pub row: i32,
    /// Its figure; nothing where it has none.
    pub value: Option<f64>,
    /// The figure in words.
    pub words: String,
}

/// What the chart shows.
#[derive(Debug, Clone, PartialEq)]
pub struct HexChart {
    /// The hexagons.
    pub areas: Vec<HexArea>,
    /// What a figure is measured in.
    pub unit: Unit,
    /// What a figure says.
    pub measured: String,
    /// What it shows.
    pub title: String,
    /// What to know of it.
    pub notes: Vec<String>,
    /// Where the figures are from.
    pub source: String,
}

/// Room of the map.
const MAP: (f64, f64) = (520.0, 560.0);
/// How many of the highest are named.
const NAMED: usize = 12;
/// Height of a line of the list.
const LIST: f64 = 20.0;

/// A map of hexagons with the highest named beside it; every hexagon tells its name and its figure
/// where a pointer rests on it.
///
/// # Example
/// ```
/// use bandwise::report::chart::{HexArea, HexChart, Unit, hex_map};
/// let svg = hex_map(&HexChart {
///     areas: vec![HexArea {
///         name: "Derby".to_owned(),
///         column: 6,
///         row: 11,
///         value: Some(0.85),
///         words: "85%".to_owned(),
///     }],
///     unit: Unit::Share,
///     measured: "share of homes frozen".to_owned(),
///     title: "England and Wales".to_owned(),
///     notes: Vec::new(),
///     source: "own calculation".to_owned(),
/// });
/// assert!(svg.contains("<title>Derby: 85%</title>"));
/// ```
pub fn hex_map(chart: &HexChart) -> String {
    let scale = Scale::of(chart.unit, chart.areas.iter().filter_map(|area| area.value));
    let highest = highest(&chart.areas);
    let sheet = Sheet {
        title: &chart.title,
        description: description(chart, &highest),
        key: scale.key(chart.areas.iter().any(|area| area.value.is_none())),
        notes: chart.notes.clone(),
        source: &chart.source,
        body: (Grid::of(&chart.areas, 0.0).height).max(LIST * (NAMED as f64 + 1.5)) + 8.0,
    };
    sheet.draw(|canvas, top| {
        let grid = Grid::of(&chart.areas, top);
        for area in &chart.areas {
            let middle = grid.middle(area);
            canvas.shade(&grid.corners(middle, grid.radius), DARK, 1.0);
            let inner = if area.value.is_some() { 0.94 } else { 0.9 };
            let colour = scale.colour(area.value);
            canvas.shade(&grid.corners(middle, inner * grid.radius), colour, 1.0);
            canvas.name(
                &grid.corners(middle, grid.radius),
                &format!("{}: {}", area.name, area.words),
            );
        }
        for (number, area) in (1..).zip(&highest) {
            let ink = scale.ink(area.value);
            let at = grid.middle(area);
            canvas.words(
                at,
                &format!("{number}"),
                SMALL_SIZE,
                Weight::Bold,
                Hold::Middle,
                ink,
            );
        }
        list(canvas, top, &highest);
    })
}

fn list(canvas: &Canvas<'_>, top: f64, highest: &[&HexArea]) {
    let (left, right) = (MARGIN + MAP.0 + 16.0, WIDTH - MARGIN);
    if highest.is_empty() {
        canvas.label((left, top + LIST), "no figures to show", Hold::Start);
        return;
    }
    let bold = Weight::Bold;
    let head = (left, top + LIST / 2.0);
    canvas.words(head, "Highest", LABEL_SIZE, bold, Hold::Start, DARK);
    canvas.line(&[(left, top + LIST), (right, top + LIST)], PALE, 1.0);
    for (number, area) in (1u32..).zip(highest) {
        let y = top + LIST * (f64::from(number) + 0.6);
        canvas.heading((left + 18.0, y), &format!("{number}"), Hold::End);
        canvas.label((left + 26.0, y), &area.name, Hold::Start);
        canvas.label((right, y), &area.words, Hold::End);
    }
}

/// The highest, the first in the order given where they are alike.
fn highest(areas: &[HexArea]) -> Vec<&HexArea> {
    let mut known: Vec<(&HexArea, f64)> = areas
        .iter()
        .filter_map(|area| Some((area, area.value.filter(|value| value.is_finite())?)))
        .collect();
    known.sort_by(|one, other| other.1.total_cmp(&one.1));
    known
        .into_iter()
        .take(NAMED)
        .map(|(area, _)| area)
        .collect()
}

/// Where hexagons lie.
struct Grid {
    /// From a middle to a corner, pixels.
    radius: f64,
    left: f64,
    bottom: f64,
    height: f64,
    first: (i32, i32),
}

impl Grid {
    fn of(areas: &[HexArea], top: f64) -> Self {
        let columns = || areas.iter().map(|area| area.column);
        let rows = || areas.iter().map(|area| area.row);
        let first = (columns().min().unwrap_or(0), rows().min().unwrap_or(0));
        let across = f64::from(columns().max().unwrap_or(0) - first.0) + 1.5;
        let upright = f64::from(rows().max().unwrap_or(0) - first.1);
        let radius = (MAP.0 / (across * 3f64.sqrt())).min(MAP.1 / (1.5 * upright + 2.0));
        let height = radius * (1.5 * upright + 2.0);
        Self {
            radius,
            left: MARGIN + (MAP.0 - across * 3f64.sqrt() * radius) / 2.0,
            bottom: top + height,
            height,
            first,
        }
    }

    fn middle(&self, area: &HexArea) -> Place {
        let half = if area.row.rem_euclid(2) == 1 {
            1.0
        } else {
            0.5
        };
        let across = f64::from(area.column - self.first.0) + half;
        let upright = f64::from(area.row - self.first.1);
        (
            self.left + across * 3f64.sqrt() * self.radius,
            self.bottom - self.radius * (1.5 * upright + 1.0),
        )
    }

    fn corners(&self, (x, y): Place, radius: f64) -> [Place; 6] {
        let (half, wide) = (radius / 2.0, radius * 3f64.sqrt() / 2.0);
        [
            (x, y - radius),
            (x + wide, y - half),
            (x + wide, y + half),
            (x, y + radius),
            (x - wide, y + half),
            (x - wide, y - half),
        ]
    }
}

fn description(chart: &HexChart, highest: &[&HexArea]) -> String {
    let known = chart
        .areas
        .iter()
        .filter(|area| area.value.is_some())
        .count();
    let mut text = format!(
        "{}: a hexagon for each of {} authorities, {known} of them with a figure. Highest:",
        chart.measured,
        chart.areas.len()
    );
    for area in highest {
        text.push_str(&format!(" {} {};", area.name, area.words));
    }
    text.pop();
    text.push('.');
    text
}

#[cfg(test)]
mod tests {
    use super::super::sheet::checks::texts;
    use super::*;

    fn area(name: &str, (column, row): (i32, i32), value: Option<f64>) -> HexArea {
        HexArea {
            name: name.to_owned(),
            column,
            row,
            value,
            words: value.map_or("no figure".to_owned(), |value| Unit::Share.words(value)),
        }
    }

    fn chart(areas: Vec<HexArea>) -> HexChart {
        HexChart {
            areas,
            unit: Unit::Share,
            measured: "frozen".to_owned(),
            title: "t".to_owned(),
            notes: Vec::new(),
            source: "s".to_owned(),
        }
    }

    #[test]
    fn hexagons_of_one_row_touch_and_those_of_the_next_lie_between() {
        let held = [
            area("a", (0, 0), None),
            area("b", (1, 0), None),
            area("c", (0, 1), None),
        ];
        let grid = Grid::of(&held, 0.0);
        let [a, b, c] = [&held[0], &held[1], &held[2]].map(|area| grid.middle(area));
        assert!((b.0 - a.0 - 3f64.sqrt() * grid.radius).abs() < 1e-9);
        assert!(
            (c.0 - f64::midpoint(a.0, b.0)).abs() < 1e-9 && c.1 < a.1,
            "north is up"
        );
    }

    #[test]
    fn every_hexagon_says_its_name_and_the_highest_are_listed() {
        let svg = hex_map(&chart(vec![
            area("Low & <behold>", (0, 0), Some(0.1)),
            area("High", (1, 0), Some(0.9)),
            area("Unknown", (2, 0), None),
        ]));
        assert!(svg.contains("<title>Low &amp; &lt;behold&gt;: 10%</title>"));
        assert!(svg.contains("<title>Unknown: no figure</title>"));
        let written = texts(&svg);
        let order: Vec<&str> = (written.iter().map(String::as_str))
            .filter(|text| ["High", "Low & <behold>"].contains(text))
            .collect();
        assert_eq!(order, ["High", "Low & <behold>"]);
        assert!(written.contains(&"no figure".to_owned()));
    }

    #[test]
    fn no_hexagons_are_drawn() {
        assert!(texts(&hex_map(&chart(Vec::new()))).contains(&"no figures to show".to_owned()));
    }
}
