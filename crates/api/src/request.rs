//! What handlers read from requests: parameters, and bodies as loosely as Cytomine's clients write them.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use cytomine_model::ErrorKind;
use serde_json::{Map, Value};

use crate::dialect::query::Query;
use crate::dialect::{DialectError, boolean, dates, ids};
use crate::error::ApiError;

/// The query of the request.
#[derive(Debug)]
pub struct Params(pub Query);

impl<S: Sync> FromRequestParts<S> for Params {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(Self(Query::parse(parts.uri.query())?))
    }
}

/// The JSON of the body, whatever its content type says; an empty body is `null` (rest-api 1.1).
#[derive(Debug)]
pub struct JsonBody(pub Value);

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let bytes = Bytes::from_request(request, state).await.map_err(|cause| {
            ApiError::new(ErrorKind::Invalid, format!("The body cannot be read: {cause}"))
        })?;
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self(Value::Null));
        }
        serde_json::from_slice(&bytes).map(Self).map_err(|cause| {
            ApiError::new(
                ErrorKind::Invalid,
                format!("The body is not JSON: {cause}. Send one object, or an array"),
            )
        })
    }
}

/// The fields of one JSON object.
#[derive(Debug, Clone, Default)]
pub struct Fields(Map<String, Value>);

impl Fields {
    /// The fields of a body or of an element of it.
    ///
    /// # Errors
    /// When it is no object.
    pub fn of(value: Value) -> Result<Self, ApiError> {
        match value {
            Value::Object(fields) => Ok(Self(fields)),
            Value::Null => Ok(Self::default()),
            _ => Err(ApiError::new(ErrorKind::Invalid, "A JSON object is expected here")),
        }
    }

    /// The raw value under the first of these names that is there and not null.
    pub fn any(&self, names: &[&str]) -> Option<&Value> {
        names.iter().find_map(|name| self.0.get(*name).filter(|value| !value.is_null()))
    }

    /// Whether the key is there, null or not.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The raw value of a key, null included.
    pub fn raw(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Text; numbers and booleans are taken by their text.
    pub fn text(&self, name: &str) -> Option<String> {
        match self.0.get(name)? {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }

    /// A boolean, loosely.
    ///
    /// # Errors
    /// When it is none.
    pub fn bool(&self, name: &str) -> Result<Option<bool>, DialectError> {
        self.0.get(name).map_or(Ok(None), |value| boolean::bool_of(name, value))
    }

    /// An id, as number or text.
    ///
    /// # Errors
    /// When it is none.
    pub fn id(&self, name: &str) -> Result<Option<i64>, DialectError> {
        self.0.get(name).map_or(Ok(None), |value| ids::id_of(name, value))
    }

    /// An id where null has a meaning: absent `None`, null `Some(None)`.
    ///
    /// # Errors
    /// When it is none.
    pub fn nullable_id(&self, name: &str) -> Result<Option<Option<i64>>, DialectError> {
        self.0.get(name).map(|value| ids::id_of(name, value)).transpose()
    }

    /// A list of ids: an array, one id, or text.
    ///
    /// # Errors
    /// When an element is no id.
    pub fn ids(&self, name: &str) -> Result<Option<Vec<i64>>, DialectError> {
        self.0.get(name).map_or(Ok(None), |value| ids::ids_of(name, value))
    }

    /// A date in milliseconds.
    ///
    /// # Errors
    /// When it is none.
    pub fn date(&self, name: &str) -> Result<Option<i64>, DialectError> {
        self.0.get(name).map_or(Ok(None), |value| dates::date_of(name, value))
    }

    /// A number, as number or text.
    ///
    /// # Errors
    /// When it is none.
    pub fn number(&self, name: &str) -> Result<Option<f64>, DialectError> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Number(number)) => Ok(number.as_f64()),
            Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
            Some(other) => {
                let text = other.as_str().map_or_else(|| other.to_string(), str::to_owned);
                let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
                number.map(Some).ok_or_else(|| DialectError::invalid(name, &text, "a number"))
            }
        }
    }

    /// A whole number of 32 bits.
    ///
    /// # Errors
    /// When it is none.
    pub fn int(&self, name: &str) -> Result<Option<i32>, DialectError> {
        let Some(number) = self.number(name)? else { return Ok(None) };
        if number.fract() != 0.0 || number.abs() > f64::from(i32::MAX) {
            return Err(DialectError::invalid(name, &number.to_string(), "a whole number"));
        }
        #[allow(clippy::cast_possible_truncation, reason = "checked just above")]
        let whole = number as i32;
        Ok(Some(whole))
    }

    /// Gives the object back.
    pub fn into_value(self) -> Value {
        Value::Object(self.0)
    }
}
