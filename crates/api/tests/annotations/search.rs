//! Searching.

use cytomine_testkit::both;
use serde_json::{Value, json};

use super::{SQUARE, World, draw, ids};

#[tokio::test]
async fn every_group_of_columns_is_printed_when_asked_for() {
    both(|app| async move {
        let world = World::of(&app).await;
        let body =
            json!({ "location": SQUARE, "image": world.first.image, "term": [world.stroma, world.nucleus] });
        let id = draw(&world.alice, body).await;
        let link = world.alice.get(&format!("/api/annotation/{id}/term/{}.json", world.stroma)).await.ok();
        let other = world.alice.get(&format!("/api/annotation/{id}/term/{}.json", world.nucleus)).await.ok();
        let class = "be.cytomine.domain.ontology.UserAnnotation";
        let row = async |flags: &str| {
            let query = format!("/api/annotation.json?project={}{flags}", world.project);
            world.bob.get(&query).await.ok()["collection"][0].clone()
        };
        assert_eq!(row("&showBasic=true").await, json!({ "id": id, "class": class }));
        let crop = format!("http://cytomine.test/api/userannotation/{id}/crop.png");
        let meta = json!({
            "id": id, "class": class, "created": 1_767_225_600_000_i64, "updated": null,
            "image": world.first.image, "slice": world.first.slice, "project": world.project,
            "user": world.alice.id, "nbComments": 0, "countReviewedAnnotations": 0, "reviewed": false,
            "cropURL": crop, "smallCropURL": format!("{crop}?maxSize=256"), "url": crop,
            "imageURL": format!(
                "http://cytomine.test/#/project/{}/image/{}/annotation/{id}", world.project, world.first.image
            ),
            "may": ["edit", "delete"],
        });
        assert_eq!(row("&showMeta=True").await, meta);
        let term = json!({
            "id": id, "class": class, "term": [world.stroma, world.nucleus],
            "userByTerm": [
                { "id": link["id"], "term": world.stroma, "user": [world.alice.id] },
                { "id": other["id"], "term": world.nucleus, "user": [world.alice.id] },
            ],
        });
        assert_eq!(row("&showTerm=true").await, term);
        let mut default = meta.clone();
        for key in ["term", "userByTerm"] {
            default[key] = term[key].clone();
        }
        assert_eq!(row("").await, default);
        assert_eq!(row("&showDefault=true").await, default);
        assert_eq!(
            row("&showWKT=true&showGIS=true").await,
            json!({
                "id": id, "class": class, "location": SQUARE, "geometryCompression": 0.0, "area": 100.0,
                "areaUnit": "micron²", "perimeter": 0.04, "perimeterUnit": "mm",
                "centroid": { "x": 10.0, "y": 10.0 },
            })
        );
        assert_eq!(
            row("&showImage=true&showSlice=true&showUser=true&showTrack=true").await,
            json!({
                "id": id, "class": class, "originalFilename": "a.svs", "instanceFilename": "a.svs",
                "channel": 0, "zStack": 0, "time": 0, "creator": "alice", "name": "",
                "track": [], "annotationTrack": [],
            })
        );
        world
            .alice
            .put(
                &format!("/api/project/{}.json", world.project),
                &json!({ "name": "Lung", "blindMode": true }),
            )
            .await
            .ok();
        assert_eq!(row("&showImage=true").await["originalFilename"], Value::Null, "blind for contributors");
    })
    .await;
}

