//! Any entity on the wire, for answers that may hold one of several kinds.

use cytomine_domain::instance::Seen;
use cytomine_domain::ontology::OntologyTree;
use cytomine_domain::{Actor, DomainError, annotation, image, instance, ontology};
use cytomine_model::{Entity, ErrorKind};
use serde_json::{Value, json};

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
) -> Result<Value, ApiError> {
    Ok(match entity {
        Entity::User(user) => user::json::user(user),
        Entity::Storage(storage) => storage::json::storage(storage),
        Entity::Project(project) => project::json::project(project),
        Entity::Term(term) => term::json::term(term),
        Entity::RelationTerm(link) => term::json::relation_term(link),
        Entity::AnnotationTerm(link) => annotation_term::json::annotation_term(link),
        Entity::Annotation(annotation) => {
            let view = annotation::describe(&state.system, annotation.clone()).await?;
            annotation_api::json::annotation(&view, base)
        }
        Entity::Ontology(ontology) => {
            let tree = match living(ontology::get(&state.system, actor, ontology.id).await)? {
                Some(tree) => tree,
                None => OntologyTree { ontology: ontology.clone(), terms: Vec::new(), projects: Vec::new() },
            };
            ontology_api::json::ontology(&tree)
        }
        Entity::UserRole(grant) => role::grant_json(grant),
        Entity::UploadedFile(file) => uploaded_file::json::uploaded_file(file, None, base),
        Entity::AbstractImage(image) => abstract_image::json::abstract_image(image, base),
        Entity::ImageInstance(image) => {
            let seen = match living(instance::see(&state.system, actor, image.id).await)? {
                Some(seen) => seen,
                None => Seen { image: image.clone(), names: !image.project_blind },
            };
            image_instance::json::image_instance(&seen, base)
        }
        Entity::AbstractSlice(slice) => match living(image::get(&state.system, actor, slice.image).await)? {
            Some(image) => abstract_slice::json::abstract_slice(slice, &image),
            None => alone(entity),
        },
        Entity::SliceInstance(slice) => match living(instance::get(&state.system, actor, slice.image).await)?
        {
            Some(image) => slice_instance::json::slice_instance(slice, &image),
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
fn alone(entity: &Entity) -> Value {
    json!({ "class": java_class(entity.kind()), "id": entity.id() })
}
