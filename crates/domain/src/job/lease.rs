//! Jobs that this process holds: taken, kept while they run, ended or put off.
//!
//! Every taking has an owner of its own, so a process that lost a job and took it again is two. Each change of the row
//! asks for the owner: whoever lost a lease cannot end the job, and its successor's result stands.

use std::convert::Infallible;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cytomine_model::{ErrorKind, Job as Row, JobId, Millis};
use cytomine_store as store;
use tokio::time::{Instant, interval_at};

use super::{Attempt, Ended, Job, Watcher, arguments};
use crate::{DomainError, System, random};

/// How long a job belongs to its taker without a renewal.
pub const LEASE: Duration = Duration::from_secs(30);

/// How often a lease is renewed.
const RENEW: Duration = Duration::from_secs(10);

/// How often a job is tried.
pub const ATTEMPTS: i32 = 3;

/// How long a job waits after its first failure.
const FIRST_DELAY: Duration = Duration::from_secs(15);

/// How long it waits at most.
const LONGEST_DELAY: Duration = Duration::from_hours(1);

/// How long a job waits after so many failed attempts: four times longer after each.
pub fn delay(attempts: i32) -> Duration {
    let doubled = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0).saturating_mul(2);
    let factor = 1_u32.checked_shl(doubled).unwrap_or(u32::MAX);
    FIRST_DELAY.saturating_mul(factor).min(LONGEST_DELAY)
}

/// A job that this process holds.
#[derive(Debug)]
pub struct Lease {
    /// The job as it was taken.
    pub job: Row,
    owner: String,
}

fn until(system: &System) -> Millis {
    system.clock.now().plus(LEASE)
}

/// A name that no other taking has; the process stands in it for whoever reads the table.
fn owner() -> String {
    format!("{}-{}", std::process::id(), random::name())
}

impl Lease {
    /// Takes a waiting job of these queues: the one of the highest priority, of those the oldest.
    pub async fn take(system: &System, queues: &[&str]) -> Result<Option<Self>, DomainError> {
        let now = system.clock.now();
        // A reader's look first: an idle worker asks once a second and shall not stop the writers for it.
        if !store::job::any_waiting(&system.db, queues, now).await? {
            return Ok(None);
        }
        let owner = owner();
        let mut tx = system.db.begin().await?;
        let job = store::job::take(&mut tx, &owner, queues, now, now.plus(LEASE)).await?;
        tx.commit().await?;
        Ok(job.map(|job| Self { job, owner }))
    }

    /// Takes this job if it still waits.
    pub async fn take_this(system: &System, id: JobId) -> Result<Option<Self>, DomainError> {
        let owner = owner();
        let mut tx = system.db.begin().await?;
        let job = store::job::take_this(&mut tx, id, &owner, until(system)).await?;
        tx.commit().await?;
        Ok(job.map(|job| Self { job, owner }))
    }

    /// Prolongs it; false when the job is somebody else's by now.
    pub async fn renew(&self, system: &System) -> Result<bool, DomainError> {
        let mut tx = system.db.begin().await?;
        let renewed = store::job::renew(&mut tx, self.job.id, &self.owner, until(system)).await?;
        tx.commit().await?;
        Ok(renewed)
    }

    /// Makes one attempt, and renews the lease meanwhile; `stop` calls it off, `watcher` is told how far it is. How it
    /// ended is for the caller to note.
    ///
    /// # Errors
    /// When another attempt may help.
    pub async fn attempt<J: Job>(
        &self,
        system: &System,
        stop: impl Future<Output = ()> + Send,
        watcher: Option<Watcher>,
    ) -> Result<Ended, DomainError> {
        let job: J = arguments(&self.job)?;
        let attempt = Attempt { watcher, ..Attempt::default() };
        let cancel = attempt.cancel.clone();
        let run = job.run(system, attempt);
        // All are polled side by side: an attempt that holds the one writer of SQLite must go on while the renewal
        // waits for it. The attempt itself looks at its flag and ends soon after that is raised.
        let calls = async {
            stop.await;
            cancel.store(true, Ordering::Relaxed);
            std::future::pending::<Infallible>().await
        };
        tokio::select! {
            ended = run => ended,
            never = self.keep(system, &cancel) => match never {},
            never = calls => match never {},
        }
    }

    /// Renews the lease for as long as it is polled; raises the flag when somebody else has the job.
    async fn keep(&self, system: &System, cancel: &AtomicBool) -> Infallible {
        let mut due = interval_at(Instant::now() + RENEW, RENEW);
        loop {
            due.tick().await;
            match self.renew(system).await {
                Ok(true) => {}
                Ok(false) => {
                    tracing::warn!(job = %self.job.id, "another worker has taken this job; stopping here");
                    cancel.store(true, Ordering::Relaxed);
                }
                Err(cause) => tracing::error!(job = %self.job.id, %cause, "a lease could not be renewed"),
            }
        }
    }

