//! Counts, measures and logs every request, and survives panics.
//!
//! A log line holds method, route, path, status, time, client and the request's id. It never holds the query, which
//! may carry a token, nor any header.

use std::any::Any;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use cytomine_domain::random;
use cytomine_model::ErrorKind;
use http::{HeaderMap, HeaderName, HeaderValue};
use tracing::Instrument;

use super::{Metrics, RequestOrigin, TileSource};
use crate::error::ApiError;

/// The header that carries a request's id, in both directions.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Names one request in log lines and in its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// The id a trusted proxy gave, else a new one.
    pub fn for_request(origin: &RequestOrigin, headers: &HeaderMap) -> Self {
        let given = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
        match given {
            Some(id) if origin.proxied && is_plain(id) => Self(id.to_owned()),
            _ => Self::next(),
        }
    }

    /// Random per process, then counted: unique among replicas at the cost of an addition.
    fn next() -> Self {
        static PROCESS: LazyLock<u32> = LazyLock::new(|| u32::from_le_bytes(random::bytes()));
        static COUNT: AtomicU64 = AtomicU64::new(1);
        Self(format!("{:08x}-{:x}", *PROCESS, COUNT.fetch_add(1, Ordering::Relaxed)))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn header(&self) -> HeaderValue {
        HeaderValue::try_from(&self.0).unwrap_or(HeaderValue::from_static("unknown"))
    }
}

/// Short and without anything that could forge a log line.
fn is_plain(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// The middleware closest to the handlers: here the matched route is known.
pub(super) async fn observe(State(metrics): State<Metrics>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let in_flight = metrics.enter();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let path = request.uri().path().to_owned();
    let id = request.extensions().get::<RequestId>().map_or("-", RequestId::as_str).to_owned();
    let client = request.extensions().get::<RequestOrigin>().map(|origin| origin.client);

    let span = tracing::info_span!("request", id);
    let response = next.run(request).instrument(span.clone()).await;

    drop(in_flight);
    let taken = begun.elapsed();
    let status = response.status();
    let route = route.as_ref().map_or("other", MatchedPath::as_str);
    metrics.answered(&method, route, status, taken);
    if let Some(source) = response.extensions().get::<TileSource>() {
        metrics.tile(*source);
    }
    let ms = taken.as_micros() as f64 / 1e3;
    let client = client.map(tracing::field::display);
    span.in_scope(|| {
        let status = status.as_u16();
        if status >= 500 {
            tracing::warn!(%method, route, path, status, ms, client, "request failed");
        } else {
            tracing::debug!(%method, route, path, status, ms, client, "request answered");
        }
    });
    response
}

/// The answer to a request whose handler panicked. The cause goes to the log, not to the client.
#[allow(clippy::needless_pass_by_value, reason = "the layer wants a function of this shape")]
pub(super) fn panicked(cause: Box<dyn Any + Send + 'static>) -> Response {
    let cause = cause
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| cause.downcast_ref::<&str>().copied())
        .unwrap_or("unknown");
    tracing::error!(cause, "a request handler panicked");
    ApiError::new(
        ErrorKind::Internal,
        "Internal error: the server's log tells the cause under this request's id (header x-request-id)",
    )
    .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_taken_from_trusted_proxies_only() {
        let resolver = super::super::OriginResolver {
            trusted: vec!["10.0.0.0/8".parse().unwrap()],
            ..Default::default()
        };
        let id = |peer: &str, value: &'static str| {
            let headers: HeaderMap = [(REQUEST_ID, HeaderValue::from_static(value))].into_iter().collect();
            let origin = resolver.resolve(peer.parse().ok(), &http::Uri::from_static("/"), &headers);
            RequestId::for_request(&origin, &headers).as_str().to_owned()
        };
        assert_eq!(id("10.0.0.1", "abc-1"), "abc-1");
        assert_ne!(id("192.0.2.1", "abc-1"), "abc-1");
        assert_ne!(id("10.0.0.1", "a b"), "a b");
    }

    #[test]
    fn new_ids_differ() {
        assert_ne!(RequestId::next(), RequestId::next());
    }
}
