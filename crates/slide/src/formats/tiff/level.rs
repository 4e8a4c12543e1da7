//! A stored level: its grid, where its tiles lie, and how one becomes pixels or a JPEG of its own.

use std::ops::Range;

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
    limits::{self, Limits},
    resample::{Axis, Resampler},
};

/// A level of tiles. Offsets and lengths were copied at open; nothing else of the file is needed.
#[derive(Debug)]
pub(crate) struct StoredLevel {
    pub(crate) level: Level,
    /// Level 0 pixels per pixel, horizontally and vertically.
    pub(crate) scale: (f64, f64),
    layout: Layout,
    splice: Option<Splice>,
}

impl StoredLevel {
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
        let (width, height) = (layout.width, layout.height);
        let scale = scale(base, (width, height));
        let level = Level {
            width,
            height,
            tile_width,
            tile_height,
            downsample: f64::midpoint(scale.0, scale.1),
            columns: width.div_ceil(tile_width),
            rows: height.div_ceil(tile_height),
        };
        Ok(Self { level, scale, layout, splice })
    }

    /// Pixels of a stored tile.
    pub(crate) fn tile_pixels(&self) -> u64 {
        u64::from(self.level.tile_width) * u64::from(self.level.tile_height)
    }

    /// Where a tile lies; `None` when the file has no bytes for it.
    pub(crate) fn range(
        &self,
        tx: u32,
        ty: u32,
        source_len: u64,
        limits: &Limits,
    ) -> Result<Option<Range<u64>>> {
        let Level { columns, rows, .. } = self.level;
        if tx >= columns || ty >= rows {
            return Err(SlideError::out_of_bounds(
                format!("tile column {tx}, row {ty}"),
                format!("{columns} columns and {rows} rows at this level"),
            ));
        }
        let index = ty as usize * columns as usize + tx as usize;
        let (start, len) = (self.layout.offsets[index], self.layout.counts[index]);
        if start == 0 || len == 0 {
            return Ok(None);
        }
        limits::check(
            "stored tile in bytes",
            len,
            limits.max_tile_bytes,
            "export the slide with smaller tiles",
        )?;
        match start.checked_add(len).filter(|end| *end <= source_len) {
            Some(end) => Ok(Some(start..end)),
            None => Err(SlideError::damaged(
                format!("{len} bytes from byte {start} lie beyond the end of the file ({source_len} bytes)"),
                format!("tile column {tx}, row {ty}"),
            )),
        }
    }

    /// How stored tiles become JPEGs without decoding, where they can.
    pub(crate) fn splice(&self) -> Option<&Splice> {
        self.splice.as_ref()
    }

    /// Whether tiles can be decoded at an eighth of their size.
    pub(crate) fn shrinks(&self) -> bool {
        self.splice.is_some()
            && self.level.tile_width.is_multiple_of(8)
            && self.level.tile_height.is_multiple_of(8)
    }

    /// Decodes a stored tile to RGB at an eighth of its size, where [`StoredLevel::shrinks`]. In a tile at the
    /// border, blocks are the mean of the pixels that belong to the image.
    pub(crate) fn decode_eighth(&self, tx: u32, ty: u32, stored: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let Some(splice) = &self.splice else {
            return Err(SlideError::damaged("the level is not stored as JPEG", "plan"));
        };
        let Level { width, height, tile_width, tile_height, .. } = self.level;
        let axis = |tile: u32, side: u32, size: u32| Axis {
            origin: 0.0,
            step: 8.0,
            count: side / 8,
            limit: side.min(size - tile * side),
        };
        let (x, y) = (axis(tx, tile_width, width), axis(ty, tile_height, height));
        if x.limit == tile_width && y.limit == tile_height {
            jpeg::backend().decode_eighth(&splice.join(stored)?, out)?;
            return Ok(());
        }
        let mut whole = Vec::new();
        self.decode(stored, &mut whole)?;
        let mut resampler = Resampler::new(&x, &y);
        for row in whole.chunks_exact(tile_width as usize * 3).take(y.window().len()) {
            resampler.push(&row[..x.window().len() * 3]);
        }
        *out = resampler.finish();
        Ok(())
    }

    /// Decodes a stored tile to RGB, padding included.
    pub(crate) fn decode(&self, stored: &[u8], out: &mut Vec<u8>) -> Result<()> {
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

/// Level 0 pixels per pixel of a level. Writers round reduced sizes up or down, so the whole number is meant
/// where both sides fit it within a pixel.
fn scale(base: (u32, u32), size: (u32, u32)) -> (f64, f64) {
    let whole = (f64::from(base.0) / f64::from(size.0)).round().max(1.0) as u32;
    let fits = |base: u32, size: u32| base.div_ceil(whole).abs_diff(size) <= 1;
    if fits(base.0, size.0) && fits(base.1, size.1) {
        (f64::from(whole), f64::from(whole))
    } else {
        (f64::from(base.0) / f64::from(size.0), f64::from(base.1) / f64::from(size.1))
    }
}

#[cfg(test)]
mod tests {
    use super::scale;

    #[test]
    fn rounded_sizes_mean_whole_factors() {
        assert_eq!(scale((46_000, 32_914), (11_500, 8_228)), (4.0, 4.0));
        assert_eq!(scale((46_000, 32_914), (2_875, 2_057)), (16.0, 16.0));
        assert_eq!(scale((2_220, 2_967), (2_220, 2_967)), (1.0, 1.0));
        let (x, y) = scale((1_000, 1_000), (400, 400));
        assert_eq!((x, y), (2.5, 2.5));
    }
}
