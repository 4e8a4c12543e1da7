//! What is counted, in the format of Prometheus and OpenMetrics.
//!
//! Labels are bounded: the method, the route's template (never the path) and the status.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, Method, StatusCode, header};
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::process::ProcessCollector;

/// How a tile came to be. A handler that answers a tile puts it into the response's extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TileSource {
    /// Stored bytes, untouched.
    PassThrough,
    /// Decoded, perhaps scaled, and encoded again.
    Decoded,
}

impl EncodeLabelValue for TileSource {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        encoder.write_str(match self {
            Self::PassThrough => "passthrough",
            Self::Decoded => "decoded",
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TileLabels {
    source: TileSource,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DurationLabels {
    route: String,
}

/// The counters of one process; clones share them.
#[derive(Debug, Clone)]
pub struct Metrics(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    durations: Family<DurationLabels, Histogram, fn() -> Histogram>,
    in_flight: Gauge,
    tiles: Family<TileLabels, Counter>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new(|_| {})
    }
}

impl Metrics {
    /// Makes the counters of the edge; `register` adds those of others (queue, caches) to the same page.
    pub fn new(register: impl FnOnce(&mut Registry)) -> Self {
        // The names of process metrics are the same for every program, so they have no prefix.
        let mut root = Registry::default();
        root.register_collector(Box::new(ProcessCollector));
        let registry = root.sub_registry_with_prefix("cytomine");
        let requests = Family::<RequestLabels, Counter>::default();
        registry.register("http_requests", "Requests answered", requests.clone());
        let durations: Family<DurationLabels, Histogram, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(DURATION_BUCKETS));
        registry.register(
            "http_request_duration_seconds",
            "Time from a request's head to its answer's head",
            durations.clone(),
        );
        let in_flight = Gauge::default();
        registry.register("http_requests_in_flight", "Requests being worked on", in_flight.clone());
        let tiles = Family::<TileLabels, Counter>::default();
        registry.register("tiles", "Tiles answered, by how they came to be", tiles.clone());
        register(registry);
        Self(Arc::new(Inner { registry: root, requests, durations, in_flight, tiles }))
    }

    /// Counts a request as being worked on until the guard is dropped.
    pub(super) fn enter(&self) -> InFlight {
        self.0.in_flight.inc();
        InFlight(self.0.in_flight.clone())
    }

    /// Counts an answered request. `route` is the template, such as `/api/project/{id}`.
    pub fn answered(&self, method: &Method, route: &str, status: StatusCode, taken: Duration) {
        let labels =
            RequestLabels { method: method_label(method), route: route.to_owned(), status: status.as_u16() };
        self.0.requests.get_or_create(&labels).inc();
        self.0.durations.get_or_create(&DurationLabels { route: labels.route }).observe(taken.as_secs_f64());
    }

    /// Counts a tile.
    pub fn tile(&self, source: TileSource) {
        self.0.tiles.get_or_create(&TileLabels { source }).inc();
    }

    /// The page for the collector.
    pub fn page(&self) -> Response {
        let mut text = String::new();
        let mut response = match encode(&mut text, &self.0.registry) {
            Ok(()) => Response::new(Body::from(text)),
            Err(error) => {
                let mut response = Response::new(Body::from(format!("Metrics cannot be written: {error}")));
                *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
                return response;
            }
        };
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8"),
        );
        response
    }
}

/// From a passed-through tile (0.05 ms) to a long request.
const DURATION_BUCKETS: [f64; 14] =
    [0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.1, 0.5, 1.0, 5.0, 30.0];

/// While it lives, a request is in flight; dropped also when the client goes away.
#[derive(Debug)]
pub(super) struct InFlight(Gauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Methods are the client's to invent; unknown ones share a label.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
