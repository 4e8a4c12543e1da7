//! An image in a project on the wire (rest-api 4.7, blind mode 3.4).

use cytomine_domain::image_instance::{InstanceFields, Seen};
use cytomine_model::image::TILE_SIZE;
use cytomine_model::{self as model, EntityKind, Project};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::abstract_image::wire::{magnification, pictures};
use crate::dialect::class::java_class;
use crate::dialect::envelope::OfKind;
use crate::dialect::loose::{Id, PatchNumber, PatchText};
use crate::dialect::wire::{Ms, Words};

/// Names as the caller may see them: those of a blind project are the number of the base image, and nothing at all
/// for those who do not manage it.
struct Names {
    instance: Option<String>,
    original: Option<String>,
    path: Option<String>,
    blinded: Option<String>,
}

impl Names {
    fn of(Seen { image, names, .. }: &Seen) -> Self {
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
fn shown_name(seen: &Seen) -> Option<String> {
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
    fn of(image: &model::ImageInstance) -> Self {
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

/// An image in a project.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImageInstance {
    class: &'static str,
    id: i64,
    created: Ms,
    updated: Option<Ms>,
    /// The image that it shows.
    base_image: i64,
    project: i64,
    project_name: String,
    project_blind: bool,
    user: i64,
    /// Its name, as far as the caller may know it.
    #[schema(example = "CMU-1.svs")]
    instance_filename: Option<String>,
    original_filename: Option<String>,
    filename: Option<String>,
    /// The number that stands for its name in a blind project.
    blinded_name: Option<String>,
    path: Option<String>,
    full_path: Option<String>,
    content_type: String,
    width: Option<i32>,
    height: Option<i32>,
    depth: i32,
    duration: i32,
    channels: i32,
    extrinsic_channels: i32,
    apparent_channels: i32,
    bit_per_sample: i32,
    sample_per_pixel: i32,
    colorspace: Option<String>,
    dimensions: String,
    tile_size: i32,
    zoom: i32,
    is_virtual: bool,
    /// Micrometres per pixel.
    physical_size_x: Option<f64>,
    physical_size_y: Option<f64>,
    physical_size_z: Option<f64>,
    fps: Option<f64>,
    magnification: Option<i32>,
    number_of_annotations: i64,
    number_of_job_annotations: i64,
    number_of_reviewed_annotations: i64,
    review_start: Option<Ms>,
    review_stop: Option<Ms>,
    review_user: Option<i64>,
    in_review: bool,
    reviewed: bool,
    thumb: String,
    preview: String,
    #[serde(rename = "macroURL")]
    macro_url: Option<String>,
    may: Words,
}

impl ImageInstance {
    /// All keys of an image in a project.
    pub fn of(seen: &Seen, address: &str) -> Self {
        let image = &seen.image;
        let base = &image.base;
        let names = Names::of(seen);
        let Calibration { x, y, z, fps, magnification } = Calibration::of(image);
        let (thumb, preview, macro_url) = pictures(address, "imageinstance", image.id.0, &base.content_type);
        Self {
            class: java_class(EntityKind::ImageInstance),
            id: image.id.0,
            created: image.created.into(),
            updated: image.updated.map(Ms::from),
            base_image: base.id.0,
            project: image.project.0,
            project_name: image.project_name.clone(),
            project_blind: image.project_blind,
            user: image.user.0,
            instance_filename: names.instance,
            original_filename: names.original.clone(),
            filename: names.original,
            blinded_name: names.blinded,
            path: names.path.clone(),
            full_path: names.path,
            content_type: base.content_type.clone(),
            width: base.width,
            height: base.height,
            depth: base.depth,
            duration: base.duration,
            channels: base.channels,
            extrinsic_channels: base.channels * base.sample_per_pixel,
            apparent_channels: base.channels * base.sample_per_pixel,
            bit_per_sample: base.bit_per_sample,
            sample_per_pixel: base.sample_per_pixel,
            colorspace: base.colorspace.clone(),
            dimensions: base.dimensions(),
            tile_size: TILE_SIZE,
            zoom: base.zoom(),
            is_virtual: false,
            physical_size_x: x,
            physical_size_y: y,
            physical_size_z: z,
            fps,
            magnification,
            number_of_annotations: image.number_of_annotations,
            number_of_job_annotations: 0,
            number_of_reviewed_annotations: 0,
            review_start: image.review_start.map(Ms::from),
            review_stop: image.review_stop.map(Ms::from),
            review_user: image.review_user.map(i64::from),
            in_review: image.review_start.is_some() && image.review_stop.is_none(),
            reviewed: image.review_stop.is_some(),
            thumb,
            preview,
            macro_url,
            may: Words(seen.may),
        }
    }
}

impl OfKind for ImageInstance {
    const KIND: EntityKind = EntityKind::ImageInstance;
}

/// An image beside another; an object without keys where there is none.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[allow(clippy::large_enum_variant, reason = "each lives as long as it takes to write it")]
pub enum Neighbour {
    /// The image.
    Image(ImageInstance),
    /// None.
    None(NoKeys),
}

/// An object without keys.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct NoKeys {}

/// An image in a list, with what the request asks for beside it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListedInstance {
    /// The image.
    #[serde(flatten)]
    pub image: ImageInstance,
    /// By `withLastActivity`: milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub last_activity: Option<i64>,
}

/// An image of a project by name.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InstanceName {
    id: i64,
    instance_filename: Option<String>,
    blinded_name: Option<String>,
}

impl InstanceName {
    /// The keys of it.
    pub(super) fn of(seen: &Seen, blind: bool) -> Self {
        Self {
            id: seen.image.id.0,
            instance_filename: shown_name(seen),
            blinded_name: blind.then(|| seen.image.base.id.to_string()),
        }
    }
}

/// An image of a user's projects by name.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InstanceOfUser {
    id: i64,
    project: i64,
    project_name: String,
    blinded_name: Option<String>,
    instance_filename: Option<String>,
}

