//! Drawing borders, lines and points.
//!
//! A stroke is the union of a bar per segment and a disc per position: round ends and joins as in Cytomine,
//! whose image server widens the border by a buffer.

use geo::{Coord, Geometry, LineString, MultiLineString, Polygon};

use super::Transform;
use super::canvas::Canvas;
use super::fill::{Edges, place};
use crate::clip::clip_segment;
use crate::{Bounds, Point, Shape};

/// How wide lines are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stroke {
    /// Output pixels on each side of the line; at most 0.5 gives a line of single pixels.
    pub radius: f64,
}

impl Stroke {
    /// A line of single pixels.
    pub const THIN: Self = Self { radius: 0.0 };

    /// A line `width` output pixels wide.
    pub fn of_width(width: f64) -> Self {
        Self { radius: width / 2.0 }
    }

    /// What Cytomine's image server draws for `stroke_width` in an output image of this size: lines get
    /// wider in larger images.
    pub fn cytomine(stroke_width: f64, out_width: u32, out_height: u32) -> Self {
        let side = f64::from(out_width.max(out_height));
        let width = (stroke_width * (0.75 + side / 1000.0)).round();
        if width > 1.0 { Self { radius: 1.0 + (width - 1.0) / 10.0 } } else { Self::THIN }
    }
}

/// Marks for points in drawings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PointMark {
    /// Two bars of 20 px.
    Cross,
    /// Four bars that leave the middle free.
    Crosshair,
    /// A circle of 6 px radius.
    Circle,
}

/// The lines of a mark around a point, in the pixels of the shape: it shrinks with the image when that is
/// drawn smaller, as in Cytomine.
pub fn point_mark((x, y): Point, mark: PointMark) -> Shape {
    const ARM: f64 = 10.0;
    const GAP: f64 = 3.0;
    const RADIUS: f64 = 6.0;
    const CORNERS: u32 = 32;
    let bars = |ends: &[(Point, Point)]| {
        let bar = |&((x1, y1), (x2, y2)): &(Point, Point)| {
            LineString::from(vec![(x + x1, y + y1), (x + x2, y + y2)])
        };
        MultiLineString(ends.iter().map(bar).collect())
    };
    Shape::from_geometry(match mark {
        PointMark::Cross => bars(&[((-ARM, 0.0), (ARM, 0.0)), ((0.0, -ARM), (0.0, ARM))]),
        PointMark::Crosshair => bars(&[
            ((-ARM, 0.0), (-GAP, 0.0)),
            ((GAP, 0.0), (ARM, 0.0)),
            ((0.0, -ARM), (0.0, -GAP)),
            ((0.0, GAP), (0.0, ARM)),
        ]),
        PointMark::Circle => MultiLineString(vec![LineString::from_iter((0..=CORNERS).map(|corner| {
            let angle = f64::from(corner % CORNERS) / f64::from(CORNERS) * std::f64::consts::TAU;
            (x + RADIUS * angle.cos(), y + RADIUS * angle.sin())
        }))]),
    })
}

pub(super) fn shape(
    canvas: &mut Canvas<'_>,
    geometry: &Geometry<f64>,
    transform: &Transform,
    stroke: Stroke,
) {
    let mut path = |line: &LineString<f64>| draw_path(canvas, line, transform, stroke);
    let mut rings = |polygon: &Polygon<f64>| {
        std::iter::once(polygon.exterior()).chain(polygon.interiors()).for_each(&mut path);
    };
    match geometry {
        Geometry::Point(point) => path(&LineString(vec![point.0])),
        Geometry::Line(line) => path(&LineString::from(*line)),
        Geometry::LineString(line) => path(line),
        Geometry::Polygon(polygon) => rings(polygon),
        Geometry::MultiPoint(points) => points.iter().for_each(|point| path(&LineString(vec![point.0]))),
        Geometry::MultiLineString(lines) => lines.iter().for_each(path),
        Geometry::MultiPolygon(polygons) => polygons.iter().for_each(rings),
        Geometry::Rect(rect) => rings(&rect.to_polygon()),
        Geometry::Triangle(triangle) => rings(&triangle.to_polygon()),
        Geometry::GeometryCollection(parts) => {
            parts.iter().for_each(|part| shape(canvas, part, transform, stroke));
        }
    }
}

fn draw_path(canvas: &mut Canvas<'_>, line: &LineString<f64>, transform: &Transform, stroke: Stroke) {
    let wide = stroke.radius > 0.5;
    let margin = if wide { stroke.radius } else { 0.0 };
    let view = Bounds::new(0.0, 0.0, canvas.width as f64, canvas.height as f64).expand(margin);
    for segment in line.lines() {
        let (a, b) = (place(segment.start, transform), place(segment.end, transform));
        // Only what is in view is drawn, so that far positions cost nothing.
        if let Some((a, b)) = clip_segment(a, b, &view) {
            if wide { bar(canvas, a, b, stroke.radius) } else { thin(canvas, a, b) }
        }
    }
    for coord in &line.0 {
        let center = place(*coord, transform);
        if !wide {
            canvas.dot(center.x, center.y);
        } else if view.contains_point(center.x, center.y) {
            disc(canvas, center, stroke.radius);
        }
    }
}

/// The pixels under a segment, one per column or row along its longer axis.
fn thin(canvas: &mut Canvas<'_>, a: Coord<f64>, b: Coord<f64>) {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let steps = dx.abs().max(dy.abs()).ceil().max(1.0);
    for step in 0..=steps as u64 {
        let t = step as f64 / steps;
        canvas.dot(a.x + t * dx, a.y + t * dy);
    }
}

fn bar(canvas: &mut Canvas<'_>, a: Coord<f64>, b: Coord<f64>, radius: f64) {
    let length = (b.x - a.x).hypot(b.y - a.y);
    if length == 0.0 {
        return;
    }
    let side = Coord { x: (a.y - b.y) / length * radius, y: (b.x - a.x) / length * radius };
    let corners = [a + side, b + side, b - side, a - side];
    let mut edges = Edges::new(canvas);
    for corner in 0..4 {
        edges.add(corners[corner], corners[(corner + 1) % 4]);
    }
    edges.paint(canvas);
}

fn disc(canvas: &mut Canvas<'_>, center: Coord<f64>, radius: f64) {
    let first = (center.y - radius - 0.5).ceil().max(0.0) as usize;
    let end = ((center.y + radius - 0.5).floor() + 1.0).clamp(0.0, canvas.height as f64) as usize;
    for row in first..end {
        let dy = row as f64 + 0.5 - center.y;
        let half = (radius * radius - dy * dy).max(0.0).sqrt();
        canvas.span(row, center.x - half, center.x + half);
    }
}
