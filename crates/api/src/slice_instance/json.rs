//! A plane of an image in a project on the wire (rest-api 4.8).

use cytomine_model::{EntityKind, ImageInstance, SliceInstance};
use serde_json::{Value, json};

use crate::abstract_slice::json::rank;
use crate::dialect::class::java_class;
use crate::dialect::wire::ms;

/// All keys of a plane of this image. The path names the file, so a blind project keeps it to itself.
pub fn slice_instance(slice: &SliceInstance, image: &ImageInstance) -> Value {
    let path = image.base.path.as_ref().filter(|_| !image.project_blind);
    json!({
        "class": java_class(EntityKind::SliceInstance),
        "id": slice.id,
        "created": ms(Some(slice.created.0)),
        "updated": ms(slice.updated.map(|time| time.0)),
        "uploadedFile": slice.base.uploaded_file,
        "project": slice.project,
        "baseSlice": slice.base.id,
        "image": slice.image,
        "path": path,
        "channel": slice.base.channel,
        "zStack": slice.base.z_stack,
        "time": slice.base.time,
        "rank": rank(&slice.base, &image.base),
        "channelName": slice.base.channel_name,
        "channelColor": slice.base.channel_color,
        "zName": slice.base.z_name,
    })
}
