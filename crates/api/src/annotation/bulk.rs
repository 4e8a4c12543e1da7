//! Making annotations, one or many, and deleting many.
//!
//! A bulk of a hundred thousand is read element by element from the text of the body: never are all of them JSON
//! trees at once.

use std::ops::Range;

use axum::Json;
use axum::extract::State;
use cytomine_domain::annotation::{self, NewAnnotation, Thinning, aside};
use cytomine_model::AnnotationId;

use super::wire::{Annotation, AnnotationBody, SeveralDeleted, ThinningKeys, Words};
use crate::answer::{self, Bulk, Created, Refused};
use crate::auth::Caller;
use crate::base_url::BaseUrl;
use crate::dialect::DialectError;
use crate::dialect::loose::Text;
use crate::error::{ApiError, CommandError};
use crate::extract::{Asked, RawBatch};
use crate::state::ApiState;

/// What is expected of a body that is no JSON.
const REMEDY: &str = "Send one annotation, or an array of annotations";

/// Refused elements that an answer repeats in full; of more, only their number is told.
const REPEATED: usize = 1_000;

/// POST `annotation`: one object, or an array of them (empty too: clients end a bulk with `[]`).
pub(super) async fn create(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    BaseUrl(base): BaseUrl,
    Asked(asked): Asked<ThinningKeys>,
    body: RawBatch<AnnotationBody>,
) -> Result<Created<Annotation>, CommandError> {
    let asked = thinning(asked)?;
    if !body.is_array() {
        let new = body.one(REMEDY)?.new_annotation(asked)?;
        let outcome = annotation::create(&state.system, &actor, new).await?;
        let id = outcome.entity.annotation.id.0;
        let object = Annotation::of(&outcome.entity, &base);
        return Ok(Created::One(answer::envelope(outcome.done, id, object)));
    }
    let Read { body, spans, places, list, mut refused } = aside(move || read(body, asked)).await??;
    let made = annotation::create_many(&state.system, &actor, list).await?;
    let late = made.refused.into_iter();
    refused.extend(late.map(|refusal| (places[refusal.place], ApiError::from(refusal.error))));
    refused.sort_by_key(|(place, _)| *place);
    let message = match (made.added.len(), refused.len()) {
        (0, 0) => "There was nothing to add".to_owned(),
        (added, 0) => format!("{added} annotations added"),
        (added, refused) => format!("{added} annotations added, {refused} refused"),
    };
    let repeat = |(place, error): (usize, ApiError)| Refused::of(body.parsed(&spans[place]), &error);
    let refused = refused.into_iter().take(REPEATED).map(repeat).collect();
    let answer = Bulk::of(made.added.len(), refused, &message);
    Ok(Created::Many(answer.by(made.done.map(|done| done.command.0))))
}

/// A bulk as it was sent: what can be made of it, and the elements that make no sense.
struct Read {
    body: RawBatch<AnnotationBody>,
    /// Where each element stands in the body.
    spans: Vec<Range<usize>>,
    /// The places in the array of those in `list`.
    places: Vec<usize>,
    list: Vec<NewAnnotation>,
    refused: Vec<(usize, ApiError)>,
}

fn read(body: RawBatch<AnnotationBody>, asked: Thinning) -> Result<Read, ApiError> {
    let spans = body.spans(REMEDY)?;
    let mut refused: Vec<(usize, ApiError)> = Vec::new();
    let (mut places, mut list) = (Vec::with_capacity(spans.len()), Vec::with_capacity(spans.len()));
    for (place, span) in spans.iter().enumerate() {
        match body.read(span, REMEDY).and_then(|body| body.new_annotation(asked)) {
            Ok(new) => {
                places.push(place);
                list.push(new);
            }
            Err(error) => refused.push((place, error)),
        }
    }
    Ok(Read { body, spans, places, list, refused })
}

/// How the query asks to thin shapes.
pub(super) fn thinning(asked: ThinningKeys) -> Result<Thinning, ApiError> {
    let number = |name: &str, text: Text| -> Result<Option<usize>, DialectError> {
        let text = text.get().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let read =
            |text: String| text.parse().map_err(|_| DialectError::invalid(name, &text, "a number of points"));
        text.map(read).transpose()
    };
    Ok(Thinning {
        min_points: number("minPoint", asked.min_point)?,
        max_points: number("maxPoint", asked.max_point)?,
    })
}

crate::keys! {
    /// Several annotations.
    pub(super) struct Several {
        /// Ids of annotations
        annotations: Ids,
    }
}

/// DELETE `annotation?annotations=1,2,3`: all of them as one step, an addition of this server.
pub(super) async fn delete(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Asked(several): Asked<Several>,
) -> Result<Json<SeveralDeleted>, CommandError> {
    let ids: Vec<AnnotationId> = several.annotations.of(AnnotationId).unwrap_or_default();
    let done = annotation::delete_many(&state.system, &actor, &ids).await?;
    let data = Words { message: done.message };
    Ok(Json(SeveralDeleted { data, status: 200, command: done.command.0 }))
}
