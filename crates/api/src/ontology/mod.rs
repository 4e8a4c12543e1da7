//! Ontologies.

mod crud;
pub mod wire;

use crate::routes::{Routes, delete, get, post, put};

/// Routes of ontologies.
pub fn routes() -> Routes {
    Routes::of("Ontologies")
        .with(get("/api/ontology", crud::list, "List the ontologies that the caller may read").clean())
        .with(post("/api/ontology", crud::create, "Make an ontology, or several").clean())
        .with(get("/api/ontology_light", crud::list_light, "List the ontologies by name").clean())
        .with(get("/api/ontology/{id}", crud::show, "Read an ontology with its terms"))
        .with(put("/api/ontology/{id}", crud::update, "Rename an ontology"))
        .with(delete("/api/ontology/{id}", crud::delete, "Delete an ontology"))
        .with(get("/api/ontology/{id}/user", crud::users, "List the users with rights on an ontology"))
}
