//! PNG encoding.

use super::{Channels, Raster};
use crate::error::{Result, SlideError};

/// Encodes losslessly; fast compression, because a tile is sent once and kept by the browser.
pub(super) fn encode(raster: Raster<'_>) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(raster.samples.len() / 2 + 128);
    let mut encoder = png::Encoder::new(&mut bytes, raster.width, raster.height);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    encoder.set_color(match raster.channels {
        Channels::Grey => png::ColorType::Grayscale,
        Channels::Rgb => png::ColorType::Rgb,
        Channels::Rgba => png::ColorType::Rgba,
    });
    let failed = |error: png::EncodingError| {
        SlideError::unsupported(
            format!("PNG of {} x {}: {error}", raster.width, raster.height),
            "ask for JPEG",
        )
    };
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(raster.samples).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(bytes)
}
