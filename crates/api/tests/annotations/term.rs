//! Term links.

use cytomine_testkit::both;
use serde_json::json;

use super::{SQUARE, World, draw};

#[tokio::test]
async fn links_are_set_read_and_removed() {
    both(|app| async move {
        let world = World::of(&app).await;
        let id = draw(
            &world.alice,
            json!({ "location": SQUARE, "image": world.first.image, "term": world.nucleus }),
        )
        .await;
        let path = |term: i64| format!("/api/annotation/{id}/term/{term}.json");
        let link = world.bob.get(&path(world.nucleus)).await.ok();
        assert_eq!(link["userannotation"], id);
        assert_eq!((&link["term"], &link["user"]), (&json!(world.nucleus), &json!(world.alice.id)));
        assert_eq!(world.bob.get(&path(world.stroma)).await.status, 404);

        let body = json!({ "userannotation": id, "term": world.nucleus });
        assert_eq!(world.alice.post(&path(world.nucleus), &body).await.status, 409);
        let made = world.bob.post(&path(world.nucleus), &body).await.ok();
        assert_eq!(made["callback"]["method"], "be.cytomine.AddAnnotationTermCommand");
        assert_eq!(made["annotationterm"]["user"], world.bob.id);
        assert_eq!(world.bob.post(&path(999_999), &json!(null)).await.status, 400);

        let list = async |path: String| world.bob.get(&path).await.ok()["size"].clone();
        assert_eq!(list(format!("/api/annotation/{id}/term.json")).await, 2);
        assert_eq!(list(format!("/api/annotation/{id}/term.json?idUser={}", world.bob.id)).await, 1);
        assert_eq!(list(format!("/api/annotation/{id}/notuser/{}/term.json", world.bob.id)).await, 1);
        let of = |user: i64| format!("/api/annotation/{id}/term/{}/user/{user}.json", world.nucleus);
        world.bob.get(&of(world.alice.id)).await.ok();
        let whole = world.bob.get(&format!("/api/annotation/{id}.json")).await.ok();
        assert_eq!(whole["term"], json!([world.nucleus]), "each term once");

        world.bob.delete(&path(world.nucleus)).await.ok();
        assert_eq!(world.bob.get(&of(world.bob.id)).await.status, 404);
        assert_eq!(world.bob.delete(&path(world.nucleus)).await.status, 404, "bob's own is gone");
        world.bob.delete(&of(world.alice.id)).await.ok();
        assert_eq!(world.bob.get(&path(world.nucleus)).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn an_edit_replaces_terms_and_undo_brings_them_back() {
    both(|app| async move {
        let world = World::of(&app).await;
        let image = world.first.image;
        let id =
            draw(&world.alice, json!({ "location": SQUARE, "image": image, "term": [world.nucleus] })).await;
        let path = format!("/api/annotation/{id}.json");
        let body = json!({ "location": "POINT (1 1)", "image": image, "term": [world.stroma] });
        let changed = world.alice.put(&path, &body).await.ok();
        assert_eq!(changed["annotation"]["term"], json!([world.stroma]));
        let now = async || {
            let annotation = world.alice.get(&path).await.ok();
            (annotation["location"].clone(), annotation["term"].clone())
        };
        for _ in 0..2 {
            let undone = world.alice.get("/api/command/undo.json").await.ok();
            assert_eq!(undone["collection"][0]["annotation"]["location"], SQUARE);
            assert_eq!(undone["collection"][0]["annotation"]["term"], json!([world.nucleus]));
            assert_eq!(now().await, (json!(SQUARE), json!([world.nucleus])));
            let redone = world.alice.get("/api/command/redo.json").await.ok();
            assert_eq!(
                redone["collection"][0]["callback"]["method"],
                "be.cytomine.EditUserAnnotationCommand"
            );
            assert_eq!(now().await, (json!("POINT (1 1)"), json!([world.stroma])));
        }
        let none = json!({ "location": "POINT (1 1)", "image": image, "term": [] });
        assert_eq!(world.alice.put(&path, &none).await.ok()["annotation"]["term"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn clear_before_leaves_one_term() {
    both(|app| async move {
        let world = World::of(&app).await;
        let id = draw(
            &world.alice,
            json!({ "location": SQUARE, "image": world.first.image, "term": [world.nucleus] }),
        )
        .await;
        let terms = async || {
            let list = world.alice.get(&format!("/api/annotation/{id}/term.json")).await.ok();
            let mut links: Vec<(i64, i64)> = list["collection"]
                .as_array()
                .unwrap()
                .iter()
                .map(|link| (link["term"].as_i64().unwrap(), link["user"].as_i64().unwrap()))
                .collect();
            links.sort_unstable();
            links
        };
        let clear = |term: i64| format!("/api/annotation/{id}/term/{term}/clearBefore.json");
        let (nucleus, stroma, alice, bob) = (world.nucleus, world.stroma, world.alice.id, world.bob.id);
        let made = world.bob.post(&clear(stroma), &json!(null)).await.ok();
        assert_eq!(made["annotationterm"]["term"], stroma);
        assert_eq!(terms().await, [(nucleus, alice), (stroma, bob)], "others' links stay");
        world.bob.post(&clear(nucleus), &json!({ "clearForAll": true })).await.ok();
        assert_eq!(terms().await, [(nucleus, bob)]);
        world.bob.get("/api/command/undo.json").await.ok();
        assert_eq!(terms().await, [(nucleus, alice), (stroma, bob)]);
        world.bob.get("/api/command/redo.json").await.ok();
        assert_eq!(terms().await, [(nucleus, bob)]);
        assert_eq!(world.bob.post(&clear(nucleus), &json!(null)).await.status, 409);
        world.alice.post(&format!("{}?clearForAll=true", clear(stroma)), &json!(null)).await.ok();
        assert_eq!(terms().await, [(stroma, alice)]);
    })
    .await;
}
