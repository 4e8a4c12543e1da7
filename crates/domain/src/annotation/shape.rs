//! Operations on shapes: fewer points, no holes.

use cytomine_geometry::Shape;
use cytomine_model::{Action, AnnotationId};

use super::read::with_access;
use super::{AnnotationFields, AnnotationView, Thinning, aside, update};
use crate::{Actor, DomainError, Outcome, System};

/// A shape with fewer points.
#[derive(Clone, Debug, PartialEq)]
pub struct Reshaped {
    /// WKT.
    pub wkt: String,
    /// The tolerance used, 0 where the shape has few enough points already.
    pub tolerance: f64,
}

/// Thins out a shape that is no annotation.
///
/// # Errors
/// When the text is no valid shape.
pub async fn simplified(wkt: String, thinning: Thinning) -> Result<Reshaped, DomainError> {
    aside(move || {
        let refused = |error| DomainError::invalid(format!("The shape is refused: {error}"));
        let shape = Shape::from_wkt(&wkt).map_err(refused)?;
        shape.validate().map_err(refused)?;
        let (thinned, tolerance) = thinning.apply(&shape);
        Ok(Reshaped { wkt: if tolerance == 0.0 { wkt } else { thinned.to_wkt() }, tolerance })
    })
    .await?
}

/// Thins out the outline of an annotation, as a step that can be undone.
///
/// # Errors
/// As [`update`].
pub async fn simplify(
    system: &System,
    actor: &Actor,
    id: AnnotationId,
    thinning: Thinning,
) -> Result<Outcome<AnnotationView>, DomainError> {
    same_but(system, actor, id, |fields| fields.thinning = Some(thinning)).await
}

/// Fills the holes of an annotation.
///
/// # Errors
/// As [`update`].
pub async fn fill(
    system: &System,
    actor: &Actor,
    id: AnnotationId,
) -> Result<Outcome<AnnotationView>, DomainError> {
    same_but(system, actor, id, |fields| fields.fill = true).await
}

async fn same_but(
    system: &System,
    actor: &Actor,
    id: AnnotationId,
    change: impl FnOnce(&mut AnnotationFields),
) -> Result<Outcome<AnnotationView>, DomainError> {
    let (annotation, access) = with_access(&system.db, actor, id).await?;
    access.require(Action::EditAnnotation, Some(annotation.user))?;
    let mut fields = AnnotationFields {
        location: Some(super::read::location(&annotation)?),
        slice: Some(annotation.slice),
        ..AnnotationFields::default()
    };
    change(&mut fields);
    update(system, actor, id, fields).await
}
