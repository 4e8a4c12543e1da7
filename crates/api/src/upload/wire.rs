//! What `upload` answers (rest-api 5.4): always an array of one.

use serde::Serialize;
use utoipa::ToSchema;

use crate::abstract_image::wire::AbstractImage;
use crate::image_instance::wire::ImageInstance;
use crate::uploaded_file::wire::UploadedFile;

/// A file that was taken in.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Taken {
    #[schema(example = 200)]
    pub(super) status: u16,
    #[schema(example = "CMU-1.svs")]
    pub(super) name: String,
    /// Bytes, as text.
    #[schema(example = "1938955")]
    pub(super) size: String,
    pub(super) uploaded_file: UploadedFile,
    /// Filled for those who waited for the import.
    pub(super) images: Vec<MadeImage>,
}

/// An image that an upload became.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MadeImage {
    pub(super) image: AbstractImage,
    /// The image in the projects that were named.
    pub(super) image_instances: Vec<ImageInstance>,
}

/// A file that was refused.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RefusedUpload {
    #[schema(example = 500)]
    pub(super) status: u16,
    /// Cause and remedy.
    pub(super) error: String,
    pub(super) files: Vec<RefusedFile>,
    /// Name of the cause; texts in other languages go by it.
    #[schema(schema_with = crate::error::every_code)]
    pub(super) code: &'static str,
    /// Values that the text holds.
    pub(super) params: serde_json::Map<String, serde_json::Value>,
}

/// The same for one file.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RefusedFile {
    pub(super) size: u64,
    pub(super) error: String,
}
