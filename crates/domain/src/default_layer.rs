//! Default layers of projects: whose annotations show by themselves when an image opens.

use cytomine_model::{Action, DefaultLayer, EntityKind, ProjectId, UserId};
use cytomine_store as store;

use crate::member::seats::{self, Seats};
use crate::{Actor, DomainError, System, Unit, access};

/// The default layers of a project that the actor may see.
///
/// # Errors
/// When there is no such project, or the actor is no member.
pub async fn list(system: &System, actor: &Actor, id: ProjectId) -> Result<Vec<DefaultLayer>, DomainError> {
    access::project(&system.db, actor, id).await?;
    Ok(store::default_layer::list(&system.db, id).await?)
}

/// Makes the layer of a member a default one.
///
/// # Errors
/// When the actor is no manager, the user no member, or it is one already.
pub async fn add(system: &System, actor: &Actor, layer: DefaultLayer) -> Result<(), DomainError> {
    let (mut unit, seats) = editing(system, actor, layer.project).await?;
    if store::project::member_of(&mut unit.tx, layer.project, layer.user).await?.is_none() {
        return Err(DomainError::invalid(format!("The user {} is no member of the project", layer.user)));
    }
    store::default_layer::insert(&mut unit.tx, layer)
        .await
        .map_err(DomainError::duplicate("The layer of this user is a default one already"))?;
    finish(system, unit, (layer.project, layer.user), &seats, "made a default one").await
}

/// Changes whether a default layer is hidden at first.
///
/// # Errors
/// When the actor is no manager, or there is no such layer.
pub async fn update(system: &System, actor: &Actor, layer: DefaultLayer) -> Result<(), DomainError> {
    let (mut unit, seats) = editing(system, actor, layer.project).await?;
    if !store::default_layer::update(&mut unit.tx, layer).await? {
        return Err(missing(layer.user));
    }
    let words = if layer.hide_by_default { "hidden at first" } else { "shown at first" };
    finish(system, unit, (layer.project, layer.user), &seats, words).await
}

/// Takes a default layer away; gives it as it was.
///
/// # Errors
/// When the actor is no manager, or there is no such layer.
pub async fn remove(
    system: &System,
    actor: &Actor,
    project: ProjectId,
    user: UserId,
) -> Result<DefaultLayer, DomainError> {
    let (mut unit, seats) = editing(system, actor, project).await?;
    let layers = store::default_layer::list(&mut unit.tx, project).await?;
    let layer = layers.into_iter().find(|layer| layer.user == user).ok_or_else(|| missing(user))?;
    store::default_layer::remove(&mut unit.tx, project, user).await?;
    finish(system, unit, (project, user), &seats, "no default one any more").await?;
    Ok(layer)
}

async fn editing(system: &System, actor: &Actor, project: ProjectId) -> Result<(Unit, Seats), DomainError> {
    let mut unit = system.begin_on(actor, EntityKind::Project, project.0).await?;
    access::project(&mut unit.tx, actor, project).await?.require(Action::EditProject, None)?;
    let seats = seats::now(&mut unit, project).await?;
    Ok((unit, seats))
}

async fn finish(
    system: &System,
    mut unit: Unit,
    (project, user): (ProjectId, UserId),
    before: &Seats,
    words: &str,
) -> Result<(), DomainError> {
    if !seats::note(&mut unit, project, before).await? {
        return Ok(());
    }
    let name = seats::name_of(&mut unit, user).await?;
    unit.commit(system, format!("Layer of {name} {words}")).await.map(|_| ())
}

/// The error for a user whose layer is no default one.
pub fn missing(user: UserId) -> DomainError {
    DomainError::not_found("ProjectDefaultLayer", user)
}
