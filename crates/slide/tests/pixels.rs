//! Pixels on a real slide: stored bytes are handed out unchanged, made tiles match the box filter.
#![allow(clippy::unwrap_used)] // helpers of tests are tests

mod support;

use std::fs::File;

use cytomine_slide::{
    Area, AssociatedKind, ColorSpace, FormatId, Limits, Output, Piece, RecipeKind, Region, Slide, SlideError,
    recognise,
};
use support::{assemble, box_filter, cmu, cmu_path, decode, psnr};
use tiff::tags::Tag;

const APP14: [u8; 16] = [0xFF, 0xEE, 0, 14, b'A', b'd', b'o', b'b', b'e', 0, 100, 0x80, 0, 0, 0, 0];

#[test]
fn facts_of_the_slide() {
    assert_eq!(recognise(&cmu_path()).unwrap(), FormatId::Svs);
    let slide = cmu();
    let info = slide.info();
    assert_eq!((info.format, info.width, info.height), (FormatId::Svs, 2220, 2967));
    assert_eq!((info.pixel.channels, info.samples_per_pixel, info.bits_per_sample), (3, 3, 8));
    assert_eq!((info.physical_size_x, info.physical_size_y), (Some(0.499), Some(0.499)));
    assert_eq!((info.magnification, info.colorspace), (Some(20), ColorSpace::Rgb));
    assert!(!info.needs_conversion);
    let associated: Vec<_> = info.associated.iter().map(|a| (a.kind.as_str(), a.width, a.height)).collect();
    assert_eq!(associated, [("thumb", 574, 768), ("label", 387, 463), ("macro", 1280, 431)]);
    let level = slide.levels()[0];
    assert_eq!((slide.levels().len(), level.columns, level.rows, level.tile_width), (1, 10, 13, 240));
    let tiers: Vec<_> =
        slide.tiers().iter().map(|t| (t.zoom, t.width, t.height, t.columns, t.rows)).collect();
    assert_eq!(
        tiers,
        [
            (4, 2220, 2967, 9, 12),
            (3, 1110, 1484, 5, 6),
            (2, 555, 742, 3, 3),
            (1, 278, 371, 2, 2),
            (0, 139, 186, 1, 1),
        ]
    );
    assert_eq!(slide.dzi_max_level(), 12);
    assert_eq!(slide.content_id().len(), 16);
    assert!(slide.metadata().iter().any(|(key, value)| key == "AppMag" && value == "20"));
}

/// Offsets, tables and stored bytes are read by the `tiff` crate, not by the code under test.
#[test]
fn every_native_tile_is_prefix_tables_and_stored_bytes() {
    let slide = cmu();
    let file = std::fs::read(cmu_path()).unwrap();
    let mut decoder = tiff::decoder::Decoder::new(File::open(cmu_path()).unwrap()).unwrap();
    let offsets = decoder.get_tag_u64_vec(Tag::TileOffsets).unwrap();
    let counts = decoder.get_tag_u64_vec(Tag::TileByteCounts).unwrap();
    let tables = decoder.get_tag_u8_vec(Tag::JPEGTables).unwrap();
    assert_eq!(decoder.get_tag_u32(Tag::PhotometricInterpretation).unwrap(), 2, "the slide is stored as RGB");
    let level = slide.levels()[0];
    assert_eq!(offsets.len() as u32, level.columns * level.rows);
    for (index, (offset, count)) in offsets.iter().zip(&counts).enumerate() {
        let (tx, ty) = (index as u32 % level.columns, index as u32 / level.columns);
        let plan = slide.plan(&Area::Native { level: 0, tx, ty }.into(), Output::JPEG).unwrap();
        assert_eq!(plan.kind(), RecipeKind::PassThrough);
        assert_eq!(plan.pieces(), [Piece::new(0, *offset, *count)]);
        let stored = &file[*offset as usize..(offset + count) as usize];
        let expected = [&[0xFF, 0xD8], &APP14[..], &tables[2..tables.len() - 2], &stored[2..]].concat();
        assert_eq!(plan.finish(&[stored]).unwrap().bytes, expected, "tile {tx}, {ty}");
    }
}

