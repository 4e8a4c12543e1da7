//! Bounds on what a file may ask for, checked before anything is allocated or decoded.
//!
//! Values in a file are claims. The defaults hold every slide we know of with room to spare and keep the
//! peak memory of one refused or opened file far under 200 MiB.

use crate::error::{Result, SlideError};

/// Limits applied at opening, at planning and in conversions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Longest side of an image in pixels.
    pub max_side: u32,
    /// Image directories of a TIFF that are followed.
    pub max_directories: usize,
    /// Planes (channels, foci and moments) of a slide.
    pub max_planes: u64,
    /// Entries of one TIFF directory.
    pub max_entries: u64,
    /// Tiles or strips of one level; 16 bytes of memory each.
    pub max_tiles: u64,
    /// Bytes of a textual description, tables or profile that are read.
    pub max_text: u64,
    /// Longest side of a stored tile in pixels.
    pub max_tile_side: u32,
    /// Compressed bytes of one stored tile.
    pub max_tile_bytes: u64,
    /// Longest side of an image made on request, in pixels.
    pub max_output_side: u32,
    /// Pixels of an image made on request.
    pub max_output_pixels: u64,
    /// Stored pixels decoded for one request.
    pub max_request_pixels: u64,
    /// Stored tiles read for one request.
    pub max_request_tiles: u64,
    /// Stored bytes read for one request.
    pub max_request_bytes: u64,
    /// Bytes that a conversion may hold at once: pixels and the decoder's own memory.
    pub max_decoded_bytes: u64,
    /// Bytes of one row of an image that is converted.
    pub max_row_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_side: 4_000_000,
            max_directories: 4_096,
            max_planes: 1 << 16,
            max_entries: 4_096,
            max_tiles: 4 << 20,
            max_text: 4 << 20,
            max_tile_side: 4_096,
            max_tile_bytes: 48 << 20,
            max_output_side: 10_000,
            max_output_pixels: 100_000_000,
            max_request_pixels: 128 << 20,
            max_request_tiles: 1 << 16,
            max_request_bytes: 128 << 20,
            max_decoded_bytes: 176 << 20,
            max_row_bytes: 16 << 20,
        }
    }
}

/// Fails with [`SlideError::TooLarge`] when `value` is above `limit`.
pub(crate) fn check(what: &'static str, value: u64, limit: u64, remedy: &'static str) -> Result<()> {
    if value > limit { Err(SlideError::TooLarge { what, value, limit, remedy }) } else { Ok(()) }
}

/// Bytes of the bands of a pyramid under construction: a row of tiles and a waiting row of each level, the
/// levels together less than twice the finest.
pub(crate) fn pyramid_bytes(width: u32, height: u32, channels: usize) -> u64 {
    let rows = u64::from(height.min(crate::request::TILE_SIZE)) + 4;
    u64::from(width) * channels as u64 * rows * 2
}

/// Checks what a conversion holds at once: `held` bytes of the source and the pyramid.
pub(crate) fn check_conversion(
    held: u64,
    size: (u32, u32),
    channels: usize,
    limit: u64,
    remedy: &'static str,
) -> Result<()> {
    let bytes = held.saturating_add(pyramid_bytes(size.0, size.1, channels));
    check("memory to convert the image in bytes", bytes, limit, remedy)
}
