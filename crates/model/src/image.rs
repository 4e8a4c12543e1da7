//! Images: abstract (as the platform holds them) and instances (inside a project), with their planes.

use serde::{Deserialize, Serialize};

use crate::{
    AbstractImageId, AbstractSliceId, ImageInstanceId, Millis, ProjectId, SliceInstanceId, UploadedFileId,
    UserId,
};

/// An image independent of projects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AbstractImage {
    /// Id.
    pub id: AbstractImageId,
    /// The file it was made from.
    pub uploaded_file: Option<UploadedFileId>,
    /// Name given by the user.
    pub original_filename: String,
    /// Format identifier of the file that tiles are read from; read with the image.
    pub content_type: String,
    /// Blob key of the file that tiles are read from; read with the image, absent until it is ready.
    pub path: Option<String>,
    /// Short hash of those bytes: the `v` of tile addresses; read with the image.
    pub content_id: Option<String>,
    /// Pixels at level 0.
    pub width: Option<i32>,
    /// Pixels at level 0.
    pub height: Option<i32>,
    /// Number of z planes.
    pub depth: i32,
    /// Number of time points.
    pub duration: i32,
    /// Number of stored (concrete) channels; an interleaved RGB plane is one.
    pub channels: i32,
    /// Samples per pixel of a stored channel.
    pub sample_per_pixel: i32,
    /// Bits per sample.
    pub bit_per_sample: i32,
    /// Micrometres per pixel.
    pub physical_size_x: Option<f64>,
    /// Micrometres per pixel.
    pub physical_size_y: Option<f64>,
    /// Micrometres between planes.
    pub physical_size_z: Option<f64>,
    /// Frames per second.
    pub fps: Option<f64>,
    /// Nominal magnification of the objective.
    pub magnification: Option<i32>,
    /// Name of the colour space.
    pub colorspace: Option<String>,
    /// Who uploaded it (the file's user).
    pub user: Option<UserId>,
    /// When it was made.
    pub created: Millis,
    /// When it was last changed.
    pub updated: Option<Millis>,
}

/// Side of the tiles of the normalized grid, in pixels.
pub const TILE_SIZE: i32 = 256;

impl AbstractImage {
    /// Index of the deepest zoom of the normalized grid: how many halvings (rounding up) until both sides fit
    /// in one tile; 1 while the size is unknown (rest-api 4.5).
    pub fn zoom(&self) -> i32 {
        let (Some(mut width), Some(mut height)) = (self.width, self.height) else { return 1 };
        let mut zoom = 0;
        while width > TILE_SIZE || height > TILE_SIZE {
            width = width / 2 + width % 2;
            height = height / 2 + height % 2;
            zoom += 1;
        }
        zoom
    }

    /// `XY` plus `C`, `Z`, `T` for each of these that counts more than one (rest-api 4.5).
    pub fn dimensions(&self) -> String {
        let mut text = String::from("XY");
        for (count, letter) in [(self.channels, 'C'), (self.depth, 'Z'), (self.duration, 'T')] {
            if count > 1 {
                text.push(letter);
            }
        }
        text
    }
}

/// One plane of an abstract image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AbstractSlice {
    /// Id.
    pub id: AbstractSliceId,
    /// Its image.
    pub image: AbstractImageId,
    /// File that holds the plane.
    pub uploaded_file: Option<UploadedFileId>,
    /// Channel, from 0.
    pub channel: i32,
    /// z plane, from 0.
    pub z_stack: i32,
    /// Time point, from 0.
    pub time: i32,
    /// Name of the channel.
    pub channel_name: Option<String>,
    /// Colour of the channel as `#RRGGBB`.
    pub channel_color: Option<String>,
    /// Name of the z plane.
    pub z_name: Option<String>,
    /// When it was made.
    pub created: Millis,
    /// When it was last changed.
    pub updated: Option<Millis>,
}

/// An image inside a project.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImageInstance {
    /// Id.
    pub id: ImageInstanceId,
    /// The image it stands for; read with the instance.
    pub base: AbstractImage,
    /// Its project.
    pub project: ProjectId,
    /// The project hides names; read with the instance.
    pub project_blind: bool,
    /// The project's name; read with the instance.
    pub project_name: String,
    /// Who added it.
    pub user: UserId,
    /// Own name, falls back to the original file name when blank.
    pub instance_filename: Option<String>,
    /// Overrides the base value; micrometres per pixel.
    pub physical_size_x: Option<f64>,
    /// Overrides the base value; micrometres per pixel.
    pub physical_size_y: Option<f64>,
    /// Overrides the base value; micrometres.
    pub physical_size_z: Option<f64>,
    /// Overrides the base value.
    pub fps: Option<f64>,
    /// Overrides the base value.
    pub magnification: Option<i32>,
    /// When its review began.
    pub review_start: Option<Millis>,
    /// When its review ended.
    pub review_stop: Option<Millis>,
    /// Who reviews it.
    pub review_user: Option<UserId>,
    /// Living user annotations on it; counted at reading.
    pub number_of_annotations: i64,
    /// When it was made.
    pub created: Millis,
    /// When it was last changed.
    pub updated: Option<Millis>,
}

impl ImageInstance {
    /// The name people see.
    pub fn name(&self) -> &str {
        match self.instance_filename.as_deref() {
            Some(name) if !name.trim().is_empty() => name,
            _ => &self.base.original_filename,
        }
    }

    /// Micrometres per pixel in x: own value, else the base's; 0 counts as unknown.
    pub fn pixel_size_x(&self) -> Option<f64> {
        self.physical_size_x
            .filter(|size| *size > 0.0)
            .or(self.base.physical_size_x)
            .filter(|size| *size > 0.0)
    }
}

/// One plane of an image inside a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SliceInstance {
    /// Id.
    pub id: SliceInstanceId,
    /// Its project.
    pub project: ProjectId,
    /// Its image.
    pub image: ImageInstanceId,
    /// The plane it stands for; read with the instance.
    pub base: AbstractSlice,
    /// When it was made.
    pub created: Millis,
    /// When it was last changed.
    pub updated: Option<Millis>,
}
