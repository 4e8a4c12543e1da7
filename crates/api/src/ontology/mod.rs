//! Ontologies.

mod crud;
pub mod wire;

use cytomine_model::Action;

use crate::routes::{Routes, delete, get, post, put};

/// Routes of ontologies.
pub fn routes() -> Routes {
    Routes::of("Ontologies")
        .with(
            get("/api/ontology", crud::list, "List the ontologies that the caller may read")
                .signed_in()
                .clean(),
        )
        .with(
            post("/api/ontology", crud::create, "Make an ontology, or several")
                .needs(Action::CreateOntology)
                .clean(),
        )
        .with(get("/api/ontology_light", crud::list_light, "List the ontologies by name").signed_in().clean())
        .with(
            get("/api/ontology/{id}", crud::show, "Read an ontology with its terms")
                .needs(Action::SeeOntology),
        )
        .with(put("/api/ontology/{id}", crud::update, "Rename an ontology").needs(Action::EditOntology))
        .with(delete("/api/ontology/{id}", crud::delete, "Delete an ontology").needs(Action::EditOntology))
        .with(
            get("/api/ontology/{id}/user", crud::users, "List the users with rights on an ontology")
                .needs(Action::SeeOntology),
        )
}