#[test]
fn colours_are_those_of_stained_tissue() {
    // Decoded as YCbCr, the same bytes would be green and violet.
    let pixels = cmu().pixels(Region::new(0, 0, 2220, 2967, 1, 1)).unwrap();
    let [red, green, blue] = pixels.get(0, 0).unwrap();
    assert!(red > 180 && blue > 180 && green > 150 && green < red, "{red} {green} {blue}");
}

/// Before encoding at least 45 dB against the box filter in `f64`; after it a mean of at least 34 dB.
#[test]
fn made_tiles_match_the_box_filter() {
    let slide = cmu();
    let level = assemble(&slide, 0);
    let mut encoded = Vec::new();
    for (k, tier) in slide.tiers().iter().enumerate() {
        let step = f64::from(1_u32 << k);
        for ty in 0..tier.rows {
            for tx in 0..tier.columns {
                let request = Area::Normalized { zoom: tier.zoom, tx, ty };
                let plan = slide.plan(&request.into(), Output::JPEG).unwrap();
                let parts = slide.fetch(&plan).unwrap();
                let pixels = plan.pixels(&parts).unwrap();
                let (width, height) = (256.min(tier.width - tx * 256), 256.min(tier.height - ty * 256));
                assert_eq!((pixels.width(), pixels.height()), (width, height), "{request:?} is clipped");
                let reference = box_filter(&level, tx * 256, ty * 256, width, height, step);
                let raw = psnr(pixels.data(), &reference);
                assert!(raw >= 45.0, "{request:?}: {raw:.1} dB");
                encoded.push(psnr(decode(&plan.finish(&parts).unwrap()).data(), &reference));
                let png = slide.render(&request.into(), Output::Png).unwrap();
                assert!(png.bytes.starts_with(b"\x89PNG"));
            }
        }
    }
    let mean = encoded.iter().sum::<f64>() / encoded.len() as f64;
    println!("after encoding: mean {mean:.2} dB of {} tiles", encoded.len());
    assert!(mean >= 34.0, "{mean:.2} dB");
}

#[test]
fn deep_zoom_levels_are_the_same_tiles_and_end_in_one_pixel() {
    let slide = cmu();
    for (level, zoom) in [(12, 4), (11, 3), (8, 0)] {
        assert_eq!(
            slide.render(&Area::Dzi { level, col: 0, row: 0 }.into(), Output::Png).unwrap(),
            slide.render(&Area::Normalized { zoom, tx: 0, ty: 0 }.into(), Output::Png).unwrap(),
        );
    }
    let sizes: Vec<_> = (0..8)
        .map(|level| {
            let plan = slide.plan(&Area::Dzi { level, col: 0, row: 0 }.into(), Output::Png).unwrap();
            let pixels = plan.pixels(&slide.fetch(&plan).unwrap()).unwrap();
            (pixels.width(), pixels.height())
        })
        .collect();
    assert_eq!(sizes, [(1, 1), (2, 2), (3, 3), (5, 6), (9, 12), (18, 24), (35, 47), (70, 93)]);
}

#[test]
fn regions_at_full_size_are_the_stored_pixels() {
    let slide = cmu();
    let level = assemble(&slide, 0);
    let crop = slide.pixels(Region::new(233, 471, 300, 250, 300, 250)).unwrap();
    for (x, y) in [(0, 0), (6, 8), (7, 9), (299, 249), (150, 17)] {
        assert_eq!(crop.get(x, y), level.get(233 + x, 471 + y));
    }
    let enlarged = slide.pixels(Region::new(500, 500, 4, 4, 16, 16)).unwrap();
    assert_eq!(enlarged.get(9, 6), level.get(502, 501));
}

#[test]
fn thumbnails_of_odd_ratios_match_the_box_filter() {
    let slide = cmu();
    let level = assemble(&slide, 0);
    for side in [555, 512, 222, 100] {
        let thumb = slide.pixels(Region::new(0, 0, 2220, 2220, side, side)).unwrap();
        let reference = box_filter(&level, 0, 0, side, side, 2220.0 / f64::from(side));
        let raw = psnr(thumb.data(), &reference);
        assert!(raw >= 45.0, "{side}: {raw:.1} dB");
    }
}

