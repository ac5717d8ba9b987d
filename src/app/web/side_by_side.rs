//! Proposals side by side: the state and what is pinned, on the same luck.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use bandwise::data::Scenario;
use bandwise::report::comparison::{Comparison, ComparisonBriefing, NotComparable};
use bandwise::report::document::{Figure, fragment};
use bandwise::report::folder::{self, Format, Wanted};
use bandwise::report::paper::{Compared, KeyBills, key_figures};
use bandwise::report::{Briefing, Gathered};
use maud::{Markup, PreEscaped, html};

use super::answer::Drawn;
use super::choices::{Choices, Chosen};
use super::desk::Stop;
use super::files::{not_among, taken_away};
use super::page::{self, shell};
use super::refused::Refused;
use super::routes::{Held, Shared};
use super::site::Site;

/// Its routes.
pub fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/compare", get(compare))
        .route("/compare/files/{*name}", get(file))
}

/// A proposal of those side by side.
pub struct Beside {
    /// The query of its link, without pins.
    pub link: String,
    /// The proposal, simulated.
    pub drawn: Drawn,
}

/// The state and what is pinned, each simulated on the draws and the seed of the state. Keys that are the
/// same are told apart: `own-proposal`, `own-proposal-2`.
///
/// # Errors
/// When one of them is no scenario that can be run, or nobody waits any more.
pub fn beside(choices: &Choices, site: &Site, stop: &Stop) -> Result<Vec<Beside>, Refused> {
    let mut all: Vec<Beside> = Vec::new();
    let mut keys = BTreeSet::new();
    for link in links(choices) {
        let Chosen { scenario, notes } = Choices::read(&link, site)?.scenario(site)?;
        let (scenario, mut notes) = match all.first() {
            None => (scenario, notes),
            Some(first) => on_the_luck_of(&first.drawn.prepared.scenario, scenario, notes),
        };
        let scenario = Scenario {
            key: told_apart(&scenario.key, &keys),
            ..scenario
        };
        keys.insert(scenario.key.clone());
        for note in &mut notes {
            *note = format!("{}: {note}", scenario.key);
        }
        let drawn = Drawn::simulate(&scenario, notes, site, stop)?;
        all.push(Beside { link, drawn });
    }
    Ok(all)
}

/// The links of the state and of what is pinned, each once.
fn links(choices: &Choices) -> Vec<String> {
    let mut links = vec![choices.link()];
    for pin in &choices.pins {
        if !links.contains(pin) {
            links.push(pin.clone());
        }
    }
    links
}

fn on_the_luck_of(
    first: &Scenario,
    scenario: Scenario,
    mut notes: Vec<String>,
) -> (Scenario, Vec<String>) {
    let same =
        (scenario.draws, scenario.seed, scenario.points) == (first.draws, first.seed, first.points);
    if !same {
        notes.push(format!(
            "simulated on the {} draws of seed {} of the proposal in the first column, to share its luck.",
            first.draws, first.seed
        ));
    }
    let scenario = Scenario {
        draws: first.draws,
        seed: first.seed,
        points: first.points,
        ..scenario
    };
    (scenario, notes)
}

/// A key that none of the others has.
fn told_apart(key: &str, others: &BTreeSet<String>) -> String {
    let mut number = 1;
    let mut own = key.to_owned();
    while others.contains(&own) {
        number += 1;
        own = format!("{key}-{number}");
    }
    own
}

/// The proposals that share the luck of the first, and why others do not.
fn sharing(all: &[Beside]) -> (Vec<&Beside>, Vec<String>) {
    let Some((first, others)) = all.split_first() else {
        return (Vec::new(), Vec::new());
    };
    let mut paired = vec![first];
    let mut reasons = Vec::new();
    for other in others {
        match Comparison::of(&[drawn(first), drawn(other)]) {
            Ok(_) => paired.push(other),
            Err(error) => reasons.push(reason(&error)),
        }
    }
    (paired, reasons)
}

fn drawn(
    one: &Beside,
) -> (
    &bandwise::simulation::Prepared,
    &bandwise::simulation::DrawOutcomes,
) {
    (&one.drawn.prepared, &one.drawn.outcomes)
}

/// Why two proposals are not paired, in the words of the page.
fn reason(error: &NotComparable) -> String {
    match error {
        NotComparable::OtherLuck { first, other } => format!(
            "{other} is of another council or year than {first}: its figures stand in the table, but a difference \
             between the two would say nothing."
        ),
        error => format!("{error}."),
    }
}

