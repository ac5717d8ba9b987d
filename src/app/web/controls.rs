//! The choices at the side of the page: plain forms, which work without a script.

use bandwise::data::World;
use bandwise::domain::{AuthorityClass, Band, Nation, Rise, Share};
use bandwise::report::text::capital;
use bandwise::simulation::Prepared;
use maud::{Markup, html};

use super::choices::{
    Choices, LEAST_DRAWS, LONGEST_SCENARIO, MOST_DRAWS, MOST_PINS, PIN, Start, Steer, pack,
    percent_of,
};
use super::site::Site;

/// The choices, as forms. Where the state cannot be shown, what has been prepared of it is nothing; `own` is
/// a scenario that was brought and could not be opened.
pub fn controls(
    site: &Site,
    choices: &Choices,
    prepared: Option<&Prepared>,
    own: Option<&str>,
) -> Markup {
    html! {
        aside.controls aria-label="Your choices" {
            p #fault .fault role="alert" hidden {}
            (start(site, choices))
            form #choices method="get" action="/" {
                (kept_start(&choices.start))
                (kept_pins(&choices.pins))
                (place(site, choices, prepared))
                (proposal(site, choices, prepared))
                (vote(site, choices, prepared))
                (effort(site, choices))
                button.main type="submit" { "Show the results" }
            }
            (steps())
            (links(choices))
            (pins(site, choices))
            (own_scenario(own))
        }
    }
}

/// A form by itself: what it starts from decides what the other fields show.
fn start(site: &Site, choices: &Choices) -> Markup {
    let key = match &choices.start {
        Start::BuiltIn(key) => Some(key.as_str()),
        Start::Own(_) => None,
    };
    let draws = choices.draws.map(|draws| draws.to_string());
    let seed = choices.seed.map(|seed| seed.to_string());
    html! {
        form #start method="get" action="/" {
            (kept_pins(&choices.pins))
            @if let Some(authority) = &choices.authority {
                input type="hidden" name="authority" value=(authority);
            }
            label for="start-from" { "Start from a proposal" }
            @for (name, value) in [("vintage", choices.vintage.clone()), ("draws", draws), ("seed", seed)] {
                @if let Some(value) = value { input type="hidden" name=(name) value=(value); }
            }
            div.beside {
                select #start-from name="start" required[key.is_none()] {
                    @if key.is_none() { option value="" selected disabled { "your own scenario" } }
                    @for scenario in site.all_built_in() {
                        option value=(scenario.key) selected[key == Some(&scenario.key)] { (scenario.title) }
                    }
                }
                button { "Start" }
            }
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

/// The figures on which a state stands, or the newest.
fn world<'a>(site: &'a Site, choices: &Choices, prepared: Option<&Prepared>) -> Option<&'a World> {
    let name = prepared.and_then(|one| one.scenario.vintage.as_deref());
    let name = name.or(choices.vintage.as_deref());
    site.world(name).or_else(|_| site.world(None)).ok()
}

fn place(site: &Site, choices: &Choices, prepared: Option<&Prepared>) -> Markup {
    let world = world(site, choices, prepared);
    let places = world.map(|world| Site::places(&world.vintage));
    let now = choices
        .authority
        .clone()
        .or_else(|| prepared.map(|one| one.record.authority.name.clone()))
        .unwrap_or_default();
    let unknown =
        world.is_some_and(|world| !now.is_empty() && world.vintage.proposer(&now).is_err());
    html! {
        fieldset {
            legend { "Where" }
            label for="authority" { "Council (begin to type its name)" }
            input #authority name="authority" list="places" value=(now) autocomplete="off" maxlength="100"
                spellcheck="false" aria-describedby="authority-note"
                aria-invalid=[unknown.then_some("true")];
            p.note #authority-note { "All of England and Wales; also counties, police and fire." }
            datalist #places {
                @for place in places.unwrap_or_default() {
                    option value=(place.name) { (place.class.words()) }
                }
            }
        }
    }
}

/// The values that the fields show: those of the schedule, however it is steered.
struct Shown {
    bands: Vec<(Band, Rise)>,
    headline: Rise,
    relief: Vec<(Band, Share)>,
}

