//! A property on the wire.

use cytomine_model::{self as model, EntityKind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::dialect::class::java_class;
use crate::dialect::wire::Ms;

/// A key and a value on an entity.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Property {
    class: &'static str,
    id: i64,
    created: Ms,
    updated: Option<Ms>,
    domain_ident: i64,
    domain_class_name: &'static str,
    key: String,
    value: String,
}

impl Property {
    /// All keys of a property.
    pub fn of(property: &model::Property) -> Self {
        Self {
            class: java_class(EntityKind::Property),
            id: property.id.0,
            created: property.created.into(),
            updated: property.updated.map(Ms::from),
            domain_ident: property.entity,
            domain_class_name: java_class(property.kind),
            key: property.key.clone(),
            value: property.value.clone(),
        }
    }
}
