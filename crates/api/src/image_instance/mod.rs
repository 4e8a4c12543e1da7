//! Images in projects.

mod crud;
mod lists;
pub mod wire;

use cytomine_model::Action;

use crate::answer::File;
use crate::routes::{Routes, delete, get, post, put};

/// Routes of images in projects.
pub fn routes() -> Routes {
    let path = |rest: &str| format!("/api/imageinstance/{{id}}/{rest}");
    let used = "/api/abstractimage/{id}/imageinstance";
    let of_user = "/api/user/{id}/imageinstance";
    Routes::of("Images of projects")
        .with(
            post("/api/imageinstance", crud::create, "Add an image to a project, or several")
                .needs(Action::AddImage),
        )
        .with(
            get("/api/imageinstance/{id}", crud::show, "Read an image of a project")
                .needs(Action::SeeProject),
        )
        .with(
            put("/api/imageinstance/{id}", crud::update, "Change an image of a project")
                .needs(Action::EditImage),
        )
        .with(
            delete("/api/imageinstance/{id}", crud::delete, "Remove an image from its project")
                .needs(Action::DeleteImage),
        )
        .with(
            get(path("next"), crud::next, "Read the image that was added just before")
                .needs(Action::SeeProject),
        )
        .with(
            get(path("previous"), crud::previous, "Read the image that was added just after")
                .needs(Action::SeeProject),
        )
        .with(
            get(path("download"), crud::download, "Download the file of an image")
                .needs(Action::SeeProject)
                .gives::<File>(),
        )
        .with(
            get("/api/project/{id}/imageinstance", lists::of_project, "List the images of a project")
                .needs(Action::SeeProject),
        )
        .with(get(used, lists::of_abstract_image, "List where an image is used").needs(Action::SeeSlide))
        .with(get(of_user, lists::of_user, "List the images of a user's projects").needs(Action::SeeWork))
        .with(
            get(format!("{of_user}/light"), lists::light_of_user, "List the caller's images by name")
                .signed_in()
                .clean(),
        )
}
