//! The chart of a distribution: how often each value comes up over the draws.

use super::axis::{Axis, Unit};
use super::sheet::{
    AXIS_ROOM, BLACK, BLUE, Canvas, Dash, Fill, Hold, KeyEntry, LINE, MARGIN, SKY, Shape, Sheet,
    Upright, VERMILION, WHITE, WIDTH,
};

/// What the chart shows.
#[derive(Debug, Clone, PartialEq)]
pub struct DistributionChart<'a> {
    /// One value a draw; those that are no finite numbers are left out.
    pub values: &'a [f64],
    /// How much each draw counts.
    pub weights: &'a [f64],
    /// What is measured.
    pub axis: Axis,
    /// The mean.
    pub mean: f64,
    /// The range that holds 90% of the draws.
    pub range: (f64, f64),
    /// Values to set it against.
    pub lines: Vec<DistributionLine>,
    /// The part beyond a value that is told apart, where there is one.
    pub beyond: Option<DistributionPart>,
    /// What it shows.
    pub title: String,
    /// What to know of it.
    pub notes: Vec<String>,
    /// Where the figures are from.
    pub source: String,
}

/// A value to set a distribution against.
#[derive(Debug, Clone, PartialEq)]
pub struct DistributionLine {
    /// Where it is.
    pub at: f64,
    /// What it is: `more than 50% is a majority`.
    pub words: String,
}

/// The part of a distribution above a value.
#[derive(Debug, Clone, PartialEq)]
pub struct DistributionPart {
    /// The value.
    pub above: f64,
    /// What the part is: `won: P(win) = 4.7% of draws`.
    pub words: String,
    /// What the rest is.
    pub rest: String,
}

const PANEL_LEFT: f64 = MARGIN + 66.0;
const PANEL_RIGHT: f64 = WIDTH - MARGIN - 14.0;
const PANEL_HEIGHT: f64 = 230.0;
/// Columns at most.
const MOST_COLUMNS: f64 = 50.0;

/// A chart of how often each value comes up, in columns of equal width, with the mean and the range of
/// 90% of the draws.
///
/// # Example
/// ```
/// use bandwise::report::chart::{
///     Axis, DistributionChart, DistributionLine, DistributionPart, Unit, distribution,
/// };
/// let svg = distribution(&DistributionChart {
///     values: &[0.31, 0.42, 0.48, 0.53],
///     weights: &[1.0, 1.0, 1.0, 1.0],
///     axis: Axis::new("Yes share (% of votes)", Unit::Share),
///     mean: 0.435,
///     range: (0.33, 0.52),
///     lines: vec![DistributionLine { at: 0.5, words: "majority: above 50%".to_owned() }],
///     beyond: Some(DistributionPart {
///         above: 0.5,
///         words: "won: 25% of draws".to_owned(),
///         rest: "lost".to_owned(),
///     }),
///     title: "The vote".to_owned(),
///     notes: Vec::new(),
///     source: "own calculation".to_owned(),
/// });
/// assert!(svg.contains("won: 25% of draws") && svg.contains("mean: 43.5%"));
/// ```
pub fn distribution(chart: &DistributionChart<'_>) -> String {
    let unit = chart.axis.unit;
    let held: Vec<(f64, f64)> = (chart.values.iter().zip(chart.weights))
        .filter(|(value, weight)| value.is_finite() && **weight > 0.0)
        .map(|(value, weight)| (unit.place(*value), *weight))
        .collect();
    let shown: Vec<&DistributionLine> = (chart.lines.iter())
        .filter(|line| line.at.is_finite())
        .collect();
    let ends = unit.extent(
        held.iter()
            .map(|(place, _)| *place)
            .chain(shown.iter().map(|line| unit.place(line.at)))
            .chain([unit.place(chart.mean)]),
    );
    // Columns end where the part that is told apart begins.
    let origin = chart
        .beyond
        .as_ref()
        .map_or(0.0, |part| unit.place(part.above));
    let columns = Columns::of(&held, &ends, origin);
    let tallest = columns.shares.iter().copied().fold(0.0, f64::max).max(1e-9);
    let head = LINE * (shown.len() as f64 + 1.0) + 8.0;
    let sheet = Sheet {
        title: &chart.title,
        description: description(chart),
        key: key(chart),
        notes: chart.notes.clone(),
        source: &chart.source,
        body: head + PANEL_HEIGHT + AXIS_ROOM,
    };
    sheet.draw(|canvas, top| {
        let panel_top = top + head;
        let panel_bottom = panel_top + PANEL_HEIGHT;
        let upright = Axis::new("share of draws (%)", Unit::Share);
        let panel = canvas.panel(
            (PANEL_LEFT, panel_top),
            (PANEL_RIGHT, panel_bottom),
            (&chart.axis, columns.from..columns.to()),
            &Upright::Axis(&upright, 0.0..108.0 * tallest),
        );
        for (number, share) in (0u32..).zip(&columns.shares) {
            let from = columns.from + columns.width * f64::from(number);
            let middle = from + columns.width / 2.0;
            let beyond = (chart.beyond.as_ref()).is_none_or(|part| middle > unit.place(part.above));
            let colour = if beyond { BLUE } else { SKY };
            let (left, bottom) = panel.at(from, 0.0);
            let (right, height) = panel.at(from + columns.width, 100.0 * share);
            if *share > 0.0 {
                canvas.rectangle((left, height), (right, bottom), colour);
                canvas.line(&[(right, height), (right, bottom)], WHITE, 0.6);
            }
        }
        let x = |value: f64| panel.at(unit.place(value), 0.0).0;
        for (row, line) in (0u32..).zip(&shown) {
            let y = top + LINE * (f64::from(row) + 0.5);
            canvas.dashed(
                &[(x(line.at), y + 6.0), (x(line.at), panel_bottom)],
                BLACK,
                1.6,
                if row == 0 { Dash::Long } else { Dash::Dots },
            );
            beside(canvas, x(line.at), y, &line.words);
        }
        let (low, high) = chart.range;
        let y = top + LINE * (shown.len() as f64 + 0.5);
        if low.is_finite() && high.is_finite() {
            range_mark(canvas, x(low), x(high), y);
        }
        if chart.mean.is_finite() {
            mean_mark(canvas, (x(chart.mean), y));
        }
    })
}