/// The comparison of those that share their luck, and the briefing on it.
///
/// # Errors
/// When they cannot be compared.
fn compared<'a>(paired: &[&'a Beside]) -> Result<(Comparison<'a>, ComparisonBriefing), Refused> {
    let all: Vec<_> = paired.iter().map(|one| drawn(one)).collect();
    let comparison = Comparison::of(&all).map_err(Refused::bad_input)?;
    let briefings: Vec<Briefing> = paired
        .iter()
        .map(|one| one.drawn.briefing.clone())
        .collect();
    let briefing = comparison.briefing(&briefings, &[])?;
    Ok((comparison, briefing))
}

/// The page.
async fn compare(State(shared): Held, RawQuery(query): RawQuery) -> Response {
    let choices = match Choices::read(&query.unwrap_or_default(), &shared.site) {
        Ok(choices) => choices,
        Err(refused) => return page::refused(&shared.site, None, &refused),
    };
    let state = choices.clone();
    let made = move |site: &Site, stop: &Stop| whole(&state, &beside(&state, site, stop)?);
    match shared.work(made).await {
        Ok(page) => Html(page.into_string()).into_response(),
        Err(refused) => page::refused(&shared.site, Some(&choices), &refused),
    }
}

/// A file of the comparison: the same bytes as of `bandwise compare`.
async fn file(
    State(shared): Held,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let choices = Choices::read(&query.unwrap_or_default(), &shared.site)?;
    let made = move |site: &Site, stop: &Stop| {
        let formats = Format::of_file(&name).ok_or_else(|| not_among(""))?;
        let all = beside(&choices, site, stop)?;
        let (paired, reasons) = sharing(&all);
        if paired.len() < 2 {
            return Err(Refused::bad_input(match reasons.first() {
                Some(reason) => reason.clone(),
                None => {
                    "pin: is missing (allowed: the link of a proposal to compare with)".to_owned()
                }
            }));
        }
        let (comparison, briefing) = compared(&paired)?;
        let gathered = Gathered::default();
        let wanted = Wanted { formats, pdf: None };
        folder::of_comparison(&comparison, &briefing, wanted, &gathered)?;
        taken_away(&name, gathered.into_files())
    };
    shared.work(made).await
}

fn whole(choices: &Choices, all: &[Beside]) -> Result<Markup, Refused> {
    let (paired, reasons) = sharing(all);
    let briefing = if paired.len() > 1 {
        Some(compared(&paired)?.1)
    } else {
        None
    };
    let notes: Vec<&String> = all.iter().flat_map(|one| &one.drawn.notes).collect();
    let link = choices.whole_link();
    let beside = |figure: &Figure| -> Vec<(String, String)> {
        let to = |ending: &str| format!("/compare/files/charts/{}.{ending}?{link}", figure.name);
        ["svg", "png"]
            .map(|ending| (ending.to_uppercase(), to(ending)))
            .to_vec()
    };
    Ok(shell(
        "Proposals side by side",
        &html! {
            main #results tabindex="-1" {
                h1 { "Proposals side by side" }
                p { a href={ "/?" (link) } { "Back to the proposal" } }
                @if all.len() < 2 {
                    p {
                        "Nothing is pinned yet. Pin a proposal, change it or open another one, and come back: then \
                         both stand here."
                    }
                }
                (table(choices, all, KeyBills::ByBand))
                @if !notes.is_empty() || !reasons.is_empty() {
                    div.note role="note" {
                        @for note in &notes { p { (note) } }
                        @for reason in &reasons { p { (reason) } }
                    }
                }
                @if let Some(briefing) = &briefing {
                    (PreEscaped(fragment(&briefing.document.blocks, &beside)))
                    h2 { "Take away" }
                    ul {
                        @for (file, words) in FILES {
                            li { a href={ "/compare/files/" (file) "?" (link) } download { (words) } }
                        }
                    }
                    footer { (briefing.document.footer) }
                }
            }
        },
    ))
}

/// Files to take away, beside the charts.
const FILES: [(&str, &str); 6] = [
    ("compare.csv", "Differences draw by draw (CSV)"),
    ("league.csv", "Who stands where (CSV)"),
    ("warnings.csv", "The caveats (CSV)"),
    ("briefing.html", "The briefing as a page (HTML)"),
    ("briefing.docx", "The briefing for a word processor (DOCX)"),
    ("provenance.json", "From what it was made (JSON)"),
];

