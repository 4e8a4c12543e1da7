//! Accounts: what people do with them, and what the command line does.

mod look;
mod role;

use cytomine_model::{Action, CommandId, EntityKind, GlobalRole, Page, Sort, User, UserId};
use cytomine_store::{self as store, Read, Tx};

use crate::access::Unasked;
use crate::noun::{Deed, Noun, Reach};
use crate::password::{self, random_password};
use crate::unit::bulk::{self, New};
use crate::{Actor, DomainError, Outcome, Proof, System, Unit, access, member, name, storage};

use role::require_grant;
pub(crate) use role::require_rank;
pub use role::{define_role, grant, highest_role, highest_roles, revoke, roles, roles_of};

/// Name of the first administrator.
pub const ADMIN: &str = "admin";

/// What a client says about an account; on an edit, absent fields keep their value.
#[derive(Clone, Default)]
pub struct UserFields {
    /// Name to sign in with.
    pub username: Option<String>,
    /// Given name.
    pub firstname: Option<String>,
    /// Family name.
    pub lastname: Option<String>,
    /// Address.
    pub email: Option<String>,
    /// Two-letter language code.
    pub language: Option<String>,
    /// Shows ids in the user interface.
    pub is_developer: Option<bool>,
    /// May sign in.
    pub enabled: Option<bool>,
    /// Password in clear; absent: none, or unchanged.
    pub password: Option<String>,
    /// Highest global role, on creation; lower ones come with it.
    pub role: Option<GlobalRole>,
}

/// A user by id.
///
/// # Errors
/// When there is none.
pub async fn get(system: &System, id: UserId) -> Result<User, DomainError> {
    access::unasked(&system.db, id, Unasked::System).await?.ok_or_else(|| DomainError::not_found("User", id))
}

/// A user by id or name.
///
/// # Errors
/// When there is none.
pub async fn find(system: &System, id_or_name: &str) -> Result<User, DomainError> {
    match id_or_name.parse() {
        Ok(id) => get(system, UserId(id)).await,
        Err(_) => by_name(system, id_or_name).await,
    }
}

/// A user by name.
///
/// # Errors
/// When there is none.
pub async fn by_name(system: &System, username: &str) -> Result<User, DomainError> {
    let found = store::user::secrets_by_name(&system.db, username).await?;
    Ok(found.ok_or_else(|| unknown(username))?.0)
}

/// Users with these ids, in their order.
pub async fn by_ids(system: &System, ids: &[UserId]) -> Result<Vec<User>, DomainError> {
    let mut users = store::user::by_ids(&system.db, ids).await?;
    users.sort_by_key(|user| ids.iter().position(|id| *id == user.id));
    Ok(users)
}

/// A page of all users, and how many there are; names are no secret among users.
pub async fn list(
    system: &System,
    full_name: Option<&str>,
    sort: Option<&Sort>,
    page: Page,
) -> Result<(Vec<User>, i64), DomainError> {
    Ok(store::user::list(&system.db, full_name, sort, page).await?)
}

/// Makes an account with its roles and a storage of its own.
///
/// # Errors
/// When the actor is no administrator, or the name is missing or taken.
pub async fn create(
    system: &System,
    actor: &Actor,
    fields: UserFields,
) -> Result<Outcome<User>, DomainError> {
    bulk::create(system, actor, NewUser::of(fields)).await
}

/// An account to be made.
#[derive(Clone)]
pub struct NewUser {
    /// What the client says.
    pub fields: UserFields,
    hash: Option<String>,
}

impl NewUser {
    /// What a client says about it.
    pub fn of(fields: UserFields) -> Self {
        Self { fields, hash: None }
    }
}

impl New for NewUser {
    type Made = User;

    async fn prepare(&mut self, system: &System, actor: &Actor) -> Result<(), DomainError> {
        access::require(actor, Action::ManageUsers)?;
        require_grant(actor, self.fields.role.unwrap_or(GlobalRole::User))?;
        self.hash = hashed(system, self.fields.password.as_deref()).await?;
        Ok(())
    }

