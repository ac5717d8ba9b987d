//! The chart of drivers: which uncertain inputs move the probability of winning.

use super::axis::{Axis, Unit};
use super::rows::{Row, Rows};
use super::sheet::{
    APRICOT, BLACK, BLUE, Canvas, Fill, KeyEntry, Place, SKY, Shape, Sheet, VERMILION,
};

/// An input and what it moves.
#[derive(Debug, Clone, PartialEq)]
pub struct DriverBar {
    /// What the input says.
    pub meaning: String,
    /// Probability of winning in the draws in which it is above its median, less that in the others.
    pub effect: f64,
    /// Half the 90% range of the effect from chance alone.
    pub half_range: f64,
}

/// A chart of what inputs do to the probability of winning: the furthest from nothing on top.
///
/// # Example
/// ```
/// use bandwise::report::chart::{DriverBar, drivers_chart};
/// let bar = DriverBar {
///     meaning: "share of voters who know what a Yes would cost them".to_owned(),
///     effect: 0.094,
///     half_range: 0.007,
/// };
/// let svg = drivers_chart(&[bar], "What moves the vote", "own calculation");
/// assert!(svg.contains("+9.4 points"));
/// ```
pub fn drivers_chart(bars: &[DriverBar], title: &str, source: &str) -> String {
    let mut bars: Vec<&DriverBar> = bars.iter().filter(|bar| bar.effect.is_finite()).collect();
    bars.sort_by(|one, other| {
        (other.effect.abs().total_cmp(&one.effect.abs()))
            .then_with(|| one.meaning.cmp(&other.meaning))
    });
    let axis = Axis::new(
        "probability of winning: input above its median less below it (percentage points)",
        Unit::Points,
    );
    let ends = |bar: &DriverBar| [bar.effect - bar.half_range, bar.effect + bar.half_range];
    let extent = axis.unit.extent(
        bars.iter()
            .flat_map(|bar| ends(bar))
            .chain([0.0])
            .map(|value| axis.unit.place(value)),
    );
    let row = |bar: &&DriverBar| Row::Marks {
        label: bar.meaning.clone(),
        figures: vec![axis.unit.words(bar.effect)],
    };
    let rows = Rows {
        axis: &axis,
        extent,
        labels: 268.0,
        columns: vec![("effect", 92.0)],
        rows: bars.iter().map(row).collect(),
        least: 26.0,
    };
    let sheet = Sheet {
        title,
        description: description(&bars, &axis),
        key: key(&bars),
        notes: vec![
            "Half of all draws have the input above its median, half below; the other inputs are as \
             they come. An input whose range reaches across zero cannot be told from one without effect."
                .to_owned(),
        ],
        source,
        body: rows.height(),
    };
    sheet.draw(|canvas, top| {
        rows.draw(canvas, top, |number, at| {
            let bar = bars[number];
            let (zero, end) = (at(0.0), at(bar.effect));
            canvas.line(
                &[(zero.0, zero.1 - 13.0), (zero.0, zero.1 + 13.0)],
                BLACK,
                1.2,
            );
            bar_of(canvas, zero, end, bar.effect);
            let [low, high] = ends(bar).map(|value| at(value).0);
            whisker(canvas, low, high, end.1);
        });
    })
}

fn bar_of(canvas: &Canvas<'_>, zero: Place, end: Place, effect: f64) {
    let (fill, colour, shape) = if effect < 0.0 {
        (APRICOT, VERMILION, Shape::Square)
    } else {
        (SKY, BLUE, Shape::Diamond)
    };
    canvas.rectangle(
        (zero.0.min(end.0), end.1 - 6.0),
        (zero.0.max(end.0), end.1 + 6.0),
        fill,
    );
    canvas.mark(shape, end, 3.6, Fill::Solid, colour);
}

fn whisker(canvas: &Canvas<'_>, from: f64, to: f64, y: f64) {
    canvas.line(&[(from, y), (to, y)], BLACK, 1.2);
    for end in [from, to] {
        canvas.line(&[(end, y - 4.0), (end, y + 4.0)], BLACK, 1.2);
    }
}

fn key(bars: &[&DriverBar]) -> Vec<KeyEntry> {
    let mut key = Vec::new();
    if bars.iter().any(|bar| bar.effect >= 0.0) {
        key.push(KeyEntry::new(
            "more of it makes winning likelier",
            |canvas, (x, y)| bar_of(canvas, (x - 12.0, y), (x + 8.0, y), 1.0),
        ));
    }
    if bars.iter().any(|bar| bar.effect < 0.0) {
        key.push(KeyEntry::new(
            "more of it makes winning less likely",
            |canvas, (x, y)| bar_of(canvas, (x + 12.0, y), (x - 8.0, y), -1.0),
        ));
    }
    key.push(KeyEntry::new(
        "90% range from chance alone",
        |canvas, (x, y)| whisker(canvas, x - 10.0, x + 10.0, y),
    ));
    key
}

fn description(bars: &[&DriverBar], axis: &Axis) -> String {
    let mut text =
        "Probability of winning with an input above its median less that with it below, \
                    the strongest first:"
            .to_owned();
    for bar in bars {
        text.push_str(&format!(
            " {}: {}, 90% range from chance alone {} to {}.",
            bar.meaning,
            axis.unit.words(bar.effect),
            axis.unit.words(bar.effect - bar.half_range),
            axis.unit.words(bar.effect + bar.half_range)
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::sheet::checks::texts;
    use super::*;

    fn bar(meaning: &str, effect: f64) -> DriverBar {
        DriverBar {
            meaning: meaning.to_owned(),
            effect,
            half_range: 0.01,
        }
    }

    #[test]
    fn the_strongest_is_on_top_whichever_way_it_points() {
        let bars = [bar("weak", 0.01), bar("against", -0.2), bar("for", 0.1)];
        let written = texts(&drivers_chart(&bars, "t", "s"));
        let order: Vec<&str> = (written.iter().map(String::as_str))
            .filter(|text| ["weak", "against", "for"].contains(text))
            .collect();
        assert_eq!(order, ["against", "for", "weak"]);
        assert!(written.contains(&"-20 points".to_owned()));
    }

    #[test]
    fn what_is_not_known_is_left_out_and_none_are_drawn() {
        let written = texts(&drivers_chart(&[bar("odd", f64::NAN)], "t", "s"));
        assert!(!written.contains(&"odd".to_owned()));
    }
}
