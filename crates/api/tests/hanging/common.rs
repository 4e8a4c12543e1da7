//! What all nouns that hang have in common, tried with each of them.

use cytomine_testkit::{Answer, App, Client, both};
use serde_json::{Value, json};

use super::file::attach;
use super::{ANNOTATION, IMAGE, PROJECT, World, of, redo, undo};

/// Nouns, with a body of each.
async fn nouns(world: &World) -> Vec<(&'static str, Value)> {
    let tags = world.alice.get("/api/tag.json").await.ok();
    let tag = match tags["collection"][0]["id"].as_i64() {
        Some(tag) => tag,
        None => world.alice.made("tag", &json!({ "name": "Urgent" })).await,
    };
    vec![
        ("property", json!({ "key": "stain", "value": "H&E" })),
        ("description", json!({ "data": "<p>Text</p>" })),
        ("tag_domain_association", json!({ "tag": tag })),
        ("attachedfile", Value::Null),
    ]
}

/// Gives one to an entity.
async fn give(client: &Client, noun: &str, (class, id): (&str, i64), body: &Value) -> Answer {
    if noun == "attachedfile" {
        return attach(client, class, id).await;
    }
    client.post(&of(class, id, noun), body).await
}

/// How many of a noun an entity has.
async fn count(client: &Client, path: &str) -> u64 {
    let answer = client.get(path).await;
    if path.ends_with("/description.json") {
        return u64::from(answer.status == 200);
    }
    answer.ok()["size"].as_u64().unwrap()
}

#[tokio::test]
async fn they_go_and_come_back_with_what_they_hang_on() {
    both(|app: App| async move {
        let world = World::of(&app).await;
        for (noun, body) in nouns(&world).await {
            for (class, id) in world.subjects() {
                give(&world.alice, noun, (class, id), &body).await.ok();
            }
        }
        let alice = &world.alice;
        for (gone, places) in [
            (format!("/api/annotation/{}.json", world.annotation), vec![ANNOTATION]),
            (format!("/api/imageinstance/{}.json", world.image), vec![ANNOTATION, IMAGE]),
            (format!("/api/project/{}.json", world.project), vec![ANNOTATION, IMAGE, PROJECT]),
        ] {
            for (noun, _) in nouns(&world).await {
                alice.delete(&gone).await.ok();
                for (class, id) in world.subjects() {
                    let answer = alice.get(&of(class, id, noun)).await;
                    assert_eq!(
                        answer.status == 404,
                        places.contains(&class),
                        "{noun} on {class} without {gone}"
                    );
                }
                undo(alice).await;
                for (class, id) in world.subjects() {
                    assert_eq!(count(alice, &of(class, id, noun)).await, 1, "{noun} on {class} with {gone}");
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn making_changing_and_deleting_one_is_undone_and_done_again() {
    both(|app: App| async move {
        let world = World::of(&app).await;
        let alice = &world.alice;
        for (noun, body) in nouns(&world).await {
            for (class, id) in world.subjects() {
                let path = of(class, id, noun);
                give(alice, noun, (class, id), &body).await.ok();
                for (step, left) in [("undo", 0), ("redo", 1), ("undo", 0), ("redo", 1)] {
                    if step == "undo" {
                        undo(alice).await;
                    } else {
                        redo(alice).await;
                    }
                    assert_eq!(count(alice, &path).await, left, "{noun} on {class} after {step}");
                }
            }
        }
    })
    .await;
}

/// Who may give something to the project, to Bob's image, to Bob's annotation (rest-api 3.5).
#[tokio::test]
async fn rights_are_those_of_the_table() {
    both(|app: App| async move {
        let world = World::of(&app).await;
        let carol = app.user("carol").await;
        let lung = format!("/api/project/{}/user/{}.json", world.project, carol.id);
        world.alice.post(&lung, &json!({})).await.ok();
        let (eve, admin) = (app.user("eve").await, app.admin().await);
        for mode in ["classic", "restricted", "read-only"] {
            world.mode(mode).await;
            let (own, other) = (mode != "read-only", mode == "classic");
            for (noun, body) in nouns(&world).await {
                for (who, client, on_project, on_parts) in [
                    ("the manager", &world.alice, true, true),
                    ("an administrator", &admin, true, true),
                    ("the owner", &world.bob, false, own),
                    ("another", &carol, false, other),
                    ("a guest", &world.gus, false, false),
                    ("an outsider", &eve, false, false),
                ] {
                    for (class, id) in world.subjects() {
                        let may = if class == PROJECT { on_project } else { on_parts };
                        let path = of(class, id, noun);
                        let answer = give(client, noun, (class, id), &body).await;
                        let expected = if may { 200 } else { 403 };
                        assert_eq!(answer.status, expected, "{noun} on {class} by {who}, {mode}");
                        let seen = client.get(&path).await.status;
                        assert_eq!(seen == 403, who == "an outsider", "{noun} on {class} for {who}");
                        if may {
                            undo(client).await;
                        }
                    }
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_no_entity_bears_nothing() {
    both(|app: App| async move {
        let world = World::of(&app).await;
        let alice = &world.alice;
        let property = json!({ "key": "stain", "value": "H&E" });
        let made = alice.post(&of(PROJECT, world.project, "property"), &property).await.ok();
        let property_class = made["property"]["class"].as_str().unwrap();
        let property_id = made["property"]["id"].as_i64().unwrap();
        for (noun, body) in nouns(&world).await {
            for (class, id, status) in [
                (PROJECT, 999, 404),
                ("be.cytomine.domain.project.Nothing", world.project, 400),
                (property_class, property_id, 400),
                (IMAGE, world.project, 404),
            ] {
                let path = of(class, id, noun);
                assert_eq!(alice.get(&path).await.status, status, "{path}");
                assert_eq!(give(alice, noun, (class, id), &body).await.status, status, "{path}");
            }
            assert_eq!(alice.get(&format!("/api/domain/{PROJECT}/x/{noun}.json")).await.status, 400);
            assert_eq!(
                alice.get(&of(&PROJECT.replace('.', "_"), world.project, "property")).await.status,
                200
            );
        }
    })
    .await;
}
