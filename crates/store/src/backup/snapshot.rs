//! A consistent view of the database: on PostgreSQL for `pg_dump` and the facts beside it, on SQLite a copy of the file.
//!
//! The facts are lines of JSON, as `cytomine_backup_facts()` of the schema makes them: the schema and the moment, each
//! table, each file that is named, and a last line by which a cut text is known.

use std::io::Write;
use std::path::Path;

use futures_util::TryStreamExt as _;
use serde_json::json;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Postgres, Row as _, Transaction};

use cytomine_model::Millis;

use super::{check, facts};
use crate::{Db, StoreError};

/// A moment of a PostgreSQL database that stays visible as long as this lives.
#[derive(Debug)]
pub struct Snapshot {
    tx: Transaction<'static, Postgres>,
    name: String,
}

fn written(cause: std::io::Error) -> StoreError {
    StoreError::Unavailable(sqlx::Error::Io(cause))
}

impl Snapshot {
    /// Takes it; none on SQLite, see [`copy_lite`].
    pub async fn take(db: &Db) -> Result<Option<Self>, StoreError> {
        let Db::Pg(pool) = db else { return Ok(None) };
        let mut tx = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
        let name = sqlx::query_scalar("SELECT pg_export_snapshot()").fetch_one(&mut *tx).await?;
        Ok(Some(Self { tx, name }))
    }

    /// What `pg_dump --snapshot` is told.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Writes the facts.
    ///
    /// # Errors
    /// When the database refuses or the lines cannot be written.
    pub async fn write_facts(&mut self, out: &mut (dyn Write + Send)) -> Result<(), StoreError> {
        let mut lines =
            sqlx::query("SELECT line FROM public.cytomine_backup_facts() AS line").fetch(&mut *self.tx);
        while let Some(row) = lines.try_next().await? {
            let line: &str = row.try_get("line")?;
            writeln!(out, "{line}").map_err(written)?;
        }
        Ok(())
    }
}

/// Copies an SQLite database, while others read and write it, to a file that is not there yet, and writes its facts.
///
/// # Errors
/// When the database refuses or the disk is full.
pub async fn copy_lite(
    db: &Db,
    to: &Path,
    now: Millis,
    out: &mut (dyn Write + Send),
) -> Result<(), StoreError> {
    let Db::Lite { writer, .. } = db else {
        return Err(StoreError::Open {
            place: to.display().to_string(),
            cause: "the database is no file".to_owned(),
            remedy: "This is a defect of the program, please report it",
        });
    };
    // The writer's pool is not taken: a copy reads, and its reading lock holds nobody up.
    let mut source = writer.connect_options().as_ref().clone().create_if_missing(false).connect().await?;
    sqlx::query("VACUUM INTO $1").bind(to.display().to_string()).execute(&mut source).await?;
    source.close().await?;
    let mut copy = SqliteConnectOptions::new()
        .filename(to)
        .journal_mode(SqliteJournalMode::Delete)
        .pragma("secure_delete", "on")
        .connect()
        .await?;
    for statement in check::forget() {
        sqlx::query(AssertSqlSafe(statement)).execute(&mut copy).await?;
    }
    let schema: Option<i64> = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations WHERE success")
        .fetch_one(&mut copy)
        .await?;
    let mut line = |value: serde_json::Value| writeln!(out, "{value}").map_err(written);
    line(json!({ "schema": schema, "time": now.0 }))?;
    for table in facts::tables_lite(&mut copy).await? {
        line(json!({ "table": table.table, "rows": table.rows, "hash": table.hash }))?;
    }
    let named = format!("SELECT f.filename, f.size, f.sha256 FROM {} ORDER BY f.id", facts::FILES);
    let mut files = sqlx::query(AssertSqlSafe(named)).fetch(&mut copy);
    while let Some(row) = files.try_next().await? {
        let (key, size, sha256): (&str, i64, &str) =
            (row.try_get("filename")?, row.try_get("size")?, row.try_get("sha256")?);
        line(json!({ "file": key, "size": size, "sha256": sha256 }))?;
    }
    drop(files);
    line(json!({ "end": true }))?;
    copy.close().await?;
    Ok(())
}
