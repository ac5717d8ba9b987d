//! The page, in HTML: choices at the side, results beside them, each as a link and as a form.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use bandwise::domain::{Band, Rise};
use bandwise::report::document::{BLOCKS, Block, Figure, PAGE, PRINT, fragment};
use bandwise::report::paper::at_a_glance;
use bandwise::simulation::Prepared;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::answer::Answer;
use super::choices::{Choices, MOST_PINS, PIN, Start, pack, percent_of};
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
            div.columns {
                (controls(site, choices, Some(prepared)))
                (results(choices, answer))
            }
            (glance(answer))
            (foot(answer))
        },
    );
    page.into_string()
}

/// The parts of the page that change with the choices, each under its name.
pub fn parts(_site: &Site, choices: &Choices, answer: &Answer) -> String {
    let parts = html! {
        (title(answer))
        (implied(choices, &answer.drawn.prepared))
        (links(choices))
        (results(choices, answer))
        (glance(answer))
        (foot(answer))
    };
    parts.into_string()
}

/// The page with what is wrong in the place of results.
pub fn refused(site: &Site, choices: Option<&Choices>, refused: &Refused) -> Response {
    let opening = Choices::opening(site.default_scenario());
    let page = shell(
        "This cannot be shown",
        &html! {
            h1 #title { "This cannot be shown" }
            div.columns {
                (controls(site, choices.unwrap_or(&opening), None))
                main #results tabindex="-1" {
                    div.fault role="alert" {
                        h2 { "What is wrong" }
                        p { (refused.message) }
                        p { a href="/" { "Start again" } }
                    }
                }
            }
        },
    );
    let status = match refused.status {
        StatusCode::OK => StatusCode::BAD_REQUEST,
        status => status,
    };
    (status, Html(page.into_string())).into_response()
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
                    " tries a council tax proposal. It takes no side."
                }
                p #fault .fault role="alert" hidden {}
                (body)
                p #status .hidden role="status" aria-live="polite" {}
            }
        }
    }
}

fn title(answer: &Answer) -> Markup {
    html! {
        div #title data-live {
            h1 { (answer.paper.title) }
            p.subtitle { (answer.paper.subtitle) }
        }
    }
}

/// The figures that are always in sight.
fn glance(answer: &Answer) -> Markup {
    let drawn = &answer.drawn;
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
    let sections = sections(&answer.paper.blocks);
    html! {
        main #results data-live tabindex="-1" {
            @if !answer.drawn.notes.is_empty() {
                div.note role="note" { @for note in &answer.drawn.notes { p { (note) } } }
            }
            nav.contents aria-label="Results" {
                ul {
                    @for (place, (heading, _)) in sections.iter().enumerate() {
                        li { a href={ "#part-" (place + 1) } { (heading) } }
                    }
                }
            }
            @for (place, (heading, blocks)) in sections.iter().enumerate() {
                section #{ "part-" (place + 1) } aria-label=(heading) {
                    h2 { (heading) }
                    (PreEscaped(fragment(blocks, &beside)))
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

/// The choices, as forms.
fn controls(site: &Site, choices: &Choices, prepared: Option<&Prepared>) -> Markup {
    let start_key = match &choices.start {
        Start::BuiltIn(key) => Some(key.as_str()),
        Start::Own(_) => None,
    };
    html! {
        aside.controls aria-label="Your choices" {
            form #start method="get" action="/" {
                (kept_pins(&choices.pins))
                @if let Some(authority) = &choices.authority {
                    input type="hidden" name="authority" value=(authority);
                }
                label for="start-from" { "Start from a proposal" }
                select #start-from name="start" {
                    @for scenario in site.all_built_in() {
                        option value=(scenario.key) selected[start_key == Some(&scenario.key)] {
                            (scenario.title)
                        }
                    }
                }
                button { "Start from it" }
            }
            form #choices method="get" action="/" {
                (kept_start(&choices.start))
                (kept_pins(&choices.pins))
                (place(site, choices, prepared))
                (proposal(choices, prepared))
                (vote(site, choices, prepared))
                button.main type="submit" { "Show the results" }
            }
            (links(choices))
            (own_scenario())
        }
    }
}