    async fn write(self, unit: &mut Unit, _: &Actor) -> Result<(User, String), DomainError> {
        let user = write_new(unit, &self.fields, self.hash.as_deref()).await?;
        let message = format!("User {} added", user.username);
        Ok((user, message))
    }
}

/// Makes an account from the command line, which acts with the rights of whoever may write the data.
///
/// # Errors
/// When the name is missing or taken.
pub async fn add_from_command_line(system: &System, fields: UserFields) -> Result<User, DomainError> {
    let hash = hashed(system, fields.password.as_deref()).await?;
    let mut unit = system.begin_as(UserId(0)).await?;
    let user = write_new(&mut unit, &fields, hash.as_deref()).await?;
    unit.rights_changed();
    unit.finish(system).await?;
    Ok(user)
}

/// A user as actor of the command line, which acts with all rights that the account can have: whoever may write
/// the data needs no session.
///
/// # Errors
/// When there is no such user.
pub async fn actor_for_command_line(system: &System, username: &str) -> Result<Actor, DomainError> {
    let user = by_name(system, username).await?;
    let role = store::user::highest_role(&system.db, user.id).await?;
    Ok(Actor { user, role, admin_by_now: role >= GlobalRole::Admin, proof: Proof::System })
}

/// Makes the account `admin` where there is none, with the given password or one made up, which is returned.
pub async fn ensure_admin(system: &System, password: Option<String>) -> Result<Option<String>, DomainError> {
    let _turn = system.db.turn().await?;
    if store::user::secrets_by_name(&system.db, ADMIN).await?.is_some() {
        return Ok(None);
    }
    let made_up = password.is_none().then(random_password);
    let fields = UserFields {
        username: Some(ADMIN.to_owned()),
        firstname: Some("Just an".to_owned()),
        lastname: Some("Admin".to_owned()),
        password: made_up.clone().or(password),
        role: Some(GlobalRole::Admin),
        ..UserFields::default()
    };
    match add_from_command_line(system, fields).await {
        // A command line was quicker.
        Err(error) if error.kind == cytomine_model::ErrorKind::AlreadyExists => Ok(None),
        other => other.map(|_| made_up),
    }
}

async fn write_new(unit: &mut Unit, fields: &UserFields, hash: Option<&str>) -> Result<User, DomainError> {
    let mut user = User {
        id: UserId(unit.id().await?),
        username: String::new(),
        firstname: String::new(),
        lastname: String::new(),
        email: String::new(),
        language: "EN".to_owned(),
        is_developer: false,
        enabled: true,
        origin: "LOCAL".to_owned(),
        public_key: None,
        created: unit.now,
        updated: None,
    };
    apply(&mut user, fields)?;
    look::require_own(&mut unit.tx, &user).await?;
    store::table::insert(&mut unit.tx, &user).await?;
    if let Some(hash) = hash {
        store::user::set_password(&mut unit.tx, user.id, hash).await?;
    }
    unit.added(EntityKind::User, &[user.id.0]);
    let highest = fields.role.unwrap_or(GlobalRole::User);
    // A guest holds one role; from user on, the lower ones come along except guest, which would say nothing.
    let held = |role: GlobalRole| role == highest || (role < highest && role >= GlobalRole::User);
    for role in store::user::roles(&mut unit.tx).await?.into_iter().filter(|role| held(role.role)) {
        role::insert(unit, user.id, &role).await?;
    }
    let storage = storage::insert(unit, user.id, &format!("{} storage", user.username)).await?;
    unit.added(EntityKind::Storage, &[storage.id.0]);
    Ok(user)
}

