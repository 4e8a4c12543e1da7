//! What handlers take from requests, as types: parameters of the path and of the query, and bodies.
//!
//! These stand in the place of axum's own extractors, which refuse in plain text: every refusal here is this API's
//! error JSON and names the key, the value and what would be understood.

use std::ops::Range;

use axum::body::Bytes;
use axum::extract::path::ErrorKind as PathFault;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequest, FromRequestParts, Path as AxumPath, RawPathParams, Request};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use cytomine_model::ErrorKind;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::body::bytes;
use crate::conditions::Fields;
use crate::describe::{self, Input, Segments, Sketch};
use crate::dialect::DialectError;
use crate::dialect::filters::{Filter, filters};
use crate::dialect::loose;
use crate::dialect::query::Query;
use crate::error::{ApiError, CommandError};

mod asked;

pub use asked::{Asked, Key, Keys, Merged, Values, key, schema};

/// The parameters of the path.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let raw = RawPathParams::from_request_parts(parts, state).await;
        for (name, value) in raw.iter().flatten() {
            if let Some(DialectError::InvalidValue { value, expected, .. }) =
                loose::unstorable(value, Some(loose::LONGEST))
            {
                return Err(DialectError::InvalidValue { name: name.to_owned(), value, expected }.into());
            }
        }
        match AxumPath::from_request_parts(parts, state).await {
            Ok(AxumPath(values)) => Ok(Self(values)),
            Err(PathRejection::FailedToDeserializePathParams(fault)) => {
                let names: Vec<&str> = raw.iter().flatten().map(|(name, _)| name).collect();
                Err(misspelt(fault.into_kind(), &names))
            }
            Err(other) => Err(ApiError::new(ErrorKind::Internal, format!("A path cannot be read: {other}"))),
        }
    }
}

impl<T: Segments> Input for Path<T> {
    fn describe(sketch: &mut Sketch<'_>) {
        describe::path::<T>(sketch);
    }
}

/// A segment that is not what its route expects.
fn misspelt(fault: PathFault, names: &[&str]) -> ApiError {
    let name = |place: usize| names.get(place).copied().unwrap_or("path");
    let whole = |name: &str, value: &str| DialectError::invalid(name, value, "a whole number").into();
    match fault {
        PathFault::ParseErrorAtKey { key, value, .. } => whole(&key, &value),
        PathFault::ParseErrorAtIndex { index, value, .. } => whole(name(index), &value),
        PathFault::ParseError { value, .. } => whole(name(0), &value),
        PathFault::InvalidUtf8InPathParam { key } => {
            ApiError::new(ErrorKind::Invalid, format!("`{key}` in the address is not UTF-8: encode it so"))
        }
        PathFault::Message(message) | PathFault::DeserializeError { message, .. } => {
            ApiError::new(ErrorKind::Invalid, message)
        }
        other => ApiError::new(ErrorKind::Internal, format!("A path cannot be read: {other}")),
    }
}

/// The filters of the query, `field[operator]=value`, of a list whose fields `F` names.
#[derive(Clone, Debug)]
pub struct Filters<F> {
    /// The filters, those of unknown fields too.
    pub list: Vec<Filter>,
    fields: std::marker::PhantomData<F>,
}

impl<S: Sync, F> FromRequestParts<S> for Filters<F> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let list = filters(&Query::parse(parts.uri.query())?);
        Ok(Self { list, fields: std::marker::PhantomData })
    }
}

impl<F: Fields> Input for Filters<F> {
    fn describe(sketch: &mut Sketch<'_>) {
        let operators = ["equals", "nequals", "like", "ilike", "lte", "gte", "in"];
        let properties: Map<String, Value> =
            operators.iter().map(|name| ((*name).to_owned(), json!({ "type": "string" }))).collect();
        for field in F::FIELDS {
            sketch.refuses(400);
            sketch.parameters.push(json!({
                "name": field,
                "in": "query",
                "style": "deepObject",
                "explode": true,
                "description": format!("Conditions on `{field}`: `{field}[operator]=value`"),
                // Other operators are ignored, as other fields are.
                "schema": { "type": "object", "properties": properties },
            }));
        }
    }
}

