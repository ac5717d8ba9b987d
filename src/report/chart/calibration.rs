//! The calibration plot: what the model predicted of each ballot, and what was observed.

use super::axis::{Axis, Unit};
use super::sheet::{
    AXIS_ROOM, BLACK, BLUE, Canvas, Dash, Fill, Hold, KeyEntry, LINE, MARGIN, Place, SKY, Shape,
    Sheet, Upright, VERMILION, label_lines, lines,
};
use crate::domain::Share;

/// A result predicted from all other ballots, and as observed.
#[derive(Debug, Clone, PartialEq)]
pub struct CalibrationPoint {
    /// Which result: `Croydon 2001, +3.5%`.
    pub label: String,
    /// The range predicted with probability 90%.
    pub range_90: PredictedRange,
    /// The range predicted with probability 50%.
    pub range_50: PredictedRange,
    /// The predicted median.
    pub median: Share,
    /// The observed share.
    pub observed: Share,
}

/// A range of shares, both ends included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PredictedRange {
    low: Share,
    high: Share,
}

impl PredictedRange {
    /// The range between two shares, in either order.
    pub fn between(one: Share, other: Share) -> Self {
        let (low, high) = if one <= other {
            (one, other)
        } else {
            (other, one)
        };
        Self { low, high }
    }

    /// Whether a share stands in it.
    pub fn contains(self, share: Share) -> bool {
        (self.low..=self.high).contains(&share)
    }

    fn words(self) -> String {
        format!(
            "{} to {}",
            Unit::Share.words(self.low.value()),
            Unit::Share.words(self.high.value())
        )
    }
}

const LABELS: f64 = 210.0;
const PANEL_LEFT: f64 = MARGIN + LABELS + 16.0;
const PANEL_RIGHT: f64 = 580.0;
const MEDIAN_COLUMN: f64 = 652.0;
const OBSERVED_COLUMN: f64 = 728.0;
const COVERAGE_ROW: f64 = 28.0;

/// A chart of a back-test that left out one ballot at a time: a row for each result with its ranges
/// of 90% and 50%, the median and the observed
/// share, and below it how many results came inside each range.
///
/// # Example
/// ```
/// use bandwise::domain::Share;
/// use bandwise::report::chart::{CalibrationPoint, PredictedRange, calibration_plot};
/// let share = |value| Share::new(value);
/// let point = CalibrationPoint {
///     label: "Croydon 2001, +3.5%".to_owned(),
///     range_90: PredictedRange::between(share(0.12)?, share(0.83)?),
///     range_50: PredictedRange::between(share(0.31)?, share(0.63)?),
///     median: share(0.46)?,
///     observed: share(0.44)?,
/// };
/// let svg = calibration_plot(&[point], "Each ballot predicted from the others", "own calculation");
/// assert!(svg.contains("1 of 1 inside the 50% range"));
/// # Ok::<(), bandwise::domain::share::NotAShare>(())
/// ```
pub fn calibration_plot(points: &[CalibrationPoint], title: &str, source: &str) -> String {
    let inside_90 = count(points, |point| point.range_90);
    let inside_50 = count(points, |point| point.range_50);
    let rows: Vec<Vec<String>> = points
        .iter()
        .map(|point| label_lines(&point.label, LABELS))
        .collect();
    let heights: Vec<f64> = rows
        .iter()
        .map(|row| (LINE * lines(row) + 11.0).max(26.0))
        .collect();
    let rows_height = heights.iter().sum::<f64>().max(26.0);
    let coverage_top = 22.0 + rows_height + AXIS_ROOM + 34.0;
    let sheet = Sheet {
        title,
        description: description(points, inside_50, inside_90),
        key: key(),
        notes: Vec::new(),
        source,
        body: coverage_top + 2.0 * COVERAGE_ROW + AXIS_ROOM,
    };
    sheet.draw(|canvas, top| {
        let panel_top = top + 22.0;
        canvas.heading((MEDIAN_COLUMN, top + 10.0), "median", Hold::End);
        canvas.heading((OBSERVED_COLUMN, top + 10.0), "observed", Hold::End);
        let panel = canvas.panel(
            (PANEL_LEFT, panel_top),
            (PANEL_RIGHT, panel_top + rows_height),
            (&Axis::new("share of votes (%)", Unit::Share), 0.0..100.0),
            &Upright::Rows,
        );
        if points.is_empty() {
            let middle = f64::midpoint(PANEL_LEFT, PANEL_RIGHT);
            canvas.label(
                (middle, panel_top + 13.0),
                "no results to show",
                Hold::Middle,
            );
        }
        let x = |share: Share| panel.at(Unit::Share.place(share.value()), 0.0).0;
        let mut y = panel_top;
        for ((point, label), height) in points.iter().zip(&rows).zip(&heights) {
            let middle = y + height / 2.0;
            y += height;
            canvas.labels((PANEL_LEFT - 16.0, middle), label, Hold::End);
            thin_bar(
                canvas,
                x(point.range_90.low),
                x(point.range_90.high),
                middle,
            );
            thick_bar(
                canvas,
                x(point.range_50.low),
                x(point.range_50.high),
                middle,
            );
            median_tick(canvas, (x(point.median), middle));
            let inside = point.range_90.contains(point.observed);
            observed_mark(canvas, (x(point.observed), middle), inside);
            let words = |share: Share| Unit::Share.words(share.value());
            canvas.label((MEDIAN_COLUMN, middle), &words(point.median), Hold::End);
            canvas.label((OBSERVED_COLUMN, middle), &words(point.observed), Hold::End);
            if !inside {
                canvas.label((OBSERVED_COLUMN + 6.0, middle), "outside", Hold::Start);
            }
        }
        coverage(
            canvas,
            top + coverage_top,
            points.len(),
            inside_50,
            inside_90,
        );
    })
}

