//! Abstract images: images as the platform holds them, independent of projects.

use cytomine_model::{
    AbstractImage, AbstractImageId, Direction, Page, ProjectId, Scope, Sort, UploadedFileId,
};

use crate::condition::{self, Column, Condition};
use crate::{Executor, Row, Statement, StoreError, sql};

/// Columns of the image `a`, its uploaded file `u` and the file `f` that its tiles are read from.
pub(crate) const BASE_COLUMNS: &str = "\
a.id AS b_id, a.uploaded_file_id AS b_uploaded_file_id, a.original_filename AS b_original_filename, \
COALESCE(u.content_type, f.content_type, '') AS b_content_type, f.filename AS b_path, \
substr(f.sha256, 1, 16) AS b_content_id, a.width AS b_width, a.height AS b_height, a.depth AS b_depth, \
a.duration AS b_duration, a.channels AS b_channels, a.sample_per_pixel AS b_sample_per_pixel, \
a.bit_per_sample AS b_bit_per_sample, a.physical_size_x AS b_physical_size_x, \
a.physical_size_y AS b_physical_size_y, a.physical_size_z AS b_physical_size_z, a.fps AS b_fps, \
a.magnification AS b_magnification, a.colorspace AS b_colorspace, u.user_id AS b_user_id, \
a.created AS b_created, a.updated AS b_updated";

/// The two files of [`BASE_COLUMNS`].
pub(crate) const BASE_JOINS: &str = "\
LEFT JOIN uploaded_file u ON u.id = a.uploaded_file_id LEFT JOIN uploaded_file f ON f.id = a.slide_file_id";

/// Reads [`BASE_COLUMNS`].
pub(crate) fn base(row: &Row) -> Result<AbstractImage, StoreError> {
    Ok(AbstractImage {
        id: row.id("b_id")?,
        uploaded_file: row.opt_id("b_uploaded_file_id")?,
        original_filename: row.get("b_original_filename")?,
        content_type: row.get("b_content_type")?,
        path: row.get("b_path")?,
        content_id: row.get("b_content_id")?,
        width: row.opt_int("b_width")?,
        height: row.opt_int("b_height")?,
        depth: row.int("b_depth")?,
        duration: row.int("b_duration")?,
        channels: row.int("b_channels")?,
        sample_per_pixel: row.int("b_sample_per_pixel")?,
        bit_per_sample: row.int("b_bit_per_sample")?,
        physical_size_x: row.get("b_physical_size_x")?,
        physical_size_y: row.get("b_physical_size_y")?,
        physical_size_z: row.get("b_physical_size_z")?,
        fps: row.get("b_fps")?,
        magnification: row.opt_int("b_magnification")?,
        colorspace: row.get("b_colorspace")?,
        user: row.opt_id("b_user_id")?,
        created: row.time("b_created")?,
        updated: row.opt_time("b_updated")?,
    })
}

/// Which abstract images a list holds.
#[derive(Clone, Debug, Default)]
pub struct AbstractImageFilter {
    /// Those made from this file.
    pub uploaded_file: Option<UploadedFileId>,
    /// Only those that no living image instance uses.
    pub unused: bool,
    /// What the client asks of their fields.
    pub conditions: Vec<Condition>,
}

fn column(field: &str) -> Option<Column> {
    Some(match field {
        "originalFilename" | "name" | "filename" => Column::Text("a.original_filename"),
        "contentType" | "format" => Column::Text("COALESCE(u.content_type, f.content_type, '')"),
        "id" => Column::Number("a.id"),
        "width" => Column::Number("a.width"),
        "height" => Column::Number("a.height"),
        "magnification" => Column::Number("a.magnification"),
        "physicalSizeX" => Column::Number("a.physical_size_x"),
        "physicalSizeY" => Column::Number("a.physical_size_y"),
        "created" => Column::Number("a.created"),
        "user" => Column::Number("u.user_id"),
        "storage" => Column::Number("u.storage_id"),
        _ => return None,
    })
}

