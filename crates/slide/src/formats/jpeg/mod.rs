//! JPEG photographs: always converted, orientation applied.
//!
//! Sequential ones are decoded by bands of rows ([`bands`]); progressive ones as a whole, as their last bytes
//! may change their first pixel.

mod bands;

use std::io::BufReader;

use super::{Format, Opened, Probe, Rows, Source};
use crate::{
    codec::{
        Channels,
        jpeg::{self, header::Header, sequential::Sequential},
    },
    error::{Result, SlideError},
    info::{Channel, ColorSpace, FormatId, SlideInfo},
    limits,
    samples::PixelKind,
    source::{Stream, read_head, read_range},
};
use bands::Bands;

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
    /// Whether it cannot be decoded by bands, and the decoder's memory then.
    whole: Option<u64>,
    head: Vec<u8>,
    header: Header,
}

impl Facts {
    fn channels(&self) -> Channels {
        if self.components == 1 { Channels::Grey } else { Channels::Rgb }
    }

    /// The stream cut into rows of blocks, where its kind allows.
    fn sequential<'a>(&self, probe: &'a Probe<'a>) -> Option<Sequential<BufReader<Stream<'a>>>> {
        let data = Stream::new(probe.source, self.header.scan_body.end as u64);
        Sequential::new(&self.head, &self.header, BufReader::with_capacity(64 << 10, data))
    }
}

/// Bytes per pixel of a decoder that sees the whole image: coefficients of 16 bits with the chroma as sampled,
/// and the pixels; inks are kept beside the RGB made from them.
fn whole_bytes_per_pixel(frame: &[u8], components: u8) -> u64 {
    let sampling = frame.get(6..).unwrap_or_default().chunks_exact(3).take(components.into());
    let blocks = sampling.map(|part| (u64::from(part[1] >> 4), u64::from(part[1] & 15)));
    let most = blocks.clone().fold((1, 1), |most, own| (own.0.max(most.0), own.1.max(most.1)));
    let sampled: u64 = blocks.map(|(across, down)| across * down).sum();
    let pixels = if components == 4 { 7 } else { components.into() };
    (2 * sampled).div_ceil(most.0 * most.1) + pixels
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
    if pixels > probe.source.len().saturating_mul(MAX_PIXELS_PER_BYTE) {
        return Err(SlideError::damaged(
            format!("{} bytes cannot hold {width} x {height} pixels", probe.source.len()),
            "JPEG header",
        ));
    }
    let orientation = header.exif.first().map_or(1, |exif| orientation(&head[exif.clone()]));
    let per_pixel = whole_bytes_per_pixel(&head[header.frame_body.clone()], frame.components);
    let mut facts =
        Facts { width, height, components: frame.components, orientation, whole: None, head, header };
    let channels = facts.channels().count();
    let decoder = match facts.sequential(probe) {
        Some(sequential) => bands::bytes(&sequential, width, frame.components),
        None => {
            let bytes = pixels * per_pixel + probe.source.len();
            facts.whole = Some(bytes);
            bytes
        }
    };
    let turned = if orientation == 1 { 0 } else { pixels * channels as u64 };
    let size = if orientation >= 5 { (height, width) } else { (width, height) };
    limits::check_conversion(
        decoder + turned,
        size,
        channels,
        probe.limits.max_decoded_bytes,
        "save it upright, as baseline (not progressive) JPEG, or as a tiled TIFF",
    )?;
    Ok(facts)
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
        pixel: PixelKind::eight_bit(facts.channels().count()),
        channels: vec![Channel::default()],
        depth: 1,
        duration: 1,
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
    /// What the decoder held besides.
    held: u64,
}

impl Rows for DecodedRows {
    fn size(&self) -> (u32, u32) {
        self.size
    }

    fn channels(&self) -> usize {
        self.channels
    }

    fn held(&self) -> u64 {
        self.held
    }

    fn next_row(&mut self, out: &mut [u8]) -> Result<()> {
        out.copy_from_slice(&self.samples[self.next..self.next + out.len()]);
        self.next += out.len();
        Ok(())
    }
}

fn rows<'a>(probe: &'a Probe<'a>) -> Result<Source<'a>> {
    let facts = facts(probe)?;
    let (size, channels) = ((facts.width, facts.height), facts.channels());
    let rows: Box<dyn Rows + 'a> = match (facts.whole, facts.sequential(probe)) {
        (None, Some(sequential)) => Box::new(Bands::new(sequential, size, facts.components)),
        (held, _) => {
            let stored = read_range(probe.source, &(0..probe.source.len()), "JPEG data")?;
            let mut samples = Vec::new();
            jpeg::backend().decode(&stored, channels, &mut samples)?;
            let channels = channels.count();
            let held = held.unwrap_or(samples.len() as u64);
            Box::new(DecodedRows { samples, size, channels, next: 0, held })
        }
    };
    let notes = match facts.components {
        4 => vec!["CMYK inks were converted to RGB without a colour profile".to_owned()],
        _ => Vec::new(),
    };
    Ok(Source {
        format: FormatId::Jpeg,
        rows,
        orientation: facts.orientation,
        physical_size: (None, None),
        notes,
    })
}
