//! Parameters: keys of the query, and for requests that exist as GET and as POST those of the body too.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::Method;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde::de::value::MapDeserializer;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::{OBJECT, Untaken, object, refused};
use crate::body::bytes;
use crate::describe::{self, Input, Schemas, Sketch};
use crate::dialect::DialectError;
use crate::dialect::loose::Id;
use crate::dialect::paging::Paging;
use crate::dialect::query::Query;
use crate::error::{ApiError, CommandProblem};

/// A key that a request may have.
#[derive(Clone, Debug)]
pub struct Key {
    /// Its name on the wire.
    pub name: &'static str,
    /// What it means.
    pub about: &'static str,
    /// Schema of its value in a query.
    pub in_query: Value,
    /// Schema of its value in a body.
    pub in_body: fn(&mut Schemas) -> Value,
    /// A value of it, where a request of the documentation has one.
    pub example: Option<Value>,
}

/// A type that keys of requests are read into: what [`keys!`](crate::keys) made, or a tuple of such types.
pub trait Keys: Sized {
    /// The keys.
    fn keys() -> Vec<Key>;

    /// Reads them.
    ///
    /// # Errors
    /// When a value is not what its key expects.
    fn read(values: &Values) -> Result<Self, ApiError>;
}

/// Names and values of a request, each name once.
#[derive(Debug, Default)]
pub struct Values(Vec<(String, Value)>);

impl Values {
    /// Those of a query, as text.
    ///
    /// # Errors
    /// When a name comes twice or holds what cannot be stored.
    pub fn of(query: Option<&str>) -> Result<Self, DialectError> {
        let query = Query::parse(query)?;
        Ok(Self(query.into_pairs().into_iter().map(|(name, value)| (name, Value::from(value))).collect()))
    }

    /// Adds the keys of a body, as Cytomine does for requests that exist as GET and as POST. A key of the query wins
    /// over one of the body.
    fn merge(&mut self, body: Map<String, Value>) {
        let known = self.0.len();
        for (name, value) in body {
            if !self.0[..known].iter().any(|(other, _)| *other == name) {
                self.0.push((name, value));
            }
        }
    }

    /// Reads the keys that a struct has, which these are; others are left alone.
    ///
    /// # Errors
    /// When a value is not what its key expects.
    pub fn typed<K: DeserializeOwned + Default>(&self, keys: &[&str]) -> Result<K, ApiError> {
        if !self.0.iter().any(|(name, _)| keys.contains(&name.as_str())) {
            return Ok(K::default());
        }
        let reader = || {
            let pairs = self.0.iter().map(|(name, value)| (name.as_str(), value));
            MapDeserializer::<_, serde_json::Error>::new(pairs)
        };
        // Tiles are asked for thousands of times a second: which key is wrong is found out when one is.
        K::deserialize(reader())
            .or_else(|_| serde_path_to_error::deserialize(reader()).map_err(|fault| refused(&fault)))
    }

    /// The values as a query has them.
    fn as_query(&self) -> Query {
        let text = |value: &Value| match value {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        };
        self.0.iter().filter_map(|(name, value)| Some((name.clone(), text(value)?))).collect()
    }
}

macro_rules! together {
    ($($part:ident)+) => {
        impl<$($part: Keys),+> Keys for ($($part,)+) {
            fn keys() -> Vec<Key> {
                let mut keys = Vec::new();
                $(keys.extend($part::keys());)+
                keys
            }

            fn read(values: &Values) -> Result<Self, ApiError> {
                Ok(($($part::read(values)?,)+))
            }
        }
    };
}
together!(A B);
together!(A B C);

/// The keys of the query.
#[derive(Clone, Copy, Debug)]
pub struct Asked<K>(pub K);

impl<S: Sync, K: Keys> FromRequestParts<S> for Asked<K> {
    type Rejection = Untaken;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Untaken> {
        // What changes something is a command, and answers as one.
        let form = if parts.method.is_safe() { Untaken::Unreadable } else { Untaken::Refused };
        let values = Values::of(parts.uri.query()).map_err(|fault| form(fault.into()))?;
        K::read(&values).map(Self).map_err(form)
    }
}

impl<K: Keys> Input for Asked<K> {
    fn describe(sketch: &mut Sketch<'_>) {
        in_query::<K>(sketch);
        if !sketch.method.is_safe() {
            sketch.schemas.of::<CommandProblem>();
            sketch.refused_as.get_or_insert("CommandProblem");
        }
    }
}

/// The keys of the query and of the body, for what exists as GET and as POST because shapes and lists may be longer than
/// an address. A key of the query wins.
#[derive(Clone, Copy, Debug)]
pub struct Merged<K>(pub K);

impl<S: Send + Sync, K: Keys> FromRequest<S> for Merged<K> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let mut values = Values::of(request.uri().query())?;
        values.merge(object(&bytes(request).await?, OBJECT)?);
        K::read(&values).map(Self)
    }
}

