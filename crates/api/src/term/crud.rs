//! Reading, making, changing, deleting terms.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use cytomine_domain::term::{self, TermFields};
use cytomine_domain::{DomainError, Done};
use cytomine_model::{OntologyId, ProjectId, Term, TermId};
use serde_json::Value;

use super::json;
use crate::answer;
use crate::auth::Caller;
use crate::dialect::collection::Collection;
use crate::dialect::paging::Paging;
use crate::error::{ApiError, CommandError};
use crate::request::{Fields, JsonBody, Params};
use crate::state::ApiState;

/// GET `term/{id}`.
pub(super) async fn show(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<TermId>,
) -> Result<Json<Value>, ApiError> {
    Ok(Json(json::term(&term::get(&state.system, &actor, id).await?)))
}

/// GET `term`: every term that the caller may read.
pub(super) async fn list(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Params(query): Params,
) -> Result<Json<Collection<Value>>, ApiError> {
    wrapped(&term::list(&state.system, &actor).await?, &query)
}

/// GET `ontology/{id}/term`.
pub(super) async fn list_of_ontology(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<OntologyId>,
    Params(query): Params,
) -> Result<Json<Collection<Value>>, ApiError> {
    wrapped(&term::of_ontology(&state.system, &actor, id).await?, &query)
}

/// GET `project/{id}/term`.
pub(super) async fn list_of_project(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<ProjectId>,
    Params(query): Params,
) -> Result<Json<Collection<Value>>, ApiError> {
    wrapped(&term::of_project(&state.system, &actor, id).await?, &query)
}

fn wrapped(
    terms: &[Term],
    query: &crate::dialect::query::Query,
) -> Result<Json<Collection<Value>>, ApiError> {
    Ok(Json(Collection::sliced(terms.iter().map(json::term).collect(), &Paging::from_query(query)?)))
}

/// POST `term`: one object, or an array of them.
pub(super) async fn create(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    JsonBody(body): JsonBody,
) -> Result<Response, CommandError> {
    answer::create(body, async |fields: Fields| {
        let ontology = match fields.id("ontology")? {
            Some(id) => id,
            None => fields
                .id("ontologyId")?
                .ok_or_else(|| DomainError::invalid("A term needs an ontology: give its id as `ontology`"))?,
        };
        let outcome = term::create(&state.system, &actor, OntologyId(ontology), read(&fields)?).await?;
        Ok(answered(outcome.done, &outcome.entity))
    })
    .await
}

/// PUT `term/{id}`.
pub(super) async fn update(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<TermId>,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, CommandError> {
    let fields = read(&Fields::of(body)?)?;
    let outcome = term::update(&state.system, &actor, id, fields).await?;
    Ok(answered(outcome.done, &outcome.entity))
}

/// DELETE `term/{id}`.
pub(super) async fn delete(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<TermId>,
) -> Result<Json<Value>, CommandError> {
    let outcome = term::delete(&state.system, &actor, id).await?;
    Ok(answered(outcome.done, &outcome.entity))
}

fn answered(done: Done, term: &Term) -> Json<Value> {
    let mut envelope = answer::envelope(done, term.id.0, json::term(term));
    envelope.ontology = Some(term.ontology.0);
    Json(envelope.to_json())
}

fn read(fields: &Fields) -> Result<TermFields, ApiError> {
    Ok(TermFields {
        name: fields.text("name"),
        color: fields.text("color"),
        comment: fields.text("comment"),
        parent: fields.id("parent")?.map(TermId),
    })
}
