//! What the types of a handler say about its operation.
//!
//! Every extractor is an [`Input`] and every answer an [`Output`]; [`Described`] holds for functions of such inputs
//! with such an answer, and tells a [`Sketch`] of the operation what each of them adds.

use std::collections::BTreeMap;
use std::future::Future;

use axum::Json;
use axum::http::Method;
use axum::response::Response;
use cytomine_model as model;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

/// Names that stand for plain types, written where they are used.
const PLAIN: [&str; 9] = ["i32", "i64", "u32", "u64", "f64", "bool", "str", "String", "Value"];

/// The schemas of a document, by name.
#[derive(Debug, Default)]
pub struct Schemas {
    /// Name and schema.
    pub named: BTreeMap<String, Value>,
    /// Names that two different types bear; a test holds that there are none.
    pub clashes: Vec<String>,
}

impl Schemas {
    /// The schema of a type as it stands where the type is used: a reference, or the schema of a plain type.
    pub fn of<T: ToSchema>(&mut self) -> Value {
        let mut list = Vec::new();
        T::schemas(&mut list);
        for (name, schema) in list {
            self.put(name, json!(schema));
        }
        let name = T::name();
        if PLAIN.contains(&name.as_ref()) {
            return json!(T::schema());
        }
        self.put(name.clone().into_owned(), json!(T::schema()));
        reference(&name)
    }

    fn put(&mut self, name: String, mut schema: Value) {
        if PLAIN.contains(&name.as_str()) {
            return;
        }
        // Absence is what a key that is left out means anyway.
        for key in
            schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut)
        {
            if let Some(key) = key.as_object_mut().filter(|key| key.get("default") == Some(&Value::Null)) {
                key.remove("default");
            }
        }
        either(&mut schema);
        list_nulls(&mut schema);
        for part in schema.get_mut("allOf").and_then(Value::as_array_mut).into_iter().flatten() {
            list_nulls(part);
        }
        if self.named.get(&name).is_some_and(|known| *known != schema) {
            self.clashes.push(name.clone());
        }
        self.named.insert(name, schema);
    }
}

/// What utoipa calls one of several may be several at once: a storage has all keys of an entity of which only the id is
/// known.
fn either(schema: &mut Value) {
    match schema {
        Value::Object(keys) => {
            if let Some(ways) = keys.remove("oneOf") {
                keys.insert("anyOf".to_owned(), ways);
            }
            keys.values_mut().for_each(either);
        }
        Value::Array(items) => items.iter_mut().for_each(either),
        _ => {}
    }
}

/// Keys that may be null are always listed ([`crate::dialect::wire`]), so they are required; a key that may be left out
/// is never null. Bodies are not concerned: theirs are all loose types.
fn list_nulls(schema: &mut Value) {
    let null = |key: &Value| {
        let ways = key["anyOf"].as_array().into_iter().flatten();
        key["type"] == "null"
            || key["type"].as_array().is_some_and(|types| types.iter().any(|kind| kind == "null"))
            || ways.into_iter().any(|way| way["type"] == "null")
    };
    let Some(keys) = schema["properties"].as_object() else { return };
    let listed: Vec<Value> = keys
        .iter()
        .filter(|(name, key)| null(key) || required(schema, name))
        .map(|(name, _)| Value::from(name.as_str()))
        .collect();
    if !listed.is_empty() {
        schema["required"] = Value::Array(listed);
    }
}

fn required(schema: &Value, name: &str) -> bool {
    schema["required"].as_array().is_some_and(|names| names.iter().any(|known| known == name))
}

/// A reference to a named schema.
pub fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// What is known of an operation while its types tell of it.
#[derive(Debug)]
pub struct Sketch<'a> {
    /// Schemas of the document.
    pub schemas: &'a mut Schemas,
    /// Its method.
    pub method: Method,
    /// Names of the parameters in its path.
    pub names: Vec<String>,
    /// Parameters.
    pub parameters: Vec<Value>,
    /// Media type and schema of the body.
    pub body: Option<(&'static str, Value)>,
    /// Description, media type and schema of each answer that is no refusal.
    pub answers: BTreeMap<u16, (&'static str, &'static str, Value)>,
    /// Statuses of refusals with the words for them.
    pub refusals: BTreeMap<u16, &'static str>,
    /// Name of the schema of refusals, where it is another than that of everything.
    pub refused_as: Option<&'static str>,
    /// Whether it needs credentials.
    pub signed_in: bool,
}

impl Sketch<'_> {
    /// Notes that it may refuse with that status.
    pub fn refuses(&mut self, status: u16) {
        self.refusals.insert(status, words(status));
    }

    /// Adds a parameter of the query.
    pub fn key(&mut self, name: &str, about: &str, schema: &Value) {
        self.refuses(400);
        self.answers.entry(414).or_insert(("The address is longer than 65,534 bytes", "", Value::Null));
        self.parameters.push(json!({ "name": name, "in": "query", "description": about, "schema": schema }));
    }
}

/// What a status means here.
fn words(status: u16) -> &'static str {
    match status {
        400 => "The request makes no sense",
        401 => "Nobody is signed in, or the credentials are not valid",
        403 => "The caller may not do this, or something else uses it",
        404 => "There is no such thing, or the caller may not know of it",
        409 => "There is one already",
        413 => "The body is too large",
        416 => "The range lies outside of the file",
        422 => "The stored pixels cannot be decoded",
        429 => "Too many attempts",
        500 => "A defect of the server",
        501 => "This server does not do that yet",
        503 => "The database or the disk is out of reach for the moment, or there is too much to do",
        _ => "Refused",
    }
}

