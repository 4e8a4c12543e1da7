//! Whether a shape can be an annotation, by the rules of OGC simple features that JTS checks too.
//!
//! * every coordinate is finite and within [`MAX_COORDINATE`];
//! * a line string has two different points, a ring three;
//! * rings do not meet themselves; two rings may touch in points but not cross or share an edge;
//! * a hole lies in its polygon and in no other hole, and does not cut the polygon into pieces;
//! * polygons of a multipolygon do not overlap.
//!
//! Small outlines without holes, the bulk of all annotations, are compared edge by edge (`small`); all else
//! goes through a plane sweep (`sweep`) in O(n log n). The `geo` crate's own check is quadratic in the points
//! of a ring, misses edges that cross in a common vertex, and does not look for interiors cut into pieces. All
//! decisions rest on exact orientation tests, so there is no tolerance.

mod orientation;
mod small;
mod status;
mod sweep;

use geo::{Coord, CoordsIter, Geometry, LineString, Polygon};

use crate::{GeometryError, Shape};

/// Largest absolute coordinate in pixels: a hundred times the largest slides, small enough that sums and
/// products of coordinates stay well inside the numbers.
pub const MAX_COORDINATE: f64 = (1_u64 << 31) as f64;

impl Shape {
    /// Whether the shape can be an annotation.
    ///
    /// # Errors
    /// The first thing found wrong: no point at all, a coordinate that is not finite or out of range, too few
    /// points, edges that meet, misplaced holes, an area of zero width or height. Points and lines may be
    /// flat.
    pub fn validate(&self) -> Result<(), GeometryError> {
        if self.is_empty() {
            return Err(GeometryError::Empty);
        }
        check_numbers(self.geometry())?;
        check(self.geometry())
    }
}

fn check_numbers(geometry: &Geometry<f64>) -> Result<(), GeometryError> {
    for (index, coord) in geometry.coords_iter().enumerate() {
        for value in [coord.x, coord.y] {
            if !value.is_finite() {
                return Err(GeometryError::NotFinite { part: format!("point {}", index + 1) });
            }
            if value.abs() > MAX_COORDINATE {
                return Err(GeometryError::OutOfRange { value, limit: MAX_COORDINATE });
            }
        }
    }
    Ok(())
}

fn check(geometry: &Geometry<f64>) -> Result<(), GeometryError> {
    match geometry {
        Geometry::Point(_) | Geometry::MultiPoint(_) => Ok(()),
        Geometry::Line(line) => check_line(&LineString::from(*line)),
        Geometry::LineString(line) => check_line(line),
        Geometry::MultiLineString(lines) => lines.iter().try_for_each(check_line),
        Geometry::Polygon(polygon) => check_polygons(std::slice::from_ref(polygon)),
        Geometry::MultiPolygon(polygons) => check_polygons(&polygons.0),
        Geometry::Rect(rect) => check_polygons(&[rect.to_polygon()]),
        Geometry::Triangle(triangle) => check_polygons(&[triangle.to_polygon()]),
        Geometry::GeometryCollection(parts) => parts.iter().try_for_each(check),
    }
}

fn check_line(line: &LineString<f64>) -> Result<(), GeometryError> {
    match line.0.first() {
        Some(first) if line.0.iter().all(|coord| coord == first) => {
            Err(GeometryError::TooFewPoints { part: "the line string".to_owned(), needed: 2 })
        }
        _ => Ok(()),
    }
}

/// A ring ready to be checked.
struct Ring {
    /// Positions in order, each different from the one before; the closing one left out.
    points: Vec<Coord<f64>>,
    /// Index of the polygon it belongs to.
    polygon: usize,
    /// 0 for the outer ring, else the number of the hole.
    place: usize,
}

impl Ring {
    /// Words for error texts. The number of the polygon is left out where there is one.
    fn name(&self, polygons: usize) -> String {
        let ring = match self.place {
            0 => "the outer ring".to_owned(),
            n => format!("hole {n}"),
        };
        if polygons > 1 { format!("{ring} of polygon {}", self.polygon + 1) } else { ring }
    }
}

fn check_polygons(polygons: &[Polygon<f64>]) -> Result<(), GeometryError> {
    let mut rings = Vec::new();
    for (index, polygon) in polygons.iter().enumerate() {
        if polygon.exterior().0.is_empty() {
            if let Some(Coord { x, y }) = polygon.interiors().iter().find_map(|hole| hole.0.first().copied())
            {
                return Err(GeometryError::HoleOutside { x, y });
            }
            continue;
        }
        check_extent(polygon.exterior())?;
        for (place, line) in std::iter::once(polygon.exterior()).chain(polygon.interiors()).enumerate() {
            if line.0.is_empty() {
                continue;
            }
            let ring = Ring { points: open_points(line), polygon: index, place };
            if ring.points.len() < 3 {
                return Err(GeometryError::TooFewPoints { part: ring.name(polygons.len()), needed: 3 });
            }
            rings.push(ring);
        }
    }
    if let [ring] = rings.as_slice()
        && ring.points.len() <= small::MAX_EDGES
        && small::is_simple(&ring.points)
    {
        return Ok(());
    }
    sweep::check(&rings, polygons.len())
}

fn check_extent(ring: &LineString<f64>) -> Result<(), GeometryError> {
    let first = ring.0[0];
    if ring.0.iter().all(|coord| coord.x == first.x) {
        return Err(GeometryError::Flat { side: "width" });
    }
    if ring.0.iter().all(|coord| coord.y == first.y) {
        return Err(GeometryError::Flat { side: "height" });
    }
    Ok(())
}

/// Repeated positions are allowed; they make edges without a direction, so they are dropped here.
fn open_points(line: &LineString<f64>) -> Vec<Coord<f64>> {
    let mut points = line.0.clone();
    points.dedup();
    if points.len() > 1 && points.first() == points.last() {
        points.pop();
    }
    points
}

fn self_intersection(at: Coord<f64>, reason: String) -> GeometryError {
    let round = |value: f64| (value * 1000.0).round() / 1000.0;
    GeometryError::SelfIntersection { x: round(at.x), y: round(at.y), reason }
}

#[cfg(test)]
mod tests;
