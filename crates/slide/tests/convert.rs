//! Conversions: pixels, orientation, the grid of the result, memory by rows.
#![allow(clippy::unwrap_used)] // helpers of tests are tests

mod support;

use std::{fs, io::Cursor, path::Path, sync::Arc};

use cytomine_slide::{
    Area, FormatId, Limits, Output, Parts, Pixels, RecipeKind, Region, Slide, SlideError, convert,
};
use proptest::prelude::*;
use support::{Page, psnr, tiff};

/// Soft waves: a picture that JPEG keeps well.
fn picture(width: u32, height: u32) -> Pixels {
    let mut pixels = Pixels::filled(width, height, [0; 3]);
    for (i, pixel) in pixels.data_mut().chunks_exact_mut(3).enumerate() {
        let (x, y) = ((i as u32 % width) as f64, (i as u32 / width) as f64);
        let wave = |fx: f64, fy: f64| (127.5 + 120.0 * (x * fx + y * fy).sin()) as u8;
        pixel.copy_from_slice(&[wave(0.01, 0.003), wave(0.004, 0.013), wave(0.007, -0.006)]);
    }
    pixels
}

fn converted(bytes: &[u8]) -> (Slide, cytomine_slide::ConversionReport) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("source");
    fs::write(&path, bytes).unwrap();
    let mut target = Cursor::new(Vec::new());
    let report = convert(&Parts::file(&path).unwrap(), &mut target, &Limits::default(), &mut ()).unwrap();
    assert_eq!(report.bytes, target.get_ref().len() as u64);
    (Slide::open(Arc::new(target.into_inner()), &Limits::default()).unwrap(), report)
}

fn whole(slide: &Slide) -> Pixels {
    let (width, height) = (slide.info().width, slide.info().height);
    slide.pixels(Region::new(0, 0, width, height, width, height)).unwrap()
}

fn likeness(slide: &Slide, picture: &Pixels) -> f64 {
    assert_eq!((slide.info().width, slide.info().height), (picture.width(), picture.height()));
    let reference: Vec<f64> = picture.data().iter().map(|sample| f64::from(*sample)).collect();
    psnr(whole(slide).data(), &reference)
}

#[test]
fn png_becomes_a_pyramid_whose_inner_tiles_pass_through() {
    let picture = picture(1301, 777);
    let (slide, report) = converted(&picture.encode(Output::Png).unwrap().bytes);
    assert_eq!((report.source, report.target), (FormatId::Png, FormatId::PyrTiff));
    let sizes: Vec<_> = slide.levels().iter().map(|l| (l.width, l.height, l.downsample)).collect();
    assert_eq!(sizes, [(1301, 777, 1.0), (651, 389, 2.0), (326, 195, 4.0), (163, 98, 8.0)]);
    assert_eq!((report.levels, report.tiles), (4, 24 + 6 + 2 + 1));
    assert!(likeness(&slide, &picture) > 40.0, "{}", likeness(&slide, &picture));
    for (tier, level) in slide.tiers().iter().zip(slide.levels()) {
        assert_eq!((tier.width, tier.height), (level.width, level.height), "every tier is stored");
        for ty in 0..tier.rows {
            for tx in 0..tier.columns {
                let request = Area::Normalized { zoom: tier.zoom, tx, ty };
                let plan = slide.plan(&request.into(), Output::JPEG).unwrap();
                let inner = (tx + 1) * 256 <= tier.width && (ty + 1) * 256 <= tier.height;
                assert_eq!(plan.kind() == RecipeKind::PassThrough, inner, "{request:?}");
            }
        }
    }
    let coarse = slide.pixels(Region::new(0, 0, 1300, 776, 325, 194)).unwrap();
    let reference = support::box_filter(&picture, 0, 0, 325, 194, 4.0);
    assert!(psnr(coarse.data(), &reference) > 38.0, "{}", psnr(coarse.data(), &reference));
}

