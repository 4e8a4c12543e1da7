//! A slide of two files, 16 bits, three channels and two foci, read by the format of `formats/pair.rs`.

use super::*;
use crate::{
    formats::pair::{self, DEPTH, LABEL, SIZES, TILE, sample},
    info::Plane,
    look::Look,
    plan::RecipeKind,
};

/// Level 0 in the first file, level 1 in the second.
fn slide() -> Slide {
    kept(|(level, ..)| 1 + level as u8)
}

fn kept(keep: pair::Keep) -> Slide {
    Slide::open(pair::parts(pair::files(keep)), &Limits::default()).unwrap()
}

fn request(area: Area, c: u32, z: u32) -> Request {
    Request { plane: Plane { c, z, t: 0 }, ..area.into() }
}

fn pixels(slide: &Slide, request: &Request) -> Pixels {
    let plan = slide.plan(request, Output::Png).unwrap();
    plan.pixels(&slide.fetch(&plan).unwrap()).unwrap()
}

/// 16 bits as 8.
fn eight(sample: f64) -> u8 {
    (255.0 * sample / 65_535.0).round_ties_even() as u8
}

fn grey(slide: &Slide, request: &Request) -> Vec<u8> {
    let pixels = pixels(slide, request);
    assert!(pixels.data().as_chunks::<3>().0.iter().all(|[r, g, b]| r == g && g == b));
    pixels.data().iter().step_by(3).copied().collect()
}

#[test]
fn two_files_are_one_slide() {
    let slide = slide();
    let info = slide.info();
    assert_eq!((info.width, info.height, info.depth, info.channels.len()), (40, 24, 2, 3));
    assert_eq!(slide.levels().iter().map(|l| (l.columns, l.rows)).collect::<Vec<_>>(), [(3, 2), (2, 1)]);
    let (first, second) = pair::files(|_| 2);
    let alone = Slide::open(std::sync::Arc::new(first.clone()), &Limits::default()).unwrap_err();
    assert!(alone.to_string().contains("upload both files together"), "{alone}");
    let id = |second| Slide::open(pair::parts((first.clone(), second)), &Limits::default());
    let (own, mut other) = (id(second.clone()).unwrap().content_id().to_owned(), second);
    other[7] ^= 1;
    assert_ne!(id(other).unwrap().content_id(), own, "the content id is of all files");
    let few = Limits { max_planes: 5, ..Limits::default() };
    let error = Slide::open(pair::parts(pair::files(|_| 1)), &few).unwrap_err();
    assert!(matches!(error, SlideError::TooLarge { value: 6, limit: 5, .. }), "{error}");
}

#[test]
fn every_tile_of_every_plane_shows_its_samples() {
    let slide = slide();
    for (level, size) in (0..).zip(SIZES) {
        for (c, z) in (0..3).flat_map(|c| (0..DEPTH).map(move |z| (c, z))) {
            for (tx, ty) in
                (0..size.0.div_ceil(TILE)).flat_map(|tx| (0..size.1.div_ceil(TILE)).map(move |ty| (tx, ty)))
            {
                let request = request(Area::Native { level, tx, ty }, c, z);
                let plan = slide.plan(&request, Output::JPEG).unwrap();
                assert_eq!(plan.kind(), RecipeKind::Decode);
                let parts: Vec<usize> = plan.pieces().iter().map(|piece| piece.part).collect();
                assert_eq!(parts, if level == 0 { vec![0] } else { vec![2, 2] });
                let expected: Vec<u8> = (0..TILE)
                    .flat_map(|y| (0..TILE).map(move |x| (x, y)))
                    .map(|(x, y)| eight(sample(level, c, z, tx * TILE + x, ty * TILE + y).into()))
                    .collect();
                assert_eq!(grey(&slide, &request), expected, "{request:?}");
            }
        }
    }
    let beyond = request(Area::Native { level: 0, tx: 0, ty: 0 }, 0, 2);
    let error = slide.plan(&beyond, Output::JPEG).unwrap_err();
    assert!(matches!(error, SlideError::OutOfBounds { .. }), "{error}");
    assert!(error.to_string().contains("z 2"), "{error}");
}

#[test]
fn windows_are_cut_and_reduced_in_sixteen_bits() {
    let slide = slide();
    // Over the borders of four tiles.
    let window = request(Area::Region(Region::new(10, 9, 20, 12, 20, 12)), 1, 1);
    let expected: Vec<u8> =
        (9..21).flat_map(|y| (10..30).map(move |x| eight(sample(0, 1, 1, x, y).into()))).collect();
    assert_eq!(grey(&slide, &window), expected);
    assert_eq!(slide.plan(&window, Output::Png).unwrap().kind(), RecipeKind::Compose);
    // A third: no level serves it but the half one, whose pixels are reduced by one and a half.
    let third = request(Area::Region(Region::new(0, 0, 30, 18, 10, 6)), 2, 0);
    let at = |x: u32, y: u32| f64::from(sample(1, 2, 0, x, y));
    let (row, shown) = (grey(&slide, &third), |x: f64, y: f64| {
        // The samples are a plane: the mean over a box is the value at its centre.
        eight(at(0, 0) + 1.0 * (1.5 * x + 0.25) + 40.0 * (1.5 * y + 0.25))
    });
    for (x, y) in [(0, 0), (9, 5), (4, 3)] {
        let got = row[(y * 10 + x) as usize];
        assert!(got.abs_diff(shown(f64::from(x), f64::from(y))) <= 1, "{x}, {y}: {got}");
    }
}

