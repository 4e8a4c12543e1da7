//! Keys and signatures (rest-api 2.2).

use axum::Json;
use axum::extract::State;
use cytomine_domain::Actor;
use cytomine_domain::keys::{self, KeyPair};

use super::wire::{Keys, OwnKeys, Signature};
use crate::auth::Caller;
use crate::dialect::signature::sign;
use crate::error::ApiError;
use crate::extract::{Asked, Path};
use crate::state::ApiState;

fn pair(actor: &Actor, keys: KeyPair) -> Json<Keys> {
    Json(Keys { public_key: keys.public_key.clone(), private_key: keys.shown_to(actor) })
}

/// The same under the names that the UI of S6 reads.
fn own_pair(actor: &Actor, keys: KeyPair) -> Json<OwnKeys> {
    let (public_key, private_key) = (keys.public_key.clone(), keys.shown_to(actor));
    Json(OwnKeys {
        primary_key: public_key.clone(),
        secondary_key: private_key.clone(),
        public_key,
        private_key,
    })
}

/// GET `user/current/keys`.
pub(super) async fn own(
    State(state): State<ApiState>,
    Caller(actor): Caller,
) -> Result<Json<OwnKeys>, ApiError> {
    Ok(own_pair(&actor, keys::own(&state.system, &actor, false).await?))
}

/// POST `user/current/keys`: makes both anew.
pub(super) async fn rotate(
    State(state): State<ApiState>,
    Caller(actor): Caller,
) -> Result<Json<OwnKeys>, ApiError> {
    Ok(own_pair(&actor, keys::own(&state.system, &actor, true).await?))
}

/// GET `user/{id}/keys`; the id may be a name.
pub(super) async fn of_user(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(id): Path<String>,
) -> Result<Json<Keys>, ApiError> {
    Ok(pair(&actor, keys::of_user(&state.system, &actor, &id).await?))
}

/// GET `userkey/{publicKey}/keys`.
pub(super) async fn of_public_key(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path(key): Path<String>,
) -> Result<Json<Keys>, ApiError> {
    Ok(pair(&actor, keys::of_public_key(&state.system, &actor, &key).await?))
}

crate::keys! {
    /// What is to be signed.
    pub(super) struct ToSign {
        /// Method; GET where it is left out
        method: Text,
        /// MD5 of the content, as its header has it
        #[serde(rename = "content-MD5")]
        content_md5: Text,
        /// Content type
        #[serde(rename = "content-type")]
        content_type: Text,
        /// The same, as old clients spell it
        #[serde(rename = "content-Type")]
        content_type_too: Text,
        /// Date, as its header has it
        date: Text,
        /// Path, for signatures that cover it
        #[serde(rename = "forwardURI")]
        forward_uri: Text,
        /// Query, for signatures that cover it
        query_string: Text,
    }
}

/// GET `signature`: signs on the caller's behalf what the parameters say.
pub(super) async fn signature(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Asked(asked): Asked<ToSign>,
) -> Result<Json<Signature>, ApiError> {
    let keys = keys::own(&state.system, &actor, false).await?;
    let filled =
        |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let method = filled(asked.method.get()).unwrap_or_else(|| "GET".to_owned());
    let content_md5 = asked.content_md5.get().unwrap_or_default();
    let content_type = asked.content_type.get().or(asked.content_type_too.get()).unwrap_or_default();
    let date = asked.date.get().unwrap_or_default();
    let mut message = format!("{method}\n{content_md5}\n{content_type}\n{date}");
    if let Some(path) = filled(asked.forward_uri.get()) {
        let query = filled(asked.query_string.get()).map_or_else(String::new, |query| format!("?{query}"));
        message = format!("{message}\n{path}{query}");
    }
    Ok(Json(Signature { signature: sign(&keys.private_key, &message), public_key: keys.public_key }))
}
