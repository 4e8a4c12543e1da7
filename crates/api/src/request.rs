//! Parameters that are read by name, for requests that exist as GET and as POST: those of the query and the keys of
//! the body are one list then.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use serde_json::Value;

use crate::body::bytes;
use crate::describe::{Input, Sketch};
use crate::dialect::query::Query;
use crate::error::ApiError;
use crate::extract::{OBJECT, not_json};

/// The query of the request.
#[derive(Debug)]
pub struct Params(pub Query);

impl Input for Params {
    fn describe(_: &mut Sketch<'_>) {}
}

impl<S: Sync> FromRequestParts<S> for Params {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(Self(Query::parse(parts.uri.query())?))
    }
}

/// The JSON of the body, whatever its content type says; an empty body is `null` (rest-api 1.1).
#[derive(Debug)]
pub struct JsonBody(pub Value);

impl Input for JsonBody {
    fn describe(_: &mut Sketch<'_>) {}
}

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let bytes = bytes(request).await?;
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self(Value::Null));
        }
        serde_json::from_slice(&bytes).map(Self).map_err(|cause| not_json(&cause, OBJECT))
    }
}
