//! Names the formats that are known but not read, so that a refusal says more than "unknown".

use crate::error::SlideError;

/// Signature at an offset, and what it is of.
const SIGNATURES: &[(usize, &[u8], &str)] = &[
    (128, b"DICM", "a DICOM file"),
    (0, b"ZISRAWFILE", "a Zeiss CZI file"),
    (0, &[0, 0, 0, 12, b'j', b'P', b' ', b' '], "a JPEG 2000 image"),
    (0, &[0xFF, 0x4F, 0xFF, 0x51], "a JPEG 2000 codestream"),
    (0, &[0x70, 0, 0, 0], "a Leica LIF file"),
    (0, &[0xDA, 0xCE, 0xBE, 0x0A], "a Nikon ND2 file"),
    (0, &[0, 0, 0, 0x0C, b'J', b'X', b'L', b' '], "a JPEG XL image"),
    (0, b"SIS0", "an Olympus ETS file; upload it together with its VSI file"),
    (0, b"BM", "a BMP image"),
    (0, b"GIF8", "a GIF image"),
    (8, b"WEBPVP", "a WebP image"),
    (0, b"P4", "a PBM image"),
    (0, b"P5", "a PGM image"),
    (0, b"P6", "a PPM image"),
    (0, b"PK\x03\x04", "a ZIP archive"),
    (0, &[0x1F, 0x8B], "a gzip archive"),
    (0, b"SQLite format 3\0", "an SQLite database (Sakura svslide)"),
    (0, b"%PDF", "a PDF document"),
];

/// The refusal for bytes that no format of the registry claims.
pub(super) fn refuse(head: &[u8]) -> SlideError {
    if head.is_empty() {
        return SlideError::NotASlide { what: "the file is empty".into() };
    }
    let known = SIGNATURES
        .iter()
        .find(|(at, signature, _)| head.get(*at..).is_some_and(|rest| rest.starts_with(signature)));
    match known {
        Some((_, _, what)) => SlideError::unsupported(
            *what,
            "convert it to a tiled pyramidal TIFF, for example with `vips tiffsave --tile --pyramid`",
        ),
        None => {
            let first: Vec<_> = head.iter().take(4).map(|byte| format!("{byte:02X}")).collect();
            SlideError::NotASlide { what: format!("unknown content (starts with {})", first.join(" ")) }
        }
    }
}
