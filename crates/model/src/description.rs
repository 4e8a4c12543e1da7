//! Descriptions of entities.

use serde::{Deserialize, Serialize};

use crate::{DescriptionId, EntityKind, Millis};

/// The text on an entity; it has one at most.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// Id.
    pub id: DescriptionId,
    /// Kind of the entity.
    pub kind: EntityKind,
    /// Id of the entity.
    pub entity: i64,
    /// HTML as the client sent it, to the letter: whoever shows it must sanitise it.
    pub data: String,
    /// When it was made.
    pub created: Millis,
    /// When it was last changed.
    pub updated: Option<Millis>,
}
