//! The curve chart: a probability against something that can be changed.

use super::super::card::chance;
use super::axis::{Axis, Unit};
use super::sheet::{
    AXIS_ROOM, BLACK, BLUE, Canvas, Colour, DARK, Dash, Fill, GREEN, Hold, KeyEntry, MARGIN,
    PURPLE, Panel, Place, Shape, Sheet, Upright, VERMILION,
};
use crate::domain::Share;

/// A curve with its band.
#[derive(Debug, Clone, PartialEq)]
pub struct CurveSeries {
    /// Which curve it is.
    pub label: String,
    /// Its points, in any order.
    pub points: Vec<CurvePoint>,
}

/// A point of a curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurvePoint {
    /// Where on the axis across, in its unit; left out where it is no finite number.
    pub at: f64,
    /// The probability there.
    pub probability: Share,
    /// The lower end of its Monte Carlo range of 90%.
    pub low: Share,
    /// The upper end of it.
    pub high: Share,
}

/// What is marked besides the curves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurveMarks {
    /// The probability that is wanted, where one is.
    pub wanted: Option<Share>,
    /// Where on the axis across the scenario stands, where it does.
    pub scenario_at: Option<f64>,
}

/// Where a curve meets the probability that is wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Meeting {
    /// It rises to it here.
    RisesAt(f64),
    /// It falls below it here.
    FallsAt(f64),
    /// It is above it everywhere shown.
    Always,
    /// It is below it everywhere shown.
    Never,
}

const PANEL_LEFT: f64 = MARGIN + 66.0;
const PANEL_RIGHT: f64 = 690.0;
const PANEL_HEIGHT: f64 = 320.0;

/// A chart of a probability against something that can be changed, with its Monte Carlo range, the
/// probability that is wanted, the value it needs, and where the scenario stands.
///
/// # Example
/// ```
/// use bandwise::domain::Share;
/// use bandwise::report::chart::{Axis, CurveMarks, CurvePoint, CurveSeries, Unit, curve};
/// let point = |at, probability: f64| {
///     let share = |value: f64| Share::new(value.clamp(0.0, 1.0));
///     Ok(CurvePoint {
///         at,
///         probability: share(probability)?,
///         low: share(probability - 0.02)?,
///         high: share(probability + 0.02)?,
///     })
/// };
/// let series = CurveSeries {
///     label: "with the ward vote".to_owned(),
///     points: vec![point(0.0, 0.1)?, point(1.0, 0.6)?],
/// };
/// let marks = CurveMarks { wanted: Some(Share::new(0.5)?), scenario_at: Some(0.6) };
/// let across = Axis::new("share of voters who know what a Yes costs them (%)", Unit::Share);
/// let upright = "probability of winning (%)";
/// let svg = curve(&[series], marks, "Comprehension and winning", &across, upright, "own calculation");
/// assert!(svg.contains("reaches 50% at 80%"));
/// # Ok::<(), bandwise::domain::share::NotAShare>(())
/// ```
pub fn curve(
    series: &[CurveSeries],
    marks: CurveMarks,
    title: &str,
    across: &Axis,
    upright: &str,
    source: &str,
) -> String {
    let curves: Vec<Curve<'_>> = series.iter().map(Curve::of).collect();
    let scenario_at = marks.scenario_at.filter(|at| at.is_finite());
    let extent = across.unit.extent(
        curves
            .iter()
            .flat_map(|curve| &curve.points)
            .map(|point| point.at)
            .chain(scenario_at)
            .map(|at| across.unit.place(at)),
    );
    let notes = notes(&curves, marks, across);
    let sheet = Sheet {
        title,
        description: description(&curves, &notes, across, upright),
        key: key(&curves, marks),
        notes,
        source,
        body: PANEL_HEIGHT + AXIS_ROOM + 8.0,
    };
    sheet.draw(|canvas, top| {
        let (panel_top, panel_bottom) = (top + 8.0, top + 8.0 + PANEL_HEIGHT);
        let panel = canvas.panel(
            (PANEL_LEFT, panel_top),
            (PANEL_RIGHT, panel_bottom),
            (across, extent),
            &Upright::Axis(&Axis::new(upright, Unit::Share), 0.0..100.0),
        );
        if curves.iter().all(|curve| curve.points.is_empty()) {
            let middle = f64::midpoint(PANEL_LEFT, PANEL_RIGHT);
            canvas.label(
                (middle, panel_top + 40.0),
                "no points to show",
                Hold::Middle,
            );
        }
        let sight = Sight { panel, across };
        for (curve, look) in curves.iter().zip(looks()) {
            band(canvas, &sight, curve, look);
        }
        for (curve, look) in curves.iter().zip(looks()) {
            let line: Vec<Place> = curve
                .points
                .iter()
                .map(|point| sight.at(point.at, point.probability))
                .collect();
            canvas.dashed(&line, look.colour, 2.4, look.dash);
            if let [only] = line[..] {
                canvas.mark(Shape::Square, only, 4.0, Fill::Solid, look.colour);
            }
        }
        if let Some(wanted) = marks.wanted {
            let y = sight.at(0.0, wanted).1;
            canvas.dashed(&[(PANEL_LEFT, y), (PANEL_RIGHT, y)], BLACK, 1.4, Dash::Long);
            let words = format!("wanted: {}", Unit::Share.words(wanted.value()));
            canvas.label((PANEL_RIGHT + 6.0, y), &words, Hold::Start);
            for (curve, look) in curves.iter().zip(looks()) {
                if let Some(at) = curve.meeting(wanted).place() {
                    let (x, y) = sight.at(at, wanted);
                    canvas.dashed(&[(x, y), (x, panel_bottom)], look.colour, 1.4, Dash::Short);
                    // Where there are several the notes say the values, lest labels overlap.
                    if curves.len() == 1 {
                        drop_label(canvas, (x, panel_bottom - 12.0), &across.unit.words(at));
                    }
                }
            }
        }
        if let Some(at) = scenario_at {
            for curve in &curves {
                if let Some(probability) = curve.probability(at) {
                    scenario_mark(canvas, sight.at(at, probability));
                }
            }
        }
    })
}

