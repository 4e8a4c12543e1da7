//! Commands: what a user did, kept so that it can be undone, redone and told to others.

use serde::{Deserialize, Serialize};

use crate::{
    AbstractImage, AbstractSlice, Annotation, AnnotationTerm, CommandId, ImageInstance, Millis, Ontology,
    Project, ProjectId, RelationTerm, SliceInstance, Storage, Term, UploadedFile, User, UserId, UserRole,
};

/// Every kind of entity that commands, activity and events speak of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntityKind {
    /// [`User`].
    User,
    /// [`UserRole`].
    UserRole,
    /// [`Storage`].
    Storage,
    /// [`UploadedFile`].
    UploadedFile,
    /// [`AbstractImage`].
    AbstractImage,
    /// [`AbstractSlice`].
    AbstractSlice,
    /// [`Project`].
    Project,
    /// [`ImageInstance`].
    ImageInstance,
    /// [`SliceInstance`].
    SliceInstance,
    /// [`Ontology`].
    Ontology,
    /// [`Term`].
    Term,
    /// [`RelationTerm`].
    RelationTerm,
    /// [`Annotation`].
    Annotation,
    /// [`AnnotationTerm`].
    AnnotationTerm,
}

impl EntityKind {
    /// All kinds.
    pub const ALL: [Self; 14] = [
        Self::User,
        Self::UserRole,
        Self::Storage,
        Self::UploadedFile,
        Self::AbstractImage,
        Self::AbstractSlice,
        Self::Project,
        Self::ImageInstance,
        Self::SliceInstance,
        Self::Ontology,
        Self::Term,
        Self::RelationTerm,
        Self::Annotation,
        Self::AnnotationTerm,
    ];

    /// Name of the table and of the kind as stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user_account",
            Self::UserRole => "user_role",
            Self::Storage => "storage",
            Self::UploadedFile => "uploaded_file",
            Self::AbstractImage => "abstract_image",
            Self::AbstractSlice => "abstract_slice",
            Self::Project => "project",
            Self::ImageInstance => "image_instance",
            Self::SliceInstance => "slice_instance",
            Self::Ontology => "ontology",
            Self::Term => "term",
            Self::RelationTerm => "relation_term",
            Self::Annotation => "annotation",
            Self::AnnotationTerm => "annotation_term",
        }
    }

    /// From what [`Self::as_str`] gave.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Any entity, for answers that may carry one of several kinds (undo, redo, events).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::large_enum_variant, reason = "made one at a time, never stored in bulk")]
pub enum Entity {
    /// An account.
    User(User),
    /// The grant of a role.
    UserRole(UserRole),
    /// A storage.
    Storage(Storage),
    /// An uploaded file.
    UploadedFile(UploadedFile),
    /// An abstract image.
    AbstractImage(AbstractImage),
    /// A plane of an abstract image.
    AbstractSlice(AbstractSlice),
    /// A project.
    Project(Project),
    /// An image in a project.
    ImageInstance(ImageInstance),
    /// A plane of an image in a project.
    SliceInstance(SliceInstance),
    /// A vocabulary.
    Ontology(Ontology),
    /// A term.
    Term(Term),
    /// A relation of terms.
    RelationTerm(RelationTerm),
    /// An annotation.
    Annotation(Annotation),
    /// A term link.
    AnnotationTerm(AnnotationTerm),
}

impl Entity {
    /// Which kind it is.
    pub fn kind(&self) -> EntityKind {
        match self {
            Self::User(_) => EntityKind::User,
            Self::UserRole(_) => EntityKind::UserRole,
            Self::Storage(_) => EntityKind::Storage,
            Self::UploadedFile(_) => EntityKind::UploadedFile,
            Self::AbstractImage(_) => EntityKind::AbstractImage,
            Self::AbstractSlice(_) => EntityKind::AbstractSlice,
            Self::Project(_) => EntityKind::Project,
            Self::ImageInstance(_) => EntityKind::ImageInstance,
            Self::SliceInstance(_) => EntityKind::SliceInstance,
            Self::Ontology(_) => EntityKind::Ontology,
            Self::Term(_) => EntityKind::Term,
            Self::RelationTerm(_) => EntityKind::RelationTerm,
            Self::Annotation(_) => EntityKind::Annotation,
            Self::AnnotationTerm(_) => EntityKind::AnnotationTerm,
        }
    }

