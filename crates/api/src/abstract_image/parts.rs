//! What belongs to an abstract image: its uploader, planes, and the original file.

use axum::Json;
use axum::extract::{Request, State};
use axum::response::Response;
use cytomine_domain::{DomainError, abstract_image};
use cytomine_model::AbstractImageId;

use crate::abstract_slice::wire::AbstractSlice;
use crate::auth::Caller;
use crate::dialect::collection::Collection;
use crate::dialect::paging::Paging;
use crate::download as bytes;
use crate::error::ApiError;
use crate::extract::Path;
use crate::state::ApiState;
use crate::user::wire::User;

/// GET `abstractimage/{id}/user`: who uploaded it.
pub(super) async fn user(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<AbstractImageId>,
) -> Result<Json<User>, ApiError> {
    Ok(Json(User::of(&abstract_image::uploader(&state.system, &actor, id).await?)))
}

/// GET `abstractimage/{id}/abstractslice`.
pub(super) async fn slices(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    paging: Paging,
    Path(id): Path<AbstractImageId>,
) -> Result<Json<Collection<AbstractSlice>>, ApiError> {
    let (slices, image) = abstract_image::slices(&state.system, &actor, id).await?;
    let items = slices.iter().map(|slice| AbstractSlice::of(slice, &image)).collect();
    Ok(Json(Collection::sliced(items, &paging)))
}

/// GET `abstractimage/{id}/{channel}/{z}/{time}/abstractslice`.
pub(super) async fn slice(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((id, channel, z, time)): Path<(AbstractImageId, i32, i32, i32)>,
) -> Result<Json<AbstractSlice>, ApiError> {
    let (slices, image) = abstract_image::slices(&state.system, &actor, id).await?;
    let slice = slices.iter().find(|slice| (slice.channel, slice.z_stack, slice.time) == (channel, z, time));
    let slice = slice.ok_or_else(|| {
        DomainError::not_found("AbstractSlice", format!("{id}, channel={channel}, zStack={z}, time={time}"))
    })?;
    Ok(Json(AbstractSlice::of(slice, &image)))
}

/// GET `abstractimage/{id}/download`: the file as it was uploaded.
pub(super) async fn download(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<AbstractImageId>,
    request: Request,
) -> Result<Response, ApiError> {
    bytes::send(abstract_image::download(&state.system, &actor, id).await?, request).await
}
