//! Several processes on one database: who goes first, who else is there, who waits for whom.
//!
//! All of it is PostgreSQL's affair. SQLite has one writer at a time, and its processes share the data directory,
//! whose locks tell the rest ([`Blobs::alone`](crate::Blobs::alone), [`Blobs::claim`](crate::Blobs::claim)).

use std::time::Duration;

use cytomine_model::UserId;
use sqlx::Postgres;
use sqlx::pool::PoolConnection;
use tokio::time::Instant;

use crate::db::NAME;
use crate::dialect::Dialect;
use crate::{Db, Read as _, StoreError, Tx, sql};

/// Longest wait for one's turn to set the system up.
const TURN: Duration = Duration::from_secs(60);

/// Which advisory lock: the kind is in the topmost byte, since ids stay below 2^53.
#[derive(Clone, Copy)]
pub(crate) enum Key {
    Turn,
    Purge,
    Undo(UserId),
    Names,
    /// Long bulks begin one after the other.
    Bulk,
}

impl Key {
    fn number(self) -> i64 {
        match self {
            Self::Turn => 1 << 56,
            Self::Undo(user) => (2 << 56) | user.0,
            Self::Purge => 3 << 56,
            Self::Names => 4 << 56,
            Self::Bulk => 5 << 56,
        }
    }
}

/// The turn to set the system up, or to purge it, until it is dropped.
#[derive(Debug)]
pub struct Turn(#[allow(dead_code, reason = "its end gives the lock back")] Option<PoolConnection<Postgres>>);

/// Takes a lock if nobody has it.
async fn taken(pool: &sqlx::PgPool, key: Key) -> Result<Option<Turn>, StoreError> {
    let mut connection = pool.acquire().await?;
    let taken: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock($1)")
        .bind(key.number())
        .fetch_one(&mut *connection)
        .await?;
    if !taken {
        return Ok(None);
    }
    // The lock is the connection's; going back to the pool it would be kept.
    connection.close_on_drop();
    Ok(Some(Turn(Some(connection))))
}

impl Db {
    /// Waits until no other process is setting the system up: two that begin on an empty database would both find
    /// it empty.
    ///
    /// # Errors
    /// When the database refuses, or another process takes more than a minute.
    pub async fn turn(&self) -> Result<Turn, StoreError> {
        let Self::Pg(pool) = self else { return Ok(Turn(None)) };
        let end = Instant::now() + TURN;
        loop {
            if let Some(turn) = taken(pool, Key::Turn).await? {
                return Ok(turn);
            }
            if Instant::now() > end {
                return Err(StoreError::Busy);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// The turn to purge; none while another process has it. Two programs on one SQLite file may purge at once, which
    /// costs time only.
    pub async fn purge_turn(&self) -> Result<Option<Turn>, StoreError> {
        match self {
            Self::Lite { .. } => Ok(Some(Turn(None))),
            Self::Pg(pool) => taken(pool, Key::Purge).await,
        }
    }

    /// Whether other processes of this program are connected to the database. Not asked of SQLite, where the locks
    /// of the data directory tell.
    pub async fn has_others(&self) -> Result<bool, StoreError> {
        let mut db = self;
        if db.dialect() == Dialect::Lite {
            return Ok(false);
        }
        // Behind a pooler that drops names nobody can tell.
        let statement = sql("SELECT CAST(count(*) AS BIGINT) AS others FROM pg_stat_activity \
             WHERE datname = current_database() AND application_name LIKE $1 || '%' \
             AND application_name <> current_setting('application_name') \
             OR current_setting('application_name') NOT LIKE $1 || '%'")
        .bind(NAME);
        let others: i64 = db.first(statement).await?.map_or(Ok(1), |row| row.get("others"))?;
        Ok(others > 0)
    }
}

impl Tx {
    /// Lets nobody else undo or redo steps of this user until the transaction ends: two that begin together would
    /// both take the same step.
    pub async fn hold_undo(&mut self, user: UserId) -> Result<(), StoreError> {
        self.hold(Key::Undo(user)).await
    }

    /// Lets nobody else take a name for an account until the transaction ends: two that look the same could both be
    /// taken.
    pub async fn hold_names(&mut self) -> Result<(), StoreError> {
        self.hold(Key::Names).await
    }

    /// Waits until nobody else holds the key, and holds it until the transaction ends.
    pub(crate) async fn hold(&mut self, key: Key) -> Result<(), StoreError> {
        if self.dialect() == Dialect::Lite {
            return Ok(());
        }
        // An answer without columns that this code would have to know the type of.
        self.rows(sql("SELECT 1 FROM pg_advisory_xact_lock($1)").bind(key.number())).await.map(|_| ())
    }
}
