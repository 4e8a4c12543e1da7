//! Who may undo and redo a command of theirs: whoever may still give it. A right that was lost does not come back
//! by the back door.

use cytomine_model::{
    Action, Command, CommandAction, Entity, EntityKind, ImageInstanceId, OntologyId, TermId, UserId,
};
use cytomine_store::{self as store, Tx};

use super::load;
use crate::{Actor, DomainError, access, image, ontology, storage, upload};

/// Fails unless the actor may still do what the command did. Everything the command is about must be there.
pub(super) async fn require(tx: &mut Tx, actor: &Actor, command: &Command) -> Result<(), DomainError> {
    if let Some(project) = command.project {
        access::project(&mut *tx, actor, project).await?;
    }
    if command.kind == EntityKind::UserRole {
        return access::require(actor, Action::ManageUsers);
    }
    // As they were: an edit may have given the thing to somebody else.
    let entities = match &command.before {
        Some(before) => vec![before.clone()],
        None => load::entities(&mut *tx, command).await?,
    };
    // Shapes come by thousands, of few people.
    let mut asked = Vec::new();
    for entity in &entities {
        if let Entity::Annotation(annotation) = entity {
            let whose = (annotation.project, annotation.user);
            if asked.contains(&whose) {
                continue;
            }
            asked.push(whose);
        }
        of_entity(tx, actor, command.action, entity).await?;
    }
    Ok(())
}

async fn of_entity(
    tx: &mut Tx,
    actor: &Actor,
    action: CommandAction,
    entity: &Entity,
) -> Result<(), DomainError> {
    match entity {
        Entity::User(user) if action == CommandAction::Edit && user.id == actor.id() => Ok(()),
        Entity::User(_) | Entity::UserRole(_) => access::require(actor, Action::ManageUsers),
        Entity::Storage(storage) => storage::owned(tx, actor, storage.id).await.map(|_| ()),
        Entity::UploadedFile(file) => upload::require_owner(tx, actor, file.id).await,
        Entity::AbstractImage(image) => image::owned(tx, actor, image.id).await.map(|_| ()),
        Entity::AbstractSlice(slice) => image::owned(tx, actor, slice.image).await.map(|_| ()),
        Entity::Project(project) => {
            let action = by(action, Action::DeleteProject, Action::EditProject, Action::DeleteProject);
            access::project(tx, actor, project.id).await?.require(action, None)
        }
        Entity::ImageInstance(image) => of_image(tx, actor, action, image.id, Some(image.user)).await,
        Entity::SliceInstance(slice) => of_image(tx, actor, action, slice.image, None).await,
        Entity::Ontology(ontology) => ontology::editable(tx, actor, ontology.id).await.map(|_| ()),
        Entity::Term(term) => of_ontology(tx, actor, term.ontology).await,
        Entity::RelationTerm(relation) => of_term(tx, actor, relation.term1).await,
        Entity::Annotation(annotation) => {
            let access = access::project(tx, actor, annotation.project).await?;
            access.require(Action::EditAnnotation, Some(annotation.user))
        }
        Entity::AnnotationTerm(link) => {
            let Some(annotation) = store::annotation::by_id(&mut *tx, link.annotation).await? else {
                return Ok(());
            };
            let access = access::project(tx, actor, annotation.project).await?;
            access.require(Action::EditAnnotation, Some(annotation.user))
        }
    }
}

async fn of_image(
    tx: &mut Tx,
    actor: &Actor,
    action: CommandAction,
    id: ImageInstanceId,
    user: Option<UserId>,
) -> Result<(), DomainError> {
    let Some(image) = store::image_instance::by_id(&mut *tx, id).await? else { return Ok(()) };
    let action = by(action, Action::AddImage, Action::EditImage, Action::DeleteImage);
    access::project(tx, actor, image.project).await?.require(action, Some(user.unwrap_or(image.user)))
}

async fn of_term(tx: &mut Tx, actor: &Actor, id: TermId) -> Result<(), DomainError> {
    match store::term::by_id(&mut *tx, id).await? {
        Some(term) => of_ontology(tx, actor, term.ontology).await,
        None => Ok(()),
    }
}

async fn of_ontology(tx: &mut Tx, actor: &Actor, id: OntologyId) -> Result<(), DomainError> {
    ontology::editable(tx, actor, id).await.map(|_| ())
}

fn by(action: CommandAction, add: Action, edit: Action, delete: Action) -> Action {
    match action {
        CommandAction::Add => add,
        CommandAction::Edit => edit,
        CommandAction::Delete => delete,
    }
}
