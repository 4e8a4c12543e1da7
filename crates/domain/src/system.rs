//! The system: everything that talks to the world, opened once and shared.

use std::sync::Arc;
use std::time::Duration;

use cytomine_model::UserId;
use cytomine_store::{Blobs, Db};
use tokio::sync::Notify;

use crate::Clock;
use crate::pixels::{PixelRight, PixelSource, PixelTarget};
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
    /// Rung when jobs were queued by this process.
    pub jobs_waiting: Notify,
    /// Slides that are open.
    pub slides: Slides,
    /// Rights of users (with or without those of an administrator) on what pixels are asked of.
    pub(crate) image_rights: moka::sync::Cache<(UserId, bool, PixelTarget), PixelRight>,
    /// Where the pixels of each lie.
    pub(crate) pixel_sources: moka::sync::Cache<PixelTarget, Arc<PixelSource>>,
}

impl System {
    /// A system on an open database and open blobs.
    pub fn new(db: Db, blobs: Blobs, clock: Arc<dyn Clock>) -> Self {
        Self {
            db,
            blobs,
            clock,
            jobs_waiting: Notify::new(),
            slides: Slides::default(),
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

    /// Forgets every right kept in memory.
    pub fn forget_rights(&self) {
        self.image_rights.invalidate_all();
        self.pixel_sources.invalidate_all();
    }
}