fn shown(choices: &Choices, prepared: Option<&Prepared>) -> Shown {
    let (bands, headline) = match prepared {
        Some(one) => (
            Steer::bands_of(&one.schedule),
            Steer::headline_of(&one.schedule),
        ),
        None => (choices.steer.clone(), choices.steer.clone()),
    };
    let mut shown = Shown {
        bands: Vec::new(),
        headline: Rise::FREEZE,
        relief: Vec::new(),
    };
    if let Steer::Bands(bands) = bands {
        shown.bands = bands;
    }
    match headline {
        Steer::Headline(headline, relief) => {
            shown.headline = headline;
            shown.relief = relief;
        }
        Steer::Uniform(rise) => shown.headline = rise,
        Steer::AsStated | Steer::Bands(_) => {}
    }
    // What the reader has stated is shown as stated: worked out again it would be rounded.
    if let Steer::Headline(_, stated) = &choices.steer {
        for (band, share) in &mut shown.relief {
            if let Some((_, own)) = stated.iter().find(|(one, _)| one == band) {
                *share = *own;
            }
        }
    }
    shown
}

fn proposal(site: &Site, choices: &Choices, prepared: Option<&Prepared>) -> Markup {
    let class = match (prepared, &choices.authority) {
        (Some(one), _) => Some(one.record.authority.class),
        // What cannot be shown may still be of somebody who is known.
        (None, Some(name)) => world(site, choices, None)
            .and_then(|world| world.vintage.proposer(name).ok())
            .map(|found| found.record.authority.class),
        (None, None) => None,
    };
    let now = choices.steer.code();
    let radio = |code: &'static str, words: &str| {
        html! {
            label.choice {
                input #{ "propose-" (code) } type="radio" name="propose" value=(code) checked[now == code];
                (words)
            }
        }
    };
    let bills = class.is_none_or(AuthorityClass::bills);
    let called = class.map_or("council", AuthorityClass::called);
    let local = prepared.is_none_or(|one| one.schedule.is_local());
    let shown = shown(choices, prepared);
    html! {
        fieldset {
            legend { "What to propose" }
            (radio("as-stated", "What the proposal above says"))
            @if bills {
                (radio("bands", "A rise for each band"))
                (radio("headline", "One headline rise, with relief for bands"))
            }
            (radio("uniform", "One rise for every band"))
            @if !bills {
                p.note {
                    "The " (called) " cannot treat bands differently: only a council that sends the bills can. One \
                     rise for every band is what it can propose."
                }
            }
            @if !local {
                p.note {
                    "No council can do by itself what this proposal says. Moving a slider makes another proposal \
                     in its place, one that the " (called) " can make, starting from what it charges today."
                }
            }
            (implied(prepared))
            @if bills {
                @if !shown.bands.is_empty() {
                    fieldset.bands data-steer="as-stated bands" {
                        legend { "Rise of the " (called) "'s own part of the bill, percent" }
                        @for (band, rise) in &shown.bands {
                            (slider(&format!("rise-{band}"), &format!("Band {band}"), rise.millionths(), (0, 120), 0))
                        }
                    }
                }
                @if !shown.relief.is_empty() {
                    fieldset.bands data-steer="headline" {
                        legend { "Relief: percent of the rise given back" }
                        @for (band, share) in &shown.relief {
                            (slider(&format!("relief-{band}"), &format!("Band {band}"), share.millionths(), (0, 100), 0))
                        }
                    }
                }
            }
            fieldset.bands data-steer="headline uniform" {
                legend { "The one rise on the ballot paper, percent" }
                (slider("headline", "Headline", shown.headline.millionths(), (0, 120), -100))
            }
            label for="protect" { "Residents on council tax reduction" }
            select #protect name="protect" {
                option value="" selected[choices.protect.is_none()] { "as the proposal says" }
                option value="yes" selected[choices.protect == Some(true)] { "pay no more than before" }
                option value="no" selected[choices.protect == Some(false)] { "are treated as everybody else" }
            }
        }
    }
}

