//! Image servers, which older clients ask for before they describe a file (rest-api 6): this server is the only one.

use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::auth::Caller;
use crate::base_url::BaseUrl;
use crate::dialect::collection::Collection;
use crate::state::ApiState;

/// Routes of image servers.
pub fn routes() -> Router<ApiState> {
    Router::new().route("/api/imageserver", get(list))
}

/// GET `imageserver`.
async fn list(Caller(_): Caller, BaseUrl(base): BaseUrl) -> Json<Collection<Value>> {
    let this = json!({
        "id": 1,
        "created": null,
        "updated": null,
        "name": "cytomine",
        "url": base,
        "basePath": null,
        "available": true,
    });
    Json(Collection::whole(vec![this]))
}
