//! Signing in: by password (browsers) and by key (clients), and the admin session.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use cytomine_model::{Action, ErrorKind, GlobalRole, Millis, User, UserId};
use cytomine_store as store;
use sha2::{Digest as _, Sha256};

use crate::known::{Credential, Known};
use crate::system::RIGHTS_LIFETIME;
use crate::{Actor, DomainError, Proof, System, access, random};

/// A session ends when it was not used for so long.
pub const IDLE: Duration = Duration::from_hours(12);
/// A session ends so long after it began.
pub const LONGEST: Duration = Duration::from_hours(7 * 24);
/// An admin session is open so long.
pub const ADMIN_SESSION: Duration = Duration::from_mins(120);
/// So many failures per name and address within [`FAILURE_WINDOW`] stop further tries.
pub const FAILURES: usize = 10;
/// See [`FAILURES`].
pub const FAILURE_WINDOW: Duration = Duration::from_mins(5);

/// Longer names do not exist, and must not fill the table of failures.
pub const LONGEST_NAME: usize = 200;

/// Use is noted at most this often, so that reading tiles writes nothing.
const TOUCH: Duration = Duration::from_mins(5);

/// The secret that a browser's cookie holds: 32 random bytes in hexadecimal.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// For the cookie.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token")
    }
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Signs in by password. An administrator's admin session opens by it.
///
/// # Errors
/// Unauthenticated when name or password is wrong or the account disabled, in the same time and words;
/// too many when that happened too often.
pub async fn sign_in(
    system: &System,
    username: &str,
    password: &str,
    address: IpAddr,
) -> Result<(Token, Arc<Actor>), DomainError> {
    let wrong = || DomainError::new(ErrorKind::Unauthenticated, "Name or password is wrong");
    if username.len() > LONGEST_NAME {
        return Err(wrong());
    }
    let (name, address) = (username.to_lowercase(), address.to_string());
    // Counted before the password is checked, which takes long: else tries sent at once would all pass.
    count_try(system, &name, &address).await?;
    let user = check_password(system, username, password).await?.ok_or_else(wrong)?;
    let mut unit = system.begin_as(user).await?;
    store::sign_in::forget_tries(&mut unit.tx, &name, &address).await?;
    unit.finish(system).await?;
    let token = open(system, user).await?;
    let actor = authenticate(system, token.as_str()).await?;
    let actor =
        actor.ok_or_else(|| DomainError::new(ErrorKind::Internal, "The new session is gone already"))?;
    Ok((token, actor))
}

/// Counts a try as failed until it succeeds, whichever process of the system answers it.
async fn count_try(system: &System, name: &str, address: &str) -> Result<(), DomainError> {
    let mut unit = system.begin_as(UserId(0)).await?;
    let now = unit.now;
    let mut tries = store::sign_in::hold_tries(&mut unit.tx, name, address).await?;
    tries.retain(|earlier| now.since(*earlier) < millis(FAILURE_WINDOW));
    if tries.len() < FAILURES {
        tries.push(now);
        store::sign_in::put_tries(&mut unit.tx, name, address, &tries).await?;
        return unit.finish(system).await;
    }
    let wait = (millis(FAILURE_WINDOW) - now.since(tries[0])).max(0) / 1000 + 1;
    let message = format!("Too many failed tries to sign in. Wait {wait} seconds, then try again");
    Err(DomainError::new(ErrorKind::TooMany, message).with_value("retryAfter", wait))
}

/// Removes failures that no longer count.
pub(crate) async fn sweep_tries(system: &System) -> Result<(), DomainError> {
    let before = minus(system.clock.now(), FAILURE_WINDOW);
    let mut unit = system.begin_as(UserId(0)).await?;
    store::sign_in::sweep_tries(&mut unit.tx, before).await?;
    unit.finish(system).await
}

/// Whose name and password these are; takes as long for names that nobody bears.
async fn check_password(
    system: &System,
    username: &str,
    password: &str,
) -> Result<Option<UserId>, DomainError> {
    let found = store::user::secrets_by_name(&system.db, username).await?;
    let hash = found.as_ref().and_then(|(_, secrets)| secrets.password_hash.as_deref());
    let right = system.passwords.matches(password, hash).await?;
    Ok(found.filter(|(user, _)| right && user.enabled).map(|(user, _)| user.id))
}

/// Opens a session for a user whose identity is established.
///
/// # Errors
/// When there is no such user.
pub async fn open(system: &System, user: UserId) -> Result<Token, DomainError> {
    let token: String = random::bytes::<32>().iter().map(|byte| format!("{byte:02x}")).collect();
    let mut unit = system.begin_as(user).await?;
    let now = unit.now;
    store::session::sweep(&mut unit.tx, minus(now, LONGEST), minus(now, IDLE)).await?;
    store::session::insert(&mut unit.tx, &hash(&token), user, now).await?;
    if store::user::highest_role(&mut unit.tx, user).await? == GlobalRole::Admin {
        store::session::set_admin(&mut unit.tx, &hash(&token), Some(now.plus(ADMIN_SESSION))).await?;
    }
    unit.finish(system).await?;
    Ok(Token(token))
}

