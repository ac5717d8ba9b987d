//! Why a request is refused, and with which status.

use std::fmt::Display;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bandwise::data::DataError;
use bandwise::data::scenario::ScenarioError;
use bandwise::simulation::PrepareError;

/// A request that is not answered as wished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The status of the answer.
    pub status: StatusCode,
    /// What is wrong, where, what is allowed.
    pub message: String,
}

impl Refused {
    /// A request with such a status.
    pub fn new(status: StatusCode, message: impl Display) -> Self {
        Self {
            status,
            message: message.to_string(),
        }
    }

    /// Choices that make no scenario, or one that cannot be run.
    pub fn bad_input(message: impl Display) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, message)
    }

    /// A fault of the program.
    pub fn bug(message: impl Display) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            format!("{message} (a fault of bandwise: please report it)"),
        )
    }

    /// What took too long, and so would again: not one that a browser repeats by itself. Who has gone away
    /// does not hear it.
    pub fn stopped() -> Self {
        Self::took_too_long("ask for fewer draws, or for less detail")
    }

    /// The same, with what to do instead.
    pub fn took_too_long(instead: &str) -> Self {
        Self::bad_input(format!("stopped: it took too long [{instead}]"))
    }

    /// Too much is asked for at once.
    pub fn busy() -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too many ask at once: try again in a moment",
        )
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut response = (self.status, format!("{}\n", self.message)).into_response();
        // So that it can be told in another form.
        response.extensions_mut().insert(self);
        response
    }
}

impl From<ScenarioError> for Refused {
    fn from(error: ScenarioError) -> Self {
        Self::bad_input(error)
    }
}

impl From<PrepareError> for Refused {
    fn from(error: PrepareError) -> Self {
        match error {
            // Embedded tables that do not fit together are a fault of the build.
            PrepareError::Data(_) => Self::bug(error),
            _ => Self::bad_input(error),
        }
    }
}

impl From<DataError> for Refused {
    fn from(error: DataError) -> Self {
        Self::bug(error)
    }
}
