//! Users, their passwords and their keys.

mod crud;
mod keys;
pub mod wire;

use cytomine_model::Action;

use crate::routes::{Routes, delete, get, post, put};

/// Routes of users.
pub fn routes() -> Routes {
    Routes::of("Users")
        .with(get("/api/user", crud::list, "List the users").signed_in().clean())
        .with(post("/api/user", crud::create, "Make a user, or several").needs(Action::ManageUsers))
        .with(
            get("/api/user/current", crud::current, "Read the caller's own account with its keys")
                .signed_in()
                .clean(),
        )
        .with(get("/api/user/current/keys", keys::own, "Read the caller's keys").signed_in().clean())
        .with(post("/api/user/current/keys", keys::rotate, "Make the caller's keys anew").signed_in().clean())
        .with(get("/api/user/{id}", crud::show, "Read a user, by id or name").signed_in().clean())
        .with(put("/api/user/{id}", crud::update, "Change a user").needs(Action::EditAccount))
        .with(delete("/api/user/{id}", crud::delete, "Delete a user").needs(Action::ManageUsers))
        .with(
            put("/api/user/{id}/password", crud::change_password, "Change a password")
                .needs(Action::EditAccount),
        )
        .with(
            get("/api/user/{id}/keys", keys::of_user, "Read the keys of a user, by id or name")
                .needs(Action::UseKeys),
        )
        .with(
            get("/api/userkey/{key}/keys", keys::of_public_key, "Read the keys that a public key belongs to")
                .needs(Action::UseKeys),
        )
        .with(get("/api/signature", keys::signature, "Sign on the caller's behalf").signed_in().clean())
}