/// A number with a slider: the number is what is sent; the slider moves it, where there is a script.
fn slider(name: &str, label: &str, millionths: i64, (low, high): (i32, i32), least: i32) -> Markup {
    let value = percent_of(millionths);
    let most = if high > 100 { 300 } else { high };
    // A slider as long as its value needs.
    let high = if millionths > i64::from(high) * 10_000 {
        most
    } else {
        high
    };
    html! {
        div.slider {
            label for=(name) { (label) }
            input #{ "slide-" (name) } type="range" min=(low) max=(high) step="0.5" value=(value)
                data-moves=(name) aria-label={ (label) ", slider" } hidden;
            input #(name) name=(name) type="number" min=(least) max=(most)
                step="any" value=(value) inputmode="decimal";
        }
    }
}

/// What the choices come to: what is on the ballot paper, and whether there is one.
pub fn implied(prepared: Option<&Prepared>) -> Markup {
    let Some(prepared) = prepared else {
        return html! { p #implied data-live {} };
    };
    let schedule = &prepared.schedule;
    let state = |steer: Steer| {
        Choices {
            steer,
            ..Choices::opening("")
        }
        .link()
    };
    // The values of the fields of every steer, for the script: those not chosen follow those chosen.
    let fields = format!(
        "{}&{}",
        state(Steer::bands_of(schedule)),
        state(Steer::headline_of(schedule))
    );
    let relief: Vec<String> = match Steer::headline_of(schedule) {
        Steer::Headline(_, relief) => relief
            .iter()
            .filter(|(_, share)| *share > Share::NOTHING)
            .map(|(band, share)| format!("{band} {}%", rounded(100.0 * share.value())))
            .collect(),
        _ => Vec::new(),
    };
    html! {
        p #implied data-live data-fields=(fields) {
            @if schedule.is_local() {
                "The one rise for all (the headline): " strong { (schedule.headline()) } ". "
                @if !relief.is_empty() {
                    "Relief then gives back of it: " (relief.join(", ")) ". "
                }
            }
            @if prepared.record.authority.code.nation() == Nation::Wales && schedule.is_local() {
                "In Wales no referendum is held."
            } @else {
                (capital(prepared.route.modelled.verdict.words())) "."
            }
        }
    }
}

/// A number to one decimal, without one where it is whole.
fn rounded(number: f64) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

fn vote(site: &Site, choices: &Choices, prepared: Option<&Prepared>) -> Markup {
    if prepared.is_some_and(|one| one.record.authority.code.nation() == Nation::Wales) {
        return html! {
            fieldset {
                legend { "The vote" }
                p.note { "In Wales no referendum is held on council tax." }
            }
        };
    }
    let now = choices.day.as_deref();
    let comprehension = choices.comprehension;
    let comprehension = comprehension.map_or(String::new(), |share| percent_of(share.millionths()));
    html! {
        fieldset {
            legend { "The vote" }
            label for="day" { "Polling day" }
            select #day name="day" {
                option value="" selected[now.is_none()] { "as the proposal says" }
                @for day in site.days() {
                    option value=(day.key) selected[now == Some(&day.key)] { (day.words) }
                }
            }
            p.note {
                "Whether such a day falls in time, and whether a vote by post alone is allowed, is for the council to \
                 find out."
            }
            label for="ballot-name" { "The council's full name, for the ballot paper" }
            input #ballot-name name="ballot-name" maxlength="200" autocomplete="off"
                value=(choices.ballot_name.clone().unwrap_or_default());
            fieldset.bands {
                legend { "Voters who know on the day what a Yes would cost them, percent" }
                div.slider {
                    label for="comprehension" { "They know" }
                    input #slide-comprehension type="range" min="0" max="100" step="1" data-moves="comprehension"
                        aria-valuetext=[comprehension.is_empty().then_some("not chosen")]
                        value={ @if comprehension.is_empty() { "50" } @else { (comprehension) } }
                        aria-label="They know, slider" hidden;
                    input #comprehension name="comprehension" type="number" min="0" max="100" step="any"
                        value=(comprehension) inputmode="decimal" aria-describedby="comprehension-note";
                }
                p.note #comprehension-note {
                    "Others are taken to read the headline as a rise in their own bill. Empty: nobody knows; the model \
                     then takes what past votes allow. "
                    button #unknown type="button" hidden data-script { "Not known" }
                }
            }
        }
    }
}

