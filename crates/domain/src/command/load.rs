//! The entities that a command is about, whatever their kind.

use cytomine_model::{
    AbstractImageId, AbstractSliceId, AnnotationId, AnnotationTermId, Command, Entity, EntityKind,
    ImageInstanceId, OntologyId, ProjectId, RelationTermId, SliceInstanceId, StorageId, TermId,
    UploadedFileId, UserId,
};
use cytomine_store::{self as store, Executor};

use super::SHOWN;
use crate::DomainError;

/// The living ones among the first [`SHOWN`] entities of a command.
pub(super) async fn entities(mut ex: impl Executor, command: &Command) -> Result<Vec<Entity>, DomainError> {
    let ids = command.ids.iter().flat_map(|(first, last)| *first..=*last).take(SHOWN);
    let mut entities = Vec::new();
    for id in ids {
        entities.extend(entity(&mut ex, command.kind, id).await?);
    }
    Ok(entities)
}

async fn entity(mut ex: impl Executor, kind: EntityKind, id: i64) -> Result<Option<Entity>, DomainError> {
    let ex = &mut ex;
    Ok(match kind {
        EntityKind::User => store::user::by_id(ex, UserId(id)).await?.map(Entity::User),
        // The grant of a role says nothing that the message does not.
        EntityKind::UserRole => None,
        EntityKind::Storage => store::storage::by_id(ex, StorageId(id)).await?.map(Entity::Storage),
        EntityKind::UploadedFile => {
            store::uploaded_file::by_id(ex, UploadedFileId(id)).await?.map(Entity::UploadedFile)
        }
        EntityKind::AbstractImage => {
            store::abstract_image::by_id(ex, AbstractImageId(id)).await?.map(Entity::AbstractImage)
        }
        EntityKind::AbstractSlice => {
            store::abstract_slice::by_id(ex, AbstractSliceId(id)).await?.map(Entity::AbstractSlice)
        }
        EntityKind::Project => store::project::by_id(ex, ProjectId(id)).await?.map(Entity::Project),
        EntityKind::ImageInstance => {
            store::image_instance::by_id(ex, ImageInstanceId(id)).await?.map(Entity::ImageInstance)
        }
        EntityKind::SliceInstance => {
            store::slice_instance::by_id(ex, SliceInstanceId(id)).await?.map(Entity::SliceInstance)
        }
        EntityKind::Ontology => store::ontology::by_id(ex, OntologyId(id)).await?.map(Entity::Ontology),
        EntityKind::Term => store::term::by_id(ex, TermId(id)).await?.map(Entity::Term),
        EntityKind::RelationTerm => {
            store::term::relation_term_by_id(ex, RelationTermId(id)).await?.map(Entity::RelationTerm)
        }
        EntityKind::Annotation => {
            store::annotation::by_id(ex, AnnotationId(id)).await?.map(Entity::Annotation)
        }
        EntityKind::AnnotationTerm => {
            store::annotation_term::by_id(ex, AnnotationTermId(id)).await?.map(Entity::AnnotationTerm)
        }
    })
}
