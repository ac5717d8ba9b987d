//! The frontier chart: what a vote could raise against how likely it is to be won.

use super::super::card::chance;
use super::axis::{Axis, Unit};
use super::sheet::{
    AXIS_ROOM, BLACK, BLUE, Canvas, Dash, Fill, GREEN, Hold, KeyEntry, MARGIN, Place, SKY, Shape,
    Sheet, Upright, VERMILION,
};
use crate::domain::Share;

/// A schedule on the chart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FrontierMark {
    /// Yield over a No as budgeted, pounds a year.
    pub pounds: f64,
    /// The 90% range of what is really collected over a No.
    pub collected: (f64, f64),
    /// Probability of winning.
    pub win: Share,
    /// The lower end of its Monte Carlo range of 90%.
    pub low: Share,
    /// The upper end of it.
    pub high: Share,
    /// Whether no other beats it on both.
    pub on_frontier: bool,
}

/// What the chart shows.
#[derive(Debug, Clone, PartialEq)]
pub struct FrontierChart {
    /// Schedules that were found.
    pub points: Vec<FrontierMark>,
    /// The scenario's own proposal, where a vote is held on it.
    pub proposal: Option<FrontierMark>,
    /// The schedule of the highest expected value.
    pub value: Option<FrontierMark>,
    /// What it shows.
    pub title: String,
    /// Where the figures are from.
    pub source: String,
}

const PANEL_LEFT: f64 = MARGIN + 66.0;
const PANEL_RIGHT: f64 = 760.0;
const PANEL_HEIGHT: f64 = 360.0;
/// A range of probability that is higher than a mark.
const SEEN: f64 = 8.0 / PANEL_HEIGHT;

/// A chart of yield across against the probability of winning, with the Monte Carlo range of the
/// probability and the range of what is really collected.
///
/// # Example
/// ```
/// use bandwise::domain::Share;
/// use bandwise::report::chart::{FrontierChart, FrontierMark, frontier_chart};
/// let mark = FrontierMark {
///     pounds: 4e6,
///     collected: (3.2e6, 4e6),
///     win: Share::new(0.5)?,
///     low: Share::new(0.49)?,
///     high: Share::new(0.51)?,
///     on_frontier: true,
/// };
/// let svg = frontier_chart(&FrontierChart {
///     points: vec![mark],
///     proposal: None,
///     value: None,
///     title: "What to propose".to_owned(),
///     source: "own calculation".to_owned(),
/// });
/// assert!(svg.contains("£4m with a probability of winning of 50.0%"));
/// # Ok::<(), bandwise::domain::share::NotAShare>(())
/// ```
pub fn frontier_chart(chart: &FrontierChart) -> String {
    let across = Axis::new("yield over a No as budgeted (pounds a year)", Unit::Pounds);
    let upright = Axis::new("probability of winning (%)", Unit::Share);
    let marks = || {
        chart
            .points
            .iter()
            .chain(&chart.proposal)
            .chain(&chart.value)
    };
    let ends = |mark: &FrontierMark| [mark.pounds, mark.collected.0, mark.collected.1];
    let extent = across.unit.extent(marks().flat_map(ends).chain([0.0]));
    let sheet = Sheet {
        title: &chart.title,
        description: description(chart),
        key: key(chart),
        notes: Vec::new(),
        source: &chart.source,
        body: PANEL_HEIGHT + AXIS_ROOM + 8.0,
    };
    sheet.draw(|canvas, top| {
        let (panel_top, panel_bottom) = (top + 8.0, top + 8.0 + PANEL_HEIGHT);
        let panel = canvas.panel(
            (PANEL_LEFT, panel_top),
            (PANEL_RIGHT, panel_bottom),
            (&across, extent),
            &Upright::Axis(&upright, 0.0..100.0),
        );
        let at = |pounds: f64, share: Share| panel.at(pounds, Unit::Share.place(share.value()));
        if marks().next().is_none() {
            let middle = f64::midpoint(PANEL_LEFT, PANEL_RIGHT);
            canvas.label(
                (middle, panel_top + 40.0),
                "no schedule raises more than a No",
                Hold::Middle,
            );
        }
        for mark in marks() {
            let [from, to] = [mark.collected.0, mark.collected.1].map(|end| at(end, mark.win));
            canvas.line(&[from, to], SKY, 1.2);
            canvas.line(
                &[at(mark.pounds, mark.low), at(mark.pounds, mark.high)],
                BLACK,
                1.2,
            );
        }
        let mut line: Vec<&FrontierMark> = marks().filter(|mark| mark.on_frontier).collect();
        line.sort_by(|one, other| one.pounds.total_cmp(&other.pounds));
        let line: Vec<Place> = line.iter().map(|mark| at(mark.pounds, mark.win)).collect();
        if line.len() > 1 {
            canvas.dashed(&line, BLUE, 1.6, Dash::Whole);
        }
        // Those on the frontier over those beaten, which may stand next to them.
        for on_frontier in [false, true] {
            for mark in (chart.points.iter()).filter(|mark| mark.on_frontier == on_frontier) {
                found(canvas, at(mark.pounds, mark.win), on_frontier);
            }
        }
        if let Some(mark) = &chart.value {
            of_value(canvas, at(mark.pounds, mark.win));
        }
        if let Some(mark) = &chart.proposal {
            proposed(canvas, at(mark.pounds, mark.win));
        }
    })
}

