//! How shapes lie to each other: touching, containing, distance.
//!
//! `geo` compares every edge with every edge, which is right for nuclei. Two outlines of 10,000 points would
//! take half a second, so larger shapes are compared through a tree of the edges of one of them.

use geo::line_measures::{Distance, Euclidean};
use geo::{Coord, Geometry, Intersects, Line, Polygon};
use rstar::{RTree, RTreeObject};

use crate::{Bounds, Shape};

/// Above this many pairs of edges a tree is quicker.
const MAX_PAIRS: usize = 100_000;

impl Shape {
    /// Whether the shapes share a point; touching borders count.
    pub fn intersects(&self, other: &Shape) -> bool {
        let (own, others) = (self.bounds(), other.bounds());
        if self.is_empty() || other.is_empty() || !own.intersects(&others) {
            return false;
        }
        if self.num_points().saturating_mul(other.num_points()) <= MAX_PAIRS {
            return self.geometry().intersects(other.geometry());
        }
        edges_meet(self, other)
            || starts(self).iter().any(|start| other.contains_point(start.x, start.y))
            || starts(other).iter().any(|start| self.contains_point(start.x, start.y))
    }

    /// Whether the shape shares a point with the box, its border included.
    pub fn intersects_bounds(&self, bounds: &Bounds) -> bool {
        let own = self.bounds();
        if !own.intersects(bounds) || self.is_empty() {
            return false;
        }
        if bounds.contains(&own) {
            return true;
        }
        let corners = geo::Rect::new((bounds.min_x, bounds.min_y), (bounds.max_x, bounds.max_y));
        self.geometry().intersects(&corners)
    }

    /// Whether the point lies in the shape or on its border.
    pub fn contains_point(&self, x: f64, y: f64) -> bool {
        self.bounds().contains_point(x, y) && self.geometry().intersects(&Coord { x, y })
    }

    /// Smallest distance between the shapes in pixels; 0 when they touch. Infinite when one is empty.
    pub fn distance(&self, other: &Shape) -> f64 {
        if self.is_empty() || other.is_empty() {
            return f64::INFINITY;
        }
        Euclidean.distance(self.geometry(), other.geometry())
    }
}

fn edges_meet(a: &Shape, b: &Shape) -> bool {
    let tree = RTree::bulk_load(edges_within(a, &b.bounds()));
    edges_within(b, &a.bounds()).iter().any(|edge| {
        tree.locate_in_envelope_intersecting(&edge.envelope()).any(|other| other.intersects(edge))
    })
}

fn edges_within(shape: &Shape, bounds: &Bounds) -> Vec<Line<f64>> {
    let mut edges = Vec::new();
    each_path(shape.geometry(), &mut |path| {
        let lines = path.windows(2).map(|ends| Line::new(ends[0], ends[1]));
        edges.extend(lines.filter(|line| {
            Bounds::new(line.start.x, line.start.y, line.end.x, line.end.y).intersects(bounds)
        }));
    });
    edges
}

/// One position of every connected part: of each point, line and ring. When no edges meet, a part lies wholly
/// inside or wholly outside of the other shape, so one position tells.
fn starts(shape: &Shape) -> Vec<Coord<f64>> {
    let mut starts = Vec::new();
    each_path(shape.geometry(), &mut |path| starts.extend(path.first()));
    starts
}

