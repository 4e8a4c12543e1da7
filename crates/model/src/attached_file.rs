//! Files attached to entities.

use serde::{Deserialize, Serialize};

use crate::{AttachedFileId, EntityKind, Millis};

/// A file on an entity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachedFile {
    /// Id.
    pub id: AttachedFileId,
    /// Kind of the entity.
    pub kind: EntityKind,
    /// Id of the entity.
    pub entity: i64,
    /// Name that its sender gave it, without folders.
    pub filename: String,
    /// What clients know it by.
    pub key: Option<String>,
    /// Key of the bytes in the blob store.
    pub blob: String,
    /// Bytes.
    pub size: i64,
    /// SHA-256 of the bytes in lower-case hexadecimal.
    pub sha256: String,
    /// When it was made.
    pub created: Millis,
    /// When it was last changed.
    pub updated: Option<Millis>,
}
