//! Projects and their members.

use serde::{Deserialize, Serialize};

use crate::{Millis, OntologyId, ProjectId, UserId};

/// A project: images, annotations and people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// Id.
    pub id: ProjectId,
    /// Name, unique among living projects.
    pub name: String,
    /// Vocabulary of its annotations.
    pub ontology: Option<OntologyId>,
    /// Name of that vocabulary; read with the project, not stored with it.
    pub ontology_name: Option<String>,
    /// Hides image names.
    pub blind_mode: bool,
    /// The interface offers downloads.
    pub are_images_downloadable: bool,
    /// Closed for work; a flag only.
    pub is_closed: bool,
    /// Who may edit what.
    pub mode: EditionMode,
    /// Contributors do not see each other's layers.
    pub hide_users_layers: bool,
    /// Contributors do not see the managers' layers.
    pub hide_admins_layers: bool,
    /// Living images in it; counted at reading.
    pub number_of_images: i64,
    /// Living user annotations in it; counted at reading.
    pub number_of_annotations: i64,
    /// When it was made.
    pub created: Millis,
    /// When it was last changed.
    pub updated: Option<Millis>,
}

/// Edition mode of a project (rest-api 3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EditionMode {
    /// Every member edits everything.
    Classic,
    /// Contributors edit only their own.
    Restricted,
    /// Only managers edit.
    ReadOnly,
}

impl EditionMode {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Classic => "CLASSIC",
            Self::Restricted => "RESTRICTED",
            Self::ReadOnly => "READ_ONLY",
        }
    }

    /// From what [`Self::as_str`] gave.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Classic, Self::Restricted, Self::ReadOnly].into_iter().find(|mode| mode.as_str() == text)
    }

    /// From the two booleans of the API; read-only wins.
    pub fn from_flags(is_read_only: bool, is_restricted: bool) -> Self {
        match (is_read_only, is_restricted) {
            (true, _) => Self::ReadOnly,
            (false, true) => Self::Restricted,
            (false, false) => Self::Classic,
        }
    }
}

/// What a member is in a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ProjectRole {
    /// Works in it.
    Contributor,
    /// Leads it.
    Manager,
}

impl ProjectRole {
    /// As stored and as the API names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Contributor => "contributor",
            Self::Manager => "manager",
        }
    }

    /// From what [`Self::as_str`] gave.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Contributor, Self::Manager].into_iter().find(|role| role.as_str() == text)
    }
}

/// Membership of a user in a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The project.
    pub project: ProjectId,
    /// The user.
    pub user: UserId,
    /// Contributor or manager.
    pub role: ProjectRole,
    /// Shown to outsiders as contact.
    pub is_representative: bool,
}

/// A member whose layer shows by itself when an image opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefaultLayer {
    /// The project.
    pub project: ProjectId,
    /// The member.
    pub user: UserId,
    /// Listed, but hidden at first.
    pub hide_by_default: bool,
}
