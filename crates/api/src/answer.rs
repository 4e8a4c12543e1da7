//! What handlers answer: the envelope of a command, and the answer to a bulk create.

use std::future::Future;

use axum::Json;
use axum::response::{IntoResponse, Response};
use cytomine_domain::unit::bulk::{self, Bulk as Made, New};
use cytomine_domain::{Actor, DomainError, Done};
use cytomine_model::Kind;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::describe::{Output, Sketch};
use crate::dialect::envelope::{Envelope, OfKind};
use crate::error::{ApiError, CommandError};
use crate::extract::Batch;
use crate::state::ApiState;

pub use self::several::{Bulk, Refused};

mod several;

/// The answer of a command about one entity.
pub type Command<T> = Result<Json<Envelope<T>>, CommandError>;

/// The envelope of a command about one entity, given its id and wire form.
pub fn envelope<T>(done: Done, id: i64, object: T) -> Envelope<T> {
    Envelope {
        action: done.action,
        kind: done.kind,
        id,
        object,
        command: Some(done.command.0),
        message: done.message,
        ontology: None,
    }
}

/// The answer of a command about one entity.
pub fn command<T>(done: Done, id: i64, object: T) -> Json<Envelope<T>> {
    Json(envelope(done, id, object))
}

/// The answer to a create that takes one object or an array of them.
#[derive(Debug)]
pub enum Created<T> {
    /// To one.
    One(Envelope<T>),
    /// To an array.
    Many(Bulk),
}

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        match self {
            Self::One(envelope) => Json(envelope).into_response(),
            Self::Many(bulk) => Json(bulk).into_response(),
        }
    }
}

impl<T: OfKind> Output for Created<T> {
    fn describe(sketch: &mut Sketch<'_>) {
        let one = sketch.schemas.of::<Envelope<T>>();
        let many = sketch.schemas.of::<Bulk>();
        let schema = json!({ "anyOf": [one, many] });
        sketch
            .answers
            .insert(200, ("The object was made, or of the array what could be", "application/json", schema));
    }
}

/// Creates one entity from an object, or those of an array as one step of one command; the refused ones are reported
/// (rest-api 1.8). `read` says what an element asks for, `one` makes a single one and shows it.
///
/// # Errors
/// What refused the one object, or all for one reason; else the answer tells what became of each.
pub async fn create<B, N, T, F, R>(
    state: &ApiState,
    actor: &Actor,
    body: Batch<B>,
    read: impl Fn(B) -> Result<N, ApiError>,
    one: F,
) -> Result<Created<T>, CommandError>
where
    N: New,
    F: FnOnce(N) -> R,
    R: Future<Output = Command<T>>,
{
    match body {
        Batch::One(body) => {
            let Json(envelope) = one(read(body)?).await?;
            Ok(Created::One(envelope))
        }
        Batch::Many(elements) => {
            let make = async |list| bulk::create_many(&state.system, actor, list).await;
            Ok(Created::Many(many(elements, read, make).await?))
        }
    }
}

/// As [`create`], where making one is making a list of one.
///
/// # Errors
/// As those of [`create`].
pub async fn create_at_once<B, N, E: Kind, T>(
    body: Batch<B>,
    read: impl Fn(B) -> Result<N, ApiError>,
    make: impl AsyncFnOnce(Vec<N>) -> Result<Made<E>, DomainError>,
    show: impl Fn(&E) -> T,
) -> Result<Created<T>, CommandError> {
    match body {
        Batch::One(body) => {
            let made = make(vec![read(body)?]).await?.one()?;
            Ok(Created::One(envelope(made.done, made.entity.id().into(), show(&made.entity))))
        }
        Batch::Many(elements) => Ok(Created::Many(many(elements, read, make).await?)),
    }
}

/// Has what the elements of an array ask for made as one step, and tells what became of each.
async fn many<B, N, E>(
    elements: Vec<(Box<RawValue>, Result<B, ApiError>)>,
    read: impl Fn(B) -> Result<N, ApiError>,
    make: impl AsyncFnOnce(Vec<N>) -> Result<Made<E>, DomainError>,
) -> Result<Bulk, CommandError> {
    let (mut sent, mut places, mut list, mut refused) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (place, (text, element)) in elements.into_iter().enumerate() {
        match element.and_then(&read) {
            Ok(new) => {
                places.push(place);
                list.push(new);
            }
            Err(error) => refused.push((place, error)),
        }
        sent.push(text);
    }
    let made = make(list).await?;
    refused.extend(made.refused.into_iter().map(|(among, error)| (places[among], ApiError::from(error))));
    refused.sort_by_key(|(place, _)| *place);
    let message = match (made.added.len(), refused.len()) {
        (added, 0) => format!("{added} added"),
        (added, refused) => format!("{added} added, {refused} refused"),
    };
    let told = |(place, error): (usize, ApiError)| {
        Refused::of(serde_json::from_str(sent[place].get()).unwrap_or(Value::Null), &error)
    };
    let answer = Bulk::of(made.added.len(), refused.into_iter().map(told).collect(), &message);
    Ok(answer.by(made.done.map(|done| done.command.0)))
}

/// Bytes of an image.
#[derive(Debug)]
pub struct Picture;

impl Output for Picture {
    fn describe(sketch: &mut Sketch<'_>) {
        let bytes = json!({ "type": "string", "contentMediaType": "image/jpeg" });
        sketch.answers.insert(200, ("The picture", "image/*", bytes));
        sketch.answers.insert(304, ("The client has it already", "", Value::Null));
        for status in [400, 422, 500, 501, 503] {
            sketch.refuses(status);
        }
    }
}

/// The bytes of a file.
#[derive(Debug)]
pub struct File;

impl Output for File {
    fn describe(sketch: &mut Sketch<'_>) {
        let bytes = || json!({ "type": "string", "contentMediaType": "application/octet-stream" });
        sketch.answers.insert(200, ("The file", "application/octet-stream", bytes()));
        sketch
            .answers
            .insert(206, ("The part of it that was asked for", "application/octet-stream", bytes()));
        sketch.answers.insert(304, ("The client has it already", "", Value::Null));
        sketch.answers.insert(416, ("The range lies outside of the file", "", Value::Null));
    }
}
