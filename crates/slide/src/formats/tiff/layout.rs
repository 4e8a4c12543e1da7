//! What one TIFF directory says about its pixels, checked; variants that are not read are named.

use std::sync::Arc;

use super::{
    directory::{Directory, Tiff, tag},
    samples::{Alpha, Colour, Samples},
};
use crate::{
    codec::bytes::Packing,
    error::{Result, SlideError},
    limits::{self, Limits},
};

/// How the bytes of a tile or strip are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compression {
    Packed(Packing),
    Jpeg,
    WebP,
}

/// How the image is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chunks {
    Tiles { width: u32, height: u32 },
    Strips { rows: u32 },
}

/// Photometric interpretation, where it matters for JPEG.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JpegColour {
    Grey,
    YCbCr,
    Rgb,
}

/// The pixels of one directory.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) compression: Compression,
    pub(crate) jpeg_colour: JpegColour,
    pub(crate) samples: Samples,
    /// Each sample in a plane of its own.
    pub(crate) separate: bool,
    /// Rows are stored as horizontal differences.
    pub(crate) predicted: bool,
    pub(crate) tables: Option<Vec<u8>>,
    pub(crate) chunks: Chunks,
    pub(crate) offsets: Box<[u64]>,
    pub(crate) counts: Box<[u64]>,
    /// EXIF orientation, 1 = upright.
    pub(crate) orientation: u8,
}

const RESAVE: &str = "save it as an 8-bit RGB or grey TIFF with JPEG, LZW, deflate or no compression";

impl Layout {
    /// Reads and checks a directory.
    pub(crate) fn read(tiff: &Tiff<'_>, directory: &Directory, limits: &Limits) -> Result<Self> {
        let place = || format!("directory at byte {}", directory.offset);
        let side = |tag, name| -> Result<u32> {
            let value = tiff.number(directory, tag)?.unwrap_or(0);
            limits::check("side of the image in pixels", value, limits.max_side.into(), "cut it into parts")?;
            match u32::try_from(value) {
                Ok(0) | Err(_) => Err(SlideError::damaged(format!("{name} is {value}"), place())),
                Ok(value) => Ok(value),
            }
        };
        let width = side(tag::IMAGE_WIDTH, "the image width")?;
        let height = side(tag::IMAGE_LENGTH, "the image height")?;
        let compression = compression(tiff.number(directory, tag::COMPRESSION)?.unwrap_or(1))?;
        let (samples, jpeg_colour) = read_samples(tiff, directory, compression)?;
        let separate = match tiff.number(directory, tag::PLANAR_CONFIGURATION)?.unwrap_or(1) {
            2 => samples.count > 1,
            _ => false,
        };
        if separate && !matches!(compression, Compression::Packed(_)) {
            return Err(SlideError::unsupported("a TIFF with JPEG or WebP in separate planes", RESAVE));
        }
        if tiff.number(directory, tag::FILL_ORDER)?.unwrap_or(1) == 2 && samples.bits < 8 {
            return Err(SlideError::unsupported("a TIFF with reversed bits (fill order 2)", RESAVE));
        }
        let predicted = match tiff.number(directory, tag::PREDICTOR)?.unwrap_or(1) {
            1 => false,
            2 if matches!(samples.bits, 8 | 16 | 32) => matches!(compression, Compression::Packed(_)),
            other => {
                return Err(SlideError::unsupported(
                    format!("a TIFF with predictor {other} and {} bits per sample", samples.bits),
                    RESAVE,
                ));
            }
        };
        let chunks = read_chunks(tiff, directory, height, limits)?;
        let planes = if separate { samples.count as u64 } else { 1 };
        let (per_row, rows, offsets, counts) = match chunks {
            Chunks::Tiles { width: w, height: h } => {
                (width.div_ceil(w), height.div_ceil(h), tag::TILE_OFFSETS, tag::TILE_BYTE_COUNTS)
            }
            Chunks::Strips { rows } => (1, height.div_ceil(rows), tag::STRIP_OFFSETS, tag::STRIP_BYTE_COUNTS),
        };
        let expected = u64::from(per_row) * u64::from(rows) * planes;
        limits::check(
            "number of tiles or strips of one level",
            expected,
            limits.max_tiles,
            "export the slide again with larger tiles",
        )?;
        let list = |first, second, name| -> Result<Box<[u64]>> {
            let mut list = tiff.numbers(directory, first)?;
            if list.is_empty() {
                list = tiff.numbers(directory, second)?;
            }
            if (list.len() as u64) < expected {
                return Err(SlideError::damaged(
                    format!("{} {name} for {expected} tiles or strips", list.len()),
                    place(),
                ));
            }
            Ok(list)
        };
        // Old writers name the tags of strips in tiled images; their meaning is the same.
        let offsets = list(offsets, tag::STRIP_OFFSETS, "offsets")?;
        let counts = list(counts, tag::STRIP_BYTE_COUNTS, "byte counts")?;
        let tables =
            if compression == Compression::Jpeg { tiff.blob(directory, tag::JPEG_TABLES)? } else { None };
        let orientation = match tiff.number(directory, tag::ORIENTATION)? {
            Some(orientation @ 1..=8) => orientation as u8,
            _ => 1,
        };
        Ok(Self {
            width,
            height,
            compression,
            jpeg_colour,
            samples,
            separate,
            predicted,
            tables,
            chunks,
            offsets,
            counts,
            orientation,
        })
    }

