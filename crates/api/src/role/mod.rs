//! Global roles and who holds them (rest-api 4.2).

pub mod wire;

use axum::Json;
use axum::extract::State;
use cytomine_domain::{DomainError, account};
use cytomine_model::{self as model, Action, GlobalRole, RoleId, UserId};

use self::wire::{Role, RoleBody, UserRole};
use crate::answer::{self, Command};
use crate::auth::Caller;
use crate::dialect::collection::Collection;
use crate::error::{ApiError, CommandError};
use crate::extract::{Asked, Body, Path};
use crate::routes::{Routes, delete, get, post, put};
use crate::state::ApiState;

/// Routes of roles.
pub fn routes() -> Routes {
    Routes::of("Roles")
        .with(get("/api/role", list, "List the global roles").signed_in().clean())
        .with(get("/api/role/{id}", show, "Read a global role").signed_in().clean())
        .with(get("/api/user/{id}/role", list_of_user, "List the global roles of a user").signed_in().clean())
        .with(post("/api/user/{id}/role", grant, "Grant a global role").needs(Action::ManageUsers))
        .with(
            get("/api/user/{id}/role/{role}", show_of_user, "Read the grant of a global role")
                .signed_in()
                .clean(),
        )
        .with(
            delete("/api/user/{id}/role/{role}", revoke, "Take a global role away")
                .needs(Action::ManageUsers),
        )
        .with(
            put("/api/user/{id}/role/{role}/define", define, "Let a role be a user's highest")
                .needs(Action::ManageUsers),
        )
}

crate::keys! {
    /// Which roles of a user.
    struct Which {
        /// Only the highest
        highest: Flag,
    }
}

/// GET `role`: highest first. The official client's tests grant the last one to a new user, who must not hold it:
/// guest, since a user does not hold that role beside their own.
async fn list(State(state): State<ApiState>, Caller(_): Caller) -> Result<Json<Collection<Role>>, ApiError> {
    let roles = account::roles(&state.system).await?;
    Ok(Json(Collection::whole(roles.iter().rev().map(Role::of).collect())))
}

async fn show(
    State(state): State<ApiState>,
    Caller(_): Caller,
    Path(id): Path<RoleId>,
) -> Result<Json<Role>, ApiError> {
    let roles = account::roles(&state.system).await?;
    let role =
        roles.iter().find(|role| role.id == id).ok_or_else(|| DomainError::not_found("SecRole", id))?;
    Ok(Json(Role::of(role)))
}

async fn list_of_user(
    State(state): State<ApiState>,
    Caller(_): Caller,
    Path(id): Path<UserId>,
    Asked(which): Asked<Which>,
) -> Result<Json<Collection<UserRole>>, ApiError> {
    let mut grants = account::roles_of(&state.system, id).await?;
    if which.highest.is_on() {
        grants = grants.pop().into_iter().collect();
    }
    Ok(Json(Collection::whole(grants.iter().map(UserRole::of).collect())))
}

async fn show_of_user(
    State(state): State<ApiState>,
    Caller(_): Caller,
    Path((id, role)): Path<(UserId, RoleId)>,
) -> Result<Json<UserRole>, ApiError> {
    let grants = account::roles_of(&state.system, id).await?;
    let grant = grants.iter().find(|grant| grant.role_id == role);
    let grant =
        grant.ok_or_else(|| DomainError::not_found("SecUserSecRole", format!("{id}, role={role}")))?;
    Ok(Json(UserRole::of(grant)))
}

async fn grant(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<UserId>,
    Body(body): Body<RoleBody>,
) -> Command<UserRole> {
    let role = body.role.or(body.role_id).of(RoleId);
    let role = role.ok_or_else(|| DomainError::invalid("Give the role's id as `role`"))?;
    let outcome = account::grant(&state.system, &actor, id, role).await?;
    Ok(answer::command(outcome.done, outcome.entity.id.0, UserRole::of(&outcome.entity)))
}

async fn revoke(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((id, role)): Path<(UserId, RoleId)>,
) -> Command<UserRole> {
    let outcome = account::revoke(&state.system, &actor, id, role).await?;
    Ok(answer::command(outcome.done, outcome.entity.id.0, UserRole::of(&outcome.entity)))
}

/// PUT `user/{id}/role/{role}/define`: the role by id or by name.
async fn define(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((id, role)): Path<(UserId, String)>,
) -> Result<Json<Collection<UserRole>>, CommandError> {
    let by_id = |number: i64, roles: &[model::Role]| {
        roles.iter().find(|known| known.id.0 == number).map(|known| known.role)
    };
    let found = match role.parse() {
        Ok(number) => by_id(number, &account::roles(&state.system).await?),
        Err(_) => GlobalRole::from_authority(&role),
    };
    let wanted = found.ok_or_else(|| DomainError::not_found("SecRole", role))?;
    let grants = account::define_role(&state.system, &actor, id, wanted).await?;
    Ok(Json(Collection::whole(grants.iter().map(UserRole::of).collect())))
}