/// Columns of equal width.
struct Columns {
    from: f64,
    width: f64,
    /// The share of the weight in each.
    shares: Vec<f64>,
}

impl Columns {
    fn of(held: &[(f64, f64)], ends: &std::ops::Range<f64>, origin: f64) -> Self {
        let width = round_step((ends.end - ends.start) / MOST_COLUMNS);
        let number = |place: f64| ((place - origin) / width).floor();
        let first = number(ends.start);
        let count = (number(ends.end) - first + 1.0).clamp(1.0, 2.0 * MOST_COLUMNS) as usize;
        let mut shares = vec![0.0; count];
        let all: f64 = held.iter().map(|(_, weight)| weight).sum();
        for (place, weight) in held {
            // What lies on an edge belongs to the column below it: 50% is no majority.
            let above = ((place - origin) / width).ceil() - 1.0 - first;
            let at = (above.max(0.0) as usize).min(count - 1);
            shares[at] += weight / all;
        }
        Self {
            from: origin + width * first,
            width,
            shares,
        }
    }

    fn to(&self) -> f64 {
        self.from + self.width * self.shares.len() as f64
    }
}

/// The next of 1, 2, 5, 10 and so on times a power of ten that is no less.
pub(super) fn round_step(least: f64) -> f64 {
    if !least.is_finite() || least <= 0.0 {
        return 1.0;
    }
    let power = 10f64.powf(least.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|step| step * power >= 0.999_999 * least);
    step.unwrap_or(10.0) * power
}

/// Words beside a line, on the side where there is more room.
fn beside(canvas: &Canvas<'_>, x: f64, y: f64, words: &str) {
    if x > f64::midpoint(PANEL_LEFT, PANEL_RIGHT) {
        canvas.label((x + 3.0, y), words, Hold::End);
    } else {
        canvas.label((x - 3.0, y), words, Hold::Start);
    }
}

fn range_mark(canvas: &Canvas<'_>, from: f64, to: f64, y: f64) {
    canvas.line(&[(from, y), (to, y)], BLACK, 1.6);
    for end in [from, to] {
        canvas.line(&[(end, y - 5.0), (end, y + 5.0)], BLACK, 1.6);
    }
}

