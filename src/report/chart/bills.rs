//! The chart of bills: what a full bill of each band is today, after a No and after a Yes.

use super::super::card::signed;
use super::axis::{Axis, Unit};
use super::cases::{Case, CaseNames};
use super::rows::{Row, Rows};
use super::sheet::{KeyEntry, Sheet};

/// What a band pays.
#[derive(Debug, Clone, PartialEq)]
pub struct BandBill {
    /// The band and what to know of it: `Band A: 51% of homes`.
    pub label: String,
    /// Today, pounds a year.
    pub today: f64,
    /// After a No, pounds a year.
    pub no: f64,
    /// After a Yes, pounds a year.
    pub yes: f64,
}

/// What the chart shows.
#[derive(Debug, Clone, PartialEq)]
pub struct BillsChart {
    /// The bands in order.
    pub bands: Vec<BandBill>,
    /// How what is compared is called.
    pub cases: CaseNames,
    /// What is charged, for the axis: `council's own part of a full bill (pounds a year)`.
    pub measured: String,
    /// What it shows.
    pub title: String,
    /// What to know of it.
    pub notes: Vec<String>,
    /// Where the figures are from.
    pub source: String,
}

/// Pixels between the bars of a band.
const BETWEEN: f64 = 9.0;

/// A chart of full bills by band, on an axis from 0, with the change of each.
///
/// # Example
/// ```
/// use bandwise::report::chart::{BandBill, BillsChart, CaseNames, bills};
/// let band = |label: &str, today, no, yes| BandBill { label: label.to_owned(), today, no, yes };
/// let svg = bills(&BillsChart {
///     bands: vec![
///         band("Band A, frozen", 1265.99, 1329.17, 1265.99),
///         band("Band H", 3797.98, 3987.49, 7595.96),
///     ],
///     cases: CaseNames {
///         today: "today".to_owned(),
///         no: Some("after a No".to_owned()),
///         yes: "after a Yes".to_owned(),
///         yes_less_today: "Yes less today".to_owned(),
///         yes_less_no: "Yes less No".to_owned(),
///         pay_more: "pay more than after a No".to_owned(),
///     },
///     measured: "own part of a full bill (pounds a year)".to_owned(),
///     title: "Bills".to_owned(),
///     notes: Vec::new(),
///     source: "own calculation".to_owned(),
/// });
/// assert!(svg.contains("+£3,798") && svg.contains("-£63"));
/// ```
pub fn bills(chart: &BillsChart) -> String {
    let axis = Axis::new(&chart.measured, Unit::Pounds);
    let has_no = chart.cases.no.is_some();
    let most = (chart.bands.iter())
        .flat_map(|band| [band.today, band.yes, if has_no { band.no } else { 0.0 }])
        .filter(|pounds| pounds.is_finite())
        .fold(1.0, f64::max);
    let mut columns = vec![(chart.cases.yes_less_today.as_str(), 74.0)];
    if has_no {
        columns.push((chart.cases.yes_less_no.as_str(), 74.0));
    }
    let row = |band: &BandBill| {
        let mut figures = vec![signed(band.yes - band.today, 0)];
        if has_no {
            figures.push(signed(band.yes - band.no, 0));
        }
        Row::Marks {
            label: band.label.clone(),
            figures,
        }
    };
    let rows = Rows {
        axis: &axis,
        extent: 0.0..1.06 * most,
        labels: 186.0,
        columns,
        rows: chart.bands.iter().map(row).collect(),
        least: if has_no { 38.0 } else { 30.0 },
    };
    let sheet = Sheet {
        title: &chart.title,
        description: description(chart),
        key: key(&chart.cases),
        notes: chart.notes.clone(),
        source: &chart.source,
        body: rows.height(),
    };
    sheet.draw(|canvas, top| {
        rows.draw(canvas, top, |number, at| {
            let band = &chart.bands[number];
            let mut bars = vec![(Case::Today, band.today)];
            if has_no {
                bars.push((Case::No, band.no));
            }
            bars.push((Case::Yes, band.yes));
            let first = -BETWEEN * (bars.len() as f64 - 1.0) / 2.0;
            for (place, (case, pounds)) in (0u32..).zip(bars) {
                if !pounds.is_finite() {
                    continue;
                }
                let down = first + BETWEEN * f64::from(place);
                let ((from, _), (to, y)) = (at(0.0), at(pounds));
                case.bar(canvas, (from, y + down), (to, y + down), 6.0);
            }
        });
    })
}

fn key(cases: &CaseNames) -> Vec<KeyEntry> {
    let mut key = vec![Case::Today.key(&cases.today)];
    if let Some(no) = &cases.no {
        key.push(Case::No.key(no));
    }
    key.push(Case::Yes.key(&cases.yes));
    key
}

fn description(chart: &BillsChart) -> String {
    let mut text = format!("{}.", chart.measured);
    for band in &chart.bands {
        let pounds = |value| Unit::Pounds.words(value);
        text.push_str(&format!(
            " {}: {} {}, {} {}",
            band.label,
            pounds(band.today),
            chart.cases.today,
            pounds(band.yes),
            chart.cases.yes
        ));
        if let Some(no) = &chart.cases.no {
            text.push_str(&format!(", {} {no}", pounds(band.no)));
        }
        text.push('.');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::sheet::checks::{numbers, texts};
    use super::*;

    fn chart(no: Option<&str>) -> BillsChart {
        let band = |label: &str, today, no, yes| BandBill {
            label: label.to_owned(),
            today,
            no,
            yes,
        };
        BillsChart {
            bands: vec![
                band("Band A & <B>, frozen", 1000.0, 1049.9, 1000.0),
                band("Band H", 3000.0, 3149.7, 6000.0),
            ],
            cases: CaseNames {
                today: "now".to_owned(),
                no: no.map(str::to_owned),
                yes: "then".to_owned(),
                yes_less_today: "more".to_owned(),
                yes_less_no: "more than else".to_owned(),
                pay_more: "pay more".to_owned(),
            },
            measured: "bill (pounds a year)".to_owned(),
            title: "t".to_owned(),
            notes: vec!["a note".to_owned()],
            source: "s".to_owned(),
        }
    }

    #[test]
    fn every_band_has_its_change_over_today_and_over_a_no() {
        let written = texts(&bills(&chart(Some("else"))));
        for text in [
            "Band H", "+£3,000", "+£2,850", "-£50", "£0", "else", "a note",
        ] {
            assert!(
                written.iter().any(|held| held == text),
                "{text}, {written:?}"
            );
        }
    }

    #[test]
    fn where_there_is_no_no_nothing_is_said_of_one() {
        let svg = bills(&chart(None));
        assert!(!texts(&svg).iter().any(|text| text == "more than else"));
        assert!(!svg.contains("£1,049.90"));
    }

    #[test]
    fn bars_begin_at_nothing_and_are_as_long_as_the_bill() {
        let svg = bills(&chart(None));
        // Bars of today: of 1,000 and of 3,000 pounds, after that of the key.
        let widths = numbers(&svg, "rect", "fill=\"#DEDEDE\"", "width");
        assert!((widths[2] / widths[1] - 3.0).abs() < 0.01, "{widths:?}");
    }

    #[test]
    fn no_bands_and_bills_that_are_not_known_are_drawn() {
        let mut none = chart(Some("else"));
        none.bands[0].yes = f64::NAN;
        assert!(texts(&bills(&none)).contains(&"not known".to_owned()));
        none.bands.clear();
        assert!(!texts(&bills(&none)).is_empty());
    }
}
