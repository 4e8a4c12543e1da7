//! What annotations and their term links name, without foreign keys.
//!
//! A key is checked and locked for each row; that was three quarters of the time of a bulk insert on PostgreSQL. Here
//! each row that a statement names is looked up and locked once, however many rows name it, and [`orphans`] counts what
//! nothing but the program keeps whole.

use std::collections::BTreeSet;

use crate::dialect::Dialect;
use crate::{Db, Read, StoreError, Value, Write, sql};

/// Table, its column, and the table whose ids the column holds.
pub(crate) const NAMED: [(&str, &str, &str); 7] = [
    ("annotation", "project_id", "project"),
    ("annotation", "image_id", "image_instance"),
    ("annotation", "slice_id", "slice_instance"),
    ("annotation", "user_id", "user_account"),
    ("annotation_term", "term_id", "term"),
    ("annotation_term", "user_id", "user_account"),
    ("annotation_term", "annotation_id", "annotation"),
];

/// Makes sure that these rows exist, and that nobody removes them before the transaction ends: pairs of table and ids.
///
/// # Errors
/// [`StoreError::Dangling`] when one does not.
pub(crate) async fn hold(
    tx: &mut impl Write,
    named: &[(&'static str, BTreeSet<i64>)],
) -> Result<(), StoreError> {
    // SQLite has one writer: nobody removes anything meanwhile.
    let lock = if tx.dialect() == Dialect::Pg { " FOR KEY SHARE" } else { "" };
    let mut statement = sql("");
    for (place, (table, ids)) in named.iter().enumerate() {
        statement.push(if place == 0 { "" } else { " UNION ALL " });
        statement.push(&format!(
            "SELECT CAST({place} AS BIGINT) AS place, k.id FROM (SELECT id FROM {table} WHERE id = ANY("
        ));
        statement.push_value(ids.iter().copied().collect::<Vec<i64>>());
        statement.push(&format!("){lock}) k"));
    }
    let mut found = BTreeSet::new();
    for row in tx.rows(statement).await? {
        found.insert((row.get::<i64>("place")?, row.get::<i64>("id")?));
    }
    for (place, (table, ids)) in (0..).zip(named) {
        if let Some(missing) = ids.iter().find(|id| !found.contains(&(place, **id))) {
            return Err(StoreError::Dangling(format!("there is no {table} {missing}")));
        }
    }
    Ok(())
}

/// Makes sure that these annotations exist. They are not locked: whoever links an annotation has made it or holds it.
///
/// # Errors
/// [`StoreError::Dangling`] when one does not.
pub(crate) async fn annotations_exist(tx: &mut impl Write, ids: BTreeSet<i64>) -> Result<(), StoreError> {
    let wanted = ids.len();
    let statement = sql("SELECT count(*) AS n FROM annotation WHERE id = ANY($1)")
        .bind(ids.into_iter().collect::<Vec<i64>>());
    let found: i64 = tx.first(statement).await?.map_or(Ok(0), |row| row.get("n"))?;
    if usize::try_from(found) == Ok(wanted) {
        return Ok(());
    }
    Err(StoreError::Dangling(format!(
        "{} annotations do not exist",
        wanted.abs_diff(usize::try_from(found).unwrap_or(0))
    )))
}

/// What rows of a table name that are about to be written, given pairs of column and value: parents with ids. Tables with
/// keys of their own need nothing.
pub(crate) fn parents<'a>(
    table: &str,
    written: impl Iterator<Item = (&'a str, &'a Value)>,
) -> Vec<(&'static str, BTreeSet<i64>)> {
    let named: Vec<_> = NAMED.iter().filter(|(named, ..)| *named == table).collect();
    if named.is_empty() {
        return Vec::new();
    }
    let mut parents: Vec<_> = named.iter().map(|(.., parent)| (*parent, BTreeSet::new())).collect();
    for (name, value) in written {
        if let (Some(place), Value::Int(Some(id))) =
            (named.iter().position(|(_, column, _)| *column == name), value)
        {
            parents[place].1.insert(*id);
        }
    }
    parents.retain(|(_, ids)| !ids.is_empty());
    parents
}

/// Makes sure that all of [`parents`] exist, as [`hold`] and [`annotations_exist`] do.
///
/// # Errors
/// [`StoreError::Dangling`] when one does not.
pub(crate) async fn hold_all(
    tx: &mut impl Write,
    mut parents: Vec<(&'static str, BTreeSet<i64>)>,
) -> Result<(), StoreError> {
    if let Some(place) = parents.iter().position(|(parent, _)| *parent == "annotation") {
        annotations_exist(tx, parents.remove(place).1).await?;
    }
    if parents.is_empty() { Ok(()) } else { hold(tx, &parents).await }
}

/// Annotations and term links that name something that does not exist, as lines for people; none is as it should be.
pub async fn orphans(db: &Db) -> Result<Vec<String>, StoreError> {
    let mut ex = db;
    let mut found = Vec::new();
    for (table, column, parent) in NAMED {
        // Few different values stand in most columns: each is looked up once.
        let statement = sql(format!(
            "SELECT CAST(coalesce(sum(c.n), 0) AS BIGINT) AS n FROM \
             (SELECT {column} AS id, count(*) AS n FROM {table} GROUP BY {column}) c \
             WHERE NOT EXISTS (SELECT 1 FROM {parent} p WHERE p.id = c.id)"
        ));
        let n: i64 = ex.first(statement).await?.map_or(Ok(0), |row| row.get("n"))?;
        if n > 0 {
            found.push(format!("{n} rows of {table} name a {parent} that does not exist"));
        }
    }
    Ok(found)
}
