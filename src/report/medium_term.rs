//! The years after the vote and what the money buys: tables, a section of the card, and sentences.

use super::card::{in_columns, pounds};
use super::document::{Column, Table};
use super::scenario_file::{number, quoted, uniform};
use super::tables::{ColumnDoc, Record, record};
use super::text::wrapped;
use crate::data::Scenario;
use crate::domain::money::thousands_to_tenths;
use crate::domain::{Band, GapAssumes, Limit, Pence, Rise, Service, divide_half_up};
use crate::simulation::medium_term::{Bought, LaterYears, PathFigures};
use crate::simulation::{DrawOutcomes, Prepared, medium_term};
use crate::tax::ChargeLine;
use crate::tax::bill::band_amount;
use crate::tax::medium_term::{Path, PathYear, Projection, project};
use serde::Serialize;

record! {
    /// One year of one path through the years after the vote.
    "medium_term" by year, path => MediumTermRow {
        year: String as "string", "Financial year; the first is the year of the vote.";
        path: String as "string", "yes, yes_relief_in_pounds, yes_relief_withdrawn, no, freeze, freeze_with_grant, or expected (what holding the vote leads to on average). Paths that differ by relief only are left out where there is none.";
        meaning: String as "string", "What happens on the path.";
        base: String as "string", "Tax base and year that the figures are measured on.";
        headline_band_d_pounds: Option<f64> as "number" in "pounds a year", "Relevant basic amount before relief, on which the test for an excessive rise of the year is made, pounds a year; empty for expected.";
        headline_rise: Option<f64> as "number" in "share of the year before", "Its rise over the year before, as a share; empty for expected.";
        own_bill_band_a_pounds: Option<f64> as "number" in "pounds a year", "Own element of a full bill of band A after relief, pounds a year; empty for expected.";
        own_bill_band_d_pounds: Option<f64> as "number" in "pounds a year", "Own element of a full bill of band D after relief, pounds a year; empty for expected.";
        own_bill_band_h_pounds: Option<f64> as "number" in "pounds a year", "Own element of a full bill of band H after relief, pounds a year; empty for expected.";
        tax_base: Option<f64> as "number" in "band D equivalents", "Mean tax base for setting, band D equivalents; empty for expected.";
        requirement_pounds: Option<f64> as "number" in "pounds a year", "Mean council tax requirement before relief, without parishes, at budgeted collection, pounds; empty for expected.";
        relief_pounds: Option<f64> as "number" in "pounds a year", "Mean relief under s.13A(1)(c), pounds; empty for expected.";
        grant_pounds: Option<f64> as "number" in "pounds a year", "Freeze grant, pounds; empty for expected.";
        revenue_pounds: Option<f64> as "number" in "pounds a year", "Requirement less relief, and the grant, mean, pounds; empty for expected.";
        collected_pounds_mean: f64 as "number" in "pounds a year", "The same with uncertain collection of what bills are above those of a No, mean over the draws, pounds; for expected less the poll and the costs of losing in the first year.";
        collected_pounds_p05: f64 as "number" in "pounds a year", "5th percentile of it.";
        collected_pounds_p50: f64 as "number" in "pounds a year", "Median of it.";
        collected_pounds_p95: f64 as "number" in "pounds a year", "95th percentile of it.";
        collected_first_year_prices_pounds_mean: f64 as "number" in "pounds a year, prices of the first year", "Mean of it in prices of the first year, pounds.";
        collected_vs_no_pounds_mean: f64 as "number" in "pounds a year", "Collected less what a No brings in the same year, mean over the draws, pounds.";
        collected_vs_no_pounds_p05: f64 as "number" in "pounds a year", "5th percentile of it.";
        collected_vs_no_pounds_p50: f64 as "number" in "pounds a year", "Median of it.";
        collected_vs_no_pounds_p95: f64 as "number" in "pounds a year", "95th percentile of it.";
        gap_pounds: Option<f64> as "number" in "pounds a year", "The council's own funding gap before the proposal, as the scenario states it, pounds; empty where it states none.";
        gap_left_pounds_mean: Option<f64> as "number" in "pounds a year", "Gap less what the path collects beyond the council tax that the forecast of the gap holds, mean over the draws, pounds; negative for a surplus.";
        gap_left_pounds_p05: Option<f64> as "number" in "pounds a year", "5th percentile of it.";
        gap_left_pounds_p95: Option<f64> as "number" in "pounds a year", "95th percentile of it.";
    }
}

