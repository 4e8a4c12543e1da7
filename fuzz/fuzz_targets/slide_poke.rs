//! What the slide targets share: bytes are opened, asked for images and converted, under small limits.

use std::{io::Cursor, sync::Arc};

use cytomine_slide::{Area, Limits, Output, Parts, Region, Slide, convert};

/// Opens, renders, converts; every outcome but a panic, a hang or an allocation out of bounds is fine.
pub fn poke(bytes: Vec<u8>) {
    let limits = Limits {
        max_decoded_bytes: 4 << 20,
        max_request_pixels: 1 << 20,
        max_row_bytes: 1 << 16,
        max_side: 1 << 14,
        ..Limits::default()
    };
    let parts = Parts::from(Arc::new(bytes));
    let Ok(slide) = Slide::open(parts.clone(), &limits) else { return };
    let (width, height) = (slide.info().width, slide.info().height);
    if slide.info().needs_conversion {
        let _ = convert(&parts, &mut Cursor::new(Vec::new()), &limits, &mut ());
        return;
    }
    for request in [
        Area::Native { level: 0, tx: 0, ty: 0 },
        Area::Normalized { zoom: 0, tx: 0, ty: 0 },
        Area::Region(Region::new(0, 0, width, height, 40, 30)),
    ] {
        let _ = slide.render(&request.into(), Output::JPEG);
    }
}
