//! A plane of an abstract image on the wire (rest-api 4.6).

use cytomine_model::{AbstractImage, AbstractSlice, EntityKind};
use serde_json::{Value, json};

use crate::dialect::class::java_class;
use crate::dialect::wire::ms;

/// Place of a plane in the order of channels, then z, then time.
pub fn rank(slice: &AbstractSlice, image: &AbstractImage) -> i64 {
    let [channel, z, time] = [slice.channel, slice.z_stack, slice.time].map(i64::from);
    let [channels, depth] = [image.channels, image.depth].map(i64::from);
    channel + channels * (z + depth * time)
}

/// All keys of a plane of this image.
pub fn abstract_slice(slice: &AbstractSlice, image: &AbstractImage) -> Value {
    json!({
        "class": java_class(EntityKind::AbstractSlice),
        "id": slice.id,
        "created": ms(Some(slice.created.0)),
        "updated": ms(slice.updated.map(|time| time.0)),
        "uploadedFile": slice.uploaded_file,
        "path": image.path,
        "image": slice.image,
        "channel": slice.channel,
        "zStack": slice.z_stack,
        "time": slice.time,
        "rank": rank(slice, image),
        "channelName": slice.channel_name,
        "channelColor": slice.channel_color,
        "zName": slice.z_name,
    })
}
