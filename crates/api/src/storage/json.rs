//! A storage on the wire (rest-api 4.3), with the owner in both spellings.

use cytomine_model::{EntityKind, Storage};
use serde_json::{Value, json};

use crate::dialect::class::java_class;
use crate::dialect::wire::ms;

/// All keys of a storage.
pub fn storage(storage: &Storage) -> Value {
    json!({
        "class": java_class(EntityKind::Storage),
        "id": storage.id,
        "created": ms(Some(storage.created.0)),
        "updated": ms(storage.updated.map(|time| time.0)),
        "name": storage.name,
        "user": storage.user,
        "userId": storage.user,
    })
}
