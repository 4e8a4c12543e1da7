//! The answer to a command (create, change, delete), readable by both generations of clients.
//!
//! The classic keys and those of V2 in one object: 3.x clients look for the domain's key, 4.x for `data`, the UI for
//! either; the UI undoes by the number in `command`. Undo and redo answer a collection of the same objects without
//! `command`.

use cytomine_model::{CommandAction, EntityKind};
use serde_json::{Map, Value, json};

use super::class;

/// What a command did, as clients are told.
#[derive(Debug, Clone, PartialEq)]
pub struct Envelope {
    /// Created, changed or deleted.
    pub action: CommandAction,
    /// Kind of the object.
    pub kind: EntityKind,
    /// Id of the object.
    pub id: i64,
    /// Full JSON of the object after the command; before it for a deletion.
    pub object: Value,
    /// Id of the command, to undo it.
    pub command: i64,
    /// What happened, for people.
    pub message: String,
    /// Whether a UI should show the message.
    pub print_message: bool,
    /// Terms name their ontology, so that a UI can refresh it.
    pub ontology: Option<i64>,
}

impl Envelope {
    /// The answer to the request that issued the command.
    pub fn to_json(self) -> Value {
        let command = self.command;
        let mut answer = self.into_map();
        answer.insert("command".to_owned(), json!(command));
        answer.insert("commandId".to_owned(), json!(command.to_string()));
        answer.insert("subCommands".to_owned(), json!([]));
        Value::Object(answer)
    }

    /// An element of the answer to undo or redo.
    pub fn to_undo_json(self) -> Value {
        Value::Object(self.into_map())
    }

    fn into_map(self) -> Map<String, Value> {
        let name = class::simple_name(self.kind);
        let mut callback = Map::new();
        callback
            .insert("method".to_owned(), json!(format!("be.cytomine.{}{name}Command", verb(self.action))));
        // Ids in a callback are strings, everywhere else numbers.
        callback.insert(format!("{}ID", name.to_lowercase()), json!(self.id.to_string()));
        if let Some(ontology) = self.ontology {
            callback.insert("ontologyID".to_owned(), json!(ontology));
        }
        let mut answer = Map::new();
        answer.insert("message".to_owned(), Value::String(self.message));
        answer.insert("callback".to_owned(), Value::Object(callback));
        answer.insert("printMessage".to_owned(), Value::Bool(self.print_message));
        answer.insert(class::data_key(self.kind), self.object.clone());
        answer.insert("data".to_owned(), self.object);
        answer
    }
}

/// The answer to undo or redo when the stack is empty, an element of the collection.
pub fn nothing_to_do(message: &str) -> Value {
    json!({ "success": true, "message": message, "callback": null, "printMessage": true })
}

/// One element of a bulk request that was refused.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    /// The element as it was sent.
    pub data: Value,
    /// Why.
    pub message: String,
}

/// The answer to a bulk create: always HTTP 200, the outcome in `status` (200 all, 206 some, 400 none).
pub fn bulk(added: usize, refused: Vec<Refused>, message: &str) -> Value {
    if refused.is_empty() {
        return json!({ "data": { "message": message }, "status": 200 });
    }
    let status = if added > 0 { 206 } else { 400 };
    let errors: Vec<Value> = refused
        .into_iter()
        .map(|Refused { data, message }| json!({ "data": data, "message": message }))
        .collect();
    json!({ "data": { "success": false, "message": message, "errors": errors }, "status": status })
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
    use super::*;

    fn added_annotation() -> Envelope {
        Envelope {
            action: CommandAction::Add,
            kind: EntityKind::Annotation,
            id: 42,
            object: json!({ "id": 42, "location": "POINT (1 2)" }),
            command: 43,
            message: "Annotation 42 added".to_owned(),
            print_message: true,
            ontology: None,
        }
    }

    #[test]
    fn an_annotation_stands_under_its_own_key_and_under_data() {
        assert_eq!(
            added_annotation().to_json(),
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
            envelope.to_json()["callback"],
            json!({ "method": "be.cytomine.DeleteTermCommand", "termID": "7", "ontologyID": 3 })
        );
    }

    #[test]
    fn undo_answers_without_the_command() {
        let answer = added_annotation().to_undo_json();
        assert!(answer.get("command").is_none());
        assert_eq!(answer["annotation"]["id"], 42);
        assert_eq!(nothing_to_do("Nothing to undo")["callback"], Value::Null);
    }

    #[test]
    fn bulk_tells_all_some_or_none() {
        let refused =
            || vec![Refused { data: json!({ "location": "x" }), message: "no geometry".to_owned() }];
        assert_eq!(bulk(3, vec![], "3 added"), json!({ "data": { "message": "3 added" }, "status": 200 }));
        assert_eq!(bulk(0, vec![], "Nothing to add")["status"], 200);
        let some = bulk(2, refused(), "2 added, 1 refused");
        assert_eq!(some["status"], 206);
        assert_eq!(
            some["data"]["errors"],
            json!([{ "data": { "location": "x" }, "message": "no geometry" }])
        );
        assert_eq!(bulk(0, refused(), "1 refused")["status"], 400);
    }
}
