//! An annotation on the wire (rest-api 4.15.2), and what can be said of one.

use cytomine_domain::annotation::{AnnotationFields, AnnotationView, NewAnnotation, Thinning};
use cytomine_geometry::{area_in_units, perimeter_in_units};
use cytomine_model::{
    AnnotationId, EntityKind, ErrorKind, ImageInstanceId, ProjectId, SliceInstanceId, TermId, UserId,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::dialect::class::java_class;
use crate::dialect::envelope::OfKind;
use crate::dialect::loose::{Any, Id, Ids, Long, Whole};
use crate::dialect::wire::{Ms, Words as Vocabulary};
use crate::error::ApiError;

/// An annotation.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Annotation {
    class: &'static str,
    id: i64,
    created: Ms,
    updated: Option<Ms>,
    slice: i64,
    image: i64,
    project: i64,
    /// Whose it is.
    user: i64,
    /// Its shape as WKT, in pixels from the lower left corner.
    #[schema(example = "POLYGON ((100 100, 200 100, 200 200, 100 100))")]
    location: String,
    geometry_compression: f64,
    centroid: Point,
    area: f64,
    /// `pixels²` or `micron²`.
    #[schema(example = "micron²")]
    area_unit: &'static str,
    perimeter: f64,
    /// `pixels` or `mm`.
    #[schema(example = "mm")]
    perimeter_unit: &'static str,
    term: Vec<i64>,
    nb_comments: i64,
    reviewed: bool,
    #[serde(rename = "cropURL")]
    crop_url: String,
    #[serde(rename = "smallCropURL")]
    small_crop_url: String,
    url: String,
    #[serde(rename = "imageURL")]
    image_url: String,
    may: Vocabulary,
}

/// A point of an image, in pixels from the lower left corner.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
}

impl Annotation {
    /// All keys of an annotation. `base` is what absolute addresses start with.
    pub fn of(view: &AnnotationView, base: &str) -> Self {
        let annotation = &view.annotation;
        let (area, area_unit) = area_in_units(annotation.area, view.pixel_size_x);
        let (perimeter, perimeter_unit) = perimeter_in_units(annotation.perimeter, view.pixel_size_x);
        let addresses = Addresses::of(base, annotation.id, annotation.image, annotation.project);
        Self {
            class: java_class(EntityKind::Annotation),
            id: annotation.id.0,
            created: annotation.created.into(),
            updated: annotation.updated.map(Ms::from),
            slice: annotation.slice.0,
            image: annotation.image.0,
            project: annotation.project.0,
            user: annotation.user.0,
            location: view.location.clone(),
            geometry_compression: annotation.geometry_compression,
            centroid: Point { x: annotation.centroid_x, y: annotation.centroid_y },
            area,
            area_unit: area_unit.as_str(),
            perimeter,
            perimeter_unit: perimeter_unit.as_str(),
            term: view.terms.iter().map(|id| id.0).collect(),
            nb_comments: 0,
            reviewed: false,
            url: addresses.crop.clone(),
            crop_url: addresses.crop,
            small_crop_url: addresses.small_crop,
            image_url: addresses.image,
            may: Vocabulary(view.may),
        }
    }
}

impl OfKind for Annotation {
    const KIND: EntityKind = EntityKind::Annotation;
}

/// Addresses of an annotation's pictures and of its page.
#[derive(Debug, Clone)]
pub struct Addresses {
    /// The picture of its surroundings.
    pub crop: String,
    /// The same, at most 256 pixels wide and high.
    pub small_crop: String,
    /// Its page in the web interface.
    pub image: String,
}

impl Addresses {
    /// Addresses that start with `base`.
    pub fn of(base: &str, id: AnnotationId, image: ImageInstanceId, project: ProjectId) -> Self {
        let crop = format!("{base}/api/userannotation/{id}/crop.png");
        Self {
            small_crop: format!("{crop}?maxSize=256"),
            crop,
            image: format!("{base}/#/project/{project}/image/{image}/annotation/{id}"),
        }
    }
}

/// What can be said of an annotation.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct AnnotationBody {
    /// Its shape as WKT.
    #[schema(example = "POLYGON ((100 100, 200 100, 200 200, 100 100))")]
    location: Long,
    /// Its image; then its plane is the one that stands for the image.
    image: Id,
    /// Its plane.
    slice: Id,
    /// Whose it is; the caller's, unless they may speak for others.
    user: Id,
    /// Its terms; in a change, absent leaves them as they are.
    term: Ids,
    /// The same.
    terms: Ids,
    /// Properties of a new one: an object of keys and values, or a list of `{key, value}`.
    property: Any,
    /// The same.
    properties: Any,
    /// Points that a thinned shape keeps at least.
    min_point: Whole,
    /// Points that a thinned shape keeps at most.
    max_point: Whole,
}