#[test]
fn ranges_are_of_sixteen_bits_and_channels_are_mixed() {
    let slide = slide();
    let area = Area::Native { level: 0, tx: 0, ty: 0 };
    let look = Look {
        minimums: Some(vec![Some(20_000.0)]),
        maximums: Some(vec![Some(20_255.0)]),
        ..Look::default()
    };
    let stretched = Request { look, ..request(area, 1, 0) };
    let shown = grey(&slide, &stretched);
    assert_eq!((shown[0], shown[7], shown[16]), (0, 7, 40));
    let look = Look { channels: Some(vec![0, 2]), ..Look::default() };
    let mixed = Request { look, ..request(area, 1, 1) };
    let plan = slide.plan(&mixed, Output::JPEG).unwrap();
    assert_eq!((plan.kind(), plan.pieces().len()), (RecipeKind::Compose, 2));
    let pixel = pixels(&slide, &mixed).get(3, 2).unwrap();
    assert_eq!(pixel, [eight(sample(0, 0, 1, 3, 2).into()), 0, eight(sample(0, 2, 1, 3, 2).into())]);
}

#[test]
fn blank_tiles_are_dark_or_made_from_the_finer_level() {
    let slide = kept(|(level, _, c, ty, tx)| u8::from(level == 0 && c == 0 && (tx, ty) != (1, 1)));
    assert!(grey(&slide, &request(Area::Native { level: 0, tx: 1, ty: 1 }, 0, 0)).iter().all(|v| *v == 0));
    assert!(grey(&slide, &request(Area::Native { level: 1, tx: 0, ty: 0 }, 2, 0)).iter().all(|v| *v == 0));
    let made = grey(&slide, &request(Area::Native { level: 1, tx: 0, ty: 0 }, 0, 1));
    let mean = f64::from(sample(0, 0, 1, 4, 4)) + 0.5 + 20.0;
    assert_eq!((made[2 * 16 + 2], made[8 * 16 + 8]), (eight(mean), 0));
}

#[test]
fn a_format_may_read_by_itself() {
    let slide = kept(|(level, ..)| if level == 0 { 3 } else { 2 });
    let own = request(Area::Native { level: 0, tx: 1, ty: 0 }, 2, 1);
    let plan = slide.plan(&own, Output::Png).unwrap();
    assert_eq!((plan.kind(), plan.pieces().len()), (RecipeKind::Read, 0));
    assert_eq!(grey(&slide, &own)[0], eight(sample(0, 2, 1, 16, 0).into()));
    let window = request(Area::Region(Region::new(10, 9, 20, 12, 20, 12)), 0, 0);
    assert_eq!(slide.plan(&window, Output::Png).unwrap().kind(), RecipeKind::Read);
    assert_eq!(grey(&slide, &window)[0], eight(sample(0, 0, 0, 10, 9).into()));
}

#[test]
fn further_images_are_planned_like_tiles() {
    let slide = slide();
    let plan = slide.plan_associated(AssociatedKind::Label, Output::Png).unwrap();
    assert_eq!(plan.pieces().len(), 1);
    let label = plan.pixels(&slide.fetch(&plan).unwrap()).unwrap();
    assert_eq!(((label.width(), label.height()), label.get(1, 2)), (LABEL, Some([110; 3])));
    assert!(slide.associated(AssociatedKind::Label, Output::Png).unwrap().bytes.starts_with(b"\x89PNG"));
    let none = slide.associated(AssociatedKind::Macro, Output::Png).unwrap_err();
    assert!(none.to_string().contains("has label"), "{none}");
}

#[test]
fn damage_is_told_with_its_place() {
    let (first, second) = pair::files(|_| 2);
    let cut = Slide::open(pair::parts((first.clone(), second[..700].to_vec())), &Limits::default()).unwrap();
    let whole = request(Area::Native { level: 0, tx: 0, ty: 0 }, 0, 0);
    assert!(cut.render(&whole, Output::JPEG).is_ok());
    let error =
        cut.render(&request(Area::Native { level: 0, tx: 1, ty: 0 }, 0, 1), Output::JPEG).unwrap_err();
    assert!(matches!(error, SlideError::Damaged { .. }), "{error}");
    for part in ["part 2", "700 bytes", "column 1, row 0 of channel 0, z 1"] {
        assert!(error.to_string().contains(part), "{error}");
    }
    // A length that does not make a tile.
    let mut short = first;
    short[13..21].copy_from_slice(&100_u64.to_le_bytes());
    let short = Slide::open(pair::parts((short, second)), &Limits::default()).unwrap();
    for request in [&whole, &request(Area::Region(Region::new(0, 0, 4, 4, 4, 4)), 0, 0)] {
        let error = short.render(request, Output::JPEG).unwrap_err();
        assert!(matches!(error, SlideError::Damaged { .. }), "{error}");
    }
    let plan = short.plan(&whole, Output::JPEG).unwrap();
    assert!(matches!(plan.finish(&[&[0_u8; 3][..]]), Err(SlideError::InvalidRequest { .. })));
}
