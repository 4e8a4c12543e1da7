//! Encoders and decoders behind small interfaces; what a file format needs of them, not what they can do.
//!
//! `jpeg` has two interchangeable backends, measured against each other in `benches/tiles.rs`; `bytes`
//! undoes the byte-oriented compressions of TIFF; PNG and WebP are thin calls to their crates.

pub(crate) mod bytes;
pub mod jpeg;
mod png;
pub(crate) mod webp;

use crate::{
    error::{Result, SlideError},
    pixels::Pixels,
    request::{DEFAULT_JPEG_QUALITY, Encoded, Output},
};

/// Channels of an interleaved 8-bit buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channels {
    /// One grey sample.
    Grey,
    /// Red, green, blue.
    Rgb,
    /// Red, green, blue, opacity. PNG and WebP only.
    Rgba,
}

impl Channels {
    /// Samples per pixel.
    #[must_use]
    pub fn count(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }
}

/// A borrowed image: interleaved 8-bit samples, rows from the top.
#[derive(Debug, Clone, Copy)]
pub struct Raster<'a> {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Meaning of the samples.
    pub channels: Channels,
    /// `width * height * channels` samples.
    pub samples: &'a [u8],
}

impl<'a> Raster<'a> {
    /// Checks the length against the size.
    ///
    /// # Errors
    /// [`SlideError::InvalidRequest`] when they differ or a side is zero.
    pub fn new(width: u32, height: u32, channels: Channels, samples: &'a [u8]) -> Result<Self> {
        let expected = u64::from(width) * u64::from(height) * channels.count() as u64;
        if expected == 0 || samples.len() as u64 != expected {
            return Err(SlideError::InvalidRequest {
                what: format!("{} samples do not make an image of {width} x {height}", samples.len()),
            });
        }
        Ok(Self { width, height, channels, samples })
    }
}

impl Pixels {
    /// Encodes the image.
    ///
    /// # Errors
    /// [`SlideError::Unsupported`] when the encoding cannot hold an image of this size.
    pub fn encode(&self, output: Output) -> Result<Encoded> {
        encode_raster(Raster::new(self.width(), self.height(), Channels::Rgb, self.data())?, output)
    }

    /// Encodes the image with an opacity per pixel (0 = transparent), as PNG or lossless WebP.
    ///
    /// # Errors
    /// [`SlideError::InvalidRequest`] when `alpha` has not one value per pixel, or for JPEG, which has no
    /// transparency.
    pub fn encode_with_alpha(&self, alpha: &[u8], output: Output) -> Result<Encoded> {
        if matches!(output, Output::Jpeg { .. }) {
            return Err(SlideError::InvalidRequest {
                what: "JPEG has no transparency; ask for PNG or WebP".into(),
            });
        }
        Raster::new(self.width(), self.height(), Channels::Grey, alpha)?;
        let rgba: Vec<u8> = self
            .data()
            .chunks_exact(3)
            .zip(alpha)
            .flat_map(|(rgb, &alpha)| [rgb[0], rgb[1], rgb[2], alpha])
            .collect();
        encode_raster(Raster::new(self.width(), self.height(), Channels::Rgba, &rgba)?, output)
    }
}

/// Encodes an 8-bit grey image (masks): `width * height` samples from the top left.
///
/// # Errors
/// [`SlideError::InvalidRequest`] when the length is another.
pub fn encode_grey(width: u32, height: u32, samples: &[u8], output: Output) -> Result<Encoded> {
    encode_raster(Raster::new(width, height, Channels::Grey, samples)?, output)
}

fn encode_raster(raster: Raster<'_>, output: Output) -> Result<Encoded> {
    let bytes = match output {
        Output::Jpeg { quality } => jpeg::encode(raster, quality.unwrap_or(DEFAULT_JPEG_QUALITY))?,
        Output::Png => png::encode(raster)?,
        Output::WebP => webp::encode(raster)?,
    };
    Ok(Encoded { bytes, media_type: output.media_type() })
}
