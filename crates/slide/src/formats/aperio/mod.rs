//! Aperio SVS: a tiled TIFF whose description starts with `Aperio`.
//!
//! Directories: level 0; a thumbnail in strips; reduced levels in tiles; label and macro in strips, named in
//! the second line of their description. The description of level 0 is `Aperio ...`, a line about sizes, then
//! `|key = value` pairs: `MPP` micrometres per pixel, `AppMag` magnification.

use std::sync::Arc;

use super::{
    Format, Opened, Probe,
    tiff::{
        self,
        directory::{Directory, Tiff, tag},
        layout::Layout,
        level::TiffLevel,
        parts,
        picture::TiffPicture,
    },
};
use crate::{
    error::Result,
    info::{Associated, AssociatedKind, FormatId},
    level::{Picture, Tiles},
};

pub(super) const FORMAT: Format = Format { recognise, open, rows: tiff::rows };

fn recognise(probe: &Probe<'_>) -> Result<Option<FormatId>> {
    let Some((tiff, directories)) = &probe.tiff else { return Ok(None) };
    let ours = tiff.has(&directories[0], tag::TILE_WIDTH)
        && tiff.text(&directories[0], tag::IMAGE_DESCRIPTION)?.is_some_and(|text| text.starts_with("Aperio"));
    Ok(ours.then_some(FormatId::Svs))
}

fn open(probe: &Probe<'_>) -> Result<Opened> {
    let (tiff, directories) = parts(probe)?;
    let base = Layout::read(tiff, &directories[0], probe.limits)?;
    let size = (base.width, base.height);
    let mut info = tiff::info(tiff, &directories[0], &base)?;
    info.format = FormatId::Svs;
    let metadata = pairs(&tiff.text(&directories[0], tag::IMAGE_DESCRIPTION)?.unwrap_or_default());
    let value = |key: &str| metadata.iter().find(|(own, _)| own == key).and_then(|(_, value)| number(value));
    // The resolution tags of SVS files are those of a print, not of the scan.
    let mpp = value("MPP").filter(|mpp| (1e-4..1e4).contains(mpp));
    (info.physical_size_x, info.physical_size_y) = (mpp, mpp);
    info.magnification = value("AppMag").filter(|mag| (0.1..1e4).contains(mag)).map(|mag| mag.round() as i32);

    let mut levels: Vec<Arc<dyn Tiles>> = vec![Arc::new(TiffLevel::new(base, size)?)];
    let mut associated: Vec<(AssociatedKind, Arc<dyn Picture>)> = Vec::new();
    for (index, directory) in directories.iter().enumerate().skip(1) {
        let level = if tiff.has(directory, tag::TILE_WIDTH) {
            let layout = Layout::read(tiff, directory, probe.limits)?;
            tiff::is_reduction(size, (layout.width, layout.height)).then_some(layout)
        } else {
            None
        };
        if let Some(layout) = level {
            levels.push(Arc::new(TiffLevel::new(layout, size)?));
        } else if let Some(kind) = kind(tiff, directory, index)? {
            // A label that cannot be read is no reason to refuse the scan.
            if let Ok(layout) = Layout::read(tiff, directory, probe.limits) {
                info.associated.push(Associated { kind, width: layout.width, height: layout.height });
                associated.push((kind, Arc::new(TiffPicture::new(layout, probe.limits))));
            }
        }
    }
    levels.sort_by_key(|tiles| {
        let level = tiles.level();
        std::cmp::Reverse(u64::from(level.width) * u64::from(level.height))
    });
    Ok(Opened { info, levels, metadata, associated })
}

fn kind(tiff: &Tiff<'_>, directory: &Directory, index: usize) -> Result<Option<AssociatedKind>> {
    let description = tiff.text(directory, tag::IMAGE_DESCRIPTION)?.unwrap_or_default();
    let second = description.lines().nth(1).unwrap_or_default();
    Ok(if second.starts_with("label") {
        Some(AssociatedKind::Label)
    } else if second.starts_with("macro") {
        Some(AssociatedKind::Macro)
    } else if index == 1 {
        Some(AssociatedKind::Thumbnail)
    } else {
        None
    })
}

/// The header lines as `Header`, then the `|key = value` pairs.
fn pairs(description: &str) -> Vec<(String, String)> {
    let mut parts = description.split('|');
    let header = parts.next().unwrap_or_default().trim();
    let mut pairs = vec![("Header".to_owned(), header.to_owned())];
    pairs.extend(parts.filter_map(|part| {
        let (key, value) = part.split_once('=')?;
        Some((key.trim().to_owned(), value.trim().to_owned()))
    }));
    pairs
}

/// A number with a decimal point or, from scanners set to some European languages, a comma.
fn number(text: &str) -> Option<f64> {
    text.trim().replace(',', ".").parse().ok().filter(|value: &f64| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn description_becomes_pairs() {
        let pairs = pairs("Aperio Image Library v11\r\n46000x32914 Q=30|AppMag = 20|MPP = 0.4990|Note = a=b");
        assert_eq!(pairs[0], ("Header".into(), "Aperio Image Library v11\r\n46000x32914 Q=30".into()));
        assert_eq!(
            pairs[1..].iter().map(|(k, v)| format!("{k}:{v}")).collect::<Vec<_>>(),
            ["AppMag:20", "MPP:0.4990", "Note:a=b"]
        );
        assert_eq!(number("0,2520"), Some(0.252));
        assert_eq!(number("NaN"), None);
    }
}
