//! The tornado chart: how far each input moves a result.

use super::axis::Axis;
use super::sheet::{
    AXIS_ROOM, BLACK, BLUE, Canvas, Dash, Fill, Hold, KeyEntry, LINE, MARGIN, Place, SKY, Shape,
    Sheet, Upright, VERMILION, label_lines, lines,
};

/// A result with one input at its 10th and at its 90th percentile.
#[derive(Debug, Clone, PartialEq)]
pub struct TornadoBar {
    /// What the input means, in words.
    pub meaning: String,
    /// The result with the input at its 10th percentile.
    pub input_low: TornadoEnd,
    /// The result with the input at its 90th percentile.
    pub input_high: TornadoEnd,
}

/// One end of a bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TornadoEnd {
    /// The result in the unit of the axis; shown as not known where it is no finite number.
    pub value: f64,
    /// The lower and the upper end of its error, where known.
    pub error: Option<(f64, f64)>,
}

impl TornadoEnd {
    /// An end without a stated error.
    pub const fn exactly(value: f64) -> Self {
        Self { value, error: None }
    }

    fn finite_error(self) -> Option<(f64, f64)> {
        self.error
            .filter(|(low, high)| low.is_finite() && high.is_finite())
    }
}

impl TornadoBar {
    /// How far the input moves the result; less than nothing where an end is not known.
    fn width(&self) -> f64 {
        let width = (self.input_high.value - self.input_low.value).abs();
        if width.is_finite() { width } else { -1.0 }
    }

    fn ends(&self) -> [TornadoEnd; 2] {
        [self.input_low, self.input_high]
    }
}

const LABELS: f64 = 262.0;
const PANEL_LEFT: f64 = MARGIN + LABELS + 14.0;
const PANEL_RIGHT: f64 = 604.0;
const LOW_COLUMN: f64 = 694.0;
const HIGH_COLUMN: f64 = 780.0;

/// A chart of how far each input moves a result: a bar from the result with the input at its 10th
/// percentile to that at its 90th, the widest on top; `centre` is the result as it stands.
///
/// # Example
/// ```
/// use bandwise::report::chart::{Axis, TornadoBar, TornadoEnd, Unit, tornado};
/// let bar = TornadoBar {
///     meaning: "share of voters who know what a Yes costs them".to_owned(),
///     input_low: TornadoEnd::exactly(0.12),
///     input_high: TornadoEnd::exactly(0.35),
/// };
/// let axis = Axis::new("probability of winning (%)", Unit::Share);
/// let svg = tornado(&[bar], 0.21, "What moves the vote", &axis, "own calculation");
/// assert!(svg.contains("21%") && svg.contains("35%"));
/// ```
pub fn tornado(bars: &[TornadoBar], centre: f64, title: &str, axis: &Axis, source: &str) -> String {
    let mut bars: Vec<&TornadoBar> = bars.iter().collect();
    bars.sort_by(|a, b| {
        b.width()
            .total_cmp(&a.width())
            .then_with(|| a.meaning.cmp(&b.meaning))
    });
    let rows: Vec<Vec<String>> = bars
        .iter()
        .map(|bar| label_lines(&bar.meaning, LABELS))
        .collect();
    let heights: Vec<f64> = rows
        .iter()
        .map(|row| (LINE * lines(row) + 10.0).max(26.0))
        .collect();
    let rows_height = heights.iter().sum::<f64>().max(26.0);
    let extent = axis.unit.extent(
        bars.iter()
            .flat_map(|bar| bar.ends())
            .flat_map(|end| {
                let (low, high) = end.finite_error().unwrap_or((end.value, end.value));
                [end.value, low, high]
            })
            .chain([centre])
            .map(|value| axis.unit.place(value)),
    );
    let sheet = Sheet {
        title,
        description: description(&bars, centre, axis),
        key: key(&bars, centre, axis),
        notes: Vec::new(),
        source,
        body: 22.0 + rows_height + AXIS_ROOM,
    };
    sheet.draw(|canvas, top| {
        let (panel_top, panel_bottom) = (top + 22.0, top + 22.0 + rows_height);
        canvas.heading((LOW_COLUMN, top + 10.0), "input low", Hold::End);
        canvas.heading((HIGH_COLUMN, top + 10.0), "input high", Hold::End);
        let panel = canvas.panel(
            (PANEL_LEFT, panel_top),
            (PANEL_RIGHT, panel_bottom),
            (axis, extent),
            &Upright::Rows,
        );
        let x = |value: f64| panel.at(axis.unit.place(value), 0.0).0;
        if bars.is_empty() {
            let middle = f64::midpoint(PANEL_LEFT, PANEL_RIGHT);
            canvas.label(
                (middle, panel_top + 13.0),
                "no inputs to show",
                Hold::Middle,
            );
        }
        let mut y = panel_top;
        for ((bar, label), height) in bars.iter().zip(&rows).zip(&heights) {
            let middle = y + height / 2.0;
            y += height;
            canvas.labels((PANEL_LEFT - 14.0, middle), label, Hold::End);
            let [low, high] = bar.ends().map(|end| axis.unit.words(end.value));
            canvas.label((LOW_COLUMN, middle), &low, Hold::End);
            canvas.label((HIGH_COLUMN, middle), &high, Hold::End);
            if bar.width() >= 0.0 {
                let [low, high] = bar.ends().map(|end| x(end.value));
                halves(canvas, (low, high), x(centre), middle);
            }
            for end in bar.ends() {
                if let Some((low, high)) = end.finite_error() {
                    whisker(canvas, x(low), x(high), middle);
                }
            }
            for (end, mark) in bar.ends().into_iter().zip([low_mark, high_mark]) {
                if end.value.is_finite() {
                    mark(canvas, (x(end.value), middle));
                }
            }
        }
        if centre.is_finite() {
            let line = [(x(centre), panel_top), (x(centre), panel_bottom)];
            canvas.dashed(&line, BLACK, 1.4, Dash::Long);
        }
    })
}

