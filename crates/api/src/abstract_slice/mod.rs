//! Planes of abstract images.

pub mod wire;

use axum::Json;
use axum::extract::State;
use cytomine_domain::{Actor, abstract_image, abstract_slice};
use cytomine_model::{self as model, AbstractSliceId, Action};

use self::wire::{AbstractSlice, SliceBody};
use crate::answer::{self, Command, Created};
use crate::auth::Caller;
use crate::error::{ApiError, CommandError};
use crate::extract::{Batch, Body, Path};
use crate::routes::{self, Routes, get, post, put};
use crate::state::ApiState;
use crate::user::wire::User;

/// Routes of planes of abstract images.
pub fn routes() -> Routes {
    Routes::of("Planes")
        .with(
            post("/api/abstractslice", create, "Register a plane of an image, or several")
                .needs(Action::EditSlide),
        )
        .with(get("/api/abstractslice/{id}", show, "Read a plane of an image").needs(Action::SeeSlide))
        .with(put("/api/abstractslice/{id}", update, "Change a plane of an image").needs(Action::EditSlide))
        .with(
            routes::delete("/api/abstractslice/{id}", delete, "Delete a plane of an image")
                .needs(Action::EditSlide),
        )
        .with(
            get("/api/abstractslice/{id}/user", uploader, "Tell who uploaded the image of a plane")
                .needs(Action::SeeSlide),
        )
}

/// GET `abstractslice/{id}`.
async fn show(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<AbstractSliceId>,
) -> Result<Json<AbstractSlice>, ApiError> {
    let (slice, image) = abstract_image::slice(&state.system, &actor, id).await?;
    Ok(Json(AbstractSlice::of(&slice, &image)))
}

/// GET `abstractslice/{id}/user`: who uploaded its image.
async fn uploader(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<AbstractSliceId>,
) -> Result<Json<User>, ApiError> {
    let (_, image) = abstract_image::slice(&state.system, &actor, id).await?;
    Ok(Json(User::of(&abstract_image::uploader(&state.system, &actor, image.id).await?)))
}

async fn object(
    state: &ApiState,
    actor: &Actor,
    slice: &model::AbstractSlice,
) -> Result<AbstractSlice, ApiError> {
    let image = abstract_image::get(&state.system, actor, slice.image).await?;
    Ok(AbstractSlice::of(slice, &image))
}

/// POST `abstractslice`: one object, or an array of them; a plane that the image has already answers 409.
async fn create(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    body: Batch<SliceBody>,
) -> Result<Created<AbstractSlice>, CommandError> {
    let read = |body: SliceBody| Ok(body.fields());
    answer::create(&state, &actor, body, read, async |new| {
        let outcome = abstract_slice::create(&state.system, &actor, new).await?;
        let object = object(&state, &actor, &outcome.entity).await?;
        Ok(answer::command(outcome.done, outcome.entity.id.0, object))
    })
    .await
}

/// PUT `abstractslice/{id}`.
async fn update(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<AbstractSliceId>,
    Body(body): Body<SliceBody>,
) -> Command<AbstractSlice> {
    let outcome = abstract_slice::update(&state.system, &actor, id, body.fields()).await?;
    let object = object(&state, &actor, &outcome.entity).await?;
    Ok(answer::command(outcome.done, id.0, object))
}

/// DELETE `abstractslice/{id}`.
async fn delete(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<AbstractSliceId>,
) -> Command<AbstractSlice> {
    let outcome = abstract_slice::delete(&state.system, &actor, id).await?;
    let object = object(&state, &actor, &outcome.entity).await?;
    Ok(answer::command(outcome.done, id.0, object))
}
