//! Slides of the tests, references that do not use the code under test, and a writer of tiny TIFF files.
#![allow(dead_code)] // each test uses a part
#![allow(clippy::unwrap_used, clippy::print_stdout)] // helpers of tests are tests

use std::path::PathBuf;

use cytomine_slide::{
    Area, Encoded, Limits, Output, Pixels, Slide,
    codec::{Channels, jpeg::backend},
};

/// The project's own test slide.
pub(crate) fn cmu_path() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/CMU-1-Small-Region.svs"))
}

/// Opens it.
pub(crate) fn cmu() -> Slide {
    Slide::open_path(&cmu_path(), &Limits::default()).unwrap()
}

/// A folder of slides that not every checkout has; says so when it is absent.
pub(crate) fn shared(folder: &str) -> Option<PathBuf> {
    let root = std::env::var_os("CYTOMINE_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let path = root.join("slides").join(folder);
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: no folder `{folder}` of shared slides (set CYTOMINE_SHARED)");
    None
}

/// Decodes a JPEG to RGB.
pub(crate) fn decode(encoded: &Encoded) -> Pixels {
    assert_eq!(encoded.media_type, "image/jpeg");
    let mut rgb = Vec::new();
    let size = backend().decode(&encoded.bytes, Channels::Rgb, &mut rgb).unwrap();
    Pixels::from_rgb(size.width, size.height, rgb).unwrap()
}

/// A whole level from its stored tiles, each decoded on its own and cut to the level's size.
pub(crate) fn assemble(slide: &Slide, level: u32) -> Pixels {
    let size = slide.levels()[level as usize];
    let mut whole = Pixels::filled(size.width, size.height, [0; 3]);
    for ty in 0..size.rows {
        for tx in 0..size.columns {
            let tile = decode(&slide.render(&Area::Native { level, tx, ty }.into(), Output::JPEG).unwrap());
            for y in 0..tile.height().min(size.height - ty * size.tile_height) {
                for x in 0..tile.width().min(size.width - tx * size.tile_width) {
                    let (gx, gy) = (tx * size.tile_width + x, ty * size.tile_height + y);
                    let at = (gy as usize * size.width as usize + gx as usize) * 3;
                    whole.data_mut()[at..at + 3].copy_from_slice(&tile.get(x, y).unwrap());
                }
            }
        }
    }
    whole
}

/// The box filter by its definition in `f64`: pixel `(x, y)` of the result is the mean of the square of
/// `step` pixels at `(left + x, top + y) * step`, cut at the border.
pub(crate) fn box_filter(
    source: &Pixels,
    left: u32,
    top: u32,
    width: u32,
    height: u32,
    step: f64,
) -> Vec<f64> {
    let mut out = Vec::with_capacity((width * height * 3) as usize);
    let stretch = |index: u32, size: u32| {
        let start = f64::from(index) * step;
        (start, (start + step).min(f64::from(size)))
    };
    for y in top..top + height {
        let (y0, y1) = stretch(y, source.height());
        for x in left..left + width {
            let (x0, x1) = stretch(x, source.width());
            let mut sum = [0.0; 3];
            for sy in y0.floor() as u32..y1.ceil() as u32 {
                let wy = y1.min(f64::from(sy) + 1.0) - y0.max(f64::from(sy));
                for sx in x0.floor() as u32..x1.ceil() as u32 {
                    let weight = wy * (x1.min(f64::from(sx) + 1.0) - x0.max(f64::from(sx)));
                    let pixel = source.get(sx, sy).unwrap();
                    (0..3).for_each(|c| sum[c] += weight * f64::from(pixel[c]));
                }
            }
            out.extend(sum.map(|sum| sum / ((x1 - x0) * (y1 - y0))));
        }
    }
    out
}

/// Peak signal to noise ratio in dB.
pub(crate) fn psnr(pixels: &[u8], reference: &[f64]) -> f64 {
    assert_eq!(pixels.len(), reference.len());
    let error: f64 = pixels.iter().zip(reference).map(|(a, b)| (f64::from(*a) - b).powi(2)).sum();
    10.0 * (255.0_f64.powi(2) * pixels.len() as f64 / error).log10()
}

/// One directory of a TIFF to write.
pub(crate) struct Page {
    /// Width and height in pixels.
    pub(crate) size: (u32, u32),
    /// Width and height of a tile; `None` for one strip.
    pub(crate) tile: Option<(u32, u32)>,
    /// Compression.
    pub(crate) compression: u32,
    /// Photometric interpretation.
    pub(crate) photometric: u32,
    /// Samples per pixel, and bits of each.
    pub(crate) samples: (u32, u32),
    /// Stored bytes of each tile or strip; empty for a missing one.
    pub(crate) chunks: Vec<Vec<u8>>,
    /// Further tags: number, type (3 SHORT, 4 LONG, 2 ASCII, 7 bytes), values as bytes.
    pub(crate) more: Vec<(u16, u16, Vec<u8>)>,
}

/// A classic little endian TIFF of the pages.
pub(crate) fn tiff(pages: &[Page]) -> Vec<u8> {
    let mut file = vec![b'I', b'I', 42, 0, 0, 0, 0, 0];
    let mut link = 4;
    for page in pages {
        let mut offsets = Vec::new();
        let mut counts = Vec::new();
        for chunk in &page.chunks {
            offsets.extend(if chunk.is_empty() { 0 } else { file.len() as u32 }.to_le_bytes());
            counts.extend((chunk.len() as u32).to_le_bytes());
            file.extend(chunk);
        }
        let long = |value: u32| (4, value.to_le_bytes().to_vec());
        let mut tags = vec![
            (256, long(page.size.0)),
            (257, long(page.size.1)),
            (258, (3, (page.samples.1 as u16).to_le_bytes().repeat(page.samples.0 as usize))),
            (259, long(page.compression)),
            (262, long(page.photometric)),
            (277, long(page.samples.0)),
        ];
        if let Some((width, height)) = page.tile {
            tags.extend([(322, long(width)), (323, long(height)), (324, (4, offsets)), (325, (4, counts))]);
        } else {
            tags.extend([(273, (4, offsets)), (278, long(page.size.1)), (279, (4, counts))]);
        }
        tags.extend(page.more.iter().map(|(tag, kind, bytes)| (*tag, (*kind, bytes.clone()))));
        tags.sort_by_key(|(tag, _)| *tag);
        let mut directory = (tags.len() as u16).to_le_bytes().to_vec();
        for (tag, (kind, value)) in tags {
            let size = match kind {
                3 => 2,
                4 => 4,
                _ => 1,
            };
            directory.extend(tag.to_le_bytes());
            directory.extend(kind.to_le_bytes());
            directory.extend((value.len() as u32 / size).to_le_bytes());
            if value.len() <= 4 {
                directory.extend(value.iter().copied().chain([0; 4]).take(4));
            } else {
                directory.extend((file.len() as u32).to_le_bytes());
                file.extend(value);
            }
        }
        directory.extend([0; 4]);
        let start = (file.len() as u32).to_le_bytes();
        file[link..link + 4].copy_from_slice(&start);
        link = file.len() + directory.len() - 4;
        file.extend(directory);
    }
    file
}
