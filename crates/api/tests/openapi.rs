//! The OpenAPI document: complete, without a fault of its own, and the one in the tree.
#![allow(clippy::unwrap_used, reason = "clippy does not know helpers of integration tests as tests")]

use std::collections::BTreeSet;
use std::path::Path;

use cytomine_api::routes::document::document;
use serde_json::Value;

/// Where the document lies in the tree.
const SNAPSHOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi.json");

fn written() -> Value {
    let (document, clashes) = document(&cytomine_api::operations());
    assert!(clashes.is_empty(), "two types have the name of one schema: {clashes:?}");
    document
}

#[test]
fn the_document_in_the_tree_is_that_of_the_code() {
    let mut text = serde_json::to_string_pretty(&written()).unwrap();
    text.push('\n');
    if std::env::var_os("CYTOMINE_RENEW").is_some() {
        std::fs::write(SNAPSHOT, &text).unwrap();
        return;
    }
    let known = std::fs::read_to_string(Path::new(SNAPSHOT)).unwrap_or_default();
    let place = known.lines().zip(text.lines()).position(|(known, text)| known != text);
    assert!(
        known == text,
        "openapi.json differs from line {:?} on. Renew it: \
         CYTOMINE_RENEW=1 cargo test --workspace --test openapi, and look at what changed",
        place.map(|line| line + 1)
    );
}

#[test]
fn every_operation_is_told_completely() {
    let document = written();
    let mut names = BTreeSet::new();
    let mut count = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            count += 1;
            let name = format!("{method} {path}");
            assert!(names.insert(operation["operationId"].to_string()), "{name}: its id is not its own");
            assert!(operation["summary"].as_str().is_some_and(|text| text.len() > 5), "{name}: no summary");
            assert!(operation["tags"][0].as_str().is_some_and(|tag| !tag.is_empty()), "{name}: no tag");
            let responses = operation["responses"].as_object().unwrap();
            let done = responses.iter().find(|(status, _)| status.starts_with('2'));
            let (status, done) = done.unwrap_or_else(|| panic!("{name}: no answer but refusals"));
            let content = done["content"].as_object();
            assert!(status == "204" || content.is_some(), "{name}: what does {status} hold?");
            if let Some(json) = content.and_then(|content| content.get("application/json")) {
                assert!(json["example"].is_object() || json["example"].is_array(), "{name}: no example");
            }
            let mut keys = BTreeSet::new();
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let parameter = resolved(&document, parameter);
                let key = (parameter["name"].to_string(), parameter["in"].to_string());
                assert!(keys.insert(key.clone()), "{name}: {key:?} stands there twice");
            }
            let in_path = path.matches('{').count();
            let told = keys.iter().filter(|(_, place)| place == "\"path\"").count();
            assert_eq!(in_path, told, "{name}: parameters of its path");
        }
    }
    assert_eq!(count, cytomine_api::operations().operations().len());
}

/// What a reference leads to, or the thing itself.
fn resolved<'a>(document: &'a Value, thing: &'a Value) -> &'a Value {
    thing["$ref"].as_str().map_or(thing, |path| document.pointer(&path[1..]).unwrap())
}

#[test]
fn every_reference_leads_somewhere() {
    let document = written();
    let text = document.to_string();
    for part in text.split("\"#/").skip(1) {
        let path = part.split('"').next().unwrap();
        assert!(document.pointer(&format!("/{path}")).is_some(), "nothing is at `{path}`");
    }
}

/// Sources that may give a router a route by themselves: the list, and what only operators reach.
const ROUTERS: [&str; 2] = ["api/src/routes/mod.rs", "api/src/edge/health.rs"];

#[test]
fn whatever_is_served_is_described() {
    // Axum cannot tell the routes of a router, so it is the sources that show that all of them come from the list.
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut folders: Vec<_> = ["api", "cytomine", "worker"].map(|name| crates.join(name).join("src")).into();
    let (mut routers, mut seen) = (BTreeSet::new(), 0);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let is_test = path.file_stem().is_some_and(|stem| stem == "tests");
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let code = text.find("#[cfg(test)]\nmod ").map_or(text.as_str(), |end| &text[..end]);
            seen += 1;
            let adds = [".route(", ".route_service(", ".nest(", ".nest_service("];
            if !is_test && adds.iter().any(|word| code.contains(word)) {
                routers.insert(path.strip_prefix(crates).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    assert!(seen > 100, "only {seen} sources were found");
    let known: BTreeSet<String> = ROUTERS.map(str::to_owned).into();
    assert_eq!(
        routers, known,
        "a route that is added to a router by hand is not described: state it as an operation (api/routes)"
    );
}

/// Keys of examples that are placeholders, with the way to them.
fn placeholders(way: &str, example: &Value, found: &mut BTreeSet<String>) {
    match example {
        Value::String(text) if text == "text" => {
            found.insert(way.to_owned());
        }
        Value::Array(items) => items.iter().for_each(|item| placeholders(way, item, found)),
        Value::Object(keys) => {
            keys.iter().for_each(|(key, value)| placeholders(&format!("{way} {key}"), value, found));
        }
        _ => {}
    }
}

#[test]
fn no_example_is_a_placeholder() {
    let document = written();
    let (mut found, mut seen) = (BTreeSet::new(), 0);
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let answers = operation["responses"].as_object().unwrap().values();
            for told in answers.chain([&operation["requestBody"]]) {
                let content = resolved(&document, told)["content"]["application/json"].clone();
                if let Some(example) = content.get("example") {
                    seen += 1;
                    placeholders(&format!("{method} {path}:"), example, &mut found);
                }
            }
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let parameter = resolved(&document, parameter);
                let way = format!("{method} {path}: {}", parameter["name"]);
                placeholders(&way, &parameter["example"], &mut found);
            }
        }
    }
    assert!(seen > 150, "only {seen} examples");
    assert!(found.is_empty(), "say in routes/example.rs what stands there:\n{found:#?}");
}
