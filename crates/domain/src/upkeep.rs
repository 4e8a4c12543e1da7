//! What operators ask of a system: its database, its queue, its storage, its last backup. No rights are asked: whoever
//! may open the database may know.

use std::path::Path;
use std::time::Duration;

use cytomine_model::{ErrorKind, Millis};
use cytomine_store::{self as store, Blobs};

pub use cytomine_store::blobs::{Room, Speed};
pub use cytomine_store::inspect::Facts;
pub use cytomine_store::job::Counts;

use crate::opening::Db;
use crate::{Clock, DomainError};

/// Failed jobs older than this are history.
pub const LATELY: Duration = Duration::from_secs(7 * 86_400);

/// The last time that something was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Last {
    /// When.
    pub time: Millis,
    /// Folder of the backup.
    pub name: String,
    /// Why it failed; `None` = it went well.
    pub error: Option<String>,
}

/// A job that failed, without its words, which may hold the name of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedJob {
    /// Its id.
    pub id: i64,
    /// What it was to do.
    pub kind: String,
    /// How often it was tried.
    pub attempts: i64,
    /// When it was given up.
    pub finished: Millis,
}

/// What the database says of itself.
pub async fn facts(db: &Db) -> Result<Facts, DomainError> {
    Ok(store::inspect::facts(db).await?)
}

/// What annotations and their term links name and does not exist, as lines for people. The database has no keys that
/// hold it.
///
/// # Errors
/// When it does not answer.
pub async fn orphans(db: &Db) -> Result<Vec<String>, DomainError> {
    Ok(store::named::orphans(db).await?)
}

/// How far the clock of the database is ahead of ours, in milliseconds, to half the time of the question; `None` where
/// it has none of its own.
pub async fn clock_difference(db: &Db, clock: &dyn Clock) -> Result<Option<i64>, DomainError> {
    let before = clock.now().0;
    let facts = store::inspect::facts(db).await?;
    let after = clock.now().0;
    Ok(facts.clock.map(|clock| clock.0 - i64::midpoint(before, after)))
}

/// Jobs that wait, run, and failed in the last [`LATELY`].
pub async fn queue(db: &Db, now: Millis) -> Result<Counts, DomainError> {
    Ok(store::job::counts(db, lately(now)).await?)
}

/// The jobs that failed last, newest first.
pub async fn failed_jobs(db: &Db, now: Millis, limit: i64) -> Result<Vec<FailedJob>, DomainError> {
    let found = store::job::failed_since(db, lately(now), limit).await?;
    let failed = |(id, kind, attempts, finished)| FailedJob { id, kind, attempts, finished };
    Ok(found.into_iter().map(failed).collect())
}

fn lately(now: Millis) -> Millis {
    Millis(now.0.saturating_sub(i64::try_from(LATELY.as_millis()).unwrap_or(i64::MAX)))
}

/// The last backup.
pub async fn last_backup(db: &Db) -> Result<Option<Last>, DomainError> {
    last(db, store::backup::Kind::Push).await
}

/// The last trial of a restore.
pub async fn last_drill(db: &Db) -> Result<Option<Last>, DomainError> {
    last(db, store::backup::Kind::Drill).await
}

async fn last(db: &Db, kind: store::backup::Kind) -> Result<Option<Last>, DomainError> {
    let found = store::backup::newest(db, kind, 1).await?.into_iter().next();
    Ok(found.map(|record| Last { time: record.time, name: record.name, error: record.error }))
}

/// Room on the disk of the slides.
///
/// # Errors
/// When the data directory cannot be used.
pub fn room(data: &Path) -> Result<Room, DomainError> {
    Ok(Blobs::open_disk(data)?.room()?)
}

/// Writes and reads that many bytes where slides are kept.
///
/// # Errors
/// When the data directory cannot be used.
pub async fn try_storage(data: &Path, bytes: usize) -> Result<Speed, DomainError> {
    let blobs = Blobs::open_disk(data)?;
    blobs.readable().await?;
    Ok(blobs.try_out(bytes).await?)
}

/// Drops what restores set aside of this database; `dry` = only lists it.
///
/// # Errors
/// When the database refuses: the user must own what is dropped.
pub async fn drop_set_aside(db: &Db, dry: bool) -> Result<Vec<String>, DomainError> {
    let names = store::inspect::set_aside(db).await?;
    if !dry {
        for name in &names {
            store::inspect::drop_set_aside(db, name).await?;
        }
    }
    Ok(names)
}

/// Removes the SQLite files that restores set aside in a data directory; `dry` = only lists them.
///
/// # Errors
/// When the directory refuses.
pub fn remove_set_aside(data: &Path, dry: bool) -> Result<Vec<String>, DomainError> {
    let failed = |cause: std::io::Error| {
        let place = data.display();
        let text =
            format!("old databases in {place} cannot be removed: {cause}; check whose the directory is");
        DomainError::new(ErrorKind::Unavailable, text)
    };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(data).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // With the log of each and the index of that.
        if name.starts_with("cytomine_before_restore_") && entry.path().is_file() {
            if !dry {
                std::fs::remove_file(entry.path()).map_err(failed)?;
            }
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}