crate::keys! {
    /// How a shape is thinned; the query counts before the body.
    pub(super) struct ThinningKeys {
        /// Points that a thinned shape keeps at least
        min_point: Text,
        /// Points that a thinned shape keeps at most
        max_point: Text,
    }
}

impl AnnotationBody {
    /// A new annotation.
    pub(super) fn new_annotation(self, asked: Thinning) -> Result<NewAnnotation, ApiError> {
        let properties = properties(self.property.get().or(self.properties.get()))?;
        Ok(NewAnnotation {
            location: self.location.get(),
            image: self.image.of(ImageInstanceId),
            slice: self.slice.of(SliceInstanceId),
            user: self.user.of(UserId),
            terms: self.term.or(self.terms).of(TermId).unwrap_or_default(),
            properties,
            thinning: thinning(asked, self.min_point, self.max_point),
        })
    }

    /// A change of one.
    pub(super) fn fields(self, fill: bool, asked: Thinning) -> AnnotationFields {
        AnnotationFields {
            location: self.location.get(),
            image: self.image.of(ImageInstanceId),
            slice: self.slice.of(SliceInstanceId),
            user: self.user.of(UserId),
            terms: self.term.or(self.terms).of(TermId),
            fill,
            thinning: thinning(asked, self.min_point, self.max_point),
        }
    }
}

/// What the query asks for, else what the body does.
pub(super) fn thinning(asked: Thinning, min: Whole, max: Whole) -> Option<Thinning> {
    let number = |sent: Whole| sent.get().and_then(|count| usize::try_from(count).ok());
    let thinning = Thinning {
        min_points: asked.min_points.or(number(min)),
        max_points: asked.max_points.or(number(max)),
    };
    (thinning != Thinning::default()).then_some(thinning)
}

/// Properties as an object, as Cytomine documents them, or as a list of `{key, value}`, as its image server sends them.
fn properties(sent: Option<Value>) -> Result<Vec<(String, String)>, ApiError> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let pairs = match sent {
        None => return Ok(Vec::new()),
        Some(Value::Object(pairs)) => pairs.iter().map(|(key, value)| (key.clone(), text(value))).collect(),
        Some(Value::Array(list)) => list
            .iter()
            .map(|pair| match (pair.get("key"), pair.get("value")) {
                (Some(Value::String(key)), Some(value)) => Ok((key.clone(), text(value))),
                _ => Err(property_shape()),
            })
            .collect::<Result<Vec<_>, _>>()?,
        Some(_) => return Err(property_shape()),
    };
    if pairs.iter().any(|(key, value)| key.contains('\0') || value.contains('\0')) {
        return Err(ApiError::new(
            ErrorKind::Invalid,
            "`properties` holds the character U+0000, which cannot be stored: leave it out",
        ));
    }
    Ok(pairs)
}

fn property_shape() -> ApiError {
    ApiError::new(
        ErrorKind::Invalid,
        "`properties` is not understood: send an object of keys and values, or a list of `{\"key\", \"value\"}`",
    )
}

/// A shape that is no annotation.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct ShapeBody {
    /// The shape as WKT.
    #[schema(example = "POLYGON ((100 100, 200 100, 200 200, 100 100))")]
    pub(super) wkt: Long,
    /// Points that it keeps at least.
    pub(super) min_point: Whole,
    /// Points that it keeps at most.
    pub(super) max_point: Whole,
}

/// A thinned shape.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ThinnedShape {
    /// The shape as WKT.
    #[schema(example = "POLYGON ((100 100, 200 100, 200 200, 100 100))")]
    pub(super) wkt: String,
    /// Pixels by which it may differ from what was sent.
    pub(super) rate: f64,
}

/// A number of annotations.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Total {
    pub(super) total: i64,
}

/// The layer of a user on a plane.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Layer {
    pub(super) user: i64,
    pub(super) slice: i64,
    pub(super) count_annotation: i64,
    pub(super) count_reviewed_annotation: i64,
}

/// That several annotations were deleted.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SeveralDeleted {
    pub(super) data: Words,
    #[schema(example = 200)]
    pub(super) status: u16,
    /// Id of the command, to undo it.
    pub(super) command: i64,
}

/// What happened, for people.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Words {
    pub(super) message: String,
}
