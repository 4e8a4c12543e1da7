//! Generic TIFF: tiled pyramids are served as they are, the rest is converted.
//!
//! Layouts of vendors that need more than the TIFF's own grid (overlapping or scattered areas, padded
//! levels, stacks) are recognised and refused by name, because reading them generically would show wrong
//! pixels in wrong places.

pub(crate) mod directory;
pub(crate) mod layout;
pub(crate) mod level;
pub(crate) mod picture;
pub(crate) mod rows;
mod samples;

use std::sync::Arc;

use super::{Format, Opened, Probe, Source};
use crate::{
    error::{Result, SlideError},
    info::{Channel, ColorSpace, FormatId, SlideInfo},
    level::Tiles,
    samples::PixelKind,
};
use directory::{Directory, Tiff, tag};
use layout::Layout;
use level::TiffLevel;
use rows::TiffRows;
use samples::Colour;

pub(super) const FORMAT: Format = Format { recognise, open, rows };

/// Longest side of the smallest level from which overviews can be made on request; slides without such a
/// level are converted.
const MAX_TOP_SIDE: u32 = 4096;

const CONVERT: &str = "export it as a pyramidal TIFF or SVS";

fn recognise(probe: &Probe<'_>) -> Result<Option<FormatId>> {
    let Some((tiff, directories)) = &probe.tiff else { return Ok(None) };
    let first = &directories[0];
    if let Some(vendor) = vendor(tiff, first)? {
        return Err(SlideError::unsupported(vendor, CONVERT));
    }
    let layout = Layout::read(tiff, first, probe.limits)?;
    Ok(Some(if layout.tile_size().is_some() { FormatId::PyrTiff } else { FormatId::PlanarTiff }))
}

