//! A term link on the wire (rest-api 4.17).

use cytomine_model::{AnnotationTerm, EntityKind};
use serde_json::{Value, json};

use crate::dialect::class::java_class;
use crate::dialect::wire::ms;

/// All keys of a term link.
pub fn annotation_term(link: &AnnotationTerm) -> Value {
    json!({
        "class": java_class(EntityKind::AnnotationTerm),
        "id": link.id,
        "created": ms(Some(link.created.0)),
        "updated": ms(link.updated.map(|time| time.0)),
        "userannotation": link.annotation,
        "annotationIdent": link.annotation,
        "term": link.term,
        "user": link.user,
    })
}
