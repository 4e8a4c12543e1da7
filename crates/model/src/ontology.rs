//! Vocabularies.

use serde::{Deserialize, Serialize};

use crate::{Millis, OntologyId, RelationId, RelationTermId, TermId, UserId};

/// A vocabulary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ontology {
    /// Id.
    pub id: OntologyId,
    /// Name, unique among living ontologies.
    pub name: String,
    /// Who made it.
    pub user: UserId,
    /// When it was made.
    pub created: Millis,
    /// When it was last changed.
    pub updated: Option<Millis>,
}

/// A term of a vocabulary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// Id.
    pub id: TermId,
    /// Its vocabulary.
    pub ontology: OntologyId,
    /// Name, unique within the vocabulary.
    pub name: String,
    /// Colour as `#RRGGBB`.
    pub color: String,
    /// Free text.
    pub comment: Option<String>,
    /// The term above it, by the relation `parent`; read with the term.
    pub parent: Option<TermId>,
    /// When it was made.
    pub created: Millis,
    /// When it was last changed.
    pub updated: Option<Millis>,
}

/// A kind of relation between terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relation {
    /// Id.
    pub id: RelationId,
    /// `parent` or `synonyme`.
    pub name: String,
}

/// A relation between two terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelationTerm {
    /// Id.
    pub id: RelationTermId,
    /// Which relation.
    pub relation: RelationId,
    /// First term: the parent.
    pub term1: TermId,
    /// Second term: the child.
    pub term2: TermId,
    /// When it was made.
    pub created: Millis,
    /// When it was last changed.
    pub updated: Option<Millis>,
}
