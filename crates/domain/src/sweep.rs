//! Removes bytes that nothing names: staged files of broken uploads, and stored files without a row. At a start it
//! also frees conversions that a dead process held, and clears up after its bulks.
//!
//! Bytes get their row some moments after they are in place, so what is younger than [`AGE`] is left alone, unless
//! this process is the only one of the system and takes no uploads yet. Being the only one is said by the lock of the
//! data directory and by the database: network file systems have locks that hold on one machine only. Rows that were deleted keep
//! their bytes, since a deletion can be undone; rows whose import failed do not.

use std::time::Duration;

use cytomine_model::Millis;
use cytomine_store::{self as store, BlobKey};

use crate::{DomainError, System, conversion, long_bulk};

/// Younger bytes may still get their row.
pub const AGE: Duration = Duration::from_secs(3_600);

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Staged files.
    pub staged: usize,
    /// Stored files.
    pub stored: usize,
}

/// Sweeps before any upload is taken: everything that nothing names, if no other process of the system runs;
/// else as [`regularly`]. In the first case conversions that somebody had begun are free to be taken again.
///
/// # Errors
/// When disk or database fail.
pub async fn at_start(system: &System) -> Result<Swept, DomainError> {
    // Whoever starts meanwhile waits here before it takes uploads.
    let _turn = system.db.turn().await?;
    let lock = system.blobs.alone()?;
    if lock.is_none() || others_stay(system).await? {
        drop(lock);
        long_bulk::sweep_stale(system).await?;
        return sweep(system, old(system)).await;
    }
    conversion::take_back(system).await?;
    long_bulk::sweep(system, Millis(i64::MAX)).await?;
    let swept = sweep(system, Millis(i64::MAX)).await;
    drop(lock);
    swept
}

/// Whether other processes are connected, and not only the last traces of one that died.
async fn others_stay(system: &System) -> Result<bool, DomainError> {
    for _ in 0..5 {
        if !system.db.has_others().await? {
            return Ok(false);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(true)
}

/// Sweeps while the system runs; failures to sign in that no longer count and old changes go too.
///
/// # Errors
/// When disk or database fail.
pub async fn regularly(system: &System) -> Result<Swept, DomainError> {
    crate::session::sweep_tries(system).await?;
    crate::change::forget_old(system).await?;
    sweep(system, old(system)).await
}

fn old(system: &System) -> Millis {
    Millis(system.clock.now().0.saturating_sub(i64::try_from(AGE.as_millis()).unwrap_or(i64::MAX)))
}

async fn sweep(system: &System, before: Millis) -> Result<Swept, DomainError> {
    let staged = system.blobs.clear_staging(before).await?;
    let found = system.blobs.list().await?;
    let keys: Vec<BlobKey> =
        found.into_iter().filter(|found| found.modified < before).map(|found| found.key).collect();
    let unneeded = store::uploaded_file::unneeded(&system.db, &keys).await?;
    let unneeded = store::attached_file::unneeded(&system.db, unneeded).await?;
    for key in &unneeded {
        system.blobs.delete(key).await?;
        tracing::info!(%key, "removed bytes that no file names");
    }
    Ok(Swept { staged, stored: unneeded.len() })
}
