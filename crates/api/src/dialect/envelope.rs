//! The answer to a command (create, change, delete), readable by both generations of clients.
//!
//! The classic keys and those of V2 in one object: 3.x clients look for the domain's key, 4.x for `data`, the UI for
//! either; the UI undoes by the number in `command`. Undo and redo answer a collection of the same objects without
//! `command`.

use std::borrow::Cow;

use cytomine_model::{CommandAction, EntityKind};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::json;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema, ToSchema};

use super::class;
use super::loose::schema_of;
use super::wire::Nothing;

/// The wire form of a kind of entity.
pub trait OfKind: ToSchema {
    /// The kind.
    const KIND: EntityKind;
}

/// What a command did, as clients are told.
#[derive(Debug, Clone, PartialEq)]
pub struct Envelope<T> {
    /// Created, changed or deleted.
    pub action: CommandAction,
    /// Kind of the object.
    pub kind: EntityKind,
    /// Id of the object.
    pub id: i64,
    /// The object after the command; before it for a deletion.
    pub object: T,
    /// Id of the command, to undo it; `None` in the answer to undo or redo.
    pub command: Option<i64>,
    /// What happened, for people.
    pub message: String,
    /// Terms name their ontology, so that a UI can refresh it.
    pub ontology: Option<i64>,
}

/// What a UI of old calls when a command was done.
struct Callback<'a, T>(&'a Envelope<T>);

impl<T> Serialize for Callback<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(envelope) = self;
        let name = class::simple_name(envelope.kind);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("method", &format!("be.cytomine.{}{name}Command", verb(envelope.action)))?;
        // Ids in a callback are strings, everywhere else numbers.
        map.serialize_entry(&format!("{}ID", name.to_lowercase()), &envelope.id.to_string())?;
        if let Some(ontology) = envelope.ontology {
            map.serialize_entry("ontologyID", &ontology)?;
        }
        map.end()
    }
}

impl<T: Serialize> Serialize for Envelope<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("message", &self.message)?;
        map.serialize_entry("callback", &Callback(self))?;
        map.serialize_entry("printMessage", &true)?;
        map.serialize_entry(&class::data_key(self.kind), &self.object)?;
        map.serialize_entry("data", &self.object)?;
        if let Some(command) = self.command {
            map.serialize_entry("command", &command)?;
            map.serialize_entry("commandId", &command.to_string())?;
            map.serialize_entry("subCommands", &[(); 0])?;
        }
        map.end()
    }
}

impl<T: OfKind> PartialSchema for Envelope<T> {
    fn schema() -> RefOr<Schema> {
        let object = json!({ "$ref": format!("#/components/schemas/{}", T::name()) });
        let key = class::data_key(T::KIND);
        let mut callback = json!({ "method": { "type": "string" } });
        callback[format!("{}ID", class::simple_name(T::KIND).to_lowercase())] = json!({ "type": "string" });
        if T::KIND == EntityKind::Term {
            callback["ontologyID"] = json!({ "type": "integer", "format": "int64" });
        }
        let keys: Vec<&String> = callback.as_object().into_iter().flatten().map(|(key, _)| key).collect();
        schema_of(json!({
            "description": "What a command did.",
            "type": "object",
            "required":
                ["message", "callback", "printMessage", key, "data", "command", "commandId", "subCommands"],
            "properties": {
                "message": { "type": "string", "description": "What happened, for people" },
                "callback": { "type": "object", "required": keys, "properties": callback },
                "printMessage": { "type": "boolean" },
                key.as_str(): object,
                "data": object,
                "command": {
                    "type": "integer",
                    "format": "int64",
                    "description": "Id of the command, to undo it",
                },
                "commandId": { "type": "string" },
                "subCommands": { "type": "array", "items": {}, "maxItems": 0 },
            },
        }))
    }
}

impl<T: OfKind> ToSchema for Envelope<T> {
    fn name() -> Cow<'static, str> {
        format!("{}Command", T::name()).into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}

/// The answer to undo or redo that names no entity: the stack is empty, or the step was too large to be told.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Told {
    success: bool,
    /// What happened, for people.
    message: String,
    callback: Nothing,
    print_message: bool,
}

impl Told {
    /// With these words.
    pub fn of(message: impl Into<String>) -> Self {
        Self { success: true, message: message.into(), callback: Nothing, print_message: true }
    }
}

/// The verb in a Cytomine command's class name.
fn verb(action: CommandAction) -> &'static str {
    match action {
        CommandAction::Add => "Add",
        CommandAction::Edit => "Edit",
        CommandAction::Delete => "Delete",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn added_annotation() -> Envelope<Value> {
        Envelope {
            action: CommandAction::Add,
            kind: EntityKind::Annotation,
            id: 42,
            object: json!({ "id": 42, "location": "POINT (1 2)" }),
            command: Some(43),
            message: "Annotation 42 added".to_owned(),
            ontology: None,
        }
    }

    #[test]
    fn an_annotation_stands_under_its_own_key_and_under_data() {
        assert_eq!(
            serde_json::to_string(&added_annotation()).unwrap(),
            json!({
                "message": "Annotation 42 added",
                "callback": { "method": "be.cytomine.AddUserAnnotationCommand", "userannotationID": "42" },
                "printMessage": true,
                "annotation": { "id": 42, "location": "POINT (1 2)" },
                "data": { "id": 42, "location": "POINT (1 2)" },
                "command": 43,
                "commandId": "43",
                "subCommands": [],
            })
            .to_string()
        );
    }

    #[test]
    fn a_term_names_its_ontology_by_number() {
        let envelope = Envelope {
            action: CommandAction::Delete,
            kind: EntityKind::Term,
            id: 7,
            ontology: Some(3),
            ..added_annotation()
        };
        assert_eq!(
            json!(envelope)["callback"],
            json!({ "method": "be.cytomine.DeleteTermCommand", "termID": "7", "ontologyID": 3 })
        );
    }

    #[test]
    fn undo_answers_without_the_command() {
        let answer = json!(Envelope { command: None, ..added_annotation() });
        assert!(answer.get("command").is_none());
        assert_eq!(answer["annotation"]["id"], 42);
        assert_eq!(json!(Told::of("Nothing to undo"))["callback"], Value::Null);
    }
}
