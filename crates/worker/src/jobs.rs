//! The jobs: which code runs which kind.

mod convert;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use cytomine_domain::{DomainError, System};
use cytomine_model::{ErrorKind, Job};

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The job is done.
    Done,
    /// It is over, badly, and trying again would not help.
    Failed(String),
    /// It was called off and may be taken again.
    Cancelled,
}

/// Makes one attempt. `cancel` calls it off.
///
/// # Errors
/// When another attempt may help.
pub(crate) async fn attempt(
    system: &Arc<System>,
    job: &Job,
    cancel: Arc<AtomicBool>,
) -> Result<Ended, DomainError> {
    match job.kind.as_str() {
        cytomine_domain::conversion::JOB => convert::attempt(system, job, cancel).await,
        _ => Err(unknown(&job.kind)),
    }
}

/// Ends a job that failed too often.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn give_up(system: &Arc<System>, job: &Job, cause: &str) -> Result<(), DomainError> {
    match job.kind.as_str() {
        cytomine_domain::conversion::JOB => convert::give_up(system, job, cause).await,
        _ => Ok(()),
    }
}

fn unknown(kind: &str) -> DomainError {
    DomainError::new(
        ErrorKind::Internal,
        format!("No worker knows the job `{kind}`: it was queued by a newer version; update all servers"),
    )
}