/// Every tier is stored, every tile comes, and what is shown is what was there.
fn assert_whole(width: u32, height: u32) {
    let picture = picture(width, height);
    let (slide, report) = converted(&picture.encode(Output::Png).unwrap().bytes);
    assert!(!slide.info().needs_conversion, "{width} x {height}");
    let (tiers, levels) = (slide.tiers(), slide.levels());
    assert_eq!((tiers.len(), report.levels as usize), (levels.len(), levels.len()), "{width} x {height}");
    for (k, (tier, level)) in tiers.iter().zip(levels).enumerate() {
        assert_eq!((tier.width, tier.height), (level.width, level.height));
        assert_eq!(level.scale, (f64::from(1 << k), f64::from(1 << k)), "{width} x {height}");
        for (tx, ty) in [(0, 0), (tier.columns - 1, tier.rows - 1), (tier.columns / 2, tier.rows / 2)] {
            slide.render(&Area::Normalized { zoom: tier.zoom, tx, ty }.into(), Output::JPEG).unwrap();
        }
    }
    let (mut seen, mut expected) = (Vec::new(), Vec::new());
    for (left, top) in
        [(0, 0), (width.saturating_sub(40), height.saturating_sub(40)), (width / 2, height / 2)]
    {
        let (w, h) = ((width - left).min(40), (height - top).min(40));
        seen.extend_from_slice(slide.pixels(Region::new(left, top, w, h, w, h)).unwrap().data());
        for y in top..top + h {
            let start = (y as usize * width as usize + left as usize) * 3;
            expected
                .extend(picture.data()[start..start + w as usize * 3].iter().map(|byte| f64::from(*byte)));
        }
    }
    assert!(psnr(&seen, &expected) > 33.0, "{width} x {height}: {}", psnr(&seen, &expected));
}

#[test]
fn pictures_of_any_shape_become_whole_pyramids() {
    for (width, height) in [
        (1, 1),
        (1, 257),
        (257, 1),
        (2, 513),
        (1_001, 6_000),
        (6_000, 1_001),
        (101, 9_999),
        (3, 30_000),
        (30_000, 3),
        (1, 1_000_000),
        (1_000_000, 1),
    ] {
        assert_whole(width, height);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn pictures_of_chance_shapes_become_whole_pyramids(long in 1_u32..60_000, short in 1_u32..1_500, tall: bool) {
        let short = short.min(1_500_000 / long).max(1);
        let (width, height) = if tall { (short, long) } else { (long, short) };
        assert_whole(width, height);
    }
}

#[test]
fn the_result_is_a_tiff_others_read() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("source.png");
    fs::write(&path, picture(600, 300).encode(Output::Png).unwrap().bytes).unwrap();
    let mut target = Cursor::new(Vec::new());
    convert(&Parts::file(&path).unwrap(), &mut target, &Limits::default(), &mut ()).unwrap();
    target.set_position(0);
    let mut decoder = tiff::decoder::Decoder::new(target).unwrap();
    assert_eq!(decoder.dimensions().unwrap(), (600, 300));
    assert_eq!(decoder.tile_count().unwrap(), 6);
    decoder.next_image().unwrap();
    assert_eq!(decoder.dimensions().unwrap(), (300, 150));
    decoder.next_image().unwrap();
    assert!(!decoder.more_images());
}

#[test]
fn jpeg_orientation_is_applied() {
    let upright = picture(300, 200);
    // Stored turned by a quarter: the viewer has to turn it clockwise (orientation 6).
    let mut stored = Pixels::filled(200, 300, [0; 3]);
    for y in 0..300 {
        for x in 0..200 {
            let pixel = upright.get(299 - y, x).unwrap();
            stored.data_mut()[((y * 200 + x) * 3) as usize..][..3].copy_from_slice(&pixel);
        }
    }
    let jpeg = stored.encode(Output::Jpeg { quality: Some(98) }).unwrap().bytes;
    let exif = b"\xFF\xE1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let (slide, report) = converted(&[&jpeg[..2], exif, &jpeg[2..]].concat());
    assert!(likeness(&slide, &upright) > 38.0, "{}", likeness(&slide, &upright));
    assert_eq!(report.notes, ["the stored orientation was applied"]);
}

#[test]
fn strips_planes_and_grey_are_read() {
    let picture = picture(300, 200);
    let strip = |samples, photometric, chunks, more| {
        tiff(&[Page { size: (300, 200), tile: None, compression: 1, photometric, samples, chunks, more }])
    };
    let (slide, report) = converted(&strip((3, 8), 2, vec![picture.data().to_vec()], Vec::new()));
    assert_eq!(report.source, FormatId::PlanarTiff);
    assert!(likeness(&slide, &picture) > 40.0);
    let plane = |c: usize| picture.data().chunks_exact(3).map(|p| p[c]).collect::<Vec<u8>>();
    let planes = vec![plane(0), plane(1), plane(2)];
    let (slide, _) = converted(&strip((3, 8), 2, planes, vec![(284, 3, vec![2, 0])]));
    assert!(likeness(&slide, &picture) > 40.0, "separate planes");
    let sixteen = plane(0).iter().flat_map(|&v| (u16::from(v) * 257).to_le_bytes()).collect();
    let (slide, report) = converted(&strip((1, 16), 1, vec![sixteen], Vec::new()));
    assert_eq!((slide.info().pixel.channels, slide.info().samples_per_pixel), (1, 1), "grey stays grey");
    assert_eq!(report.notes, ["16 bits per sample were scaled to 8"]);
    let mut grey = picture.clone();
    grey.data_mut().chunks_exact_mut(3).for_each(|p| p.fill(p[0]));
    assert!(likeness(&slide, &grey) > 40.0);
    let tile = slide.render(&Area::Native { level: 0, tx: 0, ty: 0 }.into(), Output::JPEG).unwrap();
    assert_eq!(support::decode(&tile).width(), 256);
}

