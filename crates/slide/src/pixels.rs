//! Decoded pixels: interleaved 8-bit RGB, row by row from the top left.

use crate::error::{Result, SlideError};

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
}