fn effort(site: &Site, choices: &Choices) -> Markup {
    let opened = choices.vintage.is_some() || choices.draws.is_some() || choices.seed.is_some();
    html! {
        details open[opened] {
            summary { "Figures, draws and seed" }
            label for="vintage" { "Published figures of" }
            select #vintage name="vintage" {
                option value="" selected[choices.vintage.is_none()] { "the year in the proposal, else the newest" }
                @for name in site.vintages() {
                    option value=(name) selected[choices.vintage.as_deref() == Some(name)] { (name) }
                }
            }
            label for="draws" { "Simulated votes (draws), " (LEAST_DRAWS) " to " (MOST_DRAWS) " (empty: 10,000)" }
            input #draws name="draws" type="number" min=(LEAST_DRAWS) max=(MOST_DRAWS)
                value=(choices.draws.map_or(String::new(), |draws| draws.to_string()));
            label for="seed" { "Seed: the same seed gives the same luck (empty: 1)" }
            input #seed name="seed" type="number" min="0"
                value=(choices.seed.map_or(String::new(), |seed| seed.to_string()));
        }
    }
}

/// Steps back and forth: a script's.
fn steps() -> Markup {
    html! {
        p.steps hidden data-script {
            button #undo type="button" aria-disabled="true" { "Undo" }
            button #redo type="button" aria-disabled="true" { "Redo" }
            button #copy type="button" { "Copy the link" }
        }
    }
}

/// Where a state leads.
pub fn links(choices: &Choices) -> Markup {
    let link = choices.link();
    let whole = choices.whole_link();
    let mut pinned = choices.pins.clone();
    pinned.push(link.clone());
    let may_pin = choices.pins.len() < MOST_PINS && !choices.pins.contains(&link);
    html! {
        ul #links data-live data-link=(whole) {
            li { a href={ "/?" (whole) } { "Link to this proposal" } }
            @if may_pin {
                li { a href={ "/?" (choices.link_with(&pinned)) } { "Pin it, to compare with others" } }
            }
            li { a href={ "/better?" (whole) } { "Find me a better one" } }
            li { a href={ "/files/scenario.toml?" (link) } download { "Take the scenario away as a file" } }
            li { a href="/" { "Start again" } }
        }
    }
}

/// The proposals that are kept to compare with.
pub fn pins(site: &Site, choices: &Choices) -> Markup {
    html! {
        section #pins data-live aria-labelledby="pins-heading" {
            @if !choices.pins.is_empty() {
                h2 #pins-heading { "Pinned" }
                ol {
                    @for (place, pin) in choices.pins.iter().enumerate() {
                        @let name = named(pin, site);
                        @let others: Vec<String> = (choices.pins.iter().enumerate())
                            .filter(|(other, _)| *other != place)
                            .map(|(_, pin)| pin.clone())
                            .collect();
                        li {
                            (name) " "
                            a href={ "/?" (choices.link_with(&others)) } aria-label={ "Take it off: " (name) } {
                                "Take it off"
                            }
                        }
                    }
                }
                p { a href={ "/compare?" (choices.whole_link()) } { "Compare side by side" } }
            } @else {
                h2 #pins-heading { "Pinned" }
                p.note { "Nothing yet. What is pinned can be compared side by side." }
            }
        }
    }
}

/// What a pinned proposal is called.
fn named(pin: &str, site: &Site) -> String {
    let chosen = Choices::read(pin, site).and_then(|choices| choices.scenario(site));
    match chosen {
        Ok(chosen) => format!("{}: {}", chosen.scenario.authority, chosen.scenario.title),
        Err(refused) => format!("cannot be shown: {}", refused.message),
    }
}

fn own_scenario(own: Option<&str>) -> Markup {
    html! {
        form #own method="post" action="/open" {
            details open[own.is_some()] {
                summary { "Bring a scenario back" }
                p hidden data-script {
                    label for="own-file" { "A scenario file from this computer" }
                    input #own-file type="file" accept=".toml,text/plain";
                }
                label for="toml" { "The text of a scenario file" }
                textarea #toml name="toml" rows="6" maxlength=(LONGEST_SCENARIO) required spellcheck="false" { (own.unwrap_or_default()) }
                p.note { "It is not stored: it lives in the link." }
                button { "Open it" }
            }
        }
    }
}
