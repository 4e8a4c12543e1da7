//! How shapes lie to each other: touching, containing, distance.

use geo::line_measures::{Distance, Euclidean};
use geo::{Coord, Intersects};

use crate::{Bounds, Shape};

impl Shape {
    /// Whether the shapes share a point; touching borders count.
    pub fn intersects(&self, other: &Shape) -> bool {
        self.bounds().intersects(&other.bounds()) && self.geometry().intersects(other.geometry())
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

#[cfg(test)]
mod tests {
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

    #[test]
    fn distances_are_euclidean() {
        let ring = shape(RING);
        assert_eq!(ring.distance(&shape("POINT (13 14)")), 5.0);
        assert_eq!(ring.distance(&shape("POINT (5 5)")), 1.0);
        assert_eq!(ring.distance(&shape("POINT (1 1)")), 0.0);
        assert_eq!(ring.distance(&shape("POINT EMPTY")), f64::INFINITY);
    }
}
