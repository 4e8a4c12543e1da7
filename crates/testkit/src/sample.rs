//! Files to upload.

use std::path::PathBuf;

/// A small real slide with an associated label, in this repository: 2220 x 2967 pixels.
pub fn slide() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/CMU-1-Small-Region.svs"))
}

/// A PNG of that many pixels, which is no pyramid and hence converted.
///
/// # Panics
/// When it cannot be encoded.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().expect("a header fits into memory");
    // Noise, so that the compressed bytes are many and a file that is cut ends within the pixels.
    let mut state = 1_u32;
    let pixels: Vec<u8> = (0..width * height * 3)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect();
    writer.write_image_data(&pixels).expect("pixels fit their header");
    writer.finish().expect("an image ends");
    bytes
}
