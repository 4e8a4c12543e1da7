//! Planes of images inside projects.

use cytomine_model::{AbstractSlice, EntityKind, ImageInstanceId, SliceInstance};

use crate::table::Hang;
use crate::{Read, StoreError, Value, table};

table! {
    SliceInstance as "i", joins "JOIN abstract_slice b ON b.id = i.base_slice_id";
    hangs {
        Hang::Column(EntityKind::Project, "project_id"),
        Hang::Column(EntityKind::ImageInstance, "image_id"),
    }
    columns {
        id = Stay "id",
        project = Stay "project_id",
        image = Stay "image_id",
        created = Stay "created",
        updated = Change "updated",
    }
    derived { Change "base_slice_id": Int = |slice| Value::from(slice.base.id), }
    nested { base: AbstractSlice, }
}

/// Planes of an image: by time, z, channel.
pub async fn of_image(ex: impl Read, image: ImageInstanceId) -> Result<Vec<SliceInstance>, StoreError> {
    let mut statement = table::living::<SliceInstance>();
    statement.push(" AND i.image_id = ").push_value(image);
    statement.push(" ORDER BY b.time, b.z_stack, b.channel, i.id");
    table::all(ex, statement).await
}

/// The plane on which things are put that name only their image: the middle one of the sorted distinct channels, of
/// the z values and of the times (rest-api 4.8). Where that plane is missing, the first.
pub fn reference(slices: &[SliceInstance]) -> Option<&SliceInstance> {
    let middle = |of: fn(&SliceInstance) -> i32| {
        let mut values: Vec<i32> = slices.iter().map(of).collect();
        values.sort_unstable();
        values.dedup();
        values.get(values.len() / 2).copied()
    };
    let channel = middle(|slice| slice.base.channel)?;
    let z_stack = middle(|slice| slice.base.z_stack)?;
    let time = middle(|slice| slice.base.time)?;
    slices
        .iter()
        .find(|slice| (slice.base.channel, slice.base.z_stack, slice.base.time) == (channel, z_stack, time))
        .or(slices.first())
}

/// The reference plane of an image, see [`reference`].
pub async fn reference_of(
    ex: impl Read,
    image: ImageInstanceId,
) -> Result<Option<SliceInstance>, StoreError> {
    let slices = of_image(ex, image).await?;
    Ok(reference(&slices).cloned())
}
