//! Tags (rest-api 4.24).

mod crud;
pub mod wire;

use cytomine_model::Action;

use crate::routes::{Routes, delete, get, post, put};

/// Routes of tags.
pub fn routes() -> Routes {
    Routes::of("Tags")
        .with(get("/api/tag", crud::list, "List all tags").clean().signed_in())
        .with(post("/api/tag", crud::create, "Make a tag, or several").clean().needs(Action::CreateTag))
        .with(get("/api/tag/{id}", crud::show, "Read a tag").clean().signed_in())
        .with(put("/api/tag/{id}", crud::update, "Rename a tag").needs(Action::EditTag))
        .with(delete("/api/tag/{id}", crud::delete, "Delete a tag").needs(Action::EditTag))
}
