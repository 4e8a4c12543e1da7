//! Reading, making, renaming, deleting ontologies.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use cytomine_domain::{Actor, account, ontology};
use cytomine_model::OntologyId;
use serde_json::Value;

use super::json;
use crate::auth::Caller;
use crate::dialect::collection::Collection;
use crate::dialect::paging::Paging;
use crate::dialect::query::Query;
use crate::error::{ApiError, CommandError};
use crate::request::{Fields, JsonBody, Params};
use crate::state::ApiState;
use crate::{answer, user};

/// GET `ontology/{id}`.
pub(super) async fn show(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<OntologyId>,
) -> Result<Json<Value>, ApiError> {
    Ok(Json(json::ontology(&ontology::get(&state.system, &actor, id).await?)))
}

/// GET `ontology`; `?light=true` answers as `ontology_light`.
pub(super) async fn list(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Params(query): Params,
) -> Result<Json<Collection<Value>>, ApiError> {
    let light = query.flag("light")?;
    page(&state, &actor, &query, light).await
}

/// GET `ontology_light`: ids and names.
pub(super) async fn list_light(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Params(query): Params,
) -> Result<Json<Collection<Value>>, ApiError> {
    page(&state, &actor, &query, true).await
}

async fn page(
    state: &ApiState,
    actor: &Actor,
    query: &Query,
    light: bool,
) -> Result<Json<Collection<Value>>, ApiError> {
    let paging = Paging::from_query(query)?;
    let (ontologies, total) = ontology::list(&state.system, actor, paging.page()).await?;
    let items = if light {
        ontologies.iter().map(json::light).collect()
    } else {
        ontology::trees(&state.system, actor, ontologies).await?.iter().map(json::ontology).collect()
    };
    Ok(Json(Collection::new(items, &paging, total.unsigned_abs())))
}

/// GET `ontology/{id}/user`: everyone with rights on it.
pub(super) async fn users(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<OntologyId>,
    Params(query): Params,
) -> Result<Json<Collection<Value>>, ApiError> {
    let ids = ontology::users(&state.system, &actor, id).await?;
    let users = account::by_ids(&state.system, &ids).await?;
    let items = users.iter().map(user::json::user).collect();
    Ok(Json(Collection::sliced(items, &Paging::from_query(&query)?)))
}

/// POST `ontology`: one object, or an array of them.
pub(super) async fn create(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    JsonBody(body): JsonBody,
) -> Result<Response, CommandError> {
    answer::create(body, async |fields: Fields| {
        let name = fields.text("name").unwrap_or_default();
        let outcome = ontology::create(&state.system, &actor, &name).await?;
        Ok(answer::command(outcome.done, outcome.entity.ontology.id.0, json::ontology(&outcome.entity)))
    })
    .await
}

/// PUT `ontology/{id}`.
pub(super) async fn update(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<OntologyId>,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, CommandError> {
    let name = Fields::of(body)?.text("name").unwrap_or_default();
    let outcome = ontology::update(&state.system, &actor, id, &name).await?;
    Ok(answer::command(outcome.done, id.0, json::ontology(&outcome.entity)))
}

/// DELETE `ontology/{id}`.
pub(super) async fn delete(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<OntologyId>,
) -> Result<Json<Value>, CommandError> {
    let outcome = ontology::delete(&state.system, &actor, id).await?;
    Ok(answer::command(outcome.done, id.0, json::ontology(&outcome.entity)))
}
