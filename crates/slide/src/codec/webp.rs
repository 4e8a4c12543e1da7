//! WebP: lossless encoding, and decoding of TIFF tiles. Lossy encoding has no maintained encoder in Rust.

use std::io::Cursor;

use super::{Channels, Raster};
use crate::error::{Result, SlideError};

pub(super) fn encode(raster: Raster<'_>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let colour = match raster.channels {
        Channels::Grey => image_webp::ColorType::L8,
        Channels::Rgb => image_webp::ColorType::Rgb8,
        Channels::Rgba => image_webp::ColorType::Rgba8,
    };
    image_webp::WebPEncoder::new(&mut bytes)
        .encode(raster.samples, raster.width, raster.height, colour)
        .map_err(|error| {
            SlideError::unsupported(
                format!("WebP of {} x {}: {error}", raster.width, raster.height),
                "ask for JPEG or PNG; a side of a WebP holds at most 16383 pixels",
            )
        })?;
    Ok(bytes)
}

/// Decodes a tile of known size to RGB; transparency is drawn over white.
pub(crate) fn decode(bytes: &[u8], width: u32, height: u32, out: &mut Vec<u8>) -> Result<()> {
    let damaged =
        |error: image_webp::DecodingError| SlideError::damaged(format!("WebP tile: {error}"), "tile");
    let mut decoder = image_webp::WebPDecoder::new(Cursor::new(bytes)).map_err(damaged)?;
    if decoder.dimensions() != (width, height) {
        let (w, h) = decoder.dimensions();
        return Err(SlideError::damaged(
            format!("WebP tile is {w} x {h}, the directory says {width} x {height}"),
            "tile",
        ));
    }
    let pixels = width as usize * height as usize;
    if decoder.has_alpha() {
        let mut rgba = vec![0; pixels * 4];
        decoder.read_image(&mut rgba).map_err(damaged)?;
        out.clear();
        out.extend(rgba.chunks_exact(4).flat_map(|p| {
            let over =
                |c: u8| ((u32::from(c) * u32::from(p[3]) + 255 * (255 - u32::from(p[3])) + 127) / 255) as u8;
            [over(p[0]), over(p[1]), over(p[2])]
        }));
    } else {
        out.resize(pixels * 3, 0);
        decoder.read_image(out).map_err(damaged)?;
    }
    Ok(())
}
