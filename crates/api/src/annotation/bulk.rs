//! Making annotations, one or many, and deleting many.
//!
//! A bulk of a hundred thousand is read element by element from the text of the body: never are all of them JSON
//! trees at once.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use cytomine_domain::DomainError;
use cytomine_domain::annotation::{self, NewAnnotation, Thinning};
use cytomine_model::{AnnotationId, ErrorKind, ImageInstanceId, SliceInstanceId, TermId, UserId};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::json;
use crate::answer;
use crate::auth::Caller;
use crate::base_url::BaseUrl;
use crate::dialect::DialectError;
use crate::dialect::envelope::{Refused, bulk};
use crate::dialect::query::Query;
use crate::error::{ApiError, CommandError};
use crate::request::{Fields, Params};
use crate::state::ApiState;

/// Refused elements that an answer repeats in full; of more, only their number is told.
const REPEATED: usize = 1_000;

/// POST `annotation`: one object, or an array of them (empty too: clients end a bulk with `[]`).
pub(super) async fn create(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Params(query): Params,
    body: Bytes,
) -> Result<Response, CommandError> {
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    if first != Some(&b'[') {
        let value = serde_json::from_slice(&body).map_err(|cause| unreadable(&cause))?;
        let new = read(&query, &Fields::of(value)?)?;
        let outcome = annotation::create(&state.system, &actor, new).await?;
        let id = outcome.entity.annotation.id.0;
        let object = json::annotation(&outcome.entity, &base);
        return Ok(answer::command(outcome.done, id, object).into_response());
    }
    let elements: Vec<&RawValue> = serde_json::from_slice(&body).map_err(|cause| unreadable(&cause))?;
    let mut refused: Vec<(usize, String)> = Vec::new();
    let (mut places, mut list) = (Vec::with_capacity(elements.len()), Vec::with_capacity(elements.len()));
    for (place, element) in elements.iter().enumerate() {
        match parse(element).and_then(|fields| read(&query, &fields)) {
            Ok(new) => {
                places.push(place);
                list.push(new);
            }
            Err(error) => refused.push((place, error.message().to_owned())),
        }
    }
    let made = annotation::create_many(&state.system, &actor, list).await?;
    refused.extend(made.refused.into_iter().map(|refusal| {
        let DomainError { message, .. } = refusal.error;
        (places[refusal.place], message)
    }));
    refused.sort_by_key(|(place, _)| *place);
    let message = match (made.added.len(), refused.len()) {
        (0, 0) => "There was nothing to add".to_owned(),
        (added, 0) => format!("{added} annotations added"),
        (added, refused) => format!("{added} annotations added, {refused} refused"),
    };
    let repeat = |(place, message): (usize, String)| Refused {
        data: serde_json::from_str(elements[place].get()).unwrap_or(Value::Null),
        message,
    };
    let refused = refused.into_iter().take(REPEATED).map(repeat).collect();
    let mut answer = bulk(made.added.len(), refused, &message);
    if let Some(done) = made.done {
        answer["command"] = json!(done.command);
    }
    Ok(Json(answer).into_response())
}

fn parse(element: &RawValue) -> Result<Fields, ApiError> {
    Fields::of(serde_json::from_str(element.get()).map_err(|cause| unreadable(&cause))?)
}

fn unreadable(cause: &serde_json::Error) -> ApiError {
    ApiError::new(
        ErrorKind::Invalid,
        format!("The body is not JSON: {cause}. Send one annotation, or an array of annotations"),
    )
}

fn read(query: &Query, fields: &Fields) -> Result<NewAnnotation, ApiError> {
    let terms = match fields.ids("term")? {
        Some(terms) => terms,
        None => fields.ids("terms")?.unwrap_or_default(),
    };
    Ok(NewAnnotation {
        location: fields.text("location"),
        image: fields.id("image")?.map(ImageInstanceId),
        slice: fields.id("slice")?.map(SliceInstanceId),
        user: fields.id("user")?.map(UserId),
        terms: terms.into_iter().map(TermId).collect(),
        properties: properties(fields)?,
        thinning: thinning(query, fields)?,
    })
}

/// `minPoint` and `maxPoint`, in the query or in the object.
pub(super) fn thinning(query: &Query, fields: &Fields) -> Result<Option<Thinning>, DialectError> {
    let number = |name: &str| -> Result<Option<usize>, DialectError> {
        let inside = fields.int(name)?.and_then(|count| usize::try_from(count).ok());
        Ok(query.parsed(name, "a number of points")?.or(inside))
    };
    let thinning = Thinning { min_points: number("minPoint")?, max_points: number("maxPoint")? };
    Ok((thinning != Thinning::default()).then_some(thinning))
}

/// Properties as an object, as Cytomine documents them, or as a list of `{key, value}`, as its image server sends them.
fn properties(fields: &Fields) -> Result<Vec<(String, String)>, ApiError> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match fields.any(&["property", "properties"]) {
        None => Ok(Vec::new()),
        Some(Value::Object(pairs)) => {
            Ok(pairs.iter().map(|(key, value)| (key.clone(), text(value))).collect())
        }
        Some(Value::Array(list)) => list
            .iter()
            .map(|pair| match (pair.get("key"), pair.get("value")) {
                (Some(Value::String(key)), Some(value)) => Ok((key.clone(), text(value))),
                _ => Err(property_shape()),
            })
            .collect(),
        Some(_) => Err(property_shape()),
    }
}

fn property_shape() -> ApiError {
    ApiError::new(
        ErrorKind::Invalid,
        "`properties` is not understood: send an object of keys and values, or a list of `{\"key\", \"value\"}`",
    )
}

/// DELETE `annotation?annotations=1,2,3`: all of them as one step, an addition of this server.
pub(super) async fn delete(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Params(query): Params,
) -> Result<Json<Value>, CommandError> {
    let ids: Vec<AnnotationId> =
        query.ids("annotations")?.unwrap_or_default().into_iter().map(AnnotationId).collect();
    let done = annotation::delete_many(&state.system, &actor, &ids).await?;
    Ok(Json(json!({ "data": { "message": done.message }, "status": 200, "command": done.command })))
}