fn kept_start(start: &Start) -> Markup {
    html! {
        @match start {
            Start::BuiltIn(key) => { input type="hidden" name="start" value=(key); }
            Start::Own(text) => { input type="hidden" name="scenario" value=(pack(text)); }
        }
    }
}

fn kept_pins(pins: &[String]) -> Markup {
    html! { @for pin in pins { input type="hidden" name=(PIN) value=(pin); } }
}

fn place(site: &Site, choices: &Choices, prepared: Option<&Prepared>) -> Markup {
    let newest = site.world(choices.vintage.as_deref()).ok();
    let places = newest.map(|world| Site::places(&world.vintage));
    let now = choices
        .authority
        .clone()
        .or_else(|| prepared.map(|one| one.record.authority.name.clone()))
        .unwrap_or_default();
    html! {
        fieldset {
            legend { "Where" }
            label for="authority" { "Council, or police, fire or combined authority" }
            input #authority name="authority" list="places" value=(now) autocomplete="off" maxlength="100";
            datalist #places {
                @for place in places.unwrap_or_default() {
                    option value=(place.name) { (place.class.words()) }
                }
            }
            label for="vintage" { "Figures of" }
            select #vintage name="vintage" {
                option value="" selected[choices.vintage.is_none()] { "as the proposal has them, else the newest" }
                @for name in site.vintages() {
                    option value=(name) selected[choices.vintage.as_deref() == Some(name)] { (name) }
                }
            }
        }
    }
}

/// The values that the fields of a steer show: those of the schedule, however it is steered.
struct Shown {
    bands: Vec<(Band, Rise, i64)>,
    headline: Rise,
}

fn shown(prepared: &Prepared) -> Shown {
    let schedule = &prepared.schedule;
    let headline = schedule.headline();
    let of = |band: Band| {
        let relief = schedule.relief(band).unwrap_or(0.0).clamp(0.0, 1.0);
        (
            band,
            schedule.first_year_rise(band),
            (relief * 1e6).round() as i64,
        )
    };
    Shown {
        bands: schedule.bands().iter().map(|&band| of(band)).collect(),
        headline,
    }
}

fn proposal(choices: &Choices, prepared: Option<&Prepared>) -> Markup {
    let now = choices.steer.code();
    let radio = |code: &'static str, words: &str| {
        html! {
            label.choice {
                input type="radio" name="propose" value=(code) checked[now == code];
                (words)
            }
        }
    };
    html! {
        fieldset {
            legend { "What to propose" }
            (radio("as-stated", "As the proposal states it"))
            (radio("bands", "A rise for each band"))
            (radio("headline", "One headline rise, with relief for bands"))
            (radio("uniform", "One rise for every band"))
            @if let Some(prepared) = prepared {
                @let shown = shown(prepared);
                (implied(choices, prepared))
                fieldset.bands data-steer="bands" {
                    legend { "Rise of the council's part of the bill, by band, percent" }
                    @for (band, rise, _) in &shown.bands {
                        (slider(&format!("rise-{band}"), &format!("Band {band}"), rise.millionths(), (0, 120)))
                    }
                }
                fieldset.bands data-steer="headline uniform" {
                    legend { "Headline rise, percent" }
                    (slider("headline", "Headline", shown.headline.millionths(), (0, 120)))
                }
                fieldset.bands data-steer="headline" {
                    legend { "Relief: share of the increase given back, percent" }
                    @for (band, _, relief) in &shown.bands {
                        (slider(&format!("relief-{band}"), &format!("Band {band}"), *relief, (0, 100)))
                    }
                }
            }
            label for="protect" { "Residents on council tax reduction" }
            select #protect name="protect" {
                option value="" selected[choices.protect.is_none()] { "as the proposal says" }
                option value="yes" selected[choices.protect == Some(true)] { "pay no more than before" }
                option value="no" selected[choices.protect == Some(false)] { "pay as others in their band" }
            }
        }
    }
}

