//! Users, their passwords and their keys.

mod crud;
mod keys;
pub mod wire;

use crate::routes::{Routes, delete, get, post, put};

/// Routes of users.
pub fn routes() -> Routes {
    Routes::of("Users")
        .with(get("/api/user", crud::list, "List the users").clean())
        .with(post("/api/user", crud::create, "Make a user, or several"))
        .with(get("/api/user/current", crud::current, "Read the caller's own account with its keys").clean())
        .with(get("/api/user/current/keys", keys::own, "Read the caller's keys").clean())
        .with(post("/api/user/current/keys", keys::rotate, "Make the caller's keys anew").clean())
        .with(get("/api/user/{id}", crud::show, "Read a user, by id or name").clean())
        .with(put("/api/user/{id}", crud::update, "Change a user"))
        .with(delete("/api/user/{id}", crud::delete, "Delete a user"))
        .with(put("/api/user/{id}/password", crud::change_password, "Change a password"))
        .with(get("/api/user/{id}/keys", keys::of_user, "Read the keys of a user, by id or name"))
        .with(get(
            "/api/userkey/{key}/keys",
            keys::of_public_key,
            "Read the keys that a public key belongs to",
        ))
        .with(get("/api/signature", keys::signature, "Sign on the caller's behalf").clean())
}
