//! Relations between terms. `{relation}` in a path is an id or a name; the official clients say `parent`.

use axum::Json;
use axum::extract::{Path, State};
use cytomine_domain::{DomainError, term};
use cytomine_model::{RelationId, TermId};
use serde_json::Value;

use super::json;
use crate::answer;
use crate::auth::Caller;
use crate::dialect::collection::Collection;
use crate::error::{ApiError, CommandError};
use crate::request::{Fields, JsonBody};
use crate::state::ApiState;

/// GET `relation`: the kinds there are.
pub(super) async fn kinds(
    State(state): State<ApiState>,
    Caller(_): Caller,
) -> Result<Json<Collection<Value>>, ApiError> {
    let kinds = term::relations(&state.system).await?;
    Ok(Json(Collection::whole(kinds.iter().map(json::relation).collect())))
}

/// GET `relation/term/{id}`: the relations of a term, or one relation by its own id.
pub(super) async fn list(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<TermId>,
) -> Result<Json<Collection<Value>>, ApiError> {
    let links = term::relations_of(&state.system, &actor, id).await?;
    Ok(Json(Collection::whole(links.iter().map(json::relation_term).collect())))
}

/// GET `relation/{relation}/term1/{a}/term2/{b}`.
pub(super) async fn show(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((relation, term1, term2)): Path<(String, TermId, TermId)>,
) -> Result<Json<Value>, ApiError> {
    let relation = find(&state, Some(&relation)).await?;
    let link = term::relation_between(&state.system, &actor, relation, term1, term2).await?;
    Ok(Json(json::relation_term(&link)))
}

/// POST `relation/{relation}/term`, `relation/term`.
pub(super) async fn create(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    named: Option<Path<String>>,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, CommandError> {
    let fields = Fields::of(body)?;
    let relation = match fields.id("relation")? {
        Some(id) => RelationId(id),
        None => find(&state, named.as_ref().map(|Path(name)| name.as_str())).await?,
    };
    let term_of = |names: [&str; 2]| -> Result<TermId, ApiError> {
        for name in names {
            if let Some(id) = fields.id(name)? {
                return Ok(TermId(id));
            }
        }
        Err(DomainError::invalid(format!("A relation needs two terms: `{}` is missing", names[0])).into())
    };
    let (term1, term2) = (term_of(["term1", "term1Id"])?, term_of(["term2", "term2Id"])?);
    let outcome = term::relate(&state.system, &actor, relation, term1, term2).await?;
    Ok(answer::command(outcome.done, outcome.entity.id.0, json::relation_term(&outcome.entity)))
}

/// DELETE `relation/{relation}/term1/{a}/term2/{b}`.
pub(super) async fn delete(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((relation, term1, term2)): Path<(String, TermId, TermId)>,
) -> Result<Json<Value>, CommandError> {
    let relation = find(&state, Some(&relation)).await?;
    let outcome = term::unrelate(&state.system, &actor, relation, term1, term2).await?;
    Ok(answer::command(outcome.done, outcome.entity.id.0, json::relation_term(&outcome.entity)))
}

/// The relation of that name or id; `parent` where none is named or, as old clients do, a foreign number stands there.
async fn find(state: &ApiState, named: Option<&str>) -> Result<RelationId, ApiError> {
    let kinds = term::relations(&state.system).await?;
    let named = named.unwrap_or("parent");
    let found = kinds.iter().find(|kind| kind.name == named || kind.id.to_string() == named);
    match found {
        Some(kind) => Ok(kind.id),
        None if named.parse::<i64>().is_ok() => Ok(term::parent_relation(&state.system).await?.id),
        None => Err(DomainError::not_found("Relation", named).into()),
    }
}
