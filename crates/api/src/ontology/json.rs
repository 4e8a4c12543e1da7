//! An ontology on the wire (rest-api 4.13): the tree of S5 and the list of S6 in one object.

use cytomine_domain::ontology::OntologyTree;
use cytomine_model::{EntityKind, Ontology, Term, TermId};
use serde_json::{Value, json};

use crate::dialect::class::java_class;
use crate::dialect::wire::ms;
use crate::term;

/// All keys of an ontology.
pub fn ontology(tree: &OntologyTree) -> Value {
    let ontology = &tree.ontology;
    let projects: Vec<Value> =
        tree.projects.iter().map(|(id, name)| json!({ "id": id, "name": name })).collect();
    json!({
        "class": java_class(EntityKind::Ontology),
        "id": ontology.id,
        "created": ms(Some(ontology.created.0)),
        "updated": ms(ontology.updated.map(|time| time.0)),
        "name": ontology.name,
        "user": ontology.user,
        "title": ontology.name,
        "attr": { "id": ontology.id, "type": java_class(EntityKind::Ontology) },
        "data": ontology.name,
        "isFolder": true,
        "key": ontology.id,
        "hideCheckbox": true,
        "state": "open",
        "projects": projects,
        "terms": tree.terms.iter().map(term::json::term).collect::<Vec<_>>(),
        "children": branches(&tree.terms, None, &mut Vec::new()),
    })
}

/// The few keys that choosers need.
pub fn light(ontology: &Ontology) -> Value {
    json!({
        "class": java_class(EntityKind::Ontology),
        "id": ontology.id,
        "name": ontology.name,
        "created": ms(Some(ontology.created.0)),
        "updated": ms(ontology.updated.map(|time| time.0)),
    })
}

/// The terms below `parent` as a tree. `path` holds the terms above: relations that run in a circle end there.
fn branches(terms: &[Term], parent: Option<TermId>, path: &mut Vec<TermId>) -> Vec<Value> {
    let mut nodes = Vec::new();
    for term in terms.iter().filter(|term| term.parent == parent) {
        if path.contains(&term.id) {
            continue;
        }
        path.push(term.id);
        let children = branches(terms, Some(term.id), path);
        path.pop();
        nodes.push(json!({
            "class": java_class(EntityKind::Term),
            "id": term.id,
            "name": term.name,
            "title": term.name,
            "data": term.name,
            "color": term.color,
            "parent": term.parent,
            "attr": { "id": term.id, "type": java_class(EntityKind::Term) },
            "checked": false,
            "key": term.id,
            "isFolder": !children.is_empty(),
            "hideCheckbox": !children.is_empty(),
            "children": children,
        }));
    }
    nodes
}
