//! An image in a project on the wire (rest-api 4.7, blind mode 3.4).

use cytomine_domain::instance::Seen;
use cytomine_model::image::TILE_SIZE;
use cytomine_model::{EntityKind, ImageInstance};
use serde_json::{Value, json};

use crate::abstract_image::json::pictures;
use crate::dialect::class::java_class;
use crate::dialect::wire::ms;

/// Names as the caller may see them: those of a blind project are the number of the base image, and nothing at all
/// for those who do not manage it.
struct Names {
    instance: Option<String>,
    original: Option<String>,
    path: Option<String>,
    blinded: Option<String>,
}

impl Names {
    fn of(Seen { image, names }: &Seen) -> Self {
        if !image.project_blind {
            return Self {
                instance: Some(image.name().to_owned()),
                original: Some(image.base.original_filename.clone()),
                path: image.base.path.clone(),
                blinded: None,
            };
        }
        let number = image.base.id.to_string();
        let shown = names.then(|| number.clone());
        Self {
            instance: shown.clone(),
            original: shown,
            path: image.base.path.clone().filter(|_| *names),
            blinded: Some(number),
        }
    }
}

/// The name of an image as the caller may see it.
pub fn shown_name(seen: &Seen) -> Option<String> {
    Names::of(seen).instance
}

/// Calibration of an image: own values where they are positive, else those of the base image.
struct Calibration {
    x: Option<f64>,
    y: Option<f64>,
    z: Option<f64>,
    fps: Option<f64>,
    magnification: Option<i32>,
}

impl Calibration {
    fn of(image: &ImageInstance) -> Self {
        let real = |own: Option<f64>, base: Option<f64>| own.filter(|own| *own > 0.0).or(base);
        Self {
            x: real(image.physical_size_x, image.base.physical_size_x),
            y: real(image.physical_size_y, image.base.physical_size_y),
            z: real(image.physical_size_z, image.base.physical_size_z),
            fps: real(image.fps, image.base.fps),
            magnification: image.magnification.filter(|own| *own > 0).or(image.base.magnification),
        }
    }
}

/// All keys of an image in a project.
pub fn image_instance(seen: &Seen, base: &str) -> Value {
    let image = &seen.image;
    let names = Names::of(seen);
    let Calibration { x, y, z, fps, magnification } = Calibration::of(image);
    let (thumb, preview, overview) = pictures(base, "imageinstance", image.id.0, &image.base.content_type);
    let mut object = json!({
        "class": java_class(EntityKind::ImageInstance),
        "id": image.id,
        "created": ms(Some(image.created.0)),
        "updated": ms(image.updated.map(|time| time.0)),
        "baseImage": image.base.id,
        "project": image.project,
        "projectName": image.project_name,
        "projectBlind": image.project_blind,
        "user": image.user,
        "instanceFilename": names.instance,
        "originalFilename": names.original,
        "filename": names.original,
        "blindedName": names.blinded,
        "path": names.path,
        "fullPath": names.path,
        "contentType": image.base.content_type,
        "width": image.base.width,
        "height": image.base.height,
        "depth": image.base.depth,
        "duration": image.base.duration,
        "channels": image.base.channels,
        "extrinsicChannels": image.base.channels * image.base.sample_per_pixel,
        "apparentChannels": image.base.channels * image.base.sample_per_pixel,
        "bitPerSample": image.base.bit_per_sample,
        "samplePerPixel": image.base.sample_per_pixel,
        "colorspace": image.base.colorspace,
        "dimensions": image.base.dimensions(),
        "tileSize": TILE_SIZE,
        "zoom": image.base.zoom(),
        "isVirtual": false,
    });
    // In two parts, since one macro call takes no more keys.
    let rest = json!({
        "physicalSizeX": x,
        "physicalSizeY": y,
        "physicalSizeZ": z,
        "fps": fps,
        "magnification": magnification,
        "numberOfAnnotations": image.number_of_annotations,
        "numberOfJobAnnotations": 0,
        "numberOfReviewedAnnotations": 0,
        "reviewStart": ms(image.review_start.map(|time| time.0)),
        "reviewStop": ms(image.review_stop.map(|time| time.0)),
        "reviewUser": image.review_user,
        "inReview": image.review_start.is_some() && image.review_stop.is_none(),
        "reviewed": image.review_stop.is_some(),
        "thumb": thumb,
        "preview": preview,
        "macroURL": overview,
    });
    if let (Value::Object(object), Value::Object(rest)) = (&mut object, rest) {
        object.extend(rest);
    }
    object
}
