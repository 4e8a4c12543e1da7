//! Uploaded files and the files made from them.
//!
//! `sha256` is written by this server alone, when it keeps the bytes under `filename`. What a client registers has
//! none, so its `filename` is only a word and never opens anything.

use cytomine_model::{
    Direction, Millis, Page, ProjectId, Scope, Sort, StorageId, UploadedFile, UploadedFileId,
};

use crate::condition::{self, Column, Condition};
use crate::statement::corrupt;
use crate::{BlobKey, Executor, Row, Statement, StoreError, sql};

const COLUMNS: &str = "\
SELECT f.id, f.user_id, f.storage_id, f.parent_id, f.filename, f.original_filename, f.ext, f.content_type, f.size, \
f.status, f.error, f.sha256, f.projects, f.created, f.updated FROM uploaded_file f";

fn file(row: &Row) -> Result<UploadedFile, StoreError> {
    let projects: String = row.get("projects")?;
    Ok(UploadedFile {
        id: row.id("id")?,
        user: row.id("user_id")?,
        storage: row.id("storage_id")?,
        parent: row.opt_id("parent_id")?,
        filename: row.get("filename")?,
        original_filename: row.get("original_filename")?,
        ext: row.get("ext")?,
        content_type: row.get("content_type")?,
        size: row.get("size")?,
        status: row.int("status")?,
        error: row.get("error")?,
        sha256: row.get("sha256")?,
        projects: serde_json::from_str(&projects).map_err(|_| corrupt("projects", projects))?,
        created: row.time("created")?,
        updated: row.opt_time("updated")?,
    })
}

fn list_text(projects: &[ProjectId]) -> String {
    let ids: Vec<i64> = projects.iter().map(|id| id.0).collect();
    format!("{ids:?}")
}

/// Which uploaded files a list holds.
#[derive(Clone, Debug, Default)]
pub struct UploadedFileFilter {
    /// Only those that were made from no other.
    pub only_roots: bool,
    /// Those made from this file.
    pub parent: Option<UploadedFileId>,
    /// Those of this storage.
    pub storage: Option<StorageId>,
    /// What the client asks of their fields.
    pub conditions: Vec<Condition>,
}

fn column(field: &str) -> Option<Column> {
    Some(match field {
        "originalFilename" | "name" => Column::Text("f.original_filename"),
        "filename" | "path" => Column::Text("f.filename"),
        "contentType" => Column::Text("f.content_type"),
        "ext" => Column::Text("f.ext"),
        "id" => Column::Number("f.id"),
        "storage" => Column::Number("f.storage_id"),
        "user" => Column::Number("f.user_id"),
        "size" => Column::Number("f.size"),
        "status" => Column::Number("f.status"),
        "created" => Column::Number("f.created"),
        _ => return None,
    })
}

impl UploadedFileFilter {
    fn push(&self, scope: Scope, statement: &mut Statement) {
        if let Scope::User(user) = scope {
            statement.push(
                " AND EXISTS (SELECT 1 FROM storage s WHERE s.id = f.storage_id AND s.deleted_by IS NULL AND s.user_id = ",
            );
            statement.push_value(user).push(")");
        }
        if self.only_roots {
            statement.push(" AND f.parent_id IS NULL");
        }
        if let Some(parent) = self.parent {
            statement.push(" AND f.parent_id = ").push_value(parent);
        }
        if let Some(storage) = self.storage {
            statement.push(" AND f.storage_id = ").push_value(storage);
        }
        condition::push(statement, &self.conditions, column);
    }
}

/// A file by id; whether the actor may see it is the caller's question.
///
/// # Errors
/// When the database refuses.
pub async fn by_id(mut ex: impl Executor, id: UploadedFileId) -> Result<Option<UploadedFile>, StoreError> {
    let statement = sql(format!("{COLUMNS} WHERE f.id = $1 AND f.deleted_by IS NULL")).bind(id);
    ex.first(statement).await?.as_ref().map(file).transpose()
}