record! {
    /// One service and how much of it the net yield over a No would buy, were all spent on it.
    "services" => ServiceRow {
        service: String as "string", "Name of the service, as the scenario states it.";
        unit: String as "string", "What one unit is.";
        price_pounds: f64 as "number" in "pounds a year for one unit", "Price of one unit, pounds a year.";
        source: String as "string", "Where the price comes from; empty where the scenario does not say.";
        base: String as "string", "What is spent.";
        units_mean: f64 as "number" in "units a year, as the column `unit` says", "Units a year, mean over the draws; negative where a Yes brings in less than a No.";
        units_p05: f64 as "number" in "units a year, as the column `unit` says", "5th percentile of it.";
        units_p95: f64 as "number" in "units a year, as the column `unit` says", "95th percentile of it.";
        n_wards: Option<u16> as "integer" in "wards", "How many of the most deprived wards share the money; empty where it is not shared so.";
        wards: String as "string", "Their names, most deprived first (Index of Multiple Deprivation 2025); empty where it is not shared so or too few scores are held.";
        pounds_per_ward_mean: Option<f64> as "number" in "pounds a year", "Pounds a year for each of those wards, mean over the draws.";
        pounds_per_ward_p05: Option<f64> as "number" in "pounds a year", "5th percentile of it.";
        pounds_per_ward_p95: Option<f64> as "number" in "pounds a year", "95th percentile of it.";
        pounds_per_home_mean: Option<f64> as "number" in "pounds a year", "Pounds a year for each home in those wards, mean over the draws.";
    }
}

/// Below this a table in millions has two decimals.
const SMALL: Pence = Pence::from_pence(1_000_000_000);

/// The rows of every path, year by year.
pub fn rows(prepared: &Prepared, outcomes: &DrawOutcomes) -> Vec<MediumTermRow> {
    let years = medium_term::later_years(prepared, outcomes);
    let shown = |found: &&PathFigures| is_shown(&years.projection, found.path);
    years
        .figures
        .iter()
        .filter(shown)
        .map(|found| row(prepared, &years, found))
        .collect()
}

/// Paths that differ in relief only are alike where there is none.
fn is_shown(projection: &Projection, path: Option<Path>) -> bool {
    match path {
        Some(Path::YesReliefInPounds | Path::YesReliefWithdrawn) => has_relief(projection),
        _ => true,
    }
}

fn has_relief(projection: &Projection) -> bool {
    let mut years = projection.of(Path::Yes).iter();
    years.any(|year| year.relief != Pence::ZERO)
}

