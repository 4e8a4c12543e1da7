//! A tag on the wire (rest-api 4.24).

use cytomine_model::{self as model, EntityKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::dialect::class::java_class;
use crate::dialect::envelope::OfKind;
use crate::dialect::loose::Text;
use crate::dialect::wire::Ms;

/// A word that entities are marked with.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tag {
    class: &'static str,
    id: i64,
    created: Ms,
    updated: Option<Ms>,
    #[schema(example = "To be reviewed")]
    name: String,
    /// Who made it.
    user: i64,
    creator_name: String,
}

impl Tag {
    /// All keys of a tag.
    pub fn of(tag: &model::Tag) -> Self {
        Self {
            class: java_class(EntityKind::Tag),
            id: tag.id.0,
            created: tag.created.into(),
            updated: tag.updated.map(Ms::from),
            name: tag.name.clone(),
            user: tag.user.0,
            creator_name: tag.creator.clone(),
        }
    }
}

impl OfKind for Tag {
    const KIND: EntityKind = EntityKind::Tag;
}

/// What can be said of a tag.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct TagBody {
    #[schema(example = "To be reviewed")]
    pub(super) name: Text,
}
