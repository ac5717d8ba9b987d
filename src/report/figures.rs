//! The charts of every result, each with the table behind it.

use std::collections::BTreeMap;

use super::card::pounds;
use super::chart::{BandBill, BillsChart, CaseNames, Picture, bills, description_of, picture};
use super::document::{Column, Figure, Table};
use super::results::Briefing;
use super::tables::BandRow;
use crate::data::DataError;
use crate::domain::money::thousands;
use crate::simulation::{DrawOutcomes, Prepared};

/// The charts of a run, in the order of the paper. Those that make no sense for the proposal are left
/// out: without a vote there is none of votes.
///
/// # Errors
/// When an embedded table is broken: a fault of the build.
pub fn of_run(
    prepared: &Prepared,
    _outcomes: &DrawOutcomes,
    briefing: &Briefing,
) -> Result<Vec<Figure>, DataError> {
    let words = Words::of(prepared, briefing);
    Ok(vec![bills_figure(prepared, briefing, &words)])
}

/// Charts as pictures, by the names of their figures.
pub fn pictures(figures: &[Figure]) -> BTreeMap<String, Picture> {
    figures
        .iter()
        .map(|figure| {
            let drawn = picture(&figure.svg).expect("a chart of this program is SVG");
            (figure.name.clone(), drawn)
        })
        .collect()
}

/// The files of charts: `charts/NAME.png` and `charts/NAME.svg` of each, with their bytes.
pub fn files(figures: &[Figure], pictures: &BTreeMap<String, Picture>) -> Vec<(String, Vec<u8>)> {
    let drawn = pictures
        .iter()
        .map(|(name, picture)| (format!("charts/{name}.png"), picture.bytes.clone()));
    let written = figures.iter().map(|figure| {
        (
            format!("charts/{}.svg", figure.name),
            figure.svg.clone().into_bytes(),
        )
    });
    drawn.chain(written).collect()
}

/// What all charts of a run say alike.
struct Words {
    /// `Derby, 2027-28`.
    subject: String,
    /// How what is compared is called.
    cases: CaseNames,
    /// The part of the bill that the proposal moves: `council's own part of a full bill`.
    bill: String,
    /// From what the figures are.
    source: String,
}

impl Words {
    fn of(prepared: &Prepared, briefing: &Briefing) -> Self {
        let local = prepared.schedule.is_local();
        let vote = prepared.route.needs_referendum();
        let no_rise = prepared.amounts.no_rise;
        let cases = match (vote, local) {
            (true, _) => (
                "after a Yes",
                Some(format!("after a No ({no_rise} for all)")),
                "Yes",
            ),
            (false, true) => ("as proposed", None, "proposal"),
            (false, false) => (
                "with the change",
                Some(format!("without it ({no_rise} for all)")),
                "with it",
            ),
        };
        let (yes, no, short) = cases;
        let against = if vote { "No" } else { "without it" };
        Self {
            subject: format!("{}, {}", briefing.authority, briefing.vote_year),
            cases: CaseNames {
                today: format!("today ({})", briefing.base_year),
                no,
                yes: yes.to_owned(),
                yes_less_today: format!("{short} less today"),
                yes_less_no: format!("{short} less {against}"),
            },
            bill: if local {
                format!(
                    "the {}'s own part of a full bill",
                    prepared.record.authority.class.called()
                )
            } else {
                "the whole of a full bill".to_owned()
            },
            source: format!(
                "bandwise run {}, figures of {}, {} draws, seed {}. Public sector information, Open \
                 Government Licence v3.0.",
                briefing.provenance.scenario,
                briefing.provenance.vintage,
                thousands(u64::from(briefing.provenance.draws)),
                briefing.provenance.seed
            ),
        }
    }
}

/// Today, after a No and after a Yes: a full bill of a band, in the part that moves.
fn bill_of(prepared: &Prepared, band: &BandRow) -> [f64; 3] {
    if prepared.schedule.is_local() {
        [
            band.own_bill_today_pounds,
            band.own_bill_no_pounds,
            band.own_bill_yes_pounds,
        ]
    } else {
        [
            band.total_bill_today_pounds,
            band.total_bill_no_pounds,
            band.total_bill_yes_pounds,
        ]
    }
}

fn bills_figure(prepared: &Prepared, briefing: &Briefing, words: &Words) -> Figure {
    let homes: i64 = briefing.bands.iter().map(|band| band.n_dwellings).sum();
    let bands: Vec<BandBill> = (briefing.bands.iter())
        .map(|band| {
            let [today, no, yes] = bill_of(prepared, band);
            let frozen = if band.frozen { ", frozen" } else { "" };
            BandBill {
                label: format!(
                    "Band {}: {} of homes{frozen}",
                    band.band,
                    share_of(band.n_dwellings as f64, homes as f64)
                ),
                today,
                no,
                yes,
            }
        })
        .collect();
    let title = format!("{}: {}, by band", words.subject, words.bill);
    let mut columns = vec![
        Column::words("Band"),
        Column::figures("Homes"),
        Column::figures(&words.cases.today),
    ];
    columns.extend(words.cases.no.as_ref().map(Column::figures));
    columns.push(Column::figures(&words.cases.yes));
    columns.push(Column::figures(&words.cases.yes_less_today));
    if words.cases.no.is_some() {
        columns.push(Column::figures(&words.cases.yes_less_no));
    }
    let rows = briefing.bands.iter().map(|band| {
        let [today, no, yes] = bill_of(prepared, band);
        let mut row = vec![
            band.band.clone(),
            thousands(band.n_dwellings.unsigned_abs()),
            pounds(today, 2),
        ];
        let has_no = words.cases.no.is_some();
        row.extend(has_no.then(|| pounds(no, 2)));
        row.push(pounds(yes, 2));
        row.push(pounds(yes - today, 2));
        row.extend(has_no.then(|| pounds(yes - no, 2)));
        row
    });
    let table = Table {
        caption: format!("Pounds a year for a home without discounts: {}", words.bill),
        columns,
        rows: rows.collect(),
        note: String::new(),
    };
    let svg = bills(&BillsChart {
        bands,
        cases: words.cases.clone(),
        measured: format!("{} (pounds a year)", words.bill),
        title: title.clone(),
        notes: Vec::new(),
        source: words.source.clone(),
    });
    Figure {
        name: "bills".to_owned(),
        alt: description_of(&svg),
        svg,
        title,
        table,
    }
}

/// A part of a whole in percent; nothing of nothing.
fn share_of(part: f64, whole: f64) -> String {
    if whole > 0.0 {
        format!("{:.0}%", 100.0 * part / whole)
    } else {
        "0%".to_owned()
    }
}
