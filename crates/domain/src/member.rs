//! Members, managers and representatives of projects.

pub(crate) mod seats;

use cytomine_model::{Action, EntityKind, Member, ProjectId, ProjectRole, User, UserId, permission};
use cytomine_store::{self as store, Tx};

use crate::access::{ProjectAccess, Unasked};
use crate::{Actor, DomainError, System, Unit, access};

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
    if access.allows(Action::SeeLayers, None) {
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

/// What happens to a user in a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Becomes a member; a manager stays one.
    Add,
    /// Becomes a member of that role, or is raised or lowered to it.
    Put(ProjectRole),
    /// Is a member no more.
    Remove,
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
    one(system, actor, project, user, Step::Add).await
}

/// Makes users members as one step; managers stay so. Gives those who were refused.
///
/// # Errors
/// Only what concerns all of them, such as the database being out of reach.
pub async fn add_many(
    system: &System,
    actor: &Actor,
    project: ProjectId,
    users: &[UserId],
) -> Result<Vec<(UserId, DomainError)>, DomainError> {
    change(system, actor, project, users, Step::Add).await
}

/// Makes a user a member, or raises or lowers an existing member to `role`.
///
/// # Errors
/// When the actor is no manager, there is no such user, it is a guest who shall become manager, or the last manager
/// who shall be none.
pub async fn put(
    system: &System,
    actor: &Actor,
    project: ProjectId,
    user: UserId,
    role: ProjectRole,
) -> Result<(), DomainError> {
    one(system, actor, project, user, Step::Put(role)).await
}

/// Writes a membership; `known` is what the user was before. Every way to become a member or manager is by this.
///
/// # Errors
/// When there is no such user, or it is a guest who shall become manager.
pub(crate) async fn enter(
    unit: &mut Unit,
    project: ProjectId,
    user: UserId,
    role: ProjectRole,
    known: Option<Member>,
) -> Result<(), DomainError> {
    let rises = role == ProjectRole::Manager && known.is_none_or(|known| known.role < role);
    if known.is_none() && access::unasked::<User>(&mut unit.tx, user, Unasked::Reached).await?.is_none() {
        return Err(DomainError::not_found("User", user));
    }
    if rises && !permission::can_manage(store::user::highest_role(&mut unit.tx, user).await?) {
        return Err(DomainError::forbidden("A guest cannot manage a project; give the user role first"));
    }
    let is_representative = known.is_some_and(|member| member.is_representative);
    let member = Member { project, user, role, is_representative };
    Ok(store::project::put_member(&mut unit.tx, member, unit.now).await?)
}

/// Fails when a change left nobody in charge of a project: no enabled account that manages it and can. The caller holds
/// the project's row, and asks where somebody in charge went or was lowered, by whatever way.
///
/// # Errors
/// When nobody is in charge.
pub(crate) async fn keep_manager(tx: &mut Tx, project: ProjectId) -> Result<(), DomainError> {
    if in_charge(tx, project, None).await? {
        return Ok(());
    }
    Err(DomainError::conflict(
        "A project keeps at least one manager: make another member a manager first, or delete the project",
    ))
}

/// Fails when an account that goes, or can no longer manage, is the only one in charge of a project.
///
/// # Errors
/// With the names of these projects.
pub(crate) async fn keep_managers_without(tx: &mut Tx, user: UserId) -> Result<(), DomainError> {
    let mut left = Vec::new();
    for (project, name) in store::project::managed_by(&mut *tx, user).await? {
        store::rows::hold(&mut *tx, EntityKind::Project, project.0).await?;
        if !in_charge(tx, project, Some(user)).await? {
            left.push(name);
        }
    }
    if left.is_empty() {
        return Ok(());
    }
    let message = format!(
        "Nobody else is in charge of these projects: {}. Give each another manager first, or delete it",
        left.join(", ")
    );
    Err(DomainError::conflict(message).with_value("projectNames", left))
}

/// Whether somebody, other than `without`, is in charge of the project.
async fn in_charge(tx: &mut Tx, project: ProjectId, without: Option<UserId>) -> Result<bool, DomainError> {
    let members = store::project::members(&mut *tx, project).await?;
    let managers = members.iter().filter(|member| member.role == ProjectRole::Manager);
    let managers: Vec<UserId> =
        managers.map(|member| member.user).filter(|user| Some(*user) != without).collect();
    let roles = store::user::highest_roles(&mut *tx, &managers).await?;
    let accounts = store::user::by_ids(&mut *tx, &managers).await?;
    let can = |user: UserId| roles.get(&user).is_some_and(|role| permission::can_manage(*role));
    Ok(accounts.iter().any(|account| account.enabled && can(account.id)))
}

/// Ends a membership. Anyone may leave; removing others needs a manager. The last representative hands over to
/// the actor.
///
/// # Errors
/// When there is no right, or the project would be without a manager.
pub async fn remove(
    system: &System,
    actor: &Actor,
    project: ProjectId,
    user: UserId,
) -> Result<(), DomainError> {
    one(system, actor, project, user, Step::Remove).await
}

