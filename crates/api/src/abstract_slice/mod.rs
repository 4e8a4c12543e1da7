//! Planes of abstract images.

pub mod json;

use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use cytomine_domain::image_slice::{self, SliceFields};
use cytomine_domain::{Actor, image};
use cytomine_model::{AbstractImageId, AbstractSlice, AbstractSliceId, UploadedFileId};
use serde_json::Value;

use crate::auth::Caller;
use crate::error::{ApiError, CommandError};
use crate::request::{Fields, JsonBody};
use crate::state::ApiState;
use crate::{answer, user};

/// Routes of planes of abstract images.
pub fn routes() -> Router<ApiState> {
    Router::new()
        .route("/api/abstractslice", post(create))
        .route("/api/abstractslice/{id}", get(show).put(update).delete(delete))
        .route("/api/abstractslice/{id}/user", get(uploader))
}

/// GET `abstractslice/{id}`.
async fn show(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<AbstractSliceId>,
) -> Result<Json<Value>, ApiError> {
    let (slice, image) = image::slice(&state.system, &actor, id).await?;
    Ok(Json(json::abstract_slice(&slice, &image)))
}

/// GET `abstractslice/{id}/user`: who uploaded its image.
async fn uploader(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<AbstractSliceId>,
) -> Result<Json<Value>, ApiError> {
    let (_, image) = image::slice(&state.system, &actor, id).await?;
    Ok(Json(user::json::user(&image::uploader(&state.system, &actor, image.id).await?)))
}

async fn object(state: &ApiState, actor: &Actor, slice: &AbstractSlice) -> Result<Value, ApiError> {
    let image = image::get(&state.system, actor, slice.image).await?;
    Ok(json::abstract_slice(slice, &image))
}

/// POST `abstractslice`: one object, or an array of them; a plane that the image has already answers 409.
async fn create(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    JsonBody(body): JsonBody,
) -> Result<Response, CommandError> {
    answer::create(body, |fields: Fields| {
        let (state, actor) = (&state, &actor);
        async move {
            let outcome = image_slice::create(&state.system, actor, read(&fields)?).await?;
            let object = object(state, actor, &outcome.entity).await?;
            Ok(answer::command(outcome.done, outcome.entity.id.0, object))
        }
    })
    .await
}

/// PUT `abstractslice/{id}`.
async fn update(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<AbstractSliceId>,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, CommandError> {
    let fields = read(&Fields::of(body)?)?;
    let outcome = image_slice::update(&state.system, &actor, id, fields).await?;
    let object = object(&state, &actor, &outcome.entity).await?;
    Ok(answer::command(outcome.done, id.0, object))
}

/// DELETE `abstractslice/{id}`.
async fn delete(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<AbstractSliceId>,
) -> Result<Json<Value>, CommandError> {
    let outcome = image_slice::delete(&state.system, &actor, id).await?;
    let object = object(&state, &actor, &outcome.entity).await?;
    Ok(answer::command(outcome.done, id.0, object))
}

fn read(fields: &Fields) -> Result<SliceFields, ApiError> {
    let text = |name| fields.has(name).then(|| fields.text(name));
    Ok(SliceFields {
        image: fields.id("image")?.map(AbstractImageId),
        uploaded_file: fields.id("uploadedFile")?.map(UploadedFileId),
        channel: fields.int("channel")?,
        z_stack: fields.int("zStack")?,
        time: fields.int("time")?,
        channel_name: text("channelName"),
        channel_color: text("channelColor"),
        z_name: text("zName"),
    })
}
