//! The queue table: jobs are taken under a lease, so that a crashed worker's job is taken again.

use cytomine_model::{Job, JobId, JobState, Millis};

use crate::{Executor, Row, StoreError, sql};

fn job(row: &Row) -> Result<Job, StoreError> {
    Ok(Job {
        id: row.id("id")?,
        kind: row.get("kind")?,
        payload: row.get("payload")?,
        state: row.parsed("state", JobState::parse)?,
        attempts: row.int("attempts")?,
        lease_until: row.opt_time("lease_until")?,
        error: row.get("error")?,
    })
}

const COLUMNS: &str = "id, kind, payload, state, attempts, lease_until, error";

/// Queues a job.
///
/// # Errors
/// When the database refuses.
pub async fn insert(
    mut ex: impl Executor,
    id: JobId,
    kind: &str,
    payload: &str,
    now: Millis,
) -> Result<(), StoreError> {
    let statement = sql("INSERT INTO job (id, kind, payload, state, attempts, created) \
         VALUES ($1, $2, $3, 'queued', 0, $4)")
    .bind(id)
    .bind(kind)
    .bind(payload)
    .bind(now);
    ex.execute(statement).await.map(|_| ())
}

/// Takes the oldest waiting job, or one whose lease ran out, until `lease_until`. Two takers never get the same.
///
/// # Errors
/// When the database refuses.
pub async fn take(
    mut ex: impl Executor,
    owner: &str,
    now: Millis,
    lease_until: Millis,
) -> Result<Option<Job>, StoreError> {
    let locked = if ex.dialect() == crate::dialect::Dialect::Pg { " FOR UPDATE SKIP LOCKED" } else { "" };
    let text = format!(
        "UPDATE job SET state = 'running', attempts = attempts + 1, lease_owner = $1, lease_until = $3 \
         WHERE id = (SELECT id FROM job WHERE state = 'queued' OR (state = 'running' AND lease_until < $2) \
         ORDER BY id LIMIT 1{locked}) RETURNING {COLUMNS}"
    );
    ex.first(sql(text).bind(owner).bind(now).bind(lease_until)).await?.as_ref().map(job).transpose()
}

/// Prolongs the lease; false when somebody else owns the job by now.
///
/// # Errors
/// When the database refuses.
pub async fn renew(
    mut ex: impl Executor,
    id: JobId,
    owner: &str,
    lease_until: Millis,
) -> Result<bool, StoreError> {
    let statement =
        sql("UPDATE job SET lease_until = $3 WHERE id = $1 AND lease_owner = $2 AND state = 'running'")
            .bind(id)
            .bind(owner)
            .bind(lease_until);
    Ok(ex.execute(statement).await? > 0)
}

/// Ends a job, well (`error` absent) or badly.
///
/// # Errors
/// When the database refuses.
pub async fn finish(
    mut ex: impl Executor,
    id: JobId,
    error: Option<&str>,
    now: Millis,
) -> Result<(), StoreError> {
    let state = if error.is_some() { JobState::Failed } else { JobState::Done };
    let statement =
        sql("UPDATE job SET state = $2, error = $3, finished = $4, lease_until = NULL WHERE id = $1")
            .bind(id)
            .bind(state.as_str())
            .bind(error)
            .bind(now);
    ex.execute(statement).await.map(|_| ())
}

/// A job by id.
///
/// # Errors
/// When the database refuses.
pub async fn by_id(mut ex: impl Executor, id: JobId) -> Result<Option<Job>, StoreError> {
    let statement = sql(format!("SELECT {COLUMNS} FROM job WHERE id = $1")).bind(id);
    ex.first(statement).await?.as_ref().map(job).transpose()
}

/// Whether a job waits, or one's lease ran out.
///
/// # Errors
/// When the database refuses.
pub async fn any_waiting(mut ex: impl Executor, now: Millis) -> Result<bool, StoreError> {
    let statement =
        sql("SELECT id FROM job WHERE state = 'queued' OR (state = 'running' AND lease_until < $1) LIMIT 1")
            .bind(now);
    Ok(ex.first(statement).await?.is_some())
}

