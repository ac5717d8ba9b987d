//! The sheets of results: the figures of the tables, laid out to be read and printed.

use std::collections::BTreeMap;

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::page::{Look, Page, Role, Value};
use crate::domain::Limit;
use crate::report::medium_term::MediumTermRow;
use crate::report::results::Briefing;
use crate::report::tables::SummaryRow;
use crate::report::text::{capital, name_on_ballot};
use crate::report::who_pays::DecileRow;
use crate::simulation::Prepared;
use crate::tax::{BallotPaper, calendar};

/// What the columns of a range say.
const RANGE: [&str; 2] = ["1 draw in 20 is below", "1 draw in 20 is above"];

/// How what is compared is called: votes only where there is one.
struct Cases {
    /// Whether there is a vote.
    vote: bool,
    /// After a quantity: `if Yes`.
    yes: &'static str,
    /// After a quantity: `if No`.
    no: &'static str,
    /// After `over`: `a No`.
    over: &'static str,
    /// Who pays more: `after a Yes`.
    after: &'static str,
    /// A change over today.
    less_today: String,
    /// A change over what comes without a Yes.
    less_no: String,
}

impl Cases {
    fn of(prepared: &Prepared) -> Self {
        let vote = prepared.route.needs_referendum();
        let limited = prepared.principle.limit != Limit::Unlimited;
        let (yes, no, over, after) = match (vote, prepared.schedule.is_local()) {
            (true, _) => ("if Yes", "if No", "a No", "after a Yes"),
            (false, true) if limited => (
                "as proposed",
                "at the most that needs no vote",
                "the most that needs no vote",
                "as proposed",
            ),
            (false, true) => (
                "as proposed",
                "without it",
                "the same year without it",
                "as proposed",
            ),
            (false, false) => (
                "with the change",
                "without the change",
                "the same year without the change",
                "with the change",
            ),
        };
        let (less_today, less_no) = if vote {
            ("Yes less today".to_owned(), "Yes less No".to_owned())
        } else {
            (
                "Change over today".to_owned(),
                format!("Change over {over}"),
            )
        };
        Self {
            vote,
            yes,
            no,
            over,
            after,
            less_today,
            less_no,
        }
    }
}

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
    let cases = Cases::of(prepared);
    for row in &briefing.summary {
        let look = look_of(row);
        let ranged = row.sd.is_some_and(|sd| sd > 0.0);
        let range = |value: Option<f64>| Value::figure(value.filter(|_| ranged), look);
        page.line(&[
            words(label(&row.metric, &cases)),
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
fn label(metric: &str, cases: &Cases) -> String {
    let Cases { yes, no, over, .. } = cases;
    let of_cases = match metric {
        "headline_rise" if cases.vote => "Headline rise, on the ballot paper".to_owned(),
        "headline_rise" => "Headline rise".to_owned(),
        "no_rise" if cases.vote => "Rise after a No".to_owned(),
        "no_rise" => format!("Rise {no}"),
        "no_yield_vs_today_pounds" => format!("What {over} raises over today"),
        "net_yield_vs_no_pounds" => format!("Net yield over {over}"),
        "revenue_yes_pounds" => format!("Council tax {yes}, after relief"),
        "revenue_no_pounds" => format!("Council tax {no}"),
        "empty_and_second_homes_net_yield_vs_no_pounds" => {
            format!("Of the net yield over {over}: empty and second homes")
        }
        "collected_pounds" => format!("Really collected over {over}"),
        "council_tax_reduction_cost_pounds" => format!("Extra council tax reduction over {over}"),
        _ => String::new(),
    };
    if !of_cases.is_empty() {
        return of_cases;
    }
    let known = match metric {
        "share_frozen_dwellings_own_element" => "Homes whose own part of the bill is frozen",
        "share_frozen_liable_dwellings_own_element" => "The same, of homes that owe a bill",
        "share_frozen_electors_own_element" => "Electors in homes that are frozen",
        "share_frozen_dwellings_total_bill" => "Homes whose whole bill is frozen",
        "share_dwellings_no_higher_bill" => "Homes that pay no more over all",
        "share_frozen_dwellings_real_terms" => "Homes whose own part rises by prices at most",
        "share_frozen_votes" => "Votes from homes that are frozen",
        "gross_yield_pounds" => "Gross yield over today, before relief",
        "contributions_in_lieu_pounds" => "Of it: contributions in lieu",
        "relief_cost_pounds" => "Relief",
        "net_yield_vs_today_pounds" => "Net yield over today",
        "revenue_today_pounds" => "Council tax today",
        "revenue_freeze_pounds" => "Council tax if frozen",
        "preceptors_loss_pounds" => "What the other authorities lose",
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
pub(super) fn bands(
    sheet: &mut Worksheet,
    prepared: &Prepared,
    briefing: &Briefing,
) -> Result<(), XlsxError> {
    let cases = Cases::of(prepared);
    let Cases { yes, no, over, .. } = &cases;
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
        &format!("Own part {yes}"),
        &format!("Own part {no}"),
        &cases.less_today,
        &cases.less_no,
        "Whole bill today",
        &format!("Whole bill {yes}"),
        &format!("Whole bill {no}"),
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
        &format!("Net yield over {over}"),
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
pub(super) fn areas(
    sheet: &mut Worksheet,
    prepared: &Prepared,
    briefing: &Briefing,
) -> Result<(), XlsxError> {
    let cases = Cases::of(prepared);
    let over = cases.over;
    let kind = briefing
        .wards
        .first()
        .map_or("ward", |row| row.area_kind.as_str());
    let (name, by) = match kind {
        "ward" => ("Wards", "by ward"),
        "authority" => ("Areas", "by billing authority"),
        _ => ("Areas", "by area"),
    };
    let (held, about) = if cases.vote {
        (
            "Homes, money and votes",
            "Homes are scaled to the authority's own figures; electors and votes are estimated. Shares of \
             homes are of all homes of the area, shares of votes of the votes cast in it.",
        )
    } else {
        (
            "Homes and money",
            "Homes are scaled to the authority's own figures. Shares of homes are of all homes of the area.",
        )
    };
    let mut page = Page::new(
        sheet,
        name,
        &[
            26.0, 12.0, 10.0, 12.0, 13.0, 12.0, 16.0, 16.0, 16.0, 13.0, 12.0, 10.0, 10.0, 10.0,
            10.0, 12.0,
        ],
        &format!("{held} {by}"),
        &[about],
    )?;
    let net_over = format!("Net yield over {over}, pounds a year");
    let change = format!("Mean change over {over} of homes that owe a bill");
    let mut heads = vec![
        "Area",
        "ONS code",
        "Homes",
        "Deprivation score, higher is more deprived",
        "Share of homes frozen (own part)",
        "Tax base, band D equivalents",
        "Relief, pounds a year",
        "Net yield over today, pounds a year",
        &net_over,
        &change,
    ];
    if cases.vote {
        heads.extend([
            "Electors",
            "Turnout",
            "Yes, mean",
            "Yes: 1 draw in 20 is below",
            "Yes: 1 draw in 20 is above",
            "Draws in which most votes of the area are Yes",
        ]);
    }
    page.head(&heads)?;
    page.freeze(1)?;
    for row in &briefing.wards {
        let mut cells = vec![
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
        ];
        if cases.vote {
            cells.extend([
                Value::figure(row.n_electors, Look::Count),
                Value::figure(row.turnout, Look::Percent),
                Value::figure(row.yes_share, Look::Percent),
                Value::figure(row.yes_share_p05, Look::Percent),
                Value::figure(row.yes_share_p95, Look::Percent),
                Value::figure(row.chance_yes_majority, Look::Percent),
            ]);
        }
        page.line(&cells)?;
    }
    Ok(())
}

/// The name of a path in words; `relieved` where the proposal has relief.
fn path_words(path: &str, cases: &Cases, relieved: bool) -> String {
    let yes = if cases.vote {
        "Yes".to_owned()
    } else {
        capital(cases.yes)
    };
    match path {
        "yes" if relieved => format!("{yes}, freeze kept in cash"),
        "yes" => yes,
        "yes_relief_in_pounds" => format!("{yes}, relief kept in pounds"),
        "yes_relief_withdrawn" => format!("{yes}, relief ended in year 2"),
        "no" if cases.vote => "No".to_owned(),
        "no" => capital(cases.no.trim_start_matches("at ")),
        "freeze" => "Freeze".to_owned(),
        "freeze_with_grant" => "Freeze with a grant".to_owned(),
        _ => "Holding the vote, on average".to_owned(),
    }
}

/// The years after the vote: a block for each figure, a row for each path, a column for each year.
pub(super) fn medium_term(
    sheet: &mut Worksheet,
    prepared: &Prepared,
    briefing: &Briefing,
) -> Result<(), XlsxError> {
    let cases = Cases::of(prepared);
    let over = cases.over;
    let rows = &briefing.medium_term;
    let relieved = rows.iter().any(|row| row.path == "yes_relief_in_pounds");
    let path_words = |path: &str| path_words(path, &cases, relieved);
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
        "The years after, path by path",
        &[&format!(
            "Pounds a year, cash of each year. The first year is {}; growth of the tax base is on average. \
             Every path and year with all figures is in medium_term.csv.",
            briefing.vote_year
        )],
    )?;
    for path in &paths {
        if let Some(row) = rows.iter().find(|row| row.path == *path) {
            page.paragraph(&format!("{}: {}.", path_words(path), row.meaning))?;
        }
    }
    page.skip();
    type Of = fn(&MediumTermRow) -> Option<f64>;
    let collected = |which: &str| format!("Really collected over {over}: {which}, pounds");
    let (mean, below, above) = (
        collected("mean over the draws"),
        collected(RANGE[0]),
        collected(RANGE[1]),
    );
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
        (&mean, Look::Pounds, |row| {
            Some(row.collected_vs_no_pounds_mean)
        }),
        (&below, Look::Pounds, |row| {
            Some(row.collected_vs_no_pounds_p05)
        }),
        (&above, Look::Pounds, |row| {
            Some(row.collected_vs_no_pounds_p95)
        }),
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
pub(super) fn who_pays(
    sheet: &mut Worksheet,
    prepared: &Prepared,
    briefing: &Briefing,
) -> Result<(), XlsxError> {
    let cases = Cases::of(prepared);
    let over = cases.over;
    let whole = briefing
        .deciles
        .first()
        .is_some_and(|row| row.bill != "own_element");
    let than = if cases.vote { "after a No" } else { cases.no };
    let Cases { yes, no, .. } = &cases;
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
        &format!("Who pays more and who pays less {}", cases.after),
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
            &format!("Mean change over {over}"),
            &format!("Pay less than {than}"),
            "Pay the same",
            &format!("Pay more than {than}"),
            &format!("Paid more over {over} in all"),
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
        &format!("Own part {yes}"),
        &format!("Own part {no}"),
        &cases.less_today,
        &cases.less_no,
        "Whole bill today",
        &format!("Whole bill {yes}"),
        &format!("Whole bill {no}"),
        &format!("Whole bill: {}", cases.less_today),
        &format!("Whole bill: {}", cases.less_no),
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
        if prepared.route.needs_referendum() {
            "Lawful or not, the ballot paper and the calendar"
        } else {
            "Lawful or not, and by which way"
        },
        &[],
    )?;
    page.part("Ways to carry it out")?;
    page.head(&[
        "Way",
        "What the law says",
        "Headline rise",
        "Relief, pounds a year",
        "Net yield over today, pounds a year",
        &format!("Net yield over {}, pounds a year", Cases::of(prepared).over),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Scenario, World, scenario::Names};
    use crate::simulation::prepare;

    fn cases(key: &str, authority: &str) -> Result<Cases, Box<dyn std::error::Error>> {
        let world = World::embedded(None)?;
        let mut scenario = Scenario::load(key, &Names::of(&world.assumptions))?;
        authority.clone_into(&mut scenario.authority);
        Ok(Cases::of(&prepare(&scenario, &world)?))
    }

    #[test]
    fn without_a_vote_no_label_speaks_of_one() -> Result<(), Box<dyn std::error::Error>> {
        for (key, authority, no) in [
            (
                "max-without-vote",
                "Derby",
                "at the most that needs no vote",
            ),
            ("uniform-15", "Cardiff", "without it"),
            ("scotland-2017", "Derby", "without the change"),
        ] {
            let cases = cases(key, authority)?;
            assert_eq!(cases.no, no);
            for metric in [
                "headline_rise",
                "no_rise",
                "no_yield_vs_today_pounds",
                "net_yield_vs_no_pounds",
                "revenue_yes_pounds",
                "revenue_no_pounds",
                "collected_pounds",
                "council_tax_reduction_cost_pounds",
            ] {
                let label = label(metric, &cases);
                let spoken = ["a No", "if No", "if Yes", "ballot"];
                assert!(!spoken.iter().any(|word| label.contains(word)), "{label}");
            }
            for path in ["yes", "no"] {
                let words = path_words(path, &cases, false);
                assert!(words != "Yes" && words != "No", "{words}");
            }
            assert!(!cases.less_no.contains("No") && !cases.less_today.contains("Yes"));
        }
        let voted = cases("williamson-2018", "Derby")?;
        assert_eq!(label("revenue_no_pounds", &voted), "Council tax if No");
        assert_eq!(label("no_rise", &voted), "Rise after a No");
        Ok(())
    }
}
