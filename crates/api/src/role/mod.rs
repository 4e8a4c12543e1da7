//! Global roles and who holds them (rest-api 4.2).

use axum::extract::{Path, State};
use axum::routing::{get, put};
use axum::{Json, Router};
use cytomine_domain::{DomainError, account};
use cytomine_model::{EntityKind, GlobalRole, Role, RoleId, UserId, UserRole};
use serde_json::{Value, json};

use crate::answer;
use crate::auth::Caller;
use crate::dialect::class::{ROLE, java_class};
use crate::dialect::collection::Collection;
use crate::dialect::wire::ms;
use crate::error::{ApiError, CommandError};
use crate::request::{Fields, JsonBody, Params};
use crate::state::ApiState;

/// Routes of roles.
pub fn routes() -> Router<ApiState> {
    Router::new()
        .route("/api/role", get(list))
        .route("/api/role/{id}", get(show))
        .route("/api/user/{id}/role", get(list_of_user).post(grant))
        .route("/api/user/{id}/role/{role}", get(show_of_user).delete(revoke))
        .route("/api/user/{id}/role/{role}/define", put(define))
}

fn role_json(role: &Role) -> Value {
    json!({ "class": ROLE, "id": role.id, "created": null, "updated": null, "authority": role.role.authority() })
}

/// A grant on the wire, in both spellings.
pub fn grant_json(grant: &UserRole) -> Value {
    json!({
        "class": java_class(EntityKind::UserRole),
        "id": grant.id,
        "created": ms(Some(grant.created.0)),
        "updated": null,
        "user": grant.user,
        "userId": grant.user,
        "role": grant.role_id,
        "roleId": grant.role_id,
        "authority": grant.role.authority(),
    })
}

/// GET `role`: highest first. The official client's tests grant the last one to a new user, who must not hold it:
/// guest, since a user does not hold that role beside their own.
async fn list(State(state): State<ApiState>, Caller(_): Caller) -> Result<Json<Collection<Value>>, ApiError> {
    let roles = account::roles(&state.system).await?;
    Ok(Json(Collection::whole(roles.iter().rev().map(role_json).collect())))
}

async fn show(
    State(state): State<ApiState>,
    Caller(_): Caller,
    Path(id): Path<RoleId>,
) -> Result<Json<Value>, ApiError> {
    let roles = account::roles(&state.system).await?;
    let role =
        roles.iter().find(|role| role.id == id).ok_or_else(|| DomainError::not_found("SecRole", id))?;
    Ok(Json(role_json(role)))
}

async fn list_of_user(
    State(state): State<ApiState>,
    Caller(_): Caller,
    Path(id): Path<UserId>,
    Params(query): Params,
) -> Result<Json<Collection<Value>>, ApiError> {
    let mut grants = account::roles_of(&state.system, id).await?;
    if query.flag("highest")? {
        grants = grants.pop().into_iter().collect();
    }
    Ok(Json(Collection::whole(grants.iter().map(grant_json).collect())))
}

async fn show_of_user(
    State(state): State<ApiState>,
    Caller(_): Caller,
    Path((id, role)): Path<(UserId, RoleId)>,
) -> Result<Json<Value>, ApiError> {
    let grants = account::roles_of(&state.system, id).await?;
    let grant = grants.iter().find(|grant| grant.role_id == role);
    let grant =
        grant.ok_or_else(|| DomainError::not_found("SecUserSecRole", format!("{id}, role={role}")))?;
    Ok(Json(grant_json(grant)))
}

async fn grant(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<UserId>,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, CommandError> {
    let fields = Fields::of(body)?;
    let role = match fields.id("role")? {
        None => fields.id("roleId")?,
        known => known,
    };
    let role = role.ok_or_else(|| DomainError::invalid("Give the role's id as `role`"))?;
    let outcome = account::grant(&state.system, &actor, id, RoleId(role)).await?;
    Ok(answer::command(outcome.done, outcome.entity.id.0, grant_json(&outcome.entity)))
}

async fn revoke(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((id, role)): Path<(UserId, RoleId)>,
) -> Result<Json<Value>, CommandError> {
    let outcome = account::revoke(&state.system, &actor, id, role).await?;
    Ok(answer::command(outcome.done, outcome.entity.id.0, grant_json(&outcome.entity)))
}

/// PUT `user/{id}/role/{role}/define`: the role by id or by name.
async fn define(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((id, role)): Path<(UserId, String)>,
) -> Result<Json<Collection<Value>>, CommandError> {
    let by_id =
        |number: i64, roles: &[Role]| roles.iter().find(|known| known.id.0 == number).map(|known| known.role);
    let found = match role.parse() {
        Ok(number) => by_id(number, &account::roles(&state.system).await?),
        Err(_) => GlobalRole::from_authority(&role),
    };
    let wanted = found.ok_or_else(|| DomainError::not_found("SecRole", role))?;
    let grants = account::define_role(&state.system, &actor, id, wanted).await?;
    Ok(Json(Collection::whole(grants.iter().map(grant_json).collect())))
}
