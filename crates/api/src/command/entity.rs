//! Any entity on the wire, for answers that may hold one of several kinds.

use cytomine_domain::instance::Seen;
use cytomine_domain::ontology::OntologyTree;
use cytomine_domain::{Actor, DomainError, annotation, image, instance, ontology};
use cytomine_model::{Entity, ErrorKind};

use super::wire::{Alone, Object};
use crate::dialect::class::java_class;
use crate::error::ApiError;
use crate::state::ApiState;
use crate::{
    abstract_image, abstract_slice, annotation as annotation_api, annotation_term, image_instance,
    ontology as ontology_api, project, role, slice_instance, storage, term, uploaded_file, user,
};

/// The JSON that the entity's own routes answer. It may have been deleted just now, so nothing but the entity itself
/// is sure to be found.
///
/// # Errors
/// When the database refuses.
pub async fn entity_json(
    state: &ApiState,
    actor: &Actor,
    base: &str,
    entity: &Entity,
) -> Result<Object, ApiError> {
    Ok(match entity {
        Entity::User(user) => Object::User(user::wire::User::of(user)),
        Entity::Storage(storage) => Object::Storage(storage::wire::Storage::of(storage)),
        Entity::Project(project) => Object::Project(project::wire::Project::of(project)),
        Entity::Term(term) => Object::Term(term::wire::Term::of(term)),
        Entity::RelationTerm(link) => Object::RelationTerm(term::wire::RelationTerm::of(link)),
        Entity::AnnotationTerm(link) => {
            Object::AnnotationTerm(annotation_term::wire::AnnotationTerm::of(link))
        }
        Entity::Annotation(annotation) => {
            let view = annotation::describe(&state.system, annotation.clone()).await?;
            Object::Annotation(annotation_api::wire::Annotation::of(&view, base))
        }
        Entity::Ontology(ontology) => {
            let tree = match living(ontology::get(&state.system, actor, ontology.id).await)? {
                Some(tree) => tree,
                None => OntologyTree { ontology: ontology.clone(), terms: Vec::new(), projects: Vec::new() },
            };
            Object::Ontology(ontology_api::wire::Ontology::of(&tree))
        }
        Entity::UserRole(grant) => Object::UserRole(role::wire::UserRole::of(grant)),
        Entity::UploadedFile(file) => {
            Object::UploadedFile(uploaded_file::wire::UploadedFile::of(file, None, base))
        }
        Entity::AbstractImage(image) => {
            Object::AbstractImage(abstract_image::wire::AbstractImage::of(image, base))
        }
        Entity::ImageInstance(image) => {
            let seen = match living(instance::see(&state.system, actor, image.id).await)? {
                Some(seen) => seen,
                None => Seen { image: image.clone(), names: !image.project_blind },
            };
            Object::ImageInstance(image_instance::wire::ImageInstance::of(&seen, base))
        }
        Entity::AbstractSlice(slice) => match living(image::get(&state.system, actor, slice.image).await)? {
            Some(image) => Object::AbstractSlice(abstract_slice::wire::AbstractSlice::of(slice, &image)),
            None => alone(entity),
        },
        Entity::SliceInstance(slice) => match living(instance::get(&state.system, actor, slice.image).await)?
        {
            Some(image) => Object::SliceInstance(slice_instance::wire::SliceInstance::of(slice, &image)),
            None => alone(entity),
        },
    })
}

/// What an entity belongs to, unless it went with it or is out of the actor's reach.
fn living<T>(found: Result<T, DomainError>) -> Result<Option<T>, DomainError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Forbidden) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The keys that clients need to forget an entity.
fn alone(entity: &Entity) -> Object {
    Object::Alone(Alone { class: java_class(entity.kind()), id: entity.id() })
}
