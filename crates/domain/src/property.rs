//! Properties: keys and values on any entity.

use cytomine_model::{EntityKind, Property, PropertyId};
use cytomine_store::{self as store, Read};

use crate::noun::{Deed, Noun, Reach};
use crate::{Actor, DomainError, System, Unit, access};

/// Longest key, in bytes.
const LONGEST_KEY: usize = 1_000;

/// Writes properties of entities of one kind: triples of entity, key, value. Rights are the caller's question.
///
/// # Errors
/// When a key is empty or too long, or the database refuses.
pub async fn insert_all(
    unit: &mut Unit,
    kind: EntityKind,
    entries: &[(i64, String, String)],
) -> Result<Vec<Property>, DomainError> {
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    let ids = unit.ids(entries.len()).await?;
    let mut properties = Vec::with_capacity(entries.len());
    for (id, (entity, key, value)) in ids.into_iter().zip(entries) {
        let key = key.trim();
        if key.is_empty() || key.len() > LONGEST_KEY {
            return Err(DomainError::invalid(format!(
                "The key of a property has {} bytes: give 1 to {LONGEST_KEY}",
                key.len()
            )));
        }
        properties.push(Property {
            id: PropertyId(id),
            kind,
            entity: *entity,
            key: key.to_owned(),
            value: value.clone(),
            created: unit.now,
            updated: None,
        });
    }
    store::table::insert_many(&mut unit.tx, &properties).await?;
    Ok(properties)
}

/// Properties of an entity, oldest first. Rights are the caller's question.
///
/// # Errors
/// When the database refuses.
pub async fn list(system: &System, kind: EntityKind, entity: i64) -> Result<Vec<Property>, DomainError> {
    Ok(store::property::of(&system.db, kind, &[entity]).await?)
}

/// Properties of several entities of a kind, by entity. Rights are the caller's question.
///
/// # Errors
/// When the database refuses.
pub async fn list_all(
    system: &System,
    kind: EntityKind,
    entities: &[i64],
) -> Result<Vec<Property>, DomainError> {
    Ok(store::property::of(&system.db, kind, entities).await?)
}

/// Copies the properties of one entity to another.
pub(crate) async fn copy(
    unit: &mut Unit,
    (from_kind, from): (EntityKind, i64),
    (to_kind, to): (EntityKind, i64),
) -> Result<(), DomainError> {
    let properties = store::property::of(&mut unit.tx, from_kind, &[from]).await?;
    let entries: Vec<(i64, String, String)> =
        properties.into_iter().map(|property| (to, property.key, property.value)).collect();
    insert_all(unit, to_kind, &entries).await?;
    Ok(())
}

impl Noun for Property {
    const BEARS_RIGHTS: bool = false;

    /// Whoever may change the entity may do anything with its properties.
    async fn may<E: Read>(&self, ex: &mut E, actor: &Actor, deed: Deed) -> Result<Reach, DomainError> {
        let deed = if deed == Deed::See { Deed::See } else { Deed::Edit };
        access::on(ex, actor, (self.kind, self.entity), deed).await
    }
}
