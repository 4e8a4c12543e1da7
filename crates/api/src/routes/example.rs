//! Examples, made of schemas: what a type or field says itself, else what a key of that name holds everywhere, else the
//! plainest value of its type.

use std::collections::BTreeMap;

use cytomine_model::EntityKind;
use serde_json::{Map, Value, json};

use crate::dialect::class;

/// Schemas within schemas that are followed; deeper ones show nothing.
const DEPTH: usize = 6;

/// An example of a schema.
pub(super) fn of(schema: &Value, schemas: &BTreeMap<String, Value>) -> Value {
    at("", schema, schemas, DEPTH)
}

/// An example of what stands in a gap of an address.
pub(super) fn in_path(name: &Value, schema: &Value, schemas: &BTreeMap<String, Value>) -> Value {
    match (of(schema, schemas), name.as_str()) {
        (Value::String(text), Some("relation")) if text == "text" => json!("parent"),
        (Value::String(text), Some("picture")) if text == "text" => json!("thumb.png"),
        (Value::String(text), Some("key")) if text == "text" => text_of("", "publicKey"),
        // An id, or a name where both are taken.
        (Value::String(text), Some("id")) if text == "text" => text_of("", "username"),
        (Value::String(text), Some(name)) if text == "text" => text_of("", name),
        (example, _) => example,
    }
}

/// An example of a schema that has a name, if it is one.
fn at(name: &str, schema: &Value, schemas: &BTreeMap<String, Value>, depth: usize) -> Value {
    if let Some(example) = schema.get("example").or_else(|| schema["examples"].get(0)) {
        return example.clone();
    }
    if let Some(one) = schema["enum"].get(0) {
        return one.clone();
    }
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        let named = if depth == 0 { None } else { schemas.get(name) };
        return named.map_or(Value::Null, |schema| at(name, schema, schemas, depth - 1));
    }
    if let Some(Value::Array(all)) = schema.get("allOf") {
        let mut parts = all.iter().map(|part| at(name, part, schemas, depth)).collect::<Vec<_>>();
        if let [_] = parts[..] {
            return parts.remove(0);
        }
        let keys = parts.into_iter().filter_map(|part| part.as_object().cloned()).flatten();
        return keys.collect::<Map<_, _>>().into();
    }
    if let Some(Value::Array(ways)) = schema.get("anyOf") {
        let first = ways.iter().find(|way| way["type"] != "null");
        return first.map_or(Value::Null, |way| at(name, way, schemas, depth));
    }
    plain(name, schema, schemas, depth)
}

