//! The nouns that have pixels, as they stand in addresses.

use cytomine_domain::pixels::PixelTarget;
use cytomine_model::{AbstractImageId, AbstractSliceId, Action, ImageInstanceId, SliceInstanceId};

/// Something with pixels.
pub(super) trait Noun: Send + Sync + 'static {
    /// Its segment in addresses.
    const NAME: &'static str;
    /// The right to see it.
    const SEE: Action;

    /// The one with that id.
    fn target(id: i64) -> PixelTarget;
}

/// Images in projects.
pub(super) struct ImageInstances;

impl Noun for ImageInstances {
    const NAME: &'static str = "imageinstance";
    const SEE: Action = Action::SeeProject;

    fn target(id: i64) -> PixelTarget {
        PixelTarget::Image(ImageInstanceId(id))
    }
}

/// Planes of images in projects.
pub(super) struct SliceInstances;

impl Noun for SliceInstances {
    const NAME: &'static str = "sliceinstance";
    const SEE: Action = Action::SeeProject;

    fn target(id: i64) -> PixelTarget {
        PixelTarget::Slice(SliceInstanceId(id))
    }
}

/// Images as the platform holds them.
pub(super) struct AbstractImages;

impl Noun for AbstractImages {
    const NAME: &'static str = "abstractimage";
    const SEE: Action = Action::SeeSlide;

    fn target(id: i64) -> PixelTarget {
        PixelTarget::AbstractImage(AbstractImageId(id))
    }
}

/// Planes of these.
pub(super) struct AbstractSlices;

impl Noun for AbstractSlices {
    const NAME: &'static str = "abstractslice";
    const SEE: Action = Action::SeeSlide;

    fn target(id: i64) -> PixelTarget {
        PixelTarget::AbstractSlice(AbstractSliceId(id))
    }
}