fn mean_mark(canvas: &Canvas<'_>, at: (f64, f64)) {
    canvas.mark(Shape::Diamond, at, 4.6, Fill::Solid, VERMILION);
}

fn key(chart: &DistributionChart<'_>) -> Vec<KeyEntry> {
    let words = |value: f64| chart.axis.unit.words(value);
    let block = |colour| {
        move |canvas: &Canvas<'_>, (x, y): (f64, f64)| {
            canvas.rectangle((x - 8.0, y - 7.0), (x + 8.0, y + 7.0), colour);
        }
    };
    let mut key = Vec::new();
    if let Some(part) = &chart.beyond {
        key.push(KeyEntry::new(part.words.as_str(), block(BLUE)));
        key.push(KeyEntry::new(part.rest.as_str(), block(SKY)));
    }
    key.push(KeyEntry::new(
        format!("mean: {}", words(chart.mean)),
        mean_mark,
    ));
    key.push(KeyEntry::new(
        format!(
            "90% of draws: {} to {}",
            words(chart.range.0),
            words(chart.range.1)
        ),
        |canvas, (x, y)| range_mark(canvas, x - 11.0, x + 11.0, y),
    ));
    key
}

fn description(chart: &DistributionChart<'_>) -> String {
    let words = |value: f64| chart.axis.unit.words(value);
    let mut text = format!(
        "{} over the draws of the model: mean {}, 90% of draws from {} to {}.",
        chart.axis.label,
        words(chart.mean),
        words(chart.range.0),
        words(chart.range.1)
    );
    for line in &chart.lines {
        text.push_str(&format!(" Line at {}: {}.", words(line.at), line.words));
    }
    if let Some(part) = &chart.beyond {
        text.push_str(&format!(" {}; {}.", part.words, part.rest));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::sheet::checks::{numbers, texts};
    use super::*;

    fn chart<'a>(values: &'a [f64], weights: &'a [f64]) -> DistributionChart<'a> {
        DistributionChart {
            values,
            weights,
            axis: Axis::new("Yes share (% of votes)", Unit::Share),
            mean: 0.45,
            range: (0.3, 0.6),
            lines: vec![DistributionLine {
                at: 0.5,
                words: "majority".to_owned(),
            }],
            beyond: Some(DistributionPart {
                above: 0.5,
                words: "won".to_owned(),
                rest: "lost".to_owned(),
            }),
            title: "t".to_owned(),
            notes: Vec::new(),
            source: "s".to_owned(),
        }
    }

    #[test]
    fn columns_are_as_high_as_the_weight_in_them_and_half_the_votes_are_no_majority() {
        // Three quarters of the weight at exactly 50%, one quarter above it.
        let held = [(50.0, 3.0), (50.5, 1.0)];
        let columns = Columns::of(&held, &(40.0..60.0), 50.0);
        let at = |place: f64| ((place - columns.from) / columns.width) as usize;
        assert!((columns.shares[at(49.9)] - 0.75).abs() < 1e-12);
        assert!((columns.shares[at(50.4)] + columns.shares[at(50.6)] - 0.25).abs() < 1e-12);
        assert!((columns.shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_part_above_is_told_apart() {
        let svg = distribution(&chart(&[0.3, 0.4, 0.49, 0.55], &[1.0; 4]));
        // One of the key and one of the four draws.
        assert_eq!(numbers(&svg, "rect", "fill=\"#0072B2\"", "x").len(), 2);
        for text in [
            "won",
            "lost",
            "majority",
            "mean: 45%",
            "90% of draws: 30% to 60%",
        ] {
            assert!(texts(&svg).iter().any(|held| held == text), "{text}");
        }
    }

    #[test]
    fn steps_are_round() {
        for (least, step) in [
            (0.3, 0.5),
            (1.0, 1.0),
            (1.1, 2.0),
            (23_000.0, 50_000.0),
            (0.0, 1.0),
        ] {
            assert!((round_step(least) - step).abs() < 1e-9, "{least}");
        }
    }

    #[test]
    fn no_draws_and_draws_that_are_all_alike_are_drawn() {
        for values in [&[][..], &[0.4, 0.4], &[f64::NAN, f64::INFINITY]] {
            let svg = distribution(&chart(values, &[1.0, 1.0]));
            assert!(!texts(&svg).is_empty());
        }
    }
}
