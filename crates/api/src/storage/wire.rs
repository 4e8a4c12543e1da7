//! A storage on the wire (rest-api 4.3), with the owner in both spellings.

use cytomine_model::{self as model, EntityKind, May, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::dialect::class::java_class;
use crate::dialect::envelope::OfKind;
use crate::dialect::loose::{Id, Text};
use crate::dialect::wire::{Ms, Words};

/// A storage: the place that uploads go to.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Storage {
    class: &'static str,
    id: i64,
    created: Ms,
    updated: Option<Ms>,
    name: String,
    /// Its owner.
    user: i64,
    user_id: i64,
    may: Words,
}

impl Storage {
    /// All keys of a storage; `may` is what the caller may do with it.
    pub fn of(storage: &model::Storage, may: May) -> Self {
        Self {
            class: java_class(EntityKind::Storage),
            id: storage.id.0,
            created: storage.created.into(),
            updated: storage.updated.map(Ms::from),
            name: storage.name.clone(),
            user: storage.user.0,
            user_id: storage.user.0,
            may: Words(may),
        }
    }
}

impl OfKind for Storage {
    const KIND: EntityKind = EntityKind::Storage;
}

/// What can be said of a storage; what is left out of a change stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct StorageBody {
    #[schema(example = "My slides")]
    name: Text,
    /// Its owner; the caller, unless an administrator says otherwise.
    user: Id,
    /// The same.
    user_id: Id,
}

impl StorageBody {
    /// Name and owner.
    pub(super) fn read(self) -> (Option<String>, Option<UserId>) {
        (self.name.get(), self.user.or(self.user_id).of(UserId))
    }
}
