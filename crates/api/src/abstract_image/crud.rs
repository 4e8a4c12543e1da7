//! Reading, registering, changing, deleting abstract images.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use cytomine_domain::Actor;
use cytomine_domain::image::{self, AbstractImageFilter, ImageFields};
use cytomine_model::{AbstractImageId, Direction, ProjectId, UploadedFileId};
use serde_json::Value;

use super::json;
use crate::answer;
use crate::auth::Caller;
use crate::base_url::BaseUrl;
use crate::conditions::conditions;
use crate::dialect::collection::Collection;
use crate::dialect::paging::Paging;
use crate::dialect::query::Query;
use crate::error::{ApiError, CommandError};
use crate::request::{Fields, JsonBody, Params};
use crate::state::ApiState;

/// GET `abstractimage`: those in the caller's storages; `project` tells which of them it holds.
pub(super) async fn list(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Params(query): Params,
) -> Result<Json<Collection<Value>>, ApiError> {
    page(&state, &actor, &query, &base, false).await
}

/// GET `abstractimage/unused`: those of them that are in no project.
pub(super) async fn unused(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Params(query): Params,
) -> Result<Json<Collection<Value>>, ApiError> {
    page(&state, &actor, &query, &base, true).await
}

async fn page(
    state: &ApiState,
    actor: &Actor,
    query: &Query,
    base: &str,
    unused: bool,
) -> Result<Json<Collection<Value>>, ApiError> {
    let paging = Paging::from_query(query)?;
    let sort = paging.sort.is_some().then(|| paging.sort_or("created", Direction::Descending));
    let filter = AbstractImageFilter { uploaded_file: None, unused, conditions: conditions(query) };
    let (images, total) = image::list(&state.system, actor, &filter, sort.as_ref(), paging.page()).await?;
    let held = match query.id("project")? {
        Some(project) => Some(image::in_project(&state.system, actor, &images, ProjectId(project)).await?),
        None => None,
    };
    let items = images
        .iter()
        .map(|image| {
            let mut object = json::abstract_image(image, base);
            if let Some(held) = &held {
                object["inProject"] = Value::Bool(held.contains(&image.id));
            }
            object
        })
        .collect();
    Ok(Json(Collection::new(items, &paging, total.unsigned_abs())))
}

/// GET `abstractimage/{id}`.
pub(super) async fn show(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<AbstractImageId>,
) -> Result<Json<Value>, ApiError> {
    let image = image::get(&state.system, &actor, id).await?;
    Ok(Json(json::abstract_image(&image, &base)))
}

/// POST `abstractimage`: one object, or an array of them.
pub(super) async fn create(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    JsonBody(body): JsonBody,
) -> Result<Response, CommandError> {
    answer::create(body, |fields: Fields| {
        let (state, actor, base) = (&state, &actor, &base);
        async move {
            let outcome = image::create(&state.system, actor, read(&fields)?).await?;
            Ok(answer::command(
                outcome.done,
                outcome.entity.id.0,
                json::abstract_image(&outcome.entity, base),
            ))
        }
    })
    .await
}

/// PUT `abstractimage/{id}`.
pub(super) async fn update(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<AbstractImageId>,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, CommandError> {
    let fields = read(&Fields::of(body)?)?;
    let outcome = image::update(&state.system, &actor, id, fields).await?;
    Ok(answer::command(outcome.done, id.0, json::abstract_image(&outcome.entity, &base)))
}

/// DELETE `abstractimage/{id}`: 403 with `projectNames` and `imageNames` while projects use it.
pub(super) async fn delete(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<AbstractImageId>,
) -> Result<Json<Value>, CommandError> {
    let outcome = image::delete(&state.system, &actor, id).await?;
    Ok(answer::command(outcome.done, id.0, json::abstract_image(&outcome.entity, &base)))
}

fn read(fields: &Fields) -> Result<ImageFields, ApiError> {
    let number = |name| -> Result<Option<Option<f64>>, ApiError> {
        Ok(if fields.has(name) { Some(fields.number(name)?) } else { None })
    };
    Ok(ImageFields {
        uploaded_file: fields.id("uploadedFile")?.map(UploadedFileId),
        original_filename: fields.text("originalFilename").or_else(|| fields.text("filename")),
        width: fields.int("width")?,
        height: fields.int("height")?,
        depth: fields.int("depth")?,
        duration: fields.int("duration")?,
        channels: fields.int("channels")?,
        sample_per_pixel: fields.int("samplePerPixel")?,
        bit_per_sample: fields.int("bitPerSample")?,
        physical_size_x: number("physicalSizeX")?,
        physical_size_y: number("physicalSizeY")?,
        physical_size_z: number("physicalSizeZ")?,
        fps: number("fps")?,
        // Old image servers send decimals here.
        #[allow(clippy::cast_possible_truncation, reason = "rounded; a float beyond the range saturates")]
        magnification: number("magnification")?.map(|value| value.map(|value| value.round() as i32)),
        colorspace: fields.has("colorspace").then(|| fields.text("colorspace")),
    })
}
