//! Abstract images.

mod crud;
mod parts;
pub mod wire;

use cytomine_model::Action;

use crate::answer::File;
use crate::routes::{Routes, delete, get, post, put};

/// Routes of abstract images.
pub fn routes() -> Routes {
    let path = |rest: &str| format!("/api/abstractimage/{{id}}/{rest}");
    Routes::of("Images")
        .with(get("/api/abstractimage", crud::list, "List the images in the caller's storages").signed_in())
        .with(
            post("/api/abstractimage", crud::create, "Register an image, or several")
                .needs(Action::EditSlide),
        )
        .with(
            get("/api/abstractimage/unused", crud::unused, "List the images that are in no project")
                .signed_in(),
        )
        .with(get("/api/abstractimage/{id}", crud::show, "Read an image").needs(Action::SeeSlide))
        .with(put("/api/abstractimage/{id}", crud::update, "Change an image").needs(Action::EditSlide))
        .with(delete("/api/abstractimage/{id}", crud::delete, "Delete an image").needs(Action::EditSlide))
        .with(get(path("user"), parts::user, "Tell who uploaded an image").needs(Action::SeeSlide))
        .with(
            get(path("abstractslice"), parts::slices, "List the planes of an image").needs(Action::SeeSlide),
        )
        .with(
            get(path("{channel}/{z}/{time}/abstractslice"), parts::slice, "Find a plane of an image")
                .needs(Action::SeeSlide),
        )
        .with(
            get(path("download"), parts::download, "Download the file of an image")
                .needs(Action::SeeSlide)
                .gives::<File>(),
        )
}
