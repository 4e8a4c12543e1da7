//! What a search asks for, as the domain takes it.

use cytomine_domain::annotation::{self, Near, Place, Region, Search, TermFilter};
use cytomine_domain::{Actor, DomainError};
use cytomine_geometry::{Bounds, Shape};
use cytomine_model::{
    AnnotationId, ErrorKind, ImageInstanceId, Millis, ProjectId, SliceInstanceId, TermId, UserId,
};

use super::keys::Searched;
use crate::dialect::loose::{Ids, OneId};
use crate::error::ApiError;
use crate::state::ApiState;

/// Reads a search.
pub(super) async fn search(state: &ApiState, actor: &Actor, keys: Searched) -> Result<Search, ApiError> {
    let nothing = wants_what_is_not_here(&keys);
    let mut search = Search::all_of(place(&keys)?);
    search.users = keys.user.list().or(keys.users).of(UserId);
    search.terms = TermFilter {
        terms: keys.term.list().or(keys.terms).of(TermId),
        none: keys.no_term.is_on(),
        several: keys.multiple_term.is_on(),
        users: keys.users_for_term.of(UserId),
    };
    if search.terms.none && search.terms.terms.as_ref().is_some_and(Vec::is_empty) {
        // No term and none of an empty list: those without a term are meant.
        search.terms.terms = None;
    }
    search.excluded = keys.excluded_annotation.of(AnnotationId);
    search.after = keys.after_than.get().map(Millis);
    search.before = keys.before_than.get().map(Millis);
    if let Some(text) = keys.bbox.filled() {
        search.region = Some(region(&text)?);
    }
    if let Some(id) = keys.bbox_annotation.of(AnnotationId) {
        let other = annotation::shape_of(&state.system, actor, id).await?;
        search.region = Some(Region::Shape(other.shape));
    }
    let distance = keys.max_distance_base_annotation.get();
    search.near = near(state, actor, keys.base_annotation.filled(), distance).await?;
    if nothing {
        search.users = Some(Vec::new());
    }
    Ok(search)
}

fn place(keys: &Searched) -> Result<Place, ApiError> {
    let empty =
        |name: &str| ApiError::new(ErrorKind::NotFound, format!("`{name}` names nothing to search in"));
    if let Some(slices) = keys.slice.clone().list().or(keys.slices.clone()).of(SliceInstanceId) {
        return if slices.is_empty() { Err(empty("slices")) } else { Ok(Place::Slices(slices)) };
    }
    if let Some(images) = keys.image.clone().list().or(keys.images.clone()).of(ImageInstanceId) {
        return if images.is_empty() { Err(empty("images")) } else { Ok(Place::Images(images)) };
    }
    keys.project.clone().of(ProjectId).map(Place::Project).ok_or_else(|| {
        ApiError::new(
            ErrorKind::Invalid,
            "There is nothing to search in: give one of `project`, `image`, `images`, `slice`, `slices`",
        )
    })
}

fn refused(name: &str) -> impl FnOnce(cytomine_geometry::GeometryError) -> ApiError {
    move |error| ApiError::new(ErrorKind::Invalid, format!("`{name}` is refused: {error}"))
}

/// The box of [`region`].
///
/// # Errors
/// When it is neither numbers nor a shape.
pub fn bounds(text: &str) -> Result<Bounds, ApiError> {
    Ok(match region(text)? {
        Region::Box(bounds) => bounds,
        Region::Shape(shape) => shape.bounds(),
    })
}

/// `minx,miny,maxx,maxy`, or WKT.
fn region(text: &str) -> Result<Region, ApiError> {
    let numbers: Vec<f64> = text.split(',').filter_map(|part| part.trim().parse().ok()).collect();
    if let [x1, y1, x2, y2] = numbers[..]
        && text.split(',').count() == 4
        && numbers.iter().all(|number| number.is_finite())
    {
        return Ok(Region::Box(Bounds::new(x1, y1, x2, y2)));
    }
    let shape = Shape::from_wkt(text).map_err(refused("bbox"))?;
    shape.validate().map_err(refused("bbox"))?;
    let bounds = shape.bounds();
    // A box in WKT is a box: then bounds alone decide for most annotations.
    if shape.area() == bounds.width() * bounds.height() && shape.num_points() == 5 {
        return Ok(Region::Box(bounds));
    }
    Ok(Region::Shape(shape))
}

async fn near(
    state: &ApiState,
    actor: &Actor,
    other: Option<String>,
    distance: Option<f64>,
) -> Result<Option<Near>, ApiError> {
    let Some(text) = other else { return Ok(None) };
    let Some(distance) = distance else {
        return Err(ApiError::new(
            ErrorKind::Invalid,
            "`baseAnnotation` needs a distance: give `maxDistanceBaseAnnotation` in pixels",
        ));
    };
    let shape = match text.parse::<i64>() {
        Ok(id) => annotation::shape_of(&state.system, actor, AnnotationId(id)).await?.shape,
        Err(_) => {
            let shape = Shape::from_wkt(&text).map_err(refused("baseAnnotation"))?;
            shape.validate().map_err(refused("baseAnnotation"))?;
            shape
        }
    };
    Ok(Some(Near { shape, distance }))
}

fn wants_what_is_not_here(keys: &Searched) -> bool {
    let named = |one: &OneId, many: &Ids| {
        one.clone().list().or(many.clone()).get().is_some_and(|ids| !ids.is_empty())
    };
    keys.reviewed.clone().is_on()
        || keys.multiple_track.clone().is_on()
        || (named(&keys.track, &keys.tracks) && !keys.no_track.clone().is_on())
        || (named(&keys.tag, &keys.tags) && !keys.no_tag.clone().is_on())
        || named(&keys.annotation_group, &keys.annotation_groups)
}

/// The shape that `imageinstance/{id}/annotation/included` compares with: `geometry` (WKT) or `annotation` (an id).
pub(super) async fn included(
    state: &ApiState,
    actor: &Actor,
    geometry: Option<String>,
    other: Option<AnnotationId>,
) -> Result<(Region, Option<AnnotationId>), ApiError> {
    if let Some(text) = geometry {
        return Ok((region(&text)?, None));
    }
    let id = other.ok_or_else(|| {
        DomainError::invalid(
            "There is no shape to compare with: give `geometry` (WKT) or `annotation` (an id)",
        )
    })?;
    let other = annotation::shape_of(&state.system, actor, id).await?;
    Ok((Region::Shape(other.shape), Some(id)))
}
