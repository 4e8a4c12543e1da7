//! Bytes of uploaded files: staged, checked, then moved into place in one step.
//!
//! A file is written under `staging/` chunk by chunk while its SHA-256 is taken, flushed to the disk, and renamed to
//! its final [`BlobKey`] under `slides/`; the folder is flushed too. The row that names the key is written after that,
//! so a crash leaves at most bytes that no row names, and the sweeper removes those. Nothing is ever written twice
//! under one key except a conversion that is repeated.
//!
//! Nothing outside of this module knows where bytes lie: whoever reads opens a [`Reader`] and reads ranges. Published
//! bytes lie in a folder of the data directory, or with [`Objects`] that stand in its place. Backups alone work on the
//! folder of a data directory that is not opened ([`Blobs::folder_in`]).

mod key;
mod objects;
mod probe;
mod reader;
mod staged;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use cytomine_model::Millis;

pub use key::BlobKey;
pub use objects::{Facts, Objects, Work};
pub use probe::{Room, Speed};
pub use reader::{Local, Reader, Waiting};
pub use staged::{Sealed, Staged};

/// Room that is left free on the disk for the database and its log.
const RESERVE: u64 = 64 << 20;

/// Why bytes could not be kept or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BlobError {
    /// The text is no key, see [`BlobKey`].
    #[error("`{0}` is not the name of a stored file")]
    Key(String),
    /// There is not enough room.
    #[error(
        "the disk of the data directory has {free} bytes left, {needed} are needed: free some space, or move the data directory to a larger disk"
    )]
    Full {
        /// Bytes free.
        free: u64,
        /// Bytes needed, with what must stay free.
        needed: u64,
    },
    /// No bytes under that key.
    #[error("the bytes of `{0}` are not in the data directory")]
    Missing(BlobKey),
    /// Another server has it.
    #[error(
        "another server uses the data directory {}: stop it, or choose another directory with --data. Several servers share their data with PostgreSQL (--database)", .0.display()
    )]
    Claimed(PathBuf),
    /// The disk refused.
    #[error("cannot {action}: {cause}; check the disk of the data directory and its permissions")]
    Io {
        /// What was being done.
        action: &'static str,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
}

fn failed(action: &'static str) -> impl FnOnce(io::Error) -> BlobError {
    move |cause| BlobError::Io { action, cause }
}

/// A stored file as the sweeper meets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its key.
    pub key: BlobKey,
    /// When it was last written.
    pub modified: Millis,
}

/// Where bytes are kept: folders of a disk or a shared volume, published ones perhaps elsewhere. Every process that has
/// the folders open holds a shared lock on `blobs.lock`, by which [`Blobs::alone`] tells whether it is the only one.
#[derive(Clone, Debug)]
pub struct Blobs {
    disk: Arc<Disk>,
    /// Where published bytes lie, if not on the disk.
    objects: Option<Arc<dyn Objects>>,
}

#[derive(Debug)]
struct Disk {
    data: PathBuf,
    slides: PathBuf,
    staging: PathBuf,
    // None on a file system without locks, as some that many machines mount are.
    lock: Option<File>,
}

impl Blobs {
    /// Opens (and makes, where absent) the folders `slides` and `staging` in the data directory.
    ///
    /// # Errors
    /// When they cannot be made.
    pub fn open_disk(data: &Path) -> Result<Self, BlobError> {
        let (slides, staging) = (data.join("slides"), data.join("staging"));
        for folder in [&slides, &staging] {
            fs::create_dir_all(folder).map_err(failed("make the folders for slides"))?;
        }
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(data.join("blobs.lock"))
            .map_err(failed("make the lock file of the slides"))?;
        let lock = match lock.lock_shared() {
            Ok(()) => Some(lock),
            Err(cause) => {
                tracing::info!(%cause, "the folder of the slides has no locks; leftovers go after an hour");
                None
            }
        };
        Ok(Self { disk: Arc::new(Disk { data: data.to_owned(), slides, staging, lock }), objects: None })
    }

    /// As [`Blobs::open_disk`], with published bytes elsewhere.
    ///
    /// # Errors
    /// As [`Blobs::open_disk`].
    pub fn open_beside(data: &Path, objects: Arc<dyn Objects>) -> Result<Self, BlobError> {
        Ok(Self { objects: Some(objects), ..Self::open_disk(data)? })
    }

    /// Begins a new file.
    ///
    /// # Errors
    /// When the disk refuses or is full.
    pub async fn stage(&self) -> Result<Staged, BlobError> {
        self.require_room(0)?;
        let folder = self.disk.staging.clone();
        blocking(move || Staged::create(&folder)).await
    }

