//! Errors as HTTP: the only place that knows status codes and Cytomine's error JSON.
//!
//! Cytomine answers in two forms (rest-api 1.9). Inside a generic create, change or delete:
//! `{success: false, errors: "text", errorValues}`, here [`CommandError`]. Everywhere else:
//! `{errors: {message: "text"}, errorValues}`, here [`ApiError`]. A handler's return type chooses. Both carry, beside
//! the text, its `code` and the values in it as `params`, so that a client can say it in another language.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use cytomine_domain::DomainError;
use cytomine_domain::error::{Facts, codes};
use cytomine_model::ErrorKind;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

use crate::describe::{Output, Sketch};
use crate::dialect::DialectError;
use crate::dialect::loose::schema_of;

/// Why a request was refused.
#[derive(Debug)]
pub struct ApiError {
    kind: ErrorKind,
    status: StatusCode,
    code: &'static str,
    message: String,
    params: Facts,
    values: Facts,
}

/// Why a create, change or delete was refused.
#[derive(Debug)]
pub struct CommandError(pub ApiError);

impl ApiError {
    /// An error of that kind with these words.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let message = message.into();
        let (code, params) = codes::of(kind, &message);
        Self { kind, status: status(kind), code, message, params: Box::new(params), values: Facts::default() }
    }

    /// A refusal of HTTP's own kind, with these words.
    pub fn with_status(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, ..Self::new(ErrorKind::Invalid, message) }
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Cause and remedy.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The name of the cause, for programs.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The values that the text holds, by the names that the text of its code has for them.
    pub fn params(&self) -> &Map<String, Value> {
        &self.params
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        self.status
    }
}

fn status(kind: ErrorKind) -> StatusCode {
    match kind {
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

impl From<DomainError> for ApiError {
    fn from(error: DomainError) -> Self {
        if matches!(error.kind, ErrorKind::Internal | ErrorKind::Unavailable) {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            tracing::error!(%error, cause, "a request failed");
        }
        Self {
            kind: error.kind,
            status: status(error.kind),
            code: error.code,
            message: error.message,
            params: error.params,
            values: error.values,
        }
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

/// A refusal.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    errors: Message,
    /// Facts for programs.
    error_values: Map<String, Value>,
    /// Name of the cause; texts in other languages go by it.
    #[schema(schema_with = every_code)]
    code: &'static str,
    /// Values that the text holds.
    params: Map<String, Value>,
}

/// Every code that there is.
pub fn every_code() -> RefOr<Schema> {
    let general = ErrorKind::ALL.map(codes::general);
    let codes: Vec<&str> = codes::CODES.iter().map(|(code, _)| *code).chain(general).collect();
    schema_of(json!({ "type": "string", "enum": codes, "example": "request.value" }))
}

/// Cause and remedy, in words.
#[derive(Serialize, ToSchema)]
struct Message {
    /// The words.
    #[schema(example = "`id` has the value `key`: expected a whole number")]
    message: String,
}

/// The refusal of a create, change or delete.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CommandProblem {
    /// Always `false`.
    #[schema(example = false)]
    success: bool,
    /// Cause and remedy.
    #[schema(example = "`id` has the value `key`: expected a whole number")]
    errors: String,
    /// Facts for programs.
    error_values: Map<String, Value>,
    /// Name of the cause; texts in other languages go by it.
    #[schema(schema_with = every_code)]
    code: &'static str,
    /// Values that the text holds.
    params: Map<String, Value>,
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let Self { status, code, message, params, values, .. } = self;
        let errors = Message { message };
        (status, Json(Problem { errors, error_values: *values, code, params: *params })).into_response()
    }
}

impl IntoResponse for CommandError {
    fn into_response(self) -> Response {
        let Self(ApiError { status, code, message, params, values, .. }) = self;
        let body =
            CommandProblem { success: false, errors: message, error_values: *values, code, params: *params };
        (status, Json(body)).into_response()
    }
}

/// What a request may always meet.
fn failures(sketch: &mut Sketch<'_>) {
    sketch.schemas.of::<Problem>();
    sketch.refuses(500);
    sketch.refuses(503);
}

impl Output for ApiError {
    fn describe(sketch: &mut Sketch<'_>) {
        failures(sketch);
    }
}

impl Output for CommandError {
    fn describe(sketch: &mut Sketch<'_>) {
        failures(sketch);
        sketch.schemas.of::<CommandProblem>();
        sketch.refused_as = Some("CommandProblem");
        for status in [400, 403, 404, 409] {
            sketch.refuses(status);
        }
    }
}
