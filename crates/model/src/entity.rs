//! Any entity, made from the list of kinds.

use crate::id::*;
use crate::{
    AbstractImage, AbstractSlice, Annotation, AnnotationTerm, AttachedFile, Description, EntityKind,
    ImageInstance, Kind, Ontology, Project, Property, RelationTerm, SliceInstance, Storage, Tag,
    TagDomainAssociation, Term, UploadedFile, User, UserRole,
};

macro_rules! entities {
    (
        kinds { $($(#[$doc:meta])+ $kind:ident, $id:ident, $table:literal;)+ }
        ids { $($(#[$other_doc:meta])+ $other:ident;)+ }
    ) => {
        /// Any entity, for answers that may carry one of several kinds (undo, redo, events).
        #[derive(Clone, Debug, PartialEq)]
        #[allow(clippy::large_enum_variant, reason = "made one at a time, never stored in bulk")]
        pub enum Entity {
            $($(#[$doc])+ $kind($kind),)+
        }

        impl Entity {
            /// Which kind it is.
            pub fn kind(&self) -> EntityKind {
                match self {
                    $(Self::$kind(_) => EntityKind::$kind,)+
                }
            }

            /// Its id.
            pub fn id(&self) -> i64 {
                match self {
                    $(Self::$kind(entity) => entity.id.0,)+
                }
            }
        }

        $(
            impl Kind for $kind {
                const KIND: EntityKind = EntityKind::$kind;
                type Id = $id;

                fn id(&self) -> $id {
                    self.id
                }
            }

            impl From<$kind> for Entity {
                fn from(entity: $kind) -> Self {
                    Self::$kind(entity)
                }
            }
        )+
    };
}
crate::each_kind!(entities);
