//! Any bytes: decoded or refused; what is decoded prints, and packs to a blob that decodes to the same text.

#![no_main]

use cytomine_geometry::{decode, encode};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(shape) = decode(bytes) else { return };
    let again = decode(&encode(&shape)).expect("own blob");
    assert_eq!(again.kind(), shape.kind());
    assert_eq!(again.num_points(), shape.num_points());
    let _ = (shape.to_wkt(), shape.validate(), shape.area(), shape.bounds());
});
