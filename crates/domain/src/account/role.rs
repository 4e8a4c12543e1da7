//! Global roles: who holds which, giving and taking them.

use std::collections::HashMap;

use cytomine_model::{
    Action, CommandId, EntityKind, GlobalRole, Role, RoleId, User, UserId, UserRole, UserRoleId, permission,
};
use cytomine_store::{self as store, Read, Tx};

use crate::access::Unasked;
use crate::noun::{Deed, Noun, Reach};
use crate::{Actor, DomainError, Outcome, System, Unit, access, member};

/// The global roles there are, lowest first.
pub async fn roles(system: &System) -> Result<Vec<Role>, DomainError> {
    Ok(store::user::roles(&system.db).await?)
}

/// The roles that a user holds, lowest first.
///
/// # Errors
/// When there is no such user.
pub async fn roles_of(system: &System, id: UserId) -> Result<Vec<UserRole>, DomainError> {
    super::get(system, id).await?;
    Ok(store::user::roles_of(&system.db, id).await?)
}

/// The highest role of a user; who holds none counts as a guest.
pub async fn highest_role(system: &System, id: UserId) -> Result<GlobalRole, DomainError> {
    Ok(store::user::highest_role(&system.db, id).await?)
}

/// The highest role of each of these users; who holds none is left out.
pub async fn highest_roles(
    system: &System,
    ids: &[UserId],
) -> Result<HashMap<UserId, GlobalRole>, DomainError> {
    Ok(store::user::highest_roles(&system.db, ids).await?)
}

/// Grants a role.
///
/// # Errors
/// When the actor is no administrator, or the user holds it.
pub async fn grant(
    system: &System,
    actor: &Actor,
    user: UserId,
    role: RoleId,
) -> Result<Outcome<UserRole>, DomainError> {
    access::require(actor, Action::ManageUsers)?;
    let mut unit = system.begin(actor).await?;
    access::get::<User>(&mut unit.tx, actor, user, Deed::See).await?;
    let known = store::user::roles(&mut unit.tx).await?.into_iter().find(|known| known.id == role);
    let known = known.ok_or_else(|| DomainError::not_found("SecRole", role))?;
    let grant = give(&mut unit, actor, user, known).await?;
    unit.rights_changed();
    let message = format!("Role {} given to user {user}", grant.role.authority());
    let done = unit.commit(system, message).await?;
    Ok(Outcome { entity: grant, done })
}

/// Takes a role away.
///
/// # Errors
/// When the actor is no administrator, the user does not hold it, or it is the actor's own administration.
pub async fn revoke(
    system: &System,
    actor: &Actor,
    user: UserId,
    role: RoleId,
) -> Result<Outcome<UserRole>, DomainError> {
    access::require(actor, Action::ManageUsers)?;
    let mut unit = system.begin(actor).await?;
    let held = store::user::roles_of(&mut unit.tx, user).await?;
    let grant = held.into_iter().find(|grant| grant.role_id == role);
    let grant =
        grant.ok_or_else(|| DomainError::not_found("SecUserSecRole", format!("{user}, role={role}")))?;
    take(&mut unit, actor, &grant).await?;
    unit.rights_changed();
    let message = format!("Role {} taken from user {user}", grant.role.authority());
    let done = unit.commit(system, message).await?;
    Ok(Outcome { entity: grant, done })
}

