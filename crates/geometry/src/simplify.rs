//! Thinning out outlines, with a tolerance or to a number of points.
//!
//! Douglas and Peucker's rule, but computed once for all tolerances: each position gets the largest tolerance
//! at which it stays (its weight). A tolerance is then a filter, and the number of points for it a search in
//! sorted weights. Thinned rings may meet each other, so every result is checked and other tolerances are
//! tried until one is valid; else the shape stays as it is.

use geo::{Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPolygon, Polygon};

use crate::Shape;

/// Results that are checked before the shape is left as it is.
const ATTEMPTS: u32 = 12;

/// Below this depth of halving, ranges are cut in the middle instead of at the farthest position. Without it
/// outlines exist that take quadratic time.
const MAX_UNEVEN_DEPTH: u32 = 64;

impl Shape {
    /// Thins out to at most `max_points` positions and, if it can, at least `min_points`; gives the tolerance
    /// used in pixels, 0 when nothing was done. Points, and shapes of at most `max_points` positions, stay as
    /// they are. When no valid result is found between the bounds, one with more positions is taken.
    pub fn simplify(&self, min_points: usize, max_points: usize) -> (Shape, f64) {
        let total = self.num_points();
        if total <= max_points {
            return (self.clone(), 0.0);
        }
        let mut weights = Vec::with_capacity(total);
        weigh(self.geometry(), &mut weights);
        let mut sorted: Vec<f64> = weights.iter().copied().filter(|weight| weight.is_finite()).collect();
        sorted.sort_unstable_by(|a, b| b.total_cmp(a));
        let fixed = total - sorted.len();

        // The tolerance that keeps about `count` positions.
        let tolerance_for = |count: usize| {
            let kept = count.saturating_sub(fixed).min(sorted.len());
            sorted.get(kept).copied().unwrap_or(0.0)
        };
        let least = min_points.min(max_points);
        let between =
            (0..ATTEMPTS).map(|i| max_points - (max_points - least) * i as usize / ATTEMPTS as usize);
        let above = (1..ATTEMPTS).map(|i| max_points + (total - max_points) * i as usize / ATTEMPTS as usize);
        let mut tried = f64::NAN;
        for tolerance in between.chain(above).map(tolerance_for) {
            if tolerance == tried || tolerance <= 0.0 {
                continue;
            }
            tried = tolerance;
            if let Some(shape) = self.thinned(&weights, tolerance) {
                return (shape, tolerance);
            }
        }
        (self.clone(), 0.0)
    }

    /// Thins out: leaves positions out that lie within `tolerance` pixels of the line without them. When the
    /// result would not be valid, smaller tolerances are tried; at worst the shape stays as it is.
    pub fn simplify_with(&self, tolerance: f64) -> Shape {
        if tolerance.is_nan() || tolerance <= 0.0 {
            return self.clone();
        }
        let mut weights = Vec::with_capacity(self.num_points());
        weigh(self.geometry(), &mut weights);
        (0..ATTEMPTS)
            .find_map(|i| self.thinned(&weights, tolerance / f64::from(1_u32 << i)))
            .unwrap_or_else(|| self.clone())
    }

    fn thinned(&self, weights: &[f64], tolerance: f64) -> Option<Shape> {
        let mut weights = weights;
        let shape = Shape::from_geometry(thin(self.geometry(), &mut weights, tolerance));
        shape.validate().is_ok().then_some(shape)
    }
}

/// Appends the weights of all positions that can be left out, in order of the geometry.
fn weigh(geometry: &Geometry<f64>, weights: &mut Vec<f64>) {
    match geometry {
        Geometry::LineString(line) => weigh_line(line, weights),
        Geometry::MultiLineString(lines) => lines.iter().for_each(|line| weigh_line(line, weights)),
        Geometry::Polygon(polygon) => weigh_polygon(polygon, weights),
        Geometry::MultiPolygon(polygons) => {
            polygons.iter().for_each(|polygon| weigh_polygon(polygon, weights));
        }
        Geometry::GeometryCollection(parts) => parts.iter().for_each(|part| weigh(part, weights)),
        _ => {}
    }
}

/// The geometry with the positions whose weight is above the tolerance; takes what it uses off `weights`.
fn thin(geometry: &Geometry<f64>, weights: &mut &[f64], tolerance: f64) -> Geometry<f64> {
    match geometry {
        Geometry::LineString(line) => Geometry::LineString(thin_line(line, weights, tolerance)),
        Geometry::MultiLineString(lines) => Geometry::MultiLineString(MultiLineString(
            lines.iter().map(|line| thin_line(line, weights, tolerance)).collect(),
        )),
        Geometry::Polygon(polygon) => Geometry::Polygon(thin_polygon(polygon, weights, tolerance)),
        Geometry::MultiPolygon(polygons) => Geometry::MultiPolygon(MultiPolygon(
            polygons.iter().map(|polygon| thin_polygon(polygon, weights, tolerance)).collect(),
        )),
        Geometry::GeometryCollection(parts) => Geometry::GeometryCollection(GeometryCollection(
            parts.iter().map(|part| thin(part, weights, tolerance)).collect(),
        )),
        other => other.clone(),
    }
}