fn row(prepared: &Prepared, years: &LaterYears, found: &PathFigures) -> MediumTermRow {
    let year = prepared.outlook.years[found.year];
    let exact = found
        .path
        .map(|path| &years.projection.of(path)[found.year]);
    let grown = |of: &dyn Fn(&PathYear) -> Pence| {
        exact.map(|exact| to_the_penny(of(exact).pounds() * found.mean_growth))
    };
    let bill =
        |band: Band| exact.and_then(|exact| own_bill(prepared, exact, band).map(Pence::pounds));
    let grant = exact.map(|exact| exact.grant.pounds());
    let gap = prepared.scenario.medium_term.gap.get(&year);
    MediumTermRow {
        year: year.to_string(),
        path: found.path.map_or("expected", Path::key).to_owned(),
        meaning: meaning(prepared, &years.projection, found.path),
        base: format!(
            "tax base for setting of {}, {} band D equivalents{}",
            prepared.base_year,
            thousands_to_tenths(
                years.projection.of(Path::No)[0].tax_base_thousandths as f64 / 1_000.0
            ),
            if found.year == 0 {
                String::new()
            } else {
                format!(
                    ", times {:.4} on average by growth since {}",
                    found.mean_growth, prepared.vote_year
                )
            }
        ),
        headline_band_d_pounds: exact.map(|exact| exact.band_d.pounds()),
        headline_rise: exact.map(|exact| exact.rise.value()),
        own_bill_band_a_pounds: bill(Band::A),
        own_bill_band_d_pounds: bill(Band::D),
        own_bill_band_h_pounds: bill(Band::H),
        tax_base: exact.map(|exact| {
            let thousandths = exact.tax_base_thousandths as f64 * found.mean_growth;
            thousandths.round() / 1_000.0
        }),
        requirement_pounds: grown(&|exact| exact.requirement),
        relief_pounds: grown(&|exact| exact.relief),
        grant_pounds: grant,
        revenue_pounds: grown(&|exact| exact.revenue - exact.grant)
            .zip(grant)
            .map(|(tax, grant)| to_the_penny(tax + grant)),
        collected_pounds_mean: to_the_penny(found.collected.mean),
        collected_pounds_p05: to_the_penny(found.collected.p05),
        collected_pounds_p50: to_the_penny(found.collected.p50),
        collected_pounds_p95: to_the_penny(found.collected.p95),
        collected_first_year_prices_pounds_mean: to_the_penny(
            found.collected_in_first_years_prices,
        ),
        collected_vs_no_pounds_mean: to_the_penny(found.over_no.mean),
        collected_vs_no_pounds_p05: to_the_penny(found.over_no.p05),
        collected_vs_no_pounds_p50: to_the_penny(found.over_no.p50),
        collected_vs_no_pounds_p95: to_the_penny(found.over_no.p95),
        gap_pounds: gap.map(|gap| gap.pounds()),
        gap_left_pounds_mean: found.gap_left.map(|left| to_the_penny(left.mean)),
        gap_left_pounds_p05: found.gap_left.map(|left| to_the_penny(left.p05)),
        gap_left_pounds_p95: found.gap_left.map(|left| to_the_penny(left.p95)),
    }
}

/// Pounds to the penny: figures over draws have no more to say.
fn to_the_penny(pounds: f64) -> f64 {
    (100.0 * pounds).round() / 100.0 + 0.0
}

/// What a home of the band pays on a path before discounts: that of the most homes, where terms tell
/// homes of a band apart; the mean, where a change of the law does. Nothing where the authority has
/// no such line.
fn own_bill(prepared: &Prepared, year: &PathYear, band: Band) -> Option<Pence> {
    let lines = || {
        let all = prepared.outlook.plan.lines.iter().zip(&year.pays);
        all.filter(|(line, _)| line.band == band)
    };
    let band_d = if prepared.schedule.is_local() {
        let (_, pays) = lines().max_by_key(|(line, _)| line.tax_base_thousandths)?;
        *pays
    } else {
        let base: i64 = lines().map(|(line, _)| line.tax_base_thousandths).sum();
        let weigh = |(line, pays): (&ChargeLine, &Pence)| {
            i128::from(line.tax_base_thousandths) * i128::from(pays.pence())
        };
        let sum: i128 = lines().map(weigh).sum();
        (base > 0).then(|| Pence::from_pence(divide_half_up(sum, i128::from(base))))?
    };
    Some(band_amount(band_d, prepared.amounts.proportions[band]))
}

/// What happens on a path, in words.
fn meaning(prepared: &Prepared, projection: &Projection, path: Option<Path>) -> String {
    let plan = &prepared.outlook.plan;
    let years = |n: u8| {
        if n == 1 {
            "1 year".to_owned()
        } else {
            format!("{n} years")
        }
    };
    match path {
        Some(Path::Yes) if has_relief(projection) => "carried out; relief keeps frozen bands at \
             today's pounds, the others rise on what they pay"
            .to_owned(),
        Some(Path::Yes) => "carried out, then the later rises".to_owned(),
        Some(Path::YesReliefInPounds) => "carried out; relief stays at the pounds of the first \
             year, so that every band pays the later rises of the whole headline"
            .to_owned(),
        Some(Path::YesReliefWithdrawn) => "carried out; relief ends in the second year, which \
             takes no vote; homes that were frozen may pay less readily than is reckoned here"
            .to_owned(),
        Some(Path::No) => format!(
            "not carried: {} in the first year, then the later rises",
            prepared.amounts.no_rise
        ),
        Some(Path::Freeze) => format!(
            "today's amount for {}, then the later rises",
            years(plan.freeze_years)
        ),
        Some(Path::FreezeWithGrant) => format!(
            "the same with a grant of {} of today's requirement for each frozen year, paid in {}: \
             no such grant is on offer",
            percent(plan.freeze_grant.value()),
            years(plan.freeze_grant_years)
        ),
        None => "what holding the vote leads to on average: yes where it is won, no where it is \
             lost, less the poll and the costs of losing in the first year"
            .to_owned(),
    }
}

