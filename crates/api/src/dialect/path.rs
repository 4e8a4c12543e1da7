//! Path segments that hold several values: `window-0-0-512-512.jpg`, `3_4.jpg`, `thumb.png`.
//!
//! The router takes each as one parameter; these types read it (`Path<(i64, Picture)>`). They are strict in shape
//! and lenient in the ending: an unknown one (`.tif`) means jpg, as Cytomine's clients expect.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, de};
use serde_json::{Value, json};

use super::DialectError;
use crate::describe::Segment;

/// Encoding of a picture that is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ImageFormat {
    /// JPEG, the default.
    #[default]
    Jpg,
    /// PNG.
    Png,
    /// WebP.
    Webp,
}

impl ImageFormat {
    /// Reads the ending of a name (`png`); unknown ones mean jpg.
    pub fn from_extension(extension: &str) -> Self {
        match extension.to_ascii_lowercase().as_str() {
            "png" => Self::Png,
            "webp" => Self::Webp,
            _ => Self::Jpg,
        }
    }

    /// The media type, for `Content-Type`.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
        }
    }

    /// Whether it can hold transparency; alpha masks need it.
    pub fn has_alpha(self) -> bool {
        !matches!(self, Self::Jpg)
    }
}

impl fmt::Display for ImageFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Jpg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
        })
    }
}

/// A rectangle in level 0 pixels, y down from the top left corner. It may reach outside of the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Left edge.
    pub x: i64,
    /// Top edge.
    pub y: i64,
    /// Width, at least 1.
    pub width: u32,
    /// Height, at least 1.
    pub height: u32,
}

/// A picture made of an image, a slice or an annotation: the last segment of its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picture {
    /// `thumb.{f}`: the whole image, small.
    Thumb(ImageFormat),
    /// `preview.{f}`: the whole image, medium.
    Preview(ImageFormat),
    /// `crop.{f}`: around a geometry.
    Crop(ImageFormat),
    /// `mask.{f}`: a geometry in white on black.
    Mask(ImageFormat),
    /// `alphamask.{f}`: a geometry cut out of the image.
    AlphaMask(ImageFormat),
    /// `window-{x}-{y}-{w}-{h}.{f}`: a rectangle.
    Window(Window, ImageFormat),
    /// `camera-{x}-{y}-{w}-{h}.{f}`: what is on a screen, for download.
    Camera(Window, ImageFormat),
}

impl FromStr for Picture {
    type Err = DialectError;

    fn from_str(segment: &str) -> Result<Self, DialectError> {
        const EXPECTED: &str = "`thumb`, `preview`, `crop`, `mask`, `alphamask`, `window-{x}-{y}-{width}-{height}` \
                                or `camera-{x}-{y}-{width}-{height}`, with `.jpg`, `.png` or `.webp`";
        let refused = || DialectError::segment(segment, EXPECTED);
        let (stem, format) = split_format(segment).ok_or_else(refused)?;
        match stem {
            "thumb" => Ok(Self::Thumb(format)),
            "preview" => Ok(Self::Preview(format)),
            "crop" => Ok(Self::Crop(format)),
            "mask" => Ok(Self::Mask(format)),
            "alphamask" => Ok(Self::AlphaMask(format)),
            _ => match stem.split_once('-').ok_or_else(refused)? {
                ("window", numbers) => Ok(Self::Window(window(numbers).ok_or_else(refused)?, format)),
                ("camera", numbers) => Ok(Self::Camera(window(numbers).ok_or_else(refused)?, format)),
                _ => Err(refused()),
            },
        }
    }
}

/// The row of a tile with its ending: `{ty}.{f}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TileRow {
    /// Row, from 0 at the top.
    pub row: u32,
    /// Encoding.
    pub format: ImageFormat,
}

impl FromStr for TileRow {
    type Err = DialectError;

