//! The page, in HTML: choices at the side, results beside them, each as a link and as a form.

use axum::response::{Html, IntoResponse, Response};
use bandwise::domain::money::thousands;
use bandwise::report::document::{BLOCKS, Block, Figure, PAGE, PRINT, fragment};
use bandwise::report::paper::at_a_glance;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::answer::{Answer, Depth};
use super::choices::Choices;
use super::controls::{controls, implied, links, pins};
use super::refused::Refused;
use super::site::Site;

/// The script that keeps the page live.
pub const SCRIPT: &str = include_str!("page.js");

/// The style sheet: that of the briefing, and what only the page has.
pub fn style() -> String {
    format!("{PAGE}{BLOCKS}{PRINT}{}", include_str!("page.css"))
}

/// The page in a state.
pub fn whole(site: &Site, choices: &Choices, answer: &Answer) -> String {
    let prepared = &answer.drawn.prepared;
    let page = shell(
        &answer.paper.title,
        &html! {
            (title(answer))
            (glance(answer, Depth::Whole))
            div.columns {
                (controls(site, choices, Some(prepared), None))
                (results(choices, answer))
            }
            (foot(answer))
        },
    );
    page.into_string()
}

/// The parts of the page that change with the choices, each under its name.
pub fn parts(site: &Site, choices: &Choices, answer: &Answer, depth: Depth) -> String {
    let parts = html! {
        (title(answer))
        (glance(answer, depth))
        (implied(Some(&answer.drawn.prepared)))
        (links(choices))
        (pins(site, choices))
        (results(choices, answer))
        (foot(answer))
    };
    parts.into_string()
}

/// The page with what is wrong in the place of results.
pub fn refused(site: &Site, choices: Option<&Choices>, refused: &Refused) -> Response {
    refused_with(site, choices, None, refused)
}

/// The same where the reader's own scenario is refused, with its text.
pub fn refused_own(site: &Site, text: &str, refused: &Refused) -> Response {
    refused_with(site, None, Some(text), refused)
}

fn refused_with(
    site: &Site,
    choices: Option<&Choices>,
    own: Option<&str>,
    refused: &Refused,
) -> Response {
    let opening = Choices::opening(site.default_scenario());
    let page = shell(
        "This cannot be shown",
        &html! {
            section #title aria-label="The proposal" { h1 { "This cannot be shown" } }
            div.columns {
                (controls(site, choices.unwrap_or(&opening), None, own))
                main #results tabindex="-1" {
                    div.fault role="alert" {
                        h2 { "What is wrong" }
                        p { (refused.message) }
                        @if let Some(link) = instead(site, choices) {
                            p {
                                "Who precepts on the bills of others cannot treat bands differently. "
                                a href={ "/?" (link) } { "Try one rise of 15% for every band" }
                            }
                        }
                        p { a href="/" { "Start again" } }
                    }
                }
            }
        },
    );
    (refused.status, Html(page.into_string())).into_response()
}

/// What those can propose who cannot give relief to bands, where the state asks it of them.
fn instead(site: &Site, choices: Option<&Choices>) -> Option<String> {
    let name = choices?.authority.as_ref()?;
    let vintage = choices?.vintage.clone();
    let found = site.world(vintage.as_deref()).ok()?;
    let bills = found
        .vintage
        .proposer(name)
        .ok()?
        .record
        .authority
        .class
        .bills();
    let uniform = Choices {
        authority: Some(name.clone()),
        vintage,
        ..Choices::opening("uniform-15")
    };
    (!bills).then(|| uniform.link())
}

/// A page of this name around a body, which has `#results` in it.
pub fn shell(name: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en-GB" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (name) " – bandwise" }
                link rel="stylesheet" href="/page.css";
                link rel="icon" href="data:,";
                script src="/page.js" type="module" {}
            }
            body {
                a.skip href="#results" { "Skip to the results" }
                header.brand {
                    a href="/" { "bandwise" }
                    span { "Try a council tax proposal and watch the vote. It models, and takes no side." }
                }
                (body)
                p #status .hidden role="status" aria-live="polite" {}
            }
        }
    }
}

fn title(answer: &Answer) -> Markup {
    html! {
        section #title data-live aria-label="The proposal" {
            h1 { (answer.paper.title) }
            p.subtitle { (answer.paper.subtitle) }
        }
    }
}

/// The figures that are always in sight.
fn glance(answer: &Answer, depth: Depth) -> Markup {
    let drawn = &answer.drawn;
    let draws = drawn.prepared.scenario.draws;
    html! {
        section #glance data-live aria-label="At a glance" {
            dl {
                @for fact in at_a_glance(&drawn.prepared, &drawn.briefing) {
                    div {
                        dt { (fact.label) }
                        dd.value { (fact.value) }
                        dd.base { (fact.base) }
                    }
                }
            }
            p.jumps { a href="#choices" { "Choices" } a href="#results" { "Results" } }
            p #rough {
                @if depth == Depth::Quick {
                    "Rough figures from " (thousands(u64::from(draws))) " draws; finer ones follow."
                }
            }
        }
    }
}

