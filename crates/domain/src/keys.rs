//! Key pairs that scripts sign their requests with.

use cytomine_model::{Action, User, UserId};
use cytomine_store as store;
use cytomine_store::user::UserSecrets;

use crate::{Actor, DomainError, Proof, System, access, random};

/// A key pair; both are random UUIDs in text form, as Cytomine's clients expect.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyPair {
    /// Names the account.
    pub public_key: String,
    /// Signs requests.
    pub private_key: String,
}

impl KeyPair {
    /// The private key, unless the actor proved no more than a signature: whoever overheard one must not get by it what
    /// makes all others. (Whoever signs has the key.)
    pub fn shown_to(self, actor: &Actor) -> Option<String> {
        (actor.proof != Proof::Key).then_some(self.private_key)
    }
}

impl std::fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyPair").field("public_key", &self.public_key).finish_non_exhaustive()
    }
}

/// The actor's own pair, made if there is none, or made anew.
///
/// # Errors
/// When the database refuses, the stored key cannot be opened, or a new pair is asked for by a signature.
pub async fn own(system: &System, actor: &Actor, rotate: bool) -> Result<KeyPair, DomainError> {
    if rotate && actor.proof == Proof::Key {
        return Err(DomainError::forbidden(
            "New keys are not made for a request that is signed by the old ones: sign in with your password first",
        ));
    }
    let found = store::user::secrets_by_id(&system.db, actor.id()).await?;
    pair(system, found.ok_or_else(|| DomainError::not_found("User", actor.id()))?, rotate).await
}

/// The pair of the user with that public key; only for that user, and for administrators.
///
/// # Errors
/// When there is no such key, or no right.
pub async fn of_public_key(system: &System, actor: &Actor, key: &str) -> Result<KeyPair, DomainError> {
    let found = store::user::secrets_by_public_key(&system.db, key).await?;
    foreign(system, actor, found, key).await
}

/// The pair of a user, by id or name; only for that user, and for administrators.
///
/// # Errors
/// When there is no such user, or no right.
pub async fn of_user(system: &System, actor: &Actor, id_or_name: &str) -> Result<KeyPair, DomainError> {
    let found = match id_or_name.parse() {
        Ok(id) => store::user::secrets_by_id(&system.db, UserId(id)).await?,
        Err(_) => store::user::secrets_by_name(&system.db, id_or_name).await?,
    };
    foreign(system, actor, found, id_or_name).await
}

async fn foreign(
    system: &System,
    actor: &Actor,
    found: Option<(User, UserSecrets)>,
    named: &str,
) -> Result<KeyPair, DomainError> {
    let found = found.ok_or_else(|| DomainError::not_found("User", named))?;
    access::require_on(actor, Action::UseKeys, Some(found.0.id))?;
    crate::account::require_rank(&system.db, actor, found.0.id).await?;
    pair(system, found, false).await
}

/// The pair of a user by name, for the command line, which acts with the rights of whoever may read the data.
///
/// # Errors
/// When there is no such user, or the stored key cannot be opened.
pub async fn for_command_line(system: &System, username: &str, rotate: bool) -> Result<KeyPair, DomainError> {
    let found = store::user::secrets_by_name(&system.db, username).await?;
    pair(system, found.ok_or_else(|| crate::account::unknown(username))?, rotate).await
}

/// The stored pair, if there is one.
fn opened(system: &System, user: &User, secrets: &UserSecrets) -> Result<Option<KeyPair>, DomainError> {
    let (Some(public_key), Some(sealed)) = (&user.public_key, &secrets.private_key) else { return Ok(None) };
    let private_key = system.key.open(user.id, sealed)?;
    Ok(Some(KeyPair { public_key: public_key.clone(), private_key }))
}

async fn pair(
    system: &System,
    (user, secrets): (User, UserSecrets),
    rotate: bool,
) -> Result<KeyPair, DomainError> {
    if !rotate && let Some(pair) = opened(system, &user, &secrets)? {
        return Ok(pair);
    }
    let pair = KeyPair { public_key: random::name(), private_key: random::name() };
    let mut unit = system.begin_as(user.id).await?;
    let sealed = system.key.seal(user.id, &pair.private_key);
    if rotate {
        store::user::set_keys(&mut unit.tx, user.id, &pair.public_key, &sealed).await?;
    } else if !store::user::set_first_keys(&mut unit.tx, user.id, &pair.public_key, &sealed).await? {
        // Another request made the first pair in the meantime; both must be told the same one.
        let found = store::user::secrets_by_id(&mut unit.tx, user.id).await?;
        let (user, secrets) = found.ok_or_else(|| DomainError::not_found("User", user.id))?;
        return opened(system, &user, &secrets)?.ok_or_else(|| DomainError::not_found("Keys", user.id));
    }
    unit.rights_changed();
    unit.finish(system).await?;
    Ok(pair)
}
