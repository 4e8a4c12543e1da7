//! A stored level: its grid, where its tiles lie, and how one becomes pixels or a JPEG of its own.

use super::layout::{Compression, JpegColour, Layout};
use crate::{
    codec::{
        Channels,
        bytes::unpack,
        jpeg::{
            self,
            splice::{Components, Splice},
        },
        webp,
    },
    error::{Result, SlideError},
    info::Level,
    level::{Located, Piece, TileAt, Tiles, only},
    resample::{Axis, Resampler},
    samples::Samples,
};

/// A level of tiles. Offsets and lengths were copied at open; nothing else of the file is needed.
#[derive(Debug)]
pub(crate) struct TiffLevel {
    pub(crate) level: Level,
    layout: Layout,
    splice: Option<Splice>,
}

impl TiffLevel {
    /// Makes a level of a tiled layout; `base` is the size of level 0.
    pub(crate) fn new(layout: Layout, base: (u32, u32)) -> Result<Self> {
        let Some((tile_width, tile_height)) = layout.tile_size() else {
            return Err(SlideError::damaged("a level is not tiled", "TIFF directory"));
        };
        if layout.separate {
            return Err(SlideError::unsupported(
                "a tiled TIFF with separate planes",
                "save it with interleaved (contiguous) samples",
            ));
        }
        let splice = match layout.compression {
            Compression::Jpeg => {
                let components = match layout.jpeg_colour {
                    JpegColour::Grey => Components::Grey,
                    JpegColour::YCbCr => Components::YCbCr,
                    JpegColour::Rgb => Components::Rgb,
                };
                Some(Splice::new(layout.tables.as_deref(), components, tile_width, tile_height)?)
            }
            _ => None,
        };
        let level = Level::new((layout.width, layout.height), (tile_width, tile_height), base);
        Ok(Self { level, layout, splice })
    }

    /// Where a tile lies: its first byte and its length; `None` when the file has no bytes for it.
    pub(super) fn stored(&self, tx: u32, ty: u32) -> Option<(u64, u64)> {
        let index = ty as usize * self.level.columns as usize + tx as usize;
        let (start, len) = (self.layout.offsets[index], self.layout.counts[index]);
        (start != 0 && len != 0).then_some((start, len))
    }

    /// Decodes a stored tile to RGB, padding included.
    pub(super) fn decode_rgb(&self, stored: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let (width, height) = (self.level.tile_width, self.level.tile_height);
        match (self.layout.compression, &self.splice) {
            (Compression::Jpeg, Some(splice)) => {
                // The header check of `join` bounds what the decoder may allocate.
                jpeg::backend().decode(&splice.join(stored)?, Channels::Rgb, out)?;
                Ok(())
            }
            (Compression::Jpeg, None) => {
                Err(SlideError::damaged("a JPEG level without header", "TIFF directory"))
            }
            (Compression::WebP, _) => webp::decode(stored, width, height, out),
            (Compression::Packed(packing), _) => {
                let samples = &self.layout.samples;
                let row_bytes = samples.row_bytes(width as usize, samples.count);
                let mut raw = unpack(packing, stored, row_bytes * height as usize)?;
                if self.layout.predicted {
                    raw.chunks_exact_mut(row_bytes)
                        .for_each(|row| samples.undo_prediction(row, samples.count));
                }
                if samples.is_plain_rgb() {
                    *out = raw;
                    return Ok(());
                }
                let row_len = width as usize * 3;
                out.resize(row_len * height as usize, 0);
                let mut unpacked = vec![0; width as usize * samples.count];
                for (row, to) in raw.chunks_exact(row_bytes).zip(out.chunks_exact_mut(row_len)) {
                    samples.unpack(row, &mut unpacked, 0, 1);
                    samples.colours(&unpacked, to);
                }
                Ok(())
            }
        }
    }
}

impl Tiles for TiffLevel {
    fn level(&self) -> &Level {
        &self.level
    }

    fn locate(&self, at: TileAt, pieces: &mut Vec<Piece>) -> Result<Located> {
        let Some((start, len)) = self.stored(at.tx, at.ty) else { return Ok(Located::Blank) };
        pieces.push(Piece::new(0, start, len));
        Ok(Located::Stored)
    }

    fn decode(&self, at: TileAt, stored: &[&[u8]], out: &mut Samples) -> Result<()> {
        self.decode_rgb(only(stored, at)?, out.of())
    }

    fn passes(&self) -> bool {
        self.splice.is_some()
    }

    fn pass(&self, stored: &[u8]) -> Result<Vec<u8>> {
        match &self.splice {
            Some(splice) => splice.join(stored),
            None => Err(SlideError::damaged("the level is not stored as JPEG", "plan")),
        }
    }

    fn shrinks(&self) -> bool {
        self.splice.is_some()
            && self.level.tile_width.is_multiple_of(8)
            && self.level.tile_height.is_multiple_of(8)
    }

    fn decode_eighth(&self, at: TileAt, stored: &[&[u8]], out: &mut Samples) -> Result<()> {
        let (stored, out) = (only(stored, at)?, out.of());
        let Level { width, height, tile_width, tile_height, .. } = self.level;
        let axis = |tile: u32, side: u32, size: u32| Axis {
            origin: 0.0,
            step: 8.0,
            count: side / 8,
            limit: side.min(size - tile * side),
        };
        let (x, y) = (axis(at.tx, tile_width, width), axis(at.ty, tile_height, height));
        if x.limit == tile_width && y.limit == tile_height {
            jpeg::backend().decode_eighth(&self.pass(stored)?, out)?;
            return Ok(());
        }
        let mut whole = Vec::new();
        self.decode_rgb(stored, &mut whole)?;
        let mut resampler = Resampler::new(&x, &y, 3);
        for row in whole.chunks_exact(tile_width as usize * 3).take(y.window().len()) {
            resampler.push(&row[..x.window().len() * 3]);
        }
        *out = resampler.finish();
        Ok(())
    }
}
