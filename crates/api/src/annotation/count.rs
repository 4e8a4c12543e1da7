//! How many annotations there are.

use axum::Json;
use axum::extract::{Path, State};
use cytomine_domain::annotation::{self, CountFilter};
use cytomine_domain::{Actor, access};
use cytomine_model::{Action, Millis, ProjectId, SliceInstanceId, UserId};
use serde_json::{Value, json};

use crate::auth::Caller;
use crate::dialect::collection::Collection;
use crate::error::ApiError;
use crate::request::Params;
use crate::state::ApiState;

/// GET `project/{id}/userannotation/count`.
pub(super) async fn of_project(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(project): Path<ProjectId>,
    Params(query): Params,
) -> Result<Json<Value>, ApiError> {
    let filter = CountFilter {
        project: Some(project),
        after: query.date("startDate")?.map(Millis),
        before: query.date("endDate")?.map(Millis),
        ..CountFilter::default()
    };
    total(annotation::count(&state.system, &actor, filter).await?)
}

/// GET `project/{id}/reviewedannotation/count`.
pub(super) async fn reviewed_of_project(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(project): Path<ProjectId>,
) -> Result<Json<Value>, ApiError> {
    access::project(&state.system.db, &actor, project).await?;
    total(0)
}

/// GET `user/{id}/userannotation/count?project=`: one's own; those of others for managers and administrators.
pub(super) async fn of_user(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(user): Path<UserId>,
    Params(query): Params,
) -> Result<Json<Value>, ApiError> {
    let project = query.id("project")?.map(ProjectId);
    may_count(&state, &actor, user, project).await?;
    let filter = CountFilter { project, user: Some(user), ..CountFilter::default() };
    total(annotation::count(&state.system, &actor, filter).await?)
}

/// GET `user/{id}/reviewedannotation/count`.
pub(super) async fn reviewed_of_user(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(user): Path<UserId>,
    Params(query): Params,
) -> Result<Json<Value>, ApiError> {
    may_count(&state, &actor, user, query.id("project")?.map(ProjectId)).await?;
    total(0)
}

async fn may_count(
    state: &ApiState,
    actor: &Actor,
    user: UserId,
    project: Option<ProjectId>,
) -> Result<(), ApiError> {
    if user == actor.id() {
        return Ok(());
    }
    match project {
        Some(project) => {
            let access = access::project(&state.system.db, actor, project).await?;
            Ok(access.require(Action::EditProject, None)?)
        }
        None => Ok(actor.require_admin()?),
    }
}

fn total(total: i64) -> Result<Json<Value>, ApiError> {
    Ok(Json(json!({ "total": total })))
}

/// GET `sliceinstance/{id}/annotationindex`: the layers of a plane with their counts.
pub(super) async fn layers(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(slice): Path<SliceInstanceId>,
) -> Result<Json<Collection<Value>>, ApiError> {
    let (_, layers) = annotation::layers(&state.system, &actor, slice).await?;
    let layer = |layer: annotation::Layer| {
        json!({
            "user": layer.user,
            "slice": slice,
            "countAnnotation": layer.annotations,
            "countReviewedAnnotation": 0,
        })
    };
    Ok(Json(Collection::whole(layers.into_iter().map(layer).collect())))
}
