//! `cytomine worker`: works off the queue beside servers that do not.

use cytomine_api::edge::Metrics;
use cytomine_api::edge::health::{Check, Health};
use cytomine_api::edge::server::Operators;
use cytomine_worker::{Options, Pulse};

use super::RunError;
use super::signals::Stopping;
use super::startup::Startup;
use crate::cli::Worker;
use crate::telemetry::Log;

/// Runs the worker to its end.
pub(super) async fn run(settings: Worker, log: Log) -> Result<(), RunError> {
    let stopping = Stopping::listen()?;
    let operators = settings.metrics.listen.address().and_then(|address| match Operators::bind(address) {
        Ok(operators) => Some(operators),
        Err(error) => {
            tracing::warn!(%error, "health and metrics are off: choose another address with --metrics-listen");
            None
        }
    });
    let startup = Startup::begin(&settings.system)?;
    let pulse = Pulse::default();
    let mut checks = startup.checks();
    checks.push(queue_check(&pulse));
    let health = Health::with_errors(checks, move || log.recent().text());
    let address = operators.as_ref().map(|operators| operators.address().to_string());
    let answering = operators.map(|operators| operators.answer(health.clone(), Metrics::default()));
    let Some(system) = startup.open(settings.system.database.migrate, &stopping).await? else {
        return Ok(());
    };
    health.set_started();
    tracing::info!(jobs = settings.concurrency.jobs, operators = address, "the worker is ready");
    let options = Options { at_a_time: settings.concurrency.jobs.get(), pulse, ..Options::default() };
    let shutdown = {
        let health = health.clone();
        async move {
            stopping.requested().await;
            health.drain();
        }
    };
    cytomine_worker::run(system.clone(), options, shutdown).await;
    system.close().await;
    drop(answering);
    tracing::info!("stopped");
    Ok(())
}

/// Whether the queue is looked at.
fn queue_check(pulse: &Pulse) -> Check {
    let pulse = pulse.clone();
    Check::new("queue", move || {
        let pulse = pulse.clone();
        async move { pulse.check() }
    })
}
