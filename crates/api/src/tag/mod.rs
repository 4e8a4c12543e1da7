//! Tags (rest-api 4.24).

mod crud;
pub mod wire;

use crate::routes::{Routes, delete, get, post, put};

/// Routes of tags.
pub fn routes() -> Routes {
    Routes::of("Tags")
        .with(get("/api/tag", crud::list, "List all tags").clean())
        .with(post("/api/tag", crud::create, "Make a tag, or several").clean())
        .with(get("/api/tag/{id}", crud::show, "Read a tag").clean())
        .with(put("/api/tag/{id}", crud::update, "Rename a tag"))
        .with(delete("/api/tag/{id}", crud::delete, "Delete a tag"))
}
