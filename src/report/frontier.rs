//! Tables, chart and card of what to propose.

use serde::Serialize;

use super::card::{Card, in_columns, percent, pounds, signed};
use super::chart::{FrontierChart, FrontierMark, NORMAL_90, frontier_chart};
use super::document::{Column, Table};
use super::results;
use super::tables::{ColumnDoc, Record, WarningRow, record};
use super::text::{capital, rises_in_words};
use crate::data::Scenario;
use crate::domain::money::thousands;
use crate::domain::{Band, Pence, Rise, Share};
use crate::simulation::Prepared;
use crate::simulation::frontier::{
    Constraint, Frontier, FrontierPoint, Relaxed, Search, Unreached, Wishes, scenario_of,
};

record! {
    /// One schedule worth looking at: the proposal, or what a search found, with the figures of its own run.
    "frontier" => FrontierRow {
        search: String as "string", "most_yield_at_win_probability, highest_win_probability_at_yield, highest_expected_value, or proposal (the scenario's own, found by nobody).";
        target: Option<f64> as "number" in "probability or pounds a year, by `search`", "What the search was to keep to: a probability of winning, or pounds a year over a No; empty where to nothing.";
        headline: f64 as "number" in "share of today's amount", "Rise in the authority's own band D amount on the ballot paper, before relief, share of today's.";
        rise_a: f64 as "number" in "share of today's amount", "Rise that band A pays of the own element once phased in, share of today's; relief gives back the rest of the headline.";
        rise_b: f64 as "number" in "share of today's amount", "The same of band B.";
        rise_c: f64 as "number" in "share of today's amount", "The same of band C.";
        rise_d: f64 as "number" in "share of today's amount", "The same of band D.";
        rise_e: f64 as "number" in "share of today's amount", "The same of band E.";
        rise_f: f64 as "number" in "share of today's amount", "The same of band F.";
        rise_g: f64 as "number" in "share of today's amount", "The same of band G.";
        rise_h: f64 as "number" in "share of today's amount", "The same of band H.";
        share_frozen_dwellings_own_element: f64 as "number" in "share (0 to 1)", "Share of the dwellings whose own element does not rise in cash.";
        net_yield_vs_no_pounds: f64 as "number" in "pounds a year", "Yield after relief over a No, pounds a year at budgeted collection.";
        net_yield_vs_today_pounds: f64 as "number" in "pounds a year", "Yield after relief over today, pounds a year at budgeted collection.";
        win_probability: Option<f64> as "number" in "share (0 to 1)", "Probability of winning the vote; empty where none is held.";
        win_probability_monte_carlo_error: Option<f64> as "number" in "share (0 to 1)", "Standard error of it from the finite number of draws.";
        yes_share_p05: Option<f64> as "number" in "share (0 to 1)", "5th percentile of the share of votes for Yes; empty where no vote is held.";
        yes_share_p50: Option<f64> as "number" in "share (0 to 1)", "Median of the share of votes for Yes.";
        yes_share_p95: Option<f64> as "number" in "share (0 to 1)", "95th percentile of the share of votes for Yes.";
        collected_pounds_mean: f64 as "number" in "pounds, first year", "Mean of what is really collected over a No if it is carried, pounds in the first year; above 0 in every row but the proposal's.";
        collected_pounds_p05: f64 as "number" in "pounds, first year", "5th percentile of what is really collected over a No if it is carried, pounds in the first year.";
        collected_pounds_p50: f64 as "number" in "pounds, first year", "Median of what is really collected over a No if it is carried.";
        collected_pounds_p95: f64 as "number" in "pounds, first year", "95th percentile of what is really collected over a No if it is carried.";
        expected_value_pounds: Option<f64> as "number" in "pounds, first year", "What holding the vote is worth on average: Yes less No if won, less the costs of losing if lost, less the poll, pounds in the first year.";
        expected_value_monte_carlo_error: Option<f64> as "number" in "pounds, first year", "Standard error of it from the finite number of draws.";
        band_d_pounds: f64 as "number" in "pounds a year", "The authority's own band D amount on the ballot paper's headline, pounds a year before relief.";
        band_d_bill_pounds: f64 as "number" in "pounds a year", "Own element of a full bill in band D in the first year after relief, pounds a year.";
        kakwani_own_element: Option<f64> as "number" in "index", "Kakwani index of the own element after a Yes: higher is more progressive; empty where no incomes are known.";
        binding: String as "string", "What it stands at: frozen (the cheapest band that may rise, rises by more than after a No), most_headline, most_rise and most_pounds with the band, progressivity, win_probability (within 0.002 or one draw of the target), net_yield (within a basis point of the requirement of the target); empty where at nothing.";
        on_frontier: bool as "boolean", "Whether it keeps to what is wished, collects more than a No on average, and no schedule that was run and does so is as high in yield and probability and higher in one of them.";
    }
}

