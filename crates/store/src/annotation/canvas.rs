//! What annotations need to know of the images, planes and people they belong to; many at a time, few columns.

use cytomine_model::{AbstractImageId, ImageInstanceId, ProjectId, SliceInstanceId, UserId};

use crate::{Read, Row, StoreError, sql};

/// An image that annotations lie on.
#[derive(Clone, Debug, PartialEq)]
pub struct Canvas {
    /// The image.
    pub image: ImageInstanceId,
    /// Its project.
    pub project: ProjectId,
    /// The image it stands for.
    pub base: AbstractImageId,
    /// Pixels at level 0, once known.
    pub width: Option<i32>,
    /// Pixels at level 0, once known.
    pub height: Option<i32>,
    /// Micrometres per pixel in x, once known; own value, else the base's.
    pub pixel_size_x: Option<f64>,
    /// Name of the file.
    pub original_filename: String,
    /// Name in the project; the file's where it has none of its own.
    pub instance_filename: String,
}

/// The living ones of these images.
pub async fn canvases(mut ex: impl Read, images: &[ImageInstanceId]) -> Result<Vec<Canvas>, StoreError> {
    let statement = sql("SELECT i.id, i.project_id, i.base_image_id, b.width, b.height, \
         i.physical_size_x, b.physical_size_x AS base_size_x, b.original_filename, i.instance_filename \
         FROM image_instance i JOIN abstract_image b ON b.id = i.base_image_id \
         WHERE i.id = ANY($1) AND i.deleted_by IS NULL")
    .bind(images);
    ex.rows(statement).await?.iter().map(canvas).collect()
}

fn canvas(row: &Row) -> Result<Canvas, StoreError> {
    let known = |size: Option<f64>| size.filter(|size| *size > 0.0);
    let original_filename: String = row.get("original_filename")?;
    let own: Option<String> = row.get("instance_filename")?;
    Ok(Canvas {
        image: row.id("id")?,
        project: row.id("project_id")?,
        base: row.id("base_image_id")?,
        width: row.opt_int("width")?,
        height: row.opt_int("height")?,
        pixel_size_x: known(row.get("physical_size_x")?).or(known(row.get("base_size_x")?)),
        instance_filename: own
            .filter(|name| !name.trim().is_empty())
            .unwrap_or_else(|| original_filename.clone()),
        original_filename,
    })
}

/// A plane of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plane {
    /// The plane.
    pub slice: SliceInstanceId,
    /// Its image.
    pub image: ImageInstanceId,
    /// Channel, from 0.
    pub channel: i32,
    /// z plane, from 0.
    pub z_stack: i32,
    /// Time point, from 0.
    pub time: i32,
}

fn plane(row: &Row) -> Result<Plane, StoreError> {
    Ok(Plane {
        slice: row.id("id")?,
        image: row.id("image_id")?,
        channel: row.int("channel")?,
        z_stack: row.int("z_stack")?,
        time: row.int("time")?,
    })
}

/// The living ones of these planes.
pub async fn planes(mut ex: impl Read, slices: &[SliceInstanceId]) -> Result<Vec<Plane>, StoreError> {
    let statement = sql("SELECT s.id, s.image_id, b.channel, b.z_stack, b.time FROM slice_instance s \
         JOIN abstract_slice b ON b.id = s.base_slice_id WHERE s.id = ANY($1) AND s.deleted_by IS NULL")
    .bind(slices);
    ex.rows(statement).await?.iter().map(plane).collect()
}

/// Somebody who draws.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The account.
    pub user: UserId,
    /// Name to sign in with.
    pub username: String,
    /// Given name.
    pub firstname: String,
    /// Family name.
    pub lastname: String,
}

/// The living ones of these accounts.
pub async fn people(mut ex: impl Read, users: &[UserId]) -> Result<Vec<Person>, StoreError> {
    let statement = sql("SELECT id, username, firstname, lastname FROM user_account \
         WHERE id = ANY($1) AND deleted_by IS NULL")
    .bind(users);
    let person = |row: &Row| {
        Ok(Person {
            user: row.id("id")?,
            username: row.get("username")?,
            firstname: row.get("firstname")?,
            lastname: row.get("lastname")?,
        })
    };
    ex.rows(statement).await?.iter().map(person).collect()
}
