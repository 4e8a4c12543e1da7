//! Terms and the relations between them.

mod crud;
pub mod json;
mod relation;

use axum::Router;
use axum::routing::{get, post};

use crate::state::ApiState;

/// Routes of terms and relations.
pub fn routes() -> Router<ApiState> {
    Router::new()
        .route("/api/term", get(crud::list).post(crud::create))
        .route("/api/term/{id}", get(crud::show).put(crud::update).delete(crud::delete))
        .route("/api/ontology/{id}/term", get(crud::list_of_ontology))
        .route("/api/project/{id}/term", get(crud::list_of_project))
        .route("/api/relation", get(relation::kinds))
        .route("/api/relation/term", post(relation::create))
        .route("/api/relation/{relation}/term", post(relation::create))
        .route("/api/relation/term/{id}", get(relation::list))
        .route(
            "/api/relation/{relation}/term1/{term1}/term2/{term2}",
            get(relation::show).delete(relation::delete),
        )
}
