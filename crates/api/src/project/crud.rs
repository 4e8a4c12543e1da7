//! Reading, making, changing, deleting projects.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use cytomine_domain::project::ProjectFilter;
use cytomine_domain::project::{self, ProjectFields};
use cytomine_model::{OntologyId, ProjectId, UserId};
use serde_json::Value;

use super::json;
use crate::answer;
use crate::auth::Caller;
use crate::dialect::collection::Collection;
use crate::dialect::filters::{Operator, filters};
use crate::dialect::paging::Paging;
use crate::error::{ApiError, CommandError};
use crate::request::{Fields, JsonBody, Params};
use crate::state::ApiState;

/// GET `project/{id}`.
pub(super) async fn show(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<ProjectId>,
) -> Result<Json<Value>, ApiError> {
    let project = project::get(&state.system, &actor, id).await?;
    Ok(Json(json::project(&project)))
}

/// GET `project`: the projects that the caller sees.
pub(super) async fn list(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Params(query): Params,
) -> Result<Json<Collection<Value>>, ApiError> {
    page(&state, &actor, &query, ProjectFilter::default()).await
}

/// GET `user/{id}/project`: those of them that a user is a member of.
pub(super) async fn list_of_user(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(user): Path<UserId>,
    Params(query): Params,
) -> Result<Json<Collection<Value>>, ApiError> {
    if user != actor.id() {
        actor.require_admin()?;
    }
    page(&state, &actor, &query, ProjectFilter { member: Some(user), ..ProjectFilter::default() }).await
}

/// GET `ontology/{id}/project`: those of them that use an ontology.
pub(super) async fn list_of_ontology(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(ontology): Path<OntologyId>,
    Params(query): Params,
) -> Result<Json<Collection<Value>>, ApiError> {
    page(&state, &actor, &query, ProjectFilter { ontology: Some(ontology), ..ProjectFilter::default() }).await
}

async fn page(
    state: &ApiState,
    actor: &cytomine_domain::Actor,
    query: &crate::dialect::query::Query,
    mut filter: ProjectFilter,
) -> Result<Json<Collection<Value>>, ApiError> {
    let paging = Paging::from_query(query)?;
    for wanted in filters(query) {
        if wanted.field == "name" && matches!(wanted.op, Operator::ILike | Operator::Like) {
            filter.name = Some(wanted.value);
        }
    }
    let sort =
        paging.sort.is_some().then(|| paging.sort_or("created", cytomine_model::Direction::Descending));
    let (projects, total) =
        project::list(&state.system, actor, &filter, sort.as_ref(), paging.page()).await?;
    let mut items: Vec<Value> = projects.iter().map(json::project).collect();
    let wanted = json::Extras {
        members_count: query.flag("withMembersCount")?,
        last_activity: query.flag("withLastActivity")?,
        current_user_roles: query.flag("withCurrentUserRoles")?,
    };
    if wanted != json::Extras::default() {
        let overviews = project::overviews(&state.system, actor, &projects).await?;
        for (item, project) in items.iter_mut().zip(&projects) {
            if let Some(overview) = overviews.iter().find(|overview| overview.project == project.id) {
                json::add_extras(item, overview, wanted);
            }
        }
    }
    Ok(Json(Collection::new(items, &paging, total.unsigned_abs())))
}

/// POST `project`: one object, or an array of them.
pub(super) async fn create(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    JsonBody(body): JsonBody,
) -> Result<Response, CommandError> {
    answer::create(body, async |fields: Fields| {
        let outcome = project::create(&state.system, &actor, read(&fields)?).await?;
        Ok(answer::command(outcome.done, outcome.entity.id.0, json::project(&outcome.entity)))
    })
    .await
}

/// PUT `project/{id}`.
pub(super) async fn update(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<ProjectId>,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, CommandError> {
    let fields = read(&Fields::of(body)?)?;
    let outcome = project::update(&state.system, &actor, id, fields).await?;
    Ok(answer::command(outcome.done, id.0, json::project(&outcome.entity)))
}

/// DELETE `project/{id}`.
pub(super) async fn delete(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<ProjectId>,
) -> Result<Json<Value>, CommandError> {
    let outcome = project::delete(&state.system, &actor, id).await?;
    Ok(answer::command(outcome.done, id.0, json::project(&outcome.entity)))
}

fn read(fields: &Fields) -> Result<ProjectFields, ApiError> {
    let users = |name| -> Result<Option<Vec<UserId>>, ApiError> {
        Ok(fields.ids(name)?.map(|ids| ids.into_iter().map(UserId).collect()))
    };
    Ok(ProjectFields {
        name: fields.text("name"),
        ontology: fields.nullable_id("ontology")?.map(|id| id.map(OntologyId)),
        blind_mode: fields.bool("blindMode")?,
        are_images_downloadable: fields.bool("areImagesDownloadable")?,
        is_closed: fields.bool("isClosed")?,
        is_read_only: fields.bool("isReadOnly")?,
        is_restricted: fields.bool("isRestricted")?,
        hide_users_layers: fields.bool("hideUsersLayers")?,
        hide_admins_layers: fields.bool("hideAdminsLayers")?,
        users: users("users")?,
        admins: users("admins")?,
        force_ontology_update: fields.bool("forceOntologyUpdate")?.unwrap_or(false),
    })
}
