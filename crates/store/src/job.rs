//! The queue table: jobs are taken under a lease, so that a crashed worker's job is taken again. Only the owner of a
//! lease prolongs it, ends the job or puts it off; whoever lost it changes nothing.

use cytomine_model::{Job, JobId, JobState, Millis};

use crate::{Read, Row, StoreError, Write, sql};

fn job(row: &Row) -> Result<Job, StoreError> {
    Ok(Job {
        id: row.id("id")?,
        kind: row.get("kind")?,
        queue: row.get("queue")?,
        priority: row.int("priority")?,
        payload: row.get("payload")?,
        state: row.parsed("state", JobState::parse)?,
        attempts: row.int("attempts")?,
        not_before: row.time("not_before")?,
        lease_until: row.opt_time("lease_until")?,
        error: row.get("error")?,
    })
}

const COLUMNS: &str = "id, kind, queue, priority, payload, state, attempts, not_before, lease_until, error";

/// A job to be queued.
#[derive(Clone, Copy, Debug)]
pub struct NewJob<'a> {
    /// Id.
    pub id: JobId,
    /// Name of the job.
    pub kind: &'a str,
    /// Queue it waits in.
    pub queue: &'a str,
    /// Higher ones are taken first.
    pub priority: i32,
    /// Its arguments as JSON.
    pub payload: &'a str,
}

/// Queues a job.
pub async fn insert(mut tx: impl Write, job: NewJob<'_>, now: Millis) -> Result<(), StoreError> {
    let statement = sql("INSERT INTO job (id, kind, queue, priority, payload, state, attempts, created) \
         VALUES ($1, $2, $3, $4, $5, 'queued', 0, $6)")
    .bind(job.id)
    .bind(job.kind)
    .bind(job.queue)
    .bind(job.priority)
    .bind(job.payload)
    .bind(now);
    tx.execute(statement).await.map(|_| ())
}

/// The condition that a job of these queues can be taken at `$now`, whose queues are bound from `$first` on.
fn waits(queues: &[&str], now: usize, first: usize) -> String {
    let numbers: Vec<String> = (first..first + queues.len()).map(|number| format!("${number}")).collect();
    format!(
        "queue IN ({}) AND ((state = 'queued' AND not_before <= ${now}) \
         OR (state = 'running' AND lease_until < ${now}))",
        numbers.join(", ")
    )
}

/// Takes a waiting job of these queues, or one whose lease ran out, until `lease_until`: the one of the highest
/// priority, of those the oldest. Two takers never get the same.
pub async fn take(
    mut tx: impl Write,
    owner: &str,
    queues: &[&str],
    now: Millis,
    lease_until: Millis,
) -> Result<Option<Job>, StoreError> {
    let locked = if tx.dialect() == crate::dialect::Dialect::Pg { " FOR UPDATE SKIP LOCKED" } else { "" };
    let text = format!(
        "UPDATE job SET state = 'running', attempts = attempts + 1, lease_owner = $1, lease_until = $3 \
         WHERE id = (SELECT id FROM job WHERE {} ORDER BY priority DESC, id LIMIT 1{locked}) \
         RETURNING {COLUMNS}",
        waits(queues, 2, 4)
    );
    let mut statement = sql(text).bind(owner).bind(now).bind(lease_until);
    for queue in queues {
        statement = statement.bind(*queue);
    }
    tx.first(statement).await?.as_ref().map(job).transpose()
}

/// Takes this job if it waits, for whatever moment it was put off.
pub async fn take_this(
    mut tx: impl Write,
    id: JobId,
    owner: &str,
    lease_until: Millis,
) -> Result<Option<Job>, StoreError> {
    let text = format!(
        "UPDATE job SET state = 'running', attempts = attempts + 1, lease_owner = $2, lease_until = $3 \
         WHERE id = $1 AND state = 'queued' RETURNING {COLUMNS}"
    );
    tx.first(sql(text).bind(id).bind(owner).bind(lease_until)).await?.as_ref().map(job).transpose()
}

