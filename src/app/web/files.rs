//! Files to take away.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bandwise::report::text;

use super::answer::Answer;
use super::choices::Choices;
use super::desk::Stop;
use super::refused::Refused;
use super::site::Site;

/// One file of the results of a state.
///
/// # Errors
/// When there is none of that name, or the state is no scenario that can be run.
pub fn file(name: &str, choices: &Choices, site: &Site, stop: &Stop) -> Result<Response, Refused> {
    let answer = Answer::of(choices, site, stop)?;
    let bytes = match name {
        "scenario.toml" => answer.drawn.scenario_toml.into_bytes(),
        "ballot-paper.txt" => text::ballot(&answer.drawn.prepared).into_bytes(),
        _ => {
            return Err(Refused::new(
                StatusCode::NOT_FOUND,
                "no file of that name is among the results",
            ));
        }
    };
    Ok((
        [(
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        )],
        bytes,
    )
        .into_response())
}
