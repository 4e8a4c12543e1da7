//! What backups need of the database: their history, what a restore must show, snapshots, and putting a restored
//! database in the place of the live one.
//!
//! [`facts`] tells what a database holds, by the same words from the SQL functions of PostgreSQL and from here for
//! SQLite; [`snapshot`] takes a consistent copy; [`check`] looks for what a restore may have broken; [`swap`]
//! exchanges databases of a PostgreSQL server, [`lite`] files of SQLite.

pub mod check;
pub mod facts;
pub mod lite;
pub mod snapshot;
pub mod swap;

use cytomine_model::Millis;

use crate::{Read, Row, StoreError, Write, sql};

/// Tables whose rows are not backed up: who signed out must not come back by a restore.
pub const TRANSIENT: [&str; 3] = ["session", "sign_in_try", "used_signature"];

/// A column of accounts that is not brought back either: until when the rights of an administrator are in force.
pub(crate) const TRANSIENT_COLUMN: &str = "admin_session_until";

/// Tables that [`facts`] leaves out: the transient ones, and what a restore itself changes. (Ids come from a table on
/// SQLite alone.)
pub(crate) const LEFT_OUT: [&str; 8] = [
    "session",
    "sign_in_try",
    "used_signature",
    "backup",
    "rights_generation",
    "id_sequence",
    "change",
    "change_log",
];

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A backup was made.
    Push,
    /// A restore was tried.
    Drill,
}

impl Kind {
    /// As it stands in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Drill => "drill",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Push, Self::Drill].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A line of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// What was done.
    pub kind: Kind,
    /// Folder of the backup in the target.
    pub name: String,
    /// When: of a backup, the moment it shows; of a drill, its beginning.
    pub time: Millis,
    /// Bytes in the target.
    pub size: i64,
    /// Milliseconds it took.
    pub duration: i64,
    /// Why it failed; none = it went well.
    pub error: Option<String>,
    /// When the backup was removed from the target.
    pub removed: Option<Millis>,
}

fn record(row: &Row) -> Result<Record, StoreError> {
    Ok(Record {
        kind: row.parsed("kind", Kind::parse)?,
        name: row.get("name")?,
        time: row.time("time")?,
        size: row.get("size")?,
        duration: row.get("duration")?,
        error: row.get("error")?,
        removed: row.opt_time("removed")?,
    })
}

const COLUMNS: &str = "kind, name, time, size, duration, error, removed";

/// Writes a line.
pub async fn insert(mut tx: impl Write, id: i64, record: &Record) -> Result<(), StoreError> {
    let statement = sql("INSERT INTO backup (id, kind, name, time, size, duration, result, error, removed) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
    .bind(id)
    .bind(record.kind.as_str())
    .bind(&record.name)
    .bind(record.time)
    .bind(record.size)
    .bind(record.duration)
    .bind(if record.error.is_none() { "ok" } else { "failed" })
    .bind(record.error.clone())
    .bind(record.removed);
    tx.execute(statement).await.map(|_| ())
}

/// The newest lines of one kind.
pub async fn newest(mut ex: impl Read, kind: Kind, limit: i64) -> Result<Vec<Record>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM backup WHERE kind = $1 ORDER BY time DESC, id DESC LIMIT $2");
    ex.rows(sql(text).bind(kind.as_str()).bind(limit)).await?.iter().map(record).collect()
}

/// Names of backups that went well and were not removed.
pub async fn kept(mut ex: impl Read) -> Result<Vec<String>, StoreError> {
    let statement = sql(
        "SELECT name FROM backup WHERE kind = 'push' AND result = 'ok' AND removed IS NULL ORDER BY time",
    );
    ex.rows(statement).await?.iter().map(|row| row.get("name")).collect()
}

/// Notes that a backup is gone from the target.
pub async fn mark_removed(mut tx: impl Write, name: &str, now: Millis) -> Result<(), StoreError> {
    let statement =
        sql("UPDATE backup SET removed = $2 WHERE kind = 'push' AND name = $1 AND removed IS NULL")
            .bind(name)
            .bind(now);
    tx.execute(statement).await.map(|_| ())
}
