//! Conversion of an uploaded image to a pyramid.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use cytomine_domain::conversion::{self, Work};
use cytomine_domain::{DomainError, System};
use cytomine_model::Job;

use super::Ended;

pub(super) async fn attempt(
    system: &Arc<System>,
    job: &Job,
    cancel: Arc<AtomicBool>,
) -> Result<Ended, DomainError> {
    let work = Work::from_payload(&job.payload)?;
    Ok(match conversion::run(system, &work, cancel, None).await? {
        conversion::Ended::Done => Ended::Done,
        conversion::Ended::Failed(cause) => Ended::Failed(cause),
        conversion::Ended::Cancelled => Ended::Cancelled,
    })
}

pub(super) async fn give_up(system: &Arc<System>, job: &Job, cause: &str) -> Result<(), DomainError> {
    let work = Work::from_payload(&job.payload)?;
    conversion::fail(system, &work, cause).await.map(|_| ())
}
