//! Terms and the relations between them.

mod crud;
mod relation;
pub mod wire;

use cytomine_model::Action;

use crate::routes::{Routes, delete, get, post, put};

/// Routes of terms and relations.
pub fn routes() -> Routes {
    let named = "/api/relation/{relation}/term1/{term1}/term2/{term2}";
    Routes::of("Terms")
        .with(get("/api/term", crud::list, "List the terms that the caller may read").signed_in().clean())
        .with(post("/api/term", crud::create, "Make a term, or several").needs(Action::EditOntology))
        .with(get("/api/term/{id}", crud::show, "Read a term").needs(Action::SeeOntology))
        .with(put("/api/term/{id}", crud::update, "Change a term").needs(Action::EditOntology))
        .with(delete("/api/term/{id}", crud::delete, "Delete a term").needs(Action::EditOntology))
        .with(
            get("/api/ontology/{id}/term", crud::list_of_ontology, "List the terms of an ontology")
                .needs(Action::SeeOntology),
        )
        .with(
            get("/api/project/{id}/term", crud::list_of_project, "List the terms of a project's ontology")
                .needs(Action::SeeProject),
        )
        .with(
            get("/api/relation", relation::kinds, "List the kinds of relations between terms")
                .signed_in()
                .clean(),
        )
        .with(
            post("/api/relation/term", relation::create, "Put a term below another")
                .needs(Action::EditOntology),
        )
        .with(
            post("/api/relation/{relation}/term", relation::create_named, "Relate two terms")
                .needs(Action::EditOntology),
        )
        .with(
            get("/api/relation/term/{id}", relation::list, "List the relations of a term")
                .needs(Action::SeeOntology),
        )
        .with(get(named, relation::show, "Read the relation of two terms").needs(Action::SeeOntology))
        .with(delete(named, relation::delete, "End the relation of two terms").needs(Action::EditOntology))
}
