//! Undo and redo.

use cytomine_testkit::both;
use serde_json::{Value, json};

use super::{SQUARE, World, draw, ids};

#[tokio::test]
async fn what_was_drawn_edited_deleted_comes_and_goes_with_its_id() {
    both(|app| async move {
        let world = World::of(&app).await;
        let image = world.first.image;
        let id =
            draw(&world.alice, json!({ "location": SQUARE, "image": image, "term": [world.nucleus] })).await;
        let path = format!("/api/annotation/{id}.json");
        world.alice.put(&path, &json!({ "location": "POINT (3 3)", "image": image })).await.ok();
        world.alice.delete(&path).await.ok();
        let step = async |direction: &str| {
            let answer = world.alice.get(&format!("/api/command/{direction}.json")).await.ok();
            assert_eq!(answer["size"], 1);
            answer["collection"][0].clone()
        };

        let back = step("undo").await;
        assert_eq!(back["callback"]["method"], "be.cytomine.AddUserAnnotationCommand");
        assert_eq!(back["annotation"]["id"], id);
        assert_eq!(back["annotation"]["term"], json!([world.nucleus]));
        assert!(back.get("command").is_none());
        assert_eq!(world.alice.get(&path).await.ok()["location"], "POINT (3 3)");
        assert_eq!(step("undo").await["annotation"]["location"], SQUARE);
        assert_eq!(world.alice.get(&path).await.ok()["location"], SQUARE);
        let gone = step("undo").await;
        assert_eq!(gone["callback"]["method"], "be.cytomine.DeleteUserAnnotationCommand");
        assert_eq!(gone["annotation"]["id"], id);
        assert_eq!(world.alice.get(&path).await.status, 404);

        assert_eq!(step("redo").await["callback"]["userannotationID"], id.to_string());
        assert_eq!(world.alice.get(&path).await.ok()["term"], json!([world.nucleus]));
        step("redo").await;
        assert_eq!(world.alice.get(&path).await.ok()["location"], "POINT (3 3)");
        step("redo").await;
        assert_eq!(world.alice.get(&path).await.status, 404);
        let nothing = step("redo").await;
        assert_eq!((&nothing["success"], &nothing["callback"]), (&json!(true), &Value::Null));
    })
    .await;
}

#[tokio::test]
async fn a_stack_is_its_users_own() {
    both(|app| async move {
        let world = World::of(&app).await;
        let body = json!({ "location": SQUARE, "image": world.first.image });
        let made = world.bob.post("/api/annotation.json", &body).await.ok();
        let command = made["command"].as_i64().unwrap();
        assert_eq!(world.alice.get(&format!("/api/command/{command}/undo.json")).await.status, 403);
        assert_eq!(world.alice.get("/api/command/999999/undo.json").await.status, 404);
        let later = draw(&world.bob, body.clone()).await;
        world.bob.get(&format!("/command/{command}/undo.json")).await.ok();
        let query = format!("image={}", world.first.image);
        assert_eq!(ids(&world.bob, &query).await, [later]);
        let again = world.bob.get(&format!("/api/command/{command}/undo.json")).await.ok();
        assert_eq!(again["collection"][0]["callback"], Value::Null, "undone already");
        world.bob.get(&format!("/api/command/{command}/redo.json")).await.ok();
        assert_eq!(ids(&world.bob, &query).await.len(), 2);

        // Whoever has left the project does not change it by undo.
        world.alice.delete(&format!("/api/project/{}/user/{}.json", world.project, world.bob.id)).await.ok();
        assert_eq!(world.bob.get("/command/undo.json").await.status, 403);
        assert_eq!(ids(&world.alice, &query).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn every_kind_is_told_by_its_own_json() {
    both(|app| async move {
        let world = World::of(&app).await;
        let alice = &world.alice;
        let step = async |direction: &str| {
            let answer = alice.get(&format!("/api/command/{direction}.json")).await.ok();
            answer["collection"][0].clone()
        };
        let term = json!({ "name": "vessel", "color": "#00ff00", "ontology": 0 });
        let ontology = alice.post("/api/ontology.json", &json!({ "name": "Other" })).await.ok();
        assert_eq!(step("undo").await["ontology"]["name"], "Other");
        assert_eq!(step("redo").await["callback"]["method"], "be.cytomine.AddOntologyCommand");
        let mut of_other = term.clone();
        of_other["ontology"] = ontology["ontology"]["id"].clone();
        let term = alice.post("/api/term.json", &of_other).await.ok()["term"].clone();
        let path = format!("/api/term/{}.json", term["id"]);
        alice.put(&path, &json!({ "id": term["id"], "name": "artery", "color": "#00ff00" })).await.ok();
        let undone = step("undo").await;
        assert_eq!((&undone["term"]["name"], &undone["data"]["name"]), (&json!("vessel"), &json!("vessel")));
        assert_eq!(undone["callback"]["ontologyID"], term["ontology"]);
        assert_eq!(step("redo").await["term"]["name"], "artery");

        let pair = json!({ "term1": world.nucleus, "term2": world.stroma });
        alice.post("/api/relation/parent/term.json", &pair).await.ok();
        assert_eq!(step("undo").await["relationterm"]["term2"], world.stroma);

        let project = format!("/api/project/{}.json", world.project);
        alice.put(&project, &json!({ "name": "Liver" })).await.ok();
        assert_eq!(step("undo").await["project"]["name"], "Lung");

        let image = format!("/api/imageinstance/{}.json", world.first.image);
        let id = draw(alice, json!({ "location": SQUARE, "image": world.first.image })).await;
        alice.delete(&image).await.ok();
        assert_eq!(alice.get(&format!("/api/annotation/{id}.json")).await.status, 404);
        let back = step("undo").await;
        assert_eq!(back["callback"]["method"], "be.cytomine.AddImageInstanceCommand");
        assert_eq!(back["imageinstance"]["instanceFilename"], "a.svs");
        assert_eq!(back["imageinstance"]["numberOfAnnotations"], 1);
        assert_eq!(alice.get(&format!("/api/annotation/{id}.json")).await.ok()["location"], SQUARE);
    })
    .await;
}
