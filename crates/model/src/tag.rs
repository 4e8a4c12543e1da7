//! Tags and what they mark.

use serde::{Deserialize, Serialize};

use crate::{EntityKind, Millis, TagDomainAssociationId, TagId, UserId};

/// A word that entities are marked with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// Id.
    pub id: TagId,
    /// The word; no other tag has it.
    pub name: String,
    /// Who made it.
    pub user: UserId,
    /// Name of who made it.
    pub creator: String,
    /// When it was made.
    pub created: Millis,
    /// When it was last changed.
    pub updated: Option<Millis>,
}

/// A tag on an entity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagDomainAssociation {
    /// Id.
    pub id: TagDomainAssociationId,
    /// The tag.
    pub tag: TagId,
    /// The tag's word.
    pub name: String,
    /// Kind of the entity.
    pub kind: EntityKind,
    /// Id of the entity.
    pub entity: i64,
    /// When it was made.
    pub created: Millis,
    /// When it was last changed.
    pub updated: Option<Millis>,
}
