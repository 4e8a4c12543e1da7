//! The system: everything that talks to the world, opened once and shared.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cytomine_model::UserId;
use cytomine_store::{Blobs, Db};
use tokio::sync::Notify;

use crate::Clock;
use crate::known::{Credential, Known};
use crate::password::Passwords;
use crate::pixel_source::{PixelRight, PixelSource, PixelTarget};
use crate::server_key::ServerKey;
use crate::slides::Slides;

/// How long a right that was looked up is trusted without asking again.
pub const RIGHTS_LIFETIME: Duration = Duration::from_secs(10);

/// A running Cytomine system.
#[derive(Debug)]
pub struct System {
    /// The database.
    pub db: Db,
    /// The bytes of slides.
    pub blobs: Blobs,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// What the private keys of clients are sealed with.
    pub(crate) key: ServerKey,
    /// Hashes and checks passwords.
    pub(crate) passwords: Passwords,
    /// Who is behind credentials that were checked lately.
    pub(crate) known: moka::sync::Cache<Credential, Known>,
    /// Raised whenever `known` and the rights are forgotten.
    forgotten: AtomicU64,
    /// Rung when jobs were queued by this process.
    pub jobs_waiting: Notify,
    /// Rung when this process ended a job.
    pub(crate) jobs_ended: Notify,
    /// Slides that are open.
    pub slides: Slides,
    /// Rights of users (with or without those of an administrator) on what pixels are asked of.
    pub(crate) image_rights: moka::sync::Cache<(UserId, bool, PixelTarget), PixelRight>,
    /// Where the pixels of each lie.
    pub(crate) pixel_sources: moka::sync::Cache<PixelTarget, Arc<PixelSource>>,
}

impl System {
    /// A system on an open database and open blobs.
    pub fn new(db: Db, blobs: Blobs, key: ServerKey, passwords: Passwords, clock: Arc<dyn Clock>) -> Self {
        Self {
            db,
            slides: Slides::on_all_cores(blobs.clone()),
            blobs,
            clock,
            key,
            passwords,
            known: moka::sync::Cache::builder().max_capacity(50_000).time_to_live(RIGHTS_LIFETIME).build(),
            forgotten: AtomicU64::new(0),
            jobs_waiting: Notify::new(),
            jobs_ended: Notify::new(),
            image_rights: moka::sync::Cache::builder()
                .max_capacity(100_000)
                .time_to_live(RIGHTS_LIFETIME)
                .build(),
            pixel_sources: moka::sync::Cache::builder()
                .max_capacity(100_000)
                .time_to_live(RIGHTS_LIFETIME)
                .build(),
        }
    }

    /// Forgets every right, and who is behind which credentials.
    pub fn forget_rights(&self) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        self.known.invalidate_all();
        self.image_rights.invalidate_all();
        self.pixel_sources.invalidate_all();
    }

    /// How often [`System::forget_rights`] was called.
    pub(crate) fn known_generation(&self) -> u64 {
        self.forgotten.load(Ordering::SeqCst)
    }

    /// Looks once a second whether another process changed rights, and then forgets them here too. Runs until it
    /// is dropped.
    pub async fn watch_rights(&self) {
        let mut known = None;
        loop {
            match cytomine_store::rights::generation(&self.db).await {
                Ok(generation) if known != Some(generation) => {
                    if known.is_some() {
                        self.forget_rights();
                    }
                    known = Some(generation);
                }
                Ok(_) => {}
                // While the database is away nobody can tell; what is kept runs out by itself.
                Err(cause) => tracing::warn!(%cause, "cannot look for changed rights"),
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), crate::DomainError> {
        Ok(self.db.ping().await?)
    }

    /// Closes the database once running statements have ended.
    pub async fn close(&self) {
        self.db.close().await;
    }
}
