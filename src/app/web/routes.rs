//! What is to be had, and where.

use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::{Path, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use futures_util::StreamExt;
use tokio::time::timeout;

use super::answer::{Answer, Depth};
use super::choices::{Choices, LONGEST_SCENARIO, Start, too_long};
use super::desk::{Desk, Stop};
use super::guard::{Guard, guarded};
use super::large::{Large, in_turn};
use super::refused::Refused;
use super::searches::Searches;
use super::site::Site;
use super::{api, better, files, page, side_by_side};

/// How long one proposal may take, whatever is asked of it.
pub const WITHIN: Duration = Duration::from_secs(30);
/// Jobs at once, however many cores there are: the largest, small areas of a whole police area, takes
/// 700 MB.
const MOST_AT_ONCE: usize = 8;
/// How long a body may take to arrive.
const BODY_WITHIN: Duration = Duration::from_secs(10);
/// How much of a body that is too long is read and thrown away, bytes: who is still sending does not hear
/// the answer.
const MOST_THROWN_AWAY: usize = 2 << 20;

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
    /// Everything for requests on a site, with as many jobs at once as there are cores, up to
    /// [`MOST_AT_ONCE`].
    pub fn new(site: Site) -> Self {
        let cores = available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            site,
            desk: Desk::new(cores.min(MOST_AT_ONCE)),
            searches: Searches::new(cores),
        }
    }

    /// Does a job on the site when its turn comes, as [`Desk::work`] does.
    ///
    /// # Errors
    /// What the job says; or that it does not get its turn in time, or takes too long.
    pub async fn work<T: Send + 'static>(
        self: &Arc<Self>,
        job: impl FnOnce(&Site, &Stop) -> Result<T, Refused> + Send + 'static,
    ) -> Result<T, Refused> {
        let held = Arc::clone(self);
        let job = move |stop: &Stop| job(&held.site, stop);
        self.desk.work(WITHIN, job).await
    }
}

/// What all requests share, as a handler is given it.
pub type Held = State<Arc<Shared>>;

/// All routes.
pub fn router(shared: Arc<Shared>, guard: Guard) -> Router {
    Router::new()
        .route("/", get(whole_page))
        .route("/live", get(live))
        .route("/quick", get(quick))
        .route("/open", post(open))
        .route("/files/{*name}", get(file))
        .route("/page.css", get(style))
        .route("/page.js", get(script))
        .merge(api::routes())
        .merge(better::routes())
        .merge(side_by_side::routes())
        .fallback(nothing_there)
        .method_not_allowed_fallback(not_that_way)
        .with_state(shared)
        .layer(from_fn_with_state(Large::default(), in_turn))
        .layer(from_fn_with_state(guard, guarded))
}

/// The page in a state.
async fn whole_page(State(shared): Held, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let choices = match Choices::read(&query, &shared.site) {
        Ok(choices) => choices,
        Err(refused) => return page::refused(&shared.site, None, &refused),
    };
    let asked = choices.clone();
    let job = move |site: &Site, stop: &Stop| {
        let answer = Answer::of(&asked, site, Depth::Whole, stop)?;
        Ok(page::whole(site, &asked, &answer))
    };
    match shared.work(job).await {
        Ok(page) => Html(page).into_response(),
        Err(refused) => page::refused(&shared.site, Some(&choices), &refused),
    }
}

/// The parts of the page that change with the choices.
async fn live(state: Held, query: RawQuery) -> Result<Html<String>, Refused> {
    parts(state, query, Depth::Whole).await
}

/// The same as a first look.
async fn quick(state: Held, query: RawQuery) -> Result<Html<String>, Refused> {
    parts(state, query, Depth::Quick).await
}

async fn parts(
    State(shared): Held,
    RawQuery(query): RawQuery,
    depth: Depth,
) -> Result<Html<String>, Refused> {
    let choices = Choices::read(&query.unwrap_or_default(), &shared.site)?;
    let job = move |site: &Site, stop: &Stop| {
        let answer = Answer::of(&choices, site, depth, stop)?;
        Ok(page::parts(site, &choices, &answer, depth))
    };
    shared.work(job).await.map(Html)
}

/// The bytes of a body that is neither too long nor too slow.
///
/// # Errors
/// When it is, or breaks off.
pub async fn body_of(body: Body, longest: usize) -> Result<Vec<u8>, Refused> {
    let too_long = || {
        Refused::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("the body: is too long (allowed: {longest} bytes)"),
        )
    };
    if body.size_hint().lower() > MOST_THROWN_AWAY as u64 {
        return Err(too_long());
    }
    let arrives = async {
        let mut bytes = Vec::new();
        let mut length = 0;
        let mut stream = body.into_data_stream();
        while let Some(part) = stream.next().await {
            let broken = |_| Refused::new(StatusCode::BAD_REQUEST, "the body: broke off");
            let part = part.map_err(broken)?;
            length += part.len();
            if length > MOST_THROWN_AWAY {
                break;
            }
            if length <= longest {
                bytes.extend_from_slice(&part);
            }
        }
        if length > longest {
            return Err(too_long());
        }
        Ok(bytes)
    };
    let too_slow = |_| Refused::new(StatusCode::REQUEST_TIMEOUT, "the body: took too long");
    timeout(BODY_WITHIN, arrives).await.map_err(too_slow)?
}

/// Takes a scenario in and leads to its link. Nothing is kept.
async fn open(State(shared): Held, body: Body) -> Result<Response, Refused> {
    // A form writes each byte as three at most.
    let body = body_of(body, 3 * LONGEST_SCENARIO + 64).await?;
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
    let job = move |site: &Site, _: &Stop| {
        choices.scenario(site)?;
        Ok(format!("/?{}", choices.link()))
    };
    Ok(match shared.work(job).await {
        Ok(link) => Redirect::to(&link).into_response(),
        Err(refused) => page::refused_own(&shared.site, &text, &refused),
    })
}

/// A file of the results, made now: the same bytes as the command line's.
async fn file(
    State(shared): Held,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let choices = Choices::read(&query.unwrap_or_default(), &shared.site)?;
    let made = move |site: &Site, stop: &Stop| files::file(&name, &choices, site, stop);
    shared.work(made).await
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

async fn not_that_way() -> Refused {
    Refused::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "the method: is not known here [Allow says which are]",
    )
}

async fn nothing_there() -> Refused {
    Refused::new(StatusCode::NOT_FOUND, "nothing is here [the page is at /]")
}
