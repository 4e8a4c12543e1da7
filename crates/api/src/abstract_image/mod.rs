//! Abstract images.

mod crud;
pub mod json;
mod parts;

use axum::Router;
use axum::routing::get;

use crate::state::ApiState;

/// Routes of abstract images.
pub fn routes() -> Router<ApiState> {
    Router::new()
        .route("/api/abstractimage", get(crud::list).post(crud::create))
        .route("/api/abstractimage/unused", get(crud::unused))
        .route("/api/abstractimage/{id}", get(crud::show).put(crud::update).delete(crud::delete))
        .route("/api/abstractimage/{id}/user", get(parts::user))
        .route("/api/abstractimage/{id}/imageinstance", get(parts::instances))
        .route("/api/abstractimage/{id}/abstractslice", get(parts::slices))
        .route("/api/abstractimage/{id}/{channel}/{z}/{time}/abstractslice", get(parts::slice))
        .route("/api/abstractimage/{id}/download", get(parts::download))
}