impl InstanceOfUser {
    /// The keys of it.
    pub(super) fn of(seen: &Seen) -> Self {
        Self {
            id: seen.image.id.0,
            project: seen.image.project.0,
            project_name: seen.image.project_name.clone(),
            blinded_name: seen.image.project_blind.then(|| seen.image.base.id.to_string()),
            instance_filename: shown_name(seen),
        }
    }
}

/// The images of a project as one node of a tree.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tree {
    is_folder: bool,
    hide_checkbox: bool,
    name: String,
    title: String,
    key: i64,
    id: i64,
    children: Vec<Leaf>,
    size: i64,
}

/// An image as a leaf of a tree.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Leaf {
    id: i64,
    key: i64,
    title: Option<String>,
    is_folder: bool,
    children: [i64; 0],
}

impl Tree {
    /// Those of a project.
    pub(super) fn of(project: &Project, images: &[Seen], total: i64) -> Self {
        let leaf = |seen: &Seen| Leaf {
            id: seen.image.id.0,
            key: seen.image.id.0,
            title: shown_name(seen),
            is_folder: false,
            children: [],
        };
        Self {
            is_folder: true,
            hide_checkbox: true,
            name: project.name.clone(),
            title: project.name.clone(),
            key: project.id.0,
            id: project.id.0,
            children: images.iter().map(leaf).collect(),
            size: total,
        }
    }
}

/// An image to be added to a project.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct NewInstance {
    /// The image to show.
    pub(super) base_image: Id,
    /// The project to show it in.
    pub(super) project: Id,
}

/// What can be said of an image in a project; what is left out stays as it is, null takes it back to the base image's.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct InstanceBody {
    #[schema(example = "Case 12")]
    instance_filename: PatchText,
    /// Micrometres per pixel.
    physical_size_x: PatchNumber,
    physical_size_y: PatchNumber,
    physical_size_z: PatchNumber,
    fps: PatchNumber,
    magnification: PatchNumber,
}

impl InstanceBody {
    /// As the domain takes it.
    pub(super) fn fields(self) -> InstanceFields {
        InstanceFields {
            instance_filename: self.instance_filename.get(),
            physical_size_x: self.physical_size_x.get(),
            physical_size_y: self.physical_size_y.get(),
            physical_size_z: self.physical_size_z.get(),
            fps: self.fps.get(),
            magnification: magnification(self.magnification),
        }
    }
}
