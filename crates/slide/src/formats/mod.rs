//! The formats: recognising by content, opening, and what an opened file consists of.
//!
//! [`REGISTRY`] is asked from top to bottom; the first format that knows the bytes has them. A format never
//! looks at a file's name.

mod aperio;
mod foreign;
mod jpeg;
#[cfg(test)]
pub(crate) mod pair;
mod png;
pub(crate) mod tiff;

use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::{
    error::Result,
    info::{AssociatedKind, FormatId, SlideInfo},
    level::{Picture, Tiles},
    limits::Limits,
    source::{ByteSource, Parts, read_head, read_range},
};
use tiff::directory::{Directory, Tiff, is_tiff};

/// The formats, most specific first.
const REGISTRY: &[Format] = &[
    #[cfg(test)]
    pair::FORMAT,
    aperio::FORMAT,
    tiff::FORMAT,
    jpeg::FORMAT,
    png::FORMAT,
];

/// What a format can do.
pub(crate) struct Format {
    /// Whose bytes these are: `None` when not this format's.
    recognise: fn(&Probe<'_>) -> Result<Option<FormatId>>,
    /// Facts and levels.
    open: fn(&Probe<'_>) -> Result<Opened>,
    /// The pixels of level 0 by rows, for conversion.
    rows: for<'a> fn(&'a Probe<'a>) -> Result<Source<'a>>,
}

/// A slide under examination: what every format looks at, read once.
pub(crate) struct Probe<'a> {
    /// All its files. Formats that read by themselves keep what they need of them.
    #[cfg_attr(not(test), expect(dead_code, reason = "the shipped formats are of one file"))]
    pub(crate) parts: &'a Parts,
    /// The first of them.
    pub(crate) source: &'a dyn ByteSource,
    pub(crate) limits: &'a Limits,
    /// First bytes, 4 KiB at most.
    pub(crate) head: Vec<u8>,
    /// Directories, when the file is a TIFF.
    pub(crate) tiff: Option<(Tiff<'a>, Vec<Directory>)>,
}

impl<'a> Probe<'a> {
    pub(crate) fn new(parts: &'a Parts, limits: &'a Limits) -> Result<Self> {
        let source = parts.first();
        let head = read_head(source, 4096)?;
        let tiff = if is_tiff(&head) { Some(Tiff::open(source, limits)?) } else { None };
        Ok(Self { parts, source, limits, head, tiff })
    }

    fn format(&self) -> Result<(&'static Format, FormatId)> {
        for format in REGISTRY {
            if let Some(id) = (format.recognise)(self)? {
                return Ok((format, id));
            }
        }
        Err(foreign::refuse(&self.head))
    }
}

/// What a format makes of a file.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) info: SlideInfo,
    /// Finest first.
    pub(crate) levels: Vec<Arc<dyn Tiles>>,
    pub(crate) metadata: Vec<(String, String)>,
    pub(crate) associated: Vec<(AssociatedKind, Arc<dyn Picture>)>,
}

/// 8-bit rows from the top, each once.
pub(crate) trait Rows {
    /// Width and height in pixels.
    fn size(&self) -> (u32, u32);
    /// Samples per pixel: 1 or 3.
    fn channels(&self) -> usize;
    /// Bytes held in memory, apart from single rows.
    fn held(&self) -> u64;
    /// Writes the next row: `width * channels` samples.
    fn next_row(&mut self, out: &mut [u8]) -> Result<()>;
}

/// An image to convert.
pub(crate) struct Source<'a> {
    pub(crate) format: FormatId,
    pub(crate) rows: Box<dyn Rows + 'a>,
    /// EXIF orientation of the rows, 1 = upright.
    pub(crate) orientation: u8,
    /// Micrometres per pixel, horizontally and vertically.
    pub(crate) physical_size: (Option<f64>, Option<f64>),
    /// What the user should know.
    pub(crate) notes: Vec<String>,
}

pub(crate) fn recognise(parts: &Parts, limits: &Limits) -> Result<FormatId> {
    Ok(Probe::new(parts, limits)?.format()?.1)
}

pub(crate) fn open(parts: &Parts, limits: &Limits) -> Result<Opened> {
    let probe = Probe::new(parts, limits)?;
    let (format, _) = probe.format()?;
    (format.open)(&probe)
}

/// The image of a file by rows.
pub(crate) fn rows<'a>(probe: &'a Probe<'a>) -> Result<Source<'a>> {
    (probe.format()?.0.rows)(probe)
}

/// Bytes hashed at each end of a file for its content id.
const ID_BYTES: u64 = 64 << 10;

pub(crate) fn content_id(parts: &Parts) -> Result<String> {
    let mut hash = Sha256::new();
    for part in parts.all() {
        let (source, len) = (part.source.as_ref(), part.source.len());
        hash.update(len.to_le_bytes());
        hash.update(read_head(source, ID_BYTES)?);
        hash.update(read_range(source, &(len.saturating_sub(ID_BYTES)..len), "tail of the file")?);
    }
    Ok(hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect())
}
