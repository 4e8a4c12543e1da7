//! Terms and relations on the wire (rest-api 4.14), in both spellings.

use cytomine_model::{EntityKind, Relation, RelationTerm, Term};
use serde_json::{Value, json};

use crate::dialect::class::{RELATION, java_class};
use crate::dialect::wire::ms;

/// All keys of a term.
pub fn term(term: &Term) -> Value {
    json!({
        "class": java_class(EntityKind::Term),
        "id": term.id,
        "created": ms(Some(term.created.0)),
        "updated": ms(term.updated.map(|time| time.0)),
        "name": term.name,
        "comment": term.comment,
        "ontology": term.ontology,
        "ontologyId": term.ontology,
        "color": term.color,
        "parent": term.parent,
    })
}

/// All keys of a relation of two terms.
pub fn relation_term(link: &RelationTerm) -> Value {
    json!({
        "class": java_class(EntityKind::RelationTerm),
        "id": link.id,
        "created": ms(Some(link.created.0)),
        "updated": ms(link.updated.map(|time| time.0)),
        "relation": link.relation,
        "relationId": link.relation,
        "term1": link.term1,
        "term1Id": link.term1,
        "term2": link.term2,
        "term2Id": link.term2,
        "name": null,
    })
}

/// All keys of a kind of relation.
pub fn relation(relation: &Relation) -> Value {
    json!({ "class": RELATION, "id": relation.id, "created": null, "updated": null, "name": relation.name })
}