/// Files made from this one, oldest first.
///
/// # Errors
/// When the database refuses.
pub async fn children(
    mut ex: impl Executor,
    parent: UploadedFileId,
) -> Result<Vec<UploadedFile>, StoreError> {
    let text = format!("{COLUMNS} WHERE f.parent_id = $1 AND f.deleted_by IS NULL ORDER BY f.id");
    ex.rows(sql(text).bind(parent)).await?.iter().map(file).collect()
}

/// A page of the files in scope, and how many there are in all.
///
/// # Errors
/// When the database refuses.
pub async fn list(
    mut ex: impl Executor,
    scope: Scope,
    filter: &UploadedFileFilter,
    sort: Option<&Sort>,
    page: Page,
) -> Result<(Vec<UploadedFile>, i64), StoreError> {
    let mut count = sql("SELECT count(*) AS n FROM uploaded_file f WHERE f.deleted_by IS NULL");
    filter.push(scope, &mut count);
    let total = ex.first(count).await?.map_or(Ok(0), |row| row.get("n"))?;
    let mut statement = sql(format!("{COLUMNS} WHERE f.deleted_by IS NULL"));
    filter.push(scope, &mut statement);
    let (order, direction) = sort.map_or(("f.created", Direction::Descending), |sort| {
        let order = match sort.field.as_str() {
            "originalFilename" | "name" => "lower(f.original_filename) COLLATE \"C\"",
            "filename" => "f.filename COLLATE \"C\"",
            "contentType" => "f.content_type",
            "size" => "f.size",
            "status" => "f.status",
            "user" => "f.user_id",
            "storage" => "f.storage_id",
            _ => "f.created",
        };
        (order, sort.direction)
    });
    let word = if direction == Direction::Ascending { "ASC" } else { "DESC" };
    statement.push(&format!(" ORDER BY {order} {word}, f.id {word}")).push_page(page);
    let files = ex.rows(statement).await?.iter().map(file).collect::<Result<_, _>>()?;
    Ok((files, total))
}

/// Whether the file lies in one of the user's own storages, or an image made from it is in a project that the user
/// is a member of.
///
/// # Errors
/// When the database refuses.
pub async fn visible(mut ex: impl Executor, scope: Scope, id: UploadedFileId) -> Result<bool, StoreError> {
    let Scope::User(user) = scope else { return Ok(true) };
    let statement =
        sql("SELECT f.id FROM uploaded_file f WHERE f.id = $1 AND (EXISTS (SELECT 1 FROM storage s \
         WHERE s.id = f.storage_id AND s.deleted_by IS NULL AND s.user_id = $2) \
         OR EXISTS (SELECT 1 FROM abstract_image a JOIN image_instance i ON i.base_image_id = a.id \
         JOIN project_member m ON m.project_id = i.project_id \
         WHERE (a.uploaded_file_id = f.id OR a.slide_file_id = f.id) AND a.deleted_by IS NULL \
         AND i.deleted_by IS NULL AND m.user_id = $2))")
        .bind(id)
        .bind(user);
    Ok(ex.first(statement).await?.is_some())
}

/// The images made from each of these files, newest first.
///
/// # Errors
/// When the database refuses.
pub async fn images_of(
    mut ex: impl Executor,
    files: &[UploadedFileId],
) -> Result<Vec<(UploadedFileId, cytomine_model::AbstractImageId)>, StoreError> {
    let statement = sql("SELECT id, uploaded_file_id FROM abstract_image WHERE uploaded_file_id = ANY($1) \
         AND deleted_by IS NULL ORDER BY id DESC")
    .bind(files);
    ex.rows(statement).await?.iter().map(|row| Ok((row.id("uploaded_file_id")?, row.id("id")?))).collect()
}

/// Of these keys, those that no row needs: no living or deleted row of ours names them, or only one whose import
/// failed and whose bytes therefore go.
///
/// # Errors
/// When the database refuses.
pub async fn unneeded(mut ex: impl Executor, keys: &[BlobKey]) -> Result<Vec<BlobKey>, StoreError> {
    let mut unneeded = Vec::new();
    for chunk in keys.chunks(500) {
        let mut statement = sql(
            "SELECT filename FROM uploaded_file WHERE (status >= 100 OR status % 2 = 0) AND filename IN (",
        );
        for (number, key) in chunk.iter().enumerate() {
            statement.push(if number == 0 { "" } else { ", " }).push_value(key.as_str());
        }
        statement.push(")");
        let rows = ex.rows(statement).await?;
        let needed: Vec<String> = rows.iter().map(|row| row.get("filename")).collect::<Result<_, _>>()?;
        unneeded.extend(chunk.iter().filter(|key| needed.iter().all(|name| name != key.as_str())).cloned());
    }
    Ok(unneeded)
}