/// Changes an account: an administrator any, everyone their own (but for `enabled` and, see [`change_password`],
/// the password). Roles are not changed here.
///
/// # Errors
/// When there is no right, or the name is taken.
pub async fn update(
    system: &System,
    actor: &Actor,
    id: UserId,
    fields: UserFields,
) -> Result<Outcome<User>, DomainError> {
    get(system, id).await?;
    access::require_on(actor, Action::EditAccount, Some(id))?;
    if fields.password.is_some() && access::require(actor, Action::ManageUsers).is_err() {
        return Err(DomainError::forbidden(
            "A new password for yourself needs the old one: PUT user/{id}/password.json with `oldPassword` and \
             `password`",
        ));
    }
    let hash = hashed(system, fields.password.as_deref()).await?;
    let mut unit = system.begin_on(actor, EntityKind::User, id.0).await?;
    let before: User = access::get(&mut unit.tx, actor, id, Deed::Edit).await?;
    // Clients send the whole model back; what did not change needs no right of its own.
    if fields.enabled.is_some_and(|enabled| enabled != before.enabled) {
        access::require(actor, Action::ManageUsers)?;
    }
    let mut user = before.clone();
    if before.username == ADMIN && fields.username.as_deref().is_some_and(|name| name != ADMIN) {
        return Err(DomainError::forbidden("The account admin keeps its name"));
    }
    apply(&mut user, &fields)?;
    user.updated = Some(unit.now);
    if user.username != before.username {
        look::require_own(&mut unit.tx, &user).await?;
    }
    store::table::update(&mut unit.tx, &before, &user).await?;
    if let Some(hash) = &hash {
        store::user::set_password(&mut unit.tx, id, hash).await?;
    }
    if hash.is_some() || user.enabled != before.enabled {
        end_sessions(&mut unit.tx, id).await?;
    }
    unit.edited(&before, &user);
    unit.rights_changed();
    let done = unit.commit(system, format!("User {} edited", user.username)).await?;
    Ok(Outcome { entity: user, done })
}

/// Gives a new password: to oneself with the old one, to anybody as administrator. All sessions of the account end.
///
/// # Errors
/// When the old one is wrong or missing.
pub async fn change_password(
    system: &System,
    actor: &Actor,
    id: UserId,
    old: Option<&str>,
    new: &str,
) -> Result<(), DomainError> {
    access::require_on(actor, Action::EditAccount, Some(id))?;
    if old.is_none() {
        access::require(actor, Action::ManageUsers)?;
    }
    if let Some(old) = old.filter(|_| id == actor.id()) {
        let found = store::user::secrets_by_id(&system.db, id).await?;
        let hash = found.and_then(|(_, secrets)| secrets.password_hash);
        if !system.passwords.matches(old, hash.as_deref()).await? {
            return Err(DomainError::forbidden("The old password is wrong"));
        }
    }
    get(system, id).await?;
    require_rank(&system.db, actor, id).await?;
    write_password(system, id, new).await
}

/// Gives a new password from the command line.
///
/// # Errors
/// When there is no such user.
pub async fn set_password_from_command_line(
    system: &System,
    username: &str,
    new: &str,
) -> Result<(), DomainError> {
    let user = by_name(system, username).await?;
    write_password(system, user.id, new).await
}

async fn write_password(system: &System, id: UserId, new: &str) -> Result<(), DomainError> {
    let hash = hashed(system, Some(new)).await?.unwrap_or_default();
    let mut unit = system.begin_as(id).await?;
    store::user::set_password(&mut unit.tx, id, &hash).await?;
    end_sessions(&mut unit.tx, id).await?;
    unit.rights_changed();
    unit.finish(system).await
}

/// Ends all sessions of an account for good, and the administrator's session of its key.
pub(crate) async fn end_sessions(tx: &mut Tx, id: UserId) -> Result<(), DomainError> {
    store::session::delete_of_user(&mut *tx, id).await?;
    Ok(store::user::set_admin_session(&mut *tx, id, None).await?)
}

