//! User annotations. Coordinates here are Cytomine's: level 0 pixels, y up from the bottom of the image.

use serde::{Deserialize, Serialize};

use crate::{
    AnnotationId, AnnotationTermId, ImageInstanceId, Millis, ProjectId, SliceInstanceId, TermId, UserId,
};

/// A shape that a user drew on a plane of an image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Annotation {
    /// Id.
    pub id: AnnotationId,
    /// Its image.
    pub image: ImageInstanceId,
    /// Its plane.
    pub slice: SliceInstanceId,
    /// Its project.
    pub project: ProjectId,
    /// Who drew it.
    pub user: UserId,
    /// Compact geometry, as `cytomine_geometry` encodes it.
    pub geometry: Vec<u8>,
    /// The text as sent, kept only where printing the geometry does not give it back.
    pub wkt: Option<String>,
    /// Left edge of the bounds, level 0 pixels.
    pub min_x: f64,
    /// Lower edge.
    pub min_y: f64,
    /// Right edge.
    pub max_x: f64,
    /// Upper edge.
    pub max_y: f64,
    /// Square pixels.
    pub area: f64,
    /// Pixels: length of the outline, or of the line.
    pub perimeter: f64,
    /// Centre of mass, level 0 pixels.
    pub centroid_x: f64,
    /// Centre of mass, level 0 pixels.
    pub centroid_y: f64,
    /// Tolerance that the geometry was simplified with; 0 when it was not.
    pub geometry_compression: f64,
    /// When it was made.
    pub created: Millis,
    /// When it was last changed.
    pub updated: Option<Millis>,
}

/// The link between an annotation, a term and the user who set it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnnotationTerm {
    /// Id.
    pub id: AnnotationTermId,
    /// The annotation.
    pub annotation: AnnotationId,
    /// The term.
    pub term: TermId,
    /// Who set it.
    pub user: UserId,
    /// When it was made.
    pub created: Millis,
    /// When it was last changed.
    pub updated: Option<Millis>,
}
