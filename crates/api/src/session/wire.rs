//! Sessions on the wire (rest-api 2.5, 3.1).

use cytomine_domain::Actor;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::dialect::loose::Text;
use crate::user::wire::{Caller, Flags};

/// Who is signed in. Its `user` is the account; the flag of that name gives way to it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    admin: bool,
    user: Caller,
    guest: bool,
    admin_by_now: bool,
    user_by_now: bool,
    guest_by_now: bool,
}

impl Session {
    /// That of an actor.
    pub fn of(actor: &Actor) -> Self {
        let Flags { admin, user: _, guest, admin_by_now, user_by_now, guest_by_now } = Flags::of(actor);
        Self { admin, user: Caller::of(actor), guest, admin_by_now, user_by_now, guest_by_now }
    }
}

/// Name and password.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct SignIn {
    #[schema(example = "ada")]
    pub(super) username: Text,
    #[schema(example = "correct horse battery staple")]
    pub(super) password: Text,
}
