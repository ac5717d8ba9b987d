//! The sheets of results: the figures of the tables, laid out to be read and printed.

use std::collections::BTreeMap;

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::page::{Look, Page, Role, Value};
use crate::report::medium_term::MediumTermRow;
use crate::report::results::Briefing;
use crate::report::tables::SummaryRow;
use crate::report::text::{capital, name_on_ballot};
use crate::report::who_pays::DecileRow;
use crate::simulation::Prepared;
use crate::tax::{BallotPaper, calendar};

/// What the columns of a range say.
const RANGE: [&str; 2] = ["1 draw in 20 is below", "1 draw in 20 is above"];

fn words(text: impl Into<String>) -> Value {
    Value::words(text)
}

/// Every figure of the whole, with its base and its range.
pub(super) fn summary(
    sheet: &mut Worksheet,
    prepared: &Prepared,
    briefing: &Briefing,
) -> Result<(), XlsxError> {
    let route = &prepared.route.modelled;
    let title = format!(
        "{}, {}: {}",
        briefing.authority, briefing.vote_year, briefing.title
    );
    let law = format!("{}: {}.", capital(&route.way), route.verdict.words());
    let of = format!(
        "Figures of {} applied to the budget of {}. A range is that of the simulated draws: nine in ten \
         lie in it. Without a range a figure does not hang on luck.",
        briefing.base_year, briefing.vote_year
    );
    let mut page = Page::new(
        sheet,
        "Summary",
        &[40.0, 17.0, 34.0, 17.0, 17.0, 17.0, 48.0, 34.0],
        &title,
        &[&law, &of],
    )?;
    page.head(&[
        "Figure",
        "Unit",
        "Measured on",
        "Mean",
        RANGE[0],
        RANGE[1],
        "What to know before quoting it",
        "Name in summary.csv",
    ])?;
    page.freeze(1)?;
    for row in &briefing.summary {
        let look = look_of(row);
        let ranged = row.sd.is_some_and(|sd| sd > 0.0);
        let range = |value: Option<f64>| Value::figure(value.filter(|_| ranged), look);
        page.line(&[
            words(label(&row.metric)),
            words(row.unit.clone()),
            words(row.base.clone()),
            Value::figure(row.mean, look),
            range(row.p05),
            range(row.p95),
            words(row.note.clone()),
            words(row.metric.clone()),
        ])?;
    }
    Ok(())
}

/// How a figure of the summary is shown.
fn look_of(row: &SummaryRow) -> Look {
    let exact = row.sd == Some(0.0);
    match row.unit.as_str() {
        unit if unit.starts_with("pounds") && exact => Look::Pence,
        unit if unit.starts_with("pounds") => Look::Pounds,
        unit if unit.starts_with("share of today") => Look::Rise,
        unit if unit.starts_with("share") || unit == "probability" => Look::Percent,
        "draws" => Look::Count,
        _ => Look::Base,
    }
}

