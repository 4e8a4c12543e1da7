//! Small TIFF files made here: compressions, colours, missing tiles, colour markers, further levels.
#![allow(clippy::unwrap_used)] // helpers of tests are tests

mod support;

use std::{io::Write, sync::Arc};

use cytomine_slide::{
    Area, FormatId, Limits, Output, Pixels, RecipeKind, Region, Slide, SlideError,
    codec::{
        Channels, Raster,
        jpeg::{Subsampling, backend},
    },
};
use support::{Page, decode, tiff};

fn open(file: Vec<u8>) -> Slide {
    Slide::open(Arc::new(file), &Limits::default()).unwrap()
}

fn refuse(file: Vec<u8>) -> SlideError {
    Slide::open(Arc::new(file), &Limits::default()).unwrap_err()
}

fn page(size: (u32, u32), chunks: Vec<Vec<u8>>) -> Page {
    Page {
        size,
        tile: Some((16, 16)),
        compression: 1,
        photometric: 2,
        samples: (3, 8),
        chunks,
        more: Vec::new(),
    }
}

/// A 16 x 16 tile of distinct values.
fn gradient() -> Vec<u8> {
    (0..16_u8).flat_map(|y| (0..16_u8).flat_map(move |x| [x * 16, y * 16, 100])).collect()
}

fn native(slide: &Slide) -> Pixels {
    let plan = slide.plan(&Area::Native { level: 0, tx: 0, ty: 0 }.into(), Output::Png).unwrap();
    plan.pixels(&slide.fetch(&plan).unwrap()).unwrap()
}

#[test]
fn lossless_compressions_give_the_same_tile() {
    let mut predicted = gradient();
    for row in predicted.chunks_exact_mut(48) {
        (3..48).rev().for_each(|at| row[at] = row[at].wrapping_sub(row[at - 3]));
    }
    let deflate = |data: &[u8]| {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    };
    let lzw = |data: &[u8]| {
        weezl::encode::Configuration::with_tiff_size_switch(weezl::BitOrder::Msb, 8)
            .build()
            .encode(data)
            .unwrap()
    };
    for (compression, stored, predictor) in [
        (1, gradient(), 1_u16),
        (5, lzw(&gradient()), 1),
        (5, lzw(&predicted), 2),
        (8, deflate(&gradient()), 1),
        (32946, deflate(&predicted), 2),
    ] {
        let more = vec![(317, 3, predictor.to_le_bytes().to_vec())];
        let slide = open(tiff(&[Page { compression, more, ..page((16, 16), vec![stored]) }]));
        assert_eq!(slide.info().format, FormatId::PyrTiff);
        assert_eq!(native(&slide).data(), gradient(), "compression {compression}, predictor {predictor}");
        let plan = slide.plan(&Area::Native { level: 0, tx: 0, ty: 0 }.into(), Output::JPEG).unwrap();
        assert_eq!(plan.kind(), RecipeKind::Decode);
    }
}

#[test]
fn grey_palette_and_alpha_become_rgb() {
    let ramp: Vec<u8> = (0..=255).collect();
    let slide = open(tiff(&[Page { photometric: 0, samples: (1, 8), ..page((16, 16), vec![ramp.clone()]) }]));
    assert_eq!(slide.info().pixel.channels, 1);
    assert_eq!(native(&slide).get(3, 0), Some([252; 3]), "white is zero");
    let map: Vec<u8> =
        (0..768_u32).flat_map(|i| (((i % 256) * 257 * (i / 256 + 1) / 3) as u16).to_le_bytes()).collect();
    let more = vec![(320, 3, map)];
    let slide = open(tiff(&[Page { photometric: 3, samples: (1, 8), more, ..page((16, 16), vec![ramp]) }]));
    assert_eq!(native(&slide).get(15, 15), Some([85, 170, 255]));
    let more = vec![(338, 3, 2_u16.to_le_bytes().to_vec())];
    let half = [0, 255, 0, 128].repeat(256);
    let slide = open(tiff(&[Page { samples: (4, 8), more, ..page((16, 16), vec![half]) }]));
    assert_eq!(native(&slide).get(0, 0), Some([127, 255, 127]), "drawn over white");
}

