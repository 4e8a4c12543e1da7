//! Java names of Cytomine's classes: wire values, because clients build addresses and look up keys with them.

use cytomine_model::{EntityKind, Kind};

/// Class of a global role, which no command speaks of.
pub const ROLE: &str = "be.cytomine.domain.security.SecRole";

/// Class of a relation between terms, of which there is one and no command.
pub const RELATION: &str = "be.cytomine.domain.ontology.Relation";

/// A kind of entity with its class; stated beside what the API answers of one.
pub trait JavaClass: Kind {
    /// The value of an object's `class` key.
    const NAME: &'static str;
}

macro_rules! dispatch {
    (
        kinds { $($(#[$doc:meta])+ $kind:ident, $id:ident, $table:literal;)+ }
        ids { $($(#[$other_doc:meta])+ $other:ident;)+ }
    ) => {
        /// The value of an object's `class` key.
        pub fn java_class(kind: EntityKind) -> &'static str {
            match kind {
                $(EntityKind::$kind => <cytomine_model::$kind as JavaClass>::NAME,)+
            }
        }
    };
}
cytomine_model::each_kind!(dispatch);

/// The kind of a class; clients write it with `.` or `_`.
pub fn kind_of(class: &str) -> Option<EntityKind> {
    let class = class.replace('_', ".");
    EntityKind::ALL.iter().copied().find(|kind| java_class(*kind) == class)
}

/// The class without its package: `ImageInstance`.
pub fn simple_name(kind: EntityKind) -> &'static str {
    let class = java_class(kind);
    class.rsplit_once('.').map_or(class, |(_, name)| name)
}

/// The key that holds the object in the answer to a command: the lower-case simple name, except that user
/// annotations stand under `annotation`.
pub fn data_key(kind: EntityKind) -> String {
    match kind {
        EntityKind::Annotation => "annotation".to_owned(),
        kind => simple_name(kind).to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_keys_are_the_ones_clients_read() {
        let keys: Vec<String> = EntityKind::ALL.iter().copied().map(data_key).collect();
        assert_eq!(
            keys,
            [
                "user",
                "secusersecrole",
                "storage",
                "uploadedfile",
                "abstractimage",
                "abstractslice",
                "project",
                "imageinstance",
                "sliceinstance",
                "ontology",
                "term",
                "relationterm",
                "annotation",
                "annotationterm",
                "property",
                "attachedfile",
                "description",
                "tag",
                "tagdomainassociation",
            ]
        );
    }
}
