//! The chart of who pays: the mean change of a bill in groups of homes, and how many pay more.

use super::super::card::{part_in_words, share, signed};
use super::axis::{Axis, Unit};
use super::cases::{Case, CaseNames};
use super::rows::{Row, Rows};
use super::sheet::{BLACK, Dash, KeyEntry, Sheet};

/// Groups of homes by one thing.
#[derive(Debug, Clone, PartialEq)]
pub struct PayingGroups {
    /// By what homes are grouped: `By income of the area, fifths`.
    pub heading: String,
    /// The groups in order.
    pub groups: Vec<PayingGroup>,
}

/// A group of homes.
#[derive(Debug, Clone, PartialEq)]
pub struct PayingGroup {
    /// Which homes.
    pub label: String,
    /// How many.
    pub homes: f64,
    /// Their mean change over today, pounds a year.
    pub over_today: f64,
    /// Their mean change over a No, pounds a year; nothing where there is none.
    pub over_no: Option<f64>,
    /// The share of them that pays more: than after a No where there is one, else than today.
    pub pay_more: f64,
}

/// What the chart shows.
#[derive(Debug, Clone, PartialEq)]
pub struct WhoPaysChart {
    /// The groupings, one below the other.
    pub groupings: Vec<PayingGroups>,
    /// How what is compared is called.
    pub cases: CaseNames,
    /// Which bill changes, for the axis: `mean change of the council's own part of the bill`.
    pub measured: String,
    /// What it shows.
    pub title: String,
    /// What to know of it.
    pub notes: Vec<String>,
    /// Where the figures are from.
    pub source: String,
}

/// A chart of mean changes by group of homes, with how many homes a group has and how many of them pay
/// more.
///
/// # Example
/// ```
/// use bandwise::report::chart::{CaseNames, PayingGroup, PayingGroups, WhoPaysChart, who_pays};
/// let svg = who_pays(&WhoPaysChart {
///     groupings: vec![PayingGroups {
///         heading: "By income of the area, fifths".to_owned(),
///         groups: vec![PayingGroup {
///             label: "lowest".to_owned(),
///             homes: 57_821.7,
///             over_today: 13.2,
///             over_no: Some(-38.5),
///             pay_more: 0.022,
///         }],
///     }],
///     cases: CaseNames {
///         today: "today".to_owned(),
///         no: Some("after a No".to_owned()),
///         yes: "after a Yes".to_owned(),
///         yes_less_today: "Yes less today".to_owned(),
///         yes_less_no: "Yes less No".to_owned(),
///         pay_more: "pay more than after a No".to_owned(),
///     },
///     measured: "mean change of the bill".to_owned(),
///     title: "Who pays".to_owned(),
///     notes: Vec::new(),
///     source: "own calculation".to_owned(),
/// });
/// assert!(svg.contains("57,822") && svg.contains("-£39") && svg.contains("2%"));
/// ```
pub fn who_pays(chart: &WhoPaysChart) -> String {
    let axis = Axis::new(&format!("{} (pounds a year)", chart.measured), Unit::Pounds);
    let has_no = chart.cases.no.is_some();
    let groups: Vec<&PayingGroup> = (chart.groupings.iter()).flat_map(|by| &by.groups).collect();
    let extent = axis.unit.extent(
        groups
            .iter()
            .flat_map(|group| [group.over_today, group.over_no.unwrap_or(0.0), 0.0]),
    );
    let more = chart.cases.pay_more.as_str();
    let mut columns = vec![
        ("homes liable", 70.0),
        (chart.cases.yes_less_today.as_str(), 80.0),
    ];
    if has_no {
        columns.push((chart.cases.yes_less_no.as_str(), 80.0));
    }
    columns.push((more, 100.0));
    let mut rows = Vec::new();
    for by in &chart.groupings {
        rows.push(Row::Heading(by.heading.clone()));
        rows.extend(by.groups.iter().map(|group| row(group, has_no)));
    }
    let rows = Rows {
        axis: &axis,
        extent,
        labels: 142.0,
        columns,
        rows,
        least: 24.0,
    };
    let sheet = Sheet {
        title: &chart.title,
        description: description(chart, more),
        key: key(&chart.cases),
        notes: chart.notes.clone(),
        source: &chart.source,
        body: rows.height(),
    };
    sheet.draw(|canvas, top| {
        rows.draw(canvas, top, |number, at| {
            let group = groups[number];
            let zero = at(0.0);
            canvas.line(
                &[(zero.0, zero.1 - 12.0), (zero.0, zero.1 + 12.0)],
                BLACK,
                1.2,
            );
            match group.over_no.filter(|change| change.is_finite()) {
                Some(change) => {
                    Case::Yes.bar(canvas, zero, at(change), 9.0);
                    if group.over_today.is_finite() {
                        Case::Today.mark(canvas, at(group.over_today), 3.4);
                    }
                }
                None if group.over_today.is_finite() => {
                    Case::Yes.bar(canvas, zero, at(group.over_today), 9.0);
                }
                None => {}
            }
        });
    })
}