fn percent(share: f64) -> String {
    let text = format!("{:.2}", 100.0 * share);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

/// The rows of the services that the scenario prices.
pub fn service_rows(prepared: &Prepared, outcomes: &DrawOutcomes) -> Vec<ServiceRow> {
    let bought = medium_term::services(prepared, outcomes);
    let services = &prepared.scenario.services;
    services
        .iter()
        .zip(&bought)
        .map(|(service, bought)| service_row(prepared, service, bought))
        .collect()
}

fn service_row(prepared: &Prepared, service: &Service, bought: &Bought) -> ServiceRow {
    let shared = bought.shared.as_ref();
    ServiceRow {
        service: service.name.clone(),
        unit: service.unit.clone(),
        price_pounds: service.price.pounds(),
        source: service.source.clone().unwrap_or_default(),
        base: format!(
            "all that is really collected over a No in {}, if carried out",
            prepared.vote_year
        ),
        units_mean: bought.units.mean,
        units_p05: bought.units.p05,
        units_p95: bought.units.p95,
        n_wards: service.wards,
        wards: shared.map_or(String::new(), |shared| shared.wards.join("; ")),
        pounds_per_ward_mean: shared.map(|shared| to_the_penny(shared.per_ward.mean)),
        pounds_per_ward_p05: shared.map(|shared| to_the_penny(shared.per_ward.p05)),
        pounds_per_ward_p95: shared.map(|shared| to_the_penny(shared.per_ward.p95)),
        pounds_per_home_mean: shared.map(|shared| to_the_penny(shared.per_home.mean)),
    }
}

/// The section of the card: a table of the years, then what to know of them.
pub fn card_section(
    prepared: &Prepared,
    rows: &[MediumTermRow],
    services: &[ServiceRow],
) -> String {
    let mut text = String::from("\nAND THE YEARS AFTER?\n");
    let item = |text: &mut String, content: &str| {
        text.push_str("- ");
        text.push_str(wrapped(content, 2).trim_start());
        text.push('\n');
    };
    let block = |text: &mut String, table: Table| {
        item(text, &format!("{}:", table.caption));
        let header = table.columns.iter().map(|column| column.name.as_str());
        text.push_str(&in_columns(header.collect(), table.rows.into_iter()));
        text.push('\n');
    };
    match years_table(prepared, rows) {
        Some(table) => block(&mut text, table),
        None => item(&mut text, nothing_moves(prepared)),
    }
    for sentence in year_sentences(prepared, rows) {
        item(&mut text, &sentence);
    }
    if let Some(table) = gap_table(prepared, rows) {
        block(&mut text, table);
    }
    if !services.is_empty() {
        item(&mut text, &services_opening(prepared, rows));
        for service in services {
            text.push_str("    ");
            text.push_str(wrapped(&service_sentence(service), 4).trim_start());
            text.push('\n');
        }
    }
    text
}

/// What to say where no path brings in anything else than another.
pub(super) fn nothing_moves(prepared: &Prepared) -> &'static str {
    if prepared.schedule.is_local() {
        "Every path brings in the same: the proposal is what a No brings, and a freeze is too."
    } else {
        "The council's own council tax is the same on every path: the change is not in it."
    }
}

