//! What belongs to an abstract image: its uploader, instances, planes, and the original file.

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use cytomine_domain::{DomainError, image, instance};
use cytomine_model::AbstractImageId;
use serde_json::Value;

use crate::abstract_slice::json::abstract_slice;
use crate::auth::Caller;
use crate::base_url::BaseUrl;
use crate::dialect::collection::Collection;
use crate::dialect::paging::Paging;
use crate::error::ApiError;
use crate::image_instance::json::image_instance;
use crate::request::Params;
use crate::state::ApiState;
use crate::{download as bytes, user};

/// GET `abstractimage/{id}/user`: who uploaded it.
pub(super) async fn user(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<AbstractImageId>,
) -> Result<Json<Value>, ApiError> {
    Ok(Json(user::json::user(&image::uploader(&state.system, &actor, id).await?)))
}

/// GET `abstractimage/{id}/imageinstance`: where it is used, in the caller's projects.
pub(super) async fn instances(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Params(query): Params,
    Path(id): Path<AbstractImageId>,
) -> Result<Json<Collection<Value>>, ApiError> {
    let paging = Paging::from_query(&query)?;
    let images = instance::list_of_image(&state.system, &actor, id).await?;
    let items = images.iter().map(|image| image_instance(image, &base)).collect();
    Ok(Json(Collection::sliced(items, &paging)))
}

/// GET `abstractimage/{id}/abstractslice`.
pub(super) async fn slices(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Params(query): Params,
    Path(id): Path<AbstractImageId>,
) -> Result<Json<Collection<Value>>, ApiError> {
    let paging = Paging::from_query(&query)?;
    let (slices, image) = image::slices(&state.system, &actor, id).await?;
    let items = slices.iter().map(|slice| abstract_slice(slice, &image)).collect();
    Ok(Json(Collection::sliced(items, &paging)))
}

/// GET `abstractimage/{id}/{channel}/{z}/{time}/abstractslice`.
pub(super) async fn slice(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((id, channel, z, time)): Path<(AbstractImageId, i32, i32, i32)>,
) -> Result<Json<Value>, ApiError> {
    let (slices, image) = image::slices(&state.system, &actor, id).await?;
    let slice = slices.iter().find(|slice| (slice.channel, slice.z_stack, slice.time) == (channel, z, time));
    let slice = slice.ok_or_else(|| {
        DomainError::not_found("AbstractSlice", format!("{id}, channel={channel}, zStack={z}, time={time}"))
    })?;
    Ok(Json(abstract_slice(slice, &image)))
}

/// GET `abstractimage/{id}/download`: the file as it was uploaded.
pub(super) async fn download(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<AbstractImageId>,
    request: Request,
) -> Result<Response, ApiError> {
    bytes::send(image::download(&state.system, &actor, id).await?, request).await
}
