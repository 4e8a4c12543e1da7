//! What a slide is: its format, size, calibration, levels and further images.

use std::fmt;

use crate::samples::PixelKind;

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

/// One of the planes of a slide: what was stored for a channel, a focus and a moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Plane {
    /// Stored channel, from 0; interleaved colours are one.
    pub c: u32,
    /// Focus, from 0.
    pub z: u32,
    /// Moment, from 0.
    pub t: u32,
}

impl fmt::Display for Plane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "channel {}, z {}, time {}", self.c, self.z, self.t)
    }
}

/// A stored channel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Channel {
    /// Its name, when stated.
    pub name: Option<String>,
    /// The colour it is shown in beside others, when stated.
    pub colour: Option<[u8; 3]>,
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
    /// What the pixels of a plane consist of; a pixel shows `pixel.channels` (1 grey, 3 colour).
    pub pixel: PixelKind,
    /// The stored channels, at least one. Interleaved colours are one.
    pub channels: Vec<Channel>,
    /// Planes of focus, at least 1.
    pub depth: u32,
    /// Moments, at least 1.
    pub duration: u32,
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

impl SlideInfo {
    /// Whether the slide has a plane.
    #[must_use]
    pub fn has(&self, plane: Plane) -> bool {
        (plane.c as usize) < self.channels.len() && plane.z < self.depth && plane.t < self.duration
    }
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
    /// The same horizontally and vertically.
    pub scale: (f64, f64),
    /// Tiles per row.
    pub columns: u32,
    /// Rows of tiles.
    pub rows: u32,
}

impl Level {
    /// A level of `size` pixels in tiles of `tile` pixels; `base` is the size of level 0.
    pub(crate) fn new(size: (u32, u32), tile: (u32, u32), base: (u32, u32)) -> Self {
        let scale = scale(base, size);
        Self {
            width: size.0,
            height: size.1,
            tile_width: tile.0,
            tile_height: tile.1,
            downsample: f64::midpoint(scale.0, scale.1),
            scale,
            columns: size.0.div_ceil(tile.0),
            rows: size.1.div_ceil(tile.1),
        }
    }

    /// Pixels of a stored tile.
    pub(crate) fn tile_pixels(&self) -> u64 {
        u64::from(self.tile_width) * u64::from(self.tile_height)
    }
}

/// Level 0 pixels per pixel of a level. Writers round reduced sizes up or down, so a whole number is meant where both
/// sides fit it within a pixel; the longer side tells it, since rounding changes it least. On a side of few pixels several
/// fit: then the power of two is meant.
fn scale(base: (u32, u32), size: (u32, u32)) -> (f64, f64) {
    let longer = if base.0 >= base.1 { (base.0, size.0) } else { (base.1, size.1) };
    let ratio = (f64::from(longer.0) / f64::from(longer.1)).max(1.0);
    for whole in [ratio.log2().round().exp2(), ratio.round()] {
        let fits = |base: u32, size: u32| base.div_ceil(whole as u32).abs_diff(size) <= 1;
        if fits(base.0, size.0) && fits(base.1, size.1) {
            return (whole, whole);
        }
    }
    (f64::from(base.0) / f64::from(size.0), f64::from(base.1) / f64::from(size.1))
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

#[cfg(test)]
mod tests {
    use super::scale;

    #[test]
    fn rounded_sizes_mean_whole_factors() {
        assert_eq!(scale((46_000, 32_914), (11_500, 8_228)), (4.0, 4.0));
        assert_eq!(scale((46_000, 32_914), (2_875, 2_057)), (16.0, 16.0));
        assert_eq!(scale((2_220, 2_967), (2_220, 2_967)), (1.0, 1.0));
        assert_eq!(scale((5, 22_000), (2, 5_500)), (4.0, 4.0));
        assert_eq!(scale((38_727, 38), (152, 1)), (256.0, 256.0));
        assert_eq!(scale((9_000, 9_000), (3_000, 3_000)), (3.0, 3.0));
        assert_eq!(scale((100_000, 1), (782, 1)), (128.0, 128.0));
        let (x, y) = scale((1_000, 1_000), (400, 400));
        assert_eq!((x, y), (2.5, 2.5));
    }
}
