//! The system: everything that talks to the world, opened once and shared.

use std::sync::Arc;
use std::time::Duration;

use cytomine_model::{ImageInstanceId, UserId};
use cytomine_store::Db;
use tokio::sync::Notify;

use crate::Clock;

/// How long a right that was looked up is trusted without asking again.
pub const RIGHTS_LIFETIME: Duration = Duration::from_secs(10);

/// A running Cytomine system.
#[derive(Debug)]
pub struct System {
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Rung when jobs were queued by this process.
    pub jobs_waiting: Notify,
    /// Right of a user to see an image, for tiles.
    pub(crate) image_rights: moka::sync::Cache<(UserId, ImageInstanceId), bool>,
}

impl System {
    /// A system on an open database.
    pub fn new(db: Db, clock: Arc<dyn Clock>) -> Self {
        Self {
            db,
            clock,
            jobs_waiting: Notify::new(),
            image_rights: moka::sync::Cache::builder()
                .max_capacity(100_000)
                .time_to_live(RIGHTS_LIFETIME)
                .build(),
        }
    }

    /// Forgets every right kept in memory.
    pub fn forget_rights(&self) {
        self.image_rights.invalidate_all();
    }
}