/// What is collected on each path year by year over a No, means in millions of pounds; nothing where no
/// path differs.
pub(super) fn years_table(prepared: &Prepared, rows: &[MediumTermRow]) -> Option<Table> {
    let years = &prepared.outlook.years;
    let find = |year: usize, path: &str| {
        let year = years[year].to_string();
        rows.iter().find(|row| row.year == year && row.path == path)
    };
    let over_no = |row: &MediumTermRow| row.collected_vs_no_pounds_mean;
    let moves = |path: &str| {
        (0..years.len()).any(|year| find(year, path).is_some_and(|row| over_no(row).abs() >= 0.5))
    };
    let differ = |one: &str, other: &str| {
        (0..years.len()).any(|year| {
            let pair = find(year, one).zip(find(year, other));
            pair.is_some_and(|(one, other)| (over_no(one) - over_no(other)).abs() >= 0.5)
        })
    };
    let columns: Vec<(&str, &str)> = [
        ("yes", carried(prepared)),
        ("yes_relief_in_pounds", "Relief kept in £"),
        ("yes_relief_withdrawn", "Relief ended"),
        ("expected", "Vote held"),
        ("freeze", "Freeze"),
        ("freeze_with_grant", "With grant"),
    ]
    .into_iter()
    .filter(|(path, _)| moves(path))
    .filter(|(path, _)| match *path {
        "yes_relief_in_pounds" => differ("yes", path),
        "freeze_with_grant" => moves("freeze") && differ("freeze", path),
        _ => true,
    })
    .collect();
    if columns.is_empty() {
        return None;
    }
    let largest = rows
        .iter()
        .flat_map(|row| [over_no(row), row.relief_pounds.unwrap_or(0.0)])
        .fold(0.0, |largest: f64, pounds| largest.max(pounds.abs()));
    let decimals = if largest < SMALL.pounds() { 2 } else { 1 };
    let relieved = find(0, "yes").and_then(|row| row.relief_pounds) > Some(0.0)
        || find(years.len() - 1, "yes").and_then(|row| row.relief_pounds) > Some(0.0);
    let mut header = vec![Column::words("Year")];
    if relieved {
        header.push(Column::figures("Relief"));
    }
    header.extend(columns.iter().map(|(_, title)| Column::figures(*title)));
    let lines = (0..years.len()).map(|year| {
        let mut cells = vec![years[year].to_string()];
        if relieved {
            let relief = find(year, "yes").and_then(|row| row.relief_pounds);
            cells.push(relief.map_or(String::new(), |pounds| millions(pounds, decimals)));
        }
        cells.extend(columns.iter().map(|(path, _)| {
            find(year, path).map_or(String::new(), |row| signed_millions(over_no(row), decimals))
        }));
        cells
    });
    let mut sums = vec!["Together".to_owned()];
    let sum = |of: &dyn Fn(usize) -> f64| (0..years.len()).map(of).sum::<f64>();
    if relieved {
        let relief = |year| find(year, "yes").and_then(|row| row.relief_pounds);
        sums.push(millions(sum(&|year| relief(year).unwrap_or(0.0)), decimals));
    }
    sums.extend(columns.iter().map(|(path, _)| {
        signed_millions(sum(&|year| find(year, path).map_or(0.0, over_no)), decimals)
    }));
    Some(Table {
        caption: format!(
            "Collected over {} in the same year, means in £ million{}",
            against(prepared, rows),
            if relieved {
                "; relief is its cost as proposed"
            } else {
                ""
            }
        ),
        columns: header,
        rows: lines.chain([sums]).collect(),
        note: String::new(),
    })
}

/// What to know of the years: from when a Yes brings in less than a No, the ratchet, what relief comes
/// to, what a freeze loses.
pub(super) fn year_sentences(prepared: &Prepared, rows: &[MediumTermRow]) -> Vec<String> {
    crossing_sentence(prepared, rows)
        .into_iter()
        .chain(sentences(prepared))
        .chain(freeze_sentence(prepared, rows))
        .collect()
}

/// The sentence before what the money buys.
pub(super) fn services_opening(prepared: &Prepared, rows: &[MediumTermRow]) -> String {
    format!(
        "What is really collected over {} in {} buys, if carried out, each were all of it spent on that \
         one:",
        against(prepared, rows),
        prepared.vote_year
    )
}

