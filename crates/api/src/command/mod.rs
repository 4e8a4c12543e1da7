//! Undo and redo (rest-api 1.10).

pub mod entity;
mod replay;

use axum::Router;
use axum::routing::get;

use crate::state::ApiState;

/// Routes of undo and redo; old clients leave `/api` out.
pub fn routes() -> Router<ApiState> {
    let mut routes = Router::new();
    for (prefix, ending) in [("/api", ""), ("", ""), ("", ".json")] {
        routes = routes
            .route(&format!("{prefix}/command/undo{ending}"), get(replay::undo))
            .route(&format!("{prefix}/command/redo{ending}"), get(replay::redo))
            .route(&format!("{prefix}/command/{{id}}/undo{ending}"), get(replay::undo_one))
            .route(&format!("{prefix}/command/{{id}}/redo{ending}"), get(replay::redo_one));
    }
    routes
}
