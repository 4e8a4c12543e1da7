//! One annotation: reading, changing, deleting.

use axum::Json;
use axum::extract::{Path, State};
use cytomine_domain::annotation::{self, AnnotationFields};
use cytomine_model::{AnnotationId, ImageInstanceId, SliceInstanceId, TermId, UserId};
use serde_json::Value;

use super::bulk::thinning;
use super::json;
use crate::answer;
use crate::auth::Caller;
use crate::base_url::BaseUrl;
use crate::error::{ApiError, CommandError};
use crate::request::{Fields, JsonBody, Params};
use crate::state::ApiState;

/// GET `annotation/{id}`.
pub(super) async fn show(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<AnnotationId>,
) -> Result<Json<Value>, ApiError> {
    let view = annotation::get(&state.system, &actor, id).await?;
    Ok(Json(json::annotation(&view, &base)))
}

/// PUT `annotation/{id}`: place and shape are needed; `term` absent leaves the links, present replaces them.
pub(super) async fn update(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<AnnotationId>,
    Params(query): Params,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, CommandError> {
    let fields = Fields::of(body)?;
    let terms = match fields.ids("term")? {
        Some(terms) => Some(terms),
        None => fields.ids("terms")?,
    };
    let wanted = AnnotationFields {
        location: fields.text("location"),
        image: fields.id("image")?.map(ImageInstanceId),
        slice: fields.id("slice")?.map(SliceInstanceId),
        user: fields.id("user")?.map(UserId),
        terms: terms.map(|terms| terms.into_iter().map(TermId).collect()),
        fill: query.flag("fill")?,
        thinning: thinning(&query, &fields)?,
    };
    let outcome = annotation::update(&state.system, &actor, id, wanted).await?;
    Ok(answer::command(outcome.done, id.0, json::annotation(&outcome.entity, &base)))
}

/// DELETE `annotation/{id}`.
pub(super) async fn delete(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<AnnotationId>,
) -> Result<Json<Value>, CommandError> {
    let outcome = annotation::delete(&state.system, &actor, id).await?;
    Ok(answer::command(outcome.done, id.0, json::annotation(&outcome.entity, &base)))
}
