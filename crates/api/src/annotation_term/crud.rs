//! Reading, setting, removing term links.

use axum::Json;
use axum::extract::State;
use cytomine_domain::annotation_term;
use cytomine_domain::{Actor, Outcome};
use cytomine_model::{self as model, AnnotationId, CommandAction, TermId, UserId};

use super::wire::{AnnotationTerm, LinkBody, ReplaceBody};
use crate::answer::{self, Command};
use crate::auth::Caller;
use crate::dialect::collection::Collection;
use crate::dialect::envelope::Envelope;
use crate::dialect::paging::Paging;
use crate::error::ApiError;
use crate::extract::{Asked, Body, Path};
use crate::state::ApiState;

crate::keys! {
    /// Whose links are listed.
    pub(super) struct Whose {
        /// Only those that this user has set
        id_user: Id,
    }
}

crate::keys! {
    /// Whose terms a new one replaces.
    pub(super) struct Replaced {
        /// Everybody's, not only the caller's
        clear_for_all: Flag,
    }
}

/// GET `annotation/{id}/term?idUser=`.
pub(super) async fn list(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(annotation): Path<AnnotationId>,
    paging: Paging,
    Asked(whose): Asked<Whose>,
) -> Result<Json<Collection<AnnotationTerm>>, ApiError> {
    let user = whose.id_user.of(UserId);
    let kept = |link: &model::AnnotationTerm| user.is_none_or(|user| link.user == user);
    links(&state, &actor, annotation, &paging, kept).await
}

/// GET `annotation/{id}/notuser/{user}/term`: links that others have set.
pub(super) async fn list_of_others(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((annotation, user)): Path<(AnnotationId, UserId)>,
    paging: Paging,
) -> Result<Json<Collection<AnnotationTerm>>, ApiError> {
    links(&state, &actor, annotation, &paging, |link| link.user != user).await
}

async fn links(
    state: &ApiState,
    actor: &Actor,
    annotation: AnnotationId,
    paging: &Paging,
    kept: impl Fn(&model::AnnotationTerm) -> bool,
) -> Result<Json<Collection<AnnotationTerm>>, ApiError> {
    let links = annotation_term::list(&state.system, actor, annotation).await?;
    let items = links.iter().filter(|link| kept(link)).map(AnnotationTerm::of).collect();
    Ok(Json(Collection::sliced(items, paging)))
}

/// GET `annotation/{id}/term/{term}`: anybody's link.
pub(super) async fn show(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((annotation, term)): Path<(AnnotationId, TermId)>,
) -> Result<Json<AnnotationTerm>, ApiError> {
    let link = annotation_term::get(&state.system, &actor, annotation, term, None).await?;
    Ok(Json(AnnotationTerm::of(&link)))
}

/// GET `annotation/{id}/term/{term}/user/{user}`.
pub(super) async fn show_of(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((annotation, term, user)): Path<(AnnotationId, TermId, UserId)>,
) -> Result<Json<AnnotationTerm>, ApiError> {
    let link = annotation_term::get(&state.system, &actor, annotation, term, Some(user)).await?;
    Ok(Json(AnnotationTerm::of(&link)))
}

/// POST `annotation/{id}/term/{term}`: the body names annotation, term and user; the path fills what it leaves out.
pub(super) async fn create(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((annotation, term)): Path<(AnnotationId, TermId)>,
    Body(body): Body<LinkBody>,
) -> Command<AnnotationTerm> {
    let named = body.userannotation.or(body.annotation_ident);
    let annotation = named.of(AnnotationId).unwrap_or(annotation);
    let term = body.term.of(TermId).unwrap_or(term);
    let user = body.user.of(UserId);
    let outcome = annotation_term::add(&state.system, &actor, annotation, term, user).await?;
    Ok(envelope(outcome))
}

/// DELETE `annotation/{id}/term/{term}`: the caller's own link.
pub(super) async fn delete(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((annotation, term)): Path<(AnnotationId, TermId)>,
) -> Command<AnnotationTerm> {
    Ok(envelope(annotation_term::remove(&state.system, &actor, annotation, term, None).await?))
}

/// DELETE `annotation/{id}/term/{term}/user/{user}`.
pub(super) async fn delete_of(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((annotation, term, user)): Path<(AnnotationId, TermId, UserId)>,
) -> Command<AnnotationTerm> {
    Ok(envelope(annotation_term::remove(&state.system, &actor, annotation, term, Some(user)).await?))
}

/// POST `annotation/{id}/term/{term}/clearBefore?clearForAll=`, the flag also in the body: the term alone remains.
pub(super) async fn replace(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((annotation, term)): Path<(AnnotationId, TermId)>,
    Asked(replaced): Asked<Replaced>,
    Body(body): Body<ReplaceBody>,
) -> Command<AnnotationTerm> {
    let for_all = replaced.clear_for_all.get().or(body.clear_for_all.get()).unwrap_or(false);
    let mut outcome = annotation_term::replace(&state.system, &actor, annotation, term, for_all).await?;
    // Where the caller had set the term before, the step only removed others; clients still expect the link.
    outcome.done.action = CommandAction::Add;
    Ok(envelope(outcome))
}

fn envelope(outcome: Outcome<model::AnnotationTerm>) -> Json<Envelope<AnnotationTerm>> {
    answer::command(outcome.done, outcome.entity.id.0, AnnotationTerm::of(&outcome.entity))
}
