//! Proposals on the same luck.
use std::sync::Arc;

use axum::Router;

use super::routes::Shared;

/// Its routes.
pub fn routes() -> Router<Arc<Shared>> {
    Router::new()
}
