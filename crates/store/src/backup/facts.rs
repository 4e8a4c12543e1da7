//! What a database holds: rows and a hash per table, and the stored files that it names.
//!
//! The hash of a table is the sum modulo 2^128 of the first 16 bytes of the SHA-256 of each row's text, so the order
//! of rows does not matter. On PostgreSQL the function `cytomine_table_facts()` of the schema makes it; for SQLite it
//! is made here, of `quote()` of each column. The two are never compared with each other.

use futures_util::TryStreamExt as _;
use sha2::{Digest as _, Sha256};
use sqlx::{AssertSqlSafe, Row as _, SqliteConnection};

use super::{LEFT_OUT, TRANSIENT_COLUMN};
use crate::{Db, Read as _, Row, StoreError, sql};

/// What one table holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableFacts {
    /// Its name.
    pub table: String,
    /// How many rows.
    pub rows: i64,
    /// See the text of the module. Opaque: equal or not.
    pub hash: String,
}

/// A file that the database names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedFile {
    /// Its key in the blob store.
    pub key: String,
    /// Bytes.
    pub size: i64,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
}

/// Files that rows name: slides and what they were made from, where their import did not fail, and attached files.
pub(super) const FILES: &str = "(SELECT id, filename, size, sha256, deleted_by FROM uploaded_file \
     WHERE sha256 IS NOT NULL AND (status >= 100 OR status % 2 = 0) \
     UNION ALL SELECT id, blob, size, sha256, deleted_by FROM attached_file) f";

/// The facts of all tables but those that a restore changes, by name.
pub async fn tables(db: &Db) -> Result<Vec<TableFacts>, StoreError> {
    match db {
        Db::Lite { readers, .. } => {
            let mut tx = readers.begin().await?;
            tables_lite(&mut tx).await
        }
        Db::Pg(_) => {
            let statement = sql("SELECT table_name, row_count, row_hash FROM public.cytomine_table_facts()");
            let mut ex = db;
            let facts = |row: &Row| {
                Ok(TableFacts {
                    table: row.get("table_name")?,
                    rows: row.get("row_count")?,
                    hash: row.get("row_hash")?,
                })
            };
            ex.rows(statement).await?.iter().map(facts).collect()
        }
    }
}

pub(super) async fn tables_lite(connection: &mut SqliteConnection) -> Result<Vec<TableFacts>, StoreError> {
    let names: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
         ORDER BY name",
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut facts = Vec::with_capacity(names.len());
    for table in names {
        if !LEFT_OUT.contains(&table.as_str()) {
            facts.push(table_lite(connection, table).await?);
        }
    }
    Ok(facts)
}

async fn table_lite(connection: &mut SqliteConnection, table: String) -> Result<TableFacts, StoreError> {
    let columns: Vec<String> = sqlx::query_scalar("SELECT name FROM pragma_table_info($1) ORDER BY cid")
        .bind(&table)
        .fetch_all(&mut *connection)
        .await?;
    let quoted: Vec<String> = columns
        .iter()
        .filter(|column| *column != TRANSIENT_COLUMN)
        .map(|column| format!("quote({})", super::swap::identifier(column)))
        .collect();
    let text = format!(
        "SELECT {} AS line FROM {}",
        if quoted.is_empty() { "''".to_owned() } else { quoted.join(" || ',' || ") },
        super::swap::identifier(&table)
    );
    let (mut rows, mut sum) = (0_i64, 0_u128);
    let mut lines = sqlx::query(AssertSqlSafe(text)).fetch(connection);
    while let Some(line) = lines.try_next().await? {
        let line: &str = line.try_get("line")?;
        let digest = Sha256::digest(line.as_bytes());
        let mut first = [0_u8; 16];
        first.copy_from_slice(&digest[..16]);
        sum = sum.wrapping_add(u128::from_be_bytes(first));
        rows += 1;
    }
    drop(lines);
    Ok(TableFacts { table, rows, hash: sum.to_string() })
}

/// Up to `limit` files that are named by rows with ids above `after`, with those ids, ascending. `living` leaves out
/// those that were deleted and wait for the end of the time in which that can be undone.
pub async fn files(
    db: &Db,
    living: bool,
    after: i64,
    limit: i64,
) -> Result<Vec<(i64, NamedFile)>, StoreError> {
    let mut ex = db;
    let text = format!(
        "SELECT f.id, f.filename, f.size, f.sha256 FROM {FILES} WHERE f.id > $1{} ORDER BY f.id LIMIT $2",
        if living { " AND f.deleted_by IS NULL" } else { "" }
    );
    let rows = ex.rows(sql(text).bind(after).bind(limit)).await?;
    rows.iter().map(|row| Ok((row.get("id")?, named(row)?))).collect()
}

/// Up to `count` living slides that tiles are read from, taken at random.
pub async fn sample(db: &Db, count: i64) -> Result<Vec<NamedFile>, StoreError> {
    let mut ex = db;
    let statement = sql("SELECT f.filename, f.size, f.sha256 FROM uploaded_file f \
         WHERE f.sha256 IS NOT NULL AND f.deleted_by IS NULL AND EXISTS (SELECT 1 FROM abstract_image a \
         WHERE a.slide_file_id = f.id AND a.deleted_by IS NULL) ORDER BY random() LIMIT $1")
    .bind(count);
    ex.rows(statement).await?.iter().map(named).collect()
}

fn named(row: &Row) -> Result<NamedFile, StoreError> {
    Ok(NamedFile { key: row.get("filename")?, size: row.get("size")?, sha256: row.get("sha256")? })
}
