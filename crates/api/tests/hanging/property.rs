//! Properties.

use cytomine_testkit::{App, both};
use serde_json::json;

use super::{ANNOTATION, IMAGE, PROJECT, World, of, texts, undo};

#[tokio::test]
async fn a_property_lives_as_the_clients_expect() {
    both(|app: App| async move {
        let world = World::of(&app).await;
        let alice = &world.alice;
        for (class, id) in world.subjects() {
            let path = of(class, id, "property");
            let sent = json!({ "domainClassName": class, "domainIdent": id, "key": " stain ", "value": "H&E" });
            let made = alice.post(&path, &sent).await.ok();
            assert_eq!(made["callback"]["method"], "be.cytomine.AddPropertyCommand");
            assert_eq!(made["data"], made["property"]);
            let property = made["property"].clone();
            let (one, own) = (&property["id"], format!("property/{}", property["id"]));
            assert_eq!(
                property,
                json!({
                    "class": "be.cytomine.domain.meta.Property", "id": one, "created": property["created"],
                    "updated": null, "domainIdent": id, "domainClassName": class, "key": "stain", "value": "H&E"
                })
            );
            for found in [own.as_str(), "key/stain/property"] {
                assert_eq!(alice.get(&of(class, id, found)).await.ok(), property, "{found}");
            }
            let mut changed = property.clone();
            changed["value"] = json!("PAS");
            let answer = alice.put(&of(class, id, &own), &changed).await.ok();
            assert_eq!((&answer["property"]["value"], &answer["property"]["key"]), (&json!("PAS"), &json!("stain")));
            undo(alice).await;
            assert_eq!(alice.get(&of(class, id, &own)).await.ok()["value"], "H&E");
            // Absent keys keep their value.
            alice.put(&of(class, id, &own), &json!({ "key": "dye" })).await.ok();
            assert_eq!(alice.get(&of(class, id, "key/dye/property")).await.ok()["value"], "H&E");
            alice.delete(&of(class, id, &own)).await.ok();
            assert_eq!(alice.get(&of(class, id, &own)).await.status, 404);
            assert_eq!(alice.get(&of(class, id, "key/dye/property")).await.status, 404);
            assert_eq!(alice.get(&path).await.ok()["size"], 0);
        }
    })
    .await;
}

