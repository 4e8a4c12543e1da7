//! Annotations (rest-api 4.15).

mod bulk;
mod count;
mod crud;
mod included;
pub mod json;
mod operate;
mod query;
mod row;
mod search;
mod show;

use axum::Router;
use axum::routing::{get, post, put};

use crate::state::ApiState;

/// Routes of annotations. The two spellings mean the same: every annotation of this server is a user annotation.
pub fn routes() -> Router<ApiState> {
    Router::new()
        .route("/api/annotation", get(search::list).post(bulk::create).delete(bulk::delete))
        .route("/api/userannotation", get(search::list).post(bulk::create))
        .route("/api/annotation/search", get(search::list).post(search::post))
        .route("/api/annotation/{id}", get(crud::show).put(crud::update).delete(crud::delete))
        .route("/api/userannotation/{id}", get(crud::show).put(crud::update).delete(crud::delete))
        .route("/api/annotation/{id}/simplify", put(operate::simplify))
        .route("/api/annotation/{id}/fill", post(operate::fill))
        .route("/api/simplify", put(operate::simplify_wkt))
        .route("/api/imageinstance/{id}/annotation/included", get(included::list))
        .route("/api/user/{id}/userannotation/count", get(count::of_user))
        .route("/api/user/{id}/reviewedannotation/count", get(count::reviewed_of_user))
        .route("/api/project/{id}/userannotation/count", get(count::of_project))
        .route("/api/project/{id}/reviewedannotation/count", get(count::reviewed_of_project))
        .route("/api/sliceinstance/{id}/annotationindex", get(count::layers))
}
