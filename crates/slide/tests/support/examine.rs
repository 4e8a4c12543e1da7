//! What becomes of one file: refused, opened, converted; and of each of its tiles. Shared by the test over
//! damaged files and the program that writes `docs/malformed.md`.

use std::{fs::File, io::BufWriter, path::Path};

use cytomine_slide::{Area, Limits, Output, Parts, Slide, SlideError, convert};

/// The outcome for a file.
#[allow(dead_code)] // the program and the tests each read a part
#[derive(Debug)]
pub(crate) enum Outcome {
    /// Neither opened nor converted.
    Refused(SlideError),
    /// Opened, perhaps after a conversion; tiles that were made, and errors of the others.
    Opened { format: &'static str, converted: bool, tiles: usize, failed: Vec<SlideError> },
    /// Recognised and accepted, but its conversion failed.
    ConversionFailed { format: &'static str, error: SlideError },
}

/// Opens, converts where needed, and asks for every stored and every normalized tile and a thumbnail.
pub(crate) fn examine(path: &Path) -> Outcome {
    let limits = Limits::default();
    let slide = match Slide::open_path(path, &limits) {
        Ok(slide) => slide,
        Err(error) => return Outcome::Refused(error),
    };
    let format = slide.info().format.as_str();
    if !slide.info().needs_conversion {
        return tiles(&slide, format, false);
    }
    let directory = tempfile::tempdir().expect("a temporary directory");
    let target = directory.path().join("converted");
    let parts = Parts::file(path).expect("it was opened before");
    let mut file = BufWriter::new(File::create(&target).expect("a temporary file"));
    if let Err(error) = convert(&parts, &mut file, &limits, &mut ()) {
        return Outcome::ConversionFailed { format, error };
    }
    drop(file);
    let converted = Slide::open_path(&target, &limits).expect("what was converted opens");
    assert_eq!(
        (converted.info().width, converted.info().height),
        (slide.info().width, slide.info().height),
        "the size told before the conversion is that of the result"
    );
    tiles(&converted, format, true)
}

fn tiles(slide: &Slide, format: &'static str, converted: bool) -> Outcome {
    let mut requests = Vec::new();
    for (level, stored) in slide.levels().iter().enumerate() {
        for ty in 0..stored.rows {
            for tx in 0..stored.columns {
                requests.push((Area::Native { level: level as u32, tx, ty }, Output::JPEG));
            }
        }
    }
    for tier in slide.tiers() {
        for ty in 0..tier.rows {
            for tx in 0..tier.columns {
                requests.push((Area::Normalized { zoom: tier.zoom, tx, ty }, Output::JPEG));
            }
        }
    }
    let (mut tiles, mut failed) = (0, Vec::new());
    for (request, output) in requests {
        match slide.render(&request.into(), output) {
            Ok(encoded) => {
                assert!(!encoded.bytes.is_empty());
                tiles += 1;
            }
            Err(error) => failed.push(error),
        }
    }
    Outcome::Opened { format, converted, tiles, failed }
}
