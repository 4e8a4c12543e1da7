//! A row of a listing on the wire (rest-api 4.15.3).
//!
//! Rows are serialised straight to text: a hundred thousand of them never become JSON trees. Every key of a group
//! asked for is printed, null or not.

use axum::response::{IntoResponse, Response};
use cytomine_domain::annotation::{Listed, users_by_term};
use cytomine_geometry::{area_in_units, perimeter_in_units};
use cytomine_model::EntityKind;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::{PartialSchema as _, ToSchema};

use super::show::Show;
use super::wire::{Addresses, Point};
use crate::describe::{Output, Sketch};
use crate::dialect::class::java_class;
use crate::dialect::wire::Words;

/// One row.
#[derive(Debug, Serialize)]
pub(super) struct Row<'a> {
    id: i64,
    class: &'static str,
    #[serde(flatten)]
    meta: Option<Meta>,
    #[serde(flatten)]
    wkt: Option<Wkt<'a>>,
    #[serde(flatten)]
    gis: Option<Gis>,
    #[serde(flatten)]
    term: Option<Terms>,
    #[serde(flatten)]
    track: Option<Tracks>,
    #[serde(flatten)]
    image: Option<Image<'a>>,
    #[serde(flatten)]
    slice: Option<Slice>,
    #[serde(flatten)]
    user: Option<User<'a>>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Meta {
    created: i64,
    updated: Option<i64>,
    image: i64,
    slice: i64,
    project: i64,
    user: i64,
    nb_comments: u32,
    count_reviewed_annotations: u32,
    reviewed: bool,
    #[serde(rename = "cropURL")]
    crop: String,
    #[serde(rename = "smallCropURL")]
    small_crop: String,
    url: String,
    #[serde(rename = "imageURL")]
    image_url: String,
    may: Words,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Wkt<'a> {
    location: Option<&'a str>,
    geometry_compression: Option<f64>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Gis {
    area: f64,
    area_unit: &'static str,
    perimeter: f64,
    perimeter_unit: &'static str,
    centroid: Point,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Terms {
    term: Vec<i64>,
    user_by_term: Vec<UserByTerm>,
}

#[derive(Debug, Serialize, ToSchema)]
struct UserByTerm {
    id: i64,
    term: i64,
    user: Vec<i64>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Tracks {
    track: [i64; 0],
    annotation_track: [i64; 0],
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Image<'a> {
    original_filename: Option<&'a str>,
    instance_filename: Option<&'a str>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Slice {
    channel: Option<i32>,
    z_stack: Option<i32>,
    time: Option<i32>,
}

#[derive(Debug, Serialize, ToSchema)]
struct User<'a> {
    creator: Option<&'a str>,
    name: Option<String>,
}

impl<'a> Row<'a> {
    /// The groups of a row that are shown. `base` is what absolute addresses start with.
    pub(super) fn new(listed: &'a Listed, show: Show, base: &str) -> Self {
        let row = &listed.row;
        Self {
            id: row.id.0,
            class: java_class(EntityKind::Annotation),
            meta: show.meta.then(|| meta(listed, base)),
            wkt: show.wkt.then(|| Wkt {
                location: listed.location.as_ref().map(|(text, _)| text.as_str()),
                geometry_compression: listed.location.as_ref().map(|(_, tolerance)| *tolerance),
            }),
            gis: show.gis.then(|| gis(listed)).flatten(),
            term: show.term.then(|| terms(listed)),
            track: show.track.then_some(Tracks { track: [], annotation_track: [] }),
            image: show.image.then(|| {
                let canvas = listed.canvas.as_ref().filter(|_| listed.names);
                Image {
                    original_filename: canvas.map(|canvas| canvas.original_filename.as_str()),
                    instance_filename: canvas.map(|canvas| canvas.instance_filename.as_str()),
                }
            }),
            slice: show.slice.then(|| Slice {
                channel: listed.plane.map(|plane| plane.channel),
                z_stack: listed.plane.map(|plane| plane.z_stack),
                time: listed.plane.map(|plane| plane.time),
            }),
            user: show.user.then(|| User {
                creator: listed.person.as_ref().map(|person| person.username.as_str()),
                name: listed
                    .person
                    .as_ref()
                    .map(|person| format!("{} {}", person.firstname, person.lastname).trim().to_owned()),
            }),
        }
    }
}

fn meta(listed: &Listed, base: &str) -> Meta {
    let row = &listed.row;
    let addresses = Addresses::of(base, row.id, row.image, row.project);
    Meta {
        created: row.created.0,
        updated: row.updated.map(|time| time.0),
        image: row.image.0,
        slice: row.slice.0,
        project: row.project.0,
        user: row.user.0,
        nb_comments: 0,
        count_reviewed_annotations: 0,
        reviewed: false,
        url: addresses.crop.clone(),
        crop: addresses.crop,
        small_crop: addresses.small_crop,
        image_url: addresses.image,
        may: Words(listed.may),
    }
}

fn gis(listed: &Listed) -> Option<Gis> {
    let measures = listed.row.measures?;
    let size = listed.canvas.as_ref().and_then(|canvas| canvas.pixel_size_x);
    let (area, area_unit) = area_in_units(measures.area, size);
    let (perimeter, perimeter_unit) = perimeter_in_units(measures.perimeter, size);
    Some(Gis {
        area,
        area_unit: area_unit.as_str(),
        perimeter,
        perimeter_unit: perimeter_unit.as_str(),
        centroid: Point { x: measures.centroid.0, y: measures.centroid.1 },
    })
}

fn terms(listed: &Listed) -> Terms {
    let by_term = users_by_term(&listed.links);
    Terms {
        term: by_term.iter().map(|(link, _)| link.term.0).collect(),
        user_by_term: by_term
            .into_iter()
            .map(|(link, users)| UserByTerm {
                id: link.id.0,
                term: link.term.0,
                user: users.iter().map(|user| user.0).collect(),
            })
            .collect(),
    }
}

/// A list of rows, as it is described.
#[derive(Debug)]
pub(super) struct Rows(pub Response);

impl IntoResponse for Rows {
    fn into_response(self) -> Response {
        self.0
    }
}

impl Output for Rows {
    fn describe(sketch: &mut Sketch<'_>) {
        // What is searched in may not be there, or not be the caller's to see.
        sketch.refuses(403);
        sketch.refuses(404);
        sketch.schemas.of::<UserByTerm>();
        sketch.schemas.of::<Point>();
        sketch.schemas.of::<Words>();
        let groups = [
            json!(Meta::schema()),
            json!(Wkt::schema()),
            json!(Gis::schema()),
            json!(Terms::schema()),
            json!(Tracks::schema()),
            json!(Image::schema()),
            json!(Slice::schema()),
            json!(User::schema()),
        ];
        // Which groups are there depends on the request, so no key of them is required.
        let mut keys = json!({
            "id": { "type": "integer", "format": "int64" },
            "class": { "type": "string" },
        });
        for (key, schema) in groups.iter().filter_map(|group| group["properties"].as_object()).flatten() {
            keys[key] = Value::clone(schema);
        }
        let row = json!({
            "description": "An annotation in a list, with the groups of keys that were asked for.",
            "type": "object",
            "required": ["id", "class"],
            "properties": keys,
        });
        sketch.schemas.named.insert("ListedAnnotation".to_owned(), row);
        let count = json!({ "type": "integer", "format": "int64", "minimum": 0 });
        let list = json!({
            "type": "object",
            "required": ["collection", "offset", "perPage", "size", "totalPages"],
            "properties": {
                "collection": {
                    "type": "array",
                    "items": { "$ref": "#/components/schemas/ListedAnnotation" },
                },
                "offset": count,
                "perPage": count,
                "size": count,
                "totalPages": count,
            },
        });
        sketch.schemas.named.insert("ListedAnnotationCollection".to_owned(), list);
        let schema = json!({ "$ref": "#/components/schemas/ListedAnnotationCollection" });
        sketch.answers.insert(200, ("The annotations", "application/json", schema));
    }
}
