//! Who gets pixels: members of the project, and for images outside of projects those who own them.

use cytomine_testkit::both;
use serde_json::json;

use crate::stage::Stage;

fn routes(stage: &Stage) -> Vec<String> {
    let nouns = [
        ("imageinstance", stage.image),
        ("sliceinstance", stage.slice),
        ("abstractimage", stage.abstract_image),
        ("abstractslice", stage.abstract_slice),
    ];
    let rests = [
        "normalized-tile/zoom/0/tx/0/ty/0.jpg",
        "tile/level/0/tx/0/ty/0.jpg",
        "pyramid.json",
        "dzi.dzi",
        "dzi_files/8/0_0.jpg",
        "thumb.jpg",
        "preview.jpg",
        "crop.jpg",
        "window-0-0-10-10.jpg",
        "camera-0-0-10-10.jpg",
        "associated.json",
        "associated/macro.jpg",
    ];
    nouns.iter().flat_map(|(noun, id)| rests.map(|rest| format!("/api/{noun}/{id}/{rest}"))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_but_members_gets_a_pixel_and_what_is_taken_away_is_gone() {
    both(|app| async move {
        let stage = Stage::new(&app).await;
        let (bob, eve) = (app.user("bob").await, app.user("eve").await);
        let shape = "POLYGON ((100 200, 120 200, 120 210, 100 210, 100 200))";
        let drawn = json!({ "location": shape, "image": stage.image });
        let made = stage.alice.post("/api/annotation.json", &drawn).await.ok();
        let annotation = made["annotation"]["id"].as_i64().unwrap();
        let mut paths = routes(&stage);
        for picture in ["crop.png", "mask.png", "alphamask.png"] {
            paths.push(format!("/api/userannotation/{annotation}/{picture}"));
        }
        paths.push(format!("/api/annotation/{annotation}/crop.png"));

        for path in &paths {
            assert_eq!(app.anonymous().get(path).await.status, 401, "{path}");
            assert_eq!(stage.alice.get(path).await.status, 200, "{path}");
            // Warm caches of alice's do not open the door.
            assert_eq!(eve.get(path).await.status, 403, "{path}");
            if !path.contains("tile/")
                && !path.contains("dzi")
                && !path.contains("pyramid")
                && !path.contains("associated")
            {
                assert_eq!(eve.post(path, &json!({})).await.status, 403, "{path}");
            }
        }
        let member = format!("/api/project/{}/user/{}.json", stage.project, bob.id);
        stage.alice.post(&member, &json!({})).await.ok();
        for path in &paths {
            assert_eq!(bob.get(path).await.status, 200, "{path}");
        }
        stage.alice.delete(&member).await.ok();
        for path in &paths {
            assert_eq!(bob.get(path).await.status, 403, "{path}");
        }
        let unknown = paths.iter().map(|path| {
            let mut segments: Vec<&str> = path.split('/').collect();
            segments[3] = "999999999";
            segments.join("/")
        });
        for path in unknown {
            assert_eq!(stage.alice.get(&path).await.status, 404, "{path}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_sees_all_while_the_session_is_open() {
    both(|app| async move {
        let stage = Stage::new(&app).await;
        let admin = app.admin().await;
        let path = stage.native(0, 0);
        admin.get("/session/admin/open.json").await;
        assert_eq!(admin.get(&path).await.status, 200);
        assert_eq!(admin.get("/session/admin/close.json").await.status, 200);
        assert_eq!(admin.get(&path).await.status, 403);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_image_has_no_pixels_until_it_is_back() {
    both(|app| async move {
        let stage = Stage::new(&app).await;
        let path = stage.native(0, 0);
        assert_eq!(stage.alice.get(&path).await.status, 200);
        let image = format!("/api/imageinstance/{}.json", stage.image);
        let deleted = stage.alice.delete(&image).await.ok();
        assert_eq!(stage.alice.get(&path).await.status, 404);
        let command = deleted["command"].as_i64().unwrap();
        stage.alice.get(&format!("/api/command/{command}/undo.json")).await.ok();
        assert_eq!(stage.alice.get(&path).await.status, 200);
    })
    .await;
}
