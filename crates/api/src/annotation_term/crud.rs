//! Reading, setting, removing term links.

use axum::Json;
use axum::extract::{Path, State};
use cytomine_domain::annotation_term;
use cytomine_domain::{Actor, Outcome};
use cytomine_model::{AnnotationId, AnnotationTerm, CommandAction, TermId, UserId};
use serde_json::Value;

use super::json;
use crate::answer;
use crate::auth::Caller;
use crate::dialect::collection::Collection;
use crate::dialect::paging::Paging;
use crate::error::{ApiError, CommandError};
use crate::request::{Fields, JsonBody, Params};
use crate::state::ApiState;

/// GET `annotation/{id}/term?idUser=`.
pub(super) async fn list(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(annotation): Path<AnnotationId>,
    Params(query): Params,
) -> Result<Json<Collection<Value>>, ApiError> {
    let user = query.id("idUser")?.map(UserId);
    let kept = |link: &AnnotationTerm| user.is_none_or(|user| link.user == user);
    links(&state, &actor, annotation, &Paging::from_query(&query)?, kept).await
}

/// GET `annotation/{id}/notuser/{user}/term`: links that others have set.
pub(super) async fn list_of_others(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((annotation, user)): Path<(AnnotationId, UserId)>,
    Params(query): Params,
) -> Result<Json<Collection<Value>>, ApiError> {
    links(&state, &actor, annotation, &Paging::from_query(&query)?, |link| link.user != user).await
}

async fn links(
    state: &ApiState,
    actor: &Actor,
    annotation: AnnotationId,
    paging: &Paging,
    kept: impl Fn(&AnnotationTerm) -> bool,
) -> Result<Json<Collection<Value>>, ApiError> {
    let links = annotation_term::list(&state.system, actor, annotation).await?;
    let items = links.iter().filter(|link| kept(link)).map(json::annotation_term).collect();
    Ok(Json(Collection::sliced(items, paging)))
}

/// GET `annotation/{id}/term/{term}`: anybody's link.
pub(super) async fn show(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((annotation, term)): Path<(AnnotationId, TermId)>,
) -> Result<Json<Value>, ApiError> {
    let link = annotation_term::get(&state.system, &actor, annotation, term, None).await?;
    Ok(Json(json::annotation_term(&link)))
}

/// GET `annotation/{id}/term/{term}/user/{user}`.
pub(super) async fn show_of(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((annotation, term, user)): Path<(AnnotationId, TermId, UserId)>,
) -> Result<Json<Value>, ApiError> {
    let link = annotation_term::get(&state.system, &actor, annotation, term, Some(user)).await?;
    Ok(Json(json::annotation_term(&link)))
}

/// POST `annotation/{id}/term/{term}`: the body names annotation, term and user; the path fills what it leaves out.
pub(super) async fn create(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((annotation, term)): Path<(AnnotationId, TermId)>,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, CommandError> {
    let fields = Fields::of(body)?;
    let named = match fields.id("userannotation")? {
        Some(id) => Some(id),
        None => fields.id("annotationIdent")?,
    };
    let annotation = named.map_or(annotation, AnnotationId);
    let term = fields.id("term")?.map_or(term, TermId);
    let user = fields.id("user")?.map(UserId);
    let outcome = annotation_term::add(&state.system, &actor, annotation, term, user).await?;
    Ok(envelope(outcome))
}

/// DELETE `annotation/{id}/term/{term}`: the caller's own link.
pub(super) async fn delete(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((annotation, term)): Path<(AnnotationId, TermId)>,
) -> Result<Json<Value>, CommandError> {
    Ok(envelope(annotation_term::remove(&state.system, &actor, annotation, term, None).await?))
}

/// DELETE `annotation/{id}/term/{term}/user/{user}`.
pub(super) async fn delete_of(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((annotation, term, user)): Path<(AnnotationId, TermId, UserId)>,
) -> Result<Json<Value>, CommandError> {
    Ok(envelope(annotation_term::remove(&state.system, &actor, annotation, term, Some(user)).await?))
}

/// POST `annotation/{id}/term/{term}/clearBefore?clearForAll=`, the flag also in the body: the term alone remains.
pub(super) async fn replace(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((annotation, term)): Path<(AnnotationId, TermId)>,
    Params(query): Params,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, CommandError> {
    let for_all = match query.bool("clearForAll")? {
        Some(for_all) => for_all,
        None => Fields::of(body)?.bool("clearForAll")?.unwrap_or(false),
    };
    let mut outcome = annotation_term::replace(&state.system, &actor, annotation, term, for_all).await?;
    // Where the caller had set the term before, the step only removed others; clients still expect the link.
    outcome.done.action = CommandAction::Add;
    Ok(envelope(outcome))
}

fn envelope(outcome: Outcome<AnnotationTerm>) -> Json<Value> {
    answer::command(outcome.done, outcome.entity.id.0, json::annotation_term(&outcome.entity))
}