/// Pounds as millions.
fn millions(pounds: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", pounds / 1e6);
    match text.strip_prefix('-') {
        // Never a negative nothing.
        Some(rest) if rest.bytes().all(|byte| matches!(byte, b'0' | b'.')) => rest.to_owned(),
        _ => text,
    }
}

/// The same with a plus where it is more than nothing.
fn signed_millions(pounds: f64, decimals: usize) -> String {
    let text = millions(pounds, decimals);
    if text.bytes().any(|byte| (b'1'..=b'9').contains(&byte)) && pounds > 0.0 {
        format!("+{text}")
    } else {
        text
    }
}

/// The year from which a carried proposal brings in less than a No, where there is one.
fn crossing_sentence(prepared: &Prepared, rows: &[MediumTermRow]) -> Option<String> {
    let mut yes = rows.iter().filter(|row| row.path == "yes");
    if prepared.principle.limit == Limit::Unlimited
        || yes.next()?.collected_vs_no_pounds_mean <= 0.0
    {
        return None;
    }
    let from = yes.find(|row| row.collected_vs_no_pounds_mean < 0.0)?;
    Some(format!(
        "With its frozen bands kept at today's pounds the proposal brings in less than {} from {}: \
         what that would raise from those bands grows each year.",
        against(prepared, rows),
        from.year
    ))
}

/// Pounds as millions in a sentence.
pub(super) fn in_millions(pounds: f64) -> String {
    let decimals = if pounds.abs() < SMALL.pounds() { 2 } else { 1 };
    match millions(pounds, decimals) {
        none if none == "0.00" => "nothing".to_owned(),
        text => match text.strip_prefix('-') {
            Some(text) => format!("-£{text}m"),
            None => format!("£{text}m"),
        },
    }
}

/// What figures of the first year are set against.
pub(super) fn baseline(prepared: &Prepared) -> String {
    let no_rise = prepared.amounts.no_rise;
    if !prepared.schedule.is_local() {
        "what it would be without the change".to_owned()
    } else if prepared.route.needs_referendum() {
        format!("a No ({no_rise})")
    } else if prepared.principle.limit != Limit::Unlimited {
        format!("the most that needs no vote ({no_rise})")
    } else if no_rise > Rise::FREEZE {
        format!("a rise of {no_rise} for all")
    } else {
        "today's amount".to_owned()
    }
}

/// What the figures of the table are set against, year by year.
pub(super) fn against(prepared: &Prepared, rows: &[MediumTermRow]) -> String {
    let first = baseline(prepared);
    if first != "today's amount" {
        return first;
    }
    let mut of_no = rows.iter().filter(|row| row.path == "no");
    let raised = of_no.any(|row| row.headline_rise > Some(0.0));
    if raised {
        "today's amount, raised after the first year as all paths are,".to_owned()
    } else {
        "today's amount held in cash".to_owned()
    }
}

/// The path on which the proposal is carried out, in a heading.
fn carried(prepared: &Prepared) -> &'static str {
    if prepared.route.needs_referendum() {
        "Yes"
    } else {
        "As proposed"
    }
}

