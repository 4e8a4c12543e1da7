//! A word sealed with the server key, by which processes that share a database find out that they share the key.

use crate::{StoreError, Write, sql};

/// Keeps `sealed` unless a word is there already; gives the one that is kept.
pub async fn first_word(mut tx: impl Write, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
    let statement =
        sql("INSERT INTO server_key (one, sealed) VALUES (1, $1) ON CONFLICT (one) DO NOTHING").bind(sealed);
    tx.execute(statement).await?;
    tx.first(sql("SELECT sealed FROM server_key")).await?.map_or(Ok(Vec::new()), |row| row.get("sealed"))
}
