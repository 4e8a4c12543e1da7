//! Undoing and redoing the caller's own commands.

use axum::Json;
use axum::extract::{Path, State};
use cytomine_domain::Actor;
use cytomine_domain::command::{self, Replayed, SHOWN};
use cytomine_model::{CommandId, Entity};
use serde_json::{Value, json};

use super::entity::entity_json;
use crate::answer;
use crate::auth::Caller;
use crate::base_url::BaseUrl;
use crate::dialect::collection::Collection;
use crate::dialect::envelope::nothing_to_do;
use crate::error::ApiError;
use crate::state::ApiState;

type Answer = Result<Json<Collection<Value>>, ApiError>;

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
    replayed: Option<Replayed>,
    nothing: &str,
) -> Answer {
    let Some(replayed) = replayed else {
        return Ok(Json(Collection::whole(vec![nothing_to_do(nothing)])));
    };
    let Replayed { done, count, entities } = replayed;
    if count > SHOWN as u64 || entities.is_empty() {
        return Ok(Json(Collection::whole(vec![json!({
            "success": true,
            "message": done.message,
            "callback": null,
            "printMessage": true,
        })])));
    }
    let mut elements = Vec::with_capacity(entities.len());
    for entity in &entities {
        let object = entity_json(state, actor, base, entity).await?;
        let mut envelope = answer::envelope(done.clone(), entity.id(), object);
        if let Entity::Term(term) = entity {
            envelope.ontology = Some(term.ontology.0);
        }
        elements.push(envelope.to_undo_json());
    }
    Ok(Json(Collection::whole(elements)))
}
