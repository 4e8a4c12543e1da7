//! An annotation on the wire (rest-api 4.15.2).

use cytomine_domain::annotation::AnnotationView;
use cytomine_geometry::{area_in_units, perimeter_in_units};
use cytomine_model::{AnnotationId, EntityKind, ImageInstanceId, ProjectId};
use serde_json::{Value, json};

use crate::dialect::class::java_class;
use crate::dialect::wire::ms;

/// All keys of an annotation. `base` is what absolute addresses start with.
pub fn annotation(view: &AnnotationView, base: &str) -> Value {
    let annotation = &view.annotation;
    let (area, area_unit) = area_in_units(annotation.area, view.pixel_size_x);
    let (perimeter, perimeter_unit) = perimeter_in_units(annotation.perimeter, view.pixel_size_x);
    let addresses = Addresses::of(base, annotation.id, annotation.image, annotation.project);
    json!({
        "class": java_class(EntityKind::Annotation),
        "id": annotation.id,
        "created": ms(Some(annotation.created.0)),
        "updated": ms(annotation.updated.map(|time| time.0)),
        "slice": annotation.slice,
        "image": annotation.image,
        "project": annotation.project,
        "user": annotation.user,
        "location": view.location,
        "geometryCompression": annotation.geometry_compression,
        "centroid": { "x": annotation.centroid_x, "y": annotation.centroid_y },
        "area": area,
        "areaUnit": area_unit.as_str(),
        "perimeter": perimeter,
        "perimeterUnit": perimeter_unit.as_str(),
        "term": view.terms,
        "nbComments": 0,
        "reviewed": false,
        "cropURL": addresses.crop,
        "smallCropURL": addresses.small_crop,
        "url": addresses.crop,
        "imageURL": addresses.image,
    })
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
