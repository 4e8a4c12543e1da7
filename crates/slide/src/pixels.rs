//! Decoded pixels: interleaved 8-bit RGB, row by row from the top left.

use crate::{
    codec,
    error::{Result, SlideError},
    request::{Encoded, Output},
};

/// An RGB image in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pixels {
    width: u32,
    height: u32,
    data: Vec<u8>,
}

impl Pixels {
    /// An image of one colour.
    #[must_use]
    pub fn filled(width: u32, height: u32, colour: [u8; 3]) -> Self {
        let mut data = vec![colour[0]; width as usize * height as usize * 3];
        if colour.iter().any(|sample| *sample != colour[0]) {
            data.chunks_exact_mut(3).for_each(|pixel| pixel.copy_from_slice(&colour));
        }
        Self { width, height, data }
    }

    /// Takes `width * height * 3` samples.
    ///
    /// # Errors
    /// [`SlideError::InvalidRequest`] when the length is another.
    pub fn from_rgb(width: u32, height: u32, data: Vec<u8>) -> Result<Self> {
        if data.len() as u64 != u64::from(width) * u64::from(height) * 3 {
            return Err(SlideError::InvalidRequest {
                what: format!("{} samples do not make an RGB image of {width} x {height}", data.len()),
            });
        }
        Ok(Self { width, height, data })
    }

    /// Width in pixels.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Samples: `[r, g, b]` per pixel, rows from the top.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// The same, to draw on.
    pub fn data_mut(&mut self) -> &mut [u8] {
        &mut self.data
    }

    /// The pixel at column `x`, row `y`.
    #[must_use]
    pub fn get(&self, x: u32, y: u32) -> Option<[u8; 3]> {
        if x >= self.width || y >= self.height {
            return None;
        }
        let at = (y as usize * self.width as usize + x as usize) * 3;
        self.data.get(at..at + 3)?.try_into().ok()
    }

    /// Encodes the image.
    ///
    /// # Errors
    /// [`SlideError::Unsupported`] when the encoding cannot hold an image of this size.
    pub fn encode(&self, output: Output) -> Result<Encoded> {
        codec::encode(self, output)
    }

    /// Encodes the image with an opacity per pixel (0 = transparent), as PNG or lossless WebP.
    ///
    /// # Errors
    /// [`SlideError::InvalidRequest`] when `alpha` has not one value per pixel, or for JPEG, which has no
    /// transparency.
    pub fn encode_with_alpha(&self, alpha: &[u8], output: Output) -> Result<Encoded> {
        codec::encode_with_alpha(self, alpha, output)
    }
}

/// Encodes an 8-bit grey image (masks): `width * height` samples from the top left.
///
/// # Errors
/// [`SlideError::InvalidRequest`] when the length is another.
pub fn encode_grey(width: u32, height: u32, samples: &[u8], output: Output) -> Result<Encoded> {
    codec::encode_grey(width, height, samples, output)
}
