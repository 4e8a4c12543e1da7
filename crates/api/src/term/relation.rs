//! Relations between terms. `{relation}` in a path is an id or a name; the official clients say `parent`.

use axum::Json;
use axum::extract::State;
use cytomine_domain::{Actor, DomainError, term};
use cytomine_model::{RelationId, TermId};

use super::wire::{Relation, RelationTerm, RelationTermBody};
use crate::answer::{self, Command};
use crate::auth::Caller;
use crate::dialect::collection::Collection;
use crate::dialect::loose::Id;
use crate::error::{ApiError, CommandError};
use crate::extract::{Body, Path};
use crate::state::ApiState;

/// GET `relation`: the kinds there are.
pub(super) async fn kinds(
    State(state): State<ApiState>,
    Caller(_): Caller,
) -> Result<Json<Collection<Relation>>, ApiError> {
    let kinds = term::relations(&state.system).await?;
    Ok(Json(Collection::whole(kinds.iter().map(Relation::of).collect())))
}

/// GET `relation/term/{id}`: the relations of a term, or one relation by its own id.
pub(super) async fn list(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<TermId>,
) -> Result<Json<Collection<RelationTerm>>, ApiError> {
    let links = term::relations_of(&state.system, &actor, id).await?;
    Ok(Json(Collection::whole(links.iter().map(RelationTerm::of).collect())))
}

/// GET `relation/{relation}/term1/{a}/term2/{b}`.
pub(super) async fn show(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((relation, term1, term2)): Path<(String, TermId, TermId)>,
) -> Result<Json<RelationTerm>, ApiError> {
    let relation = find(&state, &relation).await?;
    let link = term::relation_between(&state.system, &actor, relation, term1, term2).await?;
    Ok(Json(RelationTerm::of(&link)))
}

/// POST `relation/term`: the body names the relation, else it is `parent`.
pub(super) async fn create(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Body(body): Body<RelationTermBody>,
) -> Command<RelationTerm> {
    relate(&state, &actor, "parent", body).await
}

/// POST `relation/{relation}/term`.
pub(super) async fn create_named(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(named): Path<String>,
    Body(body): Body<RelationTermBody>,
) -> Command<RelationTerm> {
    relate(&state, &actor, &named, body).await
}

async fn relate(
    state: &ApiState,
    actor: &Actor,
    named: &str,
    body: RelationTermBody,
) -> Command<RelationTerm> {
    let relation = match body.relation.of(RelationId) {
        Some(id) => id,
        None => find(state, named).await?,
    };
    let term = |id: Id, name: &str| -> Result<TermId, CommandError> {
        let missing = || DomainError::invalid(format!("A relation needs two terms: `{name}` is missing"));
        Ok(id.of(TermId).ok_or_else(missing)?)
    };
    let term1 = term(body.term1.or(body.term1_id), "term1")?;
    let term2 = term(body.term2.or(body.term2_id), "term2")?;
    let outcome = term::relate(&state.system, actor, relation, term1, term2).await?;
    Ok(answer::command(outcome.done, outcome.entity.id.0, RelationTerm::of(&outcome.entity)))
}

/// DELETE `relation/{relation}/term1/{a}/term2/{b}`.
pub(super) async fn delete(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((relation, term1, term2)): Path<(String, TermId, TermId)>,
) -> Command<RelationTerm> {
    let relation = find(&state, &relation).await?;
    let outcome = term::unrelate(&state.system, &actor, relation, term1, term2).await?;
    Ok(answer::command(outcome.done, outcome.entity.id.0, RelationTerm::of(&outcome.entity)))
}

/// The relation of that name or id; `parent` where, as old clients do, a foreign number stands there.
async fn find(state: &ApiState, named: &str) -> Result<RelationId, ApiError> {
    let kinds = term::relations(&state.system).await?;
    let found = kinds.iter().find(|kind| kind.name == named || kind.id.to_string() == named);
    match found {
        Some(kind) => Ok(kind.id),
        None if named.parse::<i64>().is_ok() => Ok(term::parent_relation(&state.system).await?.id),
        None => Err(DomainError::not_found("Relation", named).into()),
    }
}
