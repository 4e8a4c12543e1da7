//! The upload protocol of Cytomine's image server (rest-api 5): a file in, a row and an image out.

mod receive;
mod reply;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::post;

use crate::state::ApiState;

/// Both addresses that clients use. Bodies stream to disk and have no limit but its size.
pub fn routes() -> Router<ApiState> {
    Router::new()
        .route("/upload", post(receive::upload))
        .route("/ims/upload", post(receive::upload))
        .layer(DefaultBodyLimit::disable())
}
