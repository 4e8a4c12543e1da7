//! Any entity on the wire, for answers that may hold one of several kinds.

use cytomine_domain::ontology::OntologyTree;
use cytomine_domain::{Actor, annotation, ontology};
use cytomine_model::{Entity, ErrorKind};
use serde_json::{Value, json};

use crate::dialect::class::java_class;
use crate::error::ApiError;
use crate::state::ApiState;
use crate::{
    annotation as annotation_api, annotation_term, ontology as ontology_api, project, term, user,
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
        Entity::Project(project) => project::json::project(project),
        Entity::Term(term) => term::json::term(term),
        Entity::RelationTerm(link) => term::json::relation_term(link),
        Entity::AnnotationTerm(link) => annotation_term::json::annotation_term(link),
        Entity::Annotation(annotation) => {
            let view = annotation::describe(&state.system, annotation.clone()).await?;
            annotation_api::json::annotation(&view, base)
        }
        Entity::Ontology(ontology) => match ontology::get(&state.system, actor, ontology.id).await {
            Ok(tree) => ontology_api::json::ontology(&tree),
            Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Forbidden) => {
                let alone =
                    OntologyTree { ontology: ontology.clone(), terms: Vec::new(), projects: Vec::new() };
                ontology_api::json::ontology(&alone)
            }
            Err(error) => return Err(error.into()),
        },
        Entity::UserRole(_)
        | Entity::Storage(_)
        | Entity::UploadedFile(_)
        | Entity::AbstractImage(_)
        | Entity::AbstractSlice(_)
        | Entity::ImageInstance(_)
        | Entity::SliceInstance(_) => json!({ "class": java_class(entity.kind()), "id": entity.id() }),
    })
}