/// The vendor's layout a TIFF has, if it is one that cannot be read generically.
fn vendor(tiff: &Tiff<'_>, first: &Directory) -> Result<Option<&'static str>> {
    if tiff.has(first, tag::NDPI) {
        return Ok(Some("Hamamatsu NDPI"));
    }
    if tiff.has(first, tag::ARGOS) {
        return Ok(Some("ARGOS AVS"));
    }
    let text = |tag| -> Result<String> { Ok(tiff.text(first, tag)?.unwrap_or_default()) };
    let (description, software, xmp) = (text(tag::IMAGE_DESCRIPTION)?, text(tag::SOFTWARE)?, text(tag::XMP)?);
    let start = |mark: &str| description.trim_start().starts_with(mark);
    Ok(if description.contains("<OME ") || description.contains("<OME\n") {
        Some("OME-TIFF")
    } else if software.starts_with("Philips") || description.contains("DPUfsImport") {
        Some("Philips TIFF")
    } else if description.contains("leica-microsystems.com/scn") {
        Some("Leica SCN")
    } else if xmp.contains("iScan") || start("level=0 mag=") {
        Some("Ventana BIF")
    } else if software.starts_with("MedScan") {
        Some("Trestle TIFF")
    } else if description.contains("PerkinElmer-QPI") || software.contains("PerkinElmer-QPI") {
        Some("PerkinElmer QPTIFF")
    } else if start("ImageJ=") && description.contains("images=") {
        Some("an ImageJ stack")
    } else if text(tag::MAKE)?.starts_with("Hamamatsu") {
        Some("Hamamatsu TIFF")
    } else {
        None
    })
}

fn open(probe: &Probe<'_>) -> Result<Opened> {
    let (tiff, directories) = parts(probe)?;
    let base = Layout::read(tiff, &directories[0], probe.limits)?;
    let mut info = info(tiff, &directories[0], &base)?;
    let metadata = metadata(tiff, &directories[0])?;
    let (levels, needs_conversion) = levels(probe, base)?;
    info.needs_conversion = needs_conversion;
    if info.needs_conversion {
        turn(&mut info, Layout::read(tiff, &directories[0], probe.limits)?.orientation);
    }
    if levels.is_empty() {
        info.format = FormatId::PlanarTiff;
    }
    let levels = if needs_conversion { Vec::new() } else { levels };
    Ok(Opened { info, levels, metadata, associated: Vec::new() })
}

/// Level 0 and the reduced levels after it, and whether they have to be converted.
fn levels(probe: &Probe<'_>, base: Layout) -> Result<(Vec<Arc<dyn Tiles>>, bool)> {
    let (tiff, directories) = parts(probe)?;
    let size = (base.width, base.height);
    let mut reduced = Vec::new();
    let sub = tiff.numbers(&directories[0], tag::SUB_IFDS)?;
    let sub = sub.iter().take(64).map(|&offset| Ok(tiff.directory(offset)?.0)).collect::<Result<Vec<_>>>()?;
    for directory in directories[1..].iter().chain(&sub) {
        if tiff.has(directory, tag::TILE_WIDTH) {
            let layout = Layout::read(tiff, directory, probe.limits)?;
            if is_reduction(size, (layout.width, layout.height)) {
                reduced.push(layout);
            }
        } else {
            refuse_stack(tiff, directory, size)?;
        }
    }
    if base.tile_size().is_none() {
        // What a conversion would refuse later is refused now.
        TiffRows::new(probe.source, base, probe.limits)?;
        return Ok((Vec::new(), true));
    }
    let upright = base.orientation == 1;
    let mut levels: Vec<Arc<dyn Tiles>> = vec![Arc::new(TiffLevel::new(base, size)?)];
    reduced.sort_by_key(|layout| std::cmp::Reverse(u64::from(layout.width) * u64::from(layout.height)));
    for layout in reduced {
        levels.push(Arc::new(TiffLevel::new(layout, size)?));
    }
    let top = *levels[levels.len() - 1].level();
    Ok((levels, !upright || top.width.max(top.height) > MAX_TOP_SIDE))
}

/// Pages of the same size beside the first are a stack; converting the first alone would lose the rest.
fn refuse_stack(tiff: &Tiff<'_>, directory: &Directory, size: (u32, u32)) -> Result<()> {
    let number = |tag| -> Result<u64> { Ok(tiff.number(directory, tag)?.unwrap_or(0)) };
    let reduced = number(tag::NEW_SUBFILE_TYPE)? & 1 == 1;
    let own = (number(tag::IMAGE_WIDTH)?, number(tag::IMAGE_LENGTH)?);
    if !reduced && own == (size.0.into(), size.1.into()) {
        return Err(SlideError::unsupported(
            "a TIFF with several pages of the same size (a stack)",
            "upload the pages one by one",
        ));
    }
    Ok(())
}

/// Whether a size is that of the same image at a lower resolution: one factor leads to both sides, each within the
/// rounding of two pixels. On a side of few pixels rounding hides the factor, so neither side decides alone.
pub(super) fn is_reduction(base: (u32, u32), size: (u32, u32)) -> bool {
    if size.0 > base.0 || size.1 > base.1 || size == base {
        return false;
    }
    // The factors between which a side can have come about.
    let factors = |base: u32, size: u32| {
        let (base, size) = (f64::from(base), f64::from(size));
        (base / (size + 2.0), if size > 2.0 { base / (size - 2.0) } else { f64::INFINITY })
    };
    let (x, y) = (factors(base.0, size.0), factors(base.1, size.1));
    x.0.max(y.0) <= x.1.min(y.1)
}

pub(super) fn parts<'a>(probe: &'a Probe<'_>) -> Result<(&'a Tiff<'a>, &'a [Directory])> {
    match &probe.tiff {
        Some((tiff, directories)) => Ok((tiff, directories)),
        None => Err(SlideError::NotASlide { what: "not a TIFF".into() }),
    }
}

/// Facts of a directory; the format is that of a generic tiled TIFF.
pub(super) fn info(tiff: &Tiff<'_>, directory: &Directory, layout: &Layout) -> Result<SlideInfo> {
    let unit = match tiff.number(directory, tag::RESOLUTION_UNIT)?.unwrap_or(2) {
        2 => Some(25_400.0),
        3 => Some(10_000.0),
        _ => None,
    };
    // 72 to 300 dots per inch is what image programs write when they know nothing.
    let size = |tag| -> Result<Option<f64>> {
        let per_unit = tiff.fraction(directory, tag)?;
        Ok(unit.zip(per_unit).map(|(unit, per_unit)| unit / per_unit).filter(|size| *size < 50.0))
    };
    let (x, y) = (size(tag::X_RESOLUTION)?, size(tag::Y_RESOLUTION)?);
    Ok(SlideInfo {
        format: FormatId::PyrTiff,
        width: layout.width,
        height: layout.height,
        pixel: PixelKind::eight_bit(layout.samples.colour.channels()),
        channels: vec![Channel::default()],
        depth: 1,
        duration: 1,
        samples_per_pixel: layout.samples.count as u8,
        bits_per_sample: layout.samples.bits as u8,
        physical_size_x: x,
        physical_size_y: y,
        magnification: None,
        colorspace: match layout.samples.colour {
            Colour::Grey | Colour::InvertedGrey => ColorSpace::Grey,
            Colour::Rgb | Colour::Palette(_) => ColorSpace::Rgb,
            Colour::Cmyk => ColorSpace::Cmyk,
        },
        needs_conversion: false,
        associated: Vec::new(),
    })
}

