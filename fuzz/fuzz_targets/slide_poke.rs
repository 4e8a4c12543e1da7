//! What the slide targets share: bytes are opened, asked for images and converted, under small limits.

use std::{io::Cursor, sync::Arc};

use cytomine_slide::{Limits, Output, Region, Request, Slide, convert_source};

/// Opens, renders, converts; every outcome but a panic, a hang or an allocation out of bounds is fine.
pub fn poke(bytes: Vec<u8>) {
    let limits = Limits {
        max_decoded_bytes: 4 << 20,
        max_request_pixels: 1 << 20,
        max_row_bytes: 1 << 16,
        max_side: 1 << 14,
        ..Limits::default()
    };
    let Ok(slide) = Slide::open(Arc::new(bytes.clone()), &limits) else { return };
    let (width, height) = (slide.info().width, slide.info().height);
    if slide.info().needs_conversion {
        let _ = convert_source(&bytes, &mut Cursor::new(Vec::new()), &limits, &mut ());
        return;
    }
    for request in [
        Request::Native { level: 0, tx: 0, ty: 0 },
        Request::Normalized { zoom: 0, tx: 0, ty: 0 },
        Request::Region(Region::new(0, 0, width, height, 40, 30)),
    ] {
        let _ = slide.render(&request, Output::JPEG);
    }
}
