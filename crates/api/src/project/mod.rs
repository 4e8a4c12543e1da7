//! Projects.

mod crud;
pub mod wire;

use crate::routes::{Routes, delete, get, post, put};

/// Routes of projects.
pub fn routes() -> Routes {
    Routes::of("Projects")
        .add(get("/api/project", crud::list, "List the projects that the caller sees").clean())
        .add(post("/api/project", crud::create, "Make a project, or several"))
        .add(get("/api/project/{id}", crud::show, "Read a project"))
        .add(put("/api/project/{id}", crud::update, "Change a project"))
        .add(delete("/api/project/{id}", crud::delete, "Delete a project"))
        .add(get("/api/user/{id}/project", crud::list_of_user, "List the projects of a user"))
        .add(get("/api/ontology/{id}/project", crud::list_of_ontology, "List projects by ontology").clean())
}
