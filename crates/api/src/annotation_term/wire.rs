//! A term link on the wire (rest-api 4.17).

use cytomine_model::{self as model, EntityKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::dialect::class::java_class;
use crate::dialect::envelope::OfKind;
use crate::dialect::loose::{Flag, Id};
use crate::dialect::wire::Ms;

/// The link between an annotation, a term and the user who set it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AnnotationTerm {
    class: &'static str,
    id: i64,
    created: Ms,
    updated: Option<Ms>,
    userannotation: i64,
    annotation_ident: i64,
    term: i64,
    user: i64,
}

impl AnnotationTerm {
    /// All keys of a term link.
    pub fn of(link: &model::AnnotationTerm) -> Self {
        Self {
            class: java_class(EntityKind::AnnotationTerm),
            id: link.id.0,
            created: link.created.into(),
            updated: link.updated.map(Ms::from),
            userannotation: link.annotation.0,
            annotation_ident: link.annotation.0,
            term: link.term.0,
            user: link.user.0,
        }
    }
}

impl OfKind for AnnotationTerm {
    const KIND: EntityKind = EntityKind::AnnotationTerm;
}

/// What can be said of a term link; what is left out stands in the address.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct LinkBody {
    /// The annotation.
    pub(super) userannotation: Id,
    /// The same.
    pub(super) annotation_ident: Id,
    pub(super) term: Id,
    /// Who sets it; the caller, unless they may speak for others.
    pub(super) user: Id,
}

/// Whose terms a new one replaces.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct ReplaceBody {
    /// Everybody's, not only the caller's; the query's counts first.
    pub(super) clear_for_all: Flag,
}