    /// Tile size, when the image is cut into tiles.
    pub(crate) fn tile_size(&self) -> Option<(u32, u32)> {
        match self.chunks {
            Chunks::Tiles { width, height } => Some((width, height)),
            Chunks::Strips { .. } => None,
        }
    }
}

fn compression(code: u64) -> Result<Compression> {
    Ok(match code {
        1 => Compression::Packed(Packing::None),
        5 => Compression::Packed(Packing::Lzw),
        7 => Compression::Jpeg,
        8 | 32946 => Compression::Packed(Packing::Deflate),
        32773 => Compression::Packed(Packing::PackBits),
        50000 => Compression::Packed(Packing::Zstd),
        50001 => Compression::WebP,
        _ => {
            let name = match code {
                2..=4 | 32771 => "fax (CCITT)",
                6 => "old-style JPEG (compression 6)",
                33003 | 33005 | 34712 => "JPEG 2000",
                34887 => "LERC",
                34925 => "LZMA",
                34892 | 52546 => "lossy JPEG of DNG or JPEG XL",
                22610 | 34934 => "JPEG XR",
                _ => return Err(SlideError::unsupported(format!("TIFF compression {code}"), RESAVE)),
            };
            return Err(SlideError::unsupported(format!("a TIFF compressed with {name}"), RESAVE));
        }
    })
}

