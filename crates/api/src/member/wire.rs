//! Memberships on the wire (rest-api 4.1, 4.12). A user is each at most once per project, so the user's id serves as
//! the link's.

use std::borrow::Cow;

use axum::http::StatusCode;
use cytomine_model::{self as model, UserId};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema, ToSchema};

use crate::dialect::loose::{Flag, Id, schema_of};
use crate::dialect::wire::Nothing;
use crate::error::{ApiError, every_code};

/// A link between a project and a user, by Cytomine's name for it.
pub trait Link: ToSchema {
    /// The simple name of its class.
    const NAME: &'static str;
}

/// Somebody who represents a project.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Representative {
    #[schema(example = "be.cytomine.domain.project.ProjectRepresentativeUser")]
    class: &'static str,
    id: i64,
    created: Nothing,
    updated: Nothing,
    project: i64,
    user: i64,
}

impl Representative {
    /// All keys of it.
    pub fn of(member: &model::Member) -> Self {
        Self {
            class: "be.cytomine.domain.project.ProjectRepresentativeUser",
            id: member.user.0,
            created: Nothing,
            updated: Nothing,
            project: member.project.0,
            user: member.user.0,
        }
    }
}

impl Link for Representative {
    const NAME: &'static str = "ProjectRepresentativeUser";
}

/// The layer of a user that a project shows first.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DefaultLayer {
    #[schema(example = "be.cytomine.domain.project.ProjectDefaultLayer")]
    class: &'static str,
    id: i64,
    created: Nothing,
    updated: Nothing,
    project: i64,
    user: i64,
    hide_by_default: bool,
}

impl DefaultLayer {
    /// All keys of it.
    pub fn of(layer: &model::DefaultLayer) -> Self {
        Self {
            class: "be.cytomine.domain.project.ProjectDefaultLayer",
            id: layer.user.0,
            created: Nothing,
            updated: Nothing,
            project: layer.project.0,
            user: layer.user.0,
            hide_by_default: layer.hide_by_default,
        }
    }
}

impl Link for DefaultLayer {
    const NAME: &'static str = "ProjectDefaultLayer";
}

/// A layer to be shown first.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct DefaultLayerBody {
    /// The member; not read in a change.
    pub(super) user: Id,
    /// Listed, but hidden until it is asked for.
    pub(super) hide_by_default: Flag,
}

/// A member.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct MemberBody {
    /// The member.
    pub(super) user: Id,
}

/// The change of what a member is to a project, in the form of a command's answer. It is undone as the caller's last
/// command.
#[derive(Clone, Debug)]
pub struct LinkChanged<T> {
    pub(super) verb: &'static str,
    pub(super) user: UserId,
    pub(super) message: String,
    pub(super) object: T,
}

/// What a UI of old calls then: a method, and the id under a key that bears the link's name.
struct Callback {
    method: String,
    key: String,
    id: UserId,
}

impl Serialize for Callback {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("method", &self.method)?;
        map.serialize_entry(&self.key, &self.id.to_string())?;
        map.end()
    }
}

impl<T: Link + Serialize> Serialize for LinkChanged<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let key = T::NAME.to_lowercase();
        let callback = Callback {
            method: format!("be.cytomine.{}{}Command", self.verb, T::NAME),
            key: format!("{key}ID"),
            id: self.user,
        };
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("message", &self.message)?;
        map.serialize_entry("callback", &callback)?;
        map.serialize_entry("printMessage", &true)?;
        map.serialize_entry("data", &self.object)?;
        map.serialize_entry(&key, &self.object)?;
        map.end()
    }
}

impl<T: Link> PartialSchema for LinkChanged<T> {
    fn schema() -> RefOr<Schema> {
        let object = json!({ "$ref": format!("#/components/schemas/{}", T::name()) });
        let key = T::NAME.to_lowercase();
        let id = format!("{key}ID");
        schema_of(json!({
            "description": "What changed between a project and a user. It is undone as the caller's last command.",
            "type": "object",
            "required": ["message", "callback", "printMessage", "data", key],
            "properties": {
                "message": { "type": "string", "description": "What happened, for people" },
                "callback": {
                    "type": "object",
                    "required": ["method", id],
                    "properties": { "method": { "type": "string" }, id.as_str(): { "type": "string" } },
                },
                "printMessage": { "type": "boolean" },
                "data": object,
                key.as_str(): object,
            },
        }))
    }
}

impl<T: Link> ToSchema for LinkChanged<T> {
    fn name() -> Cow<'static, str> {
        format!("{}Changed", T::name()).into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}

/// That it was done.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Acknowledged {
    data: Acknowledgement,
}

/// Words for it.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Acknowledgement {
    #[schema(example = "OK")]
    message: String,
}

impl Acknowledged {
    /// "OK".
    pub fn ok() -> Self {
        Self { data: Acknowledgement { message: "OK".to_owned() } }
    }
}

/// What became of several users.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SeveralChanged {
    data: Acknowledgement,
    /// 200, or 206 where some could not be changed.
    #[schema(example = 200)]
    status: u16,
    /// Those that could not be changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<Unchanged>,
}

/// A user who could not be changed.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Unchanged {
    /// Id of the user.
    user: i64,
    /// Why.
    message: String,
    /// Name of the cause; texts in other languages go by it.
    #[schema(schema_with = every_code)]
    code: &'static str,
    /// Values that the text holds.
    params: Map<String, Value>,
}

impl SeveralChanged {
    /// What became of them, given those that could not be changed.
    pub fn of(refused: Vec<(UserId, ApiError)>) -> Self {
        if refused.is_empty() {
            return Self {
                data: Acknowledgement { message: "OK".to_owned() },
                status: 200,
                errors: Vec::new(),
            };
        }
        let failed: Vec<String> =
            refused.iter().map(|(user, error)| format!("{user} ({})", error.message())).collect();
        let message = format!("These users could not be changed: {}", failed.join(", "));
        let unchanged = |(user, error): (UserId, ApiError)| Unchanged {
            user: user.0,
            message: error.message().to_owned(),
            code: error.code(),
            params: error.params().clone(),
        };
        let errors = refused.into_iter().map(unchanged).collect();
        Self { data: Acknowledgement { message }, status: 206, errors }
    }

    /// Of the answer.
    pub fn status(&self) -> StatusCode {
        if self.errors.is_empty() { StatusCode::OK } else { StatusCode::PARTIAL_CONTENT }
    }
}