/// Something that a handler takes.
pub trait Input {
    /// Adds what it reads, and how it refuses.
    fn describe(sketch: &mut Sketch<'_>);
}

/// Something that a handler answers.
pub trait Output {
    /// Adds its answers.
    fn describe(sketch: &mut Sketch<'_>);
}

/// A function of inputs with an answer; `T` is the tuple of its arguments.
pub trait Described<T> {
    /// Adds what all of them say.
    fn describe(sketch: &mut Sketch<'_>);
}

macro_rules! described {
    ($($argument:ident)*) => {
        impl<F, R, A, $($argument),*> Described<($($argument,)*)> for F
        where
            F: Fn($($argument),*) -> R,
            R: Future<Output = A>,
            A: Output,
            $($argument: Input,)*
        {
            fn describe(sketch: &mut Sketch<'_>) {
                $($argument::describe(sketch);)*
                A::describe(sketch);
            }
        }
    };
}
described!();
described!(A1);
described!(A1 A2);
described!(A1 A2 A3);
described!(A1 A2 A3 A4);
described!(A1 A2 A3 A4 A5);
described!(A1 A2 A3 A4 A5 A6);
described!(A1 A2 A3 A4 A5 A6 A7);
described!(A1 A2 A3 A4 A5 A6 A7 A8);

/// Extractors that say nothing.
macro_rules! silent {
    ($($input:ty),+ $(,)?) => {$(
        impl Input for $input {
            fn describe(_: &mut Sketch<'_>) {}
        }
    )+};
}
silent!(axum::http::HeaderMap, axum::extract::Request);

impl<S> Input for axum::extract::State<S> {
    fn describe(_: &mut Sketch<'_>) {}
}

impl<T> Input for axum::Extension<T> {
    fn describe(_: &mut Sketch<'_>) {}
}

impl<T: Input, E> Input for Result<T, E> {
    fn describe(sketch: &mut Sketch<'_>) {
        T::describe(sketch);
    }
}

impl<T: Output, E: Output> Output for Result<T, E> {
    fn describe(sketch: &mut Sketch<'_>) {
        T::describe(sketch);
        E::describe(sketch);
    }
}

impl<T: ToSchema> Output for Json<T> {
    fn describe(sketch: &mut Sketch<'_>) {
        let schema = sketch.schemas.of::<T>();
        sketch.answers.insert(200, ("Done", "application/json", schema));
    }
}

/// Says nothing: the operation does, where it is stated.
impl Output for Response {
    fn describe(_: &mut Sketch<'_>) {}
}

/// A segment of a path.
pub trait Segment {
    /// Its schema.
    fn schema() -> Value;
}

macro_rules! numbers {
    ($format:literal, $least:expr => $($name:ty),+ $(,)?) => {$(
        impl Segment for $name {
            fn schema() -> Value {
                let mut schema = json!({ "type": "integer", "format": $format });
                if let Some(least) = $least {
                    schema["minimum"] = json!(least);
                }
                schema
            }
        }
    )+};
}
numbers!("int64", None::<u8> =>
    i64, model::UserId, model::RoleId, model::StorageId, model::UploadedFileId, model::AbstractImageId,
    model::AbstractSliceId, model::ProjectId, model::ImageInstanceId, model::SliceInstanceId, model::OntologyId,
    model::TermId, model::TagId, model::AnnotationId, model::CommandId,
);
numbers!("int32", None::<u8> => i32);
numbers!("int32", Some(0) => u32);

impl Segment for String {
    fn schema() -> Value {
        json!({ "type": "string", "minLength": 1 })
    }
}

/// The parameters of a path: one segment, or a tuple of them.
pub trait Segments {
    /// Their schemas, in order.
    fn schemas() -> Vec<Value>;
}

impl<T: Segment> Segments for T {
    fn schemas() -> Vec<Value> {
        vec![T::schema()]
    }
}

macro_rules! segments {
    ($($segment:ident)+) => {
        impl<$($segment: Segment),+> Segments for ($($segment,)+) {
            fn schemas() -> Vec<Value> {
                vec![$($segment::schema()),+]
            }
        }
    };
}
segments!(A B);
segments!(A B C);
segments!(A B C D);

/// Adds the parameters of the path, by the names that it has for them.
pub fn path<T: Segments>(sketch: &mut Sketch<'_>) {
    sketch.refuses(400);
    sketch.refuses(404);
    let names = sketch.names.clone();
    for (name, schema) in names.into_iter().zip(T::schemas()) {
        sketch.parameters.push(json!({ "name": name, "in": "path", "required": true, "schema": schema }));
    }
}

/// A schema of a value in a body, as the value stands in a query: never null, an object or a list. How long text may be is
/// left to the limit of the whole address, which is shorter where letters take twelve bytes in it.
pub fn in_query(mut schema: Value) -> Value {
    fn plain(schema: &mut Map<String, Value>) -> bool {
        schema.remove("description");
        schema.remove("maxLength");
        if let Some(Value::Array(types)) = schema.get_mut("type") {
            types.retain(|kind| kind != "null");
            if types.len() == 1 {
                schema["type"] = schema["type"][0].clone();
            }
        }
        !matches!(schema.get("type").and_then(Value::as_str), Some("object" | "array"))
    }
    if let Some(object) = schema.as_object_mut() {
        plain(object);
        if let Some(Value::Array(ways)) = object.get_mut("anyOf") {
            ways.retain_mut(|way| way.as_object_mut().is_none_or(plain));
        }
    }
    schema
}