/// A curve in order of its axis.
struct Curve<'a> {
    label: &'a str,
    points: Vec<CurvePoint>,
}

impl<'a> Curve<'a> {
    fn of(series: &'a CurveSeries) -> Self {
        let mut points: Vec<CurvePoint> = series
            .points
            .iter()
            .copied()
            .filter(|point| point.at.is_finite())
            .collect();
        points.sort_by(|a, b| a.at.total_cmp(&b.at));
        Self {
            label: &series.label,
            points,
        }
    }

    /// The probability at a place between two points; nothing outside them.
    fn probability(&self, at: f64) -> Option<Share> {
        if let Some(point) = self.points.iter().find(|point| point.at == at) {
            return Some(point.probability);
        }
        self.points.windows(2).find_map(|pair| {
            let (from, to) = (pair[0], pair[1]);
            let part = (at - from.at) / (to.at - from.at);
            let (low, high) = (from.probability.value(), to.probability.value());
            (from.at < at && at < to.at)
                .then(|| Share::new(low + part * (high - low)).ok())
                .flatten()
        })
    }

    /// Where it first meets a probability.
    fn meeting(&self, wanted: Share) -> Meeting {
        let Some(first) = self.points.first() else {
            return Meeting::Never;
        };
        for pair in self.points.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            let (low, high) = (from.probability.value(), to.probability.value());
            let (before, after) = (low >= wanted.value(), high >= wanted.value());
            if before != after {
                let at = from.at + (wanted.value() - low) / (high - low) * (to.at - from.at);
                return if after {
                    Meeting::RisesAt(at)
                } else {
                    Meeting::FallsAt(at)
                };
            }
        }
        if first.probability >= wanted {
            Meeting::Always
        } else {
            Meeting::Never
        }
    }
}

impl Meeting {
    fn place(self) -> Option<f64> {
        match self {
            Self::RisesAt(at) | Self::FallsAt(at) => Some(at),
            Self::Always | Self::Never => None,
        }
    }
}

/// The panel with the unit of its axis across.
struct Sight<'a, 'b> {
    panel: Panel<'a>,
    across: &'b Axis,
}

