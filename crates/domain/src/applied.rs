//! Password and key pair of the account `admin` as files give them, for systems that are set up by files.
//!
//! A file counts when it holds something else than what was last taken from it: so a password that was changed by hand
//! stays until somebody writes a new one into the file, and rotation is a new file and a start.

use cytomine_store as store;
use uuid::Uuid;

use crate::account::{self, ADMIN};
use crate::keys::KeyPair;
use crate::{DomainError, System};

const PASSWORD: &str = "admin-password";
const KEYS: &str = "admin-keys";

/// Gives the account `admin` the password of the file if that is new. Tells whether the account got another one.
///
/// # Errors
/// When there is no such account, the password is too long, or the database refuses.
pub async fn admin_password(system: &System, password: &str) -> Result<bool, DomainError> {
    let before = store::applied::hash(&system.db, PASSWORD).await?;
    if before.is_some() && system.passwords.matches(password, before.as_deref()).await? {
        return Ok(false);
    }
    let found = store::user::secrets_by_name(&system.db, ADMIN).await?;
    let (user, secrets) = found.ok_or_else(|| account::unknown(ADMIN))?;
    let same = system.passwords.matches(password, secrets.password_hash.as_deref()).await?;
    let hash = account::hashed(system, Some(password)).await?.unwrap_or_default();
    let mut unit = system.begin_as(user.id).await?;
    let now = unit.now;
    if !store::applied::replace(&mut unit.tx, PASSWORD, before.as_deref(), &hash, now).await? {
        // Another replica is doing the same.
        return Ok(false);
    }
    if !same {
        store::user::set_password(&mut unit.tx, user.id, &hash).await?;
        store::session::delete_of_user(&mut unit.tx, user.id).await?;
        unit.rights_changed();
    }
    unit.finish(system).await?;
    Ok(!same)
}

/// Gives the account `admin` the key pair of the files if that is new. Tells whether the account got another one.
///
/// # Errors
/// When one is no UUID, another account has the public key, or the database refuses.
pub async fn admin_keys(system: &System, pair: &KeyPair) -> Result<bool, DomainError> {
    for (key, file) in [(&pair.public_key, "api-admin-public"), (&pair.private_key, "api-admin-private")] {
        if Uuid::try_parse(key).is_err() {
            return Err(DomainError::invalid(format!(
                "the file {file} of --admin-keys-dir must hold a UUID, as `uuidgen` makes it: write one into it"
            )));
        }
    }
    let text = format!("{} {}", pair.public_key, pair.private_key);
    let before = store::applied::hash(&system.db, KEYS).await?;
    if before.is_some() && system.passwords.matches(&text, before.as_deref()).await? {
        return Ok(false);
    }
    let user = account::by_name(system, ADMIN).await?;
    let hash = system.passwords.hash(&text).await?;
    let sealed = system.key.seal(user.id, &pair.private_key);
    let mut unit = system.begin_as(user.id).await?;
    let now = unit.now;
    if !store::applied::replace(&mut unit.tx, KEYS, before.as_deref(), &hash, now).await? {
        return Ok(false);
    }
    store::user::set_keys(&mut unit.tx, user.id, &pair.public_key, &sealed).await.map_err(
        DomainError::duplicate("another account has the public key of --admin-keys-dir: make a new pair"),
    )?;
    unit.rights_changed();
    unit.finish(system).await?;
    Ok(true)
}
