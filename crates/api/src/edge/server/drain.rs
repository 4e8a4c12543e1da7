//! The end of a server that others stand beside: nothing that was sent is lost.
//!
//! Whoever spreads requests over several servers learns some moments late that one of them goes: it has to ask whether
//! the server is ready, or be told by somebody who asks. Until then it opens connections and uses those it keeps. So
//! the end has three steps. Readiness fails at once and each HTTP/1.1 answer tells its connection to close, while
//! everything is accepted as before, for [`LINGER`] where anybody asks for readiness at all. Then connections that
//! are idle close, HTTP/2 is told to go away, requests being worked on have their time to finish; who still connects
//! meanwhile is answered by a second server on the same socket. With the last request both end.

use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use http::{HeaderValue, Version, header};

use super::{plain, secure};
use crate::edge::Health;

/// How long all goes on after readiness failed, when somebody asks for it: two rounds of a balancer that asks every
/// other second, or what a cluster needs to tell all its nodes.
pub const LINGER: Duration = Duration::from_secs(5);

/// Who asked for readiness within this time will ask again.
const WATCHED: Duration = Duration::from_secs(60);

/// Time for answers to those who came last.
const LAST: Duration = Duration::from_secs(2);

/// Answers until `shutdown` ends, and then to the end described above; requests being worked on have `finish`.
pub(super) async fn until_drained(
    listener: TcpListener,
    tls: Option<RustlsConfig>,
    app: Router,
    health: Health,
    finish: Duration,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let app = app.layer(middleware::from_fn_with_state(health.clone(), closing));
    let (first, late) = (Handle::new(), Handle::new());
    let socket = listener.try_clone()?;
    let ending = tokio::spawn({
        let (first, late, app, tls) = (first.clone(), late.clone(), app.clone(), tls.clone());
        async move {
            shutdown.await;
            health.drain();
            tracing::info!(connections = first.connection_count(), "shutting down");
            if health.was_asked_within(WATCHED) {
                tokio::time::sleep(LINGER).await;
            }
            first.graceful_shutdown(Some(finish));
            serve(socket, tls, app, late).await
        }
    });
    let outcome = serve(listener, tls, app, first).await;
    late.graceful_shutdown(Some(LAST));
    match outcome {
        Ok(()) => ending.await.unwrap_or_else(|cause| Err(io::Error::other(cause))),
        Err(cause) => {
            ending.abort();
            Err(cause)
        }
    }
}

async fn serve(
    listener: TcpListener,
    tls: Option<RustlsConfig>,
    app: Router,
    handle: Handle<SocketAddr>,
) -> io::Result<()> {
    match tls {
        None => plain(listener, app, handle).await,
        Some(config) => secure(listener, app, handle, config).await,
    }
}

/// Tells connections of HTTP/1.1 to close with this answer once the end has begun.
async fn closing(State(health): State<Health>, request: Request, next: Next) -> Response {
    let one_at_a_time = request.version() <= Version::HTTP_11;
    let mut response = next.run(request).await;
    if one_at_a_time && health.is_draining() {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
