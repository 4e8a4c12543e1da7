//! Undoing and redoing the caller's own commands.

use axum::Json;
use axum::extract::State;
use cytomine_domain::Actor;
use cytomine_domain::command::{self, SHOWN};
use cytomine_model::{CommandId, Entity};

use super::entity::entity_json;
use super::wire::Replayed;
use crate::answer;
use crate::auth::Caller;
use crate::base_url::BaseUrl;
use crate::dialect::collection::Collection;
use crate::dialect::envelope::{Envelope, Told};
use crate::error::ApiError;
use crate::extract::Path;
use crate::state::ApiState;

type Answer = Result<Json<Collection<Replayed>>, ApiError>;

/// GET `command/undo`: the caller's last command.
pub(super) async fn undo(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
) -> Answer {
    let undone = command::undo(&state.system, &actor, None).await?;
    told(&state, &actor, &base, undone, "There is nothing to undo").await
}

/// GET `command/{id}/undo`.
pub(super) async fn undo_one(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<CommandId>,
) -> Answer {
    let undone = command::undo(&state.system, &actor, Some(id)).await?;
    told(&state, &actor, &base, undone, "There is nothing to undo").await
}

/// GET `command/redo`: what the caller undid last.
pub(super) async fn redo(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
) -> Answer {
    let redone = command::redo(&state.system, &actor, None).await?;
    told(&state, &actor, &base, redone, "There is nothing to redo").await
}

/// GET `command/{id}/redo`.
pub(super) async fn redo_one(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<CommandId>,
) -> Answer {
    let redone = command::redo(&state.system, &actor, Some(id)).await?;
    told(&state, &actor, &base, redone, "There is nothing to redo").await
}

/// An envelope per entity. A bulk of more than [`SHOWN`] is told in one element without an entity.
async fn told(
    state: &ApiState,
    actor: &Actor,
    base: &str,
    replayed: Option<command::Replayed>,
    nothing: &str,
) -> Answer {
    let Some(replayed) = replayed else {
        return Ok(Json(Collection::whole(vec![Replayed::Told(Told::of(nothing))])));
    };
    let command::Replayed { done, count, entities } = replayed;
    if count > SHOWN as u64 || entities.is_empty() {
        return Ok(Json(Collection::whole(vec![Replayed::Told(Told::of(done.message))])));
    }
    let mut elements = Vec::with_capacity(entities.len());
    for entity in &entities {
        let object = entity_json(state, actor, base, entity).await?;
        let ontology = match entity {
            Entity::Term(term) => Some(term.ontology.0),
            _ => None,
        };
        let envelope = answer::envelope(done.clone(), entity.id(), object);
        elements.push(Replayed::Entity(Envelope { command: None, ontology, ..envelope }));
    }
    Ok(Json(Collection::whole(elements)))
}