    fn from_str(segment: &str) -> Result<Self, DialectError> {
        let refused = || DialectError::segment(segment, "`{row}.jpg`");
        let (stem, format) = split_format(segment).ok_or_else(refused)?;
        Ok(Self { row: natural(stem).ok_or_else(refused)?, format })
    }
}

/// A tile of a Deep Zoom image: `{col}_{row}.{f}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DziTile {
    /// Column, from 0 at the left.
    pub col: u32,
    /// Row, from 0 at the top.
    pub row: u32,
    /// Encoding.
    pub format: ImageFormat,
}

impl FromStr for DziTile {
    type Err = DialectError;

    fn from_str(segment: &str) -> Result<Self, DialectError> {
        let refused = || DialectError::segment(segment, "`{column}_{row}.jpg`");
        let (stem, format) = split_format(segment).ok_or_else(refused)?;
        let (col, row) = stem.split_once('_').ok_or_else(refused)?;
        Ok(Self { col: natural(col).ok_or_else(refused)?, row: natural(row).ok_or_else(refused)?, format })
    }
}

/// A picture that comes with a slide, by its label: `{label}.{f}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssociatedFile {
    /// `macro`, `label`, `thumb`.
    pub label: String,
    /// Encoding.
    pub format: ImageFormat,
}

impl FromStr for AssociatedFile {
    type Err = DialectError;

    fn from_str(segment: &str) -> Result<Self, DialectError> {
        match split_format(segment) {
            Some((label, format)) if !label.is_empty() => Ok(Self { label: label.to_owned(), format }),
            _ => Err(DialectError::segment(segment, "`{label}.jpg`")),
        }
    }
}

macro_rules! deserialize_from_str {
    ($($name:ty),*) => {$(
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    )*};
}
deserialize_from_str!(Picture, TileRow, DziTile, AssociatedFile);

/// `crop.png` -> (`crop`, png); `None` without an ending.
fn split_format(segment: &str) -> Option<(&str, ImageFormat)> {
    let (stem, extension) = segment.rsplit_once('.')?;
    Some((stem, ImageFormat::from_extension(extension)))
}

/// Digits only: `+3`, which `parse` would take, is no address of a tile.
fn natural(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// `{x}-{y}-{w}-{h}`, where x and y may be negative: `-5-0-10-10`, `5--3-10-10`.
fn window(numbers: &str) -> Option<Window> {
    let (x, rest) = signed(numbers)?;
    let (y, rest) = signed(rest.strip_prefix('-')?)?;
    let (width, height) = rest.strip_prefix('-')?.split_once('-')?;
    let (width, height) = (natural(width)?, natural(height)?);
    (width > 0 && height > 0).then_some(Window { x, y, width, height })
}

/// A number with an optional minus at the start of `text`, and what follows it. Within 2^31 either way: no slide is
/// larger, and sums with sizes cannot overflow.
fn signed(text: &str) -> Option<(i64, &str)> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let end = digits.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
    let (number, rest) = text.split_at(text.len() - digits.len() + end);
    let number: i32 = number.parse().ok()?;
    Some((i64::from(number), rest))
}

