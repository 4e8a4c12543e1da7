//! Reading, making, changing, deleting terms.

use axum::Json;
use axum::extract::State;
use cytomine_domain::term::{self, NewTerm};
use cytomine_domain::{DomainError, Done};
use cytomine_model::{self as model, OntologyId, ProjectId, TermId};

use super::wire::{Term, TermBody};
use crate::answer::{self, Command, Created};
use crate::auth::Caller;
use crate::dialect::collection::Collection;
use crate::dialect::envelope::Envelope;
use crate::dialect::paging::Paging;
use crate::error::{ApiError, CommandError};
use crate::extract::{Batch, Body, Path};
use crate::state::ApiState;

/// GET `term/{id}`.
pub(super) async fn show(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<TermId>,
) -> Result<Json<Term>, ApiError> {
    Ok(Json(Term::of(&term::get(&state.system, &actor, id).await?)))
}

/// GET `term`: every term that the caller may read.
pub(super) async fn list(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    paging: Paging,
) -> Result<Json<Collection<Term>>, ApiError> {
    Ok(wrapped(&term::list(&state.system, &actor).await?, &paging))
}

/// GET `ontology/{id}/term`.
pub(super) async fn list_of_ontology(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<OntologyId>,
    paging: Paging,
) -> Result<Json<Collection<Term>>, ApiError> {
    Ok(wrapped(&term::of_ontology(&state.system, &actor, id).await?, &paging))
}

/// GET `project/{id}/term`.
pub(super) async fn list_of_project(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<ProjectId>,
    paging: Paging,
) -> Result<Json<Collection<Term>>, ApiError> {
    Ok(wrapped(&term::of_project(&state.system, &actor, id).await?, &paging))
}

fn wrapped(terms: &[model::Term], paging: &Paging) -> Json<Collection<Term>> {
    Json(Collection::sliced(terms.iter().map(Term::of).collect(), paging))
}

/// POST `term`: one object, or an array of them.
pub(super) async fn create(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    body: Batch<TermBody>,
) -> Result<Created<Term>, CommandError> {
    let read = |mut body: TermBody| {
        let named = std::mem::take(&mut body.ontology).or(std::mem::take(&mut body.ontology_id));
        let ontology = named
            .of(OntologyId)
            .ok_or_else(|| DomainError::invalid("A term needs an ontology: give its id as `ontology`"))?;
        Ok(NewTerm { ontology, fields: body.fields() })
    };
    answer::create(&state, &actor, body, read, async |new| {
        let outcome = term::create(&state.system, &actor, new.ontology, new.fields).await?;
        Ok(answered(outcome.done, &outcome.entity))
    })
    .await
}

/// PUT `term/{id}`.
pub(super) async fn update(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<TermId>,
    Body(body): Body<TermBody>,
) -> Command<Term> {
    let outcome = term::update(&state.system, &actor, id, body.fields()).await?;
    Ok(answered(outcome.done, &outcome.entity))
}

/// DELETE `term/{id}`.
pub(super) async fn delete(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<TermId>,
) -> Command<Term> {
    let outcome = term::delete(&state.system, &actor, id).await?;
    Ok(answered(outcome.done, &outcome.entity))
}

fn answered(done: Done, term: &model::Term) -> Json<Envelope<Term>> {
    let envelope = answer::envelope(done, term.id.0, Term::of(term));
    Json(Envelope { ontology: Some(term.ontology.0), ..envelope })
}