    /// Its id.
    pub fn id(&self) -> i64 {
        match self {
            Self::User(entity) => entity.id.0,
            Self::UserRole(entity) => entity.id.0,
            Self::Storage(entity) => entity.id.0,
            Self::UploadedFile(entity) => entity.id.0,
            Self::AbstractImage(entity) => entity.id.0,
            Self::AbstractSlice(entity) => entity.id.0,
            Self::Project(entity) => entity.id.0,
            Self::ImageInstance(entity) => entity.id.0,
            Self::SliceInstance(entity) => entity.id.0,
            Self::Ontology(entity) => entity.id.0,
            Self::Term(entity) => entity.id.0,
            Self::RelationTerm(entity) => entity.id.0,
            Self::Annotation(entity) => entity.id.0,
            Self::AnnotationTerm(entity) => entity.id.0,
        }
    }
}

/// What a command did to its entities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CommandAction {
    /// Made them.
    Add,
    /// Changed one.
    Edit,
    /// Deleted them.
    Delete,
}

impl CommandAction {
    /// As stored, and the verb in Cytomine's command names.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Add => "Add",
            Self::Edit => "Edit",
            Self::Delete => "Delete",
        }
    }

    /// From what [`Self::as_str`] gave.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Add, Self::Edit, Self::Delete].into_iter().find(|action| action.as_str() == text)
    }
}

/// Rows of one kind that a command made or deleted beside those it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touched {
    /// Made or deleted.
    pub action: CommandAction,
    /// Which kind.
    pub kind: EntityKind,
    /// Inclusive ranges of ids.
    pub ids: Vec<(i64, i64)>,
}

/// One undoable step.
///
/// A bulk request is one command that names its ids as ranges; no row is copied into it. An edit keeps the
/// entity before and after. A delete keeps nothing: the deleted rows (cascades too) carry the command's id.
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    /// Id.
    pub id: CommandId,
    /// Who did it.
    pub user: UserId,
    /// What it did.
    pub action: CommandAction,
    /// To which kind of entity.
    pub kind: EntityKind,
    /// To which ones: inclusive ranges of ids.
    pub ids: Vec<(i64, i64)>,
    /// Rows that were made or deleted along with them (slices of an image, replaced term links).
    pub dependents: Vec<Touched>,
    /// The entity before an edit.
    pub before: Option<Entity>,
    /// The entity after an edit.
    pub after: Option<Entity>,
    /// The project it happened in.
    pub project: Option<ProjectId>,
    /// What a person reads.
    pub message: String,
    /// It is undone at the moment.
    pub undone: bool,
    /// When it was done.
    pub created: Millis,
}

/// Joins sorted ids to inclusive ranges.
pub fn id_ranges(ids: &[i64]) -> Vec<(i64, i64)> {
    let mut ranges: Vec<(i64, i64)> = Vec::new();
    for &id in ids {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == id => *last = id,
            _ => ranges.push((id, id)),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::{EntityKind, id_ranges};

    #[test]
    fn neighbouring_ids_become_one_range() {
        assert_eq!(id_ranges(&[1, 2, 3, 7, 9, 10]), [(1, 3), (7, 7), (9, 10)]);
        assert!(id_ranges(&[]).is_empty());
    }

    #[test]
    fn kinds_lead_back_from_their_names() {
        for kind in EntityKind::ALL {
            assert_eq!(EntityKind::parse(kind.as_str()), Some(kind));
        }
    }
}
