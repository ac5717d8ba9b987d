//! What is to be had, and where.

use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use tokio::time::timeout;

use super::answer::Answer;
use super::choices::{Choices, LONGEST_SCENARIO, Start, too_long};
use super::desk::Desk;
use super::guard::{Guard, guarded};
use super::refused::Refused;
use super::searches::Searches;
use super::site::Site;
use super::{better, files, page, side_by_side};

/// How long one proposal may take, whatever is asked of it.
pub const WITHIN: Duration = Duration::from_secs(30);
/// How long a body may take to arrive.
const BODY_WITHIN: Duration = Duration::from_secs(10);

/// What all requests share.
#[derive(Debug)]
pub struct Shared {
    /// Scenarios and figures.
    pub site: Site,
    /// Where work is done.
    pub desk: Desk,
    /// Searches for better proposals, which take far longer.
    pub searches: Searches,
}

impl Shared {
    /// Everything for requests on a site, with as many jobs at once as there are cores.
    pub fn new(site: Site) -> Self {
        let cores = available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            site,
            desk: Desk::new(cores),
            searches: Searches::new(cores),
        }
    }
}

type Held = State<Arc<Shared>>;

/// All routes.
pub fn router(shared: Arc<Shared>, guard: Guard) -> Router {
    Router::new()
        .route("/", get(whole_page))
        .route("/live", get(live))
        .route("/open", post(open))
        .route("/files/{*name}", get(file))
        .route("/results.zip", get(all_files))
        .route("/page.css", get(style))
        .route("/page.js", get(script))
        .merge(better::routes())
        .merge(side_by_side::routes())
        .fallback(nothing_there)
        .with_state(shared)
        .layer(from_fn_with_state(guard, guarded))
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.status, format!("{}\n", self.message)).into_response()
    }
}

/// The page in a state.
async fn whole_page(State(shared): Held, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let choices = match Choices::read(&query, &shared.site) {
        Ok(choices) => choices,
        Err(refused) => return page::refused(&shared.site, None, &refused),
    };
    match answer(&shared, choices.clone()).await {
        Ok(answer) => Html(page::whole(&shared.site, &choices, &answer)).into_response(),
        Err(refused) => page::refused(&shared.site, Some(&choices), &refused),
    }
}

/// The parts of the page that change with the choices.
async fn live(State(shared): Held, RawQuery(query): RawQuery) -> Result<Response, Refused> {
    let choices = Choices::read(&query.unwrap_or_default(), &shared.site)?;
    let answer = answer(&shared, choices.clone()).await?;
    Ok(Html(page::parts(&shared.site, &choices, &answer)).into_response())
}

async fn answer(shared: &Arc<Shared>, choices: Choices) -> Result<Answer, Refused> {
    let held = Arc::clone(shared);
    let job = move |stop: &super::desk::Stop| Answer::of(&choices, &held.site, stop);
    shared.desk.work(WITHIN, job).await
}

/// Takes a scenario in and leads to its link. Nothing is kept.
async fn open(State(shared): Held, body: Body) -> Result<Redirect, Refused> {
    // A form writes each byte as three at most.
    let body = timeout(BODY_WITHIN, to_bytes(body, 3 * LONGEST_SCENARIO + 64)).await;
    let body =
        body.map_err(|_| Refused::new(StatusCode::REQUEST_TIMEOUT, "the body took too long"))?;
    let body = body.map_err(|_| Refused::new(StatusCode::PAYLOAD_TOO_LARGE, too_long().message))?;
    let text = form_urlencoded::parse(&body).find(|(name, _)| name == "toml");
    let (_, text) =
        text.ok_or_else(|| Refused::bad_input("toml: is missing (allowed: a scenario)"))?;
    if text.len() > LONGEST_SCENARIO {
        return Err(too_long());
    }
    let choices = Choices {
        start: Start::Own(text.replace("\r\n", "\n")),
        ..Choices::opening(shared.site.default_scenario())
    };
    choices.scenario(&shared.site)?;
    Ok(Redirect::to(&format!("/?{}", choices.link())))
}

/// A file of the results, made now: the same bytes as the command line's.
async fn file(
    State(shared): Held,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let choices = Choices::read(&query.unwrap_or_default(), &shared.site)?;
    let held = Arc::clone(&shared);
    let made = move |stop: &super::desk::Stop| files::file(&name, &choices, &held.site, stop);
    shared.desk.work(WITHIN, made).await
}

/// All files of the results.
async fn all_files(state: Held, query: RawQuery) -> Result<Response, Refused> {
    file(state, Path(files::ALL.to_owned()), query).await
}

async fn style() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/css; charset=utf-8")],
        page::style(),
    )
}

async fn script() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")],
        page::SCRIPT,
    )
}

async fn nothing_there() -> Refused {
    Refused::new(StatusCode::NOT_FOUND, "nothing is here [the page is at /]")
}
