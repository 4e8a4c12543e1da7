//! Members, managers and representatives of projects.

use cytomine_model::{Action, EntityKind, GlobalRole, Member, ProjectId, ProjectRole, User, UserId};
use cytomine_store as store;

use crate::noun::Deed;
use crate::{Actor, DomainError, System, access};

/// The members of a project that the actor may see, managers first.
///
/// # Errors
/// When there is no such project, or the actor is no member.
pub async fn list(system: &System, actor: &Actor, id: ProjectId) -> Result<Vec<Member>, DomainError> {
    access::project(&system.db, actor, id).await?;
    Ok(store::project::members(&system.db, id).await?)
}

/// The members whose layers the actor sees (rest-api 3.4).
///
/// # Errors
/// When there is no such project, or the actor is no member.
pub async fn layers(system: &System, actor: &Actor, id: ProjectId) -> Result<Vec<Member>, DomainError> {
    let access = access::project(&system.db, actor, id).await?;
    let members = store::project::members(&system.db, id).await?;
    if access.allows(Action::EditProject, None) {
        return Ok(members);
    }
    let project = access.project;
    Ok(members
        .into_iter()
        .filter(|member| match member.role {
            _ if member.user == actor.id() => true,
            ProjectRole::Manager => !project.hide_admins_layers,
            ProjectRole::Contributor => !project.hide_users_layers,
        })
        .collect())
}

/// Makes a user a member; a manager stays one.
///
/// # Errors
/// As [`put`].
pub async fn add(
    system: &System,
    actor: &Actor,
    project: ProjectId,
    user: UserId,
) -> Result<(), DomainError> {
    let members = list(system, actor, project).await?;
    if members.iter().any(|member| member.user == user && member.role == ProjectRole::Manager) {
        return Ok(());
    }
    put(system, actor, project, user, ProjectRole::Contributor).await
}

/// Makes a user a member, or raises or lowers an existing member to `role`.
///
/// # Errors
/// When the actor is no manager, there is no such user, or it is a guest who shall become manager.
pub async fn put(
    system: &System,
    actor: &Actor,
    project: ProjectId,
    user: UserId,
    role: ProjectRole,
) -> Result<(), DomainError> {
    let mut unit = system.begin_on(actor, EntityKind::Project, project.0).await?;
    let access = access::project(&mut unit.tx, actor, project).await?;
    access.require(Action::ManageMembers, None)?;
    access::get::<User>(&mut unit.tx, actor, user, Deed::See).await?;
    if role == ProjectRole::Manager
        && store::user::highest_role(&mut unit.tx, user).await? == GlobalRole::Guest
    {
        return Err(DomainError::forbidden("A guest cannot manage a project; give the user role first"));
    }
    let known = store::project::member_of(&mut unit.tx, project, user).await?;
    let is_representative = known.is_some_and(|member| member.is_representative);
    let member = Member { project, user, role, is_representative };
    store::project::put_member(&mut unit.tx, member, unit.now).await?;
    unit.rights_changed();
    unit.finish(system).await
}

/// Ends a membership. Anyone may leave; removing others needs a manager. The last representative hands over to
/// the actor.
///
/// # Errors
/// When there is no right.
pub async fn remove(
    system: &System,
    actor: &Actor,
    project: ProjectId,
    user: UserId,
) -> Result<(), DomainError> {
    let mut unit = system.begin_on(actor, EntityKind::Project, project.0).await?;
    let access = access::project(&mut unit.tx, actor, project).await?;
    if user != actor.id() {
        access.require(Action::ManageMembers, None)?;
    }
    if !store::project::remove_member(&mut unit.tx, project, user).await? {
        return Err(DomainError::not_found("Member", user));
    }
    store::default_layer::remove(&mut unit.tx, project, user).await?;
    let left = store::project::members(&mut unit.tx, project).await?;
    if !left.iter().any(|member| member.is_representative) {
        let heir = left
            .iter()
            .find(|member| member.user == actor.id())
            .or_else(|| left.iter().find(|member| member.role == ProjectRole::Manager));
        if let Some(heir) = heir {
            let heir = Member { is_representative: true, ..*heir };
            store::project::put_member(&mut unit.tx, heir, unit.now).await?;
        }
    }
    unit.rights_changed();
    unit.finish(system).await
}

/// Makes a member a representative, or ends that.
///
/// # Errors
/// When the actor is no manager, the user no member, or the last representative would go.
pub async fn set_representative(
    system: &System,
    actor: &Actor,
    project: ProjectId,
    user: UserId,
    is_representative: bool,
) -> Result<Member, DomainError> {
    let mut unit = system.begin_on(actor, EntityKind::Project, project.0).await?;
    let access = access::project(&mut unit.tx, actor, project).await?;
    access.require(Action::EditProject, None)?;
    let members = store::project::members(&mut unit.tx, project).await?;
    let member = members.iter().find(|member| member.user == user);
    let member = *member.ok_or_else(|| DomainError::not_found("Member", user))?;
    if member.is_representative == is_representative {
        let message = if is_representative { "is a representative already" } else { "is no representative" };
        return Err(DomainError::already_exists(format!("The user {user} {message}")));
    }
    if !is_representative && members.iter().filter(|member| member.is_representative).count() == 1 {
        return Err(DomainError::forbidden(
            "A project keeps at least one representative: name another first",
        ));
    }
    let member = Member { is_representative, ..member };
    store::project::put_member(&mut unit.tx, member, unit.now).await?;
    unit.finish(system).await?;
    Ok(member)
}

/// Sets the lists of members and managers of a project, as its form sends them; the actor stays what they are.
///
/// # Errors
/// When a user does not exist.
pub(crate) async fn replace(
    unit: &mut crate::Unit,
    actor: &Actor,
    project: ProjectId,
    users: Option<&[UserId]>,
    admins: Option<&[UserId]>,
) -> Result<(), DomainError> {
    let known = store::project::members(&mut unit.tx, project).await?;
    for (list, role) in [(users, ProjectRole::Contributor), (admins, ProjectRole::Manager)] {
        let Some(list) = list else { continue };
        for member in known.iter().filter(|member| member.role == role && member.user != actor.id()) {
            let wanted = |list: Option<&[UserId]>| list.is_some_and(|list| list.contains(&member.user));
            if !wanted(users) && !wanted(admins) {
                store::project::remove_member(&mut unit.tx, project, member.user).await?;
            }
        }
        for user in list.iter().filter(|user| **user != actor.id()) {
            // A user on both lists is a manager: that list comes second.
            let is_representative =
                known.iter().any(|member| member.user == *user && member.is_representative);
            let member = Member { project, user: *user, role, is_representative };
            store::project::put_member(&mut unit.tx, member, unit.now).await?;
        }
    }
    Ok(())
}
