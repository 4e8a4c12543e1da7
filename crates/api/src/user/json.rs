//! A user on the wire (rest-api 4.1). There is no `class`, and no secret of anybody else.

use cytomine_domain::Actor;
use cytomine_domain::keys::KeyPair;
use cytomine_model::User;
use serde_json::{Value, json};

use crate::session::flags;

/// All keys of a user that anybody may see.
pub fn user(user: &User) -> Value {
    json!({
        "id": user.id,
        "created": user.created.0,
        "updated": user.updated.map(|time| time.0),
        "deleted": null,
        "username": user.username,
        "name": user.name(),
        "fullName": user.full_name(),
        "firstname": user.firstname,
        "lastname": user.lastname,
        "email": user.email,
        "language": user.language,
        "isDeveloper": user.is_developer,
        "enabled": user.enabled,
        "origin": user.origin,
    })
}

/// The caller: with role flags.
pub fn actor(actor: &Actor) -> Value {
    let mut value = user(&actor.user);
    for (flag, holds) in flags(actor) {
        value[flag] = holds;
    }
    value["role"] = json!(actor.role.authority());
    value
}

/// The caller: with role flags and keys.
pub fn current(caller: &Actor, keys: &KeyPair) -> Value {
    let mut value = actor(caller);
    value["publicKey"] = json!(keys.public_key);
    value["privateKey"] = json!(keys.private_key);
    value
}
