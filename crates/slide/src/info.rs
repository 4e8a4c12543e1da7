//! What a slide is: its format, size, calibration, levels and further images.

use std::fmt;

/// Formats, by the ids Cytomine uses (`contentType` of an uploaded file).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FormatId {
    /// Aperio SVS: tiled TIFF whose description starts with `Aperio`.
    Svs,
    /// Generic tiled TIFF, with or without reduced levels.
    PyrTiff,
    /// TIFF stored in strips: converted at import.
    PlanarTiff,
    /// JPEG image: converted at import.
    Jpeg,
    /// PNG image: converted at import.
    Png,
}

impl FormatId {
    /// Cytomine's id, for example `SVS`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Svs => "SVS",
            Self::PyrTiff => "PYRTIFF",
            Self::PlanarTiff => "PLANARTIFF",
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
        }
    }

    /// Name for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Svs => "Aperio SVS",
            Self::PyrTiff => "Pyramidal TIFF",
            Self::PlanarTiff => "Planar TIFF",
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
        }
    }

    /// Every format, in the order they are listed to users.
    pub const ALL: [Self; 5] = [Self::Svs, Self::PyrTiff, Self::PlanarTiff, Self::Jpeg, Self::Png];
}

impl fmt::Display for FormatId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Colours of the stored samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ColorSpace {
    /// One channel, black is zero.
    Grey,
    /// Three channels or a palette of them.
    Rgb,
    /// Four inks; converted to RGB.
    Cmyk,
}

impl ColorSpace {
    /// As Cytomine's API writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Grey => "grayscale",
            Self::Rgb => "rgb",
            Self::Cmyk => "cmyk",
        }
    }
}

/// Facts about an open slide.
#[derive(Debug, Clone, PartialEq)]
pub struct SlideInfo {
    /// Format by content.
    pub format: FormatId,
    /// Width of level 0 in pixels (after the stored orientation is applied, where a conversion applies it).
    pub width: u32,
    /// Height of level 0 in pixels.
    pub height: u32,
    /// Channels as shown (1 grey, 3 colour).
    pub channels: u8,
    /// Samples stored per pixel.
    pub samples_per_pixel: u8,
    /// Bits stored per sample.
    pub bits_per_sample: u8,
    /// Width of a level 0 pixel in micrometres, when stated.
    pub physical_size_x: Option<f64>,
    /// Height of a level 0 pixel in micrometres, when stated.
    pub physical_size_y: Option<f64>,
    /// Nominal magnification of the objective, when stated.
    pub magnification: Option<i32>,
    /// Colours.
    pub colorspace: ColorSpace,
    /// Whether tiles can be served only after [`convert`](crate::convert()).
    pub needs_conversion: bool,
    /// Label, macro, thumbnail.
    pub associated: Vec<Associated>,
}

/// Which further image of a slide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AssociatedKind {
    /// Small rendering of the scan.
    Thumbnail,
    /// The paper label: often personal data.
    Label,
    /// Overview photograph; may show the label.
    Macro,
}

impl AssociatedKind {
    /// As the API writes it: `thumb`, `label`, `macro`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Thumbnail => "thumb",
            Self::Label => "label",
            Self::Macro => "macro",
        }
    }

    /// Reads the API's name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Thumbnail, Self::Label, Self::Macro].into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A further image of a slide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Associated {
    /// Which.
    pub kind: AssociatedKind,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

/// A stored resolution of a slide with its tile grid; level 0 is the finest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// Width in pixels of this level.
    pub width: u32,
    /// Height in pixels of this level.
    pub height: u32,
    /// Width of a stored tile in pixels; tiles at the right edge are padded to it.
    pub tile_width: u32,
    /// Height of a stored tile in pixels; tiles at the bottom edge are padded to it.
    pub tile_height: u32,
    /// Level 0 pixels per pixel of this level; a whole number when the size allows it within one pixel.
    pub downsample: f64,
    /// Tiles per row.
    pub columns: u32,
    /// Rows of tiles.
    pub rows: u32,
}

/// A resolution of a computed grid (normalized or DZI), finest first for [`Slide::tiers`](crate::Slide::tiers).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tier {
    /// Index counted from the smallest tier (0); Cytomine's zoom.
    pub zoom: u32,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Tiles per row.
    pub columns: u32,
    /// Rows of tiles.
    pub rows: u32,
}
