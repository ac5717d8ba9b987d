//! "Find me a better one": what is looked for, how far the search has come, what was found.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, KeepAliveStream, Sse};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use bandwise::domain::money::thousands;
use bandwise::domain::{Band, Rise, Share};
use bandwise::report::document::{Block, Figure, Holds, Table, fragment};
use bandwise::report::frontier::{
    Passage, best, limits, listing, passages, tables, unreached, warnings,
};
use bandwise::report::{Gathered, figures, folder, json};
use bandwise::simulation::Prepared;
use bandwise::simulation::frontier::{FrontierPoint, Search, Wishes, share_frozen};
use futures_util::Stream;
use futures_util::stream::unfold;
use maud::{Markup, PreEscaped, html};
use tokio::sync::mpsc;

use super::choices::{Choices, Steer, percent_of};
use super::desk::Stop;
use super::files::taken_away;
use super::page::{self, shell};
use super::refused::Refused;
use super::routes::{Held, Shared};
use super::searches::{Found, QUICK_LOOK, Ready, Stage, find, ready};
use super::site::Site;
use super::wishes::{
    Asked, FROZEN, MOST_HEADLINE, MOST_POUNDS, MOST_RISE, PROGRESSIVITY, SEARCH, SEARCH_DRAWS,
    is_wish,
};
use crate::app::frontier::stated;

/// How often a stream without news says that it is still there.
const STILL_THERE: Duration = Duration::from_secs(10);
/// Events that wait to be sent.
const MOST_EVENTS: usize = 16;

/// Its routes.
pub fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/better", get(better))
        .route("/better/events", get(page_events))
        .route("/better/files/{*name}", get(file))
}

/// The page: what is looked for and, where the link asks for it, what was found.
async fn better(State(shared): Held, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let (asked, fault) = match Asked::read(&query, &shared.site) {
        Ok(asked) => (asked, None),
        // What is wrong with a wish is said beside the wishes.
        Err(refused) => match Asked::read(&without_wishes(&query), &shared.site) {
            Ok(asked) => (asked, Some(refused)),
            Err(refused) => return page::refused(&shared.site, None, &refused),
        },
    };
    let ready = match ready(&shared, &asked).await {
        Ok(ready) => ready,
        Err(refused) => return answer(&asked, None, Err(&refused)),
    };
    if let Some(refused) = fault {
        return answer(&asked, Some(&ready), Err(&refused));
    }
    if !asked.search {
        return answer(&asked, Some(&ready), Ok(None));
    }
    let prepared = Some(Arc::clone(&ready.prepared));
    let found = match find(&shared, &asked, prepared, |_| {}).await {
        Ok(found) => told(&shared, &asked.choices, &found).await,
        Err(refused) => Err(refused),
    };
    match found {
        Ok(found) => answer(&asked, Some(&ready), Ok(Some(&found))),
        Err(refused) => answer(&asked, Some(&ready), Err(&refused)),
    }
}

/// The query of the state alone.
fn without_wishes(query: &str) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| !is_wish(name)))
        .finish()
}

/// What was found for a state, in HTML.
async fn told(
    shared: &Arc<Shared>,
    choices: &Choices,
    found: &Arc<Found>,
) -> Result<String, Refused> {
    let (choices, found) = (choices.clone(), Arc::clone(found));
    let job = move |_: &Site, _: &Stop| Ok(results(&choices, &found).into_string());
    shared.work(job).await
}

/// Who reads a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reader {
    /// The page: the result is a piece of HTML.
    Page,
    /// A program: the result is JSON.
    Program,
}

/// A stream of how far a search has come and, at last, of what was found.
type Events = Sse<KeepAliveStream<Pin<Box<dyn Stream<Item = Result<Event, Infallible>> + Send>>>>;

async fn page_events(State(shared): Held, RawQuery(query): RawQuery) -> Events {
    // A browser does not show its page what an answer with another status says.
    let asked = Asked::read(&query.unwrap_or_default(), &shared.site);
    events(&shared, asked, None, Reader::Page)
}

/// The same for programs: a refusal before the search is one of HTTP.
pub async fn api_events(State(shared): Held, RawQuery(query): RawQuery) -> Result<Events, Refused> {
    let asked = Asked::read(&query.unwrap_or_default(), &shared.site)?;
    let Ready { prepared, .. } = ready(&shared, &asked).await?;
    Ok(events(&shared, Ok(asked), Some(prepared), Reader::Program))
}

