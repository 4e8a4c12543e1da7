//! The shape of an annotation: one geometry of the plane, and moving it about.

use geo::{BoundingRect, CoordsIter, Geometry, GeometryCollection, MapCoords, Polygon};

use crate::Bounds;

/// A position: level 0 pixels, x to the right.
pub type Point = (f64, f64);

/// The kinds of geometry, named as in WKT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShapeKind {
    /// One position.
    Point,
    /// A path of two positions or more.
    LineString,
    /// An outline with or without holes.
    Polygon,
    /// Several positions.
    MultiPoint,
    /// Several paths.
    MultiLineString,
    /// Several outlines.
    MultiPolygon,
    /// Anything of the above together.
    GeometryCollection,
}

/// The geometry of an annotation.
///
/// Coordinates are level 0 pixels. A shape that exists can be read and printed, but may still be invalid:
/// [`Shape::validate`] decides. The inner geometry is never a bare line, rectangle or triangle.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape(Geometry<f64>);

impl Shape {
    /// Takes a geometry of the `geo` crate; lines become line strings, rectangles and triangles polygons.
    pub fn from_geometry(geometry: impl Into<Geometry<f64>>) -> Self {
        Self(normalise(geometry.into()))
    }

    /// The polygon of a box, counter-clockwise when y points up.
    pub fn from_bounds(bounds: &Bounds) -> Self {
        let (min, max) = ((bounds.min_x, bounds.min_y), (bounds.max_x, bounds.max_y));
        Self::from_geometry(geo::Rect::new(min, max))
    }

    /// The geometry inside.
    pub fn geometry(&self) -> &Geometry<f64> {
        &self.0
    }

    /// Gives the geometry inside away.
    pub fn into_geometry(self) -> Geometry<f64> {
        self.0
    }

    /// Which kind of geometry it is.
    pub fn kind(&self) -> ShapeKind {
        match &self.0 {
            Geometry::Point(_) => ShapeKind::Point,
            Geometry::LineString(_) | Geometry::Line(_) => ShapeKind::LineString,
            Geometry::Polygon(_) | Geometry::Rect(_) | Geometry::Triangle(_) => ShapeKind::Polygon,
            Geometry::MultiPoint(_) => ShapeKind::MultiPoint,
            Geometry::MultiLineString(_) => ShapeKind::MultiLineString,
            Geometry::MultiPolygon(_) => ShapeKind::MultiPolygon,
            Geometry::GeometryCollection(_) => ShapeKind::GeometryCollection,
        }
    }

    /// Number of positions, the closing ones of rings included.
    pub fn num_points(&self) -> usize {
        self.0.coords_count()
    }

    /// Whether there is no position at all.
    pub fn is_empty(&self) -> bool {
        self.0.coords_iter().next().is_none()
    }

    /// The smallest box that holds the shape; an empty shape has an empty box at the origin.
    pub fn bounds(&self) -> Bounds {
        match self.0.bounding_rect() {
            Some(r) => Bounds { min_x: r.min().x, min_y: r.min().y, max_x: r.max().x, max_y: r.max().y },
            None => Bounds { min_x: 0.0, min_y: 0.0, max_x: 0.0, max_y: 0.0 },
        }
    }

    /// The shape with `y' = height - y`: turns y that points down in an image of that height into y that
    /// points up, and back.
    pub fn flip_y(&self, height: f64) -> Self {
        Self(self.0.map_coords(|c| geo::Coord { x: c.x, y: height - c.y }))
    }

    /// The shape moved by `dx`, `dy` pixels.
    pub fn translate(&self, dx: f64, dy: f64) -> Self {
        Self(self.0.map_coords(|c| geo::Coord { x: c.x + dx, y: c.y + dy }))
    }

    /// The shape without holes: only the outer ring of each polygon stays.
    pub fn fill(&self) -> Self {
        Self(fill(self.0.clone()))
    }

    /// The shape with its positions replaced by what `map` makes of them.
    pub fn map_points(&self, map: impl Fn(f64, f64) -> Point) -> Self {
        Self(self.0.map_coords(|c| map(c.x, c.y).into()))
    }
}

fn normalise(geometry: Geometry<f64>) -> Geometry<f64> {
    match geometry {
        Geometry::Line(line) => Geometry::LineString(line.into()),
        Geometry::Rect(rect) => Geometry::Polygon(rect.to_polygon()),
        Geometry::Triangle(triangle) => Geometry::Polygon(triangle.to_polygon()),
        Geometry::GeometryCollection(parts) => Geometry::GeometryCollection(
            parts.into_iter().map(normalise).collect::<GeometryCollection<f64>>(),
        ),
        other => other,
    }
}

fn fill(geometry: Geometry<f64>) -> Geometry<f64> {
    let outer = |polygon: Polygon<f64>| Polygon::new(polygon.into_inner().0, Vec::new());
    match geometry {
        Geometry::Polygon(polygon) => Geometry::Polygon(outer(polygon)),
        Geometry::MultiPolygon(polygons) => Geometry::MultiPolygon(polygons.into_iter().map(outer).collect()),
        Geometry::GeometryCollection(parts) => {
            Geometry::GeometryCollection(parts.into_iter().map(fill).collect::<GeometryCollection<f64>>())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(wkt: &str) -> Shape {
        Shape::from_wkt(wkt).unwrap()
    }

    #[test]
    fn flips_within_the_height() {
        let flipped = shape("LINESTRING (1 2, 3 4.5)").flip_y(10.0);
        assert_eq!(flipped.to_wkt(), "LINESTRING (1 8, 3 5.5)");
        assert_eq!(flipped.flip_y(10.0).to_wkt(), "LINESTRING (1 2, 3 4.5)");
    }

    #[test]
    fn moves_every_position() {
        let moved = shape("MULTIPOINT ((0 0), (5 5))").translate(-1.0, 2.0);
        assert_eq!(moved.to_wkt(), "MULTIPOINT ((-1 2), (4 7))");
    }

    #[test]
    fn fill_drops_holes_in_collections_too() {
        let holed = "GEOMETRYCOLLECTION (POLYGON ((0 0, 9 0, 9 9, 0 0), (5 2, 6 2, 6 3, 5 2)), POINT (1 1))";
        assert_eq!(
            shape(holed).fill().to_wkt(),
            "GEOMETRYCOLLECTION (POLYGON ((0 0, 9 0, 9 9, 0 0)), POINT (1 1))"
        );
    }

    #[test]
    fn counts_closing_points_and_knows_its_box() {
        let triangle = shape("POLYGON ((0 0, 20 0, 20 10, 0 0))");
        assert_eq!(triangle.num_points(), 4);
        assert_eq!(triangle.bounds(), Bounds::new(0.0, 0.0, 20.0, 10.0));
        assert_eq!(triangle.kind(), ShapeKind::Polygon);
        assert!(shape("POLYGON EMPTY").is_empty());
    }

    #[test]
    fn boxes_become_polygons() {
        let boxed = Shape::from_bounds(&Bounds::new(0.0, 0.0, 2.0, 1.0));
        assert_eq!(boxed.kind(), ShapeKind::Polygon);
        assert_eq!(boxed.bounds(), Bounds::new(0.0, 0.0, 2.0, 1.0));
        assert!(boxed.validate().is_ok());
    }
}