/// Ends memberships as one step. Gives those who were refused.
///
/// # Errors
/// Only what concerns all of them, such as the database being out of reach.
pub async fn remove_many(
    system: &System,
    actor: &Actor,
    project: ProjectId,
    users: &[UserId],
) -> Result<Vec<(UserId, DomainError)>, DomainError> {
    change(system, actor, project, users, Step::Remove).await
}

async fn one(
    system: &System,
    actor: &Actor,
    project: ProjectId,
    user: UserId,
    step: Step,
) -> Result<(), DomainError> {
    match change(system, actor, project, &[user], step).await?.pop() {
        Some((_, error)) => Err(error),
        None => Ok(()),
    }
}

/// Takes a step for each user, in one transaction and one command.
async fn change(
    system: &System,
    actor: &Actor,
    project: ProjectId,
    users: &[UserId],
    step: Step,
) -> Result<Vec<(UserId, DomainError)>, DomainError> {
    let mut unit = system.begin_on(actor, EntityKind::Project, project.0).await?;
    let before = seats::now(&mut unit, project).await?;
    let (mut changed, mut refused) = (Vec::new(), Vec::new());
    for user in users {
        unit.tx.savepoint().await?;
        match take(&mut unit, actor, project, *user, step).await {
            Ok(()) => {
                unit.tx.release().await?;
                changed.push(*user);
            }
            Err(error) if error.is_ours() => return Err(error),
            Err(error) => {
                unit.tx.roll_back().await?;
                refused.push((*user, error));
            }
        }
    }
    if seats::note(&mut unit, project, &before).await? {
        let mut names = Vec::new();
        for user in changed {
            names.push(seats::name_of(&mut unit, user).await?);
        }
        let what = match step {
            Step::Add | Step::Put(ProjectRole::Contributor) => "Contributes to the project now",
            Step::Put(ProjectRole::Manager) => "Manages the project now",
            Step::Remove => "Is no member of the project any more",
        };
        unit.commit(system, format!("{what}: {}", names.join(", "))).await?;
    }
    Ok(refused)
}

async fn take(
    unit: &mut Unit,
    actor: &Actor,
    project: ProjectId,
    user: UserId,
    step: Step,
) -> Result<(), DomainError> {
    let access = access::project(&mut unit.tx, actor, project).await?;
    let known = store::project::member_of(&mut unit.tx, project, user).await?;
    let role = match step {
        Step::Add if known.is_some_and(|known| known.role == ProjectRole::Manager) => return Ok(()),
        Step::Add => ProjectRole::Contributor,
        Step::Put(role) => role,
        Step::Remove => return leave(unit, actor, &access, user).await,
    };
    access.require(Action::ManageMembers, None)?;
    enter(unit, project, user, role, known).await?;
    if known.is_some_and(|known| known.role > role) {
        keep_manager(&mut unit.tx, project).await?;
    }
    Ok(())
}

async fn leave(
    unit: &mut Unit,
    actor: &Actor,
    access: &ProjectAccess,
    user: UserId,
) -> Result<(), DomainError> {
    let project = access.project.id;
    access.require(Action::RemoveMember, Some(user))?;
    let known = store::project::member_of(&mut unit.tx, project, user).await?;
    let known = known.ok_or_else(|| DomainError::not_found("Member", user))?;
    store::project::remove_member(&mut unit.tx, project, user).await?;
    if known.role == ProjectRole::Manager {
        keep_manager(&mut unit.tx, project).await?;
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
    Ok(())
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
    let before = seats::now(&mut unit, project).await?;
    let members = store::project::members(&mut unit.tx, project).await?;
    let member = members.iter().find(|member| member.user == user);
    let member = *member.ok_or_else(|| DomainError::not_found("Member", user))?;
    if member.is_representative == is_representative {
        let message = if is_representative { "is a representative already" } else { "is no representative" };
        return Err(DomainError::already_exists(format!("The user {user} {message}")));
    }
    if !is_representative && members.iter().filter(|member| member.is_representative).count() == 1 {
        return Err(last_representative());
    }
    let member = Member { is_representative, ..member };
    store::project::put_member(&mut unit.tx, member, unit.now).await?;
    seats::note(&mut unit, project, &before).await?;
    let name = seats::name_of(&mut unit, user).await?;
    let what =
        if is_representative { "Represents the project now" } else { "Represents the project no more" };
    unit.commit(system, format!("{what}: {name}")).await?;
    Ok(member)
}

fn last_representative() -> DomainError {
    DomainError::forbidden("A project keeps at least one representative: name another first")
}

/// Sets the lists of members and managers of a project, as its form sends them; the actor stays what they are.
///
/// # Errors
/// When a user does not exist or cannot be what the lists say, or nobody would manage the project any more.
pub(crate) async fn replace(
    unit: &mut Unit,
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
            let before = known.iter().find(|member| member.user == *user).copied();
            enter(unit, project, *user, role, before).await?;
        }
    }
    if known.iter().any(|member| member.role == ProjectRole::Manager) {
        keep_manager(&mut unit.tx, project).await?;
    }
    Ok(())
}