#[test]
fn a_conversion_can_be_watched_and_cancelled() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("source");
    fs::write(&path, picture(100, 700).encode(Output::Png).unwrap().bytes).unwrap();
    let mut seen = Vec::new();
    let mut watch = |done: u64, total: u64| {
        seen.push((done, total));
        true
    };
    convert(&Parts::file(&path).unwrap(), &mut Cursor::new(Vec::new()), &Limits::default(), &mut watch)
        .unwrap();
    assert_eq!(seen, [(256, 700), (512, 700), (700, 700)]);
    let mut stop = |_: u64, _: u64| false;
    let error =
        convert(&Parts::file(&path).unwrap(), &mut Cursor::new(Vec::new()), &Limits::default(), &mut stop)
            .unwrap_err();
    assert!(matches!(error, SlideError::Cancelled));
}

#[test]
fn claims_of_size_are_checked_before_memory_is_taken() {
    // A JPEG header of 60,000 x 60,000 pixels without tables, which cannot be decoded by bands.
    let frame = [0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8, 0xEA, 0x60, 0xEA, 0x60, 1, 1, 0x11, 0, 0xFF, 0xDA, 0, 2];
    let error =
        Slide::open(Arc::new([&frame[..], &vec![0; 1 << 20]].concat()), &Limits::default()).unwrap_err();
    assert!(matches!(error, SlideError::TooLarge { .. }), "{error}");
    let frame = [0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8, 0x27, 0x10, 0x27, 0x10, 1, 1, 0x11, 0, 0xFF, 0xDA, 0, 2];
    let error = Slide::open(Arc::new([&frame[..], &[0; 180]].concat()), &Limits::default()).unwrap_err();
    assert!(matches!(error, SlideError::Damaged { .. }), "{error}");
    let error = Slide::open(Arc::new(interlaced_png(11_000, 11_000)), &Limits::default()).unwrap_err();
    assert!(matches!(error, SlideError::TooLarge { .. }), "{error}");
    assert!(error.to_string().contains("without interlacing"), "{error}");
    assert!(matches!(Parts::file(Path::new("does/not/exist")), Err(SlideError::Io { .. })));
}

/// The beginning of an interlaced RGB image.
fn interlaced_png(width: u32, height: u32) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 1]].concat();
    for (kind, body) in [(b"IHDR", &header[..]), (b"IDAT", b"\x78\x9C"), (b"IEND", b"")] {
        let mut crc = flate2::Crc::new();
        crc.update(kind);
        crc.update(body);
        png.extend((body.len() as u32).to_be_bytes());
        png.extend([kind, body].concat());
        png.extend(crc.sum().to_be_bytes());
    }
    png
}

#[test]
fn damaged_png_is_refused_in_words() {
    let good = interlaced_png(20, 20);
    let text = |bytes: Vec<u8>| {
        Slide::open(Arc::new(bytes), &Limits::default())
            .map(|slide| slide.info().width)
            .unwrap_err()
            .to_string()
    };
    let mut other = good.clone();
    other[12..16].copy_from_slice(b"\xF4\xAC\x81\xE1");
    let mut sum = good.clone();
    sum[30] ^= 1;
    let mut header = good.clone();
    header[8..12].copy_from_slice(&[0, 0, 0, 200]);
    for (told, part) in [
        (text(other), "header"),
        (text(sum), "checksum"),
        (text(header), "damaged"),
        (text(good[..20].to_vec()), "ends inside"),
        (text([&good[..8], &[0xA5; 300]].concat()), "damaged"),
    ] {
        assert!(told.contains(part) && !told.contains('{') && !told.contains("ChunkType"), "{told}");
    }
}
