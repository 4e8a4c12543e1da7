//! The generation number of rights: raised by every change of them, read by everyone who keeps rights in memory.

use crate::{Read, StoreError, Write, sql};

/// The present generation.
pub async fn generation(mut ex: impl Read) -> Result<i64, StoreError> {
    ex.first(sql("SELECT value FROM rights_generation")).await?.map_or(Ok(0), |row| row.get("value"))
}

/// Raises it; part of the transaction that changes rights.
pub async fn raise(mut tx: impl Write) -> Result<(), StoreError> {
    tx.execute(sql("UPDATE rights_generation SET value = value + 1")).await.map(|_| ())
}