#[tokio::test]
async fn parents_with_addresses_of_their_own_answer_the_same() {
    both(|app: App| async move {
        let world = World::of(&app).await;
        let alice = &world.alice;
        for (noun, (class, id)) in
            ["project", "imageinstance", "annotation"].into_iter().zip(world.subjects())
        {
            let own = |rest: &str| format!("/api/{noun}/{id}/{rest}.json");
            // Cytomine refuses this, and its client sends it.
            let body = json!({ "key": "grade", "value": 3 });
            let made = alice.post(&own("property"), &body).await.ok()["property"].clone();
            assert_eq!((&made["domainClassName"], &made["value"]), (&json!(class), &json!("3")));
            assert_eq!(alice.get(&own("property")).await.ok()["collection"], json!([made]));
            assert_eq!(alice.get(&own("key/grade/property")).await.ok(), made);
            let one = own(&format!("property/{}", made["id"]));
            assert_eq!(alice.get(&one).await.ok(), made);
            alice.put(&one, &json!({ "value": "4" })).await.ok();
            alice.delete(&one).await.ok();
            assert_eq!(alice.get(&of(class, id, "property")).await.ok()["size"], 0);
        }
        let body =
            json!({ "domainClassName": PROJECT, "domainIdent": world.project, "key": "a", "value": "b" });
        let id = alice.made("property", &body).await;
        // It is not on the image.
        assert_eq!(alice.get(&of(IMAGE, world.image, &format!("property/{id}"))).await.status, 404);
        assert_eq!(alice.delete(&of(IMAGE, world.image, &format!("property/{id}"))).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn many_are_one_step_and_the_refused_are_told() {
    both(|app: App| async move {
        let world = World::of(&app).await;
        let path = of(ANNOTATION, world.annotation, "property");
        let bob = &world.bob;
        let sent = json!([
            { "key": "a", "value": "1" }, { "key": "b", "value": "2" }, { "key": " ", "value": "3" },
            { "key": "c", "value": "4", "domainClassName": PROJECT, "domainIdent": world.project }, 7,
        ]);
        let answer = bob.post(&path, &sent).await.ok();
        assert_eq!(answer["status"], 206);
        let errors = answer["data"]["errors"].as_array().unwrap();
        assert_eq!(errors.len(), 3, "{answer}");
        assert_eq!(texts(&bob.get(&path).await.ok(), "key"), ["a", "b"]);
        undo(bob).await;
        assert_eq!(bob.get(&path).await.ok()["size"], 0);
        assert_eq!(bob.post(&path, &json!([])).await.ok()["status"], 200);
        let refused = bob.post(&path, &json!([{ "key": "" }])).await.ok();
        assert_eq!(refused["status"], 400);
        let many: Vec<_> = (0..300).map(|n| json!({ "key": format!("k{n}"), "value": n })).collect();
        let made = bob.post(&path, &json!(many)).await.ok();
        assert!(made["command"].is_i64());
        assert_eq!(bob.get(&path).await.ok()["size"], 300);
        assert_eq!(bob.get(&format!("{path}?max=10&offset=5")).await.ok()["collection"][0]["key"], "k5");
        undo(bob).await;
        assert_eq!(bob.get(&path).await.ok()["size"], 0);
    })
    .await;
}

#[tokio::test]
async fn bad_input_is_refused_with_words() {
    both(|app: App| async move {
        let world = World::of(&app).await;
        let alice = &world.alice;
        let path = of(PROJECT, world.project, "property");
        for (body, word) in [
            (json!({ "value": "x" }), "The key of a property has 0 bytes"),
            (json!({ "key": "k".repeat(1_001) }), "1001 bytes"),
            (json!({ "key": "a\u{0}b" }), "U+0000"),
            (json!({ "key": ["a"] }), "expected text"),
        ] {
            let answer = alice.post(&path, &body).await;
            assert_eq!(answer.status, 400);
            assert!(answer.json()["errors"].as_str().unwrap().contains(word), "{}", answer.json());
        }
        let answer = alice.post("/api/property.json", &json!({ "key": "a", "value": "b" })).await;
        assert_eq!((answer.status, &answer.json()["code"]), (400, &json!("hanging.on_what")));
        let made = alice.post(&path, &json!({ "key": "empty" })).await.ok();
        assert_eq!(made["property"]["value"], "");
    })
    .await;
}

#[tokio::test]
async fn keys_and_positions_of_annotations_are_found() {
    both(|app: App| async move {
        let world = World::of(&app).await;
        let (alice, bob) = (&world.alice, &world.bob);
        let far = json!({ "location": "POINT (9000 9000)", "image": world.image });
        let far = alice.made("annotation", &far).await;
        for (client, class, id, key, value) in [
            (bob, ANNOTATION, world.annotation, "grade", "3"),
            (bob, ANNOTATION, world.annotation, "Zone", "b"),
            (alice, ANNOTATION, far, "grade", "1"),
            (alice, IMAGE, world.image, "stain", "PAS"),
            (alice, PROJECT, world.project, "grant", "x"),
        ] {
            client.post(&of(class, id, "property"), &json!({ "key": key, "value": value })).await.ok();
        }
        let keys = "/api/annotation/property/key.json";
        let (project, image) = (format!("idProject={}", world.project), format!("idImage={}", world.image));
        for place in [&project, &image] {
            let found = alice.get(&format!("{keys}?{place}")).await.ok();
            assert_eq!(found["collection"], json!(["Zone", "grade"]));
        }
        let found = alice.get(&format!("{keys}?{image}&user=true")).await.ok();
        let expected = json!([
            { "key": "Zone", "user": bob.id }, { "key": "grade", "user": alice.id }, { "key": "grade", "user": bob.id }
        ]);
        let mut items = found["collection"].as_array().unwrap().clone();
        items.sort_by_key(|item| (item["key"].to_string(), item["user"].as_i64()));
        assert_eq!(json!(items), expected);
        let found = alice.get(&format!("/api/imageinstance/property/key.json?{project}")).await.ok();
        assert_eq!(found["collection"], json!(["stain"]));
        for path in [keys, "/api/imageinstance/property/key.json"] {
            assert_eq!(alice.get(path).await.status, 400);
            let eve = app.user("eve").await;
            assert_eq!(eve.get(&format!("{path}?{project}")).await.status, 403);
        }
        let of_bob = format!("/api/user/{}/imageinstance/{}/annotationposition.json", bob.id, world.image);
        let found = alice.get(&format!("{of_bob}?key=grade")).await.ok();
        let expected = json!([{ "idAnnotation": world.annotation, "x": 10.0, "y": 20.0, "value": "3" }]);
        assert_eq!(found["collection"], expected);
        for (bbox, count) in [("0,0,50,50", 1), ("100,100,200,200", 0)] {
            let found = alice.get(&format!("{of_bob}?key=grade&bbox={bbox}")).await.ok();
            assert_eq!(found["size"], count, "{bbox}");
        }
        let wkt = "POLYGON%20((0%200,%200%2050,%2050%2050,%2050%200,%200%200))";
        assert_eq!(alice.get(&format!("{of_bob}?key=grade&bbox={wkt}")).await.ok()["size"], 1);
        assert_eq!(alice.get(&format!("{of_bob}?key=grade&bbox=x")).await.status, 400);
        assert_eq!(alice.get(&of_bob).await.status, 400);
    })
    .await;
}
