//! Planes of abstract images.

use cytomine_model::{AbstractImageId, AbstractSlice, AbstractSliceId, UploadedFileId};

use crate::{Executor, Row, StoreError, sql};

/// Columns of the plane `s`.
pub(crate) const BASE_COLUMNS: &str = "\
s.id AS b_id, s.image_id AS b_image_id, s.uploaded_file_id AS b_uploaded_file_id, s.channel AS b_channel, \
s.z_stack AS b_z_stack, s.time AS b_time, s.channel_name AS b_channel_name, s.channel_color AS b_channel_color, \
s.z_name AS b_z_name, s.created AS b_created, s.updated AS b_updated";

/// Reads [`BASE_COLUMNS`].
pub(crate) fn base(row: &Row) -> Result<AbstractSlice, StoreError> {
    Ok(AbstractSlice {
        id: row.id("b_id")?,
        image: row.id("b_image_id")?,
        uploaded_file: row.opt_id("b_uploaded_file_id")?,
        channel: row.int("b_channel")?,
        z_stack: row.int("b_z_stack")?,
        time: row.int("b_time")?,
        channel_name: row.get("b_channel_name")?,
        channel_color: row.get("b_channel_color")?,
        z_name: row.get("b_z_name")?,
        created: row.time("b_created")?,
        updated: row.opt_time("b_updated")?,
    })
}

/// A plane by id; whether the actor may see its image is the caller's question.
///
/// # Errors
/// When the database refuses.
pub async fn by_id(mut ex: impl Executor, id: AbstractSliceId) -> Result<Option<AbstractSlice>, StoreError> {
    let text =
        format!("SELECT {BASE_COLUMNS} FROM abstract_slice s WHERE s.id = $1 AND s.deleted_by IS NULL");
    ex.first(sql(text).bind(id)).await?.as_ref().map(base).transpose()
}

/// Planes of an image: by time, z, channel.
///
/// # Errors
/// When the database refuses.
pub async fn of_image(
    mut ex: impl Executor,
    image: AbstractImageId,
) -> Result<Vec<AbstractSlice>, StoreError> {
    let text = format!(
        "SELECT {BASE_COLUMNS} FROM abstract_slice s WHERE s.image_id = $1 AND s.deleted_by IS NULL \
         ORDER BY s.time, s.z_stack, s.channel, s.id"
    );
    ex.rows(sql(text).bind(image)).await?.iter().map(base).collect()
}

/// Planes that a file holds: by image, time, z, channel.
///
/// # Errors
/// When the database refuses.
pub async fn of_file(mut ex: impl Executor, file: UploadedFileId) -> Result<Vec<AbstractSlice>, StoreError> {
    let text = format!(
        "SELECT {BASE_COLUMNS} FROM abstract_slice s WHERE s.uploaded_file_id = $1 AND s.deleted_by IS NULL \
         ORDER BY s.image_id, s.time, s.z_stack, s.channel, s.id"
    );
    ex.rows(sql(text).bind(file)).await?.iter().map(base).collect()
}

/// Writes a new plane.
///
/// # Errors
/// [`StoreError::Duplicate`] when the image has this plane already.
pub async fn insert(mut ex: impl Executor, slice: &AbstractSlice) -> Result<(), StoreError> {
    let statement =
        sql("INSERT INTO abstract_slice (id, image_id, uploaded_file_id, channel, z_stack, time, \
         channel_name, channel_color, z_name, created) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
        .bind(slice.id)
        .bind(slice.image)
        .bind(slice.uploaded_file)
        .bind(slice.channel)
        .bind(slice.z_stack)
        .bind(slice.time)
        .bind(slice.channel_name.clone())
        .bind(slice.channel_color.clone())
        .bind(slice.z_name.clone())
        .bind(slice.created);
    ex.execute(statement).await.map(|_| ())
}

/// Writes every stored field of a plane but its image and file.
///
/// # Errors
/// [`StoreError::Duplicate`] when the image has this plane already.
pub async fn update(mut ex: impl Executor, slice: &AbstractSlice) -> Result<(), StoreError> {
    let statement =
        sql("UPDATE abstract_slice SET channel = $2, z_stack = $3, time = $4, channel_name = $5, \
         channel_color = $6, z_name = $7, updated = $8 WHERE id = $1 AND deleted_by IS NULL")
        .bind(slice.id)
        .bind(slice.channel)
        .bind(slice.z_stack)
        .bind(slice.time)
        .bind(slice.channel_name.clone())
        .bind(slice.channel_color.clone())
        .bind(slice.z_name.clone())
        .bind(slice.updated);
    ex.execute(statement).await.map(|_| ())
}
