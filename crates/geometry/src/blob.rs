//! The compact form in which shapes are stored.
//!
//! Positions are rounded to 1/256 px and written as differences from the position before, zigzag and varint
//! (LEB128). Most outlines lie on whole or half pixels, so the zero bits that all coordinates share at their
//! end are cut off once for the whole shape; that halves the blob of such a nucleus.
//!
//! ```text
//! byte 0   version
//! byte 1   kind of geometry, and shared zero bits in the upper half
//! then     point: x y
//!          line string: number of points, points
//!          polygon: number of rings, per ring number of points with the closing one, points without it
//!          multi...: number of parts, parts
//!          collection: number of parts, per part its kind and content
//! ```

use geo::{
    Coord, CoordsIter, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon,
    Polygon,
};

use crate::{GeometryError, Shape};

/// Raise when the meaning of a byte changes; readers of older versions stay.
const VERSION: u8 = 1;

/// Steps per pixel of stored coordinates.
const STEPS: f64 = 256.0;

/// Shared zero bits are counted up to a whole pixel.
const MAX_SHIFT: u32 = 8;

/// Collections inside collections: what the WKT reader allows and one more.
const MAX_DEPTH: usize = 17;

const POINT: u8 = 1;
const LINE_STRING: u8 = 2;
const POLYGON: u8 = 3;
const MULTI_POINT: u8 = 4;
const MULTI_LINE_STRING: u8 = 5;
const MULTI_POLYGON: u8 = 6;
const COLLECTION: u8 = 7;

/// Packs a shape. Coordinates are rounded to 1/256 px; beyond 2^55 px they are cut off.
pub fn encode(shape: &Shape) -> Vec<u8> {
    let mut shared = 1_i64 << MAX_SHIFT;
    for coord in shape.geometry().coords_iter() {
        shared |= quantise(coord.x) | quantise(coord.y);
    }
    let shift = shared.trailing_zeros();
    let mut writer =
        Writer { out: Vec::with_capacity(12 + 3 * shape.num_points()), shift, last_x: 0, last_y: 0 };
    writer.out.push(VERSION);
    writer.out.push(kind(shape.geometry()) | ((shift as u8) << 4));
    writer.geometry(shape.geometry());
    writer.out
}

/// Unpacks what [`encode`] made.
///
/// # Errors
/// [`GeometryError::Blob`] for anything else; memory stays proportional to the length of the blob.
pub fn decode(blob: &[u8]) -> Result<Shape, GeometryError> {
    let mut reader = Reader { blob, at: 0, shift: 0, last_x: 0, last_y: 0 };
    if reader.byte()? != VERSION {
        return Err(reader.fail("unknown version"));
    }
    let head = reader.byte()?;
    reader.shift = u32::from(head >> 4);
    if reader.shift > MAX_SHIFT {
        return Err(reader.fail("impossible precision"));
    }
    let geometry = reader.geometry(head & 0x0f, 0)?;
    if reader.at < blob.len() {
        return Err(reader.fail("bytes after the end"));
    }
    Ok(Shape::from_geometry(geometry))
}

/// Whether every coordinate is stored without rounding, so that decoding gives the same shape.
pub(crate) fn is_exact(shape: &Shape) -> bool {
    let exact = |value: f64| dequantise(quantise(value)) == value;
    shape.geometry().coords_iter().all(|c| exact(c.x) && exact(c.y))
}

fn quantise(value: f64) -> i64 {
    (value * STEPS).round() as i64
}

fn dequantise(value: i64) -> f64 {
    value as f64 / STEPS
}

fn kind(geometry: &Geometry<f64>) -> u8 {
    match geometry {
        Geometry::Point(_) => POINT,
        Geometry::Line(_) | Geometry::LineString(_) => LINE_STRING,
        Geometry::Polygon(_) | Geometry::Rect(_) | Geometry::Triangle(_) => POLYGON,
        Geometry::MultiPoint(_) => MULTI_POINT,
        Geometry::MultiLineString(_) => MULTI_LINE_STRING,
        Geometry::MultiPolygon(_) => MULTI_POLYGON,
        Geometry::GeometryCollection(_) => COLLECTION,
    }
}

struct Writer {
    out: Vec<u8>,
    shift: u32,
    last_x: i64,
    last_y: i64,
}

impl Writer {
    fn geometry(&mut self, geometry: &Geometry<f64>) {
        match geometry {
            Geometry::Point(point) => self.coord(&point.0),
            Geometry::Line(line) => self.line(&LineString::from(*line)),
            Geometry::LineString(line) => self.line(line),
            Geometry::Polygon(polygon) => self.polygon(polygon),
            Geometry::Rect(rect) => self.polygon(&rect.to_polygon()),
            Geometry::Triangle(triangle) => self.polygon(&triangle.to_polygon()),
            Geometry::MultiPoint(points) => {
                self.count(points.0.len());
                points.iter().for_each(|point| self.coord(&point.0));
            }
            Geometry::MultiLineString(lines) => {
                self.count(lines.0.len());
                lines.iter().for_each(|line| self.line(line));
            }
            Geometry::MultiPolygon(polygons) => {
                self.count(polygons.0.len());
                polygons.iter().for_each(|polygon| self.polygon(polygon));
            }
            Geometry::GeometryCollection(parts) => {
                self.count(parts.0.len());
                for part in parts {
                    self.out.push(kind(part));
                    self.geometry(part);
                }
            }
        }
    }

