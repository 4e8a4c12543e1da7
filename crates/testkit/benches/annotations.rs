//! What a million nuclei cost, from the table up to HTTP, on SQLite.
//!
//! `cargo bench -p cytomine-testkit --bench annotations` prints figures and judges nothing; `-- 100000` takes another
//! number of nuclei than a million, `-- pg` the PostgreSQL server that CYTOMINE_TEST_POSTGRES names.

#![allow(clippy::print_stdout, reason = "figures are printed")]

use std::time::Duration;
use tokio::time::Instant;

use axum::body::Body;
use axum::http::Request;
use cytomine_domain::annotation::{self as domain, Place, Region, Search, Wanted};
use cytomine_domain::{Actor, Proof, account};
use cytomine_geometry::{Bounds, Shape, StoredShape, geo};
use cytomine_model::{
    Annotation, AnnotationId, GlobalRole, ImageInstanceId, Millis, ProjectId, SliceInstanceId,
};
use cytomine_store::annotation::{in_cell_order, insert_many};
use cytomine_testkit::{App, Client, TestImage};
use serde_json::json;

/// Annotations of one request.
const BULK: usize = 100_000;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let nuclei = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(1_000_000);
    let on_pg = arguments.iter().any(|argument| argument == "pg");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    runtime.block_on(async {
        if !on_pg {
            return measure(&App::lite().await, nuclei).await;
        }
        if let Some((app, database)) = App::pg().await {
            measure(&app, nuclei).await;
            app.system.db.close().await;
            database.drop().await;
        }
    });
}

/// A round outline of 10 to 60 corners on half pixels, as cell detectors write them, somewhere on the image.
fn nucleus(number: usize) -> Shape {
    let number = number as u64;
    let corners = 10 + number * 37 % 51;
    let (x, y) = (100 + number * 7_919 % 99_800, 100 + number * 104_729 % 79_800);
    let half = |value: f64| (value * 2.0).round() / 2.0;
    let corner = |corner: u64| {
        let angle = corner as f64 / corners as f64 * std::f64::consts::TAU;
        let radius = 12.0 + 3.0 * (3.0 * angle).sin();
        (x as f64 + half(radius * angle.cos()), y as f64 + half(radius * angle.sin()))
    };
    Shape::from_geometry(geo::Polygon::new((0..corners).map(corner).collect(), Vec::new()))
}

async fn measure(app: &App, nuclei: usize) {
    let alice = app.user("alice").await;
    let project = alice.post("/api/project.json", &json!({ "name": "Lung" })).await.ok();
    let project = project["project"]["id"].as_i64().expect("a project has an id");
    let image = app.image(project, alice.id, "a.svs", Some(0.25)).await;
    let other = app.image(project, alice.id, "b.svs", Some(0.25)).await;
    fill(app, &alice, project, image, nuclei).await;
    screens(app, image, nuclei).await;
    bulk(&alice, other).await;
}

/// The table alone, in transactions of [`BULK`].
async fn fill(app: &App, alice: &Client, project: i64, image: TestImage, nuclei: usize) {
    let mut writing = Duration::ZERO;
    for first in (0..nuclei).step_by(BULK) {
        let mut rows: Vec<Annotation> =
            (first..nuclei.min(first + BULK)).map(|number| row(number, alice.id, project, image)).collect();
        let begun = Instant::now();
        let mut tx = app.system.db.begin().await.expect("a transaction begins");
        in_cell_order(&mut rows);
        let ids = tx.next_ids(rows.len()).await.expect("ids are to be had");
        for (row, id) in rows.iter_mut().zip(ids) {
            row.id = AnnotationId(id);
        }
        insert_many(&mut tx, &rows).await.expect("rows can be written");
        tx.commit().await.expect("rows can be kept");
        writing += begun.elapsed();
    }
    let rate = nuclei as f64 / writing.as_secs_f64();
    println!("insert, the table alone: {rate:.0} nuclei/s ({nuclei} in {:.2} s)", writing.as_secs_f64());
}