fn events(
    shared: &Arc<Shared>,
    asked: Result<Asked, Refused>,
    prepared: Option<Arc<Prepared>>,
    reader: Reader,
) -> Events {
    let (sender, receiver) = mpsc::channel(MOST_EVENTS);
    let shared = Arc::clone(shared);
    tokio::spawn(async move {
        let telling = async {
            // One that cannot be sent at once is followed by a newer one.
            let tell = |stage| drop(sender.try_send(progress(stage)));
            let event = match result(&shared, asked, prepared, reader, tell).await {
                Ok(data) => Event::default().event("result").data(data),
                Err(refused) => Event::default().event("fault").data(match reader {
                    Reader::Page => refused.message,
                    Reader::Program => quoted("error", &refused.message),
                }),
            };
            drop(sender.send(event).await);
        };
        // The search ends with the stream: dropped, it is told to stop.
        tokio::select! {
            () = sender.closed() => {}
            () = telling => {}
        }
    });
    let stream = unfold(receiver, |mut receiver| async {
        let event = receiver.recv().await?;
        Some((Ok(event), receiver))
    });
    let stream: Pin<Box<dyn Stream<Item = _> + Send>> = Box::pin(stream);
    Sse::new(stream).keep_alive(KeepAlive::new().interval(STILL_THERE).text("still there"))
}

async fn result(
    shared: &Arc<Shared>,
    asked: Result<Asked, Refused>,
    prepared: Option<Arc<Prepared>>,
    reader: Reader,
    tell: impl FnMut(Stage),
) -> Result<String, Refused> {
    let asked = asked?;
    let found = find(shared, &asked, prepared, tell).await?;
    match reader {
        Reader::Page => told(shared, &asked.choices, &found).await,
        Reader::Program => {
            let all = json::json(&tables(&found.prepared, &found.frontier));
            String::from_utf8(all).map_err(Refused::bug)
        }
    }
}

fn progress(stage: Stage) -> Event {
    let (done, total, words) = match stage {
        Stage::Waits => (
            0,
            0,
            "Another search is at work: this one begins when it has ended.".to_owned(),
        ),
        Stage::Works { done, total } => (done, total, how_far(done, total)),
    };
    Event::default().event("progress").data(format!(
        "{{\"done\": {done}, \"total\": {total}, \"words\": {}}}",
        serde_json::Value::String(words)
    ))
}

/// How far a search has come, in words.
fn how_far(done: u64, total: u64) -> String {
    match (100 * done).checked_div(total) {
        None | Some(0) => "The search has begun.".to_owned(),
        Some(percent) => format!("About {percent}% of the search is done."),
    }
}

/// One name and a text, as JSON.
fn quoted(name: &str, text: &str) -> String {
    format!(
        "{{{}: {}}}",
        serde_json::Value::String(name.to_owned()),
        serde_json::Value::String(text.to_owned())
    )
}

/// A file of what was found: the same bytes as of `bandwise frontier`.
async fn file(
    State(shared): Held,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let asked = Asked::read(&query.unwrap_or_default(), &shared.site)?;
    let found = find(&shared, &asked, None, |_| {}).await?;
    let made = move |_: &Site, _: &Stop| {
        let gathered = Gathered::default();
        let stated = stated(&found.asked.wishes);
        folder::of_frontier(&found.prepared, &found.frontier, &stated, &gathered)
            .map_err(Refused::bug)?;
        taken_away(&name, gathered.into_files())
    };
    shared.work(made).await
}

/// The state of the page that is a schedule found: its figures are those of the table.
pub fn state_of(choices: &Choices, prepared: &Prepared, point: &FrontierPoint) -> Choices {
    if point.search == Search::Proposal {
        return choices.clone();
    }
    let bands = prepared.schedule.bands().iter();
    Choices {
        steer: Steer::Bands(bands.map(|&band| (band, point.rises[band])).collect()),
        ..choices.clone()
    }
}

/// The page with what was found, or with what is wrong.
fn answer(asked: &Asked, ready: Option<&Ready>, found: Result<Option<&str>, &Refused>) -> Response {
    let status = match found {
        Ok(_) => StatusCode::OK,
        Err(refused) => refused.status,
    };
    let page = shell(
        "Find a better proposal",
        &html! {
            main #results tabindex="-1" {
                h1 { "Find me a better one" }
                p { a href={ "/?" (asked.choices.whole_link()) } { "Back to the proposal" } }
                @if let Some(ready) = ready { (sought(ready)) }
                @if let Err(refused) = found {
                    div.fault role="alert" {
                        h2 { "What is wrong" }
                        p { (refused.message) }
                    }
                }
                @if let Some(ready) = ready {
                    (form(asked, &ready.prepared))
                    section #search aria-label="The search" hidden {
                        p #search-words {}
                        progress #search-progress aria-labelledby="search-words" {}
                        button #search-stop type="button" { "Stop the search" }
                    }
                    p #search-fault .fault role="alert" hidden {}
                }
                div #found { @if let Ok(Some(found)) = found { (PreEscaped(found)) } }
            }
        },
    );
    (status, Html(page.into_string())).into_response()
}