impl AbstractImageFilter {
    fn push(&self, scope: Scope, statement: &mut Statement) {
        if let Scope::User(user) = scope {
            // Lists hold what lies in own storages; what projects show is found through them.
            statement.push(
                " AND EXISTS (SELECT 1 FROM storage s WHERE s.id = u.storage_id AND s.deleted_by IS NULL AND s.user_id = ",
            );
            statement.push_value(user).push(")");
        }
        if let Some(file) = self.uploaded_file {
            statement.push(" AND a.uploaded_file_id = ").push_value(file);
        }
        if self.unused {
            statement.push(
                " AND NOT EXISTS (SELECT 1 FROM image_instance i WHERE i.base_image_id = a.id AND i.deleted_by IS NULL)",
            );
        }
        condition::push(statement, &self.conditions, column);
    }
}

/// An abstract image by id; whether the actor may see it is the caller's question.
///
/// # Errors
/// When the database refuses.
pub async fn by_id(mut ex: impl Executor, id: AbstractImageId) -> Result<Option<AbstractImage>, StoreError> {
    let text = format!(
        "SELECT {BASE_COLUMNS} FROM abstract_image a {BASE_JOINS} WHERE a.id = $1 AND a.deleted_by IS NULL"
    );
    ex.first(sql(text).bind(id)).await?.as_ref().map(base).transpose()
}

/// A page of the abstract images in scope, and how many there are in all.
///
/// # Errors
/// When the database refuses.
pub async fn list(
    mut ex: impl Executor,
    scope: Scope,
    filter: &AbstractImageFilter,
    sort: Option<&Sort>,
    page: Page,
) -> Result<(Vec<AbstractImage>, i64), StoreError> {
    let rest = format!("FROM abstract_image a {BASE_JOINS} WHERE a.deleted_by IS NULL");
    let mut count = sql(format!("SELECT count(*) AS n {rest}"));
    filter.push(scope, &mut count);
    let total = ex.first(count).await?.map_or(Ok(0), |row| row.get("n"))?;
    let mut statement = sql(format!("SELECT {BASE_COLUMNS} {rest}"));
    filter.push(scope, &mut statement);
    let (order, direction) = match sort {
        None => ("a.created", Direction::Descending),
        Some(sort) => {
            let order = match sort.field.as_str() {
                "originalFilename" | "name" | "filename" => "lower(a.original_filename) COLLATE \"C\"",
                "width" => "a.width",
                "height" => "a.height",
                "magnification" => "a.magnification",
                _ => "a.created",
            };
            (order, sort.direction)
        }
    };
    let word = if direction == Direction::Ascending { "ASC" } else { "DESC" };
    statement.push(&format!(" ORDER BY {order} {word}, a.id {word}")).push_page(page);
    let images = ex.rows(statement).await?.iter().map(base).collect::<Result<_, _>>()?;
    Ok((images, total))
}

/// Whether the image lies in one of the user's own storages, or in a project that the user is a member of.
///
/// # Errors
/// When the database refuses.
pub async fn visible(mut ex: impl Executor, scope: Scope, id: AbstractImageId) -> Result<bool, StoreError> {
    let Scope::User(user) = scope else { return Ok(true) };
    let statement =
        sql("SELECT a.id FROM abstract_image a WHERE a.id = $1 AND (EXISTS (SELECT 1 FROM uploaded_file u \
         JOIN storage s ON s.id = u.storage_id AND s.deleted_by IS NULL \
         WHERE u.id = a.uploaded_file_id AND s.user_id = $2) \
         OR EXISTS (SELECT 1 FROM image_instance i JOIN project_member m ON m.project_id = i.project_id \
         WHERE i.base_image_id = a.id AND i.deleted_by IS NULL AND m.user_id = $2))")
        .bind(id)
        .bind(user);
    Ok(ex.first(statement).await?.is_some())
}

/// The file that tiles of images made from this upload are read from, where there is one.
///
/// # Errors
/// When the database refuses.
pub async fn slide_file_of(
    mut ex: impl Executor,
    upload: UploadedFileId,
) -> Result<Option<UploadedFileId>, StoreError> {
    let statement = sql("SELECT slide_file_id FROM abstract_image WHERE uploaded_file_id = $1 \
         AND slide_file_id IS NOT NULL AND deleted_by IS NULL ORDER BY id LIMIT 1")
    .bind(upload);
    ex.first(statement).await?.map_or(Ok(None), |row| row.opt_id("slide_file_id"))
}

