//! Printing well-known text.
//!
//! A million nuclei are printed in one answer, so numbers take a short path: stored coordinates are multiples
//! of 1/256, whose exact decimals need eight digits at most.

use std::fmt::Write as _;

use geo::{Coord, CoordsIter, Geometry, LineString, Point, Polygon};

pub(super) fn print(geometry: &Geometry<f64>) -> String {
    let mut out = String::with_capacity(24 + 20 * geometry.coords_count());
    geometry_text(&mut out, geometry);
    out
}

fn geometry_text(out: &mut String, geometry: &Geometry<f64>) {
    match geometry {
        Geometry::Point(point) => {
            out.push_str("POINT ");
            point_text(out, point);
        }
        Geometry::Line(line) => {
            out.push_str("LINESTRING ");
            line_text(out, &LineString::from(*line));
        }
        Geometry::LineString(line) => {
            out.push_str("LINESTRING ");
            line_text(out, line);
        }
        Geometry::Polygon(polygon) => {
            out.push_str("POLYGON ");
            polygon_text(out, polygon);
        }
        Geometry::Rect(rect) => {
            out.push_str("POLYGON ");
            polygon_text(out, &rect.to_polygon());
        }
        Geometry::Triangle(triangle) => {
            out.push_str("POLYGON ");
            polygon_text(out, &triangle.to_polygon());
        }
        Geometry::MultiPoint(points) => {
            out.push_str("MULTIPOINT ");
            list(out, points.iter(), point_text);
        }
        Geometry::MultiLineString(lines) => {
            out.push_str("MULTILINESTRING ");
            list(out, lines.iter(), line_text);
        }
        Geometry::MultiPolygon(polygons) => {
            out.push_str("MULTIPOLYGON ");
            list(out, polygons.iter(), polygon_text);
        }
        Geometry::GeometryCollection(parts) => {
            out.push_str("GEOMETRYCOLLECTION ");
            list(out, parts.iter(), geometry_text);
        }
    }
}

fn list<T>(out: &mut String, items: impl IntoIterator<Item = T>, mut item_text: impl FnMut(&mut String, T)) {
    let mut separator = '(';
    for item in items {
        out.push(separator);
        if separator == ',' {
            out.push(' ');
        }
        separator = ',';
        item_text(out, item);
    }
    out.push_str(if separator == '(' { "EMPTY" } else { ")" });
}

fn point_text(out: &mut String, point: &Point<f64>) {
    out.push('(');
    coord_text(out, &point.0);
    out.push(')');
}

fn line_text(out: &mut String, line: &LineString<f64>) {
    list(out, &line.0, coord_text);
}

fn polygon_text(out: &mut String, polygon: &Polygon<f64>) {
    if polygon.exterior().0.is_empty() {
        out.push_str("EMPTY");
        return;
    }
    list(out, std::iter::once(polygon.exterior()).chain(polygon.interiors()), line_text);
}

fn coord_text(out: &mut String, coord: &Coord<f64>) {
    number(out, coord.x);
    out.push(' ');
    number(out, coord.y);
}

/// Below this, eight decimals and the whole part together have at most 15 digits. A double keeps any 15 digits
/// apart, so the exact decimals of a multiple of 1/256 are also the shortest that read back.
const SHORT_PATH_BELOW: f64 = 10_000_000.0;

fn number(out: &mut String, value: f64) {
    let scaled = value * 256.0;
    if value.abs() < SHORT_PATH_BELOW && scaled.fract() == 0.0 {
        fixed(out, scaled as i64);
    } else {
        // Writing to a String cannot fail, and f64's Display is the shortest text without exponent.
        let _ = write!(out, "{value}");
    }
}

/// Prints `scaled / 256` exactly.
fn fixed(out: &mut String, scaled: i64) {
    let mut buffer = [0u8; 24];
    let mut at = buffer.len();
    let magnitude = scaled.unsigned_abs();
    let mut fraction = (magnitude % 256) * 390_625; // in 1e-8
    if fraction > 0 {
        let mut digits = 8;
        while fraction.is_multiple_of(10) {
            fraction /= 10;
            digits -= 1;
        }
        for _ in 0..digits {
            at -= 1;
            buffer[at] = b'0' + (fraction % 10) as u8;
            fraction /= 10;
        }
        at -= 1;
        buffer[at] = b'.';
    }
    let mut whole = magnitude / 256;
    loop {
        at -= 1;
        buffer[at] = b'0' + (whole % 10) as u8;
        whole /= 10;
        if whole == 0 {
            break;
        }
    }
    if scaled < 0 {
        at -= 1;
        buffer[at] = b'-';
    }
    out.extend(buffer[at..].iter().map(|&b| b as char));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: f64) -> String {
        let mut out = String::new();
        number(&mut out, value);
        out
    }

    #[test]
    fn numbers_are_short_and_without_exponent() {
        assert_eq!(text(20.0), "20");
        assert_eq!(text(-0.0), "0");
        assert_eq!(text(-0.5), "-0.5");
        assert_eq!(text(1.00390625), "1.00390625");
        assert_eq!(text(25.123456789000002), "25.123456789000002");
        assert_eq!(text(1e-7), "0.0000001");
        assert_eq!(text(1e20), "100000000000000000000");
        assert_eq!(text(9_999_999.99609375), "9999999.99609375");
    }

    #[test]
    fn the_short_path_agrees_with_the_standard_library() {
        for scaled in (-70_000_i64..70_000).chain(2_559_999_000..2_560_000_000) {
            let value = scaled as f64 / 256.0;
            assert_eq!(text(value), format!("{}", if value == 0.0 { 0.0 } else { value }));
        }
    }
}
