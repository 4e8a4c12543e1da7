//! Uploaded files and the files made from them.
//!
//! `sha256` is written by this server alone, when it keeps the bytes under `filename`. What a client registers has
//! none, so its `filename` is only a word and never opens anything.

use cytomine_model::{
    Direction, EntityKind, Millis, Page, ProjectId, ProjectRole, Scope, Sort, StorageId, UploadedFile,
    UploadedFileId, UserId,
};

use crate::condition::{self, Condition, Field};
use crate::table::{Hang, Order};
use crate::{BlobKey, Read, Statement, StoreError, Write, sql, table};

table! {
    UploadedFile as "f";
    hangs {
        Hang::Column(EntityKind::Storage, "storage_id"),
        Hang::Column(EntityKind::UploadedFile, "parent_id"),
    }
    columns {
        id = Stay "id",
        user = Change "user_id",
        storage = Change "storage_id",
        parent = Stay "parent_id",
        filename = Serve "filename",
        original_filename = Change "original_filename",
        ext = Change "ext",
        content_type = Serve "content_type",
        size = Serve "size",
        status = Serve "status",
        error = Serve "error",
        sha256 = Serve "sha256",
        projects = Change "projects",
        created = Stay "created",
        updated = Change "updated",
    }
}

const FIELDS: &[Field] = &[
    Field::text(&["original_filename", "name"], "f.original_filename"),
    Field::text(&["filename", "path"], "f.filename").by("f.filename COLLATE \"C\""),
    Field::text(&["content_type"], "f.content_type").by("f.content_type"),
    Field::text(&["ext"], "f.ext"),
    Field::number(&["id"], "f.id"),
    Field::number(&["storage"], "f.storage_id"),
    Field::number(&["user"], "f.user_id"),
    Field::number(&["size"], "f.size"),
    Field::number(&["status"], "f.status"),
    Field::number(&["created"], "f.created"),
];

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
        condition::push(statement, &self.conditions, FIELDS);
    }
}

/// Files made from this one, oldest first.
pub async fn children(ex: impl Read, parent: UploadedFileId) -> Result<Vec<UploadedFile>, StoreError> {
    let mut statement = table::living::<UploadedFile>();
    statement.push(" AND f.parent_id = ").push_value(parent).push(" ORDER BY f.id");
    table::all(ex, statement).await
}

/// A page of the files in scope, and how many there are in all.
pub async fn list(
    ex: impl Read,
    scope: Scope,
    filter: &UploadedFileFilter,
    sort: Option<&Sort>,
    page: Page,
) -> Result<(Vec<UploadedFile>, i64), StoreError> {
    let order = Order { sort, default: ("f.created", Direction::Descending) };
    table::page(ex, |statement| filter.push(scope, statement), FIELDS, order, page).await
}

/// The highest role that a user has in projects that hold an image made of the file, or read from it.
pub async fn role_through_projects(
    mut ex: impl Read,
    id: UploadedFileId,
    user: UserId,
) -> Result<Option<ProjectRole>, StoreError> {
    let statement =
        sql("SELECT m.role FROM abstract_image a JOIN image_instance i ON i.base_image_id = a.id \
         JOIN project_member m ON m.project_id = i.project_id \
         WHERE (a.uploaded_file_id = $1 OR a.slide_file_id = $1) AND a.deleted_by IS NULL \
         AND i.deleted_by IS NULL AND m.user_id = $2 \
         ORDER BY CASE WHEN m.role = 'manager' THEN 0 ELSE 1 END LIMIT 1")
        .bind(id)
        .bind(user);
    ex.first(statement).await?.map(|row| row.parsed("role", ProjectRole::parse)).transpose()
}

/// The images made from each of these files, newest first.
pub async fn images_of(
    mut ex: impl Read,
    files: &[UploadedFileId],
) -> Result<Vec<(UploadedFileId, cytomine_model::AbstractImageId)>, StoreError> {
    let statement = sql("SELECT id, uploaded_file_id FROM abstract_image WHERE uploaded_file_id = ANY($1) \
         AND deleted_by IS NULL ORDER BY id DESC")
    .bind(files);
    ex.rows(statement).await?.iter().map(|row| Ok((row.id("uploaded_file_id")?, row.id("id")?))).collect()
}

/// Of these keys, those that no row needs: no living or deleted row of ours names them, or only one whose import
/// failed and whose bytes therefore go.
pub async fn unneeded(mut ex: impl Read, keys: &[BlobKey]) -> Result<Vec<BlobKey>, StoreError> {
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

/// Notes how far a file got.
pub async fn set_status(
    mut tx: impl Write,
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
    tx.execute(statement).await.map(|_| ())
}

/// Changes the status of a living file if it is the expected one; of two that try, one succeeds.
pub async fn advance(
    mut tx: impl Write,
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
    Ok(tx.execute(statement).await? > 0)
}

/// Whether a project holds an image made from a file of that name and size.
pub async fn in_project(
    mut ex: impl Read,
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
