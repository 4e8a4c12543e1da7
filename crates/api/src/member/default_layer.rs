//! Default layers (rest-api 4.12). A user has at most one per project, so the user's id serves as the layer's.

use axum::Json;
use axum::extract::{Path, State};
use cytomine_domain::{DomainError, default_layer};
use cytomine_model::{DefaultLayer, ProjectId, UserId};
use serde_json::{Value, json};

use super::link_changed;
use crate::auth::Caller;
use crate::dialect::collection::Collection;
use crate::error::{ApiError, CommandError};
use crate::request::{Fields, JsonBody};
use crate::state::ApiState;

fn layer_json(layer: &DefaultLayer) -> Value {
    json!({
        "class": "be.cytomine.domain.project.ProjectDefaultLayer",
        "id": layer.user,
        "created": null,
        "updated": null,
        "project": layer.project,
        "user": layer.user,
        "hideByDefault": layer.hide_by_default,
    })
}

/// GET `project/{id}/defaultlayer`.
pub(super) async fn list(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<ProjectId>,
) -> Result<Json<Collection<Value>>, ApiError> {
    let layers = default_layer::list(&state.system, &actor, id).await?;
    Ok(Json(Collection::whole(layers.iter().map(layer_json).collect())))
}

/// GET `project/{id}/defaultlayer/{user}`.
pub(super) async fn show(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((id, user)): Path<(ProjectId, UserId)>,
) -> Result<Json<Value>, ApiError> {
    let layers = default_layer::list(&state.system, &actor, id).await?;
    let layer = layers.iter().find(|layer| layer.user == user);
    Ok(Json(layer_json(layer.ok_or_else(|| default_layer::missing(user))?)))
}

/// POST `project/{id}/defaultlayer`: `{user, hideByDefault}`.
pub(super) async fn create(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(project): Path<ProjectId>,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, CommandError> {
    let fields = Fields::of(body)?;
    let user = fields.id("user")?.ok_or_else(|| DomainError::invalid("Give the member's id as `user`"))?;
    let hide_by_default = fields.bool("hideByDefault")?.unwrap_or(false);
    let layer = DefaultLayer { project, user: UserId(user), hide_by_default };
    default_layer::add(&state.system, &actor, layer).await?;
    Ok(changed("Add", &layer))
}

/// PUT `project/{id}/defaultlayer/{user}`: `{hideByDefault}`.
pub(super) async fn update(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((project, user)): Path<(ProjectId, UserId)>,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, CommandError> {
    let hide_by_default = Fields::of(body)?.bool("hideByDefault")?.unwrap_or(false);
    let layer = DefaultLayer { project, user, hide_by_default };
    default_layer::update(&state.system, &actor, layer).await?;
    Ok(changed("Edit", &layer))
}

/// DELETE `project/{id}/defaultlayer/{user}`.
pub(super) async fn delete(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((project, user)): Path<(ProjectId, UserId)>,
) -> Result<Json<Value>, CommandError> {
    let layer = default_layer::remove(&state.system, &actor, project, user).await?;
    Ok(changed("Delete", &layer))
}

fn changed(verb: &str, layer: &DefaultLayer) -> Json<Value> {
    let message = format!("Default layer of user {}: {}", layer.user, verb.to_lowercase());
    link_changed(verb, "ProjectDefaultLayer", layer.user, &message, layer_json(layer))
}
