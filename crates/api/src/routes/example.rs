//! Examples, made of schemas: what a field's own example says, else the plainest value of its type.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// Schemas within schemas that are followed; deeper ones show nothing.
const DEPTH: usize = 6;

/// An example of a schema.
pub(super) fn of(schema: &Value, schemas: &BTreeMap<String, Value>) -> Value {
    at(schema, schemas, DEPTH)
}

fn at(schema: &Value, schemas: &BTreeMap<String, Value>, depth: usize) -> Value {
    if let Some(example) = schema.get("example").or_else(|| schema["examples"].get(0)) {
        return example.clone();
    }
    if let Some(one) = schema["enum"].get(0) {
        return one.clone();
    }
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        let named = if depth == 0 { None } else { schemas.get(name) };
        return named.map_or(Value::Null, |schema| at(schema, schemas, depth - 1));
    }
    if let Some(Value::Array(all)) = schema.get("allOf") {
        let mut object = Map::new();
        for part in all {
            if let Value::Object(keys) = at(part, schemas, depth) {
                object.extend(keys);
            }
        }
        return Value::Object(object);
    }
    if let Some(Value::Array(ways)) = schema.get("anyOf").or_else(|| schema.get("oneOf")) {
        let first = ways.iter().find(|way| way["type"] != "null");
        return first.map_or(Value::Null, |way| at(way, schemas, depth));
    }
    plain(schema, schemas, depth)
}

fn plain(schema: &Value, schemas: &BTreeMap<String, Value>, depth: usize) -> Value {
    let kind = schema["type"].as_str().or_else(|| schema["type"].get(0).and_then(Value::as_str));
    match kind {
        Some("integer") => json!(schema["minimum"].as_i64().map_or(1, |least| least.max(1))),
        Some("number") => json!(0.5),
        Some("boolean") => json!(true),
        Some("array") if schema["maxItems"] == 0 || depth == 0 => json!([]),
        Some("array") => json!([at(&schema["items"], schemas, depth - 1)]),
        Some("object") => {
            let keys = schema["properties"].as_object().into_iter().flatten();
            keys.map(|(key, schema)| (key.clone(), at(schema, schemas, depth))).collect::<Map<_, _>>().into()
        }
        Some("string") => match schema["pattern"].as_str() {
            Some(pattern) if pattern.starts_with("^[0-9]{1,9}_") => json!("0_0.jpg"),
            Some(pattern) if pattern.starts_with("^[0-9]{1,9}") => json!("0.jpg"),
            Some(pattern) if pattern.starts_with("^[^/]+") => json!("macro.jpg"),
            _ => json!("text"),
        },
        _ => Value::Null,
    }
}