record! {
    /// What stands in the way: targets that no schedule reaches, and the answer at the wanted probability without each constraint that holds it back.
    "frontier_limits" => FrontierLimitRow {
        kind: String as "string", "unreached (no schedule found reaches the target; the figures are of the likeliest to be won, or of the most yield where the target is a yield) or without (one constraint is let go).";
        search: String as "string", "Which search, as in `frontier.csv`.";
        target: f64 as "number" in "probability or pounds a year, by `search`", "Its target: a probability of winning, or pounds a year over a No.";
        let_go: String as "string", "The constraint that is let go, as in `binding` of `frontier.csv`: a freeze of one band fewer (of all where there is no answer with it), a cap as far as the law goes, five points of probability; empty where none is.";
        win_probability: Option<f64> as "number" in "share (0 to 1)", "Probability of winning then.";
        win_probability_monte_carlo_error: Option<f64> as "number" in "share (0 to 1)", "Standard error of it from the finite number of draws.";
        headline: Option<f64> as "number" in "share of today's amount", "Headline then, share of today's band D amount.";
        net_yield_vs_no_pounds: Option<f64> as "number" in "pounds a year", "Yield after relief over a No then, pounds a year at budgeted collection.";
        gain_pounds: Option<f64> as "number" in "pounds a year", "That yield less the yield with the constraint: its shadow price in steps; empty where there is no answer with it.";
    }
}

/// The files of scenarios that give the best answers when they are run.
pub const BEST: [&str; 4] = [
    "best-even-chance.toml",
    "best-wanted-chance.toml",
    "best-likeliest.toml",
    "best-expected-value.toml",
];

/// The rows of the table of schedules.
pub fn rows(found: &Frontier) -> Vec<FrontierRow> {
    found.points.iter().map(row).collect()
}

fn row(point: &FrontierPoint) -> FrontierRow {
    let rise = |band: Band| point.rises[band].value();
    let (yes, win, value) = (point.yes_share, point.win, point.value);
    FrontierRow {
        search: point.search.code().to_owned(),
        target: point.target,
        headline: point.headline.value(),
        rise_a: rise(Band::A),
        rise_b: rise(Band::B),
        rise_c: rise(Band::C),
        rise_d: rise(Band::D),
        rise_e: rise(Band::E),
        rise_f: rise(Band::F),
        rise_g: rise(Band::G),
        rise_h: rise(Band::H),
        share_frozen_dwellings_own_element: point.share_frozen,
        net_yield_vs_no_pounds: point.net_vs_no.pounds(),
        net_yield_vs_today_pounds: point.net_vs_today.pounds(),
        win_probability: win.map(|(chance, _)| chance),
        win_probability_monte_carlo_error: win.map(|(_, error)| error),
        yes_share_p05: yes.map(|ends| ends[0]),
        yes_share_p50: yes.map(|ends| ends[1]),
        yes_share_p95: yes.map(|ends| ends[2]),
        collected_pounds_mean: point.mean_collected,
        collected_pounds_p05: point.collected[0],
        collected_pounds_p50: point.collected[1],
        collected_pounds_p95: point.collected[2],
        expected_value_pounds: value.map(|(mean, _)| mean),
        expected_value_monte_carlo_error: value.map(|(_, error)| error),
        band_d_pounds: point.band_d.pounds(),
        band_d_bill_pounds: point.band_d_bill.pounds(),
        kakwani_own_element: point.kakwani,
        binding: point
            .binding
            .iter()
            .map(|constraint| code(*constraint))
            .collect::<Vec<_>>()
            .join("; "),
        on_frontier: point.on_frontier,
    }
}

fn code(constraint: Constraint) -> String {
    match constraint {
        Constraint::Frozen => "frozen".to_owned(),
        Constraint::Headline => "most_headline".to_owned(),
        Constraint::Rise(band) => format!("most_rise {band}"),
        Constraint::Pounds(band) => format!("most_pounds {band}"),
        Constraint::Progressivity => "progressivity".to_owned(),
        Constraint::Win => "win_probability".to_owned(),
        Constraint::Yield => "net_yield".to_owned(),
    }
}

