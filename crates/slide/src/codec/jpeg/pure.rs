//! JPEG in Rust alone: zune-jpeg decodes, jpeg-encoder encodes.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use zune_jpeg::{
    JpegDecoder,
    zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions},
};

use super::{Decoded, JpegCodec, Subsampling};
use crate::{
    codec::{Channels, Raster},
    error::{Result, SlideError},
    resample::{Axis, Resampler},
};

/// The backend.
#[derive(Debug, Clone, Copy)]
pub struct Pure;

impl JpegCodec for Pure {
    fn name(&self) -> &'static str {
        "zune-jpeg, jpeg-encoder"
    }

    fn decode(&self, jpeg: &[u8], channels: Channels, out: &mut Vec<u8>) -> Result<Decoded> {
        let colour = match channels {
            Channels::Grey => ColorSpace::Luma,
            Channels::Rgb => ColorSpace::RGB,
            Channels::Rgba => ColorSpace::RGBA,
        };
        let options = DecoderOptions::default()
            .set_max_width(usize::from(u16::MAX))
            .set_max_height(usize::from(u16::MAX))
            .set_strict_mode(false)
            .jpeg_set_out_colorspace(colour);
        let damaged = |error: zune_jpeg::errors::DecodeErrors| {
            SlideError::damaged(format!("JPEG data: {error}"), "JPEG stream")
        };
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(jpeg), options);
        decoder.decode_headers().map_err(damaged)?;
        let (width, height) =
            decoder.dimensions().ok_or_else(|| SlideError::damaged("no frame header", "JPEG stream"))?;
        out.resize(width * height * channels.count(), 0);
        decoder.decode_into(out).map_err(damaged)?;
        Ok(Decoded { width: width as u32, height: height as u32 })
    }

    fn decode_eighth(&self, jpeg: &[u8], out: &mut Vec<u8>) -> Result<Decoded> {
        let mut whole = Vec::new();
        let size = self.decode(jpeg, Channels::Rgb, &mut whole)?;
        let axis = |limit: u32| Axis { origin: 0.0, step: 8.0, count: limit.div_ceil(8), limit };
        let (x, y) = (axis(size.width), axis(size.height));
        let mut resampler = Resampler::new(&x, &y);
        whole.chunks_exact(size.width as usize * 3).for_each(|row| resampler.push(row));
        *out = resampler.finish();
        Ok(Decoded { width: x.count, height: y.count })
    }

    fn encode(&self, raster: Raster<'_>, quality: u8, subsampling: Subsampling) -> Result<Vec<u8>> {
        let refused = |what: String| SlideError::InvalidRequest { what };
        let side = |side: u32| {
            u16::try_from(side).map_err(|_| refused(format!("a side of {side} pixels is too long for JPEG")))
        };
        let mut bytes = Vec::with_capacity(raster.samples.len() / 8 + 1024);
        let mut encoder = Encoder::new(&mut bytes, quality);
        encoder.set_sampling_factor(match subsampling {
            Subsampling::None => SamplingFactor::R_4_4_4,
            Subsampling::Both => SamplingFactor::R_4_2_0,
        });
        let colour = match raster.channels {
            Channels::Grey => ColorType::Luma,
            Channels::Rgb => ColorType::Rgb,
            Channels::Rgba => ColorType::Rgba,
        };
        encoder
            .encode(raster.samples, side(raster.width)?, side(raster.height)?, colour)
            .map_err(|error| refused(format!("image cannot be encoded as JPEG: {error}")))?;
        Ok(bytes)
    }
}
