//! Reading, making, changing, deleting users.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use cytomine_domain::account::{self, UserFields};
use cytomine_domain::{DomainError, keys};
use cytomine_model::{GlobalRole, User, UserId};
use serde_json::{Value, json};

use super::json as wire;
use crate::answer;
use crate::auth::Caller;
use crate::dialect::collection::Collection;
use crate::dialect::filters::{Operator, filters};
use crate::dialect::paging::Paging;
use crate::dialect::wire::ms;
use crate::error::{ApiError, CommandError};
use crate::request::{Fields, JsonBody, Params};
use crate::state::ApiState;

/// GET `user/{id}`; the id may be a name.
pub(super) async fn show(
    State(state): State<ApiState>,
    Caller(_): Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let user = account::find(&state.system, &id).await?;
    let mut value = wire::user(&user);
    let roles = account::roles_of(&state.system, user.id).await?;
    value["role"] = json!(roles.iter().map(|grant| grant.role).max().map(GlobalRole::authority));
    value["roles"] = roles
        .iter()
        .map(|grant| {
            json!({
                "id": grant.role_id,
                "authority": grant.role.authority(),
                "created": ms(Some(grant.created.0)),
                "updated": null,
                "deleted": null,
            })
        })
        .collect();
    Ok(Json(value))
}

/// GET `user/current`. The keys are made at the first call, so that two calls answer the same.
pub(super) async fn current(
    State(state): State<ApiState>,
    Caller(actor): Caller,
) -> Result<Json<Value>, ApiError> {
    let keys = keys::own(&state.system, &actor, false).await?;
    Ok(Json(wire::current(&actor, &keys)))
}

/// GET `user`.
pub(super) async fn list(
    State(state): State<ApiState>,
    Caller(_): Caller,
    Params(query): Params,
) -> Result<Json<Collection<Value>>, ApiError> {
    let paging = Paging::from_query(&query)?;
    let wanted = filters(&query);
    let name = wanted
        .iter()
        .find(|filter| filter.field == "fullName" && matches!(filter.op, Operator::ILike | Operator::Like))
        .map(|filter| filter.value.as_str());
    let sort = paging.sort_or("username", cytomine_model::Direction::Ascending);
    let (users, total) = account::list(&state.system, name, Some(&sort), paging.page()).await?;
    let ids: Vec<UserId> = users.iter().map(|user| user.id).collect();
    let roles = account::highest_roles(&state.system, &ids).await?;
    let row = |user: &User| {
        let mut row = wire::user(user);
        row["role"] = json!(roles.get(&user.id).copied().unwrap_or(GlobalRole::Guest).authority());
        row
    };
    let rows = users.iter().map(row).collect();
    Ok(Json(Collection::new(rows, &paging, total.unsigned_abs())))
}

/// POST `user`: one object, or an array of them.
pub(super) async fn create(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    JsonBody(body): JsonBody,
) -> Result<Response, CommandError> {
    answer::create(body, async |fields: Fields| {
        let fields = UserFields { role: role(&fields)?, ..read(&fields)? };
        let outcome = account::create(&state.system, &actor, fields).await?;
        Ok(answer::command(outcome.done, outcome.entity.id.0, wire::user(&outcome.entity)))
    })
    .await
}

/// PUT `user/{id}`. A role in it is not read: clients send back what a list of members said, where `role` is the
/// role in the project.
pub(super) async fn update(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<UserId>,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, CommandError> {
    let mut fields = read(&Fields::of(body)?)?;
    // Clients send the whole model back; what did not change needs no right of its own.
    let known = account::get(&state.system, id).await?;
    fields.enabled = fields.enabled.filter(|enabled| *enabled != known.enabled);
    let outcome = account::update(&state.system, &actor, id, fields).await?;
    Ok(answer::command(outcome.done, id.0, wire::user(&outcome.entity)))
}

/// DELETE `user/{id}`.
pub(super) async fn delete(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<UserId>,
) -> Result<Json<Value>, CommandError> {
    let outcome = account::delete(&state.system, &actor, id).await?;
    Ok(answer::command(outcome.done, id.0, wire::user(&outcome.entity)))
}

/// PUT `user/{id}/password`: `{oldPassword, password}`; an administrator leaves the old one out.
pub(super) async fn change_password(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<UserId>,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, CommandError> {
    let fields = Fields::of(body)?;
    let new =
        fields.text("password").ok_or_else(|| DomainError::invalid("Give the new one as `password`"))?;
    let old = fields.text("oldPassword");
    account::change_password(&state.system, &actor, id, old.as_deref(), &new).await?;
    Ok(Json(json!({ "success": true, "message": "The password was changed; sign in with the new one" })))
}

fn role(fields: &Fields) -> Result<Option<GlobalRole>, ApiError> {
    let Some(name) = fields.text("role") else { return Ok(None) };
    let Some(role) = GlobalRole::from_authority(&name) else {
        let known = GlobalRole::ALL.map(GlobalRole::authority).join(", ");
        return Err(DomainError::invalid(format!("`{name}` is no role: give one of {known}")).into());
    };
    Ok(Some(role))
}

fn read(fields: &Fields) -> Result<UserFields, ApiError> {
    let is_developer = match fields.bool("isDeveloper")? {
        None => fields.bool("developer")?,
        known => known,
    };
    Ok(UserFields {
        username: fields.text("username"),
        firstname: fields.text("firstname"),
        lastname: fields.text("lastname"),
        email: fields.text("email"),
        language: fields.text("language"),
        is_developer,
        enabled: fields.bool("enabled")?,
        password: fields.text("password"),
        role: None,
    })
}