fn row(number: usize, user: i64, project: i64, image: TestImage) -> Annotation {
    let stored = StoredShape::new(&nucleus(number), None);
    Annotation {
        id: AnnotationId(0),
        image: ImageInstanceId(image.image),
        slice: SliceInstanceId(image.slice),
        project: ProjectId(project),
        user: cytomine_model::UserId(user),
        geometry: stored.blob,
        wkt: stored.wkt,
        min_x: stored.bounds.min_x,
        min_y: stored.bounds.min_y,
        max_x: stored.bounds.max_x,
        max_y: stored.bounds.max_y,
        area: stored.area,
        perimeter: stored.perimeter,
        centroid_x: stored.centroid.0,
        centroid_y: stored.centroid.1,
        geometry_compression: 0.0,
        created: Millis(1),
        updated: None,
    }
}

/// Screens that hold some thousand nuclei: ids, and rows with WKT.
async fn screens(app: &App, image: TestImage, nuclei: usize) {
    let user = account::by_name(&app.system, "alice").await.expect("alice has an account");
    let actor = Actor { user, role: GlobalRole::User, admin_by_now: false, proof: Proof::System };
    // A share of the image that holds a thousand of them.
    let side = (100_000.0 * 80_000.0 * 1_000.0 / nuclei as f64).sqrt();
    let (mut shapes, mut searching, mut reading) = (0, Duration::ZERO, Duration::ZERO);
    let rounds = 200;
    for round in 0..rounds {
        let (x, y) = (f64::from(round * 7_919 % 90_000), f64::from(round * 104_729 % 70_000));
        let region = Some(Region::Box(Bounds::new(x, y, x + side, y + side)));
        let search = Search { region, ..Search::all_of(Place::Images(vec![ImageInstanceId(image.image)])) };
        let begun = Instant::now();
        let listing = domain::search(&app.system, &actor, &search).await.expect("a search answers");
        searching += begun.elapsed();
        let begun = Instant::now();
        let wanted = Wanted { location: true, ..Wanted::default() };
        let rows =
            domain::rows(&app.system, &listing, 0, listing.len(), wanted).await.expect("rows are read");
        reading += begun.elapsed();
        shapes += rows.len();
    }
    let per = |time: Duration| time.as_secs_f64() * 1_000.0 / f64::from(rounds);
    let shapes = shapes / usize::try_from(rounds).unwrap_or(1);
    println!(
        "screen of {shapes} shapes: {:.2} ms to find, {:.2} ms to read with WKT",
        per(searching),
        per(reading)
    );
}

/// Over HTTP: one request of [`BULK`] nuclei, and all of them back with WKT.
async fn bulk(alice: &Client, image: TestImage) {
    let elements: Vec<String> = (0..BULK)
        .map(|number| format!(r#"{{"location":"{}","image":{}}}"#, nucleus(number).to_wkt(), image.image))
        .collect();
    let body = format!("[{}]", elements.join(","));
    let megabytes = body.len() as f64 / 1e6;
    let request = Request::post("/api/annotation.json").body(Body::from(body)).expect("a request is made");
    let begun = Instant::now();
    let answer = alice.send(request).await.ok();
    println!(
        "POST of {BULK} nuclei ({megabytes:.0} MB): {:.2} s, {}",
        begun.elapsed().as_secs_f64(),
        answer["data"]["message"]
    );

    let begun = Instant::now();
    let path = format!("/api/annotation.json?image={}&showMeta=true&showWKT=true&showTerm=true", image.image);
    let list = alice.get(&path).await;
    println!(
        "GET of {BULK} rows with WKT, meta and terms ({:.0} MB): {:.2} s, status {}",
        list.body.len() as f64 / 1e6,
        begun.elapsed().as_secs_f64(),
        list.status
    );
    let begun = Instant::now();
    let undone = alice.get("/api/command/undo.json").await;
    println!("undo of {BULK}: {:.2} s, status {}", begun.elapsed().as_secs_f64(), undone.status);
}