fn read_samples(
    tiff: &Tiff<'_>,
    directory: &Directory,
    compression: Compression,
) -> Result<(Samples, JpegColour)> {
    let place = || format!("directory at byte {}", directory.offset);
    let count = tiff.number(directory, tag::SAMPLES_PER_PIXEL)?.unwrap_or(1);
    if count == 0 {
        return Err(SlideError::damaged("samples per pixel is 0", place()));
    }
    if count > 8 {
        return Err(SlideError::unsupported(
            format!("a TIFF with {count} samples per pixel"),
            "export the channels as one RGB image",
        ));
    }
    let bits = tiff.numbers(directory, tag::BITS_PER_SAMPLE)?;
    let first = bits.first().copied().unwrap_or(1);
    if bits.iter().any(|bits| *bits != first) {
        return Err(SlideError::unsupported("a TIFF whose samples differ in bits", RESAVE));
    }
    let bits = match first {
        1..=16 | 32 => first as u32,
        _ => return Err(SlideError::unsupported(format!("a TIFF with {first} bits per sample"), RESAVE)),
    };
    let signed = match tiff.number(directory, tag::SAMPLE_FORMAT)?.unwrap_or(1) {
        1 | 4 => false,
        2 => true,
        3 => return Err(SlideError::unsupported("a TIFF with floating point samples", RESAVE)),
        other => return Err(SlideError::unsupported(format!("a TIFF with sample format {other}"), RESAVE)),
    };
    let default = if count >= 3 { 2 } else { 1 };
    let photometric = tiff.number(directory, tag::PHOTOMETRIC)?.unwrap_or(default);
    let jpeg = compression == Compression::Jpeg;
    let (colour, jpeg_colour) = match photometric {
        0 => (Colour::InvertedGrey, JpegColour::Grey),
        1 => (Colour::Grey, JpegColour::Grey),
        2 => (Colour::Rgb, JpegColour::Rgb),
        3 if bits <= 8 => (palette(tiff, directory, bits)?, JpegColour::Grey),
        5 if tiff.number(directory, 332)?.unwrap_or(1) == 1 => (Colour::Cmyk, JpegColour::Rgb),
        6 if jpeg => (Colour::Rgb, JpegColour::YCbCr),
        6 => return Err(SlideError::unsupported("a TIFF with YCbCr samples outside JPEG", RESAVE)),
        8..=10 => return Err(SlideError::unsupported("a TIFF with CIE L*a*b* colours", RESAVE)),
        other => {
            return Err(SlideError::unsupported(
                format!("a TIFF with photometric interpretation {other}"),
                RESAVE,
            ));
        }
    };
    let count = count as usize;
    if count < colour.samples() {
        return Err(SlideError::damaged(
            format!("{count} samples per pixel, its colours need {}", colour.samples()),
            place(),
        ));
    }
    let coded = matches!(compression, Compression::Jpeg | Compression::WebP);
    if coded && (bits != 8 || signed) {
        return Err(SlideError::unsupported(format!("a TIFF with JPEG or WebP of {bits} bits"), RESAVE));
    }
    if jpeg && (count != colour.samples() || !matches!(colour, Colour::Grey | Colour::Rgb)) {
        return Err(SlideError::unsupported(
            format!("a TIFF with JPEG of {count} samples per pixel (photometric {photometric})"),
            RESAVE,
        ));
    }
    let extra = tiff.numbers(directory, tag::EXTRA_SAMPLES)?;
    let alpha = extra
        .iter()
        .take(count - colour.samples())
        .position(|kind| matches!(kind, 1 | 2))
        .map(|at| Alpha { index: colour.samples() + at, premultiplied: extra[at] == 1 })
        .filter(|_| !matches!(colour, Colour::Palette(_)));
    Ok((Samples { count, bits, signed, endian: tiff.endian, colour, alpha }, jpeg_colour))
}

fn palette(tiff: &Tiff<'_>, directory: &Directory, bits: u32) -> Result<Colour> {
    let map = tiff.numbers(directory, tag::COLOR_MAP)?;
    let colours = 1_usize << bits;
    if map.len() < 3 * colours {
        return Err(SlideError::damaged(
            format!("a palette of {} values for {colours} colours", map.len()),
            format!("directory at byte {}", directory.offset),
        ));
    }
    // Values are 16-bit by the specification; some writers store 8-bit ones.
    let shift = if map.iter().all(|value| *value < 256) { 0 } else { 8 };
    let channel = |plane: usize, index: usize| (map[plane * colours + index] >> shift) as u8;
    let palette: Arc<[[u8; 3]]> =
        (0..colours).map(|i| [channel(0, i), channel(1, i), channel(2, i)]).collect();
    Ok(Colour::Palette(palette))
}

fn read_chunks(tiff: &Tiff<'_>, directory: &Directory, height: u32, limits: &Limits) -> Result<Chunks> {
    if !tiff.has(directory, tag::TILE_WIDTH) && !tiff.has(directory, tag::TILE_LENGTH) {
        let rows = tiff.number(directory, tag::ROWS_PER_STRIP)?.unwrap_or(u64::from(height));
        if rows == 0 {
            return Err(SlideError::damaged(
                "rows per strip is 0",
                format!("directory at byte {}", directory.offset),
            ));
        }
        return Ok(Chunks::Strips { rows: rows.min(u64::from(height)) as u32 });
    }
    let side = |tag| -> Result<u32> {
        let value = tiff.number(directory, tag)?.unwrap_or(0);
        if value == 0 {
            return Err(SlideError::damaged(
                "a tile side is 0",
                format!("directory at byte {}", directory.offset),
            ));
        }
        limits::check(
            "side of a tile in pixels",
            value,
            limits.max_tile_side.into(),
            "export the slide with tiles of 256 to 1024 pixels",
        )?;
        Ok(value as u32)
    };
    Ok(Chunks::Tiles { width: side(tag::TILE_WIDTH)?, height: side(tag::TILE_LENGTH)? })
}
