//! Projects.

mod crud;
pub mod json;

use axum::Router;
use axum::routing::get;

use crate::state::ApiState;

/// Routes of projects.
pub fn routes() -> Router<ApiState> {
    Router::new()
        .route("/api/project", get(crud::list).post(crud::create))
        .route("/api/project/{id}", get(crud::show).put(crud::update).delete(crud::delete))
        .route("/api/user/{id}/project", get(crud::list_of_user))
        .route("/api/ontology/{id}/project", get(crud::list_of_ontology))
}
