//! A plane of an abstract image on the wire (rest-api 4.6).

use cytomine_domain::abstract_slice::SliceFields;
use cytomine_model::{self as model, AbstractImage, AbstractImageId, EntityKind, UploadedFileId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::dialect::class::java_class;
use crate::dialect::envelope::OfKind;
use crate::dialect::loose::{Id, PatchText, Whole};
use crate::dialect::wire::Ms;

/// Place of a plane in the order of channels, then z, then time.
pub fn rank(slice: &model::AbstractSlice, image: &AbstractImage) -> i64 {
    let [channel, z, time] = [slice.channel, slice.z_stack, slice.time].map(i64::from);
    let [channels, depth] = [image.channels, image.depth].map(i64::from);
    channel + channels * (z + depth * time)
}

/// A plane of an image.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AbstractSlice {
    class: &'static str,
    id: i64,
    created: Ms,
    updated: Option<Ms>,
    uploaded_file: Option<i64>,
    path: Option<String>,
    image: i64,
    channel: i32,
    z_stack: i32,
    time: i32,
    /// Place in the order of channels, then z, then time.
    rank: i64,
    channel_name: Option<String>,
    channel_color: Option<String>,
    z_name: Option<String>,
}

impl AbstractSlice {
    /// All keys of a plane of this image.
    pub fn of(slice: &model::AbstractSlice, image: &AbstractImage) -> Self {
        Self {
            class: java_class(EntityKind::AbstractSlice),
            id: slice.id.0,
            created: slice.created.into(),
            updated: slice.updated.map(Ms::from),
            uploaded_file: slice.uploaded_file.map(i64::from),
            path: image.path.clone(),
            image: slice.image.0,
            channel: slice.channel,
            z_stack: slice.z_stack,
            time: slice.time,
            rank: rank(slice, image),
            channel_name: slice.channel_name.clone(),
            channel_color: slice.channel_color.clone(),
            z_name: slice.z_name.clone(),
        }
    }
}

impl OfKind for AbstractSlice {
    const KIND: EntityKind = EntityKind::AbstractSlice;
}

/// What can be said of a plane; what is left out of a change stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct SliceBody {
    /// Its image.
    image: Id,
    uploaded_file: Id,
    channel: Whole,
    z_stack: Whole,
    time: Whole,
    /// Null takes it away, as with the two below.
    channel_name: PatchText,
    channel_color: PatchText,
    z_name: PatchText,
}

impl SliceBody {
    /// As the domain takes it.
    pub(super) fn fields(self) -> SliceFields {
        SliceFields {
            image: self.image.of(AbstractImageId),
            uploaded_file: self.uploaded_file.of(UploadedFileId),
            channel: self.channel.get(),
            z_stack: self.z_stack.get(),
            time: self.time.get(),
            channel_name: self.channel_name.get(),
            channel_color: self.channel_color.get(),
            z_name: self.z_name.get(),
        }
    }
}