/// The ratchet and what relief comes to: sentences for the card and the ballot's working.
pub fn sentences(prepared: &Prepared) -> Vec<String> {
    let outlook = &prepared.outlook;
    let projection = project(&outlook.plan, 0.0, 0.0);
    let (yes, no) = (projection.of(Path::Yes), projection.of(Path::No));
    let second = outlook.years[1];
    let mut found = Vec::new();
    let largest = |amount: Pence| {
        outlook
            .largest_without_vote(1, amount)
            .map(|rise| (rise, rise.apply_to(amount) - amount))
    };
    if prepared.route.needs_referendum()
        && let (Some((rise, after_yes)), Some((_, after_no))) =
            (largest(yes[0].band_d), largest(no[0].band_d))
    {
        let headline = yes[0].band_d;
        let tested = if has_relief(&projection) {
            format!("on the headline of {headline}, not on what bands pay")
        } else {
            format!("on the amount of {headline}")
        };
        found.push(if after_yes == after_no {
            format!(
                "The test of {second} is {tested} (LGFA 1992 s.52ZB). The limit is in pounds: the \
                 largest rise without another vote is {after_yes} at band D, as after a No."
            )
        } else {
            format!(
                "A ratchet: the test of {second} is {tested} (LGFA 1992 s.52ZB). The largest rise \
                 without another vote is then {after_yes} at band D ({rise}), against {after_no} \
                 after a No."
            )
        });
    }
    if !has_relief(&projection) {
        return found;
    }
    let withdrawn = projection.of(Path::YesReliefWithdrawn);
    let in_pounds = projection.of(Path::YesReliefInPounds);
    let bill = |year: &PathYear, band| own_bill(prepared, year, band);
    let cheapest = prepared.schedule.bands().iter().copied().find(|band| {
        let pair = (bill(&withdrawn[1], *band), bill(&yes[1], *band));
        matches!(pair, (Some(without), Some(with)) if without > with)
    });
    if let Some(band) = cheapest
        && let (Some(with), Some(without), Some(kept)) = (
            bill(&yes[1], band),
            bill(&withdrawn[1], band),
            bill(&in_pounds[1], band),
        )
    {
        let kept = if kept == with {
            String::new()
        } else {
            format!(
                "; {kept} if relief stays at the pounds of {}",
                prepared.vote_year
            )
        };
        found.push(format!(
            "Relief may end in any year without a vote: band {band} would pay {without} in {second} \
             instead of {with}{kept}."
        ));
    }
    let last = yes.len() - 1;
    if yes[last].relief > yes[0].relief {
        found.push(format!(
            "Bands kept at today's pounds cost more relief each year: {} in {}, {} in {} before \
             any growth of the tax base.",
            in_millions(yes[0].relief.pounds()),
            prepared.vote_year,
            in_millions(yes[last].relief.pounds()),
            outlook.years[last]
        ));
    }
    found
}

/// What a freeze loses three years on, when any grant has ended.
fn freeze_sentence(prepared: &Prepared, rows: &[MediumTermRow]) -> Option<String> {
    let asked = &prepared.scenario.medium_term;
    let years = &prepared.outlook.years;
    let on = 3.min(years.len() - 1);
    let lost = |year: usize, path: &str| {
        let named = years[year].to_string();
        rows.iter()
            .find(|row| row.year == named && row.path == path)
            .map(|row| -row.collected_vs_no_pounds_mean)
    };
    let (first, later) = (lost(0, "freeze")?, lost(on, "freeze")?);
    if first < 0.5 || later < 0.5 {
        return None;
    }
    let with_grant = lost(on, "freeze_with_grant")?;
    let grant = if asked.freeze_grant.value() == 0.0 {
        String::new()
    } else if (with_grant - later).abs() < 0.5 {
        format!(
            "; a grant of {} would have ended by then",
            percent(asked.freeze_grant.value())
        )
    } else {
        format!(
            ", {} with a grant of {}",
            in_millions(with_grant),
            percent(asked.freeze_grant.value())
        )
    };
    Some(format!(
        "A freeze lowers every later year: it loses {} in {} and {} in {}{grant}.",
        in_millions(first),
        years[0],
        in_millions(later),
        years[on]
    ))
}

