//! An abstract image on the wire (rest-api 4.5).

use cytomine_domain::abstract_image::ImageFields;
use cytomine_model::image::TILE_SIZE;
use cytomine_model::{self as model, EntityKind, UploadedFileId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::dialect::class::java_class;
use crate::dialect::envelope::OfKind;
use crate::dialect::loose::{Id, PatchNumber, PatchText, Text, Whole};
use crate::dialect::wire::Ms;

/// Formats whose files usually hold an overview photograph.
const WITH_MACRO: [&str; 8] = ["SVS", "NDPI", "VMS", "SCN", "MRXS", "BIF", "VENTANA", "PHILIPS"];

/// Addresses of the pictures of an image: thumbnail, preview, overview. `noun` is the part of the address that names
/// the kind of image.
pub fn pictures(base: &str, noun: &str, id: i64, format: &str) -> (String, String, Option<String>) {
    let address = |rest: &str| format!("{base}/api/{noun}/{id}/{rest}");
    let overview = WITH_MACRO.contains(&format).then(|| address("associated/macro.png?maxWidth=512"));
    (address("thumb.png?maxSize=512"), address("preview.png?maxSize=1024"), overview)
}

/// An image, independent of projects.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AbstractImage {
    class: &'static str,
    id: i64,
    created: Ms,
    updated: Option<Ms>,
    #[schema(example = "CMU-1.svs")]
    original_filename: String,
    filename: String,
    uploaded_file: Option<i64>,
    path: Option<String>,
    /// Its format.
    #[schema(example = "SVS")]
    content_type: String,
    /// Who uploaded it.
    user: Option<i64>,
    width: Option<i32>,
    height: Option<i32>,
    /// Planes in z.
    depth: i32,
    /// Planes in time.
    duration: i32,
    channels: i32,
    extrinsic_channels: Option<i32>,
    apparent_channels: Option<i32>,
    #[schema(example = "2220x2967x1x1x1")]
    dimensions: String,
    /// Micrometres per pixel.
    physical_size_x: Option<f64>,
    physical_size_y: Option<f64>,
    physical_size_z: Option<f64>,
    fps: Option<f64>,
    magnification: Option<i32>,
    bit_per_sample: i32,
    sample_per_pixel: i32,
    colorspace: Option<String>,
    tile_size: i32,
    /// How many times it can be halved until one tile holds it.
    zoom: i32,
    is_virtual: bool,
    thumb: String,
    preview: String,
    #[serde(rename = "macroURL")]
    macro_url: Option<String>,
}

impl AbstractImage {
    /// All keys of an abstract image.
    pub fn of(image: &model::AbstractImage, base: &str) -> Self {
        let (thumb, preview, macro_url) = pictures(base, "abstractimage", image.id.0, &image.content_type);
        let samples = image.path.as_ref().map(|_| image.sample_per_pixel);
        Self {
            class: java_class(EntityKind::AbstractImage),
            id: image.id.0,
            created: image.created.into(),
            updated: image.updated.map(Ms::from),
            original_filename: image.original_filename.clone(),
            filename: image.original_filename.clone(),
            uploaded_file: image.uploaded_file.map(i64::from),
            path: image.path.clone(),
            content_type: image.content_type.clone(),
            user: image.user.map(i64::from),
            width: image.width,
            height: image.height,
            depth: image.depth,
            duration: image.duration,
            channels: image.channels,
            extrinsic_channels: samples,
            apparent_channels: samples,
            dimensions: image.dimensions(),
            physical_size_x: image.physical_size_x,
            physical_size_y: image.physical_size_y,
            physical_size_z: image.physical_size_z,
            fps: image.fps,
            magnification: image.magnification,
            bit_per_sample: image.bit_per_sample,
            sample_per_pixel: image.sample_per_pixel,
            colorspace: image.colorspace.clone(),
            tile_size: TILE_SIZE,
            zoom: image.zoom(),
            is_virtual: false,
            thumb,
            preview,
            macro_url,
        }
    }
}

impl OfKind for AbstractImage {
    const KIND: EntityKind = EntityKind::AbstractImage;
}

/// An image in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListedImage {
    /// The image.
    #[serde(flatten)]
    pub image: AbstractImage,
    /// Whether the project that `project` names holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub in_project: Option<bool>,
}

/// What can be said of an image; what is left out of a change stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct AbstractImageBody {
    uploaded_file: Id,
    #[schema(example = "CMU-1.svs")]
    original_filename: Text,
    /// The same.
    filename: Text,
    width: Whole,
    height: Whole,
    depth: Whole,
    duration: Whole,
    channels: Whole,
    sample_per_pixel: Whole,
    bit_per_sample: Whole,
    /// Micrometres per pixel; null takes them away, as with all numbers below.
    physical_size_x: PatchNumber,
    physical_size_y: PatchNumber,
    physical_size_z: PatchNumber,
    fps: PatchNumber,
    magnification: PatchNumber,
    colorspace: PatchText,
}

/// A magnification as the system keeps it: old image servers send decimals.
#[allow(clippy::cast_possible_truncation, reason = "rounded; a float beyond the range saturates")]
pub fn magnification(sent: PatchNumber) -> Option<Option<i32>> {
    sent.get().map(|value| value.map(|value| value.round() as i32))
}

impl AbstractImageBody {
    /// As the domain takes it.
    pub(super) fn fields(self) -> ImageFields {
        ImageFields {
            uploaded_file: self.uploaded_file.of(UploadedFileId),
            original_filename: self.original_filename.get().or(self.filename.get()),
            width: self.width.get(),
            height: self.height.get(),
            depth: self.depth.get(),
            duration: self.duration.get(),
            channels: self.channels.get(),
            sample_per_pixel: self.sample_per_pixel.get(),
            bit_per_sample: self.bit_per_sample.get(),
            physical_size_x: self.physical_size_x.get(),
            physical_size_y: self.physical_size_y.get(),
            physical_size_z: self.physical_size_z.get(),
            fps: self.fps.get(),
            magnification: magnification(self.magnification),
            colorspace: self.colorspace.get(),
        }
    }
}
