//! Connections: listening, HTTP/1.1 and HTTP/2, TLS, and an orderly end.
//!
//! Without TLS a connection speaks HTTP/1.1 or h2c (prior knowledge), with TLS what ALPN agrees on. Two steps,
//! [`Server::bind`] and [`Server::run`], so that the caller can tell people the address before requests come and
//! tests can use port 0. At the end requests being worked on have their time to finish ([`drain`] tells how).

pub mod drain;

use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use axum_server::accept::NoDelayAcceptor;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use hyper_util::rt::TokioExecutor;
use hyper_util::server::conn::auto::Builder;
use tokio::task::JoinHandle;

use super::tls::{self, TlsError, TlsFiles};
use super::{Health, Metrics, health};

/// Longest time from a connection to its first request.
const FIRST_REQUEST: Duration = Duration::from_secs(30);

/// Longest time a kept HTTP/1.1 connection may be idle or take for a request's head; longer than load balancers keep
/// theirs (60 s), so that they are the ones to close.
const IDLE: Duration = Duration::from_secs(75);

/// How often a silent HTTP/2 connection is asked whether it is still there.
const PING: Duration = Duration::from_secs(30);

/// Where and how to listen.
#[derive(Debug, Clone)]
pub struct ServeOptions {
    /// Address of the application.
    pub listen: SocketAddr,
    /// Certificate and key; `None` = no TLS.
    pub tls: Option<TlsFiles>,
    /// Address of health and metrics for operators; `None` = off.
    pub metrics_listen: Option<SocketAddr>,
    /// Longest wait for requests being worked on at the end, such as uploads.
    pub drain: Duration,
}

/// The server cannot run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Another program uses the port.
    #[error(
        "Cannot listen on {0}: another program uses this port. Stop it, or choose another one with --listen"
    )]
    PortInUse(SocketAddr),
    /// The port is reserved.
    #[error(
        "Cannot listen on {0}: this user may not use ports below 1024. Choose a higher one with --listen, or give \
         the program the capability CAP_NET_BIND_SERVICE"
    )]
    PortReserved(SocketAddr),
    /// No interface has the address.
    #[error(
        "Cannot listen on {0}: this machine has no such address. Use 127.0.0.1 for this machine only or 0.0.0.0 \
         for every network with --listen"
    )]
    NoSuchAddress(SocketAddr),
    /// Anything else while listening.
    #[error("Cannot listen on {address}: {source}. Choose another address with --listen")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The cause.
        source: io::Error,
    },
    /// Certificate or key.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The system refused to go on.
    #[error("The server stopped: {0}. The system's log tells more; start it again")]
    Stopped(#[source] io::Error),
}

/// The operators' port, taken.
#[derive(Debug)]
pub struct Operators {
    listener: TcpListener,
    address: SocketAddr,
}

impl Operators {
    /// Takes the port.
    ///
    /// # Errors
    /// A [`ServeError`] when another program has the port, this user may not take it, or no interface has the address.
    pub fn bind(address: SocketAddr) -> Result<Self, ServeError> {
        let (listener, address) = bind_to(address)?;
        Ok(Self { listener, address })
    }

    /// The address, with the port the system chose for 0.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers from now on, until the answer is dropped.
    pub fn answer(self, health: Health, metrics: Metrics) -> Answering {
        let routes = health::admin_routes(health, metrics);
        Answering(tokio::spawn(plain(self.listener, routes, Handle::new())))
    }
}

/// While it lives, the operators' port answers.
#[derive(Debug)]
pub struct Answering(JoinHandle<io::Result<()>>);

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A server that listens and does not answer yet: connections wait in the system's queue.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<(RustlsConfig, TlsFiles)>,
    metrics: Option<Operators>,
    drain: Duration,
}

