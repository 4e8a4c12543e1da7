//! Undo and redo (rest-api 1.10).

pub mod entity;
mod replay;
pub mod wire;

use cytomine_model::Action;

use crate::routes::{Operation, Routes, get};

/// Routes of undo and redo; old clients leave `/api` out.
pub fn routes() -> Routes {
    let mut routes = Routes::of("Commands");
    for (prefix, ending) in [("/api", ""), ("", ""), ("", ".json")] {
        for operation in at(prefix, ending) {
            routes = routes.with(operation);
        }
    }
    routes
}

fn at(prefix: &str, ending: &str) -> [Operation; 4] {
    let path = |rest: &str| format!("{prefix}/command/{rest}{ending}");
    [
        get(path("undo"), replay::undo, "Undo the caller's last command").acts().signed_in().clean(),
        get(path("redo"), replay::redo, "Redo what the caller undid last").acts().signed_in().clean(),
        get(path("{id}/undo"), replay::undo_one, "Undo a command").acts().needs(Action::Undo),
        get(path("{id}/redo"), replay::redo_one, "Redo a command").acts().needs(Action::Undo),
    ]
}