/// Why a body or a query was not taken. Commands answer the second in the form of commands (rest-api 1.9).
#[derive(Debug)]
pub enum Untaken {
    /// It could not be read at all, is no JSON, or belongs to no command.
    Unreadable(ApiError),
    /// What it says is not what its keys expect.
    Refused(ApiError),
}

impl From<Untaken> for ApiError {
    fn from(untaken: Untaken) -> Self {
        match untaken {
            Untaken::Unreadable(error) | Untaken::Refused(error) => error,
        }
    }
}

impl IntoResponse for Untaken {
    fn into_response(self) -> Response {
        match self {
            Self::Unreadable(error) => error.into_response(),
            Self::Refused(error) => CommandError(error).into_response(),
        }
    }
}

/// The JSON object of a command as body, whatever its content type says; an empty body or `null` is an object without
/// keys (rest-api 1.1).
#[derive(Clone, Copy, Debug)]
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequest<S> for Body<T> {
    type Rejection = Untaken;

    async fn from_request(request: Request, _: &S) -> Result<Self, Untaken> {
        object(&bytes(request).await.map_err(Untaken::Unreadable)?, OBJECT).map(Self)
    }
}

/// The JSON object of what is no command, as [`Body`].
#[derive(Clone, Copy, Debug)]
pub struct Told<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequest<S> for Told<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        Ok(Self(object(&bytes(request).await?, OBJECT)?))
    }
}

impl<T: ToSchema> Input for Told<T> {
    fn describe(sketch: &mut Sketch<'_>) {
        <Body<T> as Input>::describe(sketch);
    }
}

impl<T: ToSchema> Input for Body<T> {
    fn describe(sketch: &mut Sketch<'_>) {
        sketch.refuses(400);
        sketch.refuses(413);
        let one = sketch.schemas.of::<T>();
        // Nothing says as much as an object without keys.
        let schema = json!({ "anyOf": [one, { "type": "null" }] });
        sketch.body = Some(("application/json", schema));
    }
}

/// One object, or an array of them (rest-api 1.8).
#[derive(Debug)]
pub enum Batch<T> {
    /// An object.
    One(T),
    /// An array: each element as it was sent, and what it says.
    Many(Vec<(Box<RawValue>, Result<T, ApiError>)>),
}

/// What is expected where one object may stand.
pub(crate) const OBJECT: &str = "Send one object, or an array";

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequest<S> for Batch<T> {
    type Rejection = Untaken;

    async fn from_request(request: Request, _: &S) -> Result<Self, Untaken> {
        let bytes = bytes(request).await.map_err(Untaken::Unreadable)?;
        if first(&bytes) != Some(b'[') {
            return object(&bytes, OBJECT).map(Self::One);
        }
        let elements: Vec<Box<RawValue>> =
            serde_json::from_slice(&bytes).map_err(|cause| unreadable(&cause, OBJECT))?;
        let read = |element: Box<RawValue>| {
            let value = object(element.get().as_bytes(), OBJECT).map_err(ApiError::from);
            (element, value)
        };
        Ok(Self::Many(elements.into_iter().map(read).collect()))
    }
}

impl<T: ToSchema> Input for Batch<T> {
    fn describe(sketch: &mut Sketch<'_>) {
        sketch.refuses(400);
        sketch.refuses(413);
        let one = sketch.schemas.of::<T>();
        // An element that is none is refused in the answer, and the others are made.
        let items = json!({ "description": "Refused one by one, in the answer", "anyOf": [one, {}] });
        let schema = json!({ "anyOf": [one, { "type": "array", "items": items }, { "type": "null" }] });
        sketch.body = Some(("application/json", schema));
    }
}

/// One object, or an array of so many that they are read one by one from the text of the body.
#[derive(Debug)]
pub struct RawBatch<T> {
    text: Bytes,
    element: std::marker::PhantomData<T>,
}

impl<T: DeserializeOwned + Default> RawBatch<T> {
    /// Whether it is an array.
    pub fn is_array(&self) -> bool {
        first(&self.text) == Some(b'[')
    }

