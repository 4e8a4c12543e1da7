//! The loop of a worker.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use cytomine_domain::job::Lease;
use cytomine_domain::{System, long_bulk, sweep};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, interval_at};

use crate::jobs;
use crate::pulse::Pulse;
use crate::purge;

/// How a worker behaves; the defaults are what a server uses.
#[derive(Clone, Debug)]
pub struct Options {
    /// Jobs that run at a time.
    pub at_a_time: usize,
    /// Queues that jobs are taken from.
    pub queues: Vec<&'static str>,
    /// How often the queues are asked when nothing rings.
    pub poll: Duration,
    /// How often bytes that nothing names are looked for.
    pub sweep: Duration,
    /// Beats whenever the queue was read.
    pub pulse: Pulse,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            at_a_time: 2,
            queues: jobs::queues(),
            poll: Duration::from_secs(1),
            sweep: sweep::AGE,
            pulse: Pulse::default(),
        }
    }
}

/// Works off the queue until `shutdown` completes; then calls off what runs, gives it back and returns.
///
/// Bytes of earlier crashes are removed by `cytomine_domain::sweep::at_start`, which whoever starts a server calls
/// before it takes uploads.
pub async fn run(system: Arc<System>, options: Options, shutdown: impl Future<Output = ()> + Send) {
    let (stop, stopping) = watch::channel(false);
    let mut running = JoinSet::new();
    let mut poll = interval(options.poll);
    poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut sweeping = interval_at(Instant::now() + options.sweep, options.sweep);
    let purging = tokio::spawn(purge::daily(Arc::clone(&system)));
    let mut bulks = interval_at(Instant::now() + long_bulk::STALE, long_bulk::STALE);
    bulks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tokio::pin!(shutdown);
    loop {
        if running.len() >= options.at_a_time {
            // Whoever has no hand free needs no look at the queue.
            options.pulse.beat();
        }
        while running.len() < options.at_a_time {
            match Lease::take(&system, &options.queues).await {
                Ok(Some(lease)) => {
                    running.spawn(jobs::work_on(Arc::clone(&system), lease, stopping.clone()));
                    options.pulse.beat();
                }
                Ok(None) => {
                    options.pulse.beat();
                    break;
                }
                Err(cause) => {
                    tracing::error!(%cause, "the queue cannot be read; trying again");
                    break;
                }
            }
        }
        tokio::select! {
            () = &mut shutdown => break,
            () = system.jobs_waiting.notified() => {}
            _ = poll.tick() => {}
            Some(ended) = running.join_next() => {
                if let Err(cause) = ended {
                    tracing::error!(%cause, "a job broke off; it is taken again when its lease has run out");
                }
            }
            _ = bulks.tick() => {
                if let Err(cause) = long_bulk::sweep_stale(&system).await {
                    tracing::error!(%cause, "broken off bulks could not be cleared up; trying again in some minutes");
                }
            }
            _ = sweeping.tick() => {
                if let Err(cause) = sweep::regularly(&system).await {
                    tracing::error!(%cause, "bytes that nothing names could not be removed; trying again in an hour");
                }
            }
        }
    }
    purging.abort();
    stop.send_replace(true);
    while running.join_next().await.is_some() {}
}
