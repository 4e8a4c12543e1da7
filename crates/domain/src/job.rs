//! The queue: what a job is, how one is taken and tried, and how others wait for its end.
//!
//! A kind of job is a type: its fields are the arguments that the queue keeps, [`Job`] says what it is called, where it
//! waits and how it runs. Whoever works on a job holds a [`Lease`], which another takes over when it is not renewed; so
//! a job is written to do no harm when it runs again, even while the first still runs.

mod lease;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use cytomine_model::{ErrorKind, JobId, JobState};
use cytomine_store as store;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{DomainError, System};

pub use lease::{ATTEMPTS, LEASE, Lease, delay};

/// The queue of what is short.
pub const MAIN: &str = "main";

/// The queue of what works on the bytes of slides: long, and heavy on processor and disk.
pub const SLIDES: &str = "slides";

/// How often the row of a job is read by whoever waits for its end: no other process rings here.
const LOOK: Duration = Duration::from_millis(500);

/// A kind of job; the value is the arguments of one.
pub trait Job: Serialize + DeserializeOwned + Send + Sync {
    /// Its name in the queue; never changes, for jobs outlive releases.
    const NAME: &'static str;
    /// The queue it waits in.
    const QUEUE: &'static str = MAIN;
    /// Of the jobs that wait, those of the highest priority are taken first.
    const PRIORITY: i32 = 0;

    /// Makes one attempt.
    ///
    /// # Errors
    /// When another attempt may help.
    fn run(
        &self,
        system: &System,
        attempt: Attempt,
    ) -> impl Future<Output = Result<Ended, DomainError>> + Send;

    /// Tells those whom it concerns that the job failed for good, after its last attempt.
    fn give_up(&self, system: &System, cause: &str) -> impl Future<Output = Result<(), DomainError>> + Send;
}

/// Told how far a job is: steps done, and in all.
pub type Watcher = Arc<dyn Fn(u64, u64) + Send + Sync>;

/// What an attempt at a job is given.
#[derive(Clone, Default)]
pub struct Attempt {
    /// Raised when the attempt is called off: the process stops, or somebody else has the job.
    pub cancel: Arc<AtomicBool>,
    /// Told how far it is.
    pub watcher: Option<Watcher>,
}

impl std::fmt::Debug for Attempt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Attempt").field("cancel", &self.cancel).finish_non_exhaustive()
    }
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The job is done, or there is nothing left to do.
    Done,
    /// It is over, badly, and trying again would not help.
    Failed(String),
    /// It was called off, and may begin again.
    Cancelled,
}

/// A job's arguments as the queue keeps them.
pub(crate) fn payload<J: Job>(job: &J) -> Result<String, DomainError> {
    serde_json::to_string(job).map_err(|cause| {
        DomainError::new(
            ErrorKind::Internal,
            format!("A job of the kind `{}` cannot be queued: {cause}", J::NAME),
        )
    })
}

/// The arguments of a job.
///
/// # Errors
/// When the row holds something else: it was queued by another release.
pub fn arguments<J: Job>(job: &cytomine_model::Job) -> Result<J, DomainError> {
    serde_json::from_str(&job.payload).map_err(|cause| {
        let text =
            format!("The arguments of a job `{}` are not readable: {cause}; update all servers", J::NAME);
        DomainError::new(ErrorKind::Internal, text)
    })
}

/// A job by id.
pub async fn get(system: &System, id: JobId) -> Result<Option<cytomine_model::Job>, DomainError> {
    Ok(store::job::by_id(&system.db, id).await?)
}

/// Waits until a job has ended, well or badly: this process rings at the end of each it works on, for others the row
/// is read now and then.
pub async fn wait(system: &System, id: JobId) -> Result<(), DomainError> {
    let ended = system.jobs_ended.notified();
    tokio::pin!(ended);
    loop {
        // Heard from now on, so that an end between the look and the wait is not missed.
        ended.as_mut().enable();
        match get(system, id).await?.map(|job| job.state) {
            Some(JobState::Queued | JobState::Running) => {}
            Some(JobState::Done | JobState::Failed) | None => return Ok(()),
        }
        if tokio::time::timeout(LOOK, ended.as_mut()).await.is_ok() {
            ended.set(system.jobs_ended.notified());
        }
    }
}
