//! The chart of a comparison: proposals side by side in what they raise, how the vote goes and whom
//! they freeze.

use super::super::card::chance;
use super::axis::{Axis, Unit};
use super::sheet::{
    AXIS_ROOM, BLACK, BLUE, Canvas, Dash, Fill, Hold, KeyEntry, LINE, MARGIN, SKY, Shape, Sheet,
    Upright, VERMILION, WIDTH, label_lines, lines,
};

/// A proposal.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparedProposal {
    /// Its name.
    pub label: String,
    /// Yield as budgeted over what the chart says, pounds a year.
    pub budgeted: f64,
    /// What is really collected over it: mean, and the 90% range, pounds a year.
    pub collected: (f64, f64, f64),
    /// The share of votes for Yes: mean, and the 90% range; nothing where no vote is held.
    pub yes_share: Option<(f64, f64, f64)>,
    /// The probability of winning; nothing where no vote is held.
    pub win: Option<f64>,
    /// The share of homes in bands that do not pay more than today.
    pub frozen: f64,
}

/// What the chart shows.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparisonChart {
    /// The proposals in order.
    pub proposals: Vec<ComparedProposal>,
    /// What money is over: `a No`, `today`.
    pub over: String,
    /// What it shows.
    pub title: String,
    /// What to know of it.
    pub notes: Vec<String>,
    /// Where the figures are from.
    pub source: String,
}

const LABELS: f64 = 176.0;
const FIRST: f64 = MARGIN + LABELS + 16.0;
/// Left and right edges of the panels of money, votes and homes.
const PANELS: [(f64, f64); 3] = [
    (FIRST, 436.0),
    (470.0, 636.0),
    (670.0, WIDTH - MARGIN - 8.0),
];

/// A chart of proposals, one a row: what each raises, the share of votes for Yes with the
/// probability of winning, and the share of homes frozen.
///
/// # Example
/// ```
/// use bandwise::report::chart::{ComparedProposal, ComparisonChart, comparison};
/// let svg = comparison(&ComparisonChart {
///     proposals: vec![ComparedProposal {
///         label: "Freeze A-C".to_owned(),
///         budgeted: 5.6e6,
///         collected: (5.1e6, 4.6e6, 5.5e6),
///         yes_share: Some((0.28, 0.08, 0.5)),
///         win: Some(0.047),
///         frozen: 0.853,
///     }],
///     over: "a No".to_owned(),
///     title: "Proposals".to_owned(),
///     notes: Vec::new(),
///     source: "own calculation".to_owned(),
/// });
/// assert!(svg.contains("P(win) 4.7%") && svg.contains("85%"));
/// ```
pub fn comparison(chart: &ComparisonChart) -> String {
    let labels: Vec<Vec<String>> = (chart.proposals.iter())
        .map(|proposal| label_lines(&proposal.label, LABELS))
        .collect();
    let heights: Vec<f64> = labels
        .iter()
        .map(|label| (LINE * lines(label) + 12.0).max(48.0))
        .collect();
    let rows = heights.iter().sum::<f64>().max(48.0);
    let axes = [
        Axis::new(
            &format!("over {} (pounds a year)", chart.over),
            Unit::Pounds,
        ),
        Axis::new("Yes share (% of votes)", Unit::Share),
        Axis::new("frozen (% of homes)", Unit::Share),
    ];
    let money = |proposal: &ComparedProposal| {
        let (mean, low, high) = proposal.collected;
        [proposal.budgeted, mean, low, high]
    };
    let extents = [
        axes[0]
            .unit
            .extent(chart.proposals.iter().flat_map(money).chain([0.0])),
        0.0..100.0,
        0.0..100.0,
    ];
    let sheet = Sheet {
        title: &chart.title,
        description: description(chart),
        key: key(chart),
        notes: chart.notes.clone(),
        source: &chart.source,
        body: 8.0 + rows + AXIS_ROOM,
    };
    sheet.draw(|canvas, top| {
        let (panel_top, panel_bottom) = (top + 8.0, top + 8.0 + rows);
        let [money, votes, homes] = [0, 1, 2].map(|number| {
            let (left, right) = PANELS[number];
            let across = (&axes[number], extents[number].clone());
            canvas.panel(
                (left, panel_top),
                (right, panel_bottom),
                across,
                &Upright::Rows,
            )
        });
        let [money, votes, homes] = [(money, 0), (votes, 1), (homes, 2)].map(|(panel, number)| {
            let unit = axes[number].unit;
            move |value: f64| panel.at(unit.place(value), 0.0).0
        });
        let upright = |x: f64| [(x, panel_top), (x, panel_bottom)];
        canvas.line(&upright(money(0.0)), BLACK, 1.2);
        if chart
            .proposals
            .iter()
            .any(|proposal| proposal.yes_share.is_some())
        {
            canvas.dashed(&upright(votes(0.5)), BLACK, 1.4, Dash::Long);
        }
        let mut y = panel_top;
        for ((proposal, label), height) in chart.proposals.iter().zip(&labels).zip(&heights) {
            let middle = y + height / 2.0;
            y += height;
            canvas.labels((FIRST - 14.0, middle), label, Hold::End);
            let (mean, low, high) = proposal.collected;
            let mark_at = middle + 7.0;
            if [mean, low, high].iter().all(|value| value.is_finite()) {
                range(canvas, money(low), money(high), mark_at);
                budget_mark(canvas, (money(proposal.budgeted), mark_at));
                mean_mark(canvas, (money(mean), mark_at));
                let words = Unit::Pounds.words(mean);
                over(canvas, money(mean), PANELS[0], middle - 9.0, &words);
            }
            match (proposal.yes_share, proposal.win) {
                (Some((mean, low, high)), Some(win)) => {
                    range(canvas, votes(low), votes(high), mark_at);
                    mean_mark(canvas, (votes(mean), mark_at));
                    let words = format!("P(win) {}", chance(win));
                    over(canvas, votes(mean), PANELS[1], middle - 9.0, &words);
                }
                _ => canvas.label((votes(0.5) + 4.0, middle), "no vote", Hold::Start),
            }
            canvas.rectangle(
                (homes(0.0), mark_at - 5.0),
                (homes(proposal.frozen), mark_at + 5.0),
                SKY,
            );
            let words = Unit::Share.words((100.0 * proposal.frozen).floor() / 100.0);
            over(
                canvas,
                homes(proposal.frozen),
                PANELS[2],
                middle - 9.0,
                &words,
            );
        }
    })
}

