//! Storages.

pub mod json;

use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use cytomine_domain::storage;
use cytomine_model::{Direction, StorageId, UserId};
use serde_json::Value;

use crate::answer;
use crate::auth::Caller;
use crate::dialect::collection::Collection;
use crate::dialect::paging::Paging;
use crate::error::{ApiError, CommandError};
use crate::request::{Fields, JsonBody, Params};
use crate::state::ApiState;

/// Routes of storages.
pub fn routes() -> Router<ApiState> {
    Router::new()
        .route("/api/storage", get(list).post(create))
        .route("/api/storage/{id}", get(show).put(update).delete(delete))
}

/// GET `storage`: the caller's own; all of them for administrators.
async fn list(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Params(query): Params,
) -> Result<Json<Collection<Value>>, ApiError> {
    let paging = Paging::from_query(&query)?;
    let sort = paging.sort.is_some().then(|| paging.sort_or("created", Direction::Descending));
    let (storages, total) = storage::list(&state.system, &actor, sort.as_ref(), paging.page()).await?;
    let items = storages.iter().map(json::storage).collect();
    Ok(Json(Collection::new(items, &paging, total.unsigned_abs())))
}

/// GET `storage/{id}`.
async fn show(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<StorageId>,
) -> Result<Json<Value>, ApiError> {
    Ok(Json(json::storage(&storage::get(&state.system, &actor, id).await?)))
}

/// POST `storage`: one object, or an array of them.
async fn create(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    JsonBody(body): JsonBody,
) -> Result<Response, CommandError> {
    answer::create(body, |fields: Fields| {
        let (state, actor) = (&state, &actor);
        async move {
            let (name, owner) = read(&fields)?;
            let outcome = storage::create(&state.system, actor, name.as_deref(), owner).await?;
            Ok(answer::command(outcome.done, outcome.entity.id.0, json::storage(&outcome.entity)))
        }
    })
    .await
}

/// PUT `storage/{id}`.
async fn update(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<StorageId>,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, CommandError> {
    let (name, owner) = read(&Fields::of(body)?)?;
    let outcome = storage::update(&state.system, &actor, id, name.as_deref(), owner).await?;
    Ok(answer::command(outcome.done, id.0, json::storage(&outcome.entity)))
}

/// DELETE `storage/{id}`.
async fn delete(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<StorageId>,
) -> Result<Json<Value>, CommandError> {
    let outcome = storage::delete(&state.system, &actor, id).await?;
    Ok(answer::command(outcome.done, id.0, json::storage(&outcome.entity)))
}

fn read(fields: &Fields) -> Result<(Option<String>, Option<UserId>), ApiError> {
    let owner = match fields.id("user")? {
        Some(owner) => Some(owner),
        None => fields.id("userId")?,
    };
    Ok((fields.text("name"), owner.map(UserId)))
}
