//! Users, their passwords and their keys.

mod crud;
pub mod json;
mod keys;

use axum::Router;
use axum::routing::{get, put};

use crate::state::ApiState;

/// Routes of users.
pub fn routes() -> Router<ApiState> {
    Router::new()
        .route("/api/user", get(crud::list).post(crud::create))
        .route("/api/user/current", get(crud::current))
        .route("/api/user/current/keys", get(keys::own).post(keys::rotate))
        .route("/api/user/{id}", get(crud::show).put(crud::update).delete(crud::delete))
        .route("/api/user/{id}/password", put(crud::change_password))
        .route("/api/user/{id}/keys", get(keys::of_user))
        .route("/api/userkey/{key}/keys", get(keys::of_public_key))
        .route("/api/signature", get(keys::signature))
}
