//! A description on the wire.

use cytomine_domain::hanging::Subject;
use cytomine_model::{self as model, EntityKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::dialect::envelope::OfKind;
use crate::dialect::loose::{Id, Long, Text};
use crate::error::ApiError;
use crate::hanging::{Hung, Told, Wire, subject};

/// The text on an entity.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Description {
    #[serde(flatten)]
    hung: Hung,
    /// HTML as its author sent it, to the letter: sanitise it before you show it.
    #[schema(example = "<p>Biopsy of the left lung</p>")]
    data: String,
}

impl OfKind for Description {
    const KIND: EntityKind = EntityKind::Description;
}

impl Wire for Description {
    type Entity = model::Description;

    fn of(description: &model::Description) -> Self {
        Self { hung: Hung::of(description), data: description.data.clone() }
    }
}

/// What can be said of a description.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct DescriptionBody {
    /// Class of what it belongs to, where the address does not say it.
    domain_class_name: Text,
    /// Id of what it belongs to.
    domain_ident: Id,
    /// HTML.
    #[schema(example = "<p>Biopsy of the left lung</p>")]
    data: Long,
}

impl Told for Description {
    type Body = DescriptionBody;

    fn said(body: DescriptionBody) -> (Result<Option<Subject>, ApiError>, Option<String>) {
        (subject(body.domain_class_name, body.domain_ident), body.data.get())
    }
}
