//! Why a request is refused, and with which status.

use std::fmt::Display;

use axum::http::StatusCode;
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

    /// What was asked for is not wanted any more.
    pub fn stopped() -> Self {
        Self::new(
            StatusCode::REQUEST_TIMEOUT,
            "stopped: it took too long, or nobody waits for it",
        )
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
