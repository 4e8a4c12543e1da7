//! Links between annotations and terms (rest-api 4.17).

mod crud;
pub mod json;

use axum::Router;
use axum::routing::{get, post};

use crate::state::ApiState;

/// Routes of term links.
pub fn routes() -> Router<ApiState> {
    Router::new()
        .route("/api/annotation/{id}/term", get(crud::list))
        .route("/api/annotation/{id}/notuser/{user}/term", get(crud::list_of_others))
        .route("/api/annotation/{id}/term/{term}", get(crud::show).post(crud::create).delete(crud::delete))
        .route("/api/annotation/{id}/term/{term}/clearBefore", post(crud::replace))
        .route("/api/annotation/{id}/term/{term}/user/{user}", get(crud::show_of).delete(crud::delete_of))
}
