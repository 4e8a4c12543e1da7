//! Puts decoded tiles together and reduces them, one row of tiles at a time.

use std::{ops::Range, sync::Arc};

use crate::{
    error::{Result, SlideError},
    formats::StoredLevel,
    pixels::Pixels,
    resample::{Axis, Resampler},
};

/// A window of one level and how it is reduced.
#[derive(Debug)]
pub(crate) struct Compose {
    pub(crate) stored: Arc<StoredLevel>,
    /// 8 when tiles are decoded at an eighth of their size, else 1. All that follows counts such pixels.
    pub(crate) shrink: u32,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    /// Tile columns under the window.
    pub(crate) columns: Range<u32>,
    /// Tiles under the window, row by row.
    pub(crate) cells: Vec<Cell>,
}

/// Where the pixels of a tile come from.
#[derive(Debug)]
pub(crate) enum Cell {
    /// The bytes of the plan's range of this index.
    Stored(usize),
    /// Made from the finer level.
    Made(Box<Compose>),
    /// White.
    Blank,
}

/// Bytes of buffers a thread keeps: enough for a tile made of four of 256 px, without mapping memory anew.
const KEPT_SCRATCH: usize = 1 << 20;

thread_local! {
    /// A decoded tile, a row of tiles.
    static SCRATCH: Scratch = const { std::cell::Cell::new((Vec::new(), Vec::new())) };
}

type Scratch = std::cell::Cell<(Vec<u8>, Vec<u8>)>;

impl Compose {
    /// Makes the pixels from the bytes of the plan's ranges.
    pub(crate) fn run<B: AsRef<[u8]>>(&self, parts: &[B]) -> Result<Pixels> {
        let (tile_width, tile_height) = self.tile_size();
        let (window_x, window_y) = (self.x.window(), self.y.window());
        let row_len = window_x.len() * 3;
        let mut resampler = Resampler::new(&self.x, &self.y);
        let (mut tile, mut band) = SCRATCH.take();
        let first_row = window_y.start / tile_height;
        for (row, cells) in self.cells.chunks(self.columns.len()).enumerate() {
            let top = (first_row + row as u32) * tile_height;
            let rows = window_y.start.max(top) - top..window_y.end.min(top + tile_height) - top;
            if cells.len() > 1 {
                band.resize(row_len * rows.len(), 255);
            }
            for (tx, cell) in self.columns.clone().zip(cells) {
                self.tile(tx, first_row + row as u32, cell, parts, &mut tile)?;
                let left = tx * tile_width;
                let columns = window_x.start.max(left) - left..window_x.end.min(left + tile_width) - left;
                let used = columns.start as usize * 3..columns.end as usize * 3;
                let at = (left + columns.start - window_x.start) as usize * 3;
                let source_rows = tile.chunks_exact(tile_width as usize * 3);
                let source_rows = source_rows.skip(rows.start as usize).take(rows.len());
                if cells.len() == 1 {
                    source_rows.for_each(|from| resampler.push(&from[used.clone()]));
                } else {
                    for (to, from) in band.chunks_exact_mut(row_len).zip(source_rows) {
                        to[at..at + used.len()].copy_from_slice(&from[used.clone()]);
                    }
                }
            }
            if cells.len() > 1 {
                band.chunks_exact(row_len).for_each(|row| resampler.push(row));
            }
        }
        if tile.capacity() + band.capacity() <= KEPT_SCRATCH {
            SCRATCH.set((tile, band));
        }
        Pixels::from_rgb(self.x.count, self.y.count, resampler.finish())
    }

    fn tile_size(&self) -> (u32, u32) {
        (self.stored.level.tile_width / self.shrink, self.stored.level.tile_height / self.shrink)
    }

    fn tile<B: AsRef<[u8]>>(
        &self,
        tx: u32,
        ty: u32,
        cell: &Cell,
        parts: &[B],
        tile: &mut Vec<u8>,
    ) -> Result<()> {
        let (width, height) = self.tile_size();
        let samples = width as usize * height as usize * 3;
        match cell {
            Cell::Stored(index) => {
                let Some(part) = parts.get(*index) else {
                    return Err(SlideError::InvalidRequest {
                        what: "bytes of a planned range are missing".into(),
                    });
                };
                if self.shrink == 8 {
                    self.stored.decode_eighth(tx, ty, part.as_ref(), tile)?;
                } else {
                    self.stored.decode(part.as_ref(), tile)?;
                }
            }
            Cell::Made(compose) => *tile = compose.run(parts)?.into_data(),
            Cell::Blank => {
                tile.clear();
                tile.resize(samples, 255);
            }
        }
        if tile.len() != samples {
            return Err(SlideError::damaged(
                "a tile decodes to another size than its directory says",
                "tile",
            ));
        }
        Ok(())
    }
}