/// The funding gap that the scenario states and what each path leaves of it, means in millions of
/// pounds; nothing where it states none.
pub(super) fn gap_table(prepared: &Prepared, rows: &[MediumTermRow]) -> Option<Table> {
    let asked = &prepared.scenario.medium_term;
    let stated: Vec<String> = prepared
        .outlook
        .years
        .iter()
        .filter(|year| asked.gap.contains_key(year))
        .map(ToString::to_string)
        .collect();
    if stated.is_empty() {
        return None;
    }
    let columns = [
        ("yes", carried(prepared)),
        ("expected", "Vote held"),
        (
            "no",
            if prepared.route.needs_referendum() {
                "No"
            } else {
                "Without it"
            },
        ),
        ("freeze", "Freeze"),
    ];
    let held: Vec<(&str, &str)> = columns
        .into_iter()
        .filter(|(path, _)| rows.iter().any(|row| row.path == *path))
        .collect();
    let mut header = vec![Column::words("Year"), Column::figures("Gap")];
    header.extend(held.iter().map(|(_, title)| Column::figures(*title)));
    let of = |year: &str, path: &str| rows.iter().find(|row| row.year == year && row.path == path);
    let largest = asked.gap.values().map(|gap| gap.pence().abs()).max();
    let decimals = if largest.map(Pence::from_pence) < Some(SMALL) {
        2
    } else {
        1
    };
    let lines = stated.iter().map(|year| {
        let show =
            |value: Option<f64>| value.map_or(String::new(), |value| millions(value, decimals));
        let mut cells = vec![
            year.clone(),
            show(of(year, "no").and_then(|row| row.gap_pounds)),
        ];
        cells.extend(
            held.iter()
                .map(|(path, _)| show(of(year, path).and_then(|row| row.gap_left_pounds_mean))),
        );
        cells
    });
    Some(Table {
        caption: format!(
            "The council's funding gap ({}), which holds {}, and what is left of it, means in £ \
             million; a minus is a surplus",
            asked.gap_source.as_deref().unwrap_or("source not stated"),
            asked.gap_assumes.words()
        ),
        columns: header,
        rows: lines.collect(),
        note: String::new(),
    })
}

pub(super) fn service_sentence(row: &ServiceRow) -> String {
    let source = match row.source.as_str() {
        "" => "source not stated",
        source => source,
    };
    let decimals = if row.price_pounds.fract() == 0.0 {
        0
    } else {
        2
    };
    let price = pounds(row.price_pounds, decimals);
    let service = format!(
        "{} (unit: {}, {price} a year; {source})",
        row.service, row.unit
    );
    if row.units_mean < 0.0 {
        return format!("{service}: nothing, for less comes in than without it.");
    }
    if row.units_mean == 0.0 {
        return format!("{service}: nothing, for no more comes in.");
    }
    let units = |value: f64| {
        if value.abs() >= 100.0 {
            pounds(value, 0).replace('£', "")
        } else {
            format!("{value:.1}")
        }
    };
    let mut sentence = format!(
        "{service}: {} units, 90% range {} to {}.",
        units(row.units_mean),
        units(row.units_p05),
        units(row.units_p95),
    );
    if let (Some(per_ward), Some(per_home)) = (row.pounds_per_ward_mean, row.pounds_per_home_mean) {
        sentence.push_str(&format!(
            " Shared by the most deprived wards ({}): {} a ward, {} a home.",
            row.wards.replace("; ", ", "),
            pounds(per_ward, 0),
            pounds(per_home, 0)
        ));
    }
    sentence
}

/// The years after the vote and the services as a part of a scenario file, every default stated.
pub(super) fn toml(scenario: &Scenario) -> String {
    let asked = &scenario.medium_term;
    let mut text = format!(
        "[medium_term]\nyears = {}\nlater_rise = {}\nfreeze_years = {}\nfreeze_grant = {}\n\
         freeze_grant_years = {}\n",
        asked.years,
        uniform(asked.later_rise),
        asked.freeze_years,
        number(asked.freeze_grant.value()),
        asked.freeze_grant_years
    );
    if !asked.gap.is_empty() {
        let gap: Vec<String> = asked
            .gap
            .iter()
            .map(|(year, amount)| format!("\"{year}\" = {}", number(amount.pounds())))
            .collect();
        text.push_str(&format!("gap = {{ {} }}\n", gap.join(", ")));
    }
    if !asked.gap.is_empty() || asked.gap_assumes != GapAssumes::No {
        text.push_str(&format!(
            "gap_assumes = {}\n",
            quoted(asked.gap_assumes.key())
        ));
    }
    if let Some(source) = &asked.gap_source {
        text.push_str(&format!("gap_source = {}\n", quoted(source)));
    }
    for service in &scenario.services {
        text.push_str(&format!(
            "\n[[services]]\nname = {}\nprice = {}\nunit = {}\n",
            quoted(&service.name),
            number(service.price.pounds()),
            quoted(&service.unit)
        ));
        if let Some(wards) = service.wards {
            text.push_str(&format!("wards = {wards}\n"));
        }
        if let Some(source) = &service.source {
            text.push_str(&format!("source = {}\n", quoted(source)));
        }
    }
    text
}
