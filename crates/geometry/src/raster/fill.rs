//! Filling polygons by scan lines.
//!
//! Each row is cut at the height of its pixel centres; the crossings with the edges, sorted, are alternately
//! entry and exit (even-odd, so holes need no care).

use geo::{Coord, Geometry, LineString, Polygon};

use super::canvas::Canvas;
use super::{Transform, stroke};

pub(super) fn shape(canvas: &mut Canvas<'_>, geometry: &Geometry<f64>, transform: &Transform) {
    match geometry {
        Geometry::Polygon(polygon) => fill_polygon(canvas, polygon, transform),
        Geometry::MultiPolygon(polygons) => {
            polygons.iter().for_each(|polygon| fill_polygon(canvas, polygon, transform));
        }
        Geometry::Rect(rect) => fill_polygon(canvas, &rect.to_polygon(), transform),
        Geometry::Triangle(triangle) => fill_polygon(canvas, &triangle.to_polygon(), transform),
        Geometry::GeometryCollection(parts) => {
            parts.iter().for_each(|part| shape(canvas, part, transform));
        }
        thin => stroke::shape(canvas, thin, transform, stroke::Stroke::THIN),
    }
}

fn fill_polygon(canvas: &mut Canvas<'_>, polygon: &Polygon<f64>, transform: &Transform) {
    let mut edges = Edges::new(canvas);
    for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
        edges.add_ring(ring, transform);
    }
    edges.paint(canvas);
}

/// The edges of an area in output pixels, ready to be cut by rows.
pub(super) struct Edges {
    edges: Vec<Edge>,
    rows: usize,
}

struct Edge {
    first_row: usize,
    end_row: usize,
    /// Column at the centre of row 0, and its change from row to row.
    x: f64,
    slope: f64,
}

impl Edges {
    pub(super) fn new(canvas: &Canvas<'_>) -> Self {
        Self { edges: Vec::new(), rows: canvas.height }
    }

    fn add_ring(&mut self, ring: &LineString<f64>, transform: &Transform) {
        for line in ring.lines() {
            self.add(place(line.start, transform), place(line.end, transform));
        }
    }

    pub(super) fn add(&mut self, a: Coord<f64>, b: Coord<f64>) {
        let (upper, lower) = if a.y <= b.y { (a, b) } else { (b, a) };
        // Rows whose centre lies in upper.y <= y < lower.y; half-open, so that a vertex counts once.
        let row = |y: f64| ((y - 0.5).ceil().max(0.0) as usize).min(self.rows);
        let (first_row, end_row) = (row(upper.y), row(lower.y));
        if first_row < end_row {
            let slope = (lower.x - upper.x) / (lower.y - upper.y);
            self.edges.push(Edge { first_row, end_row, x: upper.x + (0.5 - upper.y) * slope, slope });
        }
    }

    pub(super) fn paint(mut self, canvas: &mut Canvas<'_>) {
        self.edges.sort_unstable_by_key(|edge| edge.first_row);
        let mut waiting = self.edges.into_iter().peekable();
        let mut active: Vec<Edge> = Vec::new();
        let mut crossings = Vec::new();
        let mut row = waiting.peek().map_or(canvas.height, |edge| edge.first_row);
        while row < canvas.height {
            active.retain(|edge| edge.end_row > row);
            while let Some(edge) = waiting.next_if(|edge| edge.first_row == row) {
                active.push(edge);
            }
            if active.is_empty() {
                match waiting.peek() {
                    Some(edge) => row = edge.first_row,
                    None => break,
                }
                continue;
            }
            crossings.clear();
            crossings.extend(active.iter().map(|edge| edge.x + row as f64 * edge.slope));
            crossings.sort_unstable_by(f64::total_cmp);
            for pair in crossings.chunks_exact(2) {
                canvas.span(row, pair[0], pair[1]);
            }
            row += 1;
        }
    }
}

pub(super) fn place(coord: Coord<f64>, transform: &Transform) -> Coord<f64> {
    transform.apply((coord.x, coord.y)).into()
}
