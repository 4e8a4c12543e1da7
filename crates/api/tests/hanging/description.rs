//! Descriptions.

use cytomine_testkit::{App, both};
use serde_json::json;

use super::{ANNOTATION, PROJECT, World, of, undo};

#[tokio::test]
async fn a_description_lives_as_the_clients_expect() {
    both(|app: App| async move {
        let world = World::of(&app).await;
        let alice = &world.alice;
        for (class, id) in world.subjects() {
            let path = of(class, id, "description");
            assert_eq!(alice.get(&path).await.status, 404);
            assert_eq!(alice.put(&path, &json!({ "data": "x" })).await.status, 404);
            assert_eq!(alice.delete(&path).await.status, 404);
            // What browsers must not run is kept to the letter: clients read it back.
            let html = "<p onclick='x()'>Ä &amp; b</p><script>alert(1)</script>";
            let body = json!({ "data": html, "domainIdent": id, "domainClassName": class });
            let made = alice.post(&path, &body).await.ok();
            assert_eq!(made["callback"]["method"], "be.cytomine.AddDescriptionCommand");
            assert_eq!(made["data"], made["description"]);
            let found = alice.get(&path).await;
            assert_eq!(found.header("content-type"), "application/json");
            assert_eq!(found.header("x-content-type-options"), "nosniff");
            assert_eq!((&found.json()["data"], &found.json()["domainIdent"]), (&json!(html), &json!(id)));
            let second = alice.post(&path, &body).await;
            assert_eq!((second.status, &second.json()["code"]), (409, &json!("description.taken")));
            alice.put(&path, &json!({ "data": "<p>New</p>" })).await.ok();
            assert_eq!(alice.get(&path).await.ok()["data"], "<p>New</p>");
            undo(alice).await;
            assert_eq!(alice.get(&path).await.ok()["data"], html);
            alice.delete(&path).await.ok();
            assert_eq!(alice.get(&path).await.status, 404);
            // Deleted by itself, it stays so when another has taken its place.
            alice.post(&path, &json!({ "data": "another" })).await.ok();
            undo(alice).await;
            undo(alice).await;
            assert_eq!(alice.get(&path).await.ok()["data"], html);
        }
    })
    .await;
}

#[tokio::test]
async fn all_are_listed_for_administrators() {
    both(|app: App| async move {
        let world = World::of(&app).await;
        let long = "x".repeat(2 << 20);
        let body = json!({ "domainClassName": PROJECT, "domainIdent": world.project, "data": long });
        let made = world.alice.post("/api/description.json", &body).await.ok();
        assert_eq!(made["description"]["data"].as_str().map(str::len), Some(2 << 20));
        assert_eq!(world.alice.get("/api/description.json").await.status, 403);
        let listed = app.admin().await.get("/api/description.json").await.ok();
        assert_eq!(
            (&listed["size"], &listed["collection"][0]["domainIdent"]),
            (&json!(1), &json!(world.project))
        );
        let both = json!([
            { "domainClassName": ANNOTATION, "domainIdent": world.annotation, "data": "a" },
            { "domainClassName": ANNOTATION, "domainIdent": world.annotation, "data": "b" },
        ]);
        assert_eq!(world.bob.post("/api/description.json", &both).await.ok()["status"], 206);
        let kept = world.bob.get(&of(ANNOTATION, world.annotation, "description")).await.ok();
        assert_eq!(kept["data"], "a");
    })
    .await;
}

/// Guests write no description, and change those of annotations that they may change (rest-api 3.5).
#[tokio::test]
async fn guests_change_descriptions_of_annotations() {
    both(|app: App| async move {
        let world = World::of(&app).await;
        let path = of(ANNOTATION, world.annotation, "description");
        world.bob.post(&path, &json!({ "data": "Bob's" })).await.ok();
        world.gus.put(&path, &json!({ "data": "Gus'" })).await.ok();
        world.mode("restricted").await;
        assert_eq!(world.gus.put(&path, &json!({ "data": "no" })).await.status, 403);
        assert_eq!(world.gus.delete(&path).await.status, 403);
        world.mode("classic").await;
        world.gus.delete(&path).await.ok();
        assert_eq!(world.gus.post(&path, &json!({ "data": "no" })).await.status, 403);
        undo(&world.gus).await;
        assert_eq!(world.bob.get(&path).await.ok()["data"], "Gus'");
    })
    .await;
}