/// A number with a slider: the number is what is sent; the slider moves it, where there is a script.
fn slider(name: &str, label: &str, millionths: i64, (low, high): (i32, i32)) -> Markup {
    let value = percent_of(millionths);
    html! {
        div.slider {
            label for=(name) { (label) }
            input type="range" min=(low) max=(high) step="0.5" value=(value) data-moves=(name)
                aria-label={ "Slide " (label) } hidden;
            input #(name) name=(name) type="number" min={ @if low < 0 { (low) } @else { "0" } } max="300"
                step="any" value=(value) inputmode="decimal";
        }
    }
}

/// What the choices come to, where the fields do not say it themselves.
fn implied(_choices: &Choices, prepared: &Prepared) -> Markup {
    let shown = shown(prepared);
    let fields = shown.bands.iter().flat_map(|(band, rise, relief)| {
        [
            format!("rise-{band}={}", percent_of(rise.millionths())),
            format!("relief-{band}={}", percent_of(*relief)),
        ]
    });
    let fields: Vec<String> = fields
        .chain([format!(
            "headline={}",
            percent_of(shown.headline.millionths())
        )])
        .collect();
    html! {
        p #implied data-live data-fields=(fields.join("&")) {
            "On the ballot paper: a headline rise of " strong { (shown.headline) } "."
        }
    }
}

fn vote(site: &Site, choices: &Choices, prepared: Option<&Prepared>) -> Markup {
    let now = choices.day.as_deref();
    let stated = prepared.map_or("as the proposal says", |one| one.day_words.as_str());
    html! {
        fieldset {
            legend { "The vote" }
            label for="day" { "Polling day" }
            select #day name="day" {
                option value="" selected[now.is_none()] { "as the proposal says (" (stated) ")" }
                @for day in site.days() {
                    option value=(day.key) selected[now == Some(&day.key)] { (day.words) }
                }
            }
            label for="comprehension" {
                "Voters who know on the day what a Yes would cost them, percent (empty: as uncertain as the evidence \
                 leaves it)"
            }
            input #comprehension name="comprehension" type="number" min="0" max="100" step="any"
                value=(choices.comprehension.map_or(String::new(), |share| percent_of(share.millionths())));
            details {
                summary { "Draws and seed" }
                label for="draws" { "Draws" }
                input #draws name="draws" type="number" min="1" max="20000"
                    value=(choices.draws.map_or(String::new(), |draws| draws.to_string()));
                label for="seed" { "Seed" }
                input #seed name="seed" type="number" min="0"
                    value=(choices.seed.map_or(String::new(), |seed| seed.to_string()));
            }
        }
    }
}

/// Where a state leads.
fn links(choices: &Choices) -> Markup {
    let link = choices.link();
    let mut pinned = choices.pins.clone();
    pinned.push(link.clone());
    let may_pin = choices.pins.len() < MOST_PINS && !choices.pins.contains(&link);
    html! {
        ul #links data-live data-link=(choices.whole_link()) {
            li { a href={ "/?" (choices.whole_link()) } { "Link to this proposal" } }
            @if may_pin {
                li { a href={ "/?" (choices.link_with(&pinned)) } { "Pin it, to compare" } }
            }
            li { a href={ "/files/scenario.toml?" (link) } download { "The scenario as a file" } }
        }
    }
}

fn own_scenario() -> Markup {
    html! {
        form #own method="post" action="/open" {
            details {
                summary { "Bring a scenario back" }
                label for="toml" { "The text of a scenario file" }
                textarea #toml name="toml" rows="6" maxlength="16384" required {}
                button { "Open it" }
            }
        }
    }
}