/// The rows of the table of limits.
pub fn limit_rows(found: &Frontier) -> Vec<FrontierLimitRow> {
    let likeliest = found.likeliest();
    let with = found.at_wanted().map(|point| point.net_vs_no);
    let unreached = found.unreached.iter().map(|missed| {
        let nearest = match missed.search {
            Search::HighestWin => found.richest(),
            _ => likeliest,
        };
        FrontierLimitRow {
            kind: "unreached".to_owned(),
            search: missed.search.code().to_owned(),
            target: missed.target,
            let_go: String::new(),
            win_probability: nearest.and_then(|point| point.win).map(|win| win.0),
            win_probability_monte_carlo_error: nearest.and_then(|point| point.win).map(|win| win.1),
            headline: nearest.map(|point| point.headline.value()),
            net_yield_vs_no_pounds: nearest.map(|point| point.net_vs_no.pounds()),
            gain_pounds: None,
        }
    });
    let relaxed = found.relaxed.iter().map(|one| FrontierLimitRow {
        kind: "without".to_owned(),
        search: one.point.search.code().to_owned(),
        target: one.point.target.unwrap_or(found.wanted),
        let_go: code(one.constraint),
        win_probability: one.point.win.map(|win| win.0),
        win_probability_monte_carlo_error: one.point.win.map(|win| win.1),
        headline: Some(one.point.headline.value()),
        net_yield_vs_no_pounds: Some(one.point.net_vs_no.pounds()),
        gain_pounds: with.map(|with| (one.point.net_vs_no - with).pounds()),
    });
    unreached.chain(relaxed).collect()
}

/// Everything that a search found, as tables.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FrontierTables {
    /// The schedules.
    pub frontier: Vec<FrontierRow>,
    /// What stands in the way.
    pub frontier_limits: Vec<FrontierLimitRow>,
    /// The caveats.
    pub warnings: Vec<WarningRow>,
}

/// All tables of a search.
pub fn tables(prepared: &Prepared, found: &Frontier) -> FrontierTables {
    FrontierTables {
        frontier: rows(found),
        frontier_limits: limit_rows(found),
        warnings: warnings(prepared, found),
    }
}

/// The scenarios of the best answers, with their files: `run` gives the figures of the table.
pub fn best(prepared: &Prepared, found: &Frontier) -> Vec<(&'static str, Scenario)> {
    let even = found.wanted == 0.5;
    let at_wanted = found.at_wanted().map(|point| {
        (
            if even { BEST[0] } else { BEST[1] },
            point,
            format!("Most yield at {}", chance_in_words(found.wanted)),
        )
    });
    let missed = at_wanted.is_none();
    let likeliest = found.likeliest().filter(|_| missed).map(|point| {
        let title = "Highest probability of winning found".to_owned();
        (BEST[2], point, title)
    });
    let of_value = found.best_value().map(|point| {
        let title = "Highest expected value of holding the vote".to_owned();
        (BEST[3], point, title)
    });
    let of_key = &prepared.scenario.key;
    let scenario = |(file, point, title): (&'static str, &FrontierPoint, String)| {
        let scenario = Scenario {
            key: file.trim_end_matches(".toml").to_owned(),
            title: format!("{title}: a headline of {}", point.headline),
            source: format!("found by bandwise frontier from {of_key}"),
            ..scenario_of(prepared, point)
        };
        (file, scenario)
    };
    at_wanted
        .into_iter()
        .chain(likeliest)
        .chain(of_value)
        .map(scenario)
        .collect()
}

fn chance_in_words(wanted: f64) -> String {
    if wanted == 0.5 {
        "at least an even chance".to_owned()
    } else {
        format!(
            "a probability of winning of at least {}",
            whole_or_tenths(wanted)
        )
    }
}

/// A share in percent, with a decimal where it has one.
fn whole_or_tenths(share: f64) -> String {
    let tenths = (1000.0 * share).round();
    percent(share, usize::from(tenths % 10.0 != 0.0))
}

/// What chance alone may have done to a probability, in points.
fn give_or_take(error: f64) -> String {
    if 100.0 * error < 0.05 {
        "less than 0.1".to_owned()
    } else {
        format!("{:.1}", 100.0 * error)
    }
}

/// The chart: yield against probability of winning.
pub fn chart(prepared: &Prepared, found: &Frontier) -> String {
    let share = |value: f64| Share::new(value.clamp(0.0, 1.0)).expect("clamped to a share");
    let mark = |point: &FrontierPoint| {
        let (win, error) = point.win?;
        Some(FrontierMark {
            pounds: point.net_vs_no.pounds(),
            collected: (point.collected[0], point.collected[2]),
            win: share(win),
            low: share(win - NORMAL_90 * error),
            high: share(win + NORMAL_90 * error),
            on_frontier: point.on_frontier,
        })
    };
    let found_points = found
        .points
        .iter()
        .filter(|point| point.search != Search::Proposal && point.net_vs_no > Pence::ZERO);
    frontier_chart(&FrontierChart {
        points: found_points.filter_map(mark).collect(),
        proposal: found.proposal().and_then(mark),
        value: found.best_value().and_then(mark),
        title: format!(
            "{} {}: what a vote could raise, and how likely it is to be won",
            prepared.record.authority.name, prepared.vote_year
        ),
        source: format!(
            "bandwise frontier {}, {} draws, seed {}; at least {} of homes frozen, headline at most {}. \
             Found by a local search: not proved best.",
            prepared.scenario.key,
            thousands(u64::from(prepared.scenario.draws)),
            prepared.scenario.seed,
            percent(found.frozen, 1),
            found.most_headline
        ),
    })
}

