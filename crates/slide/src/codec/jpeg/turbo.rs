//! libjpeg-turbo. Handles are kept per thread: making one costs as much as a small tile.

use std::cell::RefCell;

use turbojpeg::{Colorspace, Compressor, Decompressor, Image, PixelFormat, Subsamp};

use super::{Decoded, JpegCodec, Subsampling};
use crate::{
    codec::{Channels, Raster},
    error::{Result, SlideError},
};

/// Scans of a progressive stream that are followed; more are an attack on time, not an image.
const MAX_SCANS: u32 = 200;

/// The backend.
#[derive(Debug, Clone, Copy)]
pub struct Turbo;

thread_local! {
    static DECOMPRESSOR: RefCell<Option<Decompressor>> = const { RefCell::new(None) };
    static COMPRESSOR: RefCell<Option<Compressor>> = const { RefCell::new(None) };
}

impl JpegCodec for Turbo {
    fn name(&self) -> &'static str {
        "libjpeg-turbo"
    }

    fn decode(&self, jpeg: &[u8], channels: Channels, out: &mut Vec<u8>) -> Result<Decoded> {
        DECOMPRESSOR.with_borrow_mut(|slot| {
            let decompressor = match slot {
                Some(decompressor) => decompressor,
                None => {
                    let mut made = Decompressor::new().map_err(damaged)?;
                    made.set_scan_limit(MAX_SCANS).map_err(damaged)?;
                    slot.insert(made)
                }
            };
            let result = decode(decompressor, jpeg, channels, out);
            if result.is_err() {
                // A handle that saw a damaged stream may keep part of its state.
                *slot = None;
            }
            result
        })
    }

    fn encode(&self, raster: Raster<'_>, quality: u8, subsampling: Subsampling) -> Result<Vec<u8>> {
        COMPRESSOR.with_borrow_mut(|slot| {
            let compressor = match slot {
                Some(compressor) => compressor,
                None => slot.insert(Compressor::new().map_err(refused)?),
            };
            let (format, subsamp) = match raster.channels {
                Channels::Grey => (PixelFormat::GRAY, Subsamp::Gray),
                Channels::Rgb | Channels::Rgba => (
                    if raster.channels == Channels::Rgb { PixelFormat::RGB } else { PixelFormat::RGBX },
                    match subsampling {
                        Subsampling::None => Subsamp::None,
                        Subsampling::Both => Subsamp::Sub2x2,
                    },
                ),
            };
            compressor.set_quality(i32::from(quality)).map_err(refused)?;
            compressor.set_subsamp(subsamp).map_err(refused)?;
            let image = Image {
                pixels: raster.samples,
                width: raster.width as usize,
                pitch: raster.width as usize * raster.channels.count(),
                height: raster.height as usize,
                format,
            };
            compressor.compress_to_vec(image).map_err(refused)
        })
    }
}

fn decode(
    decompressor: &mut Decompressor,
    jpeg: &[u8],
    channels: Channels,
    out: &mut Vec<u8>,
) -> Result<Decoded> {
    let header = decompressor.read_header(jpeg).map_err(damaged)?;
    let inks = matches!(header.colorspace, Colorspace::CMYK | Colorspace::YCCK);
    let (format, samples) = match (inks, channels) {
        (true, _) => (PixelFormat::CMYK, 4),
        (false, Channels::Grey) => (PixelFormat::GRAY, 1),
        (false, Channels::Rgb) => (PixelFormat::RGB, 3),
        (false, Channels::Rgba) => (PixelFormat::RGBA, 4),
    };
    out.resize(header.width * header.height * samples, 0);
    let image = Image {
        pixels: out.as_mut_slice(),
        width: header.width,
        pitch: header.width * samples,
        height: header.height,
        format,
    };
    decompressor.decompress(jpeg, image).map_err(damaged)?;
    if inks {
        // Adobe writes inks inverted: 255 is no ink.
        let mix = |ink: u8, black: u8| ((u32::from(ink) * u32::from(black) + 127) / 255) as u8;
        *out = match channels {
            Channels::Grey => {
                out.chunks_exact(4).map(|p| mix(((u32::from(p[0]) + u32::from(p[1]) + u32::from(p[2])) / 3) as u8, p[3])).collect()
            }
            Channels::Rgb => out.chunks_exact(4).flat_map(|p| [mix(p[0], p[3]), mix(p[1], p[3]), mix(p[2], p[3])]).collect(),
            Channels::Rgba => out.chunks_exact(4).flat_map(|p| [mix(p[0], p[3]), mix(p[1], p[3]), mix(p[2], p[3]), 255]).collect(),
        };
    }
    Ok(Decoded { width: header.width as u32, height: header.height as u32 })
}

fn damaged(error: turbojpeg::Error) -> SlideError {
    SlideError::damaged(format!("JPEG data: {error}"), "JPEG stream")
}

fn refused(error: turbojpeg::Error) -> SlideError {
    SlideError::InvalidRequest { what: format!("image cannot be encoded as JPEG: {error}") }
}
