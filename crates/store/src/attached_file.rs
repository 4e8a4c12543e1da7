//! Files attached to entities.

use std::collections::HashSet;

use cytomine_model::AttachedFile;

use crate::table::Hang;
use crate::{BlobKey, Read, StoreError, sql, table};

table! {
    AttachedFile as "f";
    hangs { Hang::Subject }
    columns {
        id = Stay "id",
        kind = Stay "kind",
        entity = Stay "entity_id",
        filename = Stay "filename",
        key = Stay "key",
        blob = Stay "blob",
        size = Stay "size",
        sha256 = Stay "sha256",
        created = Stay "created",
        updated = Stay "updated",
    }
}

/// Of these keys of bytes, those that no row names, living or deleted.
pub async fn unneeded(mut ex: impl Read, keys: Vec<BlobKey>) -> Result<Vec<BlobKey>, StoreError> {
    let mut needed = HashSet::new();
    for key in &keys {
        let statement = sql("SELECT blob FROM attached_file WHERE blob = $1 LIMIT 1").bind(key.as_str());
        needed.extend(ex.first(statement).await?.map(|row| row.get::<String>("blob")).transpose()?);
    }
    Ok(keys.into_iter().filter(|key| !needed.contains(key.as_str())).collect())
}
