//! The fan chart: paths through the years, each with its range.

use super::axis::{Axis, Unit};
use super::sheet::{
    AXIS_ROOM, BLACK, BLUE, Canvas, Colour, DARK, Dash, Fill, GREEN, Hold, KeyEntry, LINE, MARGIN,
    PURPLE, Place, Shape, Sheet, Upright, VERMILION, label_lines, lines,
};

/// What a path stands for: it is drawn alike in every chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FanStyle {
    /// What is proposed.
    Proposal,
    /// The proposal in another form.
    Variant,
    /// A freeze.
    Freeze,
    /// The mean of what may happen.
    Average,
}

/// A path through the years.
#[derive(Debug, Clone, PartialEq)]
pub struct FanPath {
    /// What it stands for.
    pub style: FanStyle,
    /// Which path it is, for its end: `Yes`.
    pub label: String,
    /// What happens on it, for the key.
    pub meaning: String,
    /// Its years in order.
    pub years: Vec<FanYear>,
}

/// A year of a path.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FanYear {
    /// The calendar year in which the financial year begins.
    pub begins: u16,
    /// The mean over the draws.
    pub mean: f64,
    /// The 5th percentile.
    pub low: f64,
    /// The 95th percentile.
    pub high: f64,
}

/// What the chart shows.
#[derive(Debug, Clone, PartialEq)]
pub struct FanChart {
    /// The paths, each of another style.
    pub paths: Vec<FanPath>,
    /// What is measured: `collected over a No (pounds a year)`.
    pub measured: Axis,
    /// What nothing means: `as after a No`.
    pub zero: String,
    /// What it shows.
    pub title: String,
    /// What to know of it.
    pub notes: Vec<String>,
    /// Where the figures are from.
    pub source: String,
}

const PANEL_LEFT: f64 = MARGIN + 76.0;
const PANEL_RIGHT: f64 = 632.0;
const PANEL_HEIGHT: f64 = 330.0;
/// Room for the words at the end of a path.
const ENDS: f64 = 142.0;

/// A chart of paths through the years with the range of 90% of the draws around each, and what each
/// comes to in the last year.
///
/// # Example
/// ```
/// use bandwise::report::chart::{Axis, FanChart, FanPath, FanStyle, FanYear, Unit, fan};
/// let year = |begins, mean| FanYear { begins, mean, low: mean - 5e5, high: mean + 5e5 };
/// let svg = fan(&FanChart {
///     paths: vec![FanPath {
///         style: FanStyle::Proposal,
///         label: "Yes".to_owned(),
///         meaning: "carried out".to_owned(),
///         years: vec![year(2027, 5.1e6), year(2028, 0.2e6)],
///     }],
///     measured: Axis::new("collected over a No (pounds a year)", Unit::Pounds),
///     zero: "as after a No".to_owned(),
///     title: "The years after".to_owned(),
///     notes: Vec::new(),
///     source: "own calculation".to_owned(),
/// });
/// assert!(svg.contains("2028-29") && svg.contains("Yes: £200,000"));
/// ```
pub fn fan(chart: &FanChart) -> String {
    let unit = chart.measured.unit;
    let years = || chart.paths.iter().flat_map(|path| &path.years);
    let extent = unit.extent(
        years()
            .flat_map(|year| [year.mean, year.low, year.high])
            .chain([0.0])
            .map(|value| unit.place(value)),
    );
    let first = years().map(|year| year.begins).min().unwrap_or(2000);
    let last = years().map(|year| year.begins).max().unwrap_or(2000);
    let across = Axis::new("financial year", Unit::Year);
    let sheet = Sheet {
        title: &chart.title,
        description: description(chart),
        key: key(chart),
        notes: chart.notes.clone(),
        source: &chart.source,
        body: PANEL_HEIGHT + AXIS_ROOM + 16.0,
    };
    sheet.draw(|canvas, top| {
        let (panel_top, panel_bottom) = (top + 10.0, top + 10.0 + PANEL_HEIGHT);
        let panel = canvas.panel(
            (PANEL_LEFT, panel_top),
            (PANEL_RIGHT, panel_bottom),
            (&across, f64::from(first) - 0.2..f64::from(last) + 0.2),
            &Upright::Axis(&chart.measured, extent),
        );
        if years().next().is_none() {
            let middle = f64::midpoint(PANEL_LEFT, PANEL_RIGHT);
            canvas.label((middle, panel_top + 40.0), "no years to show", Hold::Middle);
        }
        let at = |year: &FanYear, value: f64| panel.at(f64::from(year.begins), unit.place(value));
        let zero = panel.at(f64::from(first), 0.0).1;
        canvas.line(&[(PANEL_LEFT, zero), (PANEL_RIGHT, zero)], BLACK, 1.4);
        for path in &chart.paths {
            let look = path.style.look();
            let upper = path.years.iter().map(|year| at(year, year.high));
            let lower = path.years.iter().rev().map(|year| at(year, year.low));
            let outline: Vec<Place> = upper.chain(lower).collect();
            if outline.len() > 2 {
                canvas.shade(&outline, look.colour, 0.2);
            }
        }
        let mut ends = vec![(zero, label_lines(&chart.zero, ENDS))];
        for path in &chart.paths {
            let look = path.style.look();
            let line: Vec<Place> = path.years.iter().map(|year| at(year, year.mean)).collect();
            canvas.dashed(&line, look.colour, 2.4, look.dash);
            for place in &line {
                canvas.mark(look.shape, *place, 3.8, look.fill, look.colour);
            }
            if let Some((year, place)) = path.years.last().zip(line.last()) {
                let words = format!("{}: {}", path.label, unit.words(year.mean));
                ends.push((place.1, label_lines(&words, ENDS)));
            }
        }
        for (y, words) in apart(ends, panel_top, panel_bottom) {
            canvas.labels((PANEL_RIGHT + 6.0, y), &words, Hold::Start);
        }
    })
}

