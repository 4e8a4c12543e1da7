//! The one list of everything that has an id. Whatever depends on the kind of an entity is made from it: the kinds
//! themselves, id types, conversions in the store, the dispatch of the domain and of the API. A kind is added by a line
//! here; the compiler then asks for the rest.

/// Hands the list to a macro, as `kinds { docs, kind = type of the entity, type of its id, table; ... } ids { ... }`.
#[macro_export]
macro_rules! each_kind {
    ($then:ident) => {
        $then! {
            kinds {
                /// A person or program with an account.
                User, UserId, "user_account";
                /// The grant of a global role to a user (`user/{u}/role.json`).
                UserRole, UserRoleId, "user_role";
                /// A storage: the place uploads go to.
                Storage, StorageId, "storage";
                /// A file as it was uploaded, or made from an uploaded one.
                UploadedFile, UploadedFileId, "uploaded_file";
                /// An image as the platform holds it, independent of projects.
                AbstractImage, AbstractImageId, "abstract_image";
                /// One plane (channel, z, time) of an abstract image.
                AbstractSlice, AbstractSliceId, "abstract_slice";
                /// A project.
                Project, ProjectId, "project";
                /// An image inside a project.
                ImageInstance, ImageInstanceId, "image_instance";
                /// One plane of an image inside a project.
                SliceInstance, SliceInstanceId, "slice_instance";
                /// A vocabulary of terms.
                Ontology, OntologyId, "ontology";
                /// One term of an ontology.
                Term, TermId, "term";
                /// A relation between two terms.
                RelationTerm, RelationTermId, "relation_term";
                /// A user annotation.
                Annotation, AnnotationId, "annotation";
                /// The link between an annotation, a term and the user who set it.
                AnnotationTerm, AnnotationTermId, "annotation_term";
                /// A key and a value on any entity.
                Property, PropertyId, "property";
                /// A file on any entity.
                AttachedFile, AttachedFileId, "attached_file";
                /// The text on an entity.
                Description, DescriptionId, "description";
                /// A word that entities are marked with.
                Tag, TagId, "tag";
                /// A tag on any entity.
                TagDomainAssociation, TagDomainAssociationId, "tag_domain_association";
            }
            ids {
                /// A global role as an entity of the API (`role.json`).
                RoleId;
                /// A kind of relation between terms (`parent`, `synonyme`).
                RelationId;
                /// A command: one undoable step of one user.
                CommandId;
                /// A queued job.
                JobId;
            }
        }
    };
}

use serde::{Deserialize, Serialize};

use crate::Id;

/// An entity: something with an id that commands, activity and events speak of.
pub trait Kind: Clone + std::fmt::Debug + PartialEq + Send + Sync + 'static {
    /// Which kind it is.
    const KIND: EntityKind;
    /// Type of its id.
    type Id: Id;

    /// Its id.
    fn id(&self) -> Self::Id;
}

macro_rules! kinds {
    (
        kinds { $($(#[$doc:meta])+ $kind:ident, $id:ident, $table:literal;)+ }
        ids { $($(#[$other_doc:meta])+ $other:ident;)+ }
    ) => {
        /// Every kind of entity.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum EntityKind {
            $($(#[$doc])+ $kind,)+
        }

        impl EntityKind {
            /// All kinds.
            pub const ALL: &[Self] = &[$(Self::$kind),+];

            /// Name of the table and of the kind as stored.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $table,)+
                }
            }

            /// Name of the kind in Cytomine's words.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => stringify!($kind),)+
                }
            }
        }
    };
}
each_kind!(kinds);

impl EntityKind {
    /// From what [`Self::as_str`] gave.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::EntityKind;

    #[test]
    fn kinds_lead_back_from_their_names() {
        for kind in EntityKind::ALL {
            assert_eq!(EntityKind::parse(kind.as_str()), Some(*kind));
        }
    }

    /// Whoever writes all kinds down a second time gets a list that nobody completes. A file that gives most kinds an
    /// arm of their own is such a list.
    #[test]
    fn there_is_no_second_list_of_kinds() {
        let crates = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
        let mut folders = vec![std::path::PathBuf::from(crates)];
        let mut lists = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() && !path.ends_with("tests") && !path.ends_with("target") {
                    folders.push(path);
                } else if path.extension().is_some_and(|ending| ending == "rs")
                    && !path.ends_with("model/src/kind.rs")
                {
                    let text = std::fs::read_to_string(&path).unwrap();
                    let arms = |start: &str| {
                        let arm = |kind: &&EntityKind| {
                            text.lines().any(|line| {
                                let line = line.trim_start();
                                line.starts_with(&format!("{start}{:?}", **kind)) && line.contains("=>")
                            })
                        };
                        EntityKind::ALL.iter().filter(arm).count()
                    };
                    if arms("EntityKind::").max(arms("Entity::")) > EntityKind::ALL.len() / 2 {
                        lists.push(path);
                    }
                }
            }
        }
        assert!(lists.is_empty(), "make these from each_kind!: {lists:?}");
    }
}
