//! The quick yes for small outlines: every pair of edges is compared.
//!
//! Below some 60 edges this takes a microsecond or two, less than a sweep needs to set itself up. It only
//! says yes; what it does not like goes to the sweep, which finds the reason.

use geo::Coord;

use super::orientation::{meet, order, turn};

/// More edges than this are left to the sweep.
pub(super) const MAX_EDGES: usize = 64;

/// Whether the ring (without its closing point, at most [`MAX_EDGES`] points, no repeated ones) is free of
/// crossings, touches and spikes.
pub(super) fn is_simple(points: &[Coord<f64>]) -> bool {
    let edges = points.len();
    let point = |index: usize| points[if index < edges { index } else { index - edges }];
    let mut boxes = [[0.0_f64; 4]; MAX_EDGES];
    for (index, edge) in boxes.iter_mut().enumerate().take(edges) {
        let (a, b) = (point(index), point(index + 1));
        *edge = [a.x.min(b.x), a.y.min(b.y), a.x.max(b.x), a.y.max(b.y)];
    }
    for i in 0..edges {
        if is_spike(point(i), point(i + 1), point(i + 2)) {
            return false;
        }
        let own = boxes[i];
        let end = if i == 0 { edges - 1 } else { edges };
        for (j, other) in boxes.iter().enumerate().take(end).skip(i + 2) {
            // `&` instead of `&&`: four comparisons without a branch are faster here.
            let near =
                (own[0] <= other[2]) & (other[0] <= own[2]) & (own[1] <= other[3]) & (other[1] <= own[3]);
            if near && meet(point(i), point(i + 1), point(j), point(j + 1)) {
                return false;
            }
        }
    }
    true
}

/// Whether the way from `a` over `b` to `c` turns back on itself.
fn is_spike(a: Coord<f64>, b: Coord<f64>, c: Coord<f64>) -> bool {
    order(a, b) == order(c, b) && turn(a, b, c) == 0.0
}