    fn line(&mut self, line: &LineString<f64>) {
        self.count(line.0.len());
        line.0.iter().for_each(|coord| self.coord(coord));
    }

    fn polygon(&mut self, polygon: &Polygon<f64>) {
        if polygon.exterior().0.is_empty() {
            self.count(0);
            return;
        }
        self.count(1 + polygon.interiors().len());
        for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
            self.count(ring.0.len());
            let written = stored_points(ring.0.len());
            ring.0[..written].iter().for_each(|coord| self.coord(coord));
        }
    }

    fn coord(&mut self, coord: &Coord<f64>) {
        let (x, y) = (quantise(coord.x) >> self.shift, quantise(coord.y) >> self.shift);
        self.signed(x.wrapping_sub(self.last_x));
        self.signed(y.wrapping_sub(self.last_y));
        (self.last_x, self.last_y) = (x, y);
    }

    fn count(&mut self, count: usize) {
        self.varint(count as u64);
    }

    fn signed(&mut self, value: i64) {
        self.varint(((value << 1) ^ (value >> 63)) as u64);
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.out.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.out.push(value as u8);
    }
}

/// Points written of a ring of `len` points: the closing one is left out.
fn stored_points(len: usize) -> usize {
    if len >= 2 { len - 1 } else { len }
}

struct Reader<'a> {
    blob: &'a [u8],
    at: usize,
    shift: u32,
    last_x: i64,
    last_y: i64,
}

