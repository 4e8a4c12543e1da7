//! Properties: keys and values on any entity.

use cytomine_model::{EntityKind, Property};

use crate::table::Hang;
use crate::{Read, StoreError, table};

table! {
    Property as "p";
    hangs { Hang::Subject }
    columns {
        id = Stay "id",
        kind = Stay "kind",
        entity = Stay "entity_id",
        key = Change "key",
        value = Change "value",
        created = Stay "created",
        updated = Change "updated",
    }
}

/// Properties of entities of one kind, by entity, oldest first.
///
/// # Errors
/// When the database refuses.
pub async fn of(ex: impl Read, kind: EntityKind, entities: &[i64]) -> Result<Vec<Property>, StoreError> {
    let mut statement = table::living::<Property>();
    statement.push(" AND p.kind = ").push_value(kind.as_str());
    statement.push(" AND p.entity_id = ANY(").push_value(entities).push(") ORDER BY p.entity_id, p.id");
    table::all(ex, statement).await
}
