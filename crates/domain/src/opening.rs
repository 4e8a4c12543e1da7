//! Opening a system step by step, for programs that tell meanwhile how far they are.
//!
//! A server of many replicas may start before its database does, or before somebody brought the tables up to date.
//! So the steps stand apart: [`Opening::begin`] takes what is at hand (key, folders), [`connect`] makes one attempt at
//! the database, [`schema`] and [`migrate`] look after the tables, [`Opening::finish`] puts all together.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cytomine_model::ErrorKind;
use cytomine_store::{Blobs, StoreError};

pub use cytomine_store::Db;
pub use cytomine_store::schema::{Fit, Migrated, Schema};

use crate::open::{Database, OpenOptions};
use crate::password::Passwords;
use crate::server_key::ServerKey;
use crate::{Clock, DomainError, System};

/// A system without its database.
#[derive(Debug)]
pub struct Opening {
    data: PathBuf,
    database: Database,
    key: ServerKey,
    blobs: Blobs,
    clock: Arc<dyn Clock>,
}

/// The database is not open.
#[derive(Debug, thiserror::Error)]
#[error("{cause}")]
pub struct NotConnected {
    /// Why, and what to do.
    pub cause: DomainError,
    /// Another attempt may help: the server is away, still starting, or does not know the user or database yet.
    pub passing: bool,
}

impl From<NotConnected> for DomainError {
    fn from(error: NotConnected) -> Self {
        error.cause
    }
}

impl From<StoreError> for NotConnected {
    fn from(error: StoreError) -> Self {
        let passing = matches!(error, StoreError::Unreachable { .. } | StoreError::Unavailable(_));
        Self { cause: error.into(), passing }
    }
}

impl Opening {
    /// Makes the data directory where it is missing, reads (or makes) the server key, opens the slides.
    ///
    /// # Errors
    /// Each names what cannot be opened and what to do.
    pub fn begin(options: OpenOptions) -> Result<Self, DomainError> {
        let failed = |cause: String| DomainError::new(ErrorKind::Unavailable, cause);
        let OpenOptions { data, database, key_file, clock } = options;
        std::fs::create_dir_all(&data).map_err(|cause| {
            let remedy = "choose a directory that may be written with --data";
            failed(format!("cannot make the data directory {}: {cause}; {remedy}", data.display()))
        })?;
        close(&data);
        let key = match (key_file, &database) {
            (Some(file), _) => ServerKey::read(&file)?,
            (None, Database::Lite) => ServerKey::read_or_make(&data.join("server.key"))?,
            (None, Database::Pg { .. }) => {
                return Err(DomainError::invalid(
                    "PostgreSQL needs --key-file: a file with 64 hexadecimal digits that every replica shares \
                     (make one with `openssl rand -hex 32`)",
                ));
            }
        };
        let blobs = Blobs::open_disk(&data).map_err(|cause| failed(cause.to_string()))?;
        Ok(Self { data, database, key, blobs, clock })
    }

    /// Makes one attempt to open the database.
    ///
    /// # Errors
    /// As [`connect`].
    pub async fn connect(&self) -> Result<Db, NotConnected> {
        connect(&self.database, &self.data).await
    }

    /// Whether the slides can be read.
    ///
    /// # Errors
    /// When they cannot.
    pub async fn storage_readable(&self) -> Result<(), DomainError> {
        Ok(self.blobs.readable().await?)
    }

    /// The system on this database, whose tables are up to date.
    pub fn finish(&self, db: Db) -> System {
        System::new(db, self.blobs.clone(), self.key.clone(), Passwords::default(), Arc::clone(&self.clock))
    }
}

/// Lets nobody else on this machine into the data directory, whatever the umask was when it was made. A directory of
/// another account, such as the root of a volume, is left to whoever gave it.
fn close(data: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let Ok(found) = std::fs::metadata(data) else { return };
    let mode = found.permissions().mode();
    // A folder with the sticky bit, such as /tmp, is everybody's by intent.
    if mode & 0o077 == 0 || mode & 0o1000 != 0 {
        return;
    }
    let mine = std::fs::Permissions::from_mode(0o700);
    if let Err(cause) = std::fs::set_permissions(data, mine)
        && mode & 0o007 != 0
    {
        let data = data.display();
        tracing::warn!(%data, %cause, "everybody on this machine may open the data directory: run chmod 700 on it");
    }
}

/// Makes one attempt to open the database and leaves its tables alone. `data` is where the SQLite file is.
///
/// # Errors
/// [`NotConnected`].
pub async fn connect(database: &Database, data: &Path) -> Result<Db, NotConnected> {
    let outcome = match database {
        Database::Lite => Db::connect_lite(&data.join("cytomine.db")).await,
        Database::Pg { url, password, connections } => {
            Db::connect_pg(url, password.as_deref(), *connections).await
        }
    };
    outcome.map_err(Into::into)
}

/// How the tables stand to this program.
pub async fn schema(db: &Db) -> Result<Schema, DomainError> {
    Ok(cytomine_store::schema::state(db).await?)
}

/// Brings the tables up to date.
///
/// # Errors
/// When they are another program's or a migration fails, for good; when the database went away, passing.
pub async fn migrate(db: &Db) -> Result<Migrated, NotConnected> {
    Ok(cytomine_store::schema::migrate(db).await?)
}