/// What is looked for, in plain words.
fn sought(ready: &Ready) -> Markup {
    let prepared = &ready.prepared;
    html! {
        p {
            "From: " strong { (prepared.scenario.title) } ". "
            (prepared.record.authority.name) ", vote on the budget of " (prepared.vote_year) "."
        }
        @if !ready.notes.is_empty() {
            div.note role="note" { @for note in &ready.notes { p { (note) } } }
        }
        p {
            "The program tries thousands of other proposals in its place. Each is a rise for every band, never a \
             smaller one for a dearer band; council, year, polling day and all else stay as they are. It shows \
             those that no other beats: none that it found raises as much and is as likely to be won. They are \
             found by trying, not proved best. They are judged by their first year: open one to see the years after."
        }
    }
}

fn form(asked: &Asked, prepared: &Prepared) -> Markup {
    let wishes = &asked.wishes;
    let link = asked.choices.whole_link();
    let state = form_urlencoded::parse(link.as_bytes());
    let homes: i64 = prepared.record.dwellings().values().iter().sum();
    let homes = thousands(homes.unsigned_abs());
    let name = &prepared.record.authority.name;
    let frozen = format!("{:.1}%", 100.0 * share_frozen(prepared, &prepared.amounts));
    let percent = |value: Option<i64>| value.map_or(String::new(), percent_of);
    let most_rise = |band: Band| {
        let found = wishes.most_rise.iter().find(|(one, _)| *one == band);
        percent(found.map(|(_, rise)| rise.millionths()))
    };
    let opened = !wishes.most_rise.is_empty() || wishes.progressivity.is_some();
    let usual = Wishes::default().search_draws;
    let mut efforts = vec![(usual, "thorough"), (QUICK_LOOK, "a quick look")];
    if !efforts
        .iter()
        .any(|(draws, _)| *draws == wishes.search_draws)
    {
        efforts.push((wishes.search_draws, "as in the link"));
    }
    html! {
        form #better method="get" action="/better" data-events="/better/events" {
            @for (name, value) in state { input type="hidden" name=(name) value=(value); }
            fieldset {
                legend { "What it must keep to" }
                label for=(FROZEN) { "Homes frozen at least, percent of the " (homes) " homes in " (name) }
                input #(FROZEN) name=(FROZEN) type="number" min="0" max="100" step="any" inputmode="decimal"
                    aria-describedby="frozen-note"
                    value=(percent(wishes.frozen.map(Share::millionths)));
                p.note #frozen-note {
                    "Empty: as many as the proposal freezes, " (frozen) ". Frozen means that the council's own part of \
                     the bill does not rise. Bands are frozen whole, cheapest first."
                }
                label for=(MOST_HEADLINE) { "Headline at most, percent of today's amount" }
                input #(MOST_HEADLINE) name=(MOST_HEADLINE) type="number" min="-100" max="300" step="any"
                    inputmode="decimal" aria-describedby="headline-note"
                    value=(percent(wishes.most_headline.map(Rise::millionths)));
                p.note #headline-note {
                    "The headline is the one rise on the ballot paper. Empty: 100, or the proposal's where that is \
                     more."
                }
                label for=(MOST_POUNDS) { "Rise of any full bill at most, pounds a year" }
                input #(MOST_POUNDS) name=(MOST_POUNDS) type="number" min="0" max="1000000" step="0.01"
                    inputmode="decimal" aria-describedby="pounds-note"
                    value=(wishes.most_pounds.map_or(String::new(), |most| most.pounds().to_string()));
                p.note #pounds-note { "Of the council's own part, before discounts. Empty: no limit." }
                details open[opened] {
                    summary { "Limits of single bands, and how progressive" }
                    fieldset.bands {
                        legend { "Rise of the band at most, percent of today's amount (empty: no limit of its own)" }
                        @for &band in prepared.schedule.bands() {
                            @let id = format!("{MOST_RISE}{band}");
                            div {
                                label for=(id) { "Band " (band) }
                                input #(id) name=(id) type="number" min="0" max="300" step="any"
                                    inputmode="decimal" value=(most_rise(band));
                            }
                        }
                    }
                    label for=(PROGRESSIVITY) { "Kakwani index of the council's own part at least" }
                    input #(PROGRESSIVITY) name=(PROGRESSIVITY) type="number" min="-2" max="1" step="any"
                        aria-describedby="index-note"
                        value=(wishes.progressivity.map_or(String::new(), |index| index.to_string()));
                    p.note #index-note {
                        "How far the tax rests on larger incomes: 0 is as income is shared out, below 0 the poorer pay \
                         a larger share of their income. Empty: no limit."
                    }
                }
            }
            label for=(SEARCH_DRAWS) { "How thorough" }
            select #(SEARCH_DRAWS) name=(SEARCH_DRAWS) {
                @for (draws, words) in efforts {
                    option value=(draws) selected[draws == wishes.search_draws] {
                        (words) ": searched on " (thousands(u64::from(draws))) " draws"
                    }
                }
            }
            p { button.main type="submit" name=(SEARCH) value="yes" { "Search" } }
        }
    }
}