fn thin_line(line: &LineString<f64>, weights: &mut &[f64], tolerance: f64) -> LineString<f64> {
    let (own, rest) = weights.split_at(line.0.len());
    *weights = rest;
    LineString(
        line.0.iter().zip(own).filter(|(_, weight)| **weight > tolerance).map(|(coord, _)| *coord).collect(),
    )
}

fn thin_polygon(polygon: &Polygon<f64>, weights: &mut &[f64], tolerance: f64) -> Polygon<f64> {
    let outer = thin_line(polygon.exterior(), weights, tolerance);
    let holes = polygon.interiors().iter().map(|hole| thin_line(hole, weights, tolerance)).collect();
    Polygon::new(outer, holes)
}

fn weigh_polygon(polygon: &Polygon<f64>, weights: &mut Vec<f64>) {
    for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
        weigh_ring(&ring.0, weights);
    }
}

/// The ends of a line always stay.
fn weigh_line(line: &LineString<f64>, weights: &mut Vec<f64>) {
    let start = weights.len();
    weights.resize(start + line.0.len(), 0.0);
    if let [first, .., last] = &mut weights[start..] {
        (*first, *last) = (f64::INFINITY, f64::INFINITY);
        weigh_between(&line.0, &mut weights[start..]);
    } else {
        weights[start..].fill(f64::INFINITY);
    }
}

/// Of a ring three positions always stay, so that it encloses something: the first (and closing) one, the
/// farthest from it, and the heaviest of the rest.
fn weigh_ring(ring: &[Coord<f64>], weights: &mut Vec<f64>) {
    let start = weights.len();
    weights.resize(start + ring.len(), 0.0);
    let own = &mut weights[start..];
    if ring.len() <= 4 {
        own.fill(f64::INFINITY);
        return;
    }
    let last = ring.len() - 1;
    let far = |i: &usize| (ring[*i].x - ring[0].x).hypot(ring[*i].y - ring[0].y);
    let farthest = (1..last).max_by(|a, b| far(a).total_cmp(&far(b))).unwrap_or(1);
    for fixed in [0, farthest, last] {
        own[fixed] = f64::INFINITY;
    }
    weigh_between(&ring[..=farthest], &mut own[..=farthest]);
    weigh_between(&ring[farthest..], &mut own[farthest..]);
    let third = (1..last).filter(|i| *i != farthest).max_by(|a, b| own[*a].total_cmp(&own[*b]));
    if let Some(third) = third {
        own[third] = f64::INFINITY;
    }
}

/// Weights of the positions between the first and the last, which stay.
fn weigh_between(line: &[Coord<f64>], weights: &mut [f64]) {
    let mut stack = vec![(0, line.len() - 1, f64::INFINITY, 0)];
    while let Some((first, last, limit, depth)) = stack.pop() {
        if last - first < 2 {
            continue;
        }
        let distance = |i: usize| distance_to_segment(line[i], line[first], line[last]);
        let mut split = first + 1;
        let mut farthest = distance(split);
        for i in first + 2..last {
            let d = distance(i);
            if d > farthest {
                (split, farthest) = (i, d);
            }
        }
        if depth > MAX_UNEVEN_DEPTH {
            split = first + (last - first) / 2;
        }
        // A position is left out no later than the one that split the range before it.
        let weight = farthest.min(limit);
        weights[split] = weight;
        stack.push((first, split, weight, depth + 1));
        stack.push((split, last, weight, depth + 1));
    }
}

