//! A tag on an entity, on the wire.

use cytomine_domain::hanging::Subject;
use cytomine_model::{self as model, EntityKind, TagId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::dialect::envelope::OfKind;
use crate::dialect::loose::{Id, Text};
use crate::error::ApiError;
use crate::hanging::{Hung, Told, Wire, subject};

/// A tag on an entity.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TagDomainAssociation {
    #[serde(flatten)]
    hung: Hung,
    /// Id of what it belongs to.
    domain_id: i64,
    tag: i64,
    tag_id: i64,
    #[schema(example = "To be reviewed")]
    tag_name: String,
}

impl OfKind for TagDomainAssociation {
    const KIND: EntityKind = EntityKind::TagDomainAssociation;
}

impl Wire for TagDomainAssociation {
    type Entity = model::TagDomainAssociation;

    fn of(link: &model::TagDomainAssociation) -> Self {
        let (tag, tag_name) = (link.tag.0, link.name.clone());
        Self { hung: Hung::of(link), domain_id: link.entity, tag, tag_id: tag, tag_name }
    }
}

/// A tag for an entity.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct AssociationBody {
    /// Class of what it belongs to, where the address does not say it.
    domain_class_name: Text,
    /// Id of what it belongs to.
    domain_ident: Id,
    /// The same.
    domain_id: Id,
    /// The tag.
    tag: Id,
    /// The same.
    tag_id: Id,
}

impl Told for TagDomainAssociation {
    type Body = AssociationBody;

    fn said(body: AssociationBody) -> (Result<Option<Subject>, ApiError>, Option<TagId>) {
        let entity = body.domain_ident.or(body.domain_id);
        (subject(body.domain_class_name, entity), body.tag.or(body.tag_id).of(TagId))
    }
}
