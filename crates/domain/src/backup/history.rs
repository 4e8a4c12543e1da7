//! What was backed up and tried, kept in the database for `cytomine backup list` and `cytomine status`.

use std::collections::BTreeSet;

use cytomine_model::Millis;
use cytomine_store::Db;
use cytomine_store::backup as store;

use super::{BackupError, Target};
use crate::{Clock as _, SystemClock};

pub use store::{Kind, Record};

/// The newest lines of one kind, newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn newest(db: &Db, kind: Kind, limit: u32) -> Result<Vec<Record>, BackupError> {
    Ok(store::newest(db, kind, i64::from(limit)).await?)
}

/// Writes a line.
pub(crate) async fn note(db: &Db, record: &Record) -> Result<(), BackupError> {
    let mut tx = db.begin().await?;
    let id = tx.next_id().await?;
    store::insert(&mut tx, id, record).await?;
    Ok(tx.commit().await?)
}

/// Makes the history agree with the target: what is gone from there is marked, and what the history lacks (a restored
/// database knows nothing of later backups) is added.
pub(crate) async fn reconcile(db: &Db, target: &Target) -> Result<(), BackupError> {
    let kept: BTreeSet<String> = store::kept(db).await?.into_iter().collect();
    let known: BTreeSet<String> =
        store::newest(db, Kind::Push, i64::MAX).await?.into_iter().map(|record| record.name).collect();
    let now = SystemClock.now();
    let mut there = BTreeSet::new();
    for entry in target.entries()? {
        there.insert(entry.name.clone());
        let Ok(manifest) = &entry.manifest else { continue };
        if !known.contains(&entry.name) {
            note(db, &found(&entry.name, entry.time, manifest.size())).await?;
        }
    }
    for name in kept.difference(&there) {
        let mut tx = db.begin().await?;
        store::mark_removed(&mut tx, name, now).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// A line about a backup of which only the target tells.
pub(crate) fn found(name: &str, time: Millis, size: u64) -> Record {
    Record {
        kind: Kind::Push,
        name: name.to_owned(),
        time,
        size: i64::try_from(size).unwrap_or(i64::MAX),
        duration: 0,
        error: None,
        removed: None,
    }
}

/// What the target alone tells, newest first: for the time when the database is away.
///
/// # Errors
/// When the target cannot be read.
pub fn of_target(target: &Target) -> Result<Vec<Record>, BackupError> {
    let records = target.entries()?.into_iter().rev().map(|entry| match entry.manifest {
        Ok(manifest) => found(&entry.name, entry.time, manifest.size()),
        Err(cause) => Record { error: Some(cause.to_string()), ..found(&entry.name, entry.time, 0) },
    });
    Ok(records.collect())
}
