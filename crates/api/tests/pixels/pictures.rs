//! Thumbnails, windows, and annotations cut out, masked or outlined.

use cytomine_testkit::{App, both};
use serde_json::json;

use crate::stage::{HEIGHT, Stage, decode};

#[tokio::test(flavor = "multi_thread")]
async fn pictures_have_the_size_and_the_encoding_asked_for() {
    let app = App::lite().await;
    let stage = Stage::new(&app).await;
    let image = format!("/api/imageinstance/{}", stage.image);
    for (name, kind, size) in [
        ("thumb.jpg", "image/jpeg", (383, 512)),
        ("thumb.tif?bits=8", "image/jpeg", (383, 512)),
        ("thumb.png?maxSize=100", "image/png", (75, 100)),
        ("preview.png", "image/png", (766, 1024)),
        ("crop.png", "image/png", (192, 256)),
        ("window-10-20-300-200.png", "image/png", (300, 200)),
        ("window-10-20-300-200.png?maxSize=30", "image/png", (30, 20)),
        ("window-10-20-300-200.png?zoom=1&bits=8", "image/png", (150, 100)),
        ("camera-2200-2900-300-200.jpg", "image/jpeg", (20, 67)),
        ("crop.png?location=POLYGON((0 0,20 0,20 10,0 10,0 0))&type=mask", "image/png", (20, 10)),
    ] {
        let path = format!("{image}/{}", name.replace(' ', "%20"));
        let picture = decode(&stage.alice.get(&path).await, kind);
        assert_eq!((picture.width, picture.height), size, "{name}");
        let posted = stage.alice.post(&path, &json!({})).await;
        assert_eq!((posted.status, posted.header("cache-control")), (200, "no-store"), "{name}");
    }
    let webp = stage.alice.get(&format!("{image}/thumb.webp?maxSize=32")).await;
    assert_eq!((webp.header("content-type"), &webp.body[8..12]), ("image/webp", &b"WEBP"[..]));
    for (name, status) in [
        ("window-2220-0-10-10.jpg", 400),
        ("window-0-0-10.jpg", 400),
        ("mask.png", 404),
        ("nothing.jpg", 404),
        ("thumb.jpg?maxSize=0", 400),
        ("crop.png?location=POLYGON", 400),
    ] {
        assert_eq!(stage.alice.get(&format!("{image}/{name}")).await.status, status, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_say_what_queries_say() {
    let app = App::lite().await;
    let stage = Stage::new(&app).await;
    let path = format!("/api/abstractimage/{}/thumb.png", stage.abstract_image);
    let picture = decode(&stage.alice.post(&path, &json!({ "maxSize": 64 })).await, "image/png");
    assert_eq!(picture.height, 64);
}

#[tokio::test(flavor = "multi_thread")]
async fn windows_at_full_size_are_the_stored_pixels() {
    let app = App::lite().await;
    let stage = Stage::new(&app).await;
    let window = decode(&stage.of_slice("window-250-490-60-50.png").await, "image/png");
    let tile = decode(&stage.of_slice("tile/level/0/tx/1/ty/2.png").await, "image/png");
    for y in 0..50 {
        for x in 0..60 {
            assert_eq!(window.at(x, y), tile.at(10 + x, 10 + y), "{x}, {y}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn annotations_are_cut_out_masked_and_outlined_where_they_lie() {
    both(|app| async move {
        let stage = Stage::new(&app).await;
        // y counts from the bottom.
        let location = "POLYGON ((100 200, 120 200, 120 210, 100 210, 100 200))";
        let drawn = json!({ "location": location, "image": stage.image });
        let made = stage.alice.post("/api/annotation.json", &drawn).await.ok();
        let id = made["annotation"]["id"].as_i64().unwrap();
        let path = |rest: &str| format!("/api/userannotation/{id}/{rest}");

        let crop = stage.alice.get(&path("crop.png?bits=8&complete=True")).await;
        let window = stage.of_slice(&format!("window-100-{}-20-10.png", HEIGHT - 210)).await;
        assert!(crop.body == window.body, "the crop is the window around the shape");

        let mask = decode(&stage.alice.get(&path("mask.png")).await, "image/png");
        assert_eq!((mask.width, mask.height, mask.channels), (20, 10, 1));
        assert!(mask.data.iter().all(|sample| *sample == 255), "the shape fills its bounds");
        let mask = decode(&stage.alice.get(&path("mask.png?increaseArea=2")).await, "image/png");
        assert_eq!((mask.width, mask.height), (40, 20));
        for y in 0..20 {
            for x in 0..40 {
                let inside = (10..30).contains(&x) && (5..15).contains(&y);
                assert_eq!(mask.at(x, y)[0] == 255, inside, "{x}, {y}");
            }
        }

        // JPEG cannot be see-through.
        let cut = decode(&stage.alice.get(&path("alphamask.jpg?increaseArea=2")).await, "image/png");
        assert_eq!(cut.channels, 4);
        assert_eq!((cut.at(0, 0)[3], cut.at(20, 10)[3]), (0, 255));
        let cut = decode(&stage.alice.get(&path("alphamask.png?increaseArea=2&alpha=40")).await, "image/png");
        assert_eq!(cut.at(0, 0)[3], 153);

        let address = path("crop.png?draw=true&color=0x0000FF&increaseArea=1.25&square=true&maxSize=200");
        let outlined = decode(&stage.alice.get(&address).await, "image/png");
        assert_eq!((outlined.width, outlined.height), (26, 26));
        let blue = outlined.data.chunks_exact(3).filter(|pixel| *pixel == [0, 0, 255]).count();
        assert!((50..=64).contains(&blue), "{blue} pixels of outline");

        let generic = stage.alice.get(&format!("/api/annotation/{id}/crop.png")).await;
        assert!(generic.body == window.body);
        assert_eq!(stage.alice.get(&path("thumb.png")).await.status, 404);
        assert_eq!(stage.alice.get("/api/userannotation/1/crop.png").await.status, 404);

        // An edit makes another picture under the same address.
        let before = stage.alice.get(&path("mask.png")).await.header("etag").to_owned();
        let moved = json!({
            "id": id, "image": stage.image, "location": "POLYGON ((100 200, 121 200, 121 210, 100 210, 100 200))",
        });
        stage.alice.put(&format!("/api/annotation/{id}.json"), &moved).await.ok();
        let after = stage.alice.get(&path("mask.png")).await;
        assert_ne!(before, after.header("etag"));
        assert_eq!(decode(&after, "image/png").width, 21);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn points_show_what_lies_around_them_when_drawn() {
    let app = App::lite().await;
    let stage = Stage::new(&app).await;
    let point = json!({ "location": "POINT (1000 1000)", "image": stage.image });
    let made = stage.alice.post("/api/annotation.json", &point).await;
    // Whether points are annotations is the annotation's rule; a crop by location always works.
    assert!(matches!(made.status, 200 | 400), "{}", made.status);
    let path = format!("/api/imageinstance/{}/crop.png?location=POINT(1000%201000)", stage.image);
    let picture = decode(&stage.alice.get(&format!("{path}&draw=true")).await, "image/png");
    assert_eq!((picture.width, picture.height), (100, 100));
    assert_eq!((picture.at(45, 50), picture.at(50, 45)), (&[255, 0, 0][..], &[255, 0, 0][..]));
    let picture = decode(&stage.alice.get(&path).await, "image/png");
    assert_eq!((picture.width, picture.height), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blind_project_keeps_the_label_to_its_managers() {
    both(|app| async move {
        let stage = Stage::new(&app).await;
        let bob = app.user("bob").await;
        let project = format!("/api/project/{}.json", stage.project);
        let blind = json!({ "id": stage.project, "name": "Pixels", "blindMode": true, "users": [bob.id] });
        stage.alice.put(&project, &blind).await.ok();
        let image = format!("/api/imageinstance/{}", stage.image);
        let list = format!("{image}/associated.json");
        assert_eq!(stage.alice.get(&list).await.ok()["collection"], json!(["thumb", "label", "macro"]));
        assert_eq!(bob.get(&list).await.ok()["collection"], json!(["thumb", "macro"]));
        let label = format!("{image}/associated/label.png");
        decode(&stage.alice.get(&label).await, "image/png");
        assert_eq!(bob.get(&label).await.status, 403);
        assert_eq!(bob.get(&format!("{image}/associated/macro.jpg")).await.status, 200);
        assert_eq!(bob.get(&format!("{image}/associated/slide.jpg")).await.status, 404);
    })
    .await;
}
