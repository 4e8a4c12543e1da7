//! Removing for good what was deleted long ago: rows that bear the mark of a command which nobody can undo any more.
//!
//! A row goes only when no row at all names it, living or deleted, so nothing that can still come back loses what it
//! stands on. What names what is read from the database's own catalogue, and from [`NAMED`] for the tables without keys.
//! Looking for rows and for what names them is done outside of transactions; a transaction only removes, and is short.

use std::collections::HashSet;

use cytomine_model::{EntityKind, Millis};

use crate::dialect::Dialect;
use crate::named::NAMED;
use crate::table::{Hang, hangs_of};
use crate::{Db, Read as _, StoreError, Tx, Write as _, sql};

/// Rows of the relations of an entity that go with it: table and column.
const OWNED: [(EntityKind, &str, &str); 4] = [
    (EntityKind::Project, "project_default_layer", "project_id"),
    (EntityKind::Project, "project_member", "project_id"),
    (EntityKind::User, "project_default_layer", "user_id"),
    (EntityKind::User, "project_member", "user_id"),
];

/// A command, by its alias `c`, that is older than the moment `$1`: neither given nor undone or done again since.
const OLD: &str = "c.created < $1 AND coalesce(c.replayed, 0) < $1";

/// A column that names rows of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Edge {
    child: String,
    column: String,
    parent: String,
}

/// What names what in a database.
#[derive(Clone, Debug)]
pub struct Catalogue(Vec<Edge>);

/// Reads what names what.
pub async fn catalogue(mut db: &Db) -> Result<Catalogue, StoreError> {
    let text = match db.dialect() {
        Dialect::Lite => {
            "SELECT m.name AS child, f.\"from\" AS named_by, f.\"table\" AS parent \
             FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'"
        }
        Dialect::Pg => {
            "SELECT CAST(r.relname AS TEXT) AS child, CAST(a.attname AS TEXT) AS named_by, \
             CAST(p.relname AS TEXT) AS parent FROM pg_constraint c \
             JOIN pg_class r ON r.oid = c.conrelid JOIN pg_class p ON p.oid = c.confrelid \
             JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] \
             WHERE c.contype = 'f' AND c.connamespace = to_regnamespace(current_schema())"
        }
    };
    let mut edges = Vec::new();
    for row in db.rows(sql(text)).await? {
        edges.push(Edge {
            child: row.get("child")?,
            column: row.get("named_by")?,
            parent: row.get("parent")?,
        });
    }
    edges.extend(NAMED.map(|(child, column, parent)| Edge {
        child: child.to_owned(),
        column: column.to_owned(),
        parent: parent.to_owned(),
    }));
    Ok(Catalogue(edges))
}

/// Makes sure that commands which are older than that moment can be undone no more: at most `limit`. Tells how many.
pub async fn discard(tx: &mut Tx, before: Millis, limit: i64) -> Result<u64, StoreError> {
    let statement = sql(format!(
        "UPDATE command SET discarded = TRUE WHERE discarded = FALSE AND id IN \
         (SELECT c.id FROM command c WHERE c.discarded = FALSE AND {OLD} ORDER BY c.id LIMIT $2)"
    ));
    tx.execute(statement.bind(before).bind(limit)).await
}

/// How many commands [`discard`] would take.
pub async fn discardable(mut db: &Db, before: Millis) -> Result<u64, StoreError> {
    let statement = sql(format!("SELECT count(*) AS n FROM command c WHERE c.discarded = FALSE AND {OLD}"));
    let n: i64 = db.first(statement.bind(before)).await?.map_or(Ok(0), |row| row.get("n"))?;
    Ok(u64::try_from(n).unwrap_or(0))
}

/// Which marks count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marks {
    /// Those of commands that were discarded.
    Discarded,
    /// Those of commands that a purge would discard: what would name nothing any more then does not count.
    Discardable,
}