/// A gain in probability on the same luck that is worth telling.
const LIKELIER: f64 = 0.001;

/// What is found, in a reader's words: a heading and the points under it.
#[derive(Debug, Clone, PartialEq)]
pub struct Passage<'a> {
    /// Its heading.
    pub heading: String,
    /// Its points.
    pub points: Vec<Told>,
    /// The schedule that it describes, if it describes one.
    pub of: Option<&'a FrontierPoint>,
}

/// A point, and what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What it says.
    pub words: String,
    /// What is said under it.
    pub under: Vec<String>,
}

impl<'a> Passage<'a> {
    fn new(heading: impl Into<String>) -> Self {
        Self {
            heading: heading.into(),
            points: Vec::new(),
            of: None,
        }
    }

    fn say(&mut self, words: impl Into<String>) {
        self.points.push(Told {
            words: words.into(),
            under: Vec::new(),
        });
    }

    fn describe(
        &mut self,
        prepared: &Prepared,
        words: impl Into<String>,
        point: &'a FrontierPoint,
    ) {
        self.points.push(Told {
            words: words.into(),
            under: described(prepared, point),
        });
        self.of = Some(point);
    }
}

/// All that is said of what is found, in the order of reading.
pub fn passages<'a>(prepared: &Prepared, found: &'a Frontier, wishes: &Wishes) -> Vec<Passage<'a>> {
    let mut all = vec![answer(prepared, found)];
    all.extend(highest_value(prepared, found));
    all.extend(likeliest(prepared, found));
    all.extend(richest(prepared, found));
    all.extend(proposal(prepared, found));
    all.extend(holds_back(found));
    all.push(rests_on(prepared, found, wishes));
    all
}

/// The caveats of a search: those of the scenario, and few draws where they are.
pub fn warnings(prepared: &Prepared, found: &Frontier) -> Vec<WarningRow> {
    let mut known = prepared.warnings.clone();
    let error = found.proposal().and_then(|point| point.win);
    known.extend(error.and_then(|(_, error)| results::few_draws(prepared, error)));
    results::rows_of(&known)
}

/// The card; `place` is where the files are.
pub fn card(
    prepared: &Prepared,
    found: &Frontier,
    wishes: &Wishes,
    warnings: &[WarningRow],
    place: &str,
) -> String {
    let authority = &prepared.record.authority.name;
    let mut card = Card::new(&format!(
        "{authority} {}: what to propose",
        prepared.vote_year
    ));
    put(&answer(prepared, found), &mut card);
    if let Some(passage) = highest_value(prepared, found) {
        put(&passage, &mut card);
    }
    columns(found, &mut card);
    if let Some(passage) = proposal(prepared, found) {
        put(&passage, &mut card);
    }
    if let Some(passage) = holds_back(found) {
        put(&passage, &mut card);
    }
    put(&rests_on(prepared, found, wishes), &mut card);
    card.section("Take care");
    for warning in warnings {
        card.item(&warning.message);
    }
    card.end(place)
}

fn put(passage: &Passage<'_>, card: &mut Card) {
    card.section(&passage.heading);
    for point in &passage.points {
        card.item(&point.words);
        for words in &point.under {
            card.item(&format!("  {words}"));
        }
    }
}

fn answer<'a>(prepared: &Prepared, found: &'a Frontier) -> Passage<'a> {
    let authority = &prepared.record.authority.name;
    let wanted = chance_in_words(found.wanted);
    let mut passage = Passage::new("The answer");
    match (found.at_wanted(), found.likeliest()) {
        (Some(point), _) => {
            let words = format!("If {authority} wants {wanted}, propose:");
            passage.describe(prepared, words, point);
        }
        (None, Some(point)) => {
            let (win, error) = point.win.unwrap_or((0.0, 0.0));
            let words = format!(
                "No schedule found that collects more than a No has {wanted} with {} of homes frozen: \
                 the highest found is {} (give or take {} points from chance alone), with:",
                percent(found.frozen, 1),
                percent(win, 1),
                give_or_take(error)
            );
            passage.describe(prepared, words, point);
        }
        (None, None) => passage.say(format!(
            "No schedule found collects more than a No on average, with {} of homes frozen and a headline \
             of at most {}: a No without a vote brings as much.",
            percent(found.frozen, 1),
            found.most_headline
        )),
    }
    passage
}

