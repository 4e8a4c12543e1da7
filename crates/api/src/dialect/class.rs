//! Java names of Cytomine's classes: wire values, because clients build addresses and look up keys with them.

use cytomine_model::EntityKind;

/// Class of a global role, which no command speaks of.
pub const ROLE: &str = "be.cytomine.domain.security.SecRole";

/// Class of a relation between terms, of which there is one and no command.
pub const RELATION: &str = "be.cytomine.domain.ontology.Relation";

/// The value of an object's `class` key.
pub fn java_class(kind: EntityKind) -> &'static str {
    match kind {
        EntityKind::User => "be.cytomine.domain.security.User",
        EntityKind::UserRole => "be.cytomine.domain.security.SecUserSecRole",
        EntityKind::Storage => "be.cytomine.domain.image.server.Storage",
        EntityKind::UploadedFile => "be.cytomine.domain.image.UploadedFile",
        EntityKind::AbstractImage => "be.cytomine.domain.image.AbstractImage",
        EntityKind::AbstractSlice => "be.cytomine.domain.image.AbstractSlice",
        EntityKind::Project => "be.cytomine.domain.project.Project",
        EntityKind::ImageInstance => "be.cytomine.domain.image.ImageInstance",
        EntityKind::SliceInstance => "be.cytomine.domain.image.SliceInstance",
        EntityKind::Ontology => "be.cytomine.domain.ontology.Ontology",
        EntityKind::Term => "be.cytomine.domain.ontology.Term",
        EntityKind::RelationTerm => "be.cytomine.domain.ontology.RelationTerm",
        EntityKind::Annotation => "be.cytomine.domain.ontology.UserAnnotation",
        EntityKind::AnnotationTerm => "be.cytomine.domain.ontology.AnnotationTerm",
    }
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

/// The kind a client means by a class in an address (`domain/{class}/{id}/...`).
pub fn kind_of(class: &str) -> Option<EntityKind> {
    EntityKind::ALL.into_iter().find(|kind| java_class(*kind) == class)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_lead_back_to_their_kinds() {
        for kind in EntityKind::ALL {
            assert_eq!(kind_of(java_class(kind)), Some(kind));
        }
        assert_eq!(kind_of("be.cytomine.domain.Unknown"), None);
    }

    #[test]
    fn data_keys_are_the_ones_clients_read() {
        let keys: Vec<String> = EntityKind::ALL.into_iter().map(data_key).collect();
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
            ]
        );
    }
}