#[test]
fn requests_outside_are_refused_with_what_there_is() {
    let slide = cmu();
    for request in [
        Area::Native { level: 1, tx: 0, ty: 0 },
        Area::Native { level: 0, tx: 10, ty: 0 },
        Area::Normalized { zoom: 5, tx: 0, ty: 0 },
        Area::Normalized { zoom: 4, tx: 0, ty: 12 },
        Area::Dzi { level: 13, col: 0, row: 0 },
        Area::Dzi { level: 0, col: 1, row: 0 },
        Area::Region(Region::new(2000, 0, 221, 10, 10, 10)),
        Area::Region(Region { x: -1.0, ..Region::new(0, 0, 10, 10, 10, 10) }),
    ] {
        let error = slide.render(&request.into(), Output::JPEG).unwrap_err();
        assert!(matches!(error, SlideError::OutOfBounds { .. }), "{request:?}: {error}");
    }
    for (request, output) in [
        (Area::Region(Region::new(0, 0, 10, 10, 0, 10)), Output::JPEG),
        (Area::Region(Region { width: f64::NAN, ..Region::new(0, 0, 10, 10, 10, 10) }), Output::JPEG),
        (Area::Native { level: 0, tx: 0, ty: 0 }, Output::Jpeg { quality: Some(0) }),
        (Area::Native { level: 0, tx: 0, ty: 0 }, Output::Jpeg { quality: Some(101) }),
    ] {
        let error = slide.render(&request.into(), output).unwrap_err();
        assert!(matches!(error, SlideError::InvalidRequest { .. }), "{request:?}: {error}");
    }
    let large = Area::Region(Region::new(0, 0, 2220, 2967, 10_001, 10));
    assert!(matches!(slide.render(&large.into(), Output::JPEG), Err(SlideError::TooLarge { .. })));
}

#[test]
fn a_stated_quality_is_encoded_anew() {
    let slide = cmu();
    let tile = Area::Native { level: 0, tx: 4, ty: 4 };
    let size = |output| slide.render(&tile.into(), output).unwrap().bytes.len();
    let (low, high) = (size(Output::Jpeg { quality: Some(40) }), size(Output::Jpeg { quality: Some(98) }));
    assert!(low * 3 < high, "{low} {high}");
    let webp = slide.render(&tile.into(), Output::WebP).unwrap();
    assert_eq!(
        (&webp.bytes[..4], &webp.bytes[8..12], webp.media_type),
        (&b"RIFF"[..], &b"WEBP"[..], "image/webp")
    );
}

#[test]
fn further_images_are_decoded() {
    let slide = cmu();
    let label = decode(&slide.associated(AssociatedKind::Label, Output::JPEG).unwrap());
    assert_eq!((label.width(), label.height()), (387, 463));
    let overview = decode(&slide.associated(AssociatedKind::Macro, Output::JPEG).unwrap());
    assert_eq!((overview.width(), overview.height()), (1280, 431));
    let thumbnail = decode(&slide.associated(AssociatedKind::Thumbnail, Output::JPEG).unwrap());
    let own = slide.pixels(Region::new(0, 0, 2220, 2967, 574, 768)).unwrap();
    let reference: Vec<f64> = own.data().iter().map(|sample| f64::from(*sample)).collect();
    let likeness = psnr(thumbnail.data(), &reference);
    assert!(likeness > 22.0, "the thumbnail shows the same in the same colours: {likeness:.1} dB");
}

#[test]
fn limits_are_kept() {
    let limits = Limits { max_tiles: 100, ..Limits::default() };
    let error = Slide::open_path(&cmu_path(), &limits).unwrap_err();
    assert!(matches!(error, SlideError::TooLarge { value: 130, limit: 100, .. }), "{error}");
    let limits = Limits { max_request_pixels: 500_000, ..Limits::default() };
    let slide = Slide::open_path(&cmu_path(), &limits).unwrap();
    let error = slide.pixels(Region::new(0, 0, 2220, 2967, 10, 10)).unwrap_err();
    assert!(matches!(error, SlideError::TooLarge { .. }), "{error}");
}
