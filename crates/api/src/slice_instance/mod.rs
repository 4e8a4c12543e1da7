//! Planes of images in projects.

pub mod json;

use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use cytomine_domain::slice;
use cytomine_model::{AbstractSliceId, ErrorKind, ImageInstanceId, SliceInstanceId};
use serde_json::Value;

use crate::answer;
use crate::auth::Caller;
use crate::dialect::collection::Collection;
use crate::dialect::paging::Paging;
use crate::error::{ApiError, CommandError};
use crate::request::{Fields, JsonBody, Params};
use crate::state::ApiState;

/// Routes of planes of images in projects.
pub fn routes() -> Router<ApiState> {
    Router::new()
        .route("/api/sliceinstance", post(create))
        .route("/api/sliceinstance/{id}", get(show).put(update).delete(delete))
        .route("/api/imageinstance/{id}/sliceinstance", get(of_image))
        .route("/api/imageinstance/{id}/sliceinstance/reference", get(reference))
        .route("/api/imageinstance/{id}/{channel}/{z}/{time}/sliceinstance", get(at))
}

/// GET `sliceinstance/{id}`.
async fn show(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<SliceInstanceId>,
) -> Result<Json<Value>, ApiError> {
    let (slice, image) = slice::get(&state.system, &actor, id).await?;
    Ok(Json(json::slice_instance(&slice, &image)))
}

/// GET `imageinstance/{id}/sliceinstance`, by time, z, channel.
async fn of_image(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Params(query): Params,
    Path(id): Path<ImageInstanceId>,
) -> Result<Json<Collection<Value>>, ApiError> {
    let paging = Paging::from_query(&query)?;
    let (slices, image) = slice::list(&state.system, &actor, id).await?;
    let items = slices.iter().map(|slice| json::slice_instance(slice, &image)).collect();
    Ok(Json(Collection::sliced(items, &paging)))
}

/// GET `imageinstance/{id}/sliceinstance/reference`: the plane on which things are put that name only their image.
async fn reference(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<ImageInstanceId>,
) -> Result<Json<Value>, ApiError> {
    let (slice, image) = slice::reference(&state.system, &actor, id).await?;
    Ok(Json(json::slice_instance(&slice, &image)))
}

/// GET `imageinstance/{id}/{channel}/{z}/{time}/sliceinstance`.
async fn at(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((id, channel, z, time)): Path<(ImageInstanceId, i32, i32, i32)>,
) -> Result<Json<Value>, ApiError> {
    let (slice, image) = slice::at(&state.system, &actor, id, (channel, z, time)).await?;
    Ok(Json(json::slice_instance(&slice, &image)))
}

/// POST `sliceinstance`: `{image, baseSlice}`, or an array of them; a plane that the image has already answers 409.
async fn create(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    JsonBody(body): JsonBody,
) -> Result<Response, CommandError> {
    answer::create(body, |fields: Fields| {
        let (state, actor) = (&state, &actor);
        async move {
            let required = |name: &str| -> Result<i64, ApiError> {
                fields.id(name)?.ok_or_else(|| {
                    ApiError::new(
                        ErrorKind::Invalid,
                        format!("A plane of an image needs `{name}`: give its id"),
                    )
                })
            };
            let image = ImageInstanceId(required("image")?);
            let base = AbstractSliceId(required("baseSlice")?);
            let outcome = slice::create(&state.system, actor, image, base).await?;
            let (slice, image) = &outcome.entity;
            Ok(answer::command(outcome.done, slice.id.0, json::slice_instance(slice, image)))
        }
    })
    .await
}

/// PUT `sliceinstance/{id}`.
async fn update(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<SliceInstanceId>,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, CommandError> {
    let base = Fields::of(body)?.id("baseSlice")?.map(AbstractSliceId);
    let outcome = slice::update(&state.system, &actor, id, base).await?;
    let (slice, image) = &outcome.entity;
    Ok(answer::command(outcome.done, id.0, json::slice_instance(slice, image)))
}

/// DELETE `sliceinstance/{id}`.
async fn delete(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<SliceInstanceId>,
) -> Result<Json<Value>, CommandError> {
    let outcome = slice::delete(&state.system, &actor, id).await?;
    let (slice, image) = &outcome.entity;
    Ok(answer::command(outcome.done, id.0, json::slice_instance(slice, image)))
}