fn found(canvas: &Canvas<'_>, at: Place, on_frontier: bool) {
    let fill = if on_frontier {
        Fill::Solid
    } else {
        Fill::Hollow
    };
    canvas.mark(Shape::Circle, at, 3.6, fill, BLUE);
}

fn of_value(canvas: &Canvas<'_>, at: Place) {
    canvas.mark(Shape::Square, at, 5.4, Fill::Hollow, GREEN);
}

fn proposed(canvas: &Canvas<'_>, at: Place) {
    canvas.mark(Shape::Diamond, at, 5.4, Fill::Solid, VERMILION);
}

fn key(chart: &FrontierChart) -> Vec<KeyEntry> {
    let mut key = Vec::new();
    if chart.points.iter().any(|mark| mark.on_frontier) {
        key.push(KeyEntry::new("on the frontier", |canvas, at| {
            found(canvas, at, true);
        }));
    }
    if chart.points.iter().any(|mark| !mark.on_frontier) {
        key.push(KeyEntry::new("beaten by another", |canvas, at| {
            found(canvas, at, false);
        }));
    }
    if chart.value.is_some() {
        key.push(KeyEntry::new("highest expected value", of_value));
    }
    if chart.proposal.is_some() {
        key.push(KeyEntry::new("the proposal", proposed));
    }
    // No bar is seen behind a mark that is higher.
    let seen = |mark: &FrontierMark| mark.high.value() - mark.low.value() > SEEN;
    if (chart.points.iter().chain(&chart.proposal)).any(seen) {
        key.push(KeyEntry::new(
            "chance error of the draws (90%)",
            |canvas, (x, y)| canvas.line(&[(x, y - 8.0), (x, y + 8.0)], BLACK, 1.2),
        ));
    }
    key.push(KeyEntry::new(
        "90% range of what is really collected",
        |canvas, (x, y)| canvas.line(&[(x - 12.0, y), (x + 12.0, y)], SKY, 1.2),
    ));
    key
}

fn description(chart: &FrontierChart) -> String {
    let words = |mark: &FrontierMark| {
        format!(
            "{} with a probability of winning of {}",
            Unit::Pounds.words(mark.pounds),
            chance(mark.win.value())
        )
    };
    let mut text =
        "Yield over a No and probability of winning of schedules that were found:".to_owned();
    for mark in chart.points.iter().filter(|mark| mark.on_frontier) {
        text.push_str(&format!(" {};", words(mark)));
    }
    if let Some(mark) = &chart.proposal {
        text.push_str(&format!(" the proposal: {};", words(mark)));
    }
    if let Some(mark) = &chart.value {
        text.push_str(&format!(" the highest expected value: {};", words(mark)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::sheet::checks::{numbers, texts};
    use super::*;

    fn mark(pounds: f64, win: f64, on_frontier: bool) -> FrontierMark {
        let share = |value: f64| Share::new(value.clamp(0.0, 1.0)).expect("clamped to a share");
        FrontierMark {
            pounds,
            collected: (0.8 * pounds, pounds),
            win: share(win),
            low: share(win - 0.01),
            high: share(win + 0.01),
            on_frontier,
        }
    }

    fn chart(points: Vec<FrontierMark>, proposal: Option<FrontierMark>) -> String {
        frontier_chart(&FrontierChart {
            points,
            proposal,
            value: None,
            title: "t".to_owned(),
            source: "s".to_owned(),
        })
    }

    #[test]
    fn more_yield_stands_further_to_the_right() {
        let svg = chart(vec![mark(1e6, 0.6, true), mark(3e6, 0.2, true)], None);
        let across = numbers(&svg, "circle", "#0072B2", "cx");
        // The first is of the key.
        assert!(across[1] < across[2], "{across:?}");
    }

    #[test]
    fn a_chart_of_nothing_says_so_and_the_key_names_only_what_is_there() {
        let none = texts(&chart(Vec::new(), None));
        assert!(none.contains(&"no schedule raises more than a No".to_owned()));
        assert!(!none.contains(&"the proposal".to_owned()));
        let some = texts(&chart(Vec::new(), Some(mark(2e6, 0.3, false))));
        assert!(some.contains(&"the proposal".to_owned()));
    }
}
