//! Reading, adding, changing, removing images of projects; neighbours; the original file.

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use cytomine_domain::Actor;
use cytomine_domain::instance::{self, InstanceFields};
use cytomine_model::{AbstractImageId, ErrorKind, ImageInstanceId, ProjectId};
use serde_json::{Value, json};

use super::json::image_instance;
use crate::auth::Caller;
use crate::base_url::BaseUrl;
use crate::error::{ApiError, CommandError};
use crate::request::{Fields, JsonBody};
use crate::state::ApiState;
use crate::{answer, download as bytes};

/// GET `imageinstance/{id}`.
pub(super) async fn show(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<ImageInstanceId>,
) -> Result<Json<Value>, ApiError> {
    Ok(Json(image_instance(&instance::see(&state.system, &actor, id).await?, &base)))
}

/// GET `imageinstance/{id}/next`: the image made just before this one, `{}` when there is none.
pub(super) async fn next(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<ImageInstanceId>,
) -> Result<Json<Value>, ApiError> {
    neighbour(&state, &actor, &base, id, true).await
}

/// GET `imageinstance/{id}/previous`: the image made just after this one, `{}` when there is none.
pub(super) async fn previous(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<ImageInstanceId>,
) -> Result<Json<Value>, ApiError> {
    neighbour(&state, &actor, &base, id, false).await
}

async fn neighbour(
    state: &ApiState,
    actor: &Actor,
    base: &str,
    id: ImageInstanceId,
    older: bool,
) -> Result<Json<Value>, ApiError> {
    let found = instance::neighbour(&state.system, actor, id, older).await?;
    Ok(Json(found.map_or_else(|| json!({}), |seen| image_instance(&seen, base))))
}

/// GET `imageinstance/{id}/download`: the file as it was uploaded.
pub(super) async fn download(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<ImageInstanceId>,
    request: Request,
) -> Result<Response, ApiError> {
    bytes::send(instance::download(&state.system, &actor, id).await?, request).await
}

/// POST `imageinstance`: `{baseImage, project}`, or an array of them; a second one of an image in a project
/// answers 409.
pub(super) async fn create(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    JsonBody(body): JsonBody,
) -> Result<Response, CommandError> {
    answer::create(body, |fields: Fields| {
        let (state, actor, base) = (&state, &actor, &base);
        async move {
            let image = AbstractImageId(required(&fields, "baseImage")?);
            let project = ProjectId(required(&fields, "project")?);
            let outcome = instance::create(&state.system, actor, image, project).await?;
            let object = image_instance(&outcome.entity, base);
            Ok(answer::command(outcome.done, outcome.entity.image.id.0, object))
        }
    })
    .await
}

fn required(fields: &Fields, name: &str) -> Result<i64, ApiError> {
    fields.id(name)?.ok_or_else(|| {
        ApiError::new(ErrorKind::Invalid, format!("An image of a project needs `{name}`: give its id"))
    })
}

/// PUT `imageinstance/{id}`.
pub(super) async fn update(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<ImageInstanceId>,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, CommandError> {
    let fields = read(&Fields::of(body)?)?;
    let outcome = instance::update(&state.system, &actor, id, fields).await?;
    Ok(answer::command(outcome.done, id.0, image_instance(&outcome.entity, &base)))
}

/// DELETE `imageinstance/{id}`.
pub(super) async fn delete(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<ImageInstanceId>,
) -> Result<Json<Value>, CommandError> {
    let outcome = instance::delete(&state.system, &actor, id).await?;
    Ok(answer::command(outcome.done, id.0, image_instance(&outcome.entity, &base)))
}

fn read(fields: &Fields) -> Result<InstanceFields, ApiError> {
    let number = |name| -> Result<Option<Option<f64>>, ApiError> {
        Ok(if fields.has(name) { Some(fields.number(name)?) } else { None })
    };
    Ok(InstanceFields {
        instance_filename: fields.has("instanceFilename").then(|| fields.text("instanceFilename")),
        physical_size_x: number("physicalSizeX")?,
        physical_size_y: number("physicalSizeY")?,
        physical_size_z: number("physicalSizeZ")?,
        fps: number("fps")?,
        #[allow(clippy::cast_possible_truncation, reason = "rounded; a float beyond the range saturates")]
        magnification: number("magnification")?.map(|value| value.map(|value| value.round() as i32)),
    })
}
