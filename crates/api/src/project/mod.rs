//! Projects.

mod crud;
pub mod wire;

use cytomine_model::Action;

use crate::routes::{Routes, delete, get, post, put};

/// Routes of projects.
pub fn routes() -> Routes {
    Routes::of("Projects")
        .with(get("/api/project", crud::list, "List the projects that the caller sees").signed_in().clean())
        .with(post("/api/project", crud::create, "Make a project, or several").needs(Action::CreateProject))
        .with(get("/api/project/{id}", crud::show, "Read a project").needs(Action::SeeProject))
        .with(put("/api/project/{id}", crud::update, "Change a project").needs(Action::EditProject))
        .with(delete("/api/project/{id}", crud::delete, "Delete a project").needs(Action::DeleteProject))
        .with(
            get("/api/user/{id}/project", crud::list_of_user, "List the projects of a user")
                .needs(Action::SeeWork),
        )
        .with(
            get("/api/ontology/{id}/project", crud::list_of_ontology, "List projects by ontology")
                .signed_in()
                .clean(),
        )
}
