//! Reads the image of one directory row by row: strips are unpacked as a stream, tiles a row of tiles at once.

use std::io::{self, BufReader, Read};

use super::{
    layout::{Chunks, Compression, JpegColour, Layout},
    level::TiffLevel,
};
use crate::{
    codec::{
        Channels,
        bytes::{Packing, unpacker},
        jpeg::{
            self,
            splice::{Components, Splice},
        },
        webp,
    },
    error::{Result, SlideError},
    formats::Rows,
    info::Plane,
    level::{self, Piece, TileAt},
    limits::{self, Limits},
    source::{ByteSource, read_range},
};

/// Rows of a directory's image, as stored (orientation not applied).
pub(crate) struct TiffRows<'a> {
    source: &'a dyn ByteSource,
    limits: &'a Limits,
    layout: Layout,
    next: u32,
    state: State<'a>,
    unpacked: Vec<u8>,
    raw: Vec<u8>,
}

enum State<'a> {
    /// One open reader per plane of the current strip.
    Strips(Vec<Box<dyn Read + 'a>>),
    /// Decoded pixels of the current strip or row of tiles: RGB, and its first row.
    Band { pixels: Vec<u8>, first: u32, rows: u32, tiles: Option<Box<TiffLevel>> },
}

impl<'a> TiffRows<'a> {
    pub(crate) fn new(source: &'a dyn ByteSource, layout: Layout, limits: &'a Limits) -> Result<Self> {
        let width = u64::from(layout.width);
        let bits = width * layout.samples.count as u64 * u64::from(layout.samples.bits);
        limits::check(
            "row of the image in bytes",
            bits.div_ceil(8),
            limits.max_row_bytes,
            "cut it into parts",
        )?;
        let band = |rows: u32| State::Band { pixels: Vec::new(), first: 0, rows, tiles: None };
        let state = match (layout.chunks, layout.compression) {
            (Chunks::Strips { .. }, Compression::Packed(_)) => State::Strips(Vec::new()),
            (Chunks::Strips { rows }, _) => band(rows),
            (Chunks::Tiles { height, .. }, _) => State::Band {
                pixels: Vec::new(),
                first: 0,
                rows: height,
                tiles: Some(Box::new(TiffLevel::new(layout.clone(), (layout.width, layout.height))?)),
            },
        };
        if let State::Band { rows, .. } = &state {
            limits::check(
                "band of tiles or strip in bytes",
                width * u64::from(*rows) * 3,
                limits.max_decoded_bytes,
                "save it with smaller strips or tiles",
            )?;
        }
        Ok(Self { source, limits, layout, next: 0, state, unpacked: Vec::new(), raw: Vec::new() })
    }

    fn row_of_strip(&mut self, packing: Packing, rows: u32, out: &mut [u8]) -> Result<()> {
        let layout = &self.layout;
        let (planes, per_plane) =
            if layout.separate { (layout.samples.count, 1) } else { (1, layout.samples.count) };
        let State::Strips(readers) = &mut self.state else {
            return Err(SlideError::damaged("strips expected", "TIFF directory"));
        };
        if self.next.is_multiple_of(rows) {
            let strip = (self.next / rows) as usize;
            let strips = layout.height.div_ceil(rows) as usize;
            *readers = (0..planes)
                .map(|plane| {
                    let index = plane * strips + strip;
                    let range =
                        StripReader::new(self.source, layout.offsets[index], layout.counts[index], strip)?;
                    unpacker(packing, BufReader::with_capacity(64 << 10, range))
                })
                .collect::<Result<_>>()?;
        }
        let width = layout.width as usize;
        self.raw.resize(layout.samples.row_bytes(width, per_plane), 0);
        self.unpacked.resize(width * layout.samples.count, 0);
        for (plane, reader) in readers.iter_mut().enumerate() {
            reader.read_exact(&mut self.raw).map_err(|error| {
                SlideError::damaged(
                    format!("cannot unpack {packing:?}: {error}"),
                    format!("row {}", self.next),
                )
            })?;
            if layout.predicted {
                layout.samples.undo_prediction(&mut self.raw, per_plane);
            }
            layout.samples.unpack(&self.raw, &mut self.unpacked, plane, planes);
        }
        layout.samples.colours(&self.unpacked, out);
        Ok(())
    }