/// Words over a place, kept within a panel, on white so that no line runs through them.
fn over(canvas: &Canvas<'_>, x: f64, (left, right): (f64, f64), y: f64, words: &str) {
    let part = (x - left) / (right - left);
    let hold = if part < 0.25 {
        Hold::Start
    } else if part > 0.75 {
        Hold::End
    } else {
        Hold::Middle
    };
    let x = x.clamp(left, right + 6.0);
    canvas.plate((x, y), words, hold);
    canvas.label((x, y), words, hold);
}

fn range(canvas: &Canvas<'_>, from: f64, to: f64, y: f64) {
    canvas.line(&[(from, y), (to, y)], BLUE, 2.0);
    for end in [from, to] {
        canvas.line(&[(end, y - 5.0), (end, y + 5.0)], BLUE, 1.6);
    }
}

fn mean_mark(canvas: &Canvas<'_>, at: (f64, f64)) {
    canvas.mark(Shape::Diamond, at, 4.4, Fill::Solid, BLUE);
}

fn budget_mark(canvas: &Canvas<'_>, at: (f64, f64)) {
    canvas.mark(Shape::Square, at, 4.2, Fill::Hollow, VERMILION);
}

fn key(chart: &ComparisonChart) -> Vec<KeyEntry> {
    let mut key = vec![
        KeyEntry::new("mean, and range of 90% of draws", |canvas, (x, y)| {
            range(canvas, x - 12.0, x + 12.0, y);
            mean_mark(canvas, (x, y));
        }),
        KeyEntry::new("as budgeted", budget_mark),
    ];
    if chart
        .proposals
        .iter()
        .any(|proposal| proposal.yes_share.is_some())
    {
        key.push(KeyEntry::new(
            "50%: more is a majority",
            |canvas, (x, y)| {
                canvas.dashed(&[(x, y - 10.0), (x, y + 10.0)], BLACK, 1.4, Dash::Long);
            },
        ));
    }
    key.push(KeyEntry::new("homes in frozen bands", |canvas, (x, y)| {
        canvas.rectangle((x - 12.0, y - 5.0), (x + 12.0, y + 5.0), SKY);
    }));
    key
}

fn description(chart: &ComparisonChart) -> String {
    let mut text = String::new();
    for proposal in &chart.proposals {
        let pounds = |value| Unit::Pounds.words(value);
        let share = |value| Unit::Share.words(value);
        let (mean, low, high) = proposal.collected;
        text.push_str(&format!(
            "{}: {} over {} as budgeted, really collected {} a year on average (90% of draws {} to {}); ",
            proposal.label,
            pounds(proposal.budgeted),
            chart.over,
            pounds(mean),
            pounds(low),
            pounds(high)
        ));
        match (proposal.yes_share, proposal.win) {
            (Some((mean, low, high)), Some(win)) => text.push_str(&format!(
                "Yes share {} of votes ({} to {}), probability of winning {}; ",
                share(mean),
                share(low),
                share(high),
                chance(win)
            )),
            _ => text.push_str("no vote; "),
        }
        text.push_str(&format!("{} of homes frozen. ", share(proposal.frozen)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::sheet::checks::texts;
    use super::*;

    fn proposal(label: &str, yes_share: Option<(f64, f64, f64)>) -> ComparedProposal {
        ComparedProposal {
            label: label.to_owned(),
            budgeted: 5.6e6,
            collected: (5.1e6, 4.6e6, 5.5e6),
            yes_share,
            win: yes_share.map(|_| 0.047),
            frozen: 0.8533,
        }
    }

    fn chart(proposals: Vec<ComparedProposal>) -> ComparisonChart {
        ComparisonChart {
            proposals,
            over: "a No".to_owned(),
            title: "t".to_owned(),
            notes: Vec::new(),
            source: "s".to_owned(),
        }
    }

    #[test]
    fn every_proposal_has_its_money_its_vote_and_its_freeze() {
        let both = vec![
            proposal("A & <B>", Some((0.28, 0.08, 0.5))),
            proposal("without", None),
        ];
        let written = texts(&comparison(&chart(both)));
        for text in ["A & <B>", "£5.1m", "P(win) 4.7%", "85%", "no vote"] {
            assert!(
                written.iter().any(|held| held == text),
                "{text} in {written:?}"
            );
        }
    }

    #[test]
    fn where_no_vote_is_held_nothing_is_said_of_a_majority() {
        let svg = comparison(&chart(vec![proposal("without", None)]));
        assert!(!svg.contains("majority"));
    }

    #[test]
    fn no_proposals_are_drawn() {
        assert!(!texts(&comparison(&chart(Vec::new()))).is_empty());
    }
}
