//! What `upload` answers (rest-api 5.4): always an array of one.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use cytomine_domain::image_instance::Seen;
use cytomine_domain::intake::Outcome;
use cytomine_model::ErrorKind;

use super::wire::{MadeImage, RefusedFile, RefusedUpload, Taken};
use crate::abstract_image::wire::AbstractImage;
use crate::error::ApiError;
use crate::image_instance::wire::ImageInstance;
use crate::uploaded_file::wire::UploadedFile;

/// A file was taken in; `images` is filled for those who waited for it.
pub(super) fn taken(outcome: &Outcome, waited: bool, base: &str) -> Response {
    let Outcome { file, image, instances } = outcome;
    let images = image
        .iter()
        .filter(|_| waited)
        .map(|image| MadeImage {
            image: AbstractImage::of(image, base),
            image_instances: instances
                .iter()
                .map(|seen| ImageInstance::of(&Seen { names: true, ..seen.clone() }, base))
                .collect(),
        })
        .collect();
    Json([Taken {
        status: 200,
        name: file.original_filename.clone(),
        size: file.size.to_string(),
        uploaded_file: UploadedFile::of(file, image.as_ref().map(|image| image.id), base),
        images,
    }])
    .into_response()
}

/// A file was refused. The image server answers 400 whatever the reason; only failures of ours differ.
pub(super) fn refused(error: &ApiError) -> Response {
    let status = match error.kind() {
        ErrorKind::Internal | ErrorKind::Unavailable => error.status(),
        _ => StatusCode::BAD_REQUEST,
    };
    let text = error.message().to_owned();
    let body = RefusedUpload {
        status: 500,
        error: text.clone(),
        files: vec![RefusedFile { size: 0, error: text }],
        code: error.code(),
        params: error.params().clone(),
    };
    (status, Json([body])).into_response()
}
