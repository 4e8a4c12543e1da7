//! Many annotations at once.

use cytomine_testkit::both;
use serde_json::{Value, json};

use super::{SQUARE, World, draw, ids};

#[tokio::test]
async fn the_good_ones_are_made_and_the_others_reported() {
    both(|app| async move {
        let world = World::of(&app).await;
        let image = world.first.image;
        let good = json!({ "location": SQUARE, "image": image, "terms": format!("{}", world.nucleus) });
        let bent = json!({ "location": "POLYGON ((0 0, 9 9, 9 0, 0 9, 0 0))", "image": image });
        let nowhere = json!({ "location": SQUARE, "image": "x" });
        let answer = world.alice.post("/api/annotation.json", &json!([good, bent, good, nowhere])).await.ok();
        assert_eq!(answer["status"], 206);
        assert_eq!(answer["data"]["success"], false);
        let errors = answer["data"]["errors"].as_array().unwrap();
        assert_eq!(errors.len(), 2);
        assert_eq!(errors[0]["data"], bent);
        assert!(errors[0]["message"].as_str().unwrap().contains("self-intersection"));
        assert_eq!(errors[1]["data"], nowhere);
        assert_eq!(ids(&world.alice, &format!("image={image}&terms={}", world.nucleus)).await.len(), 2);

        let all_bad = world.alice.post("/api/annotation.json", &json!([bent])).await;
        assert_eq!((all_bad.status, &all_bad.json()["status"]), (200, &json!(400)));
        let none = world.alice.post("/api/annotation.json", &json!([])).await;
        assert_eq!((none.status, &none.json()["status"]), (200, &json!(200)));
        let all_good = world.bob.post("/api/userannotation.json", &json!([good, good])).await.ok();
        assert_eq!(all_good["status"], 200);
        assert_eq!(all_good["data"], json!({ "message": "2 annotations added" }));
        let eve = app.user("eve").await;
        assert_eq!(eve.post("/api/annotation.json", &json!([good])).await.json()["status"], 400);
        assert_eq!(ids(&world.alice, &format!("image={image}")).await.len(), 4);
    })
    .await;
}

#[tokio::test]
async fn thousands_are_one_step_and_read_back_to_the_letter() {
    both(|app| async move {
        let world = World::of(&app).await;
        let mut sent: Vec<String> = (0..2500)
            .map(|n| {
                let (x, y) = (n * 7919 % 90_000, n * 104_729 % 70_000);
                format!("POLYGON (({x} {y}, {} {y}.5, {} {}, {x} {y}))", x + 9, x + 9, y + 9)
            })
            .collect();
        let body: Vec<Value> = sent
            .iter()
            .map(|text| json!({ "location": text, "image": world.first.image, "term": [world.nucleus] }))
            .collect();
        let answer = world.alice.post("/api/annotation.json", &Value::Array(body)).await.ok();
        assert_eq!(answer["data"]["message"], "2500 annotations added");

        let query = format!("/api/annotation.json?image={}&showWKT=True&showTerm=True", world.first.image);
        let list = world.alice.get(&query).await.ok();
        assert_eq!(
            (&list["size"], &list["perPage"], &list["totalPages"]),
            (&json!(2500), &json!(2500), &json!(1))
        );
        let rows = list["collection"].as_array().unwrap();
        let mut read: Vec<String> =
            rows.iter().map(|row| row["location"].as_str().unwrap().to_owned()).collect();
        let order: Vec<i64> = rows.iter().map(|row| row["id"].as_i64().unwrap()).collect();
        assert!(order.windows(2).all(|pair| pair[0] > pair[1]), "newest first");
        assert!(rows.iter().all(|row| row["term"] == json!([world.nucleus])));
        sent.sort();
        read.sort();
        assert_eq!(read, sent);
        let page = world.alice.get(&format!("{query}&max=1200&offset=2000")).await.ok();
        assert_eq!((&page["perPage"], &page["totalPages"]), (&json!(500), &json!(3)));
        assert_eq!(page["collection"][0]["id"], order[2000]);

        let undone = world.alice.get("/api/command/undo.json").await.ok();
        assert_eq!(undone["size"], 1);
        assert_eq!(undone["collection"][0]["message"], "2500 annotations added");
        assert_eq!(ids(&world.alice, &format!("image={}", world.first.image)).await, Vec::<i64>::new());
        world.alice.get("/api/command/redo.json").await.ok();
        assert_eq!(ids(&world.alice, &format!("image={}", world.first.image)).await, order);
        let with_term = format!("image={}&terms={}", world.first.image, world.nucleus);
        assert_eq!(ids(&world.alice, &with_term).await, order);
    })
    .await;
}

#[tokio::test]
async fn many_are_deleted_as_one_step_or_not_at_all() {
    both(|app| async move {
        let world = World::with(&app, json!({ "isRestricted": true })).await;
        let body = json!({ "location": SQUARE, "image": world.first.image });
        let (a, b, c) = (
            draw(&world.bob, body.clone()).await,
            draw(&world.alice, body.clone()).await,
            draw(&world.bob, body.clone()).await,
        );
        let path = |list: &[i64]| {
            let list: Vec<String> = list.iter().map(i64::to_string).collect();
            format!("/api/annotation.json?annotations={}", list.join(","))
        };
        assert_eq!(world.bob.delete(&path(&[a, b, c])).await.status, 403);
        assert_eq!(world.bob.delete(&path(&[a, 999_999])).await.status, 404);
        assert_eq!(world.bob.delete(&path(&[])).await.status, 400);
        let query = format!("image={}", world.first.image);
        assert_eq!(ids(&world.bob, &query).await, [c, b, a]);
        assert_eq!(world.bob.delete(&path(&[c, a])).await.ok()["data"]["message"], "2 annotations deleted");
        assert_eq!(ids(&world.bob, &query).await, [b]);
        let undone = world.bob.get("/api/command/undo.json").await.ok();
        assert_eq!(undone["size"], 2);
        assert_eq!(undone["collection"][0]["callback"]["method"], "be.cytomine.AddUserAnnotationCommand");
        assert_eq!(ids(&world.bob, &query).await, [c, b, a]);
    })
    .await;
}