    fn row_of_band(&mut self, out: &mut [u8]) -> Result<()> {
        let State::Band { pixels, first, rows, tiles } = &mut self.state else {
            return Err(SlideError::damaged("tiles expected", "TIFF directory"));
        };
        if self.next.is_multiple_of(*rows) {
            *first = self.next;
            let strip = self.next / *rows;
            match tiles {
                Some(level) => band_of_tiles(self.source, level, strip, self.limits, pixels)?,
                None => decode_strip(self.source, &self.layout, strip as usize, *rows, pixels)?,
            }
        }
        let len = self.layout.width as usize * 3;
        let at = (self.next - *first) as usize * len;
        let row = &pixels[at..at + len];
        if self.layout.samples.colour.channels() == 1 {
            out.iter_mut().zip(row.chunks_exact(3)).for_each(|(to, from)| *to = from[0]);
        } else {
            out.copy_from_slice(row);
        }
        Ok(())
    }
}

impl Rows for TiffRows<'_> {
    fn size(&self) -> (u32, u32) {
        (self.layout.width, self.layout.height)
    }

    fn channels(&self) -> usize {
        self.layout.samples.colour.channels()
    }

    fn held(&self) -> u64 {
        match &self.state {
            State::Strips(_) => 0,
            State::Band { rows, .. } => u64::from(self.layout.width) * u64::from(*rows) * 3,
        }
    }

    fn next_row(&mut self, out: &mut [u8]) -> Result<()> {
        match (self.layout.chunks, self.layout.compression) {
            (Chunks::Strips { rows }, Compression::Packed(packing)) => {
                self.row_of_strip(packing, rows, out)?;
            }
            _ => self.row_of_band(out)?,
        }
        self.next += 1;
        Ok(())
    }
}

fn band_of_tiles(
    source: &dyn ByteSource,
    level: &TiffLevel,
    ty: u32,
    limits: &Limits,
    pixels: &mut Vec<u8>,
) -> Result<()> {
    let (width, tile_width) = (level.level.width as usize, level.level.tile_width as usize);
    let rows = level.level.tile_height as usize;
    pixels.clear();
    pixels.resize(width * rows * 3, 255);
    let mut tile = Vec::new();
    for tx in 0..level.level.columns {
        let Some((start, len)) = level.stored(tx, ty) else { continue };
        let piece = Piece::new(0, start, len);
        level::check(&piece, &[source.len()], limits, TileAt { plane: Plane::default(), tx, ty })?;
        level.decode_rgb(&read_range(source, &piece.range, "tile")?, &mut tile)?;
        let left = tx as usize * tile_width;
        let used = tile_width.min(width - left) * 3;
        for (row, from) in tile.chunks_exact(tile_width * 3).enumerate() {
            let at = (row * width + left) * 3;
            pixels[at..at + used].copy_from_slice(&from[..used]);
        }
    }
    Ok(())
}

fn decode_strip(
    source: &dyn ByteSource,
    layout: &Layout,
    strip: usize,
    rows: u32,
    pixels: &mut Vec<u8>,
) -> Result<()> {
    let height = rows.min(layout.height - strip as u32 * rows);
    let (start, len) = (layout.offsets[strip], layout.counts[strip]);
    let stored = read_range(source, &(start..start.saturating_add(len)), &format!("strip {strip}"))?;
    if layout.compression == Compression::WebP {
        return webp::decode(&stored, layout.width, height, pixels);
    }
    let components = match layout.jpeg_colour {
        JpegColour::Grey => Components::Grey,
        JpegColour::YCbCr => Components::YCbCr,
        JpegColour::Rgb => Components::Rgb,
    };
    let splice = Splice::new(layout.tables.as_deref(), components, layout.width, height)?;
    jpeg::backend().decode(&splice.join(&stored)?, Channels::Rgb, pixels)?;
    Ok(())
}

/// The bytes of one strip, read as a stream.
struct StripReader<'a> {
    source: &'a dyn ByteSource,
    at: u64,
    end: u64,
}

impl<'a> StripReader<'a> {
    fn new(source: &'a dyn ByteSource, start: u64, len: u64, strip: usize) -> Result<Self> {
        match start.checked_add(len).filter(|end| *end <= source.len()) {
            Some(end) => Ok(Self { source, at: start, end }),
            None => Err(SlideError::damaged(
                format!("{len} bytes from byte {start} lie beyond the end of the file"),
                format!("strip {strip}"),
            )),
        }
    }
}

impl Read for StripReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = (self.end - self.at).min(buffer.len() as u64) as usize;
        self.source.read_at(&mut buffer[..n], self.at)?;
        self.at += n as u64;
        Ok(n)
    }
}