impl Sight<'_, '_> {
    fn at(&self, at: f64, probability: Share) -> Place {
        let upright = Unit::Share.place(probability.value());
        self.panel.at(self.across.unit.place(at), upright)
    }
}

/// What a curve is drawn with.
#[derive(Debug, Clone, Copy)]
struct Look {
    colour: Colour,
    dash: Dash,
}

/// A look for each curve; the fifth is like the first.
fn looks() -> impl Iterator<Item = Look> {
    [
        (BLUE, Dash::Whole),
        (VERMILION, Dash::Long),
        (GREEN, Dash::Short),
        (PURPLE, Dash::Dots),
    ]
    .into_iter()
    .cycle()
    .map(|(colour, dash)| Look { colour, dash })
}

fn band(canvas: &Canvas<'_>, sight: &Sight<'_, '_>, curve: &Curve<'_>, look: Look) {
    let upper = curve.points.iter().map(|point| (point.at, point.high));
    let lower = curve.points.iter().rev().map(|point| (point.at, point.low));
    let outline: Vec<Place> = upper
        .chain(lower)
        .map(|(at, share)| sight.at(at, share))
        .collect();
    if outline.len() > 2 {
        canvas.shade(&outline, look.colour, 0.2);
    } else if let [high, low] = outline[..] {
        canvas.line(&[high, low], look.colour, 1.4);
    }
}

/// The value needed, beside the line that drops to it.
fn drop_label(canvas: &Canvas<'_>, (x, y): Place, words: &str) {
    if x > PANEL_RIGHT - 80.0 {
        canvas.label((x - 6.0, y), words, Hold::End);
    } else {
        canvas.label((x + 6.0, y), words, Hold::Start);
    }
}

fn scenario_mark(canvas: &Canvas<'_>, at: Place) {
    canvas.mark(Shape::Diamond, at, 5.0, Fill::Hollow, BLACK);
}

