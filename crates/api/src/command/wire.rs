//! The answers to undo and redo.

use cytomine_model::EntityKind;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema, ToSchema};

use crate::dialect::envelope::{Envelope, Told};
use crate::dialect::loose::schema_of;
use crate::{
    abstract_image, abstract_slice, annotation, annotation_term, attached_file, description, image_instance,
    ontology, project, property, role, slice_instance, storage, tag, tag_association, term, uploaded_file,
    user,
};

/// An entity of any kind, as its own routes answer it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[allow(clippy::large_enum_variant, reason = "each lives as long as it takes to write it")]
pub enum Object {
    /// A user.
    User(user::wire::User),
    /// A storage.
    Storage(storage::wire::Storage),
    /// A project.
    Project(project::wire::Project),
    /// A term.
    Term(term::wire::Term),
    /// A relation of terms.
    RelationTerm(term::wire::RelationTerm),
    /// A term of an annotation.
    AnnotationTerm(annotation_term::wire::AnnotationTerm),
    /// An annotation.
    Annotation(annotation::wire::Annotation),
    /// An ontology.
    Ontology(ontology::wire::Ontology),
    /// A role of a user.
    UserRole(role::wire::UserRole),
    /// An uploaded file.
    UploadedFile(uploaded_file::wire::UploadedFile),
    /// An image.
    AbstractImage(abstract_image::wire::AbstractImage),
    /// An image of a project.
    ImageInstance(image_instance::wire::ImageInstance),
    /// A plane of an image.
    AbstractSlice(abstract_slice::wire::AbstractSlice),
    /// A plane of an image of a project.
    SliceInstance(slice_instance::wire::SliceInstance),
    /// A property.
    Property(property::wire::Property),
    /// An attached file.
    AttachedFile(attached_file::wire::AttachedFile),
    /// A description.
    Description(description::wire::Description),
    /// A tag.
    Tag(tag::wire::Tag),
    /// A tag of an entity.
    TagDomainAssociation(tag_association::wire::TagDomainAssociation),
    /// What belongs to something that is gone.
    Alone(Alone),
}

/// The keys that clients need to forget an entity.
#[derive(Debug, Serialize, ToSchema)]
pub struct Alone {
    /// Its class.
    pub class: &'static str,
    /// Its id.
    pub id: i64,
}

/// One entity that was undone or redone, or words where there is none.
#[derive(Debug, Serialize)]
#[serde(untagged)]
#[allow(clippy::large_enum_variant, reason = "each lives as long as it takes to write it")]
pub enum Replayed {
    /// An entity, in the envelope of its command.
    Entity(Envelope<Object>),
    /// Words.
    Told(Told),
}

impl PartialSchema for Replayed {
    fn schema() -> RefOr<Schema> {
        let mut properties = json!({
            "message": { "type": "string", "description": "What happened, for people" },
            "callback": { "type": ["object", "null"] },
            "printMessage": { "type": "boolean" },
            "success": { "type": "boolean" },
            "data": { "$ref": "#/components/schemas/Object" },
        });
        for kind in EntityKind::ALL.iter().copied() {
            properties[crate::dialect::class::data_key(kind)] = Value::clone(&properties["data"]);
        }
        schema_of(json!({
            "description": "An entity that was undone or redone, under its own key and under `data`; or words alone.",
            "type": "object",
            "required": ["message", "callback", "printMessage"],
            "properties": properties,
        }))
    }
}

impl ToSchema for Replayed {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((Object::name().into_owned(), Object::schema()));
        Object::schemas(schemas);
    }
}
