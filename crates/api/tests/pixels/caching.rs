//! What clients may keep, and answers without a body.

use axum::body::Body;
use axum::http::{Request, header};
use cytomine_testkit::{Answer, App, Client};

use crate::stage::Stage;

async fn get_if(client: &Client, path: &str, held: &str) -> Answer {
    let request = Request::get(path).header(header::IF_NONE_MATCH, held).body(Body::empty()).unwrap();
    client.send(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_name_the_content_are_kept_for_ever_others_for_a_day_or_asked_for() {
    let app = App::lite().await;
    let stage = Stage::new(&app).await;
    let slice = format!("/api/sliceinstance/{}", stage.slice);
    for (path, kept) in [
        (stage.native(0, 0), "private, max-age=31536000, immutable"),
        (format!("{slice}/tile/level/0/tx/0/ty/0.jpg?v=older"), "private, no-cache"),
        (format!("{slice}/tile/level/0/tx/0/ty/0.jpg"), "private, no-cache"),
        (format!("{slice}/dzi_files/9/0_0.jpg?v={}", stage.version), "private, max-age=31536000, immutable"),
        (format!("{slice}/normalized-tile/zoom/0/tx/0/ty/0.jpg"), "private, max-age=86400"),
        (format!("{slice}/thumb.jpg?maxSize=64"), "private, no-cache"),
        (format!("{slice}/window-0-0-9-9.png"), "private, no-cache"),
    ] {
        let answer = stage.alice.get(&path).await;
        assert_eq!((answer.status, answer.header("cache-control")), (200, kept), "{path}");
        let validator = answer.header("etag").to_owned();
        assert!(validator.starts_with('"'), "{validator} is a strong validator");
        for held in [validator.clone(), format!("\"x\", W/{validator}"), "*".to_owned()] {
            let unchanged = get_if(&stage.alice, &path, &held).await;
            assert_eq!((unchanged.status, unchanged.body.len()), (304, 0), "{path} {held}");
            assert_eq!((unchanged.header("etag"), unchanged.header("cache-control")), (&*validator, kept));
        }
        assert_eq!(get_if(&stage.alice, &path, "\"x\"").await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rights_come_before_the_validator() {
    let app = App::lite().await;
    let stage = Stage::new(&app).await;
    let path = stage.native(0, 0);
    let validator = stage.alice.get(&path).await.header("etag").to_owned();
    let eve = app.user("eve").await;
    assert_eq!(get_if(&eve, &path, &validator).await.status, 403);
    assert_eq!(get_if(&app.anonymous(), &path, "*").await.status, 401);
}
