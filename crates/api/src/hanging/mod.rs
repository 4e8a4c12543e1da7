//! What hangs on any entity (properties, descriptions, tags, files), as routes: handlers that all of them share.

mod place;

use axum::Json;
use axum::extract::State;
use cytomine_domain::hanging::{self, Hanging, Subject};
use cytomine_model::{EntityKind, Kind as _};
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

pub use place::{Place, parents, subject};

use crate::answer::{self, Command, Created};
use crate::auth::Caller;
use crate::dialect::class::java_class;
use crate::dialect::collection::Collection;
use crate::dialect::envelope::OfKind;
use crate::dialect::paging::Paging;
use crate::dialect::wire::Ms;
use crate::error::{ApiError, CommandError};
use crate::extract::{Batch, Body};
use crate::state::ApiState;

/// Largest body in bytes of what makes or changes them: pictures stand in the text of a description.
pub const BODY: usize = 16 << 20;

/// What all of them have.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Hung {
    class: &'static str,
    id: i64,
    created: Ms,
    updated: Option<Ms>,
    /// Id of what it belongs to.
    domain_ident: i64,
    /// Class of what it belongs to.
    domain_class_name: &'static str,
}

impl Hung {
    /// The common keys of one.
    pub fn of<T: Hanging>(one: &T) -> Self {
        let (kind, entity) = one.subject();
        let (created, updated) = one.moments();
        Self {
            class: java_class(T::KIND),
            id: one.id().into(),
            created: created.into(),
            updated: updated.map(Ms::from),
            domain_ident: entity,
            domain_class_name: java_class(kind),
        }
    }
}

/// The wire form of a kind.
pub trait Wire: OfKind + Serialize {
    /// The entity.
    type Entity: Hanging;

    /// All keys of one.
    fn of(one: &Self::Entity) -> Self;
}

/// A kind that bodies tell of.
pub trait Told: Wire {
    /// What can be said of one.
    type Body: DeserializeOwned + Default + ToSchema + Send;

    /// What it shall hang on, if the body names that, and what the domain takes.
    fn said(body: Self::Body) -> (Result<Option<Subject>, ApiError>, <Self::Entity as Hanging>::Fields);
}

/// Those on an entity.
pub async fn list<W: Wire>(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    place: Place,
    paging: Paging,
) -> Result<Json<Collection<W>>, ApiError> {
    let found = hanging::on::<W::Entity>(&state.system, &actor, place.on()?).await?;
    Ok(Json(Collection::sliced(found.iter().map(W::of).collect(), &paging)))
}

/// All there are, for administrators.
pub async fn list_all<W: Wire>(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    paging: Paging,
) -> Result<Json<Collection<W>>, ApiError> {
    let (found, total) = hanging::all::<W::Entity>(&state.system, &actor, paging.page()).await?;
    Ok(Json(Collection::new(found.iter().map(W::of).collect(), &paging, total.unsigned_abs())))
}

/// One.
pub async fn show<W: Wire>(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    place: Place,
) -> Result<Json<W>, ApiError> {
    Ok(Json(W::of(&hanging::get(&state.system, &actor, place.which()?).await?)))
}

/// Makes one, or those of an array as one step. What a body names counts before what the address does.
pub async fn create<W: Told>(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    place: Place,
    body: Batch<W::Body>,
) -> Result<Created<W>, CommandError> {
    let said = |body| {
        let (on, fields) = W::said(body);
        Ok((on?.or(place.subject), fields))
    };
    let make = async |list| hanging::create_many::<W::Entity>(&state.system, &actor, list).await;
    answer::create_at_once(body, said, make, W::of).await
}

/// Changes one.
pub async fn update<W: Told>(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    place: Place,
    Body(body): Body<W::Body>,
) -> Command<W> {
    let (_, fields) = W::said(body);
    let changed = hanging::update::<W::Entity>(&state.system, &actor, place.which()?, fields).await?;
    Ok(answer::command(changed.done, changed.entity.id().into(), W::of(&changed.entity)))
}

/// Takes one away.
pub async fn delete<W: Wire>(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    place: Place,
) -> Command<W> {
    let gone = hanging::delete::<W::Entity>(&state.system, &actor, place.which()?).await?;
    Ok(answer::command(gone.done, gone.entity.id().into(), W::of(&gone.entity)))
}

/// Whether nothing hangs on entities of that kind, for they hang themselves; classes in addresses leave these out.
pub fn bears(kind: EntityKind) -> bool {
    !hanging::hangs(kind)
}
