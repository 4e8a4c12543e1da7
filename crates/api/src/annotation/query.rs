//! The parameters of a search (rest-api 4.15.3).

use cytomine_domain::annotation::{self, Near, Place, Region, Search, TermFilter};
use cytomine_domain::{Actor, DomainError};
use cytomine_geometry::{Bounds, Shape};
use cytomine_model::{
    AnnotationId, ErrorKind, ImageInstanceId, Millis, ProjectId, SliceInstanceId, TermId, UserId,
};

use crate::dialect::DialectError;
use crate::dialect::query::Query;
use crate::error::ApiError;
use crate::state::ApiState;

/// Reads a search. Reviewed annotations, tracks, tags and groups do not exist here (yet): what asks for one finds
/// nothing, what asks for none of them finds all.
pub(super) async fn search(state: &ApiState, actor: &Actor, query: &Query) -> Result<Search, ApiError> {
    let mut search = Search::all_of(place(query)?);
    search.users = list(query, "user", "users")?.map(|users| users.into_iter().map(UserId).collect());
    search.terms = terms(query)?;
    search.excluded = query.id("excludedAnnotation")?.map(AnnotationId);
    search.after = query.date("afterThan")?.map(Millis);
    search.before = query.date("beforeThan")?.map(Millis);
    if let Some(text) = query.filled("bbox") {
        search.region = Some(region(text)?);
    }
    if let Some(id) = query.id("bboxAnnotation")? {
        let other = annotation::shape_of(&state.system, actor, AnnotationId(id)).await?;
        search.region = Some(Region::Shape(other.shape));
    }
    search.near = near(state, actor, query).await?;
    if wants_what_is_not_here(query)? {
        search.users = Some(Vec::new());
    }
    Ok(search)
}

fn place(query: &Query) -> Result<Place, ApiError> {
    let empty =
        |name: &str| ApiError::new(ErrorKind::NotFound, format!("`{name}` names nothing to search in"));
    if let Some(slices) = list(query, "slice", "slices")? {
        if slices.is_empty() {
            return Err(empty("slices"));
        }
        return Ok(Place::Slices(slices.into_iter().map(SliceInstanceId).collect()));
    }
    if let Some(images) = list(query, "image", "images")? {
        if images.is_empty() {
            return Err(empty("images"));
        }
        return Ok(Place::Images(images.into_iter().map(ImageInstanceId).collect()));
    }
    if let Some(project) = query.id("project")? {
        return Ok(Place::Project(ProjectId(project)));
    }
    Err(ApiError::new(
        ErrorKind::Invalid,
        "There is nothing to search in: give one of `project`, `image`, `images`, `slice`, `slices`",
    ))
}

/// One id under the first name, or a list under the second.
fn list(query: &Query, one: &str, many: &str) -> Result<Option<Vec<i64>>, DialectError> {
    match query.id(one)? {
        Some(id) => Ok(Some(vec![id])),
        None => query.ids(many),
    }
}

fn terms(query: &Query) -> Result<TermFilter, DialectError> {
    let terms = list(query, "term", "terms")?;
    let none = query.flag("noTerm")?;
    Ok(TermFilter {
        // No term and none of an empty list: those without a term are meant.
        terms: terms
            .filter(|terms| !(none && terms.is_empty()))
            .map(|terms| terms.into_iter().map(TermId).collect()),
        none,
        several: query.flag("multipleTerm")?,
        users: query.ids("usersForTerm")?.map(|users| users.into_iter().map(UserId).collect()),
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

async fn near(state: &ApiState, actor: &Actor, query: &Query) -> Result<Option<Near>, ApiError> {
    let Some(text) = query.filled("baseAnnotation") else { return Ok(None) };
    let Some(distance) = query.parsed::<f64>("maxDistanceBaseAnnotation", "a number of pixels")? else {
        return Err(ApiError::new(
            ErrorKind::Invalid,
            "`baseAnnotation` needs a distance: give `maxDistanceBaseAnnotation` in pixels",
        ));
    };
    if !(0.0..1e12).contains(&distance) {
        return Err(
            DialectError::invalid("maxDistanceBaseAnnotation", &distance.to_string(), "a distance").into()
        );
    }
    let shape = match text.parse::<i64>() {
        Ok(id) => annotation::shape_of(&state.system, actor, AnnotationId(id)).await?.shape,
        Err(_) => {
            let shape = Shape::from_wkt(text).map_err(refused("baseAnnotation"))?;
            shape.validate().map_err(refused("baseAnnotation"))?;
            shape
        }
    };
    Ok(Some(Near { shape, distance }))
}

fn wants_what_is_not_here(query: &Query) -> Result<bool, DialectError> {
    let named = |one: &str, many: &str| {
        Ok::<_, DialectError>(list(query, one, many)?.is_some_and(|ids| !ids.is_empty()))
    };
    Ok(query.flag("reviewed")?
        || query.flag("multipleTrack")?
        || (named("track", "tracks")? && !query.flag("noTrack")?)
        || (named("tag", "tags")? && !query.flag("noTag")?)
        || named("annotationGroup", "annotationGroups")?)
}

/// The shape that `imageinstance/{id}/annotation/included` compares with: `geometry` (WKT) or `annotation` (an id).
pub(super) async fn included(
    state: &ApiState,
    actor: &Actor,
    query: &Query,
) -> Result<(Region, Option<AnnotationId>), ApiError> {
    if let Some(text) = query.filled("geometry") {
        return Ok((region(text)?, None));
    }
    let id = query.id("annotation")?.map(AnnotationId).ok_or_else(|| {
        DomainError::invalid(
            "There is no shape to compare with: give `geometry` (WKT) or `annotation` (an id)",
        )
    })?;
    let other = annotation::shape_of(&state.system, actor, id).await?;
    Ok((Region::Shape(other.shape), Some(id)))
}