/// Makes `role` the highest role of a user, in one step: lower ones are given, higher ones taken.
///
/// # Errors
/// When the actor is no administrator, or would lose the administration.
pub async fn define_role(
    system: &System,
    actor: &Actor,
    user: UserId,
    role: GlobalRole,
) -> Result<Vec<UserRole>, DomainError> {
    access::require(actor, Action::ManageUsers)?;
    let mut unit = system.begin(actor).await?;
    access::get::<User>(&mut unit.tx, actor, user, Deed::See).await?;
    let held = store::user::roles_of(&mut unit.tx, user).await?;
    let mut changed = false;
    for known in store::user::roles(&mut unit.tx).await? {
        let grant = held.iter().find(|grant| grant.role_id == known.id);
        match grant {
            None if known.role <= role => {
                give(&mut unit, actor, user, known).await?;
                changed = true;
            }
            Some(grant) if known.role > role => {
                take(&mut unit, actor, grant).await?;
                changed = true;
            }
            _ => {}
        }
    }
    if changed {
        unit.rights_changed();
        unit.commit(system, format!("Role {} defined for user {user}", role.authority())).await?;
    } else {
        // What is read next must not wait for a second connection while this one is held.
        drop(unit);
    }
    roles_of(system, user).await
}

async fn give(unit: &mut Unit, actor: &Actor, user: UserId, role: Role) -> Result<UserRole, DomainError> {
    require_grant(actor, role.role)?;
    insert(unit, user, &role).await
}

/// Writes a grant and notes it in the unit. Rights are the caller's question.
pub(super) async fn insert(unit: &mut Unit, user: UserId, role: &Role) -> Result<UserRole, DomainError> {
    let id = UserRoleId(unit.id().await?);
    let grant = UserRole { id, user, role_id: role.id, role: role.role, created: unit.now };
    store::table::insert(&mut unit.tx, &grant)
        .await
        .map_err(DomainError::duplicate("The user holds this role already"))?;
    unit.added(EntityKind::UserRole, &[id.0]);
    Ok(grant)
}

impl Noun for UserRole {
    /// It says nothing that the message does not.
    const SHOWN: bool = false;

    async fn may<E: Read>(&self, _: &mut E, actor: &Actor, deed: Deed) -> Result<Reach, DomainError> {
        if deed != Deed::See {
            access::require(actor, Action::ManageUsers)?;
            require_grant(actor, self.role)?;
        }
        Ok(Reach::OUTSIDE)
    }

    /// Who is the only one in charge of a project stays able to manage it.
    async fn free(tx: &mut Tx, ids: &[UserRoleId], _: CommandId) -> Result<(), DomainError> {
        for id in ids {
            let Some(grant) = access::unasked::<Self>(&mut *tx, *id, Unasked::Reached).await? else {
                continue;
            };
            let left = store::user::roles_of(&mut *tx, grant.user).await?;
            let left = left.iter().filter(|left| !ids.contains(&left.id)).map(|left| left.role);
            if permission::can_manage(grant.role) && !left.into_iter().any(permission::can_manage) {
                member::keep_managers_without(tx, grant.user).await?;
            }
        }
        Ok(())
    }
}

async fn take(unit: &mut Unit, actor: &Actor, grant: &UserRole) -> Result<(), DomainError> {
    if grant.user == actor.id() && grant.role >= GlobalRole::Admin && actor.role < GlobalRole::SuperAdmin {
        return Err(DomainError::forbidden(
            "You cannot take the administration away from yourself: ask another administrator",
        ));
    }
    require_grant(actor, grant.role)?;
    unit.free::<UserRole>(&[grant.id]).await?;
    unit.deleted(EntityKind::UserRole, &[grant.id.0]).await?;
    Ok(())
}

/// Only a super administrator makes one.
pub(super) fn require_grant(actor: &Actor, role: GlobalRole) -> Result<(), DomainError> {
    if !permission::outranks(actor.role, role) {
        return Err(DomainError::forbidden("Only a super administrator gives or takes this role"));
    }
    Ok(())
}

/// Whoever may change the password or read the key of an account can become it; so administrators leave the
/// accounts of super administrators alone.
pub(crate) async fn require_rank(ex: impl Read, actor: &Actor, user: UserId) -> Result<(), DomainError> {
    if user != actor.id() && !permission::outranks(actor.role, store::user::highest_role(ex, user).await?) {
        return Err(DomainError::forbidden(
            "This account is a super administrator's: only a super administrator manages it",
        ));
    }
    Ok(())
}
