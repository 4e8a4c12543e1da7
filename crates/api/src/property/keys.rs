//! Properties by their keys.

use axum::Json;
use axum::extract::State;
use cytomine_domain::{Actor, property};
use cytomine_model::{EntityKind, ImageInstanceId, ProjectId, UserId};

use super::wire::{Key, Position, Property};
use crate::annotation::bounds;
use crate::auth::Caller;
use crate::dialect::DialectError;
use crate::dialect::collection::Collection;
use crate::dialect::paging::Paging;
use crate::error::ApiError;
use crate::extract::{Asked, Path};
use crate::hanging::{Place, Wire as _};
use crate::state::ApiState;

crate::keys! {
    /// Whose keys.
    pub(super) struct Whose {
        /// Of images or annotations of this project
        id_project: Id,
        /// Of annotations of this image
        id_image: Id,
        /// Also tell whose annotations have them
        user: Flag,
    }
}

crate::keys! {
    /// Which positions.
    pub(super) struct Which {
        /// The key; needed
        key: Text,
        /// Only of annotations that touch this box `minx,miny,maxx,maxy`, or the box around this shape as WKT
        bbox: Text,
    }
}

type Keys = Result<Json<Collection<Key>>, ApiError>;

/// GET `{parent}/key/{key}/property`.
pub(super) async fn show(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    place: Place,
) -> Result<Json<Property>, ApiError> {
    let key = place.rest.clone().unwrap_or_default();
    Ok(Json(Property::of(&property::by_key(&state.system, &actor, place.on()?, &key).await?)))
}

/// GET `annotation/property/key?idProject=`, or `idImage=`.
pub(super) async fn of_annotations(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Asked(whose): Asked<Whose>,
    paging: Paging,
) -> Keys {
    keys(&state, &actor, EntityKind::Annotation, whose, &paging).await
}

/// GET `imageinstance/property/key?idProject=`.
pub(super) async fn of_images(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Asked(whose): Asked<Whose>,
    paging: Paging,
) -> Keys {
    let whose = Whose { id_image: Default::default(), user: Default::default(), ..whose };
    keys(&state, &actor, EntityKind::ImageInstance, whose, &paging).await
}

async fn keys(state: &ApiState, actor: &Actor, kind: EntityKind, whose: Whose, paging: &Paging) -> Keys {
    let place = (whose.id_project.of(ProjectId), whose.id_image.of(ImageInstanceId));
    let found = property::keys(&state.system, actor, kind, place, whose.user.is_on()).await?;
    let key = |(key, user): (String, Option<UserId>)| match user {
        Some(user) => Key::Of { key, user: user.0 },
        None => Key::Alone(key),
    };
    Ok(Json(Collection::sliced(found.into_iter().map(key).collect(), paging)))
}

/// GET `user/{user}/imageinstance/{image}/annotationposition?key=`.
pub(super) async fn positions(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Path((user, image)): Path<(UserId, ImageInstanceId)>,
    Asked(which): Asked<Which>,
    paging: Paging,
) -> Result<Json<Collection<Position>>, ApiError> {
    let region = which.bbox.get().as_deref().map(bounds).transpose()?;
    let needed = || DialectError::invalid("key", "", "the key of a property");
    let key = which.key.get().filter(|key| !key.is_empty()).ok_or_else(needed)?;
    let found = property::positions(&state.system, &actor, (image, user), &key, region).await?;
    let items =
        found.into_iter().map(|(id, x, y, value)| Position { id_annotation: id.0, x, y, value }).collect();
    Ok(Json(Collection::sliced(items, &paging)))
}
