//! What an actor may do: with a project and all that belongs to one, and with any entity. Rows come out of the store
//! sealed ([`Found`](store::table::Found)); they are opened here and nowhere else, after the right was asked, or by a
//! name for why nobody needs one.
#![allow(clippy::disallowed_methods, reason = "this is the one place that opens what the store finds")]

use std::collections::HashMap;
use std::pin::Pin;

use cytomine_model::{
    Action, EditionMode, EntityKind, GlobalRole, May, Member, Project, ProjectId, ProjectRole, Standing,
    Thing, UserId, permission,
};
use cytomine_store::table::{self, Table};
use cytomine_store::{self as store, Read};

use crate::noun::{self, Noun};
pub use crate::noun::{Deed, Reach};
use crate::{Actor, DomainError};

/// The entity, for an actor who may do this with it. Its numbers that cost a scan are 0.
///
/// # Errors
/// When there is none, or the actor may not.
pub(crate) async fn get<T: Noun>(
    ex: impl Read,
    actor: &Actor,
    id: T::Id,
    deed: Deed,
) -> Result<T, DomainError> {
    Ok(reach(ex, actor, id, deed).await?.0)
}

/// As [`get`], with what the entity was reached by.
///
/// # Errors
/// As [`get`].
pub(crate) async fn reach<T: Noun>(
    mut ex: impl Read,
    actor: &Actor,
    id: T::Id,
    deed: Deed,
) -> Result<(T, Reach), DomainError> {
    let found = table::by_id::<T>(&mut ex, id, false).await?;
    let entity = found.ok_or_else(|| DomainError::not_found(T::KIND.name(), id))?.open();
    let reach = entity.may(&mut ex, actor, deed).await?;
    Ok((entity, reach))
}

/// The one way to ask for a right on an entity of any kind, for what hangs on it.
///
/// # Errors
/// When there is none, or the actor may not.
pub(crate) fn on<'a, E: Read>(
    ex: &'a mut E,
    actor: &'a Actor,
    subject: (EntityKind, i64),
    deed: Deed,
) -> Pin<Box<dyn Future<Output = Result<Reach, DomainError>> + Send + 'a>> {
    // A type of its own: a property on a property would ask here again.
    Box::pin(async move {
        let reach = noun::may(ex, actor, subject, deed).await?;
        reach.ok_or_else(|| DomainError::not_found(subject.0.name(), subject.1))
    })
}

/// Why nobody's right is asked for a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unasked {
    /// The right was asked of what leads here: the project of an image, the image of a plane.
    Reached,
    /// The right follows from the row, and is asked next.
    AskedNext,
    /// The system's own work: jobs, its start, the command line.
    System,
    /// Undo asks after it has brought everything back.
    Undo,
}

/// The entity, without asking for a right. Its numbers that cost a scan are 0.
pub(crate) async fn unasked<T: Table>(
    ex: impl Read,
    id: T::Id,
    _why: Unasked,
) -> Result<Option<T>, DomainError> {
    Ok(table::by_id::<T>(ex, id, false).await?.map(table::Found::open))
}

/// As [`unasked`], with all numbers.
pub(crate) async fn counted<T: Table>(
    ex: impl Read,
    id: T::Id,
    _why: Unasked,
) -> Result<Option<T>, DomainError> {
    Ok(table::by_id::<T>(ex, id, true).await?.map(table::Found::open))
}

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
        Some(member) if member.role == ProjectRole::Manager && permission::can_manage(actor.role) => {
            Standing::Manager
        }
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
pub async fn project(mut ex: impl Read, actor: &Actor, id: ProjectId) -> Result<ProjectAccess, DomainError> {
    let project = unasked::<Project>(&mut ex, id, Unasked::AskedNext).await?;
    let project = project.ok_or_else(|| DomainError::not_found("Project", id))?;
    meet(ex, actor, project).await
}

