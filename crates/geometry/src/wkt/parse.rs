//! Reading well-known text.

use geo::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Polygon,
};

use crate::GeometryError;

/// Most points that one geometry may have. A text of this many points is about 100 MB.
pub const MAX_POINTS: usize = 5_000_000;

/// Collections inside collections; more than this only occurs in attacks on the stack.
const MAX_DEPTH: usize = 16;

/// Rings, lines and parts each cost an allocation, so an endless list of empty ones must end too.
const MAX_PARTS: usize = 1_000_000;

pub(super) fn parse(text: &str) -> Result<Geometry<f64>, GeometryError> {
    let mut parser = Parser { text, at: 0, points: 0, parts: 0 };
    let geometry = parser.geometry(0)?;
    parser.skip_space();
    if parser.at < text.len() {
        return Err(parser.fail("the text goes on after the end of the geometry"));
    }
    Ok(geometry)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    points: usize,
    parts: usize,
}

impl<'a> Parser<'a> {
    fn geometry(&mut self, depth: usize) -> Result<Geometry<f64>, GeometryError> {
        if depth > MAX_DEPTH {
            return Err(GeometryError::TooLarge { what: "collections inside each other", limit: MAX_DEPTH });
        }
        let start = self.skip_space();
        let word = self.word();
        let keyword = word.to_ascii_uppercase();
        let geometry = match keyword.as_str() {
            "POINT" => match self.parenthesised(Self::coord)? {
                Some(coord) => Geometry::Point(coord.into()),
                // geo has no empty point; validation refuses the empty list just the same.
                None => Geometry::MultiPoint(MultiPoint(Vec::new())),
            },
            "LINESTRING" | "LINEARRING" => Geometry::LineString(self.line()?),
            "POLYGON" => Geometry::Polygon(self.polygon()?),
            "MULTIPOINT" => Geometry::MultiPoint(MultiPoint(self.list(Self::member_point)?)),
            "MULTILINESTRING" => Geometry::MultiLineString(MultiLineString(self.list(Self::line)?)),
            "MULTIPOLYGON" => Geometry::MultiPolygon(MultiPolygon(self.list(Self::polygon)?)),
            "GEOMETRYCOLLECTION" => Geometry::GeometryCollection(GeometryCollection(
                self.list(|parser| parser.geometry(depth + 1))?,
            )),
            _ => {
                self.at = start;
                return Err(self.fail(match word {
                    "" => "expected a kind of geometry, such as POLYGON or POINT",
                    _ => {
                        "unknown kind of geometry; known are POINT, LINESTRING, POLYGON, MULTIPOINT, \
                          MULTILINESTRING, MULTIPOLYGON and GEOMETRYCOLLECTION"
                    }
                }));
            }
        };
        Ok(geometry)
    }

    fn line(&mut self) -> Result<LineString<f64>, GeometryError> {
        Ok(LineString(self.list(Self::coord)?))
    }

    fn polygon(&mut self) -> Result<Polygon<f64>, GeometryError> {
        let mut rings = self.list(Self::line)?;
        for (index, ring) in rings.iter().enumerate() {
            // geo closes rings silently; an open one is more often a lost point than a short form.
            if let (Some(first), Some(last)) = (ring.0.first(), ring.0.last())
                && first != last
            {
                return Err(GeometryError::RingNotClosed { part: ring_name(index), x: first.x, y: first.y });
            }
        }
        if rings.is_empty() {
            return Ok(Polygon::new(LineString(Vec::new()), Vec::new()));
        }
        if rings[0].0.is_empty() {
            return Err(self.fail("the outer ring of a polygon is empty; write POLYGON EMPTY for none"));
        }
        let holes = rings.split_off(1);
        let outer = rings.pop().unwrap_or_else(|| LineString(Vec::new()));
        Ok(Polygon::new(outer, holes))
    }

    /// A member of MULTIPOINT: `(1 2)` of the standard or the bare `1 2` of old writers.
    fn member_point(&mut self) -> Result<geo::Point<f64>, GeometryError> {
        self.skip_space();
        if self.peek() != Some(b'(') {
            return Ok(self.coord()?.into());
        }
        self.at += 1;
        let coord = self.coord()?;
        self.expect(b')')?;
        Ok(coord.into())
    }

    /// `EMPTY` or `( item )`.
    fn parenthesised<T>(
        &mut self,
        item: impl FnOnce(&mut Self) -> Result<T, GeometryError>,
    ) -> Result<Option<T>, GeometryError> {
        if self.opens()? {
            let value = item(self)?;
            self.expect(b')')?;
            return Ok(Some(value));
        }
        Ok(None)
    }

