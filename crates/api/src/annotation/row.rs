//! A row of a listing on the wire (rest-api 4.15.3).
//!
//! Rows are serialised straight to text: a hundred thousand of them never become JSON trees. Every key of a group
//! asked for is printed, null or not.

use cytomine_domain::annotation::{Listed, users_by_term};
use cytomine_geometry::{area_in_units, perimeter_in_units};
use cytomine_model::{
    AnnotationId, AnnotationTermId, EntityKind, ImageInstanceId, ProjectId, SliceInstanceId, TermId, UserId,
};
use serde::Serialize;

use super::json::Addresses;
use super::show::Show;
use crate::dialect::class::java_class;

/// One row.
#[derive(Debug, Serialize)]
pub(super) struct Row<'a> {
    id: AnnotationId,
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

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    created: i64,
    updated: Option<i64>,
    image: ImageInstanceId,
    slice: SliceInstanceId,
    project: ProjectId,
    user: UserId,
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
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Wkt<'a> {
    location: Option<&'a str>,
    geometry_compression: Option<f64>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Gis {
    area: f64,
    area_unit: &'static str,
    perimeter: f64,
    perimeter_unit: &'static str,
    centroid: Centroid,
}

#[derive(Debug, Serialize)]
struct Centroid {
    x: f64,
    y: f64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Terms {
    term: Vec<TermId>,
    user_by_term: Vec<UserByTerm>,
}

#[derive(Debug, Serialize)]
struct UserByTerm {
    id: AnnotationTermId,
    term: TermId,
    user: Vec<UserId>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Tracks {
    track: [i64; 0],
    annotation_track: [i64; 0],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Image<'a> {
    original_filename: Option<&'a str>,
    instance_filename: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Slice {
    channel: Option<i32>,
    z_stack: Option<i32>,
    time: Option<i32>,
}

#[derive(Debug, Serialize)]
struct User<'a> {
    creator: Option<&'a str>,
    name: Option<String>,
}

impl<'a> Row<'a> {
    /// The groups of a row that are shown. `base` is what absolute addresses start with.
    pub(super) fn new(listed: &'a Listed, show: Show, base: &str) -> Self {
        let row = &listed.row;
        Self {
            id: row.id,
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
        image: row.image,
        slice: row.slice,
        project: row.project,
        user: row.user,
        nb_comments: 0,
        count_reviewed_annotations: 0,
        reviewed: false,
        url: addresses.crop.clone(),
        crop: addresses.crop,
        small_crop: addresses.small_crop,
        image_url: addresses.image,
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
        centroid: Centroid { x: measures.centroid.0, y: measures.centroid.1 },
    })
}

fn terms(listed: &Listed) -> Terms {
    let by_term = users_by_term(&listed.links);
    Terms {
        term: by_term.iter().map(|(link, _)| link.term).collect(),
        user_by_term: by_term
            .into_iter()
            .map(|(link, user)| UserByTerm { id: link.id, term: link.term, user })
            .collect(),
    }
}
