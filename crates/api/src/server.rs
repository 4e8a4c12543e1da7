//! What is asked of the server itself: whether it is there, and what it is.

use axum::extract::State;
use axum::response::Response;
use axum::{Extension, Json};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::describe::Sketch;
use crate::dialect::wire::Nothing;
use crate::edge::{RequestOrigin, health};
use crate::routes::{Routes, get, post};
use crate::state::ApiState;

/// Routes of the server itself.
pub fn routes() -> Routes {
    let ping = "/server/ping";
    Routes::of("Server")
        .with(get(ping, self::ping, "Ask whether the server is there").public())
        .with(post(ping, self::ping, "Ask whether the server is there, as old clients do").public())
        .with(get("/health/started", started, "Ask whether the server has started").public().sketched(words))
        .with(get("/health/live", live, "Ask whether the process turns").public().sketched(words))
        .with(
            get("/health/ready", ready, "Ask whether the server can answer requests now")
                .public()
                .sketched(words),
        )
}

fn words(sketch: &mut Sketch<'_>) {
    let text = || json!({ "type": "string" });
    sketch.answers.insert(200, ("It is so", "text/plain", text()));
    sketch.answers.insert(503, ("It is not so", "text/plain", text()));
}

/// What a server tells of itself.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Ping {
    #[schema(example = true)]
    alive: bool,
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// The address by which it was asked.
    #[serde(rename = "serverURL")]
    #[schema(example = "https://cytomine.example")]
    url: String,
    #[serde(rename = "serverID")]
    id: Nothing,
}

async fn ping(Extension(origin): Extension<RequestOrigin>) -> Json<Ping> {
    Json(Ping { alive: true, version: env!("CARGO_PKG_VERSION"), url: origin.base_url(), id: Nothing })
}

async fn started(State(state): State<ApiState>) -> Response {
    health::started(&state.health)
}

async fn live() -> Response {
    health::live()
}

async fn ready(State(state): State<ApiState>) -> Response {
    health::ready(&state.health).await
}
