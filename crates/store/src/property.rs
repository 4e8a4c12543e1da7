//! Properties: keys and values on any entity.

use cytomine_model::{CommandId, EntityKind, Millis, Property};

use crate::{Executor, Row, StoreError, sql};

const COLUMNS: &str = "SELECT id, kind, entity_id, key, value, created, updated FROM property \
WHERE deleted_by IS NULL";

fn property(row: &Row) -> Result<Property, StoreError> {
    Ok(Property {
        id: row.get("id")?,
        kind: row.parsed("kind", EntityKind::parse)?,
        entity: row.get("entity_id")?,
        key: row.get("key")?,
        value: row.get("value")?,
        created: row.time("created")?,
        updated: row.opt_time("updated")?,
    })
}

/// Properties of one entity, oldest first.
///
/// # Errors
/// When the database refuses.
pub async fn of(mut ex: impl Executor, kind: EntityKind, entity: i64) -> Result<Vec<Property>, StoreError> {
    let text = format!("{COLUMNS} AND kind = $1 AND entity_id = $2 ORDER BY id");
    ex.rows(sql(text).bind(kind.as_str()).bind(entity)).await?.iter().map(property).collect()
}

/// Properties of several entities of one kind, by entity.
///
/// # Errors
/// When the database refuses.
pub async fn of_all(
    mut ex: impl Executor,
    kind: EntityKind,
    entities: &[i64],
) -> Result<Vec<Property>, StoreError> {
    let text = format!("{COLUMNS} AND kind = $1 AND entity_id = ANY($2) ORDER BY entity_id, id");
    ex.rows(sql(text).bind(kind.as_str()).bind(entities)).await?.iter().map(property).collect()
}

/// A property of an entity by id.
///
/// # Errors
/// When the database refuses.
pub async fn by_id(mut ex: impl Executor, id: i64) -> Result<Option<Property>, StoreError> {
    ex.first(sql(format!("{COLUMNS} AND id = $1")).bind(id)).await?.as_ref().map(property).transpose()
}

/// Writes new properties.
///
/// # Errors
/// When the database refuses.
pub async fn insert_all(mut ex: impl Executor, properties: &[Property]) -> Result<(), StoreError> {
    // SQLite takes 32,766 values in one statement.
    for chunk in properties.chunks(1_000) {
        let mut statement = sql("INSERT INTO property (id, kind, entity_id, key, value, created) VALUES ");
        for (number, property) in chunk.iter().enumerate() {
            statement.push(if number == 0 { "(" } else { ", (" }).push_value(property.id);
            statement.push(", ").push_value(property.kind.as_str());
            statement.push(", ").push_value(property.entity);
            statement.push(", ").push_value(&property.key);
            statement.push(", ").push_value(&property.value);
            statement.push(", ").push_value(property.created).push(")");
        }
        ex.execute(statement).await?;
    }
    Ok(())
}

/// Writes key and value of a property.
///
/// # Errors
/// When the database refuses.
pub async fn update(
    mut ex: impl Executor,
    id: i64,
    key: &str,
    value: &str,
    now: Millis,
) -> Result<(), StoreError> {
    let statement =
        sql("UPDATE property SET key = $2, value = $3, updated = $4 WHERE id = $1 AND deleted_by IS NULL")
            .bind(id)
            .bind(key)
            .bind(value)
            .bind(now);
    ex.execute(statement).await.map(|_| ())
}

/// Marks a property as deleted by a command. Tells whether it was there.
///
/// # Errors
/// When the database refuses.
pub async fn mark_deleted(mut ex: impl Executor, id: i64, command: CommandId) -> Result<bool, StoreError> {
    let statement = sql("UPDATE property SET deleted_by = $2 WHERE id = $1 AND deleted_by IS NULL")
        .bind(id)
        .bind(command);
    Ok(ex.execute(statement).await? > 0)
}
