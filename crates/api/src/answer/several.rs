//! The answer to a create that takes an array.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::error::{ApiError, every_code};

/// One element of a bulk request that was refused.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Refused {
    /// The element as it was sent.
    data: Value,
    /// Why.
    message: String,
    /// Name of the cause; texts in other languages go by it.
    #[schema(schema_with = every_code)]
    code: &'static str,
    /// Values that the text holds.
    params: Map<String, Value>,
}

impl Refused {
    /// That element, refused so.
    pub fn of(data: Value, error: &ApiError) -> Self {
        let (message, params) = (error.message().to_owned(), error.params().clone());
        Self { data, message, code: error.code(), params }
    }
}

/// The answer to a bulk create: always HTTP 200, the outcome in `status`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Bulk {
    data: BulkData,
    /// 200: all, 206: some, 400: none.
    #[schema(example = 200)]
    status: u16,
    /// Id of the one command that made them all, to undo it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    command: Option<i64>,
}

/// What became of the elements.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
struct BulkData {
    /// `false`, where an element was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    success: Option<bool>,
    /// What happened, for people.
    message: String,
    /// The elements that were refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<Refused>,
}

impl Bulk {
    /// The answer when that many were made and these refused.
    pub fn of(added: usize, refused: Vec<Refused>, message: &str) -> Self {
        let status = match (refused.is_empty(), added) {
            (true, _) => 200,
            (false, 0) => 400,
            (false, _) => 206,
        };
        let success = (!refused.is_empty()).then_some(false);
        Self {
            data: BulkData { success, message: message.to_owned(), errors: refused },
            status,
            command: None,
        }
    }

    /// With the command that did it.
    #[must_use]
    pub fn by(self, command: Option<i64>) -> Self {
        Self { command, ..self }
    }
}

#[cfg(test)]
mod tests {
    use cytomine_model::ErrorKind;
    use serde_json::json;

    use super::*;

    #[test]
    fn bulk_tells_all_some_or_none() {
        let why = || ApiError::new(ErrorKind::NotFound, "Term not found with filters : {id=5}");
        let refused = || vec![Refused::of(json!({ "location": "x" }), &why())];
        let bulk = |added, refused, message| json!(Bulk::of(added, refused, message));
        assert_eq!(bulk(3, vec![], "3 added"), json!({ "data": { "message": "3 added" }, "status": 200 }));
        assert_eq!(bulk(0, vec![], "Nothing to add")["status"], 200);
        let some = bulk(2, refused(), "2 added, 1 refused");
        assert_eq!(some["status"], 206);
        assert_eq!(
            some["data"]["errors"],
            json!([{
                "data": { "location": "x" }, "message": "Term not found with filters : {id=5}",
                "code": "not_found.entity", "params": { "kind": "Term", "id": "5" },
            }])
        );
        assert_eq!(bulk(0, refused(), "1 refused")["status"], 400);
    }
}