/// The bar, each half in the colour of its end; the halves meet at the centre, or in the middle
/// where both ends are on one side of it.
fn halves(canvas: &Canvas<'_>, (low, high): (f64, f64), centre: f64, y: f64) {
    let between = low.min(high)..=low.max(high);
    let meet = if between.contains(&centre) {
        centre
    } else {
        f64::midpoint(low, high)
    };
    for (end, colour) in [(low, SKY), (high, BLUE)] {
        canvas.rectangle((end.min(meet), y - 6.0), (end.max(meet), y + 6.0), colour);
    }
}

fn low_mark(canvas: &Canvas<'_>, at: Place) {
    canvas.mark(Shape::Circle, at, 4.6, Fill::Hollow, BLUE);
}

fn high_mark(canvas: &Canvas<'_>, at: Place) {
    canvas.mark(Shape::Diamond, at, 4.6, Fill::Solid, VERMILION);
}

fn whisker(canvas: &Canvas<'_>, from: f64, to: f64, y: f64) {
    canvas.line(&[(from, y), (to, y)], BLACK, 1.2);
    for end in [from, to] {
        canvas.line(&[(end, y - 4.0), (end, y + 4.0)], BLACK, 1.2);
    }
}

fn key(bars: &[&TornadoBar], centre: f64, axis: &Axis) -> Vec<KeyEntry> {
    let mut key = vec![
        KeyEntry::new("input low (10th percentile)", |canvas, (x, y)| {
            canvas.rectangle((x - 10.0, y - 6.0), (x + 12.0, y + 6.0), SKY);
            low_mark(canvas, (x - 10.0, y));
        }),
        KeyEntry::new("input high (90th percentile)", |canvas, (x, y)| {
            canvas.rectangle((x - 12.0, y - 6.0), (x + 10.0, y + 6.0), BLUE);
            high_mark(canvas, (x + 10.0, y));
        }),
        KeyEntry::new(
            format!("all inputs as they are: {}", axis.unit.words(centre)),
            |canvas, (x, y)| {
                canvas.dashed(&[(x, y - 10.0), (x, y + 10.0)], BLACK, 1.4, Dash::Long);
            },
        ),
    ];
    if bars
        .iter()
        .any(|bar| bar.ends().iter().any(|end| end.finite_error().is_some()))
    {
        key.push(KeyEntry::new(
            "error of the calculation",
            |canvas, (x, y)| {
                whisker(canvas, x - 10.0, x + 10.0, y);
            },
        ));
    }
    key
}

