//! Area, length and centre, in pixels and in Cytomine's units.

use geo::line_measures::{Euclidean, Length};
use geo::{Area, Centroid, Geometry, Polygon};

use crate::{Point, Shape};

impl Shape {
    /// Area in square pixels, holes taken off; 0 for points and lines.
    pub fn area(&self) -> f64 {
        self.geometry().unsigned_area()
    }

    /// Length of all rings of polygons, holes included, and of all lines, in pixels; 0 for points.
    pub fn perimeter(&self) -> f64 {
        perimeter(self.geometry())
    }

    /// Centre of mass of the parts of the highest dimension, as JTS computes it; the origin when empty.
    pub fn centroid(&self) -> Point {
        self.geometry().centroid().map_or((0.0, 0.0), |c| (c.x(), c.y()))
    }
}

fn perimeter(geometry: &Geometry<f64>) -> f64 {
    let rings = |polygon: &Polygon<f64>| {
        Euclidean.length(polygon.exterior())
            + polygon.interiors().iter().map(|hole| Euclidean.length(hole)).sum::<f64>()
    };
    match geometry {
        Geometry::Point(_) | Geometry::MultiPoint(_) => 0.0,
        Geometry::Line(line) => Euclidean.length(line),
        Geometry::LineString(line) => Euclidean.length(line),
        Geometry::MultiLineString(lines) => Euclidean.length(lines),
        Geometry::Polygon(polygon) => rings(polygon),
        Geometry::MultiPolygon(polygons) => polygons.iter().map(rings).sum(),
        Geometry::Rect(rect) => rings(&rect.to_polygon()),
        Geometry::Triangle(triangle) => rings(&triangle.to_polygon()),
        Geometry::GeometryCollection(parts) => parts.iter().map(perimeter).sum(),
    }
}

/// Unit of an area on Cytomine's wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AreaUnit {
    /// Square pixels of level 0.
    SquarePixels,
    /// Square micrometres.
    SquareMicrons,
}

impl AreaUnit {
    /// The text that clients compare with.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SquarePixels => "pixels²",
            Self::SquareMicrons => "micron²",
        }
    }
}

/// Unit of a length on Cytomine's wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LengthUnit {
    /// Pixels of level 0.
    Pixels,
    /// Millimetres.
    Millimeters,
}

impl LengthUnit {
    /// The text that clients compare with.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pixels => "pixels",
            Self::Millimeters => "mm",
        }
    }
}

/// An area of `area` square pixels in Cytomine's unit. `physical_size_x` is the width of a pixel in um;
/// without it the value is rounded to whole square pixels.
pub fn area_in_units(area: f64, physical_size_x: Option<f64>) -> (f64, AreaUnit) {
    match usable(physical_size_x) {
        Some(size) => (area * size * size, AreaUnit::SquareMicrons),
        None => (area.round(), AreaUnit::SquarePixels),
    }
}

/// A length of `perimeter` pixels in Cytomine's unit. `physical_size_x` is the width of a pixel in um;
/// without it the value is rounded to whole pixels.
pub fn perimeter_in_units(perimeter: f64, physical_size_x: Option<f64>) -> (f64, LengthUnit) {
    match usable(physical_size_x) {
        Some(size) => (perimeter * size / 1000.0, LengthUnit::Millimeters),
        None => (perimeter.round(), LengthUnit::Pixels),
    }
}

/// Files with a pixel size of zero exist; they do not know it either.
fn usable(physical_size: Option<f64>) -> Option<f64> {
    physical_size.filter(|size| size.is_finite() && *size > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(wkt: &str) -> Shape {
        Shape::from_wkt(wkt).unwrap()
    }

    #[test]
    fn holes_lessen_the_area_and_lengthen_the_perimeter() {
        let ring = shape("POLYGON ((0 0, 10 0, 10 10, 0 10, 0 0), (4 4, 6 4, 6 6, 4 6, 4 4))");
        assert_eq!(ring.area(), 96.0);
        assert_eq!(ring.perimeter(), 48.0);
        assert_eq!(ring.centroid(), (5.0, 5.0));
    }

    #[test]
    fn direction_does_not_matter() {
        assert_eq!(shape("POLYGON ((0 0, 0 2, 2 2, 2 0, 0 0))").area(), 4.0);
        assert_eq!(shape("POLYGON ((0 0, 2 0, 2 2, 0 2, 0 0))").area(), 4.0);
    }

    #[test]
    fn lines_and_points() {
        let line = shape("LINESTRING (0 0, 3 4, 3 10)");
        assert_eq!((line.area(), line.perimeter()), (0.0, 11.0));
        let points = shape("MULTIPOINT ((0 0), (4 2))");
        assert_eq!((points.perimeter(), points.centroid()), (0.0, (2.0, 1.0)));
        assert_eq!(shape("GEOMETRYCOLLECTION (POINT (9 9), LINESTRING (0 0, 2 0))").perimeter(), 2.0);
        assert_eq!(shape("POINT EMPTY").centroid(), (0.0, 0.0));
    }

    #[test]
    fn units_follow_the_pixel_size() {
        assert_eq!(area_in_units(100.4, Some(0.5)), (25.1, AreaUnit::SquareMicrons));
        assert_eq!(area_in_units(100.6, None), (101.0, AreaUnit::SquarePixels));
        assert_eq!(perimeter_in_units(4000.0, Some(0.25)), (1.0, LengthUnit::Millimeters));
        assert_eq!(perimeter_in_units(3.2, Some(0.0)), (3.0, LengthUnit::Pixels));
        assert_eq!(AreaUnit::SquareMicrons.as_str(), "micron²");
        assert_eq!(LengthUnit::Millimeters.as_str(), "mm");
    }
}