/// Prolongs the lease; false when `owner` has it no longer.
pub async fn renew(
    mut tx: impl Write,
    id: JobId,
    owner: &str,
    lease_until: Millis,
) -> Result<bool, StoreError> {
    let statement =
        sql("UPDATE job SET lease_until = $3 WHERE id = $1 AND lease_owner = $2 AND state = 'running'")
            .bind(id)
            .bind(owner)
            .bind(lease_until);
    Ok(tx.execute(statement).await? > 0)
}

/// Ends a job, well (`error` absent) or badly; false when `owner` has it no longer, and then nothing changes.
pub async fn finish(
    mut tx: impl Write,
    id: JobId,
    owner: &str,
    error: Option<&str>,
    now: Millis,
) -> Result<bool, StoreError> {
    let state = if error.is_some() { JobState::Failed } else { JobState::Done };
    let statement = sql("UPDATE job SET state = $3, error = $4, finished = $5, lease_owner = NULL, \
         lease_until = NULL WHERE id = $1 AND lease_owner = $2 AND state = 'running'")
    .bind(id)
    .bind(owner)
    .bind(state.as_str())
    .bind(error)
    .bind(now);
    Ok(tx.execute(statement).await? > 0)
}

/// Puts a job back into the queue as if it had not been taken; false when `owner` has it no longer.
pub async fn release(mut tx: impl Write, id: JobId, owner: &str) -> Result<bool, StoreError> {
    let statement = sql("UPDATE job SET state = 'queued', attempts = attempts - 1, lease_owner = NULL, \
         lease_until = NULL WHERE id = $1 AND lease_owner = $2 AND state = 'running'")
    .bind(id)
    .bind(owner);
    Ok(tx.execute(statement).await? > 0)
}

/// Puts a job back into the queue, not to be taken before that moment, and notes why; `counted` = the attempt counts.
/// False when `owner` has it no longer.
pub async fn put_off(
    mut tx: impl Write,
    id: JobId,
    owner: &str,
    error: &str,
    not_before: Millis,
    counted: bool,
) -> Result<bool, StoreError> {
    let statement = sql("UPDATE job SET state = 'queued', error = $3, not_before = $4, \
         attempts = attempts - $5, lease_owner = NULL, lease_until = NULL \
         WHERE id = $1 AND lease_owner = $2 AND state = 'running'")
    .bind(id)
    .bind(owner)
    .bind(error)
    .bind(not_before)
    .bind(i64::from(!counted));
    Ok(tx.execute(statement).await? > 0)
}

/// A job by id.
pub async fn by_id(mut ex: impl Read, id: JobId) -> Result<Option<Job>, StoreError> {
    let statement = sql(format!("SELECT {COLUMNS} FROM job WHERE id = $1")).bind(id);
    ex.first(statement).await?.as_ref().map(job).transpose()
}

/// Whether [`take`] would find one.
pub async fn any_waiting(mut ex: impl Read, queues: &[&str], now: Millis) -> Result<bool, StoreError> {
    let mut statement = sql(format!("SELECT id FROM job WHERE {} LIMIT 1", waits(queues, 1, 2))).bind(now);
    for queue in queues {
        statement = statement.bind(*queue);
    }
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
pub async fn counts(mut ex: impl Read, since: Millis) -> Result<Counts, StoreError> {
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
pub async fn failed_since(
    mut ex: impl Read,
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
pub async fn running(mut ex: impl Read) -> Result<Vec<Job>, StoreError> {
    let rows = ex.rows(sql(format!("SELECT {COLUMNS} FROM job WHERE state = 'running'"))).await?;
    rows.iter().map(job).collect()
}

/// Ends the lease of a job, whoever has it, so that it is taken again.
pub async fn expire(mut tx: impl Write, id: JobId) -> Result<(), StoreError> {
    let statement = sql("UPDATE job SET lease_until = 0 WHERE id = $1 AND state = 'running'").bind(id);
    tx.execute(statement).await.map(|_| ())
}
