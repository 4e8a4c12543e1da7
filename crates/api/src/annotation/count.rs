//! How many annotations there are.

use axum::Json;
use axum::extract::State;
use cytomine_domain::annotation::{self, CountFilter};
use cytomine_model::{Millis, ProjectId, SliceInstanceId, UserId};

use super::wire::{Layer, Total};
use crate::auth::Caller;
use crate::dialect::collection::Collection;
use crate::error::ApiError;
use crate::extract::{Asked, Path};
use crate::state::ApiState;

crate::keys! {
    /// When annotations were made.
    pub(super) struct Period {
        /// Only those made after this moment
        start_date: Date,
        /// Only those made before this moment
        end_date: Date,
    }
}

crate::keys! {
    /// Where annotations are.
    pub(super) struct Within {
        /// Only those in this project
        project: Id,
    }
}

/// GET `project/{id}/userannotation/count`.
pub(super) async fn of_project(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(project): Path<ProjectId>,
    Asked(period): Asked<Period>,
) -> Result<Json<Total>, ApiError> {
    let filter = CountFilter {
        project: Some(project),
        after: period.start_date.get().map(Millis),
        before: period.end_date.get().map(Millis),
        ..CountFilter::default()
    };
    total(annotation::count(&state.system, &actor, filter).await?)
}

/// GET `project/{id}/reviewedannotation/count`.
pub(super) async fn reviewed_of_project(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(project): Path<ProjectId>,
) -> Result<Json<Total>, ApiError> {
    let filter = CountFilter { project: Some(project), ..CountFilter::default() };
    total(annotation::count_reviewed(&state.system, &actor, filter).await?)
}

/// GET `user/{id}/userannotation/count?project=`: one's own; those of others for managers and administrators.
pub(super) async fn of_user(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(user): Path<UserId>,
    Asked(within): Asked<Within>,
) -> Result<Json<Total>, ApiError> {
    let project = within.project.of(ProjectId);
    let filter = CountFilter { project, user: Some(user), ..CountFilter::default() };
    total(annotation::count(&state.system, &actor, filter).await?)
}

/// GET `user/{id}/reviewedannotation/count`.
pub(super) async fn reviewed_of_user(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(user): Path<UserId>,
    Asked(within): Asked<Within>,
) -> Result<Json<Total>, ApiError> {
    let project = within.project.of(ProjectId);
    let filter = CountFilter { project, user: Some(user), ..CountFilter::default() };
    total(annotation::count_reviewed(&state.system, &actor, filter).await?)
}

fn total(total: i64) -> Result<Json<Total>, ApiError> {
    Ok(Json(Total { total }))
}

/// GET `sliceinstance/{id}/annotationindex`: the layers of a plane with their counts.
pub(super) async fn layers(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(slice): Path<SliceInstanceId>,
) -> Result<Json<Collection<Layer>>, ApiError> {
    let (_, layers) = annotation::layers(&state.system, &actor, slice).await?;
    let layer = |layer: annotation::Layer| Layer {
        user: layer.user.0,
        slice: slice.0,
        count_annotation: layer.annotations,
        count_reviewed_annotation: 0,
    };
    Ok(Json(Collection::whole(layers.into_iter().map(layer).collect())))
}