/// What was found. The pins of the reader's state stay with what she tries.
fn results(choices: &Choices, found: &Found) -> Markup {
    let (prepared, frontier) = (&found.prepared, &found.frontier);
    let link = found.asked.link();
    let try_it = |point: &FrontierPoint, what: &str| {
        let state = state_of(choices, prepared, point);
        let which = format!("Try this one: {what}, headline {}", point.headline);
        html! { a href={ "/?" (state.whole_link()) } aria-label=(which) { "Try this one" } }
    };
    let beside = |figure: &Figure| -> Vec<(String, String)> {
        let to = |ending: &str| format!("/better/files/charts/{}.{ending}?{link}", figure.name);
        ["svg", "png"]
            .map(|ending| (ending.to_uppercase(), to(ending)))
            .to_vec()
    };
    let chart = [Block::Figure(figures::of_frontier(prepared, frontier))];
    let (table, points) = listing(prepared, frontier);
    let told = passages(prepared, frontier, &found.asked.wishes);
    html! {
        h2 #found-heading tabindex="-1" { "What was found" }
        @for passage in &told { (in_words(passage, &try_it)) }
        h3 { "All that was found" }
        (PreEscaped(fragment(&chart, &beside)))
        (schedules(&table, &points, &try_it))
        @for sentence in unreached(frontier) { p { (sentence) } }
        @if let Some(table) = limits(frontier) {
            (PreEscaped(fragment(&[Block::Table(table)], &|_| Vec::new())))
        }
        h3 { "Take care" }
        ul { @for warning in warnings(prepared, frontier) { li { (warning.message) } } }
        h3 { "Take away" }
        ul {
            @for (file, words) in FILES {
                li { a href={ "/better/files/" (file) "?" (link) } download { (words) } }
            }
            @for (file, scenario) in best(prepared, frontier) {
                li {
                    a href={ "/better/files/" (file) "?" (link) } download {
                        "The scenario: " (scenario.title)
                    }
                }
            }
        }
    }
}

/// Files to take away, beside the chart.
const FILES: [(&str, &str); 4] = [
    ("frontier.csv", "All schedules with all figures (CSV)"),
    ("frontier_limits.csv", "What stands in the way (CSV)"),
    ("warnings.csv", "The caveats (CSV)"),
    ("provenance.json", "From what it was made (JSON)"),
];

type TryIt<'a> = &'a dyn Fn(&FrontierPoint, &str) -> Markup;

fn in_words(passage: &Passage<'_>, try_it: TryIt<'_>) -> Markup {
    html! {
        h3 { (passage.heading) }
        ul {
            @for point in &passage.points {
                li {
                    (point.words)
                    @if !point.under.is_empty() {
                        ul { @for words in &point.under { li { (words) } } }
                    }
                }
            }
        }
        @if let Some(point) = passage.of { p { (try_it(point, &passage.heading)) } }
    }
}

/// The table of all schedules, each with its link.
fn schedules(table: &Table, points: &[&FrontierPoint], try_it: TryIt<'_>) -> Markup {
    html! {
        div.wide tabindex="0" role="region" aria-label=(table.caption) {
            table {
                caption { (table.caption) }
                thead {
                    tr {
                        @for column in &table.columns {
                            th scope="col" class=[(column.holds == Holds::Figures).then_some("figures")] {
                                (column.name)
                            }
                        }
                        th scope="col" { "On this page" }
                    }
                }
                tbody {
                    @for (place, (row, point)) in table.rows.iter().zip(points).enumerate() {
                        tr {
                            @for (at, (value, column)) in row.iter().zip(&table.columns).enumerate() {
                                @let class = (column.holds == Holds::Figures).then_some("figures");
                                @if at == 0 {
                                    th scope="row" class=[class] { (value) }
                                } @else {
                                    td class=[class] { (value) }
                                }
                            }
                            td.try { (try_it(point, &format!("row {}", place + 1))) }
                        }
                    }
                }
            }
        }
        p.note { (table.note) }
    }
}
