//! A user on the wire (rest-api 4.1). There is no `class`, and no secret of anybody else.

use cytomine_domain::account::UserFields;
use cytomine_domain::keys::KeyPair;
use cytomine_domain::{Actor, DomainError};
use cytomine_model::{self as model, EntityKind, GlobalRole};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::dialect::envelope::OfKind;
use crate::dialect::loose::{Flag, Text};
use crate::dialect::wire::{Ms, Nothing};
use crate::error::ApiError;

/// A user, as anybody may see them.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct User {
    id: i64,
    /// Milliseconds since 1970.
    created: i64,
    updated: Option<i64>,
    deleted: Nothing,
    #[schema(example = "ada")]
    username: String,
    name: String,
    full_name: String,
    firstname: String,
    lastname: String,
    email: String,
    #[schema(example = "EN")]
    language: String,
    is_developer: bool,
    enabled: bool,
    origin: String,
}

impl User {
    /// All keys of a user that anybody may see.
    pub fn of(user: &model::User) -> Self {
        Self {
            id: user.id.0,
            created: user.created.0,
            updated: user.updated.map(|time| time.0),
            deleted: Nothing,
            username: user.username.clone(),
            name: user.name(),
            full_name: user.full_name(),
            firstname: user.firstname.clone(),
            lastname: user.lastname.clone(),
            email: user.email.clone(),
            language: user.language.clone(),
            is_developer: user.is_developer,
            enabled: user.enabled,
            origin: user.origin.clone(),
        }
    }
}

impl OfKind for User {
    const KIND: EntityKind = EntityKind::User;
}

/// A user with the role that they have here: the highest global one, or that in a project.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UserWithRole {
    /// The user.
    #[serde(flatten)]
    pub user: User,
    /// The role: `ROLE_USER` and its like, or in a project `manager`, `contributor`, `representative`.
    pub role: &'static str,
}

/// A user with all global roles.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UserWithRoles {
    /// The user.
    #[serde(flatten)]
    pub user: User,
    /// The highest of them.
    #[schema(example = "ROLE_USER")]
    pub role: Option<&'static str>,
    /// All of them, the lowest first.
    pub roles: Vec<Granted>,
}

/// A global role that a user has.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Granted {
    id: i64,
    #[schema(example = "ROLE_USER")]
    authority: &'static str,
    created: Ms,
    updated: Nothing,
    deleted: Nothing,
}

impl Granted {
    /// All keys of it.
    pub fn of(grant: &model::UserRole) -> Self {
        Self {
            id: grant.role_id.0,
            authority: grant.role.authority(),
            created: grant.created.into(),
            updated: Nothing,
            deleted: Nothing,
        }
    }
}

/// What the roles of the caller amount to, in Cytomine's six words.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Flags {
    /// May administer, once the session is open.
    pub admin: bool,
    /// Is an ordinary user.
    pub user: bool,
    /// Is a guest.
    pub guest: bool,
    /// Whether the administrator's session is open.
    pub admin_by_now: bool,
    /// Whether what users may is open.
    pub user_by_now: bool,
    /// Whether only what guests may is open.
    pub guest_by_now: bool,
}

impl Flags {
    /// Those of an actor.
    pub fn of(actor: &Actor) -> Self {
        let admin = actor.role >= GlobalRole::Admin;
        let user = actor.role >= GlobalRole::User;
        Self {
            admin,
            user: user && !admin,
            guest: !user,
            admin_by_now: actor.admin_by_now,
            user_by_now: user,
            guest_by_now: !user,
        }
    }
}

/// The caller, with what their roles amount to.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Caller {
    #[serde(flatten)]
    user: User,
    #[serde(flatten)]
    flags: Flags,
    /// The role in use.
    #[schema(example = "ROLE_USER")]
    role: &'static str,
}

impl Caller {
    /// The caller: with role flags.
    pub fn of(actor: &Actor) -> Self {
        Self { user: User::of(&actor.user), flags: Flags::of(actor), role: actor.role.authority() }
    }
}

/// The caller, with keys.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CurrentUser {
    #[serde(flatten)]
    caller: Caller,
    public_key: String,
    /// Left out (null) where the request is signed with it.
    private_key: Option<String>,
}

impl CurrentUser {
    /// The caller: with role flags and keys.
    pub fn of(caller: &Actor, keys: KeyPair) -> Self {
        Self {
            caller: Caller::of(caller),
            public_key: keys.public_key.clone(),
            private_key: keys.shown_to(caller),
        }
    }
}

/// What can be said of a user; what is left out of a change stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct UserBody {
    #[schema(example = "ada")]
    username: Text,
    #[schema(example = "Ada")]
    firstname: Text,
    #[schema(example = "Lovelace")]
    lastname: Text,
    #[schema(example = "ada@example.org")]
    email: Text,
    #[schema(example = "EN")]
    language: Text,
    is_developer: Flag,
    /// The same.
    developer: Flag,
    enabled: Flag,
    #[schema(example = "correct horse battery staple")]
    password: Text,
    /// Role of a new user; a change does not read it.
    #[schema(example = "ROLE_USER")]
    role: Text,
}

impl UserBody {
    /// As the domain takes it, with a role for a new user.
    pub(super) fn new_user(mut self) -> Result<UserFields, ApiError> {
        let role = match std::mem::take(&mut self.role).get() {
            None => None,
            Some(name) => Some(GlobalRole::from_authority(&name).ok_or_else(|| {
                let known = GlobalRole::ALL.map(GlobalRole::authority).join(", ");
                DomainError::invalid(format!("`{name}` is no role: give one of {known}"))
            })?),
        };
        Ok(UserFields { role, ..self.fields() })
    }

    /// As the domain takes it, without a role.
    pub(super) fn fields(self) -> UserFields {
        UserFields {
            username: self.username.get(),
            firstname: self.firstname.get(),
            lastname: self.lastname.get(),
            email: self.email.get(),
            language: self.language.get(),
            is_developer: self.is_developer.get().or(self.developer.get()),
            enabled: self.enabled.get(),
            password: self.password.get(),
            role: None,
        }
    }
}

/// A new password.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct PasswordBody {
    /// The new one.
    #[schema(example = "correct horse battery staple")]
    pub(super) password: Text,
    /// The old one; an administrator leaves it out.
    pub(super) old_password: Text,
}

/// That a password was changed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PasswordChanged {
    pub(super) success: bool,
    /// What happened, for people.
    pub(super) message: &'static str,
}

/// A pair of keys.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Keys {
    /// Left out (null) where the request is signed.
    pub(super) private_key: Option<String>,
    pub(super) public_key: String,
}

/// The caller's pair of keys, also under the names that newer clients read.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OwnKeys {
    pub(super) primary_key: String,
    /// Left out (null) where the request is signed with it.
    pub(super) secondary_key: Option<String>,
    pub(super) public_key: String,
    /// Left out (null) where the request is signed with it.
    pub(super) private_key: Option<String>,
}

/// A signature that was made for the caller.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Signature {
    /// HMAC-SHA1 in base64.
    pub(super) signature: String,
    pub(super) public_key: String,
}
