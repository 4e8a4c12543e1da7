//! Uploaded files.

mod crud;
pub mod json;

use axum::Router;
use axum::routing::get;

use crate::state::ApiState;

/// Routes of uploaded files.
pub fn routes() -> Router<ApiState> {
    Router::new()
        .route("/api/uploadedfile", get(crud::list).post(crud::create))
        .route("/api/uploadedfile/{id}", get(crud::show).put(crud::update).delete(crud::delete))
        .route("/api/uploadedfile/{id}/download", get(crud::download))
        .route("/api/uploadedfile/{id}/abstractimage", get(crud::image))
        .route("/api/uploadedfile/{id}/abstractslice", get(crud::slices))
}
