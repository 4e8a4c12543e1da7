//! Errors of use cases: a kind that the edge maps to a status, words for the user, and a code that names them.

pub mod codes;

use cytomine_model::ErrorKind;
use cytomine_store::StoreError;

/// Values by name; boxed, so that an error is small beside what a function returns when all is well.
pub type Facts = Box<serde_json::Map<String, serde_json::Value>>;

/// Why a use case did nothing. Nothing was written when one returns this.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct DomainError {
    /// What kind of failure it is.
    pub kind: ErrorKind,
    /// Cause and remedy, for the user.
    pub message: String,
    /// Name of the cause ([`codes`]).
    pub code: &'static str,
    /// Values in the message, by the names that the text of its code has for them.
    pub params: Facts,
    /// Facts for programs (`errorValues` of the API).
    pub values: Facts,
    #[source]
    source: Option<Box<StoreError>>,
}

impl DomainError {
    /// An error of that kind.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let message = message.into();
        let (code, params) = codes::of(kind, &message);
        Self { kind, message, code, params: Box::new(params), values: Facts::default(), source: None }
    }

    /// The request makes no sense.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Invalid, message)
    }

    /// The actor may not do this.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Forbidden, message)
    }

    /// There is no such entity; worded as Cytomine words it.
    pub fn not_found(what: &str, id: impl std::fmt::Display) -> Self {
        Self::new(ErrorKind::NotFound, format!("{what} not found with filters : {{id={id}}}"))
    }

    /// There is one already.
    pub fn already_exists(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::AlreadyExists, message)
    }

    /// Something else uses it.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Conflict, message)
    }

    /// Whether the server failed, and not the request.
    pub(crate) fn is_ours(&self) -> bool {
        matches!(self.kind, ErrorKind::Unavailable | ErrorKind::Internal)
    }

    /// Adds a fact for programs.
    #[must_use]
    pub fn with_value(mut self, key: &str, value: impl Into<serde_json::Value>) -> Self {
        self.values.insert(key.to_owned(), value.into());
        self
    }

    /// Turns a refused unique index into "already exists" with these words; other failures stay what they are.
    pub fn duplicate(message: impl Into<String>) -> impl FnOnce(StoreError) -> Self {
        move |error| match error {
            StoreError::Duplicate { .. } => Self::already_exists(message),
            other => other.into(),
        }
    }
}

impl From<StoreError> for DomainError {
    fn from(error: StoreError) -> Self {
        let (kind, message) = match &error {
            StoreError::Duplicate { .. } => {
                (ErrorKind::AlreadyExists, "Such an entry exists already".to_owned())
            }
            StoreError::Dangling(_) => {
                (ErrorKind::Invalid, "The request names something that does not exist".to_owned())
            }
            StoreError::Unavailable(_) => {
                (ErrorKind::Unavailable, "The database does not answer at the moment; try again".to_owned())
            }
            StoreError::Open { .. } | StoreError::Unreachable { .. } | StoreError::Schema(_) => {
                (ErrorKind::Unavailable, error.to_string())
            }
            StoreError::Busy => (ErrorKind::Unavailable, error.to_string()),
            _ => {
                (ErrorKind::Internal, "The server failed to store or read data; its log tells why".to_owned())
            }
        };
        Self { source: Some(Box::new(error)), ..Self::new(kind, message) }
    }
}
