//! Keys and signatures (rest-api 2.2).

use axum::Json;
use axum::extract::{Path, State};
use cytomine_domain::keys::{self, KeyPair};
use serde_json::{Value, json};

use crate::auth::Caller;
use crate::dialect::signature::sign;
use crate::error::ApiError;
use crate::request::Params;
use crate::state::ApiState;

type Answer = Result<Json<Value>, ApiError>;

fn pair(keys: &KeyPair) -> Json<Value> {
    Json(json!({ "privateKey": keys.private_key, "publicKey": keys.public_key }))
}

/// The same under the names that the UI of S6 reads.
fn own_pair(keys: &KeyPair) -> Json<Value> {
    Json(json!({
        "primaryKey": keys.public_key,
        "secondaryKey": keys.private_key,
        "publicKey": keys.public_key,
        "privateKey": keys.private_key,
    }))
}

/// GET `user/current/keys`.
pub(super) async fn own(State(state): State<ApiState>, Caller(actor): Caller) -> Answer {
    Ok(own_pair(&keys::own(&state.system, &actor, false).await?))
}

/// POST `user/current/keys`: makes both anew.
pub(super) async fn rotate(State(state): State<ApiState>, Caller(actor): Caller) -> Answer {
    Ok(own_pair(&keys::own(&state.system, &actor, true).await?))
}

/// GET `user/{id}/keys`; the id may be a name.
pub(super) async fn of_user(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<String>,
) -> Answer {
    Ok(pair(&keys::of_user(&state.system, &actor, &id).await?))
}

/// GET `userkey/{publicKey}/keys`.
pub(super) async fn of_public_key(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(key): Path<String>,
) -> Answer {
    Ok(pair(&keys::of_public_key(&state.system, &actor, &key).await?))
}

/// GET `signature`: signs on the caller's behalf what the parameters say.
pub(super) async fn signature(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Params(query): Params,
) -> Answer {
    let keys = keys::own(&state.system, &actor, false).await?;
    let part = |names: &[&str]| names.iter().find_map(|name| query.text(name)).unwrap_or_default();
    let method = query.filled("method").unwrap_or("GET");
    let content_type = part(&["content-type", "content-Type"]);
    let mut message = format!("{method}\n{}\n{content_type}\n{}", part(&["content-MD5"]), part(&["date"]));
    if let Some(path) = query.filled("forwardURI") {
        let query = query.filled("queryString").map_or_else(String::new, |query| format!("?{query}"));
        message = format!("{message}\n{path}{query}");
    }
    Ok(Json(json!({ "signature": sign(&keys.private_key, &message), "publicKey": keys.public_key })))
}
