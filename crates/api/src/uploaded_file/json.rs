//! An uploaded file on the wire (rest-api 4.4).

use cytomine_model::{AbstractImageId, EntityKind, UploadStatus, UploadedFile};
use serde_json::{Value, json};

use crate::dialect::class::java_class;
use crate::dialect::wire::ms;

/// Formats that hold files instead of being an image.
const ARCHIVES: [&str; 5] = ["ZIP", "TAR", "GZTAR", "BZTAR", "XZTAR"];

/// All keys of an uploaded file; `image` is the one made from it.
pub fn uploaded_file(file: &UploadedFile, image: Option<AbstractImageId>, base: &str) -> Value {
    let status = UploadStatus::from_code(file.status);
    let thumb = image.map(|id| format!("{base}/api/abstractimage/{id}/thumb.png?maxSize=512"));
    json!({
        "class": java_class(EntityKind::UploadedFile),
        "id": file.id,
        "created": ms(Some(file.created.0)),
        "updated": ms(file.updated.map(|time| time.0)),
        "user": file.user,
        "userId": file.user,
        "storage": file.storage,
        "storageId": file.storage,
        "parent": file.parent,
        "filename": file.filename,
        "originalFilename": file.original_filename,
        "path": file.filename,
        "ext": file.ext,
        "contentType": file.content_type,
        "size": file.size,
        "status": file.status,
        "statusText": status.map(UploadStatus::name),
        "error": file.error,
        "projects": file.projects,
        "isArchive": ARCHIVES.contains(&file.content_type.as_str()),
        "image": image,
        "thumbnailUrl": thumb,
        "thumbURL": thumb,
    })
}