    /// Notes how the attempt ended; what was called off waits again, as if it had not been tried. False when somebody
    /// else has the job by now, whose result stands.
    pub async fn end(self, system: &System, ended: &Ended) -> Result<bool, DomainError> {
        let (id, owner, now) = (self.job.id, &self.owner, system.clock.now());
        let mut tx = system.db.begin().await?;
        let held = match ended {
            Ended::Done => store::job::finish(&mut tx, id, owner, None, now).await?,
            Ended::Failed(cause) => store::job::finish(&mut tx, id, owner, Some(cause), now).await?,
            Ended::Cancelled => store::job::release(&mut tx, id, owner).await?,
        };
        tx.commit().await?;
        if *ended != Ended::Cancelled {
            system.jobs_ended.notify_waiters();
        }
        Ok(held)
    }

    /// Puts the job back to be tried again after [`delay`], and notes why. False as for [`Lease::end`].
    pub async fn put_off(self, system: &System, cause: &str) -> Result<bool, DomainError> {
        let later = system.clock.now().plus(delay(self.job.attempts));
        self.put_off_until(system, cause, later, true).await
    }

    /// Leaves a job to those who know its kind: servers of a later release. It is put off, and this counts for no
    /// attempt.
    pub async fn pass_on(self, system: &System) -> Result<DomainError, DomainError> {
        let cause = DomainError::new(
            ErrorKind::Internal,
            format!(
                "No worker here knows the job `{}`: it was queued by a newer version; update all servers",
                self.job.kind
            ),
        );
        let later = system.clock.now().plus(FIRST_DELAY);
        self.put_off_until(system, &cause.message, later, false).await?;
        Ok(cause)
    }

    async fn put_off_until(
        &self,
        system: &System,
        cause: &str,
        later: Millis,
        counted: bool,
    ) -> Result<bool, DomainError> {
        let mut tx = system.db.begin().await?;
        let held = store::job::put_off(&mut tx, self.job.id, &self.owner, cause, later, counted).await?;
        tx.commit().await?;
        Ok(held)
    }

    /// Works on the job as a worker does: makes an attempt, ends the job, puts it off, or gives it up after the last
    /// attempt that it has. Tells the log.
    pub async fn work<J: Job>(self, system: &System, stop: impl Future<Output = ()> + Send) {
        let id = self.job.id;
        if let Err(cause) = self.work_on::<J>(system, stop).await {
            tracing::error!(job = %id, %cause, "how a job ended could not be noted; it is taken again");
        }
    }

    async fn work_on<J: Job>(
        self,
        system: &System,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<(), DomainError> {
        let (id, attempts) = (self.job.id, self.job.attempts);
        let outcome = if attempts > ATTEMPTS {
            let broke = "it broke off each time, as when memory runs out".to_owned();
            Err(self.job.error.clone().unwrap_or(broke))
        } else {
            match self.attempt::<J>(system, stop, None).await {
                Ok(ended) => Ok(ended),
                Err(cause) => {
                    tracing::error!(job = %id, kind = J::NAME, attempt = attempts, %cause, "an attempt failed");
                    if attempts < ATTEMPTS {
                        self.put_off(system, &cause.message).await?;
                        return Ok(());
                    }
                    Err(cause.message)
                }
            }
        };
        let ended = match outcome {
            Ok(ended) => ended,
            // A lease that was lost meanwhile gives up nothing.
            Err(_) if !self.renew(system).await? => return Ok(()),
            Err(cause) => {
                let text = format!("gave up after {ATTEMPTS} attempts: {cause}");
                if let Ok(job) = arguments::<J>(&self.job) {
                    job.give_up(system, &text).await?;
                }
                Ended::Failed(text)
            }
        };
        if let Ended::Failed(cause) = &ended {
            tracing::warn!(job = %id, kind = J::NAME, cause, "a job failed");
        }
        if !self.end(system, &ended).await? {
            tracing::warn!(job = %id, kind = J::NAME, "a job ended here that another worker has taken; its result stands");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_fourfold_up_to_an_hour() {
        let seconds: Vec<u64> = (0..7).map(|attempts| delay(attempts).as_secs()).collect();
        assert_eq!(seconds, [15, 15, 60, 240, 960, 3600, 3600]);
        assert_eq!(delay(i32::MAX), LONGEST_DELAY);
    }
}