/// The name of a figure in words; one that is not held here by its name in the table.
fn label(metric: &str) -> String {
    let known = match metric {
        "share_frozen_dwellings_own_element" => "Homes whose own part of the bill is frozen",
        "share_frozen_liable_dwellings_own_element" => "The same, of homes that owe a bill",
        "share_frozen_electors_own_element" => "Electors in homes that are frozen",
        "share_frozen_dwellings_total_bill" => "Homes whose whole bill is frozen",
        "share_dwellings_no_higher_bill" => "Homes that pay no more over all",
        "share_frozen_dwellings_real_terms" => "Homes whose own part rises by prices at most",
        "share_frozen_votes" => "Votes from homes that are frozen",
        "headline_rise" => "Headline rise, on the ballot paper",
        "no_rise" => "Rise after a No",
        "gross_yield_pounds" => "Gross yield over today, before relief",
        "contributions_in_lieu_pounds" => "Of it: contributions in lieu",
        "relief_cost_pounds" => "Relief",
        "net_yield_vs_today_pounds" => "Net yield over today",
        "no_yield_vs_today_pounds" => "What a No raises over today",
        "net_yield_vs_no_pounds" => "Net yield over a No",
        "revenue_today_pounds" => "Council tax today",
        "revenue_yes_pounds" => "Council tax if Yes, after relief",
        "revenue_no_pounds" => "Council tax if No",
        "revenue_freeze_pounds" => "Council tax if frozen",
        "empty_and_second_homes_net_yield_vs_no_pounds" => {
            "Of the net yield over a No: empty and second homes"
        }
        "collected_pounds" => "Really collected over a No",
        "preceptors_loss_pounds" => "What the other authorities lose",
        "council_tax_reduction_cost_pounds" => "Extra council tax reduction over a No",
        "council_tax_reduction_cost_pension_age_pounds" => "Of it: pension age",
        "council_tax_reduction_cost_working_age_pounds" => "Of it: working age",
        "council_tax_reduction_beyond_base_pounds" => "Of the whole: beyond the tax base",
        "poll_cost_pounds" => "Cost of the poll",
        "loss_cost_pounds" => "Costs of losing",
        "turnout" => "Turnout",
        "yes_share" => "Share of votes for Yes",
        "effective_draws" => "Draws that count alike",
        "win_probability" => "Probability of winning",
        "win_probability_if_all_know" => "The same if every voter knew the cost to her",
        "expected_value_pounds" => "What holding the vote is worth on average",
        _ => {
            let named = metric
                .replace("kakwani_", "Kakwani index: ")
                .replace("suits_", "Suits index: ")
                .replace("own_element", "own part of the bill,");
            return capital(&named.replace('_', " "));
        }
    };
    known.to_owned()
}

/// Bills, money and votes by band.
pub(super) fn bands(sheet: &mut Worksheet, briefing: &Briefing) -> Result<(), XlsxError> {
    let mut page = Page::new(
        sheet,
        "Bands",
        &[13.0, 15.0, 15.0, 15.0, 15.0, 15.0, 15.0, 15.0, 15.0, 15.0],
        "Bills, money and votes by band",
        &[
            "Full bills before discounts and reduction. The own part is this authority's; the whole bill is \
             that of all authorities on it. The working of the money stands on the sheet Working.",
        ],
    )?;
    page.part("Bills, pounds a year")?;
    page.head(&[
        "Band",
        "Homes on the valuation list",
        "Own part today",
        "Own part if Yes",
        "Own part if No",
        "Yes less today",
        "Yes less No",
        "Whole bill today",
        "Whole bill if Yes",
        "Whole bill if No",
    ])?;
    let pence = |value: f64| Value::figure(value, Look::Pence);
    for row in &briefing.bands {
        page.line(&[
            words(row.band.clone()),
            Value::figure(row.n_dwellings as f64, Look::Count),
            pence(row.own_bill_today_pounds),
            pence(row.own_bill_yes_pounds),
            pence(row.own_bill_no_pounds),
            pence(row.own_change_yes_vs_today_pounds),
            pence(row.own_change_yes_vs_no_pounds),
            pence(row.total_bill_today_pounds),
            pence(row.total_bill_yes_pounds),
            pence(row.total_bill_no_pounds),
        ])?;
    }
    page.skip();
    page.part("Money at budgeted collection, pounds a year, without contributions in lieu")?;
    page.head(&[
        "Band",
        "Tax base, band D equivalents",
        "Frozen",
        "Share of the increase given back",
        "Gross yield over today",
        "Relief",
        "Net yield over today",
        "Net yield over a No",
    ])?;
    for row in &briefing.bands {
        page.line(&[
            words(row.band.clone()),
            Value::figure(row.tax_base, Look::Base),
            words(if row.frozen { "yes" } else { "no" }),
            Value::figure(row.relief_share, Look::Percent),
            pence(row.gross_yield_pounds),
            pence(row.relief_pounds),
            pence(row.net_yield_vs_today_pounds),
            pence(row.net_yield_vs_no_pounds),
        ])?;
    }
    let sum = |of: fn(&crate::report::tables::BandRow) -> f64| {
        let pence: f64 = briefing
            .bands
            .iter()
            .map(|row| (100.0 * of(row)).round())
            .sum();
        (Value::Figure(pence / 100.0, Look::Pence), Role::Total)
    };
    let base: f64 = briefing
        .bands
        .iter()
        .map(|row| (1_000.0 * row.tax_base).round())
        .sum();
    page.line_of(&[
        (words("All"), Role::Total),
        (Value::Figure(base / 1_000.0, Look::Base), Role::Total),
        (Value::Empty, Role::Total),
        (Value::Empty, Role::Total),
        sum(|row| row.gross_yield_pounds),
        sum(|row| row.relief_pounds),
        sum(|row| row.net_yield_vs_today_pounds),
        sum(|row| row.net_yield_vs_no_pounds),
    ])?;
    page.skip();
    page.part("Votes, means over the draws")?;
    if !briefing.has_vote() {
        return page.paragraph("No referendum is held, so there are no votes.");
    }
    page.head(&[
        "Band",
        "Electors (estimated)",
        "Turnout, share of electors",
        "Share of all votes cast",
        "Yes, share of the band's votes",
    ])?;
    for row in &briefing.bands {
        page.line(&[
            words(row.band.clone()),
            Value::figure(row.n_electors, Look::Count),
            Value::figure(row.turnout, Look::Percent),
            Value::figure(row.share_votes, Look::Percent),
            Value::figure(row.yes_share, Look::Percent),
        ])?;
    }
    Ok(())
}

