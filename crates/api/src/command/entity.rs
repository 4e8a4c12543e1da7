//! Any entity on the wire, for answers that may hold one of several kinds.

use std::future::Future;

use cytomine_domain::image_instance::Seen;
use cytomine_domain::ontology::OntologyTree;
use cytomine_domain::{self as domain, Actor, DomainError};
use cytomine_model::{
    AbstractImage, AbstractSlice, Annotation, AnnotationTerm, AttachedFile, Description, Entity, ErrorKind,
    ImageInstance, May, Ontology, Project, Property, RelationTerm, SliceInstance, Storage, Tag,
    TagDomainAssociation, Term, Thing, UploadedFile, User, UserRole,
};

use super::wire::{Alone, Object};
use crate::dialect::class::JavaClass;
use crate::error::ApiError;
use crate::hanging::Wire;
use crate::state::ApiState;
use crate::{
    abstract_image, abstract_slice, annotation, annotation_term, image_instance, ontology, project, role,
    slice_instance, storage, tag, term, uploaded_file, user,
};

/// Who asks for an entity, and where.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    state: &'a ApiState,
    actor: &'a Actor,
    base: &'a str,
}

/// A kind of entity as the API answers it.
pub(crate) trait Shown: JavaClass {
    /// The JSON that the entity's own routes answer. It may have been deleted just now, so nothing but the entity
    /// itself is sure to be found.
    fn json(&self, asked: Asked<'_>) -> impl Future<Output = Result<Object, ApiError>> + Send;
}

macro_rules! dispatch {
    (
        kinds { $($(#[$doc:meta])+ $kind:ident, $id:ident, $table:literal;)+ }
        ids { $($(#[$other_doc:meta])+ $other:ident;)+ }
    ) => {
        /// As [`Shown::json`].
        pub async fn entity_json(
            state: &ApiState,
            actor: &Actor,
            base: &str,
            entity: &Entity,
        ) -> Result<Object, ApiError> {
            let asked = Asked { state, actor, base };
            match entity {
                $(Entity::$kind(entity) => entity.json(asked).await,)+
            }
        }
    };
}
cytomine_model::each_kind!(dispatch);

/// What an entity belongs to, unless it went with it or is out of the actor's reach.
fn living<T>(found: Result<T, DomainError>) -> Result<Option<T>, DomainError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Forbidden) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The keys that clients need to forget an entity.
fn alone<T: JavaClass>(entity: &T) -> Object {
    Object::Alone(Alone { class: T::NAME, id: entity.id().into() })
}

impl JavaClass for User {
    const NAME: &'static str = "be.cytomine.domain.security.User";
}

impl Shown for User {
    async fn json(&self, _: Asked<'_>) -> Result<Object, ApiError> {
        Ok(Object::User(user::wire::User::of(self)))
    }
}

impl JavaClass for UserRole {
    const NAME: &'static str = "be.cytomine.domain.security.SecUserSecRole";
}

impl Shown for UserRole {
    async fn json(&self, _: Asked<'_>) -> Result<Object, ApiError> {
        Ok(Object::UserRole(role::wire::UserRole::of(self)))
    }
}

impl JavaClass for Storage {
    const NAME: &'static str = "be.cytomine.domain.image.server.Storage";
}

impl Shown for Storage {
    async fn json(&self, asked: Asked<'_>) -> Result<Object, ApiError> {
        let may = cytomine_domain::storage::may(asked.actor, self);
        Ok(Object::Storage(storage::wire::Storage::of(self, may)))
    }
}

impl JavaClass for UploadedFile {
    const NAME: &'static str = "be.cytomine.domain.image.UploadedFile";
}

impl Shown for UploadedFile {
    async fn json(&self, asked: Asked<'_>) -> Result<Object, ApiError> {
        Ok(Object::UploadedFile(uploaded_file::wire::UploadedFile::of(self, None, asked.base)))
    }
}

impl JavaClass for AbstractImage {
    const NAME: &'static str = "be.cytomine.domain.image.AbstractImage";
}

impl Shown for AbstractImage {
    async fn json(&self, asked: Asked<'_>) -> Result<Object, ApiError> {
        Ok(Object::AbstractImage(abstract_image::wire::AbstractImage::of(self, asked.base)))
    }
}

impl JavaClass for AbstractSlice {
    const NAME: &'static str = "be.cytomine.domain.image.AbstractSlice";
}

impl Shown for AbstractSlice {
    async fn json(&self, asked: Asked<'_>) -> Result<Object, ApiError> {
        Ok(match living(domain::abstract_image::get(&asked.state.system, asked.actor, self.image).await)? {
            Some(image) => Object::AbstractSlice(abstract_slice::wire::AbstractSlice::of(self, &image)),
            None => alone(self),
        })
    }
}

impl JavaClass for Project {
    const NAME: &'static str = "be.cytomine.domain.project.Project";
}

impl Shown for Project {
    async fn json(&self, asked: Asked<'_>) -> Result<Object, ApiError> {
        let projects = std::slice::from_ref(self);
        let may = cytomine_domain::project::may(&asked.state.system, asked.actor, projects).await?;
        Ok(Object::Project(project::wire::Project::of(self, may.first().copied())))
    }
}

impl JavaClass for ImageInstance {
    const NAME: &'static str = "be.cytomine.domain.image.ImageInstance";
}

impl Shown for ImageInstance {
    async fn json(&self, asked: Asked<'_>) -> Result<Object, ApiError> {
        Ok({
            let seen = living(domain::image_instance::see(&asked.state.system, asked.actor, self.id).await)?;
            let may = May::nothing(Thing::Image);
            let bare = || Seen { image: self.clone(), names: !self.project_blind, may };
            let seen = seen.unwrap_or_else(bare);
            Object::ImageInstance(image_instance::wire::ImageInstance::of(&seen, asked.base))
        })
    }
}

impl JavaClass for SliceInstance {
    const NAME: &'static str = "be.cytomine.domain.image.SliceInstance";
}

impl Shown for SliceInstance {
    async fn json(&self, asked: Asked<'_>) -> Result<Object, ApiError> {
        Ok(match living(domain::image_instance::get(&asked.state.system, asked.actor, self.image).await)? {
            Some(image) => Object::SliceInstance(slice_instance::wire::SliceInstance::of(self, &image)),
            None => alone(self),
        })
    }
}

impl JavaClass for Ontology {
    const NAME: &'static str = "be.cytomine.domain.ontology.Ontology";
}

impl Shown for Ontology {
    async fn json(&self, asked: Asked<'_>) -> Result<Object, ApiError> {
        Ok({
            let tree = living(domain::ontology::get(&asked.state.system, asked.actor, self.id).await)?;
            let may = May::nothing(Thing::Ontology);
            let (terms, projects) = (Vec::new(), Vec::new());
            let bare = || OntologyTree { ontology: self.clone(), terms, projects, may };
            Object::Ontology(ontology::wire::Ontology::of(&tree.unwrap_or_else(bare)))
        })
    }
}

impl JavaClass for Term {
    const NAME: &'static str = "be.cytomine.domain.ontology.Term";
}

impl Shown for Term {
    async fn json(&self, _: Asked<'_>) -> Result<Object, ApiError> {
        Ok(Object::Term(term::wire::Term::of(self)))
    }
}

impl JavaClass for RelationTerm {
    const NAME: &'static str = "be.cytomine.domain.ontology.RelationTerm";
}

impl Shown for RelationTerm {
    async fn json(&self, _: Asked<'_>) -> Result<Object, ApiError> {
        Ok(Object::RelationTerm(term::wire::RelationTerm::of(self)))
    }
}

impl JavaClass for Annotation {
    const NAME: &'static str = "be.cytomine.domain.ontology.UserAnnotation";
}

impl Shown for Annotation {
    async fn json(&self, asked: Asked<'_>) -> Result<Object, ApiError> {
        Ok({
            let view = domain::annotation::describe(&asked.state.system, asked.actor, self.clone()).await?;
            Object::Annotation(annotation::wire::Annotation::of(&view, asked.base))
        })
    }
}

impl JavaClass for AnnotationTerm {
    const NAME: &'static str = "be.cytomine.domain.ontology.AnnotationTerm";
}

impl Shown for AnnotationTerm {
    async fn json(&self, _: Asked<'_>) -> Result<Object, ApiError> {
        Ok(Object::AnnotationTerm(annotation_term::wire::AnnotationTerm::of(self)))
    }
}

impl JavaClass for Property {
    const NAME: &'static str = "be.cytomine.domain.meta.Property";
}

impl Shown for Property {
    async fn json(&self, _: Asked<'_>) -> Result<Object, ApiError> {
        Ok(Object::Property(Wire::of(self)))
    }
}

impl JavaClass for Tag {
    const NAME: &'static str = "be.cytomine.domain.meta.Tag";
}

impl Shown for Tag {
    async fn json(&self, _: Asked<'_>) -> Result<Object, ApiError> {
        Ok(Object::Tag(tag::wire::Tag::of(self)))
    }
}

impl JavaClass for TagDomainAssociation {
    const NAME: &'static str = "be.cytomine.domain.meta.TagDomainAssociation";
}

impl Shown for TagDomainAssociation {
    async fn json(&self, _: Asked<'_>) -> Result<Object, ApiError> {
        Ok(Object::TagDomainAssociation(Wire::of(self)))
    }
}

impl JavaClass for Description {
    const NAME: &'static str = "be.cytomine.domain.meta.Description";
}

impl Shown for Description {
    async fn json(&self, _: Asked<'_>) -> Result<Object, ApiError> {
        Ok(Object::Description(Wire::of(self)))
    }
}

impl JavaClass for AttachedFile {
    const NAME: &'static str = "be.cytomine.domain.meta.AttachedFile";
}

impl Shown for AttachedFile {
    async fn json(&self, _: Asked<'_>) -> Result<Object, ApiError> {
        Ok(Object::AttachedFile(Wire::of(self)))
    }
}