/// Key figures of proposals side by side, each with the links that open it or take it off.
pub fn table(choices: &Choices, all: &[Beside], bills: KeyBills) -> Markup {
    let compared: Vec<Compared<'_>> = (all.iter())
        .map(|one| Compared {
            prepared: &one.drawn.prepared,
            briefing: &one.drawn.briefing,
        })
        .collect();
    let figures = key_figures(&compared, bills);
    html! {
        div.wide tabindex="0" role="region" aria-label=(figures.caption) {
            table.columns-of-proposals {
                caption { (figures.caption) }
                thead {
                    tr {
                        th scope="col" { (figures.columns[0].name) }
                        @for one in all { th scope="col" { (heading(choices, one)) } }
                    }
                }
                tbody {
                    @for row in &figures.rows {
                        tr {
                            th scope="row" { (row[0]) }
                            @for cell in &row[1..] { td { (cell) } }
                        }
                    }
                }
            }
        }
        p.note { (figures.note) }
    }
}

fn heading(choices: &Choices, one: &Beside) -> Markup {
    let scenario = &one.drawn.prepared.scenario;
    let here = choices.link();
    let without = |link: &String| -> Vec<String> {
        let pins = choices.pins.iter();
        pins.filter(|pin| *pin != link).cloned().collect()
    };
    html! {
        span.key { (scenario.key) }
        span.title { (scenario.title) }
        ul {
            @if one.link == here {
                li { "(the one on the page)" }
            } @else {
                // What is on the page changes places with it, so that nothing is lost.
                @let others: Vec<String> = without(&one.link).into_iter().chain([here.clone()]).collect();
                li {
                    a href={ "/?" (with_pins(&one.link, &others)) } aria-label={ "Open " (scenario.key) } { "Open" }
                }
                li {
                    a href={ "/compare?" (choices.link_with(&without(&one.link))) }
                        aria-label={ "Take it off: " (scenario.key) } { "Take it off" }
                }
            }
        }
    }
}

/// A link with these pins, each once.
fn with_pins(link: &str, pins: &[String]) -> String {
    let mut query = form_urlencoded::Serializer::new(link.to_owned());
    let mut held: Vec<&String> = Vec::new();
    for pin in pins {
        if !held.contains(&pin) {
            query.append_pair(super::choices::PIN, pin);
            held.push(pin);
        }
    }
    query.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proposals_of_the_same_key_are_told_apart() {
        let mut keys = BTreeSet::new();
        for expected in ["own-proposal", "own-proposal-2", "own-proposal-3"] {
            let key = told_apart("own-proposal", &keys);
            assert_eq!(key, expected);
            keys.insert(key);
        }
        assert_eq!(told_apart("gentle-efgh", &keys), "gentle-efgh");
    }

    #[test]
    fn what_is_pinned_shares_the_luck_of_the_state_and_stands_there_once() {
        let site = Site::open().unwrap();
        let state = "start=gentle-efgh&draws=60&seed=3";
        let other = "start=williamson-2018&draws=500";
        let elsewhere = "start=gentle-efgh&authority=Sandwell";
        let mut choices = Choices::read(state, &site).unwrap();
        choices.pins = [other, elsewhere, state].map(str::to_owned).to_vec();
        let all = beside(&choices, &site, &Stop::default()).unwrap();
        let keys: Vec<&str> = (all.iter())
            .map(|one| one.drawn.prepared.scenario.key.as_str())
            .collect();
        assert_eq!(keys.len(), 3);
        assert_eq!(keys[..2], ["gentle-efgh", "williamson-2018"]);
        for one in &all {
            let scenario = &one.drawn.prepared.scenario;
            assert_eq!((scenario.draws, scenario.seed), (60, 3));
        }
        let (paired, reasons) = sharing(&all);
        assert_eq!(paired.len(), 2);
        assert_eq!(reasons.len(), 1);
        assert!(
            reasons[0].contains("of another council or year"),
            "{reasons:?}"
        );
        let page = whole(&choices, &all).unwrap().into_string();
        assert!(page.contains("Take it off: williamson-2018"));
        assert!(page.contains("simulated on the 60 draws of seed 3"));
        assert!(page.contains("Differences on the same luck"));
        // Whoever opens a pinned one finds the one before among the pins.
        let swapped = with_pins(other, &[state.to_owned(), state.to_owned()]);
        let swapped = Choices::read(&swapped, &site).unwrap();
        assert_eq!(swapped.link(), other);
        assert_eq!(swapped.pins, [state]);
    }
}
