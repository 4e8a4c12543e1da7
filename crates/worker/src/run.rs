//! The loop of a worker.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cytomine_domain::{System, job, sweep};
use cytomine_model::Job;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, interval_at};

use crate::jobs::{self, Ended};
use crate::pulse::Pulse;

/// How a worker behaves; the defaults are what a server uses.
#[derive(Clone, Debug)]
pub struct Options {
    /// Jobs that run at a time.
    pub at_a_time: usize,
    /// How often the queue is asked when nothing rings.
    pub poll: Duration,
    /// How often a lease is renewed; well below [`job::LEASE`].
    pub renew: Duration,
    /// How often bytes that nothing names are looked for.
    pub sweep: Duration,
    /// Beats whenever the queue was read.
    pub pulse: Pulse,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            at_a_time: 2,
            poll: Duration::from_secs(1),
            renew: Duration::from_secs(10),
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
    let owner = format!("{}-{}", std::process::id(), uuid::Uuid::new_v4());
    let cancel = Arc::new(AtomicBool::new(false));
    let mut running = JoinSet::new();
    let mut poll = interval(options.poll);
    poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut sweeping = interval_at(Instant::now() + options.sweep, options.sweep);
    tokio::pin!(shutdown);
    loop {
        if running.len() >= options.at_a_time {
            // Whoever has no hand free needs no look at the queue.
            options.pulse.beat();
        }
        while running.len() < options.at_a_time {
            match job::take(&system, &owner).await {
                Ok(Some(taken)) => {
                    let (system, owner, cancel) = (Arc::clone(&system), owner.clone(), Arc::clone(&cancel));
                    let renew = options.renew;
                    running.spawn(async move { work(&system, &owner, taken, renew, cancel).await });
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
            _ = sweeping.tick() => {
                if let Err(cause) = sweep::regularly(&system).await {
                    tracing::error!(%cause, "bytes that nothing names could not be removed; trying again in an hour");
                }
            }
        }
    }
    cancel.store(true, Ordering::Relaxed);
    while running.join_next().await.is_some() {}
}

/// Makes one attempt at a job, renewing its lease meanwhile, and notes how it ended.
async fn work(system: &Arc<System>, owner: &str, job: Job, renew: Duration, shutdown: Arc<AtomicBool>) {
    let ended = if job.attempts > job::ATTEMPTS {
        let cause =
            job.error.clone().unwrap_or_else(|| "it broke off each time, as when memory runs out".to_owned());
        let text = format!("gave up after {} attempts: {cause}", job::ATTEMPTS);
        jobs::give_up(system, &job, &text).await.map(|()| Ended::Failed(text))
    } else {
        attempt(system, owner, &job, renew, shutdown).await
    };
    let noted = match ended {
        Ok(Ended::Done) => job::finish(system, job.id, None).await,
        Ok(Ended::Failed(cause)) => {
            tracing::warn!(job = %job.id, kind = job.kind, cause, "a job failed");
            job::finish(system, job.id, Some(&cause)).await
        }
        Ok(Ended::Cancelled) => job::give_back(system, job.id, owner, None).await,
        Err(cause) => {
            tracing::error!(job = %job.id, kind = job.kind, attempt = job.attempts, %cause, "an attempt failed");
            job::give_back(system, job.id, owner, Some(&cause.to_string())).await
        }
    };
    if let Err(cause) = noted {
        tracing::error!(job = %job.id, %cause, "how a job ended could not be noted; it is taken again");
    }
}

async fn attempt(
    system: &Arc<System>,
    owner: &str,
    job: &Job,
    renew: Duration,
    shutdown: Arc<AtomicBool>,
) -> Result<Ended, cytomine_domain::DomainError> {
    // The attempt looks at one flag, which is raised on shutdown and when the lease was lost.
    let cancel = Arc::new(AtomicBool::new(false));
    let attempt = jobs::attempt(system, job, Arc::clone(&cancel));
    tokio::pin!(attempt);
    let lease = keep(system, owner, job, renew, &cancel);
    tokio::pin!(lease);
    let mut look = interval(Duration::from_millis(200));
    loop {
        // All are polled side by side: an attempt that holds the one writer of SQLite must go on while the renewal
        // waits for it.
        tokio::select! {
            ended = &mut attempt => return ended,
            never = &mut lease => match never {},
            _ = look.tick() => {
                if shutdown.load(Ordering::Relaxed) {
                    cancel.store(true, Ordering::Relaxed);
                }
            }
        }
    }
}

/// Renews the lease for as long as it is polled; raises the flag when somebody else has the job.
async fn keep(
    system: &Arc<System>,
    owner: &str,
    job: &Job,
    renew: Duration,
    cancel: &AtomicBool,
) -> Infallible {
    let mut due = interval_at(Instant::now() + renew, renew);
    loop {
        due.tick().await;
        match job::renew(system, job.id, owner).await {
            Ok(true) => {}
            Ok(false) => {
                tracing::warn!(job = %job.id, "another worker has taken this job; stopping here");
                cancel.store(true, Ordering::Relaxed);
            }
            Err(cause) => tracing::error!(job = %job.id, %cause, "a lease could not be renewed"),
        }
    }
}
