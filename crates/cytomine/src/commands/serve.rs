//! `cytomine serve`: takes the ports, opens the system, answers until it is asked to stop.

use std::sync::Arc;

use axum::extract::{Extension, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use cytomine_api::edge::server::{ServeOptions, Server};
use cytomine_api::edge::ui::UiAssets;
use cytomine_api::edge::{self, EdgeOptions, Health, Metrics, OriginResolver, RequestOrigin, health};
use serde_json::{Value, json};

use super::signals::Stop;
use super::{RunError, greeting};
use crate::cli::Serve;
use crate::config::MetricsListen;
use crate::ui;

/// Runs the server to its end.
pub(super) async fn serve(settings: Serve) -> Result<(), RunError> {
    let stop = Stop::listen()?;
    // A secret that cannot be read ends the start before anything is touched.
    settings.system.accounts.admin_password()?;
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
    let health = Health::new(vec![]);
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
    let app = edge::wrap(application(&health, assets), edge_options);
    health.set_started();
    greeting::greet(&settings, server.address(), server.metrics_address(), None)?;
    server.run(app, health, metrics, stop.requested()).await?;
    tracing::info!("stopped");
    Ok(())
}

/// Everything that is answered.
fn application(health: &Health, assets: Arc<UiAssets>) -> Router {
    Router::new()
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
