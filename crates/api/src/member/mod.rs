//! Members, managers and representatives of projects, and the layers that members see (rest-api 4.1, 4.12).

mod change;
mod default_layer;
mod list;

use axum::routing::{get, post};
use axum::{Json, Router};
use cytomine_model::UserId;
use serde_json::{Value, json};

use crate::state::ApiState;

/// Routes of members.
pub fn routes() -> Router<ApiState> {
    Router::new()
        .route(
            "/api/project/{id}/user",
            get(list::members).post(change::add_many).delete(change::remove_many),
        )
        .route("/api/project/{id}/admin", get(list::managers))
        .route("/api/project/{id}/creator", get(list::creator))
        .route("/api/project/{id}/users/representative", get(list::representatives))
        .route("/api/project/{id}/userlayer", get(list::layers))
        .route("/api/project/{id}/user/{user}", post(change::add).delete(change::remove))
        .route("/api/project/{id}/user/{user}/admin", post(change::promote).delete(change::demote))
        .route("/api/project/{id}/defaultlayer", get(default_layer::list).post(default_layer::create))
        .route(
            "/api/project/{id}/defaultlayer/{user}",
            get(default_layer::show).put(default_layer::update).delete(default_layer::delete),
        )
        .route(
            "/api/project/{id}/representative",
            get(list::representative_links)
                .post(change::add_representative)
                .delete(change::remove_representative_by_user),
        )
        .route(
            "/api/project/{id}/representative/{user}",
            get(list::representative_link).delete(change::remove_representative),
        )
}

/// The change of what a member is to a project, in the form of a command's answer. A user is each at most once per
/// project, so the user's id serves as the link's; none of it is undone, so there is no command.
fn link_changed(verb: &str, class: &str, user: UserId, message: &str, object: Value) -> Json<Value> {
    let key = class.to_lowercase();
    let mut answer = json!({
        "message": message,
        "callback": { "method": format!("be.cytomine.{verb}{class}Command") },
        "printMessage": true,
    });
    answer["callback"][format!("{key}ID")] = json!(user.to_string());
    answer["data"] = object.clone();
    answer[key] = object;
    Json(answer)
}
