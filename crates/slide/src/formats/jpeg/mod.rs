//! JPEG photographs: always converted, orientation applied.

use super::{Format, Opened, Probe, Rows, Source};
use crate::{
    codec::{
        Channels,
        jpeg::{self, header::Header},
    },
    error::{Result, SlideError},
    info::{ColorSpace, FormatId, SlideInfo},
    limits,
    source::{read_head, read_range},
};

pub(super) const FORMAT: Format = Format { recognise, open, rows };

/// Bytes in which the frame header must appear; EXIF and profiles stand before it.
const MAX_HEADER: u64 = 4 << 20;

/// Pixels per byte that no photograph reaches: the densest baseline JPEG of one colour has about 170,
/// progressive ones some more. Above it the size is a lie.
const MAX_PIXELS_PER_BYTE: u64 = 4096;

fn recognise(probe: &Probe<'_>) -> Result<Option<FormatId>> {
    Ok(probe.head.starts_with(&[0xFF, 0xD8, 0xFF]).then_some(FormatId::Jpeg))
}

/// Size, components and orientation.
struct Facts {
    width: u32,
    height: u32,
    components: u8,
    orientation: u8,
}

fn facts(probe: &Probe<'_>) -> Result<Facts> {
    let head = read_head(probe.source, MAX_HEADER)?;
    let header = Header::parse(&head).map_err(|what| SlideError::damaged(what, "JPEG header"))?;
    let frame = header
        .frame
        .filter(|_| header.scan.is_some())
        .ok_or_else(|| SlideError::damaged("the header ends before the image", "JPEG header"))?;
    frame.displayable().map_err(|what| SlideError::unsupported(what, "save it as baseline JPEG or PNG"))?;
    let (width, height) = (u32::from(frame.width), u32::from(frame.height));
    if width == 0 || height == 0 {
        return Err(SlideError::damaged(format!("the image has {width} x {height} pixels"), "JPEG header"));
    }
    if !matches!(frame.components, 1 | 3 | 4) {
        return Err(SlideError::damaged(format!("{} components", frame.components), "JPEG header"));
    }
    let pixels = u64::from(width) * u64::from(height);
    limits::check(
        "decoded image in bytes",
        pixels * u64::from(frame.components),
        probe.limits.max_decoded_bytes,
        "save it as a tiled TIFF, which is read in parts",
    )?;
    if pixels > probe.source.len().saturating_mul(MAX_PIXELS_PER_BYTE) {
        return Err(SlideError::damaged(
            format!("{} bytes cannot hold {width} x {height} pixels", probe.source.len()),
            "JPEG header",
        ));
    }
    let orientation = header.exif.first().map_or(1, |exif| orientation(&head[exif.clone()]));
    Ok(Facts { width, height, components: frame.components, orientation })
}

/// The EXIF orientation; damaged EXIF is no reason to refuse the image.
pub(super) fn orientation(exif: &[u8]) -> u8 {
    let Ok(exif) = exif::Reader::new().read_raw(exif.to_vec()) else { return 1 };
    exif.get_field(exif::Tag::Orientation, exif::In::PRIMARY)
        .and_then(|field| field.value.get_uint(0))
        .filter(|orientation| (1..=8).contains(orientation))
        .map_or(1, |orientation| orientation as u8)
}

fn open(probe: &Probe<'_>) -> Result<Opened> {
    let facts = facts(probe)?;
    let mut info = SlideInfo {
        format: FormatId::Jpeg,
        width: facts.width,
        height: facts.height,
        channels: if facts.components == 1 { 1 } else { 3 },
        samples_per_pixel: facts.components,
        bits_per_sample: 8,
        physical_size_x: None,
        physical_size_y: None,
        magnification: None,
        colorspace: match facts.components {
            1 => ColorSpace::Grey,
            3 => ColorSpace::Rgb,
            _ => ColorSpace::Cmyk,
        },
        needs_conversion: true,
        associated: Vec::new(),
    };
    super::tiff::turn(&mut info, facts.orientation);
    Ok(Opened { info, levels: Vec::new(), metadata: Vec::new(), associated: Vec::new() })
}

/// Rows of a decoded image.
struct DecodedRows {
    samples: Vec<u8>,
    size: (u32, u32),
    channels: usize,
    next: usize,
}

impl Rows for DecodedRows {
    fn size(&self) -> (u32, u32) {
        self.size
    }

    fn channels(&self) -> usize {
        self.channels
    }

    fn next_row(&mut self, out: &mut [u8]) -> Result<()> {
        out.copy_from_slice(&self.samples[self.next..self.next + out.len()]);
        self.next += out.len();
        Ok(())
    }
}

fn rows<'a>(probe: &'a Probe<'a>) -> Result<Source<'a>> {
    let facts = facts(probe)?;
    let stored = read_range(probe.source, &(0..probe.source.len()), "JPEG data")?;
    let channels = if facts.components == 1 { Channels::Grey } else { Channels::Rgb };
    let mut samples = Vec::new();
    jpeg::backend().decode(&stored, channels, &mut samples)?;
    let rows =
        DecodedRows { samples, size: (facts.width, facts.height), channels: channels.count(), next: 0 };
    let notes = match facts.components {
        4 => vec!["CMYK inks were converted to RGB without a colour profile".to_owned()],
        _ => Vec::new(),
    };
    Ok(Source {
        format: FormatId::Jpeg,
        rows: Box::new(rows),
        orientation: facts.orientation,
        physical_size: (None, None),
        notes,
    })
}
