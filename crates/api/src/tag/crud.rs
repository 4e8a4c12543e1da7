//! Reading, making, changing, deleting tags.

use axum::Json;
use axum::extract::State;
use cytomine_domain::tag;
use cytomine_model::{Direction, TagId};

use super::wire::{Tag, TagBody};
use crate::answer::{self, Command, Created};
use crate::auth::Caller;
use crate::dialect::collection::Collection;
use crate::dialect::paging::Paging;
use crate::error::{ApiError, CommandError};
use crate::extract::{Batch, Body, Path};
use crate::state::ApiState;

/// GET `tag`.
pub(super) async fn list(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    paging: Paging,
) -> Result<Json<Collection<Tag>>, ApiError> {
    let sort = paging.sort.is_some().then(|| paging.sort_or("created", Direction::Descending));
    let (tags, total) = tag::list(&state.system, &actor, sort.as_ref(), paging.page()).await?;
    Ok(Json(Collection::new(tags.iter().map(Tag::of).collect(), &paging, total.unsigned_abs())))
}

/// GET `tag/{id}`.
pub(super) async fn show(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<TagId>,
) -> Result<Json<Tag>, ApiError> {
    Ok(Json(Tag::of(&tag::get(&state.system, &actor, id).await?)))
}

/// POST `tag`: one object, or an array of them as one step.
pub(super) async fn create(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    body: Batch<TagBody>,
) -> Result<Created<Tag>, CommandError> {
    let name = |body: TagBody| Ok(body.name.get());
    answer::create_at_once(
        body,
        name,
        async |names| tag::create_many(&state.system, &actor, names).await,
        Tag::of,
    )
    .await
}

/// PUT `tag/{id}`.
pub(super) async fn update(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<TagId>,
    Body(body): Body<TagBody>,
) -> Command<Tag> {
    let outcome = tag::update(&state.system, &actor, id, body.name.get()).await?;
    Ok(answer::command(outcome.done, id.0, Tag::of(&outcome.entity)))
}

/// DELETE `tag/{id}`.
pub(super) async fn delete(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<TagId>,
) -> Command<Tag> {
    let outcome = tag::delete(&state.system, &actor, id).await?;
    Ok(answer::command(outcome.done, id.0, Tag::of(&outcome.entity)))
}