/// The lower panel: of the results, how many came inside each range.
fn coverage(canvas: &Canvas<'_>, top: f64, all: usize, inside_50: usize, inside_90: usize) {
    canvas.heading(
        (MARGIN, top - 16.0),
        "Coverage: how often results came inside the predicted range",
        Hold::Start,
    );
    let panel = canvas.panel(
        (PANEL_LEFT, top),
        (PANEL_RIGHT, top + 2.0 * COVERAGE_ROW),
        (
            &Axis::new("share of results inside the range (%)", Unit::Share),
            0.0..100.0,
        ),
        &Upright::Rows,
    );
    for (row, (nominal, inside)) in (0u32..).zip([(50.0, inside_50), (90.0, inside_90)]) {
        let middle = top + COVERAGE_ROW * (f64::from(row) + 0.5);
        canvas.label(
            (PANEL_LEFT - 16.0, middle),
            &format!("{inside} of {all} inside the {nominal}% range"),
            Hold::End,
        );
        if all > 0 {
            let share = 100.0 * inside as f64 / all as f64;
            canvas.rectangle(
                (panel.at(0.0, 0.0).0, middle - 6.0),
                (panel.at(share, 0.0).0, middle + 6.0),
                SKY,
            );
            let words = Unit::Share.words(share / 100.0);
            canvas.label((MEDIAN_COLUMN, middle), &words, Hold::End);
        }
        nominal_line(canvas, (panel.at(nominal, 0.0).0, middle));
    }
}

fn count(
    points: &[CalibrationPoint],
    range: impl Fn(&CalibrationPoint) -> PredictedRange,
) -> usize {
    points
        .iter()
        .filter(|point| range(point).contains(point.observed))
        .count()
}

fn key() -> Vec<KeyEntry> {
    vec![
        KeyEntry::new("90% range", |canvas, (x, y)| {
            thin_bar(canvas, x - 12.0, x + 12.0, y);
        }),
        KeyEntry::new("50% range", |canvas, (x, y)| {
            thick_bar(canvas, x - 12.0, x + 12.0, y);
        }),
        KeyEntry::new("predicted median", median_tick),
        KeyEntry::new("observed, inside the 90% range", |canvas, at| {
            observed_mark(canvas, at, true);
        }),
        KeyEntry::new("observed, outside it", |canvas, at| {
            observed_mark(canvas, at, false);
        }),
        KeyEntry::new("nominal coverage (50%, 90%)", nominal_line),
    ]
}