#[test]
fn missing_tiles_come_from_the_finer_level_or_are_white() {
    let flat = |value: u8| vec![value; 768];
    let levels =
        [page((32, 32), vec![flat(10), flat(20), flat(30), Vec::new()]), page((16, 16), vec![Vec::new()])];
    let slide = open(tiff(&levels));
    assert_eq!(slide.levels().len(), 2);
    let plan = slide.plan(&Area::Native { level: 1, tx: 0, ty: 0 }.into(), Output::JPEG).unwrap();
    let rebuilt = plan.pixels(&slide.fetch(&plan).unwrap()).unwrap();
    assert_eq!((rebuilt.width(), rebuilt.height()), (16, 16));
    let corners = [(0, 0), (15, 0), (0, 15), (15, 15)].map(|(x, y)| rebuilt.get(x, y).unwrap()[0]);
    assert_eq!(corners, [10, 20, 30, 255]);
    let white = slide.render(&Area::Native { level: 0, tx: 1, ty: 1 }.into(), Output::JPEG).unwrap();
    assert_eq!(decode(&white).get(8, 8), Some([255; 3]));
}

/// A JPEG tile whose components are R, G, B, as scanners store them: no colour marker, or the wrong one.
fn rgb_jpeg(marker: &[u8]) -> Vec<u8> {
    // Read as YCbCr this would be 197, 174, 166.
    let raster = [180, 120, 140].repeat(256);
    let mut wanted = Vec::new();
    for pixel in raster.chunks_exact(3) {
        // Y, Cb, Cr of the pixel to encode are to be its R, G, B: invert the transform of the encoder.
        let (y, cb, cr) = (f64::from(pixel[0]), f64::from(pixel[1]) - 128.0, f64::from(pixel[2]) - 128.0);
        wanted.extend([y + 1.402 * cr, y - 0.344 * cb - 0.714 * cr, y + 1.772 * cb].map(|v| v.round() as u8));
    }
    let raster = Raster::new(16, 16, Channels::Rgb, &wanted).unwrap();
    let jpeg = backend().encode(raster, 98, Subsampling::None).unwrap();
    // Take out the encoder's JFIF marker and put the wanted one.
    assert_eq!(&jpeg[2..4], [0xFF, 0xE0]);
    let jfif = 4 + usize::from(u16::from_be_bytes([jpeg[4], jpeg[5]]));
    [&jpeg[..2], marker, &jpeg[jfif..]].concat()
}

#[test]
fn rgb_components_are_shown_as_rgb_whatever_their_markers_say() {
    const JFIF: &[u8] = b"\xFF\xE0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0";
    const ADOBE_YCC: &[u8] = b"\xFF\xEE\0\x0EAdobe\0\x64\0\0\0\0\x01";
    for (name, marker) in
        [("none", &b""[..]), ("JFIF", JFIF), ("Adobe", ADOBE_YCC), ("both", &[JFIF, ADOBE_YCC].concat())]
    {
        let stored = rgb_jpeg(marker);
        let slide = open(tiff(&[Page { compression: 7, ..page((16, 16), vec![stored.clone()]) }]));
        let tile = slide.render(&Area::Native { level: 0, tx: 0, ty: 0 }.into(), Output::JPEG).unwrap();
        let [r, g, b] = decode(&tile).get(8, 8).unwrap();
        let near = |value: u8, wanted: u8| value.abs_diff(wanted) <= 4;
        assert!(near(r, 180) && near(g, 120) && near(b, 140), "{name}: {r} {g} {b}");
        assert!(!tile.bytes.windows(4).any(|w| w == b"JFIF"), "{name}: a JFIF marker would mean YCbCr");
        if marker.is_empty() {
            assert!(tile.bytes.ends_with(&stored[2..]), "stored bytes are unchanged");
        }
    }
}

#[test]
fn ycbcr_components_are_shown_as_such() {
    const ADOBE_RGB: &[u8] = b"\xFF\xEE\0\x0EAdobe\0\x64\0\0\0\0\0";
    let raster = [200, 80, 30].repeat(256);
    let jpeg = backend()
        .encode(Raster::new(16, 16, Channels::Rgb, &raster).unwrap(), 98, Subsampling::Both)
        .unwrap();
    let jfif = 4 + usize::from(u16::from_be_bytes([jpeg[4], jpeg[5]]));
    for stored in [jpeg.clone(), [&jpeg[..2], ADOBE_RGB, &jpeg[jfif..]].concat()] {
        let slide = open(tiff(&[Page { compression: 7, photometric: 6, ..page((16, 16), vec![stored]) }]));
        let tile = slide.render(&Area::Native { level: 0, tx: 0, ty: 0 }.into(), Output::JPEG).unwrap();
        let [r, g, b] = decode(&tile).get(8, 8).unwrap();
        assert!(r.abs_diff(200) <= 4 && g.abs_diff(80) <= 4 && b.abs_diff(30) <= 4, "{r} {g} {b}");
    }
}

