//! What an actor may do with a project and all that belongs to one.

use cytomine_model::{
    Action, EditionMode, GlobalRole, Member, Project, ProjectId, ProjectRole, Standing, UserId, permission,
};
use cytomine_store as store;
use cytomine_store::Executor;

use crate::{Actor, DomainError};

/// A project as one actor meets it. Made only by [`project`], so that whoever holds it may see the project.
#[derive(Clone, Debug)]
pub struct ProjectAccess {
    /// The project, without the numbers of its images and annotations: they stand at 0.
    pub project: Project,
    /// The actor's membership.
    pub member: Option<Member>,
    /// What the actor is in it.
    pub standing: Standing,
    actor: UserId,
}

/// What an actor is in a project, given the membership.
pub fn standing(actor: &Actor, member: Option<&Member>) -> Standing {
    match member {
        Some(member) if member.role == ProjectRole::Manager => Standing::Manager,
        _ if actor.admin_by_now => Standing::Admin,
        Some(_) if actor.role == GlobalRole::Guest => Standing::Guest,
        Some(_) => Standing::Contributor,
        None => actor.standing(),
    }
}

/// Looks up a project that the actor may see.
///
/// # Errors
/// When there is none, or the actor is no member.
pub async fn project(
    mut ex: impl Executor,
    actor: &Actor,
    id: ProjectId,
) -> Result<ProjectAccess, DomainError> {
    let project = store::project::uncounted(&mut ex, id).await?;
    let project = project.ok_or_else(|| DomainError::not_found("Project", id))?;
    let member = store::project::member_of(&mut ex, id, actor.id()).await?;
    let standing = standing(actor, member.as_ref());
    let access = ProjectAccess { project, member, standing, actor: actor.id() };
    access.require(Action::SeeProject, None)?;
    Ok(access)
}

impl ProjectAccess {
    /// Whether the actor may do it; `owner` is whose the touched thing is.
    pub fn allows(&self, action: Action, owner: Option<UserId>) -> bool {
        permission::allowed(action, self.standing, self.project.mode, owner == Some(self.actor))
    }

    /// As [`ProjectAccess::allows`], with words when not.
    ///
    /// # Errors
    /// When the actor may not.
    pub fn require(&self, action: Action, owner: Option<UserId>) -> Result<(), DomainError> {
        if self.allows(action, owner) {
            return Ok(());
        }
        let name = &self.project.name;
        Err(DomainError::forbidden(match (action, self.project.mode) {
            (Action::SeeProject, _) => {
                "You are not a member of this project; ask one of its managers".to_owned()
            }
            (_, EditionMode::ReadOnly) => format!("The project {name} is read-only"),
            (_, EditionMode::Restricted) if owner.is_some() => {
                format!("The project {name} is restricted: only managers change what is not theirs")
            }
            _ => format!("You may not do this in the project {name}; ask one of its managers"),
        }))
    }
}

/// May the actor do something that belongs to no project?
///
/// # Errors
/// When not.
pub fn require(actor: &Actor, action: Action) -> Result<(), DomainError> {
    if permission::allowed(action, actor.standing(), EditionMode::Classic, false) {
        return Ok(());
    }
    Err(DomainError::forbidden(match action {
        Action::ManageUsers => return actor.require_admin(),
        _ => "Guests may not do this; ask an administrator for the user role",
    }))
}
