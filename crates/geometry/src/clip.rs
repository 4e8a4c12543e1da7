//! Cutting shapes off at the borders of the image.
//!
//! Lines are cut segment by segment, polygons by `geo`'s boolean operations. Those work on a grid of integers
//! laid over all input, so two things are done around them: what lies far outside is cut away roughly before
//! (or the grid would be coarse), and afterwards positions are put back where they came from: to the original
//! vertex, or exactly on the border.

use std::collections::HashMap;

use geo::{
    Area, BooleanOps, BoundingRect, Coord, CoordsIter, Geometry, GeometryCollection, LineString, MapCoords,
    MultiLineString, MultiPoint, MultiPolygon, Polygon,
};

use crate::{Bounds, GeometryError, Shape};

impl Shape {
    /// The part of the shape inside the image of `width` x `height` pixels, borders included: the very same
    /// shape when it lies inside, `None` when nothing is left. A polygon that falls apart becomes a
    /// multipolygon, a line string a multi line string; new corners lie on 1/256 px.
    ///
    /// # Errors
    /// When the part left over is not valid, which needs a shape that was not valid before.
    pub fn clip_to(&self, width: f64, height: f64) -> Result<Option<Shape>, GeometryError> {
        let image = Bounds::new(0.0, 0.0, width, height);
        let bounds = self.bounds();
        if self.is_empty() || !bounds.intersects(&image) {
            return Ok(None);
        }
        if image.contains(&bounds) {
            return Ok(Some(self.clone()));
        }
        let Some(geometry) = clip(self.geometry(), &image)? else { return Ok(None) };
        let shape = Shape::from_geometry(geometry);
        shape.validate()?;
        Ok(Some(shape))
    }
}

fn clip(geometry: &Geometry<f64>, image: &Bounds) -> Result<Option<Geometry<f64>>, GeometryError> {
    Ok(match geometry {
        Geometry::Point(point) => image.contains_point(point.x(), point.y()).then(|| geometry.clone()),
        Geometry::MultiPoint(points) => {
            let inside = points.iter().filter(|point| image.contains_point(point.x(), point.y()));
            let inside = MultiPoint(inside.copied().collect());
            (!inside.0.is_empty()).then_some(Geometry::MultiPoint(inside))
        }
        Geometry::Line(line) => lines(clip_line(&LineString::from(*line), image)),
        Geometry::LineString(line) => lines(clip_line(line, image)),
        Geometry::MultiLineString(parts) => {
            lines(parts.iter().flat_map(|line| clip_line(line, image)).collect())
        }
        Geometry::Polygon(polygon) => polygons(clip_polygon(polygon, image)?),
        Geometry::Rect(rect) => polygons(clip_polygon(&rect.to_polygon(), image)?),
        Geometry::Triangle(triangle) => polygons(clip_polygon(&triangle.to_polygon(), image)?),
        Geometry::MultiPolygon(parts) => {
            let mut left = Vec::new();
            for polygon in parts {
                left.extend(clip_polygon(polygon, image)?);
            }
            polygons(left)
        }
        Geometry::GeometryCollection(parts) => {
            let mut left = Vec::new();
            for part in parts {
                left.extend(clip(part, image)?);
            }
            (!left.is_empty()).then_some(Geometry::GeometryCollection(GeometryCollection(left)))
        }
    })
}

fn lines(mut parts: Vec<LineString<f64>>) -> Option<Geometry<f64>> {
    match parts.len() {
        0 => None,
        1 => parts.pop().map(Geometry::LineString),
        _ => Some(Geometry::MultiLineString(MultiLineString(parts))),
    }
}

fn polygons(mut parts: Vec<Polygon<f64>>) -> Option<Geometry<f64>> {
    match parts.len() {
        0 => None,
        1 => parts.pop().map(Geometry::Polygon),
        _ => Some(Geometry::MultiPolygon(MultiPolygon(parts))),
    }
}

fn clip_line(line: &LineString<f64>, image: &Bounds) -> Vec<LineString<f64>> {
    let mut parts: Vec<Vec<Coord<f64>>> = Vec::new();
    for segment in line.lines() {
        let Some((a, b)) = clip_segment(segment.start, segment.end, image) else { continue };
        match parts.last_mut() {
            Some(part) if part.last() == Some(&a) => part.push(b),
            _ => parts.push(vec![a, b]),
        }
    }
    // A line that only touches the border leaves a part of no length.
    parts.retain(|part| part.iter().any(|coord| *coord != part[0]));
    parts.into_iter().map(LineString).collect()
}

