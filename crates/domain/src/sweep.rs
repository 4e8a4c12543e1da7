//! Removes bytes that nothing names: staged files of broken uploads, and stored files without a row. At a start it
//! also frees conversions that a dead process held.
//!
//! Bytes get their row some moments after they are in place, so what is younger than [`AGE`] is left alone, unless
//! this process is the only one with the data directory open and takes no uploads yet. Rows that were deleted keep
//! their bytes, since a deletion can be undone; rows whose import failed do not.

use std::time::Duration;

use cytomine_model::Millis;
use cytomine_store::{self as store, BlobKey};

use crate::{DomainError, System, conversion};

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

/// Sweeps before any upload is taken: everything that nothing names, if no other process uses the data directory;
/// else as [`regularly`]. In the first case conversions that somebody had begun are free to be taken again.
///
/// # Errors
/// When disk or database fail.
pub async fn at_start(system: &System) -> Result<Swept, DomainError> {
    let alone = system.blobs.alone()?;
    if alone.is_some() {
        conversion::take_back(system).await?;
    }
    let before = if alone.is_some() { Millis(i64::MAX) } else { old(system) };
    let swept = sweep(system, before).await;
    drop(alone);
    swept
}

/// Sweeps while the system runs.
///
/// # Errors
/// When disk or database fail.
pub async fn regularly(system: &System) -> Result<Swept, DomainError> {
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
    for key in &unneeded {
        system.blobs.delete(key).await?;
        tracing::info!(%key, "removed bytes that no file names");
    }
    Ok(Swept { staged, stored: unneeded.len() })
}