    /// Begins a new file from code that may block, such as a conversion.
    ///
    /// # Errors
    /// As [`Blobs::stage`].
    pub fn stage_blocking(&self) -> Result<Staged, BlobError> {
        self.require_room(0)?;
        Staged::create(&self.disk.staging)
    }

    /// Moves a sealed file to its key and flushes the folders; when this returns, the bytes survive a crash.
    ///
    /// # Errors
    /// When the disk refuses; the sealed file is then gone.
    pub async fn publish(&self, sealed: Sealed, key: &BlobKey) -> Result<(), BlobError> {
        if let Some(objects) = &self.objects {
            let file = sealed.reopen()?;
            return objects.write(key, file).await.map_err(failed("move a slide into place"));
        }
        let (disk, key) = (Arc::clone(&self.disk), key.clone());
        blocking(move || {
            let target = disk.slides.join(key.as_str());
            let folder = target.parent().unwrap_or(&disk.slides);
            fs::create_dir_all(folder).map_err(failed("make a folder for a slide"))?;
            sealed.rename_to(&target).map_err(failed("move a slide into place"))?;
            for folder in [folder, &disk.slides] {
                File::open(folder)
                    .and_then(|folder| folder.sync_all())
                    .map_err(failed("flush the folder of a slide"))?;
            }
            Ok(())
        })
        .await
    }

    /// Opens the bytes of a key for reading.
    ///
    /// # Errors
    /// [`BlobError::Missing`] when there are none, and when the store refuses.
    pub async fn open(&self, key: &BlobKey) -> Result<Reader, BlobError> {
        if let Some(objects) = &self.objects {
            let facts = objects.facts(key).await.map_err(failed("open a stored file"))?;
            let facts = facts.ok_or_else(|| BlobError::Missing(key.clone()))?;
            return Ok(Reader::of_object(Arc::clone(objects), key.clone(), facts));
        }
        let (path, key) = (self.disk.slides.join(key.as_str()), key.clone());
        blocking(move || match File::open(&path).and_then(Reader::of_file) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Err(BlobError::Missing(key)),
            opened => opened.map_err(failed("open a stored file")),
        })
        .await
    }

    /// Where the bytes of a data directory are that is not opened: it may be one that cannot be written.
    pub fn path_in(data: &Path, key: &BlobKey) -> PathBuf {
        Self::folder_in(data).join(key.as_str())
    }

    /// The folder of the slides in a data directory.
    pub fn folder_in(data: &Path) -> PathBuf {
        data.join("slides")
    }

    /// Whether there are bytes under the key.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn exists(&self, key: &BlobKey) -> Result<bool, BlobError> {
        match self.open(key).await {
            Ok(_) => Ok(true),
            Err(BlobError::Missing(_)) => Ok(false),
            Err(cause) => Err(cause),
        }
    }

    /// Removes the bytes; none there is no error.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn delete(&self, key: &BlobKey) -> Result<(), BlobError> {
        if let Some(objects) = &self.objects {
            return objects.delete(key).await.map_err(failed("remove a slide"));
        }
        let path = self.disk.slides.join(key.as_str());
        blocking(move || {
            match fs::remove_file(&path) {
                Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
                    return Err(BlobError::Io { action: "remove a slide", cause });
                }
                _ => {}
            }
            if let Some(folder) = path.parent() {
                // Not empty while the folder holds other files of the same upload: then it stays.
                let _ = fs::remove_dir(folder);
            }
            Ok(())
        })
        .await
    }

    /// Fails when fewer than `bytes` (plus a reserve) are free.
    ///
    /// # Errors
    /// [`BlobError::Full`].
    pub fn require_room(&self, bytes: u64) -> Result<(), BlobError> {
        let (free, needed) = (self.room()?.free, bytes.saturating_add(RESERVE));
        if free < needed { Err(BlobError::Full { free, needed }) } else { Ok(()) }
    }

    /// Whether the folder of the slides can be read.
    pub async fn readable(&self) -> Result<(), BlobError> {
        let folder = self.disk.slides.clone();
        blocking(move || {
            let first = fs::read_dir(&folder).and_then(|mut entries| entries.next().transpose());
            first.map(|_| ()).map_err(failed("read the folder of the slides"))
        })
        .await
    }

    /// Everything stored, in no order.
    pub async fn list(&self) -> Result<Vec<Found>, BlobError> {
        if let Some(objects) = &self.objects {
            return objects.list().await.map_err(failed("list the slides"));
        }
        let disk = Arc::clone(&self.disk);
        blocking(move || disk.list().map_err(failed("list the slides"))).await
    }

    /// Removes staged files last written before that moment. Tells how many.
    pub async fn clear_staging(&self, before: Millis) -> Result<usize, BlobError> {
        let disk = Arc::clone(&self.disk);
        blocking(move || {
            let mut removed = 0;
            for entry in fs::read_dir(&disk.staging).map_err(failed("list the staged files"))? {
                let entry = entry.map_err(failed("list the staged files"))?;
                let stale =
                    entry.metadata().and_then(|facts| modified(&facts)).is_ok_and(|time| time < before);
                if stale && fs::remove_file(entry.path()).is_ok() {
                    removed += 1;
                }
            }
            Ok(removed)
        })
        .await
    }

    /// Whether the file system of the data directory has locks, without which [`Blobs::alone`] cannot tell.
    pub fn has_locks(&self) -> bool {
        self.disk.lock.is_some()
    }

    /// Whether no other process has these blobs open; while the answer is held, others wait to open them. None also
    /// where the file system has no locks. Where it pretends to have them (network file systems do), the answer can
    /// be wrong: with a shared database ask [`Db::has_others`](crate::Db::has_others) too.
    pub fn alone(&self) -> Result<Option<Alone<'_>>, BlobError> {
        let Some(lock) = &self.disk.lock else { return Ok(None) };
        match lock.try_lock() {
            Ok(()) => Ok(Some(Alone(lock))),
            Err(fs::TryLockError::WouldBlock) => {
                // A failed change of lock may have lost the shared one.
                lock.lock_shared().map_err(failed("lock the folder of the slides"))?;
                Ok(None)
            }
            Err(fs::TryLockError::Error(cause)) => {
                Err(BlobError::Io { action: "lock the folder of the slides", cause })
            }
        }
    }

    /// Claims the data directory for one process that serves it alone, until the answer is dropped or the process
    /// dies: `serve.lock`. A file system without locks refuses nobody.
    ///
    /// # Errors
    /// [`BlobError::Claimed`] when another process has claimed it.
    pub fn claim(&self) -> Result<Claim, BlobError> {
        let lock = self.disk.data.join("serve.lock");
        let lock = File::options().create(true).truncate(false).write(true).open(lock);
        let lock = lock.map_err(failed("make the lock file of the server"))?;
        match lock.try_lock() {
            Ok(()) => Ok(Claim(lock)),
            Err(fs::TryLockError::WouldBlock) => Err(BlobError::Claimed(self.disk.data.clone())),
            Err(fs::TryLockError::Error(cause)) => {
                tracing::warn!(%cause, "this file system has no locks: start no second server on this data directory");
                Ok(Claim(lock))
            }
        }
    }
}