#[test]
fn a_level_one_pixel_off_is_a_tier_and_passes_through() {
    let jpeg = |value: u8| {
        let raster = vec![value; 256 * 256 * 3];
        backend()
            .encode(Raster::new(256, 256, Channels::Rgb, &raster).unwrap(), 90, Subsampling::Both)
            .unwrap()
    };
    let level = |size: (u32, u32), first: u8| {
        let tiles = size.0.div_ceil(256) * size.1.div_ceil(256);
        Page {
            tile: Some((256, 256)),
            compression: 7,
            photometric: 6,
            ..page(size, (0..tiles).map(|i| jpeg(first + i as u8)).collect())
        }
    };
    // 1201 halves to 601 by ceiling; Aperio writes 600.
    let slide = open(tiff(&[level((1201, 1201), 10), level((600, 600), 100)]));
    assert_eq!(slide.levels()[1].downsample, 2.0);
    let zoom = slide.tiers()[1].zoom;
    let plan = slide.plan(&Area::Normalized { zoom, tx: 1, ty: 1 }.into(), Output::JPEG).unwrap();
    assert_eq!(plan.kind(), RecipeKind::PassThrough);
    let edge = slide.plan(&Area::Normalized { zoom, tx: 2, ty: 2 }.into(), Output::JPEG).unwrap();
    assert_ne!(edge.kind(), RecipeKind::PassThrough);
    let edge = edge.pixels(&slide.fetch(&edge).unwrap()).unwrap();
    assert_eq!((edge.width(), edge.height()), (601 - 512, 601 - 512), "clipped to the tier");
    assert!(edge.get(88, 88).unwrap()[0].abs_diff(108) <= 1, "the last pixel repeats");
    let off = slide.render(&Area::Native { level: 1, tx: 2, ty: 2 }.into(), Output::JPEG).unwrap();
    assert_eq!(decode(&off).width(), 256, "native tiles are padded as stored");
}

#[test]
fn variants_that_are_not_read_are_named() {
    for (page, word) in [
        (Page { compression: 33003, ..page((16, 16), vec![gradient()]) }, "JPEG 2000"),
        (Page { compression: 6, ..page((16, 16), vec![gradient()]) }, "old-style"),
        (Page { photometric: 8, ..page((16, 16), vec![gradient()]) }, "L*a*b*"),
        (
            Page { more: vec![(339, 3, [3, 0].repeat(3))], ..page((16, 16), vec![gradient()]) },
            "floating point",
        ),
        (
            Page { more: vec![(284, 3, vec![2, 0])], ..page((16, 16), vec![vec![0; 256]; 3]) },
            "separate planes",
        ),
        (
            Page {
                more: vec![(270, 2, b"<OME xmlns=\"x\"/>\0".to_vec())],
                ..page((16, 16), vec![gradient()])
            },
            "OME",
        ),
        (Page { samples: (3, 64), ..page((16, 16), vec![gradient()]) }, "64 bits"),
    ] {
        let error = refuse(tiff(&[page]));
        assert!(matches!(&error, SlideError::Unsupported { what, .. } if what.contains(word)), "{error}");
    }
}

#[test]
fn a_pyramid_without_overview_is_to_be_converted() {
    let tile = vec![200; 4096 * 16 * 3];
    let wide = Page { tile: Some((4096, 16)), ..page((4112, 16), vec![tile.clone(), tile]) };
    let slide = open(tiff(&[wide]));
    assert!(slide.info().needs_conversion && slide.levels().is_empty());
    let error = slide.render(&Area::Native { level: 0, tx: 0, ty: 0 }.into(), Output::JPEG).unwrap_err();
    assert!(error.to_string().contains("convert"), "{error}");
}

#[test]
fn plans_check_what_they_are_handed() {
    let slide = open(tiff(&[page((16, 16), vec![gradient()])]));
    let plan = slide.plan(&Area::Region(Region::new(0, 0, 16, 16, 8, 8)).into(), Output::Png).unwrap();
    let none: [&[u8]; 0] = [];
    assert!(matches!(plan.finish(&none), Err(SlideError::InvalidRequest { .. })));
    assert!(matches!(plan.finish(&[&[0_u8; 5][..]]), Err(SlideError::InvalidRequest { .. })));
}
