//! Uploaded files.

mod crud;
pub mod wire;

use crate::answer::File;
use crate::routes::{Routes, delete, get, post, put};

/// Routes of uploaded files.
pub fn routes() -> Routes {
    let path = |rest: &str| format!("/api/uploadedfile/{{id}}/{rest}");
    Routes::of("Uploaded files")
        .add(get("/api/uploadedfile", crud::list, "List the files in the caller's storages").clean())
        .add(post("/api/uploadedfile", crud::create, "Register a file whose bytes lie elsewhere, or several"))
        .add(get("/api/uploadedfile/{id}", crud::show, "Read an uploaded file"))
        .add(put("/api/uploadedfile/{id}", crud::update, "Change an uploaded file"))
        .add(delete("/api/uploadedfile/{id}", crud::delete, "Delete an uploaded file"))
        .add(get(path("download"), crud::download, "Download an uploaded file").gives::<File>())
        .add(get(path("abstractimage"), crud::image, "Read the image made from a file"))
        .add(get(path("abstractslice"), crud::slices, "List the planes made from a file"))
}
