//! Turns images that cannot be served by tiles into a tiled pyramid, in bounded memory.
//!
//! Rows stream from the source through the pyramid: each level holds one row of tiles and at most one row
//! that waits for its neighbour to be halved with it. For an image of 100,000 pixels width that is 150 MB.

mod orient;
mod pyramid;
mod writer;

use std::io::{Seek, Write};

use crate::{
    error::{Result, SlideError},
    formats::{self, Probe, Source},
    info::FormatId,
    limits::{self, Limits},
    request::TILE_SIZE,
    source::Parts,
};
use pyramid::Pyramid;
use writer::Writer;

/// Told how far a conversion is; may cancel it.
pub trait Progress {
    /// Called after each row of tiles: pixel rows done and in all. Return `false` to cancel.
    fn rows_done(&mut self, done: u64, total: u64) -> bool;
}

impl<F: FnMut(u64, u64) -> bool> Progress for F {
    fn rows_done(&mut self, done: u64, total: u64) -> bool {
        self(done, total)
    }
}

/// Nobody watches.
impl Progress for () {
    fn rows_done(&mut self, _: u64, _: u64) -> bool {
        true
    }
}

/// What a conversion read and wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversionReport {
    /// Format of the source.
    pub source: FormatId,
    /// Format written: always [`FormatId::PyrTiff`].
    pub target: FormatId,
    /// Width of level 0 in pixels.
    pub width: u32,
    /// Height of level 0 in pixels.
    pub height: u32,
    /// Levels written.
    pub levels: u32,
    /// Tiles written, all levels.
    pub tiles: u64,
    /// Bytes written.
    pub bytes: u64,
    /// What the user should know: alpha flattened, 16 bit reduced, orientation applied.
    pub notes: Vec<String>,
}

/// Converts an image into a tiled pyramidal `BigTIFF`: 256 px JPEG tiles, every tier stored by exact ceiled
/// halving, so that each tile of the normalized grid but the clipped edges passes through. `destination` is
/// written from its start and not synced.
///
/// # Errors
/// Content errors of the source, [`SlideError::Cancelled`] when `progress` says so, [`SlideError::Io`]. The
/// destination then holds an unfinished file for the caller to remove.
pub fn convert(
    parts: &Parts,
    destination: &mut (impl Write + Seek),
    limits: &Limits,
    progress: &mut dyn Progress,
) -> Result<ConversionReport> {
    let probe = Probe::new(parts, limits)?;
    let Source { format, rows, orientation, physical_size, mut notes } = formats::rows(&probe)?;
    let mut rows = orient::upright(rows, orientation, limits)?;
    if orientation != 1 {
        notes.push("the stored orientation was applied".to_owned());
    }
    let physical_size = if orientation >= 5 { (physical_size.1, physical_size.0) } else { physical_size };
    let (width, height) = rows.size();
    limits::check_conversion(
        rows.held(),
        (width, height),
        rows.channels(),
        limits.max_decoded_bytes,
        "cut the image into parts",
    )?;
    let writer = Writer::new(destination)?;
    let mut pyramid = Pyramid::new(writer, (width, height), rows.channels());
    let mut row = vec![0; width as usize * rows.channels()];
    for y in 0..height {
        rows.next_row(&mut row)?;
        pyramid.push(&row)?;
        let done = y + 1;
        if (done % TILE_SIZE == 0 || done == height) && !progress.rows_done(done.into(), height.into()) {
            return Err(SlideError::Cancelled);
        }
    }
    let written = pyramid.finish(physical_size)?;
    Ok(ConversionReport {
        source: format,
        target: FormatId::PyrTiff,
        width,
        height,
        levels: written.levels,
        tiles: written.tiles,
        bytes: written.bytes,
        notes,
    })
}