/// The part of a segment inside a box (Liang and Barsky), its ends untouched where they lie inside.
pub(crate) fn clip_segment(a: Coord<f64>, b: Coord<f64>, view: &Bounds) -> Option<(Coord<f64>, Coord<f64>)> {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    for (step, room) in
        [(-dx, a.x - view.min_x), (dx, view.max_x - a.x), (-dy, a.y - view.min_y), (dy, view.max_y - a.y)]
    {
        if step == 0.0 {
            if room < 0.0 {
                return None;
            }
        } else if step < 0.0 {
            enter = enter.max(room / step);
        } else {
            leave = leave.min(room / step);
        }
    }
    // Written so that NaN, of coordinates that are no numbers, gives nothing.
    if enter <= leave {
        let at = |t: f64| Coord {
            x: (a.x + t * dx).clamp(view.min_x, view.max_x),
            y: (a.y + t * dy).clamp(view.min_y, view.max_y),
        };
        return Some((if enter > 0.0 { at(enter) } else { a }, if leave < 1.0 { at(leave) } else { b }));
    }
    None
}

fn clip_polygon(polygon: &Polygon<f64>, image: &Bounds) -> Result<Vec<Polygon<f64>>, GeometryError> {
    let Some(rect) = polygon.bounding_rect() else { return Ok(Vec::new()) };
    let bounds = Bounds::new(rect.min().x, rect.min().y, rect.max().x, rect.max().y);
    if image.contains(&bounds) {
        return Ok(vec![polygon.clone()]);
    }
    if !image.intersects(&bounds) {
        return Ok(Vec::new());
    }
    let around = image.expand(image.width().max(image.height()));
    let near = if around.contains(&bounds) { polygon.clone() } else { cut_far_parts(polygon, &around) };
    let Geometry::Polygon(frame) = Shape::from_bounds(image).into_geometry() else { return Ok(Vec::new()) };
    let cut = near.intersection(&frame);

    let snapped = Snap::new(polygon, image, around.width().max(around.height())).apply(&cut);
    let left: Vec<Polygon<f64>> = snapped.into_iter().filter(has_area).collect();
    if Shape::from_geometry(MultiPolygon(left.clone())).validate().is_ok() {
        return Ok(left);
    }
    // Moving positions can close a gap of less than 1/256 px; then the unmoved ones are taken.
    Ok(cut.into_iter().filter(has_area).collect())
}

/// Slivers below this many square pixels are what rounding leaves of a polygon that touches the border.
const LEAST_AREA: f64 = 1e-3;

fn has_area(polygon: &Polygon<f64>) -> bool {
    polygon.unsigned_area() > LEAST_AREA
}

/// Sutherland and Hodgman: cuts rings at the four sides of a box. Parts may be left joined by edges along the
/// box, which enclose nothing and vanish in the boolean operation that follows.
fn cut_far_parts(polygon: &Polygon<f64>, around: &Bounds) -> Polygon<f64> {
    let (outer, holes) = polygon.clone().into_inner();
    let cut = |ring: LineString<f64>| {
        let mut points = ring.0;
        points.pop();
        points = cut_side(&points, |c| c.x >= around.min_x, |a, b| at_x(a, b, around.min_x));
        points = cut_side(&points, |c| c.x <= around.max_x, |a, b| at_x(a, b, around.max_x));
        points = cut_side(&points, |c| c.y >= around.min_y, |a, b| at_y(a, b, around.min_y));
        points = cut_side(&points, |c| c.y <= around.max_y, |a, b| at_y(a, b, around.max_y));
        LineString(points)
    };
    Polygon::new(cut(outer), holes.into_iter().map(cut).filter(|ring| !ring.0.is_empty()).collect())
}

fn cut_side(
    points: &[Coord<f64>],
    inside: impl Fn(&Coord<f64>) -> bool,
    crossing: impl Fn(Coord<f64>, Coord<f64>) -> Coord<f64>,
) -> Vec<Coord<f64>> {
    let mut left = Vec::with_capacity(points.len() + 4);
    let Some(&last) = points.last() else { return left };
    let mut before = last;
    for &point in points {
        if inside(&point) != inside(&before) {
            left.push(crossing(before, point));
        }
        if inside(&point) {
            left.push(point);
        }
        before = point;
    }
    left
}

