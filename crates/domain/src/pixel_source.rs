//! Where pixels lie and what a user may see of them: the keys and values of the caches that [`System`](crate::System) holds.

use cytomine_model::{AbstractImageId, AbstractSliceId, ImageInstanceId, ProjectId, SliceInstanceId};
use cytomine_slide::Plane;
use cytomine_store::BlobKey;

/// What pixels are asked of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PixelTarget {
    /// An image in a project.
    Image(ImageInstanceId),
    /// A plane of one.
    Slice(SliceInstanceId),
    /// An image independent of projects.
    AbstractImage(AbstractImageId),
    /// A plane of one.
    AbstractSlice(AbstractSliceId),
}

/// Where pixels lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PixelSource {
    /// The image in a project, where one was asked for.
    pub image: Option<ImageInstanceId>,
    /// Its project.
    pub project: Option<ProjectId>,
    /// The image as the platform holds it.
    pub abstract_image: AbstractImageId,
    /// Key of the bytes.
    pub key: BlobKey,
    /// Short hash of the bytes: what cache addresses carry.
    pub content_id: String,
    /// Pixels at level 0.
    pub width: u32,
    /// Pixels at level 0.
    pub height: u32,
    /// Which plane is shown, and among how many.
    pub planes: Planes,
}

/// The plane of an image that is shown where a request names none, and where else it may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planes {
    /// The plane that was asked for; of an image its reference plane.
    pub shown: Plane,
    /// Planes of focus.
    pub depth: u32,
    /// Moments.
    pub duration: u32,
}

impl Default for Planes {
    /// The one plane of most slides.
    fn default() -> Self {
        Self { shown: Plane::default(), depth: 1, duration: 1 }
    }
}

/// What a user may see of it. Made once per user and image, kept for some seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PixelRight {
    /// As in [`PixelAccess`](crate::pixels::PixelAccess).
    pub names: bool,
}
