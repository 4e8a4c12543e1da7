//! Annotations (rest-api 4.15).

mod bulk;
mod count;
mod crud;
mod included;
mod keys;
mod operate;
mod query;
mod row;
mod search;
mod show;
pub mod wire;

use cytomine_model::Action;

pub use self::query::bounds;
use crate::routes::{Operation, Routes, delete, get, post, put};

/// Largest body in bytes of what makes annotations: some 200,000 of nuclei in one request.
const BULK: usize = 64 << 20;

/// Largest body in bytes of what holds one shape, or the ids of a long search.
const SHAPE: usize = 16 << 20;

/// Routes of annotations. The two spellings mean the same: every annotation of this server is a user annotation.
pub fn routes() -> Routes {
    let mut routes = Routes::of("Annotations");
    for noun in ["annotation", "userannotation"] {
        for operation in of(noun) {
            routes = routes.with(operation);
        }
    }
    let search = "/api/annotation/search";
    routes
        .with(
            delete("/api/annotation", bulk::delete, "Delete several annotations as one step")
                .needs(Action::EditAnnotation),
        )
        .with(get(search, search::list, "Search annotations").needs(Action::SeeProject))
        .with(
            post(search, search::post, "Search annotations by a body").needs(Action::SeeProject).takes(SHAPE),
        )
        .with(
            put("/api/annotation/{id}/simplify", operate::simplify, "Thin out an annotation")
                .needs(Action::EditAnnotation),
        )
        .with(
            post("/api/annotation/{id}/fill", operate::fill, "Fill the holes of an annotation")
                .needs(Action::EditAnnotation),
        )
        .with(
            put("/api/simplify", operate::simplify_wkt, "Thin out a shape").signed_in().takes(SHAPE).clean(),
        )
        .with(
            get("/api/imageinstance/{id}/annotation/included", included::list, "List what touches a shape")
                .needs(Action::SeeProject),
        )
        .merge(counts())
}

/// What both spellings have.
fn of(noun: &str) -> [Operation; 5] {
    let (all, one) = (format!("/api/{noun}"), format!("/api/{noun}/{{id}}"));
    [
        get(all.as_str(), search::list, "List annotations").needs(Action::SeeProject),
        post(all, bulk::create, "Make an annotation, or many as one step")
            .needs(Action::CreateAnnotation)
            .takes(BULK),
        get(one.as_str(), crud::show, "Read an annotation").needs(Action::SeeProject),
        put(one.as_str(), crud::update, "Change an annotation").needs(Action::EditAnnotation).takes(SHAPE),
        delete(one, crud::delete, "Delete an annotation").needs(Action::EditAnnotation),
    ]
}

fn counts() -> Routes {
    let reviewed = "Count reviewed annotations: there are none";
    let layers = "/api/sliceinstance/{id}/annotationindex";
    Routes::of("Annotations")
        .with(
            get("/api/user/{id}/userannotation/count", count::of_user, "Count a user's annotations")
                .needs(Action::CountWork),
        )
        .with(
            get("/api/user/{id}/reviewedannotation/count", count::reviewed_of_user, reviewed)
                .needs(Action::CountWork),
        )
        .with(
            get("/api/project/{id}/userannotation/count", count::of_project, "Count a project's annotations")
                .needs(Action::SeeProject),
        )
        .with(
            get("/api/project/{id}/reviewedannotation/count", count::reviewed_of_project, reviewed)
                .needs(Action::SeeProject),
        )
        .with(
            get(layers, count::layers, "List the layers of a plane with their counts")
                .needs(Action::SeeProject),
        )
}