/// Gives the positions of each point, line and ring.
fn each_path(geometry: &Geometry<f64>, visit: &mut dyn FnMut(&[Coord<f64>])) {
    let mut rings = |polygon: &Polygon<f64>| {
        visit(&polygon.exterior().0);
        polygon.interiors().iter().for_each(|hole| visit(&hole.0));
    };
    match geometry {
        Geometry::Point(point) => visit(&[point.0]),
        Geometry::Line(line) => visit(&[line.start, line.end]),
        Geometry::LineString(line) => visit(&line.0),
        Geometry::Polygon(polygon) => rings(polygon),
        Geometry::MultiPoint(points) => points.iter().for_each(|point| visit(&[point.0])),
        Geometry::MultiLineString(lines) => lines.iter().for_each(|line| visit(&line.0)),
        Geometry::MultiPolygon(polygons) => polygons.iter().for_each(rings),
        Geometry::Rect(rect) => rings(&rect.to_polygon()),
        Geometry::Triangle(triangle) => rings(&triangle.to_polygon()),
        Geometry::GeometryCollection(parts) => parts.iter().for_each(|part| each_path(part, visit)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shape(wkt: &str) -> Shape {
        Shape::from_wkt(wkt).unwrap()
    }

    const RING: &str = "POLYGON ((0 0, 10 0, 10 10, 0 10, 0 0), (4 4, 6 4, 6 6, 4 6, 4 4))";

    #[test]
    fn touching_counts_and_holes_do_not() {
        let ring = shape(RING);
        assert!(ring.intersects(&shape("POINT (10 10)")));
        assert!(!ring.intersects(&shape("POINT (5 5)")));
        assert!(ring.intersects(&shape("LINESTRING (5 5, 5 20)")));
        assert!(!ring.intersects(&shape("POLYGON ((11 0, 12 0, 12 1, 11 0))")));
    }

    #[test]
    fn boxes_and_points_meet_the_outline_not_its_box() {
        let triangle = shape("POLYGON ((0 0, 10 0, 0 10, 0 0))");
        assert!(triangle.intersects_bounds(&Bounds::new(-5.0, -5.0, 0.0, 0.0)));
        assert!(!triangle.intersects_bounds(&Bounds::new(8.0, 8.0, 9.0, 9.0)));
        assert!(triangle.intersects_bounds(&Bounds::new(-1.0, -1.0, 11.0, 11.0)));
        assert!(triangle.contains_point(5.0, 5.0) && !triangle.contains_point(5.1, 5.1));
        assert!(!shape(RING).intersects_bounds(&Bounds::new(4.5, 4.5, 5.5, 5.5)));
        assert!(!shape("POINT EMPTY").intersects_bounds(&Bounds::new(-1.0, -1.0, 1.0, 1.0)));
    }

    /// A wavy ring around a centre, large enough for the tree when two of them meet.
    fn wave(x: f64, y: f64, radius: f64, hole: f64) -> Shape {
        let ring = |radius: f64| -> geo::LineString<f64> {
            (0..2000)
                .map(|i| {
                    let angle = f64::from(i) / 2000.0 * std::f64::consts::TAU;
                    let radius = radius * (1.0 + 0.1 * (20.0 * angle).sin());
                    (x + radius * angle.cos(), y + radius * angle.sin())
                })
                .collect()
        };
        let holes = if hole > 0.0 { vec![ring(hole)] } else { Vec::new() };
        Shape::from_geometry(geo::Polygon::new(ring(radius), holes))
    }

    #[test]
    fn large_shapes_inside_of_each_other() {
        let lake = wave(0.0, 0.0, 100.0, 50.0);
        assert!(!lake.intersects(&wave(0.0, 0.0, 30.0, 0.0)), "an island in the lake");
        assert!(lake.intersects(&wave(75.0, 0.0, 5.0, 0.0)), "within the ring");
        assert!(wave(75.0, 0.0, 5.0, 0.0).intersects(&lake));
        assert!(lake.intersects(&wave(0.0, 0.0, 50.0, 0.0)), "shore to shore");
        assert!(!lake.intersects(&wave(0.0, 0.0, 300.0, 200.0)), "around it");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

        /// The tree and geo's comparison of all pairs agree.
        #[test]
        fn the_tree_agrees_with_all_pairs(
            x in -150.0..150.0_f64, y in -150.0..150.0_f64, radius in 1.0..80.0_f64, hole in 10.0..90.0_f64,
        ) {
            let (a, b) = (wave(0.0, 0.0, 100.0, hole), wave(x, y, radius, 0.0));
            prop_assert_eq!(a.intersects(&b), a.geometry().intersects(b.geometry()));
        }
    }

    #[test]
    fn distances_are_euclidean() {
        let ring = shape(RING);
        assert_eq!(ring.distance(&shape("POINT (13 14)")), 5.0);
        assert_eq!(ring.distance(&shape("POINT (5 5)")), 1.0);
        assert_eq!(ring.distance(&shape("POINT (1 1)")), 0.0);
        assert_eq!(ring.distance(&shape("POINT EMPTY")), f64::INFINITY);
    }
}