fn highest_value<'a>(prepared: &Prepared, found: &'a Frontier) -> Option<Passage<'a>> {
    let point = found.best_value()?;
    let mut passage = Passage::new("The highest expected value");
    let words = match point.value {
        Some((mean, _)) if mean <= 0.0 => {
            "No schedule found is worth holding a vote for on average; the best of them:"
        }
        _ => "On average holding the vote is worth most with:",
    };
    passage.describe(prepared, words, point);
    Some(passage)
}

/// The likeliest to be won, where it is not the answer.
fn likeliest<'a>(prepared: &Prepared, found: &'a Frontier) -> Option<Passage<'a>> {
    found.at_wanted()?;
    let point = found.likeliest()?;
    let mut passage = Passage::new("The likeliest to be won");
    passage.describe(
        prepared,
        "Of all that were found the vote is won most often with:",
        point,
    );
    Some(passage)
}

fn richest<'a>(prepared: &Prepared, found: &'a Frontier) -> Option<Passage<'a>> {
    let point = found.richest()?;
    let mut passage = Passage::new("The most yield");
    passage.describe(
        prepared,
        "Of all that were found a Yes would raise most with:",
        point,
    );
    Some(passage)
}

/// A schedule in a councillor's words.
fn described(prepared: &Prepared, point: &FrontierPoint) -> Vec<String> {
    let bands = prepared.schedule.bands();
    let mut told = Vec::new();
    let frozen: Vec<Band> = bands
        .iter()
        .copied()
        .filter(|&band| point.rises[band] <= Rise::FREEZE)
        .collect();
    let homes: i64 = prepared.record.dwellings().values().iter().sum();
    told.push(format!(
        "A headline of {}; {} ({} of {} homes).",
        point.headline,
        match frozen.as_slice() {
            [] => "no band frozen".to_owned(),
            [only] => format!("band {only} frozen"),
            [first, .., last] => format!("bands {first} to {last} frozen"),
        },
        percent(point.share_frozen, 1),
        thousands(homes.unsigned_abs())
    ));
    let raised: Vec<String> = bands
        .iter()
        .filter(|band| point.rises[**band] > Rise::FREEZE)
        .map(|&band| {
            format!(
                "{band} {} ({:+})",
                signed(point.change_vs_today[band].pounds(), 0),
                point.rises[band]
            )
        })
        .collect();
    if !raised.is_empty() {
        told.push(format!(
            "A full bill of the council's own part over today, a year: {}.",
            raised.join(", ")
        ));
    }
    let [low, middle, high] = point.collected;
    told.push(format!(
        "If it is carried, {} a year over a No is really collected, 90% range {} to {}; budgeted are \
         {}, before challenges, unpaid bills and reductions that grow.",
        pounds(middle, 0),
        pounds(low, 0),
        pounds(high, 0),
        pounds(point.net_vs_no.pounds(), 0)
    ));
    if let (Some((win, error)), Some([low, middle, high])) = (point.win, point.yes_share) {
        told.push(format!(
            "Probability of winning {} (give or take {} points from chance alone); Yes {} of \
             votes, 90% range {} to {}.",
            percent(win, 1),
            give_or_take(error),
            percent(middle, 0),
            percent(low, 0),
            percent(high, 0)
        ));
    }
    if let Some((mean, error)) = point.value {
        told.push(format!(
            "On average holding the vote {} {} in the first year (give or take {}), after the costs of \
             the poll and of losing.",
            if mean < 0.0 { "loses" } else { "gains" },
            pounds(mean.abs(), 0),
            pounds(error, 0)
        ));
    }
    told
}

/// A schedule as it stands in a list, with what it is.
struct Listed<'a> {
    point: &'a FrontierPoint,
    notes: Vec<&'static str>,
}

impl Listed<'_> {
    fn place(&self) -> String {
        let on = if self.point.on_frontier { "yes" } else { "no" };
        if self.notes.is_empty() {
            on.to_owned()
        } else {
            format!("{on} ({})", self.notes.join(", "))
        }
    }
}