fn key(curves: &[Curve<'_>], marks: CurveMarks) -> Vec<KeyEntry> {
    let mut key: Vec<KeyEntry> = curves
        .iter()
        .zip(looks())
        .map(|(curve, look)| {
            KeyEntry::new(curve.label, move |canvas, (x, y)| {
                canvas.dashed(&[(x - 12.0, y), (x + 14.0, y)], look.colour, 2.4, look.dash);
            })
        })
        .collect();
    key.push(KeyEntry::new(
        "90% range of the simulation",
        |canvas, (x, y)| {
            let corners = [
                (x - 12.0, y - 6.0),
                (x + 12.0, y - 6.0),
                (x + 12.0, y + 6.0),
                (x - 12.0, y + 6.0),
            ];
            canvas.shade(&corners, DARK, 0.2);
        },
    ));
    if marks.wanted.is_some() {
        key.push(KeyEntry::new("probability wanted", |canvas, (x, y)| {
            canvas.dashed(&[(x - 12.0, y), (x + 12.0, y)], BLACK, 1.4, Dash::Long);
        }));
    }
    if marks.scenario_at.is_some() {
        key.push(KeyEntry::new("the scenario as it is", scenario_mark));
    }
    key
}

/// What is marked, in sentences.
fn notes(curves: &[Curve<'_>], marks: CurveMarks, across: &Axis) -> Vec<String> {
    let mut notes = Vec::new();
    for curve in curves {
        let mut parts = Vec::new();
        if let Some(wanted) = marks.wanted {
            let aim = Unit::Share.words(wanted.value());
            let met = match curve.meeting(wanted) {
                Meeting::RisesAt(at) => format!("reaches {aim} at {}", across.unit.words(at)),
                Meeting::FallsAt(at) => format!("falls below {aim} at {}", across.unit.words(at)),
                Meeting::Always => format!("{aim} or more everywhere shown"),
                Meeting::Never => format!("{aim} is not reached"),
            };
            parts.push(met);
        }
        if let Some(at) = marks.scenario_at
            && let Some(probability) = curve.probability(at)
        {
            parts.push(format!(
                "the scenario stands at {}, with a probability of {}",
                across.unit.words(at),
                chance(probability.value())
            ));
        }
        if !parts.is_empty() {
            notes.push(format!("{}: {}.", curve.label, parts.join("; ")));
        }
    }
    notes
}

fn description(curves: &[Curve<'_>], notes: &[String], across: &Axis, upright: &str) -> String {
    let mut text = format!("{upright} against {}.", across.label);
    for curve in curves {
        if let (Some(first), Some(last)) = (curve.points.first(), curve.points.last()) {
            text.push_str(&format!(
                " {}: from {} at {} to {} at {}.",
                curve.label,
                chance(first.probability.value()),
                across.unit.words(first.at),
                chance(last.probability.value()),
                across.unit.words(last.at),
            ));
        }
    }
    for note in notes {
        text.push(' ');
        text.push_str(note);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::sheet::checks::texts;
    use super::*;

    fn share(value: f64) -> Share {
        Share::new(value.clamp(0.0, 1.0)).expect("a share")
    }

    fn series(label: &str, points: &[(f64, f64)]) -> CurveSeries {
        CurveSeries {
            label: label.to_owned(),
            points: points
                .iter()
                .map(|&(at, probability)| CurvePoint {
                    at,
                    probability: share(probability),
                    low: share(probability - 0.02),
                    high: share(probability + 0.02),
                })
                .collect(),
        }
    }

    fn draw(series: &[CurveSeries], wanted: Option<f64>, scenario_at: Option<f64>) -> String {
        let marks = CurveMarks {
            wanted: wanted.map(share),
            scenario_at,
        };
        let across = Axis::new("comprehension (%)", Unit::Share);
        curve(
            series,
            marks,
            "t",
            &across,
            "probability of winning (%)",
            "s",
        )
    }

    fn says(svg: &str, sentence: &str) -> bool {
        texts(svg).iter().any(|text| text == sentence)
    }

    #[test]
    fn the_value_needed_stands_between_the_points_around_it() {
        // From 20% to 60% over 0 to 100: 50% is three quarters of the way.
        let svg = draw(
            &[series("now", &[(1.0, 0.6), (0.0, 0.2)])],
            Some(0.5),
            Some(0.5),
        );
        assert!(says(
            &svg,
            "now: reaches 50% at 75%; the scenario stands at 50%, with a probability of 40.0%."
        ));
        assert!(says(&svg, "75%") && says(&svg, "wanted: 50%"));
    }

    #[test]
    fn a_curve_falls_below_stays_above_or_never_reaches_what_is_wanted() {
        let svg = draw(
            &[
                series("falling", &[(0.0, 0.8), (1.0, 0.2)]),
                series("above", &[(0.0, 0.5), (1.0, 0.9)]),
                series("below", &[(0.0, 0.1), (1.0, 0.3)]),
            ],
            Some(0.5),
            None,
        );
        for sentence in [
            "falling: falls below 50% at 50%.",
            "above: 50% or more everywhere shown.",
            "below: 50% is not reached.",
        ] {
            assert!(says(&svg, sentence), "{sentence}");
        }
    }

    #[test]
    fn nothing_is_marked_where_nothing_is_known() {
        let nowhere = [series("none & <odd>", &[(f64::NAN, 0.5)])];
        let svg = draw(&nowhere, Some(0.5), Some(f64::NAN));
        assert!(says(&svg, "no points to show"));
        assert!(says(&svg, "none & <odd>"));
        assert!(says(&draw(&[], None, None), "no points to show"));
    }

    #[test]
    fn one_point_is_drawn_and_a_scenario_outside_a_curve_is_not_guessed() {
        let svg = draw(&[series("one", &[(0.5, 0.4)])], None, Some(0.9));
        assert!(!texts(&svg).iter().any(|text| text.contains("stands at")));
    }

    #[test]
    fn the_same_curve_gives_the_same_bytes() {
        let series: Vec<_> = ["a", "b", "c", "d", "e"]
            .map(|label| series(label, &[(0.0, 0.1), (0.4, 0.5), (1.0, 0.97)]))
            .into();
        let once = draw(&series, Some(0.5), Some(0.3));
        assert_eq!(once, draw(&series, Some(0.5), Some(0.3)));
        for label in ["a", "b", "c", "d", "e"] {
            assert!(says(&once, label));
        }
    }
}
