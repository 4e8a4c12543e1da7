//! Backups: made, listed, fetched, tried, pruned and put back.
//!
//! A backup is a folder of the target, named by the moment that it shows: a manifest in the clear, the database and the
//! list of slides compressed and encrypted. It is made under another name, read back, and renamed, so that what bears a
//! name is whole. [`push`] makes one, [`fetch`] checks and opens one, [`verify`] compares a database with one,
//! [`restore`] puts one in the place of the live database, [`history`] keeps what was done in the database.
//!
//! These work on settings ([`Place`]) instead of a [`System`](cytomine_domain::System): they must run where there is no
//! server key, where slides cannot be written, and where the tables are older than the program. What talks to the database
//! fails when that refuses or is away; a section on errors says what else can go wrong.

pub mod copies;
mod error;
pub mod facts;
pub mod fetch;
pub mod history;
pub mod manifest;
pub mod moment;
pub mod push;
pub mod restore;
pub mod retention;
pub mod seal;
pub mod target;
pub mod verify;

use std::path::PathBuf;
use std::sync::Arc;

use cytomine_domain::open::Database;
use cytomine_domain::{Clock, opening};
use cytomine_store::Db;

pub use error::BackupError;
pub use manifest::{Engine, Manifest, SlidesMode};
pub use retention::Retention;
pub use seal::Keys;
pub use target::Target;

/// Where the system is that is backed up or restored.
#[derive(Clone, Debug)]
pub struct Place {
    /// Directory of slides, and of the SQLite database.
    pub data: PathBuf,
    /// The database.
    pub database: Database,
    /// What tells the time.
    pub clock: Arc<dyn Clock>,
}

impl Place {
    /// Which kind of database it is.
    pub fn engine(&self) -> Engine {
        match self.database {
            Database::Lite => Engine::Sqlite,
            Database::Pg { .. } => Engine::Postgresql,
        }
    }

    /// The file of an SQLite database.
    pub(crate) fn lite_file(&self) -> PathBuf {
        self.data.join("cytomine.db")
    }

    /// Opens the database and leaves its tables alone.
    ///
    /// # Errors
    /// When there is none or it does not answer.
    pub async fn connect(&self) -> Result<Db, BackupError> {
        // Opening would make a file that is not there, and an empty database is not worth a backup.
        if matches!(self.database, Database::Lite) && !self.lite_file().exists() {
            return Err(BackupError::Missing {
                path: self.lite_file(),
                remedy: "name the data directory of the system with --data",
            });
        }
        opening::connect(&self.database, &self.data).await.map_err(|error| error.cause.into())
    }
}

/// Runs what blocks on a thread of its own.
pub(crate) async fn blocking<T, F>(work: F) -> Result<T, BackupError>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, BackupError> + Send + 'static,
{
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|cause| Err(BackupError::Broken(cause.to_string())))
}