fn at_x(a: Coord<f64>, b: Coord<f64>, x: f64) -> Coord<f64> {
    Coord { x, y: a.y + (b.y - a.y) * ((x - a.x) / (b.x - a.x)) }
}

fn at_y(a: Coord<f64>, b: Coord<f64>, y: f64) -> Coord<f64> {
    Coord { x: a.x + (b.x - a.x) * ((y - a.y) / (b.y - a.y)), y }
}

/// Puts positions that went over the integer grid back to where they belong.
struct Snap<'a> {
    image: &'a Bounds,
    /// Twice the farthest that the grid moves a position.
    reach: f64,
    /// Original vertices by square of `4 * reach`.
    vertices: HashMap<(i64, i64), Vec<Coord<f64>>>,
}

impl<'a> Snap<'a> {
    fn new(polygon: &Polygon<f64>, image: &'a Bounds, extent: f64) -> Self {
        // The grid has about 2^29 steps over the extent.
        let mut snap = Self { image, reach: extent / f64::from(1 << 27), vertices: HashMap::new() };
        for coord in polygon.coords_iter().filter(|c| image.contains_point(c.x, c.y)) {
            let square = snap.square(coord);
            snap.vertices.entry(square).or_default().push(coord);
        }
        snap
    }

    fn square(&self, coord: Coord<f64>) -> (i64, i64) {
        let side = 4.0 * self.reach;
        ((coord.x / side).floor() as i64, (coord.y / side).floor() as i64)
    }

    fn apply(&self, polygons: &MultiPolygon<f64>) -> MultiPolygon<f64> {
        polygons.map_coords(|coord| self.place(coord))
    }

    fn place(&self, coord: Coord<f64>) -> Coord<f64> {
        let (column, row) = self.square(coord);
        for x in column - 1..=column + 1 {
            for y in row - 1..=row + 1 {
                let near = self.vertices.get(&(x, y)).into_iter().flatten().find(|vertex| {
                    (vertex.x - coord.x).abs() <= self.reach && (vertex.y - coord.y).abs() <= self.reach
                });
                if let Some(vertex) = near {
                    return *vertex;
                }
            }
        }
        Coord {
            x: self.along(coord.x, self.image.min_x, self.image.max_x),
            y: self.along(coord.y, self.image.min_y, self.image.max_y),
        }
    }

