//! The keys of searches, described: what reads them is [`super::query`] and [`super::show`].

use serde_json::{Map, Value, json};

use crate::describe::{Keys, Sketch};
use crate::dialect::loose::{Date, Flag, Id, Ids, Number, Text};
use crate::extract::schema;

/// The keys of a search.
#[derive(Debug)]
pub(super) struct SearchKeys;

/// The keys of a search for what touches a shape.
#[derive(Debug)]
pub(super) struct IncludedKeys;

type Key = (&'static str, &'static str, Value);

impl Keys for SearchKeys {
    fn keys() -> Vec<Key> {
        let mut keys = vec![
            ("project", "In this project", schema::<Id>()),
            ("image", "In this image", schema::<Id>()),
            ("images", "In these images", schema::<Ids>()),
            ("slice", "On this plane", schema::<Id>()),
            ("slices", "On these planes", schema::<Ids>()),
            ("user", "Of this user", schema::<Id>()),
            ("users", "Of these users", schema::<Ids>()),
            ("term", "With this term", schema::<Id>()),
            ("terms", "With one of these terms", schema::<Ids>()),
            ("noTerm", "Without a term; with `terms`, also with one of them", schema::<Flag>()),
            ("multipleTerm", "With several terms", schema::<Flag>()),
            ("usersForTerm", "With a term that one of these users has set", schema::<Ids>()),
            ("excludedAnnotation", "Not this one", schema::<Id>()),
            ("afterThan", "Made after this moment", schema::<Date>()),
            ("beforeThan", "Made before this moment", schema::<Date>()),
            ("bbox", "Touching this box `minx,miny,maxx,maxy`, or this shape as WKT", schema::<Text>()),
            ("bboxAnnotation", "Touching this annotation", schema::<Id>()),
            ("baseAnnotation", "Near this annotation, or this shape as WKT", schema::<Text>()),
            ("maxDistanceBaseAnnotation", "How near, in pixels", schema::<Number>()),
            ("reviewed", "Only reviewed ones: none", schema::<Flag>()),
            ("track", "Of this track: none", schema::<Id>()),
            ("tracks", "Of these tracks: none", schema::<Ids>()),
            ("noTrack", "Also those of no track", schema::<Flag>()),
            ("multipleTrack", "Of several tracks: none", schema::<Flag>()),
            ("tag", "With this tag: none", schema::<Id>()),
            ("tags", "With these tags: none", schema::<Ids>()),
            ("noTag", "Also those without a tag", schema::<Flag>()),
            ("annotationGroup", "Of this group: none", schema::<Id>()),
            ("annotationGroups", "Of these groups: none", schema::<Ids>()),
        ];
        keys.extend(shown());
        keys
    }
}

impl Keys for IncludedKeys {
    fn keys() -> Vec<Key> {
        let mut keys = vec![
            ("geometry", "Touching this shape, as WKT", schema::<Text>()),
            ("annotation", "Touching this annotation", schema::<Id>()),
            ("user", "Of this user", schema::<Id>()),
            ("terms", "With one of these terms", schema::<Ids>()),
        ];
        keys.extend(shown());
        keys
    }
}

/// Which columns a row has, and which part of the list is answered.
fn shown() -> Vec<Key> {
    let count = || json!({ "type": "integer", "format": "int64", "minimum": 0 });
    let flag = schema::<Flag>;
    vec![
        ("showBasic", "Only `id` and `class`, unless others are named", flag()),
        ("showDefault", "What is shown where nothing is named: meta and term", flag()),
        ("showMeta", "Dates, places, addresses", flag()),
        ("showWKT", "The shape", flag()),
        ("showGIS", "Measures", flag()),
        ("showTerm", "Terms, and who set them", flag()),
        ("showTrack", "Tracks: none", flag()),
        ("showImage", "Names of the image", flag()),
        ("showSlice", "Channel, z plane, time", flag()),
        ("showUser", "Who drew it", flag()),
        ("hideMeta", "Without dates, places, addresses", flag()),
        ("hideWKT", "Without the shape", flag()),
        ("hideGIS", "Without measures", flag()),
        ("hideTerm", "Without terms", flag()),
        ("hideTrack", "Without tracks", flag()),
        ("hideImage", "Without names of the image", flag()),
        ("hideSlice", "Without channel, z plane, time", flag()),
        ("hideUser", "Without who drew it", flag()),
        ("max", "Items on the page; 0 means all", count()),
        ("offset", "Items before the page", count()),
    ]
}

/// Describes a body that holds what else a query would.
pub(super) fn in_body<K: Keys>(sketch: &mut Sketch<'_>) {
    let properties: Map<String, Value> = K::keys()
        .into_iter()
        .map(|(name, about, _)| (name.to_owned(), json!({ "description": about })))
        .collect();
    sketch.refuses(400);
    sketch.refuses(413);
    let schema = json!({
        "description": "The keys that the same address reads from a query; lists may be arrays.",
        "type": "object",
        "properties": properties,
    });
    sketch.body = Some(("application/json", schema));
}
