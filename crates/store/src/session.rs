//! Browser sessions, by the SHA-256 of their token.

use cytomine_model::{Millis, UserId};

use crate::{Read, StoreError, Write, sql};

/// A session as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// Whose it is.
    pub user: UserId,
    /// When it began.
    pub created: Millis,
    /// When it was last used, to the minute.
    pub last_seen: Millis,
    /// Until when the rights of an administrator are in force in it.
    pub admin_until: Option<Millis>,
}

/// The session with that token.
pub async fn by_token(mut ex: impl Read, token_hash: &[u8]) -> Result<Option<Session>, StoreError> {
    let statement = sql("SELECT user_id, created, last_seen, admin_until FROM session WHERE token_hash = $1")
        .bind(token_hash);
    let row = ex.first(statement).await?;
    row.map(|row| {
        Ok(Session {
            user: row.id("user_id")?,
            created: row.time("created")?,
            last_seen: row.time("last_seen")?,
            admin_until: row.opt_time("admin_until")?,
        })
    })
    .transpose()
}

/// Writes a new session.
pub async fn insert(
    mut tx: impl Write,
    token_hash: &[u8],
    user: UserId,
    now: Millis,
) -> Result<(), StoreError> {
    let statement =
        sql("INSERT INTO session (token_hash, user_id, created, last_seen) VALUES ($1, $2, $3, $3)")
            .bind(token_hash)
            .bind(user)
            .bind(now);
    tx.execute(statement).await.map(|_| ())
}

/// Opens the administrator's session in this one until a moment, or closes it.
pub async fn set_admin(
    mut tx: impl Write,
    token_hash: &[u8],
    until: Option<Millis>,
) -> Result<(), StoreError> {
    let statement =
        sql("UPDATE session SET admin_until = $2 WHERE token_hash = $1").bind(token_hash).bind(until);
    tx.execute(statement).await.map(|_| ())
}

/// Notes that a session was used.
pub async fn touch(mut tx: impl Write, token_hash: &[u8], now: Millis) -> Result<(), StoreError> {
    tx.execute(sql("UPDATE session SET last_seen = $2 WHERE token_hash = $1").bind(token_hash).bind(now))
        .await
        .map(|_| ())
}

/// Ends a session.
pub async fn delete(mut tx: impl Write, token_hash: &[u8]) -> Result<(), StoreError> {
    tx.execute(sql("DELETE FROM session WHERE token_hash = $1").bind(token_hash)).await.map(|_| ())
}

/// Ends all sessions of a user.
pub async fn delete_of_user(mut tx: impl Write, user: UserId) -> Result<(), StoreError> {
    tx.execute(sql("DELETE FROM session WHERE user_id = $1").bind(user)).await.map(|_| ())
}

/// Keeps a signature until that moment. False when it is kept already.
pub async fn use_signature(mut tx: impl Write, signature: &[u8], until: Millis) -> Result<bool, StoreError> {
    let statement = sql(
        "INSERT INTO used_signature (signature, until) VALUES ($1, $2) ON CONFLICT (signature) DO NOTHING",
    )
    .bind(signature)
    .bind(until);
    Ok(tx.execute(statement).await? > 0)
}

/// Forgets signatures that are too old to be taken.
pub async fn sweep_signatures(mut tx: impl Write, now: Millis) -> Result<u64, StoreError> {
    tx.execute(sql("DELETE FROM used_signature WHERE until < $1").bind(now)).await
}

/// Removes sessions that nobody can use any more.
pub async fn sweep(mut tx: impl Write, began_before: Millis, seen_before: Millis) -> Result<u64, StoreError> {
    let statement =
        sql("DELETE FROM session WHERE created < $1 OR last_seen < $2").bind(began_before).bind(seen_before);
    tx.execute(statement).await
}
