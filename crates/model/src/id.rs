//! Ids: one 64-bit sequence across all kinds of entity, as Cytomine's clients assume.
//!
//! Values stay below 2^53, so that every JSON reader keeps them exact; gaps are allowed. Each kind
//! has its own type, so that a project id cannot be passed where an image id is wanted.

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<$name> for i64 {
            fn from(id: $name) -> i64 {
                id.0
            }
        }
    )+};
}

ids! {
    /// A person or program with an account.
    UserId,
    /// A global role as an entity of the API (`role.json`).
    RoleId,
    /// The grant of a global role to a user (`user/{u}/role.json`).
    UserRoleId,
    /// A storage: the place uploads go to.
    StorageId,
    /// A file as it was uploaded, or made from an uploaded one.
    UploadedFileId,
    /// An image as the platform holds it, independent of projects.
    AbstractImageId,
    /// One plane (channel, z, time) of an abstract image.
    AbstractSliceId,
    /// A project.
    ProjectId,
    /// An image inside a project.
    ImageInstanceId,
    /// One plane of an image inside a project.
    SliceInstanceId,
    /// A vocabulary of terms.
    OntologyId,
    /// One term of an ontology.
    TermId,
    /// A kind of relation between terms (`parent`, `synonyme`).
    RelationId,
    /// A relation between two terms.
    RelationTermId,
    /// A user annotation.
    AnnotationId,
    /// The link between an annotation, a term and the user who set it.
    AnnotationTermId,
    /// A command: one undoable step of one user.
    CommandId,
    /// A queued job.
    JobId,
}