/// Wards, or other areas.
pub(super) fn areas(sheet: &mut Worksheet, briefing: &Briefing) -> Result<(), XlsxError> {
    let kind = briefing
        .wards
        .first()
        .map_or("ward", |row| row.area_kind.as_str());
    let (name, title) = match kind {
        "ward" => ("Wards", "Homes, money and votes by ward"),
        "authority" => ("Areas", "Homes, money and votes by billing authority"),
        _ => ("Areas", "Homes, money and votes by area"),
    };
    let mut page = Page::new(
        sheet,
        name,
        &[
            26.0, 12.0, 10.0, 12.0, 13.0, 12.0, 16.0, 16.0, 16.0, 13.0, 12.0, 10.0, 10.0, 10.0,
            10.0, 12.0,
        ],
        title,
        &[
            "Homes are scaled to the authority's own figures; electors and votes are estimated. Shares of \
          homes are of all homes of the area, shares of votes of the votes cast in it.",
        ],
    )?;
    page.head(&[
        "Area",
        "ONS code",
        "Homes",
        "Deprivation score, higher is more deprived",
        "Share of homes frozen (own part)",
        "Tax base, band D equivalents",
        "Relief, pounds a year",
        "Net yield over today, pounds a year",
        "Net yield over a No, pounds a year",
        "Mean change over a No of homes that owe a bill",
        "Electors",
        "Turnout",
        "Yes, mean",
        "Yes: 1 draw in 20 is below",
        "Yes: 1 draw in 20 is above",
        "Draws in which most votes of the area are Yes",
    ])?;
    page.freeze(1)?;
    for row in &briefing.wards {
        page.line(&[
            words(row.area.clone()),
            words(row.area_code.clone()),
            Value::figure(row.n_dwellings as f64, Look::Count),
            Value::figure(row.deprivation_score, Look::Number),
            Value::figure(row.share_frozen_dwellings, Look::Percent),
            Value::figure(row.tax_base, Look::Base),
            Value::figure(row.relief_pounds, Look::Pence),
            Value::figure(row.net_yield_vs_today_pounds, Look::Pence),
            Value::figure(row.net_yield_vs_no_pounds, Look::Pence),
            Value::figure(row.mean_change_vs_no_pounds, Look::Pence),
            Value::figure(row.n_electors, Look::Count),
            Value::figure(row.turnout, Look::Percent),
            Value::figure(row.yes_share, Look::Percent),
            Value::figure(row.yes_share_p05, Look::Percent),
            Value::figure(row.yes_share_p95, Look::Percent),
            Value::figure(row.chance_yes_majority, Look::Percent),
        ])?;
    }
    Ok(())
}

