//! The queue as workers and waiting requests see it.
//!
//! A job is taken under a lease; whoever dies does not renew it, and the job is taken again. What keeps failing ends
//! after [`ATTEMPTS`] with its last cause.

use std::time::Duration;

use cytomine_model::{Job, JobId};
use cytomine_store as store;

use crate::{DomainError, System};

/// How long a job belongs to its taker without a renewal.
pub const LEASE: Duration = Duration::from_secs(30);

/// How often a job is tried.
pub const ATTEMPTS: i32 = 3;

/// Takes the oldest waiting job.
///
/// # Errors
/// When the database refuses.
pub async fn take(system: &System, owner: &str) -> Result<Option<Job>, DomainError> {
    let now = system.clock.now();
    // A reader's look first: an idle worker asks once a second and shall not stop the writers for it.
    if !store::job::any_waiting(&system.db, now).await? {
        return Ok(None);
    }
    let mut tx = system.db.begin().await?;
    let job = store::job::take(&mut tx, owner, now, now.plus(LEASE)).await?;
    tx.commit().await?;
    Ok(job)
}

/// Prolongs the lease; false when the job belongs to somebody else by now.
///
/// # Errors
/// When the database refuses.
pub async fn renew(system: &System, id: JobId, owner: &str) -> Result<bool, DomainError> {
    Ok(store::job::renew(&system.db, id, owner, system.clock.now().plus(LEASE)).await?)
}

/// Ends a job, well (`error` absent) or badly.
///
/// # Errors
/// When the database refuses.
pub async fn finish(system: &System, id: JobId, error: Option<&str>) -> Result<(), DomainError> {
    Ok(store::job::finish(&system.db, id, error, system.clock.now()).await?)
}

/// Gives a job back: at once and as if it had not been tried (`error` absent), or to be tried again when the lease
/// has run out.
///
/// # Errors
/// When the database refuses.
pub async fn give_back(
    system: &System,
    id: JobId,
    owner: &str,
    error: Option<&str>,
) -> Result<(), DomainError> {
    match error {
        None => store::job::release(&system.db, id, owner).await?,
        Some(error) => store::job::note_error(&system.db, id, owner, error).await?,
    }
    Ok(())
}

/// A job by id.
///
/// # Errors
/// When the database refuses.
pub async fn get(system: &System, id: JobId) -> Result<Option<Job>, DomainError> {
    Ok(store::job::by_id(&system.db, id).await?)
}

/// Takes this job if it still waits.
///
/// # Errors
/// When the database refuses.
pub async fn take_this(system: &System, id: JobId, owner: &str) -> Result<Option<Job>, DomainError> {
    let until = system.clock.now().plus(LEASE);
    let mut tx = system.db.begin().await?;
    let job = store::job::take_this(&mut tx, id, owner, until).await?;
    tx.commit().await?;
    Ok(job)
}
