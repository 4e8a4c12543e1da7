//! What holds for any shape: texts and blobs come back, hostile input is refused, cells find their shapes.

use cytomine_geometry::geo::{
    Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon,
};
use cytomine_geometry::{Bounds, Shape, StoredShape, cell_key, decode, encode, query_ranges};
use proptest::prelude::*;

fn coordinate() -> impl Strategy<Value = f64> {
    prop_oneof![
        (-1_000_000..1_000_000_i32).prop_map(f64::from),
        (-1_000_000..1_000_000_i32).prop_map(|v| f64::from(v) / 256.0),
        -1e6..1e6_f64,
        -2e9..2e9_f64,
    ]
}

fn path(points: std::ops::Range<usize>) -> impl Strategy<Value = LineString<f64>> {
    prop::collection::vec((coordinate(), coordinate()), points).prop_map(LineString::from)
}

fn polygon() -> impl Strategy<Value = Polygon<f64>> {
    (path(1..20), prop::collection::vec(path(1..6), 0..3))
        .prop_map(|(outer, holes)| Polygon::new(outer, holes))
}

fn geometry() -> impl Strategy<Value = Geometry<f64>> {
    let simple = prop_oneof![
        (coordinate(), coordinate()).prop_map(|(x, y)| Geometry::Point(Point::new(x, y))),
        path(1..20).prop_map(Geometry::LineString),
        polygon().prop_map(Geometry::Polygon),
        path(0..5).prop_map(|line| Geometry::MultiPoint(MultiPoint(line.into_points()))),
        prop::collection::vec(path(1..5), 0..4).prop_map(|l| Geometry::MultiLineString(MultiLineString(l))),
        prop::collection::vec(polygon(), 0..4).prop_map(|p| Geometry::MultiPolygon(MultiPolygon(p))),
    ];
    simple.prop_recursive(3, 20, 4, |inner| {
        prop::collection::vec(inner, 0..4).prop_map(|p| Geometry::GeometryCollection(GeometryCollection(p)))
    })
}

fn shape() -> impl Strategy<Value = Shape> {
    geometry().prop_map(Shape::from_geometry)
}

fn bounds() -> impl Strategy<Value = Bounds> {
    let size = prop_oneof![0.0..100.0_f64, 0.0..5e3_f64, 0.0..1e6_f64, 0.0..1e10_f64];
    (coordinate(), coordinate(), size.clone(), size).prop_map(|(x, y, w, h)| Bounds::new(x, y, x + w, y + h))
}

/// Largest difference of coordinates between two shapes of the same structure.
fn largest_difference(a: &Shape, b: &Shape) -> f64 {
    use cytomine_geometry::geo::CoordsIter;
    assert_eq!(a.num_points(), b.num_points());
    let pairs = a.geometry().coords_iter().zip(b.geometry().coords_iter());
    pairs.map(|(p, q)| (p.x - q.x).abs().max((p.y - q.y).abs())).fold(0.0, f64::max)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn wkt_comes_back(shape in shape()) {
        let text = shape.to_wkt();
        let again = Shape::from_wkt(&text).unwrap();
        prop_assert_eq!(&again, &shape);
        prop_assert_eq!(again.to_wkt(), text);
    }

    #[test]
    fn blobs_come_back_within_half_a_step(shape in shape()) {
        let again = decode(&encode(&shape)).unwrap();
        prop_assert_eq!(again.kind(), shape.kind());
        prop_assert!(largest_difference(&again, &shape) <= 1.0 / 512.0);
        prop_assert_eq!(encode(&again), encode(&shape));
    }

    #[test]
    fn stored_shapes_answer_to_the_letter(shape in shape(), spaces in 1..3_usize) {
        let text = shape.to_wkt().replace(", ", &format!(",{}", " ".repeat(spaces)));
        let row = StoredShape::new(&shape, Some(&text));
        prop_assert_eq!(row.wkt().unwrap(), text.as_str());
        let printed = decode(&row.blob).unwrap().to_wkt();
        prop_assert_eq!(row.wkt.is_none(), printed == text);
        prop_assert_eq!(row.shape().unwrap(), shape);
    }

    #[test]
    fn any_bytes_are_decoded_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), kind in 0..9_u8) {
        let _ = decode(&bytes);
        let mut plausible = vec![1, kind];
        plausible.extend(&bytes);
        if let Ok(shape) = decode(&plausible) {
            let _ = (shape.validate(), shape.to_wkt(), shape.bounds(), shape.area());
        }
    }

    #[test]
    fn damaged_blobs_are_decoded_or_refused(shape in shape(), at in any::<prop::sample::Index>(), byte: u8) {
        let mut blob = encode(&shape);
        let at = at.index(blob.len());
        blob[at] = byte;
        let _ = decode(&blob);
        let _ = decode(&blob[..at]);
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,80}", wkt_like in "(?i)[ (),.0-9eE+\\-]{0,9}(POLYGON|POINT|MULTIPOINT|GEOMETRYCOLLECTION|EMPTY|Z)?[ (),.0-9eE+\\-é]{0,40}") {
        let _ = Shape::from_wkt(&text);
        if let Ok(shape) = Shape::from_wkt(&wkt_like) {
            let _ = shape.validate();
        }
    }

    #[test]
    fn any_shape_is_judged(shape in shape()) {
        if shape.validate().is_ok() {
            prop_assert!(!shape.is_empty());
            if let Some(part) = shape.clip_to(500_000.0, 400_000.0).unwrap() {
                prop_assert!(part.validate().is_ok());
                prop_assert!(Bounds::new(0.0, 0.0, 500_000.0, 400_000.0).contains(&part.bounds()));
            }
            prop_assert!(shape.simplify_with(100.0).validate().is_ok());
        }
    }

    #[test]
    fn a_box_finds_every_shape_it_meets(shape in bounds(), query in bounds(), near: bool) {
        // Boxes at random rarely meet; half of the queries are put at a corner of the shape.
        let query = if near {
            let (dx, dy) = (shape.max_x - query.min_x, shape.min_y - query.max_y);
            Bounds::new(query.min_x + dx, query.min_y + dy, query.max_x + dx, query.max_y + dy)
        } else {
            query
        };
        if shape.intersects(&query) {
            let key = cell_key(&shape);
            prop_assert!(query_ranges(&query).iter().any(|range| range.contains(key)), "{key:?}");
        }
    }
}
