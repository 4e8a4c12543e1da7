//! Terms and the relations between them.

mod crud;
mod relation;
pub mod wire;

use crate::routes::{Routes, delete, get, post, put};

/// Routes of terms and relations.
pub fn routes() -> Routes {
    let named = "/api/relation/{relation}/term1/{term1}/term2/{term2}";
    Routes::of("Terms")
        .add(get("/api/term", crud::list, "List the terms that the caller may read").clean())
        .add(post("/api/term", crud::create, "Make a term, or several"))
        .add(get("/api/term/{id}", crud::show, "Read a term"))
        .add(put("/api/term/{id}", crud::update, "Change a term"))
        .add(delete("/api/term/{id}", crud::delete, "Delete a term"))
        .add(get("/api/ontology/{id}/term", crud::list_of_ontology, "List the terms of an ontology"))
        .add(get("/api/project/{id}/term", crud::list_of_project, "List the terms of a project's ontology"))
        .add(get("/api/relation", relation::kinds, "List the kinds of relations between terms").clean())
        .add(post("/api/relation/term", relation::create, "Put a term below another"))
        .add(post("/api/relation/{relation}/term", relation::create_named, "Relate two terms"))
        .add(get("/api/relation/term/{id}", relation::list, "List the relations of a term"))
        .add(get(named, relation::show, "Read the relation of two terms"))
        .add(delete(named, relation::delete, "End the relation of two terms"))
}