impl Reader<'_> {
    fn geometry(&mut self, kind: u8, depth: usize) -> Result<Geometry<f64>, GeometryError> {
        if depth > MAX_DEPTH {
            return Err(self.fail("collections inside each other without end"));
        }
        Ok(match kind {
            POINT => Geometry::Point(self.coord()?.into()),
            LINE_STRING => Geometry::LineString(self.line()?),
            POLYGON => Geometry::Polygon(self.polygon()?),
            MULTI_POINT => {
                let count = self.count(2)?;
                Geometry::MultiPoint(MultiPoint(self.many(count, |reader| Ok(reader.coord()?.into()))?))
            }
            MULTI_LINE_STRING => {
                let count = self.count(1)?;
                Geometry::MultiLineString(MultiLineString(self.many(count, Self::line)?))
            }
            MULTI_POLYGON => {
                let count = self.count(1)?;
                Geometry::MultiPolygon(MultiPolygon(self.many(count, Self::polygon)?))
            }
            COLLECTION => {
                let count = self.count(2)?;
                let parts = self.many(count, |reader| {
                    let kind = reader.byte()?;
                    reader.geometry(kind, depth + 1)
                })?;
                Geometry::GeometryCollection(GeometryCollection(parts))
            }
            _ => return Err(self.fail("unknown kind of geometry")),
        })
    }

    fn many<T>(
        &mut self,
        count: usize,
        mut item: impl FnMut(&mut Self) -> Result<T, GeometryError>,
    ) -> Result<Vec<T>, GeometryError> {
        let mut items = Vec::with_capacity(count);
        for _ in 0..count {
            items.push(item(self)?);
        }
        Ok(items)
    }

    fn line(&mut self) -> Result<LineString<f64>, GeometryError> {
        let count = self.count(2)?;
        Ok(LineString(self.many(count, Self::coord)?))
    }

    fn polygon(&mut self) -> Result<Polygon<f64>, GeometryError> {
        let rings = self.count(1)?;
        if rings == 0 {
            return Ok(Polygon::new(LineString(Vec::new()), Vec::new()));
        }
        let outer = self.ring()?;
        if outer.0.is_empty() {
            return Err(self.fail("polygon without an outer ring"));
        }
        let holes = self.many(rings - 1, Self::ring)?;
        Ok(Polygon::new(outer, holes))
    }

    fn ring(&mut self) -> Result<LineString<f64>, GeometryError> {
        let len = self.varint()?;
        let stored = stored_points(usize::try_from(len).unwrap_or(usize::MAX));
        self.check(stored, 2)?;
        let mut coords = Vec::with_capacity(stored + 1);
        for _ in 0..stored {
            coords.push(self.coord()?);
        }
        if len >= 2 {
            coords.push(coords[0]);
        }
        Ok(LineString(coords))
    }

    fn coord(&mut self) -> Result<Coord<f64>, GeometryError> {
        self.last_x = self.last_x.wrapping_add(self.signed()?);
        self.last_y = self.last_y.wrapping_add(self.signed()?);
        let value = |v: i64| dequantise(v.wrapping_shl(self.shift));
        Ok(Coord { x: value(self.last_x), y: value(self.last_y) })
    }

    /// Reads a number of items that take at least `bytes` each.
    fn count(&mut self, bytes: usize) -> Result<usize, GeometryError> {
        let count = usize::try_from(self.varint()?).unwrap_or(usize::MAX);
        self.check(count, bytes)?;
        Ok(count)
    }

    fn check(&self, count: usize, bytes: usize) -> Result<(), GeometryError> {
        if count > (self.blob.len() - self.at) / bytes {
            return Err(self.fail("more items than bytes"));
        }
        Ok(())
    }

    fn signed(&mut self) -> Result<i64, GeometryError> {
        let value = self.varint()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    fn varint(&mut self) -> Result<u64, GeometryError> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            if shift == 63 && byte > 1 {
                break;
            }
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(self.fail("number of more than 64 bits"))
    }

    fn byte(&mut self) -> Result<u8, GeometryError> {
        let byte = self.blob.get(self.at).copied().ok_or_else(|| self.fail("the bytes end too early"))?;
        self.at += 1;
        Ok(byte)
    }

    fn fail(&self, reason: &'static str) -> GeometryError {
        GeometryError::Blob { position: self.at, reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(wkt: &str) -> Shape {
        Shape::from_wkt(wkt).unwrap()
    }

    #[test]
    fn a_square_on_whole_pixels_takes_a_byte_per_step() {
        let bytes = encode(&shape("POLYGON ((1 2, 1 4, 3 4, 3 2, 1 2))"));
        let expected = [
            1,    // version
            0x83, // 8 shared zero bits, polygon
            1, 5, // one ring of five points, the last not stored
            2, 4, // 1 2
            0, 4, // 1 4
            4, 0, // 3 4
            0, 3, // 3 2
        ];
        assert_eq!(bytes, expected);
    }

    #[test]
    fn every_kind_comes_back() {
        for text in [
            "POINT (1.5 -2)",
            "LINESTRING (0 0, 1.5 -2)",
            "POLYGON ((0 0, 9 0, 9 9, 0 0), (5 2, 6 2, 6 3, 5 2))",
            "MULTIPOINT ((0 0), (1 1))",
            "MULTILINESTRING ((0 0, 1 1), (2 2, 3 3))",
            "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))",
            "GEOMETRYCOLLECTION (POINT (4 6), GEOMETRYCOLLECTION (LINESTRING (4 6, 7 10.00390625)))",
            "POLYGON EMPTY",
            "MULTIPOINT EMPTY",
            "MULTIPOLYGON (EMPTY, ((5 5, 6 5, 6 6, 5 5)))",
            "POLYGON ((1 1))",
            "POLYGON ((1 1, 1 1))",
        ] {
            assert_eq!(decode(&encode(&shape(text))).unwrap().to_wkt(), text);
        }
    }

    #[test]
    fn a_typical_nucleus_is_small() {
        let outline: Vec<(f64, f64)> = (0..25)
            .map(|i| {
                let angle = f64::from(i) / 25.0 * std::f64::consts::TAU;
                (50_000.0 + (angle.cos() * 24.0).round() / 2.0, 30_000.0 + (angle.sin() * 24.0).round() / 2.0)
            })
            .collect();
        let nucleus = Shape::from_geometry(Polygon::new(outline.into(), Vec::new()));
        assert!(encode(&nucleus).len() <= 60, "{} bytes", encode(&nucleus).len());
    }

    #[test]
    fn damage_is_named() {
        let reason = |bytes: &[u8]| decode(bytes).unwrap_err().to_string();
        assert!(reason(&[]).contains("byte 0: the bytes end too early"));
        assert!(reason(&[9, 1]).contains("unknown version"));
        assert!(reason(&[1, 0x93]).contains("impossible precision"));
        assert!(reason(&[1, 9]).contains("unknown kind"));
        assert!(reason(&[1, 3, 2, 0, 1, 0, 0]).contains("without an outer ring"));
        assert!(reason(&[1, 1, 0, 0, 0]).contains("bytes after the end"));
        assert!(reason(&[1, 2, 0xff, 0xff, 0xff, 0xff, 0x0f]).contains("more items than bytes"));
        assert!(reason(&[1, 1, 255, 255, 255, 255, 255, 255, 255, 255, 255, 2]).contains("64 bits"));
        let deep: Vec<u8> = [1].into_iter().chain([7, 1].into_iter().cycle().take(4000)).collect();
        assert!(reason(&deep).contains("inside each other"));
    }

    #[test]
    fn huge_coordinates_do_not_panic() {
        let wild =
            Shape::from_geometry(LineString::from(vec![(1e300, -1e300), (f64::NAN, 7.0), (-1e300, 0.0)]));
        assert!(decode(&encode(&wild)).is_ok());
        assert!(!is_exact(&wild));
    }
}
