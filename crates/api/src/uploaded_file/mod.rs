//! Uploaded files.

mod crud;
pub mod wire;

use crate::answer::File;
use crate::routes::{Routes, delete, get, post, put};

/// Routes of uploaded files.
pub fn routes() -> Routes {
    let path = |rest: &str| format!("/api/uploadedfile/{{id}}/{rest}");
    Routes::of("Uploaded files")
        .with(get("/api/uploadedfile", crud::list, "List the files in the caller's storages").clean())
        .with(post(
            "/api/uploadedfile",
            crud::create,
            "Register a file whose bytes lie elsewhere, or several",
        ))
        .with(get("/api/uploadedfile/{id}", crud::show, "Read an uploaded file"))
        .with(put("/api/uploadedfile/{id}", crud::update, "Change an uploaded file"))
        .with(delete("/api/uploadedfile/{id}", crud::delete, "Delete an uploaded file"))
        .with(get(path("download"), crud::download, "Download an uploaded file").gives::<File>())
        .with(get(path("abstractimage"), crud::image, "Read the image made from a file"))
        .with(get(path("abstractslice"), crud::slices, "List the planes made from a file"))
}
