//! The OpenAPI document, made of the operations.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Operation, Outsider, Routes, example};
use crate::describe::{Schemas, Sketch, reference};

/// The document, and names that two schemas bear; a test holds that there are none.
pub fn document(routes: &Routes) -> (Value, Vec<String>) {
    let mut schemas = Schemas::default();
    loose(&mut schemas);
    let mut paths: Map<String, Value> = Map::new();
    let mut shared = Shared::default();
    let mut sketched = Vec::new();
    for operation in routes.operations() {
        sketched.push((operation, sketch(operation, &mut schemas)));
    }
    for (operation, parts) in sketched {
        let item = paths.entry(operation.path.clone()).or_insert_with(|| json!({}));
        item[operation.method.as_str().to_lowercase()] =
            parts.written(operation, &schemas.named, &mut shared);
    }
    let mut tags: Vec<Value> = Vec::new();
    for operation in routes.operations() {
        let tag = json!({ "name": operation.tag });
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Cytomine",
            "version": env!("CARGO_PKG_VERSION"),
            "description":
                "The interface of this server, which Cytomine's clients speak. Every address below `/api`, `/session` and `/server` \
                 may end in `.json`. Requests carry the cookie of a session, or a signature made with a pair of keys.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": schemas.named,
            "parameters": shared.parameters,
            "responses": shared.responses,
            "securitySchemes": {
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": crate::auth::COOKIE,
                    "description": "Set by `POST /session`.",
                },
                "signature": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "`CYTOMINE public key:signature`, made with a pair of keys over method and date.",
                },
            },
        },
    });
    (document, schemas.clashes)
}

/// The loose types stand in queries by their schema and in bodies by their name: all have one.
fn loose(schemas: &mut Schemas) {
    use crate::dialect::loose::{Any, Date, Flag, Id, Ids, List, Long, Number, Text, Whole};
    schemas.of::<Text>();
    schemas.of::<Long>();
    schemas.of::<Flag>();
    schemas.of::<Id>();
    schemas.of::<Ids>();
    schemas.of::<List>();
    schemas.of::<Date>();
    schemas.of::<Number>();
    schemas.of::<Whole>();
    schemas.of::<Any>();
}

/// What many operations have in common, by name.
#[derive(Default)]
struct Shared {
    parameters: BTreeMap<String, Value>,
    responses: BTreeMap<String, Value>,
}

impl Shared {
    /// A parameter by reference; those of a path stay where they are, since their names mean the noun before them.
    fn parameter(&mut self, parameter: Value) -> Value {
        if parameter["in"] == "path" {
            return parameter;
        }
        let name = parameter["name"].as_str().unwrap_or_default();
        // Keys that are spelt alike may mean different things.
        for number in 1.. {
            let own = if number == 1 { name.to_owned() } else { format!("{name}.{number}") };
            match self.parameters.get(&own) {
                Some(known) if *known != parameter => {}
                Some(_) => return json!({ "$ref": format!("#/components/parameters/{own}") }),
                None => {
                    let reference = json!({ "$ref": format!("#/components/parameters/{own}") });
                    self.parameters.insert(own, parameter);
                    return reference;
                }
            }
        }
        parameter
    }

    fn response(&mut self, name: String, response: Value) -> Value {
        let reference = json!({ "$ref": format!("#/components/responses/{name}") });
        self.responses.insert(name, response);
        reference
    }
}

/// What was told of an operation, without the schemas.
struct Parts {
    parameters: Vec<Value>,
    body: Option<(&'static str, Value)>,
    answers: BTreeMap<u16, (&'static str, &'static str, Value)>,
    refusals: BTreeMap<u16, &'static str>,
    refused_as: Option<&'static str>,
    signed_in: bool,
}

fn sketch(operation: &Operation, schemas: &mut Schemas) -> Parts {
    let names = operation
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(str::to_owned)
        .collect();
    let mut sketch = Sketch {
        schemas,
        method: operation.method.clone(),
        names,
        parameters: Vec::new(),
        body: None,
        answers: BTreeMap::new(),
        refusals: BTreeMap::new(),
        refused_as: None,
        signed_in: false,
    };
    for describe in &operation.describers {
        describe(&mut sketch);
    }
    let Sketch { parameters, body, answers, refusals, refused_as, signed_in, .. } = sketch;
    Parts { parameters, body, answers, refusals, refused_as, signed_in }
}

impl Parts {
    fn written(self, operation: &Operation, schemas: &BTreeMap<String, Value>, shared: &mut Shared) -> Value {
        let mut written = json!({
            "operationId": id(operation),
            "tags": [operation.tag],
            "summary": operation.summary,
        });
        let mut parameters = self.parameters;
        for parameter in &mut parameters {
            if parameter["in"] == "path" {
                parameter["example"] = example::in_path(&parameter["name"], &parameter["schema"], schemas);
            }
        }
        if !parameters.is_empty() {
            written["parameters"] = parameters.into_iter().map(|one| shared.parameter(one)).collect();
        }
        if let Some((media_type, schema)) = self.body {
            let mut content = json!({ "schema": schema });
            if media_type == "application/json" {
                content["example"] = example::of(&schema, schemas);
            }
            written["requestBody"] = json!({ "content": { media_type: content } });
        }
        let mut responses = Map::new();
        for (status, (description, media_type, schema)) in self.answers {
            let mut response = json!({ "description": description });
            if !media_type.is_empty() {
                let mut content = json!({ "schema": schema });
                if media_type == "application/json" {
                    content["example"] = example::of(&schema, schemas);
                }
                response["content"] = json!({ media_type: content });
            }
            let response = if media_type.is_empty() && status >= 300 {
                shared.response(format!("Bare{status}"), response)
            } else {
                response
            };
            responses.insert(status.to_string(), response);
        }
        for (status, words) in self.refusals {
            if responses.contains_key(&status.to_string()) {
                continue;
            }
            let (name, response) = refusal(status, words, self.refused_as);
            responses.insert(status.to_string(), shared.response(name, response));
        }
        written["responses"] = Value::Object(responses);
        // Who may not know of a thing is refused; who is nobody is asked to sign in.
        written["security"] = if self.signed_in && operation.outsider != Outsider::Public {
            json!([{ "session": [] }, { "signature": [] }])
        } else {
            json!([])
        };
        written
    }
}

/// A refusal with its name: by what a request carries in the form of everything, by what it asks for in that of its
/// operation.
fn refusal(status: u16, words: &str, refused_as: Option<&str>) -> (String, Value) {
    let problem = reference("Problem");
    let (name, schema) = match refused_as {
        Some(name @ "RefusedUpload") if status != 401 => {
            let list = json!({ "type": "array", "items": reference(name) });
            (name, json!({ "anyOf": [problem, list] }))
        }
        Some(name) if !matches!(status, 401 | 413) => (name, json!({ "anyOf": [problem, reference(name)] })),
        _ => ("Problem", problem),
    };
    let response = json!({ "description": words, "content": { "application/json": { "schema": schema } } });
    (format!("{name}{status}"), response)
}

/// A name for generated clients: `getApiTermId`.
fn id(operation: &Operation) -> String {
    let mut id = operation.method.as_str().to_lowercase();
    for word in operation.path.split(|letter: char| !letter.is_ascii_alphanumeric()) {
        let (first, rest) = word.split_at(word.len().min(1));
        id.push_str(&first.to_uppercase());
        id.push_str(rest);
    }
    id
}
