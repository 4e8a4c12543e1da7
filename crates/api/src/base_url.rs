//! What absolute addresses in answers start with.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::HOST;
use axum::http::request::Parts;

use crate::describe::{Input, Sketch};
use crate::edge::RequestOrigin;

/// `https://slides.example.org`: scheme and host as the client knows this server, without a slash at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(pub String);

impl Input for BaseUrl {
    fn describe(_: &mut Sketch<'_>) {}
}

impl<S: Sync> FromRequestParts<S> for BaseUrl {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        if let Some(origin) = parts.extensions.get::<RequestOrigin>() {
            return Ok(Self(origin.base_url()));
        }
        // Without the edge in front (tests of single routers) the header is all there is.
        let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
        Ok(Self(format!("http://{host}")))
    }
}
