//! A plane of an image in a project on the wire (rest-api 4.8).

use cytomine_model::{self as model, EntityKind, ImageInstance};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::abstract_slice::wire::rank;
use crate::dialect::class::java_class;
use crate::dialect::envelope::OfKind;
use crate::dialect::loose::Id;
use crate::dialect::wire::Ms;

/// A plane of an image in a project.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SliceInstance {
    class: &'static str,
    id: i64,
    created: Ms,
    updated: Option<Ms>,
    uploaded_file: Option<i64>,
    project: i64,
    base_slice: i64,
    image: i64,
    path: Option<String>,
    channel: i32,
    z_stack: i32,
    time: i32,
    /// Place in the order of channels, then z, then time.
    rank: i64,
    channel_name: Option<String>,
    channel_color: Option<String>,
    z_name: Option<String>,
}

impl SliceInstance {
    /// All keys of a plane of this image. The path names the file, so a blind project keeps it to itself.
    pub fn of(slice: &model::SliceInstance, image: &ImageInstance) -> Self {
        Self {
            class: java_class(EntityKind::SliceInstance),
            id: slice.id.0,
            created: slice.created.into(),
            updated: slice.updated.map(Ms::from),
            uploaded_file: slice.base.uploaded_file.map(i64::from),
            project: slice.project.0,
            base_slice: slice.base.id.0,
            image: slice.image.0,
            path: image.base.path.clone().filter(|_| !image.project_blind),
            channel: slice.base.channel,
            z_stack: slice.base.z_stack,
            time: slice.base.time,
            rank: rank(&slice.base, &image.base),
            channel_name: slice.base.channel_name.clone(),
            channel_color: slice.base.channel_color.clone(),
            z_name: slice.base.z_name.clone(),
        }
    }
}

impl OfKind for SliceInstance {
    const KIND: EntityKind = EntityKind::SliceInstance;
}

/// What can be said of a plane of an image in a project.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct SliceInstanceBody {
    /// Its image; not read in a change.
    pub(super) image: Id,
    /// The plane that it shows.
    pub(super) base_slice: Id,
}
