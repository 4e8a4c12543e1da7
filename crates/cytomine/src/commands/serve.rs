//! `cytomine serve`: takes the ports, opens the system, answers until it is asked to stop.

use std::sync::Arc;

use axum::extract::{Extension, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use cytomine_api::ApiState;
use cytomine_api::edge::health::{self, Check, Health};
use cytomine_api::edge::server::{ServeOptions, Server};
use cytomine_api::edge::ui::UiAssets;
use cytomine_api::edge::{self, EdgeOptions, Metrics, OriginResolver, RequestOrigin};
use cytomine_domain::demo::{self, Demo};
use cytomine_domain::{System, account, sweep};
use cytomine_worker::Options;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::signals::Stop;
use super::{RunError, greeting};
use crate::cli::Serve;
use crate::config::MetricsListen;
use crate::ui;

/// The demonstration (tests/data/README.md says where it comes from).
const DEMO: Demo<'_> = Demo {
    slide: include_bytes!("../../../../tests/data/CMU-1-Small-Region.svs"),
    nuclei: include_str!("../../../../tests/data/CMU-1-nuclei.txt"),
};

/// Runs the server to its end.
pub(super) async fn serve(settings: Serve) -> Result<(), RunError> {
    let stop = Stop::listen()?;
    // A secret that cannot be read ends the start before anything is touched.
    let admin_password = settings.system.accounts.admin_password()?;
    settings.system.database.password()?;
    let assets = Arc::new(ui::assets()?);
    let tls = settings.tls.files()?;
    let edge_options = EdgeOptions {
        origin: OriginResolver {
            public_url: settings.server.public_url.clone(),
            trusted: settings.server.trusted_proxies.clone(),
            tls: tls.is_some(),
        },
        cors_origins: settings.server.cors_origins.clone(),
        metrics: Metrics::default(),
    };
    let metrics = edge_options.metrics.clone();
    // The ports come first: a port that is taken must not cost a migration.
    let server = Server::bind(ServeOptions {
        listen: settings.server.listen,
        tls,
        metrics_listen: match settings.server.metrics_listen {
            MetricsListen::Off => None,
            MetricsListen::At(address) => Some(address),
        },
    })
    .await?;
    let system = super::system::open(&settings.system).await?;
    sweep::at_start(&system).await?;
    let made_up = account::ensure_admin(&system, admin_password).await?;
    if settings.demo.enabled {
        let admin = account::actor_for_command_line(&system, account::ADMIN).await?;
        demo::ensure(&system, &admin, DEMO).await?;
    }
    let health = Health::new(vec![database_check(&system)]);
    let state = ApiState { system: system.clone(), cors_origins: edge_options.cors_origins.clone().into() };
    let app = edge::wrap(application(state, &health, assets), edge_options);
    let background = Background::start(&system);
    health.set_started();
    greeting::greet(&settings, server.address(), server.metrics_address(), made_up.as_deref())?;
    server.run(app, health, metrics, stop.requested()).await?;
    background.stop().await;
    system.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Whether the database answers, for readiness.
fn database_check(system: &Arc<System>) -> Check {
    let system = system.clone();
    Check::new("database", move || {
        let system = system.clone();
        async move { system.ping().await.map_err(|cause| cause.to_string()) }
    })
}

/// What runs beside the requests.
struct Background {
    stop: oneshot::Sender<()>,
    worker: JoinHandle<()>,
    rights: JoinHandle<()>,
}

impl Background {
    fn start(system: &Arc<System>) -> Self {
        let (stop, stopped) = oneshot::channel();
        let shutdown = async move {
            let _ = stopped.await;
        };
        let worker = tokio::spawn(cytomine_worker::run(system.clone(), Options::default(), shutdown));
        let system = system.clone();
        let rights = tokio::spawn(async move { system.watch_rights().await });
        Self { stop, worker, rights }
    }

    /// Lets running jobs give themselves back.
    async fn stop(self) {
        self.rights.abort();
        // A worker that ended by itself has nobody to tell.
        let _ = self.stop.send(());
        if let Err(cause) = self.worker.await {
            tracing::error!(%cause, "the worker broke off");
        }
    }
}

/// Everything that is answered.
fn application(state: ApiState, health: &Health, assets: Arc<UiAssets>) -> Router {
    cytomine_api::routes()
        .with_state(state)
        .route("/server/ping", get(ping).post(ping))
        .merge(health::routes(health.clone()))
        .fallback(move |request: Request| async move { not_routed(&assets, &request) })
}

async fn ping(Extension(origin): Extension<RequestOrigin>) -> Json<Value> {
    Json(json!({
        "alive": true,
        "version": env!("CARGO_PKG_VERSION"),
        "serverURL": origin.base_url(),
        "serverID": null,
    }))
}

/// A file of the UI, its page, or nothing.
fn not_routed(assets: &UiAssets, request: &Request) -> Response {
    let path = request.uri().path();
    assets.respond(request.method(), path, request.headers()).unwrap_or_else(|| {
        let message = format!("There is nothing at {path}");
        (StatusCode::NOT_FOUND, Json(json!({ "errors": { "message": message } }))).into_response()
    })
}
