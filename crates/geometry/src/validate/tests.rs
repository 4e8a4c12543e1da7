//! What is valid and what is not, with the reasons.

use geo::{Coord, LineString, Polygon, Validation};
use proptest::prelude::*;

use crate::{GeometryError, Shape};

fn verdict(wkt: &str) -> String {
    match Shape::from_wkt(wkt).unwrap().validate() {
        Ok(()) => "valid".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn valid_shapes() {
    for wkt in [
        "POINT (1 2)",
        "MULTIPOINT ((0 0), (0 5))",
        "LINESTRING (0 0, 0 5)",
        "LINESTRING (0 0, 5 5, 5 0, 0 5)",
        "MULTILINESTRING ((0 0, 1 0), (0 0, 1 0))",
        "POLYGON ((0 0, 0 20, 20 20, 20 0, 0 0))",
        "POLYGON ((0 0, 0 0, 5 0, 5 0, 5 5, 0 0))",
        "POLYGON ((0 0, 5 0, 10 0, 10 10, 0 0))",
        // a hole apart, a hole that touches the shell in one point, two holes that touch each other
        "POLYGON ((0 0, 20 0, 20 20, 0 20, 0 0), (5 5, 6 5, 6 6, 5 5))",
        "POLYGON ((0 0, 20 0, 20 20, 0 20, 0 0), (0 10, 5 8, 5 12, 0 10))",
        "POLYGON ((0 0, 20 0, 20 20, 0 20, 0 0), (5 5, 8 5, 8 8, 5 5), (8 8, 12 8, 12 12, 8 8))",
        // apart, touching in a point, island in a lake
        "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))",
        "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((1 1, 2 1, 2 2, 1 1)))",
        "MULTIPOLYGON (((0 0, 20 0, 20 20, 0 20, 0 0), (5 5, 15 5, 15 15, 5 15, 5 5)), ((8 8, 9 8, 9 9, 8 8)))",
        "MULTIPOLYGON (EMPTY, ((0 0, 1 0, 1 1, 0 0)))",
        "GEOMETRYCOLLECTION (POINT (4 6), POLYGON ((0 0, 1 0, 1 1, 0 0)), POLYGON ((0 0, 1 0, 1 1, 0 0)))",
    ] {
        assert_eq!(verdict(wkt), "valid", "{wkt}");
    }
}

#[test]
fn reasons() {
    for (wkt, reason) in [
        ("POLYGON EMPTY", "is empty"),
        ("GEOMETRYCOLLECTION (POLYGON EMPTY)", "is empty"),
        ("POINT (3e9 0)", "3000000000 is out of range"),
        ("LINESTRING (1 1, 1 1)", "the line string has too few points"),
        ("POLYGON ((0 0, 5 5, 0 0))", "the outer ring has too few points: it needs at least 3"),
        ("POLYGON ((0 0, 9 0, 9 9, 0 0), (3 1, 3 1, 3 1))", "hole 1 has too few points"),
        ("POLYGON ((0 0, 0 5, 0 9, 0 0))", "has no width"),
        ("POLYGON ((0 7, 5 7, 9 7, 0 7))", "has no height"),
        (
            "POLYGON ((0 0, 10 10, 10 0, 0 10, 0 0))",
            "self-intersection at 5 5: the outer ring crosses itself",
        ),
        ("POLYGON ((0 0, 5 5, 10 10, 0 0))", "self-intersection at 0 0: the outer ring turns back"),
        (
            "POLYGON ((0 0, 10 0, 10 10, 5 0, 0 10, 0 0))",
            "self-intersection at 5 0: the outer ring touches itself",
        ),
        (
            "POLYGON ((0 0, 10 0, 5 5, 10 10, 0 10, 5 5, 0 0))",
            "self-intersection at 5 5: the outer ring touches itself",
        ),
        ("POLYGON ((0 0, 10 0, 10 10, 10 15, 10 10, 0 10, 0 0))", "self-intersection at 10 10"),
        (
            "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (5 5, 12 5, 12 6, 5 6, 5 5))",
            "the outer ring and hole 1 cross",
        ),
        ("POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (9 2, 9 5, 5 5, 5 2, 9 2))", "run along the same edge"),
        (
            "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (20 20, 21 20, 21 21, 20 20))",
            "the hole at 20 20 lies outside",
        ),
        (
            "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (-5 -5, 50 -5, 50 50, -5 50, -5 -5))",
            "hole at -5 -5 lies outside",
        ),
        (
            "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (1 1, 8 1, 8 8, 1 8, 1 1), (3 3, 4 3, 4 4, 3 3))",
            "hole at 3 3",
        ),
        ("POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (0 5, 4 4, 9 5, 4 6, 0 5))", "cut into pieces"),
        (
            "POLYGON ((0 0, 20 0, 20 20, 0 20, 0 0), (0 10, 5 8, 10 10, 5 12, 0 10), (10 10, 15 8, 20 10, 15 12, 10 10))",
            "cut into pieces by rings that touch at 20 10",
        ),
        (
            "MULTIPOLYGON (((0 0, 9 0, 9 9, 0 0)), ((6 1, 7 1, 7 2, 6 1)))",
            "the polygon at 6 1 lies inside another",
        ),
        ("MULTIPOLYGON (((0 0, 9 0, 9 9, 0 0)), ((0 0, 9 0, 9 9, 0 0)))", "run along the same edge"),
        (
            "MULTIPOLYGON (((0 0, 9 0, 9 9, 0 9, 0 0)), ((5 5, 12 5, 12 12, 5 12, 5 5)))",
            "the outer ring of polygon 1 and the outer ring of polygon 2 cross",
        ),
        // crossing in a vertex of both, which is no crossing of two edges' inner points
        (
            "MULTIPOLYGON (((0 0, 10 0, 5 5, 10 10, 0 10, 0 0)), ((5 0, 15 0, 15 10, 5 5, 2 8, 5 0)))",
            "self-intersection",
        ),
        (
            "GEOMETRYCOLLECTION (POINT (0 0), POLYGON ((0 0, 10 10, 10 0, 0 10, 0 0)))",
            "self-intersection at 5 5",
        ),
    ] {
        let found = verdict(wkt);
        assert!(found.contains(reason), "{wkt}\n  expected: {reason}\n  found: {found}");
    }
}

#[test]
fn holes_without_an_outer_ring() {
    let hole = LineString::from(vec![(1.0, 2.0), (5.0, 2.0), (5.0, 5.0), (1.0, 2.0)]);
    let bare = Shape::from_geometry(Polygon::new(LineString(Vec::new()), vec![hole]));
    assert_eq!(bare.validate(), Err(GeometryError::HoleOutside { x: 1.0, y: 2.0 }));
}

#[test]
fn numbers_that_are_none() {
    let odd = Shape::from_geometry(LineString::from(vec![(0.0, 0.0), (f64::NAN, 1.0)]));
    assert_eq!(odd.validate(), Err(GeometryError::NotFinite { part: "point 2".to_owned() }));
    let endless = Shape::from_geometry(geo::Point::new(f64::INFINITY, 1.0));
    assert!(matches!(endless.validate(), Err(GeometryError::NotFinite { .. })));
}

/// A comb of long teeth: half of all edges are cut by every sweep line.
fn comb(teeth: u32, broken: bool) -> Shape {
    let mut points = vec![Coord { x: 0.0, y: 0.0 }];
    for tooth in 0..teeth {
        let y = f64::from(tooth);
        points.push(Coord { x: 1000.0, y: y + 0.25 });
        points.push(Coord { x: 1.0, y: y + 0.5 });
    }
    let top = f64::from(teeth);
    points.push(Coord { x: if broken { 1000.0 } else { 0.0 }, y: if broken { top - 1.5 } else { top } });
    Shape::from_geometry(Polygon::new(LineString(points), Vec::new()))
}

#[test]
fn large_outlines_end_soon() {
    assert_eq!(comb(50_000, false).validate(), Ok(()));
    assert!(matches!(comb(50_000, true).validate(), Err(GeometryError::SelfIntersection { .. })));
}

#[test]
fn thousands_of_holes() {
    let hole = |i: i32| {
        let (x, y) = (f64::from(i % 100) * 10.0 + 5.0, f64::from(i / 100) * 10.0 + 5.0);
        LineString::from(vec![(x, y), (x + 5.0, y), (x + 5.0, y + 5.0), (x, y + 5.0), (x, y)])
    };
    let outer = LineString::from(vec![(0.0, 0.0), (1010.0, 0.0), (1010.0, 1010.0), (0.0, 1010.0)]);
    let sieve = Polygon::new(outer, (0..10_000).map(hole).collect());
    assert_eq!(Shape::from_geometry(sieve).validate(), Ok(()));
}

/// Points of a coarse grid make every kind of degenerate ring: touches, spikes, repeats, common edges.
fn ring(points: std::ops::Range<usize>) -> impl Strategy<Value = Vec<(f64, f64)>> {
    prop::collection::vec((0..7_i32, 0..7_i32).prop_map(|(x, y)| (f64::from(x), f64::from(y))), points)
}

/// All pairs of edges compared by the plain definition, as an independent judge of rings.
fn is_simple(points: &[(f64, f64)]) -> bool {
    let mut points = points.to_vec();
    points.dedup();
    while points.len() > 1 && points.first() == points.last() {
        points.pop();
    }
    let n = points.len();
    let cross =
        |a: (f64, f64), b: (f64, f64), c: (f64, f64)| (b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0);
    let on = |a: (f64, f64), b: (f64, f64), p: (f64, f64)| {
        cross(a, b, p) == 0.0
            && p.0 >= a.0.min(b.0)
            && p.0 <= a.0.max(b.0)
            && p.1 >= a.1.min(b.1)
            && p.1 <= a.1.max(b.1)
    };
    (0..n).all(|i| {
        let (a, b) = (points[i], points[(i + 1) % n]);
        let others_off = (0..n).all(|k| k == i || k == (i + 1) % n || !on(a, b, points[k]));
        others_off
            && (0..n).all(|j| {
                let (c, d) = (points[j], points[(j + 1) % n]);
                let strict = |s: f64, t: f64| s * t < 0.0;
                !(strict(cross(a, b, c), cross(a, b, d)) && strict(cross(c, d, a), cross(c, d, b)))
            })
    }) && n >= 3
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, ..ProptestConfig::default() })]

    /// The quick check and the sweep agree with the plain definition on rings of the coarse grid.
    #[test]
    fn rings_are_judged_by_definition(points in ring(3..9)) {
        let shape = Shape::from_geometry(Polygon::new(LineString::from(points.clone()), Vec::new()));
        prop_assert_eq!(shape.validate().is_ok(), is_simple(&points), "{}", shape.to_wkt());
        if let geo::Geometry::Polygon(polygon) = shape.geometry() {
            let open = super::open_points(polygon.exterior());
            if open.len() >= 3 {
                let ring = super::Ring { points: open, polygon: 0, place: 0 };
                prop_assert_eq!(super::sweep::check(&[ring], 1).is_ok(), is_simple(&points), "{}", shape.to_wkt());
            }
        }
    }

    /// What the sweep accepts with a hole or a second polygon, geo's slow check accepts too.
    #[test]
    fn accepted_pairs_are_valid_for_geo(outer in ring(3..6), inner in ring(3..5)) {
        let (outer, inner) = (LineString::from(outer), LineString::from(inner));
        let holed = Polygon::new(outer.clone(), vec![inner.clone()]);
        if Shape::from_geometry(holed.clone()).validate().is_ok() {
            prop_assert!(holed.is_valid(), "{:?}", holed);
        }
        let two = geo::MultiPolygon(vec![Polygon::new(outer, Vec::new()), Polygon::new(inner, Vec::new())]);
        if Shape::from_geometry(two.clone()).validate().is_ok() {
            prop_assert!(two.is_valid(), "{:?}", two);
        }
    }
}