fn thin_bar(canvas: &Canvas<'_>, from: f64, to: f64, y: f64) {
    canvas.line(&[(from, y), (to, y)], BLUE, 1.8);
    for end in [from, to] {
        canvas.line(&[(end, y - 4.0), (end, y + 4.0)], BLUE, 1.8);
    }
}

fn thick_bar(canvas: &Canvas<'_>, from: f64, to: f64, y: f64) {
    canvas.rectangle((from, y - 5.0), (to, y + 5.0), SKY);
}

fn median_tick(canvas: &Canvas<'_>, (x, y): Place) {
    canvas.line(&[(x, y - 8.0), (x, y + 8.0)], BLACK, 2.4);
}

fn observed_mark(canvas: &Canvas<'_>, at: Place, inside: bool) {
    let fill = if inside { Fill::Solid } else { Fill::Hollow };
    canvas.mark(Shape::Diamond, at, 4.6, fill, VERMILION);
}

fn nominal_line(canvas: &Canvas<'_>, (x, y): Place) {
    canvas.dashed(&[(x, y - 10.0), (x, y + 10.0)], BLACK, 2.0, Dash::Short);
}

fn description(points: &[CalibrationPoint], inside_50: usize, inside_90: usize) -> String {
    let all = points.len();
    let mut text = format!(
        "A row for each result, predicted from the other ballots. {inside_50} of {all} came inside \
         the 50% range, {inside_90} of {all} inside the 90% range."
    );
    for point in points {
        text.push_str(&format!(
            " {}: median {}, 50% range {}, 90% range {}, observed {}.",
            point.label,
            Unit::Share.words(point.median.value()),
            point.range_50.words(),
            point.range_90.words(),
            Unit::Share.words(point.observed.value()),
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::sheet::checks::{numbers, texts};
    use super::*;

    fn share(value: f64) -> Share {
        Share::new(value).expect("a share")
    }

    fn point(label: &str, observed: f64) -> CalibrationPoint {
        CalibrationPoint {
            label: label.to_owned(),
            range_90: PredictedRange::between(share(0.9), share(0.1)),
            range_50: PredictedRange::between(share(0.3), share(0.7)),
            median: share(0.5),
            observed: share(observed),
        }
    }

    #[test]
    fn every_result_is_labelled_and_every_range_counted() {
        let points = [
            point("Croydon 2001, +3.5%", 0.44),
            point("<Bristol> & \"2001\"", 0.8),
            point("Bedfordshire 2015", 0.05),
        ];
        let svg = calibration_plot(&points, "A back-test", "own calculation");
        let written = texts(&svg);
        for label in [
            "Croydon 2001, +3.5%",
            "<Bristol> & \"2001\"",
            "Bedfordshire 2015",
            "1 of 3 inside the 50% range",
            "2 of 3 inside the 90% range",
            "share of votes (%)",
            "Source: own calculation",
        ] {
            assert!(
                written.iter().any(|text| text == label),
                "{label} in {written:?}"
            );
        }
        assert_eq!(written.iter().filter(|text| *text == "outside").count(), 1);
        assert_eq!(
            svg,
            calibration_plot(&points, "A back-test", "own calculation")
        );
    }

    #[test]
    fn the_ends_of_a_range_are_inside_it() {
        let range = PredictedRange::between(share(0.9), share(0.1));
        assert!(range.contains(share(0.1)) && range.contains(share(0.9)));
        assert!(!range.contains(share(0.0999)));
    }

    #[test]
    fn an_observed_share_stands_at_its_place() {
        // Half way between the edges of the panel; a drawing has eight units in a pixel.
        let svg = calibration_plot(&[point("one", 0.5)], "t", "s");
        let corners = numbers(&svg, "polygon", "#D55E00", "points");
        let first_in_rows = corners[corners.len() - 8];
        let middle = 8.0 * f64::midpoint(PANEL_LEFT, PANEL_RIGHT);
        assert!(
            (first_in_rows - middle).abs() <= 2.0,
            "{corners:?}, {middle}"
        );
    }

    #[test]
    fn no_results_are_said_to_be_none() {
        let svg = calibration_plot(&[], "t", "s");
        assert!(texts(&svg).contains(&"no results to show".to_owned()));
    }
}
