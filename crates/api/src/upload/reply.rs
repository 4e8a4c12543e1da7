//! What `upload` answers (rest-api 5.4): always an array of one.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use cytomine_domain::instance::Seen;
use cytomine_domain::intake::Outcome;
use cytomine_model::ErrorKind;
use serde_json::{Value, json};

use crate::abstract_image::json::abstract_image;
use crate::error::ApiError;
use crate::image_instance::json::image_instance;
use crate::uploaded_file::json::uploaded_file;

/// A file was taken in; `images` is filled for those who waited for it.
pub(super) fn taken(outcome: &Outcome, waited: bool, base: &str) -> Response {
    let Outcome { file, image, instances } = outcome;
    let images: Vec<Value> = image
        .iter()
        .filter(|_| waited)
        .map(|image| {
            let instances: Vec<Value> = instances
                .iter()
                .map(|instance| image_instance(&Seen { image: instance.clone(), names: true }, base))
                .collect();
            json!({ "image": abstract_image(image, base), "imageInstances": instances })
        })
        .collect();
    let object = uploaded_file(file, image.as_ref().map(|image| image.id), base);
    Json(json!([{
        "status": 200,
        "name": file.original_filename,
        "size": file.size.to_string(),
        "uploadedFile": object,
        "images": images,
    }]))
    .into_response()
}

/// A file was refused. The image server answers 400 whatever the reason; only failures of ours differ.
pub(super) fn refused(error: &ApiError) -> Response {
    let status = match error.kind() {
        ErrorKind::Internal | ErrorKind::Unavailable => error.status(),
        _ => StatusCode::BAD_REQUEST,
    };
    let text = error.message();
    let body = json!([{ "status": 500, "error": text, "files": [{ "size": 0, "error": text }] }]);
    (status, Json(body)).into_response()
}
