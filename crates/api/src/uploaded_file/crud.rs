//! Reading, registering, changing, deleting, downloading uploaded files.

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use cytomine_domain::upload::{self, FileFields, UploadedFileFilter};
use cytomine_domain::{image, image_slice};
use cytomine_model::{Direction, ProjectId, StorageId, UploadedFile, UploadedFileId, UserId};
use serde_json::Value;

use super::json;
use crate::abstract_image::json::abstract_image;
use crate::abstract_slice::json::abstract_slice;
use crate::auth::Caller;
use crate::base_url::BaseUrl;
use crate::conditions::conditions;
use crate::dialect::collection::Collection;
use crate::dialect::paging::Paging;
use crate::error::{ApiError, CommandError};
use crate::request::{Fields, JsonBody, Params};
use crate::state::ApiState;
use crate::{answer, download as bytes};

/// GET `uploadedfile`: those in the caller's storages; `onlyRoots`, `parent` and filters narrow it down.
pub(super) async fn list(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Params(query): Params,
) -> Result<Json<Collection<Value>>, ApiError> {
    let paging = Paging::from_query(&query)?;
    let sort = paging.sort.is_some().then(|| paging.sort_or("created", Direction::Descending));
    let filter = UploadedFileFilter {
        only_roots: query.flag("onlyRoots")? || query.flag("onlyRootsWithDetails")?,
        parent: query.id("parent")?.map(UploadedFileId),
        storage: query.id("storage")?.map(StorageId),
        conditions: conditions(&query),
    };
    let (files, total) = upload::list(&state.system, &actor, &filter, sort.as_ref(), paging.page()).await?;
    let images = upload::images(&state.system, &files).await?;
    let items =
        files.iter().map(|file| json::uploaded_file(file, images.get(&file.id).copied(), &base)).collect();
    Ok(Json(Collection::new(items, &paging, total.unsigned_abs())))
}

/// GET `uploadedfile/{id}`.
pub(super) async fn show(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<UploadedFileId>,
) -> Result<Json<Value>, ApiError> {
    let file = upload::get(&state.system, &actor, id).await?;
    Ok(Json(object(&state, file, &base).await?))
}

async fn object(state: &ApiState, file: UploadedFile, base: &str) -> Result<Value, ApiError> {
    let files = [file];
    let images = upload::images(&state.system, &files).await?;
    let [file] = files;
    Ok(json::uploaded_file(&file, images.get(&file.id).copied(), base))
}

/// POST `uploadedfile`: registers files whose bytes lie elsewhere; one object, or an array of them.
pub(super) async fn create(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    JsonBody(body): JsonBody,
) -> Result<Response, CommandError> {
    answer::create(body, |fields: Fields| {
        let (state, actor, base) = (&state, &actor, &base);
        async move {
            let outcome = upload::create(&state.system, actor, read(&fields)?).await?;
            Ok(answer::command(
                outcome.done,
                outcome.entity.id.0,
                json::uploaded_file(&outcome.entity, None, base),
            ))
        }
    })
    .await
}

/// PUT `uploadedfile/{id}`.
pub(super) async fn update(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<UploadedFileId>,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, CommandError> {
    let fields = read(&Fields::of(body)?)?;
    let outcome = upload::update(&state.system, &actor, id, fields).await?;
    let object = object(&state, outcome.entity, &base).await?;
    Ok(answer::command(outcome.done, id.0, object))
}

/// DELETE `uploadedfile/{id}`.
pub(super) async fn delete(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<UploadedFileId>,
) -> Result<Json<Value>, CommandError> {
    let outcome = upload::delete(&state.system, &actor, id).await?;
    Ok(answer::command(outcome.done, id.0, json::uploaded_file(&outcome.entity, None, &base)))
}

/// GET `uploadedfile/{id}/download`.
pub(super) async fn download(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<UploadedFileId>,
    request: Request,
) -> Result<Response, ApiError> {
    bytes::send(upload::download(&state.system, &actor, id).await?, request).await
}

/// GET `uploadedfile/{id}/abstractimage`: the image made from it.
pub(super) async fn image(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<UploadedFileId>,
) -> Result<Json<Value>, ApiError> {
    let image = image::of_file(&state.system, &actor, id).await?;
    Ok(Json(abstract_image(&image, &base)))
}

/// GET `uploadedfile/{id}/abstractslice`: planes that it holds.
pub(super) async fn slices(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<UploadedFileId>,
) -> Result<Json<Collection<Value>>, ApiError> {
    let planes = image_slice::of_file(&state.system, &actor, id).await?;
    let items = planes.iter().map(|(slice, image)| abstract_slice(slice, image)).collect();
    Ok(Json(Collection::whole(items)))
}

fn read(fields: &Fields) -> Result<FileFields, ApiError> {
    let either = |one, other| -> Result<Option<i64>, ApiError> {
        Ok(match fields.id(one)? {
            Some(id) => Some(id),
            None => fields.id(other)?,
        })
    };
    Ok(FileFields {
        user: either("user", "userId")?.map(UserId),
        storage: either("storage", "storageId")?.map(StorageId),
        parent: fields.id("parent")?.map(UploadedFileId),
        filename: fields.text("filename"),
        original_filename: fields.text("originalFilename"),
        ext: fields.text("ext"),
        content_type: fields.text("contentType"),
        size: fields.id("size")?,
        status: fields.int("status")?,
        projects: fields.ids("projects")?.map(|ids| ids.into_iter().map(ProjectId).collect()),
    })
}
