//! Reading, making, changing, deleting users.

use axum::Json;
use axum::extract::State;
use cytomine_domain::account::NewUser;
use cytomine_domain::{DomainError, account, keys};
use cytomine_model::{self as model, Direction, GlobalRole, UserId};

use super::wire::{
    CurrentUser, Granted, PasswordBody, PasswordChanged, User, UserBody, UserWithRole, UserWithRoles,
};
use crate::answer::{self, Command, Created};
use crate::auth::Caller;
use crate::conditions::Fields;
use crate::dialect::collection::Collection;
use crate::dialect::filters::Operator;
use crate::dialect::paging::Paging;
use crate::error::{ApiError, CommandError};
use crate::extract::{Batch, Body, Filters, Path};
use crate::state::ApiState;

/// GET `user/{id}`; the id may be a name.
pub(super) async fn show(
    State(state): State<ApiState>,
    Caller(_): Caller,
    Path(id): Path<String>,
) -> Result<Json<UserWithRoles>, ApiError> {
    let user = account::find(&state.system, &id).await?;
    let roles = account::roles_of(&state.system, user.id).await?;
    Ok(Json(UserWithRoles {
        user: User::of(&user),
        role: roles.iter().map(|grant| grant.role).max().map(GlobalRole::authority),
        roles: roles.iter().map(Granted::of).collect(),
    }))
}

/// GET `user/current`. The keys are made at the first call, so that two calls answer the same.
pub(super) async fn current(
    State(state): State<ApiState>,
    Caller(actor): Caller,
) -> Result<Json<CurrentUser>, ApiError> {
    let keys = keys::own(&state.system, &actor, false).await?;
    Ok(Json(CurrentUser::of(&actor, keys)))
}

/// The fields that users can be filtered by.
#[derive(Debug)]
pub(super) struct Names;

impl Fields for Names {
    const FIELDS: &'static [&'static str] = &["fullName"];
}

/// GET `user`.
pub(super) async fn list(
    State(state): State<ApiState>,
    Caller(_): Caller,
    paging: Paging,
    wanted: Filters<Names>,
) -> Result<Json<Collection<UserWithRole>>, ApiError> {
    let name = wanted
        .list
        .iter()
        .find(|filter| filter.field == "fullName" && matches!(filter.op, Operator::ILike | Operator::Like))
        .map(|filter| filter.value.as_str());
    let sort = paging.sort_or("username", Direction::Ascending);
    let (users, total) = account::list(&state.system, name, Some(&sort), paging.page()).await?;
    let ids: Vec<UserId> = users.iter().map(|user| user.id).collect();
    let roles = account::highest_roles(&state.system, &ids).await?;
    let row = |user: &model::User| UserWithRole {
        user: User::of(user),
        role: roles.get(&user.id).copied().unwrap_or(GlobalRole::Guest).authority(),
    };
    let rows = users.iter().map(row).collect();
    Ok(Json(Collection::new(rows, &paging, total.unsigned_abs())))
}

/// POST `user`: one object, or an array of them.
pub(super) async fn create(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    body: Batch<UserBody>,
) -> Result<Created<User>, CommandError> {
    let read = |body: UserBody| Ok(NewUser::of(body.new_user()?));
    answer::create(&state, &actor, body, read, async |new| {
        let outcome = account::create(&state.system, &actor, new.fields).await?;
        Ok(answer::command(outcome.done, outcome.entity.id.0, User::of(&outcome.entity)))
    })
    .await
}

/// PUT `user/{id}`. A role in it is not read: clients send back what a list of members said, where `role` is the
/// role in the project.
pub(super) async fn update(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<UserId>,
    Body(body): Body<UserBody>,
) -> Command<User> {
    let outcome = account::update(&state.system, &actor, id, body.fields()).await?;
    Ok(answer::command(outcome.done, id.0, User::of(&outcome.entity)))
}

/// DELETE `user/{id}`.
pub(super) async fn delete(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<UserId>,
) -> Command<User> {
    let outcome = account::delete(&state.system, &actor, id).await?;
    Ok(answer::command(outcome.done, id.0, User::of(&outcome.entity)))
}

/// PUT `user/{id}/password`: `{oldPassword, password}`; an administrator leaves the old one out.
pub(super) async fn change_password(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<UserId>,
    Body(body): Body<PasswordBody>,
) -> Result<Json<PasswordChanged>, CommandError> {
    let new = body.password.get();
    let new = new.ok_or_else(|| DomainError::invalid("Give the new one as `password`"))?;
    let old = body.old_password.get();
    account::change_password(&state.system, &actor, id, old.as_deref(), &new).await?;
    let message = "The password was changed; sign in with the new one";
    Ok(Json(PasswordChanged { success: true, message }))
}
