//! `cytomine serve`: takes the ports, opens the system, answers until it is asked to stop.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use cytomine_api::ApiState;
use cytomine_api::edge::health::Health;
use cytomine_api::edge::server::{ServeOptions, Server};
use cytomine_api::edge::ui::UiAssets;
use cytomine_api::edge::{self, EdgeOptions, Metrics, OriginResolver};
use cytomine_domain::demo::{self, Demo};
use cytomine_domain::{System, account, start};
use cytomine_worker::Options;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::signals::Stopping;
use super::startup::Startup;
use super::{RunError, greeting};
use crate::cli::Serve;
use crate::telemetry::Log;
use crate::ui;

/// The demonstration (tests/data/README.md says where it comes from).
const DEMO: Demo<'_> = Demo {
    slide: include_bytes!("../../../../tests/data/CMU-1-Small-Region.svs"),
    nuclei: include_str!("../../../../tests/data/CMU-1-nuclei.txt"),
};

/// Runs the server to its end.
pub(super) async fn serve(settings: Serve, log: Log) -> Result<(), RunError> {
    let stopping = Stopping::listen()?;
    // A secret that cannot be read ends the start before anything is touched.
    settings.system.accounts.admin_password()?;
    settings.system.accounts.admin_keys()?;
    settings.system.database.password()?;
    let assets = Arc::new(ui::assets()?);
    let tls = settings.tls.files()?;
    let edge_options = EdgeOptions {
        origin: OriginResolver {
            public_url: settings.server.public_url.clone(),
            trusted: settings.server.trusted_proxies.clone(),
            proxy_headers: settings.server.proxy_headers,
            tls: tls.is_some(),
        },
        cors_origins: settings.server.cors_origins.clone(),
        metrics: Metrics::default(),
    };
    let metrics = edge_options.metrics.clone();
    // The ports come first: a port that is taken must not cost a migration.
    let mut server = Server::bind(ServeOptions {
        listen: settings.server.listen,
        tls,
        metrics_listen: settings.metrics.listen.address(),
        drain: Duration::from_secs(settings.server.drain.into()),
    })
    .await?;
    let operators = server.metrics_address();
    let startup = Startup::begin(&settings.system)?;
    let health = Health::with_errors(startup.checks(), move || log.recent().text());
    // Operators are answered before the database is there: they want to know what the start waits for.
    let answering = server.answer_operators(&health, &metrics);
    let Some(system) = startup.open(settings.system.database.migrate, &stopping).await? else {
        return Ok(());
    };
    let serving = start::serving(&system).await?;
    let made_up = super::system::ensure_admin(&system, &settings.system.accounts).await?;
    if settings.demo.enabled {
        let admin = account::actor_for_command_line(&system, account::ADMIN).await?;
        demo::ensure(&system, &admin, DEMO).await?;
    }
    let cors_origins = edge_options.cors_origins.clone().into();
    let signature_window = Duration::from_secs(60 * settings.server.signature_window);
    let state = ApiState { system: system.clone(), cors_origins, signature_window, health: health.clone() };
    let app = edge::wrap(application(state, assets), edge_options);
    let background = Background::start(&system, &settings);
    health.set_started();
    greeting::greet(&settings, server.address(), operators, made_up.as_deref())?;
    let stop = stopping.clone();
    server.run(app, health, metrics, async move { stop.requested().await }).await?;
    background.stop().await;
    drop(answering);
    drop(serving);
    system.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// What runs beside the requests.
struct Background {
    stop: oneshot::Sender<()>,
    worker: Option<JoinHandle<()>>,
    rights: JoinHandle<()>,
}

impl Background {
    fn start(system: &Arc<System>, settings: &Serve) -> Self {
        let (stop, stopped) = oneshot::channel();
        let shutdown = async move {
            let _ = stopped.await;
        };
        let options = Options { at_a_time: settings.concurrency.jobs.get(), ..Options::default() };
        let worker = settings
            .worker
            .embedded
            .then(|| tokio::spawn(cytomine_worker::run(system.clone(), options, shutdown)));
        let system = system.clone();
        let rights = tokio::spawn(async move { system.watch_rights().await });
        Self { stop, worker, rights }
    }

    /// Lets running jobs give themselves back.
    async fn stop(self) {
        self.rights.abort();
        // A worker that ended by itself has nobody to tell.
        let _ = self.stop.send(());
        if let Some(worker) = self.worker
            && let Err(cause) = worker.await
        {
            tracing::error!(%cause, "the worker broke off");
        }
    }
}

/// Everything that is answered: the operations of the interface, and the UI.
fn application(state: ApiState, assets: Arc<UiAssets>) -> Router {
    cytomine_api::routes()
        .with_state(state)
        .fallback(move |request: Request| async move { not_routed(&assets, &request) })
}

/// A file of the UI, its page, or nothing.
fn not_routed(assets: &UiAssets, request: &Request) -> Response {
    let path = request.uri().path();
    assets
        .respond(request.method(), path, request.headers())
        .unwrap_or_else(|| cytomine_api::nothing_at(path).into_response())
}
