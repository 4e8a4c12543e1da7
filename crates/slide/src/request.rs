//! What a caller can ask of a slide, and in which encoding.

use crate::{info::Plane, look::Look};

/// Side of a tile of the normalized and DZI grids, in pixels.
pub const TILE_SIZE: u32 = 256;

/// One image asked of a slide.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Which pixels.
    pub area: Area,
    /// Of which plane.
    pub plane: Plane,
    /// How they are shown. Channels that it names are shown instead of the plane's own, at its focus and moment.
    pub look: Look,
}

/// An area of the first plane as it is.
impl From<Area> for Request {
    fn from(area: Area) -> Self {
        Self { area, plane: Plane::default(), look: Look::default() }
    }
}

/// Which pixels of a plane. Origins are top left, indices start at zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Area {
    /// A tile of the stored grid; edge tiles are padded as stored.
    Native {
        /// Level, 0 = finest.
        level: u32,
        /// Column.
        tx: u32,
        /// Row.
        ty: u32,
    },
    /// A tile of the normalized grid: 256 px, tiers are ceiled halves, edge tiles are clipped.
    Normalized {
        /// Zoom, 0 = smallest tier.
        zoom: u32,
        /// Column.
        tx: u32,
        /// Row.
        ty: u32,
    },
    /// A tile of the Deep Zoom pyramid: 256 px, overlap 0, level 0 is one pixel.
    Dzi {
        /// Deep Zoom level.
        level: u32,
        /// Column.
        col: u32,
        /// Row.
        row: u32,
    },
    /// Any rectangle at any size: thumbnails, windows, crops.
    Region(Region),
}

/// A rectangle in level 0 pixels and the size it is drawn at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Region {
    /// Left edge in level 0 pixels.
    pub x: f64,
    /// Top edge in level 0 pixels.
    pub y: f64,
    /// Width in level 0 pixels.
    pub width: f64,
    /// Height in level 0 pixels.
    pub height: f64,
    /// Width of the result in pixels.
    pub out_width: u32,
    /// Height of the result in pixels.
    pub out_height: u32,
}

impl Region {
    /// A rectangle of whole pixels, drawn at another size.
    #[must_use]
    pub fn new(x: u32, y: u32, width: u32, height: u32, out_width: u32, out_height: u32) -> Self {
        Self {
            x: f64::from(x),
            y: f64::from(y),
            width: f64::from(width),
            height: f64::from(height),
            out_width,
            out_height,
        }
    }
}

/// Encoding of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// JPEG. Without a quality, stored bytes are handed out unchanged where they fit, and the rest is
    /// encoded at [`DEFAULT_JPEG_QUALITY`]; with one (1 to 100), everything is encoded at it.
    Jpeg {
        /// Quality from 1 to 100.
        quality: Option<u8>,
    },
    /// PNG, lossless.
    Png,
    /// WebP, lossless.
    WebP,
}

impl Output {
    /// JPEG with stored bytes where they fit.
    pub const JPEG: Self = Self::Jpeg { quality: None };

    /// Media type of the answer.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg { .. } => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
        }
    }
}

impl Default for Output {
    fn default() -> Self {
        Self::JPEG
    }
}

/// Quality of JPEGs made by this crate when the request states none. Chosen by measurement, see
/// `docs/formats.md`.
pub const DEFAULT_JPEG_QUALITY: u8 = 90;

/// An encoded image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// The file's bytes.
    pub bytes: Vec<u8>,
    /// Media type, for example `image/jpeg`.
    pub media_type: &'static str,
}