fn row(group: &PayingGroup, has_no: bool) -> Row {
    let mut figures = vec![
        Unit::Number.words(group.homes.round()),
        signed(group.over_today, 0),
    ];
    if has_no {
        figures.push(signed(group.over_no.unwrap_or(f64::NAN), 0));
    }
    figures.push(part_in_words(group.pay_more, 1.0));
    Row::Marks {
        label: group.label.clone(),
        figures,
    }
}

fn key(cases: &CaseNames) -> Vec<KeyEntry> {
    let zero = KeyEntry::new("no change", |canvas, (x, y)| {
        canvas.dashed(&[(x, y - 9.0), (x, y + 9.0)], BLACK, 1.2, Dash::Whole);
    });
    if cases.no.is_none() {
        return vec![Case::Yes.key(&cases.yes_less_today), zero];
    }
    let today = KeyEntry::new(cases.yes_less_today.as_str(), |canvas, at| {
        Case::Today.mark(canvas, at, 3.4);
    });
    vec![Case::Yes.key(&cases.yes_less_no), today, zero]
}

fn description(chart: &WhoPaysChart, more: &str) -> String {
    let mut text = format!("{}, pounds a year.", chart.measured);
    for by in &chart.groupings {
        text.push_str(&format!(" {}:", by.heading));
        for group in &by.groups {
            text.push_str(&format!(
                " {}: {} homes, {} {}",
                group.label,
                Unit::Number.words(group.homes.round()),
                chart.cases.yes_less_today,
                signed(group.over_today, 0)
            ));
            if let Some(change) = group.over_no {
                let less = &chart.cases.yes_less_no;
                text.push_str(&format!(", {less} {}", signed(change, 0)));
            }
            text.push_str(&format!(", {} {more}.", share(group.pay_more)));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::sheet::checks::texts;
    use super::*;

    fn chart(over_no: Option<f64>) -> WhoPaysChart {
        WhoPaysChart {
            groupings: vec![PayingGroups {
                heading: "By income & <more>".to_owned(),
                groups: vec![PayingGroup {
                    label: "lowest".to_owned(),
                    homes: 57_821.7,
                    over_today: 13.2,
                    over_no,
                    pay_more: 0.0224,
                }],
            }],
            cases: CaseNames {
                today: "now".to_owned(),
                no: over_no.map(|_| "after a No (4.99% for all)".to_owned()),
                yes: "then".to_owned(),
                yes_less_today: "Yes less today".to_owned(),
                yes_less_no: "Yes less No".to_owned(),
                pay_more: "pay more".to_owned(),
            },
            measured: "mean change".to_owned(),
            title: "t".to_owned(),
            notes: Vec::new(),
            source: "s".to_owned(),
        }
    }

    #[test]
    fn a_group_has_its_homes_its_changes_and_who_pays_more() {
        let written = texts(&who_pays(&chart(Some(-38.5))));
        for text in ["57,822", "+£13", "-£39", "2%", "By income & <more>"] {
            assert!(
                written.iter().any(|held| held == text),
                "{text}, {written:?}"
            );
        }
    }

    #[test]
    fn without_a_no_the_change_is_over_today_alone() {
        let written = texts(&who_pays(&chart(None)));
        assert!(!written.iter().any(|text| text == "Yes less No"));
    }

    #[test]
    fn a_few_homes_that_pay_more_are_not_none() {
        let mut few = chart(Some(-38.5));
        few.groupings[0].groups[0].pay_more = 0.0002;
        let svg = who_pays(&few);
        assert!(
            svg.contains("under 1%") && svg.contains("under 0.1%"),
            "{svg}"
        );
    }

    #[test]
    fn no_groups_are_drawn() {
        let mut none = chart(Some(1.0));
        none.groupings.clear();
        assert!(!texts(&who_pays(&none)).is_empty());
    }
}
