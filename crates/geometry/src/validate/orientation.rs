//! Exact geometry of three and four points (Shewchuk's adaptive predicates).

use std::cmp::Ordering;

use geo::Coord;

/// Positive when `c` lies to the left of the way from `a` to `b`, negative to the right, 0 on the line.
/// The sign is exact.
pub(super) fn turn(a: Coord<f64>, b: Coord<f64>, c: Coord<f64>) -> f64 {
    let point = |p: Coord<f64>| robust::Coord { x: p.x, y: p.y };
    robust::orient2d(point(a), point(b), point(c))
}

/// The order in which a sweep meets points: by x, then by y.
pub(super) fn order(a: Coord<f64>, b: Coord<f64>) -> Ordering {
    // Coordinates were checked to be finite; -0 and 0 are the same place, so total_cmp would be wrong.
    a.x.partial_cmp(&b.x).unwrap_or(Ordering::Equal).then(a.y.partial_cmp(&b.y).unwrap_or(Ordering::Equal))
}

/// Whether the inner points of two segments cross.
pub(super) fn cross(a: Coord<f64>, b: Coord<f64>, c: Coord<f64>, d: Coord<f64>) -> bool {
    let opposite = |s: f64, t: f64| (s > 0.0 && t < 0.0) || (s < 0.0 && t > 0.0);
    opposite(turn(a, b, c), turn(a, b, d)) && opposite(turn(c, d, a), turn(c, d, b))
}

/// Whether two segments whose boxes overlap share a point.
pub(super) fn meet(a: Coord<f64>, b: Coord<f64>, c: Coord<f64>, d: Coord<f64>) -> bool {
    let apart = |s: f64, t: f64| (s > 0.0 && t > 0.0) || (s < 0.0 && t < 0.0);
    !apart(turn(a, b, c), turn(a, b, d)) && !apart(turn(c, d, a), turn(c, d, b))
}

/// Where two segments that cross do so, rounded.
pub(super) fn crossing(a: Coord<f64>, b: Coord<f64>, c: Coord<f64>, d: Coord<f64>) -> Coord<f64> {
    let (s, t) = (turn(c, d, a), turn(c, d, b));
    a + (b - a) * (s / (s - t))
}
