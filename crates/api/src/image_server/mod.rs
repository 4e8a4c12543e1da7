//! Image servers, which older clients ask for before they describe a file (rest-api 6): this server is the only one.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::base_url::BaseUrl;
use crate::dialect::collection::Collection;
use crate::dialect::wire::Nothing;
use crate::error::ApiError;
use crate::routes::{Routes, get};

/// An image server.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ImageServer {
    id: i64,
    created: Nothing,
    updated: Nothing,
    #[schema(example = "cytomine")]
    name: &'static str,
    #[schema(example = "https://slides.example.org")]
    url: String,
    base_path: Nothing,
    available: bool,
}

/// Routes of image servers.
pub fn routes() -> Routes {
    Routes::of("Server")
        .with(get("/api/imageserver", list, "List the image servers: this one").signed_in().clean())
}

/// GET `imageserver`.
async fn list(Caller(_): Caller, BaseUrl(base): BaseUrl) -> Result<Json<Collection<ImageServer>>, ApiError> {
    let this = ImageServer {
        id: 1,
        created: Nothing,
        updated: Nothing,
        name: "cytomine",
        url: base,
        base_path: Nothing,
        available: true,
    };
    Ok(Json(Collection::whole(vec![this])))
}
