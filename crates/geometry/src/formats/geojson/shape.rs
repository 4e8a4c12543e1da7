//! Geometries of GeoJSON as shapes.
//!
//! Not by the `geojson` crate's own conversion: that one panics on positions of fewer than two numbers.

use geo::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point,
    Polygon,
};
use geojson::{GeometryValue, Position};
use serde_json::Value;

use crate::Shape;

/// Reads a geometry object; a third number of positions is dropped, open rings are closed.
pub(super) fn from_json(value: Value) -> Result<Shape, String> {
    let geometry: geojson::Geometry = serde_json::from_value(value).map_err(|error| error.to_string())?;
    Ok(Shape::from_geometry(geometry_of(&geometry.value)?))
}

// The depth of collections is bounded by the JSON reader, which stops at 128 levels.
fn geometry_of(value: &GeometryValue) -> Result<Geometry<f64>, String> {
    Ok(match value {
        GeometryValue::Point { coordinates } => Geometry::Point(Point(coord(coordinates)?)),
        GeometryValue::MultiPoint { coordinates } => {
            let points = coordinates.iter().map(|position| coord(position).map(Point));
            Geometry::MultiPoint(MultiPoint(points.collect::<Result<_, _>>()?))
        }
        GeometryValue::LineString { coordinates } => Geometry::LineString(line(coordinates)?),
        GeometryValue::MultiLineString { coordinates } => {
            let lines = coordinates.iter().map(|positions| line(positions));
            Geometry::MultiLineString(MultiLineString(lines.collect::<Result<_, _>>()?))
        }
        GeometryValue::Polygon { coordinates } => Geometry::Polygon(polygon(coordinates)?),
        GeometryValue::MultiPolygon { coordinates } => {
            let polygons = coordinates.iter().map(|rings| polygon(rings));
            Geometry::MultiPolygon(MultiPolygon(polygons.collect::<Result<_, _>>()?))
        }
        GeometryValue::GeometryCollection { geometries } => {
            let parts = geometries.iter().map(|part| geometry_of(&part.value));
            Geometry::GeometryCollection(GeometryCollection(parts.collect::<Result<_, _>>()?))
        }
    })
}

fn polygon(rings: &[Vec<Position>]) -> Result<Polygon<f64>, String> {
    let mut rings = rings.iter().map(|positions| line(positions)).collect::<Result<Vec<_>, _>>()?.into_iter();
    let outer = rings.next().unwrap_or_else(|| LineString(Vec::new()));
    Ok(Polygon::new(outer, rings.collect()))
}

fn line(positions: &[Position]) -> Result<LineString<f64>, String> {
    positions.iter().map(coord).collect::<Result<Vec<_>, _>>().map(LineString)
}

fn coord(position: &Position) -> Result<Coord<f64>, String> {
    match position.as_slice() {
        [x, y, ..] => Ok(Coord { x: *x, y: *y }),
        _ => Err("a position has fewer than two numbers: give x and y".to_owned()),
    }
}