// What a document says of these segments.
macro_rules! names {
    ($($name:ident $pattern:literal),+ $(,)?) => {$(
        impl Segment for $name {
            fn schema() -> Value {
                json!({ "type": "string", "pattern": $pattern })
            }
        }
    )+};
}
names!(
    TileRow r"^[0-9]{1,9}\.[^/]*$",
    DziTile r"^[0-9]{1,9}_[0-9]{1,9}\.[^/]*$",
    AssociatedFile r"^[^/]+\.[^/.]*$",
);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pictures_by_name() {
        assert_eq!("thumb.jpg".parse(), Ok(Picture::Thumb(ImageFormat::Jpg)));
        assert_eq!("preview.webp".parse(), Ok(Picture::Preview(ImageFormat::Webp)));
        assert_eq!("crop.PNG".parse(), Ok(Picture::Crop(ImageFormat::Png)));
        assert_eq!("mask.png".parse(), Ok(Picture::Mask(ImageFormat::Png)));
        assert_eq!("alphamask.png".parse(), Ok(Picture::AlphaMask(ImageFormat::Png)));
    }

    #[test]
    fn an_unknown_ending_means_jpg() {
        assert_eq!("crop.tif".parse(), Ok(Picture::Crop(ImageFormat::Jpg)));
    }

    #[test]
    fn windows_may_start_outside_of_the_image() {
        let at = |x, y| Window { x, y, width: 10, height: 20 };
        assert_eq!("window-5-6-10-20.jpg".parse(), Ok(Picture::Window(at(5, 6), ImageFormat::Jpg)));
        assert_eq!("window--5-0-10-20.jpg".parse(), Ok(Picture::Window(at(-5, 0), ImageFormat::Jpg)));
        assert_eq!("window-5--6-10-20.png".parse(), Ok(Picture::Window(at(5, -6), ImageFormat::Png)));
        assert_eq!("camera--5--6-10-20.png".parse(), Ok(Picture::Camera(at(-5, -6), ImageFormat::Png)));
    }

    #[test]
    fn shapes_that_are_no_picture_are_refused() {
        for segment in [
            "thumb",
            "",
            ".jpg",
            "next.jpg",
            "window-1-2-3.jpg",
            "window-1-2-3-4-5.jpg",
            "window-1-2-0-4.jpg",
            "window-1-2-3--4.jpg",
            "window-a-2-3-4.jpg",
            "window-1-2-3-4",
            "window-99999999999-2-3-4.jpg",
            "window-1-2-+3-4.jpg",
            "door-1-2-3-4.jpg",
        ] {
            assert!(segment.parse::<Picture>().is_err(), "{segment}");
        }
    }

    #[test]
    fn tiles_are_natural_numbers() {
        assert_eq!("7.jpg".parse(), Ok(TileRow { row: 7, format: ImageFormat::Jpg }));
        assert_eq!("3_4.png".parse(), Ok(DziTile { col: 3, row: 4, format: ImageFormat::Png }));
        for segment in ["-7.jpg", "+7.jpg", ".jpg", "7", "99999999999.jpg", "7.5.jpg"] {
            assert!(segment.parse::<TileRow>().is_err(), "{segment}");
        }
        for segment in ["3-4.jpg", "3_.jpg", "_4.jpg", "3_-4.jpg", "3_4_5.jpg"] {
            assert!(segment.parse::<DziTile>().is_err(), "{segment}");
        }
    }

    #[test]
    fn a_label_may_hold_dots() {
        let file: AssociatedFile = "macro.v2.png".parse().unwrap();
        assert_eq!((file.label.as_str(), file.format), ("macro.v2", ImageFormat::Png));
        assert!(".png".parse::<AssociatedFile>().is_err());
    }

    #[test]
    fn they_deserialize_from_text() {
        let tile: DziTile = serde_json::from_str("\"1_2.jpg\"").unwrap();
        assert_eq!((tile.col, tile.row), (1, 2));
        assert!(serde_json::from_str::<Picture>("\"x\"").is_err());
    }

    proptest! {
        #[test]
        fn a_printed_window_reads_back(x in any::<i32>(), y in any::<i32>(), width in 1u32.., height in 1u32..) {
            let window = Window { x: x.into(), y: y.into(), width, height };
            let read: Result<Picture, _> = format!("window-{x}-{y}-{width}-{height}.png").parse();
            prop_assert_eq!(read, Ok(Picture::Window(window, ImageFormat::Png)));
        }

        #[test]
        fn no_segment_panics(segment in ".{0,40}") {
            let _ = (segment.parse::<Picture>(), segment.parse::<TileRow>(), segment.parse::<DziTile>());
        }

        #[test]
        fn no_window_panics(segment in "window-[-0-9.]{0,40}") {
            let _ = segment.parse::<Picture>();
        }
    }
}
