//! Uploaded files.

mod crud;
pub mod wire;

use cytomine_model::Action;

use crate::answer::File;
use crate::routes::{Routes, delete, get, post, put};

/// Routes of uploaded files.
pub fn routes() -> Routes {
    let path = |rest: &str| format!("/api/uploadedfile/{{id}}/{rest}");
    Routes::of("Uploaded files")
        .with(
            get("/api/uploadedfile", crud::list, "List the files in the caller's storages")
                .signed_in()
                .clean(),
        )
        .with(
            post("/api/uploadedfile", crud::create, "Register a file whose bytes lie elsewhere, or several")
                .needs(Action::FillStorage),
        )
        .with(get("/api/uploadedfile/{id}", crud::show, "Read an uploaded file").needs(Action::SeeSlide))
        .with(put("/api/uploadedfile/{id}", crud::update, "Change an uploaded file").needs(Action::EditSlide))
        .with(
            delete("/api/uploadedfile/{id}", crud::delete, "Delete an uploaded file")
                .needs(Action::EditSlide),
        )
        .with(
            get(path("download"), crud::download, "Download an uploaded file")
                .needs(Action::SeeSlide)
                .gives::<File>(),
        )
        .with(
            get(path("abstractimage"), crud::image, "Read the image made from a file")
                .needs(Action::SeeSlide),
        )
        .with(
            get(path("abstractslice"), crud::slices, "List the planes made from a file")
                .needs(Action::SeeSlide),
        )
}
