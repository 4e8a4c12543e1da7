//! Whether a restored database is whole, and what it takes over from the live one.

use crate::dialect::Dialect;
use crate::{Db, Read as _, StoreError, Write as _, sql};

use super::swap::identifier;
use super::{TRANSIENT, TRANSIENT_COLUMN};

/// Rows that name something that does not exist, as lines for people; on SQLite also damage of the file.
pub async fn dangling(db: &Db) -> Result<Vec<String>, StoreError> {
    let mut ex = db;
    let mut found = Vec::new();
    if ex.dialect() == Dialect::Lite {
        for row in ex.rows(sql("PRAGMA integrity_check(10)")).await? {
            let said: String = row.get("integrity_check")?;
            if said != "ok" {
                found.push(said);
            }
        }
        let statement =
            sql("SELECT \"table\" AS child, parent, count(*) AS n FROM pragma_foreign_key_check \
             GROUP BY 1, 2");
        for row in ex.rows(statement).await? {
            let (child, parent, n): (String, String, i64) =
                (row.get("child")?, row.get("parent")?, row.get("n")?);
            found.push(missing(&child, &parent, n));
        }
        found.extend(crate::named::orphans(db).await?);
        return Ok(found);
    }
    let statement = sql("SELECT c.relname AS child, p.relname AS parent, \
         string_agg(format('c.%I = p.%I', ca.attname, pa.attname), ' AND ') AS pairs, \
         string_agg(format('c.%I IS NOT NULL', ca.attname), ' AND ') AS given \
         FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class p ON p.oid = k.confrelid \
         JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public' \
         CROSS JOIN LATERAL unnest(k.conkey, k.confkey) AS u(child, parent) \
         JOIN pg_attribute ca ON ca.attrelid = c.oid AND ca.attnum = u.child \
         JOIN pg_attribute pa ON pa.attrelid = p.oid AND pa.attnum = u.parent \
         WHERE k.contype = 'f' GROUP BY k.oid, c.relname, p.relname ORDER BY 1, 2");
    for row in ex.rows(statement).await? {
        let (child, parent, pairs, given): (String, String, String, String) =
            (row.get("child")?, row.get("parent")?, row.get("pairs")?, row.get("given")?);
        let count = sql(format!(
            "SELECT count(*) AS n FROM public.{} c WHERE {given} \
             AND NOT EXISTS (SELECT 1 FROM public.{} p WHERE {pairs})",
            identifier(&child),
            identifier(&parent)
        ));
        let n: i64 = ex.first(count).await?.map_or(Ok(0), |row| row.get("n"))?;
        if n > 0 {
            found.push(missing(&child, &parent, n));
        }
    }
    found.extend(crate::named::orphans(db).await?);
    Ok(found)
}

fn missing(child: &str, parent: &str, rows: i64) -> String {
    format!("{rows} rows of {child} name a {parent} that does not exist")
}

/// What must go on where the live database stopped, or caches of running servers and browsers would mix up old and
/// new: ids are never given twice, and the generation of rights never comes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Carried {
    /// The last id that was given.
    pub last_id: i64,
    /// The generation of rights.
    pub generation: i64,
}

/// Reads it.
///
/// # Errors
/// When the database refuses, or has not these tables.
pub async fn carried(db: &Db) -> Result<Carried, StoreError> {
    let mut ex = db;
    let last = match ex.dialect() {
        Dialect::Lite => "SELECT last AS last_id FROM id_sequence",
        Dialect::Pg => "SELECT last_value AS last_id FROM ids",
    };
    Ok(Carried {
        last_id: ex.first(sql(last)).await?.map_or(Ok(0), |row| row.get("last_id"))?,
        generation: crate::rights::generation(db).await?,
    })
}

/// Makes a restored database go on where another one stopped: ids above, rights of a new generation, nobody signed in.
pub async fn carry(db: &Db, from: Carried) -> Result<(), StoreError> {
    let mut tx = db.begin().await?;
    match tx.dialect() {
        Dialect::Lite => {
            tx.execute(sql("UPDATE id_sequence SET last = max(last, $1)").bind(from.last_id)).await?;
        }
        Dialect::Pg => {
            let statement =
                sql("SELECT setval('ids', greatest((SELECT last_value FROM ids), $1::BIGINT)) AS last")
                    .bind(from.last_id);
            tx.rows(statement).await?;
        }
    }
    let raise = sql("UPDATE rights_generation SET value = CASE WHEN value > $1 THEN value ELSE $1 END + 1")
        .bind(from.generation);
    tx.execute(raise).await?;
    for statement in forget() {
        tx.execute(sql(statement)).await?;
    }
    crate::change::forget(&mut tx).await?;
    tx.commit().await
}

/// Statements that sign everybody out.
pub(crate) fn forget() -> impl Iterator<Item = String> {
    let column = format!("UPDATE user_account SET {TRANSIENT_COLUMN} = NULL");
    TRANSIENT.iter().map(|table| format!("DELETE FROM {table}")).chain(std::iter::once(column))
}

/// The largest id in use, when the sequence that gives them is behind it: then the next one would be given twice.
pub async fn ids_behind(db: &Db) -> Result<Option<i64>, StoreError> {
    let mut ex = db;
    let tables = match ex.dialect() {
        Dialect::Lite => {
            "SELECT m.name AS name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'id' \
             WHERE m.type = 'table'"
        }
        Dialect::Pg => {
            "SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'id' AND a.atttypid = 'int8'::regtype \
             WHERE n.nspname = 'public' AND c.relkind = 'r'"
        }
    };
    let last = carried(db).await?.last_id;
    let mut largest = 0;
    for row in ex.rows(sql(tables)).await? {
        let name: String = row.get("name")?;
        let statement = sql(format!("SELECT coalesce(max(id), 0) AS largest FROM {}", identifier(&name)));
        largest = largest.max(ex.first(statement).await?.map_or(Ok(0), |row| row.get("largest"))?);
    }
    Ok((largest > last).then_some(largest))
}
