//! Makes a stored TIFF tile a complete JPEG: a prefix of tables and colour markers before the stored bytes.
//!
//! TIFF keeps the tables of a level once (tag `JPEGTables`) and says in `PhotometricInterpretation` what the
//! components are; a stream on its own says it by markers. The rule of libjpeg and of browsers for three
//! components: a JFIF marker means YCbCr; else an Adobe marker decides; else the component ids. So RGB tiles
//! get an Adobe marker with transform 0 and lose any JFIF marker, and an Adobe marker that contradicts the
//! TIFF is corrected. Everything else is kept to the byte.

use std::sync::Arc;

use super::header::Header;
use crate::error::{Result, SlideError};

/// Adobe marker, version 100, transform 0: components are what they are, RGB.
const ADOBE_RGB: [u8; 16] = [0xFF, 0xEE, 0, 14, b'A', b'd', b'o', b'b', b'e', 0, 100, 0x80, 0, 0, 0, 0];

/// What the components of the tiles are, by the TIFF's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Components {
    Grey,
    YCbCr,
    Rgb,
}

impl Components {
    fn count(self) -> u8 {
        if self == Self::Grey { 1 } else { 3 }
    }

    fn adobe_transform(self) -> u8 {
        u8::from(self == Self::YCbCr)
    }
}

/// The constant part of the tiles of one level, and what a tile must look like.
#[derive(Debug, Clone)]
pub(crate) struct Splice {
    prefix: Arc<[u8]>,
    components: Components,
    width: u32,
    height: u32,
    quantization: bool,
    huffman: bool,
}

impl Splice {
    /// Prepares the prefix from the level's tables; `width` and `height` are those of a tile in pixels.
    pub(crate) fn new(
        tables: Option<&[u8]>,
        components: Components,
        width: u32,
        height: u32,
    ) -> Result<Self> {
        let mut prefix = vec![0xFF, 0xD8];
        if components == Components::Rgb {
            prefix.extend(ADOBE_RGB);
        }
        let (mut quantization, mut huffman) = (false, false);
        if let Some(tables) = tables {
            let header = Header::parse(tables).map_err(|what| SlideError::damaged(what, "tag JPEGTables"))?;
            if header.scan.is_some() || header.frame.is_some() {
                return Err(SlideError::damaged("holds an image instead of tables", "tag JPEGTables"));
            }
            (quantization, huffman) = (header.quantization, header.huffman);
            let end = if tables.ends_with(&[0xFF, 0xD9]) { tables.len() - 2 } else { tables.len() };
            append(&mut prefix, tables, end, &header, components);
        }
        Ok(Self { prefix: prefix.into(), components, width, height, quantization, huffman })
    }

    /// A complete stream: the prefix and the stored tile from its third byte on. The tile's header is
    /// checked, its data is not decoded.
    pub(crate) fn join(&self, tile: &[u8]) -> Result<Vec<u8>> {
        let header = Header::parse(tile).map_err(|what| SlideError::damaged(what, "tile"))?;
        let Some(frame) = header.frame else {
            return Err(SlideError::damaged("no frame header before the data", "tile"));
        };
        if header.scan.is_none() {
            return Err(SlideError::damaged("no image data after the header", "tile"));
        }
        frame.displayable().map_err(|what| {
            SlideError::unsupported(what, "convert the slide with baseline JPEG compression")
        })?;
        if (u32::from(frame.width), u32::from(frame.height)) != (self.width, self.height) {
            return Err(SlideError::damaged(
                format!(
                    "the tile says it has {} x {} pixels, its directory says {} x {}",
                    frame.width, frame.height, self.width, self.height
                ),
                "tile",
            ));
        }
        if frame.components != self.components.count() {
            return Err(SlideError::damaged(
                format!(
                    "the tile has {} components, its directory says {}",
                    frame.components,
                    self.components.count()
                ),
                "tile",
            ));
        }
        for (present, what) in [
            (self.quantization || header.quantization, "no quantization tables in the tile or in JPEGTables"),
            (self.huffman || header.huffman, "no Huffman tables in the tile or in JPEGTables"),
        ] {
            if !present {
                return Err(SlideError::damaged(what, "tile"));
            }
        }
        let mut joined = Vec::with_capacity(self.prefix.len() + tile.len());
        joined.extend_from_slice(&self.prefix);
        append(&mut joined, tile, tile.len(), &header, self.components);
        Ok(joined)
    }
}

/// Appends `stream[2..end]`, with the markers that contradict the components corrected.
fn append(to: &mut Vec<u8>, stream: &[u8], end: usize, header: &Header, components: Components) {
    let base = to.len();
    let mut from = 2;
    // Segments are dropped only in RGB, so that everything else stays equal to the stored bytes.
    if components == Components::Rgb {
        for jfif in &header.jfif {
            to.extend_from_slice(&stream[from..jfif.start.clamp(from, end)]);
            from = jfif.end.clamp(from, end);
        }
    }
    to.extend_from_slice(&stream[from.min(end)..end]);
    if components == Components::Grey {
        return;
    }
    for &at in &header.adobe {
        let dropped: usize = if components == Components::Rgb {
            header.jfif.iter().filter(|jfif| jfif.end <= at).map(ExactSizeIterator::len).sum()
        } else {
            0
        };
        if let Some(transform) = to.get_mut(base + at - 2 - dropped) {
            *transform = components.adobe_transform();
        }
    }
}
