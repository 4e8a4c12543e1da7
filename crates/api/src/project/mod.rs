//! Projects.

mod crud;
pub mod wire;

use crate::routes::{Routes, delete, get, post, put};

/// Routes of projects.
pub fn routes() -> Routes {
    Routes::of("Projects")
        .with(get("/api/project", crud::list, "List the projects that the caller sees").clean())
        .with(post("/api/project", crud::create, "Make a project, or several"))
        .with(get("/api/project/{id}", crud::show, "Read a project"))
        .with(put("/api/project/{id}", crud::update, "Change a project"))
        .with(delete("/api/project/{id}", crud::delete, "Delete a project"))
        .with(get("/api/user/{id}/project", crud::list_of_user, "List the projects of a user"))
        .with(get("/api/ontology/{id}/project", crud::list_of_ontology, "List projects by ontology").clean())
}