/// A project that was read, as the actor meets it.
///
/// # Errors
/// When the actor is no member.
pub(crate) async fn meet(
    ex: impl Read,
    actor: &Actor,
    project: Project,
) -> Result<ProjectAccess, DomainError> {
    let member = store::project::member_of(ex, project.id, actor.id()).await?;
    let standing = standing(actor, member.as_ref());
    let access = ProjectAccess { project, member, standing, actor: actor.id() };
    access.require(Action::SeeProject, None)?;
    Ok(access)
}

/// A project as somebody meets it, as far as rights need it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Met {
    /// What the actor is in it.
    pub(crate) standing: Standing,
    /// Its mode.
    pub(crate) mode: EditionMode,
    /// The actor.
    pub(crate) actor: UserId,
}

impl Met {
    /// What the actor may do with a thing in the project; `owner` is whose it is.
    pub(crate) fn may(self, thing: Thing, owner: Option<UserId>) -> May {
        May::of(thing, self.standing, self.mode, owner == Some(self.actor))
    }
}

/// The actor's standing in each of these projects, by one query; nothing is refused. For answers about what the actor
/// sees anyway.
pub(crate) async fn standings(
    ex: impl Read,
    actor: &Actor,
    projects: &[ProjectId],
) -> Result<HashMap<ProjectId, Met>, DomainError> {
    let met = store::project::met_by(ex, actor.id(), projects).await?;
    let met = met.into_iter().map(|(project, mode, member)| {
        (project, Met { standing: standing(actor, member.as_ref()), mode, actor: actor.id() })
    });
    Ok(met.collect())
}

impl ProjectAccess {
    /// The project as rights need it.
    pub(crate) fn met(&self) -> Met {
        Met { standing: self.standing, mode: self.project.mode, actor: self.actor }
    }

    /// What the actor may do with a thing in the project; `owner` is whose it is.
    pub fn may(&self, thing: Thing, owner: Option<UserId>) -> May {
        self.met().may(thing, owner)
    }

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
            (_, EditionMode::Restricted) if owner.is_some() && action.thing() != Thing::Membership => {
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
    require_on(actor, action, None)
}

/// May the actor do something to what lies in no project? `owner` is whose it is.
///
/// # Errors
/// When not.
pub fn require_on(actor: &Actor, action: Action, owner: Option<UserId>) -> Result<(), DomainError> {
    if permission::allowed(action, actor.standing(), EditionMode::Classic, owner == Some(actor.id())) {
        return Ok(());
    }
    Err(DomainError::forbidden(match (action, actor.standing()) {
        (Action::CreateProject, _) => "Guests cannot create projects; ask an administrator for the user role",
        (Action::CreateOntology | Action::Upload, _)
        | (Action::FillStorage | Action::EditSlide, Standing::GuestOutside) => {
            "Guests may not do this; ask an administrator for the user role"
        }
        (Action::SeeStorage | Action::EditStorage | Action::FillStorage | Action::EditSlide, _) => {
            "This storage belongs to somebody else; choose one of your own"
        }
        (Action::CreateTag | Action::DescribeOther, _) | (Action::EditTag, Standing::GuestOutside) => {
            "Guests may not do this; ask an administrator for the user role"
        }
        (Action::EditTag, _) => "This tag is somebody else's: ask its creator or an administrator",
        (Action::OpenAdminSession, _) => "You are not an admin!",
        (Action::Undo, _) => "Only who gave a command may undo or redo it",
        (_, Standing::AdminAtRest) => {
            "This needs the rights of an administrator: open the admin session first"
        }
        _ => "This needs the rights of an administrator: ask an administrator",
    }))
}

/// Whether the actor may do this to something that projects use, met as somebody of that standing.
pub(crate) fn shares(actor: &Actor, action: Action, standing: Standing, owner: Option<UserId>) -> bool {
    permission::allowed(action, standing, EditionMode::Classic, owner == Some(actor.id()))
}

/// What an actor is to something that projects use, given the actor's highest role in them.
pub(crate) fn standing_through(actor: &Actor, role: Option<ProjectRole>) -> Standing {
    let project = ProjectId(0);
    let member = role.map(|role| Member { project, user: actor.id(), role, is_representative: false });
    standing(actor, member.as_ref())
}
