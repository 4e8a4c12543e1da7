//! Opening a system from its settings.

use std::path::PathBuf;
use std::sync::Arc;

use cytomine_model::ErrorKind;
use cytomine_store::{Blobs, Db};

use crate::password::Passwords;
use crate::server_key::ServerKey;
use crate::{DomainError, System, SystemClock};

/// Where the parts of a system are.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// Directory of slides, keys and the SQLite database; made when it is missing.
    pub data: PathBuf,
    /// The database.
    pub database: Database,
    /// The server key; absent: `server.key` in the data directory, made when it is missing.
    pub key_file: Option<PathBuf>,
}

/// Which database.
#[derive(Clone)]
pub enum Database {
    /// The file `cytomine.db` in the data directory.
    Lite,
    /// A PostgreSQL server.
    Pg {
        /// Address without password.
        url: String,
        /// Password, where PostgreSQL's own rules shall not hold.
        password: Option<String>,
    },
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Lite => f.write_str("Lite"),
            Self::Pg { url, .. } => f.debug_struct("Pg").field("url", url).finish_non_exhaustive(),
        }
    }
}

impl System {
    /// Opens the parts, makes what is missing, brings tables up to date.
    ///
    /// # Errors
    /// Each names what cannot be opened and what to do.
    pub async fn open(options: OpenOptions) -> Result<Self, DomainError> {
        let failed = |cause: String| DomainError::new(ErrorKind::Unavailable, cause);
        let OpenOptions { data, database, key_file } = options;
        std::fs::create_dir_all(&data).map_err(|cause| {
            let remedy = "choose a directory that may be written with --data";
            failed(format!("cannot make the data directory {}: {cause}; {remedy}", data.display()))
        })?;
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
        let db = match database {
            Database::Lite => Db::open_lite(&data.join("cytomine.db")).await,
            Database::Pg { url, password } => Db::open_pg(&url, password.as_deref()).await,
        };
        let db = db.map_err(|cause| failed(cause.to_string()))?;
        Ok(Self::new(db, blobs, key, Passwords::default(), Arc::new(SystemClock)))
    }
}
