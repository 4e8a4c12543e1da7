//! On SQLite: a file takes the place of another.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cytomine_domain::Clock;
use cytomine_store::backup::lite;
use cytomine_store::blobs::Claim;
use cytomine_store::{BlobError, Blobs, Db};

use super::{Restore, Restored, live_of, make_ready};
use crate::{BackupError, Engine, Manifest, blocking, moment};

#[derive(Debug)]
pub(super) struct Lite {
    new: PathBuf,
    live: PathBuf,
    data: PathBuf,
    blobs: Blobs,
    clock: Arc<dyn Clock>,
    // No server may start before the exchange is done.
    _claim: Claim,
}

/// Copies the fetched file into the data directory, checks it and makes it ready.
pub(super) async fn prepare(restore: &Restore, manifest: &Manifest) -> Result<Lite, BackupError> {
    let data = restore.place.data.clone();
    std::fs::create_dir_all(&data).map_err(BackupError::io("make the directory", &data))?;
    let blobs = Blobs::open_disk(&data)?;
    let claim = blobs.claim().map_err(|cause| match cause {
        BlobError::Claimed(data) => BackupError::InUse(data),
        other => other.into(),
    })?;
    require_alone(&blobs, &data)?;
    let live = restore.place.lite_file();
    let carried = if live.exists() { live_of(restore.place.connect().await).await } else { None };
    let (fetched, new) = (restore.from.join(Engine::Sqlite.file()), data.join("cytomine.db.restore"));
    let to = new.clone();
    blocking(move || {
        // What an interrupted restore left.
        for ending in ["", "-wal", "-shm", "-journal"] {
            let _ = std::fs::remove_file(format!("{}{ending}", to.display()));
        }
        std::fs::copy(&fetched, &to).map_err(BackupError::io("read", &fetched))?;
        File::open(&to).and_then(|file| file.sync_all()).map_err(BackupError::io("write", &to))
    })
    .await?;
    let db = Db::connect_lite(&new).await?;
    let ready = make_ready(&db, manifest, Engine::Sqlite, carried).await;
    db.close().await;
    ready?;
    lite::settle(&new).await?;
    Ok(Lite { new, live, data, blobs, clock: Arc::clone(&restore.place.clock), _claim: claim })
}

/// Fails when another process has the data directory open.
fn require_alone(blobs: &Blobs, data: &Path) -> Result<(), BackupError> {
    // A file system without locks cannot tell; there the claim is all there is.
    if blobs.has_locks() && blobs.alone()?.is_none() {
        return Err(BackupError::InUse(data.to_owned()));
    }
    Ok(())
}

impl Lite {
    pub(super) async fn swap(self) -> Result<Restored, BackupError> {
        require_alone(&self.blobs, &self.data)?;
        let kept = self.live.exists().then(|| {
            let time = moment::name(self.clock.now()).replace('-', "").to_lowercase();
            self.data.join(format!("cytomine_before_restore_{time}.db"))
        });
        if self.live.exists() {
            // One that is damaged keeps its log beside it.
            if let Err(cause) = lite::settle(&self.live).await {
                tracing::warn!(%cause, "the old database is set aside as it is");
            }
        }
        let to = kept.clone().unwrap_or_else(|| self.live.with_extension("none"));
        blocking(move || {
            lite::put(&self.new, &self.live, &to)
                .map_err(BackupError::io("put the database in place at", &self.live))
        })
        .await?;
        Ok(Restored { kept: kept.map(|kept| kept.display().to_string()), already: false })
    }
}
