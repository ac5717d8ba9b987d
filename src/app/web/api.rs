//! The same results for programs: JSON in the place of pages. What there is stands in one list, from which
//! both the routes and the description ([`super::openapi`]) are made.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use bandwise::report::{json, scenario_file};
use bandwise::simulation::prepare;
use serde_json::{Value, json};

use super::answer::Drawn;
use super::better;
use super::choices::{Choices, Chosen, LONGEST_SCENARIO, Start, unknown};
use super::openapi;
use super::refused::Refused;
use super::routes::{Held, Shared, body_of};
use super::site::Site;

/// One thing that can be asked for.
pub struct Operation {
    /// `get` or `post`.
    pub method: &'static str,
    /// Where.
    pub path: &'static str,
    /// A name for programs.
    pub id: &'static str,
    /// What it does.
    pub summary: &'static str,
    /// What it is asked with.
    pub asks: Asks,
    /// What it answers.
    pub gives: Gives,
    route: fn() -> MethodRouter<Arc<Shared>>,
}

/// What an operation is asked with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// Nothing.
    Nothing,
    /// A year of figures.
    Vintage,
    /// A state of the page, as its link holds it.
    Choices,
    /// The same, and what a better proposal must keep to.
    Wishes,
    /// A scenario as TOML, in the body.
    Scenario,
}

/// What an operation answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gives {
    /// The description of the interface.
    Description,
    /// All that can propose.
    Authorities,
    /// The built-in scenarios.
    Scenarios,
    /// All tables of a run.
    Results,
    /// A scenario as understood.
    Scenario,
    /// A stream of what happens.
    Events,
}

/// The media types in which a scenario is taken.
pub const SCENARIO_TYPES: [&str; 2] = ["application/toml", "text/plain"];

/// Everything that can be asked for.
pub const OPERATIONS: [Operation; 7] = [
    Operation {
        method: "get",
        path: "/api/openapi.json",
        id: "description",
        summary: "This description.",
        asks: Asks::Nothing,
        gives: Gives::Description,
        route: || get(description),
    },
    Operation {
        method: "get",
        path: "/api/authorities",
        id: "authorities",
        summary: "All authorities that can propose: who bills, then who precepts.",
        asks: Asks::Vintage,
        gives: Gives::Authorities,
        route: || get(authorities),
    },
    Operation {
        method: "get",
        path: "/api/scenarios",
        id: "scenarios",
        summary: "The built-in scenarios.",
        asks: Asks::Nothing,
        gives: Gives::Scenarios,
        route: || get(scenarios),
    },
    Operation {
        method: "get",
        path: "/api/result",
        id: "result",
        summary: "Simulates the proposal of a link: the bytes of `results.json` of `bandwise run` on its scenario.",
        asks: Asks::Choices,
        gives: Gives::Results,
        route: || get(result),
    },
    Operation {
        method: "post",
        path: "/api/result",
        id: "result_of_scenario",
        summary: "Simulates a scenario: the bytes of `results.json` of `bandwise run` on it. Nothing is kept.",
        asks: Asks::Scenario,
        gives: Gives::Results,
        route: || post(result_of_scenario),
    },
    Operation {
        method: "get",
        path: "/api/scenario",
        id: "scenario",
        summary: "The proposal of a link as a scenario, and its shortest link.",
        asks: Asks::Choices,
        gives: Gives::Scenario,
        route: || get(scenario),
    },
    Operation {
        method: "get",
        path: "/api/frontier",
        id: "frontier",
        summary: "Searches for better proposals, as `bandwise frontier` does, and tells how far it has come.",
        asks: Asks::Wishes,
        gives: Gives::Events,
        route: || get(better::api_events),
    },
];

/// The routes of the interface.
pub fn routes() -> Router<Arc<Shared>> {
    OPERATIONS.iter().fold(Router::new(), |router, operation| {
        router.route(operation.path, (operation.route)())
    })
}

/// A value as the body of an answer.
fn sent(value: &Value) -> Response {
    as_json(json::json(value))
}

