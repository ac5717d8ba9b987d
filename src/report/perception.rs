//! What voters read on the ballot paper against what they would pay: the table, and lines of the
//! card.

use serde::Serialize;

use super::card::pounds;
use super::tables::{ColumnDoc, Record, record};
use crate::simulation::{DrawOutcomes, Prepared, Reader, ReaderFigures, perceptions};

record! {
    /// One band and kind of reader of the ballot paper, in a main home that pays in full: what she believes a Yes costs over a No in the first year, against what she would pay.
    "perception" by band, reader => PerceptionRow {
        band: String as "string", "Valuation band.";
        reader: String as "string", "knows_own_bill, reads_council_part (takes the percentages for a rise in the council's part of her bill today) or reads_whole_bill (takes them for a rise in all of it).";
        share_of_voters: f64 as "number" in "share (0 to 1)", "Mean share of voters who read so on the day, in every band alike.";
        cost_pounds: f64 as "number" in "pounds, first year", "What she believes that a Yes costs over a No, pounds of the year of the vote; negative is a gain; of a preceptor the mean over its billing authorities by the band's electors.";
        cost_2026_pounds: f64 as "number" in "pounds of 2026", "The same in pounds of 2026, as the model of the vote takes it.";
        yes_share: f64 as "number" in "share (0 to 1)", "Mean share of such voters for Yes on the day at that cost, in a ward of mean mood and deprivation.";
        really_pays_pounds: f64 as "number" in "pounds, first year", "What she really pays under a Yes over a No, pounds of the year of the vote; negative is less.";
    }
}

fn key(reader: Reader) -> &'static str {
    match reader {
        Reader::OwnBill => "knows_own_bill",
        Reader::OwnElement => "reads_council_part",
        Reader::WholeBill => "reads_whole_bill",
    }
}

/// A row for each band and kind of reader; none where there is no vote.
pub fn rows(prepared: &Prepared, outcomes: &DrawOutcomes) -> Vec<PerceptionRow> {
    let row = |one: &ReaderFigures| PerceptionRow {
        band: one.band.to_string(),
        reader: key(one.reader).to_owned(),
        share_of_voters: one.share_of_voters,
        cost_pounds: to_the_penny(one.cost),
        cost_2026_pounds: to_the_penny(one.cost_2026),
        yes_share: one.yes_share,
        really_pays_pounds: to_the_penny(one.really_pays),
    };
    perceptions(prepared, outcomes).iter().map(row).collect()
}

fn to_the_penny(pounds: f64) -> f64 {
    (100.0 * pounds).round() / 100.0 + 0.0
}

/// The lines of the card: the lowest band and the highest; none where there is no vote.
pub(super) fn card_lines(prepared: &Prepared, rows: &[PerceptionRow]) -> Vec<String> {
    let bands = [rows.first(), rows.last()];
    let line = |row: &PerceptionRow| {
        let of = |reader: Reader| {
            rows.iter()
                .find(|one| one.band == row.band && one.reader == key(reader))
        };
        let (own, whole) = (of(Reader::OwnElement)?, of(Reader::WholeBill)?);
        let called = prepared.record.authority.class.called();
        Some(format!(
            "A band {} voter who reads the paper as a rise in the {called}'s part of her bill \
             expects to pay {} a year more than after a No, and {} if she reads it as one of the \
             whole bill; she would really pay {}.",
            row.band,
            pounds(own.cost_pounds, 0),
            pounds(whole.cost_pounds, 0),
            more_or_less(row.really_pays_pounds)
        ))
    };
    bands.into_iter().flatten().filter_map(line).collect()
}

fn more_or_less(change: f64) -> String {
    match change.round() {
        0.0 => "the same".to_owned(),
        more if more > 0.0 => format!("{} more", pounds(more, 0)),
        less => format!("{} less", pounds(-less, 0)),
    }
}
