//! Accounts and global roles.

use serde::{Deserialize, Serialize};

use crate::{Millis, RoleId, UserId, UserRoleId};

/// An account. Secrets (password hash, private key) are not part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Id.
    pub id: UserId,
    /// Name to sign in with, unique among living users.
    pub username: String,
    /// Given name.
    pub firstname: String,
    /// Family name.
    pub lastname: String,
    /// Address; not unique.
    pub email: String,
    /// Two-letter language code in capitals.
    pub language: String,
    /// Shows ids in the user interface.
    pub is_developer: bool,
    /// False: may not sign in.
    pub enabled: bool,
    /// Where the account came from (`LOCAL`, `OIDC`).
    pub origin: String,
    /// Public part of the key pair, once one was made.
    pub public_key: Option<String>,
    /// When it was made.
    pub created: Millis,
    /// When it was last changed.
    pub updated: Option<Millis>,
}

impl User {
    /// First and last name, or the username where both are blank.
    pub fn name(&self) -> String {
        let name = format!("{} {}", self.firstname.trim(), self.lastname.trim());
        let name = name.trim();
        if name.is_empty() { self.username.clone() } else { name.to_owned() }
    }

    /// `name (username)`, or the username alone.
    pub fn full_name(&self) -> String {
        let name = self.name();
        if name == self.username { name } else { format!("{name} ({})", self.username) }
    }
}

/// A global role; each includes the lower ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum GlobalRole {
    /// Annotates where invited.
    Guest,
    /// Creates projects, ontologies, uploads.
    User,
    /// Administers, once the admin session is open.
    Admin,
    /// Always administers.
    SuperAdmin,
}

impl GlobalRole {
    /// All roles, lowest first.
    pub const ALL: [Self; 4] = [Self::Guest, Self::User, Self::Admin, Self::SuperAdmin];

    /// Cytomine's name of it.
    pub fn authority(self) -> &'static str {
        match self {
            Self::Guest => "ROLE_GUEST",
            Self::User => "ROLE_USER",
            Self::Admin => "ROLE_ADMIN",
            Self::SuperAdmin => "ROLE_SUPER_ADMIN",
        }
    }

    /// The role of that name.
    pub fn from_authority(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.authority() == name)
    }
}

/// A role as an entity with an id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// Id.
    pub id: RoleId,
    /// Which role.
    pub role: GlobalRole,
}

/// The grant of a role to a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRole {
    /// Id of the grant.
    pub id: UserRoleId,
    /// Who holds it.
    pub user: UserId,
    /// Id of the role.
    pub role_id: RoleId,
    /// Which role.
    pub role: GlobalRole,
    /// Since when.
    pub created: Millis,
}
