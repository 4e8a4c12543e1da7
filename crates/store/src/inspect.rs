//! What an operator wants to know of a database: product, size, encryption, rights, clock.

use cytomine_model::Millis;

use crate::dialect::Dialect;
use crate::{Db, Read, StoreError, sql};

/// What a database says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Name and version of the product, such as `PostgreSQL 17.2`.
    pub product: String,
    /// Bytes of the whole database on the disk.
    pub bytes: i64,
    /// Encoding of its text, such as `UTF8`.
    pub encoding: String,
    /// Version of TLS on the connection; `None` = it is not encrypted. Of no meaning for SQLite.
    pub tls: Option<String>,
    /// What the user may not do and the program needs, in words.
    pub missing: Vec<&'static str>,
    /// What its clock shows; `None` = it has none of its own.
    pub clock: Option<Millis>,
}

/// Asks for the facts.
pub async fn facts(mut ex: impl Read) -> Result<Facts, StoreError> {
    match ex.dialect() {
        Dialect::Lite => lite(&mut ex).await,
        Dialect::Pg => pg(&mut ex).await,
    }
}

async fn lite(ex: &mut impl Read) -> Result<Facts, StoreError> {
    let statement = sql("SELECT sqlite_version() AS version, encoding, page_count * page_size AS bytes \
         FROM pragma_encoding, pragma_page_count, pragma_page_size");
    let row = ex.first(statement).await?.ok_or_else(none)?;
    let version: String = row.get("version")?;
    Ok(Facts {
        product: format!("SQLite {version}"),
        bytes: row.get("bytes")?,
        encoding: row.get("encoding")?,
        tls: None,
        missing: Vec::new(),
        clock: None,
    })
}

async fn pg(ex: &mut impl Read) -> Result<Facts, StoreError> {
    let statement = sql("SELECT current_setting('server_version') AS version, \
         pg_database_size(current_database()) AS bytes, pg_encoding_to_char(d.encoding)::TEXT AS encoding, \
         (SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl) AS tls, \
         (extract(epoch FROM clock_timestamp()) * 1000)::BIGINT AS clock, \
         coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS makes_tables, \
         NOT EXISTS (SELECT 1 FROM pg_class c WHERE c.relkind = 'r' \
         AND c.relnamespace = to_regnamespace(current_schema()) \
         AND NOT (has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT') \
         AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE'))) AS writes, \
         NOT EXISTS (SELECT 1 FROM pg_class c WHERE c.relkind = 'r' \
         AND c.relnamespace = to_regnamespace(current_schema()) AND NOT pg_has_role(c.relowner, 'USAGE')) AS owns \
         FROM pg_database d WHERE d.datname = current_database()");
    let row = ex.first(statement).await?.ok_or_else(none)?;
    let version: String = row.get("version")?;
    let needed = [
        ("makes_tables", "make tables in its schema (CREATE)"),
        ("writes", "read and write every table (SELECT, INSERT, UPDATE, DELETE)"),
        ("owns", "change tables (be their owner, or a member of that role)"),
    ];
    let mut missing = Vec::new();
    for (column, words) in needed {
        if !row.get::<bool>(column)? {
            missing.push(words);
        }
    }
    Ok(Facts {
        product: format!("PostgreSQL {}", version.split(' ').next().unwrap_or_default()),
        bytes: row.get("bytes")?,
        encoding: row.get("encoding")?,
        tls: row.get("tls")?,
        missing,
        clock: Some(row.time("clock")?),
    })
}

fn none() -> StoreError {
    StoreError::Corrupt { column: "catalog".to_owned(), value: "no row".to_owned() }
}

/// Databases of the server that a restore set aside for this one, oldest first. SQLite has none, its files lie beside.
pub async fn set_aside(mut ex: impl Read) -> Result<Vec<String>, StoreError> {
    if ex.dialect() == Dialect::Lite {
        return Ok(Vec::new());
    }
    let statement = sql("SELECT datname::TEXT AS name FROM pg_database \
         WHERE starts_with(datname::TEXT, current_database()::TEXT || '_before_restore_') \
         ORDER BY datname::TEXT COLLATE \"C\"");
    ex.rows(statement).await?.iter().map(|row| row.get("name")).collect()
}

/// Drops one of those that [`set_aside`] lists, ending its sessions. Another name is left alone.
///
/// # Errors
/// When the database refuses: the user must own that database.
pub async fn drop_set_aside(db: &Db, name: &str) -> Result<(), StoreError> {
    if !set_aside(db).await?.iter().any(|known| known == name) {
        return Ok(());
    }
    let quoted = name.replace('"', "\"\"");
    db.administer(sql(format!("DROP DATABASE \"{quoted}\" WITH (FORCE)"))).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::both;

    #[tokio::test]
    async fn a_database_tells_what_it_is() {
        both(|db| async move {
            let facts = facts(&db).await.unwrap();
            let (product, clock) = match db {
                Db::Lite { .. } => ("SQLite 3", false),
                Db::Pg(_) => ("PostgreSQL 1", true),
            };
            assert!(facts.product.starts_with(product), "{facts:?}");
            assert!(facts.bytes > 10_000 && facts.encoding.replace('-', "") == "UTF8", "{facts:?}");
            assert_eq!((facts.missing.len(), facts.clock.is_some()), (0, clock), "{facts:?}");
        })
        .await;
    }

    #[tokio::test]
    async fn only_what_a_restore_set_aside_is_dropped() {
        both(|db| async move {
            if matches!(db, Db::Lite { .. }) {
                assert!(set_aside(&db).await.unwrap().is_empty());
                return;
            }
            let row = (&db).first(sql("SELECT current_database()::TEXT AS name")).await.unwrap().unwrap();
            let live: String = row.get("name").unwrap();
            let (old, other) =
                (format!("{live}_before_restore_20261124T021700Z"), format!("{live}xbefore_restore_1"));
            for name in [&old, &other] {
                db.administer(sql(format!("CREATE DATABASE \"{name}\""))).await.unwrap();
            }
            assert_eq!(set_aside(&db).await.unwrap(), std::slice::from_ref(&old));
            drop_set_aside(&db, &old).await.unwrap();
            drop_set_aside(&db, &other).await.unwrap();
            assert!(set_aside(&db).await.unwrap().is_empty());
            db.administer(sql(format!("DROP DATABASE \"{other}\""))).await.unwrap();
        })
        .await;
    }
}
