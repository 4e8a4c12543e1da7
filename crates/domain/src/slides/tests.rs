use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::pixel_source::Planes;
use cytomine_model::AbstractImageId;

fn source(name: &str) -> PixelSource {
    PixelSource {
        image: None,
        project: None,
        abstract_image: AbstractImageId(1),
        key: format!("upload-1/{name}").parse().unwrap(),
        content_id: String::new(),
        width: 1,
        height: 1,
        planes: Planes::default(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_opened_is_refused_with_its_kind_and_not_tried_again_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::open_disk(folder.path()).unwrap();
    let slides = Slides::new(blobs.clone(), 2);
    let source = source("a.svs");
    assert_eq!(slides.open(&source).await.unwrap_err().kind, ErrorKind::Internal);
    let mut staged = blobs.stage().await.unwrap();
    staged.write(b"no slide").await.unwrap();
    blobs.publish(staged.seal().await.unwrap(), &source.key).await.unwrap();
    assert_eq!(slides.open(&source).await.unwrap_err().kind, ErrorKind::Internal, "kept for some seconds");
    slides.forget(&source.key);
    let error = slides.open(&source).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unprocessable);
    assert!(error.message.starts_with("not a slide"), "{}", error.message);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_who_ask_at_once_open_once() {
    static OPENED: AtomicUsize = AtomicUsize::new(0);
    let folder = tempfile::tempdir().unwrap();
    let slides = Arc::new(Slides::new(Blobs::open_disk(folder.path()).unwrap(), 4));
    let key: BlobKey = "upload-1/b.svs".parse().unwrap();
    let asked: Vec<_> = (0..32)
        .map(|_| {
            let (slides, key) = (Arc::clone(&slides), key.clone());
            tokio::spawn(async move {
                let cache = slides.open.clone();
                let opening = move || {
                    cache.get_with(key, || {
                        OPENED.fetch_add(1, Ordering::SeqCst);
                        Opened::Refused(ErrorKind::Internal, "nowhere".into())
                    })
                };
                slides.workers.run(opening).await.unwrap()
            })
        })
        .collect();
    for task in asked {
        assert!(task.await.unwrap().result().is_err());
    }
    assert_eq!(OPENED.load(Ordering::SeqCst), 1);
}

#[test]
fn errors_tell_the_request_from_the_slide() {
    let large = || SlideError::TooLarge { what: "side", value: 2, limit: 1, remedy: "less" };
    assert_eq!(of_request(large()).kind, ErrorKind::Invalid);
    assert_eq!(of_stored(large()).kind, ErrorKind::Unprocessable);
    let eof = SlideError::Io { action: "read".into(), error: std::io::ErrorKind::UnexpectedEof.into() };
    assert_eq!(of_stored(eof).kind, ErrorKind::Unprocessable);
    let missing = SlideError::OutOfBounds { what: "level 9".into(), has: "levels 0 to 2".into() };
    assert_eq!(of_stored(missing).kind, ErrorKind::NotFound);
}
