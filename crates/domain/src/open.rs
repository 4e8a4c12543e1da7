//! Where the parts of a system are: what [`Opening`](crate::opening::Opening) takes.

use std::path::PathBuf;
use std::sync::Arc;

use crate::Clock;

/// Where the parts of a system are.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// Directory of slides, keys and the SQLite database; made when it is missing.
    pub data: PathBuf,
    /// The database.
    pub database: Database,
    /// The server key; absent: `server.key` in the data directory, made when it is missing.
    pub key_file: Option<PathBuf>,
    /// What tells the time.
    pub clock: Arc<dyn Clock>,
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
        /// Most connections that are open at a time.
        connections: u32,
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
