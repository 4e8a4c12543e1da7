//! Storages.

pub mod wire;

use axum::Json;
use axum::extract::State;
use cytomine_domain::Actor;
use cytomine_domain::storage::{self, NewStorage};
use cytomine_model::{self as model, Action, Direction, StorageId};

use self::wire::{Storage, StorageBody};
use crate::answer::{self, Command, Created};
use crate::auth::Caller;
use crate::dialect::collection::Collection;
use crate::dialect::paging::Paging;
use crate::error::{ApiError, CommandError};
use crate::extract::{Batch, Body, Path};
use crate::routes::{self, Routes, get, post, put};
use crate::state::ApiState;

/// Routes of storages.
pub fn routes() -> Routes {
    Routes::of("Storages")
        .with(
            get("/api/storage", list, "List the caller's storages, or for an administrator all")
                .signed_in()
                .clean(),
        )
        .with(post("/api/storage", create, "Make a storage, or several").needs(Action::Upload))
        .with(get("/api/storage/{id}", show, "Read a storage").needs(Action::SeeStorage))
        .with(put("/api/storage/{id}", update, "Change a storage").needs(Action::EditStorage))
        .with(routes::delete("/api/storage/{id}", delete, "Delete a storage").needs(Action::EditStorage))
}

fn shown(actor: &Actor, known: &model::Storage) -> Storage {
    Storage::of(known, storage::may(actor, known))
}

/// GET `storage`: the caller's own; all of them for administrators.
async fn list(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    paging: Paging,
) -> Result<Json<Collection<Storage>>, ApiError> {
    let sort = paging.sort.is_some().then(|| paging.sort_or("created", Direction::Descending));
    let (storages, total) = storage::list(&state.system, &actor, sort.as_ref(), paging.page()).await?;
    let items = storages.iter().map(|known| shown(&actor, known)).collect();
    Ok(Json(Collection::new(items, &paging, total.unsigned_abs())))
}

/// GET `storage/{id}`.
async fn show(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<StorageId>,
) -> Result<Json<Storage>, ApiError> {
    let known = storage::get(&state.system, &actor, id).await?;
    Ok(Json(shown(&actor, &known)))
}

/// POST `storage`: one object, or an array of them.
async fn create(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    body: Batch<StorageBody>,
) -> Result<Created<Storage>, CommandError> {
    let read = |body: StorageBody| {
        let (name, owner) = body.read();
        Ok(NewStorage { name, owner })
    };
    answer::create(&state, &actor, body, read, async |new| {
        let outcome = storage::create(&state.system, &actor, new.name.as_deref(), new.owner).await?;
        Ok(answer::command(outcome.done, outcome.entity.id.0, shown(&actor, &outcome.entity)))
    })
    .await
}

/// PUT `storage/{id}`.
async fn update(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<StorageId>,
    Body(body): Body<StorageBody>,
) -> Command<Storage> {
    let (name, owner) = body.read();
    let outcome = storage::update(&state.system, &actor, id, name.as_deref(), owner).await?;
    Ok(answer::command(outcome.done, id.0, shown(&actor, &outcome.entity)))
}

/// DELETE `storage/{id}`.
async fn delete(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<StorageId>,
) -> Command<Storage> {
    let outcome = storage::delete(&state.system, &actor, id).await?;
    Ok(answer::command(outcome.done, id.0, shown(&actor, &outcome.entity)))
}
