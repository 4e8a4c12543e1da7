//! The edge: what every request passes before a handler sees it and every answer on its way out.
//!
//! Plan: [`wrap`] puts the application's router inside another one whose only route is a fallback, so that the
//! ending `.json` can be taken off before routing ([`suffix`]). On the way in a request gets the untouched target,
//! the origin it came from ([`forwarded`]) and an id; on the way out its answer gets the headers of [`security`].
//! Closest to the handlers sits [`observe`], which knows the matched route: it counts, measures, logs, and turns a
//! panic into an answer. [`server`] holds connections; [`health`] and [`metrics`] speak to operators, [`ui`] to
//! browsers.

pub mod forwarded;
pub mod health;
pub mod metrics;
pub mod observe;
pub mod origin;
pub mod process;
pub mod security;
pub mod server;
pub mod suffix;
pub mod tls;
pub mod ui;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use cytomine_model::ErrorKind;
use http::{HeaderValue, Version};

use crate::body::{self, Memory};
use crate::error::ApiError;

pub use forwarded::{OriginResolver, ProxyHeaders, PublicUrl, RequestOrigin, Scheme};
pub use health::Health;
pub use metrics::{Metrics, TileSource};
pub use observe::RequestId;
pub use security::CspNonce;
pub use suffix::SignedTarget;

/// What the edge needs to know of the settings.
#[derive(Debug, Clone, Default)]
pub struct EdgeOptions {
    /// How scheme, host and client address are found out.
    pub origin: OriginResolver,
    /// Foreign web pages that may call the API with a user's cookie: origins such as `https://viewer.example`.
    pub cors_origins: Vec<HeaderValue>,
    /// Where requests are counted.
    pub metrics: Metrics,
}

/// Puts the edge around the application's router.
pub fn wrap(router: Router, options: EdgeOptions) -> Router {
    let EdgeOptions { origin, cors_origins, metrics } = options;
    let inner = router
        // Whatever an extractor takes into memory. Uploads, which stream, lift it on their own routes.
        .layer(DefaultBodyLimit::max(body::JSON_LIMIT))
        .layer(tower_http::catch_panic::CatchPanicLayer::custom(observe::panicked))
        .layer(middleware::from_fn_with_state(metrics, observe::observe));
    let mut outer = Router::new().fallback_service(inner);
    if let Some(cors) = security::cors(cors_origins) {
        outer = outer.layer(cors);
    }
    outer.layer(middleware::from_fn_with_state((Arc::new(origin), Memory::default()), enter))
}

/// First in, last out.
async fn enter(
    State((resolver, memory)): State<(Arc<OriginResolver>, Memory)>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let origin = resolver.resolve(peer, request.uri(), request.headers());
    let id = RequestId::for_request(&origin, request.headers());
    let secure = origin.scheme == Scheme::Https && !origin.is_loopback_name();
    request.extensions_mut().insert(origin);
    request.extensions_mut().insert(id.clone());
    suffix::strip(&mut request);
    // HTTP/1.0 asks for no host.
    let named = request.version() < Version::HTTP_11;
    let named = named || forwarded::names_one_host(request.uri(), request.headers());
    let mut response = if named {
        body::counted(memory, request, next).await
    } else {
        let words =
            "The request does not name one host: send the header `Host` once, with the server's address";
        ApiError::new(ErrorKind::Invalid, words).into_response()
    };
    security::protect(&mut response, secure);
    response.headers_mut().insert(observe::REQUEST_ID, id.header());
    response
}

#[cfg(test)]
mod tests;
