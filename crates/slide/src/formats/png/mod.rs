//! PNG images: always converted, by rows except interlaced ones.

use std::io::{self, BufReader};

use super::{Format, Opened, Probe, Rows, Source, jpeg::orientation};
use crate::{
    error::{Result, SlideError},
    info::{Channel, ColorSpace, FormatId, SlideInfo},
    limits,
    samples::PixelKind,
    source::Stream,
};

pub(super) const FORMAT: Format = Format { recognise, open, rows };

type Reader<'a> = png::Reader<BufReader<Stream<'a>>>;

fn recognise(probe: &Probe<'_>) -> Result<Option<FormatId>> {
    Ok(probe.head.starts_with(b"\x89PNG\r\n\x1a\n").then_some(FormatId::Png))
}

fn damaged(error: png::DecodingError) -> SlideError {
    match error {
        png::DecodingError::LimitsExceeded => SlideError::unsupported(
            format!("a PNG with a row or metadata of more than {} MiB", MAX_PNG_BYTES >> 20),
            "save it without metadata, or as a tiled TIFF",
        ),
        png::DecodingError::IoError(error) if error.kind() != io::ErrorKind::UnexpectedEof => {
            SlideError::io("read the PNG", error)
        }
        png::DecodingError::IoError(_) => SlideError::damaged("the data ends inside the image", "PNG data"),
        error => SlideError::damaged(cause(&error.to_string()), "PNG data"),
    }
}

/// The decoder's words where they are words, and ours where it prints its own structures.
fn cause(told: &str) -> &str {
    let known = [
        ("before IHDR", "it does not begin with the header of an image (IHDR)"),
        ("CRC error", "the checksum of a part (chunk) is wrong"),
        ("Corrupt deflate stream", "the compressed pixels cannot be unpacked"),
        ("{", "a part (chunk) is unknown, or not allowed where it stands or with its length"),
    ];
    known.iter().find(|(part, _)| told.contains(part)).map_or(told, |(_, cause)| cause)
}

/// Memory for the decoder's own chunks and rows.
const MAX_PNG_BYTES: usize = 16 << 20;

const REMEDY: &str = "save it without interlacing and upright, or as a tiled TIFF";

fn reader<'a>(probe: &'a Probe<'a>) -> Result<Reader<'a>> {
    let stream = BufReader::with_capacity(64 << 10, Stream::new(probe.source, 0));
    let mut decoder = png::Decoder::new_with_limits(stream, png::Limits { bytes: MAX_PNG_BYTES });
    decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
    let reader = decoder.read_info().map_err(damaged)?;
    let info = reader.info();
    limits::check(
        "side of the image in pixels",
        info.width.max(info.height).into(),
        probe.limits.max_side.into(),
        "cut it into parts",
    )?;
    limits::check(
        "row of the image in bytes",
        u64::from(info.width) * 4,
        probe.limits.max_row_bytes,
        "cut it into parts",
    )?;
    let samples = reader.output_color_type().0.samples() as u64;
    let image = |samples: u64| u64::from(info.width) * u64::from(info.height) * samples;
    let whole = if info.interlaced { image(samples) } else { 0 };
    let turned = if exif(&reader) == 1 { 0 } else { image(if samples <= 2 { 1 } else { 3 }) };
    let channels = if samples <= 2 { 1 } else { 3 };
    let size = (info.width, info.height);
    limits::check_conversion(whole + turned, size, channels, probe.limits.max_decoded_bytes, REMEDY)?;
    Ok(reader)
}

