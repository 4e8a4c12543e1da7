//! Adding, promoting, removing members.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use cytomine_domain::{DomainError, member};
use cytomine_model::{Member, ProjectId, ProjectRole, UserId};

use super::wire::{Acknowledged, LinkChanged, MemberBody, Representative, SeveralChanged};
use crate::auth::Caller;
use crate::error::{ApiError, CommandError};
use crate::extract::{Asked, Body, Path};
use crate::state::ApiState;

crate::keys! {
    /// Several users.
    pub(super) struct Several {
        /// Ids of users
        users: Ids,
    }
}

crate::keys! {
    /// One user.
    pub(super) struct One {
        /// Id of the member
        user: Id,
    }
}

/// POST `project/{id}/user/{user}`: a manager stays one.
pub(super) async fn add(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((id, user)): Path<(ProjectId, UserId)>,
) -> Result<Json<Acknowledged>, ApiError> {
    member::add(&state.system, &actor, id, user).await?;
    Ok(ok())
}

/// DELETE `project/{id}/user/{user}`.
pub(super) async fn remove(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((id, user)): Path<(ProjectId, UserId)>,
) -> Result<Json<Acknowledged>, ApiError> {
    member::remove(&state.system, &actor, id, user).await?;
    Ok(ok())
}

/// POST `project/{id}/user/{user}/admin`.
pub(super) async fn promote(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((id, user)): Path<(ProjectId, UserId)>,
) -> Result<Json<Acknowledged>, ApiError> {
    member::put(&state.system, &actor, id, user, ProjectRole::Manager).await?;
    Ok(ok())
}

/// DELETE `project/{id}/user/{user}/admin`: the member stays, as contributor.
pub(super) async fn demote(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((id, user)): Path<(ProjectId, UserId)>,
) -> Result<Json<Acknowledged>, ApiError> {
    member::put(&state.system, &actor, id, user, ProjectRole::Contributor).await?;
    Ok(ok())
}

/// POST `project/{id}/user?users=1,2`: as many as may be; those that failed are named, with status 206.
pub(super) async fn add_many(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<ProjectId>,
    Asked(several): Asked<Several>,
) -> Result<Response, ApiError> {
    let users = several.users.of(UserId).ok_or_else(no_users)?;
    let refused = member::add_many(&state.system, &actor, id, &users).await?;
    Ok(many(refused))
}

/// DELETE `project/{id}/user?users=1,2`.
pub(super) async fn remove_many(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<ProjectId>,
    Asked(several): Asked<Several>,
) -> Result<Response, ApiError> {
    let users = several.users.of(UserId).ok_or_else(no_users)?;
    let refused = member::remove_many(&state.system, &actor, id, &users).await?;
    Ok(many(refused))
}

/// POST `project/{id}/representative`: `{user}`.
pub(super) async fn add_representative(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<ProjectId>,
    Body(body): Body<MemberBody>,
) -> Result<Json<LinkChanged<Representative>>, CommandError> {
    let user = body.user.of(UserId);
    let user = user.ok_or_else(|| DomainError::invalid("Give the member's id as `user`"))?;
    let member = member::set_representative(&state.system, &actor, id, user, true).await?;
    Ok(representative_changed("Add", &member))
}

/// DELETE `project/{id}/representative/{user}`.
pub(super) async fn remove_representative(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((id, user)): Path<(ProjectId, UserId)>,
) -> Result<Json<LinkChanged<Representative>>, CommandError> {
    let member = member::set_representative(&state.system, &actor, id, user, false).await?;
    Ok(representative_changed("Delete", &member))
}

/// DELETE `project/{id}/representative?user=`.
pub(super) async fn remove_representative_by_user(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<ProjectId>,
    Asked(one): Asked<One>,
) -> Result<Json<LinkChanged<Representative>>, CommandError> {
    let user = one.user.of(UserId);
    let user = user.ok_or_else(|| DomainError::invalid("Give the member's id as `?user=`"))?;
    let member = member::set_representative(&state.system, &actor, id, user, false).await?;
    Ok(representative_changed("Delete", &member))
}

fn representative_changed(verb: &'static str, member: &Member) -> Json<LinkChanged<Representative>> {
    let message =
        format!("Representative {} {}", member.user, if verb == "Add" { "added" } else { "removed" });
    Json(LinkChanged { verb, user: member.user, message, object: Representative::of(member) })
}

fn ok() -> Json<Acknowledged> {
    Json(Acknowledged::ok())
}

fn no_users() -> DomainError {
    DomainError::invalid("Give the ids as `?users=1,2,3`")
}

fn many(refused: Vec<(UserId, DomainError)>) -> Response {
    let changed = SeveralChanged::of(refused.into_iter().map(|(user, error)| (user, error.into())).collect());
    (changed.status(), Json(changed)).into_response()
}
