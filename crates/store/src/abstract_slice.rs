//! Planes of abstract images.

use cytomine_model::{AbstractImageId, AbstractSlice, EntityKind, UploadedFileId};

use crate::table::Hang;
use crate::{Read, StoreError, table};

table! {
    AbstractSlice as "b";
    hangs { Hang::Column(EntityKind::AbstractImage, "image_id") }
    columns {
        id = Stay "id",
        image = Stay "image_id",
        uploaded_file = Stay "uploaded_file_id",
        channel = Change "channel",
        z_stack = Change "z_stack",
        time = Change "time",
        channel_name = Change "channel_name",
        channel_color = Change "channel_color",
        z_name = Change "z_name",
        created = Stay "created",
        updated = Change "updated",
    }
}

/// Planes of an image: by time, z, channel.
pub async fn of_image(ex: impl Read, image: AbstractImageId) -> Result<Vec<AbstractSlice>, StoreError> {
    let mut statement = table::living::<AbstractSlice>();
    statement
        .push(" AND b.image_id = ")
        .push_value(image)
        .push(" ORDER BY b.time, b.z_stack, b.channel, b.id");
    table::all(ex, statement).await
}

/// Planes that a file holds: by image, time, z, channel.
pub async fn of_file(ex: impl Read, file: UploadedFileId) -> Result<Vec<AbstractSlice>, StoreError> {
    let mut statement = table::living::<AbstractSlice>();
    statement
        .push(" AND b.uploaded_file_id = ")
        .push_value(file)
        .push(" ORDER BY b.image_id, b.time, b.z_stack, b.channel, b.id");
    table::all(ex, statement).await
}