    fn along(&self, value: f64, low: f64, high: f64) -> f64 {
        if (value - low).abs() <= self.reach {
            low
        } else if (value - high).abs() <= self.reach {
            high
        } else {
            ((value * 256.0).round() / 256.0).clamp(low, high)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn clipped(wkt: &str) -> String {
        match Shape::from_wkt(wkt).unwrap().clip_to(100.0, 50.0).unwrap() {
            Some(shape) => shape.to_wkt(),
            None => "nothing".to_owned(),
        }
    }

    #[test]
    fn what_lies_inside_stays_as_it_is() {
        for wkt in [
            "POLYGON ((0 0, 100 0, 100 50, 0 0))",
            "POLYGON ((1 1, 1.123456789 2, 2 2, 1 1))",
            "LINESTRING (0 0, 100 50)",
            "POINT (100 50)",
        ] {
            assert_eq!(clipped(wkt), wkt);
        }
    }

    #[test]
    fn what_lies_outside_is_nothing() {
        for wkt in [
            "POLYGON ((200 0, 300 0, 300 50, 200 0))",
            "POLYGON ((100 0, 200 0, 200 50, 100 50, 100 0))", // shares a border
            "POLYGON ((90 -30, 130 10, 130 -30, 90 -30))",     // its box reaches in
            "LINESTRING (90 -30, 130 10)",
            "LINESTRING (100 60, 100 50)", // touches in a point
            "POINT (100.5 0)",
            "MULTIPOINT ((-1 0), (0 -1))",
            "GEOMETRYCOLLECTION (POINT (-1 -1), POLYGON ((200 0, 300 0, 300 50, 200 0)))",
            "POLYGON EMPTY",
        ] {
            assert_eq!(clipped(wkt), "nothing", "{wkt}");
        }
    }

    fn area_and_points(wkt: &str) -> (f64, usize) {
        let shape = Shape::from_wkt(&clipped(wkt)).unwrap();
        (shape.area(), shape.num_points())
    }

    #[test]
    fn polygons_end_exactly_at_the_border() {
        assert_eq!(area_and_points("POLYGON ((90 10, 110 10, 110 30, 90 30, 90 10))"), (200.0, 5));
        assert_eq!(area_and_points("POLYGON ((-10 -10, 110 -10, 110 60, -10 60, -10 -10))"), (5000.0, 5));
        assert!(
            clipped("POLYGON ((90.123456789 10, 110 10, 110 30, 90 30, 90.123456789 10))")
                .contains("90.123456789 10")
        );
    }

    #[test]
    fn polygons_may_fall_apart() {
        let fork = "POLYGON ((80 10, 120 10, 120 40, 80 40, 80 30, 110 30, 110 20, 80 20, 80 10))";
        let shape = Shape::from_wkt(&clipped(fork)).unwrap();
        assert_eq!((shape.kind(), shape.area()), (crate::ShapeKind::MultiPolygon, 400.0));
        let hole = "POLYGON ((80 10, 120 10, 120 40, 80 40, 80 10), (90 20, 110 20, 110 30, 90 30, 90 20))";
        assert_eq!(area_and_points(hole).0, 500.0);
        let two = "MULTIPOLYGON (((1 1, 2 1, 2 2, 1 1)), ((200 0, 300 0, 300 50, 200 0)))";
        assert_eq!(clipped(two), "POLYGON ((1 1, 2 1, 2 2, 1 1))");
    }

    #[test]
    fn far_corners_do_not_blur_near_ones() {
        let far = "POLYGON ((10.5 10.25, 2000000000 10.25, 2000000000 -2000000000, 10.5 10.25))";
        let text = clipped(far);
        assert!(text.contains("10.5 10.25") && text.contains("100 10.25"), "{text}");
        let around = "POLYGON ((-1e9 -1e9, 1e9 -1e9, 1e9 1e9, -1e9 1e9, -1e9 -1e9))";
        assert_eq!(area_and_points(around).0, 5000.0);
    }

    #[test]
    fn lines_are_cut_into_parts() {
        assert_eq!(clipped("LINESTRING (-10 10, 110 10)"), "LINESTRING (0 10, 100 10)");
        assert_eq!(
            clipped("LINESTRING (50 10, 150 10, 150 20, 50 20)"),
            "MULTILINESTRING ((50 10, 100 10), (100 20, 50 20))"
        );
        assert_eq!(clipped("MULTIPOINT ((5 5), (-5 5))"), "MULTIPOINT ((5 5))");
        assert_eq!(
            clipped("GEOMETRYCOLLECTION (POINT (5 5), LINESTRING (-5 5, -6 5))"),
            "GEOMETRYCOLLECTION (POINT (5 5))"
        );
    }

    proptest! {
        /// Star-shaped outlines anywhere: the part is valid, inside, and no larger than before.
        #[test]
        fn parts_are_valid_and_inside(
            x in -60.0..160.0_f64, y in -60.0..110.0_f64,
            radii in prop::collection::vec(0.5..80.0_f64, 3..40),
        ) {
            let corners = radii.len() as f64;
            let star = radii.iter().enumerate().map(|(corner, radius)| {
                let angle = corner as f64 / corners * std::f64::consts::TAU;
                (x + radius * angle.cos(), y + radius * angle.sin())
            });
            let shape = Shape::from_geometry(Polygon::new(star.collect(), Vec::new()));
            prop_assume!(shape.validate().is_ok());
            if let Some(part) = shape.clip_to(100.0, 50.0).unwrap() {
                prop_assert!(part.validate().is_ok());
                prop_assert!(Bounds::new(0.0, 0.0, 100.0, 50.0).contains(&part.bounds()));
                prop_assert!(part.area() <= shape.area() + 0.5);
                let (cx, cy) = (50.0, 25.0);
                let near_edge = |s: &Shape| Shape::from_geometry(geo::Point::new(cx, cy)).distance(&border(s)) < 0.1;
                if !near_edge(&shape) && !near_edge(&part) {
                    prop_assert_eq!(part.contains_point(cx, cy), shape.contains_point(cx, cy));
                }
            }
        }
    }

    fn border(shape: &Shape) -> Shape {
        let mut rings = Vec::new();
        let mut add = |polygon: &Polygon<f64>| rings.push(polygon.exterior().clone());
        match shape.geometry() {
            Geometry::Polygon(polygon) => add(polygon),
            Geometry::MultiPolygon(polygons) => polygons.iter().for_each(add),
            _ => {}
        }
        Shape::from_geometry(MultiLineString(rings))
    }
}
