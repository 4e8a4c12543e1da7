//! Puts decoded tiles together and reduces them, one row of tiles at a time.

use std::{ops::Range, sync::Arc};

use crate::{
    error::{Result, SlideError},
    info::Plane,
    level::{TileAt, Tiles},
    resample::{Axis, Resampler},
    samples::{PixelKind, Sample, SampleType, Samples},
};

/// A window of one level and how it is reduced.
#[derive(Debug)]
pub(crate) struct Compose {
    pub(crate) tiles: Arc<dyn Tiles>,
    pub(crate) plane: Plane,
    pub(crate) kind: PixelKind,
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
    /// The bytes of these of the plan's pieces; of none where the format reads by itself.
    Stored(Range<usize>),
    /// Made from the finer level.
    Made(Box<Compose>),
    /// Nothing was scanned there.
    Blank,
}

/// Bytes of buffers a thread keeps: enough for a tile made of four of 256 px, without mapping memory anew.
const KEPT_SCRATCH: usize = 1 << 20;

thread_local! {
    /// A decoded tile, a row of tiles.
    static SCRATCH: Scratch = const { std::cell::Cell::new((Samples::U8(Vec::new()), Samples::U8(Vec::new()))) };
}

type Scratch = std::cell::Cell<(Samples, Samples)>;

impl Compose {
    /// Makes the samples from the bytes of the plan's pieces.
    pub(crate) fn run<B: AsRef<[u8]>>(&self, parts: &[B]) -> Result<Samples> {
        match self.kind.sample {
            SampleType::U8 => self.run_as::<u8, B>(parts),
            SampleType::U16 => self.run_as::<u16, B>(parts),
            SampleType::U32 => self.run_as::<u32, B>(parts),
            SampleType::F32 => self.run_as::<f32, B>(parts),
        }
    }

    fn run_as<T: Sample, B: AsRef<[u8]>>(&self, parts: &[B]) -> Result<Samples> {
        let (tile_width, tile_height) = self.tile_size();
        let (window_x, window_y) = (self.x.window(), self.y.window());
        let channels = self.kind.samples;
        let row_len = window_x.len() * channels;
        let mut resampler = Resampler::<T>::new(&self.x, &self.y, channels);
        let (mut tile, mut kept) = SCRATCH.replace((Samples::U8(Vec::new()), Samples::U8(Vec::new())));
        let mut band = kept.take::<T>();
        let first_row = window_y.start / tile_height;
        for (row, cells) in self.cells.chunks(self.columns.len()).enumerate() {
            let top = (first_row + row as u32) * tile_height;
            let rows = window_y.start.max(top) - top..window_y.end.min(top + tile_height) - top;
            if cells.len() > 1 {
                band.resize(row_len * rows.len(), T::nearest(self.kind.blank));
            }
            for (tx, cell) in self.columns.clone().zip(cells) {
                let at = TileAt { plane: self.plane, tx, ty: first_row + row as u32 };
                self.tile::<T, B>(at, cell, parts, &mut tile)?;
                let left = tx * tile_width;
                let columns = window_x.start.max(left) - left..window_x.end.min(left + tile_width) - left;
                let used = columns.start as usize * channels..columns.end as usize * channels;
                let at = (left + columns.start - window_x.start) as usize * channels;
                let source_rows = tile.of::<T>().chunks_exact(tile_width as usize * channels);
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
        let band = T::wrap(band);
        if tile.reserved() + band.reserved() <= KEPT_SCRATCH {
            SCRATCH.set((tile, band));
        }
        Ok(T::wrap(resampler.finish()))
    }

    fn tile_size(&self) -> (u32, u32) {
        let level = self.tiles.level();
        (level.tile_width / self.shrink, level.tile_height / self.shrink)
    }

    fn tile<T: Sample, B: AsRef<[u8]>>(
        &self,
        at: TileAt,
        cell: &Cell,
        parts: &[B],
        tile: &mut Samples,
    ) -> Result<()> {
        let (width, height) = self.tile_size();
        let samples = width as usize * height as usize * self.kind.samples;
        match cell {
            Cell::Stored(pieces) => {
                let Some(parts) = parts.get(pieces.clone()) else {
                    return Err(SlideError::InvalidRequest {
                        what: "bytes of a planned range are missing".into(),
                    });
                };
                with_slices(parts, |stored| {
                    if self.shrink == 8 {
                        self.tiles.decode_eighth(at, stored, tile)
                    } else {
                        self.tiles.decode(at, stored, tile)
                    }
                })?;
            }
            Cell::Made(compose) => *tile = compose.run(parts)?,
            Cell::Blank => {
                let blank = tile.of::<T>();
                blank.clear();
                blank.resize(samples, T::nearest(self.kind.blank));
            }
        }
        fits::<T>(tile, samples)
    }
}

/// Refuses a decoded tile that is not of the slide's kind or of its level's size.
pub(crate) fn fits<T: Sample>(tile: &mut Samples, samples: usize) -> Result<()> {
    if T::list(tile).is_none_or(|list| list.len() != samples) {
        return Err(SlideError::damaged("a tile decodes to another size than its directory says", "tile"));
    }
    Ok(())
}

/// The pieces of a tile as slices; a single one, which is the rule, without taking memory.
pub(crate) fn with_slices<B: AsRef<[u8]>, R>(parts: &[B], then: impl FnOnce(&[&[u8]]) -> R) -> R {
    match parts {
        [one] => then(&[one.as_ref()]),
        many => then(&many.iter().map(AsRef::as_ref).collect::<Vec<_>>()),
    }
}
