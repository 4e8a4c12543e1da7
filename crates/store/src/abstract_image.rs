//! Abstract images: images as the platform holds them, independent of projects.

use cytomine_model::{
    AbstractImage, AbstractImageId, Direction, EntityKind, Page, ProjectId, ProjectRole, Scope, Sort,
    UploadedFileId, UserId,
};

use crate::condition::{self, Condition, Field};
use crate::table::{Hang, Order};
use crate::{Read, Statement, StoreError, Write, sql, table};

/// Joins the uploaded file `u` of the image `a`, and the file `f` that its tiles are read from.
macro_rules! files_of_image {
    () => {
        "LEFT JOIN uploaded_file u ON u.id = a.uploaded_file_id LEFT JOIN uploaded_file f ON f.id = a.slide_file_id"
    };
}
pub(crate) use files_of_image;

pub(crate) const CONTENT_TYPE: &str = "COALESCE(u.content_type, f.content_type, '')";

table! {
    AbstractImage as "a", joins files_of_image!();
    hangs { Hang::Column(EntityKind::UploadedFile, "uploaded_file_id") }
    columns {
        id = Stay "id",
        uploaded_file = Stay "uploaded_file_id",
        original_filename = Change "original_filename",
        width = Change "width",
        height = Change "height",
        depth = Change "depth",
        duration = Change "duration",
        channels = Change "channels",
        sample_per_pixel = Change "sample_per_pixel",
        bit_per_sample = Change "bit_per_sample",
        physical_size_x = Change "physical_size_x",
        physical_size_y = Change "physical_size_y",
        physical_size_z = Change "physical_size_z",
        fps = Change "fps",
        magnification = Change "magnification",
        colorspace = Change "colorspace",
        created = Stay "created",
        updated = Change "updated",
    }
    shown {
        content_type = CONTENT_TYPE,
        path = "f.filename",
        content_id = "substr(f.sha256, 1, 16)",
        user = "u.user_id",
    }
}

const FIELDS: &[Field] = &[
    Field::text(&["original_filename", "name", "filename"], "a.original_filename"),
    Field::text(&["content_type", "format"], CONTENT_TYPE),
    Field::number(&["id"], "a.id"),
    Field::number(&["width"], "a.width"),
    Field::number(&["height"], "a.height"),
    Field::number(&["magnification"], "a.magnification"),
    Field::number(&["physical_size_x"], "a.physical_size_x"),
    Field::number(&["physical_size_y"], "a.physical_size_y"),
    Field::number(&["created"], "a.created"),
    Field::number(&["user"], "u.user_id"),
    Field::number(&["storage"], "u.storage_id"),
];

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
        condition::push(statement, &self.conditions, FIELDS);
    }
}

/// A page of the abstract images in scope, and how many there are in all.
pub async fn list(
    ex: impl Read,
    scope: Scope,
    filter: &AbstractImageFilter,
    sort: Option<&Sort>,
    page: Page,
) -> Result<(Vec<AbstractImage>, i64), StoreError> {
    let order = Order { sort, default: ("a.created", Direction::Descending) };
    table::page(ex, |statement| filter.push(scope, statement), FIELDS, order, page).await
}

/// Whose an image is: the owner of the storage that its file lies in.
pub async fn owner(mut ex: impl Read, id: AbstractImageId) -> Result<Option<UserId>, StoreError> {
    let statement =
        sql("SELECT s.user_id FROM abstract_image a JOIN uploaded_file u ON u.id = a.uploaded_file_id \
         JOIN storage s ON s.id = u.storage_id AND s.deleted_by IS NULL WHERE a.id = $1")
        .bind(id);
    ex.first(statement).await?.map(|row| row.id("user_id")).transpose()
}

/// The highest role that a user has in projects that hold the image.
pub async fn role_through_projects(
    mut ex: impl Read,
    id: AbstractImageId,
    user: UserId,
) -> Result<Option<ProjectRole>, StoreError> {
    let statement =
        sql("SELECT m.role FROM image_instance i JOIN project_member m ON m.project_id = i.project_id \
         WHERE i.base_image_id = $1 AND i.deleted_by IS NULL AND m.user_id = $2 \
         ORDER BY CASE WHEN m.role = 'manager' THEN 0 ELSE 1 END LIMIT 1")
        .bind(id)
        .bind(user);
    ex.first(statement).await?.map(|row| row.parsed("role", ProjectRole::parse)).transpose()
}

/// The file that tiles of images made from this upload are read from, where there is one.
pub async fn slide_file_of(
    mut ex: impl Read,
    upload: UploadedFileId,
) -> Result<Option<UploadedFileId>, StoreError> {
    let statement = sql("SELECT slide_file_id FROM abstract_image WHERE uploaded_file_id = $1 \
         AND slide_file_id IS NOT NULL AND deleted_by IS NULL ORDER BY id LIMIT 1")
    .bind(upload);
    ex.first(statement).await?.map_or(Ok(None), |row| row.opt_id("slide_file_id"))
}

/// Names of the projects that use an image, with the image's name in each.
pub async fn uses(
    mut ex: impl Read,
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
pub async fn of_files(
    mut ex: impl Read,
    files: &[UploadedFileId],
) -> Result<Vec<AbstractImageId>, StoreError> {
    let statement = sql("SELECT id FROM abstract_image WHERE deleted_by IS NULL \
         AND (uploaded_file_id = ANY($1) OR slide_file_id = ANY($1)) ORDER BY id")
    .bind(files);
    ex.rows(statement).await?.iter().map(|row| row.id("id")).collect()
}

/// Which of these images a project holds.
pub async fn in_project(
    mut ex: impl Read,
    images: &[AbstractImageId],
    project: ProjectId,
) -> Result<Vec<AbstractImageId>, StoreError> {
    let statement = sql("SELECT base_image_id FROM image_instance WHERE base_image_id = ANY($1) \
         AND project_id = $2 AND deleted_by IS NULL")
    .bind(images)
    .bind(project);
    ex.rows(statement).await?.iter().map(|row| row.id("base_image_id")).collect()
}

/// Names the file that tiles are read from.
pub async fn set_slide_file(
    mut tx: impl Write,
    id: AbstractImageId,
    file: Option<UploadedFileId>,
) -> Result<(), StoreError> {
    let statement = sql("UPDATE abstract_image SET slide_file_id = $2 WHERE id = $1").bind(id).bind(file);
    tx.execute(statement).await.map(|_| ())
}
