//! The upload protocol of Cytomine's image server (rest-api 5): a file in, a row and an image out.

mod receive;
mod reply;
pub mod wire;

use serde_json::json;

use cytomine_model::Action;

use self::wire::{RefusedUpload, Taken};
use crate::describe::Sketch;
use crate::routes::{Routes, post};

crate::keys! {
    /// Where an upload goes.
    pub(super) struct UploadKeys {
        /// The storage; the caller's first where it is left out, or `null`
        id_storage: Text,
        /// The same
        storage: Text,
        /// Projects to put the image into; `null` is none
        id_project: Text,
        /// The same
        projects: Text,
        /// Keys of properties of the image
        keys: List,
        /// As many values for them
        values: List,
        /// Wait for the end of the import
        sync: Flag,
    }
}

/// Both addresses that clients use. Bodies stream to disk and have no limit but its size.
pub fn routes() -> Routes {
    let mut routes = Routes::of("Uploads");
    for path in ["/upload", "/ims/upload"] {
        let operation = post(path, receive::upload, "Upload a slide").needs(Action::FillStorage);
        routes = routes.with(operation.takes(usize::MAX).sketched(answers));
    }
    routes
}

fn answers(sketch: &mut Sketch<'_>) {
    // Bytes have no type in JSON.
    let file = json!({ "contentMediaType": "application/octet-stream" });
    let parts = json!({ "type": "object", "properties": { "files[]": file }, "required": ["files[]"] });
    sketch.body = Some(("multipart/form-data", parts));
    let taken = sketch.schemas.of::<Taken>();
    let list = json!({ "type": "array", "items": taken, "minItems": 1, "maxItems": 1 });
    sketch.answers.insert(200, ("The file was taken in", "application/json", list));
    sketch.schemas.of::<RefusedUpload>();
    sketch.refused_as = Some("RefusedUpload");
    for status in [400, 401, 403, 500, 503] {
        sketch.refuses(status);
    }
}