fn description(bars: &[&TornadoBar], centre: f64, axis: &Axis) -> String {
    let mut text = format!(
        "{}: {} with all inputs as they are. With one input at its 10th and at its 90th percentile, \
         the widest first:",
        axis.label,
        axis.unit.words(centre)
    );
    for bar in bars {
        let [low, high] = bar.ends().map(|end| axis.unit.words(end.value));
        text.push_str(&format!(" {}: {low} and {high}.", bar.meaning));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::axis::Unit;
    use super::super::sheet::checks::{numbers, texts};
    use super::*;

    fn bar(meaning: &str, low: f64, high: f64) -> TornadoBar {
        TornadoBar {
            meaning: meaning.to_owned(),
            input_low: TornadoEnd::exactly(low),
            input_high: TornadoEnd::exactly(high),
        }
    }

    fn pounds() -> Axis {
        Axis::new("net of today (pounds a year)", Unit::Pounds)
    }

    fn order(written: &[String], meanings: &[&str]) -> Vec<String> {
        written
            .iter()
            .filter(|text| meanings.contains(&text.as_str()))
            .cloned()
            .collect()
    }

    #[test]
    fn the_widest_bar_is_on_top_whichever_way_it_points_and_the_unknown_below() {
        let bars = [
            bar("unknown", f64::NAN, 1e6),
            bar("narrow & <odd>", -1000.0, 1000.0),
            bar("falling", 2_000_000.0, -1_500_000.0),
            bar("rising", -1_000_000.0, 1_000_000.0),
        ];
        let svg = tornado(&bars, 250_000.0, "t", &pounds(), "s");
        let written = texts(&svg);
        assert_eq!(
            order(
                &written,
                &["unknown", "narrow & <odd>", "falling", "rising"]
            ),
            ["falling", "rising", "narrow & <odd>", "unknown"]
        );
        for value in ["-£1.5m", "£2m", "-£1,000", "not known"] {
            assert!(
                written.iter().any(|text| text == value),
                "{value} in {written:?}"
            );
        }
        assert_eq!(svg, tornado(&bars, 250_000.0, "t", &pounds(), "s"));
    }

    #[test]
    fn bars_of_one_width_stand_by_their_names() {
        let bars = [bar("b", 0.0, 1.0), bar("a", 1.0, 0.0), bar("c", 2.0, 3.0)];
        let written = texts(&tornado(&bars, 0.5, "t", &pounds(), "s"));
        assert_eq!(order(&written, &["a", "b", "c"]), ["a", "b", "c"]);
    }

    #[test]
    fn a_bar_goes_from_its_low_end_to_its_high_end() {
        // From 0 to 100 with 4% of room at both ends: 0 is 4/108 across the panel.
        let axis = Axis::new("number", Unit::Number);
        let svg = tornado(&[bar("one", 0.0, 100.0)], 50.0, "t", &axis, "s");
        let low = numbers(&svg, "circle", "#FFFFFF", "cx")[1];
        let expected = 8.0 * (PANEL_LEFT + (PANEL_RIGHT - PANEL_LEFT) * 4.0 / 108.0);
        assert!((low - expected).abs() <= 2.0, "{low}, {expected}");
    }

    #[test]
    fn whiskers_are_in_the_key_only_where_an_error_is_known() {
        let mut bars = [bar("one", 0.1, 0.3)];
        let axis = Axis::new("probability of winning (%)", Unit::Share);
        let said = |bars: &[TornadoBar]| {
            texts(&tornado(bars, 0.2, "t", &axis, "s"))
                .contains(&"error of the calculation".to_owned())
        };
        assert!(!said(&bars));
        bars[0].input_low.error = Some((0.08, 0.12));
        assert!(said(&bars));
        bars[0].input_low.error = Some((f64::NAN, 0.12));
        assert!(!said(&bars));
    }

    #[test]
    fn no_bars_one_bar_and_thirty_bars_are_drawn() {
        let axis = Axis::new("probability of winning (%)", Unit::Share);
        for count in [0u32, 1, 30] {
            let bars: Vec<_> = (0..count)
                .map(|n| bar(&format!("input {n}"), 0.5 - f64::from(n) / 100.0, 0.5))
                .collect();
            let written = texts(&tornado(&bars, 0.5, "t", &axis, "s"));
            let named = written.iter().filter(|text| text.starts_with("input "));
            // Two heads of columns and two entries of the key begin with the same word.
            assert_eq!(named.count(), bars.len() + 4);
        }
    }

    #[test]
    fn a_result_that_is_not_known_is_not_drawn() {
        let bars = [bar("one", f64::NAN, f64::INFINITY)];
        let written = texts(&tornado(&bars, f64::NAN, "t", &pounds(), "s"));
        assert_eq!(
            written.iter().filter(|text| *text == "not known").count(),
            2
        );
    }
}