impl<K: Keys> Input for Merged<K> {
    fn describe(sketch: &mut Sketch<'_>) {
        in_query::<K>(sketch);
        if sketch.method != Method::POST {
            return;
        }
        sketch.refuses(413);
        let (mut properties, mut example) = (Map::new(), Map::new());
        for key in K::keys() {
            let schema = (key.in_body)(sketch.schemas);
            properties.insert(key.name.to_owned(), described(schema, key.about));
            example.extend(key.example.map(|value| (key.name.to_owned(), value)));
        }
        let schema = json!({
            "description": "Keys that are too long for the query; one of the query wins.",
            "type": ["object", "null"],
            "properties": properties,
            "example": example,
        });
        sketch.body = Some(("application/json", schema));
    }
}

/// A schema with what the key means that it stands under.
fn described(mut schema: Value, about: &str) -> Value {
    schema["description"] = Value::from(about);
    schema
}

fn in_query<K: Keys>(sketch: &mut Sketch<'_>) {
    let id = schema::<Id>();
    for key in K::keys() {
        sketch.key(key.name, key.about, &key.in_query);
        if key.in_query == id {
            // It may name what is not there.
            sketch.refuses(404);
        }
    }
}

/// Declares keys: a struct of [`loose`](crate::dialect::loose) types that reads them, and their description. `= value`
/// gives one an example.
#[macro_export]
macro_rules! keys {
    ($(#[doc = $about:literal])* $visibility:vis struct $name:ident {
        $($(#[doc = $meaning:literal])+ $(#[serde(rename = $key:literal)])? $field:ident: $loose:ident
          $(= $example:expr)?,)+
    }) => {
        $(#[doc = $about])*
        #[derive(Clone, Debug, Default, serde::Deserialize)]
        #[serde(default, rename_all = "camelCase")]
        $visibility struct $name {
            $($(#[doc = $meaning])+ $(#[serde(rename = $key)])?
              pub $field: $crate::dialect::loose::$loose,)+
        }

        impl $crate::extract::Keys for $name {
            fn keys() -> Vec<$crate::extract::Key> {
                vec![$($crate::extract::Key {
                    name: $crate::extract::key(stringify!($field), &[$($key)?]),
                    about: concat!($($meaning),+).trim(),
                    in_query: $crate::extract::schema::<$crate::dialect::loose::$loose>(),
                    in_body: $crate::describe::Schemas::of::<$crate::dialect::loose::$loose>,
                    example: [$(serde_json::json!($example))?].into_iter().next(),
                }),+]
            }

            fn read(
                values: &$crate::extract::Values,
            ) -> Result<Self, $crate::error::ApiError> {
                static NAMES: std::sync::OnceLock<Vec<&'static str>> = std::sync::OnceLock::new();
                let names = NAMES.get_or_init(|| {
                    <Self as $crate::extract::Keys>::keys().iter().map(|key| key.name).collect()
                });
                values.typed(names)
            }
        }
    };
}

/// The wire name of a field: the one given, else the field's in camel case.
pub fn key(field: &'static str, renamed: &[&'static str]) -> &'static str {
    if let Some(name) = renamed.first() {
        return name;
    }
    if !field.contains('_') {
        return field;
    }
    let mut name = String::new();
    for (place, part) in field.split('_').enumerate() {
        let (first, rest) = part.split_at(usize::from(!part.is_empty()));
        name.push_str(&if place == 0 { first.to_owned() } else { first.to_ascii_uppercase() });
        name.push_str(rest);
    }
    // Made once per key when the document is.
    String::leak(name)
}

/// The schema of a loose type in a query.
pub fn schema<T: ToSchema>() -> Value {
    describe::in_query(json!(T::schema()))
}

impl<S: Sync> FromRequestParts<S> for Paging {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(Self::from_query(&Query::parse(parts.uri.query())?)?)
    }
}

impl Input for Paging {
    fn describe(sketch: &mut Sketch<'_>) {
        in_query::<Self>(sketch);
    }
}

impl Keys for Paging {
    fn keys() -> Vec<Key> {
        use crate::dialect::loose::{Count, Text};
        fn new(
            name: &'static str,
            about: &'static str,
            in_query: Value,
            in_body: fn(&mut Schemas) -> Value,
        ) -> Key {
            Key { name, about, in_query, in_body, example: None }
        }
        // Left empty it is as good as absent.
        let count = || json!({ "anyOf": [{ "type": "integer", "minimum": 0 }, { "type": "string", "maxLength": 0 }] });
        let text = || json!({ "type": "string" });
        let order = json!({ "type": "string", "pattern": "^\\s*([Aa][Ss][Cc]|[Dd][Ee][Ss][Cc])?\\s*$" });
        let page = "Number of the page from 0, where `max` and `offset` are not given";
        let sort = "Field to sort by, also as `field,desc`; fields unknown here are ignored";
        vec![
            new("max", "Items on the page; 0 means all", count(), Schemas::of::<Count>),
            new("offset", "Items before the page", count(), Schemas::of::<Count>),
            new("page", page, count(), Schemas::of::<Count>),
            new("size", "Items on the page, with `page`", count(), Schemas::of::<Count>),
            new("sort", sort, text(), Schemas::of::<Text>),
            new("order", "`asc` or `desc`", order, Schemas::of::<Text>),
        ]
    }

    fn read(values: &Values) -> Result<Self, ApiError> {
        Ok(Self::from_query(&values.as_query())?)
    }
}
