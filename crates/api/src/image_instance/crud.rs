//! Reading, adding, changing, removing images of projects; neighbours; the original file.

use axum::Json;
use axum::extract::{Request, State};
use axum::response::Response;
use cytomine_domain::Actor;
use cytomine_domain::image_instance;
use cytomine_model::{AbstractImageId, ErrorKind, ImageInstanceId, ProjectId};

use super::wire::{ImageInstance, InstanceBody, Neighbour, NewInstance, NoKeys};
use crate::answer::{self, Command, Created};
use crate::auth::Caller;
use crate::base_url::BaseUrl;
use crate::dialect::loose::Id;
use crate::download as bytes;
use crate::error::{ApiError, CommandError};
use crate::extract::{Batch, Body, Path};
use crate::state::ApiState;

/// GET `imageinstance/{id}`.
pub(super) async fn show(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<ImageInstanceId>,
) -> Result<Json<ImageInstance>, ApiError> {
    Ok(Json(ImageInstance::of(&image_instance::see(&state.system, &actor, id).await?, &base)))
}

/// GET `imageinstance/{id}/next`: the image made just before this one, `{}` when there is none.
pub(super) async fn next(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<ImageInstanceId>,
) -> Result<Json<Neighbour>, ApiError> {
    neighbour(&state, &actor, &base, id, true).await
}

/// GET `imageinstance/{id}/previous`: the image made just after this one, `{}` when there is none.
pub(super) async fn previous(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<ImageInstanceId>,
) -> Result<Json<Neighbour>, ApiError> {
    neighbour(&state, &actor, &base, id, false).await
}

async fn neighbour(
    state: &ApiState,
    actor: &Actor,
    base: &str,
    id: ImageInstanceId,
    older: bool,
) -> Result<Json<Neighbour>, ApiError> {
    let found = image_instance::neighbour(&state.system, actor, id, older).await?;
    Ok(Json(match found {
        Some(seen) => Neighbour::Image(ImageInstance::of(&seen, base)),
        None => Neighbour::None(NoKeys {}),
    }))
}

/// GET `imageinstance/{id}/download`: the file as it was uploaded.
pub(super) async fn download(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<ImageInstanceId>,
    request: Request,
) -> Result<Response, ApiError> {
    bytes::send(image_instance::download(&state.system, &actor, id).await?, request).await
}

/// POST `imageinstance`: `{baseImage, project}`, or an array of them; a second one of an image in a project
/// answers 409.
pub(super) async fn create(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    body: Batch<NewInstance>,
) -> Result<Created<ImageInstance>, CommandError> {
    let read = |body: NewInstance| {
        let base = AbstractImageId(required(body.base_image, "baseImage")?);
        let project = ProjectId(required(body.project, "project")?);
        Ok(image_instance::NewInstance { base, project })
    };
    answer::create(&state, &actor, body, read, async |new| {
        let outcome = image_instance::create(&state.system, &actor, new.base, new.project).await?;
        let object = ImageInstance::of(&outcome.entity, &base);
        Ok(answer::command(outcome.done, outcome.entity.image.id.0, object))
    })
    .await
}

fn required(id: Id, name: &str) -> Result<i64, ApiError> {
    id.get().ok_or_else(|| {
        ApiError::new(ErrorKind::Invalid, format!("An image of a project needs `{name}`: give its id"))
    })
}

/// PUT `imageinstance/{id}`.
pub(super) async fn update(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<ImageInstanceId>,
    Body(body): Body<InstanceBody>,
) -> Command<ImageInstance> {
    let outcome = image_instance::update(&state.system, &actor, id, body.fields()).await?;
    Ok(answer::command(outcome.done, id.0, ImageInstance::of(&outcome.entity, &base)))
}

/// DELETE `imageinstance/{id}`.
pub(super) async fn delete(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<ImageInstanceId>,
) -> Command<ImageInstance> {
    let outcome = image_instance::delete(&state.system, &actor, id).await?;
    Ok(answer::command(outcome.done, id.0, ImageInstance::of(&outcome.entity, &base)))
}
