//! Images in projects.

mod crud;
pub mod json;
mod lists;

use axum::Router;
use axum::routing::{get, post};

use crate::state::ApiState;

/// Routes of images in projects.
pub fn routes() -> Router<ApiState> {
    Router::new()
        .route("/api/imageinstance", post(crud::create))
        .route("/api/imageinstance/{id}", get(crud::show).put(crud::update).delete(crud::delete))
        .route("/api/imageinstance/{id}/next", get(crud::next))
        .route("/api/imageinstance/{id}/previous", get(crud::previous))
        .route("/api/imageinstance/{id}/download", get(crud::download))
        .route("/api/project/{id}/imageinstance", get(lists::of_project))
        .route("/api/user/{id}/imageinstance", get(lists::of_user))
        .route("/api/user/{id}/imageinstance/light", get(lists::light_of_user))
}