    /// The one object. `remedy` ends the refusal of what is no JSON.
    ///
    /// # Errors
    /// When it is no object, or a value in it is not what its key expects.
    pub fn one(&self, remedy: &str) -> Result<T, ApiError> {
        if first(&self.text).is_none() {
            serde_json::from_slice::<IgnoredAny>(&self.text).map_err(|cause| not_json(&cause, remedy))?;
        }
        Ok(object(&self.text, remedy)?)
    }

    /// Where the elements stand in the text.
    ///
    /// # Errors
    /// When the body is no JSON.
    pub fn spans(&self, remedy: &str) -> Result<Vec<Range<usize>>, ApiError> {
        let elements: Vec<&RawValue> =
            serde_json::from_slice(&self.text).map_err(|cause| not_json(&cause, remedy))?;
        // The elements are borrowed from the text.
        let start = self.text.as_ptr().addr();
        let span = |element: &RawValue| {
            let at = element.get().as_ptr().addr() - start;
            at..at + element.get().len()
        };
        Ok(elements.into_iter().map(span).collect())
    }

    /// What an element says.
    ///
    /// # Errors
    /// When it is no object, or a value in it is not what its key expects.
    pub fn read(&self, span: &Range<usize>, remedy: &str) -> Result<T, ApiError> {
        Ok(object(&self.text[span.clone()], remedy)?)
    }

    /// An element as JSON, to be repeated to the client.
    pub fn parsed(&self, span: &Range<usize>) -> Value {
        serde_json::from_slice(&self.text[span.clone()]).unwrap_or(Value::Null)
    }
}

impl<S: Send + Sync, T: Send> FromRequest<S> for RawBatch<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        Ok(Self { text: bytes(request).await?, element: std::marker::PhantomData })
    }
}

impl<T: ToSchema> Input for RawBatch<T> {
    fn describe(sketch: &mut Sketch<'_>) {
        <Batch<T> as Input>::describe(sketch);
    }
}

/// The first byte that is no white space.
pub fn first(bytes: &[u8]) -> Option<u8> {
    bytes.iter().copied().find(|byte| !byte.is_ascii_whitespace())
}

/// Reads an object from its text; nothing and `null` are an object without keys. `remedy` ends the refusal of what is
/// no JSON.
///
/// # Errors
/// When it is no object, or a value in it is not what its key expects.
pub fn object<T: DeserializeOwned + Default>(bytes: &[u8], remedy: &str) -> Result<T, Untaken> {
    if std::str::from_utf8(bytes).is_err() {
        serde_json::from_slice::<Value>(bytes).map_err(|cause| unreadable(&cause, remedy))?;
    }
    match first(bytes) {
        None => return Ok(T::default()),
        Some(b'{') => {}
        Some(_) => {
            serde_json::from_slice::<IgnoredAny>(bytes).map_err(|cause| unreadable(&cause, remedy))?;
            if bytes.trim_ascii() == b"null" {
                return Ok(T::default());
            }
            let words = "A JSON object is expected here";
            return Err(Untaken::Refused(ApiError::new(ErrorKind::Invalid, words)));
        }
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|fault| {
        if loose::refusal(&fault.inner().to_string()).is_some() {
            return Untaken::Refused(refused(&fault));
        }
        unreadable(fault.inner(), remedy)
    })?;
    reader.end().map_err(|cause| unreadable(&cause, remedy))?;
    Ok(value)
}

fn unreadable(cause: &serde_json::Error, remedy: &str) -> Untaken {
    Untaken::Unreadable(not_json(cause, remedy))
}

/// The refusal of a body that is no JSON; `remedy` ends it.
pub(crate) fn not_json(cause: &serde_json::Error, remedy: &str) -> ApiError {
    ApiError::new(ErrorKind::Invalid, format!("The body is not JSON: {cause}. {remedy}"))
}

/// The refusal of a value, with the key that it stands under.
fn refused(fault: &serde_path_to_error::Error<serde_json::Error>) -> ApiError {
    let text = fault.inner().to_string();
    match loose::refusal(&text) {
        Some((value, expected)) => ApiError::new(
            ErrorKind::Invalid,
            format!("`{}` has the value `{value}`: expected {expected}", fault.path()),
        ),
        None => ApiError::new(ErrorKind::Invalid, text),
    }
}
