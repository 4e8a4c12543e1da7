//! Documents as programs write them, and damaged ones.

use serde_json::json;

use super::*;

const QUPATH: &str = r#"{"type":"FeatureCollection","features":[
    {"type":"Feature","id":"c1f30824","geometry":{"type":"Polygon","coordinates":[[[16.5,109],[15,107.5],[16,106.5],[16.5,109]]]},
     "properties":{"objectType":"detection","name":"seven","classification":{"name":"Stroma","color":[150,200,150]},"measurements":{"Points":4}}},
    {"type":"Feature","geometry":{"type":"Point","coordinates":[1,2,0]},
     "properties":{"classification":{"name":"Tumor","colorRGB":-3670016}}}
]}"#;

#[test]
fn qupath_collections() {
    let annotations = read(QUPATH).unwrap();
    let [nucleus, point] = annotations.as_slice() else { panic!("{annotations:?}") };
    assert_eq!(nucleus.shape.to_wkt(), "POLYGON ((16.5 109, 15 107.5, 16 106.5, 16.5 109))");
    assert_eq!(nucleus.id.as_deref(), Some("c1f30824"));
    assert_eq!(nucleus.name.as_deref(), Some("seven"));
    assert_eq!(nucleus.classification.as_deref(), Some("Stroma"));
    assert_eq!(nucleus.color, Some([150, 200, 150]));
    assert_eq!(
        Value::Object(nucleus.properties.clone()),
        json!({ "objectType": "detection", "measurements": { "Points": 4 } })
    );
    assert_eq!(point.shape.to_wkt(), "POINT (1 2)");
    assert_eq!((point.classification.as_deref(), point.color), (Some("Tumor"), Some([200, 0, 0])));
    assert_eq!(point.id, None);
}

#[test]
fn what_was_written_reads_back() {
    let annotations = read(QUPATH).unwrap();
    let mut again = read(&write(&annotations)).unwrap();
    for (annotation, original) in again.iter_mut().zip(&annotations) {
        if !original.properties.contains_key("objectType") {
            annotation.properties.remove("objectType");
        }
    }
    assert_eq!(again, annotations);
    let mut streamed = Vec::new();
    write_to(&mut streamed, &annotations).unwrap();
    assert_eq!(read(std::str::from_utf8(&streamed).unwrap()).unwrap().len(), 2);
}

#[test]
fn other_documents() {
    let list =
        r#"[{"type":"Feature","id":7,"geometry":{"type":"Point","coordinates":[1,2]},"properties":null}]"#;
    assert_eq!(read(list).unwrap()[0].id.as_deref(), Some("7"));
    let feature = r#"{"type":"Feature","geometry":{"type":"LineString","coordinates":[[0,0],[1,1]]},
        "properties":{"classification":"Vessel","lineColor":"rgb(0, 255,1)"}}"#;
    let line = &read(feature).unwrap()[0];
    assert_eq!((line.classification.as_deref(), line.color), (Some("Vessel"), Some([0, 255, 1])));
    let bare = r#"{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]]]}"#;
    assert_eq!(read(bare).unwrap()[0].shape.to_wkt(), "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)))");
    let collection = r##"{"features":[{"type":"Feature","geometry":{"type":"GeometryCollection","geometries":
        [{"type":"Point","coordinates":[1,2]}]},"properties":{"color":"#0a0b0c"}}],"type":"FeatureCollection","x":[1]}"##;
    let part = &read(collection).unwrap()[0];
    assert_eq!(
        (part.shape.to_wkt().as_str(), part.color),
        ("GEOMETRYCOLLECTION (POINT (1 2))", Some([10, 11, 12]))
    );
    let names = r#"{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},
        "properties":{"classification":{"names":["Tumor","Positive"]}}}"#;
    assert_eq!(read(names).unwrap()[0].classification.as_deref(), Some("Tumor: Positive"));
    assert_eq!(read(r#"{"type":"FeatureCollection","features":[]}"#).unwrap(), []);
}

#[test]
fn faults_are_named_with_the_feature() {
    let reason = |text: &str| read(text).unwrap_err().to_string();
    assert!(reason("").contains("EOF while parsing"));
    assert!(reason("7").contains("expected a GeoJSON object or a list of features"));
    assert!(reason("{}").contains("it is not GeoJSON"));
    assert!(reason(r#"{"type":"FeatureCollection"}"#).contains("has no features"));
    assert!(reason(r#"{"type":"FeatureCollection","features":[]} x"#).contains("trailing characters"));
    let with = |geometry: &str| {
        format!(
            r#"[{{"type":"Feature","geometry":{{"type":"Point","coordinates":[1,2]}}}},{{"type":"Feature","geometry":{geometry}}}]"#
        )
    };
    for (geometry, cause) in [
        ("null", "at feature 2: it has no geometry"),
        (r#"{"type":"Point","coordinates":[1]}"#, "at feature 2"),
        (r#"{"type":"LineString","coordinates":[[1],[2,3]]}"#, "at feature 2"),
        (r#"{"type":"LineString","coordinates":[[],[2,3]]}"#, "at feature 2"),
        (r#"{"type":"Circle","coordinates":[1,2]}"#, "at feature 2"),
        (r#"{"type":"Point","coordinates":["a","b"]}"#, "at feature 2"),
    ] {
        let found = reason(&with(geometry));
        assert!(found.contains(cause), "{geometry}: {found}");
    }
    let deep =
        format!("{}{}", r#"{"type":"GeometryCollection","geometries":["#.repeat(5000), "]}".repeat(5000));
    assert!(reason(&deep).contains("recursion limit"));
}

#[test]
fn one_bad_feature_does_not_hide_the_others() {
    let text = r#"[{"type":"Feature"},{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]}},5]"#;
    let mut outcomes = Vec::new();
    read_from(text.as_bytes(), |annotation| outcomes.push(annotation.is_ok())).unwrap();
    assert_eq!(outcomes, [false, true, false]);
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".*", cut in 0..600_usize) {
        let _ = read(&text);
        let _ = read(QUPATH.get(..cut).unwrap_or(QUPATH));
    }
}
