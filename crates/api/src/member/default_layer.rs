//! Default layers (rest-api 4.12). A user has at most one per project, so the user's id serves as the layer's.

use axum::Json;
use axum::extract::State;
use cytomine_domain::{DomainError, default_layer};
use cytomine_model::{self as model, ProjectId, UserId};

use super::wire::{DefaultLayer, DefaultLayerBody, LinkChanged};
use crate::auth::Caller;
use crate::dialect::collection::Collection;
use crate::error::{ApiError, CommandError};
use crate::extract::{Body, Path};
use crate::state::ApiState;

type Answer = Result<Json<LinkChanged<DefaultLayer>>, CommandError>;

/// GET `project/{id}/defaultlayer`.
pub(super) async fn list(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<ProjectId>,
) -> Result<Json<Collection<DefaultLayer>>, ApiError> {
    let layers = default_layer::list(&state.system, &actor, id).await?;
    Ok(Json(Collection::whole(layers.iter().map(DefaultLayer::of).collect())))
}

/// GET `project/{id}/defaultlayer/{user}`.
pub(super) async fn show(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((id, user)): Path<(ProjectId, UserId)>,
) -> Result<Json<DefaultLayer>, ApiError> {
    let layers = default_layer::list(&state.system, &actor, id).await?;
    let layer = layers.iter().find(|layer| layer.user == user);
    Ok(Json(DefaultLayer::of(layer.ok_or_else(|| default_layer::missing(user))?)))
}

/// POST `project/{id}/defaultlayer`: `{user, hideByDefault}`.
pub(super) async fn create(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(project): Path<ProjectId>,
    Body(body): Body<DefaultLayerBody>,
) -> Answer {
    let user = body.user.of(UserId);
    let user = user.ok_or_else(|| DomainError::invalid("Give the member's id as `user`"))?;
    let layer = model::DefaultLayer { project, user, hide_by_default: body.hide_by_default.is_on() };
    default_layer::add(&state.system, &actor, layer).await?;
    Ok(changed("Add", &layer))
}

/// PUT `project/{id}/defaultlayer/{user}`: `{hideByDefault}`.
pub(super) async fn update(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((project, user)): Path<(ProjectId, UserId)>,
    Body(body): Body<DefaultLayerBody>,
) -> Answer {
    let layer = model::DefaultLayer { project, user, hide_by_default: body.hide_by_default.is_on() };
    default_layer::update(&state.system, &actor, layer).await?;
    Ok(changed("Edit", &layer))
}

/// DELETE `project/{id}/defaultlayer/{user}`.
pub(super) async fn delete(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((project, user)): Path<(ProjectId, UserId)>,
) -> Answer {
    let layer = default_layer::remove(&state.system, &actor, project, user).await?;
    Ok(changed("Delete", &layer))
}

fn changed(verb: &'static str, layer: &model::DefaultLayer) -> Json<LinkChanged<DefaultLayer>> {
    let message = format!("Default layer of user {}: {}", layer.user, verb.to_lowercase());
    Json(LinkChanged { verb, user: layer.user, message, object: DefaultLayer::of(layer) })
}
