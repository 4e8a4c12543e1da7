//! Images in projects.

mod crud;
mod lists;
pub mod wire;

use crate::answer::File;
use crate::routes::{Routes, delete, get, post, put};

/// Routes of images in projects.
pub fn routes() -> Routes {
    let path = |rest: &str| format!("/api/imageinstance/{{id}}/{rest}");
    let of_user = "/api/user/{id}/imageinstance";
    Routes::of("Images of projects")
        .add(post("/api/imageinstance", crud::create, "Add an image to a project, or several"))
        .add(get("/api/imageinstance/{id}", crud::show, "Read an image of a project"))
        .add(put("/api/imageinstance/{id}", crud::update, "Change an image of a project"))
        .add(delete("/api/imageinstance/{id}", crud::delete, "Remove an image from its project"))
        .add(get(path("next"), crud::next, "Read the image that was added just before"))
        .add(get(path("previous"), crud::previous, "Read the image that was added just after"))
        .add(get(path("download"), crud::download, "Download the file of an image").gives::<File>())
        .add(get("/api/project/{id}/imageinstance", lists::of_project, "List the images of a project"))
        .add(get(of_user, lists::of_user, "List the images of a user's projects"))
        .add(
            get(format!("{of_user}/light"), lists::light_of_user, "List the caller's images by name").clean(),
        )
}
