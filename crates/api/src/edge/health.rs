//! What operators ask: has it started, is it alive, is it ready.
//!
//! Three questions with three answers: `started` once the system is open; `live` as long as the runtime turns, with
//! no dependency, so that a database that is away does not restart every replica; `ready` while every check passes
//! and the process is not shutting down.

use std::fmt::Write;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderValue, StatusCode, header};
use tokio::sync::watch;

use super::Metrics;

/// Longest time a check may take before it counts as failed. Probes give up after 3 s.
const CHECK_TIMEOUT: Duration = Duration::from_secs(2);

type CheckFuture = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// Something that must work for requests to be answered, such as the database.
pub struct Check {
    name: &'static str,
    run: Box<dyn Fn() -> CheckFuture + Send + Sync>,
}

impl Check {
    /// Names a check; it answers what is wrong, without secrets, for people.
    pub fn new<F, Fut>(name: &'static str, run: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), String>> + Send + 'static,
    {
        Self { name, run: Box::new(move || Box::pin(run())) }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Starting,
    Running,
    Draining,
}

/// The state of this process; clones share it.
#[derive(Clone)]
pub struct Health(Arc<Inner>);

struct Inner {
    phase: watch::Sender<Phase>,
    checks: Vec<Check>,
}

impl Health {
    /// A process that is starting, with what must work once it has.
    pub fn new(checks: Vec<Check>) -> Self {
        Self(Arc::new(Inner { phase: watch::Sender::new(Phase::Starting), checks }))
    }

    /// The system is open.
    pub fn set_started(&self) {
        self.0.phase.send_if_modified(|phase| {
            let starting = *phase == Phase::Starting;
            if starting {
                *phase = Phase::Running;
            }
            starting
        });
    }

    /// No new work, please: readiness fails from now on.
    pub fn drain(&self) {
        self.0.phase.send_replace(Phase::Draining);
    }

    /// Ends when the process begins to shut down, so that endless answers (event streams) can end themselves.
    pub async fn draining(&self) {
        let mut phase = self.0.phase.subscribe();
        // The sender lives as long as `self`.
        let _ = phase.wait_for(|phase| *phase == Phase::Draining).await;
    }

    /// Whether requests can be answered: a line per thing that must work, `Err` when one does not.
    ///
    /// # Errors
    /// The same text, with what is wrong.
    pub async fn ready(&self) -> Result<String, String> {
        let phase = *self.0.phase.borrow();
        let mut report = String::new();
        let mut ready = phase == Phase::Running;
        let state = match phase {
            Phase::Starting => "starting",
            Phase::Running => "running",
            Phase::Draining => "shutting down",
        };
        let _ = writeln!(report, "process: {state}");
        for check in &self.0.checks {
            let outcome = match tokio::time::timeout(CHECK_TIMEOUT, (check.run)()).await {
                Ok(outcome) => outcome,
                Err(_) => Err(format!("no answer within {} s", CHECK_TIMEOUT.as_secs())),
            };
            match outcome {
                Ok(()) => {
                    let _ = writeln!(report, "{}: ok", check.name);
                }
                Err(cause) => {
                    ready = false;
                    let _ = writeln!(report, "{}: {cause}", check.name);
                }
            }
        }
        if ready { Ok(report) } else { Err(report) }
    }
}

/// `/health/started`, `/health/live`, `/health/ready` (`?verbose` tells the reasons).
pub fn routes(health: Health) -> Router {
    Router::new()
        .route("/health/started", get(started))
        .route("/health/live", get(|| async { answer(StatusCode::OK, "alive\n".to_owned()) }))
        .route("/health/ready", get(ready))
        .with_state(health)
}

/// What the operators' port answers: health and `/metrics`.
pub fn admin_routes(health: Health, metrics: Metrics) -> Router {
    routes(health).route("/metrics", get(move || async move { metrics.page() }))
}

async fn started(State(health): State<Health>) -> Response {
    let phase = *health.0.phase.borrow();
    match phase {
        Phase::Starting => answer(StatusCode::SERVICE_UNAVAILABLE, "starting\n".to_owned()),
        Phase::Running | Phase::Draining => answer(StatusCode::OK, "started\n".to_owned()),
    }
}

async fn ready(State(health): State<Health>, RawQuery(query): RawQuery) -> Response {
    let verbose = query.is_some_and(|query| query.split('&').any(|part| part.starts_with("verbose")));
    let (status, report) = match health.ready().await {
        Ok(report) => (StatusCode::OK, report),
        Err(report) => (StatusCode::SERVICE_UNAVAILABLE, report),
    };
    match (verbose, status) {
        (true, _) => answer(status, report),
        (false, StatusCode::OK) => answer(status, "ready\n".to_owned()),
        (false, _) => answer(status, "not ready: ask with ?verbose for the reason\n".to_owned()),
    }
}

fn answer(status: StatusCode, text: String) -> Response {
    let mut response = (status, text).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};

    fn with_database(up: &Arc<AtomicBool>) -> Health {
        let up = Arc::clone(up);
        Health::new(vec![Check::new("database", move || {
            let up = up.load(Ordering::Relaxed);
            async move { if up { Ok(()) } else { Err("connection refused".to_owned()) } }
        })])
    }

    #[tokio::test]
    async fn readiness_follows_phase_and_checks() {
        let up = Arc::new(AtomicBool::new(true));
        let health = with_database(&up);
        assert_eq!(health.ready().await, Err("process: starting\ndatabase: ok\n".to_owned()));
        health.set_started();
        assert_eq!(health.ready().await, Ok("process: running\ndatabase: ok\n".to_owned()));
        up.store(false, Ordering::Relaxed);
        assert_eq!(health.ready().await, Err("process: running\ndatabase: connection refused\n".to_owned()));
        up.store(true, Ordering::Relaxed);
        health.drain();
        health.set_started();
        assert_eq!(health.ready().await, Err("process: shutting down\ndatabase: ok\n".to_owned()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_check_that_hangs_has_failed() {
        let health = Health::new(vec![Check::new("storage", std::future::pending)]);
        health.set_started();
        assert_eq!(health.ready().await, Err("process: running\nstorage: no answer within 2 s\n".to_owned()));
    }

    #[tokio::test]
    async fn waiting_for_the_end_ends() {
        let health = Health::new(vec![]);
        let waiting = tokio::spawn({
            let health = health.clone();
            async move { health.draining().await }
        });
        health.drain();
        waiting.await.unwrap();
        health.draining().await;
    }
}