impl Catalogue {
    /// Ids of deleted rows of that kind that nothing keeps, beyond `after`, and the last id that was looked at; none once
    /// there are no more to look at.
    pub async fn doomed(
        &self,
        mut db: &Db,
        kind: EntityKind,
        (before, marks): (Millis, Marks),
        (after, limit): (i64, i64),
    ) -> Result<Option<(Vec<i64>, i64)>, StoreError> {
        let table = kind.as_str();
        let discarded = if marks == Marks::Discarded { " AND c.discarded" } else { "" };
        let statement = sql(format!(
            "SELECT t.id FROM {table} t JOIN command c ON c.id = t.deleted_by \
             WHERE t.deleted_by IS NOT NULL AND {OLD}{discarded} AND t.id > $2 ORDER BY t.id LIMIT $3"
        ));
        let rows = db.rows(statement.bind(before).bind(after).bind(limit)).await?;
        let ids: Vec<i64> = rows.iter().map(|row| row.get("id")).collect::<Result<_, _>>()?;
        let Some(last) = ids.last().copied() else { return Ok(None) };
        let mut kept = HashSet::new();
        for statement in self.namers(kind, marks) {
            for row in db.rows(sql(statement).bind(before).bind(ids.as_slice())).await? {
                kept.insert(row.get::<i64>("id")?);
            }
        }
        Ok(Some((ids.into_iter().filter(|id| !kept.contains(id)).collect(), last)))
    }

    /// Statements that find which of the ids `$2` something names.
    fn namers(&self, kind: EntityKind, marks: Marks) -> Vec<String> {
        let table = kind.as_str();
        let owned = |edge: &&Edge| OWNED.contains(&(kind, edge.child.as_str(), edge.column.as_str()));
        let mut statements = Vec::new();
        let mut look = |child: &str, column: &str, rest: &str| {
            let text = format!(
                "SELECT DISTINCT r.{column} AS id FROM {child} r WHERE r.{column} = ANY($2) AND $1 IS NOT NULL{rest}"
            );
            if EntityKind::parse(child).is_none() {
                statements.push(text);
                return;
            }
            // Two statements, for indexes hold either the living or the deleted rows.
            statements.push(format!("{text} AND r.deleted_by IS NULL"));
            let going = match marks {
                Marks::Discarded => String::new(),
                Marks::Discardable => {
                    format!(" AND NOT EXISTS (SELECT 1 FROM command c WHERE c.id = r.deleted_by AND {OLD})")
                }
            };
            statements.push(format!("{text} AND r.deleted_by IS NOT NULL{going}"));
        };
        for edge in self.0.iter().filter(|edge| edge.parent == table && !owned(edge)) {
            look(&edge.child, &edge.column, "");
        }
        for child in EntityKind::ALL {
            if hangs_of(*child).iter().any(|hang| matches!(hang, Hang::Subject)) {
                look(child.as_str(), "entity_id", &format!(" AND r.kind = '{table}'"));
            }
        }
        statements
    }
}

/// Removes deleted rows of that kind for good, with what belongs to them alone. Tells how many went.
///
/// # Errors
/// When the database refuses: [`StoreError::Dangling`] when something names one by now.
pub async fn remove(tx: &mut Tx, kind: EntityKind, ids: &[i64]) -> Result<u64, StoreError> {
    for (_, child, column) in OWNED.iter().filter(|(owner, ..)| *owner == kind) {
        tx.execute(sql(format!("DELETE FROM {child} WHERE {column} = ANY($1)")).bind(ids)).await?;
    }
    let text = format!("DELETE FROM {} WHERE id = ANY($1) AND deleted_by IS NOT NULL", kind.as_str());
    tx.execute(sql(text).bind(ids)).await
}

/// Bytes of what is of that kind and has these ids, where no other row names the same bytes.
pub async fn bytes(mut db: &Db, kind: EntityKind, ids: &[i64]) -> Result<u64, StoreError> {
    let key = match kind {
        EntityKind::UploadedFile => "filename",
        EntityKind::AttachedFile => "blob",
        _ => return Ok(0),
    };
    let table = kind.as_str();
    let statement = sql(format!(
        "SELECT CAST(coalesce(sum(f.size), 0) AS BIGINT) AS n FROM {table} f \
         WHERE f.id = ANY($1) AND f.sha256 IS NOT NULL AND NOT EXISTS \
         (SELECT 1 FROM {table} o WHERE o.{key} = f.{key} AND o.id <> f.id)"
    ))
    .bind(ids);
    let n: i64 = db.first(statement).await?.map_or(Ok(0), |row| row.get("n"))?;
    Ok(u64::try_from(n).unwrap_or(0))
}
