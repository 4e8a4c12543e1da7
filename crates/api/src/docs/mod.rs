//! The description of this interface: the OpenAPI document, and a page to read it.
//!
//! The page is ours: a script, a style sheet, no word from elsewhere, so it works without the internet and under the
//! policy that every page of this server has.

use std::sync::OnceLock;

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use bytes::Bytes;
use serde_json::{Value, json};

use crate::describe::Sketch;
use crate::routes::document::document;
use crate::routes::{Routes, get};

/// Made at the first request for it.
static DOCUMENT: OnceLock<Bytes> = OnceLock::new();

/// Routes of the description of `all` operations, these among them.
pub fn routes(all: fn() -> Routes) -> Routes {
    let openapi = move || async move {
        text(DOCUMENT.get_or_init(|| Bytes::from(document(&all()).0.to_string())).clone(), "application/json")
    };
    let page = |sketch: &mut Sketch<'_>| told(sketch, "text/html", json!({ "type": "string" }));
    let script = |sketch: &mut Sketch<'_>| told(sketch, "text/javascript", json!({ "type": "string" }));
    let style = |sketch: &mut Sketch<'_>| told(sketch, "text/css", json!({ "type": "string" }));
    Routes::of("Description")
        .with(get("/api/openapi", openapi, "Read this description").public().sketched(|sketch| {
            let schema = json!({ "type": "object", "example": { "openapi": "3.1.0" } });
            told(sketch, "application/json", schema);
        }))
        .with(get("/api/docs", self::page, "Browse this description").public().sketched(page))
        .with(
            get("/api/docs/page.js", self::script, "Read the script of that page").public().sketched(script),
        )
        .with(get("/api/docs/page.css", self::style, "Read the style of that page").public().sketched(style))
}

fn told(sketch: &mut Sketch<'_>, media_type: &'static str, schema: Value) {
    sketch.answers.insert(200, ("The text", media_type, schema));
}

async fn page() -> Response {
    text(Bytes::from_static(include_bytes!("page.html")), "text/html; charset=utf-8")
}

async fn script() -> Response {
    text(Bytes::from_static(include_bytes!("page.js")), "text/javascript; charset=utf-8")
}

async fn style() -> Response {
    text(Bytes::from_static(include_bytes!("page.css")), "text/css; charset=utf-8")
}

fn text(bytes: Bytes, media_type: &'static str) -> Response {
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
