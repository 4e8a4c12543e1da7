//! A project on the wire (rest-api 4.11).

use cytomine_domain::project::Overview;
use cytomine_model::{EditionMode, EntityKind, Project, ProjectRole};
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

/// Keys that lists carry on request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extras {
    /// `membersCount`.
    pub members_count: bool,
    /// `lastActivity`, milliseconds.
    pub last_activity: bool,
    /// `currentUserRoles`.
    pub current_user_roles: bool,
}

/// Adds the keys that were asked for to the JSON of a project.
pub fn add_extras(item: &mut Value, overview: &Overview, wanted: Extras) {
    if wanted.members_count {
        item["membersCount"] = json!(overview.members_count);
    }
    if wanted.last_activity {
        item["lastActivity"] = json!(overview.last_activity);
    }
    if wanted.current_user_roles {
        let member = overview.member;
        item["currentUserRoles"] = json!({
            "admin": member.is_some_and(|member| member.role == ProjectRole::Manager),
            "representative": member.is_some_and(|member| member.is_representative),
        });
    }
}
