//! The registry: which kinds of job a worker runs. What a kind does stands beside its use cases in `domain`, for the
//! command line runs some of them on the spot.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use cytomine_domain::System;
use cytomine_domain::conversion;
use cytomine_domain::job::{self, Job, Lease};
use tokio::sync::watch;

/// A kind of job.
struct Kind {
    name: &'static str,
    queue: &'static str,
    work: fn(Arc<System>, Lease, Stop) -> Working,
}

/// A job at work.
pub(crate) type Working = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Turns true when the worker stops.
pub(crate) type Stop = watch::Receiver<bool>;

/// Every kind of job; a new one is a line here.
const KINDS: &[Kind] = &[kind::<conversion::Work>()];

const fn kind<J: Job>() -> Kind {
    Kind { name: J::NAME, queue: J::QUEUE, work: work::<J> }
}

fn work<J: Job>(system: Arc<System>, lease: Lease, mut stop: Stop) -> Working {
    Box::pin(async move {
        let stopped = async move {
            // The loop of the worker waits for all jobs, so that the sender outlives them.
            let _ = stop.wait_for(|stop| *stop).await;
        };
        lease.work::<J>(&system, stopped).await;
    })
}

/// Every queue that jobs wait in.
pub fn queues() -> Vec<&'static str> {
    let mut queues: Vec<&str> =
        std::iter::once(job::MAIN).chain(KINDS.iter().map(|kind| kind.queue)).collect();
    queues.sort_unstable();
    queues.dedup();
    queues
}

/// Works on a job; one of an unknown kind is left to others.
pub(crate) fn work_on(system: Arc<System>, lease: Lease, stop: Stop) -> Working {
    match KINDS.iter().find(|kind| kind.name == lease.job.kind) {
        Some(kind) => (kind.work)(system, lease, stop),
        None => Box::pin(pass_on(system, lease)),
    }
}

async fn pass_on(system: Arc<System>, lease: Lease) {
    let job = lease.job.clone();
    match lease.pass_on(&system).await {
        Ok(cause) => tracing::error!(job = %job.id, kind = job.kind, %cause, "an attempt failed"),
        Err(cause) => tracing::error!(job = %job.id, %cause, "a job could not be left to others"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_single_and_every_queue_is_asked() {
        let mut names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), KINDS.len());
        assert_eq!(queues(), [job::MAIN, job::SLIDES]);
    }
}
