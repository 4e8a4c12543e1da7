//! An ontology on the wire (rest-api 4.13): the tree of S5 and the list of S6 in one object.

use cytomine_domain::ontology::OntologyTree;
use cytomine_model::{self as model, EntityKind, ProjectId, TermId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::dialect::class::java_class;
use crate::dialect::envelope::OfKind;
use crate::dialect::loose::Text;
use crate::dialect::wire::{Ms, Words};
use crate::term::wire::Term;

/// An ontology with its terms, and the projects of the caller that use it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Ontology {
    class: &'static str,
    id: i64,
    created: Ms,
    updated: Option<Ms>,
    #[schema(example = "Tissues")]
    name: String,
    /// Who made it.
    user: i64,
    title: String,
    attr: NodeAttributes,
    data: String,
    is_folder: bool,
    key: i64,
    hide_checkbox: bool,
    #[schema(example = "open")]
    state: &'static str,
    projects: Vec<ProjectName>,
    /// Its terms as a list.
    terms: Vec<Term>,
    /// Its terms as a tree.
    children: Vec<TermNode>,
    may: Words,
}

/// What a node of a tree stands for.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
struct NodeAttributes {
    id: i64,
    #[serde(rename = "type")]
    class: &'static str,
}

/// A project by name.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct ProjectName {
    id: i64,
    name: String,
}

/// A term in the tree of its ontology.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct TermNode {
    class: &'static str,
    id: i64,
    name: String,
    title: String,
    data: String,
    #[schema(example = "#ff0000")]
    color: String,
    parent: Option<i64>,
    attr: NodeAttributes,
    checked: bool,
    key: i64,
    is_folder: bool,
    hide_checkbox: bool,
    #[schema(no_recursion)]
    children: Vec<TermNode>,
}

impl Ontology {
    /// All keys of an ontology.
    pub fn of(tree: &OntologyTree) -> Self {
        let ontology = &tree.ontology;
        let class = java_class(EntityKind::Ontology);
        let project = |(id, name): &(ProjectId, String)| ProjectName { id: id.0, name: name.clone() };
        Self {
            class,
            id: ontology.id.0,
            created: ontology.created.into(),
            updated: ontology.updated.map(Ms::from),
            name: ontology.name.clone(),
            user: ontology.user.0,
            title: ontology.name.clone(),
            attr: NodeAttributes { id: ontology.id.0, class },
            data: ontology.name.clone(),
            is_folder: true,
            key: ontology.id.0,
            hide_checkbox: true,
            state: "open",
            projects: tree.projects.iter().map(project).collect(),
            terms: tree.terms.iter().map(Term::of).collect(),
            children: branches(&tree.terms, None, &mut Vec::new()),
            may: Words(tree.may),
        }
    }
}

impl OfKind for Ontology {
    const KIND: EntityKind = EntityKind::Ontology;
}

/// The few keys of an ontology that choosers need.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OntologyName {
    class: &'static str,
    id: i64,
    #[schema(example = "Tissues")]
    name: String,
    created: Ms,
    updated: Option<Ms>,
}

impl OntologyName {
    /// Those of an ontology.
    pub fn of(ontology: &model::Ontology) -> Self {
        Self {
            class: java_class(EntityKind::Ontology),
            id: ontology.id.0,
            name: ontology.name.clone(),
            created: ontology.created.into(),
            updated: ontology.updated.map(Ms::from),
        }
    }
}

/// An ontology in a list: whole, or with `light` by name.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[allow(clippy::large_enum_variant, reason = "each lives as long as it takes to write it")]
pub enum ListedOntology {
    /// With terms and projects.
    Whole(Ontology),
    /// By name.
    Name(OntologyName),
}

/// What can be said of an ontology.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct OntologyBody {
    #[schema(example = "Tissues")]
    pub(super) name: Text,
}

/// The terms below `parent` as a tree. `path` holds the terms above: relations that run in a circle end there.
fn branches(terms: &[model::Term], parent: Option<TermId>, path: &mut Vec<TermId>) -> Vec<TermNode> {
    let mut nodes = Vec::new();
    for term in terms.iter().filter(|term| term.parent == parent) {
        if path.contains(&term.id) {
            continue;
        }
        path.push(term.id);
        let children = branches(terms, Some(term.id), path);
        path.pop();
        let class = java_class(EntityKind::Term);
        nodes.push(TermNode {
            class,
            id: term.id.0,
            name: term.name.clone(),
            title: term.name.clone(),
            data: term.name.clone(),
            color: term.color.clone(),
            parent: term.parent.map(i64::from),
            attr: NodeAttributes { id: term.id.0, class },
            checked: false,
            key: term.id.0,
            is_folder: !children.is_empty(),
            hide_checkbox: !children.is_empty(),
            children,
        });
    }
    nodes
}