fn foot(answer: &Answer) -> Markup {
    html! { footer #foot data-live { (answer.paper.footer) } }
}

/// The results: the briefing, section by section.
fn results(choices: &Choices, answer: &Answer) -> Markup {
    let link = choices.link();
    let beside = |figure: &Figure| -> Vec<(String, String)> {
        let chart = |ending: &str| format!("charts/{}.{ending}", figure.name);
        [
            ("SVG", chart("svg")),
            ("PNG", chart("png")),
            ("CSV", format!("{}.csv", figure.rows)),
        ]
        .map(|(words, name)| (words.to_owned(), format!("/files/{name}?{link}")))
        .to_vec()
    };
    let sections: Vec<(String, &str, &[Block])> = (sections(&answer.paper.blocks).into_iter())
        .map(|(heading, blocks)| (slug(heading), heading, blocks))
        .collect();
    html! {
        main #results data-live tabindex="-1" {
            @if !answer.drawn.notes.is_empty() {
                div.caution role="note" { @for note in &answer.drawn.notes { p { (note) } } }
            }
            nav.contents aria-label="Parts of the results" {
                ul {
                    @for (name, heading, _) in &sections { li { a href={ "#" (name) } { (heading) } } }
                    li { a href="#take" { "Take it away" } }
                }
            }
            @for (name, heading, blocks) in &sections {
                section #(name) aria-labelledby={ (name) "-heading" } {
                    h2 #{ (name) "-heading" } { (heading) }
                    (PreEscaped(fragment(blocks, &beside)))
                }
            }
            (take(&link))
        }
    }
}

/// A heading as the name of its place in the page.
fn slug(heading: &str) -> String {
    format!("part-{}", crate::app::run::slug(heading))
}

/// Files to take away: what each is, and its names.
const FILES: [(&str, &[&str]); 18] = [
    ("Everything, as one archive", &["results.zip"]),
    (
        "The briefing, to print or send",
        &["briefing.html", "briefing.docx", "briefing.md"],
    ),
    ("The workbook, with the working", &["workbook.xlsx"]),
    (
        "All figures with their spread",
        &["summary.csv", "summary.parquet"],
    ),
    ("By band", &["bands.csv", "bands.parquet"]),
    ("By ward", &["wards.csv", "wards.parquet"]),
    (
        "Who pays more, who pays less",
        &["deciles.csv", "deciles.parquet"],
    ),
    (
        "Example households",
        &["example_households.csv", "example_households.parquet"],
    ),
    ("Lawful ways", &["routes.csv", "routes.parquet"]),
    (
        "The years after",
        &["medium_term.csv", "medium_term.parquet"],
    ),
    (
        "What drives the result",
        &["drivers.csv", "drivers.parquet"],
    ),
    (
        "What it would take to win",
        &[
            "needs.csv",
            "needs.parquet",
            "needs_curve.csv",
            "needs_curve.parquet",
        ],
    ),
    ("Kinds of polling day", &["days.csv", "days.parquet"]),
    (
        "What voters read and pay",
        &["perception.csv", "perception.parquet"],
    ),
    (
        "Services that the money could buy",
        &["services.csv", "services.parquet"],
    ),
    ("Caveats", &["warnings.csv", "warnings.parquet"]),
    (
        "Every draw; everything for programs",
        &["draws.parquet", "results.json"],
    ),
    (
        "Scenario, ballot paper, provenance, what every column means",
        &[
            "scenario.toml",
            "ballot-paper.txt",
            "provenance.json",
            "datapackage.json",
        ],
    ),
];

fn take(link: &str) -> Markup {
    html! {
        section #take aria-labelledby="take-heading" {
            h2 #take-heading { "Take it away" }
            p {
                "The same files as from the command line, of this proposal with its own draws. Charts are to be had \
                 beside each chart."
            }
            ul {
                @for (words, names) in FILES {
                    li {
                        (words) ": "
                        @for (place, name) in names.iter().enumerate() {
                            @if place > 0 { ", " }
                            a href={ "/files/" (name) "?" (link) } download { (name) }
                        }
                    }
                }
            }
        }
    }
}

/// The sections of a paper: each heading with what stands under it.
fn sections(blocks: &[Block]) -> Vec<(&str, &[Block])> {
    let mut found = Vec::new();
    let mut rest = blocks;
    while let Some((Block::Section(heading), after)) = rest.split_first() {
        let next = after
            .iter()
            .position(|block| matches!(block, Block::Section(_)));
        let (within, others) = after.split_at(next.unwrap_or(after.len()));
        found.push((heading.as_str(), within));
        rest = others;
    }
    found
}
