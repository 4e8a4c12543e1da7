//! A project on the wire (rest-api 4.11).

use cytomine_domain::project::{Overview, ProjectFields};
use cytomine_model::{self as model, EditionMode, EntityKind, May, OntologyId, ProjectRole, Thing, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::dialect::class::java_class;
use crate::dialect::envelope::OfKind;
use crate::dialect::loose::{Flag, Ids, PatchId, Text};
use crate::dialect::wire::{Ms, Words};

/// A project.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Project {
    class: &'static str,
    id: i64,
    created: Ms,
    updated: Option<Ms>,
    #[schema(example = "Lung")]
    name: String,
    ontology: Option<i64>,
    ontology_name: Option<String>,
    /// Whether names of images are hidden from those who do not manage it.
    blind_mode: bool,
    are_images_downloadable: bool,
    is_closed: bool,
    is_read_only: bool,
    is_restricted: bool,
    hide_users_layers: bool,
    hide_admins_layers: bool,
    number_of_slides: i64,
    number_of_images: i64,
    number_of_annotations: i64,
    number_of_job_annotations: i64,
    number_of_reviewed_annotations: i64,
    may: Words,
}

impl Project {
    /// All keys of a project; `may` is what the caller may do with it, if anything.
    pub fn of(project: &model::Project, may: Option<May>) -> Self {
        Self {
            class: java_class(EntityKind::Project),
            id: project.id.0,
            created: project.created.into(),
            updated: project.updated.map(Ms::from),
            name: project.name.clone(),
            ontology: project.ontology.map(i64::from),
            ontology_name: project.ontology_name.clone(),
            blind_mode: project.blind_mode,
            are_images_downloadable: project.are_images_downloadable,
            is_closed: project.is_closed,
            is_read_only: project.mode == EditionMode::ReadOnly,
            is_restricted: project.mode == EditionMode::Restricted,
            hide_users_layers: project.hide_users_layers,
            hide_admins_layers: project.hide_admins_layers,
            number_of_slides: 0,
            number_of_images: project.number_of_images,
            number_of_annotations: project.number_of_annotations,
            number_of_job_annotations: 0,
            number_of_reviewed_annotations: 0,
            may: Words(may.unwrap_or(May::nothing(Thing::Project))),
        }
    }
}

impl OfKind for Project {
    const KIND: EntityKind = EntityKind::Project;
}

/// A project in a list, with what the request asks for beside it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListedProject {
    #[serde(flatten)]
    project: Project,
    /// By `withMembersCount`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    members_count: Option<i64>,
    /// By `withLastActivity`: milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    last_activity: Option<i64>,
    /// By `withCurrentUserRoles`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    current_user_roles: Option<CurrentUserRoles>,
}

/// What the caller is in a project.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
struct CurrentUserRoles {
    admin: bool,
    representative: bool,
}

crate::keys! {
    /// What a list of projects carries on request.
    pub struct Extras {
        /// Tell how many members each has
        with_members_count: Flag,
        /// Tell when something happened in each
        with_last_activity: Flag,
        /// Tell what the caller is in each
        with_current_user_roles: Flag,
    }
}

impl ListedProject {
    /// A project, without anything beside it.
    pub(super) fn of(project: &model::Project, may: May) -> Self {
        let project = Project::of(project, Some(may));
        Self { project, members_count: None, last_activity: None, current_user_roles: None }
    }

    /// Adds what was asked for.
    pub(super) fn add(&mut self, overview: &Overview, (members, activity, roles): (bool, bool, bool)) {
        self.members_count = members.then_some(overview.members_count);
        self.last_activity = activity.then_some(overview.last_activity.0);
        let member = overview.member;
        self.current_user_roles = roles.then(|| CurrentUserRoles {
            admin: member.is_some_and(|member| member.role == ProjectRole::Manager),
            representative: member.is_some_and(|member| member.is_representative),
        });
    }
}

/// What can be said of a project; what is left out of a change stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct ProjectBody {
    #[schema(example = "Lung")]
    name: Text,
    /// Its ontology; null takes it away.
    ontology: PatchId,
    blind_mode: Flag,
    are_images_downloadable: Flag,
    is_closed: Flag,
    is_read_only: Flag,
    is_restricted: Flag,
    hide_users_layers: Flag,
    hide_admins_layers: Flag,
    /// Its members.
    users: Ids,
    /// Its managers.
    admins: Ids,
    /// Whether another ontology may take terms away from annotations.
    force_ontology_update: Flag,
}

impl ProjectBody {
    /// As the domain takes it.
    pub(super) fn fields(self) -> ProjectFields {
        ProjectFields {
            name: self.name.get(),
            ontology: self.ontology.get().map(|id| id.map(OntologyId)),
            blind_mode: self.blind_mode.get(),
            are_images_downloadable: self.are_images_downloadable.get(),
            is_closed: self.is_closed.get(),
            is_read_only: self.is_read_only.get(),
            is_restricted: self.is_restricted.get(),
            hide_users_layers: self.hide_users_layers.get(),
            hide_admins_layers: self.hide_admins_layers.get(),
            users: self.users.of(UserId),
            admins: self.admins.of(UserId),
            force_ontology_update: self.force_ontology_update.is_on(),
        }
    }
}
