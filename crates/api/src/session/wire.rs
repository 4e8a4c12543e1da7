//! Sessions on the wire (rest-api 2.5, 3.1).

use cytomine_domain::Actor;
use cytomine_domain::password::LONGEST as LONGEST_PASSWORD;
use cytomine_domain::session::LONGEST_NAME;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

use crate::dialect::loose::{Text, schema_of};
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

fn username() -> RefOr<Schema> {
    text(LONGEST_NAME, "ada")
}

fn password() -> RefOr<Schema> {
    text(LONGEST_PASSWORD, "correct horse battery staple")
}

/// A text whose longest values fit the body of a sign-in, however they are escaped.
fn text(longest: usize, example: &str) -> RefOr<Schema> {
    schema_of(json!({ "type": "string", "maxLength": longest, "example": example }))
}

/// Name and password.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct SignIn {
    #[schema(schema_with = username)]
    pub(super) username: Text,
    #[schema(schema_with = password)]
    pub(super) password: Text,
}
