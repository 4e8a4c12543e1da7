//! A shape as a database row holds it.

use std::borrow::Cow;

use crate::{Bounds, GeometryError, Point, Shape, blob, decode, encode};

/// The stored form of a shape: blob, the text where the blob cannot give it back, and measures.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredShape {
    /// What [`encode`] makes of the shape.
    pub blob: Vec<u8>,
    /// The WKT to answer with, kept only when printing the decoded blob gives another text
    /// (`2858.00`, `25.123456789000002`).
    pub wkt: Option<String>,
    /// Box around the shape, level 0 pixels.
    pub bounds: Bounds,
    /// Square pixels.
    pub area: f64,
    /// Pixels.
    pub perimeter: f64,
    /// Centre of mass, level 0 pixels.
    pub centroid: Point,
}

impl StoredShape {
    /// Packs a shape. `text` is the WKT that the client sent, if the shape is still exactly that;
    /// without it the text is what [`Shape::to_wkt`] prints.
    pub fn new(shape: &Shape, text: Option<&str>) -> Self {
        let wkt = if blob::is_exact(shape) {
            text.filter(|text| *text != shape.to_wkt()).map(str::to_owned)
        } else {
            // A rounded coordinate prints as another number, so no text of this shape can be equal.
            Some(text.map_or_else(|| shape.to_wkt(), str::to_owned))
        };
        Self {
            blob: encode(shape),
            wkt,
            bounds: shape.bounds(),
            area: shape.area(),
            perimeter: shape.perimeter(),
            centroid: shape.centroid(),
        }
    }

    /// The WKT to answer with.
    ///
    /// # Errors
    /// As [`decode`], when the blob is damaged.
    pub fn wkt(&self) -> Result<Cow<'_, str>, GeometryError> {
        wkt_of(&self.blob, self.wkt.as_deref())
    }

    /// The shape at full precision.
    ///
    /// # Errors
    /// As [`decode`], when the blob is damaged.
    pub fn shape(&self) -> Result<Shape, GeometryError> {
        match &self.wkt {
            Some(text) => Shape::from_wkt(text),
            None => decode(&self.blob),
        }
    }
}

/// The WKT of a row: the kept text, else the printed blob.
///
/// # Errors
/// As [`decode`], when the blob is damaged.
pub fn wkt_of<'a>(blob: &[u8], wkt: Option<&'a str>) -> Result<Cow<'a, str>, GeometryError> {
    match wkt {
        Some(text) => Ok(Cow::Borrowed(text)),
        None => Ok(Cow::Owned(decode(blob)?.to_wkt())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(text: &str) -> StoredShape {
        StoredShape::new(&Shape::from_wkt(text).unwrap(), Some(text))
    }

    #[test]
    fn the_text_is_kept_only_when_the_blob_cannot_print_it() {
        for text in [
            "POINT (2858.00 17)",
            "POINT (25.123456789000002 17)",
            "POINT (0.1 0)",
            "POINT(1 2)",
            "point (1 2)",
            "POINT (-0 2)",
            "POINT EMPTY",
        ] {
            let row = stored(text);
            assert_eq!(row.wkt.as_deref(), Some(text));
            assert_eq!(row.wkt().unwrap(), text);
        }
        for text in ["POINT (2858 17.5)", "POLYGON ((0 0, 0 20, 20 20, 20 0, 0 0))", "POINT (0.00390625 1)"] {
            let row = stored(text);
            assert_eq!(row.wkt, None);
            assert_eq!(row.wkt().unwrap(), text);
        }
    }

    #[test]
    fn without_a_text_the_exact_numbers_survive() {
        let shape = Shape::from_wkt("LINESTRING (0.1 0.2, 5 5)").unwrap();
        let row = StoredShape::new(&shape, None);
        assert_eq!(row.wkt().unwrap(), "LINESTRING (0.1 0.2, 5 5)");
        assert_eq!(row.shape().unwrap(), shape);
        let whole = StoredShape::new(&Shape::from_wkt("LINESTRING (1.0 2, 5 5)").unwrap(), None);
        assert_eq!((whole.wkt.as_deref(), whole.wkt().unwrap().as_ref()), (None, "LINESTRING (1 2, 5 5)"));
    }

    #[test]
    fn measures_are_of_the_exact_shape() {
        let row = stored("POLYGON ((0 0, 0 20, 20.1 20, 20.1 0, 0 0))");
        assert_eq!(row.area, 402.0);
        assert_eq!(row.perimeter, 80.2);
        assert_eq!(row.bounds, Bounds::new(0.0, 0.0, 20.1, 20.0));
        assert!((row.centroid.0 - 10.05).abs() < 1e-9 && (row.centroid.1 - 10.0).abs() < 1e-9);
    }

    #[test]
    fn a_damaged_row_is_an_error() {
        assert!(wkt_of(&[1, 2, 3], None).is_err());
        assert_eq!(wkt_of(&[], Some("POINT (1 1)")).unwrap(), "POINT (1 1)");
    }
}
