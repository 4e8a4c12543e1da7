//! Errors as HTTP: the only place that knows status codes and Cytomine's error JSON.
//!
//! Cytomine answers in two forms (rest-api 1.9). Inside a generic create, change or delete:
//! `{success: false, errors: "text", errorValues}`, here [`CommandError`]. Everywhere else:
//! `{errors: {message: "text"}, errorValues}`, here [`ApiError`]. A handler's return type chooses.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use cytomine_domain::DomainError;
use cytomine_model::ErrorKind;
use serde_json::{Map, Value, json};

use crate::dialect::DialectError;

/// Why a request was refused.
#[derive(Debug)]
pub struct ApiError {
    kind: ErrorKind,
    message: String,
    values: Map<String, Value>,
}

/// Why a create, change or delete was refused.
#[derive(Debug)]
pub struct CommandError(pub ApiError);

impl ApiError {
    /// An error of that kind with these words.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), values: Map::new() }
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Cause and remedy.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        match self.kind {
            ErrorKind::Invalid => StatusCode::BAD_REQUEST,
            ErrorKind::Unauthenticated => StatusCode::UNAUTHORIZED,
            ErrorKind::Forbidden | ErrorKind::Conflict => StatusCode::FORBIDDEN,
            ErrorKind::NotFound => StatusCode::NOT_FOUND,
            ErrorKind::AlreadyExists => StatusCode::CONFLICT,
            ErrorKind::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
            ErrorKind::TooMany => StatusCode::TOO_MANY_REQUESTS,
            ErrorKind::NotImplemented => StatusCode::NOT_IMPLEMENTED,
            ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl From<DomainError> for ApiError {
    fn from(error: DomainError) -> Self {
        if matches!(error.kind, ErrorKind::Internal | ErrorKind::Unavailable) {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            tracing::error!(%error, cause, "a request failed");
        }
        Self { kind: error.kind, message: error.message, values: error.values }
    }
}

impl From<DialectError> for ApiError {
    fn from(error: DialectError) -> Self {
        Self::new(ErrorKind::Invalid, error.to_string())
    }
}

impl<E: Into<ApiError>> From<E> for CommandError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = json!({ "errors": { "message": self.message }, "errorValues": self.values });
        (self.status(), Json(body)).into_response()
    }
}

impl IntoResponse for CommandError {
    fn into_response(self) -> Response {
        let Self(error) = self;
        let body = json!({ "success": false, "errors": error.message, "errorValues": error.values });
        (error.status(), Json(body)).into_response()
    }
}
