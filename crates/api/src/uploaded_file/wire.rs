//! An uploaded file on the wire (rest-api 4.4).

use cytomine_domain::uploaded_file::FileFields;
use cytomine_model::{
    self as model, AbstractImageId, EntityKind, ProjectId, StorageId, UploadStatus, UploadedFileId, UserId,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::dialect::class::java_class;
use crate::dialect::envelope::OfKind;
use crate::dialect::loose::{Id, Ids, Text, Whole};
use crate::dialect::wire::Ms;

/// Formats that hold files instead of being an image.
const ARCHIVES: [&str; 5] = ["ZIP", "TAR", "GZTAR", "BZTAR", "XZTAR"];

/// A file as it was uploaded, or made from an uploaded one.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UploadedFile {
    class: &'static str,
    id: i64,
    created: Ms,
    updated: Option<Ms>,
    user: i64,
    user_id: i64,
    storage: i64,
    storage_id: i64,
    parent: Option<i64>,
    filename: String,
    #[schema(example = "CMU-1.svs")]
    original_filename: String,
    path: String,
    #[schema(example = "svs")]
    ext: String,
    #[schema(example = "SVS")]
    content_type: String,
    /// Bytes.
    size: i64,
    /// Where its import stands; odd numbers are failures.
    #[schema(example = 100)]
    status: i32,
    #[schema(example = "DEPLOYED")]
    status_text: Option<&'static str>,
    /// Why its import failed.
    error: Option<String>,
    /// Projects that its image is put into.
    projects: Vec<i64>,
    is_archive: bool,
    /// The image made from it.
    image: Option<i64>,
    thumbnail_url: Option<String>,
    #[serde(rename = "thumbURL")]
    thumb_url: Option<String>,
}

impl UploadedFile {
    /// All keys of an uploaded file; `image` is the one made from it.
    pub fn of(file: &model::UploadedFile, image: Option<AbstractImageId>, base: &str) -> Self {
        let thumb = image.map(|id| format!("{base}/api/abstractimage/{id}/thumb.png?maxSize=512"));
        Self {
            class: java_class(EntityKind::UploadedFile),
            id: file.id.0,
            created: file.created.into(),
            updated: file.updated.map(Ms::from),
            user: file.user.0,
            user_id: file.user.0,
            storage: file.storage.0,
            storage_id: file.storage.0,
            parent: file.parent.map(i64::from),
            filename: file.filename.clone(),
            original_filename: file.original_filename.clone(),
            path: file.filename.clone(),
            ext: file.ext.clone(),
            content_type: file.content_type.clone(),
            size: file.size,
            status: file.status,
            status_text: UploadStatus::from_code(file.status).map(UploadStatus::name),
            error: file.error.clone(),
            projects: file.projects.iter().map(|id| id.0).collect(),
            is_archive: ARCHIVES.contains(&file.content_type.as_str()),
            image: image.map(i64::from),
            thumbnail_url: thumb.clone(),
            thumb_url: thumb,
        }
    }
}

impl OfKind for UploadedFile {
    const KIND: EntityKind = EntityKind::UploadedFile;
}

/// What can be said of a file; what is left out of a change stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct FileBody {
    user: Id,
    /// The same.
    user_id: Id,
    storage: Id,
    /// The same.
    storage_id: Id,
    parent: Id,
    #[schema(example = "CMU-1.svs")]
    filename: Text,
    #[schema(example = "CMU-1.svs")]
    original_filename: Text,
    #[schema(example = "svs")]
    ext: Text,
    #[schema(example = "SVS")]
    content_type: Text,
    size: Id,
    status: Whole,
    projects: Ids,
}

impl FileBody {
    /// As the domain takes it.
    pub(super) fn fields(self) -> FileFields {
        FileFields {
            user: self.user.or(self.user_id).of(UserId),
            storage: self.storage.or(self.storage_id).of(StorageId),
            parent: self.parent.of(UploadedFileId),
            filename: self.filename.get(),
            original_filename: self.original_filename.get(),
            ext: self.ext.get(),
            content_type: self.content_type.get(),
            size: self.size.get(),
            status: self.status.get(),
            projects: self.projects.of(ProjectId),
        }
    }
}
