//! The league chart: those with the highest and the lowest figure.

use super::axis::Axis;
use super::rows::{Row, Rows};
use super::sheet::{BLACK, BLUE, Canvas, Fill, KeyEntry, Place, SKY, Shape, Sheet};

/// One of the league.
#[derive(Debug, Clone, PartialEq)]
pub struct LeagueEntry {
    /// Its name.
    pub name: String,
    /// Its figure.
    pub value: f64,
    /// Its 90% range from chance alone, where it is known.
    pub range: Option<(f64, f64)>,
}

/// What the chart shows.
#[derive(Debug, Clone, PartialEq)]
pub struct LeagueChart {
    /// All that are in it, in any order.
    pub entries: Vec<LeagueEntry>,
    /// What all of them are: `authorities in which a vote is held`.
    pub of: String,
    /// How many of each end are shown.
    pub shown: usize,
    /// What is measured.
    pub axis: Axis,
    /// What it shows.
    pub title: String,
    /// What to know of it.
    pub notes: Vec<String>,
    /// Where the figures are from.
    pub source: String,
}

/// A chart of those with the highest and those with the lowest figure; all of them where they are few.
///
/// # Example
/// ```
/// use bandwise::report::chart::{Axis, LeagueChart, LeagueEntry, Unit, league};
/// let entry = |name: &str, value| LeagueEntry { name: name.to_owned(), value, range: None };
/// let svg = league(&LeagueChart {
///     entries: vec![entry("Derby", 0.85), entry("Westminster", 0.12), entry("Hull", 0.95)],
///     of: "authorities".to_owned(),
///     shown: 1,
///     axis: Axis::new("homes frozen (%)", Unit::Share),
///     title: "Frozen".to_owned(),
///     notes: Vec::new(),
///     source: "own calculation".to_owned(),
/// });
/// assert!(svg.contains("Highest 1 of 3 authorities") && svg.contains("Westminster"));
/// ```
pub fn league(chart: &LeagueChart) -> String {
    let mut entries: Vec<&LeagueEntry> = (chart.entries.iter())
        .filter(|entry| entry.value.is_finite())
        .collect();
    entries.sort_by(|one, other| {
        (other.value.total_cmp(&one.value)).then_with(|| one.name.cmp(&other.name))
    });
    let count = entries.len();
    let words = |entry: &&LeagueEntry| Row::Marks {
        label: entry.name.clone(),
        figures: vec![chart.axis.unit.words(entry.value)],
    };
    let mut rows = Vec::new();
    let shown: Vec<&LeagueEntry> = if count <= 2 * chart.shown {
        rows.push(Row::Heading(format!("All {count} {}", chart.of)));
        rows.extend(entries.iter().map(words));
        entries
    } else {
        let (high, low) = (&entries[..chart.shown], &entries[count - chart.shown..]);
        let n = chart.shown;
        rows.push(Row::Heading(format!("Highest {n} of {count} {}", chart.of)));
        rows.extend(high.iter().map(words));
        rows.push(Row::Heading(format!("Lowest {n}")));
        rows.extend(low.iter().map(words));
        [high, low].concat()
    };
    let extent = chart.axis.unit.extent(
        shown
            .iter()
            .flat_map(|entry| {
                let (low, high) = entry.range.unwrap_or((entry.value, entry.value));
                [entry.value, low, high, 0.0]
            })
            .map(|value| chart.axis.unit.place(value)),
    );
    let rows = Rows {
        axis: &chart.axis,
        extent,
        labels: 230.0,
        columns: vec![("", 78.0)],
        rows,
        least: 21.0,
    };
    let sheet = Sheet {
        title: &chart.title,
        description: description(chart, &shown),
        key: key(&shown),
        notes: chart.notes.clone(),
        source: &chart.source,
        body: rows.height(),
    };
    sheet.draw(|canvas, top| {
        rows.draw(canvas, top, |number, at| {
            let entry = shown[number];
            let (zero, end) = (at(0.0), at(entry.value));
            bar(canvas, zero, end);
            if let Some((low, high)) = entry.range {
                whisker(canvas, at(low), at(high));
            }
        });
    })
}

fn whisker(canvas: &Canvas<'_>, low: Place, high: Place) {
    canvas.line(&[low, high], BLACK, 1.2);
    for (x, y) in [low, high] {
        canvas.line(&[(x, y - 4.0), (x, y + 4.0)], BLACK, 1.2);
    }
}

fn key(shown: &[&LeagueEntry]) -> Vec<KeyEntry> {
    if shown.iter().all(|entry| entry.range.is_none()) {
        return Vec::new();
    }
    vec![KeyEntry::new(
        "90% range from chance alone",
        |canvas, (x, y)| whisker(canvas, (x - 10.0, y), (x + 10.0, y)),
    )]
}

fn bar(canvas: &Canvas<'_>, zero: (f64, f64), end: (f64, f64)) {
    canvas.rectangle(
        (zero.0.min(end.0), end.1 - 5.0),
        (zero.0.max(end.0), end.1 + 5.0),
        SKY,
    );
    canvas.mark(Shape::Circle, end, 3.4, Fill::Solid, BLUE);
    canvas.line(
        &[(zero.0, end.1 - 10.0), (zero.0, end.1 + 10.0)],
        BLACK,
        1.0,
    );
}

fn description(chart: &LeagueChart, shown: &[&LeagueEntry]) -> String {
    let mut text = format!("{}, the highest first:", chart.axis.label);
    for entry in shown {
        let words = chart.axis.unit.words(entry.value);
        text.push_str(&format!(" {} {words};", entry.name));
    }
    text.pop();
    text.push('.');
    text
}

#[cfg(test)]
mod tests {
    use super::super::axis::Unit;
    use super::super::sheet::checks::texts;
    use super::*;

    fn chart(count: u32, shown: usize) -> LeagueChart {
        let entry = |n: u32| LeagueEntry {
            name: format!("place {n:02}"),
            value: f64::from(n),
            range: Some((f64::from(n) - 1.0, f64::from(n) + 1.0)),
        };
        LeagueChart {
            entries: (0..count).map(entry).collect(),
            of: "places".to_owned(),
            shown,
            axis: Axis::new("number", Unit::Number),
            title: "t".to_owned(),
            notes: Vec::new(),
            source: "s".to_owned(),
        }
    }

    fn named(chart: &LeagueChart) -> Vec<String> {
        let written = texts(&league(chart)).into_iter();
        written.filter(|text| text.starts_with("place ")).collect()
    }

    #[test]
    fn the_highest_stand_first_and_the_lowest_last() {
        assert_eq!(
            named(&chart(10, 2)),
            ["place 09", "place 08", "place 01", "place 00"]
        );
    }

    #[test]
    fn few_are_all_shown_and_none_twice() {
        assert_eq!(named(&chart(3, 2)), ["place 02", "place 01", "place 00"]);
        let written = texts(&league(&chart(3, 2)));
        assert!(written.contains(&"All 3 places".to_owned()), "{written:?}");
        assert_eq!(named(&chart(0, 2)).len(), 0);
    }
}
