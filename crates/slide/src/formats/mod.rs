//! The formats: recognising by content, opening, and what an opened file consists of.
//!
//! [`REGISTRY`] is asked from top to bottom; the first format that knows the bytes has them. A format never
//! looks at a file's name.

mod aperio;
mod foreign;
mod jpeg;
mod png;
pub(crate) mod tiff;

use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::{
    error::{Result, SlideError},
    info::{AssociatedKind, FormatId, SlideInfo},
    limits::Limits,
    request::{Encoded, Output},
    source::{ByteSource, read_head, read_range},
};
use tiff::{
    directory::{Directory, Tiff, is_tiff},
    layout::Layout,
};

pub(crate) use tiff::level::StoredLevel;

/// The formats, most specific first.
const REGISTRY: &[Format] = &[aperio::FORMAT, tiff::FORMAT, jpeg::FORMAT, png::FORMAT];

/// What a format can do.
pub(crate) struct Format {
    /// Whose bytes these are: `None` when not this format's.
    recognise: fn(&Probe<'_>) -> Result<Option<FormatId>>,
    /// Facts and levels.
    open: fn(&Probe<'_>) -> Result<Opened>,
    /// The pixels of level 0 by rows, for conversion.
    rows: for<'a> fn(&'a Probe<'a>) -> Result<Source<'a>>,
}

/// A file under examination: what every format looks at, read once.
pub(crate) struct Probe<'a> {
    pub(crate) source: &'a dyn ByteSource,
    pub(crate) limits: &'a Limits,
    /// First bytes, 4 KiB at most.
    pub(crate) head: Vec<u8>,
    /// Directories, when the file is a TIFF.
    pub(crate) tiff: Option<(Tiff<'a>, Vec<Directory>)>,
}

impl<'a> Probe<'a> {
    pub(crate) fn new(source: &'a dyn ByteSource, limits: &'a Limits) -> Result<Self> {
        let head = read_head(source, 4096)?;
        let tiff = if is_tiff(&head) { Some(Tiff::open(source, limits)?) } else { None };
        Ok(Self { source, limits, head, tiff })
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
    pub(crate) levels: Vec<Arc<StoredLevel>>,
    pub(crate) metadata: Vec<(String, String)>,
    pub(crate) associated: Vec<(AssociatedKind, Layout)>,
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

pub(crate) fn recognise(source: &dyn ByteSource, limits: &Limits) -> Result<FormatId> {
    Ok(Probe::new(source, limits)?.format()?.1)
}

pub(crate) fn open(source: &dyn ByteSource, limits: &Limits) -> Result<Opened> {
    let probe = Probe::new(source, limits)?;
    let (format, _) = probe.format()?;
    (format.open)(&probe)
}

/// The image of a file by rows.
pub(crate) fn rows<'a>(probe: &'a Probe<'a>) -> Result<Source<'a>> {
    (probe.format()?.0.rows)(probe)
}

/// Bytes hashed at each end of a file for its content id.
const ID_BYTES: u64 = 64 << 10;

pub(crate) fn content_id(source: &dyn ByteSource) -> Result<String> {
    let len = source.len();
    let mut hash = Sha256::new();
    hash.update(len.to_le_bytes());
    hash.update(read_head(source, ID_BYTES)?);
    hash.update(read_range(source, &(len.saturating_sub(ID_BYTES)..len), "tail of the file")?);
    Ok(hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect())
}

/// Pixels of the largest further image that is decoded.
const MAX_ASSOCIATED_PIXELS: u64 = 32 << 20;

pub(crate) fn associated(
    source: &dyn ByteSource,
    opened: &Opened,
    kind: AssociatedKind,
    limits: &Limits,
    output: Output,
) -> Result<Encoded> {
    let Some((_, layout)) = opened.associated.iter().find(|(own, _)| *own == kind) else {
        let has: Vec<_> = opened.associated.iter().map(|(kind, _)| kind.as_str()).collect();
        return Err(SlideError::out_of_bounds(
            format!("no image `{}`", kind.as_str()),
            if has.is_empty() { "no further images".to_owned() } else { has.join(", ") },
        ));
    };
    crate::limits::check(
        "further image in pixels",
        u64::from(layout.width) * u64::from(layout.height),
        MAX_ASSOCIATED_PIXELS,
        "export the slide with smaller label and macro images",
    )?;
    let mut rows = tiff::rows::TiffRows::new(source, layout.clone(), limits)?;
    let (width, height) = rows.size();
    let channels = rows.channels();
    let mut samples = vec![0; width as usize * height as usize * channels];
    for row in samples.chunks_exact_mut(width as usize * channels) {
        rows.next_row(row)?;
    }
    if channels == 1 {
        return crate::codec::encode_grey(width, height, &samples, output);
    }
    crate::Pixels::from_rgb(width, height, samples)?.encode(output)
}
