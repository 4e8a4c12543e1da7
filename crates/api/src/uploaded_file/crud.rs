//! Reading, registering, changing, deleting, downloading uploaded files.

use axum::Json;
use axum::extract::{Request, State};
use axum::response::Response;
use cytomine_domain::uploaded_file::{self, UploadedFileFilter};
use cytomine_domain::{abstract_image, abstract_slice};
use cytomine_model::{self as model, Direction, StorageId, UploadedFileId};

use super::wire::{FileBody, UploadedFile};
use crate::abstract_image::wire::AbstractImage;
use crate::abstract_slice::wire::AbstractSlice;
use crate::answer::{self, Command, Created};
use crate::auth::Caller;
use crate::base_url::BaseUrl;
use crate::conditions::{Fields, conditions};
use crate::dialect::collection::Collection;
use crate::dialect::paging::Paging;
use crate::download as bytes;
use crate::error::{ApiError, CommandError};
use crate::extract::{Asked, Batch, Body, Filters, Path};
use crate::state::ApiState;

/// The fields that uploaded files can be filtered by.
#[derive(Debug)]
pub(super) struct FileKeys;

impl Fields for FileKeys {
    const FIELDS: &'static [&'static str] =
        &["originalFilename", "name", "filename", "contentType", "ext", "id", "user", "status", "created"];
}

crate::keys! {
    /// Which files a list holds.
    pub(super) struct Which {
        /// Only files that were not made from others
        only_roots: Flag,
        /// The same
        only_roots_with_details: Flag,
        /// Only those made from this one
        parent: Id,
        /// Only those in this storage
        storage: Id,
    }
}

/// GET `uploadedfile`: those in the caller's storages; `onlyRoots`, `parent` and filters narrow it down.
pub(super) async fn list(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    paging: Paging,
    filters: Filters<FileKeys>,
    Asked(which): Asked<Which>,
) -> Result<Json<Collection<UploadedFile>>, ApiError> {
    let sort = paging.sort.is_some().then(|| paging.sort_or("created", Direction::Descending));
    let filter = UploadedFileFilter {
        only_roots: which.only_roots.is_on() || which.only_roots_with_details.is_on(),
        parent: which.parent.of(UploadedFileId),
        storage: which.storage.of(StorageId),
        conditions: conditions(&filters.list),
    };
    let (files, total) =
        uploaded_file::list(&state.system, &actor, &filter, sort.as_ref(), paging.page()).await?;
    let images = uploaded_file::images(&state.system, &files).await?;
    let items =
        files.iter().map(|file| UploadedFile::of(file, images.get(&file.id).copied(), &base)).collect();
    Ok(Json(Collection::new(items, &paging, total.unsigned_abs())))
}

/// GET `uploadedfile/{id}`.
pub(super) async fn show(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<UploadedFileId>,
) -> Result<Json<UploadedFile>, ApiError> {
    let file = uploaded_file::get(&state.system, &actor, id).await?;
    Ok(Json(object(&state, file, &base).await?))
}

async fn object(state: &ApiState, file: model::UploadedFile, base: &str) -> Result<UploadedFile, ApiError> {
    let files = [file];
    let images = uploaded_file::images(&state.system, &files).await?;
    let [file] = files;
    Ok(UploadedFile::of(&file, images.get(&file.id).copied(), base))
}

/// POST `uploadedfile`: registers files whose bytes lie elsewhere; one object, or an array of them.
pub(super) async fn create(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    body: Batch<FileBody>,
) -> Result<Created<UploadedFile>, CommandError> {
    let read = |body: FileBody| Ok(body.fields());
    answer::create(&state, &actor, body, read, async |new| {
        let outcome = uploaded_file::create(&state.system, &actor, new).await?;
        let object = UploadedFile::of(&outcome.entity, None, &base);
        Ok(answer::command(outcome.done, outcome.entity.id.0, object))
    })
    .await
}

/// PUT `uploadedfile/{id}`.
pub(super) async fn update(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<UploadedFileId>,
    Body(body): Body<FileBody>,
) -> Command<UploadedFile> {
    let outcome = uploaded_file::update(&state.system, &actor, id, body.fields()).await?;
    let object = object(&state, outcome.entity, &base).await?;
    Ok(answer::command(outcome.done, id.0, object))
}

/// DELETE `uploadedfile/{id}`.
pub(super) async fn delete(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<UploadedFileId>,
) -> Command<UploadedFile> {
    let outcome = uploaded_file::delete(&state.system, &actor, id).await?;
    Ok(answer::command(outcome.done, id.0, UploadedFile::of(&outcome.entity, None, &base)))
}

/// GET `uploadedfile/{id}/download`.
pub(super) async fn download(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<UploadedFileId>,
    request: Request,
) -> Result<Response, ApiError> {
    bytes::send(uploaded_file::download(&state.system, &actor, id).await?, request).await
}

/// GET `uploadedfile/{id}/abstractimage`: the image made from it.
pub(super) async fn image(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<UploadedFileId>,
) -> Result<Json<AbstractImage>, ApiError> {
    let image = abstract_image::of_file(&state.system, &actor, id).await?;
    Ok(Json(AbstractImage::of(&image, &base)))
}

/// GET `uploadedfile/{id}/abstractslice`: planes that it holds.
pub(super) async fn slices(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<UploadedFileId>,
) -> Result<Json<Collection<AbstractSlice>>, ApiError> {
    let planes = abstract_slice::of_file(&state.system, &actor, id).await?;
    let items = planes.iter().map(|(slice, image)| AbstractSlice::of(slice, image)).collect();
    Ok(Json(Collection::whole(items)))
}
