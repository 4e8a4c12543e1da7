//! Properties: keys and values on any entity.

use serde::{Deserialize, Serialize};

use crate::{EntityKind, Millis, PropertyId};

/// A key and a value on an entity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Property {
    /// Id.
    pub id: PropertyId,
    /// Kind of the entity.
    pub kind: EntityKind,
    /// Id of the entity.
    pub entity: i64,
    /// Key; several properties of an entity may bear the same.
    pub key: String,
    /// Value.
    pub value: String,
    /// When it was made.
    pub created: Millis,
    /// When it was last changed.
    pub updated: Option<Millis>,
}
