//! Links between annotations and terms (rest-api 4.17).

mod crud;
pub mod wire;

use crate::routes::{Routes, delete, get, post};

/// Routes of term links.
pub fn routes() -> Routes {
    let (all, one) = ("/api/annotation/{id}/term", "/api/annotation/{id}/term/{term}");
    let of_user = format!("{one}/user/{{user}}");
    let of_others = "/api/annotation/{id}/notuser/{user}/term";
    Routes::of("Terms of annotations")
        .with(get(all, crud::list, "List the terms of an annotation"))
        .with(get(of_others, crud::list_of_others, "List the terms that others have set"))
        .with(get(one, crud::show, "Read a term of an annotation"))
        .with(post(one, crud::create, "Set a term of an annotation"))
        .with(delete(one, crud::delete, "Remove the caller's term from an annotation"))
        .with(post(format!("{one}/clearBefore"), crud::replace, "Set a term in place of all others"))
        .with(get(of_user.as_str(), crud::show_of, "Read a term that a user has set"))
        .with(delete(of_user, crud::delete_of, "Remove a term that a user has set"))
}