/// How many jobs there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Waiting to be taken.
    pub waiting: i64,
    /// Taken.
    pub running: i64,
    /// Given up since the moment that was asked for.
    pub failed: i64,
}

/// Counts jobs; failed ones since that moment.
///
/// # Errors
/// When the database refuses.
pub async fn counts(mut ex: impl Executor, since: Millis) -> Result<Counts, StoreError> {
    let statement = sql("SELECT state, CAST(count(*) AS BIGINT) AS jobs FROM job \
         WHERE state IN ('queued', 'running') OR (state = 'failed' AND finished >= $1) GROUP BY state")
    .bind(since);
    let mut counts = Counts::default();
    for row in ex.rows(statement).await? {
        let jobs = row.get("jobs")?;
        match row.parsed("state", JobState::parse)? {
            JobState::Queued => counts.waiting = jobs,
            JobState::Running => counts.running = jobs,
            JobState::Failed => counts.failed = jobs,
            JobState::Done => {}
        }
    }
    Ok(counts)
}

/// Id, kind, attempts and end of jobs that failed since that moment, newest first.
///
/// # Errors
/// When the database refuses.
pub async fn failed_since(
    mut ex: impl Executor,
    since: Millis,
    limit: i64,
) -> Result<Vec<(i64, String, i64, Millis)>, StoreError> {
    let statement = sql("SELECT id, kind, attempts, finished FROM job \
         WHERE state = 'failed' AND finished >= $1 ORDER BY finished DESC, id DESC LIMIT $2")
    .bind(since)
    .bind(limit);
    let failed =
        |row: &Row| Ok((row.get("id")?, row.get("kind")?, row.get("attempts")?, row.time("finished")?));
    ex.rows(statement).await?.iter().map(failed).collect()
}

/// Jobs that somebody has taken.
///
/// # Errors
/// When the database refuses.
pub async fn running(mut ex: impl Executor) -> Result<Vec<Job>, StoreError> {
    let rows = ex.rows(sql(format!("SELECT {COLUMNS} FROM job WHERE state = 'running'"))).await?;
    rows.iter().map(job).collect()
}

/// Ends the lease of a job, whoever has it, so that it is taken again.
///
/// # Errors
/// When the database refuses.
pub async fn expire(mut ex: impl Executor, id: JobId) -> Result<(), StoreError> {
    let statement = sql("UPDATE job SET lease_until = 0 WHERE id = $1 AND state = 'running'").bind(id);
    ex.execute(statement).await.map(|_| ())
}

/// Puts a job back into the queue as if it had not been taken; only its owner can.
///
/// # Errors
/// When the database refuses.
pub async fn release(mut ex: impl Executor, id: JobId, owner: &str) -> Result<(), StoreError> {
    let statement = sql("UPDATE job SET state = 'queued', attempts = attempts - 1, lease_owner = NULL, \
         lease_until = NULL WHERE id = $1 AND lease_owner = $2 AND state = 'running'")
    .bind(id)
    .bind(owner);
    ex.execute(statement).await.map(|_| ())
}

/// Notes why an attempt failed; the job is taken again when its lease has run out.
///
/// # Errors
/// When the database refuses.
pub async fn note_error(
    mut ex: impl Executor,
    id: JobId,
    owner: &str,
    error: &str,
) -> Result<(), StoreError> {
    let statement = sql("UPDATE job SET error = $3 WHERE id = $1 AND lease_owner = $2 AND state = 'running'")
        .bind(id)
        .bind(owner)
        .bind(error);
    ex.execute(statement).await.map(|_| ())
}

/// Takes a job that still waits.
///
/// # Errors
/// When the database refuses.
pub async fn take_this(
    mut ex: impl Executor,
    id: JobId,
    owner: &str,
    lease_until: Millis,
) -> Result<Option<Job>, StoreError> {
    let text = format!(
        "UPDATE job SET state = 'running', attempts = attempts + 1, lease_owner = $2, lease_until = $3 \
         WHERE id = $1 AND state = 'queued' RETURNING {COLUMNS}"
    );
    ex.first(sql(text).bind(id).bind(owner).bind(lease_until)).await?.as_ref().map(job).transpose()
}