fn plain(name: &str, schema: &Value, schemas: &BTreeMap<String, Value>, depth: usize) -> Value {
    let kind = schema["type"].as_str().or_else(|| schema["type"].get(0).and_then(Value::as_str));
    match kind {
        Some("integer") => json!(schema["minimum"].as_i64().map_or(1, |least| least.max(1))),
        Some("number") => json!(0.5),
        Some("boolean") => json!(true),
        Some("array") if schema["maxItems"] == 0 || depth == 0 => json!([]),
        Some("array") => json!([at("", &schema["items"], schemas, depth - 1)]),
        Some("object") => {
            let keys = schema["properties"].as_object().into_iter().flatten();
            keys.map(|(key, schema)| (key.clone(), value(name, key, schema, schemas, depth)))
                .collect::<Map<_, _>>()
                .into()
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

/// An example of what stands under a key of an object.
fn value(object: &str, key: &str, schema: &Value, schemas: &BTreeMap<String, Value>, depth: usize) -> Value {
    let own = schema.get("example").is_some();
    match at("", schema, schemas, depth) {
        Value::String(text) if !own && text == "text" => text_of(object, key),
        Value::Number(_) if !own => number_of(key).unwrap_or_else(|| at("", schema, schemas, depth)),
        other => other,
    }
}

/// What text stands under a key; a test holds that every key has some.
fn text_of(object: &str, key: &str) -> Value {
    Value::from(match key {
        "class" => class_of(object),
        "message" => "It is done",
        "method" => "be.cytomine.AddTermCommand",
        "commandId" => "43",
        "error" | "errors" => "The file is no slide: upload a TIFF, SVS, JPEG or PNG file",
        "name" | "title" | "ontologyName" | "projectName" => "Nuclei",
        "data" | "comment" => "Nuclei of the lymph node",
        "type" => "term",
        "username" | "creator" | "creatorName" => "ada",
        "firstname" => "Ada",
        "lastname" => "Lovelace",
        "fullName" => "Ada Lovelace",
        "email" => "ada@example.org",
        "language" => "EN",
        "role" => "ROLE_USER",
        "origin" => "LOCAL",
        "password" => "three calm words",
        "oldPassword" => "two loud words",
        "publicKey" | "primaryKey" => "5bd4bb1c-8a0e-4f6a-9d0c-0c4c6a1f5a5e",
        "privateKey" | "secondaryKey" => "0f6d8f0e-53c5-4a53-8a50-0f9b2c1f6f7d",
        "signature" => "kYh2mE0dQ3hB8l8vQ0Zl1mJmI8s=",
        "filename" | "originalFilename" | "instanceFilename" | "blindedName" | "imageName" => "CMU-1.svs",
        "path" | "fullPath" => "CMU-1.svs",
        "ext" => "svs",
        "contentType" => "openslide/svs",
        "colorspace" => "RGB",
        "dimensions" => "46000x32914",
        "version" => "1a2b3c4d",
        "thumb" | "thumbURL" | "thumbnailUrl" => {
            "https://cytomine.example/api/imageinstance/5/thumb.png?maxSize=512"
        }
        "preview" => "https://cytomine.example/api/imageinstance/5/thumb.png?maxSize=1024",
        "macroURL" => "https://cytomine.example/api/imageinstance/5/associated/macro.png?maxSize=512",
        "imageURL" => "https://cytomine.example/#/project/3/image/5",
        "cropURL" | "url" | "smallCropURL" => "https://cytomine.example/api/userannotation/7/crop.png",
        "channelName" | "zName" => "DAPI",
        "channelColor" | "color" => "#0000ff",
        "location" | "wkt" | "geometry" => "POLYGON ((100 100, 200 100, 200 200, 100 100))",
        "areaUnit" => "micron²",
        "perimeterUnit" => "mm",
        "domainClassName" => "be.cytomine.domain.project.Project",
        "key" => "scanner",
        "value" => "Aperio AT2",
        key if key.ends_with("ID") => "7",
        _ => "text",
    })
}

/// What number stands under a key, where 1 would say nothing.
fn number_of(key: &str) -> Option<Value> {
    Some(match key {
        "width" => json!(46000),
        "height" => json!(32914),
        "magnification" => json!(20),
        "physicalSizeX" | "physicalSizeY" => json!(0.499),
        "physicalSizeZ" => json!(1.0),
        "samplePerPixel" => json!(3),
        "bitPerSample" => json!(8),
        "size" => json!(177_552_579),
        "status" => json!(100),
        "channel" | "zStack" | "time" | "offset" => json!(0),
        "area" => json!(5000.0),
        "perimeter" => json!(341.4),
        "x" | "y" => json!(150.0),
        "minPoint" => json!(10),
        "maxPoint" => json!(100),
        "tile_width" | "tile_height" => json!(256),
        "downsample" | "downsampling_factor" => json!(1.0),
        _ => return None,
    })
}

/// The class of a kind of entity, by the name of its schema.
fn class_of(schema: &str) -> &'static str {
    let known = |kind: &&EntityKind| {
        let name = class::simple_name(**kind);
        name == schema || name.strip_prefix("User") == Some(schema)
    };
    match schema {
        "Role" => class::ROLE,
        "Relation" => class::RELATION,
        "ListedAnnotation" => class::java_class(EntityKind::Annotation),
        _ => EntityKind::ALL
            .iter()
            .find(known)
            .map_or("be.cytomine.domain.project.Project", |kind| class::java_class(*kind)),
    }
}