/// The middles of labels, moved until none overlaps another.
fn apart(mut labels: Vec<(f64, Vec<String>)>, top: f64, bottom: f64) -> Vec<(f64, Vec<String>)> {
    labels.sort_by(|one, other| one.0.total_cmp(&other.0));
    let height = |words: &[String]| LINE * lines(words) + 3.0;
    let mut floor = top - LINE;
    for (middle, words) in &mut labels {
        let half = height(words) / 2.0;
        *middle = middle.max(floor + half);
        floor = *middle + half;
    }
    // What was pushed out below is pushed back up.
    let mut ceiling = bottom + LINE;
    for (middle, words) in labels.iter_mut().rev() {
        let half = height(words) / 2.0;
        *middle = middle.min(ceiling - half);
        ceiling = *middle - half;
    }
    labels
}

/// What a path is drawn with.
#[derive(Clone, Copy)]
struct Look {
    colour: Colour,
    dash: Dash,
    shape: Shape,
    fill: Fill,
}

impl FanStyle {
    const fn look(self) -> Look {
        let (colour, dash, shape, fill) = match self {
            Self::Proposal => (BLUE, Dash::Whole, Shape::Diamond, Fill::Solid),
            Self::Variant => (GREEN, Dash::Long, Shape::Circle, Fill::Solid),
            Self::Freeze => (VERMILION, Dash::Short, Shape::Square, Fill::Solid),
            Self::Average => (PURPLE, Dash::Dots, Shape::Circle, Fill::Hollow),
        };
        Look {
            colour,
            dash,
            shape,
            fill,
        }
    }
}

fn key(chart: &FanChart) -> Vec<KeyEntry> {
    let path = |path: &FanPath| {
        let look = path.style.look();
        KeyEntry::new(path.meaning.as_str(), move |canvas, (x, y)| {
            canvas.dashed(&[(x - 13.0, y), (x + 13.0, y)], look.colour, 2.4, look.dash);
            canvas.mark(look.shape, (x, y), 3.8, look.fill, look.colour);
        })
    };
    let mut key: Vec<KeyEntry> = chart.paths.iter().map(path).collect();
    key.push(KeyEntry::new(
        "90% of draws",
        |canvas: &Canvas<'_>, (x, y)| {
            let corners = [
                (x - 12.0, y - 6.0),
                (x + 12.0, y - 6.0),
                (x + 12.0, y + 6.0),
                (x - 12.0, y + 6.0),
            ];
            canvas.shade(&corners, DARK, 0.2);
        },
    ));
    key
}

fn description(chart: &FanChart) -> String {
    let unit = chart.measured.unit;
    let mut text = format!(
        "{}, mean and range of 90% of the draws.",
        chart.measured.label
    );
    for path in &chart.paths {
        text.push_str(&format!(" {}:", path.meaning));
        for year in &path.years {
            text.push_str(&format!(
                " {} {} ({} to {});",
                Unit::Year.words(f64::from(year.begins)),
                unit.words(year.mean),
                unit.words(year.low),
                unit.words(year.high)
            ));
        }
        text.pop();
        text.push('.');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::sheet::checks::texts;
    use super::*;

    fn path(label: &str, means: &[f64]) -> FanPath {
        let year = |(begins, &mean): (u16, &f64)| FanYear {
            begins,
            mean,
            low: mean - 1e5,
            high: mean + 1e5,
        };
        FanPath {
            style: FanStyle::Proposal,
            label: label.to_owned(),
            meaning: format!("{label} & <more>"),
            years: (2027..).zip(means).map(year).collect(),
        }
    }

    fn chart(paths: Vec<FanPath>) -> FanChart {
        FanChart {
            paths,
            measured: Axis::new("collected over a No (pounds a year)", Unit::Pounds),
            zero: "as after a No".to_owned(),
            title: "t".to_owned(),
            notes: Vec::new(),
            source: "s".to_owned(),
        }
    }

    #[test]
    fn every_year_and_what_each_path_comes_to_are_named() {
        let svg = fan(&chart(vec![
            path("Yes", &[5e6, 2e5, -5e6]),
            path("freeze", &[-7e6; 3]),
        ]));
        let written = texts(&svg);
        for text in [
            "2027-28",
            "2028-29",
            "2029-30",
            "Yes: -£5m",
            "freeze: -£7m",
            "as after a No",
        ] {
            assert!(
                written.iter().any(|held| held == text),
                "{text} in {written:?}"
            );
        }
    }

    #[test]
    fn words_at_the_ends_of_paths_do_not_overlap() {
        let line = |words: &str| vec![words.to_owned()];
        let labels = vec![(100.0, line("a")), (101.0, line("b")), (99.0, line("c"))];
        let moved = apart(labels, 90.0, 120.0);
        for pair in moved.windows(2) {
            assert!(pair[1].0 - pair[0].0 >= LINE, "{moved:?}");
        }
    }

    #[test]
    fn no_paths_and_one_year_are_drawn() {
        assert!(texts(&fan(&chart(Vec::new()))).contains(&"no years to show".to_owned()));
        assert!(texts(&fan(&chart(vec![path("Yes", &[1e6])]))).contains(&"2027-28".to_owned()));
    }
}