fn distance_to_segment(p: Coord<f64>, a: Coord<f64>, b: Coord<f64>) -> f64 {
    let (d, q) = (b - a, p - a);
    let length2 = d.x * d.x + d.y * d.y;
    let t = if length2 > 0.0 { ((q.x * d.x + q.y * d.y) / length2).clamp(0.0, 1.0) } else { 0.0 };
    (q.x - t * d.x).hypot(q.y - t * d.y)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shape(wkt: &str) -> Shape {
        Shape::from_wkt(wkt).unwrap()
    }

    fn circle(corners: u32, radius: f64) -> Shape {
        let corner = |i: u32| {
            let angle = f64::from(i) / f64::from(corners) * std::f64::consts::TAU;
            (500.0 + radius * angle.cos(), 500.0 + radius * angle.sin())
        };
        Shape::from_geometry(Polygon::new((0..corners).map(corner).collect(), Vec::new()))
    }

    #[test]
    fn a_tolerance_leaves_small_steps_out() {
        let line = shape("LINESTRING (0 0, 5 0.4, 10 0, 15 3, 20 0)");
        assert_eq!(line.simplify_with(0.5).to_wkt(), "LINESTRING (0 0, 10 0, 15 3, 20 0)");
        assert_eq!(line.simplify_with(5.0).to_wkt(), "LINESTRING (0 0, 20 0)");
        assert_eq!(line.simplify_with(0.0), line);
        assert_eq!(line.simplify_with(f64::NAN), line);
        let square = shape("POLYGON ((0 0, 5 0, 10 0, 10 10, 0 10, 0 0))");
        assert_eq!(square.simplify_with(0.5).to_wkt(), "POLYGON ((0 0, 10 0, 10 10, 0 10, 0 0))");
    }

    #[test]
    fn rings_keep_an_inside_at_any_tolerance() {
        let thinned = circle(300, 40.0).simplify_with(1e9);
        assert_eq!(thinned.num_points(), 4);
        assert!(thinned.validate().is_ok());
        let holed = shape("POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (2 2, 3 2, 3 3, 2.5 3.1, 2 3, 2 2))");
        assert!(holed.simplify_with(100.0).validate().is_ok());
    }

    #[test]
    fn the_number_of_points_ends_between_the_bounds() {
        let outline = circle(1000, 400.0);
        let (thinned, tolerance) = outline.simplify(50, 200);
        assert!((50..=200).contains(&thinned.num_points()), "{} points", thinned.num_points());
        assert!(tolerance > 0.0 && tolerance < 1.0);
        assert!((thinned.area() / outline.area() - 1.0).abs() < 0.001);
        assert_eq!(outline.simplify_with(tolerance), thinned);
    }

    #[test]
    fn small_shapes_and_points_stay() {
        let square = shape("POLYGON ((0 0, 10 0, 10 10, 0 10, 0 0))");
        assert_eq!(square.simplify(100, 200), (square, 0.0));
        let points = shape("MULTIPOINT ((0 0), (1 1), (2 2))");
        assert_eq!(points.simplify(1, 2), (points, 0.0));
        let triangle = shape("POLYGON ((0 0, 10 0, 10 10, 0 0))");
        assert_eq!(triangle.simplify(0, 0), (triangle, 0.0));
    }

    #[test]
    fn a_hole_near_the_border_does_not_end_outside() {
        // The bulge to the right holds the hole; without the bulge the hole would be outside.
        let tight = shape(
            "POLYGON ((0 0, 100 0, 104 25, 106 50, 104 75, 100 100, 0 100, 0 0), (102 45, 105 50, 102 55, 102 45))",
        );
        let thinned = tight.simplify_with(7.0);
        assert!(thinned.validate().is_ok());
        assert!(thinned.num_points() > 8);
    }

    #[test]
    fn uneven_outlines_end_soon() {
        let spiral = (0..200_000_u32).map(|i| {
            let t = f64::from(i) / 100.0;
            (t * t.cos(), t * t.sin())
        });
        let line = Shape::from_geometry(spiral.collect::<LineString<f64>>());
        assert!(line.simplify(100, 1000).0.num_points() <= 1000);
        let steep = (0..200_000_u32).map(|i| (f64::from(i), 1.0005_f64.powi(-(i as i32)) * 1e6));
        let line = Shape::from_geometry(steep.collect::<LineString<f64>>());
        assert!(line.simplify(100, 1000).0.num_points() <= 1000);
    }

    proptest! {
        #[test]
        fn thinned_outlines_are_valid_and_near(
            radii in prop::collection::vec(5.0..50.0_f64, 8..120), tolerance in 0.01..30.0_f64,
        ) {
            let corners = radii.len() as f64;
            let star = radii.iter().enumerate().map(|(corner, radius)| {
                let angle = corner as f64 / corners * std::f64::consts::TAU;
                (radius * angle.cos(), radius * angle.sin())
            });
            let outline = Shape::from_geometry(Polygon::new(star.collect(), Vec::new()));
            prop_assume!(outline.validate().is_ok());
            let thinned = outline.simplify_with(tolerance);
            prop_assert!(thinned.validate().is_ok());
            prop_assert!(thinned.num_points() <= outline.num_points());
            let (fewer, _) = outline.simplify(4, 10);
            prop_assert!(fewer.validate().is_ok());
        }
    }
}
