//! A property on the wire (rest-api 4.21).

use cytomine_domain::hanging::Subject;
use cytomine_model::{self as model, EntityKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::dialect::envelope::OfKind;
use crate::dialect::loose::{Id, Long, Text};
use crate::error::ApiError;
use crate::hanging::{Hung, Told, Wire, subject};

/// A key and a value on an entity.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Property {
    #[serde(flatten)]
    hung: Hung,
    /// What begins with `@` is of user interfaces, and hidden by them.
    #[schema(example = "stain")]
    key: String,
    #[schema(example = "H&E")]
    value: String,
}

impl OfKind for Property {
    const KIND: EntityKind = EntityKind::Property;
}

impl Wire for Property {
    type Entity = model::Property;

    fn of(property: &model::Property) -> Self {
        Self { hung: Hung::of(property), key: property.key.clone(), value: property.value.clone() }
    }
}

/// What can be said of a property; what is left out of a change stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct PropertyBody {
    /// Class of what it belongs to, where the address does not say it.
    domain_class_name: Text,
    /// Id of what it belongs to.
    domain_ident: Id,
    #[schema(example = "stain")]
    key: Text,
    #[schema(example = "H&E")]
    value: Long,
}

impl Told for Property {
    type Body = PropertyBody;

    fn said(body: PropertyBody) -> (Result<Option<Subject>, ApiError>, (Option<String>, Option<String>)) {
        (subject(body.domain_class_name, body.domain_ident), (body.key.get(), body.value.get()))
    }
}

/// A key, or with it whose annotations have it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Key {
    /// A key.
    #[schema(example = "stain")]
    Alone(String),
    /// A key, and somebody who has annotations with it.
    Of {
        /// The key.
        #[schema(example = "stain")]
        key: String,
        /// The user.
        user: i64,
    },
}

/// Where an annotation has its centre, in pixels from the lower left corner, and its value for a key.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Position {
    pub(super) id_annotation: i64,
    pub(super) x: f64,
    pub(super) y: f64,
    #[schema(example = "H&E")]
    pub(super) value: String,
}