/// The name of a path in words.
fn path_words(path: &str) -> &'static str {
    match path {
        "yes" => "Yes, freeze kept in cash",
        "yes_relief_in_pounds" => "Yes, relief kept in pounds",
        "yes_relief_withdrawn" => "Yes, relief ended in year 2",
        "no" => "No",
        "freeze" => "Freeze",
        "freeze_with_grant" => "Freeze with a grant",
        _ => "Holding the vote, on average",
    }
}

/// The years after the vote: a block for each figure, a row for each path, a column for each year.
pub(super) fn medium_term(sheet: &mut Worksheet, briefing: &Briefing) -> Result<(), XlsxError> {
    let rows = &briefing.medium_term;
    let mut years: Vec<&str> = Vec::new();
    let mut paths: Vec<&str> = Vec::new();
    let mut by_place: BTreeMap<(&str, &str), &MediumTermRow> = BTreeMap::new();
    for row in rows {
        if !years.contains(&row.year.as_str()) {
            years.push(&row.year);
        }
        if !paths.contains(&row.path.as_str()) {
            paths.push(&row.path);
        }
        by_place.insert((&row.path, &row.year), row);
    }
    let mut widths = vec![30.0];
    widths.extend(years.iter().map(|_| 17.0));
    let mut page = Page::new(
        sheet,
        "Medium term",
        &widths,
        "The years after the vote, path by path",
        &[
            "Pounds a year, cash of each year. The first year is that of the vote; growth of the tax base is \
          on average. Every path and year with all figures is in medium_term.csv.",
        ],
    )?;
    for path in &paths {
        if let Some(row) = rows.iter().find(|row| row.path == *path) {
            page.paragraph(&format!("{}: {}.", path_words(path), row.meaning))?;
        }
    }
    page.skip();
    type Of = fn(&MediumTermRow) -> Option<f64>;
    let blocks: [(&str, Look, Of); 9] = [
        (
            "Amount at band D before relief, pounds a year",
            Look::Pence,
            |row| row.headline_band_d_pounds,
        ),
        ("Its rise over the year before", Look::RoundedRise, |row| {
            row.headline_rise
        }),
        (
            "Own part of a full bill of band A after relief, pounds a year",
            Look::Pence,
            |row| row.own_bill_band_a_pounds,
        ),
        ("Relief, pounds", Look::Pounds, |row| row.relief_pounds),
        (
            "Council tax after relief, with a grant, at budgeted collection, pounds",
            Look::Pounds,
            |row| row.revenue_pounds,
        ),
        (
            "Really collected over a No: mean over the draws, pounds",
            Look::Pounds,
            |row| Some(row.collected_vs_no_pounds_mean),
        ),
        (
            "Really collected over a No: 1 draw in 20 is below, pounds",
            Look::Pounds,
            |row| Some(row.collected_vs_no_pounds_p05),
        ),
        (
            "Really collected over a No: 1 draw in 20 is above, pounds",
            Look::Pounds,
            |row| Some(row.collected_vs_no_pounds_p95),
        ),
        (
            "Funding gap that is left: mean over the draws, pounds",
            Look::Pounds,
            |row| row.gap_left_pounds_mean,
        ),
    ];
    for (title, look, of) in blocks {
        let held = |path: &&&str| {
            let mut of_path = rows.iter().filter(|row| row.path == **path);
            of_path.any(|row| of(row).is_some())
        };
        let shown: Vec<&&str> = paths.iter().filter(held).collect();
        if shown.is_empty() {
            continue;
        }
        page.part(title)?;
        let mut heads = vec!["Path"];
        heads.extend(&years);
        page.head(&heads)?;
        for path in shown {
            let mut cells = vec![words(path_words(path))];
            let of_year = |year: &&str| by_place.get(&(*path, *year)).and_then(|row| of(row));
            cells.extend(years.iter().map(|year| Value::figure(of_year(year), look)));
            page.line(&cells)?;
        }
        page.skip();
    }
    if !briefing.services.is_empty() {
        page.part("What the money would buy, were all of it spent on one service")?;
        page.head(&[
            "Service",
            "Unit",
            "Price of a unit",
            "Units a year, mean",
            RANGE[0],
            RANGE[1],
        ])?;
        for row in &briefing.services {
            page.line(&[
                words(row.service.clone()),
                words(row.unit.clone()),
                Value::figure(row.price_pounds, Look::Pounds),
                Value::figure(row.units_mean, Look::Base),
                Value::figure(row.units_p05, Look::Base),
                Value::figure(row.units_p95, Look::Base),
            ])?;
        }
    }
    Ok(())
}

