//! Damaged files and random bytes: a clear refusal, or tiles and typed errors; never a panic.
#![allow(clippy::unwrap_used)] // helpers of tests are tests

#[path = "support/examine.rs"]
mod examine;

mod support;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use cytomine_slide::{Area, Limits, Output, Region, Slide, SlideError};
use examine::{Outcome, examine};
use proptest::prelude::*;

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

#[test]
fn every_damaged_file_is_refused_or_opened_with_a_cause() {
    let Some(folder) = support::shared("malformed") else { return };
    let mut found = Vec::new();
    files(&folder, &mut found);
    assert!(found.len() > 50);
    for path in found {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let outcome = examine(&path);
        let errors: Vec<&SlideError> = match &outcome {
            Outcome::Refused(error) | Outcome::ConversionFailed { error, .. } => vec![error],
            Outcome::Opened { failed, .. } => failed.iter().collect(),
        };
        for error in errors {
            assert!(error.is_content(), "{name}: the cause is in the file, not `{error:?}`");
            assert!(error.to_string().len() > 30, "{name}: cause and remedy in `{error}`");
        }
    }
}

#[test]
fn known_damage_has_its_known_outcome() {
    let Some(folder) = support::shared("malformed/svs") else { return };
    let of = |name: &str| examine(&folder.join(name));
    assert!(matches!(of("empty.svs"), Outcome::Refused(SlideError::NotASlide { .. })));
    assert!(matches!(of("zip-named-svs.svs"), Outcome::Refused(SlideError::Unsupported { .. })));
    assert!(matches!(of("bad-compression-33007.svs"), Outcome::Refused(SlideError::Unsupported { .. })));
    for name in [
        "width-zero.svs",
        "tile-width-zero.svs",
        "samples-zero.svs",
        "ifd-beyond-end.svs",
        "jpegtables-garbage.svs",
    ] {
        assert!(matches!(of(name), Outcome::Refused(SlideError::Damaged { .. })), "{name}");
    }
    for (name, some) in
        [("jpeg-tile-says-8000x8000.svs", true), ("jpegtables-missing.svs", true), ("valid-base.svs", false)]
    {
        let Outcome::Opened { failed, tiles, .. } = of(name) else { panic!("{name} opens") };
        assert!(tiles > 0 && failed.is_empty() != some, "{name}: {} failed", failed.len());
        assert!(failed.iter().all(|error| matches!(error, SlideError::Damaged { .. })));
    }
}

/// Opens bytes and asks for a few images.
fn poke(bytes: Vec<u8>) {
    let limits = Limits { max_decoded_bytes: 16 << 20, max_request_pixels: 4 << 20, ..Limits::default() };
    let Ok(slide) = Slide::open(Arc::new(bytes), &limits) else { return };
    let (width, height) = (slide.info().width, slide.info().height);
    for request in [
        Area::Native { level: 0, tx: 0, ty: 0 },
        Area::Normalized { zoom: 0, tx: 0, ty: 0 },
        Area::Dzi { level: 3, col: 0, row: 0 },
        Area::Region(Region::new(0, 0, width, height, 50, 60)),
    ] {
        if let Err(error) = slide.render(&request.into(), Output::JPEG) {
            assert!(!error.to_string().is_empty());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_behind_a_signature(
        head in prop::sample::select(vec![
            &b"II*\0\x08\0\0\0"[..], b"MM\0*\0\0\0\x08", b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0",
            b"\xFF\xD8\xFF", b"\x89PNG\r\n\x1a\n", b"",
        ]),
        tail in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        poke([head, &tail].concat());
    }

    /// A valid slide of four tiles, a few of its bytes changed: most damage lies in tags and headers then.
    #[test]
    fn a_slide_with_changed_bytes(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)) {
        let page = |size: u32, count: usize| support::Page {
            size: (size, size),
            tile: Some((16, 16)),
            compression: 1,
            photometric: 2,
            samples: (3, 8),
            chunks: vec![vec![7; 16 * 16 * 3]; count],
            more: vec![(270, 2, b"Aperio |MPP = 0.5|AppMag = 20\0".to_vec())],
        };
        let mut bytes = support::tiff(&[page(32, 4), page(16, 1)]);
        let tags = bytes.len() - 5 * 16 * 16 * 3;
        for (at, value) in changes {
            // Tiles are the first bytes of each page: change the rest only.
            let at = at.index(tags);
            let at = if at < 8 { at } else { at + bytes.len() - tags };
            bytes[at] = value;
        }
        poke(bytes);
    }
}
