//! Ontologies.

mod crud;
pub mod json;

use axum::Router;
use axum::routing::get;

use crate::state::ApiState;

/// Routes of ontologies.
pub fn routes() -> Router<ApiState> {
    Router::new()
        .route("/api/ontology", get(crud::list).post(crud::create))
        .route("/api/ontology_light", get(crud::list_light))
        .route("/api/ontology/{id}", get(crud::show).put(crud::update).delete(crud::delete))
        .route("/api/ontology/{id}/user", get(crud::users))
}
