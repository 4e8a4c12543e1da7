//! Global roles and grants of them on the wire (rest-api 4.2).

use cytomine_model::{self as model, EntityKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::dialect::class::{ROLE, java_class};
use crate::dialect::envelope::OfKind;
use crate::dialect::loose::Id;
use crate::dialect::wire::{Ms, Nothing};

/// A global role.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Role {
    class: &'static str,
    id: i64,
    created: Nothing,
    updated: Nothing,
    #[schema(example = "ROLE_USER")]
    authority: &'static str,
}

impl Role {
    /// All keys of a role.
    pub fn of(role: &model::Role) -> Self {
        Self {
            class: ROLE,
            id: role.id.0,
            created: Nothing,
            updated: Nothing,
            authority: role.role.authority(),
        }
    }
}

/// The grant of a global role to a user, in both spellings.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserRole {
    class: &'static str,
    id: i64,
    created: Ms,
    updated: Nothing,
    user: i64,
    user_id: i64,
    role: i64,
    role_id: i64,
    #[schema(example = "ROLE_USER")]
    authority: &'static str,
}

impl UserRole {
    /// All keys of a grant.
    pub fn of(grant: &model::UserRole) -> Self {
        Self {
            class: java_class(EntityKind::UserRole),
            id: grant.id.0,
            created: grant.created.into(),
            updated: Nothing,
            user: grant.user.0,
            user_id: grant.user.0,
            role: grant.role_id.0,
            role_id: grant.role_id.0,
            authority: grant.role.authority(),
        }
    }
}

impl OfKind for UserRole {
    const KIND: EntityKind = EntityKind::UserRole;
}

/// A role to be granted.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct RoleBody {
    /// The role.
    pub(super) role: Id,
    /// The same.
    pub(super) role_id: Id,
}
