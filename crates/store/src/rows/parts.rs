//! Marking, bringing back and removing the annotations of a bulk under way with what hangs on them, in parts that keep
//! nobody waiting. What hangs on an annotation is found by the annotation's id, never by the mark: the rows that bear the
//! mark grow with every part.

use cytomine_model::{CommandId, EntityKind};

use super::reach;
use crate::pending::{Pending, complete, hidden};
use crate::table::{Hang, hangs_of};
use crate::{Read, Row, StoreError, Tx, Write as _, sql};

const KIND: EntityKind = EntityKind::Annotation;

/// Tables whose rows hang on annotations: the column that names the annotation, and a condition that it does.
fn hanging() -> Vec<(&'static str, &'static str, &'static str)> {
    let mut found = Vec::new();
    for child in reach(KIND).into_iter().filter(|child| *child != KIND) {
        for hang in hangs_of(child) {
            match hang {
                Hang::Column(parent, column) if *parent == KIND => {
                    found.push((child.as_str(), *column, "TRUE"));
                }
                Hang::Subject => found.push((child.as_str(), "entity_id", "kind = 'annotation'")),
                Hang::Column(..) => {}
            }
        }
    }
    found
}

/// Ids (inclusive ranges, ascending) of the living annotations that meet any of these conditions on a command (`$1`);
/// those of bulks under way are not among them.
pub(crate) async fn living(
    ex: impl Read,
    conditions: &[String],
    command: CommandId,
) -> Result<Vec<(i64, i64)>, StoreError> {
    let any = format!("deleted_by IS NULL AND ({})", conditions.join(" OR "));
    ranges(ex, &any, command).await
}

/// Ids (inclusive ranges, ascending) of the annotations that a command deleted.
pub async fn deleted(ex: impl Read, command: CommandId) -> Result<Vec<(i64, i64)>, StoreError> {
    ranges(ex, "deleted_by = $1", command).await
}

async fn ranges(
    mut ex: impl Read,
    condition: &str,
    command: CommandId,
) -> Result<Vec<(i64, i64)>, StoreError> {
    let statement = sql(format!(
        "SELECT min(id) AS first_id, max(id) AS last_id FROM (SELECT a.id, a.id - row_number() OVER (ORDER BY a.id) \
         AS island FROM annotation a WHERE {condition} AND {}) AS islands GROUP BY island ORDER BY 1",
        complete!("a")
    ));
    let range = |row: &Row| Ok((row.get("first_id")?, row.get("last_id")?));
    ex.rows(statement.bind(command)).await?.iter().map(range).collect()
}

/// Marks as deleted what the bulk hides between two ids (inclusive), with what hangs on it. What others have deleted since
/// it was hidden is the bulk's, too: they would have found nothing had it gone at once.
pub async fn mark(tx: &mut Tx, bulk: Pending, (first, last): (i64, i64)) -> Result<(), StoreError> {
    let going = format!(
        "UPDATE annotation SET deleted_by = $1 WHERE id BETWEEN $2 AND $3 \
         AND (+deleted_by IS NULL OR +deleted_by > $4) AND {}",
        hidden("annotation.id")
    );
    tx.execute(sql(going).bind(bulk.command).bind(first).bind(last).bind(bulk.since)).await?;
    for (table, column, named) in hanging() {
        let going = format!(
            "UPDATE {table} SET deleted_by = $1 WHERE {named} AND {column} BETWEEN $2 AND $3 \
             AND deleted_by IS NULL AND {}",
            hidden(&format!("{table}.{column}"))
        );
        tx.execute(sql(going).bind(bulk.command).bind(first).bind(last)).await?;
    }
    Ok(())
}

/// Marks the rest after the last part: what others have deleted meanwhile that hangs on the bulk's annotations.
pub async fn mark_rest(tx: &mut Tx, bulk: Pending) -> Result<(), StoreError> {
    for (table, column, named) in hanging() {
        let going = format!(
            "UPDATE {table} SET deleted_by = $1 WHERE {named} AND deleted_by > $2 AND {}",
            hidden(&format!("{table}.{column}"))
        );
        tx.execute(sql(going).bind(bulk.command).bind(bulk.since)).await?;
    }
    Ok(())
}

/// Brings back at most `most` rows that a command deleted; tells how many. When it is less, all are back.
///
/// # Errors
/// When the database refuses: [`StoreError::Duplicate`] when a living row has taken the place of a deleted one.
pub async fn bring_back(tx: &mut Tx, command: CommandId, most: i64) -> Result<u64, StoreError> {
    let mut back = 0;
    for kind in reach(KIND) {
        let left = most.saturating_sub(i64::try_from(back).unwrap_or(i64::MAX));
        let table = kind.as_str();
        let coming = sql(format!(
            "UPDATE {table} SET deleted_by = NULL WHERE id IN \
             (SELECT id FROM {table} WHERE deleted_by = $1 LIMIT $2)"
        ));
        back += tx.execute(coming.bind(command).bind(left)).await?;
    }
    Ok(back)
}

/// Removes what the bulk hides between two ids (inclusive), with what hangs on it: rows that never were to be seen.
pub async fn wipe(tx: &mut Tx, bulk: Pending, (first, last): (i64, i64)) -> Result<(), StoreError> {
    for (table, column, named) in hanging() {
        let going = format!(
            "DELETE FROM {table} WHERE {named} AND {column} BETWEEN $2 AND $3 AND deleted_by IS NULL AND {}",
            hidden(&format!("{table}.{column}"))
        );
        tx.execute(sql(going).bind(bulk.command).bind(first).bind(last)).await?;
    }
    let going = format!("DELETE FROM annotation WHERE id BETWEEN $2 AND $3 AND {}", hidden("annotation.id"));
    tx.execute(sql(going).bind(bulk.command).bind(first).bind(last)).await?;
    Ok(())
}

/// Removes the rest after the last part, as [`mark_rest`] marks it.
pub async fn wipe_rest(tx: &mut Tx, bulk: Pending) -> Result<(), StoreError> {
    for (table, column, named) in hanging() {
        let going = format!(
            "DELETE FROM {table} WHERE {named} AND deleted_by > $2 AND {}",
            hidden(&format!("{table}.{column}"))
        );
        tx.execute(sql(going).bind(bulk.command).bind(bulk.since)).await?;
    }
    Ok(())
}
