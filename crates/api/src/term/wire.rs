//! Terms and relations on the wire (rest-api 4.14), in both spellings.

use cytomine_domain::term::TermFields;
use cytomine_model::{self as model, EntityKind, TermId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::dialect::class::{RELATION, java_class};
use crate::dialect::envelope::OfKind;
use crate::dialect::loose::{Id, Text};
use crate::dialect::wire::{Ms, Nothing};

/// A term of an ontology.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Term {
    class: &'static str,
    id: i64,
    created: Ms,
    updated: Option<Ms>,
    #[schema(example = "Tumour")]
    name: String,
    comment: Option<String>,
    ontology: i64,
    ontology_id: i64,
    #[schema(example = "#ff0000")]
    color: String,
    /// The term above it, if there is one.
    parent: Option<i64>,
}

impl Term {
    /// All keys of a term.
    pub fn of(term: &model::Term) -> Self {
        Self {
            class: java_class(EntityKind::Term),
            id: term.id.0,
            created: term.created.into(),
            updated: term.updated.map(Ms::from),
            name: term.name.clone(),
            comment: term.comment.clone(),
            ontology: term.ontology.0,
            ontology_id: term.ontology.0,
            color: term.color.clone(),
            parent: term.parent.map(i64::from),
        }
    }
}

impl OfKind for Term {
    const KIND: EntityKind = EntityKind::Term;
}

/// What can be said of a term; what is left out of a change stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct TermBody {
    #[schema(example = "Tumour")]
    name: Text,
    #[schema(example = "#ff0000")]
    color: Text,
    comment: Text,
    /// The term above it.
    parent: Id,
    /// Its ontology; needed to make one.
    pub(super) ontology: Id,
    /// The same.
    pub(super) ontology_id: Id,
}

impl TermBody {
    /// As the domain takes it.
    pub(super) fn fields(self) -> TermFields {
        TermFields {
            name: self.name.get(),
            color: self.color.get(),
            comment: self.comment.get(),
            parent: self.parent.of(TermId),
        }
    }
}

/// A relation of two terms.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RelationTerm {
    class: &'static str,
    id: i64,
    created: Ms,
    updated: Option<Ms>,
    relation: i64,
    relation_id: i64,
    term1: i64,
    term1_id: i64,
    term2: i64,
    term2_id: i64,
    name: Nothing,
}

impl RelationTerm {
    /// All keys of a relation of two terms.
    pub fn of(link: &model::RelationTerm) -> Self {
        Self {
            class: java_class(EntityKind::RelationTerm),
            id: link.id.0,
            created: link.created.into(),
            updated: link.updated.map(Ms::from),
            relation: link.relation.0,
            relation_id: link.relation.0,
            term1: link.term1.0,
            term1_id: link.term1.0,
            term2: link.term2.0,
            term2_id: link.term2.0,
            name: Nothing,
        }
    }
}

impl OfKind for RelationTerm {
    const KIND: EntityKind = EntityKind::RelationTerm;
}

/// Two terms to be related.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct RelationTermBody {
    /// Kind of the relation, in place of that in the address.
    pub(super) relation: Id,
    /// The upper one.
    pub(super) term1: Id,
    /// The same.
    pub(super) term1_id: Id,
    /// The lower one.
    pub(super) term2: Id,
    /// The same.
    pub(super) term2_id: Id,
}

/// A kind of relation between terms.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Relation {
    class: &'static str,
    id: i64,
    created: Nothing,
    updated: Nothing,
    #[schema(example = "parent")]
    name: String,
}

impl Relation {
    /// All keys of a kind of relation.
    pub fn of(relation: &model::Relation) -> Self {
        Self {
            class: RELATION,
            id: relation.id.0,
            created: Nothing,
            updated: Nothing,
            name: relation.name.clone(),
        }
    }
}
