//! Tries to sign in that did not succeed, by name and address. In the database, so that their limit holds whichever
//! process answers.

use cytomine_model::Millis;

use crate::statement::corrupt;
use crate::{StoreError, Write, sql};

/// The latest tries of that name from that address, oldest first. Nobody else gets them until the transaction ends.
pub async fn hold_tries(
    mut tx: impl Write,
    username: &str,
    address: &str,
) -> Result<Vec<Millis>, StoreError> {
    // An update that changes nothing takes the lock of a row that is there.
    let statement =
        sql("INSERT INTO sign_in_try (username, address, tries, latest) VALUES ($1, $2, '[]', 0) \
         ON CONFLICT (username, address) DO UPDATE SET latest = sign_in_try.latest RETURNING tries")
        .bind(username)
        .bind(address);
    let Some(row) = tx.first(statement).await? else { return Ok(Vec::new()) };
    let text: String = row.get("tries")?;
    let tries: Vec<i64> = serde_json::from_str(&text).map_err(|_| corrupt("tries", &text))?;
    Ok(tries.into_iter().map(Millis).collect())
}

/// Writes the tries of that name from that address.
pub async fn put_tries(
    mut tx: impl Write,
    username: &str,
    address: &str,
    tries: &[Millis],
) -> Result<(), StoreError> {
    let moments: Vec<i64> = tries.iter().map(|moment| moment.0).collect();
    let statement =
        sql("UPDATE sign_in_try SET tries = $1, latest = $2 WHERE username = $3 AND address = $4")
            .bind(format!("{moments:?}"))
            .bind(moments.last().copied().unwrap_or(0))
            .bind(username)
            .bind(address);
    tx.execute(statement).await.map(|_| ())
}

/// Forgets the tries of that name from that address: one succeeded.
pub async fn forget_tries(mut tx: impl Write, username: &str, address: &str) -> Result<(), StoreError> {
    let statement =
        sql("DELETE FROM sign_in_try WHERE username = $1 AND address = $2").bind(username).bind(address);
    tx.execute(statement).await.map(|_| ())
}

/// Removes tries that all lie before that moment. Tells of how many names and addresses.
pub async fn sweep_tries(mut tx: impl Write, before: Millis) -> Result<u64, StoreError> {
    tx.execute(sql("DELETE FROM sign_in_try WHERE latest < $1").bind(before)).await
}