/// Who pays more and who pays less, by group of homes, and example households.
pub(super) fn who_pays(sheet: &mut Worksheet, briefing: &Briefing) -> Result<(), XlsxError> {
    let whole = briefing
        .deciles
        .first()
        .is_some_and(|row| row.bill != "own_element");
    let about = format!(
        "Homes that owe a bill, exempt ones left out, after discounts and reduction. Changes are in {}, \
         pounds a year; shares are of the homes of the group. Groups by area are on another sheet.",
        if whole {
            "the whole bill"
        } else {
            "this authority's own part of the bill"
        }
    );
    let mut page = Page::new(
        sheet,
        "Who pays",
        &[
            34.0, 14.0, 14.0, 16.0, 16.0, 14.0, 14.0, 14.0, 18.0, 14.0, 14.0, 14.0,
        ],
        "Who pays more and who pays less after a Yes",
        &[&about],
    )?;
    for (grouping, title) in [
        ("all", "All homes that owe a bill"),
        ("band", "By band"),
        (
            "deprivation_decile",
            "By tenth of England's small areas by deprivation: 1 is the most deprived",
        ),
        ("tenure", "By tenure"),
        (
            "income_quintile",
            "By fifth of the homes of England and Wales by income of the area: 1 is the lowest",
        ),
    ] {
        let rows: Vec<&DecileRow> = briefing
            .deciles
            .iter()
            .filter(|row| row.grouping == grouping)
            .collect();
        if rows.is_empty() {
            continue;
        }
        page.part(title)?;
        page.head(&[
            "Group",
            "Homes",
            "Share of all homes",
            "Mean change over today",
            "Mean change over a No",
            "Pay less than after a No",
            "Pay the same",
            "Pay more than after a No",
            "Paid more over a No in all",
        ])?;
        for row in rows.iter().filter(|row| row.against == "no") {
            let today = rows
                .iter()
                .find(|one| one.against == "today" && one.group == row.group);
            page.line(&[
                words(capital(&row.group_name)),
                Value::figure(row.n_dwellings, Look::Count),
                Value::figure(row.share_of_dwellings, Look::Percent),
                Value::figure(today.map(|row| row.mean_change_pounds), Look::Pence),
                Value::figure(row.mean_change_pounds, Look::Pence),
                Value::figure(row.share_gaining, Look::Percent),
                Value::figure(row.share_unchanged, Look::Percent),
                Value::figure(row.share_losing, Look::Percent),
                Value::figure(row.total_change_pounds, Look::Pounds),
            ])?;
        }
        page.skip();
    }
    page.new_page()?;
    page.part("Example households, pounds a year after discounts and reduction")?;
    page.head(&[
        "Household",
        "Band",
        "Own part today",
        "Own part if Yes",
        "Own part if No",
        "Yes less today",
        "Yes less No",
        "Whole bill today",
        "Whole bill if Yes",
        "Whole bill if No",
        "Whole bill: Yes less today",
        "Whole bill: Yes less No",
    ])?;
    let pence = |value: f64| Value::figure(value, Look::Pence);
    let known = |value: Option<f64>| Value::figure(value, Look::Pence);
    for row in &briefing.example_households {
        page.line(&[
            words(capital(&row.name)),
            words(row.band.clone()),
            pence(row.own_bill_today_pounds),
            pence(row.own_bill_yes_pounds),
            pence(row.own_bill_no_pounds),
            pence(row.own_change_yes_vs_today_pounds),
            pence(row.own_change_yes_vs_no_pounds),
            pence(row.total_bill_today_pounds),
            known(row.total_bill_yes_pounds),
            known(row.total_bill_no_pounds),
            known(row.total_change_yes_vs_today_pounds),
            known(row.total_change_yes_vs_no_pounds),
        ])?;
    }
    Ok(())
}