fn open(probe: &Probe<'_>) -> Result<Opened> {
    let reader = reader(probe)?;
    let stored = reader.info();
    let grey = matches!(stored.color_type, png::ColorType::Grayscale | png::ColorType::GrayscaleAlpha);
    let per_metre = |per_unit: u32| Some(1e6 / f64::from(per_unit)).filter(|size| *size < 50.0);
    let density =
        stored.pixel_dims.filter(|dims| dims.unit == png::Unit::Meter && dims.xppu > 0 && dims.yppu > 0);
    let mut info = SlideInfo {
        format: FormatId::Png,
        width: stored.width,
        height: stored.height,
        pixel: PixelKind::eight_bit(if grey { 1 } else { 3 }),
        channels: vec![Channel::default()],
        depth: 1,
        duration: 1,
        samples_per_pixel: stored.color_type.samples() as u8,
        bits_per_sample: stored.bit_depth as u8,
        physical_size_x: density.and_then(|dims| per_metre(dims.xppu)),
        physical_size_y: density.and_then(|dims| per_metre(dims.yppu)),
        magnification: None,
        colorspace: if grey { ColorSpace::Grey } else { ColorSpace::Rgb },
        needs_conversion: true,
        associated: Vec::new(),
    };
    super::tiff::turn(&mut info, exif(&reader));
    Ok(Opened { info, levels: Vec::new(), metadata: Vec::new(), associated: Vec::new() })
}

fn exif(reader: &Reader<'_>) -> u8 {
    reader.info().exif_metadata.as_ref().map_or(1, |exif| orientation(exif))
}

struct PngRows<'a> {
    reader: Reader<'a>,
    size: (u32, u32),
    /// Samples per pixel as the decoder gives them: 1 to 4.
    samples: usize,
    /// All samples of an interlaced image.
    whole: Vec<u8>,
    next: usize,
}

impl Rows for PngRows<'_> {
    fn size(&self) -> (u32, u32) {
        self.size
    }

    fn channels(&self) -> usize {
        if self.samples <= 2 { 1 } else { 3 }
    }

    fn held(&self) -> u64 {
        self.whole.len() as u64
    }

    fn next_row(&mut self, out: &mut [u8]) -> Result<()> {
        let row_bytes = self.size.0 as usize * self.samples;
        let row = if self.whole.is_empty() {
            let row = self.reader.next_row().map_err(damaged)?;
            row.map(|row| row.data()).ok_or_else(|| SlideError::damaged("rows are missing", "PNG data"))?
        } else {
            &self.whole[self.next * row_bytes..]
        };
        self.next += 1;
        let row = row.get(..row_bytes).ok_or_else(|| SlideError::damaged("a row is short", "PNG data"))?;
        let over = |colour: u8, alpha: u8| {
            let alpha = u32::from(alpha);
            ((u32::from(colour) * alpha + 255 * (255 - alpha) + 127) / 255) as u8
        };
        match self.samples {
            2 => out.iter_mut().zip(row.chunks_exact(2)).for_each(|(to, p)| *to = over(p[0], p[1])),
            4 => out.chunks_exact_mut(3).zip(row.chunks_exact(4)).for_each(|(to, p)| {
                to.copy_from_slice(&[over(p[0], p[3]), over(p[1], p[3]), over(p[2], p[3])]);
            }),
            _ => out.copy_from_slice(row),
        }
        Ok(())
    }
}

fn rows<'a>(probe: &'a Probe<'a>) -> Result<Source<'a>> {
    let mut reader = reader(probe)?;
    let (colour, _) = reader.output_color_type();
    let info = reader.info();
    let size = (info.width, info.height);
    let mut notes = Vec::new();
    if info.bit_depth == png::BitDepth::Sixteen {
        notes.push("16 bits per sample were scaled to 8".to_owned());
    }
    if matches!(colour.samples(), 2 | 4) {
        notes.push("transparency was drawn over white".to_owned());
    }
    let (orientation, interlaced) = (exif(&reader), info.interlaced);
    let mut whole = Vec::new();
    if interlaced {
        whole.resize(size.0 as usize * size.1 as usize * colour.samples(), 0);
        reader.next_frame(&mut whole).map_err(damaged)?;
    }
    let physical_size =
        open(probe).map(|opened| (opened.info.physical_size_x, opened.info.physical_size_y))?;
    let rows = PngRows { reader, size, samples: colour.samples(), whole, next: 0 };
    Ok(Source { format: FormatId::Png, rows: Box::new(rows), orientation, physical_size, notes })
}
