//! Planes of images in projects.

pub mod wire;

use axum::Json;
use axum::extract::State;
use cytomine_domain::slice_instance;
use cytomine_model::{AbstractSliceId, Action, ErrorKind, ImageInstanceId, SliceInstanceId};

use self::wire::{SliceInstance, SliceInstanceBody};
use crate::answer::{self, Command, Created};
use crate::auth::Caller;
use crate::dialect::collection::Collection;
use crate::dialect::loose::Id;
use crate::dialect::paging::Paging;
use crate::error::{ApiError, CommandError};
use crate::extract::{Batch, Body, Path};
use crate::routes::{self, Routes, get, post, put};
use crate::state::ApiState;

/// Routes of planes of images in projects.
pub fn routes() -> Routes {
    let of_image = "/api/imageinstance/{id}/sliceinstance";
    let at_place = "/api/imageinstance/{id}/{channel}/{z}/{time}/sliceinstance";
    Routes::of("Planes of projects")
        .with(
            post("/api/sliceinstance", create, "Add a plane to an image of a project, or several")
                .needs(Action::AddImage),
        )
        .with(
            get("/api/sliceinstance/{id}", show, "Read a plane of an image of a project")
                .needs(Action::SeeProject),
        )
        .with(put("/api/sliceinstance/{id}", update, "Let a plane show another one").needs(Action::EditImage))
        .with(routes::delete("/api/sliceinstance/{id}", delete, "Remove a plane").needs(Action::DeleteImage))
        .with(
            get(of_image, of_image_list, "List the planes of an image of a project")
                .needs(Action::SeeProject),
        )
        .with(
            get(format!("{of_image}/reference"), reference, "Read the plane that stands for its image")
                .needs(Action::SeeProject),
        )
        .with(get(at_place, at, "Find a plane of an image of a project").needs(Action::SeeProject))
}

/// GET `sliceinstance/{id}`.
async fn show(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<SliceInstanceId>,
) -> Result<Json<SliceInstance>, ApiError> {
    let (slice, image) = slice_instance::get(&state.system, &actor, id).await?;
    Ok(Json(SliceInstance::of(&slice, &image)))
}

/// GET `imageinstance/{id}/sliceinstance`, by time, z, channel.
async fn of_image_list(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    paging: Paging,
    Path(id): Path<ImageInstanceId>,
) -> Result<Json<Collection<SliceInstance>>, ApiError> {
    let (slices, image) = slice_instance::list(&state.system, &actor, id).await?;
    let items = slices.iter().map(|slice| SliceInstance::of(slice, &image)).collect();
    Ok(Json(Collection::sliced(items, &paging)))
}

/// GET `imageinstance/{id}/sliceinstance/reference`: the plane on which things are put that name only their image.
async fn reference(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<ImageInstanceId>,
) -> Result<Json<SliceInstance>, ApiError> {
    let (slice, image) = slice_instance::reference(&state.system, &actor, id).await?;
    Ok(Json(SliceInstance::of(&slice, &image)))
}

/// GET `imageinstance/{id}/{channel}/{z}/{time}/sliceinstance`.
async fn at(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((id, channel, z, time)): Path<(ImageInstanceId, i32, i32, i32)>,
) -> Result<Json<SliceInstance>, ApiError> {
    let (slice, image) = slice_instance::at(&state.system, &actor, id, (channel, z, time)).await?;
    Ok(Json(SliceInstance::of(&slice, &image)))
}

/// POST `sliceinstance`: `{image, baseSlice}`, or an array of them; a plane that the image has already answers 409.
async fn create(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    body: Batch<SliceInstanceBody>,
) -> Result<Created<SliceInstance>, CommandError> {
    let read = |body: SliceInstanceBody| {
        let image = ImageInstanceId(required(body.image, "image")?);
        let base = AbstractSliceId(required(body.base_slice, "baseSlice")?);
        Ok(slice_instance::NewSlice { image, base })
    };
    answer::create(&state, &actor, body, read, async |new| {
        let outcome = slice_instance::create(&state.system, &actor, new.image, new.base).await?;
        let (slice, image) = &outcome.entity;
        Ok(answer::command(outcome.done, slice.id.0, SliceInstance::of(slice, image)))
    })
    .await
}

fn required(id: Id, name: &str) -> Result<i64, ApiError> {
    id.get().ok_or_else(|| {
        ApiError::new(ErrorKind::Invalid, format!("A plane of an image needs `{name}`: give its id"))
    })
}

/// PUT `sliceinstance/{id}`.
async fn update(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<SliceInstanceId>,
    Body(body): Body<SliceInstanceBody>,
) -> Command<SliceInstance> {
    let base = body.base_slice.of(AbstractSliceId);
    let outcome = slice_instance::update(&state.system, &actor, id, base).await?;
    let (slice, image) = &outcome.entity;
    Ok(answer::command(outcome.done, id.0, SliceInstance::of(slice, image)))
}

/// DELETE `sliceinstance/{id}`.
async fn delete(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<SliceInstanceId>,
) -> Command<SliceInstance> {
    let outcome = slice_instance::delete(&state.system, &actor, id).await?;
    let (slice, image) = &outcome.entity;
    Ok(answer::command(outcome.done, id.0, SliceInstance::of(slice, image)))
}
