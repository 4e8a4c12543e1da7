//! Abstract images.

mod crud;
mod parts;
pub mod wire;

use crate::answer::File;
use crate::routes::{Routes, delete, get, post, put};

/// Routes of abstract images.
pub fn routes() -> Routes {
    let path = |rest: &str| format!("/api/abstractimage/{{id}}/{rest}");
    Routes::of("Images")
        .add(get("/api/abstractimage", crud::list, "List the images in the caller's storages"))
        .add(post("/api/abstractimage", crud::create, "Register an image, or several"))
        .add(get("/api/abstractimage/unused", crud::unused, "List the images that are in no project"))
        .add(get("/api/abstractimage/{id}", crud::show, "Read an image"))
        .add(put("/api/abstractimage/{id}", crud::update, "Change an image"))
        .add(delete("/api/abstractimage/{id}", crud::delete, "Delete an image"))
        .add(get(path("user"), parts::user, "Tell who uploaded an image"))
        .add(get(path("imageinstance"), parts::instances, "List where an image is used"))
        .add(get(path("abstractslice"), parts::slices, "List the planes of an image"))
        .add(get(path("{channel}/{z}/{time}/abstractslice"), parts::slice, "Find a plane of an image"))
        .add(get(path("download"), parts::download, "Download the file of an image").gives::<File>())
}
