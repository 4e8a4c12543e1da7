//! What was backed up and tried, kept in the database for `cytomine backup list` and `cytomine status`.

use std::collections::BTreeSet;

use cytomine_model::Millis;
use cytomine_store::backup as store;
use cytomine_store::{Db, Tx};

use crate::{BackupError, Manifest, Target, moment};

pub use store::{Kind, Record};

/// The newest lines of one kind, newest first.
pub async fn newest(db: &Db, kind: Kind, limit: u32) -> Result<Vec<Record>, BackupError> {
    Ok(store::newest(db, kind, i64::from(limit)).await?)
}

/// Writes a line.
pub(crate) async fn note(db: &Db, record: &Record) -> Result<(), BackupError> {
    note_all(db, std::slice::from_ref(record)).await
}

/// Writes lines, all or none.
async fn note_all(db: &Db, records: &[Record]) -> Result<(), BackupError> {
    if records.is_empty() {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    insert(&mut tx, records).await?;
    Ok(tx.commit().await?)
}

async fn insert(tx: &mut Tx, records: &[Record]) -> Result<(), BackupError> {
    let ids = tx.next_ids(records.len()).await?;
    for (id, record) in ids.into_iter().zip(records) {
        store::insert(&mut *tx, id, record).await?;
    }
    Ok(())
}

/// Makes the history agree with the target, in one step: what is gone from there is marked with the moment `now`, and
/// what the history lacks (a restored database knows nothing of later backups) is added.
pub(crate) async fn reconcile(db: &Db, target: &Target, now: Millis) -> Result<(), BackupError> {
    let kept: BTreeSet<String> = store::kept(db).await?.into_iter().collect();
    let known: BTreeSet<String> =
        store::newest(db, Kind::Push, i64::MAX).await?.into_iter().map(|record| record.name).collect();
    let (mut there, mut lacking) = (BTreeSet::new(), Vec::new());
    for entry in target.entries()? {
        if let Ok(manifest) = &entry.manifest
            && !known.contains(&entry.name)
        {
            lacking.push(found(&entry.name, entry.time, manifest.size()));
        }
        there.insert(entry.name);
    }
    let gone: Vec<&String> = kept.difference(&there).collect();
    if gone.is_empty() && lacking.is_empty() {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    insert(&mut tx, &lacking).await?;
    for name in gone {
        store::mark_removed(&mut tx, name, now).await?;
    }
    Ok(tx.commit().await?)
}

/// All lines.
pub(crate) async fn all(db: &Db) -> Result<Vec<Record>, BackupError> {
    let mut all = store::newest(db, Kind::Push, i64::MAX).await?;
    all.extend(store::newest(db, Kind::Drill, i64::MAX).await?);
    Ok(all)
}

/// Lets a restored database know what was backed up and tried since it was backed up itself: `live` are the lines of the
/// database that it replaces, and `manifest` is the backup that it comes from.
pub(crate) async fn carry(db: &Db, live: Vec<Record>, manifest: &Manifest) -> Result<(), BackupError> {
    let mut known = all(db).await?;
    let had = known.len();
    let origin = moment::parse(&manifest.time).map(|time| found(&manifest.time, time, manifest.size()));
    for record in live.into_iter().chain(origin) {
        let same = |other: &Record| other.kind == record.kind && other.name == record.name;
        // A drill may try one backup many times, a backup is made once.
        if !known.iter().any(|other| same(other) && (record.kind == Kind::Push || other.time == record.time))
        {
            known.push(record);
        }
    }
    note_all(db, &known[had..]).await
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
