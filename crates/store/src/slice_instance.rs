//! Planes of images inside projects.

use cytomine_model::{ImageInstanceId, SliceInstance, SliceInstanceId};

use crate::abstract_slice::{BASE_COLUMNS, base};
use crate::{Executor, Row, StoreError, sql};

fn from() -> String {
    format!(
        "SELECT i.id, i.project_id, i.image_id, i.created, i.updated, {BASE_COLUMNS} FROM slice_instance i \
         JOIN abstract_slice s ON s.id = i.base_slice_id WHERE i.deleted_by IS NULL"
    )
}

fn slice(row: &Row) -> Result<SliceInstance, StoreError> {
    Ok(SliceInstance {
        id: row.id("id")?,
        project: row.id("project_id")?,
        image: row.id("image_id")?,
        base: base(row)?,
        created: row.time("created")?,
        updated: row.opt_time("updated")?,
    })
}

/// A plane by id; whether the actor may see its project is the caller's question.
///
/// # Errors
/// When the database refuses.
pub async fn by_id(mut ex: impl Executor, id: SliceInstanceId) -> Result<Option<SliceInstance>, StoreError> {
    ex.first(sql(from() + " AND i.id = $1").bind(id)).await?.as_ref().map(slice).transpose()
}

/// Planes of an image: by time, z, channel.
///
/// # Errors
/// When the database refuses.
pub async fn of_image(
    mut ex: impl Executor,
    image: ImageInstanceId,
) -> Result<Vec<SliceInstance>, StoreError> {
    let text = from() + " AND i.image_id = $1 ORDER BY s.time, s.z_stack, s.channel, i.id";
    ex.rows(sql(text).bind(image)).await?.iter().map(slice).collect()
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
///
/// # Errors
/// When the database refuses.
pub async fn reference_of(
    ex: impl Executor,
    image: ImageInstanceId,
) -> Result<Option<SliceInstance>, StoreError> {
    let slices = of_image(ex, image).await?;
    Ok(reference(&slices).cloned())
}

/// Writes a new plane.
///
/// # Errors
/// [`StoreError::Duplicate`] when the image has this plane already.
pub async fn insert(mut ex: impl Executor, slice: &SliceInstance) -> Result<(), StoreError> {
    let statement = sql("INSERT INTO slice_instance (id, project_id, image_id, base_slice_id, created) \
         VALUES ($1, $2, $3, $4, $5)")
    .bind(slice.id)
    .bind(slice.project)
    .bind(slice.image)
    .bind(slice.base.id)
    .bind(slice.created);
    ex.execute(statement).await.map(|_| ())
}

/// Notes when a plane was changed, and which plane of the abstract image it stands for.
///
/// # Errors
/// [`StoreError::Duplicate`] when the image has this plane already.
pub async fn update(mut ex: impl Executor, slice: &SliceInstance) -> Result<(), StoreError> {
    let statement = sql(
        "UPDATE slice_instance SET base_slice_id = $2, updated = $3 WHERE id = $1 AND deleted_by IS NULL",
    )
    .bind(slice.id)
    .bind(slice.base.id)
    .bind(slice.updated);
    ex.execute(statement).await.map(|_| ())
}