/// The ways to carry it out, the ballot paper, the calendar, and the vote by kind of day.
pub(super) fn law(
    sheet: &mut Worksheet,
    prepared: &Prepared,
    briefing: &Briefing,
) -> Result<(), XlsxError> {
    let mut page = Page::new(
        sheet,
        "Law and ballot",
        &[36.0, 24.0, 14.0, 20.0, 20.0, 20.0, 44.0, 60.0],
        "Lawful or not, the ballot paper and the calendar",
        &[],
    )?;
    page.part("Ways to carry it out")?;
    page.head(&[
        "Way",
        "What the law says",
        "Headline rise",
        "Relief, pounds a year",
        "Net yield over today, pounds a year",
        "Net yield over a No, pounds a year",
        "Who pays, and when",
        "Why",
    ])?;
    for row in &briefing.routes {
        let modelled = if row.modelled {
            " (modelled on all sheets)"
        } else {
            ""
        };
        page.line(&[
            words(format!("{}{modelled}", capital(&row.way))),
            words(format!("{}; {}", row.verdict, row.standing)),
            Value::figure(row.headline_rise, Look::Rise),
            Value::figure(row.relief_pounds, Look::Pence),
            Value::figure(row.net_yield_vs_today_pounds, Look::Pence),
            Value::figure(row.net_yield_vs_no_pounds, Look::Pence),
            words(format!(
                "{}. {}.",
                capital(&row.who_pays),
                capital(&row.dates)
            )),
            words(row.reasons.clone()),
        ])?;
    }
    page.skip();
    page.part("Ballot paper")?;
    if !prepared.route.needs_referendum() {
        return page
            .paragraph("No referendum is held, so there is no ballot paper and no calendar.");
    }
    let paper = BallotPaper {
        authority: name_on_ballot(prepared),
        year: prepared.vote_year,
        headline: prepared.schedule.headline(),
        no: prepared.amounts.no_rise,
    };
    for sentence in paper.wording() {
        page.paragraph(&sentence)?;
    }
    page.skip();
    page.part("Calendar")?;
    page.head(&["What", "By which rule", "Date"])?;
    for day in calendar(prepared.vote_year, prepared.record.authority.class.bills()) {
        page.line(&[
            words(day.what),
            words(day.rule),
            words(day.date.to_string()),
        ])?;
    }
    page.skip();
    page.part("The vote by kind of polling day, with the same draws")?;
    page.head(&[
        "Kind of day",
        "Probability of winning",
        "Turnout, share of electors",
        "Yes, mean share of votes",
        "Yes: 1 draw in 20 is below",
        "Yes: 1 draw in 20 is above",
        "Cost of the poll, pounds, mean",
    ])?;
    for row in &briefing.days {
        let modelled = if row.modelled {
            " (modelled on all sheets)"
        } else {
            ""
        };
        page.line(&[
            words(format!("{}{modelled}", capital(&row.words))),
            Value::figure(row.win_probability, Look::Percent),
            Value::figure(row.turnout, Look::Percent),
            Value::figure(row.yes_share, Look::Percent),
            Value::figure(row.yes_share_p05, Look::Percent),
            Value::figure(row.yes_share_p95, Look::Percent),
            Value::figure(row.poll_cost_pounds, Look::Pounds),
        ])?;
    }
    Ok(())
}

/// Every caveat.
pub(super) fn warnings(sheet: &mut Worksheet, briefing: &Briefing) -> Result<(), XlsxError> {
    let mut page = Page::new(
        sheet,
        "Warnings",
        &[32.0, 120.0],
        "What to take care of before quoting a figure",
        &[],
    )?;
    page.head(&["Name in warnings.csv", "Caveat"])?;
    page.freeze(0)?;
    for row in &briefing.warnings {
        page.line(&[words(row.warning.clone()), words(row.message.clone())])?;
    }
    Ok(())
}