    /// `EMPTY` or `( item, item, ... )`.
    fn list<T>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<T, GeometryError>,
    ) -> Result<Vec<T>, GeometryError> {
        self.parts += 1;
        if self.parts > MAX_PARTS {
            return Err(GeometryError::TooLarge { what: "parts", limit: MAX_PARTS });
        }
        let mut items = Vec::new();
        if !self.opens()? {
            return Ok(items);
        }
        loop {
            items.push(item(self)?);
            self.skip_space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b')') => {
                    self.at += 1;
                    return Ok(items);
                }
                Some(c) if c.is_ascii_digit() || c == b'-' || c == b'.' => {
                    return Err(self.fail(THIRD_COORDINATE));
                }
                _ => return Err(self.fail("expected `,` or `)`")),
            }
        }
    }

    /// Reads `(` (true) or `EMPTY` (false).
    fn opens(&mut self) -> Result<bool, GeometryError> {
        let start = self.skip_space();
        if self.peek() == Some(b'(') {
            self.at += 1;
            return Ok(true);
        }
        match self.word().to_ascii_uppercase().as_str() {
            "EMPTY" => Ok(false),
            "Z" | "M" | "ZM" => {
                self.at = start;
                Err(self.fail(THIRD_COORDINATE))
            }
            _ => {
                self.at = start;
                Err(self.fail("expected `(` or EMPTY"))
            }
        }
    }

    fn coord(&mut self) -> Result<Coord<f64>, GeometryError> {
        if self.points == MAX_POINTS {
            return Err(GeometryError::TooLarge { what: "points", limit: MAX_POINTS });
        }
        self.points += 1;
        let x = self.number()?;
        let y = self.number()?;
        self.skip_space();
        match self.peek() {
            Some(c) if c.is_ascii_digit() || c == b'-' || c == b'.' => Err(self.fail(THIRD_COORDINATE)),
            _ => Ok(Coord { x, y }),
        }
    }

    fn number(&mut self) -> Result<f64, GeometryError> {
        let start = self.skip_space();
        let bytes = self.text.as_bytes();
        while let Some(c) = bytes.get(self.at)
            && (c.is_ascii_alphanumeric() || matches!(c, b'+' | b'-' | b'.'))
        {
            self.at += 1;
        }
        match self.text[start..self.at].parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(value),
            Ok(_) => Err(GeometryError::NotFinite { part: format!("the WKT at character {start}") }),
            Err(_) => {
                self.at = start;
                Err(self.fail("expected a number"))
            }
        }
    }

    fn word(&mut self) -> &'a str {
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_ascii_alphabetic()) {
            self.at += 1;
        }
        &self.text[start..self.at]
    }

    fn expect(&mut self, wanted: u8) -> Result<(), GeometryError> {
        self.skip_space();
        if self.peek() == Some(wanted) {
            self.at += 1;
            return Ok(());
        }
        Err(self.fail(&format!("expected `{}`", wanted as char)))
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Moves to the next character that is not white space and tells its offset.
    fn skip_space(&mut self) -> usize {
        while self.peek().is_some_and(|c| c.is_ascii_whitespace()) {
            self.at += 1;
        }
        self.at
    }

    fn fail(&self, reason: &str) -> GeometryError {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let found: String = rest.chars().take(12).collect();
        let reason = match found.as_str() {
            "" => format!("{reason}, but the text ends"),
            found => format!("{reason}, found `{found}`"),
        };
        GeometryError::Wkt { position: self.at, reason }
    }
}

const THIRD_COORDINATE: &str = "only x and y are supported: leave Z and M out";

fn ring_name(index: usize) -> String {
    match index {
        0 => "the outer ring".to_owned(),
        n => format!("hole {n}"),
    }
}

#[cfg(test)]
mod tests {
    use crate::{GeometryError, Shape};

    fn again(text: &str) -> String {
        Shape::from_wkt(text).unwrap().to_wkt()
    }

    fn refused(text: &str) -> String {
        Shape::from_wkt(text).unwrap_err().to_string()
    }

    #[test]
    fn prints_what_it_read() {
        for text in [
            "POINT (1 2)",
            "LINESTRING (0 0, 1.5 -2)",
            "POLYGON ((0 0, 0 20, 20 20, 20 0, 0 0))",
            "POLYGON ((0 0, 9 0, 9 9, 0 0), (5 2, 6 2, 6 3, 5 2))",
            "MULTIPOINT ((0 0), (1 1))",
            "MULTILINESTRING ((0 0, 1 1), (2 2, 3 3))",
            "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))",
            "GEOMETRYCOLLECTION (POINT (4 6), LINESTRING (4 6, 7 10))",
            "POLYGON EMPTY",
            "GEOMETRYCOLLECTION EMPTY",
        ] {
            assert_eq!(again(text), text);
        }
    }

    #[test]
    fn case_and_white_space_do_not_matter() {
        assert_eq!(again("  polygon\t(( 0 0,1   0 ,\n1 1, 0 0 ) ) \r\n"), "POLYGON ((0 0, 1 0, 1 1, 0 0))");
        assert_eq!(again("POINT(1 2)"), "POINT (1 2)");
        assert_eq!(again("MULTIPOINT (0 0, 1 1)"), "MULTIPOINT ((0 0), (1 1))");
        assert_eq!(again("POINT (2858.00 +1e3)"), "POINT (2858 1000)");
    }

    #[test]
    fn refusals_name_the_place() {
        assert_eq!(
            refused("POLYGON ((0 0, 1 0, 1 1))"),
            "the outer ring is not closed: repeat its first point 0 0 at the end"
        );
        assert!(refused("POINT Z (1 2 3)").contains("leave Z and M out"));
        assert!(refused("POINT (1 2 3)").contains("leave Z and M out"));
        assert!(refused("CIRCLE (1 2 3)").contains("character 0: unknown kind of geometry"));
        assert!(refused("POINT (1 a)").contains("character 9: expected a number, found `a)`"));
        assert!(refused("POINT (1 2").contains("expected `)`, but the text ends"));
        assert!(refused("POINT (1 2) x").contains("goes on after the end"));
        assert!(refused("POINT (NaN 0)").contains("not a finite number"));
        assert!(refused("POINT (1e999 0)").contains("not a finite number"));
        assert!(refused("").contains("expected a kind of geometry"));
        assert!(
            refused("POLYGON (EMPTY, (0 0, 1 0, 1 1, 0 0))").contains("outer ring of a polygon is empty")
        );
        assert!(refused("POINT (é 1)").contains("found `é 1)`"));
    }

    #[test]
    fn nested_collections_end_at_a_limit() {
        let deep = "GEOMETRYCOLLECTION (".repeat(100_000);
        assert!(matches!(Shape::from_wkt(&deep), Err(GeometryError::TooLarge { .. })));
    }
}