/// Held while this process serves the data directory alone.
#[derive(Debug)]
pub struct Claim(#[allow(dead_code, reason = "its end gives the lock back")] File);

/// Held while this process is the only one with the blobs open.
#[derive(Debug)]
pub struct Alone<'a>(&'a File);

impl Drop for Alone<'_> {
    fn drop(&mut self) {
        if let Err(cause) = self.0.lock_shared() {
            tracing::warn!(%cause, "the lock of the slides was lost; do not start a second server on this data directory");
        }
    }
}

impl Disk {
    fn list(&self) -> io::Result<Vec<Found>> {
        let mut found = Vec::new();
        for folder in fs::read_dir(&self.slides)? {
            let folder = folder?.path();
            let Ok(entries) = fs::read_dir(&folder) else { continue };
            for entry in entries {
                let path = entry?.path();
                let key = path
                    .strip_prefix(&self.slides)
                    .ok()
                    .and_then(Path::to_str)
                    .and_then(|key| key.parse().ok());
                let facts = fs::metadata(&path).ok().filter(fs::Metadata::is_file);
                if let (Some(key), Some(facts)) = (key, facts) {
                    found.push(Found { key, modified: modified(&facts)? });
                }
            }
        }
        Ok(found)
    }
}

fn modified(facts: &fs::Metadata) -> io::Result<Millis> {
    let since = facts.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX)))
}

/// Runs what blocks on a thread of its own.
async fn blocking<T, F>(work: F) -> Result<T, BlobError>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, BlobError> + Send + 'static,
{
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|cause| {
        Err(BlobError::Io { action: "work on a stored file", cause: io::Error::other(cause) })
    })
}
