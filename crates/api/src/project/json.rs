//! A project on the wire (rest-api 4.11).

use cytomine_model::{EditionMode, EntityKind, Project};
use serde_json::{Value, json};

use crate::dialect::class::java_class;
use crate::dialect::wire::ms;

/// All keys of a project.
pub fn project(project: &Project) -> Value {
    json!({
        "class": java_class(EntityKind::Project),
        "id": project.id,
        "created": ms(Some(project.created.0)),
        "updated": ms(project.updated.map(|time| time.0)),
        "name": project.name,
        "ontology": project.ontology,
        "ontologyName": project.ontology_name,
        "blindMode": project.blind_mode,
        "areImagesDownloadable": project.are_images_downloadable,
        "isClosed": project.is_closed,
        "isReadOnly": project.mode == EditionMode::ReadOnly,
        "isRestricted": project.mode == EditionMode::Restricted,
        "hideUsersLayers": project.hide_users_layers,
        "hideAdminsLayers": project.hide_admins_layers,
        "numberOfSlides": 0,
        "numberOfImages": project.number_of_images,
        "numberOfAnnotations": project.number_of_annotations,
        "numberOfJobAnnotations": 0,
        "numberOfReviewedAnnotations": 0,
    })
}
