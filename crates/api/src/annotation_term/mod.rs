//! Links between annotations and terms (rest-api 4.17).

mod crud;
pub mod wire;

use cytomine_model::Action;

use crate::routes::{Routes, delete, get, post};

/// Routes of term links.
pub fn routes() -> Routes {
    let (all, one) = ("/api/annotation/{id}/term", "/api/annotation/{id}/term/{term}");
    let of_user = format!("{one}/user/{{user}}");
    let of_others = "/api/annotation/{id}/notuser/{user}/term";
    Routes::of("Terms of annotations")
        .with(get(all, crud::list, "List the terms of an annotation").needs(Action::SeeProject))
        .with(
            get(of_others, crud::list_of_others, "List the terms that others have set")
                .needs(Action::SeeProject),
        )
        .with(get(one, crud::show, "Read a term of an annotation").needs(Action::SeeProject))
        .with(post(one, crud::create, "Set a term of an annotation").needs(Action::EditAnnotation))
        .with(
            delete(one, crud::delete, "Remove the caller's term from an annotation")
                .needs(Action::EditAnnotation),
        )
        .with(
            post(format!("{one}/clearBefore"), crud::replace, "Set a term in place of all others")
                .needs(Action::EditAnnotation),
        )
        .with(
            get(of_user.as_str(), crud::show_of, "Read a term that a user has set").needs(Action::SeeProject),
        )
        .with(
            delete(of_user, crud::delete_of, "Remove a term that a user has set")
                .needs(Action::EditAnnotation),
        )
}