/// Every schedule that is voted on, each once, from the least likely to be won to the likeliest.
fn listed(found: &Frontier) -> Vec<Listed<'_>> {
    let mut points: Vec<&FrontierPoint> = Vec::new();
    // Targets close to each other have the same answer, which is shown once.
    for point in found.proposal().into_iter().chain(&found.points) {
        let shown = points.iter().any(|held| held.rises == point.rises);
        if point.win.is_some() && !shown {
            points.push(point);
        }
    }
    points.sort_by(|one, other| {
        let chance = |point: &FrontierPoint| point.win.map_or(0.0, |win| win.0);
        chance(one)
            .total_cmp(&chance(other))
            .then(other.net_vs_no.cmp(&one.net_vs_no))
    });
    let is = |one: Option<&FrontierPoint>, point: &FrontierPoint| {
        one.is_some_and(|one| one.rises == point.rises)
    };
    let note = |point: &FrontierPoint| {
        let mut notes = Vec::new();
        if point.search == Search::Proposal {
            notes.push("the proposal");
        }
        if is(found.at_wanted(), point) {
            notes.push("the answer");
        }
        if is(found.likeliest(), point) {
            notes.push("likeliest");
        }
        if is(found.best_value(), point) {
            notes.push("highest value");
        }
        notes
    };
    points
        .into_iter()
        .map(|point| Listed {
            point,
            notes: note(point),
        })
        .collect()
}

/// Every schedule that was found with all its figures, and the schedule of each row.
pub fn listing<'a>(prepared: &Prepared, found: &'a Frontier) -> (Table, Vec<&'a FrontierPoint>) {
    let homes: i64 = prepared.record.dwellings().values().iter().sum();
    let listed = listed(found);
    let row = |one: &Listed<'_>| {
        let point = one.point;
        let (win, error) = point.win.unwrap_or((0.0, 0.0));
        let [low, middle, high] = point.collected;
        let yes = point
            .yes_share
            .map_or(String::new(), |[low, middle, high]| {
                format!(
                    "{} ({} to {})",
                    percent(middle, 0),
                    percent(low, 0),
                    percent(high, 0)
                )
            });
        let value = point.value.map_or(String::new(), |(mean, error)| {
            format!("{} (± {})", pounds(mean, 0), pounds(error, 0))
        });
        let bands = prepared.schedule.bands().iter();
        let rises: Vec<(Band, Rise)> = bands.map(|&band| (band, point.rises[band])).collect();
        vec![
            point.headline.to_string(),
            rises_in_words(&rises),
            format!("{} (± {})", percent(win, 1), give_or_take(error)),
            yes,
            pounds(point.net_vs_no.pounds(), 0),
            format!(
                "{} ({} to {})",
                pounds(middle, 0),
                pounds(low, 0),
                pounds(high, 0)
            ),
            percent(point.share_frozen, 1),
            value,
            one.place(),
        ]
    };
    let table = Table {
        caption: "Schedules found, from the least likely to be won to the likeliest".to_owned(),
        columns: vec![
            Column::figures("Headline, over today's amount"),
            Column::words("Rise of the council's own part, by band"),
            Column::figures("Probability of winning (give or take, points)"),
            Column::figures("Yes, of votes cast (90% range)"),
            Column::figures("Yield over a No as budgeted, a year"),
            Column::figures("Really collected over a No, first year (90% range)"),
            Column::figures(format!(
                "Frozen, of {} homes",
                thousands(homes.unsigned_abs())
            )),
            Column::figures("Average gain from holding the vote, first year (give or take)"),
            Column::words("On the frontier"),
        ],
        rows: listed.iter().map(row).collect(),
        note: format!(
            "On the frontier: it keeps to what is wished, and no other schedule found raises as much and is as \
             likely to be won. Give or take: what chance alone does in {} draws.",
            thousands(u64::from(prepared.scenario.draws))
        ),
    };
    (table, listed.iter().map(|one| one.point).collect())
}

/// The answer without each limit that holds it back; nothing where none does. What is not reached at all is
/// said by [`unreached`].
pub fn limits(found: &Frontier) -> Option<Table> {
    let with = found.at_wanted().map(|point| point.net_vs_no);
    let row = |one: &Relaxed| {
        let point = &one.point;
        let win = point.win.map_or(String::new(), |(win, error)| {
            format!("{} (± {})", percent(win, 1), give_or_take(error))
        });
        let more = with.map(|with| pounds((point.net_vs_no - with).pounds(), 0));
        vec![
            capital(&let_go_in_words(one.constraint, found)),
            win,
            point.headline.to_string(),
            pounds(point.net_vs_no.pounds(), 0),
            more.unwrap_or_default(),
        ]
    };
    (!found.relaxed.is_empty()).then(|| Table {
        caption: format!(
            "What stands in the way of {}: the answer without each limit",
            chance_in_words(found.wanted)
        ),
        columns: vec![
            Column::words("What is let go"),
            Column::figures("Probability of winning then (give or take, points)"),
            Column::figures("Headline then, over today's amount"),
            Column::figures("Yield over a No then, as budgeted, a year"),
            Column::figures("More than the answer, a year"),
        ],
        rows: found.relaxed.iter().map(row).collect(),
        note: "Empty: there is no answer with the limit to set it against.".to_owned(),
    })
}

