//! Slides whose bytes lie elsewhere and come late: what is read, in how many requests, and that answers are the same.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use cytomine_testkit::{Answer, App, Memory};

use super::stage::{Stage, slide};

async fn afar() -> (Arc<Memory>, App) {
    let memory = Arc::new(Memory::new(Duration::from_millis(3)));
    let app = App::beside(Arc::clone(&memory) as _).await;
    (memory, app)
}

/// The answers of both, which must be alike.
async fn same(near: &Stage, far: &Stage, rest: &str) -> Answer {
    let (near, far) = (near.of_slice(rest).await, far.of_slice(rest).await);
    assert_eq!((near.status, far.status), (200, 200), "{rest}: {}", String::from_utf8_lossy(&far.body));
    assert!(near.body == far.body, "{rest}");
    assert_eq!(near.header("etag"), far.header("etag"), "{rest}");
    far
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slide_opens_and_serves_from_bytes_that_lie_elsewhere() {
    let (memory, app) = afar().await;
    let (near_app, far) = (App::lite().await, Stage::new(&app).await);
    let near = Stage::new(&near_app).await;
    let kept = std::fs::read_dir(app.data().join("slides")).unwrap().count();
    assert_eq!((kept, memory.reads().len()), (0, 0), "an upload is looked into where it was staged");

    assert_eq!(far.of_slice("pyramid.json").await.status, 200);
    let opening = memory.reads();
    assert!(opening.len() <= 4, "headers in blocks of 256 KiB, each once: {opening:?}");

    let tile = same(&near, &far, "tile/level/0/tx/3/ty/4.jpg").await;
    let reads = memory.reads();
    assert_eq!(reads.len(), 1, "a stored tile is one read: {reads:?}");
    assert!(reads[0].end - reads[0].start < tile.body.len() as u64, "of its bytes alone");

    same(&near, &far, "normalized-tile/zoom/4/tx/3/ty/4.jpg").await;
    let reads = memory.reads();
    assert!((1..=3).contains(&reads.len()), "four tiles of two or three rows: {reads:?}");
    same(&near, &far, "window-300-400-500-300.png").await;
    memory.reads();
    same(&near, &far, "thumb.png?maxSize=128").await;
    assert_eq!(memory.reads().len(), 1, "the tiles of a whole level lie side by side");
    same(&near, &far, "associated/label.png").await;
    assert_eq!(memory.reads().len(), 1, "the strips of the label lie side by side");
    same(&near, &far, "tile/level/0/tx/3/ty/4.jpg").await;
    assert_eq!(memory.reads().len(), 1, "nothing is opened again");
}

#[tokio::test(flavor = "multi_thread")]
async fn originals_are_sent_from_elsewhere() {
    let (memory, app) = afar().await;
    let far = Stage::new(&app).await;
    let original = std::fs::read(slide()).unwrap();
    let path = format!("/api/imageinstance/{}/download", far.image);
    let whole = far.alice.get(&path).await;
    assert_eq!((whole.status, whole.header("content-length")), (200, original.len().to_string().as_str()));
    assert!(whole.body == original);
    let chunks = original.len().div_ceil(1 << 20);
    assert_eq!(memory.reads().len(), chunks, "a megabyte a request");
    let part = async |range: &str| {
        let request = Request::get(&path).header("range", range).body(Body::empty()).unwrap();
        far.alice.send(request).await
    };
    let some = part("bytes=500000-1799999").await;
    assert_eq!((some.status, &some.body[..]), (206, &original[500_000..1_800_000]));
    assert_eq!(some.header("content-range"), format!("bytes 500000-1799999/{}", original.len()));
    assert_eq!(part("bytes=99999999-").await.status, 416);
}

#[tokio::test(flavor = "multi_thread")]
async fn conversions_read_and_write_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.png");
    let pixels: Vec<u8> =
        (0..700 * 500 * 3).map(|at: u32| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let mut encoder = png::Encoder::new(std::fs::File::create(&file).unwrap(), 700, 500);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    let (memory, app) = afar().await;
    let near_app = App::lite().await;
    let (near, far) = (Stage::with(&near_app, &file).await, Stage::with(&app, &file).await);
    let (reads, len) = (memory.reads(), std::fs::metadata(&file).unwrap().len());
    let most = 2 * len.div_ceil(256 << 10) as usize + 2;
    assert!(reads.len() <= most, "in blocks, for the header and for the rows: {reads:?}");
    same(&near, &far, "normalized-tile/zoom/2/tx/1/ty/0.jpg").await;
    same(&near, &far, "thumb.png?maxSize=100").await;
}
