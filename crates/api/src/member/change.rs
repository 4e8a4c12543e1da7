//! Adding, promoting, removing members.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use cytomine_domain::{DomainError, member};
use cytomine_model::{Member, ProjectId, ProjectRole, UserId};
use serde_json::{Value, json};

use super::link_changed;
use super::list::representative;
use crate::auth::Caller;
use crate::error::{ApiError, CommandError};
use crate::request::{Fields, JsonBody, Params};
use crate::state::ApiState;

/// POST `project/{id}/user/{user}`: a manager stays one.
pub(super) async fn add(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((id, user)): Path<(ProjectId, UserId)>,
) -> Result<Json<Value>, ApiError> {
    member::add(&state.system, &actor, id, user).await?;
    Ok(ok())
}

/// DELETE `project/{id}/user/{user}`.
pub(super) async fn remove(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((id, user)): Path<(ProjectId, UserId)>,
) -> Result<Json<Value>, ApiError> {
    member::remove(&state.system, &actor, id, user).await?;
    Ok(ok())
}

/// POST `project/{id}/user/{user}/admin`.
pub(super) async fn promote(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((id, user)): Path<(ProjectId, UserId)>,
) -> Result<Json<Value>, ApiError> {
    member::put(&state.system, &actor, id, user, ProjectRole::Manager).await?;
    Ok(ok())
}

/// DELETE `project/{id}/user/{user}/admin`: the member stays, as contributor.
pub(super) async fn demote(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((id, user)): Path<(ProjectId, UserId)>,
) -> Result<Json<Value>, ApiError> {
    member::put(&state.system, &actor, id, user, ProjectRole::Contributor).await?;
    Ok(ok())
}

/// POST `project/{id}/user?users=1,2`: as many as may be; those that failed are named, with status 206.
pub(super) async fn add_many(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<ProjectId>,
    Params(query): Params,
) -> Result<Response, ApiError> {
    let mut failed = Vec::new();
    for user in query.ids("users")?.ok_or_else(no_users)? {
        if let Err(error) = member::add(&state.system, &actor, id, UserId(user)).await {
            failed.push(format!("{user} ({error})"));
        }
    }
    Ok(many(&failed))
}

/// DELETE `project/{id}/user?users=1,2`.
pub(super) async fn remove_many(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<ProjectId>,
    Params(query): Params,
) -> Result<Response, ApiError> {
    let mut failed = Vec::new();
    for user in query.ids("users")?.ok_or_else(no_users)? {
        if let Err(error) = member::remove(&state.system, &actor, id, UserId(user)).await {
            failed.push(format!("{user} ({error})"));
        }
    }
    Ok(many(&failed))
}

/// POST `project/{id}/representative`: `{user}`.
pub(super) async fn add_representative(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<ProjectId>,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, CommandError> {
    let user = Fields::of(body)?
        .id("user")?
        .ok_or_else(|| DomainError::invalid("Give the member's id as `user`"))?;
    let member = member::set_representative(&state.system, &actor, id, UserId(user), true).await?;
    Ok(representative_changed("Add", &member))
}

/// DELETE `project/{id}/representative/{user}`.
pub(super) async fn remove_representative(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((id, user)): Path<(ProjectId, UserId)>,
) -> Result<Json<Value>, CommandError> {
    let member = member::set_representative(&state.system, &actor, id, user, false).await?;
    Ok(representative_changed("Delete", &member))
}

/// DELETE `project/{id}/representative?user=`.
pub(super) async fn remove_representative_by_user(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<ProjectId>,
    Params(query): Params,
) -> Result<Json<Value>, CommandError> {
    let user = query.id("user")?.ok_or_else(|| DomainError::invalid("Give the member's id as `?user=`"))?;
    let member = member::set_representative(&state.system, &actor, id, UserId(user), false).await?;
    Ok(representative_changed("Delete", &member))
}

fn representative_changed(verb: &str, member: &Member) -> Json<Value> {
    let message =
        format!("Representative {} {}", member.user, if verb == "Add" { "added" } else { "removed" });
    link_changed(verb, "ProjectRepresentativeUser", member.user, &message, representative(member))
}

fn ok() -> Json<Value> {
    Json(json!({ "data": { "message": "OK" } }))
}

fn no_users() -> DomainError {
    DomainError::invalid("Give the ids as `?users=1,2,3`")
}

fn many(failed: &[String]) -> Response {
    if failed.is_empty() {
        return Json(json!({ "data": { "message": "OK" }, "status": 200 })).into_response();
    }
    let message = format!("These users could not be changed: {}", failed.join(", "));
    (StatusCode::PARTIAL_CONTENT, Json(json!({ "data": { "message": message }, "status": 206 })))
        .into_response()
}