/// What no schedule reaches, in sentences.
pub fn unreached(found: &Frontier) -> Vec<String> {
    let mut told = Vec::new();
    let of_win: Vec<String> = of_search(&found.unreached, Search::MostYield)
        .map(whole_or_tenths)
        .collect();
    if !of_win.is_empty() {
        told.push(format!(
            "Reached by no schedule found that collects more than a No: a probability of winning of {}.",
            of_win.join(", ")
        ));
    }
    let of_yield: Vec<String> = of_search(&found.unreached, Search::HighestWin)
        .map(|target| pounds(target, 0))
        .collect();
    if !of_yield.is_empty() {
        told.push(format!(
            "Raised by no schedule found: {} a year over a No.",
            of_yield.join(", ")
        ));
    }
    told
}

fn columns(found: &Frontier, card: &mut Card) {
    card.section("Yield against the probability of winning");
    let header = vec![
        "P(win)",
        "give or take",
        "yield over a No",
        "headline",
        "frozen",
        "expected value",
        "on the frontier",
    ];
    let rows = listed(found).into_iter().map(|one| {
        let point = one.point;
        let (win, error) = point.win.unwrap_or((0.0, 0.0));
        vec![
            percent(win, 1),
            give_or_take(error),
            pounds(point.net_vs_no.pounds(), 0),
            point.headline.to_string(),
            percent(point.share_frozen, 0),
            point
                .value
                .map_or("-".to_owned(), |(mean, _)| pounds(mean, 0)),
            one.place(),
        ]
    });
    card.block(&in_columns(header, rows));
    for sentence in unreached(found) {
        card.item(&sentence);
    }
}

fn of_search(unreached: &[Unreached], search: Search) -> impl Iterator<Item = f64> {
    unreached
        .iter()
        .filter(move |missed| missed.search == search)
        .map(|missed| missed.target)
}

fn proposal<'a>(prepared: &Prepared, found: &'a Frontier) -> Option<Passage<'a>> {
    let point = found.proposal()?;
    let mut passage = Passage::new(format!("The proposal ({})", prepared.scenario.key));
    let Some((win, error)) = point.win else {
        passage.say("It needs no vote, so that it has no probability of winning to compare.");
        return Some(passage);
    };
    passage.say(format!(
        "It raises {} a year over a No as budgeted with a probability of winning of {} (give or take {} \
         points), {} of homes frozen; expected value {}.",
        pounds(point.net_vs_no.pounds(), 0),
        percent(win, 1),
        give_or_take(error),
        percent(point.share_frozen, 1),
        point
            .value
            .map_or("-".to_owned(), |(mean, _)| pounds(mean, 0))
    ));
    if !found.broken.is_empty() {
        let broken: Vec<String> = (found.broken.iter())
            .map(|one| in_words(*one, found))
            .collect();
        passage.say(format!(
            "It does not keep to what is wished ({}), so that it is not on the frontier.",
            broken.join("; ")
        ));
    }
    if point.net_vs_no <= Pence::ZERO {
        passage.say("A No without a vote raises as much or more.");
        return Some(passage);
    }
    let others = || {
        found
            .points
            .iter()
            .filter(|other| other.search != Search::Proposal)
    };
    let chance = |point: &FrontierPoint| point.win.map_or(0.0, |win| win.0);
    let likelier = others()
        .filter(|other| other.net_vs_no >= point.net_vs_no)
        .max_by(|one, other| chance(one).total_cmp(&chance(other)))
        .filter(|other| chance(other) > win);
    let richer = others()
        .filter(|other| chance(other) >= win)
        .max_by_key(|other| other.net_vs_no)
        .filter(|other| other.net_vs_no > point.net_vs_no);
    if let Some(other) = likelier {
        passage.say(format!(
            "A schedule that raises as much was found with a probability of winning of {} (headline {}): \
             on the same luck, {:.1} points more.",
            percent(chance(other), 1),
            other.headline,
            100.0 * (chance(other) - win)
        ));
    }
    if let Some(other) = richer {
        passage.say(format!(
            "A schedule as likely to be won was found that raises {} more a year (headline {}).",
            pounds((other.net_vs_no - point.net_vs_no).pounds(), 0),
            other.headline
        ));
    }
    if likelier.is_none() && richer.is_none() {
        passage.say(if point.on_frontier {
            "No schedule found beats it: it is on the frontier."
        } else {
            "No schedule found raises as much and is as likely to be won."
        });
    }
    Some(passage)
}