/// Writes a new file.
///
/// # Errors
/// [`StoreError::Dangling`] when its storage, user or parent does not exist.
pub async fn insert(mut ex: impl Executor, file: &UploadedFile) -> Result<(), StoreError> {
    let statement =
        sql("INSERT INTO uploaded_file (id, user_id, storage_id, parent_id, filename, original_filename, \
         ext, content_type, size, status, error, sha256, projects, created) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)")
        .bind(file.id)
        .bind(file.user)
        .bind(file.storage)
        .bind(file.parent)
        .bind(&file.filename)
        .bind(&file.original_filename)
        .bind(&file.ext)
        .bind(&file.content_type)
        .bind(file.size)
        .bind(file.status)
        .bind(file.error.clone())
        .bind(file.sha256.clone())
        .bind(list_text(&file.projects))
        .bind(file.created);
    ex.execute(statement).await.map(|_| ())
}

/// Writes every stored field of a file but its parent.
///
/// # Errors
/// [`StoreError::Dangling`] when its storage or user does not exist.
pub async fn update(mut ex: impl Executor, file: &UploadedFile) -> Result<(), StoreError> {
    let statement = sql("UPDATE uploaded_file SET user_id = $2, storage_id = $3, filename = $4, \
         original_filename = $5, ext = $6, content_type = $7, size = $8, status = $9, error = $10, sha256 = $11, \
         projects = $12, updated = $13 WHERE id = $1 AND deleted_by IS NULL")
    .bind(file.id)
    .bind(file.user)
    .bind(file.storage)
    .bind(&file.filename)
    .bind(&file.original_filename)
    .bind(&file.ext)
    .bind(&file.content_type)
    .bind(file.size)
    .bind(file.status)
    .bind(file.error.clone())
    .bind(file.sha256.clone())
    .bind(list_text(&file.projects))
    .bind(file.updated);
    ex.execute(statement).await.map(|_| ())
}

/// Notes how far a file got.
///
/// # Errors
/// When the database refuses.
pub async fn set_status(
    mut ex: impl Executor,
    id: UploadedFileId,
    status: i32,
    error: Option<&str>,
    now: Millis,
) -> Result<(), StoreError> {
    let statement = sql("UPDATE uploaded_file SET status = $2, error = $3, updated = $4 WHERE id = $1")
        .bind(id)
        .bind(status)
        .bind(error)
        .bind(now);
    ex.execute(statement).await.map(|_| ())
}

/// Changes the status of a living file if it is the expected one; of two that try, one succeeds.
///
/// # Errors
/// When the database refuses.
pub async fn advance(
    mut ex: impl Executor,
    id: UploadedFileId,
    from: i32,
    to: i32,
    now: Millis,
) -> Result<bool, StoreError> {
    let statement = sql("UPDATE uploaded_file SET status = $3, updated = $4 \
         WHERE id = $1 AND status = $2 AND deleted_by IS NULL")
    .bind(id)
    .bind(from)
    .bind(to)
    .bind(now);
    Ok(ex.execute(statement).await? > 0)
}

/// Whether a project holds an image made from a file of that name and size.
///
/// # Errors
/// When the database refuses.
pub async fn in_project(
    mut ex: impl Executor,
    project: ProjectId,
    name: &str,
    size: i64,
) -> Result<bool, StoreError> {
    let statement =
        sql("SELECT f.id FROM uploaded_file f JOIN abstract_image a ON a.uploaded_file_id = f.id \
         JOIN image_instance i ON i.base_image_id = a.id WHERE i.project_id = $1 AND i.deleted_by IS NULL \
         AND f.original_filename = $2 AND f.size = $3 AND f.deleted_by IS NULL LIMIT 1")
        .bind(project)
        .bind(name)
        .bind(size);
    Ok(ex.first(statement).await?.is_some())
}
