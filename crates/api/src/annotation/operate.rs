//! Operations on shapes: fewer points, no holes.

use axum::Json;
use axum::extract::{Path, State};
use cytomine_domain::annotation::{self, Thinning};
use cytomine_model::{AnnotationId, ErrorKind};
use serde_json::{Value, json};

use super::bulk::thinning;
use super::json;
use crate::answer;
use crate::auth::Caller;
use crate::base_url::BaseUrl;
use crate::error::{ApiError, CommandError};
use crate::request::{Fields, JsonBody, Params};
use crate::state::ApiState;

/// PUT `annotation/{id}/simplify`: answers the annotation alone, as Cytomine does, but can be undone.
pub(super) async fn simplify(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<AnnotationId>,
    Params(query): Params,
) -> Result<Json<Value>, ApiError> {
    let thinning = thinning(&query, &Fields::default())?.unwrap_or_default();
    let outcome = annotation::simplify(&state.system, &actor, id, thinning).await?;
    Ok(Json(json::annotation(&outcome.entity, &base)))
}

/// PUT `simplify`: thins out a shape that is no annotation.
pub(super) async fn simplify_wkt(
    Caller(_): Caller,
    Params(query): Params,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, ApiError> {
    let fields = Fields::of(body)?;
    let wkt = fields
        .text("wkt")
        .ok_or_else(|| ApiError::new(ErrorKind::Invalid, "There is no shape: give it as WKT under `wkt`"))?;
    let thinning = thinning(&query, &fields)?.unwrap_or(Thinning::default());
    let thinned = annotation::simplified(wkt, thinning).await?;
    Ok(Json(json!({ "wkt": thinned.wkt, "rate": thinned.tolerance })))
}

/// POST `annotation/{id}/fill`: fills the holes.
pub(super) async fn fill(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<AnnotationId>,
) -> Result<Json<Value>, CommandError> {
    let outcome = annotation::fill(&state.system, &actor, id).await?;
    Ok(answer::command(outcome.done, id.0, json::annotation(&outcome.entity, &base)))
}
