//! libjpeg-turbo. Handles are kept per thread: making one costs as much as a small tile.

use std::cell::RefCell;

use turbojpeg::{Colorspace, Compressor, Decompressor, Image, PixelFormat, ScalingFactor, Subsamp};

use super::{Decoded, JpegCodec, Subsampling, sequential};
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
    static COMPRESSOR: RefCell<Option<(Compressor, Vec<u8>)>> = const { RefCell::new(None) };
}

impl JpegCodec for Turbo {
    fn name(&self) -> &'static str {
        "libjpeg-turbo"
    }

    fn decode(&self, jpeg: &[u8], channels: Channels, out: &mut Vec<u8>) -> Result<Decoded> {
        with_decompressor(|decompressor| decode(decompressor, jpeg, channels, ScalingFactor::ONE, out))
    }

    fn decode_eighth(&self, jpeg: &[u8], out: &mut Vec<u8>) -> Result<Decoded> {
        with_decompressor(|decompressor| {
            decode(decompressor, jpeg, Channels::Rgb, ScalingFactor::ONE_EIGHTH, out)
        })
    }

    fn encode(&self, raster: Raster<'_>, quality: u8, subsampling: Subsampling) -> Result<Vec<u8>> {
        COMPRESSOR.with_borrow_mut(|slot| {
            let (compressor, buffer) = match slot {
                Some(pair) => pair,
                None => slot.insert((Compressor::new().map_err(|error| refused(&error))?, Vec::new())),
            };
            let bytes = encode(compressor, buffer, raster, quality, subsampling);
            if buffer.len() > KEPT_BUFFER {
                *buffer = Vec::new();
            }
            bytes
        })
    }
}

/// Bytes of output buffer a thread keeps; the worst case of a 256 px tile is 0.4 MB.
const KEPT_BUFFER: usize = 512 << 10;

/// Encodes into `buffer`, which is as long as the worst case and would cost more than a tile to map anew.
fn encode(
    compressor: &mut Compressor,
    buffer: &mut Vec<u8>,
    raster: Raster<'_>,
    quality: u8,
    subsampling: Subsampling,
) -> Result<Vec<u8>> {
    let (format, subsamp) = match (raster.channels, subsampling) {
        (Channels::Grey, _) => (PixelFormat::GRAY, Subsamp::Gray),
        (Channels::Rgb, Subsampling::None) => (PixelFormat::RGB, Subsamp::None),
        (Channels::Rgb, Subsampling::Both) => (PixelFormat::RGB, Subsamp::Sub2x2),
        (Channels::Rgba, Subsampling::None) => (PixelFormat::RGBX, Subsamp::None),
        (Channels::Rgba, Subsampling::Both) => (PixelFormat::RGBX, Subsamp::Sub2x2),
    };
    let (width, height) = (raster.width as usize, raster.height as usize);
    let result = (|| {
        compressor.set_quality(i32::from(quality))?;
        compressor.set_subsamp(subsamp)?;
        let worst = compressor.buf_len(width, height)?;
        if buffer.len() < worst {
            buffer.resize(worst, 0);
        }
        let pitch = width * raster.channels.count();
        let image = Image { pixels: raster.samples, width, pitch, height, format };
        compressor.compress_to_slice(image, buffer)
    })();
    let len = result.map_err(|error| refused(&error))?;
    Ok(buffer[..len].to_vec())
}

fn with_decompressor(work: impl FnOnce(&mut Decompressor) -> Result<Decoded>) -> Result<Decoded> {
    DECOMPRESSOR.with_borrow_mut(|slot| {
        let decompressor = match slot {
            Some(decompressor) => decompressor,
            None => {
                let mut made = Decompressor::new().map_err(|error| damaged(&error))?;
                made.set_scan_limit(MAX_SCANS).map_err(|error| damaged(&error))?;
                slot.insert(made)
            }
        };
        let result = work(decompressor);
        if result.is_err() {
            // A handle that saw a damaged stream may keep part of its state.
            *slot = None;
        }
        result
    })
}

/// What libjpeg says of bytes that no code uses.
const TOO_MANY: &str = "extraneous bytes before marker";

fn decode(
    decompressor: &mut Decompressor,
    jpeg: &[u8],
    channels: Channels,
    scale: ScalingFactor,
    out: &mut Vec<u8>,
) -> Result<Decoded> {
    let error = match decode_strictly(decompressor, jpeg, channels, scale, out) {
        Ok(decoded) => return Ok(decoded),
        Err(error) => error,
    };
    // Only the first complaint is told: bytes too many may hide that others are missing. So they are taken out,
    // and what is left must decode without any.
    let clean = if error.to_string().contains(TOO_MANY) { sequential::cleaned(jpeg)? } else { None };
    let clean = clean.ok_or_else(|| damaged(&error))?;
    decode_strictly(decompressor, &clean, channels, scale, out).map_err(|error| damaged(&error))
}

fn decode_strictly(
    decompressor: &mut Decompressor,
    jpeg: &[u8],
    channels: Channels,
    scale: ScalingFactor,
    out: &mut Vec<u8>,
) -> turbojpeg::Result<Decoded> {
    decompressor.set_scaling_factor(scale)?;
    let header = decompressor.read_header(jpeg)?.scaled(scale);
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
    decompressor.decompress(jpeg, image)?;
    if inks {
        *out = without_inks(out, channels);
    }
    Ok(Decoded { width: header.width as u32, height: header.height as u32 })
}

/// Four inks to light. Adobe writes inks inverted: 255 is no ink.
fn without_inks(inks: &[u8], channels: Channels) -> Vec<u8> {
    let mut out = Vec::with_capacity(inks.len() / 4 * channels.count());
    for ink in inks.chunks_exact(4) {
        let light = |ink_: u8| ((u32::from(ink_) * u32::from(ink[3]) + 127) / 255) as u8;
        let rgb = [light(ink[0]), light(ink[1]), light(ink[2])];
        match channels {
            Channels::Grey => out.push((rgb.iter().map(|c| u32::from(*c)).sum::<u32>() / 3) as u8),
            Channels::Rgb => out.extend(rgb),
            Channels::Rgba => out.extend([rgb[0], rgb[1], rgb[2], 255]),
        }
    }
    out
}

fn damaged(error: &turbojpeg::Error) -> SlideError {
    SlideError::damaged(format!("JPEG data: {error}"), "JPEG stream")
}

fn refused(error: &turbojpeg::Error) -> SlideError {
    SlideError::InvalidRequest { what: format!("image cannot be encoded as JPEG: {error}") }
}