fn as_json(bytes: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], bytes).into_response()
}

/// The query of what takes none.
fn nothing_more(query: Option<&str>) -> Result<(), Refused> {
    match query {
        None | Some("") => Ok(()),
        Some(_) => Err(Refused::bad_input(
            "the query: is not looked at here (allowed: none)",
        )),
    }
}

async fn description(State(shared): Held, RawQuery(query): RawQuery) -> Result<Response, Refused> {
    nothing_more(query.as_deref())?;
    Ok(sent(&openapi::description(&shared.site)))
}

async fn authorities(State(shared): Held, RawQuery(query): RawQuery) -> Result<Response, Refused> {
    let query = query.unwrap_or_default();
    let mut vintage = None;
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if name != "vintage" {
            return Err(unknown(&name, &["vintage"]));
        }
        if vintage.replace(value.into_owned()).is_some() {
            return Err(Refused::bad_input("vintage: stands twice (allowed: once)"));
        }
    }
    let vintage = vintage.filter(|vintage| !vintage.is_empty());
    let vintage = &shared.site.world(vintage.as_deref())?.vintage;
    let authorities: Vec<Value> = Site::places(vintage)
        .into_iter()
        .map(|place| {
            json!({
                "code": place.code,
                "name": place.name,
                "class": place.class.words(),
                "bills": place.class.bills(),
            })
        })
        .collect();
    Ok(sent(
        &json!({ "vintage": vintage.name, "authorities": authorities }),
    ))
}

async fn scenarios(State(shared): Held, RawQuery(query): RawQuery) -> Result<Response, Refused> {
    nothing_more(query.as_deref())?;
    let scenarios: Vec<Value> = shared
        .site
        .all_built_in()
        .iter()
        .map(|scenario| {
            json!({
                "key": scenario.key,
                "title": scenario.title,
                "source": scenario.source,
                "toml": scenario_file::toml(scenario),
            })
        })
        .collect();
    Ok(sent(&json!({ "scenarios": scenarios })))
}

async fn result(State(shared): Held, RawQuery(query): RawQuery) -> Result<Response, Refused> {
    let choices = Choices::read(&query.unwrap_or_default(), &shared.site)?;
    results(&shared, choices).await
}

async fn result_of_scenario(
    State(shared): Held,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    nothing_more(query.as_deref())?;
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !SCENARIO_TYPES
        .iter()
        .any(|known| kind.eq_ignore_ascii_case(known))
    {
        return Err(Refused::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            format!(
                "Content-Type: is not that of a scenario (allowed: {})",
                SCENARIO_TYPES.join(", ")
            ),
        ));
    }
    let text = body_of(body, LONGEST_SCENARIO).await?;
    let text = String::from_utf8(text).map_err(|error| {
        Refused::bad_input(format!(
            "your scenario: byte {} is not UTF-8 (a scenario is a TOML file)",
            error.utf8_error().valid_up_to()
        ))
    })?;
    let choices = Choices {
        start: Start::Own(text),
        ..Choices::opening(shared.site.default_scenario())
    };
    results(&shared, choices).await
}

async fn results(shared: &Arc<Shared>, choices: Choices) -> Result<Response, Refused> {
    let job =
        move |site: &Site, stop: &_| Ok(json::json(&Drawn::of(&choices, site, stop)?.briefing));
    shared.work(job).await.map(as_json)
}

async fn scenario(State(shared): Held, RawQuery(query): RawQuery) -> Result<Response, Refused> {
    let choices = Choices::read(&query.unwrap_or_default(), &shared.site)?;
    let job = move |site: &Site, _: &_| {
        let Chosen { scenario, notes } = choices.scenario(site)?;
        let prepared = prepare(&scenario, site.world(scenario.vintage.as_deref())?)?;
        Ok(json!({
            "link": format!("/?{}", choices.link()),
            "toml": scenario_file::toml(&prepared.scenario),
            "notes": notes,
        }))
    };
    shared.work(job).await.map(|value| sent(&value))
}