impl Server {
    /// Takes the ports and reads the certificate.
    ///
    /// A metrics port that is taken is only reported: whoever starts a second instance cares for the first port.
    ///
    /// # Errors
    /// Every [`ServeError`] except [`ServeError::Stopped`].
    pub async fn bind(options: ServeOptions) -> Result<Self, ServeError> {
        let ServeOptions { listen, tls, metrics_listen, drain } = options;
        let tls = match tls {
            Some(files) => Some((tls::load(&files).await?, files)),
            None => None,
        };
        let (listener, address) = bind_to(listen)?;
        let metrics = metrics_listen.and_then(|wanted| match Operators::bind(wanted) {
            Ok(bound) => Some(bound),
            Err(error) => {
                tracing::warn!(%error, "metrics are off: choose another address with --metrics-listen");
                None
            }
        });
        Ok(Self { listener, address, tls, metrics, drain })
    }

    /// The application's address, with the port the system chose for 0.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The operators' address; `None` when it is off or its port was taken.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics.as_ref().map(Operators::address)
    }

    /// Answers operators from now on, before the application does, so that they can be told what it waits for.
    /// [`Server::run`] does it otherwise. The answer must be kept for as long as the port shall answer.
    pub fn answer_operators(&mut self, health: &Health, metrics: &Metrics) -> Option<Answering> {
        Some(self.metrics.take()?.answer(health.clone(), metrics.clone()))
    }

    /// Answers until `shutdown` ends, then drains. `app` is the wrapped router ([`super::wrap`]).
    ///
    /// # Errors
    /// [`ServeError::Stopped`] when the system refuses to go on.
    pub async fn run(
        self,
        app: Router,
        health: Health,
        metrics: Metrics,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), ServeError> {
        // The operators' port answers until the last request has been, so that draining can be watched.
        let _operators = self.metrics.map(|operators| operators.answer(health.clone(), metrics));
        let (config, reloading) = match self.tls {
            None => (None, None),
            Some((config, files)) => {
                let reloading = tokio::spawn(tls::reload_on_change(config.clone(), files));
                (Some(config), Some(reloading))
            }
        };
        let outcome = drain::until_drained(self.listener, config, app, health, self.drain, shutdown).await;
        if let Some(reloading) = reloading {
            reloading.abort();
        }
        outcome.map_err(ServeError::Stopped)
    }
}

async fn plain(listener: TcpListener, app: Router, handle: Handle<SocketAddr>) -> io::Result<()> {
    let mut server = axum_server::from_tcp(listener)?
        .acceptor(NoDelayAcceptor::new())
        .handle(handle)
        .first_request_timeout(FIRST_REQUEST)
        .accept_error_handler(not_accepted);
    configure(server.http_builder());
    server.serve(app.into_make_service_with_connect_info::<SocketAddr>()).await
}

async fn secure(
    listener: TcpListener,
    app: Router,
    handle: Handle<SocketAddr>,
    config: RustlsConfig,
) -> io::Result<()> {
    let acceptor = RustlsAcceptor::new(config).acceptor(NoDelayAcceptor::new());
    let mut server = axum_server::from_tcp(listener)?
        .acceptor(acceptor)
        .handle(handle)
        .first_request_timeout(FIRST_REQUEST)
        .accept_error_handler(not_accepted);
    configure(server.http_builder());
    server.serve(app.into_make_service_with_connect_info::<SocketAddr>()).await
}

/// A connection that never came to be. Without a peer the system itself refuses, mostly for want of file descriptors;
/// with one it is the peer's affair (a scanner, a browser that does not trust the certificate).
fn not_accepted(peer: Option<&SocketAddr>, error: &io::Error) {
    match peer {
        None => {
            tracing::warn!(%error, "connections cannot be accepted: if files are exhausted, raise `ulimit -n`");
        }
        Some(peer) => tracing::debug!(%peer, %error, "connection not accepted"),
    }
}

fn configure(http: &mut Builder<TokioExecutor>) {
    http.http1().keep_alive(true).header_read_timeout(IDLE);
    http.http2().keep_alive_interval(PING).keep_alive_timeout(PING);
}

fn bind_to(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServeError> {
    let bound = TcpListener::bind(address).and_then(|listener| {
        let address = listener.local_addr()?;
        Ok((listener, address))
    });
    bound.map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => ServeError::PortInUse(address),
        io::ErrorKind::PermissionDenied => ServeError::PortReserved(address),
        io::ErrorKind::AddrNotAvailable => ServeError::NoSuchAddress(address),
        _ => ServeError::Listen { address, source },
    })
}

#[cfg(test)]
mod tests;