#[tokio::test]
async fn filters_of_the_wire_are_understood() {
    both(|app| async move {
        let world = World::of(&app).await;
        let at = |x: i32, image: i64| {
            json!({ "location": format!("POLYGON (({x} 0, {} 0, {x} 10, {x} 0))", x + 10), "image": image })
        };
        let with = |mut body: Value, term: i64| {
            body["term"] = json!([term]);
            body
        };
        let (first, second) = (world.first.image, world.second.image);
        let a = draw(&world.alice, with(at(0, first), world.nucleus)).await;
        let b = draw(&world.bob, with(at(100, first), world.stroma)).await;
        app.clock.advance(std::time::Duration::from_secs(60));
        let c = draw(&world.bob, at(200, first)).await;
        let d = draw(&world.alice, at(0, second)).await;
        let find = async |query: String| ids(&world.bob, &query).await;
        let project = world.project;
        assert_eq!(find(format!("project={project}")).await, [d, c, b, a]);
        assert_eq!(find(format!("images={first},{second}")).await, [d, c, b, a]);
        assert_eq!(find(format!("images={first}_{second}")).await, [d, c, b, a]);
        assert_eq!(find(format!("slice={}", world.second.slice)).await, [d]);
        assert_eq!(find(format!("slices={}", world.first.slice)).await, [c, b, a]);
        assert_eq!(find(format!("project={project}&users={}", world.bob.id)).await, [c, b]);
        assert_eq!(find(format!("project={project}&user={}", world.alice.id)).await, [d, a]);
        assert_eq!(find(format!("project={project}&users=")).await, Vec::<i64>::new());
        assert_eq!(find(format!("project={project}&term={}", world.stroma)).await, [b]);
        assert_eq!(find(format!("project={project}&noTerm=true")).await, [d, c]);
        assert_eq!(find(format!("project={project}&noTerm=true&terms={}", world.nucleus)).await, [d, c, a]);
        assert_eq!(find(format!("project={project}&multipleTerm=true")).await, Vec::<i64>::new());
        assert_eq!(find(format!("project={project}&usersForTerm={}", world.bob.id)).await, [b]);
        assert_eq!(find(format!("project={project}&beforeThan=1767225600000")).await, [b, a]);
        assert_eq!(find(format!("project={project}&afterThan=1767225600001")).await, [d, c]);
        assert_eq!(find(format!("project={project}&excludedAnnotation={c}&max=2&offset=1")).await, [b, a]);
        // The corner of a triangle's box is not in the triangle.
        assert_eq!(find(format!("image={first}&bbox=8,8,99,20")).await, Vec::<i64>::new());
        assert_eq!(find(format!("image={first}&bbox=5,5,105,20")).await, [b, a]);
        let wkt = "POLYGON%20((5%205,105%205,105%2020,5%2020,5%205))";
        assert_eq!(find(format!("image={first}&bbox={wkt}")).await, [b, a]);
        assert_eq!(find(format!("image={first}&bboxAnnotation={d}")).await, [a]);
        let near = format!("image={first}&baseAnnotation={a}&excludedAnnotation={a}&maxDistanceBaseAnnotation");
        assert_eq!(find(format!("{near}=90")).await, [b]);
        assert_eq!(find(format!("{near}=89")).await, Vec::<i64>::new());
        for nothing in ["reviewed=true", "tracks=5", "tag=5", "multipleTrack=true"] {
            assert_eq!(find(format!("project={project}&{nothing}")).await, Vec::<i64>::new(), "{nothing}");
        }
        assert_eq!(find(format!("project={project}&noTrack=true&notReviewedOnly=true&kmeans=true")).await.len(), 4);

        let posted = json!({ "images": [first], "users": [world.bob.id], "showWKT": true, "noTerm": true });
        let list = world.bob.post("/api/annotation/search.json", &posted).await.ok();
        assert_eq!((&list["size"], &list["collection"][0]["id"]), (&json!(1), &json!(c)));
        for (query, status) in [
            ("", 400),
            ("image=999999", 404),
            ("images=", 404),
            ("slices=999999", 404),
            ("project=999999", 404),
            (&format!("project={project}&user=999999"), 404),
            (&format!("project={project}&term=999999"), 404),
            (&format!("image={first}&bbox=1,2,3"), 400),
            (&format!("image={first}&baseAnnotation={a}"), 400),
        ] {
            assert_eq!(world.bob.get(&format!("/api/annotation.json?{query}")).await.status, status, "{query}");
        }
    })
    .await;
}

#[tokio::test]
async fn counts_and_what_lies_inside() {
    both(|app| async move {
        let world = World::of(&app).await;
        let image = world.first.image;
        let a = draw(&world.alice, json!({ "location": SQUARE, "image": image })).await;
        let b = draw(&world.bob, json!({ "location": SQUARE, "image": image })).await;
        let project = world.project;
        let get = async |path: String| world.bob.get(&path).await.ok();
        assert_eq!(
            get(format!("/api/project/{project}/userannotation/count.json")).await,
            json!({ "total": 2 })
        );
        assert_eq!(get(format!("/api/project/{project}/reviewedannotation/count.json")).await["total"], 0);
        let mine = format!("/api/user/{}/userannotation/count.json?project={project}", world.bob.id);
        assert_eq!(get(mine).await["total"], 1);
        let others = format!("/api/user/{}/userannotation/count.json?project={project}", world.alice.id);
        assert_eq!(world.bob.get(&others).await.status, 403);
        let index = get(format!("/api/sliceinstance/{}/annotationindex.json", world.first.slice)).await;
        assert_eq!(
            index["collection"][0],
            json!({
                "user": world.alice.id, "slice": world.first.slice, "countAnnotation": 1,
                "countReviewedAnnotation": 0,
            })
        );
        let included = format!("/api/imageinstance/{image}/annotation/included.json");
        let inside = get(format!("{included}?annotation={a}&user={}", world.bob.id)).await;
        assert_eq!((&inside["size"], &inside["collection"][0]["id"]), (&json!(1), &json!(b)));
        assert_eq!(get(format!("{included}?geometry=POINT%20(5%205)")).await["size"], 2);
        assert_eq!(get(format!("{included}?geometry=POINT%20(500%205)")).await["size"], 0);
        assert_eq!(world.bob.get(&included).await.status, 400);
        let eve = app.user("eve").await;
        assert_eq!(eve.get(&format!("/api/project/{project}/userannotation/count.json")).await.status, 403);
        assert_eq!(eve.get(&format!("{included}?geometry=POINT%20(5%205)")).await.status, 403);
        let index = format!("/api/sliceinstance/{}/annotationindex.json", world.first.slice);
        assert_eq!(eve.get(&index).await.status, 403);
    })
    .await;
}
