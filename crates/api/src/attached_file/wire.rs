//! An attached file on the wire.

use cytomine_model::{self as model, EntityKind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::dialect::envelope::OfKind;
use crate::hanging::{Hung, Wire};

/// A file on an entity.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AttachedFile {
    #[serde(flatten)]
    hung: Hung,
    /// Where its bytes are.
    #[schema(example = "/api/attachedfile/1/download")]
    url: String,
    #[schema(example = "report.pdf")]
    filename: String,
    /// What clients know it by.
    key: Option<String>,
    /// Bytes.
    size: i64,
}

impl OfKind for AttachedFile {
    const KIND: EntityKind = EntityKind::AttachedFile;
}

impl Wire for AttachedFile {
    type Entity = model::AttachedFile;

    fn of(file: &model::AttachedFile) -> Self {
        Self {
            hung: Hung::of(file),
            url: format!("/api/attachedfile/{}/download", file.id),
            filename: file.filename.clone(),
            key: file.key.clone(),
            size: file.size,
        }
    }
}
