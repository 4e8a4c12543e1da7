//! One annotation: reading, changing, deleting.

use axum::Json;
use axum::extract::State;
use cytomine_domain::annotation;
use cytomine_model::AnnotationId;

use super::bulk::thinning;
use super::wire::{Annotation, AnnotationBody, ThinningKeys};
use crate::answer::{self, Command};
use crate::auth::Caller;
use crate::base_url::BaseUrl;
use crate::error::ApiError;
use crate::extract::{Asked, Body, Path};
use crate::state::ApiState;

crate::keys! {
    /// What else a change does to the shape.
    pub(super) struct Filling {
        /// Fill the holes
        fill: Flag,
    }
}

/// GET `annotation/{id}`.
pub(super) async fn show(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<AnnotationId>,
) -> Result<Json<Annotation>, ApiError> {
    let view = annotation::get(&state.system, &actor, id).await?;
    Ok(Json(Annotation::of(&view, &base)))
}

/// PUT `annotation/{id}`: place and shape are needed; `term` absent leaves the links, present replaces them.
pub(super) async fn update(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<AnnotationId>,
    Asked(filling): Asked<Filling>,
    Asked(asked): Asked<ThinningKeys>,
    Body(body): Body<AnnotationBody>,
) -> Command<Annotation> {
    let wanted = body.fields(filling.fill.is_on(), thinning(asked)?);
    let outcome = annotation::update(&state.system, &actor, id, wanted).await?;
    Ok(answer::command(outcome.done, id.0, Annotation::of(&outcome.entity, &base)))
}

/// DELETE `annotation/{id}`.
pub(super) async fn delete(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<AnnotationId>,
) -> Command<Annotation> {
    let outcome = annotation::delete(&state.system, &actor, id).await?;
    Ok(answer::command(outcome.done, id.0, Annotation::of(&outcome.entity, &base)))
}
