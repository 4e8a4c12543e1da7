//! One annotation.

use cytomine_testkit::both;
use serde_json::json;

use super::{SQUARE, World, draw};

#[tokio::test]
async fn an_annotation_lives_as_the_clients_expect() {
    both(|app| async move {
        let world = World::of(&app).await;
        let body = json!({ "location": SQUARE, "image": world.first.image, "term": [world.nucleus] });
        let made = world.alice.post("/api/annotation.json", &body).await.ok();
        let id = made["annotation"]["id"].as_i64().unwrap();
        assert_eq!(made["callback"]["method"], "be.cytomine.AddUserAnnotationCommand");
        assert_eq!(made["callback"]["userannotationID"], id.to_string());
        assert!(made["command"].is_i64());
        let expected = json!({
            "class": "be.cytomine.domain.ontology.UserAnnotation",
            "id": id,
            "created": "1767225600000",
            "updated": null,
            "slice": world.first.slice,
            "image": world.first.image,
            "project": world.project,
            "user": world.alice.id,
            "location": SQUARE,
            "geometryCompression": 0.0,
            "centroid": { "x": 10.0, "y": 10.0 },
            "area": 100.0,
            "areaUnit": "micron²",
            "perimeter": 0.04,
            "perimeterUnit": "mm",
            "term": [world.nucleus],
            "nbComments": 0,
            "reviewed": false,
            "cropURL": format!("http://cytomine.test/api/userannotation/{id}/crop.png"),
            "smallCropURL": format!("http://cytomine.test/api/userannotation/{id}/crop.png?maxSize=256"),
            "url": format!("http://cytomine.test/api/userannotation/{id}/crop.png"),
            "imageURL": format!(
                "http://cytomine.test/#/project/{}/image/{}/annotation/{id}", world.project, world.first.image
            ),
            "may": ["edit", "delete"],
        });
        assert_eq!(made["annotation"], expected);
        assert_eq!(made["data"], expected);
        let path = format!("/api/annotation/{id}.json");
        assert_eq!(world.alice.get(&path).await.ok(), expected);
        assert_eq!(world.bob.get(&format!("/api/userannotation/{id}.json")).await.ok(), expected);

        let smaller = "POLYGON ((0 0, 0 10, 10 10, 10 0, 0 0))";
        let body = json!({
            "id": id, "location": smaller, "image": world.first.image, "project": world.project,
        });
        let changed = world.alice.put(&path, &body).await.ok();
        assert_eq!(changed["annotation"]["location"], smaller);
        assert_eq!(changed["annotation"]["term"], json!([world.nucleus]), "no term given: links stay");
        assert_eq!(changed["callback"]["method"], "be.cytomine.EditUserAnnotationCommand");
        assert_eq!(world.alice.get(&path).await.ok()["updated"], "1767225600000");

        let gone = world.alice.delete(&path).await.ok();
        assert_eq!(gone["annotation"]["location"], smaller);
        assert_eq!(world.alice.get(&path).await.status, 404);
        assert_eq!(world.alice.delete(&path).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn locations_come_back_to_the_letter() {
    both(|app| async move {
        let world = World::of(&app).await;
        for text in [
            "POLYGON((1.50 2,3 2,3 9.125000001,1.50 2))",
            "POINT (25.123456789000002 17)",
            "MULTIPOLYGON (((0 0, 9 0, 9 9, 0 0)), ((20 20, 29 20, 29 29, 20 20)))",
            "LINESTRING (5 5, 5 400)",
        ] {
            let id = draw(&world.alice, json!({ "location": text, "slice": world.first.slice })).await;
            let path = format!("/api/annotation/{id}.json");
            assert_eq!(world.alice.get(&path).await.ok()["location"], text);
            let query = format!("/api/annotation.json?image={}&showWKT=true", world.first.image);
            assert_eq!(world.alice.get(&query).await.ok()["collection"][0]["location"], text);
        }
        let over = json!({
            "location": "POLYGON ((-10 0, -10 10, 10 10, 10 0, -10 0))", "image": world.second.image,
        });
        let cut = world.alice.post("/api/annotation.json", &over).await.ok();
        assert_eq!(cut["annotation"]["area"], 100.0);
        assert_eq!(cut["annotation"]["areaUnit"], "pixels²");
    })
    .await;
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_its_cause() {
    both(|app| async move {
        let world = World::of(&app).await;
        let image = world.first.image;
        for (body, status, words) in [
            (json!({ "image": image }), 400, "`location`"),
            (json!({ "location": SQUARE }), 400, "give `image` or `slice`"),
            (json!({ "location": "POLYGON ((0 0", "image": image }), 400, "cannot be read"),
            (
                json!({ "location": "POLYGON ((0 0, 9 9, 9 0, 0 9, 0 0))", "image": image }),
                400,
                "self-intersection",
            ),
            (json!({ "location": "POINT (-5 -5)", "image": image }), 400, "outside of the image"),
            (json!({ "location": SQUARE, "image": 999_999 }), 404, "ImageInstance not found"),
            (
                json!({ "location": SQUARE, "image": image, "term": [999_999] }),
                400,
                "There is no term 999999 in Tissue",
            ),
            (json!({ "location": SQUARE, "image": image, "user": 999_999 }), 404, "User not found"),
            (
                json!({ "location": SQUARE, "image": image, "slice": world.second.slice }),
                400,
                "not of the image",
            ),
        ] {
            let answer = world.alice.post("/api/annotation.json", &body).await;
            assert_eq!(answer.status, status, "{body}");
            let error = answer.json();
            assert_eq!(error["success"], false);
            assert!(error["errors"].as_str().unwrap().contains(words), "{error}");
        }
        let id = draw(&world.alice, json!({ "location": SQUARE, "image": image })).await;
        let path = format!("/api/annotation/{id}.json");
        assert_eq!(world.alice.put(&path, &json!({ "image": image })).await.status, 400);
        assert_eq!(world.alice.put(&path, &json!({ "location": SQUARE })).await.status, 400);
        assert_eq!(world.alice.get(&path).await.ok()["location"], SQUARE);
    })
    .await;
}

#[tokio::test]
async fn rights_follow_the_project() {
    both(|app| async move {
        let world = World::with(&app, json!({ "isRestricted": true })).await;
        let (eve, carl) = (app.user("eve").await, app.guest("carl").await);
        let member = format!("/api/project/{}/user/{}.json", world.project, carl.id);
        world.alice.post(&member, &json!(null)).await.ok();
        let body = json!({ "location": SQUARE, "image": world.first.image });
        let of_alice = draw(&world.alice, body.clone()).await;
        let of_bob = draw(&world.bob, body.clone()).await;
        let of_carl = draw(&carl, body.clone()).await;
        let path = |id: i64| format!("/api/annotation/{id}.json");

        assert_eq!(eve.post("/api/annotation.json", &body).await.status, 403);
        for id in [of_alice, of_bob] {
            assert_eq!(eve.get(&path(id)).await.status, 403);
            assert_eq!(eve.put(&path(id), &body).await.status, 403);
            assert_eq!(eve.delete(&path(id)).await.status, 403);
        }
        let search = format!("/api/annotation.json?project={}", world.project);
        assert_eq!(eve.get(&search).await.status, 403);
        assert_eq!(eve.get(&format!("/api/annotation/{of_bob}/term.json")).await.status, 403);
        assert_eq!(app.anonymous().get(&path(of_bob)).await.status, 401);

        // Restricted: read all, change one's own; only managers draw for others.
        assert_eq!(world.bob.get(&path(of_alice)).await.status, 200);
        assert_eq!(world.bob.put(&path(of_alice), &body).await.status, 403);
        assert_eq!(world.bob.delete(&path(of_alice)).await.status, 403);
        world.bob.put(&path(of_bob), &body).await.ok();
        carl.delete(&path(of_carl)).await.ok();
        let for_alice = json!({ "location": SQUARE, "image": world.first.image, "user": world.alice.id });
        assert_eq!(world.bob.post("/api/annotation.json", &for_alice).await.status, 403);
        let for_bob = json!({ "location": SQUARE, "image": world.first.image, "user": world.bob.id });
        let made = world.alice.post("/api/annotation.json", &for_bob).await.ok();
        assert_eq!(made["annotation"]["user"], world.bob.id);
        world.alice.delete(&path(of_bob)).await.ok();

        let project = format!("/api/project/{}.json", world.project);
        let read_only = json!({ "name": "Lung", "isReadOnly": true, "isRestricted": false });
        world.alice.put(&project, &read_only).await.ok();
        let refused = world.bob.post("/api/annotation.json", &body).await;
        assert_eq!(refused.status, 403);
        assert!(refused.json()["errors"].as_str().unwrap().contains("read-only"));
        draw(&world.alice, body).await;
    })
    .await;
}

#[tokio::test]
async fn shapes_are_thinned_and_filled_only_where_asked() {
    both(|app| async move {
        let world = World::of(&app).await;
        let corner = |i: i32| {
            let angle = f64::from(i) / 300.0 * std::f64::consts::TAU;
            format!("{} {}", 200.0 + 100.0 * angle.cos(), 200.0 + 100.0 * angle.sin())
        };
        let corners: Vec<String> = (0..300).chain([0]).map(corner).collect();
        let round = format!("POLYGON (({}))", corners.join(", "));
        let body = json!({ "location": round, "image": world.first.image });
        let id = draw(&world.alice, body.clone()).await;
        let path = format!("/api/annotation/{id}.json");
        assert_eq!(world.alice.get(&path).await.ok()["location"], round.as_str());
        let thinned = world.alice.post("/api/annotation.json?minPoint=10&maxPoint=50", &body).await.ok();
        assert!(thinned["annotation"]["geometryCompression"].as_f64().unwrap() > 0.0);
        let points = |text: &serde_json::Value| text.as_str().unwrap().split(',').count();
        assert!((10..=50).contains(&points(&thinned["annotation"]["location"])));
        let simplify = format!("/api/annotation/{id}/simplify.json?maxPoint=40");
        let simplified = world.alice.put(&simplify, &json!(null)).await.ok();
        assert!(points(&simplified["location"]) <= 40);
        let alone = world.alice.put("/api/simplify.json?maxPoint=40", &json!({ "wkt": round })).await.ok();
        assert!(points(&alone["wkt"]) <= 40);

        let ring = "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (2 2, 3 2, 3 3, 2 2))";
        let id = draw(&world.alice, json!({ "location": ring, "image": world.first.image })).await;
        let filled = world.alice.post(&format!("/api/annotation/{id}/fill.json"), &json!(null)).await.ok();
        assert_eq!(filled["annotation"]["location"], "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0))");
    })
    .await;
}

#[tokio::test]
async fn terms_and_properties_come_in_every_spelling() {
    both(|app| async move {
        let world = World::of(&app).await;
        let (nucleus, stroma) = (world.nucleus, world.stroma);
        for (key, value, expected) in [
            ("term", json!([nucleus, stroma, nucleus]), json!([nucleus, stroma])),
            ("terms", json!(format!("{stroma},{nucleus}")), json!([stroma, nucleus])),
            ("term", json!(nucleus.to_string()), json!([nucleus])),
            ("term", json!(null), json!([])),
        ] {
            let mut body = json!({ "location": SQUARE, "image": world.first.image.to_string() });
            body[key] = value;
            let made = world.alice.post("/api/annotation.json", &body).await.ok();
            assert_eq!(made["annotation"]["term"], expected, "{body}");
        }
        for properties in [json!({ "score": 0.5, "by": "ann" }), json!([{ "key": "score", "value": "0.5" }])]
        {
            let body = json!({ "location": SQUARE, "image": world.first.image, "properties": properties });
            let id = draw(&world.alice, body).await;
            let kept = world.alice.get(&format!("/api/annotation/{id}/property.json")).await.ok();
            let first = &kept["collection"][0];
            assert_eq!((&first["key"], &first["value"]), (&json!("score"), &json!("0.5")));
        }
        let body = json!({ "location": SQUARE, "image": world.first.image, "property": "score" });
        assert_eq!(world.alice.post("/api/annotation.json", &body).await.status, 400);
    })
    .await;
}
