//! Storages.

use serde::{Deserialize, Serialize};

use crate::{Millis, StorageId, UserId};

/// A place for uploads that belongs to a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Storage {
    /// Id.
    pub id: StorageId,
    /// Name shown to people.
    pub name: String,
    /// Owner.
    pub user: UserId,
    /// When it was made.
    pub created: Millis,
    /// When it was last changed.
    pub updated: Option<Millis>,
}
