//! Lists of members.

use axum::Json;
use axum::extract::State;
use cytomine_domain::{Actor, DomainError, account, member};
use cytomine_model::{Member, ProjectId, ProjectRole, UserId};

use super::wire::Representative;
use crate::auth::Caller;
use crate::dialect::collection::Collection;
use crate::dialect::paging::Paging;
use crate::error::ApiError;
use crate::extract::Path;
use crate::state::ApiState;
use crate::user::wire::{User, UserWithRole};

type Answer = Result<Json<Collection<UserWithRole>>, ApiError>;

/// GET `project/{id}/user`: all members with their role in the project.
pub(super) async fn members(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<ProjectId>,
    paging: Paging,
) -> Answer {
    let users = users_where(&state, member::list(&state.system, &actor, id).await?, |_| true).await?;
    Ok(Json(Collection::sliced(users, &paging)))
}

/// GET `project/{id}/admin`: the managers.
pub(super) async fn managers(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<ProjectId>,
) -> Answer {
    let members = member::list(&state.system, &actor, id).await?;
    let users = users_where(&state, members, |member| member.role == ProjectRole::Manager).await?;
    Ok(Json(Collection::whole(users)))
}

/// GET `project/{id}/creator`: the manager who joined first, which is who made it.
pub(super) async fn creator(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<ProjectId>,
) -> Answer {
    let mut members = member::list(&state.system, &actor, id).await?;
    members.truncate(1);
    Ok(Json(Collection::whole(users_where(&state, members, |_| true).await?)))
}

/// GET `project/{id}/users/representative`.
pub(super) async fn representatives(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<ProjectId>,
) -> Answer {
    let members = member::list(&state.system, &actor, id).await?;
    Ok(Json(Collection::whole(users_where(&state, members, |member| member.is_representative).await?)))
}

/// GET `project/{id}/userlayer`: the members whose annotations the caller may show as layers.
pub(super) async fn layers(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<ProjectId>,
) -> Answer {
    let members = member::layers(&state.system, &actor, id).await?;
    Ok(Json(Collection::whole(users_where(&state, members, |_| true).await?)))
}

/// GET `project/{id}/representative`: the links themselves.
pub(super) async fn representative_links(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<ProjectId>,
) -> Result<Json<Collection<Representative>>, ApiError> {
    let links = links(&state, &actor, id).await?;
    Ok(Json(Collection::whole(links.iter().map(Representative::of).collect())))
}

/// GET `project/{id}/representative/{user}`.
pub(super) async fn representative_link(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((id, user)): Path<(ProjectId, UserId)>,
) -> Result<Json<Representative>, ApiError> {
    let links = links(&state, &actor, id).await?;
    let link = links.iter().find(|member| member.user == user);
    let link = link.ok_or_else(|| DomainError::not_found("ProjectRepresentativeUser", user))?;
    Ok(Json(Representative::of(link)))
}

async fn links(state: &ApiState, actor: &Actor, id: ProjectId) -> Result<Vec<Member>, ApiError> {
    let members = member::list(&state.system, actor, id).await?;
    Ok(members.into_iter().filter(|member| member.is_representative).collect())
}

async fn users_where(
    state: &ApiState,
    members: Vec<Member>,
    wanted: impl Fn(&Member) -> bool,
) -> Result<Vec<UserWithRole>, ApiError> {
    let members: Vec<Member> = members.into_iter().filter(wanted).collect();
    let ids: Vec<UserId> = members.iter().map(|member| member.user).collect();
    let users = account::by_ids(&state.system, &ids).await?;
    let rows = members.iter().filter_map(|member| {
        let user = User::of(users.iter().find(|user| user.id == member.user)?);
        let role = if member.is_representative { "representative" } else { member.role.as_str() };
        Some(UserWithRole { user, role })
    });
    Ok(rows.collect())
}