/// What a constraint asks, in words.
fn in_words(constraint: Constraint, found: &Frontier) -> String {
    match constraint {
        Constraint::Frozen => format!("{} of homes frozen", percent(found.frozen, 1)),
        Constraint::Headline => format!("a headline of at most {}", found.most_headline),
        Constraint::Rise(band) => format!("the cap on the rise of band {band}"),
        Constraint::Pounds(band) => format!("the cap in pounds, which band {band} meets"),
        Constraint::Progressivity => "the progressivity asked for".to_owned(),
        Constraint::Win => format!(
            "a probability of winning of {}",
            whole_or_tenths(found.wanted)
        ),
        Constraint::Yield => "the yield asked for".to_owned(),
    }
}

/// What is done to a constraint to see what it costs, in words.
fn let_go_in_words(constraint: Constraint, found: &Frontier) -> String {
    match constraint {
        Constraint::Frozen if found.at_wanted().is_none() => "with no band frozen".to_owned(),
        Constraint::Frozen => "with one band fewer frozen".to_owned(),
        Constraint::Win => format!(
            "if {} were enough",
            whole_or_tenths((found.wanted - 0.05).max(0.0))
        ),
        Constraint::Headline => format!("with a headline of up to {}", Rise::HIGHEST),
        Constraint::Rise(band) => format!("without the cap on band {band}"),
        Constraint::Pounds(_) => "without the cap in pounds".to_owned(),
        Constraint::Progressivity => "without the progressivity asked for".to_owned(),
        Constraint::Yield => "without the yield asked for".to_owned(),
    }
}

fn holds_back(found: &Frontier) -> Option<Passage<'_>> {
    let answer = found.at_wanted();
    let binding: Vec<String> = match answer {
        Some(point) => point
            .binding
            .iter()
            .map(|one| in_words(*one, found))
            .collect(),
        None => Vec::new(),
    };
    if binding.is_empty() && found.relaxed.is_empty() {
        return None;
    }
    let mut passage = Passage::new("What holds the answer back");
    if !binding.is_empty() {
        passage.say(format!("It stands at: {}.", binding.join("; ")));
    }
    for Relaxed { constraint, point } in &found.relaxed {
        let (win, error) = point.win.unwrap_or((0.0, 0.0));
        let likelier = win
            - found
                .likeliest()
                .and_then(|point| point.win)
                .map_or(0.0, |win| win.0);
        let more = answer.map(|answer| (point.net_vs_no - answer.net_vs_no).pounds());
        let change = match more {
            Some(more) if more > 0.0 => format!("{} more a year", pounds(more, 0)),
            None if likelier >= LIKELIER => format!(
                "{} found (give or take {} points), raising {}",
                percent(win, 1),
                give_or_take(error),
                pounds(point.net_vs_no.pounds(), 0)
            ),
            _ => {
                passage.say(format!(
                    "{}: changes nothing.",
                    capital(&let_go_in_words(*constraint, found))
                ));
                continue;
            }
        };
        passage.say(format!(
            "{}: {change} (headline {}).",
            capital(&let_go_in_words(*constraint, found)),
            point.headline
        ));
    }
    Some(passage)
}

fn rests_on<'a>(prepared: &Prepared, found: &'a Frontier, wishes: &Wishes) -> Passage<'a> {
    let mut passage = Passage::new("How far to trust it");
    passage.say(format!(
        "Kept to: {} of homes frozen{}, a headline of at most {}{}{}{}; no dearer band pays a smaller \
         rise; rises in basis points.",
        percent(found.frozen, 1),
        if wishes.frozen.is_none() {
            " (as the proposal has it)"
        } else {
            ""
        },
        found.most_headline,
        if wishes.most_headline.is_none() {
            " (where no other is asked for)"
        } else {
            ""
        },
        wishes
            .most_rise
            .iter()
            .map(|(band, rise)| format!(", band {band} at most {rise}"))
            .collect::<String>(),
        wishes.most_pounds.map_or(String::new(), |most| format!(
            ", no full bill of the own part more than {most} a year over today"
        ))
    ));
    if let Some(least) = wishes.progressivity {
        passage.say(format!(
            "Kept to: a Kakwani index of the own element of {least:.4} or more."
        ));
    }
    passage.say(format!(
        "Searched on {} draws, {} schedules tried; each schedule shown is chosen and run on {} other \
         draws with the scenario's seed {}; run it again with another seed for an independent figure.",
        thousands(u64::from(wishes.search_draws)),
        thousands(found.tried),
        thousands(u64::from(prepared.scenario.draws)),
        prepared.scenario.seed
    ));
    passage.say(
        "The search is local, from many starts: schedules are found, not proved best. Near the best \
         many schedules do almost as well. None is shown that collects no more than a No on average.",
    );
    passage.say(
        "All schedules share one model of the vote, learned from few ballots: read the order of \
         schedules with more trust than any one probability.",
    );
    passage
}