/// Names of the projects that use an image, with the image's name in each.
///
/// # Errors
/// When the database refuses.
pub async fn uses(
    mut ex: impl Executor,
    images: &[AbstractImageId],
) -> Result<Vec<(ProjectId, String, String)>, StoreError> {
    let statement = sql("SELECT p.id, p.name, COALESCE(i.instance_filename, a.original_filename) AS image \
         FROM image_instance i JOIN project p ON p.id = i.project_id AND p.deleted_by IS NULL \
         JOIN abstract_image a ON a.id = i.base_image_id \
         WHERE i.base_image_id = ANY($1) AND i.deleted_by IS NULL ORDER BY p.name, i.id")
    .bind(images);
    ex.rows(statement)
        .await?
        .iter()
        .map(|row| Ok((row.id("id")?, row.get("name")?, row.get("image")?)))
        .collect()
}

/// Living images made from any of these files.
///
/// # Errors
/// When the database refuses.
pub async fn of_files(
    mut ex: impl Executor,
    files: &[UploadedFileId],
) -> Result<Vec<AbstractImageId>, StoreError> {
    let statement = sql("SELECT id FROM abstract_image WHERE deleted_by IS NULL \
         AND (uploaded_file_id = ANY($1) OR slide_file_id = ANY($1)) ORDER BY id")
    .bind(files);
    ex.rows(statement).await?.iter().map(|row| row.id("id")).collect()
}

/// Which of these images a project holds.
///
/// # Errors
/// When the database refuses.
pub async fn in_project(
    mut ex: impl Executor,
    images: &[AbstractImageId],
    project: ProjectId,
) -> Result<Vec<AbstractImageId>, StoreError> {
    let statement = sql("SELECT base_image_id FROM image_instance WHERE base_image_id = ANY($1) \
         AND project_id = $2 AND deleted_by IS NULL")
    .bind(images)
    .bind(project);
    ex.rows(statement).await?.iter().map(|row| row.id("base_image_id")).collect()
}

/// Writes a new image; `slide_file` is the file that tiles are read from. What is read with an image is not stored.
///
/// # Errors
/// When the database refuses.
pub async fn insert(
    mut ex: impl Executor,
    image: &AbstractImage,
    slide_file: Option<UploadedFileId>,
) -> Result<(), StoreError> {
    let statement = sql("INSERT INTO abstract_image (id, uploaded_file_id, slide_file_id, original_filename, width, \
         height, depth, duration, channels, sample_per_pixel, bit_per_sample, physical_size_x, physical_size_y, \
         physical_size_z, fps, magnification, colorspace, created) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)")
    .bind(image.id)
    .bind(image.uploaded_file)
    .bind(slide_file)
    .bind(&image.original_filename)
    .bind(image.width)
    .bind(image.height)
    .bind(image.depth)
    .bind(image.duration)
    .bind(image.channels)
    .bind(image.sample_per_pixel)
    .bind(image.bit_per_sample)
    .bind(image.physical_size_x)
    .bind(image.physical_size_y)
    .bind(image.physical_size_z)
    .bind(image.fps)
    .bind(image.magnification)
    .bind(image.colorspace.clone())
    .bind(image.created);
    ex.execute(statement).await.map(|_| ())
}

/// Writes every stored field of an image but its files.
///
/// # Errors
/// When the database refuses.
pub async fn update(mut ex: impl Executor, image: &AbstractImage) -> Result<(), StoreError> {
    let statement =
        sql("UPDATE abstract_image SET original_filename = $2, width = $3, height = $4, depth = $5, \
         duration = $6, channels = $7, sample_per_pixel = $8, bit_per_sample = $9, physical_size_x = $10, \
         physical_size_y = $11, physical_size_z = $12, fps = $13, magnification = $14, colorspace = $15, \
         updated = $16 WHERE id = $1 AND deleted_by IS NULL")
        .bind(image.id)
        .bind(&image.original_filename)
        .bind(image.width)
        .bind(image.height)
        .bind(image.depth)
        .bind(image.duration)
        .bind(image.channels)
        .bind(image.sample_per_pixel)
        .bind(image.bit_per_sample)
        .bind(image.physical_size_x)
        .bind(image.physical_size_y)
        .bind(image.physical_size_z)
        .bind(image.fps)
        .bind(image.magnification)
        .bind(image.colorspace.clone())
        .bind(image.updated);
    ex.execute(statement).await.map(|_| ())
}
