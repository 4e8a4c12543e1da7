//! JPEG: headers and splicing of abbreviated streams without decoding, and two backends that decode and
//! encode.

mod bits;
pub(crate) mod header;
#[cfg(feature = "pure")]
mod pure;
pub(crate) mod sequential;
pub(crate) mod splice;
#[cfg(feature = "turbojpeg")]
mod turbo;

#[cfg(feature = "pure")]
pub use pure::Pure;
#[cfg(feature = "turbojpeg")]
pub use turbo::Turbo;

use super::{Channels, Raster};
use crate::error::Result;

#[cfg(not(any(feature = "turbojpeg", feature = "pure")))]
compile_error!("cytomine-slide needs a JPEG backend: feature `turbojpeg` or `pure`");

/// Relation of chroma to luma samples in a JPEG.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subsampling {
    /// Chroma at full resolution.
    None,
    /// Chroma halved in both directions.
    Both,
}

/// Size of what was decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decoded {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

/// A JPEG implementation. Colours follow the stream's own markers, as browsers do.
pub trait JpegCodec: Sync {
    /// Name for benchmarks and `--version`.
    fn name(&self) -> &'static str;

    /// Decodes to interleaved 8-bit samples; `out` is resized. Four inks become RGB.
    ///
    /// # Errors
    /// [`SlideError::Damaged`](crate::SlideError::Damaged) for streams that cannot be decoded fully.
    fn decode(&self, jpeg: &[u8], channels: Channels, out: &mut Vec<u8>) -> Result<Decoded>;

    /// Decodes to RGB at an eighth of the size: the mean of each block of 8 x 8 pixels. `out` is resized.
    ///
    /// Halves and quarters are not offered: decoders drop frequencies there, which differs from the box
    /// filter by down to 37 dB. The mean of a block is its first coefficient, so an eighth costs little and
    /// stays within 47 dB.
    ///
    /// # Errors
    /// As [`JpegCodec::decode`].
    fn decode_eighth(&self, jpeg: &[u8], out: &mut Vec<u8>) -> Result<Decoded>;

    /// Encodes a baseline JPEG with the standard Huffman tables.
    ///
    /// # Errors
    /// [`SlideError::InvalidRequest`](crate::SlideError::InvalidRequest) for sizes above 65,500 pixels.
    fn encode(&self, raster: Raster<'_>, quality: u8, subsampling: Subsampling) -> Result<Vec<u8>>;
}

/// The backend this build uses: libjpeg-turbo where it is compiled in.
#[must_use]
pub fn backend() -> &'static dyn JpegCodec {
    #[cfg(feature = "turbojpeg")]
    {
        &Turbo
    }
    #[cfg(not(feature = "turbojpeg"))]
    {
        &Pure
    }
}

/// Encodes for viewing: chroma is kept at full resolution only at qualities where it shows.
pub(crate) fn encode(raster: Raster<'_>, quality: u8) -> Result<Vec<u8>> {
    let subsampling = if quality > 90 { Subsampling::None } else { Subsampling::Both };
    backend().encode(raster, quality, subsampling)
}
