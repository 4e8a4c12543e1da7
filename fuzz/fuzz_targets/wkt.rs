//! Any text: read or refused; what is read prints, reads back equal, and is judged, cut, thinned and stored
//! without a panic.

#![no_main]

use cytomine_geometry::{Shape, StoredShape};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(shape) = Shape::from_wkt(text) else { return };
    let again = Shape::from_wkt(&shape.to_wkt()).expect("printed WKT is WKT");
    assert_eq!(again.to_wkt(), shape.to_wkt());
    let row = StoredShape::new(&shape, Some(text));
    assert_eq!(row.wkt().expect("own blob"), text);
    if shape.validate().is_ok() {
        if let Some(part) = shape.clip_to(1000.0, 800.0).expect("a valid shape leaves a valid part") {
            assert!(part.validate().is_ok());
        }
        assert!(shape.simplify_with(2.0).validate().is_ok());
    }
});
