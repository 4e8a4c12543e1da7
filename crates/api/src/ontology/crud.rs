//! Reading, making, renaming, deleting ontologies.

use axum::Json;
use axum::extract::State;
use cytomine_domain::ontology::{self, NewOntology};
use cytomine_domain::{Actor, account};
use cytomine_model::OntologyId;

use super::wire::{ListedOntology, Ontology, OntologyBody, OntologyName};
use crate::answer::{self, Command, Created};
use crate::auth::Caller;
use crate::dialect::collection::Collection;
use crate::dialect::paging::Paging;
use crate::error::{ApiError, CommandError};
use crate::extract::{Asked, Batch, Body, Path};
use crate::state::ApiState;
use crate::user::wire::User;

/// GET `ontology/{id}`.
pub(super) async fn show(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<OntologyId>,
) -> Result<Json<Ontology>, ApiError> {
    Ok(Json(Ontology::of(&ontology::get(&state.system, &actor, id).await?)))
}

crate::keys! {
    /// How much of an ontology a list tells.
    pub(super) struct Detail {
        /// Only ids and names
        light: Flag,
    }
}

/// GET `ontology`; `?light=true` answers as `ontology_light`.
pub(super) async fn list(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    paging: Paging,
    Asked(detail): Asked<Detail>,
) -> Result<Json<Collection<ListedOntology>>, ApiError> {
    page(&state, &actor, &paging, detail.light.is_on()).await
}

/// GET `ontology_light`: ids and names.
pub(super) async fn list_light(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    paging: Paging,
) -> Result<Json<Collection<ListedOntology>>, ApiError> {
    page(&state, &actor, &paging, true).await
}

async fn page(
    state: &ApiState,
    actor: &Actor,
    paging: &Paging,
    light: bool,
) -> Result<Json<Collection<ListedOntology>>, ApiError> {
    let (ontologies, total) = ontology::list(&state.system, actor, paging.page()).await?;
    let items = if light {
        ontologies.iter().map(|ontology| ListedOntology::Name(OntologyName::of(ontology))).collect()
    } else {
        let trees = ontology::trees(&state.system, actor, ontologies).await?;
        trees.iter().map(|tree| ListedOntology::Whole(Ontology::of(tree))).collect()
    };
    Ok(Json(Collection::new(items, paging, total.unsigned_abs())))
}

/// GET `ontology/{id}/user`: everyone with rights on it.
pub(super) async fn users(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<OntologyId>,
    paging: Paging,
) -> Result<Json<Collection<User>>, ApiError> {
    let ids = ontology::users(&state.system, &actor, id).await?;
    let users = account::by_ids(&state.system, &ids).await?;
    Ok(Json(Collection::sliced(users.iter().map(User::of).collect(), &paging)))
}

/// POST `ontology`: one object, or an array of them.
pub(super) async fn create(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    body: Batch<OntologyBody>,
) -> Result<Created<Ontology>, CommandError> {
    let read = |body: OntologyBody| Ok(NewOntology(body.name.get().unwrap_or_default()));
    answer::create(&state, &actor, body, read, async |NewOntology(name)| {
        let outcome = ontology::create(&state.system, &actor, &name).await?;
        let id = outcome.entity.ontology.id.0;
        Ok(answer::command(outcome.done, id, Ontology::of(&outcome.entity)))
    })
    .await
}

/// PUT `ontology/{id}`.
pub(super) async fn update(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<OntologyId>,
    Body(body): Body<OntologyBody>,
) -> Command<Ontology> {
    let name = body.name.get().unwrap_or_default();
    let outcome = ontology::update(&state.system, &actor, id, &name).await?;
    Ok(answer::command(outcome.done, id.0, Ontology::of(&outcome.entity)))
}

/// DELETE `ontology/{id}`.
pub(super) async fn delete(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<OntologyId>,
) -> Command<Ontology> {
    let outcome = ontology::delete(&state.system, &actor, id).await?;
    Ok(answer::command(outcome.done, id.0, Ontology::of(&outcome.entity)))
}