/// Deletes an account.
///
/// # Errors
/// When the actor is no administrator, it is `admin` or the actor's own, or its storages hold files.
pub async fn delete(system: &System, actor: &Actor, id: UserId) -> Result<Outcome<User>, DomainError> {
    access::require(actor, Action::ManageUsers)?;
    let mut unit = system.begin(actor).await?;
    let user: User = access::get(&mut unit.tx, actor, id, Deed::See).await?;
    if user.username == ADMIN || id == actor.id() {
        return Err(DomainError::forbidden(format!("The account {} cannot be deleted", user.username)));
    }
    require_rank(&mut unit.tx, actor, id).await?;
    unit.free::<User>(&[id]).await?;
    unit.deleted(EntityKind::User, &[id.0]).await?;
    end_sessions(&mut unit.tx, id).await?;
    unit.rights_changed();
    let done = unit.commit(system, format!("User {} deleted", user.username)).await?;
    Ok(Outcome { entity: user, done })
}

impl Noun for User {
    /// Names are no secret among users. Everyone changes their own account, an administrator those of no higher rank.
    async fn may<E: Read>(&self, ex: &mut E, actor: &Actor, deed: Deed) -> Result<Reach, DomainError> {
        match deed {
            Deed::See => return Ok(Reach::OUTSIDE),
            Deed::Edit | Deed::Describe => access::require_on(actor, Action::EditAccount, Some(self.id))?,
            Deed::Add | Deed::Delete => access::require(actor, Action::ManageUsers)?,
        }
        require_rank(ex, actor, self.id).await?;
        Ok(Reach::OUTSIDE)
    }

    async fn free(tx: &mut Tx, ids: &[UserId], command: CommandId) -> Result<(), DomainError> {
        for id in ids {
            member::keep_managers_without(tx, *id).await?;
            let files = store::user::files_in_storages(&mut *tx, *id, command).await?;
            if files > 0 {
                let name = access::unasked::<Self>(&mut *tx, *id, Unasked::Reached).await?;
                let name = name.map(|user| user.username).unwrap_or_default();
                return Err(DomainError::invalid(format!(
                    "The storages of {name} hold {files} files: delete them first, or disable the account"
                )));
            }
        }
        Ok(())
    }
}

pub(crate) async fn hashed(system: &System, password: Option<&str>) -> Result<Option<String>, DomainError> {
    let Some(password) = password else { return Ok(None) };
    if password.is_empty() || password.len() > password::LONGEST {
        return Err(DomainError::invalid("A password has 1 to 1,000 bytes: choose another one"));
    }
    system.passwords.hash(password).await.map(Some)
}

fn apply(user: &mut User, fields: &UserFields) -> Result<(), DomainError> {
    let wanted = fields.username.as_deref().map_or(user.username.as_str(), str::trim);
    // Clients send the whole model back; an old name stays as it was written.
    if wanted != user.username || wanted.is_empty() {
        name::readable("username", wanted)?;
        user.username = look::written(wanted)?;
    }
    for (key, value, field) in [
        ("firstname", &fields.firstname, &mut user.firstname),
        ("lastname", &fields.lastname, &mut user.lastname),
        ("email", &fields.email, &mut user.email),
    ] {
        if let Some(value) = value {
            name::readable(key, value.trim())?;
            value.trim().clone_into(field);
        }
    }
    if let Some(language) = &fields.language {
        user.language = language.to_uppercase();
    }
    user.is_developer = fields.is_developer.unwrap_or(user.is_developer);
    user.enabled = fields.enabled.unwrap_or(user.enabled);
    Ok(())
}

/// The error for a name that another account bears.
fn taken(name: &str) -> DomainError {
    DomainError::already_exists(format!("An account named {name} exists already; choose another name"))
}

/// The error for a name that no account bears.
pub(crate) fn unknown(username: &str) -> DomainError {
    let message = format!("There is no account named {username}; `cytomine user list` shows all");
    DomainError::new(cytomine_model::ErrorKind::NotFound, message)
}
