//! What operators ask: has it started, is it alive, is it ready.
//!
//! Three questions with three answers: `started` once the system is open; `live` as long as the runtime turns, with
//! no dependency, so that a database that is away does not restart every replica; `ready` while every check passes
//! and the process is not shutting down. Operators who ask for `ready?verbose` read per check how long it took, and
//! when it failed last and why; the application's port, which strangers reach, keeps that to itself.

use std::fmt::Write;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderValue, StatusCode, header};
use jiff::Timestamp;
use tokio::sync::watch;

use super::Metrics;

/// Longest time a check may take before it counts as failed. Probes give up after 3 s.
const CHECK_TIMEOUT: Duration = Duration::from_secs(2);

type CheckFuture = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// Something that must work for requests to be answered, such as the database.
pub struct Check {
    name: &'static str,
    run: Box<dyn Fn() -> CheckFuture + Send + Sync>,
    failed: Mutex<Option<(Timestamp, String)>>,
}

impl Check {
    /// Names a check; it answers what is wrong, without secrets, for people.
    pub fn new<F, Fut>(name: &'static str, run: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), String>> + Send + 'static,
    {
        Self { name, run: Box::new(move || Box::pin(run())), failed: Mutex::new(None) }
    }

    /// Notes what came out, and words it for people.
    fn line(&self, outcome: &Result<(), String>, taken: Duration) -> String {
        // What is behind a poisoned lock is as good as any.
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        let (name, milliseconds) = (self.name, taken.as_secs_f64() * 1000.0);
        match (outcome, &*failed) {
            (Err(cause), _) => {
                *failed = Some((now(), cause.clone()));
                format!("{name}: {cause} ({milliseconds:.1} ms)")
            }
            (Ok(()), None) => format!("{name}: ok ({milliseconds:.1} ms)"),
            (Ok(()), Some((when, cause))) => {
                format!("{name}: ok ({milliseconds:.1} ms); failed last at {when}: {cause}")
            }
        }
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
    begun: Timestamp,
    phase: watch::Sender<Phase>,
    checks: Vec<Check>,
    asked: Mutex<Option<Instant>>,
    errors: Option<Errors>,
}

type Errors = Box<dyn Fn() -> String + Send + Sync>;

impl Health {
    /// A process that is starting, with what must work once it has.
    pub fn new(checks: Vec<Check>) -> Self {
        Self::make(checks, None)
    }

    /// The same, that also tells operators its latest errors (`/health/errors`): lines without secrets.
    pub fn with_errors(checks: Vec<Check>, errors: impl Fn() -> String + Send + Sync + 'static) -> Self {
        Self::make(checks, Some(Box::new(errors)))
    }

    fn make(checks: Vec<Check>, errors: Option<Errors>) -> Self {
        Self(Arc::new(Inner {
            begun: now(),
            phase: watch::Sender::new(Phase::Starting),
            checks,
            asked: Mutex::new(None),
            errors,
        }))
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

    /// Whether the process has begun to shut down.
    pub fn is_draining(&self) -> bool {
        *self.0.phase.borrow() == Phase::Draining
    }

    /// Whether somebody asked for readiness within that time, and so will learn that it failed.
    pub fn was_asked_within(&self, time: Duration) -> bool {
        self.0
            .asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_some_and(|asked| asked.elapsed() < time)
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
        *self.0.asked.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        let phase = *self.0.phase.borrow();
        let mut report = String::new();
        let mut ready = phase == Phase::Running;
        let state = match phase {
            Phase::Starting => "starting",
            Phase::Running => "running",
            Phase::Draining => "shutting down",
        };
        let _ = writeln!(report, "process: {state}, begun at {}", self.0.begun);
        // Side by side: a probe waits for the slowest, not for the sum.
        let running: Vec<_> = self.0.checks.iter().map(|check| tokio::spawn(timed((check.run)()))).collect();
        for (check, running) in self.0.checks.iter().zip(running) {
            let (outcome, taken) = running
                .await
                .unwrap_or_else(|cause| (Err(format!("the check broke off: {cause}")), Duration::ZERO));
            ready &= outcome.is_ok();
            let _ = writeln!(report, "{}", check.line(&outcome, taken));
        }
        if ready { Ok(report) } else { Err(report) }
    }
}

/// Runs one check, within its time.
async fn timed(run: CheckFuture) -> (Result<(), String>, Duration) {
    let begun = Instant::now();
    let outcome = match tokio::time::timeout(CHECK_TIMEOUT, run).await {
        Ok(outcome) => outcome,
        Err(_) => Err(format!("no answer within {} s", CHECK_TIMEOUT.as_secs())),
    };
    (outcome, begun.elapsed())
}

/// The time, to the second.
fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}

/// What the operators' port answers: health (`/health/ready?verbose` tells the reasons) and `/metrics`. On the
/// application's port [`crate::server`] answers for health, without reasons.
pub fn admin_routes(health: Health, metrics: Metrics) -> Router {
    let health = Router::new()
        .route("/health/started", get(|State(health): State<Health>| async move { started(&health) }))
        .route("/health/live", get(|| async { live() }))
        .route("/health/ready", get(ready_with_reasons))
        .route("/health/errors", get(errors))
        .with_state(health);
    health.route("/metrics", get(move || async move { metrics.page() }))
}

/// The answer to whether the system is open.
pub fn started(health: &Health) -> Response {
    let phase = *health.0.phase.borrow();
    match phase {
        Phase::Starting => answer(StatusCode::SERVICE_UNAVAILABLE, "starting\n".to_owned()),
        Phase::Running | Phase::Draining => answer(StatusCode::OK, "started\n".to_owned()),
    }
}

/// The answer to whether the runtime turns.
pub fn live() -> Response {
    answer(StatusCode::OK, "alive\n".to_owned())
}

/// The answer to whether requests can be answered, for strangers: without reasons.
pub async fn ready(health: &Health) -> Response {
    match health.ready().await {
        Ok(_) => answer(StatusCode::OK, "ready\n".to_owned()),
        Err(_) => answer(StatusCode::SERVICE_UNAVAILABLE, "not ready\n".to_owned()),
    }
}

async fn ready_with_reasons(State(health): State<Health>, RawQuery(query): RawQuery) -> Response {
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

async fn errors(State(health): State<Health>) -> Response {
    answer(StatusCode::OK, health.0.errors.as_ref().map_or_else(String::new, |errors| errors()))
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

    /// A report without its times.
    fn plain(report: &str) -> String {
        let mut text = String::new();
        for line in report.lines() {
            let line = line.split_once(", begun").map_or(line, |(line, _)| line);
            let (before, after) = line.split_once(" (").unwrap_or((line, ""));
            let after = after.split_once(" ms)").map_or("", |(_, after)| after);
            let after = after.split_once(" at ").map_or(after.to_owned(), |(failed, rest)| {
                format!("{failed}: {}", rest.split_once(": ").map_or("", |(_, cause)| cause))
            });
            text.push_str(&format!("{before}{after}\n"));
        }
        text
    }

    async fn shown(health: &Health) -> (bool, String) {
        match health.ready().await {
            Ok(report) => (true, plain(&report)),
            Err(report) => (false, plain(&report)),
        }
    }

    #[tokio::test]
    async fn readiness_follows_phase_and_checks_and_remembers_the_last_error() {
        let up = Arc::new(AtomicBool::new(true));
        let health = with_database(&up);
        assert_eq!(shown(&health).await, (false, "process: starting\ndatabase: ok\n".to_owned()));
        health.set_started();
        assert_eq!(shown(&health).await, (true, "process: running\ndatabase: ok\n".to_owned()));
        up.store(false, Ordering::Relaxed);
        let refused = "process: running\ndatabase: connection refused\n".to_owned();
        assert_eq!(shown(&health).await, (false, refused));
        up.store(true, Ordering::Relaxed);
        let again = "process: running\ndatabase: ok; failed last: connection refused\n".to_owned();
        assert_eq!(shown(&health).await, (true, again));
        health.drain();
        health.set_started();
        let draining = "process: shutting down\ndatabase: ok; failed last: connection refused\n".to_owned();
        assert_eq!(shown(&health).await, (false, draining));
    }

    #[tokio::test(start_paused = true)]
    async fn a_check_that_hangs_has_failed_and_keeps_nobody_else_waiting() {
        let begun = tokio::time::Instant::now();
        let health = Health::new(vec![
            Check::new("storage", std::future::pending),
            Check::new("database", std::future::pending),
        ]);
        health.set_started();
        let text = "process: running\nstorage: no answer within 2 s\ndatabase: no answer within 2 s\n";
        assert_eq!(shown(&health).await, (false, text.to_owned()));
        assert!(begun.elapsed() < Duration::from_secs(3), "both waited at once");
    }

    #[tokio::test]
    async fn only_the_operators_port_tells_reasons() {
        use tower::ServiceExt as _;
        let health = with_database(&Arc::new(AtomicBool::new(false)));
        let request = http::Request::get("/health/ready?verbose").body(axum::body::Body::empty()).unwrap();
        let to_operators = admin_routes(health.clone(), Metrics::default()).oneshot(request).await.unwrap();
        for (response, tells) in [(ready(&health).await, false), (to_operators, true)] {
            assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
            let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
            let text = String::from_utf8(body.to_vec()).unwrap();
            assert_eq!(text.contains("connection refused"), tells, "{text}");
        }
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