/// Swaps width and height where the orientation turns the image by a quarter.
pub(super) fn turn(info: &mut SlideInfo, orientation: u8) {
    if orientation >= 5 {
        std::mem::swap(&mut info.width, &mut info.height);
        std::mem::swap(&mut info.physical_size_x, &mut info.physical_size_y);
    }
}

fn metadata(tiff: &Tiff<'_>, directory: &Directory) -> Result<Vec<(String, String)>> {
    let mut metadata = Vec::new();
    for (tag, name) in [
        (tag::IMAGE_DESCRIPTION, "ImageDescription"),
        (tag::MAKE, "Make"),
        (272, "Model"),
        (tag::SOFTWARE, "Software"),
        (306, "DateTime"),
        (315, "Artist"),
    ] {
        if let Some(text) = tiff.text(directory, tag)?.filter(|text| !text.trim().is_empty()) {
            metadata.push((name.to_owned(), text));
        }
    }
    Ok(metadata)
}

/// The image of the first directory by rows.
pub(super) fn rows<'a>(probe: &'a Probe<'a>) -> Result<Source<'a>> {
    let (tiff, directories) = parts(probe)?;
    let layout = Layout::read(tiff, &directories[0], probe.limits)?;
    let info = info(tiff, &directories[0], &layout)?;
    let mut notes = Vec::new();
    if layout.samples.bits > 8 {
        notes.push(format!("{} bits per sample were scaled to 8", layout.samples.bits));
    }
    if layout.samples.alpha.is_some() {
        notes.push("transparency was drawn over white".to_owned());
    }
    if matches!(layout.samples.colour, Colour::Cmyk) {
        notes.push("CMYK inks were converted to RGB without a colour profile".to_owned());
    }
    Ok(Source {
        format: if layout.tile_size().is_some() { FormatId::PyrTiff } else { FormatId::PlanarTiff },
        orientation: layout.orientation,
        physical_size: (info.physical_size_x, info.physical_size_y),
        rows: Box::new(TiffRows::new(probe.source, layout, probe.limits)?),
        notes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reduction_keeps_the_proportions_on_both_sides() {
        for (base, size) in [
            ((46_000, 32_914), (11_500, 8_228)),
            ((46_000, 32_914), (2_875, 2_057)),
            ((1_001, 6_000), (501, 3_000)),
            ((1_001, 6_000), (32, 188)),
            ((5_001, 22_000), (2_501, 11_000)),
            ((5_001, 22_000), (313, 1_375)),
            ((3, 30_000), (2, 15_000)),
            ((3, 30_000), (1, 118)),
            ((1, 1_000_000), (1, 500_000)),
            ((1_000_000, 1), (3_907, 1)),
        ] {
            assert!(is_reduction(base, size), "{base:?} {size:?}");
        }
        for (base, size) in [
            ((46_000, 32_914), (46_000, 32_914)),
            ((46_000, 32_914), (1_280, 431)),
            ((46_000, 32_914), (431, 1_280)),
            ((46_000, 32_914), (50_000, 10)),
            ((22_000, 5_001), (5_001, 5_000)),
            ((1_001, 6_000), (1_001, 3_000)),
            ((10_000, 10_000), (400, 300)),
            ((1, 1_000_000), (1, 1_000_000)),
        ] {
            assert!(!is_reduction(base, size), "{base:?} {size:?}");
        }
    }

    #[test]
    fn every_halving_of_any_shape_is_one() {
        let sides: Vec<u32> = (1..130).chain([255, 256, 257, 999, 5_001, 32_914, 65_537, 999_999]).collect();
        for (base, up) in
            sides.iter().flat_map(|w| sides.iter().map(|h| (*w, *h))).flat_map(|b| [(b, true), (b, false)])
        {
            let half = |side: u32| if up { side.div_ceil(2) } else { (side / 2).max(1) };
            let mut size = base;
            while size != (1, 1) {
                size = (half(size.0), half(size.1));
                assert!(is_reduction(base, size), "{base:?} {size:?}");
            }
        }
    }
}
