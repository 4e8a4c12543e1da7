//! What handlers answer: the envelope of a command, and the answer to a bulk create.

use std::future::Future;

use axum::Json;
use axum::response::{IntoResponse, Response};
use cytomine_domain::Done;
use serde_json::Value;

use crate::dialect::envelope::{Envelope, Refused, bulk};
use crate::error::{ApiError, CommandError};
use crate::request::Fields;

/// The envelope of a command about one entity, given its id and wire JSON.
pub fn envelope(done: Done, id: i64, object: Value) -> Envelope {
    Envelope {
        action: done.action,
        kind: done.kind,
        id,
        object,
        command: done.command.0,
        message: done.message,
        print_message: true,
        ontology: None,
    }
}

/// The answer of a command about one entity.
pub fn command(done: Done, id: i64, object: Value) -> Json<Value> {
    Json(envelope(done, id, object).to_json())
}

/// Creates one entity from an object, or each of an array (rest-api 1.8): elements are tried one by one, the
/// refused ones reported. For kinds of which clients send few; annotations have their own bulk.
///
/// # Errors
/// When the one object is refused, or the body is neither object nor array.
pub async fn create<F, R>(body: Value, mut one: F) -> Result<Response, CommandError>
where
    F: FnMut(Fields) -> R,
    R: Future<Output = Result<Json<Value>, CommandError>>,
{
    let Value::Array(elements) = body else {
        return Ok(one(Fields::of(body)?).await?.into_response());
    };
    let mut added = 0;
    let mut refused = Vec::new();
    for element in elements {
        let outcome = match Fields::of(element.clone()) {
            Ok(fields) => one(fields).await,
            Err(error) => Err(CommandError(error)),
        };
        match outcome {
            Ok(_) => added += 1,
            Err(CommandError(error)) => {
                refused.push(Refused { data: element, message: ApiError::message(&error).to_owned() });
            }
        }
    }
    let message = if refused.is_empty() {
        format!("{added} added")
    } else {
        format!("{added} added, {} refused", refused.len())
    };
    Ok(Json(bulk(added, refused, &message)).into_response())
}