/// Who holds that session, if it is still good.
pub async fn authenticate(system: &System, token: &str) -> Result<Option<Arc<Actor>>, DomainError> {
    let token_hash = hash(token);
    let credential = Credential::Session(token_hash);
    let now = system.clock.now();
    let generation = system.known_generation();
    if let Some(known) = recall(system, &credential) {
        return Ok(Some(known.actor));
    }
    let Some(session) = store::session::by_token(&system.db, &token_hash).await? else { return Ok(None) };
    if now.since(session.created) > millis(LONGEST) || now.since(session.last_seen) > millis(IDLE) {
        let mut unit = system.begin_as(session.user).await?;
        store::session::delete(&mut unit.tx, &token_hash).await?;
        unit.finish(system).await?;
        return Ok(None);
    }
    let Some((user, _)) = store::user::secrets_by_id(&system.db, session.user).await? else {
        return Ok(None);
    };
    if !user.enabled {
        return Ok(None);
    }
    if now.since(session.last_seen) > millis(TOUCH) {
        let mut unit = system.begin_as(user.id).await?;
        store::session::touch(&mut unit.tx, &token_hash, now).await?;
        unit.finish(system).await?;
    }
    let known = remember(system, credential, generation, (user, session.admin_until), "").await?;
    Ok(Some(known.actor))
}

/// Whose key that is, if they proved it: `proves` is given the private key.
///
/// # Errors
/// When the database refuses, or the stored key cannot be opened.
pub async fn authenticate_key(
    system: &System,
    public_key: &str,
    proves: impl FnOnce(&str) -> bool,
) -> Result<Option<Arc<Actor>>, DomainError> {
    let credential = Credential::Key(public_key.to_owned());
    let generation = system.known_generation();
    let known = match recall(system, &credential) {
        Some(known) => known,
        None => {
            let found = store::user::secrets_by_public_key(&system.db, public_key).await?;
            let Some((user, secrets)) = found.filter(|(user, _)| user.enabled) else { return Ok(None) };
            let Some(sealed) = secrets.private_key.as_deref() else { return Ok(None) };
            let private_key = system.key.open(user.id, sealed)?;
            let admin_until = secrets.admin_session_until;
            remember(system, credential, generation, (user, admin_until), &private_key).await?
        }
    };
    Ok(proves(&known.private_key).then_some(known.actor))
}

/// Takes a signature that covers its whole request, once.
///
/// # Errors
/// When it was taken before, by whichever process: somebody repeats what they have overheard.
pub async fn use_signature(system: &System, signature: &str, until: Millis) -> Result<(), DomainError> {
    let mut unit = system.begin_as(UserId(0)).await?;
    let now = unit.now;
    store::session::sweep_signatures(&mut unit.tx, now).await?;
    let fresh = store::session::use_signature(&mut unit.tx, &hash(signature), until).await?;
    unit.finish(system).await?;
    if fresh {
        return Ok(());
    }
    Err(DomainError::new(
        ErrorKind::Unauthenticated,
        "This signed request was sent before: sign it again, with the date of now",
    ))
}

fn recall(system: &System, credential: &Credential) -> Option<Known> {
    let now = system.clock.now();
    let generation = system.known_generation();
    system.known.get(credential).filter(|known| now < known.until && known.generation == generation)
}

async fn remember(
    system: &System,
    credential: Credential,
    generation: u64,
    (user, admin_until): (User, Option<Millis>),
    private_key: &str,
) -> Result<Known, DomainError> {
    let now = system.clock.now();
    let role = store::user::highest_role(&system.db, user.id).await?;
    let open = admin_until.filter(|until| *until > now);
    let admin_by_now = role == GlobalRole::SuperAdmin || (role == GlobalRole::Admin && open.is_some());
    let mut until = now.plus(RIGHTS_LIFETIME);
    if let Some(end) = open {
        until = until.min(end);
    }
    let proof = match &credential {
        Credential::Session(token_hash) => Proof::Session(*token_hash),
        Credential::Key(_) => Proof::Key,
    };
    let actor = Arc::new(Actor { user, role, admin_by_now, proof });
    let known = Known { actor, private_key: private_key.into(), until, generation };
    system.known.insert(credential, known.clone());
    Ok(known)
}

/// Ends a session.
pub async fn sign_out(system: &System, token: &str) -> Result<(), DomainError> {
    let mut unit = system.begin_as(UserId(0)).await?;
    store::session::delete(&mut unit.tx, &hash(token)).await?;
    unit.rights_changed();
    unit.finish(system).await
}

/// Opens the admin session of an administrator for two hours, in the session or for the key that the request came by;
/// gives the actor as they are now.
///
/// # Errors
/// When the actor is no administrator.
pub async fn open_admin(system: &System, actor: &Actor) -> Result<Actor, DomainError> {
    access::require(actor, Action::OpenAdminSession)?;
    set_admin(system, actor, Some(system.clock.now().plus(ADMIN_SESSION))).await
}

/// Closes the admin session; gives the actor as they are now.
pub async fn close_admin(system: &System, actor: &Actor) -> Result<Actor, DomainError> {
    set_admin(system, actor, None).await
}

async fn set_admin(system: &System, actor: &Actor, until: Option<Millis>) -> Result<Actor, DomainError> {
    let mut unit = system.begin(actor).await?;
    match &actor.proof {
        Proof::Session(token_hash) => store::session::set_admin(&mut unit.tx, token_hash, until).await?,
        Proof::Key => store::user::set_admin_session(&mut unit.tx, actor.id(), until).await?,
        Proof::System => {}
    }
    unit.rights_changed();
    unit.finish(system).await?;
    let admin_by_now =
        actor.role == GlobalRole::SuperAdmin || (actor.role == GlobalRole::Admin && until.is_some());
    Ok(Actor { admin_by_now, ..actor.clone() })
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn minus(moment: Millis, duration: Duration) -> Millis {
    Millis(moment.0.saturating_sub(millis(duration)))
}
