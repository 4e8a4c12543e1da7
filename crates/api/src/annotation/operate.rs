//! Operations on shapes: fewer points, no holes.

use axum::Json;
use axum::extract::State;
use cytomine_domain::annotation;
use cytomine_model::{AnnotationId, ErrorKind};

use super::bulk::thinning;
use super::wire::{self, Annotation, ShapeBody, ThinnedShape, ThinningKeys};
use crate::answer::{self, Command};
use crate::auth::Caller;
use crate::base_url::BaseUrl;
use crate::error::ApiError;
use crate::extract::{Asked, Path, Told};
use crate::state::ApiState;

/// PUT `annotation/{id}/simplify`: answers the annotation alone, as Cytomine does, but can be undone.
pub(super) async fn simplify(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<AnnotationId>,
    Asked(asked): Asked<ThinningKeys>,
) -> Result<Json<Annotation>, ApiError> {
    let outcome = annotation::simplify(&state.system, &actor, id, thinning(asked)?).await?;
    Ok(Json(Annotation::of(&outcome.entity, &base)))
}

/// PUT `simplify`: thins out a shape that is no annotation.
pub(super) async fn simplify_wkt(
    Caller(_): Caller,
    Asked(asked): Asked<ThinningKeys>,
    Told(body): Told<ShapeBody>,
) -> Result<Json<ThinnedShape>, ApiError> {
    let wkt = body
        .wkt
        .get()
        .ok_or_else(|| ApiError::new(ErrorKind::Invalid, "There is no shape: give it as WKT under `wkt`"))?;
    let thinning = wire::thinning(thinning(asked)?, body.min_point, body.max_point).unwrap_or_default();
    let thinned = annotation::simplified(wkt, thinning).await?;
    Ok(Json(ThinnedShape { wkt: thinned.wkt, rate: thinned.tolerance }))
}

/// POST `annotation/{id}/fill`: fills the holes.
pub(super) async fn fill(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<AnnotationId>,
) -> Command<Annotation> {
    let outcome = annotation::fill(&state.system, &actor, id).await?;
    Ok(answer::command(outcome.done, id.0, Annotation::of(&outcome.entity, &base)))
}
